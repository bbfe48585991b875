"""Distractors: a table by hand, flags in simulation, missing answers, and bad input."""

import numpy as np
import pytest

from bina.science.psychometrics import analyse_item_options, analyse_options


def test_a_table_by_hand() -> None:
    choices = [[0, 1, 0], [0, 1, 1], [1, 1, 0], [2, 0, 1]]
    found = analyse_options(choices, [0, 1, 0], [3.0, 2.5, 2.0, 1.0], [3, 2, 2])
    assert found.chosen.tolist() == [[2, 1, 1], [1, 3, 0], [2, 2, 0]]
    assert found.share[0] == pytest.approx(np.array([0.5, 0.25, 0.25]))
    assert np.isnan(found.share[1:, 2]).all()
    assert found.mean_ability[0] == pytest.approx(np.array([2.75, 2.0, 1.0]))
    # rest scores of the first item are 1, 1/2, 1, 0
    rest = np.array([1, 0.5, 1, 0])
    for option, took in enumerate(([1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1])):
        assert found.correlation[0, option] == pytest.approx(np.corrcoef(took, rest)[0, 1])


def test_options_that_do_not_work_are_named() -> None:
    generator = np.random.default_rng(120)
    persons, items = 600, 20
    theta = generator.normal(2.2, 0.8, persons)
    right = generator.random((persons, items)) < 1 / (
        1 + np.exp(-1.5 * (theta[:, None] - np.linspace(1.2, 3.2, items)))
    )
    key = np.zeros(items, dtype=np.int64)
    choices = np.where(right, 0, generator.integers(1, 4, right.shape)).astype(np.float64)
    choices[:, 3] = np.where(choices[:, 3] == 2, 1, choices[:, 3])
    # the strong take option 1 of item 7; the key of item 9 is wrong
    choices[theta > 2.8, 7] = 1
    key[9] = 3
    found = analyse_options(choices, key, theta, np.full(items, 4))
    assert found.unused[3].tolist() == [False, False, True, False]
    assert found.attracts_stronger[7].tolist() == [False, True, False, False]
    assert found.attracts_stronger[9, 0]
    assert np.flatnonzero(found.key_discriminates_negatively).tolist()[-1] == 9
    others = np.setdiff1d(np.arange(items), [7, 9])
    assert not found.attracts_stronger[others].any()
    assert not found.key_discriminates_negatively[others].any()


def test_missing_by_design_does_no_harm() -> None:
    generator = np.random.default_rng(121)
    theta = generator.normal(0, 1, 2000)
    right = generator.random((2000, 16)) < 1 / (1 + np.exp(-1.5 * (theta[:, None] - np.linspace(-1, 1, 16))))
    choices = np.where(right, 0.0, generator.integers(1, 3, right.shape))
    whole = analyse_options(choices, np.zeros(16, dtype=int), theta, np.full(16, 3))
    choices[:1000, 8:], choices[1000:, :8] = np.nan, np.nan
    half = analyse_options(choices, np.zeros(16, dtype=int), theta, np.full(16, 3))
    assert half.share == pytest.approx(whole.share, abs=0.06)
    assert half.correlation == pytest.approx(whole.correlation, abs=0.15)


def test_nobody_answered() -> None:
    found = analyse_options([[np.nan, 1.0], [np.nan, 0.0]], [0, 1], [1.0, 2.0], [2, 2])
    assert np.isnan(found.share[0]).all()
    assert not found.unused[0].any()
    # with one answer per person there is no rest score
    assert np.isnan(found.correlation).all()
    assert not found.key_discriminates_negatively.any()


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="below the options"):
        analyse_options([[2.0]], [0], [1.0], [2])
    with pytest.raises(ValueError, match="below the options"):
        analyse_options([[0.0]], [2], [1.0], [2])
    with pytest.raises(ValueError, match="one entry per item"):
        analyse_options([[0.0]], [0, 0], [1.0], [2])
    with pytest.raises(ValueError, match="one entry per person"):
        analyse_options([[0.0]], [0], [1.0, 2.0], [2])


def test_one_item_by_thirds_where_several_options_may_be_taken() -> None:
    took = [[1, 0, 1], [0, 1, 1], [1, 0, 0], [1, 1, 0], [1, 0, 0], [1, 0, 0]]
    ability, rest = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5], [0.1, 0.2, np.nan, 0.6, 0.8, 0.9]
    found = analyse_item_options(took, [True, False, False], ability, rest)
    assert found.chosen.tolist() == [5, 2, 2]
    assert found.by_third.tolist() == [[0.5, 1, 1], [0.5, 0.5, 0], [1, 0, 0]]
    assert found.mean_ability == pytest.approx([1.4, 1.0, 0.25])
    known = [0, 1, 3, 4, 5]
    assert found.correlation[2] == pytest.approx(np.corrcoef(np.array(took)[known, 2], np.array(rest)[known])[0, 1])
    assert not found.weaker_take_key.any()
    with pytest.raises(ValueError, match="0 or 1"):
        analyse_item_options([[0.5]], [True], [1.0], [1.0])
    with pytest.raises(ValueError, match="one entry per option"):
        analyse_item_options(took, [True], ability, rest)
