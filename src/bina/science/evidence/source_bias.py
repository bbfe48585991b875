"""How far a source of evidence runs above or below the test, learned from people who have both."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bina.science.arrays import FloatArray, IntArray, as_floats, as_indices, same_length, sorted_by


@dataclass(frozen=True, eq=False)
class SourceBias:
    """Bias per source, in levels; positive runs too high.

    pairs: rating-test pairs seen. mean_difference and standard_error: of rating - test, NaN below 4 pairs.
    bias and bias_sd: what to use, shrunk towards the default, with its remaining uncertainty.
    """

    pairs: IntArray
    mean_difference: FloatArray
    standard_error: FloatArray
    bias: FloatArray
    bias_sd: FloatArray


def estimate_source_bias(
    source_index: ArrayLike,
    rating: ArrayLike,
    test: ArrayLike,
    *,
    default_bias: ArrayLike,
    default_sd: ArrayLike,
    least_sd: float = 0.1,
) -> SourceBias:
    """Estimate each source's bias from pairs of a rating and a test of the same person and competency.

    d = mean of (rating - test), SE = max(sd of the differences, least_sd) / sqrt(n), V = SE^2 (n - 1) / (n - 3) and
    bias = (default / default_sd^2 + d / V) / (1 / default_sd^2 + 1 / V), bias_sd = 1 / sqrt of that denominator: the
    normal posterior (Gelman et al. 2013, section 2.5; the shrinkage of Efron & Morris 1975), with the variance of
    Student's t in place of SE^2 because SE itself is estimated. That needs n > 3: with fewer pairs the default stands.
    Errors of the test widen SE and do not shift d.

    One entry of `source_index`, `rating` and `test` per pair, in levels, in any order; pairs of one person count as
    independent. `default_bias` and `default_sd` (> 0): one entry per source. `least_sd` (> 0) keeps a handful of
    equal differences from passing for certainty. Results have 6 decimals and do not depend on the order of pairs.
    Raises ValueError when a range is broken or lengths differ.
    """
    default = as_floats("default_bias", default_bias, ndim=1)
    doubt = as_floats("default_sd", default_sd, ndim=1, above=0)
    count = same_length(default_bias=default, default_sd=doubt)
    source = as_indices("source_index", source_index, count)
    first, second = as_floats("rating", rating, ndim=1), as_floats("test", test, ndim=1)
    same_length(source_index=source, rating=first, test=second)
    floor = float(as_floats("least_sd", least_sd, ndim=0, above=0))
    difference = first - second
    order = sorted_by(difference, source)
    source, difference = source[order], difference[order]
    pairs = np.bincount(source, minlength=count)
    mean = np.bincount(source, weights=difference, minlength=count) / np.maximum(pairs, 1)
    squares = np.bincount(source, weights=np.square(difference - mean[source]), minlength=count)
    sd = np.maximum(np.sqrt(squares / np.maximum(pairs - 1, 1)), floor)
    enough = pairs > 3
    error = sd / np.sqrt(np.maximum(pairs, 1))
    seen = np.where(enough, (pairs - 3) / np.maximum(pairs - 1, 1) / error**2, 0.0)
    precision = 1 / doubt**2 + seen
    return SourceBias(
        pairs=pairs,
        mean_difference=np.where(enough, np.round(mean, 6), np.nan),
        standard_error=np.where(enough, np.round(error, 6), np.nan),
        bias=np.round(default + seen / precision * (mean - default), 6),
        bias_sd=np.round(1 / np.sqrt(precision), 6),
    )
