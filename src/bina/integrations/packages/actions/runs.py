"""Opening a package, and keeping what it reports: one frame at a time, each report once, nothing lost."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.integrations.packages import entries
from bina.integrations.packages.actions.telling import tell_store
from bina.integrations.packages.models import PackageAttempt, PackageInteraction
from bina.integrations.packages.queries import known_of, latest_attempt, may_go_on, stored_attempt, trial_of
from bina.integrations.packages.rules import (
    RUNTIMES,
    AttemptState,
    Outcome,
    Trial,
    can_save,
    clean_state,
    readable,
    state_after,
    storable,
)
from bina.journal.actions import record
from bina.journal.registry import Verb
from bina.learning.actions import open_activity, record_activity_progress
from bina.learning.queries import progress_in
from bina.learning.rules import ProgressState, can_learn, may_learn_in

if TYPE_CHECKING:
    from bina.learning.models import Activity, Enrolment
    from bina.people.models import User

OVER = {AttemptState.DONE.value, AttemptState.PASSED.value}
LONGEST_RUN = 12 * 3600
LONGEST_WORDS = {"code": 255, "kind": 30, "description": 500, "response": 4000, "result": 30, "latency": 40}


@transaction.atomic
def begin_run(*, by: "User", enrolment: "Enrolment", activity: "Activity") -> PackageAttempt:
    """Open a package in a new frame: whatever was open before can no longer report, and this one goes on from there.

    A part that was opened again by an authorised person begins a new attempt. Raises Denied for anyone but the learner,
    Refused after withdrawal and for a part that is not open yet.
    """
    may_learn_in(by, enrolment).require()
    can_learn(enrolment.state).require()
    open_activity(by=by, enrolment=enrolment, activity=activity)
    moment = clock.now()
    latest = latest_attempt(enrolment, activity)
    number = latest.number if latest else 1
    if latest is not None and latest.status in OVER:
        progress = progress_in(enrolment, activity)
        if progress is not None and progress.state != ProgressState.COMPLETED:
            number += 1
    attempt, is_new = PackageAttempt.objects.get_or_create(
        enrolment=enrolment, activity=activity, number=number, defaults={"started_at": moment, "run_at": moment}
    )
    held = PackageAttempt.objects.select_for_update().get(pk=attempt.pk)
    held.run += 1
    held.sequence = 0
    held.run_at = moment
    held.seconds_before_run = held.seconds
    held.activity = activity
    if may_go_on(held):
        # It goes on, so the goodbye of the run before is no longer the last word.
        held.ended_at = None
    is_silent = RUNTIMES[activity.kind].is_silent(activity.payload)
    if is_silent:
        held.status, held.saved_at = AttemptState.DONE.value, held.saved_at or moment
    held.save(update_fields=["run", "sequence", "run_at", "seconds_before_run", "status", "saved_at", "ended_at"])
    if is_silent:
        outcome = Outcome(is_done=True)
        record_activity_progress(by=by, enrolment=enrolment, activity=activity, report={"outcome": outcome})
    if is_new:
        _note(entries.PACKAGE_STARTED, by, enrolment, activity, held)
    return held


@transaction.atomic
def restart(*, by: "User", enrolment: "Enrolment", activity: "Activity", is_by_rule: bool = False) -> PackageAttempt:
    """Begin again from nothing; what was reached before stays with its attempt. Doing it twice changes nothing.

    ``is_by_rule``: the page asks because the package's own rule says so, which is looked at again here: no program in a frame
    begins an attempt in the learner's name. Raises Refused too where the package allows no other attempt.
    """
    may_learn_in(by, enrolment).require()
    can_learn(enrolment.state).require()
    latest = latest_attempt(enrolment, activity)
    if latest is None or latest.saved_at is None:
        raise Refused(_("Belum ada yang perlu diulang: paket ini belum mencatat apa pun."))
    runtime, trial = RUNTIMES[activity.kind], trial_of(latest)
    over = replace(trial, is_ended=True, outcome=replace(trial.outcome, is_suspended=False))
    runtime.may_go_on(activity.payload, over).require()
    if is_by_rule and not (trial.is_ended and runtime.follows(activity.payload, trial) == "retry"):
        raise Refused(_("Paket tidak meminta pengulangan. Tidak ada yang diubah."))
    moment = clock.now()
    attempt, is_new = PackageAttempt.objects.get_or_create(
        enrolment=enrolment, activity=activity, number=latest.number + 1,
        defaults={"started_at": moment, "run_at": moment},
    )  # fmt: skip
    if is_new:
        # Whatever frame is still open belongs to the attempt before, and is told so at its next report.
        PackageAttempt.objects.filter(pk=latest.pk).update(run=latest.run + 1)
        _note(entries.PACKAGE_RESTARTED, by, enrolment, activity, attempt)
    return attempt


@transaction.atomic
def save_run(
    *, attempt_id: int, run: int, sequence: int, state: Mapping[str, object], is_ended: bool, is_change: bool = False
) -> tuple[PackageAttempt, Outcome | None]:
    """Keep a report of a package: its values, its answers, and what follows for the activity and the course.

    Who reports is known from the signed address of the run. A report that came before (or overtook a later one) changes
    nothing. ``is_change``: the values are those that differ from the last report (before the first one: from what the frame was
    told), an empty one takes away; so a last word is small. Raises Refused when another tab took over, the person left the
    course, or the account is closed, TooLarge for more than can be kept.
    """
    # Held without joins: the rows of the course are everybody's.
    PackageAttempt.objects.select_for_update().filter(pk=attempt_id).order_by().first()
    attempt = stored_attempt(attempt_id)
    if attempt is None:
        raise Refused(_("Kegiatan ini tidak ada lagi."))
    can_save(run=run, current_run=attempt.run).require()
    if sequence <= attempt.sequence:
        return attempt, None
    enrolment, activity = attempt.enrolment, attempt.activity
    by = getattr(enrolment.employee, "user", None)
    if by is None or not by.is_active:
        raise Refused(_("Akun ini tidak aktif lagi; kemajuan tidak dapat dicatat."))
    can_learn(enrolment.state).require()
    may_go_on(attempt).require()
    runtime, had = RUNTIMES[activity.kind], attempt.values
    if is_change:
        state = {**(had if attempt.sequence else runtime.begin(activity.payload, known_of(attempt))), **state}
    intake = runtime.take_in(activity.payload, had, clean_state(state))
    kept = intake.state
    outcome = runtime.outcome(activity.payload, kept, is_ended)
    trial = Trial(attempt.number, outcome, is_ended)
    outcome = replace(
        outcome, is_closed=not runtime.may_go_on(activity.payload, trial),
        follows=runtime.follows(activity.payload, trial) if is_ended else "",
    )  # fmt: skip
    before = attempt.status
    moment = clock.now()
    open_for = min(LONGEST_RUN, int((moment - attempt.run_at).total_seconds()) + 1)
    attempt.state, attempt.sequence, attempt.saved_at = storable(kept), sequence, moment
    # A package that counts its own time is believed as far as the frame was really open.
    attempt.seconds = attempt.seconds_before_run + min(outcome.seconds or open_for, open_for)
    attempt.status = state_after(before, is_done=outcome.is_done, is_passed=outcome.is_passed).value
    attempt.location = readable(outcome.location)[:1000]
    attempt.objectives = [
        {name: readable(value) if isinstance(value, str) else value for name, value in row.items()}
        for row in outcome.objectives
    ]
    if outcome.score is not None:
        attempt.score = max(outcome.score, attempt.score or 0.0)
    if is_ended:
        attempt.ended_at = moment
    attempt.save()
    _keep_interactions(attempt, outcome.interactions)
    record_activity_progress(by=by, enrolment=enrolment, activity=activity, report={"outcome": outcome})
    tell_store(attempt, intake.happenings, moment)
    if attempt.status != before:
        _note(entries.PACKAGE_JUDGED, by, enrolment, activity, attempt)
    return attempt, outcome


def _keep_interactions(attempt: PackageAttempt, told: tuple[Mapping[str, str], ...]) -> None:
    rows = [
        PackageInteraction(
            attempt=attempt, place=place,
            **{name: readable(row.get(name, ""))[:longest] for name, longest in LONGEST_WORDS.items()},
        )
        for place, row in enumerate(told)
    ]  # fmt: skip
    PackageInteraction.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["attempt", "place"],
        update_fields=list(LONGEST_WORDS),
    )  # fmt: skip


def _note(verb: Verb, by: "User", enrolment: "Enrolment", activity: "Activity", attempt: PackageAttempt) -> None:
    record(
        verb, by=by, kind="enrolment", object_id=enrolment.public_id, name=activity.title,
        agency_id=enrolment.employee.agency_id,
        data={"course": enrolment.course.slug, "activity": activity.key, "attempt": attempt.number,
              "status": attempt.status, "employee_id": enrolment.employee_id},
    )  # fmt: skip
