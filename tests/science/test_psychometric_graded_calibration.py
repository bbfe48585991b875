"""Graded calibration: published values for two categories, an independent likelihood, recovery, speed, bad input."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from bina.science.psychometrics import (
    EmptyCategoryError,
    GradedItems,
    calibrate_graded,
    graded_probabilities,
)
from tests.science.lsat import DIFFICULTY, DISCRIMINATION, LOG_LIKELIHOOD, PATTERNS, PERSONS

MIXED = GradedItems(
    np.array([1.1, 1.8, 0.9, 1.4, 2.2, 1.3]),
    np.array([
        [1.0, 2.0, 3.0], [1.5, 2.2, 3.1], [2.4, np.nan, np.nan], [0.8, 2.6, np.nan], [1.9, 2.5, 3.2], [1.2, 2.1, 2.9],
    ]),
)  # fmt: skip


def ratings(theta: NDArray[np.float64], items: GradedItems, seed: int) -> NDArray[np.float64]:
    """One category per person and item, drawn from the model."""
    chance = np.random.default_rng(seed).random((len(theta), len(items), 1))
    passed = chance > graded_probabilities(theta, items).cumsum(axis=2)[:, :, :-1]
    drawn: NDArray[np.float64] = passed.sum(axis=2, dtype=np.float64)
    return drawn


def marginal(answers: NDArray[np.float64], items: GradedItems, mean: float, sd: float) -> float:
    nodes, weights = special.roots_hermitenorm(80)
    shares = graded_probabilities(mean + sd * nodes, items)
    total = np.zeros((len(answers), len(nodes)))
    for item in range(len(items)):
        seen = ~np.isnan(answers[:, item])
        total[seen] += np.log(shares[:, item, answers[seen, item].astype(int)]).T
    return float(special.logsumexp(total, b=weights / weights.sum(), axis=1).sum())


def test_two_categories_are_the_published_two_parameter_fit() -> None:
    found = calibrate_graded(np.repeat(PATTERNS, PERSONS, axis=0), tolerance=1e-6)
    assert found.converged
    assert found.log_likelihood == pytest.approx(LOG_LIKELIHOOD, abs=0.002)
    assert found.items.discrimination == pytest.approx(DISCRIMINATION, abs=0.003)
    assert found.items.thresholds[:, 0] == pytest.approx(DIFFICULTY, abs=0.01)
    assert found.parameter_count == 10
    assert found.aic == pytest.approx(4953.307, abs=0.01)


def test_parameters_are_found_again_within_their_errors() -> None:
    theta = np.random.default_rng(1).normal(2.2, 0.9, 4000)
    answers = ratings(theta, MIXED, seed=2)
    answers[np.random.default_rng(3).random(answers.shape) < 0.2] = np.nan
    found = calibrate_graded(answers, mean=2.2, sd=0.9)
    exists = ~np.isnan(MIXED.thresholds)
    assert found.converged
    assert (np.isnan(found.items.thresholds) == ~exists).all()
    assert (np.isnan(found.threshold_error) == ~exists).all()
    away = (found.items.thresholds - MIXED.thresholds)[exists] / found.threshold_error[exists]
    tilt = (found.items.discrimination - MIXED.discrimination) / found.discrimination_error
    assert np.abs(np.concatenate([away, tilt])).max() < 3.5
    assert np.abs((found.items.thresholds - MIXED.thresholds)[exists]).max() < 0.15
    assert (found.answers == (~np.isnan(answers)).sum(axis=0)).all()


def test_no_neighbour_is_likelier() -> None:
    answers = ratings(np.random.default_rng(4).normal(2.2, 0.9, 800), MIXED, seed=5)
    found = calibrate_graded(answers, mean=2.2, sd=0.9, tolerance=1e-6)
    best = marginal(answers, found.items, 2.2, 0.9)
    assert found.log_likelihood == pytest.approx(best, abs=0.01)
    for item in range(len(MIXED)):
        for step in (-0.02, 0.02):
            slopes, places = found.items.discrimination.copy(), found.items.thresholds.copy()
            slopes[item] += step
            assert marginal(answers, GradedItems(slopes, places), 2.2, 0.9) < best
            places[item, 0] += step
            assert marginal(answers, GradedItems(found.items.discrimination, places), 2.2, 0.9) < best


def test_stated_errors_are_honest() -> None:
    items = GradedItems(
        np.array([1.0, 1.5, 2.0, 1.2, 1.6]), np.array([[1.5, 2.5], [1.8, 2.8], [1, 2], [2, 3], [1.2, 2.2]])
    )
    away = []
    for seed in range(12):
        answers = ratings(np.random.default_rng(seed).normal(2.0, 1.0, 600), items, seed=100 + seed)
        found = calibrate_graded(answers, mean=2.0, start=items)
        away.append(((found.items.thresholds - items.thresholds) / found.threshold_error).ravel())
        away.append((found.items.discrimination - items.discrimination) / found.discrimination_error)
    assert np.sqrt(np.mean(np.concatenate(away) ** 2)) == pytest.approx(1.0, abs=0.15)


def test_the_scale_is_the_persons() -> None:
    answers = ratings(
        np.random.default_rng(6).normal(0, 1, 500), GradedItems(np.ones(4), np.tile([-1.0, 0.5], (4, 1))), 7
    )
    standard = calibrate_graded(answers, tolerance=1e-6)
    level = calibrate_graded(answers, mean=2.0, sd=0.5, tolerance=1e-6)
    assert level.items.discrimination == pytest.approx(standard.items.discrimination / 0.5, rel=1e-6)
    assert level.items.thresholds == pytest.approx(2 + 0.5 * standard.items.thresholds, rel=1e-6)
    assert level.threshold_error == pytest.approx(0.5 * standard.threshold_error, rel=1e-6)
    assert level.log_likelihood == pytest.approx(standard.log_likelihood)


def test_a_warm_start_arrives_sooner_at_the_same_place() -> None:
    answers = ratings(np.random.default_rng(8).normal(2.2, 0.9, 1000), MIXED, seed=9)
    cold = calibrate_graded(answers, mean=2.2, sd=0.9, tolerance=1e-5)
    warm = calibrate_graded(answers, mean=2.2, sd=0.9, tolerance=1e-5, start=cold.items)
    assert warm.rounds < cold.rounds
    assert warm.items.discrimination == pytest.approx(cold.items.discrimination, abs=1e-3)


def test_every_category_needs_an_answer() -> None:
    answers = np.array([[0, 0], [2, 1], [0, 0], [2, 1.0]])
    with pytest.raises(EmptyCategoryError, match="item 0: 1") as caught:
        calibrate_graded(answers)
    assert caught.value.empty == {0: [1]}
    three = GradedItems(np.ones(2), np.array([[0.0, 1.0], [0.0, 1.0]]))
    with pytest.raises(EmptyCategoryError) as caught:
        calibrate_graded(answers, start=three)
    assert caught.value.empty == {0: [1], 1: [2]}
    with pytest.raises(EmptyCategoryError, match="item 1: all"):
        calibrate_graded([[0, np.nan], [1, np.nan]])


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        calibrate_graded([[0.5], [1.0]])
    with pytest.raises(ValueError, match="alike: items 0"):
        calibrate_graded([[0.0, 0.0], [0.0, 1.0]])
    with pytest.raises(ValueError, match="one entry per item"):
        calibrate_graded([[0.0, 0.0], [1.0, 1.0]], start=MIXED)
    with pytest.raises(ValueError, match="fewer categories"):
        calibrate_graded([[0.0], [1.0], [2.0]], start=GradedItems(np.ones(1), np.zeros((1, 1))))
    with pytest.raises(ValueError, match="sd must lie"):
        calibrate_graded([[0.0], [1.0]], sd=0.0)
