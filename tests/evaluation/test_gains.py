"""Gains: figures against values worked out by hand, and silence where there is too little to tell."""

import datetime as dt
import statistics

import pytest

from bina.assessment.queries import TestScore
from bina.evaluation.queries import gain_line, paired_scores
from bina.evaluation.queries.gains import Measured, Pair
from bina.evaluation.rules import gain_sentence, is_estimate_due, signed
from tests.evaluation.stage import BEFORE, ERROR, GAINS, HIGH, LOW

DAY = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def pairs(gains: tuple[float, ...] = GAINS, error: float = 0.1) -> list[Pair]:
    return [
        Pair(Measured(before, error), Measured(before + gain, error))
        for before, gain in zip(BEFORE * 10, gains, strict=False)
    ]


def score(person: int, purpose: str, competency: int, value: float, sd: float = 0.3, day: int = 0) -> TestScore:
    return TestScore(person, f"enrolment-{person}", purpose, competency, value, sd, 0.5, DAY + dt.timedelta(days=day))


def test_a_gain_has_the_figures_worked_out_by_hand() -> None:
    line = gain_line(None, "", pairs())
    assert line.pairs == 10
    assert line.mean == pytest.approx(0.4, abs=1e-6)
    assert line.standard_error == pytest.approx(ERROR, abs=1e-6)
    assert line.low == pytest.approx(LOW, abs=1e-5)
    assert line.high == pytest.approx(HIGH, abs=1e-5)
    assert line.verdict == "improved"
    assert line.before == pytest.approx(2.0)
    assert line.after == pytest.approx(2.4)


def test_hedges_g_uses_the_mean_variance_of_both_tests_and_the_small_sample_factor() -> None:
    after = [before + gain for before, gain in zip(BEFORE, GAINS, strict=True)]
    spread = ((statistics.variance(BEFORE) + statistics.variance(after)) / 2) ** 0.5
    assert gain_line(None, "", pairs()).effect == pytest.approx(0.4 / spread * (1 - 3 / 35), abs=1e-6)


def test_reliable_change_counts_gains_beyond_the_error_of_both_tests() -> None:
    # 1.96 × √2 × 0.1 = 0.277: seven of the ten gains are larger.
    line = gain_line(None, "", pairs(error=0.1))
    assert (line.improved_share, line.unchanged_share, line.declined_share) == pytest.approx((0.7, 0.3, 0.0))
    # 1.96 × √2 × 0.3 = 0.83: none is.
    assert gain_line(None, "", pairs(error=0.3)).unchanged_share == pytest.approx(1.0)


def test_nine_pairs_are_too_few_and_show_no_figure() -> None:
    line = gain_line(None, "", pairs(GAINS[:9]))
    assert line.verdict == "too_few"
    assert (line.mean, line.low, line.high, line.effect, line.before, line.improved_share) == (None,) * 6
    assert "Terlalu sedikit untuk disimpulkan" in line.sentence
    assert "baru 9 peserta" in line.sentence


def test_an_interval_around_zero_cannot_tell() -> None:
    line = gain_line(None, "", pairs((0.5, -0.5, 0.3, -0.3, 0.2, -0.2, 0.1, -0.1, 0.4, -0.3)))
    assert line.verdict == "cannot_tell"
    assert line.sentence.startswith("Belum dapat disimpulkan")


def test_a_decline_is_called_a_decline() -> None:
    line = gain_line(None, "", pairs(tuple(-gain for gain in GAINS)))
    assert line.verdict == "declined"
    assert "turun 0,40 tingkat" in line.sentence


def test_equal_gains_and_no_spread_give_no_broken_numbers() -> None:
    same = [Pair(Measured(2.0, 0.2), Measured(2.0, 0.2))] * 12
    line = gain_line(None, "", same)
    assert line.mean == 0.0
    assert line.effect is None
    assert line.verdict == "cannot_tell"
    exact = [Pair(Measured(2.0, 0.0), Measured(2.5, 0.0))] * 12
    assert gain_line(None, "", exact).improved_share is None


def test_nobody_gives_an_empty_line() -> None:
    line = gain_line(None, "", [])
    assert (line.pairs, line.dropped, line.verdict, line.mean) == (0, 0, "too_few", None)


def test_pairs_are_made_per_person_and_halves_are_counted_as_left_out() -> None:
    rows = [
        score(1, "pre", 7, 1.0), score(1, "post", 7, 2.0),
        score(2, "pre", 7, 1.0),
        score(3, "post", 7, 3.0),
    ]  # fmt: skip
    found = paired_scores(rows)
    line = gain_line(7, "x", found[7])
    assert (line.pairs, line.dropped) == (1, 2)
    overall = gain_line(None, "", found[0])
    assert (overall.pairs, overall.dropped) == (1, 2)


def test_only_the_first_attempt_counts_so_that_repeating_is_no_progress() -> None:
    rows = [score(1, "pre", 7, 1.0), score(1, "post", 7, 1.5, day=1), score(1, "post", 7, 3.0, day=2)]
    (pair,) = paired_scores(rows)[7]
    assert pair.after == Measured(1.5, 0.3)


def test_the_overall_pair_is_the_mean_over_competencies_with_independent_errors() -> None:
    rows = [
        score(1, "pre", 7, 1.0, 0.3), score(1, "post", 7, 2.0, 0.3),
        score(1, "pre", 8, 2.0, 0.4), score(1, "post", 8, 2.4, 0.4),
        score(1, "pre", 9, 5.0, 0.4),
    ]  # fmt: skip
    (pair,) = paired_scores(rows)[0]
    assert pair.before is not None
    assert pair.before.value == pytest.approx(1.5)
    assert pair.before.error == pytest.approx(0.25)
    assert pair.after is not None
    assert pair.after.value == pytest.approx(2.2)


def test_other_purposes_are_no_part_of_a_gain() -> None:
    assert paired_scores([score(1, "diagnostic", 7, 1.0)]) == {0: []}


@pytest.mark.parametrize(
    ("now", "then", "is_due"),
    [
        (3, 3, False),
        (4, 3, True),
        (10, 10, False),
        (11, 10, True),
        (100, 98, True),
        (1000, 990, False),
        (1020, 1000, True),
    ],
)
def test_estimates_are_renewed_often_while_small_and_in_steps_when_large(now: int, then: int, is_due: bool) -> None:
    assert is_estimate_due(now, then) is is_due


def test_changes_carry_their_sign() -> None:
    assert (signed(0.423), signed(-0.1), signed(0.001), signed(None)) == ("+0,42", "−0,10", "0,00", "–")


def test_sentences_are_plain_and_carry_interval_and_number() -> None:
    sentence = gain_sentence("improved", pairs=1234, mean=0.421, low=0.21, high=0.63)
    assert sentence == (
        "1.234 peserta rata-rata naik 0,42 tingkat dari uji awal ke uji akhir (rentang keyakinan 95%: 0,21 sampai 0,63)."
    )
    assert "nan" not in gain_sentence("too_few", pairs=0).lower()
