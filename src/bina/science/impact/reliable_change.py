"""How many people changed by more than the error of measurement can explain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from bina.science.arrays import FloatArray, as_floats, as_number, same_length


@dataclass(frozen=True, eq=False)
class ReliableChange:
    """Shares of the people measured twice, 0 to 1 and together 1, NaN without any.

    index: the change of each person in standard errors of a difference, NaN where not measured twice.
    """

    pairs: int
    improved_share: float
    unchanged_share: float
    declined_share: float
    index: FloatArray


def reliable_change(
    before: ArrayLike, after: ArrayLike, *, sd_before: float, reliability: float, confidence: float = 0.95
) -> ReliableChange:
    """Reliable change index of each person and the shares that improved, stayed or declined reliably.

    RC = (after - before) / S_diff with S_diff = sqrt(2) sd_before sqrt(1 - reliability); reliable if |RC| exceeds the
    normal quantile of `confidence` (1.96 for 0.95). Source: Jacobson & Truax (1991).
    `before` and `after`: flat, same order and unit, NaN where not measured. `sd_before` > 0: of first scores in the
    population the test is used for. `reliability` in (0, 1): of the test.
    Raises ValueError for unequal lengths, infinite values or a parameter out of range.
    """
    first, second = as_floats("before", before, ndim=1, missing=True), as_floats("after", after, ndim=1, missing=True)
    same_length(before=first, after=second)
    as_number("sd_before", sd_before, above=0, below=float("inf"))
    as_number("reliability", reliability, above=0, below=1)
    as_number("confidence", confidence, above=0, below=1)
    index = (second - first) / (sd_before * (2 * (1 - reliability)) ** 0.5)
    seen = index[~np.isnan(index)]
    pairs = seen.shape[0]
    limit = float(special.ndtri((1 + confidence) / 2))
    improved = float((seen > limit).sum() / pairs) if pairs else float("nan")
    declined = float((seen < -limit).sum() / pairs) if pairs else float("nan")
    unchanged = float((np.abs(seen) <= limit).sum() / pairs) if pairs else float("nan")
    return ReliableChange(pairs, improved, unchanged, declined, index)
