"""How likely an answer is for a person of a given level: the 2PL, 3PL and graded response models."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from bina.science.arrays import BoolArray, FloatArray, as_floats, same_length


@dataclass(frozen=True, eq=False)
class ScoredItems:
    """Items that are answered right or wrong (or partly right), one array entry per item.

    discrimination: slope per level, > 0. difficulty: on the level scale. guessing: chance of a right answer by a person
    who knows nothing, 0 <= c < 1. Raises ValueError when a range is broken or the lengths differ.
    """

    discrimination: FloatArray
    difficulty: FloatArray
    guessing: FloatArray

    def __post_init__(self) -> None:
        as_floats("discrimination", self.discrimination, ndim=1, above=0)
        as_floats("difficulty", self.difficulty, ndim=1)
        as_floats("guessing", self.guessing, ndim=1, at_least=0, below=1)
        same_length(discrimination=self.discrimination, difficulty=self.difficulty, guessing=self.guessing)

    @classmethod
    def without_guessing(cls, discrimination: ArrayLike, difficulty: ArrayLike) -> Self:
        """Items of the two-parameter model: guessing is 0. Raises ValueError as the class does."""
        slopes = as_floats("discrimination", discrimination, ndim=1)
        return cls(slopes, as_floats("difficulty", difficulty, ndim=1), np.zeros(slopes.shape))

    def __len__(self) -> int:
        return len(self.difficulty)

    def only(self, wanted: BoolArray) -> "ScoredItems":
        """The items for which `wanted` is true."""
        return ScoredItems(self.discrimination[wanted], self.difficulty[wanted], self.guessing[wanted])


@dataclass(frozen=True, eq=False)
class GradedItems:
    """Items answered on an ordered scale (ratings, rubrics), one row of thresholds per item.

    discrimination: slope per level, > 0. thresholds (items x K-1): the level at which category k or higher becomes as
    likely as not, strictly rising within a row; an item with fewer categories leaves the end of its row NaN.
    Raises ValueError when a range or the order is broken.
    """

    discrimination: FloatArray
    thresholds: FloatArray

    def __post_init__(self) -> None:
        as_floats("discrimination", self.discrimination, ndim=1, above=0)
        as_floats("thresholds", self.thresholds, ndim=2, missing=True)
        same_length(discrimination=self.discrimination, thresholds=self.thresholds)
        absent = np.isnan(self.thresholds)
        if absent[:, :1].any() or self.thresholds.shape[1] == 0 or (absent[:, :-1] & ~absent[:, 1:]).any():
            raise ValueError("thresholds must fill each row from the left, at least one per item")
        if (np.diff(self.thresholds, axis=1) <= 0).any():
            raise ValueError("thresholds must rise strictly within each item")

    def __len__(self) -> int:
        return len(self.discrimination)

    @property
    def categories(self) -> FloatArray:
        """Number of categories of each item (thresholds + 1)."""
        thresholds: FloatArray = (~np.isnan(self.thresholds)).sum(axis=1, dtype=np.float64)
        return thresholds + 1


@dataclass(frozen=True, eq=False)
class ResponseCurves:
    """Probability of a right answer and what its derivatives need, each persons (or grid points) x items.

    pull is P' / (P Q), the weight of a surprise (score - P) in the slope of the log-likelihood; bend is P' P'' / (P Q),
    Warm's J per item.
    """

    log_right: FloatArray
    log_wrong: FloatArray
    right: FloatArray
    pull: FloatArray
    information: FloatArray
    bend: FloatArray


def response_curves(theta: FloatArray, items: ScoredItems) -> ResponseCurves:
    """All curves of the 3PL model at the abilities `theta` (flat), free of overflow for any finite input.

    With e = 1 / (1 + exp(-a (theta - b))): P = c + (1 - c) e, Q = (1 - c)(1 - e), P' / (P Q) = a e / P,
    P' = a (1 - c) e (1 - e) and P'' = a^2 (1 - c) e (1 - e)(1 - 2 e). Source: Birnbaum (1968) in Lord & Novick.
    """
    logit = items.discrimination * (theta[:, None] - items.difficulty)
    log_knows, log_knows_not = special.log_expit(logit), special.log_expit(-logit)
    with np.errstate(divide="ignore"):  # guessing 0 has the logarithm minus infinity, which is what the sum needs
        log_guess = np.log(items.guessing)
    log_right = np.logaddexp(log_knows, log_guess + log_knows_not)
    log_wrong = np.log1p(-items.guessing) + log_knows_not
    knows = np.exp(log_knows)
    pull = items.discrimination * np.exp(log_knows - log_right)
    slope = items.discrimination * knows * np.exp(log_wrong)
    bend = pull * items.discrimination * slope * (1 - 2 * knows)
    return ResponseCurves(log_right, log_wrong, np.exp(log_right), pull, pull * slope, bend)


def probability(theta: ArrayLike, items: ScoredItems) -> FloatArray:
    """Probability of a right answer, persons x items: P = c + (1 - c) / (1 + exp(-a (theta - b))).

    The three-parameter logistic model (Birnbaum 1968); with guessing 0 the two-parameter model. `theta` is flat, on the
    level scale. Raises ValueError if theta is not finite or not flat.
    """
    return response_curves(as_floats("theta", theta, ndim=1), items).right


def information(theta: ArrayLike, items: ScoredItems) -> FloatArray:
    """Fisher information of each item, persons x items, per squared level: I = a^2 (Q / P) ((P - c) / (1 - c))^2.

    Source: Lord (1980), eq. 4-43. For the 2PL this is a^2 P Q, at most a^2 / 4. The standard error of an ability is
    1 / sqrt(sum of I). Raises ValueError if theta is not finite or not flat.
    """
    return response_curves(as_floats("theta", theta, ndim=1), items).information


def graded_log_probabilities(theta: FloatArray, items: GradedItems) -> FloatArray:
    """Logarithm of the category probabilities, persons x items x categories; minus infinity for an absent category.

    Written as log e(x) + log e(-y) + log(1 - exp(y - x)) for neighbouring cumulative logits x > y with e the logistic
    function, because the plain difference e(x) - e(y) loses all its digits far from the thresholds.
    """
    shape = (theta.shape[0], len(items), 1)
    logits = items.discrimination[:, None] * (theta[:, None, None] - items.thresholds)
    logits = np.where(np.isnan(logits), -np.inf, logits)
    upper = np.concatenate([np.full(shape, np.inf), logits], axis=2)
    lower = np.concatenate([logits, np.full(shape, -np.inf)], axis=2)
    exists = upper > -np.inf
    step = np.where(exists, lower, -1.0) - np.where(exists, upper, 0.0)
    parts = special.log_expit(upper) + special.log_expit(-lower) + np.log(-np.expm1(step))
    return np.where(exists, parts, -np.inf)


def graded_probabilities(theta: ArrayLike, items: GradedItems) -> FloatArray:
    """Probability of each category, persons x items x categories; each item's categories sum to 1.

    P(k) = P*(k) - P*(k + 1) with P*(k) = 1 / (1 + exp(-a (theta - b_k))), P*(0) = 1 and P*(K) = 0: the graded response
    model (Samejima 1969). `theta` is flat, on the level scale. Raises ValueError if theta is not finite or not flat.
    """
    return np.exp(graded_log_probabilities(as_floats("theta", theta, ndim=1), items))


def graded_information(theta: ArrayLike, items: GradedItems) -> FloatArray:
    """Fisher information of graded items, persons x items, per squared level: I = sum over k of P'(k)^2 / P(k).

    Source: Samejima (1969). With W(k) = P*(k)(1 - P*(k)), P'(k) = a (W(k) - W(k + 1)), which equals
    a P(k) (1 - P*(k) - P*(k + 1)). Raises ValueError if theta is not finite or not flat.
    """
    abilities = as_floats("theta", theta, ndim=1)
    shares = np.exp(graded_log_probabilities(abilities, items))
    at_least = np.cumsum(shares[:, :, ::-1], axis=2)[:, :, ::-1]
    above = np.concatenate([at_least[:, :, 1:], np.zeros((*at_least.shape[:2], 1))], axis=2)
    per_slope: FloatArray = (shares * (1 - at_least - above) ** 2).sum(axis=2)
    return items.discrimination**2 * per_slope
