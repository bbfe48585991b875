"""Who learns what, how far they are, and the best next step of a person."""

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from bina.foundation.prepared import hex_of
from bina.learning.models import Activity, Course, Enrolment, EnrolmentSum
from bina.learning.queries.courses import part_of_version
from bina.learning.queries.hot import PROSE, enrolments_in_course, own_enrolment
from bina.learning.rules import EnrolmentState
from bina.people.queries import employees_visible_to, standing_of, sums_by_branch
from bina.people.registry import Counting, UnitSums, keep_sums
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import Employee, OrgUnit, User


def enrolments_of(employee: "Employee") -> QuerySet[Enrolment]:
    """Everything a person takes or took, the latest activity first; the caller has decided who may see it."""
    left_out = [f"version__{name}" for name in (*PROSE, "outline")]
    rows = Enrolment.objects.filter(employee=employee).select_related("course", "version").defer(*left_out)
    return rows.order_by("-active_at", "-id")


def enrolment_of(employee: "Employee | None", course: Course) -> Enrolment | None:
    """The person's running enrolment in a course, else the latest one."""
    if employee is None:
        return None
    found = enrolments_in_course.rows(employee.pk, course.pk)
    for row in found:
        row.course = course
    return next((row for row in found if row.state == EnrolmentState.STARTED), found[0] if found else None)


def enrolment_visible_to(user: "User", public_id: UUID | str) -> Enrolment | None:
    """The account's own enrolment; nobody else walks in a learner's shoes."""
    if user.employee_id is None:
        return None
    return own_enrolment.first(hex_of(public_id), user.employee_id)


def part_of_learner(
    user: "User", public_id: UUID | str, key: str, kinds: Container[str]
) -> tuple[Enrolment, Activity] | None:
    """The account's own enrolment and one activity of it, when that is of one of these kinds."""
    enrolment = enrolment_visible_to(user, public_id)
    found = part_of_version(enrolment.version_id, key, kinds) if enrolment is not None else None
    return (enrolment, found) if enrolment is not None and found is not None else None


def enrolments_visible_to(user: "User") -> QuerySet[Enrolment]:
    """Enrolments whose progress the account may read: own, of direct subordinates, of people under SEE_LEARNING, and of
    the courses it owns."""
    people = employees_visible_to(user, Permission.SEE_LEARNING)
    if "" in standing_of(user).paths_with(Permission.SEE_LEARNING):
        return Enrolment.objects.select_related("employee", "employee__unit", "course", "version")
    condition = Q(employee__in=people) | Q(course__owner=user)
    return Enrolment.objects.filter(condition).select_related("employee", "employee__unit", "course", "version")


def enrolment_by_public_id(public_id: UUID | str) -> Enrolment | None:
    """One enrolment with person, course and version; for reactions. The caller decides who may see it."""
    return (
        Enrolment.objects.filter(public_id=public_id)
        .select_related("employee", "employee__agency", "course", "version")
        .first()
    )


def open_enrolment_ids(employee_id: int) -> dict[int, str]:
    """Public ids of the person's running enrolments by course id."""
    rows = Enrolment.objects.filter(employee_id=employee_id, state=EnrolmentState.STARTED)
    return {course: str(public_id) for course, public_id in rows.values_list("course_id", "public_id")}


def running_by_course(employee_id: int | None, course_ids: Iterable[int]) -> dict[int, Enrolment]:
    """The person's enrolments in some courses, for marking cards: the running one, else the latest (one query)."""
    if employee_id is None:
        return {}
    rows = Enrolment.objects.filter(employee_id=employee_id, course_id__in=list(course_ids)).exclude(
        state=EnrolmentState.WITHDRAWN.value
    )
    found: dict[int, Enrolment] = {}
    for row in rows.defer("progress_marks").order_by("id"):
        if row.course_id not in found or found[row.course_id].state != EnrolmentState.STARTED:
            found[row.course_id] = row
    return found


def completions_of(employee_id: int) -> QuerySet[Enrolment]:
    """Courses that a person has completed, as a question for other rooms to narrow down."""
    return Enrolment.objects.filter(employee_id=employee_id, state=EnrolmentState.COMPLETED.value).order_by()


def current_enrolments(course: Course) -> QuerySet[Enrolment]:
    """Everybody who takes or has completed a course, as a question for other rooms to narrow down; nobody who stopped."""
    return Enrolment.objects.filter(course=course).exclude(state=EnrolmentState.WITHDRAWN.value).order_by()


def employees_completed(course_id: int) -> set[int]:
    """Ids of the people who have completed a course, in whatever version."""
    rows = Enrolment.objects.filter(course_id=course_id, completed_at__isnull=False)
    return set(rows.values_list("employee_id", flat=True))


@dataclass(frozen=True, slots=True)
class EnrolmentCounts:
    """How many people walk through a course, finished it, or stopped."""

    started: int
    completed: int
    withdrawn: int

    @property
    def total(self) -> int:
        """Everyone who ever enrolled."""
        return self.started + self.completed + self.withdrawn


def enrolment_counts(course: Course, *, unit_path: str = "") -> EnrolmentCounts:
    """Counts of one course, optionally only for the people under a unit."""
    rows = Enrolment.objects.filter(course=course)
    if unit_path:
        rows = rows.filter(employee__unit__path__subtree=unit_path)
    found = dict(rows.order_by().values_list("state").annotate(n=Count("id")))
    return EnrolmentCounts(
        found.get(EnrolmentState.STARTED.value, 0),
        found.get(EnrolmentState.COMPLETED.value, 0),
        found.get(EnrolmentState.WITHDRAWN.value, 0),
    )


_COUNTED = Counting(
    "all",
    "SELECT e.unit_id, n.state, COUNT(*) AS enrolments FROM learning_enrolment n "
    "JOIN people_employee e ON e.id = n.employee_id WHERE e.unit_id IN (SELECT id FROM here) GROUP BY e.unit_id, n.state",
)
ENROLMENT_SUMS = keep_sums(
    UnitSums(EnrolmentSum._meta.db_table, ("state",), ("enrolments",), "enrolments", lambda _agency: _COUNTED)
)


def learning_counts(unit: "OrgUnit") -> EnrolmentCounts:
    """Counts over all courses for everybody under a unit, from kept sums; the caller decided who may see the unit."""
    found: Counter[str] = Counter()
    for _branch, state, enrolments in sums_by_branch(unit, ENROLMENT_SUMS, _COUNTED):
        found[state] += int(enrolments)
    return EnrolmentCounts(
        found[EnrolmentState.STARTED.value],
        found[EnrolmentState.COMPLETED.value],
        found[EnrolmentState.WITHDRAWN.value],
    )
