"""The level from evidence: worked examples, status rules, invariances, honest intervals, speed, and bad input."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from bina.science.evidence import CombinedLevels, Evidence, Sources, Status, StatusRules, combine, newest_only
from bina.science.evidence.combination import variance_factor

property_test = settings(deadline=None, max_examples=60, derandomize=True, database=None)
Z90 = 1.6448536269514722

TEST, SELF = 0, 1
SOURCES = Sources(
    bias=np.array([0.0, 0.3]),
    sd_floor=np.array([0.1, 0.5]),
    drift_per_year=np.array([0.2, 0.3]),
    can_prove=np.array([True, False]),
)


def pieces(*rows: tuple[float, float, float, int]) -> Evidence:
    """Evidence about one person and one competency: (value, sd, age in years, source)."""
    value, sd, age, source = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    nothing = np.zeros(len(rows), dtype=np.int64)
    return Evidence(nothing, nothing, source.astype(np.int64), value, sd, age)


NO_EVIDENCE = pieces()


def level(evidence: Evidence, required: float = np.nan, prior: tuple[float, float] = (2.0, 1.0)) -> CombinedLevels:
    return combine(
        evidence, SOURCES, persons=1, competencies=1, prior_mean=prior[0], prior_sd=prior[1], required=required
    )


def test_one_test_by_hand() -> None:
    # variance 0.6^2 + 0.2^2 * 1 = 0.4; precision 1 + 2.5; mean (2 + 3.2 * 2.5) / 3.5
    found = level(pieces((3.2, 0.6, 1.0, TEST)), required=2.0)
    mean, sd = 10 / 3.5, 1 / np.sqrt(3.5)
    assert found.mean[0, 0] == pytest.approx(mean, abs=1e-6)
    assert found.sd[0, 0] == pytest.approx(sd, abs=1e-6)
    assert found.low[0, 0] == pytest.approx(mean - Z90 * sd, abs=2e-6)
    assert found.high[0, 0] == pytest.approx(mean + Z90 * sd, abs=2e-6)
    assert found.probability[0, 0] == pytest.approx(stats.norm.sf(2.0, mean, sd), abs=2e-6)
    assert found.prior_share[0, 0] == pytest.approx(1 / 3.5, abs=1e-6)
    assert found.weight_share[0] == pytest.approx(2.5 / 3.5, abs=1e-6)
    assert (found.evidence_count[0, 0], found.inflation[0, 0]) == (1, 1)


def test_bias_and_floor_of_a_source() -> None:
    # the self-rating of 2.8 speaks for 2.5, and its claimed sd of 0.2 is raised to 0.5
    found = level(pieces((2.8, 0.2, 0.0, SELF)))
    assert found.mean[0, 0] == pytest.approx((2.0 + 2.5 * 4) / 5, abs=1e-6)
    assert found.sd[0, 0] == pytest.approx(1 / np.sqrt(5), abs=1e-6)


def test_disagreement_by_hand() -> None:
    # weights 4 and 4, values 1 and 3: chi2 = 8 on 1 degree of freedom, ratio 8; odds 1/3 x 8^(-1/2) e^(7/2)
    odds = np.exp(3.5) / np.sqrt(8) / 3
    factor = 1 + 7 * odds / (1 + odds)
    found = level(pieces((1.0, 0.5, 0.0, TEST), (3.0, 0.5, 0.0, TEST)), prior=(2.0, 1.0))
    assert found.inflation[0, 0] == pytest.approx(factor, abs=1e-6)
    assert found.contradiction[0, 0]
    assert found.mean[0, 0] == pytest.approx(2.0)
    assert found.sd[0, 0] == pytest.approx(1 / np.sqrt(1 + 8 / factor), abs=1e-6)
    assert found.weight_share == pytest.approx(np.full(2, 4 / factor / (1 + 8 / factor)), abs=1e-6)


def test_birge_ratio_of_three_readings_by_hand() -> None:
    # 23 +/- 2, 17 +/- 1, 20 +/- 3: weights 1/4, 1, 1/9 sum to 49/36; mean 899/49; chi2 = 369/49 on 2 degrees of freedom
    found = combine(
        pieces((23, 2, 0, 0), (17, 1, 0, 0), (20, 3, 0, 0)),
        Sources(np.zeros(1), np.zeros(1), np.zeros(1), np.ones(1, dtype=np.bool_)),
        persons=1,
        competencies=1,
        prior_mean=0.0,
        prior_sd=1e6,
        # Who is sure beforehand that the errors are understated gets the ratio of Birge itself.
        rules=StatusRules(misstated=1 - 1e-12),
    )
    assert found.mean[0, 0] == pytest.approx(899 / 49, abs=1e-6)
    assert found.inflation[0, 0] == pytest.approx(369 / 98, abs=1e-6)
    assert found.sd[0, 0] == pytest.approx(np.sqrt(36 / 49 * 369 / 98), abs=1e-6)
    assert found.contradiction[0, 0]


def test_contradiction_is_flagged_exactly_below_five_percent() -> None:
    edge = np.sqrt(stats.chi2.isf(0.05, 1) * 2 * 0.5**2)
    for gap, expected in ((edge - 0.001, False), (edge + 0.001, True)):
        assert level(pieces((2.0, 0.5, 0, TEST), (2.0 + gap, 0.5, 0, TEST))).contradiction[0, 0] == expected


def test_nothing_measured_leaves_the_prior() -> None:
    found = level(NO_EVIDENCE, required=1.0, prior=(2.4, 0.7))
    assert found.status[0, 0] == Status.NOT_MEASURED
    assert (found.mean[0, 0], found.sd[0, 0], found.prior_share[0, 0]) == (2.4, 0.7, 1.0)
    assert found.low[0, 0] == pytest.approx(2.4 - Z90 * 0.7, abs=1e-6)
    assert found.probability[0, 0] == pytest.approx(stats.norm.cdf(2.0), abs=1e-6)
    assert not found.contradiction[0, 0]
    assert found.evidence_count[0, 0] == 0


@pytest.mark.parametrize(
    ("evidence", "required", "status"),
    [
        (pieces((3.0, 0.2, 0, TEST)), 2.0, Status.PROVEN),
        (pieces((2.1, 0.2, 0, TEST)), 2.0, Status.PROVISIONAL),
        (pieces((1.5, 0.2, 0, TEST)), 2.0, Status.UNPROVEN),
        (pieces((5.0, 0.5, 0, SELF)), 2.0, Status.PROVISIONAL),
        (pieces(*[(5.0, 0.5, 0, SELF)] * 20), 2.0, Status.PROVISIONAL),
        (pieces((5.0, 0.5, 0, SELF), (3.0, 0.4, 0, TEST)), 2.0, Status.PROVEN),
        (pieces((3.0, 0.2, 0, TEST)), np.nan, Status.UNPROVEN),
    ],
)
def test_status(evidence: Evidence, required: float, status: Status) -> None:
    assert level(evidence, required).status[0, 0] == status


def test_old_evidence_no_longer_proves() -> None:
    assert level(pieces((3.0, 0.3, 0.0, TEST)), 2.0).status[0, 0] == Status.PROVEN
    assert level(pieces((3.0, 0.3, 10.0, TEST)), 2.0).status[0, 0] == Status.PROVISIONAL


def test_status_rules_are_parameters() -> None:
    strict, lenient = StatusRules(proven=0.999, provisional=0.995), StatusRules(proven=0.7, provisional=0.2)
    evidence = pieces((2.5, 0.3, 0, TEST))
    options = {"persons": 1, "competencies": 1, "prior_mean": 2.0, "prior_sd": 1.0, "required": 2.0}
    assert combine(evidence, SOURCES, **options, rules=strict).status[0, 0] == Status.UNPROVEN  # type: ignore[arg-type]
    assert combine(evidence, SOURCES, **options, rules=lenient).status[0, 0] == Status.PROVEN  # type: ignore[arg-type]
    wide = combine(evidence, SOURCES, **options, rules=StatusRules(interval=0.99))  # type: ignore[arg-type]
    usual = combine(evidence, SOURCES, **options)  # type: ignore[arg-type]
    assert wide.high[0, 0] > usual.high[0, 0]


def test_superseded_rows_keep_their_place_and_lose_their_say() -> None:
    both = pieces((1.0, 0.4, 2.0, TEST), (3.0, 0.4, 0.0, TEST))
    found = level(replace(both, superseded=np.array([True, False])), required=2.0)
    alone = level(pieces((3.0, 0.4, 0.0, TEST)), required=2.0)
    assert found.mean == alone.mean
    assert found.weight_share.tolist() == [0.0, alone.weight_share[0]]
    assert found.evidence_count[0, 0] == 1
    # a self-rating that counts and a test that does not cannot prove
    mixed = replace(pieces((4.0, 0.5, 0, SELF), (4.0, 0.4, 5, TEST)), superseded=np.array([False, True]))
    assert level(mixed, required=1.0).status[0, 0] == Status.PROVISIONAL


def test_only_the_newest_of_an_origin_counts() -> None:
    table = Evidence(
        person_index=np.array([0, 0, 0, 0, 1, 0]),
        competency_index=np.array([0, 0, 0, 1, 0, 0]),
        source_index=np.array([0, 0, 0, 0, 0, 1]),
        value=np.array([1.0, 2.0, 3.0, 1.0, 1.0, 1.0]),
        sd=np.full(6, 0.5),
        age_years=np.array([2.0, 0.5, 1.0, 3.0, 3.0, 3.0]),
    )
    assert newest_only(table, [7, 7, 7, 7, 7, 7]).tolist() == [False, True, False, True, True, True]
    assert newest_only(table, [7, 7, 8, 7, 7, 7]).tolist() == [False, True, True, True, True, True]
    earlier = replace(table, superseded=np.array([False, True, False, False, False, True]))
    assert newest_only(earlier, [7, 7, 7, 7, 7, 7]).tolist() == [False, False, True, True, True, False]
    assert newest_only(NO_EVIDENCE, []).tolist() == []


def test_a_tie_in_age_goes_to_the_cautious_reading() -> None:
    table = pieces((3.0, 0.3, 1.0, TEST), (2.0, 0.3, 1.0, TEST), (2.0, 0.6, 1.0, TEST), (2.0, 0.6, 1.0, TEST))
    newest = newest_only(table, [0, 0, 0, 0])
    assert newest.sum() == 1
    assert newest[2:].any()


def random_table(generator: np.random.Generator, rows: int, persons: int, competencies: int) -> Evidence:
    return Evidence(
        person_index=generator.integers(0, persons, rows),
        competency_index=generator.integers(0, competencies, rows),
        source_index=generator.integers(0, 2, rows),
        value=generator.normal(2.3, 0.6, rows),
        sd=generator.uniform(0.2, 0.8, rows),
        age_years=generator.uniform(0, 5, rows),
    )


def shuffled(table: Evidence, order: NDArray[np.int64]) -> Evidence:
    return Evidence(*(getattr(table, field.name)[order] for field in fields(table) if field.name != "superseded"))


@property_test
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_any_row_order_gives_the_same_bits(seed: int, rows: int) -> None:
    generator = np.random.default_rng(seed)
    # values so large that the last bits of a sum lie above the sixth decimal: no rounding can hide the order
    table = random_table(generator, rows, persons=2, competencies=2)
    table = replace(table, value=table.value * 10.0 ** generator.integers(9, 13, rows))
    order = generator.permutation(rows)
    options = {"persons": 2, "competencies": 2, "prior_mean": 2.0, "prior_sd": 1.0, "required": 2.0}
    one = combine(table, SOURCES, **options)  # type: ignore[arg-type]
    other = combine(shuffled(table, order), SOURCES, **options)  # type: ignore[arg-type]
    for field in fields(one):
        first, second = getattr(one, field.name), getattr(other, field.name)
        if field.name == "weight_share":
            first = first[order]
        assert first.tobytes() == second.tobytes(), field.name


@property_test
@given(st.integers(0, 10_000), st.integers(0, 60))
def test_shares_sum_to_one_and_intervals_hold_their_mean(seed: int, rows: int) -> None:
    table = random_table(np.random.default_rng(seed), rows, persons=3, competencies=2)
    found = combine(table, SOURCES, persons=3, competencies=2, prior_mean=2.0, prior_sd=0.8, required=2.5)
    cell = table.person_index * 2 + table.competency_index
    shares = found.prior_share.ravel() + np.bincount(cell, weights=found.weight_share, minlength=6)
    assert shares == pytest.approx(np.ones(6), abs=1e-6 * (rows + 1))
    assert (found.low < found.mean).all()
    assert (found.mean < found.high).all()
    assert ((found.probability >= 0) & (found.probability <= 1)).all()
    assert (found.inflation >= 1).all()
    assert (np.round(found.mean, 6) == found.mean).all()
    assert ((found.status == Status.NOT_MEASURED) == (found.evidence_count == 0)).all()


sds = st.floats(0.1, 2)
ages = st.floats(0, 10)
values = st.floats(0, 5)


@property_test
@given(st.lists(st.tuples(values, sds, ages, st.just(TEST)), min_size=1, max_size=8), sds, ages)
def test_more_evidence_in_agreement_never_widens_the_interval(
    rows: list[tuple[float, float, float, int]], sd: float, age: float
) -> None:
    weight = np.array([1 / (max(row[1], 0.1) ** 2 + 0.04 * row[2]) for row in rows])
    agreed = float((weight * np.array([row[0] for row in rows])).sum() / weight.sum())
    before, after = level(pieces(*rows)), level(pieces(*rows, (agreed, sd, age, TEST)))
    assert after.sd[0, 0] <= before.sd[0, 0] + 1e-6


@property_test
@given(values, st.floats(0, 2), sds, ages, st.floats(0, 5))
def test_a_better_piece_raises_level_and_probability(
    value: float, better: float, sd: float, age: float, required: float
) -> None:
    low, high = level(pieces((value, sd, age, 0)), required), level(pieces((value + better, sd, age, 0)), required)
    assert high.mean[0, 0] >= low.mean[0, 0]
    assert high.probability[0, 0] >= low.probability[0, 0]
    assert high.status[0, 0] >= low.status[0, 0]


@property_test
@given(values, sds, ages, st.floats(0, 5), st.floats(0, 3))
def test_older_evidence_weighs_less_and_a_higher_demand_is_harder(
    value: float, sd: float, age: float, required: float, more: float
) -> None:
    fresh, old = level(pieces((value, sd, age, 0)), required), level(pieces((value, sd, age + more, 0)), required)
    assert old.weight_share[0] <= fresh.weight_share[0]
    assert old.sd[0, 0] >= fresh.sd[0, 0]
    harder = level(pieces((value, sd, age, 0)), required + more)
    assert harder.probability[0, 0] <= fresh.probability[0, 0]


def simulated(pieces_each: NDArray[np.int64], extra_sd: float) -> tuple[NDArray[np.float64], CombinedLevels]:
    generator = np.random.default_rng(41)
    persons = len(pieces_each)
    theta: NDArray[np.float64] = generator.normal(2.3, 0.6, persons)
    person = np.repeat(np.arange(persons), pieces_each)
    rows = person.shape[0]
    source, age = generator.integers(0, 2, rows), generator.uniform(0, 4, rows)
    sd = generator.uniform(0.5, 0.9, rows)
    spread = np.sqrt(sd**2 + SOURCES.drift_per_year[source] ** 2 * age + extra_sd**2)
    value = theta[person] + SOURCES.bias[source] + generator.normal(0, spread)
    table = Evidence(person, np.zeros(rows, dtype=np.int64), source, value, sd, age)
    return theta, combine(table, SOURCES, persons=persons, competencies=1, prior_mean=2.3, prior_sd=0.6)


def held(theta: NDArray[np.float64], found: CombinedLevels) -> NDArray[np.bool_]:
    return (found.low[:, 0] <= theta) & (theta <= found.high[:, 0])


def test_ninety_percent_intervals_hold_ninety_percent() -> None:
    each = np.random.default_rng(40).integers(0, 6, 40_000)
    theta, found = simulated(each, extra_sd=0.0)
    assert 0.88 <= held(theta, found).mean() <= 0.92
    for count in range(6):
        assert 0.89 <= held(theta, found)[each == count].mean() <= 0.925
    assert 0.04 <= found.contradiction[each >= 2].mean() <= 0.06
    assert abs((found.mean[:, 0] - theta).mean()) < 0.01


@pytest.mark.parametrize("pieces_each", [1, 2, 5])
@pytest.mark.parametrize(
    ("sd", "age", "prior_sd"), [(0.3, 0.0, 0.8), (0.6, 0.0, 0.6), (1.0, 0.0, 0.5), (0.5, 4.0, 0.6), (0.4, 1.0, 2.0)]
)
def test_intervals_hold_in_every_scenario_with_right_errors(
    pieces_each: int, sd: float, age: float, prior_sd: float
) -> None:
    generator, persons = np.random.default_rng(43), 8000
    theta = generator.normal(2.3, prior_sd, persons)
    person = np.repeat(np.arange(persons), pieces_each)
    rows = len(person)
    source = generator.integers(0, 2, rows)
    # the self-rating claims no less than its floor, so that the errors are those that are stated
    stated = np.maximum(sd * generator.uniform(0.8, 1.25, rows), SOURCES.sd_floor[source])
    spread = np.sqrt(stated**2 + SOURCES.drift_per_year[source] ** 2 * age)
    value = theta[person] + SOURCES.bias[source] + generator.normal(0, spread)
    table = Evidence(person, np.zeros(rows, dtype=np.int64), source, value, stated, np.full(rows, age))
    found = combine(table, SOURCES, persons=persons, competencies=1, prior_mean=2.3, prior_sd=prior_sd)
    share = held(theta, found).mean()
    # disagreement by mere chance widens intervals a little, most where the prior says nothing
    assert 0.88 <= share <= 0.92


def test_disagreeing_sources_are_noticed_and_the_interval_gives_way() -> None:
    theta, found = simulated(np.full(20_000, 4), extra_sd=0.8)
    stubborn = np.abs(found.mean[:, 0] - theta) <= Z90 * found.sd[:, 0] / np.sqrt(found.inflation[:, 0])
    assert found.contradiction.mean() > 0.2
    assert held(theta, found).mean() > stubborn.mean() + 0.03
    assert held(theta, found).mean() > 0.82


@pytest.mark.parametrize("pieces_each", [2, 3, 5])
def test_chance_disagreement_costs_less_than_two_percent(pieces_each: int) -> None:
    """With right errors and no prior knowledge, where most is at stake: 90 % intervals hold at most 92 %."""
    generator, persons = np.random.default_rng(44), 200_000
    value = generator.normal(0, 0.5, persons * pieces_each)
    person = np.repeat(np.arange(persons), pieces_each)
    table = Evidence(person, np.zeros_like(person), np.zeros_like(person), value, np.full(value.size, 0.5), 0.0 * value)
    shares = []
    for misstated in (0.25, 1 - 1e-9):
        found = combine(
            table, SOURCES, persons=persons, competencies=1, prior_mean=0.0, prior_sd=1e4,
            rules=StatusRules(misstated=misstated),
        )  # fmt: skip
        shares.append(held(np.zeros(persons), found).mean())
    careful, birge = shares
    assert 0.895 <= careful <= 0.918
    assert birge > 0.92


@pytest.mark.parametrize("freedom", [1.0, 2.0, 7.0])
def test_the_factor_grows_from_nothing_to_the_ratio_of_birge(freedom: float) -> None:
    chi2 = np.linspace(0, 400, 4001)
    factor = variance_factor(chi2, np.full(4001, freedom), 0.25)
    ratio = np.maximum(chi2 / freedom, 1)
    assert (factor[chi2 <= freedom] == 1).all()
    assert (np.diff(factor) >= 0).all()
    assert (factor <= ratio).all()
    assert factor[-1] == pytest.approx(ratio[-1], rel=1e-6)
    # Just beyond what chance lets expect hardly anything changes.
    assert variance_factor(np.array([freedom + 0.01]), np.array([freedom]), 0.25)[0] < 1.01


def test_a_doubt_is_a_probability() -> None:
    with pytest.raises(ValueError, match="misstated"):
        variance_factor(np.ones(1), np.ones(1), 1.0)
    with pytest.raises(ValueError, match="misstated"):
        StatusRules(misstated=0.0)


def test_stated_probability_is_the_frequency() -> None:
    each = np.random.default_rng(42).integers(1, 4, 40_000)
    theta, found = simulated(each, extra_sd=0.0)
    required = 2.5
    probability = stats.norm.sf((required - found.mean[:, 0]) / found.sd[:, 0])
    for low in (0.1, 0.5, 0.8):
        band = (probability >= low) & (probability < low + 0.1)
        assert np.mean(theta[band] >= required) == pytest.approx(low + 0.05, abs=0.03)


def test_one_person_among_two_million_rows_is_combined_as_if_alone() -> None:
    generator = np.random.default_rng(51)
    table = random_table(generator, 2_100_000, persons=100_000, competencies=21)
    found = combine(
        table, SOURCES, persons=100_000, competencies=21, prior_mean=2.0, prior_sd=1.0, required=np.full((1, 21), 2.0)
    )
    assert found.evidence_count.sum() == 2_100_000
    one = table.person_index == 4_711
    alone = combine(
        shuffled(table, np.flatnonzero(one)),
        SOURCES,
        persons=4_712,
        competencies=21,
        prior_mean=2.0,
        prior_sd=1.0,
        required=2.0,
    )
    # one person recomputed alone, as in an appeal, gets the very same levels
    assert (alone.mean[4_711] == found.mean[4_711]).all()
    assert (alone.status[4_711] == found.status[4_711]).all()


def test_priors_and_requirements_per_person_and_competency() -> None:
    table = pieces((3.0, 0.5, 0, TEST))
    prior = np.array([[1.0, 2.0, 3.0], [1.5, 2.5, 3.5]])
    required = np.array([1.0, np.nan, 3.0])
    found = combine(
        table, SOURCES, persons=2, competencies=3, prior_mean=prior, prior_sd=[[1.0], [0.5]], required=required
    )
    assert found.mean[0, 0] == pytest.approx((1.0 + 3.0 * 4) / 5)
    assert (found.mean.ravel()[1:] == prior.ravel()[1:]).all()
    assert found.sd[1].tolist() == [0.5] * 3
    assert np.isnan(found.probability).tolist() == [[False, True, False]] * 2


def one_row(**changes: ArrayLike) -> Evidence:
    row: dict[str, ArrayLike] = {
        "person_index": [0],
        "competency_index": [0],
        "source_index": [0],
        "value": [2.0],
        "sd": [0.5],
        "age_years": [0.0],
    }
    return Evidence(**{name: np.asarray(column) for name, column in {**row, **changes}.items()})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"person_index": [-1]}, "person_index must be positions from 0"),
        ({"competency_index": [0.5]}, "competency_index must be whole numbers"),
        ({"source_index": [[0]]}, "source_index must have 1 dimension"),
        ({"value": [np.nan]}, "value must be finite"),
        ({"sd": [-0.1]}, "sd must be at least 0"),
        ({"age_years": [-1.0]}, "age_years must be at least 0"),
        ({"age_years": [0.0, 1.0]}, "equally long"),
        ({"superseded": [0]}, "superseded must be a flat array"),
        ({"superseded": [[True]]}, "superseded must be a flat array"),
    ],
)
def test_bad_evidence_is_refused(changes: dict[str, list[object]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        one_row(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"prior_sd": 0.0}, "prior_sd must be at least 0.001"),
        ({"prior_mean": np.nan}, "prior_mean must be finite"),
        ({"required": np.inf}, "required must be finite or missing"),
        ({"prior_mean": [1.0, 2.0]}, "prior_mean must be one number or fit"),
        ({"persons": -1}, "must not be negative"),
        ({"persons": 0}, "person_index must be positions below 0"),
        ({"competencies": 0}, "competency_index must be positions below 0"),
    ],
)
def test_bad_tables_are_refused(options: dict[str, object], message: str) -> None:
    usual = {"persons": 1, "competencies": 1, "prior_mean": 2.0, "prior_sd": 1.0}
    with pytest.raises(ValueError, match=message):
        combine(one_row(), SOURCES, **{**usual, **options})  # type: ignore[arg-type]


def test_bad_sources_are_refused() -> None:
    with pytest.raises(ValueError, match="source_index must be positions below 2"):
        level(one_row(source_index=[2]))
    with pytest.raises(ValueError, match="equally long"):
        replace(SOURCES, bias=np.zeros(3))
    with pytest.raises(ValueError, match="can_prove"):
        replace(SOURCES, can_prove=np.array([1, 0]))
    with pytest.raises(ValueError, match="drift_per_year must be at least 0"):
        replace(SOURCES, drift_per_year=np.array([-0.1, 0]))
    exact = replace(SOURCES, sd_floor=np.zeros(2))
    with pytest.raises(ValueError, match="after sd_floor"):
        combine(one_row(sd=[0.0]), exact, persons=1, competencies=1, prior_mean=2.0, prior_sd=1.0)


@pytest.mark.parametrize(
    ("rule", "value"), [("proven", 1.0), ("provisional", 0.0), ("interval", 1.5), ("contradiction", float("nan"))]
)
def test_bad_rules_are_refused(rule: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{rule} must lie between 0 and 1"):
        StatusRules(**{rule: value})
    with pytest.raises(ValueError, match="proven must be at least provisional"):
        StatusRules(proven=0.4)


def test_origins_must_match_the_rows() -> None:
    with pytest.raises(ValueError, match="equally long"):
        newest_only(one_row(), [1, 2])
    with pytest.raises(ValueError, match="origin_index must be positions from 0"):
        newest_only(one_row(), [-1])
