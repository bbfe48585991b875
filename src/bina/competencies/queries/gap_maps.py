"""Where the gaps lie: unit × competency, from sums that stay small however many people there are."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.db.models.functions import Substr

from bina.competencies.models import Competency, UnitGap
from bina.people.queries import UNIT_STEP, units

if TYPE_CHECKING:
    from bina.people.models import OrgUnit

MINIMUM_PEOPLE = 5


@dataclass(frozen=True, slots=True)
class GapCell:
    """One cell: how many people the job asks of, how many are measured, and their mean gap (None when too few)."""

    required: int
    measured: int
    proven: int
    gap_sum: float
    level_sum: float

    @property
    def mean_gap(self) -> float | None:
        """Mean levels below the requirement; None when fewer than five are measured."""
        return self.gap_sum / self.measured if self.measured >= MINIMUM_PEOPLE else None

    @property
    def coverage(self) -> float | None:
        """Share of the required that is measured."""
        return self.measured / self.required if self.required else None

    @property
    def proven_share(self) -> float | None:
        """Share of the required that is proven."""
        return self.proven / self.required if self.required else None


EMPTY = GapCell(0, 0, 0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class GapMap:
    """Rows are the children of a unit (and the unit's own staff), columns are areas or competencies; with totals."""

    unit: "OrgUnit"
    rows: tuple[tuple["OrgUnit", bool], ...]
    columns: tuple[Competency, ...]
    cells: dict[tuple[int, int], GapCell]

    def cell(self, unit: "OrgUnit", column: Competency) -> GapCell:
        """The cell of a row and a column."""
        return self.cells.get((unit.pk, column.pk), EMPTY)

    def total(self, column: Competency) -> GapCell:
        """The column over the whole subtree."""
        return self.cells.get((0, column.pk), EMPTY)


def _add(left: GapCell, right: GapCell) -> GapCell:
    return GapCell(
        left.required + right.required, left.measured + right.measured, left.proven + right.proven,
        left.gap_sum + right.gap_sum, left.level_sum + right.level_sum,
    )  # fmt: skip


def gap_map(unit: "OrgUnit", *, framework_code: str = "digcomp-3.0", by_area: bool = True) -> GapMap:
    """The gap map under a unit: one row per child subtree, plus the unit's own staff; columns by area or competency.

    The caller has decided that the account may see the unit. Two queries, whatever the number of people.
    """
    competencies = list(
        Competency.objects.filter(framework__code=framework_code).select_related("parent").order_by("order", "id")
    )
    column_of = {row.pk: (row.parent_id if by_area else row.pk) for row in competencies if row.parent_id}
    columns = [row for row in competencies if (row.parent_id is None) == by_area]
    children = list(units().filter(path__subtree=unit.path, depth=unit.depth + 1))
    by_path = {child.path: child.pk for child in children}
    cells: dict[tuple[int, int], GapCell] = defaultdict(lambda: EMPTY)
    sums = (
        UnitGap.objects.filter(unit__path__subtree=unit.path, competency_id__in=list(column_of))
        .annotate(branch=Substr("unit__path", 1, len(unit.path) + UNIT_STEP))
        .order_by()
        .values_list("branch", "competency_id")
        .annotate(Sum("required"), Sum("measured"), Sum("proven"), Sum("gap_sum"), Sum("level_sum"))
    )
    has_own = False
    for branch, competency_id, *numbers in sums:
        column = column_of[competency_id]
        owner = by_path.get(branch)
        has_own = has_own or owner is None
        for row_id in (owner or unit.pk, 0):
            cells[row_id, column] = _add(cells[row_id, column], GapCell(*numbers))
    rows = ([(unit, True)] if has_own else []) + [(child, False) for child in children]
    return GapMap(unit, tuple(rows), tuple(columns), dict(cells))


def unit_levels(unit_id: int) -> dict[int, tuple[int, float]]:
    """Of a unit's own members: how many are measured on each competency of their jobs, and their mean level.

    Only where at least five are measured, so that nobody can be told apart. One query.
    """
    rows = UnitGap.objects.filter(unit_id=unit_id, measured__gte=MINIMUM_PEOPLE)
    return {
        competency: (measured, level_sum / measured)
        for competency, measured, level_sum in rows.values_list("competency_id", "measured", "level_sum")
    }
