"""The data of one calibration, checked and made ready, and what an E step makes of them."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from bina.science.arrays import BoolArray, FloatArray, IntArray, as_floats, as_indices
from bina.science.psychometrics.models import ScoredItems

_NODES = 61
_REACH = 6.0  # of the grid, in sd of the widest group, on both sides of the outermost mean
CELLS_AT_ONCE = 4_000_000
SMALLEST_SLOPE, LARGEST_SLOPE = 0.05, 8.0
LARGEST_GUESS = 0.6


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


@dataclass(frozen=True, eq=False)
class State:
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

    def at(self, flat: FloatArray, *, guesses: bool) -> "State":
        """The state that a row of numbers stands for, kept within its bounds."""
        items, groups = len(self.slope), len(self.means)
        slope, intercept, guessing, means, sds = np.split(flat, [items, 2 * items, 3 * items, 3 * items + groups])
        return State(
            np.clip(np.exp(slope), SMALLEST_SLOPE, LARGEST_SLOPE),
            intercept,
            np.clip(special.expit(guessing), 0, LARGEST_GUESS) if guesses else self.guessing,
            means,
            np.exp(sds),
        )


@dataclass(frozen=True, eq=False)
class Counts:
    """What the E step leaves: expected answers and right answers per item and node, weight per group and node."""

    answered: FloatArray
    right: FloatArray
    weight: FloatArray
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class Problem:
    """The data and everything that stays the same in the search."""

    # Kept in one byte a cell, because there may be millions of persons.
    right: NDArray[np.int8]  # persons x items: 1 for a right answer
    seen: NDArray[np.int8] | None  # persons x items: 1 for an answer; None if everybody answered everything
    group: IntArray
    group_count: int
    model: Model
    free: BoolArray
    priors: Priors
    start: State
    anchors: ScoredItems | None
    nodes: FloatArray

    @classmethod
    def of(
        cls, scores: ArrayLike, model: Model, groups: ArrayLike | None, first_mean: float, first_sd: float,
        start: ScoredItems | None, anchored: ArrayLike | None, priors: Priors, fewest: int,
    ) -> "Problem":  # fmt: skip
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
        first = State(slope, intercept, guess, np.full(group_count, first_mean), np.full(group_count, first_sd))
        nodes = first_mean + first_sd * np.linspace(-_REACH, _REACH, _NODES)
        return cls(
            (answers == 1).astype(np.int8), (~absent).astype(np.int8) if absent.any() else None, group, group_count,
            model, ~fixed, priors, first, start if fixed.any() else None, nodes,
        )  # fmt: skip

    def curves(self, state: State) -> tuple[FloatArray, FloatArray, FloatArray]:
        """P, log P and log (1 - P), each nodes x items."""
        logit = np.outer(self.nodes, state.slope) + state.intercept
        knows_log, not_log = special.log_expit(logit), special.log_expit(-logit)
        if not state.guessing.any():
            return np.exp(knows_log), knows_log, not_log
        with np.errstate(divide="ignore"):
            log_right = np.logaddexp(knows_log, np.log(state.guessing) + not_log)
        return np.exp(log_right), log_right, np.log1p(-state.guessing) + not_log

    def log_weights(self, state: State) -> FloatArray:
        """Logarithm of the share of each group at each node, groups x nodes."""
        height = -(((self.nodes - state.means[:, None]) / state.sds[:, None]) ** 2) / 2
        shares: FloatArray = height - special.logsumexp(height, axis=1, keepdims=True)
        return shares

    def portions(self) -> list[slice]:
        """Persons in portions, so that memory stays flat."""
        size = max(1, CELLS_AT_ONCE // len(self.nodes))
        return [slice(start, start + size) for start in range(0, len(self.right), size)]

    def answers(self, rows: slice) -> tuple[FloatArray, FloatArray | None]:
        """Right and given answers of some persons, as numbers to calculate with."""
        return self.right[rows].astype(np.float64), None if self.seen is None else self.seen[rows].astype(np.float64)

    def posterior(
        self,
        right: FloatArray,
        seen: FloatArray | None,
        odds: FloatArray,
        wrong: FloatArray,
        weights: FloatArray,
    ) -> tuple[FloatArray, float]:
        """Share of each person at each node, and the log-likelihood of these persons; ``weights`` has a row per person."""
        height = right @ odds
        height += wrong.sum(axis=0) if seen is None else seen @ wrong
        height += weights
        top = height.max(axis=1, keepdims=True)
        height -= top
        np.exp(height, out=height)
        total = height.sum(axis=1, keepdims=True)
        height /= total
        return height, float(np.log(total).sum() + top.sum())

    def expect(self, state: State) -> Counts:
        """The E step: where everybody stands, given the parameters."""
        _right, log_right, log_wrong = self.curves(state)
        odds, wrong = np.ascontiguousarray((log_right - log_wrong).T), np.ascontiguousarray(log_wrong.T)
        weights = self.log_weights(state)
        items, nodes = len(state.slope), len(self.nodes)
        right, answered = np.zeros((nodes, items)), np.zeros((nodes, items))
        weight = np.zeros((self.group_count, nodes))
        likelihood = 0.0
        for rows in self.portions():
            solved, seen = self.answers(rows)
            posterior, part = self.posterior(solved, seen, odds, wrong, weights[self.group[rows]])
            likelihood += part
            right += posterior.T @ solved
            if seen is not None:
                answered += posterior.T @ seen
            if self.group_count == 1:
                weight[0] += posterior.sum(axis=0)
            else:
                for group in range(self.group_count):
                    weight[group] += posterior[self.group[rows] == group].sum(axis=0)
        if self.seen is None:
            answered += weight.sum(axis=0)[:, None]
        return Counts(answered, right, weight, likelihood)

    def penalty(self, state: State) -> float:
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
