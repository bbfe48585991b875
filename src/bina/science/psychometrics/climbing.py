"""Reaching the top of a likelihood by plain steps that never fall, taken faster than one by one."""

from collections.abc import Callable

import numpy as np

from bina.science.arrays import FloatArray


def largest_change(before: FloatArray, after: FloatArray) -> float:
    """The largest difference between two points."""
    return float(np.abs(after - before).max(initial=0.0))


def climb(
    start: FloatArray,
    improve: Callable[[FloatArray], tuple[FloatArray, float]],
    *,
    tolerance: float,
    most_rounds: int,
    change: Callable[[FloatArray, FloatArray], float] = largest_change,
) -> tuple[FloatArray, int, bool]:
    """Repeat `improve` (one EM round: a point to a better one, and the height of the point given) until it stands still.

    Two plain steps, then a long one along them with length |step| / |bend|, taken back where the height falls: squared
    extrapolation (Varadhan & Roland 2008, SQUAREM S3). Returns the last point, the rounds of `improve`, and whether the
    largest `change` of a plain step fell below the tolerance.
    """
    place, rounds = start, 0
    while rounds < most_rounds:
        once, height = improve(place)
        if change(place, once) < tolerance:
            return once, rounds + 1, True
        twice, _height = improve(once)
        rounds += 2
        if change(once, twice) < tolerance:
            return twice, rounds, True
        step, bend = once - place, (twice - once) - (once - place)
        length = float(np.sqrt(step @ step / max(float(bend @ bend), 1e-300)))
        if length <= 1.0:
            place = twice
            continue
        # a plain step from the far point brings it back onto the path, and tells its height on the way
        back, reached = improve(place + 2 * length * step + length**2 * bend)
        rounds += 1
        place = back if reached >= height else twice
    return place, rounds, False
