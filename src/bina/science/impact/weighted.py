"""Mean gain of a group in which some people were measured more precisely than others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from bina.science.arrays import as_floats, as_number, same_length
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

    Model: observed gain y_i ~ N(delta_i, v_i), v_i = before_error_i^2 + after_error_i^2, true gain
    delta_i ~ N(delta, tau^2). With w = 1 / v, Q = sum of w (y - ybar_w)^2 and C = sum w - sum w^2 / sum w:
    tau^2 = max(0, (Q - (n - 1)) / C) (DerSimonian & Laird 1986); weights W = 1 / (v + tau^2), delta = sum W y / sum W,
    SE^2 = sum of W (y - delta)^2 / ((n - 1) sum W) and a t interval with n - 1 degrees of freedom (Hartung & Knapp
    2001; Sidik & Jonkman 2002). Keeping tau^2 prevents one very exact measurement from speaking for everybody; with
    equal errors the result is the plain paired t interval.

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
    weight = 1 / variance
    total = float(weight.sum())
    excess = float((weight * np.square(gain - (weight * gain).sum() / total)).sum()) - (pairs - 1)
    between = max(0.0, excess / (total - float(np.square(weight).sum()) / total))
    weight = 1 / (variance + between)
    total = float(weight.sum())
    mean = float((weight * gain).sum()) / total
    error = (float((weight * np.square(gain - mean)).sum()) / ((pairs - 1) * total)) ** 0.5
    reach = float(special.stdtrit(pairs - 1, (1 + confidence) / 2)) * error
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
