"""How many hours people have earned, against what the law asks."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _

from bina.credentials.models import HoursSum, LearningHours
from bina.credentials.queries.forms import RequirementFacts, requirement_rows, requirements_on
from bina.credentials.rules import RequirementKind
from bina.foundation import clock
from bina.foundation.prepared import PreparedQuery
from bina.foundation.verdict import ALLOWED, Verdict, denied
from bina.people.queries import (
    children_of,
    employees,
    employees_visible_to,
    standing_of,
    sums_by_branch,
)
from bina.people.registry import Counting, UnitSums, keep_sums
from bina.people.rules import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from bina.people.models import Agency, Employee, OrgUnit, User

NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class HoursStanding:
    """Where one person stands in a year: earned, against a yearly floor (PNS, CPNS) or a ceiling per contract (PPPK).

    For a ceiling, ``earned`` counts the whole contract window, not only the year.
    """

    year: int
    earned: Decimal
    floor: Decimal | None
    ceiling: Decimal | None
    window: tuple[dt.date, dt.date] | None
    legal_basis: str
    confidence: str

    @property
    def missing(self) -> Decimal:
        """Hours to the floor; zero without one."""
        return max(NONE, (self.floor or NONE) - self.earned)

    @property
    def room(self) -> Decimal | None:
        """Hours left under the ceiling; None without one."""
        return None if self.ceiling is None else max(NONE, self.ceiling - self.earned)

    @property
    def whole(self) -> Decimal | None:
        """What the ring is drawn against."""
        return self.floor if self.floor is not None else self.ceiling

    @property
    def is_reached(self) -> bool | None:
        """Whether the floor is reached; None when nothing is asked."""
        return None if self.floor is None else self.earned >= self.floor

    @property
    def is_window_unknown(self) -> bool:
        """A ceiling without known contract dates: the year stands in for the contract."""
        return self.ceiling is not None and self.window is None


def _counted() -> QuerySet[LearningHours]:
    return LearningHours.objects.filter(voided_at=None)


def _window(employee: "Employee", requirement: RequirementFacts | None) -> tuple[dt.date, dt.date] | None:
    if requirement is None or requirement.kind is not RequirementKind.CEILING_CONTRACT:
        return None
    if employee.contract_from is None or employee.contract_to is None:
        return None
    return employee.contract_from, employee.contract_to


def _standing(
    employee: "Employee",
    year: int,
    requirement: RequirementFacts | None,
    earned: Decimal,
) -> HoursStanding:
    kind = requirement.kind if requirement else None
    return HoursStanding(
        year=year,
        earned=earned,
        floor=requirement.hours if requirement and kind is RequirementKind.FLOOR_YEAR else None,
        ceiling=requirement.hours if requirement and kind is RequirementKind.CEILING_CONTRACT else None,
        window=_window(employee, requirement),
        legal_basis=requirement.legal_basis if requirement else "",
        confidence=requirement.confidence if requirement else "",
    )


# By days even for a whole year: an index on the person finds the few rows, and contracts need days anyway.
def _sum_between(employee_id: Any, first: Any, last: Any) -> QuerySet[LearningHours, Any]:
    return (
        _counted()
        .filter(employee_id=employee_id, completed_on__gte=first, completed_on__lte=last)
        .order_by()
        .values("employee_id")
        .annotate(total=Sum("hours"))
        .values_list("total")
    )


_earned = PreparedQuery(_sum_between, int, dt.date, dt.date)
_asked_and_earned = PreparedQuery(
    lambda on, agency_id, employment_type, employee_id, first, last, start, end: (
        requirement_rows(on, agency_id, employment_type)
        .annotate(
            in_year=Subquery(_sum_between(employee_id, first, last)),
            in_window=Subquery(_sum_between(employee_id, start, end)),
        )
        .values_list("kind", "hours", "legal_basis", "confidence", "in_year", "in_window")
    ),
    dt.date, int, str, int, dt.date, dt.date, dt.date, dt.date,
)  # fmt: skip


def hours_of(employee: "Employee", year: int | None = None) -> HoursStanding:
    """The standing of one person (one compiled query, a second where nothing is asked of their employment); the caller
    has decided who may see it."""
    year = year or clock.today(employee.agency.time_zone).year
    of_year = dt.date(year, 1, 1), dt.date(year, 12, 31)
    contract = employee.contract_from or of_year[0], employee.contract_to or of_year[1]
    found = _asked_and_earned.rows(
        of_year[1], employee.agency_id, employee.employment_type, employee.pk, *of_year, *contract
    )
    if not found:
        earned = _earned.rows(employee.pk, *of_year)
        return _standing(employee, year, None, earned[0][0] if earned else NONE)
    # The last row wins: an agency's own comes after the national one, a newer one after an older one.
    kind, hours, basis, confidence, in_year, in_window = found[-1]
    requirement = RequirementFacts(RequirementKind(kind), hours, basis, confidence)
    earned_there = in_window if _window(employee, requirement) else in_year
    return _standing(employee, year, requirement, NONE if earned_there is None else earned_there)


def hours_of_many(employee_ids: Sequence[int], year: int | None = None) -> dict[int, HoursStanding]:
    """Standings of several people without their rows (at most four queries); the caller has decided who may see them."""
    year = year or clock.today().year
    book = requirements_on(dt.date(year, 12, 31))
    people = list(employees().filter(pk__in=employee_ids))
    in_year = dict(
        _counted()
        .filter(employee_id__in=employee_ids, year=year)
        .order_by()
        .values_list("employee_id")
        .annotate(total=Sum("hours"))
    )
    standings: dict[int, HoursStanding] = {}
    windows: dict[int, tuple[dt.date, dt.date]] = {}
    for person in people:
        requirement = book.of(person.agency_id, person.employment_type)
        window = _window(person, requirement)
        if window:
            windows[person.pk] = window
        standings[person.pk] = _standing(person, year, requirement, in_year.get(person.pk, NONE))
    if windows:
        condition = Q(pk__in=())
        for pk, (start, end) in windows.items():
            condition |= Q(employee_id=pk, completed_on__range=(start, end))
        sums = dict(_counted().filter(condition).order_by().values_list("employee_id").annotate(total=Sum("hours")))
        for pk in windows:
            old = standings[pk]
            standings[pk] = HoursStanding(
                old.year, sums.get(pk, NONE), old.floor, old.ceiling, old.window, old.legal_basis, old.confidence
            )
    return standings


def rows_of(employee: "Employee", year: int | None = None) -> QuerySet[LearningHours]:
    """The ledger of a person, voided rows too, newest first; the caller has decided who may see it."""
    rows = LearningHours.objects.filter(employee=employee)
    return rows if year is None else rows.filter(year=year)


def years_of(employee: "Employee") -> list[int]:
    """The years in which a person earned hours, and the present one; newest first."""
    found = set(rows_of(employee).order_by().values_list("year", flat=True).distinct())
    return sorted(found | {clock.today(employee.agency.time_zone).year}, reverse=True)


def hours_visible_to(user: "User", public_id: "UUID | str") -> "Employee | None":
    """The person whose hours the account may open: oneself, a direct subordinate, or staff where hours may be seen."""
    return (
        employees_visible_to(user, Permission.SEE_HOURS)
        .filter(public_id=public_id)
        .select_related("unit", "position", "agency")
        .first()
    )


def row_of_origin(origin_kind: str, origin_id: object) -> LearningHours | None:
    """The row that counts for one origin, e.g. for an enrolment."""
    return _counted().filter(origin_kind=origin_kind, origin_id=str(origin_id)).first()


def row_visible_to(user: "User", public_id: "UUID | str") -> LearningHours | None:
    """A ledger row that the account may repair: of people in a subtree where it may revoke certificates."""
    paths = standing_of(user).paths_with(Permission.REVOKE_CERTIFICATES)
    row = LearningHours.objects.filter(public_id=public_id).select_related("employee", "employee__unit").first()
    return row if row and any(row.employee.unit.path.startswith(path) for path in paths) else None


@dataclass(frozen=True, slots=True)
class HoursGroup:
    """People of one kind of employment in one branch: how many, how many reached the floor, mean hours."""

    unit_id: int
    employment_type: str
    people: int
    reached: int | None
    hours: Decimal

    @property
    def mean(self) -> Decimal:
        """Hours per head."""
        return (self.hours / self.people).quantize(Decimal("0.01")) if self.people else NONE

    @property
    def share(self) -> float | None:
        """Share that reached the floor; None where no floor is asked."""
        return None if self.reached is None or not self.people else self.reached / self.people


@dataclass(frozen=True, slots=True)
class HoursSummary:
    """Hours under a unit in a year: rows are its child units (and its own staff), split by kind of employment."""

    unit: "OrgUnit"
    year: int
    rows: tuple[tuple["OrgUnit", bool], ...]
    groups: tuple[HoursGroup, ...]

    def _merged(self, chosen: Sequence[HoursGroup], unit_id: int, employment_type: str) -> HoursGroup:
        asked = [group for group in chosen if group.reached is not None]
        return HoursGroup(
            unit_id,
            employment_type,
            sum(group.people for group in chosen),
            sum(group.reached or 0 for group in asked) if asked else None,
            sum((group.hours for group in chosen), NONE),
        )

    @property
    def by_employment(self) -> tuple[HoursGroup, ...]:
        """One group per kind of employment over the whole subtree."""
        kinds = sorted({group.employment_type for group in self.groups})
        return tuple(
            self._merged([group for group in self.groups if group.employment_type == kind], self.unit.pk, kind)
            for kind in kinds
        )

    @property
    def with_floor(self) -> HoursGroup:
        """Everyone under a yearly floor: the figure of the dashboard."""
        return self._merged([group for group in self.groups if group.reached is not None], self.unit.pk, "")

    @property
    def total(self) -> HoursGroup:
        """Everyone."""
        return self._merged(self.groups, self.unit.pk, "")

    def of_unit(self, unit: "OrgUnit", *, only_with_floor: bool = True) -> HoursGroup:
        """One branch; by default only the people under a yearly floor."""
        chosen = [group for group in self.groups if group.unit_id == unit.pk]
        if only_with_floor:
            chosen = [group for group in chosen if group.reached is not None]
        return self._merged(chosen, unit.pk, "")


# The hours of the people come first as a join, because as nested questions they cost five times as much at 100,000 people.
_COUNTED = """
SELECT e.unit_id, e.employment_type, COUNT(*) AS people, SUM(CASE WHEN {reached} THEN 1 ELSE 0 END) AS reached,
    COALESCE(SUM(h.total), 0) AS hours
FROM active e LEFT JOIN (
    SELECT l.employee_id, SUM(l.hours) AS total FROM credentials_learninghours l
    WHERE l.year = %s AND l.voided_at IS NULL
        AND l.employee_id IN (SELECT id FROM active)
    GROUP BY l.employee_id
) h ON h.employee_id = e.id
GROUP BY e.unit_id, e.employment_type
"""


def _floors(agency_id: int, year: int) -> dict[str, Decimal]:
    """What is asked of each kind of employment on the last day of a year; kinds without a yearly floor are left out."""
    book = requirements_on(dt.date(year, 12, 31))
    return {
        kind: facts.hours
        for kind in employment_names()
        if (facts := book.of(agency_id, kind)) and facts.kind is RequirementKind.FLOOR_YEAR
    }


def _counting_of(year: int, floors: dict[str, Decimal]) -> Counting:
    cases = " ".join("WHEN %s THEN %s" for _kind in floors)
    reached = f"h.total >= CASE e.employment_type {cases} ELSE NULL END" if floors else "1 = 0"
    # As floats: SQLite keeps decimals as text, and text never compares with a sum.
    values = [value for kind, hours in floors.items() for value in (kind, float(hours))]
    basis = " ".join([str(year), *(f"{kind}={hours}" for kind, hours in sorted(floors.items()))])
    return Counting(basis, _COUNTED.format(reached=reached), (*values, year))


def _counting_today(agency: "Agency") -> Counting:
    year = clock.today(agency.time_zone).year
    return _counting_of(year, _floors(agency.pk, year))


HOURS_SUMS = keep_sums(
    UnitSums(HoursSum._meta.db_table, ("employment_type",), ("people", "reached", "hours"), "hours", _counting_today)
)


def hours_summary(unit: "OrgUnit", year: int | None = None) -> HoursSummary:
    """Hours by branch and kind of employment from kept sums: four queries, whatever the number of people; of other years
    than the running one, everybody is counted.

    The caller has decided that the account may see the unit. The floor is that of the year's last day.
    """
    year = year or clock.today().year
    floors = _floors(unit.agency_id, year)
    children = children_of(unit)
    by_path = {child.path: child for child in children}
    groups = []
    has_own = False
    for branch, kind, people, reached, hours in sums_by_branch(unit, HOURS_SUMS, _counting_of(year, floors)):
        owner = by_path.get(branch)
        has_own = has_own or owner is None
        groups.append(
            HoursGroup(
                (owner or unit).pk, kind, int(people), int(reached) if kind in floors else None,
                Decimal(str(hours)).quantize(Decimal("0.01")),
            )
        )  # fmt: skip
    rows = ([(unit, True)] if has_own else []) + [(child, False) for child in children]
    return HoursSummary(unit, year, tuple(rows), tuple(groups))


def employment_names() -> dict[str, str]:
    """Kinds of employment in words, by code."""
    field = employees().model._meta.get_field("employment_type")
    return {str(code): str(name) for code, name in field.choices or ()}


def may_repair_hours_of(user: "User", employee: "Employee") -> Verdict:
    """Whether the account may take rows out of this person's count."""
    if standing_of(user).may_in(Permission.REVOKE_CERTIFICATES, employee.unit.path):
        return ALLOWED
    return denied(_("Hanya pengelola kepegawaian instansi yang dapat membatalkan catatan jam pelajaran."))
