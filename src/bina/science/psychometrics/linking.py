"""One scale for two calibrations: linking by common items, and items that have moved."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from bina.science.arrays import BoolArray, FloatArray, as_floats, as_number, same_length
from bina.science.psychometrics.models import ScoredItems, probability

_NODES = 41
_REACH = 4.0  # of the abilities that the curve methods compare, in sd


class LinkMethod(StrEnum):
    """How the two sets of parameters are brought together: by their moments, or by their curves."""

    MEAN_MEAN = "mean_mean"
    MEAN_SIGMA = "mean_sigma"
    HAEBARA = "haebara"
    STOCKING_LORD = "stocking_lord"


@dataclass(frozen=True)
class Link:
    """theta on the wanted scale = slope * theta on the scale of origin + intercept; slope > 0."""

    slope: float
    intercept: float

    def apply(self, items: ScoredItems) -> ScoredItems:
        """The same items on the wanted scale: a / slope, slope b + intercept, c."""
        return ScoredItems(
            items.discrimination / self.slope, self.slope * items.difficulty + self.intercept, items.guessing
        )

    def apply_to_abilities(self, theta: ArrayLike) -> FloatArray:
        """The same abilities on the wanted scale. Raises ValueError if they are not numbers; NaN stays NaN."""
        return self.slope * as_floats("theta", theta, missing=True) + self.intercept


@dataclass(frozen=True, eq=False)
class LinkCheck:
    """What is left between the common items after linking, one entry per item.

    difference: difficulty wanted - difficulty linked, in levels. standardized: (difference - median) / robust spread.
    curve_distance: root mean square difference of the two curves, 0 to 1. flagged: moved against the other items.
    """

    difference: FloatArray
    standardized: FloatArray
    curve_distance: FloatArray
    flagged: BoolArray


@dataclass(frozen=True, eq=False)
class Drift:
    """Change of difficulty per item: after - before in levels, in standard errors, and whether both bounds are passed."""

    difference: FloatArray
    standardized: FloatArray
    flagged: BoolArray


def link(
    origin: ScoredItems,
    wanted: ScoredItems,
    *,
    method: LinkMethod = LinkMethod.STOCKING_LORD,
    mean: float = 0.0,
    sd: float = 1.0,
) -> Link:
    """Find the linear change of scale from the common items as calibrated on the scale of `origin` and of `wanted`.

    With A slope and B intercept (Kolen & Brennan 2014, chapter 6):

    * mean-mean (Loyd & Hoover 1980): A = mean a_origin / mean a_wanted, B = mean b_wanted - A mean b_origin;
    * mean-sigma (Marco 1977): A = sd b_wanted / sd b_origin, B as above;
    * Haebara (1980): least weighted sum over abilities and items of (P_wanted - P_linked)^2;
    * Stocking & Lord (1983): least weighted sum over abilities of (sum of P_wanted - sum of P_linked)^2.

    The curve methods weigh abilities on the wanted scale by N(mean, sd^2) on 41 nodes within 4 sd, and start from
    mean-sigma or, where difficulties do not vary, mean-mean. Guessing is taken as it stands on either side.
    Raises ValueError if the numbers of items differ, there is no item, or mean-sigma lacks two different difficulties.
    """
    same_length(origin=origin.difficulty, wanted=wanted.difficulty)
    centre, spread = float(as_floats("mean", mean, ndim=0)), as_number("sd", sd, above=0, below=np.inf)
    if not len(origin):
        raise ValueError("linking needs at least one common item")
    varies = min(float(np.ptp(origin.difficulty)), float(np.ptp(wanted.difficulty))) > 1e-9
    if method is LinkMethod.MEAN_SIGMA and not varies:
        raise ValueError("mean-sigma linking needs common items of different difficulty")
    if method is LinkMethod.MEAN_MEAN or not varies:
        slope = float(origin.discrimination.mean() / wanted.discrimination.mean())
    else:
        slope = float(wanted.difficulty.std() / origin.difficulty.std())
    start = Link(slope, float(wanted.difficulty.mean() - slope * origin.difficulty.mean()))
    if method in (LinkMethod.MEAN_MEAN, LinkMethod.MEAN_SIGMA):
        return start
    nodes, weight = _abilities(centre, spread)
    goal = probability(nodes, wanted)

    def cost(place: FloatArray) -> float:
        away = goal - probability(nodes, Link(float(np.exp(place[0])), float(place[1])).apply(origin))
        squares = (away**2).sum(axis=1) if method is LinkMethod.HAEBARA else away.sum(axis=1) ** 2
        return float(weight @ squares)

    found = optimize.minimize(
        cost, np.array([np.log(start.slope), start.intercept]), method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-14, "maxiter": 2000, "initial_simplex": _simplex(start, spread)},
    )  # fmt: skip
    return Link(float(np.exp(found.x[0])), float(found.x[1]))


def check_link(
    origin: ScoredItems,
    wanted: ScoredItems,
    found: Link,
    *,
    mean: float = 0.0,
    sd: float = 1.0,
    bound: float = 1.645,
    least_difference: float = 0.3,
) -> LinkCheck:
    """Say for each common item what `found` leaves between its two calibrations.

    standardized = (d - median d) / (0.74 IQR of d), robust against the very items it looks for (Huynh & Meyer 2010);
    the spread is taken as at least 0.05 levels, so that near-perfect agreement of the rest accuses nobody. An item is
    flagged when it exceeds `bound` and its distance from the median difference is at least `least_difference` levels.
    curve_distance weighs abilities by N(mean, sd^2) on the wanted scale. Flagged items belong out of the anchor, after
    somebody has looked at them. Raises ValueError if the numbers of items differ.
    """
    same_length(origin=origin.difficulty, wanted=wanted.difficulty)
    moved = found.apply(origin)
    difference = wanted.difficulty - moved.difficulty
    low, middle, high = np.percentile(difference, [25, 50, 75])
    standardized = (difference - middle) / max(0.74 * float(high - low), 0.05)
    nodes, weight = _abilities(mean, sd)
    distance = np.sqrt(weight @ (probability(nodes, wanted) - probability(nodes, moved)) ** 2)
    flagged = (np.abs(standardized) > bound) & (np.abs(difference - middle) >= least_difference)
    return LinkCheck(difference, standardized, distance, flagged)


def drift_over_time(
    before: ArrayLike,
    before_error: ArrayLike,
    after: ArrayLike,
    after_error: ArrayLike,
    *,
    bound: float = 2.58,
    least_difference: float = 0.3,
) -> Drift:
    """Say which items have become easier or harder between two calibrations on one scale.

    standardized = (after - before) / sqrt(before_error^2 + after_error^2), standard normal without drift (Lord 1980,
    section 14.4). Flagged when it exceeds `bound` and the change is above `least_difference` levels, because with many
    answers a change becomes certain long before it matters. Flat arrays, one entry per item, errors > 0.
    Raises ValueError when a range is broken or the lengths differ.
    """
    first, second = as_floats("before", before, ndim=1), as_floats("after", after, ndim=1)
    doubt = as_floats("before_error", before_error, ndim=1, above=0)
    other = as_floats("after_error", after_error, ndim=1, above=0)
    same_length(before=first, before_error=doubt, after=second, after_error=other)
    difference = second - first
    standardized = difference / np.hypot(doubt, other)
    return Drift(difference, standardized, (np.abs(standardized) > bound) & (np.abs(difference) > least_difference))


def _abilities(mean: float, sd: float) -> tuple[FloatArray, FloatArray]:
    step = np.linspace(-_REACH, _REACH, _NODES)
    weight = np.exp(-(step**2) / 2)
    return mean + sd * step, weight / weight.sum()


def _simplex(start: Link, sd: float) -> FloatArray:
    place = np.array([np.log(start.slope), start.intercept])
    corners: FloatArray = place + np.array([[0.0, 0.0], [0.1, 0.0], [0.0, 0.1 * sd]])
    return corners
