"""Many competencies from one short test: each answer also tells about the competencies related to its own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bina.science.arrays import FloatArray, IntArray, as_floats, as_indices, as_number, same_length
from bina.science.psychometrics.models import ScoredItems

_STEPS = 30
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
_SHARES: FloatArray = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True, eq=False)
class ProfilePrior:
    """What is believed of a person's competencies together: N(mean, covariance), in levels.

    Raises ValueError unless the covariance is symmetric, positive definite and as wide as the mean.
    """

    mean: FloatArray
    covariance: FloatArray

    def __post_init__(self) -> None:
        as_floats("mean", self.mean, ndim=1)
        as_floats("covariance", self.covariance, ndim=2)
        if self.covariance.shape != (len(self.mean), len(self.mean)):
            raise ValueError("the covariance must have one row and one column per competency")
        if not np.allclose(self.covariance, self.covariance.T):
            raise ValueError("the covariance must be symmetric")
        try:
            np.linalg.cholesky(self.covariance)
        except np.linalg.LinAlgError as error:
            raise ValueError("the covariance must be positive definite") from error


def nested_prior(
    area: ArrayLike, *, mean: float, sd: float, general: float = 0.55, within_area: float = 0.2
) -> ProfilePrior:
    """A prior in which all competencies share something and those of one area share more.

    Correlation ``general`` between competencies of different areas and ``general + within_area`` within one: the
    second-order factor structure usual for competence tests. ``area``: index of each competency's area.
    Raises ValueError unless 0 <= general, 0 <= within_area, their sum < 1 and sd > 0.
    """
    areas = as_indices("area", area)
    as_number("sd", sd, above=0, below=float("inf"))
    if general < 0 or within_area < 0 or general + within_area >= 1:
        raise ValueError("general and within_area must not be negative and must sum to less than 1")
    same = areas[:, None] == areas
    correlation = general + within_area * same
    np.fill_diagonal(correlation, 1.0)
    return ProfilePrior(np.full(len(areas), float(mean)), sd**2 * correlation)


@dataclass(frozen=True, eq=False)
class ProfileAnswers:
    """The answers of one person: the items, the competency of each, and its score from 0 to 1.

    Raises ValueError when lengths differ or a score is out of range.
    """

    items: ScoredItems
    competency: IntArray
    score: FloatArray

    def __post_init__(self) -> None:
        as_indices("competency", self.competency)
        as_floats("score", self.score, ndim=1, at_least=0, at_most=1)
        same_length(items=self.items.difficulty, competency=self.competency, score=self.score)


@dataclass(frozen=True, eq=False)
class ProfileEstimate:
    """The levels of one person: mean and covariance of the posterior, in levels."""

    mean: FloatArray
    covariance: FloatArray

    @property
    def sd(self) -> FloatArray:
        """The standard error of each competency."""
        return np.sqrt(np.diag(self.covariance))

    def average(self, weights: ArrayLike) -> tuple[float, float]:
        """Mean and standard error of a weighted average of the competencies (an area, the whole); weights sum to 1."""
        share = as_floats("weights", weights, ndim=1)
        return float(share @ self.mean), float(np.sqrt(share @ self.covariance @ share))


def estimate_profile(prior: ProfilePrior, answers: ProfileAnswers) -> ProfileEstimate:
    """The posterior of all competencies, by Laplace's approximation at its mode.

    Each item depends on its own competency alone (simple structure), so the log-posterior is
    -(x - m)' S^-1 (x - m) / 2 + sum of s ln P(x_c) + (1 - s) ln Q(x_c); Newton with halved steps finds the mode with Fisher's
    information F (diagonal, summed per competency) in place of the second derivative, and the covariance is
    (S^-1 + F)^-1 = S - S (S + F^-1)^-1 S, here solved as (I + S F)^-1 S. Source: Segall (1996), multidimensional adaptive
    testing. Without answers the prior comes back. Raises ValueError if a competency lies outside the prior.
    """
    size = len(prior.mean)
    if answers.competency.size and answers.competency.max() >= size:
        raise ValueError(f"competency must be positions below {size}")
    place = prior.mean.astype(np.float64)
    whole = np.eye(size)
    height = -np.inf
    move = np.zeros(size)
    for _ in range(_STEPS):
        information, slope, likelihood = _of_answers(place, answers, size)
        away = np.linalg.solve(prior.covariance, place - prior.mean)
        here = likelihood - float((place - prior.mean) @ away) / 2
        if here < height - 1e-12 and np.abs(move).max() > 1e-9:
            move = move / 2
            place = place - move
            continue
        height = here
        # the solution of (S^-1 + F) move = slope - S^-1 (x - m), without inverting S
        turn = prior.covariance @ slope - (place - prior.mean)
        move = np.asarray(np.linalg.solve(whole + prior.covariance * information, turn), dtype=np.float64)
        if np.abs(move).max() < 1e-8:
            break
        place = place + move
    information, _slope, _likelihood = _of_answers(place, answers, size)
    covariance = np.linalg.solve(whole + prior.covariance * information, prior.covariance)
    return ProfileEstimate(place, (covariance + covariance.T) / 2)


def _of_answers(place: FloatArray, answers: ProfileAnswers, size: int) -> tuple[FloatArray, FloatArray, float]:
    """Fisher information and slope of the log-likelihood per competency, and the log-likelihood, at a profile."""
    theta = place[answers.competency]
    items = answers.items
    log_right, log_wrong, right, pull, information = _own_curves(theta, items)
    slope, total = np.zeros(size), np.zeros(size)
    np.add.at(slope, answers.competency, pull * (answers.score - right))
    np.add.at(total, answers.competency, information)
    likelihood = float((answers.score * log_right + (1 - answers.score) * log_wrong).sum())
    return total, slope, likelihood


def _own_curves(
    theta: FloatArray, items: ScoredItems
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """ln P, ln Q, P, P' / (P Q) and information of each item at its own ability (not at everybody's)."""
    logit = items.discrimination * (theta - items.difficulty)
    knows_log, not_log = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
    with np.errstate(divide="ignore"):
        log_right = np.logaddexp(knows_log, np.log(items.guessing) + not_log)
    log_wrong = np.log1p(-items.guessing) + not_log
    pull = items.discrimination * np.exp(knows_log - log_right)
    information = pull * items.discrimination * np.exp(knows_log + log_wrong)
    return log_right, log_wrong, np.exp(log_right), pull, information


def expected_gain(
    estimate: ProfileEstimate, items: ScoredItems, competency: IntArray, weights: ArrayLike
) -> FloatArray:
    """How much each item is expected to lower the weighted sum of the competencies' variances, in squared levels.

    gain = (sum over k of w_k S_kc^2) I / (1 + I S_cc), with S the posterior covariance, c the item's competency and I its
    Fisher information averaged over N(mean_c, S_cc): the A-optimal choice of multidimensional adaptive testing (Segall 1996;
    Mulder & van der Linden 2009), which balances content by itself, because what is known well gains little. Averaging
    the information (van der Linden 1998) keeps the first questions from trusting a guess. ``weights``: one per competency.
    """
    worth = as_floats("weights", weights, ndim=1, at_least=0)
    spread = np.diag(estimate.covariance)
    reach = (worth[:, None] * estimate.covariance**2).sum(axis=0)
    theta = estimate.mean[competency][:, None] + np.sqrt(spread[competency])[:, None] * _NODES
    information = np.zeros(len(items))
    for node, share in enumerate(_SHARES):
        information += share * _own_curves(theta[:, node], items)[4]
    gain: FloatArray = reach[competency] * information / (1 + information * spread[competency])
    return gain
