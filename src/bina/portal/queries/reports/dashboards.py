"""The figures of the HR dashboard: gaps, hours, plans and learning under one unit, all from sums."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from bina.credentials.queries import HoursGroup, HoursSummary, hours_summary, requirements_on
from bina.credentials.rules import RequirementKind
from bina.foundation import clock
from bina.learning.queries import EnrolmentCounts, learning_counts
from bina.people.queries import employees
from bina.planning.queries import PlanCounts, plan_counts
from bina.planning.rules import STATE_NAMES, PlanState
from bina.portal.queries.reports.gaps import SMALLEST_GROUP, HeatMap, heat_map
from bina.portal.queries.reports.places import ReportPlace

if TYPE_CHECKING:
    from bina.competencies.models import Competency
    from bina.people.models import OrgUnit

NO_PLAN = "none"
# In the order in which a plan lives, the agreed ones first.
PLAN_STATES = (
    PlanState.APPROVED.value, PlanState.SUBMITTED.value, PlanState.RETURNED.value, PlanState.DRAFT.value, NO_PLAN
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlanShare:
    """People in one state of planning, and their share of everybody."""

    state: str
    name: str
    people: int
    share: float


@dataclass(frozen=True, slots=True)
class HoursLine:
    """Hours of one group in words: how many of how many reached the floor, or the mean where no floor is asked.

    A group too small for figures (``is_small``) tells only how many people it has, unless the reader may look up hours.
    """

    name: str
    people: int
    reached: int | None
    mean: Decimal | None
    unit: "OrgUnit | None" = None
    is_small: bool = False

    @property
    def share(self) -> float | None:
        """Share that reached the floor."""
        return None if self.reached is None or not self.people else self.reached / self.people


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything on the HR dashboard of one unit."""

    place: ReportPlace
    year: int
    heat: HeatMap
    hours: HoursSummary
    floors: tuple[tuple[str, Decimal], ...]
    plans: PlanCounts
    learning: EnrolmentCounts
    made_at: dt.datetime

    @property
    def people(self) -> int:
        """Active people under the unit."""
        return self.hours.total.people

    @property
    def hours_by_employment(self) -> list[HoursLine]:
        """Hours by kind of employment."""
        names = employment_names()
        return [
            self._line(names.get(group.employment_type, group.employment_type), group)
            for group in self.hours.by_employment
        ]

    def _line(self, name: str, group: HoursGroup, unit: "OrgUnit | None" = None) -> HoursLine:
        if group.people < SMALLEST_GROUP and not self.place.may_see_hours:
            return HoursLine(name, group.people, None, None, unit, is_small=True)
        return HoursLine(name, group.people, group.reached, group.mean, unit)

    @property
    def hours_by_unit(self) -> list[HoursLine]:
        """Hours by branch, only people under a yearly floor, the furthest from it first."""
        lines = []
        for unit, is_own in self.hours.rows:
            group = self.hours.of_unit(unit)
            if group.people:
                name = _("Langsung di %(unit)s") % {"unit": unit.label} if is_own else unit.label
                lines.append(self._line(name, group, None if is_own else unit))
        return sorted(lines, key=lambda line: (line.is_small, line.share or 0.0, line.name))

    @property
    def plan_shares(self) -> list[PlanShare]:
        """People by state of their plan; together everybody."""
        return plan_shares(self.plans)


def employment_names() -> dict[str, str]:
    """Kinds of employment in words."""
    field = employees().model._meta.get_field("employment_type")
    return {str(code): str(name) for code, name in field.choices or ()}


def plan_state_name(state: str) -> str:
    """A state of planning in words, also for people without a plan."""
    return _("Belum menyusun") if state == NO_PLAN else str(STATE_NAMES[PlanState(state)])


def plan_shares(plans: PlanCounts) -> list[PlanShare]:
    """People by state of their plan, in the order in which a plan lives."""
    everybody = plans.people()
    return [
        PlanShare(
            state, plan_state_name(state), plans.count(state), plans.count(state) / everybody if everybody else 0.0
        )
        for state in PLAN_STATES
    ]


def yearly_floors(unit: "OrgUnit", year: int) -> tuple[tuple[str, Decimal], ...]:
    """Which kinds of employment have a yearly floor in an agency, and how many hours (one query)."""
    book = requirements_on(dt.date(year, 12, 31))
    found = [(name, book.of(unit.agency_id, code)) for code, name in employment_names().items()]
    return tuple((name, facts.hours) for name, facts in found if facts and facts.kind is RequirementKind.FLOOR_YEAR)


def dashboard_of(place: ReportPlace, area: "Competency | None" = None) -> Dashboard:
    """The dashboard of a unit; about a dozen queries, whatever the number of people."""
    unit = place.unit
    year = clock.today(unit.agency.time_zone).year
    return Dashboard(
        place=place,
        year=year,
        heat=heat_map(unit, area),
        hours=hours_summary(unit, year),
        floors=yearly_floors(unit, year),
        plans=plan_counts(unit, year),
        learning=learning_counts(unit),
        made_at=clock.now(),
    )
