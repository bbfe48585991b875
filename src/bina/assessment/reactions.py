"""What this room does when something happens: people learn of ratings, and of attempts that ended without them."""

from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment import actions
from bina.assessment.rules import Relation
from bina.journal.actions import notify
from bina.journal.models import Entry
from bina.journal.registry import react_to
from bina.people.queries import employees, superior_of, user_of


@react_to("rating.submitted")
def tell_about_a_rating(entry: Entry) -> None:
    """The superior rated somebody: tell that person. Somebody rated themselves: tell the superior, once per rating."""
    person = employees().filter(pk=entry.data.get("employee_id")).select_related("unit").first()
    if person is None:
        return
    if entry.data.get("relation") == Relation.SUPERIOR:
        recipient = user_of(person)
        if recipient:
            notify(
                recipient=recipient,
                title=_("Atasan Anda menilai kompetensi Anda"),
                body=_("%(name)s mengirim penilaian. Anda dapat membaca tingkat yang dihasilkannya.")
                % {"name": entry.actor_name},
                url=reverse("assessment:rating", args=[entry.object_id]),
                dedup_key=f"rating:{entry.object_id}",
            )
        return
    superior = superior_of(person)
    recipient = user_of(superior) if superior else None
    if recipient:
        notify(
            recipient=recipient,
            title=_("%(name)s menunggu penilaian Anda") % {"name": person.courteous_name},
            body=_("%(name)s sudah mengisi penilaian mandiri. Penilaian Anda melengkapinya, sekitar 10 menit.")
            % {"name": person.display_name},
            url=reverse("assessment:rate", args=[person.public_id]),
            dedup_key=f"self-rating:{entry.object_id}",
            mail=False,
        )


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


@react_to("calibration.requested")
def calculate_a_calibration(entry: Entry) -> None:
    """A calibration was asked for: calculate it."""
    actions.calculate_calibration(str(entry.object_id))
