"""Classical item analysis: published figures of the law school test, a table by hand, and bad input."""

import numpy as np
import pytest

from bina.science.psychometrics import analyse_answers, analyse_items
from tests.science.lsat import PATTERNS, PERSONS

LSAT = np.repeat(PATTERNS, PERSONS, axis=0)


def test_published_figures_of_the_law_school_test() -> None:
    found = analyse_items(LSAT)
    assert found.complete_persons == 1000
    assert found.difficulty == pytest.approx(np.array([0.924, 0.709, 0.553, 0.763, 0.870]), abs=1e-12)
    # item-rest correlations and alpha as the ltm package prints them (Rizopoulos 2006)
    assert found.discrimination == pytest.approx(np.array([0.1128, 0.1532, 0.1728, 0.1444, 0.1216]), abs=0.00005)
    assert found.alpha == pytest.approx(0.2950, abs=0.00005)
    assert found.standard_error == pytest.approx(LSAT.sum(axis=1).std(ddof=1) * np.sqrt(1 - found.alpha))


def test_table_by_hand() -> None:
    # a Guttman pattern: totals 0, 1, 2, 3; item variances 1/4, 1/3, 1/4; variance of totals 5/3
    found = analyse_items([[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]])
    assert found.difficulty == pytest.approx(np.array([0.75, 0.5, 0.25]))
    assert found.alpha == pytest.approx(3 / 2 * (1 - (5 / 6) / (5 / 3)))
    assert found.standard_error == pytest.approx(np.sqrt(5 / 3 * 0.25))
    assert found.discrimination[1] == pytest.approx(1 / np.sqrt(2))


def test_missing_answers_count_for_difficulty_only() -> None:
    answers: list[list[float]] = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1], [np.nan, 1, 1]]
    found = analyse_items(answers)
    assert found.complete_persons == 4
    assert found.difficulty == pytest.approx(np.array([0.75, 0.6, 0.4]))
    assert found.alpha == pytest.approx(0.75)


def test_items_without_variation_have_no_discrimination() -> None:
    found = analyse_items([[1, 0, 0.1], [1, 1, 0.9], [1, 1, 0.3]])
    assert np.isnan(found.discrimination[0])
    assert np.isfinite(found.discrimination[1:]).all()


def test_totals_without_variation_have_no_reliability() -> None:
    found = analyse_items([[0.1, 0.9], [0.3, 0.7], [0.2, 0.8]])
    assert np.isnan(found.alpha)
    assert np.isnan(found.standard_error)


def test_contradicting_items_give_a_negative_alpha_and_an_error_no_larger_than_the_spread() -> None:
    answers = [[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 0]]
    found = analyse_items(answers)
    assert found.alpha < 0
    assert found.standard_error == pytest.approx(np.std([1, 1, 2, 1], ddof=1))


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([[1.0], [0.0]], "at least 2 items"),
        ([[1.0, 0.0]], "at least 2 persons"),
        ([[1.0, np.nan], [0.0, 1.0]], "at least 2 persons"),
        ([[1.0, np.nan], [0.0, np.nan]], "every item needs at least one answer"),
        ([[2.0, 0.0], [0.0, 1.0]], "scores must be at most 1"),
    ],
)
def test_bad_tables_are_refused(answers: list[list[float]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        analyse_items(answers)


def test_answers_missing_by_design_are_analysed_from_what_is_there() -> None:
    # Person 0 answers items 0, 1, 2; person 1 items 0, 1; person 2 items 1, 2; person 3 only item 0.
    person, item = [0, 0, 0, 1, 1, 2, 2, 3], [0, 1, 2, 0, 1, 1, 2, 0]
    score = [1, 1, 0, 0, 1, 0.5, 1, 1]
    found = analyse_answers(person, item, score, items=4)
    assert found.answers.tolist() == [3, 3, 2, 0]
    assert found.difficulty[:3] == pytest.approx([2 / 3, 2.5 / 3, 0.5])
    assert np.isnan(found.difficulty[3])
    assert found.rest[:7] == pytest.approx([0.5, 0.5, 1, 1, 0, 1, 0.5])
    assert np.isnan(found.rest[7])
    # Item 1: scores 1, 1, 0.5 against rests 0.5, 0, 1.
    assert found.discrimination[1] == pytest.approx(np.corrcoef([1, 1, 0.5], [0.5, 0, 1])[0, 1])


def test_with_complete_answers_the_correlation_is_that_of_the_whole_table() -> None:
    rng = np.random.default_rng(3)
    answers = (rng.random((400, 8)) < 1 / (1 + np.exp(-rng.normal(size=(400, 1))))).astype(float)
    person, item = np.divmod(np.arange(answers.size), 8)
    found = analyse_answers(person, item, answers.ravel(), items=8)
    assert found.discrimination == pytest.approx(analyse_items(answers).discrimination)


def test_answers_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="equally long"):
        analyse_answers([0, 1], [0], [1.0], items=1)
    with pytest.raises(ValueError, match="at most 1"):
        analyse_answers([0], [0], [2.0], items=1)
