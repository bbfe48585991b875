"""Where levels begin on a test's own scale: its values read as levels, in straight pieces through adopted cuts."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from bina.science.arrays import FloatArray, as_floats

_DECIMALS = 6
_REACH = 1.6448536269514722  # standard errors on each side of a 90 % interval


def read_as_levels(
    ability: ArrayLike, standard_error: ArrayLike, cuts: Mapping[int, float]
) -> tuple[FloatArray, FloatArray]:
    """Levels and their standard errors from abilities on a test's scale, where level k begins at cuts[k].

    The reading f is the monotone function with f(cuts[k]) = k that is straight between two cuts and beyond the outermost
    ones keeps the width of a level, slope 1: what no panel judged keeps its distances (linear interpolation between
    anchors, as concordances of scales do; Kolen & Brennan 2014, chapter 10). With cuts[k] = k it changes nothing. The
    ends of the 90 % interval are read too, and the error is that of the interval they make:
    [f(ability + z error) - f(ability - z error)] / (2 z), the error times the slope wherever f is straight.
    Arrays of one shape, errors >= 0; results have 6 decimals.
    Raises ValueError without a cut, when a higher level does not begin higher, or for numbers that are not finite.
    """
    levels, starts = _anchors(cuts)
    middle, error = as_floats("ability", ability), as_floats("standard_error", standard_error, at_least=0)
    width = _straight(middle + _REACH * error, starts, levels) - _straight(middle - _REACH * error, starts, levels)
    return np.round(_straight(middle, starts, levels), _DECIMALS), np.round(width / (2 * _REACH), _DECIMALS)


def ability_at_levels(level: ArrayLike, cuts: Mapping[int, float]) -> FloatArray:
    """The way back: the ability that `read_as_levels` reads as each of these levels, with 6 decimals. Raises as it does."""
    levels, starts = _anchors(cuts)
    return np.round(_straight(as_floats("level", level), levels, starts), _DECIMALS)


def _anchors(cuts: Mapping[int, float]) -> tuple[FloatArray, FloatArray]:
    if not cuts:
        raise ValueError("a reading needs at least one cut")
    numbers = sorted(cuts)
    starts = as_floats("cuts", [cuts[number] for number in numbers], ndim=1)
    if any(above <= below for below, above in pairwise(starts.tolist())):
        raise ValueError("a higher level must begin at a higher cut")
    return np.array(numbers, dtype=np.float64), starts


def _straight(values: FloatArray, from_: FloatArray, to: FloatArray) -> FloatArray:
    inside = np.interp(values, from_, to)
    beyond: FloatArray = inside + np.minimum(values - from_[0], 0.0) + np.maximum(values - from_[-1], 0.0)
    return beyond
