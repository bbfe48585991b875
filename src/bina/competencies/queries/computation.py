"""From evidence to levels, for one person or a hundred thousand: rows in, arrays through science, rows out."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from bina.competencies.models import Competency, Evidence, EvidenceSource, LevelPrior
from bina.competencies.queries.cuts import CutsInForce, cuts_in_force
from bina.competencies.queries.standards import StandardBook
from bina.competencies.rules import FrameworkState, Source
from bina.people.queries import employees
from bina.science.arrays import FloatArray, IntArray
from bina.science.evidence import (
    CombinedLevels,
    Sources,
    StatusRules,
    combine,
    expiry_dates,
    level_expiry,
    newest_only,
)
from bina.science.evidence import Evidence as EvidenceTable

DEFAULT_PRIOR = (2.0, 1.0)
SOURCE_PLACES = {source.value: place for place, source in enumerate(Source)}


def sources_from(rows: Iterable[EvidenceSource]) -> Sources:
    """The trust in every source, in the order of `SOURCE_PLACES`; of several rows of one source the last one holds."""
    rules = {row.code: row for row in rows}
    known = [rules.get(code) for code in SOURCE_PLACES]
    return Sources(
        bias=np.array([row.bias if row else 0.0 for row in known]),
        sd_floor=np.array([row.standard_deviation if row else 0.5 for row in known]),
        drift_per_year=np.array([row.drift_per_year if row else 0.25 for row in known]),
        can_prove=np.array([bool(row and row.can_prove) for row in known]),
    )


def evidence_table(
    *,
    person: IntArray,
    competency: IntArray,
    source: IntArray,
    value: FloatArray,
    sd: FloatArray,
    age_days: FloatArray,
    lines: Iterable[str],
) -> EvidenceTable:
    """Rows of evidence, in the order in which they were recorded, as science weighs them: of one line only the newest.

    Of two pieces of one day the later recorded one is the newer: a pre-test and a post-test may share an afternoon.
    """
    known: dict[str, int] = {}
    origin = np.array([known.setdefault(line, len(known)) for line in lines], dtype=np.int64)
    order = np.arange(len(value), 0, -1) * 1e-9
    counted = newest_only(EvidenceTable(person, competency, source, value, sd, age_days + order), origin)
    return EvidenceTable(person, competency, source, value, sd, age_days / 365.25, superseded=~counted)


@dataclass(frozen=True, eq=False)
class ComputedLevels:
    """The result of one computation: a table people × competencies and, row by row, the evidence behind it."""

    employee_ids: list[int]
    competency_ids: list[int]
    required: NDArray[np.float64]
    weight: NDArray[np.int64]
    combined: CombinedLevels
    expires_on: NDArray[np.datetime64]
    evidence_ids: NDArray[np.int64]
    counted: NDArray[np.bool_]
    on: dt.date

    def rows(self) -> Iterator[tuple[int, int, tuple[object, ...]]]:
        """(employee id, competency id, values for LEVEL_COLUMNS) for everything required or measured."""
        result = self.combined
        shown = (result.evidence_count > 0) | ~np.isnan(self.required)
        for person, competency in zip(*np.nonzero(shown), strict=True):
            needed = self.required[person, competency]
            required = None if np.isnan(needed) else int(needed)
            if result.evidence_count[person, competency]:
                mean = float(result.mean[person, competency])
                values: tuple[object, ...] = (
                    mean,
                    float(result.sd[person, competency]),
                    float(result.low[person, competency]),
                    float(result.high[person, competency]),
                    required,
                    int(self.weight[person, competency]),
                    None if required is None else float(result.probability[person, competency]),
                    None if required is None else round(max(0.0, required - mean), 6),
                    int(result.status[person, competency]),
                    bool(result.contradiction[person, competency]),
                    int(result.evidence_count[person, competency]),
                )
            else:
                weight = int(self.weight[person, competency])
                values = (None, None, None, None, required, weight, None, None, 0, False, 0)
            lapse = self.expires_on[person, competency].item()
            yield self.employee_ids[person], self.competency_ids[competency], (*values, self.on, lapse)


LEVEL_COLUMNS = (
    "mean", "standard_deviation", "low", "high", "required_level", "weight", "probability", "gap", "status",
    "is_contradictory", "evidence_count", "computed_on", "expires_on",
)  # fmt: skip


@dataclass
class Assumptions:
    """The dated rules a computation rests on, read once and shared by all its portions."""

    on: dt.date
    book: StandardBook = field(init=False)
    sources: Sources = field(init=False)
    source_index: dict[str, int] = field(init=False)
    framework_of: dict[int, int] = field(init=False)
    area_of: dict[int, int] = field(init=False)
    cuts: CutsInForce = field(init=False)
    priors: dict[tuple[int, str | None], tuple[float, float]] = field(init=False)

    def __post_init__(self) -> None:
        self.book = StandardBook(self.on)
        in_force = Q(valid_to=None) | Q(valid_to__gte=self.on)
        self.sources = sources_from(
            EvidenceSource.objects.filter(in_force, valid_from__lte=self.on).order_by("valid_from", "id")
        )
        self.source_index = SOURCE_PLACES
        places = list(
            Competency.objects.filter(parent__isnull=False, framework__state=FrameworkState.PUBLISHED).values_list(
                "id", "framework_id", "parent_id"
            )
        )
        self.framework_of = {pk: framework for pk, framework, _area in places}
        self.area_of = {pk: area for pk, _framework, area in places if area is not None}
        self.cuts = cuts_in_force(self.on)
        self.priors = {
            (framework, job_class): (mean, spread)
            for framework, job_class, mean, spread in LevelPrior.objects.filter(in_force, valid_from__lte=self.on)
            .order_by("valid_from", "id")
            .values_list("framework_id", "job_class_id", "mean", "standard_deviation")
        }

    def prior_for(self, competency_id: int, job_class: str) -> tuple[float, float]:
        """Mean and spread assumed for a competency before any evidence."""
        framework = self.framework_of[competency_id]
        return self.priors.get((framework, job_class)) or self.priors.get((framework, None)) or DEFAULT_PRIOR


def compute_levels(
    employee_ids: Sequence[int],
    *,
    on: dt.date,
    assumptions: Assumptions | None = None,
    competency_ids: Sequence[int] | None = None,
) -> ComputedLevels:
    """Levels of these people on a date, from the evidence and the standards in force; reads, never writes.

    ``competency_ids`` narrows the table. The same evidence gives the same numbers on any database and in any order.
    """
    assume = assumptions or Assumptions(on)
    people = list(
        employees()
        .filter(pk__in=employee_ids)
        .order_by("pk")
        .values_list("pk", "agency_id", "position__job_class_id", "position__functional")
    )
    chosen = (
        sorted(set(competency_ids) & set(assume.framework_of))
        if competency_ids is not None
        else sorted(assume.framework_of)
    )
    row_of = {row[0]: index for index, row in enumerate(people)}
    column_of = {competency: index for index, competency in enumerate(chosen)}
    shape = (len(people), len(chosen))

    evidence = Evidence.objects.filter(employee_id__in=employee_ids, withdrawn_at=None, observed_on__lte=on)
    if competency_ids is not None:
        evidence = evidence.filter(competency_id__in=chosen)
    raw = [
        row
        for row in evidence.order_by("id").values_list(
            "id", "employee_id", "competency_id", "source", "value", "standard_deviation", "observed_on", "line"
        )
        if row[2] in column_of and row[1] in row_of
    ]
    today = on.toordinal()
    value, spread = assume.cuts.read_all(
        [row[7] for row in raw], [row[2] for row in raw], assume.area_of,
        np.array([row[4] for row in raw], dtype=np.float64), np.array([row[5] for row in raw], dtype=np.float64),
    )  # fmt: skip
    table = evidence_table(
        person=np.array([row_of[row[1]] for row in raw], dtype=np.int64),
        competency=np.array([column_of[row[2]] for row in raw], dtype=np.int64),
        source=np.array([assume.source_index[row[3]] for row in raw], dtype=np.int64),
        value=value,
        sd=spread,
        age_days=np.array([today - row[6].toordinal() for row in raw], dtype=np.float64),
        lines=(row[7] for row in raw),
    )

    required = np.full(shape, np.nan)
    weight = np.zeros(shape, dtype=np.int64)
    prior_mean = np.empty(shape)
    prior_sd = np.empty(shape)
    # People with the same job share one line of requirements and priors.
    lines_by_key: dict[
        tuple[int, str, str], tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]
    ] = {}
    for index, (_, agency, job_class, functional) in enumerate(people):
        key = (agency, job_class, functional)
        if key not in lines_by_key:
            book = assume.book.of(key)
            priors = [assume.prior_for(competency, job_class) for competency in chosen]
            lines_by_key[key] = (
                np.array([book[c].level if c in book else np.nan for c in chosen], dtype=np.float64),
                np.array([book[c].weight if c in book else 0 for c in chosen], dtype=np.int64),
                np.array([mean for mean, _ in priors], dtype=np.float64),
                np.array([spread for _, spread in priors], dtype=np.float64),
            )
        required[index], weight[index], prior_mean[index], prior_sd[index] = lines_by_key[key]
    combined = combine(
        table, assume.sources, persons=shape[0], competencies=shape[1],
        prior_mean=prior_mean, prior_sd=prior_sd, required=required, rules=StatusRules(),
    )  # fmt: skip
    years = level_expiry(table, assume.sources, combined, prior_mean=prior_mean, prior_sd=prior_sd, required=required)
    return ComputedLevels(
        [row[0] for row in people], chosen, required, weight, combined, expiry_dates(years, on),
        np.array([row[0] for row in raw], dtype=np.int64), table.counted, on,
    )  # fmt: skip
