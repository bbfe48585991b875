"""What a person's home shows: the best next step, the hours, the plan, the standing, and what each role must know."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bina.competencies.queries import Profile, ProfileLine, profile_of
from bina.credentials.queries import HoursStanding, hours_of
from bina.evaluation.queries import ProvenUseful, proven_useful
from bina.foundation import clock
from bina.learning.queries import NextStep, next_step_for
from bina.people.queries import employees_visible_to, leads_anyone, standing_of
from bina.people.rules import Permission
from bina.planning.queries import PlanSummary, plan_summary, plans_waiting_for

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from bina.people.models import Employee, User


@dataclass(frozen=True, slots=True)
class Home:
    """Everything on an employee's home."""

    step: "Step"
    hours: HoursStanding
    plan: PlanSummary | None
    profile: Profile
    shown: tuple[ProfileLine, ...]
    useful: ProvenUseful | None
    waiting_plans: int


@dataclass(frozen=True, slots=True)
class Step:
    """The best next step: what kind it is, and what is needed to say it."""

    kind: str  # "continue" | "measure" | "plan" | "submit" | "returned" | "start" | "course" | "done"
    learning: NextStep | None = None
    gap: ProfileLine | None = None
    item_title: str = ""


def home_of(user: "User", employee: "Employee") -> Home:
    """The employee's home, in at most ten queries together with the page's frame."""
    year = clock.today(employee.agency.time_zone).year
    profile = profile_of(employee, framework_kinds=("digital", "leadership"))
    plan = plan_summary(employee, year)
    learning = next_step_for(employee, profile)
    hours = hours_of(employee, year)
    shown = tuple(profile.by_severity[:4])
    proven = [line for line in profile.lines if line.required is not None and line.status == "proven"]
    shown += tuple(proven[: 6 - len(shown)])
    return Home(
        step=_best_step(profile, plan, learning),
        hours=hours,
        plan=plan,
        profile=profile,
        shown=shown,
        useful=proven_useful(employee),
        waiting_plans=plans_waiting_for(user).count() if leads_anyone(employee) else 0,
    )


def _best_step(profile: Profile, plan: PlanSummary | None, learning: NextStep | None) -> Step:
    """One answer to “what is my best next step”: finish what is begun, then measure, then plan, then start."""
    gap = next((line for line in profile.by_severity if line.mean is not None), None)
    if plan is not None and plan.state == "returned":
        return Step("returned")
    if learning is not None and learning.is_running:
        return Step("continue", learning=learning, gap=gap)
    measured = [line for line in profile.lines if line.mean is not None]
    if not measured:
        return Step("measure")
    if plan is None:
        return Step("plan", gap=gap)
    if plan.state == "draft":
        return Step("submit", gap=gap)
    if plan.next_item_title:
        return Step("start", gap=gap, item_title=plan.next_item_title)
    if learning is not None:
        return Step("course", learning=learning, gap=gap)
    if profile.unmeasured_count:
        return Step("measure", gap=gap)
    return Step("done")


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, each part cut to a readable length."""

    people: list["Employee"]
    courses: list["object"]
    competencies: list["object"]


def search(user: "User", text: str) -> Found:
    """People whom the account may see, courses of the catalogue, and competencies whose name holds the text."""
    from bina.competencies.queries import competencies_matching
    from bina.learning.queries import catalogue

    text = text.strip()
    if len(text) < 2:
        return Found([], [], [])
    people: QuerySet[Employee] = (
        employees_visible_to(user)
        .filter(full_name__icontains=text, left_on=None)
        .select_related("unit", "position")
        .order_by("full_name", "id")
    )
    agency_id = user.employee.agency_id if user.employee else None
    return Found(
        list(people[:20]), list(catalogue(user, text=text)[:10]), list(competencies_matching(text, agency_id)[:10])
    )


def sees_reports(user: "User") -> bool:
    """Whether the account has a dashboard."""
    return standing_of(user).may(Permission.SEE_REPORTS)
