"""What tests of plans need on stage: courses, gaps, items; everything here is invented."""

import datetime as dt
from decimal import Decimal
from typing import Any

from bina.competencies.actions import NewEvidence, recompute_everyone, record_evidence
from bina.competencies.models import Competency
from bina.competencies.rules import Source
from bina.foundation import clock
from bina.learning.models import Course, CourseCompetency, CourseVersion
from bina.people.models import Agency, Employee
from bina.planning import actions, queries
from bina.planning.actions import ItemContent
from bina.planning.models import IndividualPlan, PlanItem

YEAR = clock.today("WIB").year


def competency(code: str) -> Competency:
    """A national digital competency by its code."""
    return Competency.objects.select_related("framework").get(framework__code="digcomp-3.0", code=code, agency=None)


def add_course(
    slug: str, teaches: dict[str, tuple[int, float]], *, hours: int = 4, agency: Agency | None = None
) -> Course:
    """A published course: for each competency code the level it leads to and the gain its authors expect."""
    course = Course.objects.create(slug=slug, agency=agency, state="published")
    course.current_version = CourseVersion.objects.create(
        course=course, number=1, title=f"Kursus {slug}", summary="Ringkas.", form_code="NK_ELEARNING", level=2,
        learning_hours=hours, passing_grade=70, content_hash=slug, imported_at=clock.now(), published_at=clock.now(),
    )  # fmt: skip
    course.save()
    for code, (target, gain) in teaches.items():
        CourseCompetency.objects.create(
            version=course.current_version, competency=competency(code), target_level=target, expected_gain=gain
        )
    return course


def measure(employee: Employee, levels: dict[str, float]) -> None:
    """A test found these levels, rather exactly."""
    recompute_everyone()
    record_evidence(
        by=None, employee=employee, source=Source.TEST, observed_on=clock.today() - dt.timedelta(days=3),
        pieces=[NewEvidence(competency(code), value, 0.2) for code, value in levels.items()], origin_kind="session",
        origin_id=f"s{employee.pk}",
    )  # fmt: skip


def content(title: str = "Magang dua minggu", **changes: Any) -> ItemContent:
    """An internship in the third quarter, unless told otherwise."""
    given: dict[str, Any] = {"title": title, "form_code": "NK_MAGANG", "quarter": 3, "hours": Decimal(20)}
    return ItemContent(**given | changes)


def draft(employee: Employee, *titles: str, course: Course | None = None, year: int = YEAR) -> IndividualPlan:
    """A plan in the making with some items."""
    plan = actions.start_plan(by=employee.user, employee=employee, year=year)
    for title in titles or ("Magang dua minggu",):
        actions.add_item(by=employee.user, plan=plan, content=content(title))
    if course:
        actions.add_item(
            by=employee.user, plan=plan,
            content=content(course.title, course=course, form_code="NK_ELEARNING", hours=Decimal(4)),
        )  # fmt: skip
    return fresh(plan)


def agreed(employee: Employee, superior: Employee, *titles: str, course: Course | None = None) -> IndividualPlan:
    """A plan that the superior approved."""
    plan = draft(employee, *titles, course=course)
    actions.submit_plan(by=employee.user, plan=plan)
    actions.approve_plan(by=superior.user, plan=plan)
    return fresh(plan)


def fresh(plan: IndividualPlan) -> IndividualPlan:
    """The plan as it stands now."""
    return IndividualPlan.objects.select_related("employee__agency", "employee__unit").get(pk=plan.pk)


def item_of(plan: IndividualPlan, title: str) -> PlanItem:
    """One item by its title."""
    return next(item for item in queries.items_of(plan, with_dropped=True) if item.title == title)
