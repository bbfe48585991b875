"""Walking through a course: opening, reporting, finishing parts, and the completion that follows by itself."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.journal.actions import record
from bina.learning import entries
from bina.learning.models import Activity, ActivityProgress, Enrolment
from bina.learning.queries.hot import held_enrolment, progress_in_activity
from bina.learning.rules import (
    KINDS,
    Doing,
    EnrolmentState,
    ProgressState,
    can_become,
    can_give_reason,
    can_learn,
    may_learn_in,
    may_repair,
    with_required_parts,
)
from bina.people.queries import standing_of

if TYPE_CHECKING:
    from bina.people.models import User

OPENED, COMPLETED = "o", "c"


def locked(enrolment: Enrolment) -> Enrolment:
    """The same enrolment, read anew and held until the transaction ends, so that two tabs follow each other.

    What hangs on it (course, version, employee) is taken over from what the caller has read already. Raises DoesNotExist.
    """
    held = held_enrolment.first(enrolment.pk)
    if held is None:
        raise Enrolment.DoesNotExist
    for name, row in enrolment._state.fields_cache.items():
        if row is not None and getattr(held, f"{name}_id") == row.pk:
            held._state.fields_cache[name] = row
    return held


def progress_row(enrolment: Enrolment, activity: Activity) -> ActivityProgress:
    """The learner's row for an activity, made on the first touch."""
    known = progress_in_activity.first(enrolment.pk, activity.pk)
    if known is not None:
        return known
    row, _is_new = ActivityProgress.objects.get_or_create(
        enrolment=enrolment, activity=activity, defaults={"opened_at": clock.now()}
    )
    return row


def open_activity(*, by: "User", enrolment: Enrolment, activity: Activity) -> None:
    """The learner looks at an activity: the first look is kept, and the place to come back to moves.

    Writes nothing when the person only reloads the page.
    """
    may_learn_in(by, enrolment).require()
    is_known = activity.key in enrolment.progress_marks
    if enrolment.state == EnrolmentState.WITHDRAWN or (is_known and enrolment.latest_activity_key == activity.key):
        return
    _open(enrolment, activity)


@transaction.atomic
def _open(enrolment: Enrolment, activity: Activity) -> None:
    held = locked(enrolment)
    moment = clock.now()
    if activity.key not in held.progress_marks:
        progress_row(held, activity)
        held.progress_marks[activity.key] = OPENED
    held.latest_activity_key = activity.key
    held.active_at = moment
    if KINDS[activity.kind].teaches:
        held.studied_at = moment
    held.save(update_fields=["progress_marks", "latest_activity_key", "active_at", "studied_at"])
    for name in ("progress_marks", "latest_activity_key", "active_at", "studied_at"):
        setattr(enrolment, name, getattr(held, name))


@transaction.atomic
def record_activity_progress(
    *, by: "User", enrolment: Enrolment, activity: Activity, report: Mapping[str, Any]
) -> ActivityProgress:
    """Take in what the player reports (seconds, watched stretches, a download); malformed parts are left out.

    A kind that needs no button is completed when the evidence suffices.
    """
    may_learn_in(by, enrolment).require()
    held = locked(enrolment)
    can_learn(held.state).require()
    row = progress_row(held, activity)
    kind = KINDS[activity.kind]
    row.evidence = kind.merge(activity.payload, dict(row.evidence), report)
    row.save(update_fields=["evidence"])
    held.progress_marks.setdefault(activity.key, OPENED)
    held.active_at = clock.now()
    held.save(update_fields=["active_at", "progress_marks"])
    if not kind.confirms and kind.can_complete(activity.payload, Doing(row.evidence, row.best_score)):
        finish(by=by, enrolment=held, activity=activity, row=row)
    return row


@transaction.atomic
def complete_activity(*, by: "User", enrolment: Enrolment, activity: Activity) -> Enrolment:
    """The learner marks an activity as done, and the course completes by itself with its last part.

    Doing it twice changes nothing. Raises Refused with what is missing when the evidence does not suffice.
    """
    may_learn_in(by, enrolment).require()
    held = locked(enrolment)
    can_learn(held.state).require()
    row = progress_row(held, activity)
    if row.state != ProgressState.COMPLETED:
        KINDS[activity.kind].can_complete(activity.payload, Doing(row.evidence, row.best_score)).require()
        finish(by=by, enrolment=held, activity=activity, row=row)
    return held


def finish(
    *, by: "User | None", enrolment: Enrolment, activity: Activity, row: ActivityProgress, reason: str = ""
) -> None:
    """Write a part as done and everything that follows; ``enrolment`` is held by the caller's transaction."""
    if row.state != ProgressState.COMPLETED:
        row.state = ProgressState.COMPLETED.value
        row.completed_at = clock.now()
        row.save(update_fields=["state", "completed_at"])
        record(
            entries.ACTIVITY_REPAIRED if reason else entries.ACTIVITY_COMPLETED,
            by=by, kind="enrolment", object_id=enrolment.public_id, name=activity.title,
            agency_id=enrolment.employee.agency_id, reason=reason,
            data={"course": enrolment.course.slug, "activity": activity.key, "kind": activity.kind,
                  "employee_id": enrolment.employee_id, "seconds": row.evidence.get("seconds", 0)},
        )  # fmt: skip
    enrolment.progress_marks[activity.key] = COMPLETED
    enrolment.active_at = clock.now()
    recount(enrolment)
    enrolment.save(update_fields=["progress_marks", "active_at", "parts_done", "parts_total", "minutes_left", "grade"])
    complete_when_done(by=by, enrolment=enrolment)


def recount(enrolment: Enrolment) -> None:
    """Make the counters agree with the marks; reads nothing but the enrolment and its version's outline."""
    parts = with_required_parts(enrolment.version.outline)
    left = [part for part in parts if enrolment.progress_marks.get(part["key"]) != COMPLETED]
    enrolment.parts_total = len(parts)
    enrolment.parts_done = len(parts) - len(left)
    enrolment.minutes_left = sum(part["minutes"] for part in left)


def complete_when_done(*, by: "User | None", enrolment: Enrolment) -> bool:
    """Complete the enrolment when every required part is done (a final test only counts when passed); True when now."""
    if enrolment.state != EnrolmentState.STARTED or enrolment.parts_done < enrolment.parts_total:
        return False
    zone = enrolment.employee.agency.time_zone
    enrolment.state = EnrolmentState.COMPLETED.value
    enrolment.completed_at = clock.now()
    enrolment.save(update_fields=["state", "completed_at"])
    version, course = enrolment.version, enrolment.course
    record(
        entries.ENROLMENT_COMPLETED, by=by, kind="enrolment", object_id=enrolment.public_id, name=version.title,
        agency_id=enrolment.employee.agency_id,
        data={
            "course": course.slug, "course_public_id": str(course.public_id), "version": version.number,
            "employee_id": enrolment.employee_id, "learning_hours": version.learning_hours, "form": version.form_code,
            "level": version.level, "title": version.title, "origin": enrolment.origin,
            "origin_id": enrolment.origin_id,
            "started_on": enrolment.started_at.astimezone(clock.ZONES.get(zone, clock.ZONES["WIB"])).date().isoformat(),
            "completed_on": clock.today(zone).isoformat(), "grade": enrolment.grade,
        },
    )  # fmt: skip
    return True


@transaction.atomic
def repair_activity(*, by: "User", enrolment: Enrolment, activity: Activity, reason: str) -> Enrolment:
    """An authorised person writes a part as done, with a reason that stays in the journal, e.g. a power cut.

    A missing test score stays missing: repairs never invent a grade. Raises Denied, or Refused without a reason.
    """
    held = locked(enrolment)
    may_repair(standing_of(by), unit_path=held.employee.unit.path, course_agency_id=held.course.agency_id).require()
    can_give_reason(reason).require()
    if activity.version_id != held.version_id:
        raise Refused(_("Bagian ini bukan milik versi kursus yang diikuti peserta."))
    finish(by=by, enrolment=held, activity=activity, row=progress_row(held, activity), reason=reason.strip())
    return held


@transaction.atomic
def reopen_enrolment(*, by: "User", enrolment: Enrolment, reason: str, redo: Activity | None = None) -> Enrolment:
    """Take a completion or a withdrawal back, with a reason; the first completion stays in the journal.

    A completed course is reopened at one part that must be done again: ``redo``, else its final test, else its last
    required part; so the learner always has a way to the end. For authorised people; raises Denied, or Refused without
    a reason. A running enrolment is left as it is.
    """
    held = locked(enrolment)
    may_repair(standing_of(by), unit_path=held.employee.unit.path, course_agency_id=held.course.agency_id).require()
    can_give_reason(reason).require()
    if redo is not None and redo.version_id != held.version_id:
        raise Refused(_("Bagian ini bukan milik versi kursus yang diikuti peserta."))
    if held.state == EnrolmentState.STARTED:
        return held
    was_completed = held.state == EnrolmentState.COMPLETED
    can_become(held.state, EnrolmentState.STARTED).require()
    held.state = EnrolmentState.STARTED.value
    held.completed_at = held.withdrawn_at = None
    if was_completed:
        _open_again(held, redo or _last_proof(held))
    recount(held)
    held.save()
    record(
        entries.ENROLMENT_REOPENED, by=by, kind="enrolment", object_id=held.public_id, name=held.version.title,
        agency_id=held.employee.agency_id, reason=reason.strip(),
        data={"course": held.course.slug, "course_public_id": str(held.course.public_id), "employee_id": held.employee_id,
              "redo": (redo.key if redo else "")},
    )  # fmt: skip
    return held


def _last_proof(enrolment: Enrolment) -> Activity:
    parts = with_required_parts(enrolment.version.outline)
    final = next((part for part in parts if part.get("role") == "post"), parts[-1])
    return Activity.objects.get(version_id=enrolment.version_id, key=final["key"])


def _open_again(enrolment: Enrolment, activity: Activity) -> None:
    """Set one part back to opened; what was done before moves aside and stays readable."""
    row = progress_row(enrolment, activity)
    former = [*row.evidence.get("former", []), {name: row.evidence[name] for name in row.evidence if name != "former"}]
    row.evidence = {"former": former}
    row.state, row.completed_at, row.best_score = ProgressState.OPENED.value, None, None
    row.save(update_fields=["evidence", "state", "completed_at", "best_score"])
    enrolment.progress_marks[activity.key] = OPENED
    if activity.payload.get("role") == "post":
        enrolment.grade = None
