"""Where the gaps lie: unit × competency, from sums that stay small however many people there are."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from bina.competencies.models import Competency, CompetencyLevel, UnitGap
from bina.people.queries import children_of

if TYPE_CHECKING:
    from bina.people.models import Employee, OrgUnit

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
    children = children_of(unit)
    below = [child.pk for child in children]
    # The units alone lead to the rows; beside another condition SQLite may read every unit there is.
    sums = (
        UnitGap.objects.filter(unit__in=[unit.pk, *below])
        .filter(Q(unit=unit, is_whole=False) | Q(is_whole=True, unit__in=below))
        .values_list("unit_id", "competency_id", "required", "measured", "proven", "gap_sum", "level_sum")
    )
    cells: dict[tuple[int, int], GapCell] = defaultdict(lambda: EMPTY)
    has_own = False
    for owner, competency_id, required, measured, proven, gaps, levels in sums:
        column = column_of.get(competency_id)
        if column is None:
            continue
        has_own = has_own or owner == unit.pk
        for row_id in (owner, 0):
            cells[row_id, column] = _add(cells[row_id, column], GapCell(required, measured, proven, gaps, levels))
    rows = ([(unit, True)] if has_own else []) + [(child, False) for child in children]
    return GapMap(unit, tuple(rows), tuple(columns), dict(cells))


@dataclass(frozen=True, slots=True)
class UnitNorm:
    """The mean level of the colleagues in one's unit on an area, told so that no single one can be told apart.

    ``least``: at least so many are measured (5, 10, 20, …), not the exact number.
    """

    mean: float
    least: int


CROWDS = (20, 10, MINIMUM_PEOPLE)


def unit_norms(employee: "Employee", areas: Mapping[int, Collection[int]]) -> dict[int, UnitNorm]:
    """Of the colleagues in a person's own unit: their mean level on each area (competency ids by area id). One query.

    The person is left out, so that one's own level does not give the others away by subtraction. A colleague counts with
    at least half of an area measured. Fewer than five colleagues are not shown; fewer than ten to the nearest half level, so
    that two looks before and after a colleague's measurement do not tell that colleague's level.
    """
    area_of = {competency: area for area, members in areas.items() for competency in members}
    levels: dict[tuple[int, int], list[float]] = defaultdict(list)
    rows = (
        CompetencyLevel.objects.filter(
            employee__unit_id=employee.unit_id, employee__left_on=None, competency_id__in=list(area_of),
            mean__isnull=False,
        )
        .exclude(employee_id=employee.pk)
        .values_list("employee_id", "competency_id", "mean")
    )  # fmt: skip
    for person, competency, mean in rows:
        levels[area_of[competency], person].append(mean or 0.0)
    means: dict[int, list[float]] = defaultdict(list)
    for (area, _person), found in levels.items():
        if 2 * len(found) >= len(areas[area]):
            means[area].append(sum(found) / len(found))
    norms = {}
    for area, found in means.items():
        least = next((size for size in CROWDS if len(found) >= size), None)
        if least is not None:
            mean = sum(found) / len(found)
            norms[area] = UnitNorm(round(2 * mean) / 2 if least == MINIMUM_PEOPLE else round(mean, 1), least)
    return norms
