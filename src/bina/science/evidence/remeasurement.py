"""When a proven level goes stale, and what to measure again first."""

import datetime
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from bina.science.arrays import FloatArray, IntArray, as_floats, as_number
from bina.science.evidence.combination import (
    CombinedLevels,
    Sources,
    Status,
    StatusRules,
    piece_variance,
    variance_factor,
)
from bina.science.evidence.table import Evidence

_DAYS_PER_YEAR = 365.25
_YEARS = (0.0, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 34.0, 55.0)
_HALVINGS = 13  # of at most 21 years: to within a day


def years_until_expiry(
    *,
    prior_mean: ArrayLike,
    prior_sd: ArrayLike,
    measured_mean: ArrayLike,
    measured_sd: ArrayLike,
    drift_per_year: ArrayLike,
    required: ArrayLike,
    proven: float = 0.90,
) -> FloatArray:
    """Years for which one measurement, taken today, keeps a level proven: until ageing makes the probability too small.

    After t years the measurement m has variance V = measured_sd^2 + drift_per_year^2 t. With w = 1 / V,
    alpha = (prior_mean - required) / prior_sd^2, beta = m - required and z the normal quantile of `proven`, the
    posterior probability is Phi((alpha + beta w) / sqrt(1 / prior_sd^2 + w)); it equals `proven` at the roots of
    beta^2 w^2 + (2 alpha beta - z^2) w + alpha^2 - z^2 / prior_sd^2 = 0 with alpha + beta w >= 0. The largest such root
    below today's w gives t = (1 / w - measured_sd^2) / drift_per_year^2.

    Arrays that broadcast to each other, in levels; `measured_sd` > 0, `prior_sd` > 0, `drift_per_year` >= 0, 0.5 <=
    `proven` < 1, `required` NaN for none. Returns NaN where nothing is required, 0 where the probability is below
    `proven` already, infinity where it never falls below (without drift, or where the prior alone suffices).
    Raises ValueError when a range is broken or the shapes do not fit.
    """
    as_number("proven", proven, above=0.5 - 1e-12, below=1)
    try:
        centre, spread, mean, sd, drift, needed = np.broadcast_arrays(
            as_floats("prior_mean", prior_mean),
            as_floats("prior_sd", prior_sd, above=0),
            as_floats("measured_mean", measured_mean),
            as_floats("measured_sd", measured_sd, above=0),
            as_floats("drift_per_year", drift_per_year, at_least=0),
            as_floats("required", required, missing=True),
        )
    except ValueError as error:
        if "broadcast" not in str(error):
            raise
        raise ValueError("all arrays must have shapes that fit each other") from error
    square = float(special.ndtri(proven)) ** 2
    doubt, now = 1 / np.square(spread), 1 / np.square(sd)
    alpha, beta = (centre - needed) * doubt, mean - needed
    proves = (alpha + beta * now >= 0) & (np.square(alpha + beta * now) >= square * (doubt + now))
    a, b, c = np.square(beta), 2 * alpha * beta - square, np.square(alpha) - square * doubt
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(np.square(b) - 4 * a * c)
        # both roots without cancellation (Numerical Recipes, section 5.6); beta = 0 leaves the one of the line
        turn = -(b + np.copysign(root, b)) / 2
        weights = np.stack([turn / a, c / turn])
        valid = (weights > 0) & (weights <= now) & (alpha + beta * weights >= -1e-12)
        weight = np.where(valid, weights, 0.0).max(axis=0)
        years = np.maximum(1 / weight - np.square(sd), 0.0) / np.square(drift)
    years = np.where((weight > 0) & (drift > 0), years, np.inf)
    return np.where(np.isnan(needed), np.nan, np.where(proves, years, 0.0))


def level_expiry(
    evidence: Evidence,
    sources: Sources,
    levels: CombinedLevels,
    *,
    prior_mean: ArrayLike,
    prior_sd: ArrayLike,
    required: ArrayLike,
    rules: StatusRules | None = None,
) -> FloatArray:
    """Years until each proven level of `levels` = combine(evidence, sources, ...) expires, persons x competencies.

    The first moment at which `combine`, given the same evidence that much older, finds a probability below the bound:
    pieces of different drift age differently, so their common mean moves and there is no closed form. Looked for among
    0, 1/4, 1/2, 1, 2, 3, 5, 8, 13, 21, 34 and 55 years, then halved to within a day. Arguments as for `combine`. NaN
    where the level is not proven today, infinity where it holds for 55 years. Raises ValueError for shapes that do not
    fit.
    """
    rules = rules or StatusRules()
    shape = levels.mean.shape
    try:
        centre = np.broadcast_to(as_floats("prior_mean", prior_mean), shape).ravel()
        doubt = 1 / np.square(np.broadcast_to(as_floats("prior_sd", prior_sd, above=0), shape)).ravel()
        needed = np.broadcast_to(as_floats("required", required, missing=True), shape).ravel()
    except ValueError as error:
        raise ValueError(f"priors and required must fit {shape[0]} persons x {shape[1]} competencies") from error
    proven = np.flatnonzero(levels.status.ravel() == Status.PROVEN)
    found = np.full(shape[0] * shape[1], np.nan)
    if proven.size:
        ageing = _Ageing.of(evidence, sources, proven, shape, rules.misstated)
        bound = float(special.ndtri(rules.proven))
        found[proven] = ageing.first_below(bound, centre[proven], doubt[proven], needed[proven])
    return found.reshape(shape)


@dataclass(frozen=True, eq=False)
class _Ageing:
    """The pieces of the proven levels: which level each belongs to, what it says, its variance and its growth a year."""

    place: IntArray
    value: FloatArray
    variance: FloatArray
    growth: FloatArray
    misstated: float

    @classmethod
    def of(
        cls, evidence: Evidence, sources: Sources, proven: IntArray, shape: tuple[int, ...], misstated: float
    ) -> "_Ageing":
        """Keep the counted rows of the proven levels."""
        number = np.full(shape[0] * shape[1], -1)
        number[proven] = np.arange(proven.size)
        place = number[evidence.person_index.astype(np.int64) * shape[1] + evidence.competency_index]
        rows = np.flatnonzero(evidence.counted & (place >= 0))
        source = evidence.source_index[rows]
        return cls(
            place[rows], evidence.value[rows] - sources.bias[source], piece_variance(evidence, sources)[rows],
            np.square(sources.drift_per_year[source]), misstated,
        )  # fmt: skip

    def reach(self, years: FloatArray, centre: FloatArray, doubt: FloatArray, needed: FloatArray) -> FloatArray:
        """Distance of the mean above the required level in sd of the posterior, after that many years per level."""
        count = len(years)
        weight = 1 / (self.variance + self.growth * years[self.place])
        told = np.bincount(self.place, weights=weight, minlength=count)
        mean = np.bincount(self.place, weights=weight * self.value, minlength=count) / told
        apart = np.bincount(self.place, weights=weight * np.square(self.value - mean[self.place]), minlength=count)
        freedom = np.maximum(np.bincount(self.place, minlength=count) - 1, 1)
        said = told / variance_factor(apart.astype(np.float64, copy=False), freedom, self.misstated)
        precision = doubt + said
        distance: FloatArray = (centre + said / precision * (mean - centre) - needed) * np.sqrt(precision)
        return distance

    def first_below(self, bound: float, centre: FloatArray, doubt: FloatArray, needed: FloatArray) -> FloatArray:
        """Years until the distance falls below `bound`, infinity where it does not."""
        low, high = np.zeros(len(centre)), np.full(len(centre), np.inf)
        for step in _YEARS:
            holds = self.reach(np.full(len(centre), step), centre, doubt, needed) >= bound
            still = np.isinf(high)
            high[still & ~holds] = step
            low[still & holds] = step
        due = np.isfinite(high)
        for _ in range(_HALVINGS):
            middle = np.where(due, (low + np.where(due, high, 0.0)) / 2, 0.0)
            holds = self.reach(middle, centre, doubt, needed) >= bound
            low, high = np.where(due & holds, middle, low), np.where(due & ~holds, middle, high)
        return np.where(due, low, np.inf)


def expiry_dates(years: ArrayLike, measured_on: datetime.date) -> NDArray[np.datetime64]:
    """The last whole day before `years` (of 365.25 days) after `measured_on` have passed; NaT for never or NaN.

    Dates beyond a thousand years count as never. Raises ValueError if a number of years is negative.
    """
    span = np.asarray(years, dtype=np.float64)
    if (span < 0).any():
        raise ValueError("years must be at least 0")
    known = np.isfinite(span) & (span < 1000)
    days = np.floor(np.where(known, span, 0.0) * _DAYS_PER_YEAR).astype("timedelta64[D]")
    return np.where(known, np.datetime64(measured_on, "D") + days, np.datetime64("NaT", "D"))


def remeasurement_order(years: ArrayLike, weight: ArrayLike, *, horizon_years: float = 1.0) -> IntArray:
    """What to measure again, most urgent first: rows of (person, competency) that expire within the horizon.

    Urgency = weight x (1 - years / horizon): the importance of the competency in the position's standard times the
    share of the horizon in which the level would no longer be proven. `years` is persons x competencies from
    `level_expiry`, NaN and infinity never due; `weight` >= 0 broadcasts to it. Equal urgency keeps the order of persons
    and competencies. Raises ValueError when a range is broken or the shapes do not fit.
    """
    span = np.asarray(years, dtype=np.float64)
    horizon = as_number("horizon_years", horizon_years, above=0, below=np.inf)
    if span.ndim != 2 or (span < 0).any():
        raise ValueError("years must be persons x competencies, at least 0 or missing")
    importance = as_floats("weight", weight, at_least=0)
    try:
        importance = np.broadcast_to(importance, span.shape)
    except ValueError as error:
        raise ValueError(f"weight must be one number or fit {span.shape[0]} persons x {span.shape[1]}") from error
    urgency = np.where(span < horizon, importance * (1 - np.where(span < horizon, span, 0.0) / horizon), 0.0)
    due = np.flatnonzero(urgency > 0)
    order = due[np.argsort(-urgency.ravel()[due], kind="stable")]
    return np.stack(np.unravel_index(order, span.shape), axis=1).astype(np.int64)
