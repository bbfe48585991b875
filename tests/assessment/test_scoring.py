"""From answers to levels: estimates, and evidence that does not count the prior twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bina.assessment.actions.scoring import WIDEST, Estimate, ScoredAnswer, ability, rated_level, without_prior
from bina.assessment.models import ItemVersion


def test_the_level_of_a_file_is_where_the_chance_is_65_percent() -> None:
    from math import exp

    b = ItemVersion.even_chance_level(1.2, 2.0)
    assert 1 / (1 + exp(-1.2 * (2.0 - b))) == pytest.approx(0.65)


@given(score=st.floats(0, 1), better=st.floats(0, 1))
def test_a_better_answer_never_lowers_the_level(score: float, better: float) -> None:
    low, high = sorted((score, better))

    def level(last: float) -> float:
        return ability([ScoredAnswer(1.2, 0.4, 1.0), ScoredAnswer(1.1, 1.5, last)], 4).value

    assert level(low) <= level(high) + 1e-9


@given(marks=st.dictionaries(st.integers(1, 4), st.none() | st.integers(0, 3), min_size=1, max_size=4), data=st.data())
def test_a_better_mark_never_lowers_the_level(marks: dict[int, int | None], data: st.DataObject) -> None:
    level = data.draw(st.sampled_from(sorted(marks)))
    found = rated_level(marks, 4)
    if found is None:
        assert all(mark is None for mark in marks.values())
        return
    raised = rated_level({**marks, level: 3}, 4)
    assert raised is not None
    if marks[level] is not None:
        assert raised.value >= found.value - 1e-9
    assert -1.0 < found.value < 5.0


def test_ratings_speak_on_the_level_scale() -> None:
    shown = rated_level({1: 3, 2: 2, 3: 0, 4: 0}, 4)
    nothing = rated_level({1: 0, 2: 0, 3: 0, 4: 0}, 4)
    everything = rated_level({1: 3, 2: 3, 3: 3, 4: 3}, 4)
    assert shown is not None
    assert nothing is not None
    assert everything is not None
    assert 1.5 < shown.value < 2.5
    assert nothing.value < 1.0
    assert everything.value > 3.5
    assert rated_level({1: None, 2: None}, 4) is None


@given(value=st.floats(0.0, 4.0), spread=st.floats(0.2, 0.98))
def test_prior_and_evidence_give_back_the_posterior(value: float, spread: float) -> None:
    own = without_prior(Estimate(value, spread), 4)
    assert 0 < own.standard_deviation <= WIDEST
    assert -0.9 <= own.value <= 5.4
    if own.standard_deviation < WIDEST and -0.9 < own.value < 5.4:
        weight = 1 / own.standard_deviation**2
        assert (weight * own.value + 2.0) / (weight + 1) == pytest.approx(value)
        assert (weight + 1) ** -0.5 == pytest.approx(spread)
