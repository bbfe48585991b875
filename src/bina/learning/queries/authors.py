"""What authors and those who send people to courses may ask."""

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from bina.foundation import clock
from bina.foundation.models import Progress
from bina.learning.models import Course, CourseVersion, Enrolment
from bina.learning.queries.courses import courses_managed_by, managed_courses
from bina.learning.queries.enrolments import enrolments_visible_to
from bina.learning.rules import SOON_DAYS, CourseState, EnrolmentState
from bina.people.queries import (
    active_employees,
    agencies_visible_to,
    employees_visible_to,
    leads_anyone,
    standing_of,
    units_visible_to,
)
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import Agency, Employee, OrgUnit, User


def managed_course(user: "User", slug: str) -> Course | None:
    """A course that the account looks after."""
    return courses_managed_by(user).filter(slug=slug).first()


def _due(user: "User") -> QuerySet[Course]:
    soon = clock.today() + dt.timedelta(days=SOON_DAYS)
    return courses_managed_by(user).filter(state=CourseState.PUBLISHED.value, review_by__lte=soon)


def due_count(user: "User") -> int:
    """How many published courses that the account looks after are to be looked at again soon, or should have been."""
    return _due(user).count()


def managed_list(user: "User", *, only_due: bool = False) -> QuerySet[Course]:
    """The courses that the account looks after, with counts of learners and the state of a draft (``draft_state``), the title of the
    working copy (``working_title``);
    ``only_due``: those to be looked at again, the nearest day first."""
    rows = _due(user).order_by("review_by", "slug") if only_due else courses_managed_by(user)
    drafts = CourseVersion.objects.filter(course=OuterRef("pk"), published_at=None).order_by("-number")
    return rows.annotate(
        working_title=F("workspace__title"),
        draft_state=Subquery(drafts.values("review_state")[:1]),
        learner_count=Count("enrolments", filter=Q(enrolments__state=EnrolmentState.STARTED.value)),
        completed_count=Count("enrolments", filter=Q(enrolments__state=EnrolmentState.COMPLETED.value)),
    )


def versions_of(course: Course) -> QuerySet[CourseVersion]:
    """All versions, newest first, with how many people are on each."""
    return course.versions.annotate(learner_count=Count("enrolments")).order_by("-number")


def managed_version(user: "User", public_id: UUID | str) -> CourseVersion | None:
    """A version, draft or not, of a course that the account looks after."""
    if not standing_of(user).may(Permission.MANAGE_COURSES):
        return None
    return (
        CourseVersion.objects.filter(managed_courses(user, "course__"), public_id=public_id)
        .select_related("course", "course__current_version")
        .first()
    )


def agencies_for_courses(user: "User") -> "QuerySet[Agency]":
    """Agencies for which the account may bring in courses."""
    return agencies_visible_to(user, Permission.MANAGE_COURSES)


def may_make_for_everyone(user: "User") -> bool:
    """Whether the account may bring in courses that are open to every agency."""
    return standing_of(user).agencies_with(Permission.MANAGE_COURSES) is None


def may_see_participants(user: "User") -> bool:
    """Whether the account sees anyone's learning: by its role, as somebody's superior, or as an author."""
    standing = standing_of(user)
    if standing.may(Permission.SEE_LEARNING) or standing.may(Permission.MANAGE_COURSES):
        return True
    return user.employee is not None and leads_anyone(user.employee)


def participants_of(user: "User", course: Course, *, state: str = "", text: str = "") -> QuerySet[Enrolment]:
    """Enrolments in a course that the account may see, narrowed by state and name, the latest activity first."""
    rows = enrolments_visible_to(user).filter(course=course)
    if state in {known.value for known in EnrolmentState}:
        rows = rows.filter(state=state)
    if text.strip():
        rows = rows.filter(employee__full_name__icontains=text.strip())
    return rows.order_by("-active_at", "-id")


def people_to_enrol(user: "User", course: Course, text: str) -> "list[Employee]":
    """Up to twenty active people with this name whom the account may enrol and who are not in the course yet."""
    if len(text.strip()) < 2:
        return []
    inside = Enrolment.objects.filter(course=course).exclude(state=EnrolmentState.WITHDRAWN.value)
    people = (
        employees_visible_to(user, Permission.SEE_LEARNING)
        .filter(pk__in=active_employees().values("pk"), full_name__icontains=text.strip())
        .exclude(pk__in=inside.values("employee_id"))
    )
    if course.agency_id is not None:
        people = people.filter(agency_id=course.agency_id)
    return list(people.select_related("unit", "position").order_by("full_name", "id")[:20])


def person_to_enrol(user: "User", public_id: UUID | str) -> "Employee | None":
    """One person whom the account may enrol."""
    return (
        employees_visible_to(user, Permission.SEE_LEARNING)
        .filter(public_id=public_id)
        .select_related("agency", "unit")
        .first()
    )


def units_to_enrol(user: "User") -> "QuerySet[OrgUnit]":
    """Units whose people the account may enrol, in tree order."""
    return units_visible_to(user, Permission.SEE_LEARNING).filter(valid_to=None)


def may_author(user: "User") -> bool:
    """Whether the account looks after any courses."""
    return standing_of(user).may(Permission.MANAGE_COURSES)


def progress_visible_to(user: "User", public_id: UUID | str) -> Progress | None:
    """Long work of this room that the account began."""
    return Progress.objects.filter(public_id=public_id, owner=user, kind="unit_enrolment").first()
