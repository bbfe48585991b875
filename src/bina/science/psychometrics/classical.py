"""What a table of answers says about its items without any model: difficulty, discrimination, reliability."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bina.science.arrays import FloatArray, IntArray, as_floats, as_indices, same_length


@dataclass(frozen=True, eq=False)
class ItemAnalysis:
    """Classical figures of one test.

    difficulty: mean score per item, 0 (nobody) to 1 (everybody). discrimination: corrected item-total correlation per
    item, -1 to 1, NaN if the item or the rest does not vary. alpha: reliability, at most 1, NaN if totals do not vary.
    standard_error: of a total score, in points, NaN with alpha. complete_persons: how many answered every item.
    """

    difficulty: FloatArray
    discrimination: FloatArray
    alpha: float
    standard_error: float
    complete_persons: int


def analyse_items(scores: ArrayLike) -> ItemAnalysis:
    """Classical item analysis of `scores`, persons x items in [0, 1], NaN where not answered.

    difficulty = mean of the answers given. discrimination = correlation of the item with the total of the *other* items
    (Henrysson 1963). alpha = I / (I - 1) * (1 - sum of item variances / variance of totals) (Cronbach 1951).
    Standard error of measurement = sd of totals * sqrt(1 - alpha), with alpha below 0 taken as 0 (Lord & Novick 1968).
    Variances divide by n - 1. All but difficulty use only persons who answered every item.
    Raises ValueError if a score is out of range, an item has no answer, or there are fewer than 2 items or 2 complete
    persons.
    """
    answers = as_floats("scores", scores, ndim=2, at_least=0, at_most=1, missing=True)
    items = answers.shape[1]
    if items < 2:
        raise ValueError("item analysis needs at least 2 items")
    if np.isnan(answers).all(axis=0).any():
        raise ValueError("every item needs at least one answer")
    complete = answers[~np.isnan(answers).any(axis=1)]
    if complete.shape[0] < 2:
        raise ValueError("item analysis needs at least 2 persons who answered every item")
    totals = complete.sum(axis=1)
    rest = totals[:, None] - complete
    rest -= rest.mean(axis=0)
    centred = complete - complete.mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=0) * (rest**2).sum(axis=0))
    # sums of fractions leave dust of 1e-16 where nothing varies; dust must not become a correlation
    varies = spread > 1e-9
    discrimination = np.full(items, np.nan)
    discrimination[varies] = (centred * rest).sum(axis=0)[varies] / spread[varies]
    variance = float(totals.var(ddof=1))
    alpha = standard_error = float("nan")
    if variance > 1e-12:
        # never above 1, but for dust where all items say the same
        alpha = min(1.0, items / (items - 1) * (1 - float(complete.var(axis=0, ddof=1).sum()) / variance))
        standard_error = float(np.sqrt(variance * (1 - max(alpha, 0.0))))
    return ItemAnalysis(
        difficulty=np.nanmean(answers, axis=0),
        discrimination=discrimination,
        alpha=alpha,
        standard_error=standard_error,
        complete_persons=complete.shape[0],
    )


@dataclass(frozen=True, eq=False)
class AnswerAnalysis:
    """Classical figures from answers that are missing by design, one entry per item.

    answers: how many. difficulty: mean score, NaN without answers. discrimination: correlation of the item with the mean
    score on the other items that the same person answered, NaN if either does not vary. rest: per answer, that mean of the
    others, NaN where the person answered nothing else.
    """

    answers: IntArray
    difficulty: FloatArray
    discrimination: FloatArray
    rest: FloatArray


def analyse_answers(person: ArrayLike, item: ArrayLike, score: ArrayLike, *, items: int) -> AnswerAnalysis:
    """Classical item analysis of answers given as three flat arrays: who, which of `items`, and the score in [0, 1].

    Nobody need have answered everything: the rest score is a mean, so that forms of different length and adaptive tests can
    be put together. Memory grows with the answers alone. Raises ValueError when lengths differ or a score is out of range.
    """
    who, which = as_indices("person", person), as_indices("item", item, items)
    points = as_floats("score", score, ndim=1, at_least=0, at_most=1)
    same_length(person=who, item=which, score=points)
    given, total = np.bincount(who), np.bincount(who, weights=points)
    with np.errstate(invalid="ignore", divide="ignore"):
        rest = (total[who] - points) / (given[who] - 1)
        count = np.bincount(which, minlength=items)
        difficulty = np.bincount(which, weights=points, minlength=items) / count
        known = np.isfinite(rest)
        which, own, other = which[known], points[known], rest[known]
        paired = np.bincount(which, minlength=items)

        def mean(values: FloatArray) -> FloatArray:
            return np.bincount(which, weights=values, minlength=items) / paired

        own, other = own - mean(own)[which], other - mean(other)[which]
        spread = np.sqrt(mean(own**2) * mean(other**2))
        discrimination = np.where(spread > 1e-9, mean(own * other) / spread, np.nan)
    return AnswerAnalysis(count.astype(np.int64), difficulty, discrimination, rest)
