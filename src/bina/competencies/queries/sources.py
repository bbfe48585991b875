"""How far sources of evidence can be trusted: what is assumed, since when, and what overlapping evidence says."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db.models import Exists, OuterRef, Q, QuerySet

from bina.competencies.models import Competency, Evidence, EvidenceSource, SourceEstimate
from bina.competencies.queries.computation import SOURCE_PLACES, evidence_table, sources_from
from bina.competencies.queries.cuts import cuts_in_force
from bina.competencies.rules import OVERLAP_DAYS, Source, can_adopt_estimate
from bina.foundation import clock
from bina.foundation.models import Progress
from bina.foundation.verdict import Verdict
from bina.people.queries import agencies, employees, standing_of
from bina.people.rules import Permission
from bina.science.arrays import IntArray
from bina.science.evidence import Evidence as EvidenceTable
from bina.science.evidence import SourcePriors, Sources, estimate_sources, floor_that_adds, widened_by_groups

if TYPE_CHECKING:
    from uuid import UUID

    from bina.people.models import User

MOST_PEOPLE = 2_000  # more people make the estimate no better, only slower
SCATTER = 2_654_435_761  # Knuth's multiplier: the same people are drawn every time, and from everywhere
BIAS_DOUBT, EXTRA_DOUBT, SMALLEST_EXTRA = 0.3, 0.7, 0.15
REFERENCE = SOURCE_PLACES[Source.TEST.value]
RECOMPUTING = "recompute_levels"


def may_see_trust(user: "User") -> bool:
    """Whether the account may read and ask for estimates of the trust in sources."""
    return standing_of(user).may(Permission.MANAGE_STANDARDS)


def may_change_trust(user: "User") -> bool:
    """Whether the account may change it: the platform's administrators, or agency HR where there is only that agency."""
    standing = standing_of(user)
    if standing.is_platform_admin:
        return True
    return standing.may(Permission.MANAGE_STANDARDS) and user.employee is not None and agencies().count() == 1


def trust_rows() -> QuerySet[EvidenceSource]:
    """Every dated row, source by source, the newest first."""
    return EvidenceSource.objects.select_related("estimate").order_by("code", "-valid_from", "-id")


def trust_in_force(code: str, on: dt.date | None = None) -> EvidenceSource | None:
    """The row that holds for a source on a day (today)."""
    day = on or clock.today()
    rows = EvidenceSource.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), code=code, valid_from__lte=day)
    return rows.order_by("-valid_from", "-id").first()


def estimates() -> QuerySet[SourceEstimate]:
    """Every estimate, newest first."""
    return SourceEstimate.objects.select_related("progress").order_by("-id")


def estimate_by_public_id(public_id: "UUID | str") -> SourceEstimate | None:
    """One estimate."""
    return estimates().filter(public_id=public_id).first()


def latest_recomputing() -> Progress | None:
    """How far the levels are that follow the latest change of trust."""
    return Progress.objects.filter(kind=RECOMPUTING).order_by("-id").first()


@dataclass(frozen=True, slots=True)
class SourceTrust:
    """One source on the page: what holds, what came before, and what the latest estimate says."""

    row: EvidenceSource
    past: tuple[EvidenceSource, ...]
    line: dict[str, Any] | None
    verdict: Verdict
    is_adopted: bool

    @property
    def has_estimate(self) -> bool:
        """Whether overlapping evidence says anything about it."""
        return self.line is not None and self.line["pieces"] > 0


def trust_page(estimate: SourceEstimate | None) -> list[SourceTrust]:
    """All sources beside an estimate. One query."""
    by_code: dict[str, list[EvidenceSource]] = defaultdict(list)
    for row in trust_rows():
        by_code[row.code].append(row)
    lines = {line["code"]: line for line in (estimate.lines if estimate else [])}
    today, found = clock.today(), []
    for code in SOURCE_PLACES:
        current = next(
            (r for r in by_code[code] if r.valid_from <= today and (r.valid_to is None or today <= r.valid_to)), None
        )
        if current is None:
            continue
        line = lines.get(code)
        verdict = can_adopt_estimate(people=line["people"] if line else 0, is_reference=code == Source.TEST)
        past = tuple(row for row in by_code[code] if row.pk != current.pk)
        is_adopted = estimate is not None and current.estimate_id == estimate.pk
        found.append(SourceTrust(current, past, line, verdict, is_adopted))
    return found


@dataclass(frozen=True, eq=False)
class Overlaps:
    """Pieces that stand beside another one about the same person and competency, made about the same time.

    group: index of the person's unit, row by row. people: per source, how many have it beside a test.
    """

    table: EvidenceTable
    group: IntArray
    people: IntArray
    persons: int


def overlapping_evidence(on: dt.date) -> Overlaps:
    """The evidence from which sources are estimated: of at most `MOST_PEOPLE` people, drawn the same way every time."""
    other = Evidence.objects.filter(employee_id=OuterRef("employee_id"), withdrawn_at=None).exclude(
        source=Source.TEST.value
    )
    known = Evidence.objects.filter(Exists(other), source=Source.TEST.value, withdrawn_at=None, observed_on__lte=on)
    drawn = sorted(set(known.values_list("employee_id", flat=True)), key=lambda pk: (pk * SCATTER) % 2**32)
    chosen = sorted(drawn[:MOST_PEOPLE])
    unit_of = dict(employees().filter(pk__in=chosen).values_list("pk", "unit_id"))
    rows = [
        row
        for row in Evidence.objects.filter(employee_id__in=chosen, withdrawn_at=None, observed_on__lte=on)
        .order_by("id")
        .values_list("employee_id", "competency_id", "source", "value", "standard_deviation", "observed_on", "line")
        if row[0] in unit_of
    ]
    person_of = {pk: place for place, pk in enumerate(sorted(unit_of))}
    competency_of = {pk: place for place, pk in enumerate(sorted({row[1] for row in rows}))}
    unit_place = {pk: place for place, pk in enumerate(sorted(set(unit_of.values())))}
    value, spread = cuts_in_force(on).read_all(
        [row[6] for row in rows], [row[1] for row in rows],
        dict(Competency.objects.filter(parent__isnull=False).values_list("pk", "parent_id")),
        np.array([row[3] for row in rows], dtype=np.float64), np.array([row[4] for row in rows], dtype=np.float64),
    )  # fmt: skip
    days = np.array([row[5].toordinal() for row in rows], dtype=np.int64)
    table = evidence_table(
        person=np.array([person_of[row[0]] for row in rows], dtype=np.int64),
        competency=np.array([competency_of[row[1]] for row in rows], dtype=np.int64),
        source=np.array([SOURCE_PLACES[row[2]] for row in rows], dtype=np.int64),
        value=value,
        sd=spread,
        age_days=(on.toordinal() - days).astype(np.float64),
        lines=[row[6] for row in rows],
    )
    kept = _side_by_side(table, days)
    group = np.array([unit_place[unit_of[row[0]]] for row in rows], dtype=np.int64)[kept]
    chosen_rows = EvidenceTable(
        table.person_index[kept], table.competency_index[kept], table.source_index[kept], table.value[kept],
        table.sd[kept], np.zeros(len(kept)),
    )  # fmt: skip
    return Overlaps(chosen_rows, group, _people_beside_a_test(chosen_rows), len(np.unique(chosen_rows.person_index)))


def _side_by_side(table: EvidenceTable, days: IntArray) -> IntArray:
    """Rows that count and lie within `OVERLAP_DAYS` of the test of their person and competency, or of the newest piece."""
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in np.flatnonzero(table.counted).tolist():
        cells[int(table.person_index[row]), int(table.competency_index[row])].append(row)
    kept: list[int] = []
    for rows in cells.values():
        tests = [row for row in rows if table.source_index[row] == REFERENCE]
        anchor = max(days[row] for row in tests or rows)
        near = [row for row in rows if abs(days[row] - anchor) <= OVERLAP_DAYS]
        if len(near) > 1:
            kept += near
    return np.array(sorted(kept), dtype=np.int64)


def _people_beside_a_test(table: EvidenceTable) -> IntArray:
    width = int(table.competency_index.max(initial=0)) + 1
    cell = table.person_index.astype(np.int64) * width + table.competency_index
    tested = np.isin(cell, cell[table.source_index == REFERENCE])
    return np.array(
        [
            len(np.unique(table.person_index[tested & (table.source_index == place)]))
            for place in SOURCE_PLACES.values()
        ],
        dtype=np.int64,
    )


def estimated_lines(overlaps: Overlaps, trust: Sources) -> list[dict[str, Any]]:
    """What overlapping evidence says about every source, as `SourceEstimate.lines`; the test's bias is the yardstick.

    The spread is the least sd to give a piece, so that pieces err on average as estimated: what would be adopted.
    """
    table, size = overlaps.table, len(SOURCE_PLACES)
    count = np.bincount(table.source_index, minlength=size)
    squares = np.bincount(table.source_index, weights=np.square(table.sd), minlength=size)
    stated = np.where(count > 0, np.sqrt(squares / np.maximum(count, 1)), trust.sd_floor)
    priors = SourcePriors(
        bias=trust.bias,
        bias_sd=np.full(size, BIAS_DOUBT),
        extra_sd=np.sqrt(np.maximum(np.square(trust.sd_floor) - np.square(stated), SMALLEST_EXTRA**2)),
        extra_doubt=np.full(size, EXTRA_DOUBT),
    )
    found = estimate_sources(table, reference=REFERENCE, priors=priors)
    found = widened_by_groups(table, overlaps.group, found, reference=REFERENCE, priors=priors)
    lines = []
    for code, place in SOURCE_PLACES.items():
        own = table.sd[table.source_index == place]
        spread, error = float(trust.sd_floor[place]), 0.0
        if own.size:
            extra, doubt = float(found.extra_sd[place]), float(found.extra_error[place])
            spread = floor_that_adds(own, extra)
            error = (floor_that_adds(own, extra + doubt) - floor_that_adds(own, max(0.0, extra - doubt))) / 2
        lines.append(
            {
                "code": code, "pieces": int(found.pieces[place]), "people": int(overlaps.people[place]),
                "bias": float(found.bias[place]), "bias_error": float(found.bias_error[place]),
                "spread": round(spread, 6), "spread_error": round(error, 6),
                "assumed_bias": float(trust.bias[place]), "assumed_spread": float(trust.sd_floor[place]),
            }
        )  # fmt: skip
    return lines


def trust_on(on: dt.date) -> Sources:
    """The trust in every source on a day, in the order of `SOURCE_PLACES`."""
    rows = EvidenceSource.objects.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)
    return sources_from(rows.order_by("valid_from", "id"))
