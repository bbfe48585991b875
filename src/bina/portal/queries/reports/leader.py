"""The leader's one screen: reach, level against standard, hours, plans, what helped, and what needs attention."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from bina.credentials.queries import HoursGroup, HoursSummary, hours_summary
from bina.design.formats import number, percent
from bina.evaluation.queries import estimates_of
from bina.foundation import clock
from bina.planning.queries import PlanCounts, plan_counts
from bina.planning.rules import PlanState
from bina.portal.queries.reports.dashboards import NO_PLAN, PlanShare, plan_shares
from bina.portal.queries.reports.gaps import SMALLEST_GROUP, HeatCell, HeatMap, heat_map
from bina.portal.queries.reports.places import ReportPlace

if TYPE_CHECKING:
    from bina.competencies.models import Competency
    from bina.evaluation.models import ImpactEstimate
    from bina.people.models import OrgUnit

SENTENCES = 3


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing that needs the leader's attention: a short title, the sentence with its whole, and where to look."""

    title: str
    sentence: str
    unit: "OrgUnit | None" = None
    area: "Competency | None" = None


@dataclass(frozen=True, slots=True)
class LeaderPage:
    """Everything on the leader's page."""

    place: ReportPlace
    year: int
    heat: HeatMap
    hours: HoursSummary
    plans: PlanCounts
    estimates: "tuple[ImpactEstimate, ...]"
    attention: tuple[Attention, ...]
    made_at: dt.datetime

    @property
    def plan_shares(self) -> list[PlanShare]:
        """People by state of their plan."""
        return plan_shares(self.plans)

    @property
    def areas(self) -> "list[tuple[Competency, HeatCell]]":
        """Each area with its sums over everybody."""
        return [
            (column, cell) for column, cell in zip(self.heat.columns, self.heat.totals, strict=True) if cell.required
        ]

    @property
    def hours_branches(self) -> "list[tuple[str, OrgUnit | None, HoursGroup]]":
        """Branches of at least five people under a yearly floor, the furthest from it first; own staff has no unit."""
        found = [
            (
                _("Langsung di %(unit)s") % {"unit": unit.label} if is_own else unit.label,
                None if is_own else unit,
                group,
            )
            for unit, is_own in self.hours.rows
            if (group := self.hours.of_unit(unit)).people >= SMALLEST_GROUP
        ]
        return sorted(found, key=lambda branch: (branch[2].share or 0.0, branch[0]))

    @property
    def axis(self) -> float:
        """Half the width of the picture of effects, in levels: whole steps of a half."""
        ends = [abs(end) for row in self.estimates for end in (row.low, row.high) if end is not None]
        return max(0.5, -(-max(ends, default=0.0) // 0.5) * 0.5)


def leader_page(place: ReportPlace) -> LeaderPage:
    """The leader's page of a unit; a constant number of queries, no individuals."""
    unit = place.unit
    year = clock.today(unit.agency.time_zone).year
    heat, hours, plans = heat_map(unit), hours_summary(unit, year), plan_counts(unit, year)
    return LeaderPage(
        place=place,
        year=year,
        heat=heat,
        hours=hours,
        plans=plans,
        estimates=tuple(estimates_of(unit.agency_id, limit=5)),
        attention=tuple(needing_attention(heat, hours, plans, year))[:SENTENCES],
        made_at=clock.now(),
    )


def needing_attention(heat: HeatMap, hours: HoursSummary, plans: PlanCounts, year: int) -> list[Attention]:
    """What stands out, each with its whole: the widest gap, the branch furthest behind in hours, what is unmeasured,
    and plans that are missing or waiting. The order is that in which a leader can do something about them."""
    found = [
        _widest_gap(heat),
        _fewest_hours(hours),
        _plans_missing(plans, year),
        _unmeasured(heat),
    ]
    return [item for item in found if item is not None]


def _widest_gap(heat: HeatMap) -> Attention | None:
    measured = [
        (cell.mean_gap, column, cell)
        for column, cell in zip(heat.columns, heat.totals, strict=True)
        if cell.mean_gap is not None and cell.mean_gap >= 0.05
    ]
    if not measured:
        return None
    gap, column, cell = max(measured, key=lambda item: item[0])
    return Attention(
        _("%(area)s paling jauh dari syarat") % {"area": column.label},
        _(
            "Rata-rata %(gap)s tingkat di bawah syarat jabatan, dari %(measured)s pengukuran; %(share)s syarat sudah terbukti."
        )
        % {"gap": number(gap, 1), "measured": number(cell.measured), "share": percent(cell.proven_share)},
        area=column,
    )


def _fewest_hours(hours: HoursSummary) -> Attention | None:
    whole = hours.with_floor
    if whole.share is None:
        return None
    branches = [(hours.of_unit(unit), unit, is_own) for unit, is_own in hours.rows]
    behind = [
        (group.share, unit, group, is_own)
        for group, unit, is_own in branches
        if group.share is not None and group.people >= SMALLEST_GROUP and group.share < whole.share
    ]
    if not behind:
        return None
    share, unit, group, is_own = min(behind, key=lambda item: (item[0], -item[2].people))
    return Attention(
        _("%(unit)s tertinggal dalam jam pelajaran") % {"unit": unit.label},
        _("%(reached)s dari %(people)s pegawai (%(share)s) mencapai batas tahunan; seluruhnya %(whole)s.")
        % {
            "reached": number(group.reached or 0), "people": number(group.people), "share": percent(share),
            "whole": percent(whole.share),
        },
        unit=None if is_own else unit,
    )  # fmt: skip


def _plans_missing(plans: PlanCounts, year: int) -> Attention | None:
    everybody = plans.people()
    missing, waiting = plans.count(NO_PLAN), plans.count(PlanState.SUBMITTED)
    if not everybody or not (missing or waiting):
        return None
    if waiting > missing:
        return Attention(
            _("Rencana menunggu keputusan atasan"),
            _("%(waiting)s dari %(people)s pegawai sudah mengajukan rencana %(year)s dan menunggu jawaban.")
            % {"waiting": number(waiting), "people": number(everybody), "year": year},
        )
    return Attention(
        _("Belum semua pegawai memiliki rencana %(year)s") % {"year": year},
        _("%(missing)s dari %(people)s pegawai (%(share)s) belum menyusun rencana; %(waiting)s menunggu atasan.")
        % {
            "missing": number(missing), "people": number(everybody), "share": percent(missing / everybody),
            "waiting": number(waiting),
        },
    )  # fmt: skip


def _unmeasured(heat: HeatMap) -> Attention | None:
    whole = heat.whole
    missing = whole.required - whole.measured
    if not whole.required or missing / whole.required < 0.1:
        return None
    branches = [row for row in heat.rows if not row.is_own and row.whole.required >= SMALLEST_GROUP]
    lowest = min(branches, key=lambda row: (row.whole.coverage or 0.0, row.unit.path), default=None)
    sentence = _("%(missing)s dari %(required)s syarat kompetensi (%(share)s) belum memiliki hasil ukur.") % {
        "missing": number(missing), "required": number(whole.required), "share": percent(missing / whole.required),
    }  # fmt: skip
    if lowest is not None and len(branches) > 1:
        sentence += " " + _("Terendah di %(unit)s: baru %(share)s terukur.") % {
            "unit": lowest.unit.label, "share": percent(lowest.whole.coverage),
        }  # fmt: skip
    return Attention(_("Masih banyak yang belum diukur"), sentence, unit=lowest.unit if lowest else None)
