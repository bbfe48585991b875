"""What is still missing: gaps against the required levels, their severity, and the match between a person and a job."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bina.science.arrays import FloatArray, IntArray, as_floats


@dataclass(frozen=True, eq=False)
class JobPersonMatch:
    """Job person match (JPM) per person.

    raw_percent: may exceed 100. capped_percent: each competency counts at most its requirement, so 0 to 100. Both are
    NaN if nothing that is required was measured. required_count and measured_count: competencies with a requirement,
    and those of them with an achieved level; a match is complete only if the two are equal.
    """

    raw_percent: FloatArray
    capped_percent: FloatArray
    required_count: IntArray
    measured_count: IntArray


def competency_gap(required: ArrayLike, mean: ArrayLike) -> FloatArray:
    """Levels that are missing: max(0, required - mean), NaN where nothing is required or nothing was measured.

    Arrays that broadcast to each other, in levels, with NaN for none. Source: gap against the position's competency
    standard (PermenPANRB 38/2017). Raises ValueError if a value is infinite or the shapes do not fit.
    """
    needed = as_floats("required", required, missing=True)
    reached = as_floats("mean", mean, missing=True)
    needed, reached = _fitted(required=needed, mean=reached)
    return np.where(np.isnan(needed - reached), np.nan, np.maximum(needed - reached, 0.0))


def gap_severity(gap: ArrayLike, weight: ArrayLike) -> FloatArray:
    """Urgency of a gap: gap x weight, in weighted levels; NaN stays NaN.

    `gap` >= 0 from `competency_gap`; `weight` >= 0, importance of the competency in the position's standard. Arrays
    that broadcast to each other. Raises ValueError if a value is negative or infinite or the shapes do not fit.
    """
    missing = as_floats("gap", gap, at_least=0, missing=True)
    importance = as_floats("weight", weight, at_least=0)
    missing, importance = _fitted(gap=missing, weight=importance)
    return missing * importance


def reached_level(mean: ArrayLike, highest: int) -> FloatArray:
    """The whole level that a mean stands for: floor(mean), from 0 to `highest`; NaN stays NaN.

    theta = k means that level k is just reached, so 2.99 is level 2.
    Raises ValueError if a mean is infinite or highest is below 1.
    """
    if highest < 1:
        raise ValueError("highest must be at least 1")
    return np.clip(np.floor(as_floats("mean", mean, missing=True)), 0, highest)


def job_person_match(achieved: ArrayLike, required: ArrayLike) -> JobPersonMatch:
    """JPM% = 100 x sum of achieved levels / sum of required levels, per person over the competencies of the position.

    Source: practice of BKN assessment (Peraturan BKN 26/2019 and its guidelines). `achieved` and `required` are persons
    x competencies, levels >= 0, NaN = not measured / not required; `required` may be one row for all. Only competencies
    that are required (above 0) and measured enter the two sums; the counts tell how many were left out. Capped takes
    min(achieved, required) per competency, so that strength in one cannot hide a gap in another.
    Raises ValueError if a level is negative or infinite or the shapes do not fit.
    """
    have = as_floats("achieved", achieved, ndim=2, at_least=0, missing=True)
    need = as_floats("required", required, at_least=0, missing=True)
    if need.shape not in (have.shape, have.shape[1:]):
        raise ValueError("required must have one column per competency, and one row or one per person of achieved")
    need = np.broadcast_to(need, have.shape)
    asked = need > 0
    both = asked & ~np.isnan(have)
    total = np.where(both, need, 0.0).sum(axis=1)
    divisor = np.where(total > 0, total, np.nan)
    return JobPersonMatch(
        raw_percent=100 * np.where(both, have, 0.0).sum(axis=1) / divisor,
        capped_percent=100 * np.where(both, np.minimum(have, need), 0.0).sum(axis=1) / divisor,
        required_count=asked.sum(axis=1),
        measured_count=both.sum(axis=1),
    )


def _fitted(**arrays: FloatArray) -> tuple[FloatArray, ...]:
    try:
        return np.broadcast_arrays(*arrays.values())
    except ValueError as error:
        raise ValueError(" and ".join(arrays) + " must have shapes that fit each other") from error
