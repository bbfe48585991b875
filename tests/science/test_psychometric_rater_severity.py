"""Levels and severities together: recovery, the gain in accuracy, honest errors, unconnected raters, bad input."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize

from bina.science.psychometrics import (
    GradedItems,
    NormalPrior,
    RatedLevels,
    Ratings,
    graded_probabilities,
    rated_levels,
)

ITEMS = GradedItems(
    np.array([1.6, 2.0, 1.4, 1.8]), np.array([[1, 2, 3], [1.2, 2.3, 3.1], [0.8, 1.9, 2.7], [1.5, 2.5, np.nan]])
)
PRIOR = NormalPrior(2.2, 0.8)


def rated(theta: NDArray[np.float64], severity: NDArray[np.float64], pairs: NDArray[np.int64], seed: int) -> Ratings:
    """Ratings of all items by the raters of `pairs` (person, rater), drawn from the model."""
    person, rater = np.repeat(pairs, len(ITEMS), axis=0).T
    item = np.tile(np.arange(len(ITEMS)), len(pairs))
    shares = graded_probabilities(theta[person] - severity[rater], ITEMS)[np.arange(len(person)), item]
    chance = np.random.default_rng(seed).random((len(person), 1))
    category = (chance > shares.cumsum(axis=1)[:, :-1]).sum(axis=1)
    return Ratings(person, item, rater, category)


def panel(persons: int, raters: int, each: int, seed: int) -> NDArray[np.int64]:
    """Every person rated by `each` raters, drawn by lot."""
    generator = np.random.default_rng(seed)
    who = np.array([generator.permutation(raters)[:each] for _ in range(persons)])
    return np.stack([np.repeat(np.arange(persons), each), who.ravel()], axis=1)


def estimate(ratings: Ratings, persons: int, raters: int, severity_sd: float | None = None) -> RatedLevels:
    return rated_levels(ratings, ITEMS, PRIOR, persons=persons, raters=raters, severity_sd=severity_sd)


def test_severities_are_found_again_and_levels_gain_by_it() -> None:
    levels, severities = [], []
    for seed in range(4):
        generator = np.random.default_rng(seed)
        theta, severity = generator.normal(2.2, 0.8, 400), generator.normal(0, 0.5, 30)
        ratings = rated(theta, severity, panel(400, 30, 2, 20 + seed), 40 + seed)
        found, blind = estimate(ratings, 400, 30), estimate(ratings, 400, 30, severity_sd=1e-4)
        assert found.connected.all()
        assert found.severity_sd == pytest.approx(severity.std(), abs=0.1)
        assert np.corrcoef(found.severity, severity)[0, 1] > 0.93
        away = found.persons.estimate - theta
        assert np.sqrt(np.mean(away**2)) < 0.92 * np.sqrt(np.mean((blind.persons.estimate - theta) ** 2))
        levels.append(away / found.persons.standard_error)
        severities.append((found.severity - severity) / found.severity_error)
    # the errors are those that are stated
    assert np.mean(np.abs(levels) < 1.645) == pytest.approx(0.90, abs=0.025)
    assert np.sqrt(np.mean(np.square(severities))) == pytest.approx(1, abs=0.2)


def test_raters_alike_are_left_alike() -> None:
    theta = np.random.default_rng(23).normal(2.2, 0.8, 300)
    found = estimate(rated(theta, np.zeros(20), panel(300, 20, 2, 24), 25), 300, 20)
    assert found.severity_sd < 0.12
    assert np.abs(found.severity).max() < 0.15


def test_one_person_and_two_raters_by_an_independent_maximum() -> None:
    ratings = rated(np.array([2.0]), np.array([0.6, -0.2]), np.array([[0, 0], [0, 1]]), 26)
    found = estimate(ratings, 1, 2, severity_sd=0.5)

    def cost(place: NDArray[np.float64]) -> float:
        shares = graded_probabilities(place[0] - place[1:][ratings.rater_index], ITEMS)
        fits = np.log(shares[np.arange(len(ratings)), ratings.item_index, ratings.category]).sum()
        return float(-fits + ((place[0] - 2.2) / 0.8) ** 2 / 2 + (place[1:] ** 2).sum() / 0.5**2 / 2)

    best = optimize.minimize(cost, np.array([2.2, 0, 0]), tol=1e-10).x
    assert found.persons.estimate[0] == pytest.approx(best[0], abs=1e-4)
    assert found.severity == pytest.approx(best[1:], abs=1e-4)
    step = np.eye(3) * 1e-3
    bend = [
        [(cost(best + a + b) - cost(best + a - b) - cost(best - a + b) + cost(best - a - b)) / 4e-6 for b in step]
        for a in step
    ]
    error = np.sqrt(np.diag(np.linalg.inv(bend)))
    assert found.persons.standard_error[0] == pytest.approx(error[0], rel=1e-3)
    assert found.severity_error == pytest.approx(error[1:], rel=1e-3)


def test_a_rater_without_a_link_is_neither_severe_nor_mild() -> None:
    theta = np.random.default_rng(27).normal(2.2, 0.8, 60)
    shared, alone = panel(50, 4, 2, 28), np.stack([np.arange(50, 60), np.full(10, 4)], axis=1)
    ratings = rated(theta, np.array([0.5, -0.5, 0.3, -0.3, 0.8, 0.0]), np.concatenate([shared, alone]), 29)
    found = estimate(ratings, 60, 6)
    assert found.connected.tolist() == [True] * 4 + [False] * 2
    assert found.severity[4:].tolist() == [0.0, 0.0]
    assert found.severity_error[4:] == pytest.approx(found.severity_sd)
    certain = estimate(ratings, 60, 6, severity_sd=1e-4)
    assert found.persons.estimate[50:] == pytest.approx(certain.persons.estimate[50:], abs=1e-4)
    assert (found.persons.standard_error[50:] > certain.persons.standard_error[50:]).all()


def test_without_any_link_the_usual_spread_stands() -> None:
    ratings = rated(np.array([2.0, 2.5]), np.zeros(2), np.array([[0, 0], [1, 1]]), 30)
    found = estimate(ratings, 3, 2)
    assert found.severity_sd == 0.3
    assert (found.persons.estimate[2], found.persons.standard_error[2]) == (2.2, pytest.approx(0.8))


def test_a_thousand_persons_take_little() -> None:
    generator = np.random.default_rng(31)
    theta, severity = generator.normal(2.2, 0.8, 1000), generator.normal(0, 0.4, 100)
    found = estimate(rated(theta, severity, panel(1000, 100, 3, 32), 33), 1000, 100)
    assert found.severity_sd == pytest.approx(severity.std(), abs=0.06)


def test_bad_input_is_refused() -> None:
    one = np.array([0])
    with pytest.raises(ValueError, match="below the number of categories"):
        estimate(Ratings(one, np.array([3]), one, np.array([3])), 1, 1)
    with pytest.raises(ValueError, match="rater_index must be positions from 0 to 0"):
        estimate(Ratings(one, one, np.array([1]), one), 1, 1)
    with pytest.raises(ValueError, match="equally long"):
        Ratings(one, one, one, np.array([0, 1]))
    with pytest.raises(ValueError, match="severity_sd must lie"):
        estimate(Ratings(one, one, one, one), 1, 1, severity_sd=0.0)
    with pytest.raises(ValueError, match="one number or one per person"):
        rated_levels(Ratings(one, one, one, one), ITEMS, NormalPrior([0, 0, 0], 1.0), persons=2, raters=1)
