"""Shared wrong answers and quick answers: exact chances, false alarms and detection in simulation, bad input."""

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from bina.science.psychometrics import (
    NormalPrior,
    ScoredItems,
    answer_similarity,
    expected_a_posteriori,
    holm_adjusted,
    option_probabilities,
    probability,
    rapid_guessing,
    suspicious_pairs,
)

OPTIONS, ITEMS = 4, 40
KEY = np.arange(ITEMS) % OPTIONS
BANK = ScoredItems(np.full(ITEMS, 1.3), np.linspace(1.0, 4.0, ITEMS), np.full(ITEMS, 0.15))


def chosen(theta: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """One option per person and item; the wrong ones are chosen in the proportions 3 : 2 : 1."""
    generator = np.random.default_rng(seed)
    right = generator.random((len(theta), ITEMS)) < probability(theta, BANK)
    shift = generator.choice([1, 2, 3], p=[1 / 2, 1 / 3, 1 / 6], size=right.shape)
    return np.where(right, KEY, (KEY + shift) % OPTIONS).astype(np.float64)


def nominal(choices: NDArray[np.float64]) -> NDArray[np.float64]:
    scores = np.where(np.isnan(choices), np.nan, choices == KEY)
    ability = expected_a_posteriori(scores, BANK, NormalPrior(2.2, 0.8)).estimate
    return option_probabilities(probability(ability, BANK), choices, KEY, OPTIONS)


def test_chance_of_shared_errors_by_counting_all_outcomes() -> None:
    generator = np.random.default_rng(110)
    chance = generator.dirichlet(np.ones(3), (2, 4))
    key = [0, 1, 2, 0]
    found = answer_similarity([[1, 0, 1, 0], [1, 0, 2, 0]], key, chance)
    match = [sum(chance[0, i, k] * chance[1, i, k] for k in range(3) if k != key[i]) for i in range(4)]
    total = sum(
        np.prod([m if hit else 1 - m for m, hit in zip(match, hits, strict=True)])
        for hits in itertools.product([0, 1], repeat=4)
        if sum(hits) >= 2
    )
    assert found.pairs.tolist() == [[0, 1]]
    assert found.matches.tolist() == [2]
    assert found.expected[0] == pytest.approx(sum(match))
    assert found.p_value[0] == pytest.approx(total)
    # what one of them left out cannot be shared
    open_item = answer_similarity(np.array([[1, 0, 1, 0], [1, np.nan, 2, 0]]), key, chance)
    assert open_item.matches.tolist() == [1]
    assert open_item.p_value[0] == pytest.approx(1 - (1 - match[0]) * (1 - match[2]) * (1 - match[3]))


def test_honest_pairs_are_rarely_suspected() -> None:
    choices = chosen(np.random.default_rng(111).normal(2.2, 0.8, 120), 112)
    found = answer_similarity(choices, KEY, nominal(choices))
    assert len(found.pairs) == 120 * 119 // 2
    # counts are whole and abilities come from the same answers, so fewer than the stated share lie below it
    assert 0.005 <= np.mean(found.p_value < 0.05) <= 0.05
    assert np.mean(found.p_value < 0.01) <= 0.01
    assert found.matches.mean() == pytest.approx(found.expected.mean(), rel=0.05)
    assert len(suspicious_pairs(found)) == 0


def test_copied_answers_are_found_among_all_pairs() -> None:
    caught = 0
    for seed in range(6):
        theta = np.random.default_rng(seed).normal(2.0, 0.5, 60)
        choices = chosen(theta, 200 + seed)
        copied = np.random.default_rng(300 + seed).random(ITEMS) < 0.9
        choices[7, copied] = choices[3, copied]
        found = suspicious_pairs(answer_similarity(choices, KEY, nominal(choices)))
        caught += [3, 7] in found.tolist()
        assert all(set(pair) & {3, 7} for pair in found.tolist())
    assert caught >= 5


def test_only_the_pairs_that_were_asked_for() -> None:
    choices = chosen(np.full(6, 2.0), 113)
    everybody, some = (
        answer_similarity(choices, KEY, nominal(choices)),
        answer_similarity(choices, KEY, nominal(choices), pairs=[[0, 5], [4, 2]]),
    )
    row = everybody.pairs.tolist().index([0, 5])
    assert some.p_value[0] == everybody.p_value[row]
    assert some.adjusted_p[0] <= everybody.adjusted_p[row]


def test_option_probabilities_follow_the_errors_of_all() -> None:
    found = option_probabilities([[0.4]], [[1.0]], [0], 3)
    assert found[0, 0] == pytest.approx(np.array([0.4, 0.6 * 0.75, 0.6 * 0.25]))


def test_holm_by_hand() -> None:
    assert holm_adjusted([0.01, 0.04, 0.03, 0.6]) == pytest.approx(np.array([0.04, 0.09, 0.09, 0.6]))
    assert holm_adjusted([]).tolist() == []


def test_quick_answers_by_hand() -> None:
    seconds = np.array([[60, 200, 3], [2, 9, 50], [118, 181, np.nan]])
    found = rapid_guessing(seconds)
    assert found.threshold == pytest.approx(np.array([6.0, 10.0, 2.65]))
    assert found.rapid.tolist() == [[False, False, False], [True, True, False], [False, False, False]]
    assert found.effort == pytest.approx(np.array([1.0, 1 / 3, 1.0]))
    assert found.flagged.tolist() == [False, True, False]


def test_nobody_is_flagged_for_what_was_not_answered() -> None:
    found = rapid_guessing([[np.nan, 30.0], [np.nan, np.nan]])
    assert np.isnan(found.threshold).tolist() == [True, False]
    assert not found.rapid.any()
    assert np.isnan(found.effort).tolist() == [False, True]
    assert not found.flagged.any()


def test_those_who_rush_are_separated_from_those_who_think() -> None:
    generator = np.random.default_rng(114)
    seconds = np.exp(generator.normal(4.0, 0.6, (300, 30)))
    seconds[:20, 10:] = generator.uniform(0.5, 4.0, (20, 20))
    found = rapid_guessing(seconds)
    assert found.flagged[:20].all()
    assert found.flagged[20:].mean() < 0.01


def test_bad_input_is_refused() -> None:
    even = np.full((2, 1, 2), 0.5)
    with pytest.raises(ValueError, match="2 persons x 1 items"):
        answer_similarity([[0], [1]], [0], even[:1])
    with pytest.raises(ValueError, match="below the number of options"):
        answer_similarity([[0], [2]], [0], even)
    with pytest.raises(ValueError, match="sum to 1"):
        answer_similarity([[0], [1]], [0], even / 2)
    with pytest.raises(ValueError, match="key must have one entry"):
        answer_similarity([[0], [1]], [0, 1], even)
    with pytest.raises(ValueError, match="two columns"):
        answer_similarity([[0], [1]], [0], even, pairs=[0, 1])
    with pytest.raises(ValueError, match="nobody is a pair alone"):
        answer_similarity([[0], [1]], [0], even, pairs=[[1, 1]])
    with pytest.raises(ValueError, match="equally large"):
        option_probabilities([[0.5]], [[0.0, 1.0]], [0, 0], 2)
    with pytest.raises(ValueError, match="seconds must be at least 0"):
        rapid_guessing([[-1.0]])
    with pytest.raises(ValueError, match="share_of_mean"):
        rapid_guessing([[1.0]], share_of_mean=1.5)
