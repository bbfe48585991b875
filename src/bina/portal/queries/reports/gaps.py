"""The gap map of a unit as a page needs it: rows to descend, columns to open, cells with their whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypedDict
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, F, FilteredRelation, Q, QuerySet, Window

from bina.competencies.queries import GapCell, area_by_public_id, competency_by_public_id, gap_map
from bina.foundation.prepared import PreparedRows, groups_of
from bina.people.queries import active_employees, employees

if TYPE_CHECKING:
    from django.core.paginator import Page
    from django_stubs_ext import WithAnnotations

    from bina.competencies.models import Competency
    from bina.people.models import Employee, OrgUnit

SMALLEST_GROUP = 5


@dataclass(frozen=True, slots=True)
class HeatCell:
    """What one branch knows of one column: sums over people × competencies.

    ``people`` is the largest number of people measured on any one competency in it, so at least that many are behind
    its mean; with fewer than five the mean is not told.
    """

    required: int
    measured: int
    proven: int
    gap_sum: float
    level_sum: float
    people: int

    @property
    def mean_gap(self) -> float | None:
        """Mean levels below the requirement over what is measured; None when too few people are."""
        return self.gap_sum / self.measured if self.is_told else None

    @property
    def coverage(self) -> float | None:
        """Share of the required that is measured."""
        return self.measured / self.required if self.required else None

    @property
    def is_told(self) -> bool:
        """Whether enough people are measured for figures about them."""
        return self.people >= SMALLEST_GROUP

    @property
    def proven_share(self) -> float | None:
        """Share of the required that is proven."""
        return self.proven / self.required if self.required else None


def _cell(found: GapCell) -> HeatCell:
    return HeatCell(found.required, found.measured, found.proven, found.gap_sum, found.level_sum, found.measured)


def side_by_side(cells: Iterable[HeatCell]) -> HeatCell:
    """Several competencies of the same people as one cell."""
    whole = list(cells)
    return HeatCell(
        sum(cell.required for cell in whole),
        sum(cell.measured for cell in whole),
        sum(cell.proven for cell in whole),
        sum(cell.gap_sum for cell in whole),
        sum(cell.level_sum for cell in whole),
        max((cell.people for cell in whole), default=0),
    )


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One branch: a child unit with everything below it, or (``is_own``) the staff of the unit itself."""

    unit: "OrgUnit"
    is_own: bool
    cells: tuple[HeatCell, ...]

    @property
    def whole(self) -> HeatCell:
        """The branch over all columns."""
        return side_by_side(self.cells)


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Gaps under a unit by area, or by the competencies of one ``area``."""

    unit: "OrgUnit"
    area: "Competency | None"
    columns: tuple["Competency", ...]
    rows: tuple[HeatRow, ...]
    totals: tuple[HeatCell, ...]

    @property
    def whole(self) -> HeatCell:
        """Everybody on everything shown."""
        return side_by_side(self.totals)


def heat_map(unit: "OrgUnit", area: "Competency | None" = None) -> HeatMap:
    """The gap map under a unit; with ``area`` its competencies become the columns. Three queries.

    Branches of which nothing is asked, and columns that no job asks for, are left out; the unit's own staff comes last.
    The caller has checked that the unit may be seen.
    """
    found = gap_map(unit, by_area=False)
    groups: dict[int, tuple[Competency, list[Competency]]] = {}
    for competency in found.columns:
        if area is None and competency.parent is not None:
            groups.setdefault(competency.parent.pk, (competency.parent, []))[1].append(competency)
        elif area is not None and competency.parent_id == area.pk:
            groups[competency.pk] = (competency, [competency])
    groups = {pk: group for pk, group in groups.items() if any(found.total(one).required for one in group[1])}
    columns = tuple(column for column, _ in groups.values())
    rows = tuple(
        HeatRow(
            row,
            is_own,
            tuple(side_by_side(_cell(found.cell(row, one)) for one in members) for _, members in groups.values()),
        )
        for row, is_own in found.rows
    )
    totals = tuple(side_by_side(_cell(found.total(one)) for one in members) for _, members in groups.values())
    asked = sorted((row for row in rows if row.whole.required), key=lambda row: row.is_own)
    return HeatMap(unit, area, columns, tuple(asked), totals)


def area_asked_for(public_id: str) -> "Competency | None":
    """The area named in an address; None for nonsense."""
    try:
        return area_by_public_id(UUID(public_id))
    except ValueError:
        return None


def competency_asked_for(public_id: str, agency_id: int | None) -> "Competency | None":
    """The competency named in an address; None for nonsense."""
    try:
        return competency_by_public_id(UUID(public_id), agency_id)
    except ValueError:
        return None


class LevelFacts(TypedDict):
    """What each row of ``people_against_standard`` knows beside the person."""

    line_mean: float | None
    line_low: float | None
    line_high: float | None
    line_required: int
    line_gap: float | None
    line_status: int


PEOPLE_PER_PAGE = 30


def _with_lines(people: "QuerySet[Employee]", competency_id: int) -> "QuerySet[WithAnnotations[Employee, LevelFacts]]":
    """Those of some people whose job asks for a competency, with what is known of it."""
    return (
        people.annotate(line=FilteredRelation("levels", condition=Q(levels__competency=competency_id)))
        .filter(line__required_level__isnull=False)
        .annotate(
            line_mean=F("line__mean"),
            line_low=F("line__low"),
            line_high=F("line__high"),
            line_required=F("line__required_level"),
            line_gap=F("line__gap"),
            line_status=F("line__status"),
        )
    )


def _ranked(
    unit: "OrgUnit", competency: "Competency", *, only_own_staff: bool
) -> "QuerySet[WithAnnotations[Employee, LevelFacts]]":
    people = active_employees()
    people = people.filter(unit=unit) if only_own_staff else people.filter(unit__path__subtree=unit.path)
    return _with_lines(people, competency.pk).order_by(F("line__gap").desc(nulls_last=True), "full_name", "id")


def people_against_standard(
    unit: "OrgUnit", competency: "Competency", *, only_own_staff: bool = False
) -> "QuerySet[WithAnnotations[Employee, LevelFacts]]":
    """The people of a subtree whose job asks for a competency, the furthest from it first, unmeasured ones last.

    Each row carries ``line_mean``, ``line_low``, ``line_high``, ``line_required``, ``line_gap`` and ``line_status``.
    The caller has checked that levels may be seen in the unit.
    """
    return (
        _ranked(unit, competency, only_own_staff=only_own_staff)
        .select_related("unit", "position")
        .only(
            "public_id", "full_name", "title_prefix", "title_suffix",
            "unit__name", "unit__short_name", "position__title",
        )
    )  # fmt: skip


_shown: "PreparedRows[Employee]" = PreparedRows(
    employees().model,
    lambda competency_id, *ids: _with_lines(employees().filter(pk__in=ids), competency_id).order_by(),
    int, *[int] * PEOPLE_PER_PAGE, related={"unit": (), "position": ()},
    annotated=tuple(LevelFacts.__annotations__),
)  # fmt: skip


class _Pages:
    """The people against a standard for a paginator: who stands where is asked of names and gaps alone, and only the
    people of the page that is shown are read whole."""

    def __init__(self, ranked: "QuerySet[Any]", competency_id: int) -> None:
        self._ranked = ranked
        self._competency_id = competency_id

    @cached_property
    def _first(self) -> list[tuple[int, int]]:
        """The ids of the first page, each with the number of all people: one question for both."""
        rows = self._ranked.annotate(everybody=Window(Count("pk")))
        return list(rows.values_list("pk", "everybody")[:PEOPLE_PER_PAGE])

    def count(self) -> int:
        """How many people there are."""
        return self._first[0][1] if self._first else 0

    def __getitem__(self, part: slice) -> "list[Employee]":
        """The people of one page."""
        ids = [pk for pk, _ in self._first] if not part.start else list(self._ranked.values_list("pk", flat=True)[part])
        found = {
            row.pk: row for group in groups_of(PEOPLE_PER_PAGE, ids) for row in _shown.rows(self._competency_id, *group)
        }
        return [found[pk] for pk in ids if pk in found]


def page_against_standard(
    unit: "OrgUnit", competency: "Competency", number: str | None, *, only_own_staff: bool = False
) -> "Page[Employee]":
    """One page of ``people_against_standard``, the nearest there is to the number asked for. Two queries for the first."""
    ranked = _ranked(unit, competency, only_own_staff=only_own_staff)
    pages: Any = _Pages(ranked, competency.pk)
    page: Page[Employee] = Paginator(pages, PEOPLE_PER_PAGE).get_page(number)
    return page
