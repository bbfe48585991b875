"""Reliability: values by hand, published figures, agreement with simulated truth, and bad input."""

import numpy as np
import pytest
from scipy import stats

from bina.science.psychometrics import (
    AbilityEstimate,
    NormalPrior,
    ScoredItems,
    decision_quality,
    expected_a_posteriori,
    information,
    marginal_reliability,
    one_factor,
    probability,
    reliability_at,
    score_reliability,
)
from tests.science.lsat import PATTERNS, PERSONS

PRIOR = NormalPrior(2.3, 0.8)


def bank(items: int) -> ScoredItems:
    generator = np.random.default_rng(80)
    return ScoredItems.without_guessing(generator.uniform(1.2, 2.2, items), generator.uniform(0.8, 3.8, items))


def test_alpha_is_the_published_one_and_omega_lies_just_above() -> None:
    found = score_reliability(np.repeat(PATTERNS, PERSONS, axis=0))
    assert found.alpha == pytest.approx(0.2950, abs=0.00005)
    assert found.alpha < found.omega < found.alpha + 0.02


def test_one_factor_is_found_exactly_where_it_is_exact() -> None:
    loadings = np.array([0.9, 0.7, 0.5, 0.3])
    matrix = np.outer(loadings, loadings)
    np.fill_diagonal(matrix, 1)
    assert one_factor(matrix) == pytest.approx(loadings, abs=1e-7)
    # Spearman's tetrad: three correlations determine three loadings, l1 = sqrt(r12 r13 / r23)
    three = np.array([[1, 0.42, 0.28], [0.42, 1, 0.24], [0.28, 0.24, 1]])
    assert one_factor(three)[0] == pytest.approx(np.sqrt(0.42 * 0.28 / 0.24), abs=1e-7)


def test_omega_is_the_squared_correlation_with_the_factor() -> None:
    generator = np.random.default_rng(81)
    loadings = np.array([0.9, 0.8, 0.6, 0.4, 0.2])
    factor = generator.normal(0, 1, 20_000)
    items = factor[:, None] * loadings + generator.normal(0, np.sqrt(1 - loadings**2), (20_000, 5))
    scores = (items + 10) / 20
    found = score_reliability(scores)
    assert found.omega == pytest.approx(np.corrcoef(factor, scores.sum(axis=1))[0, 1] ** 2, abs=0.01)
    assert found.alpha < found.omega - 0.02


def test_marginal_reliability_is_the_squared_correlation_with_the_truth() -> None:
    generator = np.random.default_rng(82)
    items, theta = bank(25), generator.normal(2.3, 0.8, 6000)
    scores = (generator.random((6000, 25)) < probability(theta, items)).astype(np.float64)
    found = expected_a_posteriori(scores, items, PRIOR)
    assert marginal_reliability(found) == pytest.approx(np.corrcoef(found.estimate, theta)[0, 1] ** 2, abs=0.01)


def test_reliability_at_an_ability_by_hand() -> None:
    items = bank(10)
    told = information([2.0], items).sum()
    assert reliability_at([2.0], items, sd=0.5)[0] == pytest.approx(told / (told + 4))
    assert reliability_at([2.0], bank(0))[0] == 0.0


def test_decisions_by_hand() -> None:
    found = decision_quality(AbilityEstimate(np.array([1.0, 2.5]), np.array([0.5, 1.0])), [2.0])
    low, high = stats.norm.cdf(2.0), stats.norm.cdf(0.5)
    assert found.accuracy_per_person == pytest.approx(np.array([low, high]))
    assert found.accuracy == pytest.approx((low + high) / 2)
    assert found.consistency == pytest.approx((low**2 + (1 - low) ** 2 + high**2 + (1 - high) ** 2) / 2)
    assert found.expected == pytest.approx(np.array([[low, 1 - high], [1 - low, high]]) / 2)
    assert found.expected.sum() == pytest.approx(1)


def test_stated_accuracy_and_consistency_are_those_of_repeated_tests() -> None:
    generator = np.random.default_rng(83)
    items, theta, cuts = bank(40), generator.normal(2.3, 0.8, 5000), np.array([2.0, 3.0])
    first, second = (
        expected_a_posteriori(generator.random((5000, 40)) < probability(theta, items), items, PRIOR) for _ in range(2)
    )
    found = decision_quality(first, cuts)
    one, two, truth = (np.searchsorted(cuts, place, side="right") for place in (first.estimate, second.estimate, theta))
    assert found.accuracy == pytest.approx(np.mean(one == truth), abs=0.015)
    assert found.consistency == pytest.approx(np.mean(one == two), abs=0.04)
    assert 0 < found.kappa < found.consistency


def test_one_category_has_no_kappa() -> None:
    assert np.isnan(decision_quality(AbilityEstimate(np.zeros(3), np.full(3, 0.1)), [9.0]).kappa)


def test_bad_input_is_refused() -> None:
    some = AbilityEstimate(np.zeros(3), np.ones(3))
    with pytest.raises(ValueError, match="rise strictly"):
        decision_quality(some, [2.0, 2.0])
    with pytest.raises(ValueError, match="rise strictly"):
        decision_quality(some, [])
    with pytest.raises(ValueError, match="at least one person"):
        decision_quality(AbilityEstimate(np.zeros(0), np.zeros(0)), [2.0])
    with pytest.raises(ValueError, match="at least 2 persons"):
        marginal_reliability(AbilityEstimate(np.zeros(1), np.ones(1)))
    with pytest.raises(ValueError, match="standard_error must be greater than 0"):
        marginal_reliability(AbilityEstimate(np.zeros(2), np.zeros(2)))
    with pytest.raises(ValueError, match="at least 3 items"):
        score_reliability([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    with pytest.raises(ValueError, match="every item must vary"):
        score_reliability([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0]])
    with pytest.raises(ValueError, match="symmetric"):
        one_factor(np.triu(np.ones((3, 3))))
