"""Questions of assessors, who score without knowing whose work it is, and what a work is worth once it is scored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from bina.assessment.models import RubricCriterion, RubricScore, TaskAssessor, TaskAssignment
from bina.assessment.queries.tasks import rubric_of
from bina.assessment.rules import (
    OPEN_TO_ASSESSORS,
    OPEN_TO_PERSON,
    HandingState,
    may_score,
)
from bina.foundation.verdict import Verdict
from bina.people.queries import active_employees, is_superior_of, user_of

if TYPE_CHECKING:
    from uuid import UUID

    from bina.people.models import Employee, User


def scores_on_desk(user: "User") -> QuerySet[RubricScore]:
    """The turns of an assessor: what waits first, then what was sent, newest first. Never with the person's name."""
    if user.employee_id is None:
        return RubricScore.objects.none()
    return (
        RubricScore.objects.filter(assessor_id=user.employee_id)
        .filter(Q(sent_at__isnull=False) | Q(assignment__state__in=[state.value for state in OPEN_TO_ASSESSORS]))
        .select_related("assignment__version")
        .order_by("-sent_at", "given_at", "id")
    )


def waiting_scores(user: "User") -> QuerySet[RubricScore]:
    """The turns that wait for the account's person."""
    return scores_on_desk(user).filter(sent_at=None).order_by("given_at", "id")


def score_visible_to(user: "User", public_id: "UUID | str") -> RubricScore | None:
    """One turn of the account's own."""
    return (
        scores_on_desk(user)
        .filter(public_id=public_id)
        .select_related("assignment__version__task", "assessor")
        .prefetch_related("assignment__files")
        .first()
    )


def next_waiting_score(user: "User", after: RubricScore) -> RubricScore | None:
    """What the assessor may turn to after this one."""
    return waiting_scores(user).exclude(pk=after.pk).first()


def may_score_work(assignment: TaskAssignment, assessor: "Employee") -> Verdict:
    """Whether somebody may score a person's work: conflicts of interest, agency, account."""
    person = assignment.employee
    works = TaskAssignment.objects.filter(
        version__task_id=assignment.version.task_id, employee=assessor,
        state__in=[*(state.value for state in OPEN_TO_PERSON), *(state.value for state in OPEN_TO_ASSESSORS)],
    )  # fmt: skip
    return may_score(
        is_person=assessor.pk == person.pk,
        is_subordinate=assessor.pk != person.pk and is_superior_of(person, assessor),
        in_agency=assessor.agency_id == person.agency_id and active_employees().filter(pk=assessor.pk).exists(),
        has_account=user_of(assessor) is not None,
        works_on_it=works.exists(),
    )


def free_assessors(assignment: TaskAssignment) -> "list[Employee]":
    """Named assessors who may score this work and have no turn in it, those with the fewest open turns first."""
    taken = RubricScore.objects.filter(assignment=assignment).values("assessor_id")
    named = (
        TaskAssessor.objects.filter(
            task_id=assignment.version.task_id, employee__agency_id=assignment.employee.agency_id
        )
        .exclude(employee_id__in=taken)
        .select_related("employee__unit", "employee__agency")
    )
    people = [row.employee for row in named]
    open_turns = dict(
        RubricScore.objects.filter(assessor__in=people, sent_at=None)
        .filter(assignment__state__in=[state.value for state in OPEN_TO_ASSESSORS])
        .order_by()
        .values_list("assessor_id")
        .annotate(turns=Count("id"))
    )
    people.sort(key=lambda person: (open_turns.get(person.pk, 0), person.pk))
    return [person for person in people if may_score_work(assignment, person)]


def missing_turns(work: TaskAssignment) -> int:
    """How many people are still needed to score a work: two (or one), and a third where two lie too far apart."""
    turns = list(RubricScore.objects.filter(assignment=work).values_list("is_third", flat=True))
    if work.needs_third:
        return 0 if any(turns) else 1
    return max(0, work.version.scorers - len(turns))


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """A criterion after scoring: the mark that counts (the mean of two that agree, or the third person's)."""

    criterion: RubricCriterion
    mark: float

    @property
    def looks_like(self) -> str:
        """What the nearest mark looks like."""
        return str(self.criterion.descriptors[int(self.mark + 0.5)])


def deciding_scores(scores: Sequence[RubricScore]) -> list[RubricScore]:
    """The sent scorings that count: the third person's where there is one, else all."""
    sent = [score for score in scores if score.sent_at]
    return [score for score in sent if score.is_third] or sent


@dataclass(frozen=True, slots=True)
class TaskResult:
    """A scored work as its person reads it: marks by criterion, and what the assessors wrote, without their names."""

    criteria: tuple[CriterionResult, ...]
    comments: tuple[str, ...]
    by_third: bool


def task_result(assignment: TaskAssignment) -> TaskResult | None:
    """The result of a scored work; None before all have scored."""
    if assignment.state != HandingState.SCORED:
        return None
    scores = list(assignment.scores.order_by("id"))
    deciding = deciding_scores(scores)
    lines = []
    for criterion in rubric_of(assignment.version):
        marks = [score.marks[criterion.key] for score in deciding]
        lines.append(CriterionResult(criterion, sum(marks) / len(marks)))
    comments = tuple(score.comment for score in scores if score.sent_at and score.comment.strip())
    return TaskResult(tuple(lines), comments, any(score.is_third for score in deciding))


def earlier_scores(score: RubricScore) -> list[RubricScore]:
    """What the first two gave, for the third person who decides between them; nothing for anybody else."""
    if not score.is_third:
        return []
    return list(
        RubricScore.objects.filter(assignment_id=score.assignment_id, is_third=False, sent_at__isnull=False).order_by(
            "id"
        )
    )
