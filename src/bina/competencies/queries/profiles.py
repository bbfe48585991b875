"""A person's profile, and why each level is what it is."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from bina.competencies.models import Competency, CompetencyLevel, Evidence, Framework, LevelCuts
from bina.competencies.queries.computation import Assumptions, compute_levels
from bina.competencies.rules import TESTED_KINDS, Status
from bina.foundation import clock
from bina.foundation.prepared import PreparedQuery
from bina.foundation.wording import localized
from bina.people.queries import employees_visible_to
from bina.people.rules import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from bina.people.models import Employee, User


SOON = dt.timedelta(days=182)


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """One competency in a profile, ready for the level track."""

    competency_id: int
    public_id: str
    name: str
    area_id: int
    framework_id: int
    level_count: int
    mean: float | None
    low: float | None
    high: float | None
    required: int | None
    weight: int
    gap: float | None
    status: str
    is_contradictory: bool
    evidence_count: int
    expires_on: dt.date | None = None
    framework_kind: str = ""

    @property
    def is_tested(self) -> bool:
        """Whether there is a test for it."""
        return self.framework_kind in TESTED_KINDS

    @property
    def lapses_soon(self) -> bool:
        """Whether a proven requirement will stop being proven within half a year."""
        return self.expires_on is not None and self.expires_on <= clock.today() + SOON

    @property
    def severity(self) -> float:
        """Weight times gap; what is required but unmeasured counts as half its requirement."""
        if self.required is None:
            return 0.0
        return self.weight * (self.required * 0.5 if self.mean is None else self.gap or 0.0)


@dataclass(frozen=True, slots=True)
class Profile:
    """Where one person stands on everything that is required or measured."""

    lines: tuple[ProfileLine, ...]

    @property
    def lapsing(self) -> list[ProfileLine]:
        """Proven requirements that will stop being proven within half a year, the first to lapse first."""
        found = [line for line in self.lines if line.required is not None and line.lapses_soon]
        return sorted(found, key=lambda line: (line.expires_on or dt.date.max, -line.weight))

    def _count(self, status: str) -> int:
        return sum(1 for line in self.lines if line.required is not None and line.status == status)

    @property
    def required_count(self) -> int:
        """How many competencies the job asks for."""
        return sum(1 for line in self.lines if line.required is not None)

    @property
    def proven_count(self) -> int:
        """How many requirements are proven."""
        return self._count("proven")

    @property
    def provisional_count(self) -> int:
        """How many requirements are provisionally met."""
        return self._count("provisional")

    @property
    def unproven_count(self) -> int:
        """How many requirements are measured but not reached."""
        return self._count("unproven")

    @property
    def unmeasured_count(self) -> int:
        """How many requirements nobody has measured."""
        return self._count("not_measured")

    @property
    def by_severity(self) -> list[ProfileLine]:
        """What is required and not proven, the most pressing first."""
        open_lines = [line for line in self.lines if line.required is not None and line.status != "proven"]
        return sorted(open_lines, key=lambda line: (-line.severity, line.competency_id))


def _word(status: int, required: int | None, mean: float | None) -> str:
    """The word of the track; what is measured but not asked for is neither proven nor unproven."""
    return "measured" if required is None and mean is not None else Status(status).word


_COLUMNS = (
    "competency_id", "competency__public_id", "competency__name", "competency__name_en", "competency__parent_id",
    "competency__framework_id", "competency__framework__level_count", "mean", "low", "high", "required_level",
    "weight", "gap", "status", "is_contradictory", "evidence_count", "employee_id", "competency__framework__kind",
    "expires_on",
)  # fmt: skip
_IN_ORDER = ("competency__framework_id", "competency__order", "competency_id")
# Asked on every home, profile and plan page: compiled once.
_lines_of_person = PreparedQuery(
    lambda employee: CompetencyLevel.objects.filter(employee_id=employee).order_by(*_IN_ORDER).values_list(*_COLUMNS),
    int,
)


def _line(row: Sequence[Any]) -> ProfileLine:
    return ProfileLine(
        row[0], str(row[1]), localized(row[2], row[3]), row[4] or 0, row[5], row[6], row[7], row[8], row[9], row[10],
        row[11], row[12], _word(row[13], row[10], row[7]), row[14], row[15], row[18], row[17],
    )  # fmt: skip


def profile_of(employee: "Employee", *, framework_kinds: tuple[str, ...] = ()) -> Profile:
    """The stored profile of a person (one query); the caller has decided who may see it."""
    rows = _lines_of_person.rows(employee.pk)
    return Profile(tuple(_line(row) for row in rows if not framework_kinds or row[17] in framework_kinds))


def profile_visible_to(user: "User", public_id: "UUID") -> "Employee | None":
    """The person whose profile the account may open: oneself, a direct subordinate, or staff where levels may be seen."""
    return (
        employees_visible_to(user, Permission.SEE_LEVELS)
        .filter(public_id=public_id)
        .select_related("unit", "position", "position__job_class", "agency")
        .first()
    )


@dataclass(frozen=True, slots=True)
class ProfileGroup:
    """The lines of one framework, area by area."""

    framework: Framework
    areas: tuple[tuple[Competency, tuple[ProfileLine, ...]], ...]


def profile_groups(profile: Profile) -> list[ProfileGroup]:
    """A profile sorted for reading: frameworks, areas, lines. Two queries, whatever the number of lines."""
    by_area: dict[int, list[ProfileLine]] = {}
    for line in profile.lines:
        by_area.setdefault(line.area_id, []).append(line)
    areas = (
        Competency.objects.filter(pk__in=list(by_area))
        .select_related("framework")
        .prefetch_related("framework__levels")
        .order_by("framework_id", "order")
    )
    groups: dict[int, tuple[Framework, list[tuple[Competency, tuple[ProfileLine, ...]]]]] = {}
    for area in areas:
        entry = groups.setdefault(area.framework_id, (area.framework, []))
        entry[1].append((area, tuple(by_area[area.pk])))
    return [ProfileGroup(framework, tuple(found)) for framework, found in groups.values()]


@dataclass(frozen=True, slots=True)
class Match:
    """Job-person match in percent: raw, and with surplus levels not counted; over measured requirements only."""

    raw: float | None
    capped: float | None
    measured: int
    required: int


def job_person_match(profile: Profile) -> Match:
    """Sum of reached levels against the sum of required levels, in percent, over what is required and measured."""
    lines = [line for line in profile.lines if line.required is not None]
    measured = [line for line in lines if line.mean is not None]
    if not measured:
        return Match(None, None, 0, len(lines))
    needed = sum(line.required or 0 for line in measured)
    raw = sum(max(0.0, line.mean or 0.0) for line in measured)
    capped = sum(min(float(line.required or 0), max(0.0, line.mean or 0.0)) for line in measured)
    return Match(100 * raw / needed, 100 * capped / needed, len(measured), len(lines))


def level_of(employee: "Employee", competency: Competency) -> CompetencyLevel | None:
    """The stored line of one competency."""
    return CompetencyLevel.objects.filter(employee=employee, competency=competency).first()


def levels_of_many(employee_ids: list[int]) -> dict[int, Profile]:
    """Profiles of several people (one query); the caller has decided who may see them."""
    grouped: dict[int, list[ProfileLine]] = {pk: [] for pk in employee_ids}
    rows = CompetencyLevel.objects.filter(employee_id__in=employee_ids).order_by(*_IN_ORDER).values_list(*_COLUMNS)
    for row in rows:
        grouped[row[16]].append(_line(row))
    return {pk: Profile(tuple(lines)) for pk, lines in grouped.items()}


def evidence_of(employee: "Employee", competency: Competency | None = None) -> QuerySet[Evidence]:
    """Every piece of evidence about a person, withdrawn ones too, newest first."""
    rows = Evidence.objects.filter(employee=employee).select_related("competency").order_by("-observed_on", "-id")
    return rows.filter(competency=competency) if competency else rows


@dataclass(frozen=True, slots=True)
class EvidenceShare:
    """One piece of evidence in a reason: its say in the level, or why it has none, and what its age does to it.

    value: the level it speaks for, read through ``cuts`` where a panel's decide. spread: the least it is taken to err, in
    levels; aged_spread: the same with what its age adds.
    """

    evidence: Evidence
    share: float
    state: str  # "counted" | "superseded" | "withdrawn"
    value: float
    cuts: LevelCuts | None
    bias: float
    age_days: int
    spread: float
    aged_spread: float

    @property
    def corrected(self) -> float:
        """What it speaks for once the habit of its source is taken off."""
        return self.value - self.bias


@dataclass(frozen=True, slots=True)
class LevelReason:
    """Why a level is what it is: every piece with its weight, and what was assumed before."""

    line: CompetencyLevel | None
    shares: tuple[EvidenceShare, ...]
    prior_mean: float
    prior_sd: float
    prior_share: float
    inflation: float
    only_self_rating: bool

    @property
    def cuts(self) -> list[LevelCuts]:
        """The adopted cuts through which the counted pieces are read."""
        return list({row.cuts.pk: row.cuts for row in self.shares if row.cuts and row.state == "counted"}.values())

    @property
    def apart(self) -> tuple[EvidenceShare, EvidenceShare] | None:
        """The two counted pieces that disagree most, the lower one first; None with fewer than two."""
        counted = sorted((row for row in self.shares if row.state == "counted"), key=lambda row: row.corrected)
        return (counted[0], counted[-1]) if len(counted) > 1 else None


def reason_of(employee: "Employee", competency: Competency) -> LevelReason:
    """Recompute one level and tell the weight of everything in it; the caller has decided who may see it."""
    on = clock.today()
    assume = Assumptions(on)
    computed = compute_levels([employee.pk], on=on, assumptions=assume, competency_ids=[competency.pk])
    weights = dict(zip(computed.evidence_ids.tolist(), computed.combined.weight_share.tolist(), strict=True))
    counted = dict(zip(computed.evidence_ids.tolist(), computed.counted.tolist(), strict=True))
    trust = assume.sources
    shares = []
    for piece in evidence_of(employee, competency):
        state = "withdrawn" if piece.withdrawn_at else ("counted" if counted.get(piece.pk) else "superseded")
        place = assume.source_index[piece.source]
        age = max(0, (on - piece.observed_on).days)
        where = (piece.line, piece.competency_id, competency.parent_id)
        value, stated = assume.cuts.read(*where, piece.value, piece.standard_deviation)
        spread = max(stated, float(trust.sd_floor[place]))
        aged = math.sqrt(spread**2 + float(trust.drift_per_year[place]) ** 2 * age / 365.25)
        bias = float(trust.bias[place])
        weight, cuts = float(weights.get(piece.pk, 0.0)), assume.cuts.deciding(*where)
        shares.append(EvidenceShare(piece, weight, state, value, cuts, bias, age, spread, aged))
    prior_mean, prior_sd = assume.prior_for(competency.pk, employee.position.job_class_id)
    in_use = [share for share in shares if share.state == "counted"]
    return LevelReason(
        line=level_of(employee, competency),
        shares=tuple(shares),
        prior_mean=prior_mean,
        prior_sd=prior_sd,
        prior_share=float(computed.combined.prior_share[0, 0]) if computed.employee_ids else 1.0,
        inflation=float(computed.combined.inflation[0, 0]) if computed.employee_ids else 1.0,
        only_self_rating=bool(in_use)
        and not any(trust.can_prove[assume.source_index[share.evidence.source]] for share in in_use),
    )
