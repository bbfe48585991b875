"""Bias and extra error of sources: shrinkage by hand, an independent likelihood, recovery, honesty, and bad input."""

from dataclasses import fields

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from bina.science.evidence import (
    EstimatedSources,
    Evidence,
    SourcePriors,
    Sources,
    combine,
    estimate_sources,
    floor_that_adds,
    widened_by_groups,
)

TEST, SUPERIOR, PORTFOLIO = 0, 1, 2


def priors(bias_sd: float = 0.3, extra_doubt: float = 0.5, extra_sd: float = 0.3) -> SourcePriors:
    return SourcePriors(
        bias=np.array([0.0, 0.2, 0.1]), bias_sd=np.full(3, bias_sd), extra_sd=np.full(3, extra_sd),
        extra_doubt=np.full(3, extra_doubt),
    )  # fmt: skip


def table(person: NDArray[np.int64], source: NDArray[np.int64], value: NDArray[np.float64], sd: float) -> Evidence:
    rows = len(person)
    nothing = np.zeros(rows, dtype=np.int64)
    return Evidence(person, nothing, source, value, np.full(rows, sd), np.zeros(rows))


def simulated(
    persons: int, bias: NDArray[np.float64], extra: NDArray[np.float64], seed: int, share: float = 0.7
) -> Evidence:
    """Every source speaks about a share of the persons, with a stated sd of 0.4."""
    generator = np.random.default_rng(seed)
    theta = generator.normal(2.3, 0.7, persons)
    person, source = np.nonzero(generator.random((persons, len(bias))) < share)
    error = generator.normal(0, np.sqrt(0.4**2 + extra[source] ** 2))
    return table(person, source, theta[person] + bias[source] + error, 0.4)


def test_two_sources_by_hand() -> None:
    # four people, differences 0.3, 0.5, 0.7, 0.9; the extra sd is as good as known, so each difference has variance
    # 2 (0.4^2 + 0.3^2) = 0.5, their mean 0.125; prior 0.2 with variance 0.09
    person = np.repeat(np.arange(4), 2)
    value = np.array([2.0, 2.3, 1.0, 1.5, 3.0, 3.7, 2.5, 3.4])
    found = estimate_sources(
        table(person, np.tile([TEST, SUPERIOR], 4), value, 0.4), reference=TEST, priors=priors(extra_doubt=1e-4)
    )
    precision = 1 / 0.125 + 1 / 0.09
    assert found.pieces.tolist() == [4, 4, 0]
    assert found.bias == pytest.approx(np.array([0.0, (0.6 / 0.125 + 0.2 / 0.09) / precision, 0.1]), abs=1e-5)
    assert found.bias_error == pytest.approx(np.array([0.0, 1 / np.sqrt(precision), 0.3]), abs=1e-5)
    assert found.extra_sd == pytest.approx(0.3, abs=1e-4)


def test_without_overlap_the_prior_stands() -> None:
    alone = table(np.arange(3), np.array([0, 1, 2]), np.array([2.0, 5.0, 1.0]), 0.4)
    found = estimate_sources(alone, reference=TEST, priors=priors())
    assert found.pieces.tolist() == [0, 0, 0]
    assert found.bias.tolist() == [0.0, 0.2, 0.1]
    assert found.bias_error.tolist() == [0.0, 0.3, 0.3]
    assert found.extra_sd.tolist() == [0.3, 0.3, 0.3]
    assert found.extra_error == pytest.approx(0.15)


def test_superseded_pieces_do_not_overlap() -> None:
    pair = table(np.zeros(2, dtype=np.int64), np.array([0, 1]), np.array([2.0, 5.0]), 0.4)
    gone = Evidence(
        pair.person_index, pair.competency_index, pair.source_index, pair.value, pair.sd, pair.age_years,
        superseded=np.array([False, True]),
    )  # fmt: skip
    assert estimate_sources(gone, reference=TEST, priors=priors()).bias.tolist() == [0.0, 0.2, 0.1]


def test_no_neighbour_is_likelier_by_an_independent_likelihood() -> None:
    evidence = simulated(60, np.array([0.0, 0.5, -0.3]), np.array([0.2, 0.5, 0.3]), seed=1, share=0.8)
    wide = priors(bias_sd=1e3, extra_doubt=1e3)
    found = estimate_sources(evidence, reference=TEST, priors=wide)

    def height(bias: NDArray[np.float64], extra: NDArray[np.float64]) -> float:
        total = 0.0
        for person in np.unique(evidence.person_index):
            rows = evidence.person_index == person
            source = evidence.source_index[rows]
            spread = np.diag(0.4**2 + extra[source] ** 2) + 1e4  # a level that might be anything
            total += stats.multivariate_normal.logpdf(evidence.value[rows], bias[source], spread)
        return total

    best = height(found.bias, found.extra_sd)
    for source in range(3):
        for step in (-0.03, 0.03):
            move = step * (np.arange(3) == source)
            assert height(found.bias, found.extra_sd + move) < best
            if source != TEST:
                assert height(found.bias + move, found.extra_sd) < best


def test_bias_and_extra_error_are_found_again() -> None:
    bias, extra = np.array([0.0, 0.45, -0.2]), np.array([0.15, 0.6, 0.35])
    found = estimate_sources(simulated(3000, bias, extra, seed=2), reference=TEST, priors=priors())
    assert found.bias == pytest.approx(bias, abs=0.05)
    assert found.extra_sd == pytest.approx(extra, abs=0.07)
    assert (np.abs(found.bias - bias)[1:] <= 3 * found.bias_error[1:]).all()
    assert (np.abs(found.extra_sd - extra) <= 3 * found.extra_error).all()


def test_it_does_no_harm_that_the_rated_are_a_selection() -> None:
    generator = np.random.default_rng(3)
    theta = generator.normal(2.3, 0.7, 2000)
    tested = theta + generator.normal(0, 0.5, 2000)
    rated = np.flatnonzero(theta < 2.0)
    rating = theta[rated] + 0.4 + generator.normal(0, 0.5, len(rated))
    evidence = table(
        np.concatenate([np.arange(2000), rated]), np.r_[np.zeros(2000, dtype=np.int64), np.ones(len(rated), dtype=np.int64)],
        np.concatenate([tested, rating]), 0.4,
    )  # fmt: skip
    assert estimate_sources(evidence, reference=TEST, priors=priors()).bias[1] == pytest.approx(0.4, abs=0.07)


def test_few_pieces_stay_near_the_prior_and_many_leave_it() -> None:
    bias, extra = np.array([0.0, 0.8, 0.1]), np.array([0.3, 0.3, 0.3])
    few, many = (
        estimate_sources(simulated(persons, bias, extra, 4), reference=TEST, priors=priors(0.1)) for persons in (4, 800)
    )
    assert abs(few.bias[1] - 0.2) < 0.25
    assert many.bias[1] == pytest.approx(0.8, abs=0.1)
    assert (few.bias_error[1:] > many.bias_error[1:]).all()
    assert (few.extra_error > many.extra_error).all()


def test_stated_uncertainty_is_honest() -> None:
    generator, expected, biases, extras, rough = np.random.default_rng(5), priors(), [], [], []
    for seed in range(150):
        bias = generator.normal(expected.bias, expected.bias_sd)
        bias[TEST] = 0.0
        extra = expected.extra_sd * np.exp(generator.normal(0, expected.extra_doubt))
        found = estimate_sources(simulated(25, bias, extra, 1000 + seed), reference=TEST, priors=expected)
        biases.append(((found.bias - bias) / np.where(found.bias_error > 0, found.bias_error, 1))[1:])
        extras.append((np.log(found.extra_sd / extra)) / (found.extra_error / found.extra_sd))
        rough.append(np.abs(expected.bias - bias)[1:] - np.abs(found.bias - bias)[1:])
    assert 0.85 <= np.mean(np.abs(biases) <= 1.645) <= 0.95
    assert 0.83 <= np.mean(np.abs(extras) <= 1.645) <= 0.95
    assert np.mean(rough) > 0.05


def test_any_order_of_rows_gives_the_same_bits() -> None:
    evidence = simulated(200, np.array([0.0, 0.4, 0.1]), np.full(3, 0.3), seed=6)
    order = np.random.default_rng(7).permutation(len(evidence))
    turned = Evidence(
        evidence.person_index[order], evidence.competency_index[order], evidence.source_index[order],
        evidence.value[order], evidence.sd[order], evidence.age_years[order],
    )  # fmt: skip
    one, other = (estimate_sources(rows, reference=TEST, priors=priors()) for rows in (evidence, turned))
    for field in fields(EstimatedSources):
        assert getattr(one, field.name).tobytes() == getattr(other, field.name).tobytes(), field.name


def test_bad_input_is_refused() -> None:
    one = table(np.zeros(1, dtype=np.int64), np.array([3]), np.array([2.0]), 0.4)
    with pytest.raises(ValueError, match="positions below 3"):
        estimate_sources(one, reference=TEST, priors=priors())
    with pytest.raises(ValueError, match="reference must be positions from 0 to 2"):
        estimate_sources(one, reference=3, priors=priors())
    with pytest.raises(ValueError, match="bias_sd must be greater than 0"):
        priors(bias_sd=0.0)
    with pytest.raises(ValueError, match="extra_sd must be greater than 0"):
        priors(extra_sd=0.0)
    with pytest.raises(ValueError, match="equally long"):
        SourcePriors(np.zeros(2), np.ones(2), np.ones(2), np.ones(3))


def _world(people: int) -> tuple[Evidence, NDArray[np.float64]]:
    """People with one test and one rating each; the rating runs 0.6 too high and errs by 1.0, though it states 0.6."""
    rng = np.random.default_rng(77)
    truth = rng.normal(2.0, 1.0, people)
    value = np.concatenate([truth + rng.normal(0, 0.45, people), truth + 0.6 + rng.normal(0, 1.0, people)])
    where = np.tile(np.arange(people), 2)
    source = np.repeat([0, 1], people)
    sd = np.repeat([0.45, 0.6], people)
    zero = np.zeros(2 * people)
    return Evidence(where, np.zeros(2 * people, dtype=np.int64), source, value, sd, zero), truth


def _covered(world: Evidence, truth: NDArray[np.float64], bias: float, floor: float) -> tuple[float, float]:
    """Share of people whose 90 % interval holds the truth: known by a rating alone, and by both."""
    trust = Sources(
        bias=np.array([0.0, bias]), sd_floor=np.array([0.3, floor]), drift_per_year=np.zeros(2),
        can_prove=np.array([True, True]),
    )  # fmt: skip
    alone = world.source_index == 1
    ratings = Evidence(
        world.person_index[alone], world.competency_index[alone], world.source_index[alone], world.value[alone],
        world.sd[alone], world.age_years[alone],
    )  # fmt: skip
    found = [
        combine(table, trust, persons=len(truth), competencies=1, prior_mean=2.0, prior_sd=1.0)
        for table in (ratings, world)
    ]
    alone_covered, both_covered = (
        float(((row.low[:, 0] <= truth) & (truth <= row.high[:, 0])).mean()) for row in found
    )
    return alone_covered, both_covered


def test_adopted_values_bring_the_intervals_back() -> None:
    """What is assumed covers too little; what is learned from overlaps covers 88 to 92 % again."""
    world, truth = _world(20_000)
    assert _covered(world, truth, bias=0.1, floor=0.6)[0] < 0.80
    priors = SourcePriors(
        bias=np.array([0.0, 0.1]),
        bias_sd=np.full(2, 0.3),
        extra_sd=np.array([0.1, 0.15]),
        extra_doubt=np.array([0.2, 0.7]),
    )
    found = estimate_sources(world, reference=0, priors=priors)
    floor = floor_that_adds(world.sd[world.source_index == 1], float(found.extra_sd[1]))
    assert floor == pytest.approx(1.0, abs=0.05)
    alone, both = _covered(world, truth, bias=float(found.bias[1]), floor=floor)
    assert 0.88 <= alone <= 0.92
    assert 0.88 <= both <= 0.92


def test_errors_know_that_people_of_one_unit_share_a_rater() -> None:
    """Raters with habits of their own: the error of the model is too small, that of the jackknife is not."""
    rng = np.random.default_rng(5)
    people, units = 1_000, 25
    unit = rng.integers(0, units, people)
    habit = rng.normal(0.2, 0.4, units)
    truth = rng.normal(2.0, 1.0, people)
    value = np.concatenate([truth + rng.normal(0, 0.4, people), truth + habit[unit] + rng.normal(0, 0.6, people)])
    world = Evidence(
        np.tile(np.arange(people), 2), np.zeros(2 * people, dtype=np.int64), np.repeat([0, 1], people), value,
        np.repeat([0.4, 0.6], people), np.zeros(2 * people),
    )  # fmt: skip
    priors = SourcePriors(bias=np.zeros(2), bias_sd=np.ones(2), extra_sd=np.full(2, 0.15), extra_doubt=np.full(2, 0.7))
    plain = estimate_sources(world, reference=0, priors=priors)
    wide = widened_by_groups(world, np.tile(unit, 2), plain, reference=0, priors=priors)
    assert wide.bias_error[1] > 2 * plain.bias_error[1]
    assert abs(wide.bias[1] - 0.2) < 2.5 * wide.bias_error[1]
    few = widened_by_groups(world, np.tile(unit % 3, 2), plain, reference=0, priors=priors)
    assert few.bias_error[1] == plain.bias_error[1]


def test_a_floor_adds_what_is_missing_on_average() -> None:
    stated = np.array([0.3, 0.6, 0.9])
    floor = floor_that_adds(stated, 0.4)
    assert np.square(np.maximum(stated, floor)).mean() == pytest.approx(np.square(stated).mean() + 0.16, abs=1e-4)
    assert floor_that_adds(stated, 0.0) == pytest.approx(0.3, abs=1e-4)
    with pytest.raises(ValueError, match="pieces"):
        floor_that_adds(np.array([]), 0.1)
