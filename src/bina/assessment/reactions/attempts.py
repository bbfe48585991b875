"""People learn what became of an attempt at a test."""

from django.urls import reverse
from django.utils.translation import gettext as _

from bina.journal.actions import notify
from bina.journal.models import Entry
from bina.journal.registry import react_to
from bina.people.queries import employees, user_of


@react_to("session.cancelled")
def tell_about_a_cancelled_attempt(entry: Entry) -> None:
    """An attempt was set aside: its person learns why and that it can be begun anew."""
    person = employees().filter(pk=entry.data.get("employee_id")).first()
    recipient = user_of(person) if person else None
    if recipient:
        notify(
            recipient=recipient,
            title=_("“%(test)s” dibatalkan dan dapat Anda mulai lagi") % {"test": entry.object_name},
            body=_("Alasan: %(reason)s") % {"reason": entry.reason},
            url=reverse("assessment:home"),
            dedup_key=f"session-cancelled:{entry.object_id}",
        )


@react_to("session.expired")
def tell_about_an_expired_attempt(entry: Entry) -> None:
    """The clock ended an attempt while nobody was there: its person learns that what was saved counts."""
    person = employees().filter(pk=entry.data.get("employee_id")).first()
    recipient = user_of(person) if person and entry.actor_id is None else None
    if recipient:
        notify(
            recipient=recipient,
            title=_("Waktu “%(test)s” sudah berakhir") % {"test": entry.object_name},
            body=_("Semua jawaban yang tersimpan ikut dihitung. Hasilnya dapat dilihat sekarang."),
            url=reverse("assessment:result", args=[entry.object_id]),
            dedup_key=f"session-expired:{entry.object_id}",
            mail=False,
        )
