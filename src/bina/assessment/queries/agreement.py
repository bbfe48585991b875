"""How far the assessors of a task agree, and who of them is severe; said only where enough was scored twice."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bina.assessment.models import PracticalTask, RubricCriterion, RubricScore
from bina.assessment.queries.tasks import assignments_managed_by
from bina.assessment.rules import FEWEST_PAIRS, MARKS, SLOPE, STEPS_AROUND_CRITERION
from bina.science.psychometrics import (
    GradedItems,
    MarkAgreement,
    NormalPrior,
    RatedLevels,
    Ratings,
    WeightedKappa,
    mark_agreement,
    one_way_intraclass,
    rated_levels,
    weighted_kappa,
)

if TYPE_CHECKING:
    from bina.people.models import Employee, User

# Newest works that are looked at; more would not change what is said.
MOST_WORKS = 400


@dataclass(frozen=True, slots=True)
class CriterionAgreement:
    """Two assessors' agreement on one criterion; ``kappa`` only where enough works were scored twice and marks vary."""

    criterion: RubricCriterion
    shares: MarkAgreement
    kappa: WeightedKappa | None


@dataclass(frozen=True, slots=True)
class AssessorSeverity:
    """By how many levels an assessor's marks lie under those of the others (positive: severe), with its error."""

    assessor: "Employee"
    works: int
    severity: float | None
    error: float


@dataclass(frozen=True, slots=True)
class TaskAgreement:
    """Agreement on the current version of a task: works scored twice, by criterion, over all, and by assessor."""

    pairs: int
    thirds: int
    overall: MarkAgreement | None
    intraclass: float | None
    criteria: tuple[CriterionAgreement, ...]
    assessors: tuple[AssessorSeverity, ...]

    @property
    def is_enough(self) -> bool:
        """Whether enough works were scored twice for kappa, correlation and severity."""
        return self.pairs >= FEWEST_PAIRS


@dataclass(frozen=True, slots=True)
class Pool:
    """Sent first scorings of one task version, as arrays for the model with raters' severity."""

    ratings: Ratings
    items: GradedItems
    prior: NormalPrior
    subjects: tuple[tuple[int, int], ...]  # (assignment id, competency id)
    assessors: tuple[int, ...]
    pairs: int

    def levels(self) -> RatedLevels:
        """Levels of the works and severities of the assessors, estimated together."""
        return rated_levels(
            self.ratings, self.items, self.prior, persons=len(self.subjects), raters=len(self.assessors)
        )


def items_of(criteria: list[RubricCriterion]) -> GradedItems:
    """A rubric as graded items: “Memenuhi” as likely as not for a person just at the level of the criterion."""
    thresholds = np.array([[row.level + step for step in STEPS_AROUND_CRITERION] for row in criteria])
    return GradedItems(np.full(len(criteria), SLOPE), thresholds)


def pool_of_scores(scores: list[RubricScore], criteria: list[RubricCriterion]) -> Pool:
    """Scorings as ratings: a subject is one work on one competency, so that one severity holds over all criteria."""
    subjects: dict[tuple[int, int], int] = {}
    raters: dict[int, int] = {}
    level_counts: list[int] = []
    rows = []
    for score in scores:
        for place, criterion in enumerate(criteria):
            subject = (score.assignment_id, criterion.competency_id)
            if subject not in subjects:
                subjects[subject] = len(subjects)
                level_counts.append(criterion.competency.framework.level_count)
            rater = raters.setdefault(score.assessor_id, len(raters))
            rows.append((subjects[subject], place, rater, score.marks[criterion.key]))
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    counts = np.array(level_counts, dtype=np.float64)
    by_work: dict[int, int] = defaultdict(int)
    for score in scores:
        by_work[score.assignment_id] += 1
    return Pool(
        ratings=Ratings(table[:, 0], table[:, 1], table[:, 2], table[:, 3]),
        items=items_of(criteria),
        prior=NormalPrior(mean=counts / 2, sd=counts / 4),
        subjects=tuple(subjects),
        assessors=tuple(raters),
        pairs=sum(count >= 2 for count in by_work.values()),
    )


def task_agreement(user: "User", task: PracticalTask) -> TaskAgreement:
    """Agreement of the assessors on the task as it is now, over the works of the account's people."""
    version = task.current
    criteria = list(
        RubricCriterion.objects.filter(version=version).select_related("competency__framework").order_by("order")
    )
    works = assignments_managed_by(user).filter(version=version).order_by("-id").values("id")[:MOST_WORKS]
    sent = RubricScore.objects.filter(assignment_id__in=[row["id"] for row in works], sent_at__isnull=False)
    scores = list(sent.filter(is_third=False).select_related("assessor__unit").order_by("assignment_id", "assessor_id"))
    by_work: dict[int, list[RubricScore]] = defaultdict(list)
    for score in scores:
        by_work[score.assignment_id].append(score)
    pairs = [(rows[0], rows[1]) for rows in by_work.values() if len(rows) == 2]
    lines, everything = [], ([], [])  # type: tuple[list[CriterionAgreement], tuple[list[int], list[int]]]
    for criterion in criteria if pairs else ():
        one = [first.marks[criterion.key] for first, _second in pairs]
        other = [second.marks[criterion.key] for _first, second in pairs]
        everything[0].extend(one)
        everything[1].extend(other)
        kappa = weighted_kappa(one, other, len(MARKS)) if len(pairs) >= FEWEST_PAIRS else None
        known = kappa if kappa and not np.isnan(kappa.kappa) else None
        lines.append(CriterionAgreement(criterion, mark_agreement(one, other), known))
    enough = len(pairs) >= FEWEST_PAIRS
    correlation = one_way_intraclass([[one.total, other.total] for one, other in pairs]) if enough else None
    return TaskAgreement(
        pairs=len(pairs),
        thirds=sent.filter(is_third=True).count(),
        overall=mark_agreement(*everything) if pairs else None,
        intraclass=None if correlation is None or np.isnan(correlation) else correlation,
        criteria=tuple(lines),
        assessors=_severities(scores, criteria, known=enough),
    )


def _severities(
    scores: list[RubricScore], criteria: list[RubricCriterion], *, known: bool
) -> tuple[AssessorSeverity, ...]:
    people = {score.assessor_id: score.assessor for score in scores}
    counts: dict[int, int] = defaultdict(int)
    for score in scores:
        counts[score.assessor_id] += 1
    found: dict[int, tuple[float, float]] = {}
    if known:
        pool = pool_of_scores(scores, criteria)
        levels = pool.levels()
        # Against the mean of these assessors: their common part cannot be told from the level of the people.
        middle = float(levels.severity[levels.connected].mean())
        found = {
            person: (float(levels.severity[place]) - middle, float(levels.severity_error[place]))
            for place, person in enumerate(pool.assessors)
            if levels.connected[place]
        }
    rows = [
        AssessorSeverity(people[pk], counts[pk], found[pk][0] if pk in found else None, found.get(pk, (0.0, 0.0))[1])
        for pk in people
    ]
    return tuple(sorted(rows, key=lambda row: (row.assessor.full_name, row.assessor.pk)))
