"""Growth between measurements: intervals that hold, no piece used twice, silence where nothing was measured twice."""

import numpy as np
import pytest

from bina.science.evidence import Evidence, Sources, average_growth, growth

SOURCES = Sources(
    bias=np.array([0.0, 0.3]), sd_floor=np.array([0.3, 0.6]), drift_per_year=np.array([0.25, 0.25]),
    can_prove=np.array([True, False]),
)  # fmt: skip


def side(competency: list[int], source: list[int], value: list[float], sd: list[float], age: list[float]) -> Evidence:
    return Evidence(
        np.zeros(len(value), dtype=np.int64), np.array(competency, dtype=np.int64), np.array(source, dtype=np.int64),
        np.array(value), np.array(sd), np.array(age),
    )  # fmt: skip


def test_two_pieces_differ_by_their_corrected_values() -> None:
    found = growth(side([0], [1], [2.3], [0.6], [0.0]), side([0], [0], [2.8], [0.4], [1.0]), SOURCES, competencies=2)
    assert found.change[0] == pytest.approx(0.8, abs=1e-5)
    assert found.sd[0] == pytest.approx(np.sqrt(0.6**2 + 0.4**2 + 0.25**2), abs=1e-4)
    assert np.isnan(found.change[1])
    assert average_growth(found)[2] == 1


def test_nothing_measured_twice_is_no_growth() -> None:
    empty = side([], [], [], [], [])
    found = growth(side([0], [0], [2.0], [0.4], [0.0]), empty, SOURCES, competencies=1)
    change, half, count = average_growth(found)
    assert np.isnan(change)
    assert np.isnan(half)
    assert count == 0


def test_stated_intervals_hold_the_true_growth() -> None:
    """2,000 people grow by chance; the level drifts on after every measurement, as the model says."""
    rng = np.random.default_rng(20261122)
    people, inside = 2_000, 0
    for _ in range(people):
        start, gain = rng.normal(2.0, 0.8), rng.normal(0.5, 0.5)
        ages = rng.uniform(0.2, 1.5, size=2)
        now = start + gain
        then = now - rng.normal(0, 0.25 * np.sqrt(ages))
        first = side([0], [0], [start + rng.normal(0, 0.4)], [0.4], [0.0])
        later = side(
            [0, 0],
            [0, 1],
            [then[0] + rng.normal(0, 0.5), then[1] + 0.3 + rng.normal(0, 0.7)],
            [0.5, 0.7],
            ages.tolist(),
        )
        found = growth(first, later, SOURCES, competencies=1)
        inside += bool(abs(found.change[0] - gain) <= found.half_width[0])
    assert 0.88 <= inside / people <= 0.93
