"""Tests before and after a course: begun here, taken in assessment, and what they mean for the course."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment.actions import answer_item, finish_session, start_session
from bina.assessment.queries import blueprint_by_code
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.learning.actions.progress import OPENED, finish, locked, note_score, progress_row, require_entry
from bina.learning.models import Activity, ActivityProgress, Enrolment
from bina.learning.queries import context_of, is_attempt_at
from bina.learning.rules import KINDS, Doing, ProgressState, can_learn, can_try_test, may_learn_in

if TYPE_CHECKING:
    from bina.assessment.models import Session
    from bina.people.models import User


@transaction.atomic
def begin_test(*, by: "User", enrolment: Enrolment, activity: Activity) -> "Session":
    """Begin a test of the course, or return the attempt that is open.

    Raises Refused, kindly and with what to do, when a final test was passed, tried three times today, or nothing of the
    course was opened since the last try.
    """
    may_learn_in(by, enrolment).require()
    held = locked(enrolment)
    can_learn(held.state).require()
    require_entry(held, activity)
    row = progress_row(held, activity)
    zone = held.employee.agency.time_zone
    can_try_test(
        activity.payload, row.evidence, best_score=row.best_score, studied_at=held.studied_at, today=clock.today(zone)
    ).require()
    blueprint = blueprint_by_code(activity.payload.get("blueprint", ""))
    if blueprint is None:
        raise Refused(_("Uji ini belum siap. Pengelola kursus perlu menerbitkan ulang versinya."))
    kind, context_id = context_of(held)
    return start_session(
        by=by,
        employee=held.employee,
        blueprint=blueprint,
        purpose=activity.payload["role"],
        context_kind=kind,
        context_id=context_id,
    )


def _require_of(session: "Session", enrolment: Enrolment, activity: Activity) -> None:
    if not is_attempt_at(session, enrolment, activity):
        raise Refused(_("Percobaan ini milik uji lain, sehingga hasilnya tidak dicatat di bagian ini."))


def answer_test(*, by: "User", session: "Session", position: int, answer: Any) -> None:
    """Save the answer at a place of an open attempt; raises Refused when its time is over."""
    answer_item(by=by, session=session, position=position, answer=answer)


@transaction.atomic
def finish_test(*, by: "User", enrolment: Enrolment, activity: Activity, session: "Session") -> Enrolment:
    """Hand a test in and take its result into the course; handing it in again changes nothing.

    Raises Denied for others, Refused for an attempt at anything but this part of this enrolment.
    """
    may_learn_in(by, enrolment).require()
    _require_of(session, enrolment, activity)
    finish_session(by=by, session=session)
    note_test_result(by=by, enrolment=enrolment, activity=activity, session=session)
    return Enrolment.objects.select_related("course", "version").get(pk=enrolment.pk)


@transaction.atomic
def note_test_result(
    *, by: "User | None", enrolment: Enrolment, activity: Activity, session: "Session"
) -> ActivityProgress:
    """Take the result of an ended attempt into the course, once, whoever ended it (the person or the clock).

    Raises Refused for an attempt at anything but this part of this enrolment.
    """
    _require_of(session, enrolment, activity)
    held = locked(enrolment)
    row = progress_row(held, activity)
    tries = list(row.evidence.get("tries", []))
    # Those from before the part was opened again stay known: an entry of the journal may be worked off late.
    former = [old for time in row.evidence.get("former", []) for old in time.get("tries", [])]
    if session.finished_at is None or any(old["session"] == str(session.public_id) for old in (*former, *tries)):
        return row
    score = session.score or 0.0
    tries.append(
        {
            "session": str(session.public_id), "score": round(score, 6), "at": session.finished_at.isoformat(),
            "on": clock.day_of(session.finished_at, held.employee.agency.time_zone).isoformat(),
        }
    )  # fmt: skip
    row.evidence = {**row.evidence, "tries": tries}
    row.attempts = len(tries)
    row.best_score = max(score, row.best_score or 0.0)
    row.save(update_fields=["evidence", "attempts", "best_score"])
    held.progress_marks.setdefault(activity.key, OPENED)
    if activity.payload.get("role") == "post":
        held.grade = round(100 * row.best_score, 2)
    held.save(update_fields=["progress_marks", "grade"])
    is_done = KINDS[activity.kind].can_complete(activity.payload, Doing(row.evidence, row.best_score))
    if is_done and row.state != ProgressState.COMPLETED and can_learn(held.state):
        finish(by=by, enrolment=held, activity=activity, row=row)
    if can_learn(held.state):
        note_score(by=by, enrolment=held, activity=activity, score=row.best_score)
    return row
