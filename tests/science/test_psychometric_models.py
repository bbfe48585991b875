"""The response models: values worked out by hand, limits, shape, and agreement with their own derivatives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bina.science.psychometrics import (
    GradedItems,
    ScoredItems,
    graded_information,
    graded_probabilities,
    information,
    probability,
)

property_test = settings(deadline=None, max_examples=60, derandomize=True, database=None)
levels = st.floats(-6, 12)
slopes = st.floats(0.1, 4)
guesses = st.floats(0, 0.5)


def one_item(slope: float, difficulty: float, guessing: float = 0.0) -> ScoredItems:
    return ScoredItems(np.array([slope]), np.array([difficulty]), np.array([guessing]))


def test_probability_by_hand() -> None:
    items = ScoredItems(np.array([1.0, 2.0, 1.0]), np.array([2.0, 1.0, 2.0]), np.array([0.0, 0.0, 0.25]))
    # logits 0, 2 and 0: 1/2, 1/(1 + e^-2), 0.25 + 0.75/2
    assert probability([2.0], items) == pytest.approx(np.array([[0.5, 0.8807970779778823, 0.625]]), abs=1e-12)


def test_information_by_hand() -> None:
    assert information([1.0], one_item(1.6, 1.0))[0, 0] == pytest.approx(1.6**2 / 4)
    # Lord's formula with P = 0.625, c = 0.25: (Q / P) ((P - c) / (1 - c))^2 = 0.6 * 0.25
    assert information([2.0], one_item(1.0, 2.0, 0.25))[0, 0] == pytest.approx(0.15)


def test_three_parameter_information_peaks_where_birnbaum_says() -> None:
    slope, difficulty, guessing = 1.4, 2.0, 0.2
    grid = np.linspace(0, 5, 50_001)
    peak = grid[information(grid, one_item(slope, difficulty, guessing))[:, 0].argmax()]
    expected = difficulty + np.log((1 + np.sqrt(1 + 8 * guessing)) / 2) / slope  # Birnbaum (1968), eq. 20.4.21
    assert peak == pytest.approx(expected, abs=2e-4)


@property_test
@given(levels, levels, slopes, levels, guesses)
def test_probability_rises_with_ability(low: float, high: float, slope: float, place: float, guess: float) -> None:
    low, high = sorted((low, high))
    below, above = probability([low, high], one_item(slope, place, guess))[:, 0]
    assert guess <= below <= above <= 1


@property_test
@given(st.floats(-3, 3), slopes, guesses)
def test_information_is_squared_slope_over_binomial_variance(distance: float, slope: float, guess: float) -> None:
    items, step = one_item(slope, 2.0, guess), 1e-5
    low, here, high = probability([2 + distance - step, 2 + distance, 2 + distance + step], items)[:, 0]
    expected = ((high - low) / (2 * step)) ** 2 / (here * (1 - here))
    assert information([2 + distance], items)[0, 0] == pytest.approx(expected, rel=1e-4, abs=1e-9)


def test_extreme_abilities_neither_overflow_nor_become_nan() -> None:
    items = ScoredItems(np.array([4.0, 4.0]), np.array([2.0, 2.0]), np.array([0.0, 0.3]))
    assert probability([-1e4, 1e4], items) == pytest.approx(np.array([[0, 0.3], [1, 1]]), abs=1e-12)
    assert information([-1e4, 1e4], items) == pytest.approx(np.zeros((2, 2)), abs=1e-12)


def test_graded_probabilities_by_hand() -> None:
    items = GradedItems(np.array([1.0]), np.array([[1.0, 2.0, 3.0]]))
    above = 1 / (1 + np.exp([-1.0, 0.0, 1.0]))
    expected = [1 - above[0], above[0] - above[1], above[1] - above[2], above[2]]
    assert graded_probabilities([2.0], items)[0, 0] == pytest.approx(np.array(expected), abs=1e-12)


def test_two_categories_are_the_two_parameter_model() -> None:
    theta = np.linspace(-3, 7, 41)
    graded = GradedItems(np.array([1.7]), np.array([[2.2]]))
    assert graded_probabilities(theta, graded)[:, 0, 1] == pytest.approx(probability(theta, one_item(1.7, 2.2))[:, 0])
    assert graded_information(theta, graded)[:, 0] == pytest.approx(information(theta, one_item(1.7, 2.2))[:, 0])


def test_items_with_fewer_categories() -> None:
    items = GradedItems(np.array([1.5, 1.5]), np.array([[1.0, 2.0, 3.0], [1.0, 2.0, np.nan]]))
    shares = graded_probabilities(np.linspace(-40, 40, 161), items)
    assert shares.sum(axis=2) == pytest.approx(np.ones((161, 2)), abs=1e-12)
    assert (shares[:, 1, 3] == 0).all()
    assert list(items.categories) == [4, 3]


@property_test
@given(st.floats(-3, 7), slopes, st.lists(st.floats(0, 5), min_size=1, max_size=5, unique=True))
def test_graded_information_is_expected_squared_score(theta: float, slope: float, places: list[float]) -> None:
    thresholds = np.sort(places) + 0.05 * np.arange(len(places))
    items, step = GradedItems(np.array([slope]), thresholds[None, :]), 1e-5
    low, here, high = graded_probabilities([theta - step, theta, theta + step], items)[:, 0, :]
    expected = (((high - low) / (2 * step)) ** 2 / here).sum()
    assert graded_information([theta], items)[0, 0] == pytest.approx(expected, rel=1e-4, abs=1e-8)


@pytest.mark.parametrize(
    ("slope", "place", "guess", "message"),
    [
        ([0.0], [1.0], [0.0], "discrimination must be greater than 0"),
        ([1.0], [np.nan], [0.0], "difficulty must be finite"),
        ([1.0], [1.0], [1.0], "guessing must be less than 1"),
        ([1.0], [1.0], [-0.1], "guessing must be at least 0"),
        ([1.0, 1.0], [1.0], [0.0], "equally long"),
        ([[1.0]], [1.0], [0.0], "discrimination must have 1 dimension"),
    ],
)
def test_scored_items_refuse(slope: object, place: object, guess: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ScoredItems(np.array(slope), np.array(place), np.array(guess))


@pytest.mark.parametrize(
    ("thresholds", "message"),
    [
        ([[2.0, 1.0]], "rise strictly"),
        ([[1.0, 1.0]], "rise strictly"),
        ([[np.nan, 1.0]], "from the left"),
        ([[1.0, np.nan, 2.0]], "from the left"),
        ([[]], "from the left"),
        ([[1.0], [2.0]], "equally long"),
        ([1.0], "thresholds must have 2 dimension"),
        ([[np.inf]], "thresholds must be finite or missing"),
    ],
)
def test_graded_items_refuse(thresholds: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GradedItems(np.array([1.0]), np.array(thresholds, dtype=np.float64))


@pytest.mark.parametrize("theta", [[np.nan], [np.inf], [[1.0]], ["tinggi"]])
def test_abilities_must_be_flat_finite_numbers(theta: object) -> None:
    with pytest.raises(ValueError, match="theta must"):
        probability(theta, one_item(1.0, 1.0))  # type: ignore[arg-type]
