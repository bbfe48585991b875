"""Differential item functioning: a published table, power and false alarms in simulation, classes, bad input."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special, stats

from bina.science.psychometrics import (
    DifClass,
    NormalPrior,
    ScoredItems,
    ability_strata,
    expected_a_posteriori,
    logistic_dif,
    mantel_haenszel,
    score_strata,
)

# admissions to Berkeley in 1973, six departments: admitted and rejected men, admitted and rejected women
BERKELEY = [
    (512, 313, 89, 19), (353, 207, 17, 8), (120, 205, 202, 391), (138, 279, 131, 244), (53, 138, 94, 299), (22, 351, 24, 317),
]  # fmt: skip


def answers(
    persons: int, items: int, seed: int, *, easier: float = 0.0, steeper: float = 1.0, impact: float = 0.5
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """0/1 answers of two equally large groups; item 0 is harder by `easier` and steeper for the focal group."""
    generator = np.random.default_rng(seed)
    focal = np.arange(persons) % 2 == 1
    theta = generator.normal(0, 1, persons) - impact * focal
    places = np.linspace(-1.5, 1.5, items)
    places[0] = 0.0
    logit = theta[:, None] - places
    logit[:, 0] = np.where(focal, steeper * (theta - easier), theta)
    return (generator.random(logit.shape) < special.expit(1.2 * logit)).astype(np.float64), focal


def test_published_odds_ratio_of_the_berkeley_admissions() -> None:
    score, focal, strata = [], [], []
    for stratum, cells in enumerate(BERKELEY):
        for count, right, group in zip(cells, (1, 0, 1, 0), (False, False, True, True), strict=True):
            score += [[right]] * count
            focal += [group] * count
            strata += [stratum] * count
    found = mantel_haenszel(score, np.array(focal), strata)
    # as R's mantelhaen.test prints them, with the 95 % interval of the odds ratio
    assert found.odds_ratio[0] == pytest.approx(0.9046968, abs=1e-7)
    assert found.chi2[0] == pytest.approx(1.4269, abs=5e-5)
    assert found.p_value[0] == pytest.approx(0.2323, abs=5e-5)
    half = 1.959964 * found.delta_error[0] / 2.35
    assert np.exp(np.log(found.odds_ratio[0]) + half) == pytest.approx(1.0603298, abs=1e-6)
    assert found.delta[0] == pytest.approx(-2.35 * np.log(0.9046968), abs=1e-6)
    assert found.size == [DifClass.NEGLIGIBLE]


def test_false_alarms_are_as_rare_as_stated() -> None:
    alarms, logistic = [], []
    for seed in range(12):
        scores, focal = answers(800, 20, seed)
        alarms.append(mantel_haenszel(scores, focal, score_strata(scores)).p_value < 0.05)
        logistic.append(logistic_dif(scores, focal, scores.sum(axis=1)).p_value < 0.05)
    assert 0.02 <= np.mean(alarms) <= 0.07
    assert 0.02 <= np.mean(logistic) <= 0.09


def test_a_harder_item_is_found_and_measured() -> None:
    delta, found, large = [], [], 0
    for seed in range(30):
        scores, focal = answers(800, 20, 100 + seed, easier=0.6)
        result = mantel_haenszel(scores, focal, score_strata(scores))
        delta.append(result.delta[0])
        found.append(result.p_value[0] < 0.05)
        large += sum(size is DifClass.LARGE for size in result.size[1:])
    assert np.mean(found) > 0.85
    # 1.2 x 0.6 logits are 1.69 delta units
    assert np.mean(delta) == pytest.approx(-2.35 * 0.72, abs=0.25)
    assert large <= 3


def test_a_difference_that_turns_is_found_by_the_interaction_only() -> None:
    turned, plain = [], []
    for seed in range(12):
        scores, focal = answers(1200, 20, 200 + seed, steeper=2.5, impact=0.0)
        found = logistic_dif(scores, focal, scores.sum(axis=1))
        turned.append(found.non_uniform_chi2[0] > stats.chi2.isf(0.05, 1))
        plain.append(found.uniform_chi2[0] > stats.chi2.isf(0.05, 1))
        assert found.chi2[0] == pytest.approx(found.uniform_chi2[0] + found.non_uniform_chi2[0])
    assert np.mean(turned) > 0.7
    assert np.mean(plain) < 0.5


def test_classes_follow_size_and_certainty() -> None:
    scores, focal = answers(4000, 20, 300, easier=1.2)
    found, regression = (
        mantel_haenszel(scores, focal, score_strata(scores)),
        logistic_dif(scores, focal, scores.sum(axis=1)),
    )
    assert found.size[0] is DifClass.LARGE
    assert regression.size[0] in (DifClass.MODERATE, DifClass.LARGE)
    assert regression.group_effect[0] < -0.8
    scores, focal = answers(4000, 20, 301, easier=0.45)
    found = mantel_haenszel(scores, focal, score_strata(scores))
    assert found.size[0] is DifClass.MODERATE
    # what is not certain is negligible, whatever its size
    doubtful = mantel_haenszel(scores, focal, score_strata(scores), significance=1e-12)
    assert doubtful.delta[0] == found.delta[0]
    assert doubtful.size[0] is DifClass.NEGLIGIBLE


def test_missing_answers_are_matched_by_ability() -> None:
    scores, focal = answers(2000, 24, 302, easier=0.8)
    scores[np.random.default_rng(3).random(scores.shape) < 0.3] = np.nan
    items = ScoredItems.without_guessing(np.full(24, 1.2), np.r_[0.0, np.linspace(-1.5, 1.5, 24)[1:]])
    ability = expected_a_posteriori(scores, items, NormalPrior(0.0, 1.0)).estimate
    found, regression = mantel_haenszel(scores, focal, ability_strata(ability)), logistic_dif(scores, focal, ability)
    assert found.p_value[0] < 0.001
    assert regression.p_value[0] < 0.001
    assert found.p_value[1:].min() > 0.0005
    assert np.corrcoef(found.delta, regression.group_effect)[0, 1] > 0.95


def test_few_answers_are_not_judged() -> None:
    scores, focal = answers(200, 5, 303)
    scores[focal, 2] = np.nan
    scores[:, 3] = 1.0
    found = mantel_haenszel(scores, focal, ability_strata(np.nansum(scores, axis=1), 4))
    regression = logistic_dif(scores, focal, np.nansum(scores, axis=1))
    for result in (found, regression):
        assert [size is DifClass.UNKNOWN for size in result.size] == [False, False, True, True, False]
        assert np.isnan(result.p_value).tolist() == [False, False, True, True, False]


def test_strata_hold_about_equally_many() -> None:
    counts = np.bincount(ability_strata(np.random.default_rng(5).normal(0, 1, 1000), 8))
    assert counts.tolist() == [125] * 8


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="0, 1 or missing"):
        mantel_haenszel([[0.5]], np.array([True]), [0])
    with pytest.raises(ValueError, match="true or false"):
        mantel_haenszel([[1.0]], np.array([1.0]), [0])
    with pytest.raises(ValueError, match="equally long"):
        logistic_dif([[1.0]], np.array([True, False]), [0.0])
    with pytest.raises(ValueError, match="scores must be finite"):
        score_strata([[np.nan]])
    with pytest.raises(ValueError, match="at least 1"):
        ability_strata([0.0], 0)
