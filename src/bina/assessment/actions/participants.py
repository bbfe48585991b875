"""The people of a formal assessment: invited, seated, given another chance, and what a human decides about an attempt."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.sessions import finish_session, withdraw_evidence_of
from bina.assessment.actions.windows import locked_window, note_window, require_organiser
from bina.assessment.models import AssessmentWindow, IntegrityDecision, Participant, Session, WindowRoom
from bina.assessment.queries.formal import (
    attempts_allowed,
    attempts_used,
    has_chance,
    participation_of_session,
    people_to_invite,
    rooms_of,
)
from bina.assessment.rules import (
    DecisionKind,
    ParticipantState,
    SessionState,
    can_decide,
    can_grant,
    can_invite,
    can_withdraw,
)
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.locks import hold
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.journal.registry import Verb

if TYPE_CHECKING:
    from bina.people.models import OrgUnit, User

# A list that is typed or pasted; larger groups are invited by unit.
MOST_NUMBERS = 5_000


@dataclass(frozen=True, slots=True)
class Invitation:
    """What became of an invitation: how many people are new, how many were there already, which numbers nobody has."""

    added: int
    already: int
    unknown: tuple[str, ...] = ()


@transaction.atomic
def invite_unit(*, by: "User", window: AssessmentWindow, unit: "OrgUnit", job_class: str = "") -> Invitation:
    """Invite everybody at work in a subtree, or only those of one job class. Repeating it adds only who is new."""
    window = _open_to_invitations(by, window)
    people = people_to_invite(by, window).filter(unit__path__subtree=unit.path)
    if job_class:
        people = people.filter(position__job_class_id=job_class)
    return _invite(by, window, people.values_list("pk", flat=True))


@transaction.atomic
def invite_numbers(*, by: "User", window: AssessmentWindow, text: str) -> Invitation:
    """Invite the people with these NIP, however they are separated; numbers that nobody here has are given back."""
    window = _open_to_invitations(by, window)
    numbers = list(dict.fromkeys(re.sub(r"[\s.\-]", "", part) for part in re.split(r"[,;\n\t]+", text)))
    numbers = [number for number in numbers if number]
    if not numbers:
        raise Refused(_("Tuliskan paling sedikit satu NIP, satu di setiap baris."))
    if len(numbers) > MOST_NUMBERS:
        raise Refused(
            _("Paling banyak %(n)s NIP sekali undang. Untuk lebih banyak orang, undang per unit.") % {"n": MOST_NUMBERS}
        )
    found: dict[str, int] = {}
    for start in range(0, len(numbers), 500):
        rows = people_to_invite(by, window).filter(employee_number__in=numbers[start : start + 500])
        found.update((number, pk) for number, pk in rows.values_list("employee_number", "pk") if number)
    result = _invite(by, window, [found[number] for number in numbers if number in found])
    return Invitation(result.added, result.already, tuple(number for number in numbers if number not in found))


def _open_to_invitations(by: "User", window: AssessmentWindow) -> AssessmentWindow:
    window = locked_window(window)
    require_organiser(by, window.unit)
    can_invite(window.state).require()
    return window


def _invite(by: "User", window: AssessmentWindow, employee_ids: Iterable[int]) -> Invitation:
    wanted = set(employee_ids)
    there = set(Participant.objects.filter(window=window).values_list("employee_id", flat=True))
    new, now = sorted(wanted - there), clock.now()
    Participant.objects.bulk_create(
        [Participant(window=window, employee_id=pk, invited_at=now) for pk in new], batch_size=500
    )
    if new:
        note_window(entries.PARTICIPANTS_INVITED, by, window, {"count": len(new)})
    return Invitation(len(new), len(wanted & there))


@transaction.atomic
def withdraw_invitation(*, by: "User", participant: Participant) -> None:
    """Take an invitation back; not once the person has begun."""
    participant = _locked(participant)
    require_organiser(by, participant.window.unit)
    can_invite(participant.window.state).require()
    can_withdraw(participant.state).require()
    _note(entries.PARTICIPANT_WITHDRAWN, by, participant)
    participant.delete()


@transaction.atomic
def seat_participant(*, by: "User", participant: Participant, room: WindowRoom | None) -> None:
    """Say in which room somebody sits; None leaves it to the code that the person types."""
    participant = _locked(participant)
    require_organiser(by, participant.window.unit)
    can_invite(participant.window.state).require()
    can_withdraw(participant.state).require()
    if room is not None and room.window_id != participant.window_id:
        raise Refused(_("Ruang ini bukan bagian dari asesmen ini."))
    if room is not None and room.pk != participant.room_id and _seats_left(room) < 1:
        raise Refused(_("%(room)s sudah penuh: %(n)s kursi.") % {"room": room.name, "n": room.capacity})
    participant.room = room
    participant.save(update_fields=["room"])


@transaction.atomic
def seat_everybody(*, by: "User", window: AssessmentWindow) -> int:
    """Fill the rooms in their order with those who have none, unit by unit; returns how many got a seat.

    Raises Refused when there are fewer seats than people, with how many are missing.
    """
    window = _open_to_invitations(by, window)
    rows = Participant.objects.filter(window=window, room=None, state=ParticipantState.INVITED.value)
    people = list(rows.order_by("employee__unit__path", "employee__full_name", "pk"))
    seats = [room for room in rooms_of(window) for _seat in range(max(0, _seats_left(room)))]
    if len(seats) < len(people):
        raise Refused(
            _("Kursi kurang %(n)s. Tambahkan ruang atau perbesar kapasitas, lalu bagi lagi.")
            % {"n": len(people) - len(seats)}
        )
    for person, room in zip(people, seats, strict=False):
        person.room_id = room.pk
    Participant.objects.bulk_update(people, ["room"], batch_size=500)
    if people:
        note_window(entries.PARTICIPANTS_SEATED, by, window, {"count": len(people)})
    return len(people)


def _seats_left(room: WindowRoom) -> int:
    return room.capacity - Participant.objects.filter(room=room).count()


@transaction.atomic
def invalidate_attempt(*, by: "User", session: Session, reason: str) -> None:
    """Declare an attempt invalid, with a reason that the person reads: its evidence is withdrawn. Only a human does this.

    Raises Denied without the right, Refused while the attempt runs, when it is invalid already, or without a reason.
    """
    session, participant = _to_decide(by, session, reason)
    session.state = SessionState.CANCELLED.value
    session.save(update_fields=["state"])
    withdraw_evidence_of(session, by=by, reason=reason.strip())
    _decide(by, session, DecisionKind.INVALIDATED, reason)
    Participant.objects.filter(pk=participant.pk, session=session).update(state=ParticipantState.INVALIDATED.value)
    _note(entries.ATTEMPT_INVALIDATED, by, participant, reason, {"session": str(session.public_id)})


@transaction.atomic
def clear_hints(*, by: "User", session: Session, reason: str) -> None:
    """Say that the hints about an attempt were looked at and the result stands, with a note; a second call changes nothing."""
    session, participant = _to_decide(by, session, reason)
    if _decide(by, session, DecisionKind.CLEARED, reason):
        _note(entries.ATTEMPT_CLEARED, by, participant, reason, {"session": str(session.public_id)})


def _to_decide(by: "User", session: Session, reason: str) -> tuple[Session, Participant]:
    participant = participation_of_session(session)
    if participant is None:
        raise Refused(_("Pengerjaan ini bukan bagian dari asesmen formal."))
    _require_somebody_else(by, participant)
    row = Session.objects.select_for_update(of=("self",)).select_related("employee", "blueprint").get(pk=session.pk)
    if row.is_overdue(clock.now()):
        finish_session(by=None, session=row)
    can_decide(session_ended=not row.is_open, invalidated=row.state == SessionState.CANCELLED, reason=reason).require()
    return row, participant


def _require_somebody_else(by: "User", participant: Participant) -> None:
    require_organiser(by, participant.window.unit)
    if by.employee_id == participant.employee_id:
        denied(_("Keputusan tentang pengerjaan Anda sendiri diambil penyelenggara lain.")).require()


def _decide(by: "User", session: Session, kind: DecisionKind, reason: str) -> bool:
    _row, is_new = IntegrityDecision.objects.get_or_create(
        session=session, kind=kind.value,
        defaults={"reason": reason.strip()[:500], "decided_by": by, "decided_at": clock.now()},
    )  # fmt: skip
    return is_new


@transaction.atomic
def grant_attempt(*, by: "User", participant: Participant, until: dt.datetime, reason: str) -> None:
    """Give a person another chance until a moment, with a reason: after illness, a failure, or an invalid attempt.

    Raises Refused when a chance is still unused, so that a second click gives none.
    """
    participant = _locked(participant)
    window = participant.window
    _require_somebody_else(by, participant)
    session = participant.session
    running = session is not None and session.is_open and not session.is_overdue(clock.now())
    can_grant(
        window_state=window.state, is_running=running, has_chance=has_chance(participant), reason=reason
    ).require()
    if until <= clock.now():
        raise Refused(_("Batas kesempatan ini sudah lewat; pilih saat yang akan datang."))
    if attempts_used(participant) >= attempts_allowed(participant):
        participant.granted += 1
    participant.own_until, participant.grant_reason = until, reason.strip()[:300]
    participant.save(update_fields=["granted", "own_until", "grant_reason"])
    _note(entries.ATTEMPT_GRANTED, by, participant, reason, {"until": until.isoformat()})


def _locked(participant: Participant) -> Participant:
    hold(Participant.objects.filter(pk=participant.pk))
    rows = Participant.objects.select_related("window__unit", "window__blueprint", "employee", "session")
    return rows.get(pk=participant.pk)


def _note(
    verb: Verb, by: "User", participant: Participant, reason: str = "", data: dict[str, object] | None = None
) -> None:
    window = participant.window
    record(
        verb, by=by, kind="participant", object_id=participant.public_id, name=participant.employee.full_name,
        agency_id=window.agency_id, reason=reason.strip(),
        data={"window": str(window.public_id), "title": window.title, "employee_id": participant.employee_id, **(data or {})},
    )  # fmt: skip
