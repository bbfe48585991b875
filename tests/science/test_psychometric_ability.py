"""Ability estimates: published values, an independent integration, recovery of known abilities, and bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate, special

from bina.science.psychometrics import (
    GradedItems,
    NormalPrior,
    ScoredItems,
    expected_a_posteriori,
    graded_expected_a_posteriori,
    graded_probabilities,
    information,
    maximum_a_posteriori,
    probability,
    weighted_likelihood,
)
from tests.science.lsat import DIFFICULTY, DISCRIMINATION, LOG_LIKELIHOOD, MODE_ERRORS, MODES, PATTERNS, PERSONS

property_test = settings(deadline=None, max_examples=60, derandomize=True, database=None)
LSAT = ScoredItems.without_guessing(DISCRIMINATION, DIFFICULTY)
STANDARD = NormalPrior(0.0, 1.0)


def bank(items: int, guessing: float = 0.0) -> ScoredItems:
    generator = np.random.default_rng(11)
    slopes, places = generator.uniform(0.8, 2.0, items), generator.uniform(0.0, 5.0, items)
    return ScoredItems(slopes, places, np.full(items, guessing))


def answers_of(theta: NDArray[np.float64], items: ScoredItems, seed: int) -> NDArray[np.float64]:
    generator = np.random.default_rng(seed)
    return (generator.random((theta.shape[0], len(items))) < probability(theta, items)).astype(np.float64)


def test_published_modes_of_the_law_school_test() -> None:
    found = maximum_a_posteriori(PATTERNS, LSAT, STANDARD)
    assert np.abs(found.estimate - MODES).max() < 0.0006
    assert np.abs(found.standard_error - MODE_ERRORS).max() < 0.0006


def test_published_log_likelihood_of_the_law_school_test() -> None:
    nodes, weights = special.roots_hermitenorm(61)
    right = probability(nodes, LSAT)
    likelihood = np.exp(PATTERNS @ np.log(right).T + (1 - PATTERNS) @ np.log(1 - right).T)
    marginal = likelihood @ (weights / weights.sum())
    assert float(PERSONS @ np.log(marginal)) == pytest.approx(LOG_LIKELIHOOD, abs=0.001)


def posterior_moments(score: float, slope: float, place: float, guess: float, mean: float, sd: float) -> list[float]:
    def density(theta: float) -> float:
        right = guess + (1 - guess) / (1 + np.exp(-slope * (theta - place)))
        return float(right**score * (1 - right) ** (1 - score) * np.exp(-(((theta - mean) / sd) ** 2) / 2))

    low, high = mean - 12 * sd, mean + 12 * sd
    total = integrate.quad(density, low, high, epsabs=1e-13)[0]
    centre = integrate.quad(lambda t: t * density(t), low, high, epsabs=1e-13)[0] / total
    spread = integrate.quad(lambda t: (t - centre) ** 2 * density(t), low, high, epsabs=1e-13)[0] / total
    return [centre, float(np.sqrt(spread))]


@pytest.mark.parametrize("score", [0.0, 0.3, 1.0])
@pytest.mark.parametrize(("slope", "place", "guess"), [(1.0, 2.0, 0.0), (1.8, 3.5, 0.0), (1.2, 1.0, 0.25)])
def test_expected_a_posteriori_equals_adaptive_integration(
    score: float, slope: float, place: float, guess: float
) -> None:
    items = ScoredItems(np.array([slope]), np.array([place]), np.array([guess]))
    found = expected_a_posteriori([[score]], items, NormalPrior(2.3, 0.8))
    centre, spread = posterior_moments(score, slope, place, guess, 2.3, 0.8)
    assert found.estimate[0] == pytest.approx(centre, abs=1e-6)
    assert found.standard_error[0] == pytest.approx(spread, abs=1e-6)


def test_half_a_point_on_an_item_at_the_prior_mean_says_nothing_about_direction() -> None:
    items = ScoredItems.without_guessing([1.3], [2.0])
    for estimate in (
        expected_a_posteriori([[0.5]], items, NormalPrior(2.0, 1.0)),
        maximum_a_posteriori([[0.5]], items, NormalPrior(2.0, 1.0)),
        weighted_likelihood([[0.5]], items),
    ):
        assert estimate.estimate[0] == pytest.approx(2.0, abs=1e-8)
    # the symmetric pair of full answers lies symmetrically around the prior
    wrong, right = expected_a_posteriori([[0.0], [1.0]], items, NormalPrior(2.0, 1.0)).estimate
    assert wrong + right == pytest.approx(4.0, abs=1e-8)


def test_warm_estimate_by_hand() -> None:
    # k equal Rasch items at b: r - k P + (1 - 2 P) / 2 = 0, so P = (r + 1/2) / (k + 1) (Warm 1989)
    items = ScoredItems.without_guessing(np.ones(5), np.full(5, 2.0))
    scores = np.tril(np.ones((6, 5)), -1)
    found = weighted_likelihood(scores, items)
    right = (np.arange(6) + 0.5) / 6
    assert found.estimate == pytest.approx(2 + np.log(right / (1 - right)), abs=1e-8)
    assert found.standard_error == pytest.approx(1 / np.sqrt(5 * right * (1 - right)), abs=1e-8)


def test_warm_estimate_stays_within_its_bounds() -> None:
    items = ScoredItems.without_guessing(np.full(3, 0.2), np.full(3, 2.0))
    found = weighted_likelihood([[0, 0, 0], [1, 1, 1]], items, low=0.0, high=4.0)
    assert list(found.estimate) == [0.0, 4.0]
    assert found.standard_error == pytest.approx(1 / np.sqrt(information([0.0, 4.0], items).sum(axis=1)))


def test_modes_solve_their_equation_with_guessing() -> None:
    items, prior = bank(30, 0.2), NormalPrior(2.0, 1.5)
    scores = answers_of(np.random.default_rng(3).normal(2, 1, 300), items, seed=4)
    grid = np.linspace(-4, 8, 2401)
    right = probability(grid, items)
    height = scores @ np.log(right).T + (1 - scores) @ np.log(1 - right).T - (grid - 2.0) ** 2 / (2 * 1.5**2)
    assert np.abs(maximum_a_posteriori(scores, items, prior).estimate - grid[height.argmax(axis=1)]).max() <= 0.005


def test_unanswered_items_do_not_count() -> None:
    items = bank(6)
    kept = ScoredItems(items.discrimination[:4], items.difficulty[:4], items.guessing[:4])
    scores = np.array([[1, 0, 1, 1, np.nan, np.nan], [0, 0, 1, 0.5, np.nan, np.nan]])
    prior = NormalPrior(2.0, 1.0)
    for estimate in (expected_a_posteriori, maximum_a_posteriori):
        whole, part = estimate(scores, items, prior), estimate(scores[:, :4], kept, prior)
        assert whole.estimate == pytest.approx(part.estimate, abs=1e-7)
        assert whole.standard_error == pytest.approx(part.standard_error, abs=1e-7)
    assert weighted_likelihood(scores, items).estimate == pytest.approx(
        weighted_likelihood(scores[:, :4], kept).estimate, abs=1e-8
    )


def test_without_answers_the_prior_stands() -> None:
    nothing = np.full((2, 3), np.nan)
    prior = NormalPrior(np.array([1.0, 3.0]), np.array([0.5, 1.0]))
    for found in (
        expected_a_posteriori(nothing, bank(3), prior),
        maximum_a_posteriori(nothing, bank(3), prior),
        graded_expected_a_posteriori(nothing, GradedItems(np.ones(3), np.full((3, 1), 2.0)), prior),
    ):
        assert found.estimate == pytest.approx(np.array([1.0, 3.0]), abs=1e-6)
        assert found.standard_error == pytest.approx(np.array([0.5, 1.0]), abs=1e-6)
    likelihood = weighted_likelihood(nothing, bank(3))
    assert np.isnan(likelihood.estimate).all()
    assert np.isnan(likelihood.standard_error).all()


def test_no_persons_give_no_estimates() -> None:
    for found in (
        expected_a_posteriori(np.empty((0, 3)), bank(3), STANDARD),
        maximum_a_posteriori(np.empty((0, 3)), bank(3), STANDARD),
        weighted_likelihood(np.empty((0, 3)), bank(3)),
    ):
        assert found.estimate.shape == found.standard_error.shape == (0,)


def test_known_abilities_are_found_again() -> None:
    theta = np.random.default_rng(7).normal(2.3, 1.0, 4000)
    items = bank(40)
    scores = answers_of(theta, items, seed=8)
    scores[np.random.default_rng(9).random(scores.shape) < 0.1] = np.nan
    prior = NormalPrior(2.3, 1.0)
    for found in (
        expected_a_posteriori(scores, items, prior),
        maximum_a_posteriori(scores, items, prior),
        weighted_likelihood(scores, items),
    ):
        error = found.estimate - theta
        assert abs(error.mean()) < 0.03
        assert error.std() == pytest.approx(np.sqrt(np.mean(found.standard_error**2)), rel=0.05)
        assert 0.88 <= np.mean(np.abs(error) <= 1.645 * found.standard_error) <= 0.92


def test_warm_estimate_is_less_biased_than_the_prior_driven_ones_far_from_the_prior() -> None:
    theta = np.full(4000, 4.3)
    items = bank(25)
    scores = answers_of(theta, items, seed=12)
    warm = weighted_likelihood(scores, items).estimate.mean() - 4.3
    shrunk = expected_a_posteriori(scores, items, NormalPrior(2.3, 1.0)).estimate.mean() - 4.3
    assert abs(warm) < 0.05
    assert shrunk < -0.2


def test_ratings_find_known_abilities_again() -> None:
    generator = np.random.default_rng(21)
    theta = generator.normal(2.3, 1.0, 4000)
    items = GradedItems(
        generator.uniform(1.0, 2.0, 8), np.array([[1.0, 2.0, 3.0, 4.0]] * 7 + [[1.5, 3.0, np.nan, np.nan]])
    )
    above = np.cumsum(graded_probabilities(theta, items), axis=2)
    ratings = (generator.random((4000, 8, 1)) > above).sum(axis=2).astype(np.float64)
    ratings[generator.random(ratings.shape) < 0.1] = np.nan
    found = graded_expected_a_posteriori(ratings, items, NormalPrior(2.3, 1.0))
    error = found.estimate - theta
    assert abs(error.mean()) < 0.03
    assert 0.88 <= np.mean(np.abs(error) <= 1.645 * found.standard_error) <= 0.92


def test_graded_estimate_of_two_categories_is_the_plain_one() -> None:
    plain = bank(5)
    graded = GradedItems(plain.discrimination, plain.difficulty[:, None])
    scores = np.array([[1, 0, 1, 0, 1], [0, 0, np.nan, 0, 1.0]])
    prior = NormalPrior(2.0, 0.7)
    first, second = expected_a_posteriori(scores, plain, prior), graded_expected_a_posteriori(scores, graded, prior)
    assert first.estimate == pytest.approx(second.estimate, abs=1e-9)
    assert first.standard_error == pytest.approx(second.standard_error, abs=1e-9)


@property_test
@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=6, max_size=6), st.integers(0, 5))
def test_a_better_answer_never_lowers_an_estimate(scores: list[float], place: int) -> None:
    items = bank(6)
    better = list(scores)
    better[place] = min(1.0, scores[place] + 0.25)
    for found in (
        expected_a_posteriori([scores, better], items, NormalPrior(2.0, 1.0)),
        maximum_a_posteriori([scores, better], items, NormalPrior(2.0, 1.0)),
        weighted_likelihood([scores, better], items),
    ):
        assert found.estimate[1] >= found.estimate[0] - 1e-9


def test_large_groups_are_cut_into_portions_without_a_seam() -> None:
    items, theta = bank(4), np.random.default_rng(2).normal(2, 1, 25_000)
    scores = answers_of(theta, items, seed=3)
    prior = NormalPrior(2.0, 1.0)
    whole = expected_a_posteriori(scores, items, prior)
    last = expected_a_posteriori(scores[-10:], items, prior)
    assert whole.estimate[-10:] == pytest.approx(last.estimate, abs=1e-9)


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([[1.2, 0]], "scores must be at most 1"),
        ([[-0.1, 0]], "scores must be at least 0"),
        ([[np.inf, 0]], "scores must be finite or missing"),
        ([[1.0]], "one column per item"),
        ([1.0, 0.0], "scores must have 2 dimension"),
    ],
)
def test_bad_scores_are_refused(scores: list[object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        expected_a_posteriori(scores, bank(2), STANDARD)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=message):
        maximum_a_posteriori(scores, bank(2), STANDARD)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=message):
        weighted_likelihood(scores, bank(2))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ratings", "message"),
    [
        ([[3.0]], "below the number of categories"),
        ([[0.5]], "whole numbers"),
        ([[-1.0]], "categories must be at least 0"),
        ([[1.0, 1.0]], "one column per item"),
    ],
)
def test_bad_ratings_are_refused(ratings: list[list[float]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        graded_expected_a_posteriori(ratings, GradedItems(np.ones(1), np.array([[1.0, 2.0]])), STANDARD)


def test_bad_priors_and_bounds_are_refused() -> None:
    with pytest.raises(ValueError, match="prior sd must be greater than 0"):
        NormalPrior(0.0, 0.0)
    with pytest.raises(ValueError, match="prior mean must be finite"):
        NormalPrior(np.nan, 1.0)
    with pytest.raises(ValueError, match="one per person"):
        expected_a_posteriori([[1.0, 0.0]], bank(2), NormalPrior(np.zeros(3), 1.0))
    with pytest.raises(ValueError, match="low must be less than high"):
        weighted_likelihood([[1.0, 0.0]], bank(2), low=2.0, high=2.0)
