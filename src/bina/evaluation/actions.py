"""Everything evaluation does: programmes open by themselves, learners answer, results are estimated and passed on."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.db import transaction

from bina.assessment.actions import load_instrument, respond_to_survey
from bina.evaluation import entries
from bina.evaluation.models import ImpactEstimate, Programme
from bina.evaluation.queries import Gains, evaluates, gains_of, has_answered, reach_of
from bina.evaluation.queries.gains import GainLine
from bina.evaluation.rules import (
    MINIMUM_PAIRS,
    SURVEY_CODE,
    SURVEY_CONTEXT,
    can_answer_survey,
    can_have_period,
    is_estimate_due,
    may_answer_survey,
    may_change_programme,
)
from bina.foundation import clock
from bina.foundation.verdict import first_refusal
from bina.journal.actions import record
from bina.learning.actions import record_course_effect
from bina.learning.rules import EnrolmentState

if TYPE_CHECKING:
    from bina.learning.models import Course, Enrolment
    from bina.people.models import Agency, User


INSTRUMENTS = Path(__file__).resolve().parent / "data" / "instruments"


@transaction.atomic
def load_reference_data() -> None:
    """Load the shipped questionnaires; a second call changes nothing."""
    for path in sorted(INSTRUMENTS.glob("*.yaml")):
        load_instrument(yaml.safe_load(path.read_text(encoding="utf-8")))


@transaction.atomic
def open_programme(*, by: "User | None", course: "Course", agency: "Agency | None") -> Programme:
    """The programme of a course in an agency (None: among everybody), made when it is first needed."""
    programme, is_new = Programme.objects.get_or_create(
        course=course,
        agency=agency,
        defaults={"title": course.title, "owner_id": course.owner_id, "created_at": clock.now()},
    )
    if is_new:
        record(
            entries.PROGRAMME_OPENED,
            by=by,
            kind="programme",
            object_id=programme.public_id,
            name=programme.title,
            agency_id=programme.agency_id,
        )
    return programme


@transaction.atomic
def change_programme(
    *,
    by: "User",
    programme: Programme,
    title: str,
    period_from: dt.date | None,
    period_to: dt.date | None,
    owner: "User | None",
) -> Programme:
    """Another title, period or owner; the stored estimate is made anew for the new period."""
    first_refusal(
        may_change_programme(evaluates=evaluates(by, programme)), can_have_period(period_from, period_to)
    ).require()
    programme.title, programme.owner = title, owner
    programme.period_from, programme.period_to = period_from, period_to
    programme.save(update_fields=["title", "owner", "period_from", "period_to"])
    record(
        entries.PROGRAMME_CHANGED,
        by=by,
        kind="programme",
        object_id=programme.public_id,
        name=programme.title,
        agency_id=programme.agency_id,
        data={
            "period_from": period_from.isoformat() if period_from else None,
            "period_to": period_to.isoformat() if period_to else None,
        },
    )
    return programme


@transaction.atomic
def answer_survey(*, by: "User", enrolment: "Enrolment", answers: Mapping[str, Any]) -> None:
    """Keep a learner's reaction, once, apart from any name. Raises Refused when answered or not completed."""
    programme = open_programme(by=None, course=enrolment.course, agency=enrolment.employee.agency)
    first_refusal(
        may_answer_survey(is_own=by.employee_id == enrolment.employee_id),
        can_answer_survey(
            is_completed=enrolment.state == EnrolmentState.COMPLETED, is_answered=has_answered(by, programme)
        ),
    ).require()
    respond_to_survey(
        by=by,
        instrument_code=SURVEY_CODE,
        context_kind=SURVEY_CONTEXT,
        context_id=programme.public_id,
        answers=dict(answers),
    )


@transaction.atomic
def estimate_programme(*, programme: Programme, even_if_fresh: bool = False) -> bool:
    """Store what can be said about a programme now, and pass effects with enough pairs on to learning; False when the
    stored result is fresh enough. Repeating it without new results changes nothing but the time."""
    reach = reach_of(programme)
    if programme.estimated_at and not even_if_fresh and not is_estimate_due(reach.completed, programme.completions):
        Programme.objects.filter(pk=programme.pk).update(participants=reach.enrolled)
        return False
    gains = gains_of(programme)
    lines = [gains.overall, *gains.lines]
    ImpactEstimate.objects.filter(programme=programme).exclude(
        competency_id__in=[line.competency_id for line in gains.lines]
    ).exclude(competency=None).delete()
    for line in lines:
        competency = gains.competencies[line.competency_id] if line.competency_id is not None else None
        ImpactEstimate.objects.update_or_create(programme=programme, competency=competency, defaults=_stored(line))
    programme.participants, programme.completions = reach.enrolled, reach.completed
    programme.estimated_at = clock.now()
    programme.save(update_fields=["participants", "completions", "estimated_at"])
    _pass_on(programme, gains)
    record(
        entries.EFFECT_ESTIMATED,
        by=None,
        kind="programme",
        object_id=programme.public_id,
        name=programme.title,
        agency_id=programme.agency_id,
        data={"pairs": gains.overall.pairs, "verdict": gains.overall.verdict},
    )
    return True


def _stored(line: GainLine) -> dict[str, Any]:
    return {
        "pairs": line.pairs,
        "dropped": line.dropped,
        "mean_gain": line.mean,
        "standard_error": line.standard_error,
        "low": line.low,
        "high": line.high,
        "effect": line.effect,
        "effect_low": line.effect_low,
        "effect_high": line.effect_high,
        "verdict": line.verdict,
    }


def _pass_on(programme: Programme, gains: Gains) -> None:
    """Tell learning the measured effect; only from the programme that sees everybody the course is open to."""
    if programme.agency_id != programme.course.agency_id:
        return
    for line in gains.lines:
        if line.pairs < MINIMUM_PAIRS or line.mean is None or not line.standard_error or line.competency_id is None:
            continue
        record_course_effect(
            by=None,
            course=programme.course,
            competency=gains.competencies[line.competency_id],
            mean=line.mean,
            standard_error=line.standard_error,
            n=line.pairs,
            estimated_on=clock.today(),
        )
