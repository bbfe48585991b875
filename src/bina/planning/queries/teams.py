"""A superior's view: where each subordinate's plan stands."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, Sum

from bina.people.queries import active_employees, employees_visible_to, subordinates_of
from bina.people.rules import Permission
from bina.planning.models import IndividualPlan, PlanItem
from bina.planning.queries.counts import NO_PLAN
from bina.planning.queries.plans import LIVE
from bina.planning.rules import STATE_NAMES, ItemState, PlanState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from bina.people.models import Employee, User


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One subordinate: the plan that matters now, and how far it is."""

    employee: "Employee"
    plan: IndividualPlan | None
    in_force: IndividualPlan | None
    items: int
    done: int
    hours: Decimal

    @property
    def state(self) -> str:
        """The state to show: what waits first, else what is agreed; empty without a plan."""
        return self.plan.state if self.plan else ""

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(STATE_NAMES[PlanState(self.state)]) if self.plan else ""

    @property
    def is_open(self) -> bool:
        """Whether the superior may read it: it was sent at least once."""
        return self.plan is not None and self.plan.submitted_at is not None

    @property
    def readable(self) -> IndividualPlan | None:
        """The revision the superior may open: what was sent, else what is agreed."""
        return self.plan if self.is_open else self.in_force


def team_members(employee: "Employee") -> "QuerySet[Employee]":
    """The people whose plans the page lists; for paging."""
    return subordinates_of(employee)


def team_of(people: "Sequence[Employee]", year: int) -> list[TeamLine]:
    """The plans of some subordinates in a year, in their order. Two queries, whatever their number."""
    plans: dict[int, list[IndividualPlan]] = {}
    for plan in IndividualPlan.objects.filter(employee__in=people, year=year, state__in=LIVE).order_by("revision"):
        plans.setdefault(plan.employee_id, []).append(plan)
    shown = {pk: _shown(found) for pk, found in plans.items()}
    sums = {
        row["plan"]: row
        for row in PlanItem.objects.filter(plan__in=[plan.pk for plan in shown.values()])
        .exclude(state=ItemState.DROPPED)
        .order_by()
        .values("plan")
        .annotate(count=Count("pk"), done=Count("pk", filter=Q(state=ItemState.DONE)), total=Sum("hours"))
    }
    lines = []
    for person in people:
        current = shown.get(person.pk)
        in_force = next((found for found in plans.get(person.pk, []) if found.state == PlanState.APPROVED), None)
        row = sums.get(current.pk) if current else None
        lines.append(
            TeamLine(
                person, current, in_force, row["count"] if row else 0, row["done"] if row else 0,
                (row["total"] or Decimal(0)) if row else Decimal(0),
            )
        )  # fmt: skip
    return lines


def _shown(found: list[IndividualPlan]) -> IndividualPlan:
    """What waits for the superior comes first, then what is agreed, then what is being written."""
    order = {PlanState.SUBMITTED: 0, PlanState.APPROVED: 1, PlanState.RETURNED: 2, PlanState.DRAFT: 3}
    return min(found, key=lambda plan: order[PlanState(plan.state)])


def staff_with_plans(user: "User", *, year: int, state: str = "", text: str = "") -> "QuerySet[Employee]":
    """Active people whose plans the account may read, narrowed by name and by the state of their plan; for paging."""
    people = (
        active_employees()
        .filter(pk__in=employees_visible_to(user, Permission.SEE_PLANS))
        .select_related("unit", "position", "position__job_class")
        .order_by("full_name", "id")
    )
    if text.strip():
        people = people.filter(full_name__icontains=text.strip())
    plans = IndividualPlan.objects.filter(employee=OuterRef("pk"), year=year)
    if state == NO_PLAN:
        return people.filter(~Exists(plans.filter(state__in=LIVE)))
    if state in LIVE:
        return people.filter(Exists(plans.filter(state=state)))
    return people
