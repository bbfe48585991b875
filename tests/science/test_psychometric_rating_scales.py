"""Rating scales: scores, turned items, ends of the scale, reliability and its interval."""

import numpy as np
import pytest
from scipy import stats

from bina.science.psychometrics import analyse_items, analyse_scale

ANSWERS = np.array([[5, 4, 1], [4, 4, 2], [2, 3, 4], [1, 2, 5], [3, 3, 3], [5, 5, 1]], dtype=float)


def test_a_reversed_item_is_turned_round() -> None:
    found = analyse_scale(ANSWERS, steps=5, reversed_items=[2])
    by_hand = np.column_stack([ANSWERS[:, :2], 6 - ANSWERS[:, 2]])
    assert found.scores == pytest.approx(by_hand.mean(axis=1))
    assert found.mean == pytest.approx(by_hand.mean())
    assert found.item_mean == pytest.approx(by_hand.mean(axis=0))
    assert found.item_sd == pytest.approx(by_hand.std(axis=0, ddof=1))
    low, high = stats.t.interval(0.95, 5, by_hand.mean(axis=1).mean(), stats.sem(by_hand.mean(axis=1)))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.alpha == pytest.approx(analyse_items((by_hand - 1) / 4).alpha)
    rest = by_hand.sum(axis=1) - by_hand[:, 2]
    assert found.item_rest[2] == pytest.approx(np.corrcoef(by_hand[:, 2], rest)[0, 1])
    assert (found.share_lowest, found.share_highest) == pytest.approx((0, 1 / 6))
    assert found.item_highest == pytest.approx([2 / 6, 1 / 6, 2 / 6])
    assert found.alpha_low < found.alpha < found.alpha_high <= 1
    assert found.omega > 0.8


def test_half_of_the_items_must_be_answered() -> None:
    nan = np.nan
    found = analyse_scale(np.array([[5, nan, nan, 3], [nan, nan, nan, 4], [2, 2, 2, 2], [nan] * 4]), steps=5)
    assert found.scores[0] == 4
    assert np.isnan(found.scores[1])
    assert found.scored == 2
    assert found.complete == 1
    assert np.isnan(found.alpha)
    assert found.item_count.tolist() == [2, 1, 1, 3]


def test_nobody_and_one_person_give_no_interval() -> None:
    assert np.isnan(analyse_scale(np.empty((0, 2)), steps=4).mean)
    alone = analyse_scale([[3, 4]], steps=4)
    assert alone.mean == 3.5
    assert np.isnan(alone.low)
    assert np.isnan(alone.alpha)


def test_the_interval_of_alpha_covers_as_often_as_it_says() -> None:
    """Parallel items with a true alpha of 0.8: about 95 of 100 intervals hold it."""
    numbers = np.random.default_rng(4)
    hits = 0
    for _ in range(400):
        person = numbers.normal(0, 1, size=(60, 1))
        raw = person + numbers.normal(0, 1, size=(60, 4))
        # steps so fine that rounding does not matter
        answers = np.clip(np.rint(500 + 80 * raw), 1, 1000)
        found = analyse_scale(answers, steps=1000)
        hits += found.alpha_low <= 0.8 <= found.alpha_high
    assert 0.92 <= hits / 400 <= 0.98


@pytest.mark.parametrize(
    ("answers", "steps", "turned"),
    [([[1], [2]], 5, []), ([[1, 6]], 5, []), ([[0, 1]], 5, []), ([[1, 1]], 1, []), ([[1, 2]], 5, [2])],
)
def test_nonsense_is_refused(answers: list[list[int]], steps: int, turned: list[int]) -> None:
    with pytest.raises(ValueError, match=r"."):
        analyse_scale(answers, steps=steps, reversed_items=turned)
