"""Gains: textbook and published values, coverage of the stated intervals, careful verdicts, and bad input."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special, stats

from bina.science.impact import (
    Verdict,
    describe,
    paired_gain,
    reliable_change,
    standardised_change,
    weighted_gain,
)
from bina.science.impact.paired import small_sample_correction

property_test = settings(deadline=None, max_examples=60, derandomize=True, database=None)
NAN = float("nan")

# extra hours of sleep under two drugs (Student 1908), the textbook example of the paired t interval
SLEEP_FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def with_moments(
    mean: tuple[float, float], sd: tuple[float, float], correlation: float, pairs: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two columns of `pairs` numbers with exactly these sample moments."""
    raw = np.random.default_rng(0).normal(size=(pairs, 2))
    raw -= raw.mean(axis=0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(np.cov(raw.T))).T
    second = correlation * white[:, 0] + np.sqrt(1 - correlation**2) * white[:, 1]
    return mean[0] + sd[0] * white[:, 0], mean[1] + sd[1] * second


def test_textbook_paired_interval() -> None:
    found = paired_gain(SLEEP_FIRST, SLEEP_SECOND)
    assert (found.pairs, found.dropped, found.verdict) == (10, 0, Verdict.IMPROVED)
    assert found.mean_gain == pytest.approx(1.58)
    assert found.mean_gain / found.standard_error == pytest.approx(4.0621, abs=0.00005)
    assert (found.low, found.high) == pytest.approx((0.7001142, 2.4598858), abs=1e-7)


@pytest.mark.parametrize(
    ("before", "after", "correlation", "pairs", "estimate", "low", "high"),
    [
        # worked examples of Bonett's own package statpsych for the average-variance standardiser
        ((102.1, 14.6), (110.4, 15.3), 0.75, 25, 0.5550319, 0.2394905, 0.8705732),
        ((602.4, 33.17), (705.6, 51.08), 0.769, 8, 2.3963, 1.1182, 3.6744),
    ],
)
def test_published_effect_interval(
    before: tuple[float, float],
    after: tuple[float, float],
    correlation: float,
    pairs: int,
    estimate: float,
    low: float,
    high: float,
) -> None:
    first, second = with_moments((before[0], after[0]), (before[1], after[1]), correlation, pairs)
    found = paired_gain(first, second)
    factor = 1 - 3 / (4 * (pairs - 1) - 1)
    assert np.array([found.effect, found.effect_low, found.effect_high]) / factor == pytest.approx(
        np.array([estimate, low, high]), abs=0.00005
    )


def test_small_sample_correction() -> None:
    assert small_sample_correction(9) == pytest.approx(1 - 3 / 35)
    freedom = np.arange(3, 200)
    exact = np.exp(special.gammaln(freedom / 2) - special.gammaln((freedom - 1) / 2)) / np.sqrt(freedom / 2)
    difference = np.abs(np.array([small_sample_correction(float(df)) for df in freedom]) - exact)
    assert difference.max() < 0.01
    assert difference[7:].max() < 0.0005
    with pytest.raises(ValueError, match="freedom"):
        small_sample_correction(0.5)


@pytest.mark.parametrize(("pairs", "gain"), [(10, 0.0), (25, 0.5), (60, 0.2)])
def test_intervals_hold_the_truth_as_often_as_they_say(pairs: int, gain: float) -> None:
    generator = np.random.default_rng(pairs)
    held = held_effect = 0
    for _ in range(1500):
        before = generator.normal(2.0, 1.0, pairs)
        after = 2.0 + gain + 0.6 * (before - 2.0) + generator.normal(0.0, 0.8, pairs)
        found = paired_gain(before, after)
        held += found.low <= gain <= found.high
        held_effect += found.effect_low <= gain <= found.effect_high
    assert 0.93 <= held / 1500 <= 0.97
    assert 0.93 <= held_effect / 1500 <= 0.97


def test_verdicts() -> None:
    generator = np.random.default_rng(5)
    before, noise = generator.normal(2, 1, 12), generator.normal(0, 0.3, 12)
    assert paired_gain(before, before + 1 + noise).verdict is Verdict.IMPROVED
    assert paired_gain(before, before - 1 + noise).verdict is Verdict.DECLINED
    assert paired_gain(before, before + noise - noise.mean()).verdict is Verdict.CANNOT_TELL
    assert paired_gain(before[:9], before[:9] + 1 + noise[:9]).verdict is Verdict.TOO_FEW
    assert paired_gain(before[:9], before[:9] + 1 + noise[:9], least_pairs=9).verdict is Verdict.IMPROVED


def test_people_measured_once_are_dropped_and_counted() -> None:
    found = paired_gain([*SLEEP_FIRST, NAN, 1.0], [*SLEEP_SECOND, 1.0, NAN])
    assert (found.pairs, found.dropped) == (10, 2)
    assert found.mean_gain == pytest.approx(1.58)


def test_tiny_groups_have_no_invented_numbers() -> None:
    nobody, one = paired_gain([], []), paired_gain([1.0], [1.5])
    assert (nobody.pairs, nobody.regression_removed, nobody.verdict) == (0, 0.0, Verdict.TOO_FEW)
    assert np.isnan([nobody.mean_gain, nobody.sd_gain, nobody.low, nobody.effect]).all()
    assert one.mean_gain == 0.5
    assert np.isnan([one.sd_gain, one.low, one.high, one.effect, one.effect_low]).all()


def test_people_who_are_all_alike_have_a_gain_but_no_effect_size() -> None:
    found = paired_gain([2.1] * 12, [2.4] * 12)
    assert found.mean_gain == pytest.approx(0.3)
    assert np.isnan([found.effect, found.effect_low, found.effect_high]).all()


def test_selected_people_regress_to_the_mean_without_help() -> None:
    generator = np.random.default_rng(17)
    true = generator.normal(2.5, 0.8, 200_000)
    before, after = true + generator.normal(0, 0.4, true.size), true + generator.normal(0, 0.4, true.size)
    chosen = before < 1.8
    reliability = 0.8**2 / (0.8**2 + 0.4**2)
    plain = paired_gain(before[chosen], after[chosen])
    corrected = paired_gain(before[chosen], after[chosen], reliability=reliability, population_mean=2.5)
    assert plain.mean_gain > 0.15
    assert plain.verdict is Verdict.IMPROVED
    assert corrected.mean_gain == pytest.approx(0.0, abs=0.01)
    assert corrected.verdict is Verdict.CANNOT_TELL
    assert corrected.regression_removed == pytest.approx(plain.mean_gain - corrected.mean_gain)
    assert plain.regression_removed == 0


def test_a_perfect_measure_needs_no_correction() -> None:
    plain = paired_gain(SLEEP_FIRST, SLEEP_SECOND)
    assert paired_gain(SLEEP_FIRST, SLEEP_SECOND, reliability=1.0, population_mean=9.0) == plain


@property_test
@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=2, max_size=30), st.floats(0.1, 20))
def test_gain_and_effect_follow_the_unit(pairs: list[tuple[float, float]], scale: float) -> None:
    before, after = np.array(pairs).round(3).T
    one, other = paired_gain(before, after), paired_gain(100 + scale * before, 100 + scale * after)
    assert other.mean_gain == pytest.approx(scale * one.mean_gain, abs=1e-9)
    assert other.low == pytest.approx(scale * one.low, abs=1e-6)
    assert one.low <= one.mean_gain <= one.high
    if np.var(before) + np.var(after) > 1e-3:
        assert other.effect == pytest.approx(one.effect, rel=1e-5, abs=1e-6)
        assert one.effect_low <= one.effect <= one.effect_high
        assert one.effect * one.mean_gain >= 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"confidence": 1.0}, "confidence must lie between 0 and 1"),
        ({"least_pairs": 1}, "least_pairs must be at least 2"),
        ({"reliability": 0.8}, "must be given together"),
        ({"population_mean": 2.0}, "must be given together"),
        ({"reliability": 0.0, "population_mean": 2.0}, "reliability must be greater than 0"),
        ({"reliability": 1.1, "population_mean": 2.0}, "reliability must be greater than 0 and at most 1"),
        ({"reliability": 0.8, "population_mean": NAN}, "population_mean must be finite"),
    ],
)
def test_bad_options_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        paired_gain(SLEEP_FIRST, SLEEP_SECOND, **options)  # type: ignore[arg-type]


def test_bad_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="equally long"):
        paired_gain([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="after must be finite or missing"):
        paired_gain([1.0], [np.inf])
    with pytest.raises(ValueError, match="before must be numbers"):
        paired_gain(["baik"], [1.0])


def test_description_is_json_of_codes_and_numbers() -> None:
    told = describe(paired_gain([1.0], [1.5]))
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["verdict"] == "too_few"
    assert told["mean_gain"] == 0.5
    assert told["low"] is None
    change = describe(reliable_change([1.0], [3.0], sd_before=1.0, reliability=0.8))
    assert change == {"pairs": 1, "improved_share": 1.0, "unchanged_share": 0.0, "declined_share": 0.0}


def test_reliable_change_of_the_textbook_client() -> None:
    # Jacobson & Truax (1991): 32.5 to 47.5, sd 7.5, reliability 0.80: S_diff 4.74, RC 3.16
    found = reliable_change([32.5], [47.5], sd_before=7.5, reliability=0.80)
    assert found.index[0] == pytest.approx(3.16, abs=0.005)
    assert found.improved_share == 1


def test_reliable_change_shares() -> None:
    found = reliable_change([2, 2, 2, 2, NAN], [3, 1, 2, 2.1, 4], sd_before=0.8, reliability=0.9)
    assert (found.pairs, found.improved_share, found.unchanged_share, found.declined_share) == (4, 0.25, 0.5, 0.25)
    assert np.isnan(found.index[4])
    assert np.isnan(reliable_change([NAN], [1.0], sd_before=1.0, reliability=0.5).improved_share)


def test_reliable_change_without_true_change_is_as_rare_as_stated() -> None:
    generator = np.random.default_rng(23)
    true = generator.normal(2.5, 0.8, 40_000)
    before, after = true + generator.normal(0, 0.4, true.size), true + generator.normal(0, 0.4, true.size)
    found = reliable_change(before, after, sd_before=np.sqrt(0.8), reliability=0.8)
    assert 0.045 <= 1 - found.unchanged_share <= 0.055


@pytest.mark.parametrize(("sd", "reliability"), [(0.0, 0.8), (1.0, 1.0), (1.0, 0.0), (NAN, 0.8), (np.inf, 0.8)])
def test_reliable_change_refuses_bad_parameters(sd: float, reliability: float) -> None:
    with pytest.raises(ValueError, match="must lie between"):
        reliable_change([1.0], [2.0], sd_before=sd, reliability=reliability)


# the 13 trials of the BCG vaccine (Colditz et al. 1994): cases and others among the vaccinated and the controls
BCG = np.array(
    [
        (4, 119, 11, 128),
        (6, 300, 29, 274),
        (3, 228, 11, 209),
        (62, 13536, 248, 12619),
        (33, 5036, 47, 5761),
        (180, 1361, 372, 1079),
        (8, 2537, 10, 619),
        (505, 87886, 499, 87892),
        (29, 7470, 45, 7232),
        (17, 1699, 65, 1600),
        (186, 50448, 141, 27197),
        (5, 2493, 3, 2338),
        (27, 16886, 29, 17825),
    ],
    dtype=np.float64,
).T


def test_published_random_effects_of_the_vaccine_trials() -> None:
    cases, others, control_cases, control_others = BCG
    vaccinated, controls = cases + others, control_cases + control_others
    log_risk = np.log(cases / vaccinated) - np.log(control_cases / controls)
    variance = 1 / cases - 1 / vaccinated + 1 / control_cases - 1 / controls
    found = weighted_gain(np.zeros(13), log_risk, np.zeros(13), np.sqrt(variance))
    # tau^2 = 0.3181 and mean -0.7150 by this estimator in the metafor package (Viechtbauer 2010)
    assert found.between_sd**2 == pytest.approx(0.3181, abs=0.00005)
    assert found.mean_gain == pytest.approx(-0.7150, abs=0.00005)
    assert found.verdict is Verdict.DECLINED


def test_equal_errors_give_the_plain_paired_interval() -> None:
    plain = paired_gain(SLEEP_FIRST, SLEEP_SECOND)
    weighted = weighted_gain(SLEEP_FIRST, SLEEP_SECOND, [0.3] * 10, [0.4] * 10)
    assert (weighted.mean_gain, weighted.low, weighted.high) == pytest.approx((plain.mean_gain, plain.low, plain.high))
    assert weighted.between_sd == pytest.approx(np.sqrt(plain.sd_gain**2 - 0.25))


@pytest.mark.parametrize(("pairs", "between_sd"), [(12, 0.5), (30, 0.2), (60, 0.0)])
def test_weighted_interval_holds_the_truth_and_is_narrower(pairs: int, between_sd: float) -> None:
    generator = np.random.default_rng(29)
    held = 0
    widths, plain_widths = [], []
    for _ in range(1500):
        errors = generator.choice([0.15, 0.9], size=(2, pairs))
        before, gain = generator.normal(2, 1, pairs), generator.normal(0.4, between_sd, pairs)
        first, second = before + generator.normal(0, errors[0]), before + gain + generator.normal(0, errors[1])
        found, plain = weighted_gain(first, second, errors[0], errors[1]), paired_gain(first, second)
        held += found.low <= 0.4 <= found.high
        widths.append(found.high - found.low)
        plain_widths.append(plain.high - plain.low)
    assert 0.93 <= held / 1500 <= 0.97
    assert np.mean(widths) < np.mean(plain_widths)


def test_one_exact_measurement_does_not_speak_for_everybody() -> None:
    gain = np.array([3.0] + [0.0, 0.4, -0.4, 0.8, -0.8] * 3)
    error = np.array([0.001] + [0.3] * 15)
    found = weighted_gain(np.zeros(16), gain, error, error)
    assert found.mean_gain < 0.5
    assert found.low < 0


def test_weighted_gain_drops_the_unknown_and_refuses_the_impossible() -> None:
    found = weighted_gain([1, 2, NAN], [2, 2.5, 3], [0.3, NAN, 0.3], [0.3, 0.3, 0.3])
    assert (found.pairs, found.dropped, found.mean_gain, found.verdict) == (1, 2, 1.0, Verdict.TOO_FEW)
    assert np.isnan([found.low, found.standard_error, found.between_sd]).all()
    assert np.isnan(weighted_gain([], [], [], []).mean_gain)
    with pytest.raises(ValueError, match="must not both be 0"):
        weighted_gain([1.0], [2.0], [0.0], [0.0])
    with pytest.raises(ValueError, match="before_error must be at least 0"):
        weighted_gain([1.0], [2.0], [-0.1], [0.1])
    with pytest.raises(ValueError, match="equally long"):
        weighted_gain([1.0], [2.0], [0.1, 0.2], [0.1])
    with pytest.raises(ValueError, match="least_pairs"):
        weighted_gain([1.0], [2.0], [0.1], [0.1], least_pairs=0)


def test_t_interval_agrees_with_the_reference_library() -> None:
    before, after = np.array(SLEEP_FIRST), np.array(SLEEP_SECOND)
    reference = stats.ttest_rel(after, before).confidence_interval(0.8)
    found = paired_gain(before, after, confidence=0.8)
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high))


class TestStandardisedChange:
    def test_it_is_the_mean_over_the_spread_of_the_changes(self) -> None:
        found = standardised_change([1, 2, 3, 4])
        assert found.dz == pytest.approx(2.5 / np.std([1, 2, 3, 4], ddof=1))
        t = found.dz * 2
        assert stats.nct.cdf(t, 3, found.low * 2) == pytest.approx(0.975, abs=1e-6)
        assert stats.nct.cdf(t, 3, found.high * 2) == pytest.approx(0.025, abs=1e-6)

    def test_a_fall_mirrors_a_rise(self) -> None:
        rise, fall = standardised_change([0.5, 1, 1.5, 0.2]), standardised_change([-0.5, -1, -1.5, -0.2])
        assert (fall.dz, fall.low, fall.high) == pytest.approx((-rise.dz, -rise.high, -rise.low), abs=1e-6)

    def test_the_interval_covers_as_often_as_it_says(self) -> None:
        numbers = np.random.default_rng(9)
        draws = [standardised_change(numbers.normal(0.4, 1, size=15)) for _ in range(400)]
        assert 0.92 <= np.mean([row.low <= 0.4 <= row.high for row in draws]) <= 0.98

    @pytest.mark.parametrize("changes", [[], [1.0], [1.0, 2.0], [0.5] * 9])
    def test_too_few_or_all_alike_give_no_number(self, changes: list[float]) -> None:
        assert np.isnan(standardised_change(changes).dz)

    def test_extreme_changes_still_have_an_interval(self) -> None:
        for pairs in (3, 10, 200):
            found = standardised_change(5 + 0.01 * np.arange(pairs))
            assert found.low < found.dz < found.high

    @pytest.mark.parametrize(("pairs", "mean"), [(51, 1.3), (51, -1.3), (300, 0.9), (2_000, 0.4), (12, 4.0)])
    def test_bounds_are_found_for_groups_of_every_size(self, pairs: int, mean: float) -> None:
        found = standardised_change(mean + np.linspace(-1.7, 1.7, pairs))
        assert found.low < found.dz < found.high
        t = found.dz * pairs**0.5
        assert stats.nct.cdf(t, pairs - 1, found.low * pairs**0.5) == pytest.approx(0.975, abs=1e-4)
