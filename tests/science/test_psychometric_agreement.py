"""Agreement of raters: published values, what must hold for any marks, and hostile input."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bina.science.psychometrics import mark_agreement, one_way_intraclass, weighted_kappa

# Hout, Duncan & Sobel (1987): how married couples answered on four ordered categories (husband x wife), n = 91.
COUPLES = np.array([[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]])
# Shrout & Fleiss (1979), table 2: six targets, four judges.
JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def marks_of(table: np.ndarray) -> tuple[list[int], list[int]]:
    cells = [(i, j) for (i, j), count in np.ndenumerate(table) for _ in range(int(count))]
    return [i for i, _j in cells], [j for _i, j in cells]


def test_linear_weights_give_the_published_kappa_and_error() -> None:
    """R package vcd, Kappa(SexualFun): weighted 0.2374, ASE 0.07832."""
    found = weighted_kappa(*marks_of(COUPLES), 4, power=1)
    assert found.kappa == pytest.approx(0.2374, abs=5e-5)
    assert found.standard_error == pytest.approx(0.07832, abs=5e-6)
    assert found.low == pytest.approx(0.2374 - 1.645 * 0.07832, abs=1e-3)


def test_two_categories_give_plain_kappa() -> None:
    """Cohen's kappa of the table 20 5 / 10 15 is 0.4 whatever the weights."""
    marks = marks_of(np.array([[20, 5], [10, 15]]))
    assert weighted_kappa(*marks, 2).kappa == pytest.approx(0.4)
    assert weighted_kappa(*marks, 2, power=1).kappa == pytest.approx(0.4)


def test_one_way_intraclass_correlation_as_published() -> None:
    assert one_way_intraclass(JUDGES) == pytest.approx(0.17, abs=0.005)


def test_shares_count_equal_and_neighbouring_marks() -> None:
    found = mark_agreement([0, 1, 2, 4], [0, 2, 2, 1])
    assert (found.works, found.exact, found.adjacent) == (4, 0.5, 0.75)


def test_the_error_is_about_the_spread_of_many_samples() -> None:
    rng = np.random.default_rng(7)
    kappas, errors = [], []
    for _ in range(400):
        truth = rng.normal(2, 1, 200)
        one, other = (np.clip(np.rint(truth + rng.normal(0, 0.6, 200)), 0, 4).astype(int) for _ in range(2))
        found = weighted_kappa(one, other, 5)
        kappas.append(found.kappa)
        errors.append(found.standard_error)
    assert np.mean(errors) == pytest.approx(np.std(kappas), rel=0.12)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=40))
def test_swapping_the_raters_changes_nothing(pairs: list[tuple[int, int]]) -> None:
    one, other = [a for a, _b in pairs], [b for _a, b in pairs]
    there, back = weighted_kappa(one, other, 5), weighted_kappa(other, one, 5)
    if math.isnan(there.kappa):
        assert math.isnan(back.kappa)
        return
    assert there.kappa == pytest.approx(back.kappa)
    assert -1 <= there.low <= there.kappa + 1e-9
    assert there.kappa - 1e-9 <= there.high <= 1
    assert mark_agreement(one, other) == mark_agreement(other, one)


def test_full_agreement_is_one_and_no_variation_says_nothing() -> None:
    assert weighted_kappa([0, 1, 2, 3], [0, 1, 2, 3], 5).kappa == pytest.approx(1)
    assert math.isnan(weighted_kappa([2, 2, 2], [2, 2, 2], 5).kappa)
    assert math.isnan(one_way_intraclass([[3, 3], [3, 3]]))


@pytest.mark.parametrize(
    ("one", "other", "categories"), [([], [], 5), ([0], [0, 1], 5), ([5], [0], 5), ([-1], [0], 5), ([0.5], [0], 5), ([0], [0], 1)]
)  # fmt: skip
def test_nonsense_is_refused(one: list[float], other: list[float], categories: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        weighted_kappa(one, other, categories)


def test_too_few_works_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one work"):
        mark_agreement([], [])
    with pytest.raises(ValueError, match="at least 2"):
        one_way_intraclass([[1, 2]])
