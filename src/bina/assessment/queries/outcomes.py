"""What an ended attempt tells its person: levels for a bank's test, score and explanations for a course's own."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bina.assessment.models import CompetencyScore, Session
from bina.assessment.queries.adaptive import diagnostic_again_on
from bina.assessment.queries.sessions import answers_of, form_versions, scores_of
from bina.assessment.rules import Answer, Feedback, PublicItem, line_of_bank
from bina.competencies.queries import ProfileLine, UnitNorm, areas_by_id, cuts_in_force, profile_of, unit_norms

if TYPE_CHECKING:
    from uuid import UUID


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
        view = version.shown(session.seed_at(position))
        items.append(ReviewedItem(position, view, answer, version.explained(answer)))
    return CourseOutcome(
        share=session.score or 0.0,
        right_count=sum(row.feedback.is_right for row in items),
        scores=tuple(scores_of(session)),
        items=tuple(items),
    )


@dataclass(frozen=True, slots=True)
class AreaLevel:
    """An area (or the whole) after an adaptive test: level with its 90 % interval, beside the people of one's unit.

    ``norm`` is None where fewer than five colleagues are measured.
    """

    name: str
    mean: float
    low: float
    high: float
    norm: UnitNorm | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A competency after an adaptive test, beside what the job asks."""

    name: str
    public_id: "UUID"
    mean: float
    error: float
    required: int | None

    @property
    def is_open(self) -> bool:
        """Whether its 90 % interval leaves open if the job's requirement is met."""
        return self.required is not None and abs(self.mean - self.required) < REACH * self.error


@dataclass(frozen=True, slots=True)
class DiagnosticOutcome:
    """What an adaptive test tells its person; empty areas when nothing was answered.

    ``to_measure``: the requirement about which most is left open, worth a test of its own; ``again_on``: when the whole may be
    taken again.
    """

    areas: tuple[AreaLevel, ...]
    whole: AreaLevel
    strongest: tuple[Asked, ...]
    weakest: tuple[Asked, ...]
    answered_count: int
    level_count: int
    to_measure: Asked | None = None
    again_on: dt.date | None = None

    @property
    def is_even(self) -> bool:
        """Whether strongest and weakest differ by less than the test can tell."""
        if not (self.strongest and self.weakest):
            return False
        high, low = self.strongest[0], self.weakest[0]
        return high.mean - low.mean < REACH * math.hypot(high.error, low.error)


REACH = 1.645  # standard errors on both sides of a 90 % interval


def _on_scale(level: float, level_count: int) -> float:
    """A level as it is shown: what lies beyond the ends of the scale is the end."""
    return min(max(level, 0.0), level_count + 0.5)


def _level(name: str, numbers: Sequence[float], level_count: int, norm: UnitNorm | None = None) -> AreaLevel:
    mean, error = numbers
    low, middle, high = (_on_scale(mean + steps * error, level_count) for steps in (-REACH, 0.0, REACH))
    return AreaLevel(name, middle, low, high, norm)


def diagnostic_outcome(session: Session) -> DiagnosticOutcome:
    """An ended adaptive test for its own person: levels by area, strongest and most useful to develop, the unit's norm."""
    scores = scores_of(session)
    if not scores:
        return DiagnosticOutcome((), AreaLevel("", 0.0, 0.0, 0.0), (), (), 0, 0)
    level_count = scores[0].competency.framework.level_count
    found = areas_by_id(map(int, session.adaptive["areas"]))
    norms = unit_norms(
        session.employee, {pk: [child.pk for child in area.children.all()] for pk, area in found.items()}
    )
    # The attempt keeps abilities; what is told are levels, through the cuts in force today, as in the profile.
    cuts, line = cuts_in_force(), line_of_bank(session.blueprint.bank_id)
    areas = [
        _level(str(area), cuts.read(line, None, pk, *session.adaptive["areas"][str(pk)]), level_count, norms.get(pk))
        for pk, area in found.items()
    ]
    levels = {
        row.pk: cuts.read(line, row.competency_id, row.competency.parent_id, row.value, row.standard_deviation)
        for row in scores
    }
    required = {line.competency_id: line.required for line in profile_of(session.employee).lines}
    asked = [
        Asked(
            str(row.competency),
            row.competency.public_id,
            _on_scale(levels[row.pk][0], level_count),
            levels[row.pk][1],
            required.get(row.competency_id),
        )
        for row in scores
    ]
    by_level = sorted(asked, key=lambda row: -row.mean)
    below = sorted(
        (row for row in asked if row.required is not None and row.mean < row.required),
        key=lambda row: row.mean - (row.required or 0),
    )
    return DiagnosticOutcome(
        areas=tuple(areas),
        whole=_level("", cuts.read(line, None, None, *session.adaptive["whole"]), level_count),
        strongest=tuple(row for row in by_level[:3] if row.mean >= 0.5) if len(by_level) > 5 else (),
        weakest=tuple((below or by_level[::-1])[:3]),
        answered_count=sum(row.item_count for row in scores),
        level_count=level_count,
        to_measure=max((row for row in asked if row.is_open), key=lambda row: row.error, default=None),
        again_on=diagnostic_again_on(session.employee, session.blueprint),
    )
