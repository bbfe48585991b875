"""Surveys in courses: a draft that is kept while unsent, and one outcome however often the button is pressed."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment.rules import LONGEST_PAIRING_DAYS, SMALLEST_GROUP, counted_answers, read_survey
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.learning.actions.progress import finish, locked, progress_row, require_entry
from bina.learning.models import (
    Activity,
    ActivityProgress,
    CourseSheet,
    CourseSheetDraft,
    Enrolment,
    SheetPair,
)
from bina.learning.rules import Naming, ProgressState, can_learn, content_in, may_learn_in

if TYPE_CHECKING:
    from bina.people.models import User


def _held(by: "User", enrolment: Enrolment, activity: Activity) -> tuple[Enrolment, ActivityProgress]:
    """The enrolment, held, and its row of the survey. Raises Denied, or Refused when the part is not open."""
    may_learn_in(by, enrolment).require()
    held = locked(enrolment)
    can_learn(held.state).require()
    require_entry(held, activity)
    return held, progress_row(held, activity)


def _is_over(row: ActivityProgress) -> bool:
    """Whether the survey was sent or passed over, also before the part was opened again."""
    return row.state == ProgressState.COMPLETED or any(one.get("finished") for one in row.evidence.get("former", []))


@transaction.atomic
def save_course_sheet(
    *, by: "User", enrolment: Enrolment, activity: Activity, answers: Mapping[str, Any], replaced: Sequence[str]
) -> None:
    """Keep answers that are not sent yet, for this learner only; of ``replaced`` questions what is not in ``answers`` is
    forgotten. Nothing is kept once the survey is over. Raises Denied, Refused when the part is not open."""
    held, row = _held(by, enrolment, activity)
    if _is_over(row):
        return
    draft, _is_new = CourseSheetDraft.objects.get_or_create(
        enrolment=held, activity=activity, defaults={"saved_at": clock.now()}
    )
    known = {question["key"] for question in content_in(activity.payload).questions}
    kept = {key: value for key, value in draft.answers.items() if key not in replaced}
    draft.answers = {**kept, **{key: value for key, value in answers.items() if key in known}}
    draft.saved_at = clock.now()
    draft.save(update_fields=["answers", "saved_at"])


@transaction.atomic
def send_course_sheet(*, by: "User", enrolment: Enrolment, activity: Activity, answers: Mapping[str, Any]) -> Enrolment:
    """Count one sheet of a learner, once, and close the part; sent or passed over already, nothing changes.

    Raises Denied, and Refused when the part is not open or a required question has no answer; then nothing is written.
    """
    held, row = _held(by, enrolment, activity)
    if not _is_over(row):
        content = content_in(activity.payload)
        kept, missing = counted_answers(content, read_survey(content.questions, answers))
        if missing:
            raise Refused(
                _("Masih ada %(count)s pertanyaan yang perlu dijawab. Jawaban lain tetap ada di layar.")
                % {"count": len(missing)}
            )
        _keep(held, activity, kept)
    _end(by, held, activity, row)
    return held


@transaction.atomic
def pass_over_survey(*, by: "User", enrolment: Enrolment, activity: Activity) -> Enrolment:
    """Close a survey without names without answering it; it looks the same as if it had been answered.

    Raises Denied, and Refused for a survey with names or a part that is not open.
    """
    if activity.payload["naming"] == Naming.NAMED:
        raise Refused(_("Survei ini memakai nama dan tidak dapat dilewati."))
    held, row = _held(by, enrolment, activity)
    if not _is_over(row):
        _pair_sign(held, activity)
    _end(by, held, activity, row)
    return held


def _keep(enrolment: Enrolment, activity: Activity, answers: dict[str, Any]) -> None:
    is_named = activity.payload["naming"] == Naming.NAMED
    agency = enrolment.employee.agency
    today = clock.today(agency.time_zone)
    # Whoever sends to the same survey waits here, so that each sheet is counted with four others, never alone. A lock that
    # lets rows that point at the activity be written: learners who open the part do not wait.
    Activity.objects.select_for_update(no_key=True).only("pk").get(pk=activity.pk)
    CourseSheet.objects.create(
        activity=activity, agency=agency, answers=answers, week_of=today - dt.timedelta(days=today.weekday()),
        is_counted=is_named, sign=_pair_sign(enrolment, activity), employee=enrolment.employee if is_named else None,
    )  # fmt: skip
    waiting = CourseSheet.objects.filter(activity=activity, agency=agency, is_counted=False)
    if not is_named and waiting.count() >= SMALLEST_GROUP:
        waiting.update(is_counted=True)


def _pair_sign(enrolment: Enrolment, activity: Activity) -> str:
    """The sign of a sheet of a pair: made with the first, taken and erased with the second; empty outside of pairs."""
    if activity.payload["naming"] != Naming.PAIRED:
        return ""
    today = clock.today(enrolment.employee.agency.time_zone)
    SheetPair.objects.filter(made_on__lt=today - dt.timedelta(days=LONGEST_PAIRING_DAYS)).delete()
    first_key = activity.payload["pairs_with"]
    if first_key:
        pair = SheetPair.objects.filter(enrolment=enrolment, activity__key=first_key).first()
        if pair is None:
            return ""
        pair.delete()
        return pair.sign
    sign = secrets.token_hex(24)
    SheetPair.objects.get_or_create(enrolment=enrolment, activity=activity, defaults={"sign": sign, "made_on": today})
    return sign


def _end(by: "User", enrolment: Enrolment, activity: Activity, row: ActivityProgress) -> None:
    CourseSheetDraft.objects.filter(enrolment=enrolment, activity=activity).delete()
    if row.state == ProgressState.COMPLETED:
        return
    # How long the part was open would tell who answered, so only its end is kept.
    row.evidence = {**row.evidence, "finished": True}
    row.opened_at = clock.now()
    row.save(update_fields=["evidence", "opened_at"])
    finish(by=by, enrolment=enrolment, activity=activity, row=row)
