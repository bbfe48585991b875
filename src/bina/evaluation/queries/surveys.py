"""What learners say about a programme: the sheet they answer, and what the group said, never who."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bina.assessment.queries import SheetQuestion, has_responded, instrument_by_code, sheet_questions, survey_summary
from bina.assessment.rules import missing_answers, read_survey
from bina.evaluation.models import Programme
from bina.evaluation.rules import MINIMUM_ANSWERS, SURVEY_CODE, SURVEY_CONTEXT
from bina.learning.rules import EnrolmentState

if TYPE_CHECKING:
    from bina.learning.models import Enrolment
    from bina.people.models import User


@dataclass(frozen=True, slots=True)
class SurveySheet:
    """The survey of one finished course for one learner."""

    title: str
    opening: str
    questions: tuple[SheetQuestion, ...]
    source: list[dict[str, Any]]
    is_open: bool
    is_answered: bool

    def read(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """The answers in a sent form that make sense."""
        return read_survey(self.source, sent)

    def missing(self, answers: Mapping[str, Any]) -> list[str]:
        """Keys of required questions without an answer."""
        return missing_answers(self.source, answers)


def programme_of(enrolment: "Enrolment") -> Programme | None:
    """The programme in which a learner's answer counts: of the course, in the learner's agency."""
    return Programme.objects.filter(course=enrolment.course_id, agency=enrolment.employee.agency_id).first()


def has_answered(user: "User", programme: Programme | None) -> bool:
    """Whether the account has answered about this programme."""
    return programme is not None and has_responded(user, SURVEY_CODE, SURVEY_CONTEXT, programme.public_id)


def survey_for(user: "User", enrolment: "Enrolment") -> SurveySheet:
    """The survey of an enrolment that belongs to the account."""
    instrument = instrument_by_code(SURVEY_CODE)
    return SurveySheet(
        title=str(instrument),
        opening=instrument.opening,
        questions=sheet_questions(instrument.questions),
        source=instrument.questions,
        is_open=enrolment.state == EnrolmentState.COMPLETED,
        is_answered=has_answered(user, programme_of(enrolment)),
    )


@dataclass(frozen=True, slots=True)
class ScaleStep:
    """One of the five answers: how many gave it, and their share."""

    number: int
    anchor: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class ScaleResult:
    """What the group said on one scale from 1 to 5."""

    key: str
    text: str
    count: int
    mean: float
    steps: tuple[ScaleStep, ...]


@dataclass(frozen=True, slots=True)
class WordsResult:
    """What the group wrote, in no telling order; empty when fewer than five wrote something."""

    key: str
    text: str
    count: int
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reaction:
    """The reaction of a group; below five answers only their number is told."""

    count: int
    scales: tuple[ScaleResult, ...]
    words: tuple[WordsResult, ...]

    @property
    def is_told(self) -> bool:
        """Whether enough people answered."""
        return self.count >= MINIMUM_ANSWERS

    def share_of(self, completions: int) -> float | None:
        """Share of those who finished that answered."""
        return min(1.0, self.count / completions) if completions else None


def reaction_to(programme: Programme) -> Reaction:
    """What learners said: in the programme's agency, or over all agencies for a programme without one."""
    if programme.agency_id is None:
        contexts = list(Programme.objects.filter(course=programme.course_id).values_list("public_id", flat=True))
    else:
        contexts = [programme.public_id]
    found = survey_summary(SURVEY_CODE, SURVEY_CONTEXT, contexts)
    if found.count < MINIMUM_ANSWERS:
        return Reaction(found.count, (), ())
    scales, words = [], []
    for question in found.questions:
        if question.kind == "likert5" and question.mean is not None:
            anchors = {1: question.lowest, 5: question.highest}
            steps = tuple(
                ScaleStep(number, anchors.get(number, ""), question.counts[str(number)],
                          question.counts[str(number)] / question.count)
                for number in range(1, 6)
            )  # fmt: skip
            scales.append(ScaleResult(question.key, question.text, question.count, question.mean, steps))
        elif question.kind == "text":
            shown = question.texts if question.count >= MINIMUM_ANSWERS else ()
            words.append(WordsResult(question.key, question.text, question.count, shown))
    return Reaction(found.count, tuple(scales), tuple(words))
