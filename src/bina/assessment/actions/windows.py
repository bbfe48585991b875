"""Holding a formal assessment: drawn up, announced, closed; its rooms and their codes."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.models import AssessmentWindow, Blueprint, Participant, WindowRoom
from bina.assessment.queries.formal import blueprints_for_windows, may_organise_in, windows_to_close, windows_to_remind
from bina.assessment.rules import (
    MOST_ATTEMPTS,
    ParticipantState,
    WindowMode,
    WindowState,
    can_announce,
    can_change_window,
    can_invite,
    can_last,
    can_move_window,
    new_room_code,
)
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.journal.registry import Verb

if TYPE_CHECKING:
    from bina.people.models import OrgUnit, User


@dataclass(frozen=True, slots=True)
class WindowTerms:
    """What a formal assessment is about: everything that people read before they take part."""

    blueprint: Blueprint
    title: str
    purpose: str
    mode: str
    opens_at: dt.datetime
    closes_at: dt.datetime
    attempts: int = 1
    waiting_days: int = 0


def require_organiser(by: "User", unit: "OrgUnit") -> None:
    """Raises Denied unless the account organises formal assessments for the unit."""
    if not may_organise_in(by, unit):
        denied(_("Anda tidak memegang hak menyelenggarakan asesmen untuk unit ini.")).require()


def locked_window(window: AssessmentWindow) -> AssessmentWindow:
    """The row as it stands now, held until the transaction ends."""
    rows = AssessmentWindow.objects.select_for_update(of=("self",))
    return rows.select_related("unit", "agency", "blueprint").get(pk=window.pk)


@transaction.atomic
def create_window(*, by: "User", unit: "OrgUnit", terms: WindowTerms) -> AssessmentWindow:
    """Draw up a formal assessment for the people of a subtree; nobody hears of it before it is announced.

    Raises Denied without the right there, Refused when the moments or the test do not fit.
    """
    require_organiser(by, unit)
    window = AssessmentWindow(agency=unit.agency, unit=unit, created_by=by, created_at=clock.now())
    _write_terms(window, terms)
    note_window(entries.WINDOW_CREATED, by, window)
    return window


@transaction.atomic
def change_window(*, by: "User", window: AssessmentWindow, terms: WindowTerms) -> AssessmentWindow:
    """Change a draft. Raises Refused once it was announced, because people have read what it says."""
    window = locked_window(window)
    require_organiser(by, window.unit)
    can_change_window(window.state).require()
    _write_terms(window, terms)
    note_window(entries.WINDOW_CHANGED, by, window)
    return window


def _write_terms(window: AssessmentWindow, terms: WindowTerms) -> None:
    if not blueprints_for_windows(window.agency).filter(pk=terms.blueprint.pk).exists():
        raise Refused(_("Uji ini tidak dapat dipakai instansi Anda. Pilih uji lain."))
    can_last(
        opens_at=terms.opens_at, closes_at=terms.closes_at, minutes=terms.blueprint.minutes, now=clock.now()
    ).require()
    if not terms.title.strip() or not terms.purpose.strip():
        raise Refused(_("Isi judul dan tujuannya; peserta membacanya sebelum mulai."))
    window.blueprint, window.title, window.purpose = terms.blueprint, terms.title.strip()[:200], terms.purpose.strip()
    window.mode, window.opens_at, window.closes_at = WindowMode(terms.mode).value, terms.opens_at, terms.closes_at
    window.attempts = min(max(1, terms.attempts), MOST_ATTEMPTS)
    window.waiting_days = min(max(0, terms.waiting_days), 365)
    window.save()


@transaction.atomic
def move_closing(*, by: "User", window: AssessmentWindow, closes_at: dt.datetime) -> None:
    """Close an announced formal assessment later (or sooner, but not before now)."""
    window = locked_window(window)
    require_organiser(by, window.unit)
    can_move_window(window.state, WindowState.CLOSED).require()
    can_last(opens_at=window.opens_at, closes_at=closes_at, minutes=window.blueprint.minutes, now=clock.now()).require()
    if closes_at != window.closes_at:
        before, window.closes_at, window.reminded_at = window.closes_at, closes_at, None
        window.save(update_fields=["closes_at", "reminded_at"])
        note_window(
            entries.WINDOW_CHANGED, by, window, {"before": before.isoformat(), "closes_at": closes_at.isoformat()}
        )


@transaction.atomic
def announce_window(*, by: "User", window: AssessmentWindow) -> None:
    """Tell everybody invited; from the opening moment on they may begin. A second click changes nothing."""
    window = locked_window(window)
    require_organiser(by, window.unit)
    if window.state == WindowState.OPEN:
        return
    can_announce(
        state=window.state, participants=window.participants.count(), rooms=window.rooms.count(), mode=window.mode
    ).require()
    can_last(
        opens_at=window.opens_at, closes_at=window.closes_at, minutes=window.blueprint.minutes, now=clock.now()
    ).require()
    _move(window, WindowState.OPEN)
    note_window(entries.WINDOW_ANNOUNCED, by, window)


@transaction.atomic
def cancel_window(*, by: "User", window: AssessmentWindow, reason: str) -> None:
    """Call a formal assessment off, with a reason that the invited people read; not once somebody has begun."""
    window = locked_window(window)
    require_organiser(by, window.unit)
    if window.state == WindowState.CANCELLED:
        return
    can_move_window(window.state, WindowState.CANCELLED).require()
    if window.participants.exclude(state=ParticipantState.INVITED.value).exists():
        raise Refused(
            _("Sudah ada peserta yang mulai, jadi asesmen ini tidak dapat dibatalkan. Anda dapat menutupnya sekarang.")
        )
    if not reason.strip():
        raise Refused(_("Tuliskan alasan pembatalan; peserta akan membacanya."))
    was_announced = window.state == WindowState.OPEN
    window.state_reason = reason.strip()[:300]
    _move(window, WindowState.CANCELLED)
    note_window(entries.WINDOW_CANCELLED, by, window, {"was_announced": was_announced}, window.state_reason)


@transaction.atomic
def close_window(*, by: "User | None", window: AssessmentWindow) -> None:
    """End a formal assessment: nobody begins any more, running attempts keep their own clock, the others were absent.

    ``by`` None is the clock. A second call changes nothing.
    """
    window = locked_window(window)
    if by is not None:
        require_organiser(by, window.unit)
    if window.state == WindowState.CLOSED:
        return
    can_move_window(window.state, WindowState.CLOSED).require()
    now = clock.now()
    window.closed_at = now
    # Closed by hand, it ends now; what began stays as long as its own time.
    window.closes_at = max(min(window.closes_at, now), window.opens_at + dt.timedelta(minutes=1))
    window.save(update_fields=["closed_at", "closes_at"])
    _move(window, WindowState.CLOSED)
    absent = window.participants.filter(state=ParticipantState.INVITED.value).exclude(own_until__gt=now)
    count = absent.update(state=ParticipantState.ABSENT.value)
    note_window(entries.WINDOW_CLOSED, by, window, {"absent": count})


def close_due_windows() -> int:
    """Close every formal assessment whose end has passed; returns how many. Safe to repeat."""
    closed = 0
    for window in windows_to_close(clock.now())[:200]:
        close_window(by=None, window=window)
        closed += 1
    return closed


def remind_participants() -> int:
    """Remind those who have not begun, once for each formal assessment; returns how many assessments were due."""
    due = windows_to_remind(clock.now())
    for window in due:
        with transaction.atomic():
            if AssessmentWindow.objects.filter(pk=window.pk, reminded_at=None).update(reminded_at=clock.now()):
                note_window(entries.WINDOW_REMINDED, None, window)
    return len(due)


def _move(window: AssessmentWindow, to: WindowState) -> None:
    window.state = to.value
    window.save(update_fields=["state", "state_reason"])


@transaction.atomic
def add_room(
    *, by: "User", window: AssessmentWindow, name: str, place: str, capacity: int, starts_at: dt.datetime
) -> WindowRoom:
    """A room for a formal assessment, with its own code. The same name at the same moment is the same room."""
    window = locked_window(window)
    require_organiser(by, window.unit)
    can_invite(window.state).require()
    if not window.is_in_rooms:
        raise Refused(_("Asesmen jarak jauh tidak memerlukan ruang."))
    if not window.opens_at <= starts_at < window.closes_at:
        raise Refused(_("Saat mulai di ruang harus berada di antara pembukaan dan penutupan asesmen."))
    room, is_new = WindowRoom.objects.get_or_create(
        window=window, name=name.strip()[:120], starts_at=starts_at,
        defaults={"place": place.strip()[:200], "capacity": capacity, "code": _free_code()},
    )  # fmt: skip
    if is_new:
        note_window(entries.ROOM_ADDED, by, window, {"room": room.name, "capacity": room.capacity})
    return room


@transaction.atomic
def remove_room(*, by: "User", room: WindowRoom) -> None:
    """Take a room away; not once somebody has begun there. Those who were to sit there have no room then."""
    window = locked_window(room.window)
    require_organiser(by, window.unit)
    can_invite(window.state).require()
    if Participant.objects.filter(room=room).exclude(state=ParticipantState.INVITED.value).exists():
        raise Refused(_("Sudah ada peserta yang mulai di ruang ini, jadi ruangnya tetap tercatat."))
    if window.state == WindowState.OPEN and window.rooms.count() == 1:
        raise Refused(_("Ini ruang terakhir dari asesmen yang sudah diumumkan. Tambahkan ruang lain dahulu."))
    room.delete()
    note_window(entries.ROOM_REMOVED, by, window, {"room": room.name})


@transaction.atomic
def renew_room_code(*, by: "User", room: WindowRoom) -> str:
    """A new code for a room, where the old one has become known outside; returns it. Running attempts go on."""
    window = locked_window(room.window)
    require_organiser(by, window.unit)
    can_invite(window.state).require()
    room.code = _free_code()
    room.save(update_fields=["code"])
    note_window(entries.ROOM_CODE_RENEWED, by, window, {"room": room.name})
    return room.code


def _free_code() -> str:
    code = new_room_code()
    while WindowRoom.objects.filter(code=code).exists():
        code = new_room_code()
    return code


def note_window(
    verb: Verb, by: "User | None", window: AssessmentWindow, data: dict[str, object] | None = None, reason: str = ""
) -> None:
    """Write in the journal what happened to a formal assessment."""
    record(
        verb, by=by, kind="window", object_id=window.public_id, name=window.title, agency_id=window.agency_id,
        reason=reason, data=data or {},
    )  # fmt: skip
