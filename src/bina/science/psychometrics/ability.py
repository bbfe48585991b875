"""Where a person stands on the level scale, with the error of that estimate, from answers or ratings."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bina.science.arrays import FloatArray, as_floats
from bina.science.psychometrics.models import (
    GradedItems,
    ResponseCurves,
    ScoredItems,
    graded_log_probabilities,
    response_curves,
)

_CELLS_AT_ONCE = 2_000_000  # persons are taken in portions, so that memory stays flat for a whole civil service


@dataclass(frozen=True, eq=False)
class NormalPrior:
    """What is believed before the answers: theta ~ N(mean, sd^2) in levels; one number for all or one per person.

    Raises ValueError unless the mean is finite and the sd is finite and greater than 0.
    """

    mean: ArrayLike
    sd: ArrayLike

    def __post_init__(self) -> None:
        as_floats("the prior mean", self.mean)
        as_floats("the prior sd", self.sd, above=0)

    def for_persons(self, count: int) -> tuple[FloatArray, FloatArray]:
        """Mean and sd of each of `count` persons; raises ValueError if the prior is for another number of persons."""
        try:
            mean = np.broadcast_to(np.asarray(self.mean, dtype=np.float64), (count,))
            sd = np.broadcast_to(np.asarray(self.sd, dtype=np.float64), (count,))
        except ValueError as error:
            raise ValueError(f"the prior must be one number or one per person ({count})") from error
        return mean, sd


@dataclass(frozen=True, eq=False)
class AbilityEstimate:
    """Ability and its standard error per person, both in levels."""

    estimate: FloatArray
    standard_error: FloatArray


def expected_a_posteriori(scores: ArrayLike, items: ScoredItems, prior: NormalPrior) -> AbilityEstimate:
    """Mean and sd of the posterior of theta (EAP) per person, by quadrature on an even grid.

    Posterior(theta) ~ N(theta; mean, sd^2) * product of P^s (1 - P)^(1 - s) over answered items. Source: Bock & Mislevy
    (1982). `scores` is persons x items in [0, 1] (fractions are partly right answers), NaN where not answered; a person
    without answers keeps the prior. The grid spans 6 prior sd and 2 levels beyond the items, in steps of sd / 16.
    Raises ValueError for scores out of range, another number of items, or a prior for other persons.
    """
    answers = _checked_scores(scores, items)
    mean, sd = prior.for_persons(answers.shape[0])
    grid = _grid(mean, sd, items.difficulty)
    curves = response_curves(grid, items)

    def log_likelihood(rows: slice) -> FloatArray:
        right, wrong = _right_and_wrong(answers[rows])
        return right @ curves.log_right.T + wrong @ curves.log_wrong.T

    return _posterior_moments(log_likelihood, mean, sd, grid)


def graded_expected_a_posteriori(categories: ArrayLike, items: GradedItems, prior: NormalPrior) -> AbilityEstimate:
    """Mean and sd of the posterior of theta per person from ratings, under the graded response model.

    As `expected_a_posteriori`, with the likelihood of the chosen category (Samejima 1969). `categories` is persons x
    items with whole numbers 0 .. K - 1 counted from the lowest, NaN where there is no rating.
    Raises ValueError for a category that the item does not have, another number of items, or a prior for other persons.
    """
    chosen = as_floats("categories", categories, ndim=2, at_least=0, missing=True)
    if chosen.shape[1] != len(items):
        raise ValueError(f"categories must have one column per item ({len(items)}), not {chosen.shape[1]}")
    if ((chosen != np.floor(chosen)) & ~np.isnan(chosen)).any() or (chosen >= items.categories).any():
        raise ValueError("categories must be whole numbers below the number of categories of their item")
    mean, sd = prior.for_persons(chosen.shape[0])
    grid = _grid(mean, sd, items.thresholds)
    log_shares = graded_log_probabilities(grid, items)

    def log_likelihood(rows: slice) -> FloatArray:
        total = np.zeros((chosen[rows].shape[0], grid.shape[0]))
        for category in range(log_shares.shape[2]):
            # a category that an item lacks is never chosen; 0 in place of minus infinity keeps 0 x it from being NaN
            curve = np.where(items.categories > category, log_shares[:, :, category], 0.0)
            total += (chosen[rows] == category).astype(np.float64) @ curve.T
        return total

    return _posterior_moments(log_likelihood, mean, sd, grid)


def maximum_a_posteriori(scores: ArrayLike, items: ScoredItems, prior: NormalPrior) -> AbilityEstimate:
    """Mode of the posterior of theta (MAP) per person, with the error 1 / sqrt(test information + 1 / sd^2).

    Solves sum of P' (s - P) / (P Q) = (theta - mean) / sd^2; of several solutions (possible with guessing) the one of
    highest posterior counts. Source: Birnbaum (1969), Samejima (1969). `scores` as in `expected_a_posteriori`; accurate
    to 1e-9 levels. Raises ValueError as `expected_a_posteriori` does.
    """
    answers = _checked_scores(scores, items)
    mean, sd = prior.for_persons(answers.shape[0])
    grid = _grid(mean, sd, items.difficulty)
    curves = response_curves(grid, items)

    def portion(rows: slice) -> AbilityEstimate:
        right, wrong = _right_and_wrong(answers[rows])
        centre, precision = mean[rows], 1 / sd[rows] ** 2

        def slope_at(theta: FloatArray) -> FloatArray:
            here = response_curves(theta, items)
            slope: FloatArray = _surprise(here, right, right + wrong) - (theta - centre) * precision
            return slope

        away = grid - centre[:, None]
        height = right @ curves.log_right.T + wrong @ curves.log_wrong.T - away**2 * precision[:, None] / 2
        slope = right @ curves.pull.T - (right + wrong) @ (curves.pull * curves.right).T - away * precision[:, None]
        estimate = _highest_root(grid, slope, height, slope_at)
        information = ((right + wrong) * response_curves(estimate, items).information).sum(axis=1)
        return AbilityEstimate(estimate, 1 / np.sqrt(information + precision))

    return _by_portions(portion, answers.shape[0], grid.shape[0])


def weighted_likelihood(
    scores: ArrayLike, items: ScoredItems, *, low: float = -3.0, high: float = 9.0
) -> AbilityEstimate:
    """Weighted likelihood estimate (WLE) of theta per person, without a prior and nearly free of bias.

    Solves sum of P' (s - P) / (P Q) + J / (2 I) = 0 with J = sum of P' P'' / (P Q) and I the test information. Source:
    Warm (1989). The error is 1 / sqrt(I) at the estimate. Finite for all-right and all-wrong answers; held between
    `low` and `high` levels; NaN for a person without answers. `scores` as in `expected_a_posteriori`; accurate to 1e-9.
    Raises ValueError for scores out of range, another number of items, or low >= high.
    """
    if not np.isfinite([low, high]).all() or low >= high:
        raise ValueError("low must be less than high")
    answers = _checked_scores(scores, items)
    grid = np.linspace(low, high, 1 + int(np.ceil((high - low) * 16)))
    curves = response_curves(grid, items)
    some = (~np.isnan(answers)).any(axis=1)
    answers = answers[some]

    def portion(rows: slice) -> AbilityEstimate:
        right, wrong = _right_and_wrong(answers[rows])
        answered = right + wrong

        def slope_at(theta: FloatArray) -> FloatArray:
            here = response_curves(theta, items)
            information: FloatArray = (answered * here.information).sum(axis=1)
            bend: FloatArray = (answered * here.bend).sum(axis=1)
            return _surprise(here, right, answered) + bend / (2 * information)

        slope = right @ curves.pull.T - answered @ (curves.pull * curves.right).T
        slope += (answered @ curves.bend.T) / (2 * answered @ curves.information.T)
        rise = np.cumsum((slope[:, 1:] + slope[:, :-1]) / 2, axis=1)
        height = np.concatenate([np.zeros((rise.shape[0], 1)), rise], axis=1)
        estimate = _highest_root(grid, slope, height, slope_at)
        information = (answered * response_curves(estimate, items).information).sum(axis=1)
        return AbilityEstimate(estimate, 1 / np.sqrt(information))

    found = _by_portions(portion, answers.shape[0], grid.shape[0])
    estimate, error = np.full(some.shape, np.nan), np.full(some.shape, np.nan)
    estimate[some], error[some] = found.estimate, found.standard_error
    return AbilityEstimate(estimate, error)


def _checked_scores(scores: ArrayLike, items: ScoredItems) -> FloatArray:
    answers = as_floats("scores", scores, ndim=2, at_least=0, at_most=1, missing=True)
    if answers.shape[1] != len(items):
        raise ValueError(f"scores must have one column per item ({len(items)}), not {answers.shape[1]}")
    return answers


def _right_and_wrong(answers: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Right and wrong share of each answer; an unanswered item has neither, so it drops out of every sum."""
    return np.nan_to_num(answers, nan=0.0), np.nan_to_num(1 - answers, nan=0.0)


def _grid(mean: FloatArray, sd: FloatArray, places: FloatArray) -> FloatArray:
    if mean.size == 0 or places.size == 0:
        return np.linspace(-1.0, 1.0, 3)
    low = min(float((mean - 6 * sd).min()), float(np.nanmin(places)) - 2)
    high = max(float((mean + 6 * sd).max()), float(np.nanmax(places)) + 2)
    return np.linspace(low, high, 1 + int(np.ceil((high - low) / (float(sd.min()) / 16))))


def _surprise(curves: ResponseCurves, right: FloatArray, answered: FloatArray) -> FloatArray:
    """Slope of each person's log-likelihood, the curves being taken at that person's own theta."""
    slope: FloatArray = (curves.pull * (right - answered * curves.right)).sum(axis=1)
    return slope


def _by_portions(portion: Callable[[slice], AbilityEstimate], persons: int, width: int) -> AbilityEstimate:
    estimate, error = np.empty(persons), np.empty(persons)
    size = max(1, _CELLS_AT_ONCE // width)
    for start in range(0, persons, size):
        rows = slice(start, min(start + size, persons))
        found = portion(rows)
        estimate[rows], error[rows] = found.estimate, found.standard_error
    return AbilityEstimate(estimate, error)


def _posterior_moments(
    log_likelihood: Callable[[slice], FloatArray], mean: FloatArray, sd: FloatArray, grid: FloatArray
) -> AbilityEstimate:
    def portion(rows: slice) -> AbilityEstimate:
        height = log_likelihood(rows) - ((grid - mean[rows, None]) / sd[rows, None]) ** 2 / 2
        density = np.exp(height - height.max(axis=1, keepdims=True))
        density /= density.sum(axis=1, keepdims=True)
        estimate = density @ grid
        variance: FloatArray = (density * (grid - estimate[:, None]) ** 2).sum(axis=1)
        return AbilityEstimate(estimate, np.sqrt(variance))

    return _by_portions(portion, mean.shape[0], grid.shape[0])


def _highest_root(
    grid: FloatArray, slope: FloatArray, height: FloatArray, slope_at: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    """Where each person's slope falls through zero, at the greatest height; an end of the grid if it never does."""
    edge = np.ones((slope.shape[0], 1), dtype=np.bool_)
    falls = np.hstack([edge, slope > 0]) & np.hstack([slope <= 0, edge])
    start = np.where(falls, np.hstack([height[:, :1], height]), -np.inf).argmax(axis=1)
    low, high = grid[np.maximum(start - 1, 0)], grid[np.minimum(start, grid.shape[0] - 1)]
    slope_low, slope_high = slope_at(low), slope_at(high)
    side = np.zeros(low.shape[0])
    place: FloatArray = (low + high) / 2
    # Illinois method (Dowell & Jarratt 1971): the secant, halving a slope that stays twice in a row, so it cannot stall
    for _ in range(100):
        with np.errstate(divide="ignore", invalid="ignore"):
            secant = (low * slope_high - high * slope_low) / (slope_high - slope_low)
        inside = np.isfinite(secant) & (secant >= low) & (secant <= high)
        following = np.where(inside, secant, (low + high) / 2)
        moved = np.abs(following - place).max(initial=0.0)
        place = following
        if moved < 1e-11:
            break
        here = slope_at(place)
        rising = here > 0
        slope_high = np.where(rising & (side > 0), slope_high / 2, np.where(rising, slope_high, here))
        slope_low = np.where(~rising & (side < 0), slope_low / 2, np.where(rising, here, slope_low))
        low, high = np.where(rising, place, low), np.where(rising, high, place)
        side = np.where(rising, 1.0, -1.0)
    return place
