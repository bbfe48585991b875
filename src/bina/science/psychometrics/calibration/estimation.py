"""Item parameters from answers: marginal maximum likelihood for the Rasch, 2PL and 3PL models."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from bina.science.arrays import FloatArray
from bina.science.psychometrics.calibration.fit import Calibration, report
from bina.science.psychometrics.calibration.problem import (
    LARGEST_GUESS,
    LARGEST_SLOPE,
    SMALLEST_SLOPE,
    Counts,
    Model,
    Priors,
    Problem,
    State,
)
from bina.science.psychometrics.climbing import climb
from bina.science.psychometrics.models import ScoredItems

_NEWTON_STEPS = 3
_FARTHEST_PLACE = 12.0  # of a difficulty from the first group's mean, in its sd


def calibrate(
    scores: ArrayLike,
    *,
    model: Model = Model.TWO_PARAMETER,
    groups: ArrayLike | None = None,
    first_mean: float = 0.0,
    first_sd: float = 1.0,
    start: ScoredItems | None = None,
    anchored: ArrayLike | None = None,
    priors: Priors | None = None,
    fewest_answers: int = 30,
    tolerance: float = 1e-4,
    most_rounds: int = 500,
) -> Calibration:
    """Estimate item parameters by marginal maximum likelihood with the EM algorithm (Bock & Aitkin 1981).

    `scores` is persons x items, 0 or 1, NaN where a person did not see the item: missing by design costs nothing but
    precision, because each person's likelihood is of the answers given. Abilities are integrated over an even grid.

    The scale is fixed by the first group, N(first_mean, first_sd^2); the other groups' means and sds are estimated
    (`groups`: one index per person). With `anchored` items (True per item; their parameters are taken from `start` and
    stay) the anchors fix the scale instead and every group is estimated: so pilot items land on the scale of live ones.
    `start` alone is a warm start. EM steps are accelerated by squared extrapolation (Varadhan & Roland 2008, SQUAREM S3),
    taken back where the likelihood would fall.

    Standard errors come from the cross-products of each person's slope of the marginal log-likelihood (the empirical
    Fisher information, Meilijson 1989) plus the curvature of the priors, carried to slope and difficulty by the delta
    method; the group parameters are held.

    Raises TooFewAnswersError if an estimated item has fewer than `fewest_answers` answers, and ValueError for scores
    other than 0, 1 and NaN, an estimated item that everybody answered alike, a group index without anybody, or anchors
    without `start`.
    """
    problem = Problem.of(
        scores, model, groups, first_mean, first_sd, start, anchored, priors or Priors(), fewest_answers
    )
    state, rounds, converged = _maximise(problem, tolerance, most_rounds)
    return report(problem, state, rounds, converged)


def _maximise(problem: Problem, tolerance: float, most_rounds: int) -> tuple[State, int, bool]:
    """The state at the top of the posterior, by accelerated EM."""
    guesses = problem.model is Model.THREE_PARAMETER

    def at(flat: FloatArray) -> State:
        return problem.start.at(flat, guesses=guesses)

    def improve(flat: FloatArray) -> tuple[FloatArray, float]:
        state = at(flat)
        counts = problem.expect(state)
        return _improved(problem, state, counts).flat(), counts.log_likelihood + problem.penalty(state)

    flat, rounds, converged = climb(
        problem.start.flat(), improve, tolerance=tolerance, most_rounds=most_rounds,
        change=lambda before, after: _largest(problem, at(before), at(after)),
    )  # fmt: skip
    return at(flat), rounds, converged


def _largest(problem: Problem, old: State, new: State) -> float:
    """The largest change, on the scales people read: logit at the grid's middle, log slope, group mean and sd."""
    spread = problem.start.sds[0]
    changes = [
        np.abs(new.intercept - old.intercept) / np.maximum(1.0, np.abs(new.intercept)),
        np.abs(np.log(new.slope / old.slope)), np.abs(new.guessing - old.guessing),
        np.abs(new.means - old.means) / spread, np.abs(np.log(new.sds / old.sds)),
    ]  # fmt: skip
    return float(max(change.max(initial=0.0) for change in changes))


def _improved(problem: Problem, state: State, counts: Counts) -> State:
    """The M step: a few Newton steps per item on the expected counts, and the moments of the groups."""
    slope, intercept, guessing = state.slope.copy(), state.intercept.copy(), state.guessing.copy()
    free = np.flatnonzero(problem.free)
    if free.size:
        right, answered = counts.right[:, free], counts.answered[:, free]
        if problem.model is Model.THREE_PARAMETER:
            slope[free], intercept[free], guessing[free] = _guessing_step(
                problem, slope[free], intercept[free], guessing[free], right, answered
            )
        else:
            slope[free], intercept[free] = _logistic_step(problem, slope[free], intercept[free], right, answered)
    means, sds = _moments(problem, state, counts)
    return State(slope, intercept, guessing, means, sds)


def _moments(problem: Problem, state: State, counts: Counts) -> tuple[FloatArray, FloatArray]:
    people = counts.weight.sum(axis=1)
    means = counts.weight @ problem.nodes / people
    sds = np.sqrt(np.maximum(counts.weight @ problem.nodes**2 / people - means**2, 1e-4))
    if problem.anchors is None:
        means[0], sds[0] = problem.start.means[0], problem.start.sds[0]
    return means, sds


def _logistic_step(
    problem: Problem, slope: FloatArray, intercept: FloatArray, right: FloatArray, answered: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Weighted logistic regression of right answers on the nodes; one common slope for the Rasch model."""
    theta = problem.nodes[:, None]
    common = problem.model is Model.RASCH
    for _ in range(_NEWTON_STEPS):
        chance = special.expit(theta * slope + intercept)
        surprise, spread = right - answered * chance, answered * chance * (1 - chance)
        to_slope, to_place = (surprise * theta).sum(axis=0), surprise.sum(axis=0)
        ss, sp, pp = (spread * theta**2).sum(axis=0), (spread * theta).sum(axis=0), spread.sum(axis=0)
        if problem.priors.log_slope and not common:
            mean, sd = problem.priors.log_slope
            to_slope -= (np.log(slope) - mean) / (sd**2 * slope)
            ss += 1 / (sd**2 * slope**2)
        if problem.priors.place:
            mean, sd = problem.priors.place
            away = (-intercept / slope - mean) / sd**2
            place = -intercept / slope
            to_place += away / slope
            to_slope += away * place / slope
            pp += 1 / (sd * slope) ** 2
            ss += (place / (sd * slope)) ** 2
            sp += place / (sd * slope) ** 2
        if common:
            # the intercepts are eliminated from the one equation of the common slope
            turn = (to_slope - sp / pp * to_place).sum() / (ss - sp**2 / pp).sum()
            move = (to_place - sp * turn) / pp
            slope = np.clip(slope + turn, SMALLEST_SLOPE, LARGEST_SLOPE)
        else:
            determinant = np.maximum(ss * pp - sp**2, 1e-12)
            turn = (pp * to_slope - sp * to_place) / determinant
            move = (ss * to_place - sp * to_slope) / determinant
            slope = np.clip(slope + np.clip(turn, -slope / 2, slope), SMALLEST_SLOPE, LARGEST_SLOPE)
        intercept = intercept + np.clip(move, -2.0, 2.0)
        farthest = slope * (_FARTHEST_PLACE * problem.start.sds[0] + abs(problem.start.means[0]))
        intercept = np.clip(intercept, -farthest, farthest)
    return slope, intercept


def _guessing_step(
    problem: Problem,
    slope: FloatArray,
    intercept: FloatArray,
    guess: FloatArray,
    right: FloatArray,
    answered: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Within each M step one more EM: a right answer was either known or guessed (Béguin & Glas 2001, with their w).

    Given the split, slope and intercept are a logistic regression on knowing, and guessing has a closed form under its
    beta prior. Never lowers the likelihood, unlike Newton on three correlated numbers.
    """
    theta = problem.nodes[:, None]
    a, b = problem.priors.guessing or (1.0, 1.0)
    for _ in range(4):
        knows = special.expit(theta * slope + intercept)
        known = right * knows / np.maximum(knows + guess * (1 - knows), 1e-12)
        slope, intercept = _logistic_step(problem, slope, intercept, known, answered)
        unknown = (answered - known).sum(axis=0)
        lucky = (right - known).sum(axis=0)
        guess = np.clip((lucky + a - 1) / np.maximum(unknown + a + b - 2, 1e-9), 0.0, LARGEST_GUESS)
    return slope, intercept, guess
