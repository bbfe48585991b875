"""Person fit: the formula by hand, false alarms and detection in simulation, and bad input."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bina.science.psychometrics import NormalPrior, ScoredItems, probability, standardized_person_fit

PRIOR = NormalPrior(2.2, 0.9)


def bank(items: int = 40, guessing: float = 0.0) -> ScoredItems:
    generator = np.random.default_rng(95)
    return ScoredItems(generator.uniform(1.0, 2.0, items), generator.uniform(0.5, 4.0, items), np.full(items, guessing))


def answers(theta: NDArray[np.float64], items: ScoredItems, seed: int) -> NDArray[np.float64]:
    chance = np.random.default_rng(seed).random((len(theta), len(items)))
    return (chance < probability(theta, items)).astype(np.float64)


def test_two_items_by_hand() -> None:
    items = ScoredItems.without_guessing([1.0, 1.0], [1.0, 3.0])
    found = standardized_person_fit([[0, 1], [1, 0]], items, NormalPrior(2.0, 1.0))
    # by symmetry theta = 2, P = e(1), e(-1); w = 1, -1, c = 0, so lz* = sum (x - P) w / sqrt(2 P Q)
    right = 1 / (1 + np.exp(-1))
    away = np.array([-2 * right, 2 * (1 - right)]) / np.sqrt(2 * right * (1 - right))
    assert found.ability == pytest.approx(2.0, abs=1e-8)
    assert found.standardized == pytest.approx(away, abs=1e-7)


@pytest.mark.parametrize("guessing", [0.0, 0.2])
def test_honest_people_are_about_standard_normal(guessing: float) -> None:
    items = bank(guessing=guessing)
    theta = np.random.default_rng(96).normal(2.2, 0.9, 5000)
    scores = answers(theta, items, 97)
    scores[np.random.default_rng(98).random(scores.shape) < 0.1] = np.nan
    fit = standardized_person_fit(scores, items, PRIOR).standardized
    assert fit.mean() == pytest.approx(0, abs=0.15)
    assert fit.std() == pytest.approx(1, abs=0.08)
    assert 0.03 <= np.mean(fit < -1.645) <= 0.07


def test_the_correction_holds_at_every_ability() -> None:
    items = bank()
    for theta in (1.0, 2.2, 3.4):
        fit = standardized_person_fit(answers(np.full(3000, theta), items, 99), items, PRIOR).standardized
        assert 0.03 <= np.mean(fit < -1.645) <= 0.085
        assert fit.std() == pytest.approx(1, abs=0.1)


def test_people_who_answer_at_random_or_knew_the_hard_items_are_noticed() -> None:
    items = bank()
    theta = np.random.default_rng(100).normal(1.8, 0.4, 500)
    leaked = answers(theta, items, 101)
    leaked[:, np.argsort(-items.difficulty)[:10]] = 1.0
    assert np.mean(standardized_person_fit(leaked, items, PRIOR).standardized < -1.645) > 0.8
    random = (np.random.default_rng(102).random((500, 40)) < 0.5).astype(np.float64)
    assert np.mean(standardized_person_fit(random, items, PRIOR).standardized < -1.645) > 0.9


def test_too_little_to_judge() -> None:
    scores = np.full((3, 4), np.nan)
    scores[1, 0], scores[2, :2] = 1, (0, 1)
    fit = standardized_person_fit(scores, bank(4), PRIOR).standardized
    assert np.isnan(fit).tolist() == [True, True, False]


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="0, 1 or missing"):
        standardized_person_fit([[0.5, 1.0]], bank(2), PRIOR)
    with pytest.raises(ValueError, match="one column per item"):
        standardized_person_fit([[1.0]], bank(2), PRIOR)
