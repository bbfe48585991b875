"""Walking through a course: opening, reporting, finishing parts, and the completion that follows by itself."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.journal.actions import record
from bina.learning import entries, queries
from bina.learning.models import Activity, ActivityProgress, Enrolment
from bina.learning.queries import ENROLMENT_SUMS
from bina.learning.queries.hot import held_enrolment, progress_in_activity
from bina.learning.rules import (
    DONE,
    KINDS,
    NOT_MEANT,
    Doing,
    EnrolmentState,
    ProgressState,
    can_enter,
    can_give_reason,
    can_learn,
    hasty_below,
    is_asked_for,
    may_learn_in,
    may_repair,
    tested_out,
    with_required_parts,
)
from bina.people.actions import note_person_changed
from bina.people.queries import standing_of
from bina.records.actions import tell_once

if TYPE_CHECKING:
    from bina.people.models import User

OPENED, COMPLETED = "o", DONE
FEWEST_WORDS = 4
LONGEST_SENTENCE = 400


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


def require_entry(enrolment: Enrolment, activity: Activity) -> None:
    """Raise Refused, with what comes before it, for a part that is not open yet, and for one that is not meant for the person."""
    marks = enrolment.progress_marks
    if marks.get(activity.key) == NOT_MEANT:
        raise Refused(_("Bagian ini disusun untuk kelompok jabatan atau daerah lain, dan tidak diminta dari Anda."))
    can_enter(enrolment.version.outline, activity.key, marks, enrolment.facts.get("scores", {})).require()


def open_activity(*, by: "User", enrolment: Enrolment, activity: Activity) -> None:
    """The learner looks at an activity: the first look is kept, and the place to come back to moves.

    Writes nothing when the person only reloads the page. Raises Refused for a part that is not open yet.
    """
    may_learn_in(by, enrolment).require()
    is_known = activity.key in enrolment.progress_marks
    if enrolment.state == EnrolmentState.WITHDRAWN or (is_known and enrolment.latest_activity_key == activity.key):
        return
    require_entry(enrolment, activity)
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

    A kind that needs no button is completed when the evidence suffices. What follows for the record store is written in the same
    transaction, so that a report that is sent again is neither counted nor told twice.
    """
    may_learn_in(by, enrolment).require()
    held = locked(enrolment)
    can_learn(held.state).require()
    require_entry(held, activity)
    row = progress_row(held, activity)
    kind = KINDS[activity.kind]
    said = kind.says(activity.payload, row.evidence, report)
    row.evidence = kind.merge(activity.payload, dict(row.evidence), report)
    score = kind.score(row.evidence)
    if score is not None:
        row.best_score = max(score, row.best_score or 0.0)
    row.save(update_fields=["evidence", "best_score"])
    if score is not None and is_asked_for(held.version.outline, activity.key):
        note_score(by=by, enrolment=held, activity=activity, score=score)
    held.progress_marks.setdefault(activity.key, OPENED)
    held.active_at = clock.now()
    held.save(update_fields=["active_at", "progress_marks"])
    if said:
        tell_once(
            agency=held.employee.agency, statements=queries.statements_of_activity(held, activity, said, clock.now())
        )
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
    require_entry(held, activity)
    row = progress_row(held, activity)
    if row.state != ProgressState.COMPLETED:
        KINDS[activity.kind].can_complete(activity.payload, Doing(row.evidence, row.best_score)).require()
        finish(by=by, enrolment=held, activity=activity, row=row)
    return held


def finish(
    *, by: "User | None", enrolment: Enrolment, activity: Activity, row: ActivityProgress, reason: str = "",
    is_own_work: bool = True,
) -> None:  # fmt: skip
    """Write a part as done and everything that follows; ``enrolment`` is held by the caller's transaction.

    ``is_own_work`` False: others decided that it is done (a repair, a test that makes it unnecessary), so its speed says nothing.
    """
    if row.state != ProgressState.COMPLETED:
        row.state = ProgressState.COMPLETED.value
        row.completed_at = clock.now()
        row.save(update_fields=["state", "completed_at"])
        if is_own_work and not reason:
            _note_haste(enrolment, activity, row)
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
    enrolment.save(
        update_fields=["progress_marks", "active_at", "parts_done", "parts_total", "minutes_left", "grade", "facts"]
    )
    complete_when_done(by=by, enrolment=enrolment)


def _note_haste(enrolment: Enrolment, activity: Activity, row: ActivityProgress) -> None:
    """Keep with the enrolment that a part took less time than anybody needs to read it, by the clock of this server.

    Nothing is held against the person: the trainer sees the figures, the person may say a sentence.
    """
    seconds = (clock.now() - row.opened_at).total_seconds()
    if KINDS[activity.kind].confirms and seconds < hasty_below(activity.minutes, activity.payload):
        noted = {"seconds": max(0, round(seconds)), "minutes": activity.minutes, "title": activity.title}
        enrolment.facts = {**enrolment.facts, "hasty": {**enrolment.facts.get("hasty", {}), activity.key: noted}}


@transaction.atomic
def explain_haste(*, by: "User", enrolment: Enrolment, key: str, words: str) -> Enrolment:
    """The person says in a sentence what a part that went very fast was about; nothing depends on it.

    A part that was not remarkable changes nothing. Raises Denied for others, Refused for less than a few words.
    """
    may_learn_in(by, enrolment).require()
    held = locked(enrolment)
    noted = held.facts.get("hasty", {}).get(key)
    if noted is None:
        return held
    said = " ".join(words.split())[:LONGEST_SENTENCE]
    if len(said.split()) < FEWEST_WORDS:
        raise Refused(_("Tulis satu kalimat, sedikitnya %(n)s kata, tentang isi bagian itu.") % {"n": FEWEST_WORDS})
    hasty = {**held.facts["hasty"], key: {**noted, "words": said}}
    held.facts = {**held.facts, "hasty": hasty}
    held.save(update_fields=["facts"])
    return held


def note_score(*, by: "User | None", enrolment: Enrolment, activity: Activity, score: float) -> None:
    """Keep the best score (0 to 1) of a test or quiz with the enrolment, and write the parts as done that it makes unnecessary.

    ``enrolment`` is held by the caller's transaction.
    """
    best = max(round(100 * score, 2), enrolment.facts.get("scores", {}).get(activity.key, 0.0))
    enrolment.facts = {**enrolment.facts, "scores": {**enrolment.facts.get("scores", {}), activity.key: best}}
    enrolment.save(update_fields=["facts"])
    parts = [part for section in enrolment.version.outline for part in section["parts"]]
    own = next((part for part in parts if part["key"] == activity.key), None)
    covered = tested_out(own, best) if own else ()
    left = [key for key in covered if enrolment.progress_marks.get(key) not in (COMPLETED, NOT_MEANT)]
    for other in Activity.objects.filter(version_id=enrolment.version_id, key__in=left).order_by("order"):
        row = progress_row(enrolment, other)
        row.evidence = {**row.evidence, "tested_out": {"by": activity.key, "title": activity.title, "score": best}}
        row.save(update_fields=["evidence"])
        finish(by=by, enrolment=enrolment, activity=other, row=row, is_own_work=False)


def recount(enrolment: Enrolment) -> None:
    """Make the counters agree with the marks; reads nothing but the enrolment and its version's outline."""
    parts = with_required_parts(enrolment.version.outline, enrolment.progress_marks)
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
    note_person_changed(enrolment.employee_id, ENROLMENT_SUMS)
    record(
        entries.ENROLMENT_COMPLETED, by=by, kind="enrolment", object_id=enrolment.public_id, name=version.title,
        agency_id=enrolment.employee.agency_id,
        data={
            "course": course.slug, "course_public_id": str(course.public_id), "version": version.number,
            "employee_id": enrolment.employee_id, "learning_hours": version.learning_hours, "form": version.form_code,
            "level": version.level, "title": version.title, "origin": enrolment.origin,
            "origin_id": enrolment.origin_id,
            "started_on": clock.day_of(enrolment.started_at, zone).isoformat(),
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
