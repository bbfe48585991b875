"""How a level came to be what it is: the evidence replayed as it was known on every date, never a stored snapshot."""

import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from django.db.models import Q

from bina.competencies.models import (
    Appeal,
    Competency,
    Evidence,
    EvidenceSource,
    LevelCuts,
    LevelPrior,
    PositionStandard,
)
from bina.competencies.queries.computation import DEFAULT_PRIOR, SOURCE_PLACES, evidence_table, sources_from
from bina.competencies.queries.cuts import CutsInForce, adopted_cuts
from bina.competencies.queries.overlays import NORMAL_95
from bina.competencies.rules import FrameworkState, Status
from bina.foundation import clock
from bina.people.queries import placements_of
from bina.science.arrays import FloatArray, IntArray
from bina.science.evidence import CombinedLevels, Sources, average_growth, combine
from bina.science.evidence import Evidence as EvidenceTable
from bina.science.evidence import growth as growth_between

if TYPE_CHECKING:
    from bina.people.models import Employee

BAND_STEPS = 24  # between the first and the last date, so that ageing shows between two events
ONE_DAY = dt.timedelta(days=1)


class Reading(StrEnum):
    """Whose knowledge a history shows: that of its own time, or what is known today about each date."""

    KNOWN = "known"
    OBSERVED = "observed"


class EventKind(StrEnum):
    """What made a level change."""

    MEASURED = "measured"
    WITHDRAWN = "withdrawn"
    TRUST = "trust"
    STANDARD = "standard"
    CUTS = "cuts"
    APPEAL = "appeal"


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One thing that happened on a date: a piece of evidence came or went, a rule changed, a review was asked or decided.

    reads: level and spread that the piece spoke for on that date, through the cuts in force then.
    """

    on: dt.date
    kind: EventKind
    evidence: Evidence | None = None
    reads: tuple[float, float] = (0.0, 0.0)
    cuts: LevelCuts | None = None
    appeal: Appeal | None = None
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """The level at the end of one day; no numbers where nothing was measured yet."""

    on: dt.date
    mean: float | None
    low: float | None
    high: float | None
    required: float | None
    measured_count: int
    status: str
    events: tuple[HistoryEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class GrowthSince:
    """How far a person came since the first measurement, with half of the 90 % interval, over so many competencies."""

    since: dt.date
    change: float
    half_width: float
    competencies: int

    @property
    def is_certain(self) -> bool:
        """Whether the interval does not hold zero."""
        return abs(self.change) > self.half_width


@dataclass(frozen=True, slots=True)
class LevelHistory:
    """The history of one competency, or of the mean of an area: dates of change, the band between them, the growth."""

    subject: Competency
    points: tuple[HistoryPoint, ...]
    band: tuple[HistoryPoint, ...]
    growth: GrowthSince | None
    reading: Reading

    @property
    def is_area(self) -> bool:
        """Whether this is the mean of several competencies."""
        return self.subject.parent_id is None

    @property
    def latest(self) -> HistoryPoint | None:
        """Where the person stands today."""
        return self.points[-1] if self.points else None


@dataclass
class _Ground:
    """Everything a replay rests on, read once: evidence, dated rules, posts. Seven queries, whatever their number."""

    employee: "Employee"
    competencies: Sequence[Competency]
    reading: Reading
    today: dt.date
    pieces: list[Evidence] = field(init=False)
    trust: list[EvidenceSource] = field(init=False)
    priors: list[LevelPrior] = field(init=False)
    standards: list[PositionStandard] = field(init=False)
    posts: list[tuple[dt.date, dt.date | None, str, str]] = field(init=False)
    cuts: list[LevelCuts] = field(init=False)
    _read: dict[tuple[int, tuple[int, ...]], tuple[float, float]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        ids = [row.pk for row in self.competencies]
        self.pieces = list(
            Evidence.objects.filter(employee=self.employee, competency_id__in=ids)
            .select_related("competency")
            .order_by("id")
        )
        self.trust = list(EvidenceSource.objects.order_by("valid_from", "id"))
        framework = self.competencies[0].framework_id if self.competencies else 0
        self.priors = list(LevelPrior.objects.filter(framework_id=framework).order_by("valid_from", "id"))
        self.standards = list(
            PositionStandard.objects.filter(
                Q(agency=None) | Q(agency_id=self.employee.agency_id), competency_id__in=ids,
                competency__framework__state=FrameworkState.PUBLISHED,
            ).order_by("valid_from", "id")
        )  # fmt: skip
        self.posts = [
            (row.valid_from, row.valid_to, row.position.job_class_id, row.position.functional)
            for row in placements_of(self.employee)
            if row.kind == "D"
        ]
        lines = {piece.line for piece in self.pieces}
        scopes = {None, *ids, *(row.parent_id for row in self.competencies)}
        self.cuts = [row for row in adopted_cuts() if row.line in lines and row.competency_id in scopes]

    def known_on(self, piece: Evidence) -> dt.date:
        """Since when a piece has had a say."""
        if self.reading is Reading.OBSERVED:
            return piece.observed_on
        return max(piece.observed_on, _day(piece.recorded_at))

    def gone_on(self, piece: Evidence) -> dt.date | None:
        """Since when it has none any more."""
        if piece.withdrawn_at is None:
            return None
        return self.known_on(piece) if self.reading is Reading.OBSERVED else _day(piece.withdrawn_at)

    def has_say(self, piece: Evidence, on: dt.date) -> bool:
        """Whether a piece counts at the end of a day."""
        gone = self.gone_on(piece)
        return self.known_on(piece) <= on and (gone is None or on < gone)

    def ends_on(self, row: LevelCuts) -> dt.date | None:
        """Since when cuts decide no more; None while they do."""
        if row.withdrawn_at is None:
            return None
        return row.valid_from if self.reading is Reading.OBSERVED else _day(row.withdrawn_at)

    def read(self, piece: Evidence, on: dt.date) -> tuple[float, float]:
        """The level and the spread that a piece spoke for at the end of a day, through the cuts in force then."""
        rows = [row for row in self.cuts if row.valid_from <= on and ((end := self.ends_on(row)) is None or on < end)]
        key = (piece.pk, tuple(row.pk for row in rows))
        if key not in self._read:
            area = next(row.parent_id for row in self.competencies if row.pk == piece.competency_id)
            self._read[key] = CutsInForce(rows).read(
                piece.line, piece.competency_id, area, piece.value, piece.standard_deviation
            )
        return self._read[key]

    def post_on(self, on: dt.date) -> tuple[str, str]:
        """Job class and family of the post held on a date; before the first known one, that of today."""
        for start, end, job_class, functional in self.posts:
            if start <= on and (end is None or on <= end):
                return job_class, functional
        return self.employee.position.job_class_id, self.employee.position.functional

    def required_on(self, on: dt.date) -> list[float]:
        """What the post of that day asked for, NaN for nothing; precedence as in `StandardBook`."""
        job_class, functional = self.post_on(on)
        found: dict[int, tuple[bool, bool, int]] = {}
        for row in self.standards:
            fits = row.job_class_id == job_class and row.functional in ("", functional)
            if not fits or row.valid_from > on or (row.valid_to is not None and row.valid_to < on):
                continue
            rank = (row.agency_id is not None, bool(row.functional))
            if row.competency_id not in found or rank >= found[row.competency_id][:2]:
                found[row.competency_id] = (*rank, row.required_level)
        return [float(found[c.pk][2]) if c.pk in found else math.nan for c in self.competencies]

    def prior_on(self, on: dt.date) -> tuple[float, float]:
        """What was assumed before any evidence on that day."""
        job_class, _functional = self.post_on(on)
        found: dict[str | None, tuple[float, float]] = {}
        for row in self.priors:
            if row.valid_from <= on and (row.valid_to is None or on <= row.valid_to):
                found[row.job_class_id] = (row.mean, row.standard_deviation)
        return found.get(job_class) or found.get(None) or DEFAULT_PRIOR

    def regimes(self) -> list[dt.date]:
        """The days from which another trust in sources holds, oldest first; the first holds for everything before."""
        days = {row.valid_from for row in self.trust}
        days |= {row.valid_to + ONE_DAY for row in self.trust if row.valid_to is not None}
        return sorted(days) or [dt.date.min]

    def trust_on(self, on: dt.date) -> Sources:
        """The trust in sources on a day."""
        return sources_from(
            row for row in self.trust if row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)
        )


def _day(moment: dt.datetime) -> dt.date:
    return clock.day_of(moment)


def _replay(ground: _Ground, dates: Sequence[dt.date]) -> tuple[CombinedLevels, FloatArray]:
    """The levels at the end of each of these days, dates x competencies, and what was required: one call for all dates.

    A date takes the place that a person has elsewhere, so that every date weighs its own rows by its own rules.
    """
    regimes = ground.regimes()
    trusts = [ground.trust_on(day) for day in regimes]
    sources = Sources(
        bias=np.concatenate([row.bias for row in trusts]),
        sd_floor=np.concatenate([row.sd_floor for row in trusts]),
        drift_per_year=np.concatenate([row.drift_per_year for row in trusts]),
        can_prove=np.concatenate([row.can_prove for row in trusts]),
    )
    column = {row.pk: place for place, row in enumerate(ground.competencies)}
    rows: list[tuple[int, int, int, float, float, float, str]] = []
    for place, on in enumerate(dates):
        regime = max(0, bisect_right(regimes, on) - 1) * len(SOURCE_PLACES)
        rows += [
            (place, column[piece.competency_id], regime + SOURCE_PLACES[piece.source], *ground.read(piece, on),
             float((on - piece.observed_on).days), piece.line)
            for piece in ground.pieces
            if ground.has_say(piece, on)
        ]  # fmt: skip
    table = _table(rows)
    needed = np.array([ground.required_on(on) for on in dates]).reshape(len(dates), len(column))
    priors = np.array([ground.prior_on(on) for on in dates]).reshape(len(dates), 2)
    levels = combine(
        table, sources, persons=len(dates), competencies=len(column), prior_mean=priors[:, :1], prior_sd=priors[:, 1:],
        required=needed,
    )  # fmt: skip
    return levels, needed


def _table(rows: Sequence[tuple[int, int, int, float, float, float, str]]) -> EvidenceTable:
    def whole(place: int) -> IntArray:
        return np.array([row[place] for row in rows], dtype=np.int64)

    def real(place: int) -> FloatArray:
        return np.array([row[place] for row in rows], dtype=np.float64)

    return evidence_table(
        person=whole(0), competency=whole(1), source=whole(2), value=real(3), sd=real(4), age_days=real(5),
        lines=[row[6] for row in rows],
    )  # fmt: skip


def _events(ground: _Ground, appeals: Sequence[Appeal]) -> dict[dt.date, list[HistoryEvent]]:
    """What happened on which day, oldest first; rules count from the first evidence on."""
    found: list[HistoryEvent] = []
    for piece in ground.pieces:
        gone = ground.gone_on(piece)
        if gone is None or gone > ground.known_on(piece):
            day = ground.known_on(piece)
            found.append(HistoryEvent(day, EventKind.MEASURED, piece, ground.read(piece, day)))
        if gone is not None:
            found.append(HistoryEvent(gone, EventKind.WITHDRAWN, piece, ground.read(piece, gone)))
    for appeal in appeals:
        found.append(HistoryEvent(_day(appeal.requested_at), EventKind.APPEAL, appeal=appeal))
        if appeal.decided_at:
            found.append(HistoryEvent(_day(appeal.decided_at), EventKind.APPEAL, appeal=appeal, is_end=True))
    if not found:
        return {}
    first = min(event.on for event in found)
    later = [day for day in ground.regimes() if first < day <= ground.today]
    found += [HistoryEvent(day, EventKind.TRUST) for day in later]
    for row in ground.cuts:
        end = ground.ends_on(row)
        if end is not None and end <= row.valid_from:
            continue
        if row.valid_from > first:
            found.append(HistoryEvent(row.valid_from, EventKind.CUTS, cuts=row))
        if end is not None and end > first:
            found.append(HistoryEvent(end, EventKind.CUTS, cuts=row, is_end=True))
    turns = {row.valid_from for row in ground.standards} | {start for start, _end, _class, _family in ground.posts}
    turns |= {row.valid_to + ONE_DAY for row in ground.standards if row.valid_to is not None}
    for day in sorted(turns):
        if first < day <= ground.today and not _same(ground.required_on(day), ground.required_on(day - ONE_DAY)):
            found.append(HistoryEvent(day, EventKind.STANDARD))
    days: dict[dt.date, list[HistoryEvent]] = {}
    for event in sorted(found, key=lambda event: event.on):
        if event.on <= ground.today:
            days.setdefault(event.on, []).append(event)
    return days


def _same(left: Sequence[float], right: Sequence[float]) -> bool:
    return bool(np.array_equal(np.array(left), np.array(right), equal_nan=True))


def _points(
    dates: Sequence[dt.date], levels: CombinedLevels, needed: FloatArray, events: dict[dt.date, list[HistoryEvent]]
) -> list[HistoryPoint]:
    """One point a date: the competency itself, or the mean over those of the area that were measured by then."""
    points = []
    for place, on in enumerate(dates):
        measured = levels.evidence_count[place] > 0
        asked = ~np.isnan(needed[place])
        count = int(measured.sum())
        shown = measured & asked if (measured & asked).any() else asked
        required = float(needed[place][shown].mean()) if shown.any() else None
        mean = low = high = None
        status = Status.NOT_MEASURED.word
        if count:
            mean = float(levels.mean[place][measured].mean())
            reach = NORMAL_95 * float(np.sqrt(np.square(levels.sd[place][measured]).sum())) / count
            low, high = mean - reach, mean + reach
            status = "measured"
            if levels.mean.shape[1] == 1 and required is not None:
                status = Status(int(levels.status[place, 0])).word
        points.append(HistoryPoint(on, mean, low, high, required, count, status, tuple(events.get(on, ()))))
    return points


def _growth(ground: _Ground) -> GrowthSince | None:
    """From the pieces of each competency's first day to those that came later and count today; withdrawn ones never."""
    valid = [piece for piece in ground.pieces if piece.withdrawn_at is None and piece.observed_on <= ground.today]
    begin: dict[int, dt.date] = {}
    for piece in valid:
        begin[piece.competency_id] = min(piece.observed_on, begin.get(piece.competency_id, piece.observed_on))
    column = {row.pk: place for place, row in enumerate(ground.competencies)}
    sides: tuple[list[tuple[int, int, int, float, float, float, str]], ...] = ([], [])
    for piece in valid:
        is_later = piece.observed_on > begin[piece.competency_id]
        age = float((ground.today - piece.observed_on).days) if is_later else 0.0
        sides[is_later].append(
            (0, column[piece.competency_id], SOURCE_PLACES[piece.source], *ground.read(piece, ground.today), age,
             piece.line)
        )  # fmt: skip
    found = growth_between(_table(sides[0]), _table(sides[1]), ground.trust_on(ground.today), competencies=len(column))
    change, half_width, count = average_growth(found)
    if not count:
        return None
    twice = {row.pk for row, change in zip(ground.competencies, found.change, strict=True) if not math.isnan(change)}
    return GrowthSince(min(begin[pk] for pk in twice), change, half_width, count)


def history_of_level(
    employee: "Employee", subject: Competency, *, reading: Reading = Reading.KNOWN, on: dt.date | None = None
) -> LevelHistory:
    """The history of a competency, or of an area as the mean of its competencies that were measured by then.

    Exact: every point is what `compute_levels` would have given at the end of that day from the evidence and the rules
    known then (``Reading.KNOWN``), or what is known today about that day, without what was withdrawn since
    (``Reading.OBSERVED``). Eight queries (nine for an area); the caller has decided who may see it.
    """
    today = on or clock.today()
    if subject.parent_id is None:
        agencies = Q(agency=None) | Q(agency_id=employee.agency_id)
        competencies = list(Competency.objects.filter(agencies, parent=subject).order_by("order", "id"))
    else:
        competencies = [subject]
    ground = _Ground(employee, competencies, reading, today)
    appeals = list(Appeal.objects.filter(employee=employee, competency__in=competencies).order_by("id"))
    events = _events(ground, appeals)
    if not ground.pieces or not events:
        return LevelHistory(subject, (), (), None, reading)
    days = sorted({*events, today})
    start, length = days[0], (today - days[0]).days
    between = {start + dt.timedelta(days=round(length * step / BAND_STEPS)) for step in range(BAND_STEPS + 1)}
    band_days = sorted(between | set(days) | {day - ONE_DAY for day in days if day > start})
    levels, needed = _replay(ground, band_days)
    band = _points(band_days, levels, needed, events)
    chosen = set(days)
    return LevelHistory(
        subject, tuple(point for point in band if point.on in chosen), tuple(band), _growth(ground), reading
    )


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What one more measurement would do to the interval: half of it now and then, in levels."""

    source: str
    now: float
    then: float


@dataclass(frozen=True, slots=True)
class LevelOutlook:
    """What lies behind and ahead of a level: growth since the first measurement, and what would make it more certain."""

    growth: GrowthSince | None
    narrowings: tuple[Narrowing, ...]


def outlook_of(employee: "Employee", competency: Competency, sources: Sequence[str]) -> LevelOutlook:
    """Growth of a level, and which further piece of evidence from these sources would make it most certain.

    Each kind of source is tried with one new piece that agrees with what is known, as exact as its kind usually is; a test
    replaces the earlier test. The best comes first; empty where nothing is measured. Seven queries.
    """
    today = clock.today()
    ground = _Ground(employee, [competency], Reading.OBSERVED, today)
    valid = [piece for piece in ground.pieces if ground.has_say(piece, today)]
    if not valid:
        return LevelOutlook(None, ())
    return LevelOutlook(_growth(ground), tuple(_narrowings(ground, valid, sources)))


def _narrowings(ground: _Ground, valid: list[Evidence], sources: Sequence[str]) -> list[Narrowing]:
    today = ground.today
    trust = ground.trust_on(today)
    base = [
        (0, SOURCE_PLACES[piece.source], *ground.read(piece, today),
         float((today - piece.observed_on).days), piece.line)
        for piece in valid
    ]  # fmt: skip
    mean, spread = ground.prior_on(today)
    now, _needed = _replay(ground, [today])
    level, rows = float(now.mean[0, 0]), []
    for place, source in enumerate(sources):
        own = [piece for piece in valid if piece.source == source]
        line = own[-1].line if own else "new"
        index = SOURCE_PLACES[source]
        sd = float(np.median([ground.read(piece, today)[1] for piece in own])) if own else float(trust.sd_floor[index])
        rows += [(place, *row) for row in base]
        rows.append((place, 0, index, level + float(trust.bias[index]), max(sd, 0.05), 0.0, line))
    tried = combine(_table(rows), trust, persons=len(sources), competencies=1, prior_mean=mean, prior_sd=spread)
    half = NORMAL_95 * float(now.sd[0, 0])
    found = [Narrowing(source, half, NORMAL_95 * float(tried.sd[place, 0])) for place, source in enumerate(sources)]
    return sorted((row for row in found if row.then < row.now - 0.02), key=lambda row: row.then)
