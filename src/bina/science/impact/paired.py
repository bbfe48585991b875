"""Gain between a first and a second measurement of the same people, with its interval and effect size."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from bina.science.arrays import FloatArray, as_floats, as_number, same_length
from bina.science.impact.verdict import Verdict, judge


@dataclass(frozen=True)
class PairedGain:
    """The gain of one group.

    pairs: people measured twice. dropped: people without one of the two. mean_gain, sd_gain, standard_error, low, high:
    in the unit of the measurement; low..high is the t interval. effect, effect_low, effect_high: Hedges g, in standard
    deviations. regression_removed: the part of the plain gain that was taken off as regression to the mean, 0 if no
    correction was asked for. verdict: what may be said. Numbers that so few pairs cannot give are NaN.
    """

    pairs: int
    dropped: int
    mean_gain: float
    sd_gain: float
    standard_error: float
    low: float
    high: float
    effect: float
    effect_low: float
    effect_high: float
    regression_removed: float
    verdict: Verdict


def small_sample_correction(freedom: float) -> float:
    """Hedges' factor J(df) = 1 - 3 / (4 df - 1), which takes the small-sample excess out of a standardised difference.

    Source: Hedges (1981), the approximation (within 0.01 of the exact gamma form from df = 3, 0.0005 from df = 10).
    `freedom` >= 1; raises ValueError below.
    """
    if freedom < 1:
        raise ValueError("freedom must be at least 1")
    return 1 - 3 / (4 * freedom - 1)


def paired_gain(
    before: ArrayLike,
    after: ArrayLike,
    *,
    confidence: float = 0.95,
    least_pairs: int = 10,
    reliability: float | None = None,
    population_mean: float | None = None,
) -> PairedGain:
    """Mean gain after - before with its t interval, Hedges g with its interval, and a verdict.

    Interval of the mean gain: mean -/+ t(df) sd_gain / sqrt(n), df = n - 1 (Student 1908).

    Effect: g = J(df) mean_gain / s_av. The standardiser is s_av = sqrt((s_before^2 + s_after^2) / 2), the root of
    the average variance of the two measurements (the pooled sd, as both have n people), and not the sd of the gains;
    so g is on the scale of differences between people and can be compared with studies of two groups.
    J = 1 - 3 / (4 df - 1) (Hedges 1981). Its interval is J (d -/+ z SE) with d = mean_gain / s_av and
    SE^2 = d^2 (s_b^4 + s_a^4 + 2 r^2 s_b^2 s_a^2) / (8 df s_av^4) + sd_gain^2 / (df s_av^2) (Bonett 2008), r being the
    correlation of before and after.

    Regression to the mean (only if `reliability` and `population_mean` are given): people chosen for low first scores
    would score higher again without any help, at population_mean + reliability (before - population_mean) (Kelley 1947;
    Barnett, van der Pols & Dobson 2005). Each gain is then counted from there; both numbers count as known exactly.

    `before` and `after`: flat, one entry per person in the same order and unit, NaN where not measured. Below 2 pairs
    all numbers but the counts are NaN (1 pair: the mean gain is known); without spread the effect is NaN. Verdict:
    too few below `least_pairs` (at least 2), else by the interval of the mean gain.
    Raises ValueError for unequal lengths, infinite values, confidence outside 0..1, least_pairs < 2, reliability
    outside (0, 1], or only one of reliability and population_mean.
    """
    first, second = as_floats("before", before, ndim=1, missing=True), as_floats("after", after, ndim=1, missing=True)
    same_length(before=first, after=second)
    as_number("confidence", confidence, above=0, below=1)
    if least_pairs < 2:
        raise ValueError("least_pairs must be at least 2")
    both = ~(np.isnan(first) | np.isnan(second))
    first, second = first[both], second[both]
    expected = _expected_without_help(first, reliability, population_mean)
    gains = second - expected
    pairs = gains.shape[0]
    mean, sd, error, low, high = _mean_with_interval(gains, confidence)
    effect, effect_low, effect_high = _hedges_g(first, second, mean, sd, confidence)
    return PairedGain(
        pairs=pairs,
        dropped=both.shape[0] - pairs,
        mean_gain=mean,
        sd_gain=sd,
        standard_error=error,
        low=low,
        high=high,
        effect=effect,
        effect_low=effect_low,
        effect_high=effect_high,
        regression_removed=float((expected - first).mean()) if pairs else 0.0,
        verdict=judge(pairs, low, high, least_pairs),
    )


def _expected_without_help(first: FloatArray, reliability: float | None, population_mean: float | None) -> FloatArray:
    if reliability is None and population_mean is None:
        return first
    if reliability is None or population_mean is None:
        raise ValueError("reliability and population_mean must be given together")
    if not 0 < reliability <= 1:
        raise ValueError("reliability must be greater than 0 and at most 1")
    if not np.isfinite(population_mean):
        raise ValueError("population_mean must be finite")
    return first + (1 - reliability) * (population_mean - first)


def _mean_with_interval(gains: FloatArray, confidence: float) -> tuple[float, float, float, float, float]:
    nan = float("nan")
    pairs = gains.shape[0]
    if pairs < 2:
        return (float(gains[0]) if pairs else nan), nan, nan, nan, nan
    mean, sd = float(gains.mean()), float(gains.std(ddof=1))
    error = sd / pairs**0.5
    reach = float(special.stdtrit(pairs - 1, (1 + confidence) / 2)) * error
    return mean, sd, error, mean - reach, mean + reach


def _hedges_g(
    first: FloatArray, second: FloatArray, mean_gain: float, sd_gain: float, confidence: float
) -> tuple[float, float, float]:
    nan = float("nan")
    if first.shape[0] < 2:
        return nan, nan, nan
    freedom = first.shape[0] - 1
    (var_first, between), (_, var_second) = np.cov(first, second, ddof=1)
    average = float(var_first + var_second) / 2
    if average <= 1e-24 * max(1.0, float(np.abs(np.concatenate([first, second])).max()) ** 2):
        return nan, nan, nan  # all people alike but for rounding dust: there is no spread to measure a gain by
    d = mean_gain / average**0.5
    # r^2 s_b^2 s_a^2 is the squared covariance
    spread = float(var_first**2 + var_second**2 + 2 * between**2)
    error = (d**2 * spread / (8 * freedom * average**2) + sd_gain**2 / (freedom * average)) ** 0.5
    reach = float(special.ndtri((1 + confidence) / 2)) * error
    factor = small_sample_correction(freedom)
    return factor * d, factor * (d - reach), factor * (d + reach)
