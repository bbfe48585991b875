"""What is said about a finished calibration: parameters, their standard errors, and how well the items fit."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from bina.science.arrays import FloatArray, IntArray
from bina.science.psychometrics.calibration.problem import CELLS_AT_ONCE, Model, Problem, State
from bina.science.psychometrics.model_fit import ModelFit
from bina.science.psychometrics.models import ScoredItems


@dataclass(frozen=True, eq=False, kw_only=True)
class Calibration(ModelFit):
    """The result of one calibration.

    items: the parameters. standard_errors (items x 3): of slope, difficulty and guessing, NaN for what was not estimated.
    group_means, group_sds: of the ability in each group. answers: per item. misfit (RMSD, 0 to 1): the distance between the
    item's curve and what people of each ability really answered, weighted by their number (0.1 is the usual bound, as in
    PISA 2015). infit, outfit: mean squares, 1 expected.
    """

    items: ScoredItems
    standard_errors: FloatArray
    group_means: FloatArray
    group_sds: FloatArray
    answers: IntArray
    misfit: FloatArray
    infit: FloatArray
    outfit: FloatArray


def report(problem: Problem, state: State, rounds: int, converged: bool) -> Calibration:
    """Everything that is said about the state where a search ended."""
    counts = problem.expect(state)
    curve = problem.curves(state)[0]
    slope, place, guessing = state.slope, -state.intercept / state.slope, state.guessing
    if problem.anchors is not None:
        given = problem.anchors
        slope = np.where(problem.free, slope, given.discrimination)
        place = np.where(problem.free, place, given.difficulty)
        guessing = np.where(problem.free, guessing, given.guessing)
    items = ScoredItems(slope, place, guessing)
    per_item = {Model.RASCH: 1, Model.TWO_PARAMETER: 2, Model.THREE_PARAMETER: 3}[problem.model]
    groups = problem.group_count - (1 if problem.anchors is None else 0)
    common = 1 if problem.model is Model.RASCH and problem.free.any() else 0
    share = counts.answered / np.maximum(counts.answered.sum(axis=0), 1e-12)
    observed = counts.right / np.maximum(counts.answered, 1e-12)
    misfit = np.sqrt((share * (observed - curve) ** 2).sum(axis=0))
    infit, outfit, errors = _fit_and_errors(problem, state, curve)
    seen = np.full(len(items), len(problem.right)) if problem.seen is None else problem.seen.sum(axis=0, dtype=np.int64)
    return Calibration(
        items=items, standard_errors=errors, group_means=state.means, group_sds=state.sds,
        log_likelihood=counts.log_likelihood, parameter_count=int(problem.free.sum()) * per_item + common + 2 * groups,
        rounds=rounds, converged=converged, persons=len(problem.right), answers=seen.astype(np.int64), misfit=misfit,
        infit=infit, outfit=outfit,
    )  # fmt: skip


def _fit_and_errors(problem: Problem, state: State, curve: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean squares of the residuals at everybody's place (averaged over the posterior), and the standard errors."""
    _right, log_right, log_wrong = problem.curves(state)
    odds, wrong = np.ascontiguousarray((log_right - log_wrong).T), np.ascontiguousarray(log_wrong.T)
    weights = problem.log_weights(state)
    items = len(state.slope)
    theta = problem.nodes[:, None]
    # d log P / d logit for a right answer; for a wrong one it is minus the logistic function
    knows = special.expit(theta * state.slope + state.intercept)
    rise = knows * (1 - knows) * (1 - state.guessing)
    if_right, if_wrong = rise / curve, -rise / (1 - curve)
    guess_right, guess_wrong = (1 - knows) / curve, -1 / (1 - state.guessing)
    spread = curve * (1 - curve)
    # for 0/1 answers the squared surprise is linear in the answer: (x - P)^2 = P^2 + x (1 - 2 P)
    blocks = [if_wrong, if_right - if_wrong, if_wrong * theta, (if_right - if_wrong) * theta]
    if problem.model is Model.THREE_PARAMETER:
        blocks += [np.broadcast_to(guess_wrong, curve.shape), guess_right - guess_wrong]
    fits = [curve**2, 1 - 2 * curve, spread, curve**2 / spread, (1 - 2 * curve) / spread]
    size = 3 if problem.model is Model.THREE_PARAMETER else 2
    cross = np.zeros((size * items, size * items))
    squares, expected, standardised, seen_total = (np.zeros(items) for _ in range(4))
    for rows in _smaller(problem, items):
        right, given = problem.answers(rows)
        posterior, _part = problem.posterior(right, given, odds, wrong, weights[problem.group[rows]])
        seen = np.ones_like(right) if given is None else given
        slopes = np.empty((len(right), size * items))
        for place in range(size):
            part = posterior @ blocks[2 * place + 1]
            part *= right
            part += seen * (posterior @ blocks[2 * place])
            slopes[:, place * items : (place + 1) * items] = part
        cross += slopes.T @ slopes
        means = [posterior @ block for block in fits]
        squares += (seen * means[0] + right * means[1]).sum(axis=0)
        expected += (seen * means[2]).sum(axis=0)
        standardised += (seen * means[3] + right * means[4]).sum(axis=0)
        seen_total += seen.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        infit, outfit = squares / expected, standardised / seen_total
    return infit, outfit, _errors(problem, state, cross)


def _smaller(problem: Problem, items: int) -> list[slice]:
    size = max(1, CELLS_AT_ONCE // (4 * max(items, len(problem.nodes))))
    return [slice(start, start + size) for start in range(0, len(problem.right), size)]


def _errors(problem: Problem, state: State, cross: FloatArray) -> FloatArray:
    """Standard errors of slope, difficulty and guessing from the information of intercept, slope and guessing."""
    items = len(state.slope)
    errors = np.full((items, 3), np.nan)
    free = np.flatnonzero(problem.free)
    if not free.size:
        return errors
    count, slope, place = free.size, state.slope[free], (-state.intercept / state.slope)[free]
    size = cross.shape[0] // items
    keep = np.concatenate([free + part * items for part in range(size)])
    wanted = cross[np.ix_(keep, keep)]
    if problem.priors.log_slope and problem.model is not Model.RASCH:
        sd = problem.priors.log_slope[1]
        wanted[np.arange(count, 2 * count), np.arange(count, 2 * count)] += 1 / (sd * slope) ** 2
    if problem.priors.place:
        sd = problem.priors.place[1]
        here, there = np.arange(count), np.arange(count, 2 * count)
        wanted[here, here] += 1 / (sd * slope) ** 2
        wanted[there, there] += (place / (sd * slope)) ** 2
        wanted[here, there] += place / (sd * slope) ** 2
        wanted[there, here] += place / (sd * slope) ** 2
    if size == 3 and problem.priors.guessing:
        a, b = problem.priors.guessing
        guess = np.clip(state.guessing[free], 1e-4, 1 - 1e-4)
        here = np.arange(2 * count, 3 * count)
        wanted[here, here] += np.maximum((a - 1) / guess**2 + (b - 1) / (1 - guess) ** 2, 0.0)
    if problem.model is Model.RASCH:
        # one slope for all: its row is the sum over the items
        gather = np.zeros((2 * count, count + 1))
        gather[np.arange(count), np.arange(count)] = 1
        gather[count:, count] = 1
        inverse = gather @ _inverse(gather.T @ wanted @ gather) @ gather.T
    else:
        inverse = _inverse(wanted)
    variance = np.diag(inverse)
    here, there = np.arange(count), np.arange(count, 2 * count)
    errors[free, 0] = np.sqrt(variance[there])
    # b = -d / a: db = -dd / a - b da / a
    spread = variance[here] + place**2 * variance[there] + 2 * place * inverse[here, there]
    errors[free, 1] = np.sqrt(np.maximum(spread, 0.0)) / slope
    if size == 3:
        errors[free, 2] = np.sqrt(variance[2 * count :])
    return errors


def _inverse(matrix: FloatArray) -> FloatArray:
    """The inverse of an information matrix; where it is singular, the pseudo-inverse, whose errors are then large."""
    scale = 1 / np.sqrt(np.maximum(np.diag(matrix), 1e-12))
    scaled = matrix * scale[:, None] * scale
    try:
        found = np.linalg.inv(scaled)
    except np.linalg.LinAlgError:
        found = np.linalg.pinv(scaled)
    inverse: FloatArray = found * scale[:, None] * scale
    return inverse
