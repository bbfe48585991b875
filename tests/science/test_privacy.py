"""Suppression: an attacker with linear algebra and one with integer ranges must both fail on every withheld number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import optimize

from bina.science.privacy import suppress

property_test = settings(deadline=None, max_examples=60, derandomize=True, database=None)
Counts = NDArray[np.int64]

small_tables = st.integers(1, 4).flatmap(
    lambda columns: st.lists(
        st.lists(st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 9, 14, 30]), min_size=columns, max_size=columns),
        min_size=1,
        max_size=4,
    )
)


def with_totals(table: Counts) -> Counts:
    wide = np.hstack([table, table.sum(axis=1, keepdims=True)])
    return np.vstack([wide, wide.sum(axis=0, keepdims=True)])


def equations(shape: tuple[int, int]) -> NDArray[np.float64]:
    """Every line of the table with totals: parts minus total is 0; one column per number of the table."""
    rows, columns = shape
    lines = []
    for row in range(rows):
        line = np.zeros(shape)
        line[row, :-1], line[row, -1] = 1, -1
        lines.append(line.ravel())
    for column in range(columns):
        line = np.zeros(shape)
        line[:-1, column], line[-1, column] = 1, -1
        lines.append(line.ravel())
    return np.array(lines)


def derived_by_algebra(whole: Counts, mask: NDArray[np.bool_]) -> list[int]:
    """Withheld numbers whose value follows from the equations: adding their unit vector leaves the rank alone."""
    hidden = np.flatnonzero(mask.ravel())
    system = equations((whole.shape[0], whole.shape[1]))[:, hidden]
    rank = np.linalg.matrix_rank(system) if hidden.size else 0
    units = np.eye(hidden.size)
    return [int(hidden[i]) for i in range(hidden.size) if np.linalg.matrix_rank(np.vstack([system, units[i]])) == rank]


def derived_by_ranges(whole: Counts, mask: NDArray[np.bool_]) -> list[int]:
    """Withheld numbers that only one value fits, given that counts are never negative (the polytope is integral)."""
    hidden, shown = np.flatnonzero(mask.ravel()), np.flatnonzero(~mask.ravel())
    system = equations((whole.shape[0], whole.shape[1]))
    known = -system[:, shown] @ whole.ravel()[shown]
    derived = []
    for place in range(hidden.size):
        goal = np.zeros(hidden.size)
        goal[place] = 1
        ends = []
        for sign in (1, -1):
            answer = optimize.linprog(sign * goal, A_eq=system[:, hidden], b_eq=known, bounds=(0, 10_000))
            assert answer.status == 0
            ends.append(sign * float(answer.fun or 0.0))
        if ends[1] - ends[0] < 0.5:
            derived.append(int(hidden[place]))
    return derived


@property_test
@given(small_tables)
def test_no_withheld_number_can_be_derived(rows: list[list[int]]) -> None:
    table = np.array(rows)
    whole, mask = with_totals(table), suppress(table)
    assert mask.shape == whole.shape
    assert mask[(whole > 0) & (whole < 5)].all()
    assert derived_by_algebra(whole, mask) == []
    assert derived_by_ranges(whole, mask) == []
    assert not np.isin(mask.sum(axis=1), [1]).any()
    assert not np.isin(mask.sum(axis=0), [1]).any()


@property_test
@given(st.lists(st.sampled_from([0, 0, 1, 2, 4, 5, 7, 20]), min_size=1, max_size=7))
def test_no_withheld_number_of_a_list_can_be_derived(counts: list[int]) -> None:
    parts = np.array(counts)
    mask = suppress(parts)
    whole = np.append(parts, parts.sum())
    assert mask.shape == whole.shape
    assert mask[(whole > 0) & (whole < 5)].all()
    assert mask.sum() != 1


def test_the_attackers_do_find_what_primary_suppression_alone_gives_away() -> None:
    table = np.array([[3, 20], [30, 40]])
    whole = with_totals(table)
    primary = (whole > 0) & (whole < 5)
    assert derived_by_algebra(whole, primary) == [0]
    assert derived_by_ranges(whole, primary) == [0]


def test_two_withheld_cells_in_every_line_would_not_be_enough() -> None:
    # two closed squares of small cells joined by one more small cell: subtracting the square gives the link away
    table = np.full((4, 4), 50)
    table[:2, :2] = table[2:, 2:] = 3
    table[1, 2] = 3
    whole = with_totals(table)
    primary = (whole > 0) & (whole < 5)
    assert (primary[primary.any(axis=1)].sum(axis=1) >= 2).all()
    assert derived_by_algebra(whole, primary) == [1 * 5 + 2]
    mask = suppress(table)
    assert derived_by_algebra(whole, mask) == []
    assert mask.sum() > primary.sum()


def test_zeros_that_nothing_may_fall_below_do_not_protect() -> None:
    # the square 1, 0 / 0, 30 moves freely in linear algebra, but the 1 could only fall, as the zeros can only rise
    table = np.array([[1, 0, 90], [0, 0, 80], [70, 60, 50]])
    whole, mask = with_totals(table), suppress(table)
    assert derived_by_ranges(whole, mask) == []


def test_tables_without_small_numbers_are_shown_whole() -> None:
    assert not suppress([[0, 7], [12, 5]]).any()
    assert not suppress([0, 0]).any()
    assert not suppress([5, 9]).any()
    assert suppress(np.empty((0, 3), dtype=np.int64)).shape == (1, 4)


def test_the_cheapest_neighbour_is_taken() -> None:
    assert suppress([3, 0, 20, 7]).tolist() == [True, False, False, True, False]
    table = np.array([[3, 20, 90], [8, 10, 80], [70, 60, 50]])
    expected = np.zeros((4, 4), dtype=np.bool_)
    expected[:2, :2] = True
    assert (suppress(table) == expected).all()


def test_small_totals_are_withheld_too() -> None:
    mask = suppress([[2, 1], [40, 60]])
    assert mask[0].all()
    whole = with_totals(np.array([[2, 1], [40, 60]]))
    assert derived_by_ranges(whole, mask) == []


def test_the_minimum_is_a_rule_of_the_caller() -> None:
    assert not suppress([1, 2, 3], minimum=1).any()
    assert suppress([9, 30, 12], minimum=10).tolist() == [True, False, True, False]


def test_a_national_table_takes_moments_and_stays_mostly_visible() -> None:
    counts = np.random.default_rng(1).negative_binomial(1, 1 / 41, (38, 21))
    mask = suppress(counts)
    whole = with_totals(counts)
    primary = (whole > 0) & (whole < 5)
    assert mask[primary].all()
    assert mask.sum() <= 1.5 * primary.sum()
    assert derived_by_algebra(whole, mask) == []


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([[-1, 3]], "counts must not be negative"),
        ([[1.5, 3.0]], "counts must be whole numbers"),
        (7, "1 or 2 dimensions"),
        ([[[1]]], "1 or 2 dimensions"),
    ],
)
def test_bad_counts_are_refused(counts: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        suppress(counts)  # type: ignore[arg-type]


def test_bad_minimum_is_refused() -> None:
    with pytest.raises(ValueError, match="minimum must be at least 1"):
        suppress([1, 2], minimum=0)
