"""The level of every person on every competency: a precision-weighted posterior with interval, proof and reasons."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from bina.science.arrays import BoolArray, FloatArray, IntArray, as_floats, as_number, same_length, sorted_by
from bina.science.evidence.table import Evidence

_DECIMALS = 6
_SMALLEST_SD = 0.001  # in levels; nothing that people measure is finer, and squares stay far from overflow


class Status(IntEnum):
    """What the evidence says about a required level; the codes are stored, so they never change."""

    NOT_MEASURED = 0
    UNPROVEN = 1
    PROVISIONAL = 2
    PROVEN = 3


@dataclass(frozen=True, eq=False)
class Sources:
    """What is known about each source of evidence, one array entry per source.

    bias: how far its values run too high, in levels, negative if too low. sd_floor: the least sd that a piece of it is
    given, >= 0. drift_per_year: how fast it goes stale, as the sd that one year adds (variance grows by its square each
    year), >= 0. can_prove: whether it can prove a level; a self-rating cannot.
    Raises ValueError when a range is broken or the lengths differ.
    """

    bias: FloatArray
    sd_floor: FloatArray
    drift_per_year: FloatArray
    can_prove: BoolArray

    def __post_init__(self) -> None:
        as_floats("bias", self.bias, ndim=1)
        as_floats("sd_floor", self.sd_floor, ndim=1, at_least=0)
        as_floats("drift_per_year", self.drift_per_year, ndim=1, at_least=0)
        if self.can_prove.dtype != np.bool_ or self.can_prove.ndim != 1:
            raise ValueError("can_prove must be a flat array of true or false")
        same_length(
            bias=self.bias, sd_floor=self.sd_floor, drift_per_year=self.drift_per_year, can_prove=self.can_prove
        )

    def __len__(self) -> int:
        return len(self.bias)


@dataclass(frozen=True)
class StatusRules:
    """The dated rules by which a posterior becomes a status.

    proven, provisional: the least probability of reaching the required level. contradiction: pieces that disagree so
    much by chance less often than this are flagged. interval: the probability that low..high holds. misstated: how likely
    it is, before they are compared, that the pieces about a level err more than they state. All between 0 and 1, both
    excluded; raises ValueError otherwise or when proven < provisional.
    """

    proven: float = 0.90
    provisional: float = 0.50
    contradiction: float = 0.05
    interval: float = 0.90
    misstated: float = 0.25

    def __post_init__(self) -> None:
        for name in ("proven", "provisional", "contradiction", "interval", "misstated"):
            as_number(name, getattr(self, name), above=0, below=1)
        if self.proven < self.provisional:
            raise ValueError("proven must be at least provisional")


@dataclass(frozen=True, eq=False)
class CombinedLevels:
    """The levels, persons x competencies, and the share of each piece of evidence; every number has 6 decimals.

    mean, sd, low, high: in levels; where nothing was measured they describe the prior. probability: of reaching the
    required level, NaN where none is required. status: codes of `Status`. contradiction: the pieces disagree more than
    chance allows. evidence_count: pieces with a say. inflation: the factor by which disagreement enlarged the variance
    of the pieces, at least 1. prior_share: weight of the prior, 0 to 1. weight_share: weight of each row of evidence
    within its person and competency, in the order given, 0 for superseded rows; with prior_share it sums to 1.
    """

    mean: FloatArray
    sd: FloatArray
    low: FloatArray
    high: FloatArray
    probability: FloatArray
    status: NDArray[np.int8]
    contradiction: BoolArray
    evidence_count: IntArray
    inflation: FloatArray
    prior_share: FloatArray
    weight_share: FloatArray


def combine(
    evidence: Evidence,
    sources: Sources,
    *,
    persons: int,
    competencies: int,
    prior_mean: ArrayLike,
    prior_sd: ArrayLike,
    required: ArrayLike = np.nan,
    rules: StatusRules | None = None,
) -> CombinedLevels:
    """Weigh all evidence into one level per person and competency.

    Model: prior theta ~ N(prior_mean, prior_sd^2), and a piece y with
    y - bias ~ N(theta, max(sd, sd_floor)^2 + drift_per_year^2 * age_years).
    With w = 1 / variance, E = sum of w, ybar = sum of w (y - bias) / E over n pieces and
    chi2 = sum of w (y - bias - ybar)^2:

    * inflation R of `variance_factor`: disagreement widens the interval as far as it is likelier to come from errors
      that are understated than from chance, and never narrows it (so 90 % intervals hold the truth in 90 % of cases
      with one piece, in about 91 % with several whose errors are stated right);
    * contradiction where P(chi-square with n - 1 degrees of freedom >= chi2) < rules.contradiction (Cochran 1954);
    * posterior precision A = 1 / prior_sd^2 + E / R, mean = (prior_mean / prior_sd^2 + ybar E / R) / A and
      sd = 1 / sqrt(A) (normal-normal posterior, Gelman et al. 2013, section 2.5);
    * low..high = mean -/+ z sd with z the normal quantile of rules.interval, not cut off at the ends of the scale;
    * probability = P(theta >= required) = Phi((mean - required) / sd).

    Status: not measured without a counted piece; proven if probability >= rules.proven and a counted piece comes from
    a source that can prove; else provisional if probability >= rules.provisional; else unproven. Where evidence exists
    and nothing is required the status is unproven and the probability NaN: there is nothing to prove.

    `prior_mean`, `prior_sd` (at least 0.001) and `required` (NaN = none) are in levels, one number or an array that
    broadcasts to persons x competencies. Rows are summed in an order fixed by their content and results are rounded to
    6 decimals before the status is decided, so the same evidence gives bit-identical levels in any row order.
    Raises ValueError if an index lies outside the table or the sources, an effective sd is below 0.001 level, or a
    shape does not fit.
    """
    rules = rules or StatusRules()
    shape = (persons, competencies)
    if min(shape) < 0:
        raise ValueError("persons and competencies must not be negative")
    centre = _table("prior_mean", as_floats("prior_mean", prior_mean), shape)
    spread = _table("prior_sd", as_floats("prior_sd", prior_sd, at_least=_SMALLEST_SD), shape)
    needed = _table("required", as_floats("required", required, missing=True), shape)
    cell = _cells(evidence, sources, shape)
    variance = piece_variance(evidence, sources)
    if (variance[evidence.counted] < _SMALLEST_SD**2).any():
        raise ValueError(f"the sd of a piece of evidence, after sd_floor, must be at least {_SMALLEST_SD:g}")

    pooled = _pool(evidence, sources, cell, variance, persons * competencies, rules.misstated)
    prior_precision = 1 / np.square(spread)
    said = pooled.precision / pooled.inflation
    precision = prior_precision + said
    sd = 1 / np.sqrt(precision)
    # the distance from the prior is weighed, not the two levels: without evidence the mean is then the prior exactly
    mean = _rounded(centre + said / precision * (pooled.mean - centre))
    reach = special.ndtri((1 + rules.interval) / 2) * sd
    probability = _rounded(special.ndtr((mean - needed) / sd))
    weight = np.zeros(len(evidence))
    rows = np.flatnonzero(evidence.counted)
    weight[rows] = 1 / variance[rows] / (pooled.inflation[cell[rows]] * precision[cell[rows]])
    return CombinedLevels(
        mean=mean.reshape(shape),
        sd=_rounded(sd).reshape(shape),
        low=_rounded(mean - reach).reshape(shape),
        high=_rounded(mean + reach).reshape(shape),
        probability=probability.reshape(shape),
        status=_status(pooled, probability, rules).reshape(shape),
        contradiction=(pooled.chance < rules.contradiction).reshape(shape),
        evidence_count=pooled.count.reshape(shape),
        inflation=_rounded(pooled.inflation).reshape(shape),
        prior_share=_rounded(prior_precision / precision).reshape(shape),
        weight_share=_rounded(weight),
    )


def piece_variance(evidence: Evidence, sources: Sources) -> FloatArray:
    """Variance of each piece at its age, in squared levels: max(sd, sd_floor)^2 + drift_per_year^2 * age_years."""
    variance = np.maximum(evidence.sd, sources.sd_floor[evidence.source_index]) ** 2
    variance += np.square(sources.drift_per_year[evidence.source_index]) * evidence.age_years
    return variance


@dataclass(frozen=True, eq=False)
class _Pooled:
    """What the evidence alone says, flat over person x competency; `chance` is that of disagreeing so much."""

    count: IntArray
    provable: BoolArray
    precision: FloatArray
    mean: FloatArray
    inflation: FloatArray
    chance: FloatArray


def variance_factor(chi2: FloatArray, freedom: FloatArray, misstated: float) -> FloatArray:
    """The factor by which disagreement enlarges the variances of pieces: its posterior mean, at least 1.

    Either the errors are as stated, chi2 ~ chi-square with v = `freedom` degrees of freedom, or, with the prior
    probability `misstated`, all variances are R times as large, chi2 / R ~ chi-square, R >= 1. The likeliest R is the
    squared Birge ratio B = max(1, chi2 / v) (Birge 1932), and its likelihood ratio to R = 1 is
    L = B^(-v / 2) exp(chi2 (1 - 1 / B) / 2), the bound of the Bayes factor against "as stated" (Edwards, Lindman &
    Savage 1963). With the odds misstated / (1 - misstated) x L, that is probability p, the factor is 1 + p (B - 1).

    Taking B itself, as if p were 1, answers every chance disagreement with a wider interval and none with a narrower
    one: 90 % intervals then hold 92 %, with right errors. Gross disagreement makes p nearly 1, and B is what is left.
    Raises ValueError unless misstated lies between 0 and 1.
    """
    prior = special.logit(as_number("misstated", misstated, above=0, below=1))
    ratio = np.maximum(chi2 / freedom, 1.0)
    evidence = (chi2 * (1 - 1 / ratio) - freedom * np.log(ratio)) / 2
    factor: FloatArray = 1 + special.expit(prior + evidence) * (ratio - 1)
    return factor


def _pool(
    evidence: Evidence, sources: Sources, cell: IntArray, variance: FloatArray, cells: int, misstated: float
) -> _Pooled:
    rows = np.flatnonzero(evidence.counted)
    source = evidence.source_index[rows]
    value = evidence.value[rows] - sources.bias[source]
    # sums of floats depend on their order, so rows are first put in an order that follows from their content alone;
    # rows equal in cell, value and variance add the same numbers, so their order among themselves is free
    order = sorted_by(variance[rows], value, cell[rows])
    rows, value = rows[order], value[order]
    place, weight = cell[rows], 1 / variance[rows]
    count = np.bincount(place, minlength=cells)
    provable = np.bincount(place[sources.can_prove[evidence.source_index[rows]]], minlength=cells) > 0
    precision = np.bincount(place, weights=weight, minlength=cells).astype(np.float64, copy=False)
    mean = np.bincount(place, weights=weight * value, minlength=cells) / np.where(count > 0, precision, 1.0)
    apart = np.bincount(place, weights=weight * np.square(value - mean[place]), minlength=cells)
    chi2 = apart.astype(np.float64, copy=False)
    freedom = np.maximum(count - 1.0, 1.0)
    several = count >= 2
    inflation = np.where(several, variance_factor(chi2, freedom, misstated), 1.0)
    chance = np.where(several, special.chdtrc(freedom, chi2), 1.0)
    return _Pooled(count.astype(np.int64), provable, precision, mean, inflation, chance)


def _status(pooled: _Pooled, probability: FloatArray, rules: StatusRules) -> NDArray[np.int8]:
    return np.select(
        [pooled.count == 0, (probability >= rules.proven) & pooled.provable, probability >= rules.provisional],
        [np.int8(Status.NOT_MEASURED), np.int8(Status.PROVEN), np.int8(Status.PROVISIONAL)],
        default=np.int8(Status.UNPROVEN),
    )


def _cells(evidence: Evidence, sources: Sources, shape: tuple[int, int]) -> IntArray:
    for name, column, count in (
        ("person_index", evidence.person_index, shape[0]),
        ("competency_index", evidence.competency_index, shape[1]),
        ("source_index", evidence.source_index, len(sources)),
    ):
        if column.size and column.max() >= count:
            raise ValueError(f"{name} must be positions below {count}")
    return evidence.person_index.astype(np.int64) * shape[1] + evidence.competency_index.astype(np.int64)


def _table(name: str, values: FloatArray, shape: tuple[int, int]) -> FloatArray:
    try:
        return np.broadcast_to(values, shape).reshape(-1)
    except ValueError as error:
        raise ValueError(f"{name} must be one number or fit {shape[0]} persons x {shape[1]} competencies") from error


def _rounded(values: FloatArray) -> FloatArray:
    rounded: FloatArray = np.round(values, _DECIMALS) + 0.0  # adding zero turns minus zero into zero
    return rounded
