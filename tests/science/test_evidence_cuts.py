"""Abilities read as levels through cuts: monotone, straight between cuts, the way back, and nothing without a change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bina.science.evidence import ability_at_levels, read_as_levels

Z90 = 1.6448536269514722
CUTS = {2: 2.5, 3: 3.0, 4: 4.5}


@st.composite
def cuts(draw: st.DrawFn) -> dict[int, float]:
    """Cuts of some levels, each at least a tenth above the one before."""
    levels = sorted(draw(st.sets(st.integers(1, 8), min_size=1, max_size=5)))
    steps = draw(st.lists(st.floats(0.1, 2.0), min_size=len(levels), max_size=len(levels)))
    start = draw(st.floats(-1, 3))
    return {level: start + float(sum(steps[: n + 1])) for n, level in enumerate(levels)}


def test_a_level_begins_at_its_cut_and_lies_straight_between() -> None:
    level, error = read_as_levels([2.5, 3.0, 3.75, 4.5, 1.5, 5.5], np.zeros(6), CUTS)
    assert level.tolist() == [2, 3, 3.5, 4, 1, 5]
    assert error.tolist() == [0] * 6


def test_the_interval_is_read_end_by_end() -> None:
    ability, spread = np.array([2.75, 3.0, 3.9]), np.array([0.05, 0.4, 0.2])
    level, error = read_as_levels(ability, spread, CUTS)
    low, _none = read_as_levels(ability - Z90 * spread, np.zeros(3), CUTS)
    high, _none = read_as_levels(ability + Z90 * spread, np.zeros(3), CUTS)
    assert 2 * Z90 * error == pytest.approx(high - low, abs=1e-5)
    # Between 2.5 and 3.0 one level is half as wide as on the scale, between 3.0 and 4.5 half again as wide.
    assert error[0] == pytest.approx(0.05 / 0.5, abs=1e-6)
    assert error[2] == pytest.approx(0.2 / 1.5, abs=1e-6)
    assert level[0] == 2.5


def test_cuts_at_the_levels_themselves_change_nothing() -> None:
    ability, spread = np.linspace(-1, 6, 71), np.full(71, 0.37)
    level, error = read_as_levels(ability, spread, {1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0})
    assert level == pytest.approx(ability, abs=1e-6)
    assert error == pytest.approx(spread, abs=1e-6)


def test_one_cut_moves_the_scale_and_keeps_its_widths() -> None:
    level, error = read_as_levels([1.0, 3.0], [0.3, 0.5], {3: 3.4})
    assert level.tolist() == [0.6, 2.6]
    assert error.tolist() == [0.3, 0.5]


@given(cuts(), st.lists(st.floats(-2, 10), min_size=2, max_size=20))
def test_reading_is_monotone_and_can_be_read_back(found: dict[int, float], abilities: list[float]) -> None:
    ordered = np.sort(np.array(abilities))
    level, error = read_as_levels(ordered, np.full(len(ordered), 0.3), found)
    assert (np.diff(level) >= -1e-6).all()
    assert (error >= 0).all()
    again = ability_at_levels(level, found)
    assert again == pytest.approx(ordered, abs=1e-4)
    assert ability_at_levels(sorted(found), found) == pytest.approx([found[k] for k in sorted(found)], abs=1e-6)


@pytest.mark.parametrize("bad", [{}, {2: 3.0, 3: 3.0}, {2: 3.0, 3: 2.0}, {2: float("nan")}])
def test_what_makes_no_scale_is_refused(bad: dict[int, float]) -> None:
    with pytest.raises(ValueError, match=r"cut|finite"):
        read_as_levels([1.0], [0.1], bad)
    with pytest.raises(ValueError, match=r"cut|finite"):
        ability_at_levels([1.0], bad)


def test_a_negative_error_is_refused() -> None:
    with pytest.raises(ValueError, match="standard_error"):
        read_as_levels([1.0], [-0.1], CUTS)
