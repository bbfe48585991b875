"""Answers too quick to have been thought about."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bina.science.arrays import BoolArray, FloatArray, as_floats, as_number


@dataclass(frozen=True, eq=False)
class RapidGuessing:
    """Quick answers of one test.

    threshold: per item in seconds, NaN without answers. rapid (persons x items): the answer came below it. effort: per
    person the share of answers that were not rapid (response time effort), NaN without answers. flagged: effort below
    the bound.
    """

    threshold: FloatArray
    rapid: BoolArray
    effort: FloatArray
    flagged: BoolArray


def rapid_guessing(
    seconds: ArrayLike, *, share_of_mean: float = 0.10, longest: float = 10.0, least_effort: float = 0.90
) -> RapidGuessing:
    """Flag answers below the normative threshold, a tenth of the item's mean time, at most ten seconds (Wise & Ma 2012).

    Effort = share of a person's answers at or above the threshold (Wise & Kong 2005); below 0.90 the score says little.
    `seconds` is persons x items, >= 0, NaN where not answered. Raises ValueError when a range is broken.
    """
    times = as_floats("seconds", seconds, ndim=2, at_least=0, missing=True)
    share = as_number("share_of_mean", share_of_mean, above=0, below=1)
    seen = ~np.isnan(times)
    answers = seen.sum(axis=0)
    with np.errstate(invalid="ignore"):
        threshold = np.minimum(share * np.nansum(times, axis=0) / np.where(answers > 0, answers, np.nan), longest)
        rapid = times < threshold
        given = seen.sum(axis=1)
        effort = 1 - rapid.sum(axis=1) / np.where(given > 0, given, np.nan)
        return RapidGuessing(threshold, rapid, effort, effort < least_effort)
