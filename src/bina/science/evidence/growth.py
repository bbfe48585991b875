"""How far a person has come since the first measurement, told from measurements that have no piece in common."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from bina.science.arrays import BoolArray, FloatArray, IntArray, as_number
from bina.science.evidence.combination import Sources, combine
from bina.science.evidence.table import Evidence

_NO_OPINION = 1e4  # sd of a prior, in levels, that has no say


@dataclass(frozen=True, eq=False)
class Growth:
    """Change of level per competency, in levels; NaN where one of the two measurements is missing.

    half_width: half of the interval around the change. `certain`: the interval does not hold zero.
    """

    change: FloatArray
    sd: FloatArray
    half_width: FloatArray

    @property
    def certain(self) -> BoolArray:
        """Whether the change is more than chance."""
        return np.abs(self.change) > self.half_width


def growth(first: Evidence, later: Evidence, sources: Sources, *, competencies: int, interval: float = 0.90) -> Growth:
    """The change between two measurements of one person, competency by competency (person_index is 0 throughout).

    Each side is the precision-weighted mean of its own pieces, corrected for bias, aged and widened by disagreement as in
    `combine`, but without a prior: a prior would pull both sides to the same place and call a part of the growth
    nothing. The sides share no piece, so the variances add: change = later - first, sd^2 = sd_later^2 + sd_first^2, and
    half_width = z sd with z the normal quantile of `interval`. The pieces of `first` are to be given at the age they had
    then, those of `later` at their age now. Raises ValueError if an index lies outside the table or the sources.
    """
    as_number("interval", interval, above=0, below=1)
    means, variances, counts = [], [], []
    for side in (first, later):
        found = combine(side, sources, persons=1, competencies=competencies, prior_mean=0.0, prior_sd=_NO_OPINION)
        means.append(found.mean[0])
        variances.append(np.square(found.sd[0]))
        counts.append(found.evidence_count[0])
    both = (counts[0] > 0) & (counts[1] > 0)
    sd = np.where(both, np.sqrt(variances[0] + variances[1]), np.nan)
    reach = float(special.ndtri((1 + interval) / 2))
    return Growth(np.where(both, means[1] - means[0], np.nan), sd, reach * sd)


def average_growth(found: Growth, *, interval: float = 0.90) -> tuple[float, float, int]:
    """Mean change over the competencies measured twice, half of its interval, and how many those are.

    Errors of different competencies are taken as independent: sd = sqrt(sum of sd^2) / n. NaN twice and 0 where nothing
    was measured twice.
    """
    known: IntArray = np.flatnonzero(~np.isnan(found.change))
    if not known.size:
        return float("nan"), float("nan"), 0
    reach = float(special.ndtri((1 + interval) / 2))
    spread = float(np.sqrt(np.square(found.sd[known]).sum())) / known.size
    return float(found.change[known].mean()), reach * spread, int(known.size)
