"""Mean gain of a group in which some people were measured more precisely than others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from bina.science.arrays import FloatArray, as_floats, as_number, same_length
from bina.science.impact.verdict import Verdict, judge


@dataclass(frozen=True)
class WeightedGain:
    """The precision-weighted gain of one group, in the unit of the measurement.

    pairs: people measured twice, with both errors known. dropped: the others. mean_gain, standard_error, low, high:
    with t interval. between_sd: how much true gains differ from person to person, measurement error taken out. verdict:
    what may be said. Numbers that so few pairs cannot give are NaN.
    """

    pairs: int
    dropped: int
    mean_gain: float
    standard_error: float
    low: float
    high: float
    between_sd: float
    verdict: Verdict


def weighted_gain(
    before: ArrayLike,
    after: ArrayLike,
    before_error: ArrayLike,
    after_error: ArrayLike,
    *,
    confidence: float = 0.95,
    least_pairs: int = 10,
) -> WeightedGain:
    """Mean gain after - before, weighing each person by the precision of both measurements.

    Model: observed gain y_i ~ N(delta_i, v_i) with v_i = before_error_i^2 + after_error_i^2, true gain
    delta_i ~ N(delta, tau^2). tau^2 >= 0 solves sum of (y - ybar)^2 / (v + tau^2) = n - 1, ybar being the mean under
    these same weights, and is 0 if there is no solution (Paule & Mandel 1982; DerSimonian & Kacker 2007).
    With W = 1 / (v + tau^2) and p = W / sum W: delta = sum p y and SE^2 = sum of p^2 (y - delta)^2 / (1 - p). The t
    interval has 1 / (sum p^2 + (sum a)^2 - sum a^2) degrees of freedom, a = p^2 / (1 - p): the bias-reduced robust
    variance with Satterthwaite's freedom (Bell & McCaffrey 2002). It holds even if the stated errors are wrong and when
    few exact people carry most of the weight. Keeping tau^2 prevents one exact measurement from speaking for everybody;
    with equal errors the result is the plain paired t interval.

    All four arrays: flat, one entry per person in the same order and unit, NaN where unknown; errors are standard
    errors >= 0, not both 0. Below 2 pairs the numbers are NaN (1 pair: the mean gain is known).
    Raises ValueError for unequal lengths, infinite values, a negative error, a person with two errors of 0, confidence
    outside 0..1 or least_pairs < 2.
    """
    first, second = as_floats("before", before, ndim=1, missing=True), as_floats("after", after, ndim=1, missing=True)
    error_first = as_floats("before_error", before_error, ndim=1, at_least=0, missing=True)
    error_second = as_floats("after_error", after_error, ndim=1, at_least=0, missing=True)
    people = same_length(before=first, after=second, before_error=error_first, after_error=error_second)
    as_number("confidence", confidence, above=0, below=1)
    if least_pairs < 2:
        raise ValueError("least_pairs must be at least 2")
    gain, variance = second - first, np.square(error_first) + np.square(error_second)
    known = ~np.isnan(gain + variance)
    gain, variance = gain[known], variance[known]
    if (variance <= 0).any():
        raise ValueError("before_error and after_error must not both be 0")
    pairs = gain.shape[0]
    nan = float("nan")
    if pairs < 2:
        only = float(gain[0]) if pairs else nan
        return WeightedGain(pairs, people - pairs, only, nan, nan, nan, nan, judge(pairs, nan, nan, least_pairs))
    between = _between_variance(gain, variance)
    weight = 1 / (variance + between)
    share = weight / weight.sum()
    mean = float((share * gain).sum())
    # one person whose errors are next to nothing may hold all the weight that a float can tell apart
    loading = np.square(share) / np.maximum(1 - share, 1e-12)
    error = float((loading * np.square(gain - mean)).sum()) ** 0.5
    freedom = 1 / float(np.square(share).sum() + loading.sum() ** 2 - np.square(loading).sum())
    reach = float(special.stdtrit(freedom, (1 + confidence) / 2)) * error
    return WeightedGain(
        pairs=pairs,
        dropped=people - pairs,
        mean_gain=mean,
        standard_error=error,
        low=mean - reach,
        high=mean + reach,
        between_sd=between**0.5,
        verdict=judge(pairs, mean - reach, mean + reach, least_pairs),
    )


def _between_variance(gain: FloatArray, variance: FloatArray) -> float:
    """Solve for tau^2 by Newton's method; the left side falls and is convex, so steps from 0 never overshoot."""
    between = 0.0
    for _ in range(200):
        weight = 1 / (variance + between)
        misfit = weight * np.square(gain - (weight * gain).sum() / weight.sum())
        step = float(misfit.sum()) - (gain.shape[0] - 1)
        if step <= 0:
            break
        step /= float((weight * misfit).sum())
        between += step
        if step <= 1e-12 * between:
            break
    return between
