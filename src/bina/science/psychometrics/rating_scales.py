"""What the answers on a rating scale say: scores of people and group, items, and how far the total can be trusted."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from bina.science.arrays import BoolArray, FloatArray, as_floats, as_number
from bina.science.psychometrics.classical import analyse_items
from bina.science.psychometrics.reliability import score_reliability


@dataclass(frozen=True, eq=False)
class ScaleAnalysis:
    """Figures of one scale, in steps of its answers (1 to `steps`); NaN where the answers cannot give them.

    scores: one per person, NaN for whoever answered too few items. scored: how many have one. mean, sd, low, high: of the
    scores, low..high being the t interval of the mean. share_lowest, share_highest: of people at the very ends (floor and
    ceiling). complete: people who answered every item; alpha, alpha_low, alpha_high, omega rest on them. Per item:
    item_mean and item_sd of the turned answers, item_rest (correlation with the sum of the other items), item_lowest and
    item_highest (shares of turned answers at the ends), item_count.
    """

    scores: FloatArray
    scored: int
    mean: float
    sd: float
    low: float
    high: float
    share_lowest: float
    share_highest: float
    complete: int
    alpha: float
    alpha_low: float
    alpha_high: float
    omega: float
    item_mean: FloatArray
    item_sd: FloatArray
    item_rest: FloatArray
    item_lowest: FloatArray
    item_highest: FloatArray
    item_count: FloatArray


def analyse_scale(
    answers: ArrayLike, *, steps: int, reversed_items: ArrayLike = (), confidence: float = 0.95
) -> ScaleAnalysis:
    """Scores and figures of `answers`, persons x items, 1 to `steps`, NaN where not answered.

    `reversed_items`: columns that are turned round (step x becomes steps + 1 - x). A person's score is the mean of the
    answered items, if at least half of them are answered (the half rule, Fairclough & Cella 1996).
    Alpha (Cronbach 1951) with its interval 1 - (1 - alpha) F, F being quantiles with n - 1 and (n - 1)(k - 1) degrees of
    freedom at both tails (Feldt 1965; Feldt, Woodruff & Salih 1987), exact for equal covariances. Omega as in `score_reliability`, from
    3 items on. Item-rest correlation: with the sum of the other items, of complete persons (Henrysson 1963).
    Raises ValueError for fewer than 2 items, steps below 2, answers out of range, or columns that do not exist.
    """
    given = as_floats("answers", answers, ndim=2, at_least=1, at_most=steps, missing=True)
    as_number("confidence", confidence, above=0, below=1)
    items = given.shape[1]
    if items < 2 or steps < 2:
        raise ValueError("a scale needs at least 2 items and 2 steps")
    turned = np.asarray(reversed_items, dtype=np.int64)
    if turned.size and (turned.min() < 0 or turned.max() >= items):
        raise ValueError("reversed items must be columns of the answers")
    given = given.copy()
    given[:, turned] = steps + 1 - given[:, turned]
    told = (~np.isnan(given)).sum(axis=1)
    scores = np.where(2 * told >= items, np.nansum(given, axis=1) / np.maximum(told, 1), np.nan)
    found = scores[~np.isnan(scores)]
    mean, sd, low, high = _mean_with_interval(found, confidence)
    complete = given[~np.isnan(given).any(axis=1)]
    alpha, omega, rest = _reliability(complete, steps)
    alpha_low, alpha_high = _alpha_interval(alpha, len(complete), items, confidence)
    count = (~np.isnan(given)).sum(axis=0).astype(np.float64)
    return ScaleAnalysis(
        scores=scores,
        scored=len(found),
        mean=mean,
        sd=sd,
        low=low,
        high=high,
        share_lowest=_share(found <= 1 + 1e-9),
        share_highest=_share(found >= steps - 1e-9),
        complete=len(complete),
        alpha=alpha,
        alpha_low=alpha_low,
        alpha_high=alpha_high,
        omega=omega,
        item_mean=_per_item(given, lambda column: float(column.mean()), 1),
        item_sd=_per_item(given, lambda column: float(column.std(ddof=1)), 2),
        item_rest=rest,
        item_lowest=_per_item(given, lambda column: float((column == 1).mean()), 1),
        item_highest=_per_item(given, lambda column: float((column == steps).mean()), 1),
        item_count=count,
    )


def _share(hits: BoolArray) -> float:
    return float(hits.mean()) if len(hits) else float("nan")


def _mean_with_interval(values: FloatArray, confidence: float) -> tuple[float, float, float, float]:
    nan = float("nan")
    if len(values) < 2:
        return (float(values[0]) if len(values) else nan), nan, nan, nan
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    reach = float(special.stdtrit(len(values) - 1, (1 + confidence) / 2)) * sd / len(values) ** 0.5
    return mean, sd, mean - reach, mean + reach


def _per_item(given: FloatArray, figure: Callable[[FloatArray], float], least: int) -> FloatArray:
    columns = [column[~np.isnan(column)] for column in given.T]
    return np.array([figure(column) if len(column) >= least else np.nan for column in columns])


def _reliability(complete: FloatArray, steps: int) -> tuple[float, float, FloatArray]:
    nan, items = float("nan"), complete.shape[1]
    if len(complete) < 2:
        return nan, nan, np.full(items, np.nan)
    shares = (complete - 1) / (steps - 1)
    classical = analyse_items(shares)
    omega = nan
    if items >= 3 and (shares.std(axis=0, ddof=1) >= 1e-9).all():
        omega = score_reliability(shares).omega
    return classical.alpha, omega, classical.discrimination


def _alpha_interval(alpha: float, persons: int, items: int, confidence: float) -> tuple[float, float]:
    if np.isnan(alpha) or persons < 2:
        return float("nan"), float("nan")
    first, second = persons - 1, (persons - 1) * (items - 1)
    upper, lower = (float(special.fdtri(first, second, (1 + sign * confidence) / 2)) for sign in (1, -1))
    return 1 - (1 - alpha) * upper, 1 - (1 - alpha) * lower
