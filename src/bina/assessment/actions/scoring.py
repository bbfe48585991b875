"""From answers to levels: ability per competency, and what it says as evidence without the prior belief in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bina.assessment.rules import SLOPE, STEPS_AROUND_LEVEL
from bina.science.psychometrics import (
    GradedItems,
    NormalPrior,
    ScoredItems,
    expected_a_posteriori,
    graded_expected_a_posteriori,
)

WIDEST = 3.0  # levels; a piece that says less than this says nothing


@dataclass(frozen=True, slots=True)
class Estimate:
    """A level with its error, in levels."""

    value: float
    standard_deviation: float


@dataclass(frozen=True, slots=True)
class ScoredAnswer:
    """One answered or skipped item: its parameters and the share right."""

    a: float
    b: float
    score: float


def prior_for(level_count: int) -> NormalPrior:
    """What is believed before any answer: the middle of the scale, a quarter of it wide (2 ± 1 on four levels)."""
    return NormalPrior(mean=level_count / 2, sd=level_count / 4)


def ability(answers: Sequence[ScoredAnswer], level_count: int) -> Estimate:
    """Expected a posteriori ability under the two-parameter model."""
    items = ScoredItems.without_guessing([row.a for row in answers], [row.b for row in answers])
    scores = np.array([[row.score for row in answers]])
    found = expected_a_posteriori(scores, items, prior_for(level_count))
    return Estimate(float(found.estimate[0]), float(found.standard_error[0]))


def rated_level(marks: Mapping[int, int | None], level_count: int) -> Estimate | None:
    """The level that marks on behaviours (by their level, 0 to 3 or None) speak for; None when nothing was judged.

    Graded response model with one item per behaviour, its middle threshold at the behaviour's own level.
    """
    judged = {level: mark for level, mark in sorted(marks.items()) if mark is not None}
    if not judged:
        return None
    thresholds: NDArray[np.float64] = np.array([[level + step for step in STEPS_AROUND_LEVEL] for level in judged])
    items = GradedItems(np.full(len(judged), SLOPE), thresholds)
    chosen = np.array([[float(mark) for mark in judged.values()]])
    found = graded_expected_a_posteriori(chosen, items, prior_for(level_count))
    return Estimate(float(found.estimate[0]), float(found.standard_error[0]))


def without_prior(posterior: Estimate, level_count: int) -> Estimate:
    """What the answers alone say: the normal likelihood that turns the prior into this posterior.

    With precisions q = 1 / sd^2: q = q_post - q_prior and value = (q_post m_post - q_prior m_prior) / q. The profile
    brings its own prior; evidence that already held one would count it twice and look surer than it is. The value is
    held within what a profile accepts, the error at most WIDEST.
    """
    prior = prior_for(level_count)
    prior_precision, mean = 1 / float(np.asarray(prior.sd)) ** 2, float(np.asarray(prior.mean))
    precision = 1 / posterior.standard_deviation**2
    own = precision - prior_precision
    if own < 1 / WIDEST**2:
        return Estimate(posterior.value, WIDEST)
    value = (precision * posterior.value - prior_precision * mean) / own
    return Estimate(min(max(value, -0.9), level_count + 1.4), float(own**-0.5))
