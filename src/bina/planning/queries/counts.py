"""How far an agency is with its plans, summed in the database."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Case, Count, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Substr

from bina.people.queries import UNIT_STEP, active_employees, units
from bina.planning.models import IndividualPlan, PlanItem
from bina.planning.queries.plans import LIVE
from bina.planning.rules import ItemState, PlanState

if TYPE_CHECKING:
    from bina.people.models import OrgUnit

NO_PLAN = "none"
# What is agreed counts first, even while a change of it is being written.
_ORDER = (PlanState.APPROVED, PlanState.SUBMITTED, PlanState.RETURNED, PlanState.DRAFT)


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """People by state of their plan under a unit; rows are its child units (and its own staff).

    States are those of a plan, and “none” for people without one. ``items`` count those of approved plans.
    """

    unit: "OrgUnit"
    year: int
    rows: tuple[tuple["OrgUnit", bool], ...]
    counts: dict[tuple[int, str], int]
    items: dict[int, tuple[int, int]]

    def count(self, state: str, unit: "OrgUnit | None" = None) -> int:
        """How many people stand in a state, in one branch or everywhere."""
        return sum(
            people
            for (owner, found), people in self.counts.items()
            if found == state and (unit is None or owner == unit.pk)
        )

    def people(self, unit: "OrgUnit | None" = None) -> int:
        """How many people there are, in one branch or everywhere."""
        return sum(people for (owner, _state), people in self.counts.items() if unit is None or owner == unit.pk)

    def share_approved(self, unit: "OrgUnit | None" = None) -> float | None:
        """Share of people with an agreed plan; None where nobody works."""
        people = self.people(unit)
        return self.count(PlanState.APPROVED, unit) / people if people else None

    def items_done(self, unit: "OrgUnit | None" = None) -> int:
        """Items done in approved plans."""
        return sum(done for owner, (_all, done) in self.items.items() if unit is None or owner == unit.pk)

    def items_total(self, unit: "OrgUnit | None" = None) -> int:
        """Items in approved plans."""
        return sum(total for owner, (total, _done) in self.items.items() if unit is None or owner == unit.pk)


def plan_counts(unit: "OrgUnit", year: int) -> PlanCounts:
    """States of plans by branch: three queries, whatever the number of people. The caller decided who may see the unit."""
    end = len(unit.path) + UNIT_STEP
    rank = Case(
        *(When(state=state.value, then=Value(place)) for place, state in enumerate(_ORDER)),
        default=Value(9),
        output_field=IntegerField(),
    )
    state = (
        IndividualPlan.objects.filter(employee=OuterRef("pk"), year=year, state__in=LIVE)
        .order_by(rank, "-revision")
        .values("state")[:1]
    )
    found = (
        active_employees()
        .filter(unit__path__startswith=unit.path)
        .annotate(branch=Substr("unit__path", 1, end), plan_state=Coalesce(Subquery(state), Value(NO_PLAN)))
        .order_by()
        .values_list("branch", "plan_state")
        .annotate(people=Count("pk"))
    )
    children = list(units().filter(path__startswith=unit.path, depth=unit.depth + 1))
    by_path = {child.path: child.pk for child in children}
    counts: dict[tuple[int, str], int] = {}
    has_own = False
    for branch, plan_state, people in found:
        owner = by_path.get(branch)
        has_own = has_own or owner is None
        counts[owner or unit.pk, plan_state] = people
    items: dict[int, tuple[int, int]] = {}
    sums = (
        PlanItem.objects.filter(
            plan__year=year,
            plan__state=PlanState.APPROVED,
            plan__employee__unit__path__startswith=unit.path,
            plan__employee__left_on=None,
        )
        .exclude(state=ItemState.DROPPED)
        .annotate(branch=Substr("plan__employee__unit__path", 1, end))
        .order_by()
        .values_list("branch")
        .annotate(total=Count("pk"), done=Count("pk", filter=Q(state=ItemState.DONE)))
    )
    for branch, total, done in sums:
        owner = by_path.get(branch)
        items[owner or unit.pk] = (total, done)
    rows = ([(unit, True)] if has_own else []) + [(child, False) for child in children]
    return PlanCounts(unit, year, tuple(rows), counts, items)
