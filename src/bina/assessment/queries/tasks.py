"""Questions about practical tasks: who sees and keeps them, who works on them, what came of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Prefetch, Q, QuerySet

from bina.assessment.models import (
    PracticalTask,
    RubricCriterion,
    RubricScore,
    TaskAssessor,
    TaskAssignment,
    TaskVersion,
)
from bina.assessment.queries.formal import may_organise
from bina.assessment.rules import HandingState, TaskState
from bina.competencies.queries import competencies_to_require
from bina.people.queries import (
    active_employees,
    agencies_visible_to,
    employees_managed_by,
    standing_of,
    units_visible_to,
    users_with,
)
from bina.people.rules import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from bina.competencies.models import Competency
    from bina.people.models import Employee, OrgUnit, User

MOST_FOUND = 20


def tasks_visible_to(user: "User") -> QuerySet[PracticalTask]:
    """Tasks that an organiser may set: national ones in use and every one of its agency; nobody else sees any."""
    if not may_organise(user):
        return PracticalTask.objects.none()
    agencies = agencies_visible_to(user, Permission.MANAGE_ASSESSMENTS)
    return PracticalTask.objects.filter(
        Q(agency__in=agencies) | Q(agency=None, state=TaskState.PUBLISHED)
    ).select_related("current", "agency")


def task_visible_to(user: "User", public_id: "UUID | str") -> PracticalTask | None:
    """One task that an organiser may set."""
    return tasks_visible_to(user).filter(public_id=public_id).first()


def may_keep_task(user: "User", task: PracticalTask) -> bool:
    """Whether the account may change the words, the rubric and the state of a task: only in its own agency."""
    agencies = standing_of(user).agencies_with(Permission.MANAGE_ASSESSMENTS)
    return task.agency_id is not None and (agencies is None or task.agency_id in agencies)


def rubric_of(version: TaskVersion) -> list[RubricCriterion]:
    """The lines of a rubric in order, with their competencies."""
    return list(
        RubricCriterion.objects.filter(version=version).select_related("competency__framework").order_by("order")
    )


def competencies_of_tasks(agency_id: int | None) -> "dict[str, Competency]":
    """What a rubric may name, by public id: every competency with levels that the agency uses."""
    return {str(row.public_id): row for row in competencies_to_require(agency_id)}


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task in the organiser's list: how many work on it and how far they are."""

    task: PracticalTask
    assigned: int
    waiting: int
    scored: int

    @property
    def open(self) -> int:
        """How many have not handed in yet."""
        return self.assigned - self.waiting - self.scored


def task_lines(user: "User", tasks: Sequence[PracticalTask]) -> list[TaskLine]:
    """Counts for several tasks in one query, over the people of the account only."""
    at_assessors = Q(state__in=[HandingState.SUBMITTED.value, HandingState.SCORING.value])
    rows = (
        assignments_managed_by(user)
        .filter(version__task__in=[task.pk for task in tasks])
        .exclude(state=HandingState.CANCELLED)
        .order_by()
        .values("version__task_id")
        .annotate(
            everyone=Count("id"),
            waiting=Count("id", filter=at_assessors),
            done=Count("id", filter=Q(state=HandingState.SCORED.value)),
        )
    )
    found = {row["version__task_id"]: (row["everyone"], row["waiting"], row["done"]) for row in rows}
    return [TaskLine(task, *found.get(task.pk, (0, 0, 0))) for task in tasks]


def assignments_managed_by(user: "User") -> QuerySet[TaskAssignment]:
    """Works of the people for whom the account holds assessments."""
    return TaskAssignment.objects.filter(employee__in=employees_managed_by(user, Permission.MANAGE_ASSESSMENTS))


def assignments_of_task(user: "User", task: PracticalTask) -> QuerySet[TaskAssignment]:
    """Works on one task, the open ones first, with person, assessors and turns."""
    turns = RubricScore.objects.select_related("assessor").order_by("id")
    return (
        assignments_managed_by(user)
        .filter(version__task=task)
        .select_related("employee__unit", "version")
        .prefetch_related(Prefetch("scores", queryset=turns))
        .order_by("scored_at", "due_on", "id")
    )


def managed_assignment(user: "User", public_id: "UUID | str") -> TaskAssignment | None:
    """One work of a person for whom the account holds assessments."""
    return (
        assignments_managed_by(user)
        .filter(public_id=public_id)
        .select_related("employee__unit", "employee__agency", "version__task__current")
        .first()
    )


def own_assignment(user: "User", public_id: "UUID | str") -> TaskAssignment | None:
    """One work of the account's own person."""
    if user.employee_id is None:
        return None
    return (
        TaskAssignment.objects.filter(public_id=public_id, employee_id=user.employee_id)
        .select_related("version__task", "employee__agency")
        .prefetch_related("files")
        .first()
    )


def assignments_of(employee: "Employee") -> QuerySet[TaskAssignment]:
    """Everything a person was asked to do, what is still open first."""
    return (
        TaskAssignment.objects.filter(employee=employee)
        .exclude(state=HandingState.CANCELLED)
        .select_related("version")
        .order_by("submitted_at", "due_on", "id")
    )


def assessors_of(user: "User", task: PracticalTask) -> list[TaskAssessor]:
    """Whom the organisers of the account's agency named to score a task, with unit."""
    named = TaskAssessor.objects.filter(task=task)
    return list(
        named.filter(employee__agency_id=agency_of_organiser(user, task) or 0).select_related(
            "employee__unit", "employee__position", "employee__agency"
        )
    )


def agency_of_organiser(user: "User", task: PracticalTask) -> int | None:
    """In which agency the account organises this task: the task's own, else the account's person's."""
    return task.agency_id or (user.employee.agency_id if user.employee else None)


def people_to_name(user: "User", task: PracticalTask, text: str) -> "list[Employee]":
    """Colleagues in the agency with an account, by name, who may be named as assessors and are not yet."""
    words = text.split()[:6]
    if not words:
        return []
    found = (
        active_employees()
        .filter(agency_id=agency_of_organiser(user, task) or 0, user__isnull=False)
        .exclude(pk__in=TaskAssessor.objects.filter(task=task).values("employee_id"))
    )
    for word in words:
        found = found.filter(full_name__icontains=word)
    return list(found.select_related("unit", "position").order_by("full_name", "id")[:MOST_FOUND])


def person_to_name(user: "User", task: PracticalTask, public_id: "UUID") -> "Employee | None":
    """One person of the agency whom the organiser may try to name; the rules say whether it can be."""
    return (
        active_employees()
        .filter(agency_id=agency_of_organiser(user, task) or 0, public_id=public_id)
        .select_related("unit", "agency")
        .first()
    )


def people_to_assign(user: "User", text: str) -> "list[Employee]":
    """Active people for whom the account holds assessments, by name."""
    words = text.split()[:6]
    if not words:
        return []
    found = employees_managed_by(user, Permission.MANAGE_ASSESSMENTS) & active_employees()
    for word in words:
        found = found.filter(full_name__icontains=word)
    return list(found.select_related("unit", "position").order_by("full_name", "id")[:MOST_FOUND])


def people_with(user: "User", public_ids: "Iterable[UUID]") -> "list[Employee]":
    """Those of these people to whom the account may set tasks."""
    found = employees_managed_by(user, Permission.MANAGE_ASSESSMENTS) & active_employees()
    return list(found.filter(public_id__in=list(public_ids)).select_related("unit", "agency").order_by("id"))


def units_to_assign(user: "User") -> "QuerySet[OrgUnit]":
    """Units whose people the account may set tasks, in tree order."""
    return units_visible_to(user, Permission.MANAGE_ASSESSMENTS).filter(valid_to=None)


def people_of_unit(user: "User", unit: "OrgUnit") -> "QuerySet[Employee]":
    """Active people under a unit to whom the account may set tasks."""
    found = employees_managed_by(user, Permission.MANAGE_ASSESSMENTS) & active_employees()
    return found.filter(unit__path__subtree=unit.path).order_by("id")


def organisers_for(employee: "Employee") -> "QuerySet[User]":
    """Accounts that hold assessments over a person's unit, to be told what the person's work waits for."""
    return users_with(Permission.MANAGE_ASSESSMENTS, employee.unit.path)
