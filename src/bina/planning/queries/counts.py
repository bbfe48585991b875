"""How far an agency is with its plans, from sums kept for its units."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bina.foundation import clock
from bina.people.queries import children_of, sums_by_branch
from bina.people.registry import Counting, UnitSums, keep_sums
from bina.planning.models import PlanSum
from bina.planning.rules import ItemState, PlanState

if TYPE_CHECKING:
    from bina.people.models import Agency, OrgUnit

NO_PLAN = "none"


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


# What is agreed counts first, even while a change of it is being written.
_COUNTED = """
SELECT t.unit_id, t.state, SUM(t.people) AS people, SUM(t.items) AS items, SUM(t.done) AS done FROM (
    SELECT e.unit_id, COALESCE(p.state, %s) AS state, 1 AS people, 0 AS items, 0 AS done
    FROM active e LEFT JOIN planning_individualplan p ON p.employee_id = e.id AND p.year = %s AND (
        p.state = %s OR (p.state IN (%s, %s, %s) AND NOT EXISTS (
            SELECT 1 FROM planning_individualplan a WHERE a.employee_id = e.id AND a.year = %s AND a.state = %s)))
    UNION ALL
    SELECT e.unit_id, p.state, 0, 1, CASE WHEN i.state = %s THEN 1 ELSE 0 END
    FROM active e JOIN planning_individualplan p ON p.employee_id = e.id JOIN planning_planitem i ON i.plan_id = p.id
    WHERE p.year = %s AND p.state = %s AND i.state <> %s
) t GROUP BY t.unit_id, t.state
"""


def counting_of(year: int) -> Counting:
    """How people and items of a year are counted."""
    approved = PlanState.APPROVED.value
    making = (PlanState.SUBMITTED.value, PlanState.RETURNED.value, PlanState.DRAFT.value)
    return Counting(
        str(year),
        _COUNTED,
        (
            NO_PLAN, year, approved, *making, year, approved,
            ItemState.DONE.value, year, approved, ItemState.DROPPED.value,
        ),
    )  # fmt: skip


def _counting_today(agency: "Agency") -> Counting:
    return counting_of(clock.today(agency.time_zone).year)


PLAN_SUMS = keep_sums(
    UnitSums(PlanSum._meta.db_table, ("state",), ("people", "items", "done"), "plans", _counting_today)
)


def plan_counts(unit: "OrgUnit", year: int) -> PlanCounts:
    """States of plans by branch: three queries, whatever the number of people; of other years than the running one,
    everybody is counted. The caller decided who may see the unit."""
    children = children_of(unit)
    by_path = {child.path: child.pk for child in children}
    counts: dict[tuple[int, str], int] = {}
    items: dict[int, tuple[int, int]] = {}
    for branch, state, people, total, done in sums_by_branch(unit, PLAN_SUMS, counting_of(year)):
        owner = by_path.get(branch, unit.pk)
        counts[owner, state] = int(people)
        if state == PlanState.APPROVED:
            items[owner] = int(total), int(done)
    has_own = any(owner == unit.pk for owner, _ in counts)
    return PlanCounts(
        unit, year, tuple(([(unit, True)] if has_own else []) + [(child, False) for child in children]), counts, items
    )
