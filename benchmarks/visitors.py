"""The people whose pages are measured: employees in the middle of their cycle, and an HR account; with real sessions."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.big_courses import PAGE_KEY, QUIZ_KEY, SIZES, slug_of, take_in
from benchmarks.processes import in_django
from benchmarks.stage import Stage

if TYPE_CHECKING:
    from bina.people.models import Employee, OrgUnit, User

COUNT, SUPERIORS = 20, 5


@dataclass
class Visitor:
    """A signed-in account: its session, and the addresses of the pages that are measured."""

    name: str
    session: str
    paths: dict[str, str] = field(default_factory=dict)


@dataclass
class Visitors:
    """Everyone who visits: employees who lead nobody, superiors, and one account of agency HR."""

    employees: list[Visitor]
    superiors: list[Visitor]
    hr: list[Visitor]


def settle_visitors(stage: Stage) -> Visitors:
    """Sign in employees and superiors who follow the measured courses, and an account of agency HR."""
    found, _ = in_django(stage, "benchmarks.visitors:settle_here")
    return Visitors(**{who: [Visitor(**row) for row in rows] for who, rows in found.items()})


def employee_paths(person: Visitor) -> dict[str, str]:
    """The pages that every employee sees most."""
    return {name: person.paths[name] for name in ("home", "course", "activity", "plan")}


def settle_here() -> dict[str, list[dict[str, Any]]]:
    """The inner half: courses, enrolments, sessions and addresses, as plain data."""
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            take_in(Path(folder) / str(size), size)
    return {
        "employees": [_employee(user) for user in _people(COUNT, leading=False)],
        "superiors": [_employee(user) for user in _people(SUPERIORS, leading=True)],
        "hr": [_hr()],
    }


def _people(count: int, *, leading: bool) -> "list[User]":
    """Employees with a running course and a plan, spread over the whole table; the demo's own employee comes first."""
    from bina.demo.accounts import account
    from bina.learning.models import Enrolment
    from bina.people.models import Employee, User
    from bina.planning.models import IndividualPlan

    chosen = [] if leading else [User.objects.select_related("employee").get(email=account("siti").email)]
    known = [user.employee_id or 0 for user in chosen]
    planned = IndividualPlan.objects.values("employee_id")
    busy = Enrolment.objects.filter(state="started").values("employee_id")
    ids = list(
        Employee.objects.filter(pk__in=planned, left_on=None, position__is_head=leading).filter(pk__in=busy)
        .exclude(pk__in=known).order_by("pk").values_list("pk", flat=True)
    )  # fmt: skip
    wanted = count - len(chosen)
    step = max(1, len(ids) // wanted)
    for employee in Employee.objects.filter(pk__in=ids[::step][:wanted]).order_by("pk"):
        user, _ = User.objects.get_or_create(
            employee=employee,
            defaults={"username": employee.employee_number or "", "display_name": employee.display_name},
        )
        chosen.append(user)
    if len(chosen) < count:
        raise RuntimeError(f"the demo has only {len(chosen)} of {count} people with a plan and a running course")
    return chosen


def _employee(user: "User") -> dict[str, Any]:
    from django.urls import reverse

    from bina.learning.actions import enrol
    from bina.learning.models import Course, Enrolment

    employee: Employee = user.employee  # type: ignore[assignment]  # chosen because there is one
    paths = {
        "home": reverse("portal:home"),
        "plan": reverse("planning:mine"),
        "profile": reverse("competencies:profile"),
    }
    for size in SIZES:
        course = Course.objects.select_related("current_version").get(slug=slug_of(size))
        found = Enrolment.objects.filter(employee=employee, course=course).first()
        enrolment = found or enrol(by=user, employee=employee, course=course)
        paths[f"course {size}"] = reverse("learning:course", args=[course.slug])
        paths[f"activity {size}"] = reverse("learning:activity", args=[enrolment.public_id, PAGE_KEY])
        paths[f"quiz {size}"] = reverse("learning:activity", args=[enrolment.public_id, QUIZ_KEY])
        paths[f"submit {size}"] = _address_of_submission(str(enrolment.public_id))
    shipped = Enrolment.objects.filter(employee=employee, state="started").exclude(
        course__slug__startswith="pengukuran"
    )
    running = shipped.select_related("course", "version").order_by("pk").first()
    if running:
        page = running.version.activities.filter(kind="page").order_by("order").first()
        paths["course"] = reverse("learning:course", args=[running.course.slug])
        paths["activity"] = reverse("learning:activity", args=[running.public_id, page.key if page else ""])
    return {"name": str(employee.pk), "session": session_of(user), "paths": paths}


def _address_of_submission(enrolment: str) -> str:
    from django.urls import reverse

    return reverse("learning:submit_quiz", args=[enrolment, QUIZ_KEY])


def _hr() -> dict[str, Any]:
    from django.urls import reverse

    from bina.competencies.models import Competency
    from bina.demo.accounts import account
    from bina.people.models import Employee, User

    user = User.objects.select_related("employee").get(email=account("mardiana").email)
    unit = _unit_of_a_thousand(user)
    competency = Competency.objects.get(framework__code="digcomp-3.0", code="1.1")
    colleague = Employee.objects.filter(agency=user.employee.agency).order_by("pk").first()  # type: ignore[union-attr]
    paths = {
        "dashboard": reverse("portal:dashboard"),
        "unit report": f"{reverse('portal:dashboard_people')}?unit={unit.public_id}&competency={competency.public_id}",
        "staff list": reverse("people:staff"),
        "profile of another": reverse("competencies:profile_of", args=[colleague.public_id]),  # type: ignore[union-attr]
        "people in the unit report": str(_people_under(unit)),
    }
    return {"name": "hr", "session": session_of(user), "paths": paths}


def _people_under(unit: "OrgUnit") -> int:
    from bina.people.models import Employee

    return Employee.objects.filter(unit__path__subtree=unit.path, left_on=None).count()


def _unit_of_a_thousand(user: "User") -> "OrgUnit":
    """The unit whose subtree comes nearest to 1,000 people, in the agency of the HR account."""
    from django.db.models import Count

    from bina.people.models import Employee, OrgUnit

    units = list(OrgUnit.objects.filter(agency=user.employee.agency))  # type: ignore[union-attr]
    direct: dict[str, int] = dict(
        Employee.objects.filter(agency=user.employee.agency, left_on=None)  # type: ignore[union-attr]
        .order_by().values_list("unit__path").annotate(count=Count("pk"))
    )  # fmt: skip

    def people(unit: "OrgUnit") -> int:
        return sum(count for path, count in direct.items() if path.startswith(unit.path))

    nearest: OrgUnit = min(units, key=lambda unit: (abs(people(unit) - 1_000), str(unit.path)))
    return nearest


def session_of(user: "User") -> str:
    """The key of a fresh session of the account, as sign-in would have made it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from bina.people.sessions import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "bina.people.backends.NumberOrEmailBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)
