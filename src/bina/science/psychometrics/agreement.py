"""How far two raters who marked the same works agree: shares, weighted kappa with its error, intraclass correlation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bina.science.arrays import FloatArray, as_floats, as_indices, same_length

Z90 = 1.6448536269514722  # half-width of a 90 % interval, in standard errors


@dataclass(frozen=True, slots=True)
class MarkAgreement:
    """Agreement of two raters on ordered marks: share of works with equal marks (exact), and at most one step apart
    (adjacent)."""

    works: int
    exact: float
    adjacent: float


@dataclass(frozen=True, slots=True)
class WeightedKappa:
    """Weighted kappa, its large-sample standard error, and the ends of its 90 % interval within -1 .. 1.

    All NaN where chance alone gives full agreement, e.g. if both raters gave one and the same mark throughout.
    """

    kappa: float
    standard_error: float
    low: float
    high: float


def mark_agreement(first: ArrayLike, second: ArrayLike) -> MarkAgreement:
    """Exact and adjacent agreement of two raters' marks (whole numbers from 0), work by work.

    Raises ValueError for no work, different lengths or marks that are not whole numbers from 0.
    """
    one, other = as_indices("first", first), as_indices("second", second)
    works = same_length(first=one, second=other)
    if not works:
        raise ValueError("agreement needs at least one work")
    apart = np.abs(one - other)
    return MarkAgreement(works, float((apart == 0).mean()), float((apart <= 1).mean()))


def weighted_kappa(first: ArrayLike, second: ArrayLike, categories: int, *, power: int = 2) -> WeightedKappa:
    """Kappa of two raters' marks 0 .. categories - 1 with agreement weights w_ij = 1 - (|i - j| / (categories - 1))^power.

    Cohen (1968); with power 2 (quadratic weights) it is, for many works, the intraclass correlation (Fleiss & Cohen 1973);
    power 1 gives linear weights. kappa = (po - pe) / (1 - pe) with po the sum of w_ij p_ij and pe that of w_ij p_i. p_.j.
    Standard error (Fleiss, Cohen & Everitt 1969, eq. 15 corrected): variance = (sum of p_ij (w_ij - (w_i. + w_.j)(1 -
    kappa))^2 - (kappa - pe (1 - kappa))^2) / (n (1 - pe)^2), with w_i. the mean weight of row i under the other rater's
    shares. It holds for large n; below some tens of works the interval is rough.
    Raises ValueError for no work, different lengths, marks out of range, fewer than 2 categories or a power below 1.
    """
    if categories < 2 or power < 1:
        raise ValueError("kappa needs at least 2 categories and a power of at least 1")
    one, other = as_indices("first", first, categories), as_indices("second", second, categories)
    works = same_length(first=one, second=other)
    if not works:
        raise ValueError("kappa needs at least one work")
    shares = np.zeros((categories, categories))
    np.add.at(shares, (one, other), 1 / works)
    steps = np.abs(np.subtract.outer(np.arange(categories), np.arange(categories))) / (categories - 1)
    weights: FloatArray = 1 - steps.astype(np.float64) ** power
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    seen, by_chance = float((weights * shares).sum()), float(rows @ weights @ columns)
    if 1 - by_chance < 1e-12:
        nothing = float("nan")
        return WeightedKappa(nothing, nothing, nothing, nothing)
    kappa = (seen - by_chance) / (1 - by_chance)
    habit = (weights @ columns)[:, None] + (rows @ weights)[None, :]
    spread = float((shares * (weights - habit * (1 - kappa)) ** 2).sum()) - (kappa - by_chance * (1 - kappa)) ** 2
    error = float(np.sqrt(max(spread, 0.0) / works)) / (1 - by_chance)
    return WeightedKappa(kappa, error, max(-1.0, kappa - Z90 * error), min(1.0, kappa + Z90 * error))


def one_way_intraclass(ratings: ArrayLike) -> float:
    """ICC(1,1) of `ratings`, works x raters: each work may have been rated by other raters than the next.

    (B - W) / (B + (k - 1) W) with the mean squares between and within works and k raters per work (Shrout & Fleiss 1979).
    NaN where nothing varies. Raises ValueError for fewer than 2 works or raters or a gap.
    """
    table = as_floats("ratings", ratings, ndim=2)
    works, raters = table.shape
    if works < 2 or raters < 2:
        raise ValueError("agreement needs at least 2 works and 2 raters")
    means = table.mean(axis=1)
    between = raters * float(((means - table.mean()) ** 2).sum()) / (works - 1)
    within = float(((table - means[:, None]) ** 2).sum()) / (works * (raters - 1))
    whole = between + (raters - 1) * within
    return (between - within) / whole if whole > 1e-12 else float("nan")
