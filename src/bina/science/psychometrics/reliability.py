"""How far a result can be trusted: reliability of scores and abilities, and of the decisions made on them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from bina.science.arrays import FloatArray, as_floats, as_number
from bina.science.psychometrics.ability import AbilityEstimate
from bina.science.psychometrics.classical import analyse_items
from bina.science.psychometrics.models import ScoredItems, information

_MOST_ROUNDS = 2000
_LARGEST_LOADING = 0.999  # of a standardised item; 1 would leave it without any error


@dataclass(frozen=True, eq=False)
class ScoreReliability:
    """Reliability of a total score: alpha (Cronbach), omega (McDonald, total), and the standardised factor loadings."""

    alpha: float
    omega: float
    loadings: FloatArray


@dataclass(frozen=True, eq=False)
class DecisionQuality:
    """How often a classification by cut scores is right and would come out again.

    accuracy: share of persons expected to be truly in the category they were put in. consistency: share expected in the
    same category at a second, equally long measurement. chance_consistency: that of categories drawn by lot with the
    same shares; kappa: (consistency - chance) / (1 - chance), NaN if all are in one category. expected (categories x
    categories): share truly in the row's category and put in the column's. accuracy_per_person: one entry per person.
    """

    accuracy: float
    consistency: float
    chance_consistency: float
    kappa: float
    expected: FloatArray
    accuracy_per_person: FloatArray


def score_reliability(scores: ArrayLike) -> ScoreReliability:
    """Alpha and omega of the total of `scores`, persons x items in [0, 1]; only complete rows are used.

    omega = (sum of s_i l_i)^2 / ((sum of s_i l_i)^2 + sum of s_i^2 (1 - l_i^2)) with sd s and loadings l of one factor
    fitted to the correlations by minimal residuals (Harman & Jones 1966; omega: McDonald 1999, eq. 6.20b). It equals
    alpha where all covariances are equal and exceeds it where loadings differ.
    Raises ValueError as `analyse_items` does, and for fewer than 3 items or an item that does not vary.
    """
    alpha = analyse_items(scores).alpha
    answers = as_floats("scores", scores, ndim=2, at_least=0, at_most=1, missing=True)
    complete = answers[~np.isnan(answers).any(axis=1)]
    if complete.shape[1] < 3:
        raise ValueError("one factor needs at least 3 items")
    sd = complete.std(axis=0, ddof=1)
    if (sd < 1e-9).any():
        raise ValueError("every item must vary")
    loadings = one_factor(np.corrcoef(complete, rowvar=False))
    common = float((sd * loadings).sum()) ** 2
    unique = float((sd**2 * (1 - loadings**2)).sum())
    return ScoreReliability(alpha, common / (common + unique), loadings)


def one_factor(correlations: ArrayLike) -> FloatArray:
    """Loadings of one common factor: least squares of the off-diagonal residuals (minres, Harman & Jones 1966).

    Each loading in turn is set to sum of r_ij l_j / sum of l_j^2 over the others, held within -0.999 .. 0.999, until
    none moves by 1e-10. The sign is such that the loadings sum to at least 0. Raises ValueError unless the matrix is
    square, symmetric and at least 3 x 3.
    """
    matrix = as_floats("correlations", correlations, ndim=2, at_least=-1 - 1e-9, at_most=1 + 1e-9)
    size = len(matrix)
    if size < 3 or matrix.shape != (size, size) or np.abs(matrix - matrix.T).max() > 1e-9:
        raise ValueError("correlations must be a symmetric table of at least 3 items")
    others = matrix - np.diag(np.diag(matrix))
    values, vectors = np.linalg.eigh(matrix)
    loadings: FloatArray = vectors[:, -1] * np.sqrt(values[-1])
    for _ in range(_MOST_ROUNDS):
        before = loadings.copy()
        for item in range(size):
            rest = float(loadings @ loadings - loadings[item] ** 2)
            best = float(others[item] @ loadings) / rest if rest > 1e-12 else 0.0
            loadings[item] = min(max(best, -_LARGEST_LOADING), _LARGEST_LOADING)
        if np.abs(loadings - before).max() < 1e-10:
            break
    return loadings if loadings.sum() >= 0 else -loadings


def marginal_reliability(abilities: AbilityEstimate) -> float:
    """Share of the true variance that the estimates carry: var(EAP) / (var(EAP) + mean of squared posterior sd).

    For expected a posteriori estimates (Bechger, Maris, Verstralen & Béguin 2003; Kim 2012), whose variance is that of
    theta less the mean error variance. Raises ValueError for fewer than 2 persons or an error that is not above 0.
    """
    estimate, error = _checked_abilities(abilities)
    if len(estimate) < 2:
        raise ValueError("reliability needs at least 2 persons")
    spread = float(estimate.var(ddof=1))
    return spread / (spread + float((error**2).mean()))


def reliability_at(theta: ArrayLike, items: ScoredItems, *, sd: float = 1.0) -> FloatArray:
    """Reliability of the test for persons at `theta`: I / (I + 1 / sd^2) with I the test information.

    `sd` is the spread of abilities in the population that the reliability refers to, in levels (Green, Bock,
    Humphreys, Linn & Reckase 1984; Nicewander 2018). Raises ValueError if theta is not flat or sd is not above 0.
    """
    doubt = 1 / as_number("sd", sd, above=0, below=np.inf) ** 2
    told: FloatArray = information(theta, items).sum(axis=1)
    share: FloatArray = told / (told + doubt)
    return share


def decision_quality(abilities: AbilityEstimate, cuts: ArrayLike) -> DecisionQuality:
    """Accuracy and consistency of classifying persons by cut scores on the level scale.

    A person with estimate t and error e is truly in category k with probability
    p_k = Phi((c_(k+1) - t) / e) - Phi((c_k - t) / e) (Rudner 2001, 2005); accuracy is the mean of p at the category of
    t, consistency the mean of sum of p_k^2 (Lee 2010). With expected a posteriori estimates p is the posterior, so
    accuracy is exact under its model, while consistency is about a second measurement of people placed as estimated.
    `cuts` rise strictly; a person at a cut has reached it. Raises ValueError when a range or the order is broken.
    """
    estimate, error = _checked_abilities(abilities)
    edges = as_floats("cuts", cuts, ndim=1)
    if not len(edges) or (np.diff(edges) <= 0).any():
        raise ValueError("cuts must rise strictly, at least one")
    if not len(estimate):
        raise ValueError("decisions need at least one person")
    reached = special.ndtr((estimate[:, None] - edges) / error[:, None])
    ones, zeros = np.ones((len(estimate), 1)), np.zeros((len(estimate), 1))
    chance = np.concatenate([ones, reached], axis=1) - np.concatenate([reached, zeros], axis=1)
    put = np.searchsorted(edges, estimate, side="right")
    categories = len(edges) + 1
    expected = chance.T @ (put[:, None] == np.arange(categories)) / len(estimate)
    right = chance[np.arange(len(estimate)), put]
    again = float((chance**2).sum(axis=1).mean())
    by_lot = float((chance.mean(axis=0) ** 2).sum())
    return DecisionQuality(
        accuracy=float(right.mean()),
        consistency=again,
        chance_consistency=by_lot,
        kappa=(again - by_lot) / (1 - by_lot) if by_lot < 1 - 1e-12 else float("nan"),
        expected=expected,
        accuracy_per_person=right,
    )


def _checked_abilities(abilities: AbilityEstimate) -> tuple[FloatArray, FloatArray]:
    estimate = as_floats("estimate", abilities.estimate, ndim=1)
    return estimate, as_floats("standard_error", abilities.standard_error, ndim=1, above=0)
