"""Item calibration: the published fit of the law school test, recovery of known parameters, groups, anchors, bad input."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bina.science.psychometrics import (
    Model,
    Priors,
    ScoredItems,
    TooFewAnswersError,
    calibrate,
    probability,
)
from tests.science.lsat import PATTERNS, PERSONS

LSAT6 = np.repeat(PATTERNS, PERSONS, axis=0)
Array = NDArray[np.float64]


def people_and_items(persons: int, items: int, seed: int, guessing: float = 0.0) -> tuple[Array, ScoredItems, Array]:
    """Abilities, items and answers of the model itself."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=persons)
    known = ScoredItems(rng.uniform(0.7, 2.0, items), rng.uniform(-2, 2, items), np.full(items, guessing))
    answers = (rng.random((persons, items)) < probability(theta, known)).astype(np.float64)
    return theta, known, answers


def rmse(found: Array, truth: Array) -> float:
    return float(np.sqrt(((found - truth) ** 2).mean()))


def test_published_rasch_fit_of_the_law_school_test() -> None:
    # Bock & Lieberman (1970); ltm's rasch(LSAT) gives the common slope 0.755 and log-likelihood -2466.94
    found = calibrate(LSAT6, model=Model.RASCH, tolerance=1e-7)
    assert found.converged
    assert found.items.discrimination == pytest.approx([0.755] * 5, abs=5e-4)
    assert found.items.difficulty == pytest.approx([-3.615, -1.322, -0.318, -1.730, -2.780], abs=2e-3)
    assert found.log_likelihood == pytest.approx(-2466.94, abs=0.005)
    assert found.parameter_count == 6
    assert found.aic == pytest.approx(4945.88, abs=0.02)
    assert found.bic == pytest.approx(4975.32, abs=0.02)


def test_published_two_parameter_fit_of_the_law_school_test() -> None:
    found = calibrate(LSAT6, tolerance=1e-7)
    assert found.items.discrimination == pytest.approx([0.826, 0.723, 0.891, 0.688, 0.657], abs=2e-3)
    assert found.items.difficulty == pytest.approx([-3.359, -1.370, -0.280, -1.866, -3.126], abs=8e-3)
    assert found.log_likelihood == pytest.approx(-2466.65, abs=0.005)
    assert found.parameter_count == 10


def test_errors_of_the_law_school_test_are_near_the_published_ones() -> None:
    # ltm's grm-free summary of ltm(LSAT ~ z1): standard errors from the Hessian; ours come from cross-products
    found = calibrate(LSAT6, tolerance=1e-7)
    assert found.standard_errors[:, 0] == pytest.approx([0.2581, 0.1867, 0.2326, 0.1852, 0.2100], rel=0.12)
    assert found.standard_errors[:, 1] == pytest.approx([0.8669, 0.3073, 0.0997, 0.4341, 0.8700], rel=0.15)
    assert np.isnan(found.standard_errors[:, 2]).all()


def test_known_items_are_found_again_and_the_errors_are_honest() -> None:
    _theta, known, answers = people_and_items(4_000, 30, seed=3)
    found = calibrate(answers)
    assert found.converged
    assert rmse(found.items.difficulty, known.difficulty) < 0.08
    assert rmse(found.items.discrimination, known.discrimination) < 0.09
    pulls = (found.items.difficulty - known.difficulty) / found.standard_errors[:, 1]
    assert 0.7 < pulls.std() < 1.35
    assert found.misfit.max() < 0.05
    assert found.infit == pytest.approx(np.ones(30), abs=0.08)


def test_answers_missing_by_design_cost_only_precision() -> None:
    _theta, known, answers = people_and_items(6_000, 60, seed=5)
    rng = np.random.default_rng(6)
    answers[rng.random(answers.shape) < 0.9] = np.nan
    found = calibrate(answers)
    assert found.converged
    assert found.answers.min() > 400
    away = np.abs(found.items.difficulty - known.difficulty)
    assert np.median(away) < 0.15
    pulls = (found.items.difficulty - known.difficulty) / found.standard_errors[:, 1]
    assert 0.7 < pulls.std() < 1.4


def test_guessing_is_found_with_its_prior() -> None:
    _theta, known, answers = people_and_items(8_000, 30, seed=8, guessing=0.2)
    found = calibrate(answers, model=Model.THREE_PARAMETER)
    plain = calibrate(answers)
    assert found.items.guessing == pytest.approx(known.guessing, abs=0.12)
    assert rmse(found.items.difficulty, known.difficulty) < 0.3
    assert rmse(found.items.difficulty, known.difficulty) < rmse(plain.items.difficulty, known.difficulty)
    assert np.isfinite(found.standard_errors).all()


def test_groups_get_their_own_mean_and_spread() -> None:
    rng = np.random.default_rng(12)
    known = ScoredItems.without_guessing(rng.uniform(0.8, 2, 25), rng.uniform(-2, 2, 25))
    group = np.repeat([0, 1], 3_000)
    theta = np.where(group == 0, rng.normal(0, 1, 6_000), rng.normal(0.8, 0.6, 6_000))
    answers = (rng.random((6_000, 25)) < probability(theta, known)).astype(np.float64)
    found = calibrate(answers, groups=group)
    assert found.group_means == pytest.approx([0.0, 0.8], abs=0.06)
    assert found.group_sds == pytest.approx([1.0, 0.6], abs=0.06)
    assert found.parameter_count == 52
    assert rmse(found.items.difficulty, known.difficulty) < 0.1


def test_anchors_hold_the_scale_for_new_items() -> None:
    rng = np.random.default_rng(21)
    known = ScoredItems.without_guessing(rng.uniform(0.8, 2, 30), rng.uniform(0.5, 4.5, 30))
    theta = rng.normal(2.6, 0.8, 5_000)
    answers = (rng.random((5_000, 30)) < probability(theta, known)).astype(np.float64)
    anchored = np.arange(30) < 20
    start = ScoredItems.without_guessing(
        np.where(anchored, known.discrimination, 1.0), np.where(anchored, known.difficulty, 2.0)
    )
    found = calibrate(answers, start=start, anchored=anchored, first_mean=2.0, first_sd=1.0)
    assert (found.items.difficulty[:20] == known.difficulty[:20]).all()
    assert found.group_means == pytest.approx([2.6], abs=0.05)
    assert found.group_sds == pytest.approx([0.8], abs=0.05)
    assert rmse(found.items.difficulty[20:], known.difficulty[20:]) < 0.1
    assert np.isnan(found.standard_errors[:20]).all()
    assert found.parameter_count == 22


def test_a_warm_start_takes_fewer_rounds_to_the_same_place() -> None:
    _theta, _known, answers = people_and_items(3_000, 20, seed=4)
    cold = calibrate(answers, tolerance=1e-6)
    warm = calibrate(answers, tolerance=1e-6, start=cold.items)
    assert warm.rounds < cold.rounds
    assert warm.items.difficulty == pytest.approx(cold.items.difficulty, abs=1e-3)


def test_another_scale_only_moves_and_stretches() -> None:
    _theta, _known, answers = people_and_items(3_000, 12, seed=9)
    plain = calibrate(answers, tolerance=1e-6)
    levels = calibrate(answers, first_mean=2.0, first_sd=0.5, tolerance=1e-6)
    assert levels.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-3)
    assert levels.items.difficulty == pytest.approx(2 + plain.items.difficulty / 2, abs=2e-3)
    assert levels.items.discrimination == pytest.approx(plain.items.discrimination * 2, rel=2e-3)


def test_priors_keep_a_thin_item_from_running_away() -> None:
    _theta, _known, answers = people_and_items(60, 8, seed=31)
    answers[:, 0] = 1.0
    answers[0, 0] = 0.0
    free = calibrate(answers, most_rounds=200)
    held = calibrate(answers, priors=Priors(log_slope=(0.0, 0.4), place=(0.0, 1.5)))
    assert held.converged
    assert abs(held.items.difficulty[0]) < abs(free.items.difficulty[0])
    assert 0.3 < held.items.discrimination[0] < 3


def test_too_few_answers_say_how_many_are_missing() -> None:
    answers = np.full((100, 3), np.nan)
    answers[:, 0] = np.arange(100) % 2
    answers[:12, 1] = np.arange(12) % 2
    answers[:, 2] = np.arange(100) % 3 > 0
    with pytest.raises(TooFewAnswersError) as refusal:
        calibrate(answers, fewest_answers=30)
    assert refusal.value.shortfalls == {1: 18}
    assert refusal.value.needed == 30


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"scores": np.full((50, 2), 0.5)}, "0, 1 or missing"),
        ({"scores": np.ones((50, 2))}, "alike"),
        ({"anchored": np.array([True, False])}, "start"),
        ({"groups": np.repeat([0, 2], 25)}, "somebody"),
        ({"groups": np.zeros(3, dtype=np.int64)}, "one entry per person"),
        ({"start": ScoredItems.without_guessing([1.0], [0.0])}, "one entry per item"),
        ({"first_sd": 0.0}, "greater than 0"),
    ],
)
def test_impossible_input_is_refused(change: dict[str, object], words: str) -> None:
    rng = np.random.default_rng(1)
    given: dict[str, object] = {"scores": (rng.random((50, 2)) < 0.5).astype(np.float64), **change}
    with pytest.raises(ValueError, match=words):
        calibrate(**given)  # type: ignore[arg-type]  # the point is to give what does not fit
