"""Formal assessments: participants and organisers learn of everything that concerns them."""

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment import queries
from bina.assessment.rules import ParticipantState, WindowState
from bina.design.formats import moment
from bina.journal.actions import notify
from bina.journal.models import Entry
from bina.journal.registry import react_to
from bina.people.queries import employees, user_of

if TYPE_CHECKING:
    from bina.assessment.models import AssessmentWindow, Participant


def _tell_participants(
    window: "AssessmentWindow", title: str, body: str, key: str, *states: ParticipantState, rooms: bool = False
) -> None:
    """One notice for each person of a formal assessment, in certain states or all; repeating it tells nobody twice."""
    for person in queries.people_to_notify(window, *states):
        where = ""
        if rooms and person.room:
            where = " " + _("Ruang: %(room)s, mulai %(moment)s.") % {
                "room": person.room.name, "moment": moment(person.room.starts_at, window.agency.time_zone),
            }  # fmt: skip
        notify(
            recipient=person.employee.user, title=title, body=body + where, url=_own_page(person),
            dedup_key=f"{key}:{window.public_id}",
        )  # fmt: skip


def _own_page(person: "Participant") -> str:
    return reverse("assessment:formal", args=[person.public_id])


@react_to("window.announced", "window.invited")
def tell_about_a_formal_assessment(entry: Entry) -> None:
    """A formal assessment was announced, or people were added to one: everybody invited learns of it once."""
    window = queries.window_by_id(entry.object_id)
    if window is None or window.state != WindowState.OPEN:
        return
    zone = window.agency.time_zone
    body = _("Dibuka %(opens)s, ditutup %(closes)s. Hasilnya dihitung; baca keterangannya sebelum mulai.") % {
        "opens": moment(window.opens_at, zone), "closes": moment(window.closes_at, zone),
    }  # fmt: skip
    title = _("Anda diundang mengikuti “%(title)s”") % {"title": window.title}
    _tell_participants(window, title, body, "window-invited", ParticipantState.INVITED, rooms=True)


@react_to("window.reminded")
def remind_of_a_formal_assessment(entry: Entry) -> None:
    """A formal assessment closes soon: those who have not begun are reminded."""
    window = queries.window_by_id(entry.object_id)
    if window is None or window.state != WindowState.OPEN:
        return
    closes = moment(window.closes_at, window.agency.time_zone)
    title = _("“%(title)s” ditutup %(closes)s") % {"title": window.title, "closes": closes}
    body = _("Anda belum mengerjakannya. Sesudah ditutup, uji ini tidak dapat dimulai lagi.")
    key = f"window-reminded:{window.closes_at.isoformat()}"
    _tell_participants(window, title, body, key, ParticipantState.INVITED)


@react_to("window.cancelled")
def tell_about_a_cancelled_assessment(entry: Entry) -> None:
    """An announced formal assessment was called off: everybody invited reads why."""
    window = queries.window_by_id(entry.object_id)
    if window is None or not entry.data.get("was_announced"):
        return
    title = _("“%(title)s” dibatalkan") % {"title": window.title}
    _tell_participants(window, title, _("Alasan: %(reason)s") % {"reason": entry.reason}, "window-cancelled")


@react_to("window.closed")
def tell_those_who_were_absent(entry: Entry) -> None:
    """A formal assessment ended: who did not come learns what to do."""
    window = queries.window_by_id(entry.object_id)
    if window is None:
        return
    title = _("“%(title)s” sudah ditutup dan Anda tercatat tidak hadir") % {"title": window.title}
    body = _("Bila Anda berhalangan, hubungi penyelenggaranya; ia dapat memberi kesempatan susulan.")
    _tell_participants(window, title, body, "window-absent", ParticipantState.ABSENT)


@react_to("window.hints_prepared")
def tell_the_organiser_about_hints(entry: Entry) -> None:
    """The hints of a formal assessment are there: who drew it up looks at them."""
    window = queries.window_by_id(entry.object_id)
    if window is None or window.created_by is None or not entry.data.get("hints"):
        return
    notify(
        recipient=window.created_by,
        title=_("Petunjuk “%(title)s” menunggu pemeriksaan Anda") % {"title": window.title},
        body=_("Petunjuk hanya menunjukkan apa yang patut dilihat; keputusannya pada Anda."),
        url=reverse("assessment:window", args=[window.public_id]),
        dedup_key=f"window-hints:{window.public_id}:{entry.pk}",
    )


@react_to("attempt.invalidated", "attempt.granted")
def tell_about_a_decision(entry: Entry) -> None:
    """An attempt was declared invalid, or another one was granted: its person reads why and what can be done."""
    person = employees().filter(pk=entry.data.get("employee_id")).first()
    recipient = user_of(person) if person else None
    if recipient is None:
        return
    names = {"title": entry.data.get("title", "")}
    if entry.verb == "attempt.invalidated":
        title = _("Hasil Anda dalam “%(title)s” dinyatakan tidak sah") % names
        appeal = _("Anda dapat membaca catatannya dan mengajukan keberatan.")
        body = "\n".join([_("Alasan: %(reason)s") % {"reason": entry.reason}, appeal])
    else:
        title = _("Anda mendapat kesempatan lagi dalam “%(title)s”") % names
        body = _("Alasan: %(reason)s") % {"reason": entry.reason}
    url = reverse("assessment:formal", args=[entry.object_id])
    notify(recipient=recipient, title=title, body=body, url=url, dedup_key=f"attempt-decision:{entry.pk}")
