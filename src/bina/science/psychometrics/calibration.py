"""Item parameters from answers: marginal maximum likelihood for the Rasch, 2PL and 3PL models."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from bina.science.arrays import BoolArray, FloatArray, IntArray, as_floats, as_indices
from bina.science.psychometrics.climbing import climb
from bina.science.psychometrics.model_fit import ModelFit
from bina.science.psychometrics.models import ScoredItems

_NODES = 61
_REACH = 6.0  # of the grid, in sd of the widest group, on both sides of the outermost mean
_CELLS_AT_ONCE = 4_000_000
_NEWTON_STEPS = 3
_SMALLEST_SLOPE, _LARGEST_SLOPE = 0.05, 8.0
_FARTHEST_PLACE = 12.0  # of a difficulty from the first group's mean, in its sd
_LARGEST_GUESS = 0.6


class Model(StrEnum):
    """What differs between items: only difficulty (one common slope), also the slope, also the chance of guessing."""

    RASCH = "1pl"
    TWO_PARAMETER = "2pl"
    THREE_PARAMETER = "3pl"


class TooFewAnswersError(ValueError):
    """The data cannot carry the calibration; ``shortfalls`` says, item by item, how many answers are missing."""

    def __init__(self, shortfalls: dict[int, int], needed: int) -> None:
        super().__init__(f"{len(shortfalls)} item(s) have fewer than {needed} answers")
        self.shortfalls = shortfalls
        self.needed = needed


@dataclass(frozen=True)
class Priors:
    """What keeps estimates from running away where data are thin; each may be None.

    log_slope: mean and sd of the natural logarithm of the slope. place: mean and sd of the difficulty. guessing: the two
    parameters of a beta distribution (Mislevy 1986), used by the 3PL model only.
    """

    log_slope: tuple[float, float] | None = None
    place: tuple[float, float] | None = None
    guessing: tuple[float, float] | None = (5.0, 17.0)


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
    problem = _Problem.of(
        scores, model, groups, first_mean, first_sd, start, anchored, priors or Priors(), fewest_answers
    )
    state, rounds, converged = _maximise(problem, tolerance, most_rounds)
    return _report(problem, state, rounds, converged)


@dataclass(frozen=True, eq=False)
class _State:
    """One point of the search: slope a, intercept d = -a b, guessing c per item; mean and sd per group."""

    slope: FloatArray
    intercept: FloatArray
    guessing: FloatArray
    means: FloatArray
    sds: FloatArray

    def flat(self) -> FloatArray:
        """All numbers in one row, on scales without ends."""
        return np.concatenate(
            [
                np.log(self.slope),
                self.intercept,
                special.logit(np.clip(self.guessing, 1e-6, None)),
                self.means,
                np.log(self.sds),
            ]
        )

    def at(self, flat: FloatArray, *, guesses: bool) -> "_State":
        """The state that a row of numbers stands for, kept within its bounds."""
        items, groups = len(self.slope), len(self.means)
        slope, intercept, guessing, means, sds = np.split(flat, [items, 2 * items, 3 * items, 3 * items + groups])
        return _State(
            np.clip(np.exp(slope), _SMALLEST_SLOPE, _LARGEST_SLOPE),
            intercept,
            np.clip(special.expit(guessing), 0, _LARGEST_GUESS) if guesses else self.guessing,
            means,
            np.exp(sds),
        )


@dataclass(frozen=True, eq=False)
class _Counts:
    """What the E step leaves: expected answers and right answers per item and node, weight per group and node."""

    answered: FloatArray
    right: FloatArray
    weight: FloatArray
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class _Problem:
    """The data and everything that stays the same in the search."""

    right: FloatArray  # persons x items: 1 for a right answer
    seen: FloatArray | None  # persons x items: 1 for an answer; None if everybody answered everything
    group: IntArray
    group_count: int
    model: Model
    free: BoolArray
    priors: Priors
    start: _State
    anchors: ScoredItems | None
    nodes: FloatArray

    @classmethod
    def of(
        cls, scores: ArrayLike, model: Model, groups: ArrayLike | None, first_mean: float, first_sd: float,
        start: ScoredItems | None, anchored: ArrayLike | None, priors: Priors, fewest: int,
    ) -> "_Problem":  # fmt: skip
        """Check what was given and make the data ready."""
        answers = as_floats("scores", scores, ndim=2, at_least=0, at_most=1, missing=True)
        persons, items = answers.shape
        absent = np.isnan(answers)
        if ((answers != 0) & (answers != 1) & ~absent).any():
            raise ValueError("scores must be 0, 1 or missing (NaN)")
        fixed = np.zeros(items, dtype=np.bool_) if anchored is None else np.asarray(anchored, dtype=np.bool_)
        if fixed.shape != (items,):
            raise ValueError(f"anchored must have one entry per item ({items})")
        if start is not None and len(start) != items:
            raise ValueError(f"start must have one entry per item ({items})")
        if fixed.any() and start is None:
            raise ValueError("anchored items need their parameters in start")
        count = persons - absent.sum(axis=0)
        short = np.flatnonzero(~fixed & (count < fewest))
        if short.size:
            raise TooFewAnswersError({int(item): int(fewest - count[item]) for item in short}, fewest)
        total = np.nansum(answers, axis=0)
        alike = np.flatnonzero(~fixed & ((total == 0) | (total == count)))
        if alike.size:
            raise ValueError(f"everybody answered alike: items {', '.join(map(str, alike.tolist()))}")
        group = np.zeros(persons, dtype=np.int64) if groups is None else as_indices("groups", groups)
        if group.shape != (persons,):
            raise ValueError(f"groups must have one entry per person ({persons})")
        group_count = int(group.max(initial=0)) + 1
        if (np.bincount(group, minlength=group_count) == 0).any():
            raise ValueError("every group up to the highest index needs somebody")
        as_floats("first_sd", first_sd, above=0)
        if start is None:
            share = (total + 0.5) / (count + 1)
            # the curve averaged over the abilities is flatter than the curve itself (Lord 1980, eq. 3-9)
            slope = np.full(items, 1.0 / first_sd)
            stretch = np.sqrt(1 + (slope * first_sd / 1.702) ** 2)
            intercept = special.logit(share) * stretch - slope * first_mean
            guess = np.zeros(items)
        else:
            slope, intercept = start.discrimination.copy(), -start.discrimination * start.difficulty
            guess = start.guessing.copy()
        if model is Model.RASCH:
            slope = np.where(fixed, slope, float(np.exp(np.log(slope[~fixed]).mean()))) if (~fixed).any() else slope
        if model is Model.THREE_PARAMETER and start is None:
            a, b = priors.guessing or (5.0, 17.0)
            guess = np.full(items, (a - 1) / (a + b - 2) if a > 1 else 0.1)
        first = _State(slope, intercept, guess, np.full(group_count, first_mean), np.full(group_count, first_sd))
        nodes = first_mean + first_sd * np.linspace(-_REACH, _REACH, _NODES)
        return cls(
            np.nan_to_num(answers, nan=0.0), (~absent).astype(np.float64) if absent.any() else None, group, group_count,
            model, ~fixed, priors, first, start if fixed.any() else None, nodes,
        )  # fmt: skip

    def curves(self, state: _State) -> tuple[FloatArray, FloatArray, FloatArray]:
        """P, log P and log (1 - P), each nodes x items."""
        logit = np.outer(self.nodes, state.slope) + state.intercept
        knows_log, not_log = special.log_expit(logit), special.log_expit(-logit)
        if not state.guessing.any():
            return np.exp(knows_log), knows_log, not_log
        with np.errstate(divide="ignore"):
            log_right = np.logaddexp(knows_log, np.log(state.guessing) + not_log)
        return np.exp(log_right), log_right, np.log1p(-state.guessing) + not_log

    def log_weights(self, state: _State) -> FloatArray:
        """Logarithm of the share of each group at each node, groups x nodes."""
        height = -(((self.nodes - state.means[:, None]) / state.sds[:, None]) ** 2) / 2
        shares: FloatArray = height - special.logsumexp(height, axis=1, keepdims=True)
        return shares

    def portions(self) -> list[slice]:
        """Persons in portions, so that memory stays flat."""
        size = max(1, _CELLS_AT_ONCE // len(self.nodes))
        return [slice(start, start + size) for start in range(0, len(self.right), size)]

    def posterior(
        self, rows: slice, odds: FloatArray, wrong: FloatArray, weights: FloatArray
    ) -> tuple[FloatArray, float]:
        """Share of each person at each node, and the log-likelihood of these persons."""
        height = self.right[rows] @ odds
        height += wrong.sum(axis=0) if self.seen is None else self.seen[rows] @ wrong
        height += weights[self.group[rows]]
        top = height.max(axis=1, keepdims=True)
        height -= top
        np.exp(height, out=height)
        total = height.sum(axis=1, keepdims=True)
        height /= total
        return height, float(np.log(total).sum() + top.sum())

    def expect(self, state: _State) -> _Counts:
        """The E step: where everybody stands, given the parameters."""
        _right, log_right, log_wrong = self.curves(state)
        odds, wrong = np.ascontiguousarray((log_right - log_wrong).T), np.ascontiguousarray(log_wrong.T)
        weights = self.log_weights(state)
        items, nodes = len(state.slope), len(self.nodes)
        right, answered = np.zeros((nodes, items)), np.zeros((nodes, items))
        weight = np.zeros((self.group_count, nodes))
        likelihood = 0.0
        for rows in self.portions():
            posterior, part = self.posterior(rows, odds, wrong, weights)
            likelihood += part
            right += posterior.T @ self.right[rows]
            if self.seen is not None:
                answered += posterior.T @ self.seen[rows]
            if self.group_count == 1:
                weight[0] += posterior.sum(axis=0)
            else:
                for group in range(self.group_count):
                    weight[group] += posterior[self.group[rows] == group].sum(axis=0)
        if self.seen is None:
            answered += weight.sum(axis=0)[:, None]
        return _Counts(answered, right, weight, likelihood)

    def penalty(self, state: _State) -> float:
        """Logarithm of the priors' density, up to a constant."""
        total = 0.0
        if self.priors.log_slope and self.model is not Model.RASCH:
            mean, sd = self.priors.log_slope
            total -= float((((np.log(state.slope) - mean) / sd)[self.free] ** 2).sum() / 2)
        if self.priors.place:
            mean, sd = self.priors.place
            total -= float((((-state.intercept / state.slope - mean) / sd)[self.free] ** 2).sum() / 2)
        if self.priors.guessing and self.model is Model.THREE_PARAMETER:
            a, b = self.priors.guessing
            guess = np.clip(state.guessing[self.free], 1e-9, 1 - 1e-9)
            total += float(((a - 1) * np.log(guess) + (b - 1) * np.log1p(-guess)).sum())
        return total


def _maximise(problem: _Problem, tolerance: float, most_rounds: int) -> tuple[_State, int, bool]:
    """The state at the top of the posterior, by accelerated EM."""
    guesses = problem.model is Model.THREE_PARAMETER

    def at(flat: FloatArray) -> _State:
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


def _largest(problem: _Problem, old: _State, new: _State) -> float:
    """The largest change, on the scales people read: logit at the grid's middle, log slope, group mean and sd."""
    spread = problem.start.sds[0]
    changes = [
        np.abs(new.intercept - old.intercept) / np.maximum(1.0, np.abs(new.intercept)),
        np.abs(np.log(new.slope / old.slope)), np.abs(new.guessing - old.guessing),
        np.abs(new.means - old.means) / spread, np.abs(np.log(new.sds / old.sds)),
    ]  # fmt: skip
    return float(max(change.max(initial=0.0) for change in changes))


def _improved(problem: _Problem, state: _State, counts: _Counts) -> _State:
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
    return _State(slope, intercept, guessing, means, sds)


def _moments(problem: _Problem, state: _State, counts: _Counts) -> tuple[FloatArray, FloatArray]:
    people = counts.weight.sum(axis=1)
    means = counts.weight @ problem.nodes / people
    sds = np.sqrt(np.maximum(counts.weight @ problem.nodes**2 / people - means**2, 1e-4))
    if problem.anchors is None:
        means[0], sds[0] = problem.start.means[0], problem.start.sds[0]
    return means, sds


def _logistic_step(
    problem: _Problem, slope: FloatArray, intercept: FloatArray, right: FloatArray, answered: FloatArray
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
            slope = np.clip(slope + turn, _SMALLEST_SLOPE, _LARGEST_SLOPE)
        else:
            determinant = np.maximum(ss * pp - sp**2, 1e-12)
            turn = (pp * to_slope - sp * to_place) / determinant
            move = (ss * to_place - sp * to_slope) / determinant
            slope = np.clip(slope + np.clip(turn, -slope / 2, slope), _SMALLEST_SLOPE, _LARGEST_SLOPE)
        intercept = intercept + np.clip(move, -2.0, 2.0)
        farthest = slope * (_FARTHEST_PLACE * problem.start.sds[0] + abs(problem.start.means[0]))
        intercept = np.clip(intercept, -farthest, farthest)
    return slope, intercept


def _guessing_step(
    problem: _Problem,
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
        guess = np.clip((lucky + a - 1) / np.maximum(unknown + a + b - 2, 1e-9), 0.0, _LARGEST_GUESS)
    return slope, intercept, guess


def _report(problem: _Problem, state: _State, rounds: int, converged: bool) -> Calibration:
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
    seen = np.full(len(items), len(problem.right)) if problem.seen is None else problem.seen.sum(axis=0)
    return Calibration(
        items=items, standard_errors=errors, group_means=state.means, group_sds=state.sds,
        log_likelihood=counts.log_likelihood, parameter_count=int(problem.free.sum()) * per_item + common + 2 * groups,
        rounds=rounds, converged=converged, persons=len(problem.right), answers=seen.astype(np.int64), misfit=misfit,
        infit=infit, outfit=outfit,
    )  # fmt: skip


def _fit_and_errors(problem: _Problem, state: _State, curve: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
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
        posterior, _part = problem.posterior(rows, odds, wrong, weights)
        right = problem.right[rows]
        seen = np.ones_like(right) if problem.seen is None else problem.seen[rows]
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


def _smaller(problem: _Problem, items: int) -> list[slice]:
    size = max(1, _CELLS_AT_ONCE // (4 * max(items, len(problem.nodes))))
    return [slice(start, start + size) for start in range(0, len(problem.right), size)]


def _errors(problem: _Problem, state: _State, cross: FloatArray) -> FloatArray:
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
