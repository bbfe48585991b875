"""What an ended attempt tells its person: levels for a bank's test, score and explanations for a course's own."""

from dataclasses import dataclass

from bina.assessment.models import CompetencyScore, Session
from bina.assessment.queries.sessions import answers_of, form_versions, scores_of
from bina.assessment.rules import Answer, Feedback, PublicItem, feedback_on, public_view
from bina.competencies.queries import ProfileLine, profile_of


@dataclass(frozen=True, slots=True)
class BankOutcome:
    """Levels now, for what was asked; never which answer was right, so that the bank stays secret."""

    groups: tuple[tuple[str, tuple[ProfileLine, ...]], ...]
    unmeasured: tuple[str, ...]
    strongest: tuple[ProfileLine, ...]
    weakest: tuple[ProfileLine, ...]
    answered_count: int

    @property
    def lines(self) -> tuple[ProfileLine, ...]:
        """All levels of the outcome, area after area."""
        return tuple(line for _area, lines in self.groups for line in lines)

    @property
    def proven_count(self) -> int:
        """How many requirements among these are proven now."""
        return sum(line.required is not None and line.status == "proven" for line in self.lines)

    @property
    def required_count(self) -> int:
        """How many of these the job asks for."""
        return sum(line.required is not None for line in self.lines)


def bank_outcome(session: Session) -> BankOutcome:
    """The person's levels on what an ended attempt asked, with the strongest and the ones most worth working on."""
    measured = {score.competency_id for score in scores_of(session)}
    versions = form_versions(session)
    skipped = {
        version.item.competency
        for version in versions
        if version.item.competency and version.item.competency_id not in measured
    }
    lines = tuple(line for line in profile_of(session.employee).lines if line.competency_id in measured)
    areas = {
        version.item.competency.parent_id: str(version.item.competency.parent)
        for version in versions
        if version.item.competency
    }
    area_ids = list(dict.fromkeys(line.area_id for line in lines))
    known = [line for line in lines if line.mean is not None]
    by_level = sorted(known, key=lambda line: (-(line.mean or 0.0), line.competency_id))
    weakest = sorted(
        (line for line in known if line.required is not None and line.status != "proven"),
        key=lambda line: (-line.severity, line.mean or 0.0),
    )
    return BankOutcome(
        groups=tuple((areas[key], tuple(row for row in lines if row.area_id == key)) for key in area_ids),
        unmeasured=tuple(sorted(str(row) for row in skipped)),
        strongest=tuple(by_level[:2]) if len(by_level) > 3 else (),
        weakest=tuple(weakest[:3]),
        answered_count=len(answers_of(session)),
    )


@dataclass(frozen=True, slots=True)
class ReviewedItem:
    """One question of a course test with the person's answer and what there is to learn from it."""

    position: int
    view: PublicItem
    answer: Answer
    feedback: Feedback


@dataclass(frozen=True, slots=True)
class CourseOutcome:
    """The score of a course test, by competency, and every question explained."""

    share: float
    right_count: int
    scores: tuple[CompetencyScore, ...]
    items: tuple[ReviewedItem, ...]


def course_outcome(session: Session) -> CourseOutcome:
    """Everything about one's own course test; its questions belong to the course, so they may be explained."""
    answers = answers_of(session)
    items = []
    for position, version in enumerate(form_versions(session), start=1):
        response = answers.get(position)
        answer = response.answer if response else None
        kind, payload = version.item.kind, version.payload
        told = feedback_on(kind, payload, answer, version.explanation)
        items.append(
            ReviewedItem(position, public_view(kind, payload, session.seed_at(position), version.stem), answer, told)
        )
    return CourseOutcome(
        share=session.score or 0.0,
        right_count=sum(row.feedback.is_right for row in items),
        scores=tuple(scores_of(session)),
        items=tuple(items),
    )
