"""Gaps, severity, reached levels and the job person match: official arithmetic by hand, and bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bina.science.evidence import competency_gap, gap_severity, job_person_match, reached_level

property_test = settings(deadline=None, max_examples=60, derandomize=True, database=None)
NAN = float("nan")


def test_gap_is_what_is_missing_and_never_negative() -> None:
    found = competency_gap([3.0, 2.0, NAN, 4.0], [[2.4, 2.6, 1.0, NAN]])
    assert found[0, :2] == pytest.approx(np.array([0.6, 0.0]))
    assert np.isnan(found[0, 2:]).all()


def test_severity_is_gap_times_weight() -> None:
    found = gap_severity([[0.5, 1.0, NAN]], [2.0, 0.0, 1.0])
    assert found[0, :2].tolist() == [1.0, 0.0]
    assert np.isnan(found[0, 2])


def test_reached_level_is_the_whole_level_below() -> None:
    found = reached_level([2.999999, 3.0, -0.4, 7.2, NAN], highest=4)
    assert found[:4].tolist() == [2, 3, 0, 4]
    assert np.isnan(found[4])


def test_job_person_match_by_hand() -> None:
    # required 3 + 3 + 2 + 2 = 10; achieved 4 + 2 + 2 + 1 = 9 raw, 3 + 2 + 2 + 1 = 8 capped
    found = job_person_match([[4, 2, 2, 1]], [3, 3, 2, 2])
    assert (found.raw_percent[0], found.capped_percent[0]) == pytest.approx((90, 80))
    assert (found.required_count[0], found.measured_count[0]) == (4, 4)


def test_strength_beyond_the_standard_shows_in_raw_only() -> None:
    found = job_person_match([[4, 4]], [[3, 3]])
    assert found.raw_percent[0] == pytest.approx(400 / 3)
    assert found.capped_percent[0] == 100


def test_what_is_not_measured_or_not_required_stays_out_and_is_counted() -> None:
    found = job_person_match([[2, NAN, 4], [NAN, NAN, 3]], [[2, 3, NAN], [2, 0, NAN]])
    assert found.raw_percent[0] == 100
    assert (found.required_count.tolist(), found.measured_count.tolist()) == ([2, 1], [1, 0])
    assert np.isnan([found.raw_percent[1], found.capped_percent[1]]).all()


@property_test
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5)), min_size=1, max_size=9))
def test_capped_match_is_a_share_and_full_exactly_without_a_gap(pairs: list[tuple[int, int]]) -> None:
    achieved, required = np.array(pairs, dtype=np.float64).T
    found = job_person_match(achieved[None, :], required)
    assert 0 <= found.capped_percent[0] <= min(100, found.raw_percent[0]) + 1e-9
    gap = competency_gap(required, achieved)
    assert (abs(found.capped_percent[0] - 100) < 1e-9) == bool((gap == 0).all())
    assert found.capped_percent[0] == pytest.approx(100 * (1 - gap.sum() / required.sum()))


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="required must be finite or missing"):
        competency_gap([np.inf], [1.0])
    with pytest.raises(ValueError, match="required and mean must have shapes"):
        competency_gap([1.0, 2.0], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="gap must be at least 0"):
        gap_severity([-0.1], [1.0])
    with pytest.raises(ValueError, match="weight must be at least 0"):
        gap_severity([0.1], [-1.0])
    with pytest.raises(ValueError, match="highest must be at least 1"):
        reached_level([1.0], highest=0)
    with pytest.raises(ValueError, match="one column per competency"):
        job_person_match([[1.0, 2.0]], [1.0])
    with pytest.raises(ValueError, match="one column per competency"):
        job_person_match([[1.0]], 1.0)
    with pytest.raises(ValueError, match="one per person"):
        job_person_match([[1.0]], [[1.0], [2.0]])
    with pytest.raises(ValueError, match="achieved must be at least 0"):
        job_person_match([[-1.0]], [1.0])
