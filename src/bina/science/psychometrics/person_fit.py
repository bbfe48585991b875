"""Answer patterns that do not fit their own ability: right on the hard items, wrong on the easy ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bina.science.arrays import FloatArray, as_floats
from bina.science.psychometrics.ability import NormalPrior, maximum_a_posteriori
from bina.science.psychometrics.models import ScoredItems, response_curves


@dataclass(frozen=True, eq=False)
class PersonFit:
    """Fit per person: ability (mode of the posterior), and lz*, about standard normal if the person answered by the model.

    Far below 0 (-1.645 for one in twenty) means answers less likely than the ability explains; far above 0 a pattern
    more orderly than chance allows. NaN where fewer than two items were answered.
    """

    ability: FloatArray
    standardized: FloatArray


def standardized_person_fit(scores: ArrayLike, items: ScoredItems, prior: NormalPrior) -> PersonFit:
    """Standardised log-likelihood of each person's answers, corrected for the estimated ability (Snijders 2001).

    With w = ln(P / Q), r = P' / (P Q) and t = MAP ability, which solves r0 + sum (x - P) r = 0 for
    r0 = (mean - t) / sd^2: c = sum P' w / sum P' r, w~ = w - c r and
    lz* = (sum (x - P) w + c r0) / sqrt(sum w~^2 P Q) (Magis, Raîche & Béland 2012). The uncorrected lz (Drasgow, Levine
    & Williams 1985) has too small a variance because the ability is fitted to the very answers it judges.

    `scores` is persons x items, 0 or 1, NaN where not answered. Raises ValueError for other scores, another number of
    items, or a prior for other persons.
    """
    answers = as_floats("scores", scores, ndim=2, at_least=0, at_most=1, missing=True)
    if ((answers != 0) & (answers != 1) & ~np.isnan(answers)).any():
        raise ValueError("scores must be 0, 1 or missing (NaN)")
    ability = maximum_a_posteriori(answers, items, prior).estimate
    mean, sd = prior.for_persons(len(answers))
    curves = response_curves(ability, items)
    seen = ~np.isnan(answers)
    odds = curves.log_right - curves.log_wrong
    slope = np.where(seen, curves.information / curves.pull, 0.0)  # P' = I / r
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (slope * odds).sum(axis=1) / (slope * curves.pull).sum(axis=1)
        weight = odds - share[:, None] * curves.pull
        variance = np.where(seen, weight**2 * curves.right * np.exp(curves.log_wrong), 0.0).sum(axis=1)
        surprise = np.where(seen, (answers - curves.right) * odds, 0.0).sum(axis=1)
        fit = (surprise + share * (mean - ability) / sd**2) / np.sqrt(variance)
    # with one item, or items all alike, nothing is left to judge once the ability is fitted
    return PersonFit(ability, np.where((seen.sum(axis=1) >= 2) & (variance > 1e-9), fit, np.nan))
