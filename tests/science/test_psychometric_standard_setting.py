"""Standard setting: published intraclass correlations, panels by hand, simulated judges, and bad input."""

import numpy as np
import pytest

from bina.science.psychometrics import (
    ScoredItems,
    angoff_round,
    booklet_order,
    bookmark_cut,
    intraclass_correlations,
    level_of_score,
    probability,
    response_levels,
    round_change,
)

# six targets, four judges (Shrout & Fleiss 1979, table 2)
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def bank(items: int = 20) -> ScoredItems:
    generator = np.random.default_rng(90)
    return ScoredItems(generator.uniform(0.8, 1.8, items), generator.uniform(0.5, 4.0, items), np.full(items, 0.2))


def test_published_intraclass_correlations() -> None:
    single, mean = intraclass_correlations(SHROUT_FLEISS)
    assert single == pytest.approx(0.29, abs=0.005)
    assert mean == pytest.approx(0.62, abs=0.005)


def test_a_round_by_hand() -> None:
    found = angoff_round([[0.5, 0.7, 0.9], [0.4, 0.6, 0.8], [0.9, 0.7, 0.5]])
    assert found.judge_cuts == pytest.approx(np.array([2.1, 1.8, 2.1]))
    assert found.cut == pytest.approx(2.0)
    assert found.cut_share == pytest.approx(2 / 3)
    assert found.standard_error == pytest.approx(np.std([2.1, 1.8, 2.1], ddof=1) / np.sqrt(3))
    # the others of the first judge rate 0.65 on every item; the third judge runs against the two
    assert np.isnan(found.judge_consistency[:2]).all()
    assert found.judge_consistency[2] == pytest.approx(-1)


def test_judges_of_one_mind_agree_fully() -> None:
    found = angoff_round(np.tile([0.3, 0.5, 0.8], (4, 1)))
    assert found.single_agreement == pytest.approx(1)
    assert found.mean_agreement == pytest.approx(1)
    assert found.standard_error == pytest.approx(0)
    assert np.isnan(angoff_round(np.full((3, 3), 0.5)).single_agreement)


def test_discussion_brings_judges_together() -> None:
    first, second = (
        angoff_round([[0.5, 0.5], [0.9, 0.9], [0.7, 0.1]]),
        angoff_round([[0.6, 0.6], [0.8, 0.8], [0.6, 0.5]]),
    )
    change = round_change(first, second)
    assert change.cut_change == pytest.approx(second.cut - first.cut)
    assert change.judge_changes == pytest.approx(np.array([0.2, -0.2, 0.3]))
    assert change.spread_ratio < 1


def test_honest_judges_find_the_level_they_have_in_mind() -> None:
    generator, items = np.random.default_rng(91), bank(40)
    cuts, errors = [], []
    for _ in range(60):
        in_mind = generator.normal(2.5, 0.2, (10, 1))
        logit = items.discrimination * (in_mind - items.difficulty) + generator.normal(0, 0.5, (10, 40))
        found = angoff_round(0.2 + 0.8 / (1 + np.exp(-logit)))
        cuts.append(level_of_score(found.cut, items))
        step = level_of_score(found.cut + found.standard_error, items) - cuts[-1]
        errors.append(step)
    assert np.mean(cuts) == pytest.approx(2.5, abs=0.05)
    assert np.std(cuts) == pytest.approx(np.mean(errors), rel=0.3)


@pytest.mark.parametrize("theta", [-6.0, 2.0, 9.0])
def test_a_score_becomes_the_level_that_expects_it(theta: float) -> None:
    items = bank()
    assert level_of_score(float(probability([theta], items).sum()), items) == pytest.approx(theta, abs=1e-4)


def test_response_level_is_where_the_chance_is_reached() -> None:
    items = bank()
    assert np.diag(probability(response_levels(items), items)) == pytest.approx(0.65)
    assert (np.diff(response_levels(items)[booklet_order(items)]) >= 0).all()


def test_bookmarks_by_hand() -> None:
    items = ScoredItems.without_guessing(np.full(4, np.log(0.65 / 0.35)), [2.0, 0.0, 1.0, 3.0])
    # with this slope every response level lies one level above the difficulty
    found = bookmark_cut([1, 2, 2, 3, 1], items)
    assert found.judge_cuts == pytest.approx(np.array([2.0, 3.0, 3.0, 4.0, 2.0]))
    assert found.cut == pytest.approx(3.0)
    assert found.spread == pytest.approx(np.std([2, 3, 3, 4, 2], ddof=1))
    assert found.standard_error == pytest.approx(found.spread * np.sqrt(np.pi / 10))
    assert found.agreement == pytest.approx(0.4)


def test_bad_input_is_refused() -> None:
    items = bank()
    with pytest.raises(ValueError, match="at least 2 judges and 2 items"):
        angoff_round([[0.5, 0.5]])
    with pytest.raises(ValueError, match="at most 1"):
        angoff_round([[50, 60], [40, 30]])
    with pytest.raises(ValueError, match="judgements must be finite"):
        angoff_round([[0.5, np.nan], [0.4, 0.3]])
    with pytest.raises(ValueError, match="at least 2 targets"):
        intraclass_correlations([[1.0, 2.0]])
    with pytest.raises(ValueError, match="the same judges"):
        round_change(angoff_round([[0.5, 0.5], [0.1, 0.2]]), angoff_round([[0.5, 0.5], [0.1, 0.2], [0.3, 0.3]]))
    with pytest.raises(ValueError, match="points must lie between 4 and 20"):
        level_of_score(3.0, items)
    with pytest.raises(ValueError, match=r"between 0\.2 and 1"):
        response_levels(items, 0.2)
    with pytest.raises(ValueError, match="positions from 0 to 19"):
        bookmark_cut([3, 20], items)
    with pytest.raises(ValueError, match="at least 2 judges"):
        bookmark_cut([3], items)
