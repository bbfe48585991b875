"""Thresholds and slopes of rating scales from ratings: marginal maximum likelihood for the graded response model."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from bina.science.arrays import BoolArray, FloatArray, IntArray, as_floats, as_number
from bina.science.psychometrics.climbing import climb
from bina.science.psychometrics.model_fit import ModelFit
from bina.science.psychometrics.models import GradedItems, graded_log_probabilities

_NODES = 49
_REACH = 5.0  # of the grid, in sd on both sides of the mean
_CELLS_AT_ONCE = 4_000_000
_SCORING_STEPS = 2
_SMALLEST_SLOPE, _LARGEST_SLOPE = 0.05, 8.0  # per sd of the scale
_SMALLEST_GAP = 1e-3  # between neighbouring intercepts, in logits
_FARTHEST = 40.0  # of an intercept, in logits


class EmptyCategoryError(ValueError):
    """A category that nobody was given has no threshold; ``empty`` lists, item by item, the categories without answers."""

    def __init__(self, empty: dict[int, list[int]]) -> None:
        super().__init__(
            "every category of an item needs an answer; none in "
            + "; ".join(f"item {item}: {', '.join(map(str, gone)) or 'all'}" for item, gone in empty.items())
        )
        self.empty = empty


@dataclass(frozen=True, eq=False, kw_only=True)
class GradedCalibration(ModelFit):
    """The result of one calibration of graded items.

    items: the parameters. discrimination_error (items) and threshold_error (items x K-1, NaN where the item has no such
    threshold): standard errors. answers: per item.
    """

    items: GradedItems
    discrimination_error: FloatArray
    threshold_error: FloatArray
    answers: IntArray


def calibrate_graded(
    categories: ArrayLike,
    *,
    mean: float = 0.0,
    sd: float = 1.0,
    start: GradedItems | None = None,
    tolerance: float = 1e-4,
    most_rounds: int = 500,
) -> GradedCalibration:
    """Estimate slopes and thresholds of the graded response model (Samejima 1969) by EM (Bock & Aitkin 1981).

    `categories` is persons x items with whole numbers from 0, NaN where there is no rating. An item has as many
    categories as its highest answer tells, or as `start` says, and each of them needs an answer. The scale is fixed by
    the persons: theta ~ N(mean, sd^2), integrated over an even grid. `start` is a warm start.

    M step: Fisher scoring of slope and intercepts d_k = -a b_k on the expected counts, whose information per cumulative
    logit is tridiagonal, W_k^2 (1 / P_k + 1 / P_(k-1)) and -W_k W_(k+1) / P_k with W = P* (1 - P*) (Baker & Kim 2004,
    chapter 8). Rounds are accelerated by squared extrapolation (Varadhan & Roland 2008, SQUAREM S3), taken back where
    the likelihood would fall. Standard errors come from the cross-products of each person's slope of the marginal
    log-likelihood (Meilijson 1989), carried to a and b by the delta method.

    Raises EmptyCategoryError where a category has no answer, and ValueError for categories that are not whole numbers
    from 0, an item whose answers are all alike, or a `start` for other items.
    """
    problem = _Problem.of(categories, mean, sd, start)
    flat, rounds, converged = climb(
        problem.start, partial(_improved, problem), tolerance=tolerance, most_rounds=most_rounds
    )
    return _report(problem, flat, rounds, converged)


@dataclass(frozen=True, eq=False)
class _Problem:
    """The answers as marks per item and category, and the grid; parameters live on the standard scale N(0, 1)."""

    marks: FloatArray  # persons x (items * categories): 1 for the answer given
    exists: BoolArray  # items x thresholds
    nodes: FloatArray
    log_weight: FloatArray
    mean: float
    sd: float
    start: FloatArray

    @classmethod
    def of(cls, categories: ArrayLike, mean: float, sd: float, start: GradedItems | None) -> "_Problem":
        """Check what was given and make the data ready."""
        answers = as_floats("categories", categories, ndim=2, at_least=0, missing=True)
        persons, items = answers.shape
        centre, spread = float(as_floats("mean", mean, ndim=0)), as_number("sd", sd, above=0, below=np.inf)
        absent = np.isnan(answers)
        if ((answers != np.floor(answers)) & ~absent).any():
            raise ValueError("categories must be whole numbers from 0 or missing (NaN)")
        if start is not None and len(start) != items:
            raise ValueError(f"start must have one entry per item ({items})")
        if persons == 0 or items == 0 or absent.all(axis=0).any():
            raise EmptyCategoryError({int(item): [] for item in np.flatnonzero(absent.all(axis=0))})
        sizes = np.nanmax(answers, axis=0).astype(np.int64) + 1
        if start is not None:
            if (sizes > start.categories).any():
                raise ValueError("start has fewer categories than the answers of an item")
            sizes = start.categories.astype(np.int64)
        widest = int(sizes.max())
        marks = (answers[:, :, None] == np.arange(widest)).astype(np.float64)
        given = marks.sum(axis=0)
        gone = (given == 0) & (np.arange(widest) < sizes[:, None])
        if gone.any():
            raise EmptyCategoryError(
                {int(item): np.flatnonzero(gone[item]).tolist() for item in np.flatnonzero(gone.any(axis=1))}
            )
        if (sizes < 2).any():
            alike = ", ".join(map(str, np.flatnonzero(sizes < 2).tolist()))
            raise ValueError(f"everybody answered alike: items {alike}")
        exists = np.arange(1, widest) < sizes[:, None]
        if start is None:
            at_least = given[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:] / given.sum(axis=1, keepdims=True)
            slope = np.full(items, 1.2)
            # the curve averaged over the abilities is flatter than the curve itself (Lord 1980, eq. 3-9)
            intercept = np.log(np.where(exists, at_least / (1 - np.where(exists, at_least, 0.5)), 1.0)) * 1.2
        else:
            slope = start.discrimination * spread
            intercept = np.where(exists, -start.discrimination[:, None] * (start.thresholds - centre), 0.0)
        nodes = np.linspace(-_REACH, _REACH, _NODES)
        log_weight = -(nodes**2) / 2
        log_weight -= np.log(np.exp(log_weight).sum())
        return cls(
            marks.reshape(persons, items * widest), exists, nodes, log_weight, centre, spread,
            _flat(slope, intercept, exists),
        )  # fmt: skip

    def curves(self, slope: FloatArray, intercept: FloatArray) -> FloatArray:
        """Log probability of each category, nodes x items x categories; 0 for a category that is never chosen."""
        items = GradedItems(slope, np.where(self.exists, -intercept / slope[:, None], np.nan))
        return np.maximum(graded_log_probabilities(self.nodes, items), -700.0)

    def posteriors(self, curves: FloatArray) -> Iterator[tuple[FloatArray, FloatArray, float]]:
        """Per portion of persons: their marks, their share at each node, and their log-likelihood."""
        flat = np.ascontiguousarray(curves.reshape(len(self.nodes), -1).T)
        size = max(1, _CELLS_AT_ONCE // len(self.nodes))
        for start in range(0, len(self.marks), size):
            marks = self.marks[start : start + size]
            height = marks @ flat + self.log_weight
            top = height.max(axis=1, keepdims=True)
            np.exp(height - top, out=height)
            total = height.sum(axis=1, keepdims=True)
            height /= total
            yield marks, height, float(np.log(total).sum() + top.sum())

    def expect(self, curves: FloatArray) -> tuple[FloatArray, float]:
        """The E step: expected answers per node, item and category, and the log-likelihood."""
        counts, likelihood = np.zeros((len(self.nodes), self.marks.shape[1])), 0.0
        for marks, share, part in self.posteriors(curves):
            counts += share.T @ marks
            likelihood += part
        return counts.reshape(curves.shape), likelihood


def _flat(slope: FloatArray, intercept: FloatArray, exists: BoolArray) -> FloatArray:
    """One row on scales without ends: log slopes, first intercepts, log gaps down to the following ones."""
    gaps = np.where(exists[:, 1:], np.maximum(intercept[:, :-1] - intercept[:, 1:], _SMALLEST_GAP), 1.0)
    return np.concatenate([np.log(slope), intercept[:, 0], np.log(gaps).ravel()])


def _parts(flat: FloatArray, exists: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Slopes and intercepts (0 where there is none) that a row stands for, kept within their bounds."""
    items, width = exists.shape
    slope = np.clip(np.exp(np.clip(flat[:items], -9, 9)), _SMALLEST_SLOPE, _LARGEST_SLOPE)
    first = np.clip(flat[items : 2 * items], -_FARTHEST, _FARTHEST)
    gaps = np.exp(np.clip(flat[2 * items :], np.log(_SMALLEST_GAP), np.log(_FARTHEST))).reshape(items, width - 1)
    intercept = first[:, None] - np.concatenate([np.zeros((items, 1)), gaps.cumsum(axis=1)], axis=1)
    return slope, np.where(exists, intercept, 0.0)


def _improved(problem: _Problem, flat: FloatArray) -> tuple[FloatArray, float]:
    """One round of EM, and the log-likelihood before it."""
    slope, intercept = _parts(flat, problem.exists)
    curves = problem.curves(slope, intercept)
    counts, likelihood = problem.expect(curves)
    height = (counts * curves).sum(axis=(0, 2))
    for _ in range(_SCORING_STEPS):
        turn, move = _scoring_step(problem, slope, intercept, curves, counts)
        # halved per item until the expected likelihood no longer falls, with thresholds in order
        scale = np.ones(len(slope))
        for _halving in range(8):
            there = _parts(
                _flat(
                    np.maximum(slope + scale * turn, _SMALLEST_SLOPE), intercept + scale[:, None] * move, problem.exists
                ),
                problem.exists,
            )
            curves = problem.curves(*there)
            reached = (counts * curves).sum(axis=(0, 2))
            worse = reached < height - 1e-9 * np.abs(height)
            if not worse.any():
                break
            scale[worse] /= 2
        slope = np.where(worse, slope, there[0])
        intercept = np.where(worse[:, None], intercept, there[1])
        curves = problem.curves(slope, intercept)
        height = (counts * curves).sum(axis=(0, 2))
    return _flat(slope, intercept, problem.exists), likelihood


def _neighbours(curves: FloatArray, exists: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """W_k per threshold, W_k / P_k and W_k / P_(k-1): what derivatives by the cumulative logits are made of."""
    share = np.exp(curves)
    at_least = share[:, :, ::-1].cumsum(axis=2)[:, :, ::-1][:, :, 1:]
    below = share.cumsum(axis=2)[:, :, :-1]
    spread = np.where(exists, at_least * below, 0.0)
    return spread, spread / share[:, :, 1:], spread / share[:, :, :-1]


def _scoring_step(
    problem: _Problem, slope: FloatArray, intercept: FloatArray, curves: FloatArray, counts: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Change of slope and intercepts by Fisher scoring on the expected counts, all items at once."""
    items, width = intercept.shape
    theta = problem.nodes[:, None, None]
    spread, over, under = _neighbours(curves, problem.exists)
    pull = counts[:, :, 1:] * over - counts[:, :, :-1] * under
    seen = counts.sum(axis=2, keepdims=True)
    main = seen * spread * (over + under)
    side = -seen * spread[:, :, 1:] * over[:, :, :-1]
    # a change of the slope moves all logits by theta, so its row is the sum of theirs
    across = main.copy()
    across[:, :, :-1] += side
    across[:, :, 1:] += side
    matrix = np.zeros((items, width + 1, width + 1))
    place = np.arange(width)
    matrix[:, place, place] = main.sum(axis=0) + np.where(problem.exists, 1e-9, 1.0)
    matrix[:, place[:-1], place[1:]] = matrix[:, place[1:], place[:-1]] = side.sum(axis=0)
    matrix[:, width, :width] = matrix[:, :width, width] = (across * theta).sum(axis=0)
    matrix[:, width, width] = (across * theta**2).sum(axis=(0, 2)) + 1e-9
    slopes = np.concatenate([pull.sum(axis=0), (pull * theta).sum(axis=(0, 2))[:, None]], axis=1)
    change = np.linalg.solve(matrix, slopes[:, :, None])[:, :, 0]
    return np.clip(change[:, width], -slope / 2, slope), np.clip(change[:, :width], -2.0, 2.0)


def _report(problem: _Problem, flat: FloatArray, rounds: int, converged: bool) -> GradedCalibration:
    slope, intercept = _parts(flat, problem.exists)
    curves = problem.curves(slope, intercept)
    _counts, likelihood = problem.expect(curves)
    slope_error, place_error = _errors(problem, slope, intercept, curves)
    gone = np.where(problem.exists, 0.0, np.nan)
    discrimination = slope / problem.sd
    thresholds = problem.mean - problem.sd * intercept / slope[:, None] + gone
    return GradedCalibration(
        items=GradedItems(discrimination, thresholds),
        discrimination_error=slope_error / problem.sd,
        threshold_error=place_error * problem.sd + gone,
        log_likelihood=likelihood,
        parameter_count=int(problem.exists.sum()) + len(slope),
        rounds=rounds,
        converged=converged,
        persons=len(problem.marks),
        answers=problem.marks.reshape(len(problem.marks), len(slope), -1).sum(axis=(0, 2)).astype(np.int64),
    )


def _errors(
    problem: _Problem, slope: FloatArray, intercept: FloatArray, curves: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Standard errors of slope and thresholds from the cross-products of the persons' slopes."""
    items, width = intercept.shape
    nodes = len(problem.nodes)
    _spread, over, under = _neighbours(curves, problem.exists)
    # derivative of log P of each category by each intercept, and by the slope: nodes x items x categories x parameters
    by = np.zeros((nodes, items, width + 1, width + 1))
    place = np.arange(width)
    by[:, :, place + 1, place] = over
    by[:, :, place, place] = -under
    by[:, :, :, width] = by[:, :, :, :width].sum(axis=3) * problem.nodes[:, None, None]
    cross = np.zeros((items * (width + 1), items * (width + 1)))
    for marks, share, _part in problem.posteriors(curves):
        slopes = np.empty((len(marks), items, width + 1))
        for parameter in range(width + 1):
            part = share @ by[:, :, :, parameter].reshape(nodes, -1)
            slopes[:, :, parameter] = (part * marks).reshape(len(marks), items, width + 1).sum(axis=2)
        flat = slopes.reshape(len(marks), -1)
        cross += flat.T @ flat
    free = np.concatenate([problem.exists, np.ones((items, 1), dtype=np.bool_)], axis=1).ravel()
    inverse = np.zeros_like(cross)
    inverse[np.ix_(free, free)] = np.linalg.pinv(cross[np.ix_(free, free)], hermitian=True)
    blocks = inverse.reshape(items, width + 1, items, width + 1)[np.arange(items), :, np.arange(items), :]
    variance = blocks[:, width, width]
    # b = -d / a: db = -dd / a - b da / a
    b = -intercept / slope[:, None]
    spread = blocks[:, place, place] + b**2 * variance[:, None] + 2 * b * blocks[:, :width, width]
    return np.sqrt(variance), np.sqrt(np.maximum(spread, 0.0)) / slope[:, None]
