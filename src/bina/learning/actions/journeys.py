"""People on the way: joining, leaving, skipping by proof; what follows by itself; and what authorised people put right."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.learning import entries
from bina.learning.models import Journey, Pathway, StepWork
from bina.learning.queries import earned_by, groups_of_person, may_repair_journey, way_of_journey
from bina.learning.rules import (
    DONE,
    FINISHED,
    NOT_MEANT,
    SKIPPED,
    TAKEN_BACK,
    CourseState,
    EnrolmentState,
    Mark,
    WorkState,
    can_become,
    can_give_reason,
    can_join,
    can_skip,
    can_walk,
    step_mark_of,
    steps_not_meant,
    way_of,
)

if TYPE_CHECKING:
    from bina.journal.registry import Verb
    from bina.learning.rules import Earned
    from bina.people.models import User


def _note(
    verb: "Verb", by: "User | None", journey: Journey, *, step: str = "", title: str = "", reason: str = ""
) -> None:
    record(
        verb, by=by, kind="journey", object_id=journey.public_id, name=title or journey.version.title,
        agency_id=journey.employee.agency_id, reason=reason,
        data={"pathway": journey.pathway.slug, "version": journey.version.number, "employee_id": journey.employee_id,
              **({"step": step} if step else {})},
    )  # fmt: skip


def held_journey(journey: Journey) -> Journey:
    """The same journey, read anew and held until the transaction ends, so that two tabs follow each other."""
    held = Journey.objects.select_for_update(of=("self",)).get(pk=journey.pk)
    for name in ("employee", "pathway", "version"):
        setattr(held, name, getattr(journey, name))
    return held


def _own(by: "User", journey: Journey) -> None:
    if by.employee_id is None or by.employee_id != journey.employee_id:
        denied(_("Hanya peserta sendiri yang dapat menjalani jalurnya.")).require()


@transaction.atomic
def join_pathway(*, by: "User", pathway: Pathway) -> Journey:
    """Join the current version of a pathway; what was done before counts at once. Steps are chosen for one's groups of today.

    Doing it again gives the running journey, or the completed one of the same version; after a stop one goes on where one was.
    Raises Refused when the pathway is not open to the person.
    """
    employee = by.employee
    if employee is None:
        raise Refused(_("Jalur diikuti oleh pegawai; akun ini tidak terhubung dengan data pegawai."))
    rows = list(Journey.objects.filter(employee=employee, pathway=pathway).select_related("version").order_by("-id"))
    running = [row for row in rows if row.state == EnrolmentState.STARTED]
    known = next(iter(running or [row for row in rows if row.version_id == pathway.current_version_id]), None)
    if known is not None:
        known.employee, known.pathway = employee, pathway
        if known.state != EnrolmentState.WITHDRAWN:
            return known
    version = pathway.current_version
    if pathway.state != CourseState.PUBLISHED or version is None:
        raise Refused(_("Jalur ini tidak menerima peserta baru."))
    can_join(employee, pathway.agency_id).require()
    if known is not None:
        return _resume(by, known)
    moment = clock.now()
    walked = _walked_before(version.stages, rows)
    marks = walked | {
        key: Mark(NOT_MEANT).as_json() for key in steps_not_meant(version.stages, groups_of_person(employee))
    }
    try:
        with transaction.atomic():
            journey = Journey.objects.create(
                employee=employee, pathway=pathway, version=version, started_at=moment, active_at=moment, marks=marks
            )
    except IntegrityError:
        # A second tab was faster; its journey is the one.
        return Journey.objects.select_related("version", "pathway", "employee").get(
            employee=employee, pathway=pathway, version=version
        )
    _note(entries.JOURNEY_STARTED, by, journey)
    _take_in(by, journey)
    return journey


def _walked_before(stages: list[dict[str, Any]], rows: list[Journey]) -> dict[str, Any]:
    """What was finished on other versions of the same pathway, for steps of the same key and kind; the newest first."""
    kinds = {step["key"]: step["kind"] for stage in stages for step in stage["steps"]}
    found: dict[str, Any] = {}
    for row in reversed(rows):
        same = {
            step["key"]
            for stage in row.version.stages
            for step in stage["steps"]
            if kinds.get(step["key"]) == step["kind"]
        }
        found.update({key: mark for key, mark in row.marks.items() if key in same and mark.get("s") in FINISHED})
    return found


def _resume(by: "User", journey: Journey) -> Journey:
    held = held_journey(journey)
    if held.state == EnrolmentState.WITHDRAWN:
        can_become(held.state, EnrolmentState.STARTED).require()
        held.state, held.withdrawn_at, held.active_at = EnrolmentState.STARTED.value, None, clock.now()
        held.save()
        _note(entries.JOURNEY_RESUMED, by, held)
        _take_in(by, held)
    return held


@transaction.atomic
def leave_pathway(*, by: "User", journey: Journey) -> None:
    """Stop; what was done is kept for a later return. Doing it twice changes nothing. Raises Refused when it is completed."""
    _own(by, journey)
    held = held_journey(journey)
    if held.state == EnrolmentState.WITHDRAWN:
        return
    can_become(held.state, EnrolmentState.WITHDRAWN).require()
    held.state, held.withdrawn_at = EnrolmentState.WITHDRAWN.value, clock.now()
    held.save(update_fields=["state", "withdrawn_at"])
    _note(entries.JOURNEY_WITHDRAWN, by, held)


@transaction.atomic
def refresh_journey(*, by: "User | None", journey: Journey) -> Journey:
    """Take in what the person did elsewhere since: courses completed, levels proven. Nothing new changes nothing."""
    held = held_journey(journey)
    if held.state == EnrolmentState.STARTED:
        _take_in(by, held)
    return held


def refresh_journeys(journeys: Iterable[Journey]) -> None:
    """The same for several journeys, each in an own transaction."""
    for journey in journeys:
        refresh_journey(by=None, journey=journey)


def _take_in(by: "User | None", journey: Journey) -> None:
    steps = [step for stage in journey.version.stages for step in stage["steps"]]
    left = [step for step in steps if step_mark_of(journey.marks, step["key"]).state in ("", TAKEN_BACK)]
    found = earned_by(journey.employee_id, left)
    for step in left:
        earned = found.get(step["key"])
        if earned is None or not _counts(journey, step["key"], step.get("score"), earned):
            continue
        day = clock.day_of(earned.at, journey.employee.agency.time_zone).isoformat()
        journey.marks[step["key"]] = Mark(DONE, on=day, score=earned.score).as_json()
        _note(entries.STEP_COMPLETED, by, journey, step=step["key"], title=step["title"])
    settle(by, journey)


def _counts(journey: Journey, key: str, least: int | None, earned: "Earned") -> bool:
    """Enough points, and since the step was taken back where it was."""
    if least is not None and (earned.score is None or round(earned.score, 6) < least):
        return False
    mark = step_mark_of(journey.marks, key)
    return mark.state != TAKEN_BACK or earned.at > dt.datetime.fromisoformat(mark.on)


def settle(by: "User | None", journey: Journey) -> None:
    """Make the counters agree with the marks, and complete the journey with its last required step; it is held by the caller."""
    way = way_of(journey.version.stages, journey.marks)
    journey.steps_done, journey.steps_total = way.done, way.total
    journey.active_at = clock.now()
    is_new = way.is_complete and journey.state == EnrolmentState.STARTED
    if is_new:
        journey.state, journey.completed_at = EnrolmentState.COMPLETED.value, clock.now()
    journey.save()
    if is_new:
        _note(entries.JOURNEY_COMPLETED, by, journey)


def finish_step(*, by: "User | None", journey: Journey, key: str, title: str, name: str) -> None:
    """Write a step as done because somebody confirmed it; ``journey`` is held by the caller's transaction."""
    if step_mark_of(journey.marks, key).state in FINISHED:
        return
    day = clock.today(journey.employee.agency.time_zone).isoformat()
    journey.marks[key] = Mark(DONE, on=day, by=name).as_json()
    _note(entries.STEP_COMPLETED, by, journey, step=key, title=title)
    settle(by, journey)


@transaction.atomic
def skip_step(*, by: "User", journey: Journey, key: str) -> Journey:
    """Skip a step whose level is proven; the proof stays with it in words. Skipped already, nothing changes.

    Raises Refused without a proof.
    """
    _own(by, journey)
    held = held_journey(journey)
    can_walk(held.state).require()
    if step_mark_of(held.marks, key).state == SKIPPED:
        return held
    step = way_of_journey(held).find(key)
    can_skip(step).require()
    assert step is not None
    day = clock.today(held.employee.agency.time_zone).isoformat()
    held.marks[key] = Mark(SKIPPED, on=day, reason=step.proof).as_json()
    _note(entries.STEP_SKIPPED, by, held, step=key, title=str(step.step["title"]), reason=step.proof)
    settle(by, held)
    return held


@transaction.atomic
def repair_step(*, by: "User", journey: Journey, key: str, reason: str) -> Journey:
    """An authorised person writes a step as done, with a reason that stays in the journal. Done already, nothing changes.

    Raises Denied, or Refused without a reason or for a step that is not on this way.
    """
    held, step = _repaired(by, journey, key, reason)
    if step_mark_of(held.marks, key).state in FINISHED:
        return held
    day = clock.today(held.employee.agency.time_zone).isoformat()
    held.marks[key] = Mark(DONE, on=day, by=by.display_name, reason=reason.strip()).as_json()
    _note(entries.STEP_REPAIRED, by, held, step=key, title=step, reason=reason.strip())
    settle(by, held)
    return held


@transaction.atomic
def take_step_back(*, by: "User", journey: Journey, key: str, reason: str) -> Journey:
    """An authorised person opens a finished step again, with a reason; a completed journey runs again. Open already, nothing
    changes. What was earned before that moment elsewhere does not close the step again by itself.

    Raises Denied, or Refused without a reason, or when a newer version is being walked.
    """
    held, step = _repaired(by, journey, key, reason)
    if step_mark_of(held.marks, key).state not in FINISHED:
        return held
    others = Journey.objects.filter(
        employee_id=held.employee_id, pathway_id=held.pathway_id, state=EnrolmentState.STARTED.value
    )
    if held.state == EnrolmentState.COMPLETED and others.exclude(pk=held.pk).exists():
        raise Refused(_("Orang ini sedang menjalani versi lain dari jalur yang sama; perbaiki langkahnya di sana."))
    held.marks[key] = Mark(TAKEN_BACK, on=clock.now().isoformat(), by=by.display_name, reason=reason.strip()).as_json()
    StepWork.objects.filter(journey=held, step=key, state=WorkState.ACCEPTED.value).update(
        state=WorkState.RETURNED.value, comment=reason.strip(), decided_by_name=by.display_name, decided_at=clock.now()
    )
    if held.state == EnrolmentState.COMPLETED and not way_of(held.version.stages, held.marks).is_complete:
        held.state, held.completed_at = EnrolmentState.STARTED.value, None
    _note(entries.STEP_TAKEN_BACK, by, held, step=key, title=step, reason=reason.strip())
    settle(by, held)
    return held


def _repaired(by: "User", journey: Journey, key: str, reason: str) -> tuple[Journey, str]:
    held = held_journey(journey)
    if not may_repair_journey(by, held):
        denied(_("Hanya pengelola kepegawaian atau pengelola jalur yang dapat memperbaiki langkah.")).require()
    can_give_reason(reason).require()
    found = way_of(held.version.stages, held.marks).find(key)
    if found is None:
        raise Refused(_("Langkah ini tidak ada di jalur orang ini."))
    return held, str(found.step["title"])
