"""A change of the same people in units of how differently they changed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from bina.science.arrays import FloatArray, as_floats, as_number

# Bounds are looked for this many standard errors around t, which is far more than any usual confidence needs.
_TAIL = 8.0
_LEAST_PAIRS = 3


@dataclass(frozen=True)
class StandardisedChange:
    """dz: mean change over the sd of the changes, with its interval; NaN where nothing varies or with fewer than 3 pairs."""

    pairs: int
    dz: float
    low: float
    high: float


def standardised_change(changes: ArrayLike, *, confidence: float = 0.95) -> StandardisedChange:
    """dz = mean / sd of `changes`, one per person, with its exact interval.

    t = dz sqrt(n) follows a noncentral t with n - 1 degrees of freedom; the bounds are the noncentralities that put t at
    the upper and lower tail, over sqrt(n) (Steiger & Fouladi 1997; Cumming & Finch 2001). dz says how regularly people
    changed, not how far: for that see Hedges g of `paired_gain`. Raises ValueError for missing values or confidence
    outside 0..1.
    """
    values: FloatArray = as_floats("changes", changes, ndim=1)
    as_number("confidence", confidence, above=0, below=1)
    pairs, nan = len(values), float("nan")
    sd = float(values.std(ddof=1)) if pairs >= _LEAST_PAIRS else 0.0
    if sd <= 1e-12 * max(1.0, float(np.abs(values).max(initial=0.0))):
        return StandardisedChange(pairs, nan, nan, nan)
    dz = float(values.mean()) / sd
    t, freedom = dz * pairs**0.5, pairs - 1
    low, high = (_noncentrality(t, freedom, (1 + sign * confidence) / 2) / pairs**0.5 for sign in (1, -1))
    return StandardisedChange(pairs, dz, low, high)


def _noncentrality(t: float, freedom: int, share: float) -> float:
    """The noncentrality under which a share of results lies below t."""
    reach = _TAIL * (1 + abs(t) / freedom**0.5)

    def excess(centre: float) -> float:
        below = float(special.nctdtr(freedom, centre, t))
        if np.isnan(below):
            # too far out for the series: there all or nothing lies below t
            below = float(centre < t)
        return below - share

    return float(optimize.brentq(excess, t - reach, t + reach, xtol=1e-8))
