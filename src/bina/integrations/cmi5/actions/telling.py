"""The statements of the house about registrations, and what follows from a unit that is done: blocks, the course, learning."""

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from bina.foundation import clock
from bina.integrations.cmi5 import entries
from bina.integrations.cmi5.models import AssignableUnit, Cmi5Course, Registration, Standing
from bina.integrations.cmi5.queries import block_address, course_address, unit_address
from bina.integrations.cmi5.rules import About, MoveOn, activity, block_thing, course_thing, is_met, satisfied
from bina.integrations.packages.rules import Outcome
from bina.journal.actions import record
from bina.learning.actions import record_activity_progress
from bina.records.actions import store_statements
from bina.records.rules import Json

if TYPE_CHECKING:
    from bina.learning.models import Activity
    from bina.people.models import User

FIRST_EDITION = 1


def say(registration: Registration, *statements: Json) -> None:
    """Write statements of the house into the store of a registration, in order."""
    for statement in statements:
        store_statements(
            by=None, store_id=registration.store_id, raw=[msgspec.json.encode(statement)], version=FIRST_EDITION
        )


def about_unit(registration: Registration, unit: AssignableUnit, session_id: object) -> About:
    """What a statement about a unit in a session says besides its verb."""
    return About(
        registration.actor, str(registration.public_id), str(session_id), activity(unit_address(unit), unit.titles),
        unit.publisher_id,
    )  # fmt: skip


def settle(registration: Registration, session_id: uuid.UUID) -> None:
    """Say of every block, from the inside out, and of the course that it is satisfied, once, when all its units are.

    The registration is held by the caller's transaction.
    """
    course: Cmi5Course = registration.course
    done = set(
        Standing.objects.filter(registration=registration, satisfied_at__isnull=False).values_list("unit_id", flat=True)
    )
    open_blocks: set[int] = set()
    is_all_done = True
    for pk, block, move_on in course.units.values_list("pk", "block", "move_on"):
        if pk in done or move_on == MoveOn.NOT_APPLICABLE:
            continue
        is_all_done = False
        open_blocks.update(_around(course.blocks, block))
    fresh = [
        place for place in reversed(range(len(course.blocks))) if place not in {*open_blocks, *registration.satisfied}
    ]
    moment = clock.now()
    for place in fresh:
        block = course.blocks[place]
        thing = block_thing(block_address(course, place), block["titles"])
        say(registration, satisfied(_about(registration, session_id, thing, block["id"]), moment))
    if fresh:
        registration.satisfied = [*registration.satisfied, *fresh]
    if is_all_done and registration.satisfied_at is None:
        thing = course_thing(course_address(course), course.titles)
        say(registration, satisfied(_about(registration, session_id, thing, course.publisher_id), moment))
        registration.satisfied_at = moment
    registration.save(update_fields=["satisfied", "satisfied_at"])


def _about(registration: Registration, session_id: uuid.UUID, thing: Json, publisher_id: str) -> About:
    return About(registration.actor, str(registration.public_id), str(session_id), thing, publisher_id)


def _around(blocks: Sequence[Json], place: int | None) -> set[int]:
    found: set[int] = set()
    while place is not None:
        found.add(place)
        place = blocks[place]["parent"]
    return found


def mark(standing: Standing) -> bool:
    """Note when a unit has become satisfied; True when it is so now for the first time. The caller saves."""
    unit = standing.unit
    met = is_met(
        unit.move_on, is_completed=standing.is_completed, is_passed=standing.is_passed, is_waived=standing.is_waived
    )
    if not met or standing.satisfied_at is not None:
        return False
    standing.satisfied_at = clock.now()
    return True


def carry_over(standing: Standing, learnt: "Activity | None") -> None:
    """Tell the course what a unit has shown, when it was opened as a part of one."""
    enrolment = standing.registration.enrolment
    if enrolment is None or learnt is None:
        return
    by: User | None = getattr(enrolment.employee, "user", None)
    if by is None:
        return
    is_done = standing.satisfied_at is not None
    outcome = Outcome(
        is_done=is_done,
        # What a unit asks may be met by completing alone; then a failed judgement holds nobody back.
        is_passed=(standing.is_passed or None) if is_done else (False if standing.is_failed else None),
        score=standing.score,
    )
    record_activity_progress(by=by, enrolment=enrolment, activity=learnt, report={"outcome": outcome})


def note_satisfied(standing: Standing, learnt: "Activity | None") -> None:
    """Write in the journal that a learner has satisfied a unit of a course."""
    enrolment = standing.registration.enrolment
    if enrolment is None or learnt is None:
        return
    record(
        entries.CMI5_SATISFIED, by=getattr(enrolment.employee, "user", None), kind="enrolment", object_id=enrolment.public_id,
        name=learnt.title, agency_id=enrolment.employee.agency_id,
        data={"course": enrolment.course.slug, "activity": learnt.key, "employee_id": enrolment.employee_id},
    )  # fmt: skip
