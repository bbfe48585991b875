"""Tests that choose: content, exposure, families, precision with fewer questions, and many competencies at once."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from bina.science.psychometrics import NormalPrior, ScoredItems, expected_a_posteriori, information
from bina.science.psychometrics.adaptive import (
    ChoiceRules,
    ItemPool,
    ProfileAnswers,
    ProfilePrior,
    StoppingRule,
    begin,
    best_fixed_form,
    choose_item,
    draw_eligible,
    eligibility,
    estimate_profile,
    expected_gain,
    nested_prior,
    simulate_adaptive,
    simulate_fixed,
    take,
)
from bina.science.psychometrics.adaptive.exposure import STEEPNESS

AREAS = 5


def bank(count: int = 250, seed: int = 1) -> tuple[ScoredItems, NDArray[np.int64]]:
    """Items over the whole level scale, their areas in turn."""
    rng = np.random.default_rng(seed)
    items = ScoredItems.without_guessing(rng.lognormal(0.3, 0.25, count), rng.uniform(0.2, 4.6, count))
    return items, np.arange(count) % AREAS


def pool_of(count: int = 250) -> ItemPool:
    items, area = bank(count)
    return ItemPool.of(items, area=area)


EVEN = ChoiceRules(shares=(0.2,) * AREAS, shortlist=5)


def test_the_best_item_is_the_most_informative_of_the_area_that_is_due() -> None:
    pool = pool_of()
    rules = ChoiceRules(shares=(0.2,) * AREAS, shortlist=1)
    progress = begin(pool)
    chosen = choose_item(pool, rules, progress, theta=2.0, sd=0.3, draw=0.5)
    due = int(pool.area[chosen])
    told = information([2.0], pool.items)[0]
    assert told[chosen] == pytest.approx(told[pool.area == due].max())


def test_content_stays_balanced_and_nothing_comes_twice() -> None:
    pool = pool_of()
    progress = begin(pool)
    rng = np.random.default_rng(3)
    asked = []
    for _ in range(25):
        position = choose_item(pool, EVEN, progress, theta=2.5, sd=0.4, draw=rng.random())
        take(pool, progress, position)
        asked.append(position)
    assert len(set(asked)) == 25
    assert progress.asked == [5] * AREAS


def test_a_family_meets_a_person_only_once() -> None:
    items, area = bank(40)
    family = np.arange(40) // 4  # four relatives, one after the other
    pool = ItemPool.of(items, area=area, family=family)
    progress = begin(pool)
    for _ in range(8):
        take(pool, progress, choose_item(pool, EVEN, progress, theta=2.0, sd=0.5, draw=0.2))
    assert sum(progress.left) == 8
    for _ in range(2):
        take(pool, progress, choose_item(pool, EVEN, progress, theta=2.0, sd=0.5, draw=0.9))
    with pytest.raises(ValueError, match="no item is left"):
        choose_item(pool, EVEN, progress, theta=2.0, sd=0.5, draw=0.0)


def test_an_area_without_eligible_items_keeps_its_items() -> None:
    pool = pool_of(50)
    progress = begin(pool, np.zeros(50, dtype=np.bool_))
    assert progress.left == [10] * AREAS


def test_early_questions_are_chosen_for_a_wide_range() -> None:
    # one steep item exactly at the guess, one flatter beside it: nearly nothing is known, so steepness at a point misleads
    items = ScoredItems.without_guessing([6.0, 1.2], [2.0, 2.4])
    pool = ItemPool.of(items)
    point = pool.worth(0.1)[pool.place(2.5)]
    wide = pool.worth(1.2)[pool.place(2.5)]
    assert point[1] > 0
    assert wide[0] / wide[1] > point[0] / point[1]


def test_eligibility_lowers_what_is_asked_too_often() -> None:
    twice = 0.5 * 0.5**STEEPNESS
    assert eligibility([100, 100, 100, 0], [50, 25, 10, 0], most=0.25) == pytest.approx([twice, 1.0, 1.0, 1.0])
    # seldom offered, yet asked each time: eligible for a quarter of the people, and once more less while ahead
    assert eligibility([100, 40], [0, 40], most=0.25) == pytest.approx([1.0, 0.25 * (25 / 40) ** STEEPNESS])
    with pytest.raises(ValueError, match="more often"):
        eligibility([1], [2], most=0.25)


def test_exposure_stays_below_its_bound_and_recovery_is_unbiased() -> None:
    pool = pool_of()
    rng = np.random.default_rng(10)
    truth = rng.normal(2.0, 1.0, 3_000)
    run = simulate_adaptive(
        pool, truth, rng, rules=EVEN, stop=StoppingRule(most=20), prior_mean=2.0, prior_sd=1.0, most_exposed=0.23
    )
    assert run.exposure.max() <= 0.25
    assert run.exposure.sum() == pytest.approx(20)
    assert abs(run.bias) < 0.03
    assert (run.length == 20).all()
    areas = np.bincount(pool.area[np.argsort(pool.original)][run.asked.ravel()], minlength=AREAS)
    assert (areas == 3_000 * 4).all()
    inside = np.abs(run.estimate - truth) <= 1.645 * run.standard_error
    assert 0.88 < inside.mean() < 0.925


def test_those_nearest_to_it_come_too_where_a_test_needs_more_than_are_eligible() -> None:
    chance, draws = np.array([0.5, 0.5, 0.1, 1.0, 0.0]), np.array([0.2, 0.6, 0.9, 0.9, 0.1])
    assert draw_eligible(chance, draws).tolist() == [True, False, False, True, False]
    assert draw_eligible(chance, draws, [(0, 3, 1), (3, 5, 1)]).tolist() == [True, False, False, True, False]
    assert draw_eligible(chance, draws, [(0, 3, 2)]).tolist() == [True, True, False, True, False]
    assert draw_eligible(chance, draws, [(0, 3, 3), (3, 5, 2)]).all()
    rows = draw_eligible(chance, np.array([draws, draws[::-1]]), [(0, 5, 3)])
    assert rows.sum(axis=1).tolist() == [3, 3]


def test_exposure_holds_for_a_thousand_people_and_where_nearly_a_quarter_of_the_bank_is_asked() -> None:
    items, area = bank(1_000)
    family = np.where(np.arange(1_000) < 200, np.arange(1_000) // 4, -1)
    for pool, people, most, aim in (
        (ItemPool.of(items, area=area, family=family), 1_000, 30, 0.22),
        (pool_of(), 1_000, 30, 0.22),
        # 60 of 250 is 0.24 on average, so nothing less can be aimed at and the items are met nearly evenly; among fewer
        # people the luck of the draw alone is larger than what is left.
        (pool_of(), 2_000, 60, 0.24),
    ):
        truth = np.random.default_rng(21).normal(2.0, 1.0, people)
        run = simulate_adaptive(
            pool, truth, np.random.default_rng(22), rules=EVEN, stop=StoppingRule(most=most), prior_mean=2.0,
            prior_sd=1.0, most_exposed=aim,
        )  # fmt: skip
        assert run.exposure.max() <= 0.25
        assert all(len(set(row)) == most for row in run.asked.tolist())


def test_a_simulation_that_runs_out_of_items_says_so() -> None:
    items, area = bank(20)
    pool = ItemPool.of(items, area=area, family=np.zeros(20, dtype=np.int64))
    with pytest.raises(ValueError, match="no item is left"):
        simulate_adaptive(
            pool, [2.0], np.random.default_rng(1), rules=EVEN, stop=StoppingRule(most=2), prior_mean=2.0, prior_sd=1.0
        )


def test_half_the_questions_reach_the_precision_of_the_best_fixed_form() -> None:
    items, area = bank()
    pool = ItemPool.of(items, area=area)
    rng = np.random.default_rng(2)
    truth = rng.normal(2.0, 1.0, 600)
    run = simulate_adaptive(
        pool, truth, rng, rules=EVEN, stop=StoppingRule(most=60, precision=0.30), prior_mean=2.0, prior_sd=1.0
    )
    fixed = simulate_fixed(
        items,
        best_fixed_form(items, int(2 * run.length.mean()), mean=2.0, sd=1.0),
        truth,
        rng,
        prior_mean=2.0,
        prior_sd=1.0,
    )
    assert (run.standard_error <= 0.30).mean() > 0.97
    assert (fixed.standard_error <= 0.30).mean() < (run.standard_error <= 0.30).mean()


def test_one_competency_alone_agrees_with_the_plain_estimate() -> None:
    items, _area = bank(30)
    rng = np.random.default_rng(7)
    score = (rng.random(30) < special.expit(items.discrimination * (2.6 - items.difficulty))).astype(np.float64)
    prior = ProfilePrior(np.array([2.0]), np.array([[1.0]]))
    found = estimate_profile(prior, ProfileAnswers(items, np.zeros(30, dtype=np.int64), score))
    plain = expected_a_posteriori(score[None, :], items, NormalPrior(2.0, 1.0))
    assert found.mean[0] == pytest.approx(plain.estimate[0], abs=0.02)
    assert found.sd[0] == pytest.approx(plain.standard_error[0], rel=0.03)


def test_related_competencies_learn_from_each_other_and_unrelated_ones_do_not() -> None:
    items = ScoredItems.without_guessing(np.full(6, 1.5), np.full(6, 2.0))
    answers = ProfileAnswers(items, np.zeros(6, dtype=np.int64), np.ones(6))
    related = estimate_profile(nested_prior([0, 0, 1], mean=2.0, sd=1.0), answers)
    assert related.mean[0] > related.mean[1] > related.mean[2] > 2.0
    assert related.sd[0] < related.sd[1] < related.sd[2] < 1.0
    alone = estimate_profile(nested_prior([0, 0, 1], mean=2.0, sd=1.0, general=0.0, within_area=0.0), answers)
    assert alone.mean[1:] == pytest.approx([2.0, 2.0])
    assert alone.sd[1:] == pytest.approx([1.0, 1.0])


def test_without_answers_the_prior_comes_back() -> None:
    prior = nested_prior([0, 0, 1], mean=2.0, sd=1.0)
    nothing = ProfileAnswers(ScoredItems.without_guessing([], []), np.zeros(0, dtype=np.int64), np.zeros(0))
    found = estimate_profile(prior, nothing)
    assert found.mean == pytest.approx(prior.mean)
    assert found.covariance == pytest.approx(prior.covariance)
    mean, error = found.average([1 / 3] * 3)
    assert (mean, error) == pytest.approx((2.0, float(np.sqrt(prior.covariance.mean()))))


def test_the_next_question_goes_where_little_is_known() -> None:
    prior = nested_prior([0, 0, 1, 1], mean=2.0, sd=1.0)
    items = ScoredItems.without_guessing(np.full(4, 1.4), np.full(4, 2.0))
    asked = ProfileAnswers(items, np.zeros(4, dtype=np.int64), np.array([1.0, 0.0, 1.0, 0.0]))
    gain = expected_gain(estimate_profile(prior, asked), items, np.arange(4), np.ones(4))
    assert gain.argmin() == 0
    assert gain[2] > gain[1]
    only_first = expected_gain(estimate_profile(prior, asked), items, np.arange(4), np.array([0.0, 1.0, 0.0, 0.0]))
    assert only_first.argmax() == 1


def test_profiles_of_simulated_people_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(42)
    area = np.arange(12) // 3
    prior = nested_prior(area, mean=2.0, sd=1.0)
    competency = np.arange(96) % 12
    items = ScoredItems.without_guessing(rng.uniform(0.9, 1.8, 96), rng.uniform(0.5, 4.5, 96))
    inside = []
    for _ in range(120):
        truth = rng.multivariate_normal(prior.mean, prior.covariance)
        asked: list[int] = []
        scores: list[float] = []
        for _step in range(24):
            chosen = np.array(asked, dtype=np.int64)
            known = estimate_profile(
                prior,
                ProfileAnswers(
                    ScoredItems.without_guessing(items.discrimination[chosen], items.difficulty[chosen]),
                    competency[chosen], np.array(scores),
                ),
            )  # fmt: skip
            gain = expected_gain(known, items, competency, np.ones(12))
            gain[chosen] = -1
            best = int(gain.argmax())
            asked.append(best)
            chance = special.expit(items.discrimination[best] * (truth[competency[best]] - items.difficulty[best]))
            scores.append(float(rng.random() < chance))
        inside.append(np.abs(known.mean - truth) <= 1.645 * known.sd)
    assert 0.86 < np.mean(inside) < 0.94


@pytest.mark.parametrize(
    "make",
    [
        lambda: ChoiceRules(shares=(0.5, 0.4)),
        lambda: ChoiceRules(shortlist=0),
        lambda: ChoiceRules(openers=-1),
        lambda: StoppingRule(most=3, least=5),
        lambda: nested_prior([0, 1], mean=2, sd=1, general=0.9, within_area=0.2),
        lambda: ProfilePrior(np.zeros(2), np.array([[1.0, 2.0], [2.0, 1.0]])),
        lambda: ItemPool.of(ScoredItems.without_guessing([], [])),
        lambda: ItemPool.of(ScoredItems.without_guessing([1.0], [0.0]), area=[1]),
        lambda: best_fixed_form(ScoredItems.without_guessing([1.0], [0.0]), 2, mean=0, sd=1),
    ],
)
def test_impossible_rules_are_refused(make: object) -> None:
    with pytest.raises(ValueError):
        make()  # type: ignore[operator]  # each entry is a function without arguments


def test_enemies_never_meet_and_the_others_go_on_as_before() -> None:
    items, area = bank()
    information_at = information([2.0], items)[0]
    best = np.argsort(-information_at)[:12]
    pairs = [(best[0], best[1]), (best[1], best[2]), (best[3], best[4])]
    pool = ItemPool.of(items, area=area, enemies=pairs)
    run = simulate_adaptive(
        pool, np.random.default_rng(7).normal(2.0, 0.5, 400), np.random.default_rng(8), rules=EVEN,
        stop=StoppingRule(most=40), prior_mean=2.0, prior_sd=1.0,
    )  # fmt: skip
    forms = [set(row.tolist()) for row in run.asked]
    for first, second in pairs:
        assert any(first in form for form in forms)
        assert any(second in form for form in forms)
        assert not any({int(first), int(second)} <= form for form in forms)
    # whoever has a common enemy may well meet
    assert any({int(best[0]), int(best[2])} <= form for form in forms)
    progress = begin(pool)
    position = int(np.flatnonzero(pool.original == best[1])[0])
    left = sum(progress.left)
    take(pool, progress, position)
    assert sum(progress.left) == left - 3
    take(pool, progress, int(np.flatnonzero(pool.original == best[6])[0]))
    assert sum(progress.left) == left - 4


def test_enemies_that_cannot_be_are_named() -> None:
    items, area = bank(20)
    with pytest.raises(ValueError, match="its own enemy"):
        ItemPool.of(items, area=area, enemies=[(3, 3)])
    with pytest.raises(ValueError, match="enemies must be positions"):
        ItemPool.of(items, area=area, enemies=[(3, 20)])


def test_only_the_opening_is_drawn_from_several_and_the_test_gets_shorter_for_it() -> None:
    items, area = bank()
    pool = ItemPool.of(items, area=area)
    progress = begin(pool)
    rules = ChoiceRules(shares=(0.2,) * AREAS, shortlist=5, openers=3)
    for number in range(1, 9):
        drawn = {choose_item(pool, rules, progress, 2.0, 0.4, draw) for draw in (0.0, 0.3, 0.5, 0.7, 0.99)}
        assert len(drawn) == (5 if number <= 3 else 1)
        take(pool, progress, min(drawn))
    truth = np.random.default_rng(9).normal(2.0, 1.0, 1_500)

    def length(openers: int) -> float:
        run = simulate_adaptive(
            pool, truth, np.random.default_rng(10), stop=StoppingRule(most=60, precision=0.3), prior_mean=2.0,
            rules=ChoiceRules(shares=(0.2,) * AREAS, shortlist=5, openers=openers), prior_sd=1.0, most_exposed=0.23,
        )  # fmt: skip
        assert run.exposure.max() <= 0.25
        assert len({int(place) for place in run.asked[:, 0]}) >= 5
        return float(run.length.mean())

    assert length(8) < 0.97 * length(60)
