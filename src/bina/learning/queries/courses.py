"""What the catalogue offers, to whom, and which course helps with what."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Case, Exists, F, FloatField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from bina.foundation.lookups import EVERY_ROW
from bina.foundation.prepared import PreparedQuery, groups_of
from bina.foundation.wording import localized
from bina.learning.models import Activity, Course, CourseCompetency, CourseEffect, Enrolment
from bina.learning.queries.hot import activity_by_key, course_by_address
from bina.learning.rules import CourseState
from bina.people.queries import standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import User

HOURS = {"short": (0, 2), "medium": (3, 5), "long": (6, 10_000)}


@dataclass(frozen=True, slots=True)
class CatalogueFilters:
    """How a person narrows the catalogue: area (id of a competency area), hours (short, medium, long), level."""

    area: int | None = None
    hours: str = ""
    level: int | None = None


def offered_courses(user: "User", prefix: str = "") -> Q:
    """Courses for everyone, those of the account's agency, and those of agencies where it looks after courses."""
    managed = standing_of(user).agencies_with(Permission.MANAGE_COURSES)
    if managed is None:
        return EVERY_ROW
    agencies = {*managed, *([user.employee.agency_id] if user.employee else [])}
    condition = Q(**{f"{prefix}agency__isnull": True})
    return condition | Q(**{f"{prefix}agency_id__in": agencies}) if agencies else condition


def managed_courses(user: "User", prefix: str = "") -> Q:
    """Courses of the agencies in which the account looks after courses; all of them for platform administrators."""
    agencies = standing_of(user).agencies_with(Permission.MANAGE_COURSES)
    return EVERY_ROW if agencies is None else Q(**{f"{prefix}agency_id__in": agencies})


def published_courses(user: "User") -> QuerySet[Course]:
    """The courses that an account finds in the catalogue, each with its current version."""
    return Course.objects.filter(offered_courses(user), state=CourseState.PUBLISHED).select_related("current_version")


def catalogue(
    user: "User",
    text: str = "",
    filters: CatalogueFilters | None = None,
    needs: Mapping[int, float] | None = None,
) -> QuerySet[Course]:
    """The catalogue, narrowed by words and filters; all words must occur in title, summary or competencies.

    ``needs`` (competency id → severity) keeps only courses that serve one of them, the most helpful first.
    """
    filters = filters or CatalogueFilters()
    courses = published_courses(user)
    for word in text.lower().split()[:8]:
        courses = courses.filter(current_version__search_text__contains=word)
    taught = CourseCompetency.objects.filter(version=OuterRef("current_version"))
    if filters.area:
        courses = courses.filter(Exists(taught.filter(competency__parent_id=filters.area)))
    if filters.hours in HOURS:
        low, high = HOURS[filters.hours]
        courses = courses.filter(current_version__learning_hours__gte=low, current_version__learning_hours__lte=high)
    if filters.level:
        courses = courses.filter(current_version__level=filters.level)
    if needs is not None:
        if not needs:
            return courses.none()
        return courses.annotate(helps=_help(taught, needs)).filter(helps__gt=0).order_by("-helps", "id")
    return courses.order_by("current_version__title", "id")


def _help(taught: QuerySet[CourseCompetency], needs: Mapping[int, float]) -> Subquery:
    weight = Case(
        *(When(competency_id=key, then=Value(float(value))) for key, value in needs.items()),
        default=Value(0.0),
        output_field=FloatField(),
    )
    rows = taught.order_by().values("version").annotate(total=Sum(weight * F("expected_gain"))).values("total")
    return Subquery(rows, output_field=FloatField())


@dataclass(frozen=True, slots=True)
class Area:
    """A competency area that some course teaches."""

    pk: int
    name: str
    name_en: str

    def __str__(self) -> str:
        return localized(self.name, self.name_en)


def taught_areas() -> list[Area]:
    """Areas with a published course, in the order of their framework (one query)."""
    rows = (
        CourseCompetency.objects.filter(
            version__course__current_version=F("version"), version__course__state=CourseState.PUBLISHED
        )
        .order_by("competency__parent__framework_id", "competency__parent__order", "competency__parent_id")
        .values_list("competency__parent_id", "competency__parent__name", "competency__parent__name_en")
        .distinct()
    )
    return [Area(pk, name, name_en) for pk, name, name_en in rows if pk is not None]


def course_visible_to(user: "User", slug: str) -> Course | None:
    """A course the account may open: published and offered, followed at some time, or looked after by the account; also one
    that was on offer and names the course that has taken its place."""
    course = course_by_address.first(slug)
    if course is None:
        return None
    managed = standing_of(user).agencies_with(Permission.MANAGE_COURSES)
    if managed is None or (course.agency_id is not None and course.agency_id in managed):
        return course
    own_agency = user.employee.agency_id if user.employee else None
    is_on_offer = course.state == CourseState.PUBLISHED or (
        course.state == CourseState.ARCHIVED and course.successor_id is not None
    )
    if is_on_offer and course.agency_id in (None, own_agency):
        return course
    if user.employee_id and Enrolment.objects.filter(course=course, employee_id=user.employee_id).exists():
        return course
    return None


def successor_of(user: "User", course: Course) -> Course | None:
    """The published course that has taken the place of an archived one and is on offer to the account."""
    if course.state != CourseState.ARCHIVED or course.successor_id is None:
        return None
    return published_courses(user).filter(pk=course.successor_id).first()


def courses_managed_by(user: "User") -> QuerySet[Course]:
    """Courses of the agencies in which the account looks after courses, drafts and archived ones too."""
    if not standing_of(user).may(Permission.MANAGE_COURSES):
        return Course.objects.none()
    return (
        Course.objects.filter(managed_courses(user))
        .select_related("current_version", "agency", "owner")
        .order_by("slug")
    )


def course_by_slug(slug: str) -> Course | None:
    """One course by its address; the caller decides who may see it."""
    return Course.objects.filter(slug=slug).select_related("current_version").first()


def course_by_public_id(public_id: UUID | str) -> Course | None:
    """One course by its public identity; the caller decides who may see it."""
    return Course.objects.filter(public_id=public_id).select_related("current_version").first()


def activity_of(version_id: int, key: str) -> Activity | None:
    """One activity of a version."""
    return activity_by_key.first(version_id, key)


def part_of_version(version_id: int, key: str, kinds: Container[str]) -> Activity | None:
    """One activity of a version when it is of one of these kinds."""
    found = activity_of(version_id, key)
    return found if found is not None and found.kind in kinds else None


def activity_by_id(pk: int) -> Activity | None:
    """One activity by its internal key, for rooms that keep one; the caller decides who may see it."""
    return Activity.objects.filter(pk=pk).first()


def activity_with_form(version_id: int, blueprint_code: str) -> Activity | None:
    """The test of a version that is taken with a form of assessment."""
    return Activity.objects.filter(version_id=version_id, kind="test", payload__blueprint=blueprint_code).first()


@dataclass(frozen=True, slots=True)
class CourseMatch:
    """A published course that teaches a wanted competency, in its current version: the level it leads to, the gain to expect
    (measured or promised), and whether the person has completed it, in whatever version and whatever became of the
    enrolment since."""

    course_id: int
    public_id: UUID
    slug: str
    title: str
    form_code: str
    learning_hours: Decimal
    competency_id: int
    target_level: int
    gain: float
    is_measured: bool
    is_completed: bool


_AT_ONCE = 32


def _teaching(agency_id: int, employee_id: int, *competency_ids: int) -> QuerySet[CourseCompetency, Any]:
    effects = CourseEffect.objects.filter(course=OuterRef("version__course"), competency=OuterRef("competency"))
    completed = Enrolment.objects.filter(
        course=OuterRef("version__course"), employee_id=employee_id, completed_at__isnull=False
    )
    return (
        CourseCompetency.objects.filter(
            Q(version__course__agency=None) | Q(version__course__agency_id=agency_id),
            competency_id__in=competency_ids,
            version__course__state=CourseState.PUBLISHED.value,
            version__course__current_version=F("version"),
        )
        .annotate(
            gain=Coalesce(Subquery(effects.order_by("-estimated_on").values("mean")[:1]), F("expected_gain")),
            is_measured=Exists(effects.order_by()),
            is_completed=Exists(completed.order_by()),
        )
        .order_by()
        .values_list(
            "version__course_id", "version__course__public_id", "version__course__slug", "version__title",
            "version__form_code", "version__learning_hours", "competency_id", "target_level", "gain",
            "is_measured", "is_completed",
        )
    )  # fmt: skip


_teaching_rows = PreparedQuery(_teaching, int, int, *[int] * _AT_ONCE)


def courses_for_competencies(
    competency_ids: Iterable[int], *, agency_id: int | None = None, employee_id: int | None = None
) -> list[CourseMatch]:
    """Published courses that teach these competencies, the largest gain first: measured where it was, else as promised.

    ``agency_id`` adds the courses of that agency to those for everyone; ``employee_id`` is who may have completed them.
    One query for each 32 competencies.
    """
    found = [
        CourseMatch(*row)
        for group in groups_of(_AT_ONCE, sorted(set(competency_ids)))
        for row in _teaching_rows.rows(agency_id or 0, employee_id or 0, *group)
    ]
    return sorted(found, key=lambda match: (-match.gain, match.course_id))


def course_effects(course_ids: Iterable[int]) -> QuerySet[CourseEffect]:
    """Measured effects of courses, newest first within each competency."""
    return CourseEffect.objects.filter(course_id__in=list(course_ids)).order_by(
        "course_id", "competency_id", "-estimated_on"
    )
