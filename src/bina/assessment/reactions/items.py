"""Calibrations are calculated, panels called, and people asked to review items."""

from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment import actions, queries
from bina.foundation import clock
from bina.journal.actions import notify
from bina.journal.models import Entry
from bina.journal.registry import react_to
from bina.people.queries import root_unit_of, user_by_id, user_of, users_with
from bina.people.rules import Permission


@react_to("calibration.requested")
def calculate_a_calibration(entry: Entry) -> None:
    """A calibration was asked for: calculate it."""
    actions.calculate_calibration(str(entry.object_id))


@react_to("correlation_estimate.requested")
def estimate_correlations(entry: Entry) -> None:
    """How competencies go together was asked for: calculate it."""
    actions.calculate_correlation_estimate(str(entry.object_id))


@react_to("panel.opened", "panel.second_round_begun")
def call_the_panel(entry: Entry) -> None:
    """A round of a panel has begun: its panelists learn that their judgement is awaited."""
    number = 2 if entry.verb == "panel.second_round_begun" else 1
    for person in queries.panelists_called(entry.object_id):
        recipient = user_of(person)
        if recipient:
            notify(
                recipient=recipient,
                title=_("Anda diminta menilai butir soal, putaran %(n)s") % {"n": number},
                body=_("Panel “%(panel)s” menunggu penilaian Anda. Boleh dicicil; setiap jawaban tersimpan.")
                % {"panel": entry.object_name},
                url=reverse("assessment:judging", args=[entry.object_id]),
                dedup_key=f"panel:{entry.object_id}:{number}",
            )


@react_to("panel.reminded")
def remind_the_panel(entry: Entry) -> None:
    """A round still waits for somebody: they alone are reminded, once a day."""
    for person in queries.panelists_awaited(entry.object_id):
        recipient = user_of(person)
        if recipient:
            notify(
                recipient=recipient,
                title=_("Pengingat: penilaian Anda ditunggu panel “%(panel)s”") % {"panel": entry.object_name},
                body=_("Putaran %(n)s belum dapat diakhiri. Yang sudah Anda isi tersimpan; lanjutkan lalu kirim.")
                % {"n": entry.data.get("round", 1)},
                url=reverse("assessment:judging", args=[entry.object_id]),
                dedup_key=f"panel-reminder:{entry.object_id}:{clock.day_of(entry.occurred_at)}",
            )


@react_to("items.review_asked")
def tell_the_reviewers(entry: Entry) -> None:
    """Items wait for a review: tell those who keep the bank, once a day for each who asks."""
    bank = queries.bank_with(entry.object_id)
    if bank is None:
        return
    path = root_unit_of(bank.agency).path if bank.agency else ""
    for recipient in users_with(Permission.MANAGE_ITEMS, path).exclude(pk=entry.actor_id or 0):
        notify(
            recipient=recipient,
            title=_("Butir soal menunggu telaah Anda"),
            body=_("%(name)s meminta telaah %(count)s butir di %(bank)s.")
            % {"name": entry.actor_name, "count": entry.data.get("count"), "bank": entry.object_name},
            url=reverse("assessment:reviews"),
            dedup_key=f"reviews:{entry.object_id}:{entry.actor_id}:{entry.occurred_at:%Y-%m-%d}",
            mail=False,
        )


@react_to("item.approved")
def tell_about_approved_items(entry: Entry) -> None:
    """Somebody found items good: tell who asked, once a day for each reviewer."""
    _tell_who_asked(
        entry,
        _("%(name)s menyetujui butir soal Anda") % {"name": entry.actor_name},
        _("Butir yang disetujui dapat masuk ke uji coba."),
        f"approved:{entry.actor_id}:{entry.occurred_at:%Y-%m-%d}",
    )


@react_to("item.returned")
def tell_about_a_returned_item(entry: Entry) -> None:
    """Somebody sent an item back: tell who asked, with the comment."""
    _tell_who_asked(
        entry,
        _("Butir %(code)s dikembalikan kepada Anda") % {"code": entry.object_name},
        _("Catatan %(name)s: %(comment)s") % {"name": entry.actor_name, "comment": entry.reason},
        f"returned:{entry.data.get('review')}",
    )


def _tell_who_asked(entry: Entry, title: str, body: str, dedup_key: str) -> None:
    recipient = user_by_id(entry.data.get("asked_by"))
    if recipient:
        notify(
            recipient=recipient, title=title, body=body, url=reverse("assessment:item", args=[entry.object_id]),
            dedup_key=dedup_key, mail=False,
        )  # fmt: skip
