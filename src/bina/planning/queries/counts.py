"""How far an agency is with its plans, summed in the database."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Substr

from bina.people.queries import UNIT_STEP, active_employees, units
from bina.planning.models import IndividualPlan, PlanItem
from bina.planning.rules import ItemState, PlanState

if TYPE_CHECKING:
    from bina.people.models import OrgUnit

NO_PLAN = "none"
# What is agreed counts first, even while a change of it is being written.
IN_THE_MAKING = [PlanState.SUBMITTED.value, PlanState.RETURNED.value, PlanState.DRAFT.value]


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
    """States of plans by branch: four queries, whatever the number of people. The caller decided who may see the unit."""
    end = len(unit.path) + UNIT_STEP
    people = active_employees().filter(unit__path__subtree=unit.path)
    children = list(units().filter(path__subtree=unit.path, depth=unit.depth + 1))
    by_path = {child.path: child.pk for child in children}
    counts: dict[tuple[int, str], int] = {}
    staff = people.annotate(branch=Substr("unit__path", 1, end)).order_by().values_list("branch").annotate(Count("pk"))
    has_own = False
    for branch, number in staff:
        owner = by_path.get(branch)
        has_own = has_own or owner is None
        counts[owner or unit.pk, NO_PLAN] = number
    agreed = IndividualPlan.objects.filter(employee=OuterRef("pk"), year=year, state=PlanState.APPROVED)
    states = (
        people.filter(
            Q(plans__state=PlanState.APPROVED) | (Q(plans__state__in=IN_THE_MAKING) & ~Exists(agreed)), plans__year=year
        )
        .annotate(branch=Substr("unit__path", 1, end))
        .order_by()
        .values_list("branch", "plans__state")
        .annotate(Count("pk"))
    )
    for branch, state, number in states:
        owner = by_path.get(branch) or unit.pk
        counts[owner, state] = number
        counts[owner, NO_PLAN] -= number
    return PlanCounts(
        unit,
        year,
        tuple(([(unit, True)] if has_own else []) + [(child, False) for child in children]),
        counts,
        _items_by_branch(unit, year, by_path),
    )


def _items_by_branch(unit: "OrgUnit", year: int, by_path: dict[str, int]) -> dict[int, tuple[int, int]]:
    """Items of approved plans, and how many of them are done."""
    end = len(unit.path) + UNIT_STEP
    sums = (
        PlanItem.objects.filter(
            plan__year=year,
            plan__state=PlanState.APPROVED,
            plan__employee__unit__path__subtree=unit.path,
            plan__employee__left_on=None,
        )
        .exclude(state=ItemState.DROPPED)
        .annotate(branch=Substr("plan__employee__unit__path", 1, end))
        .order_by()
        .values_list("branch")
        .annotate(total=Count("pk"), done=Count("pk", filter=Q(state=ItemState.DONE)))
    )
    return {by_path.get(branch or "") or unit.pk: (total, done) for branch, total, done in sums}
