"""Expiry of levels: the closed form against the level recomputed later, dates, the order of advice, bad input."""

import datetime
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from bina.science.evidence import (
    CombinedLevels,
    Evidence,
    Sources,
    Status,
    combine,
    expiry_dates,
    level_expiry,
    remeasurement_order,
    years_until_expiry,
)

SOURCES = Sources(
    bias=np.array([0.0, 0.2, 0.0]), sd_floor=np.full(3, 0.1), drift_per_year=np.array([0.2, 0.35, 0.0]),
    can_prove=np.array([True, True, True]),
)  # fmt: skip
MEAN, SD = 2.0, 0.8  # of the prior


def one(value: float, sd: float, **changes: float) -> float:
    options = {"prior_mean": 2.0, "prior_sd": 1.0, "drift_per_year": 0.3, "required": 2.0, **changes}
    return float(years_until_expiry(measured_mean=value, measured_sd=sd, **options))


def levels(evidence: Evidence, persons: int, later: float = 0.0, required: float = 2.0) -> CombinedLevels:
    aged = replace(evidence, age_years=evidence.age_years + later)
    return combine(aged, SOURCES, persons=persons, competencies=1, required=required, prior_mean=MEAN, prior_sd=SD)


def expiry(evidence: Evidence, persons: int) -> NDArray[np.float64]:
    found = levels(evidence, persons)
    return level_expiry(evidence, SOURCES, found, required=2.0, prior_mean=MEAN, prior_sd=SD)[:, 0]


def test_a_required_level_at_the_prior_mean_by_hand() -> None:
    # alpha = 0: beta w = z sqrt(1 + w), so with beta = 1 and z^2 = 1.6424 w = (z^2 + sqrt(z^4 + 4 z^2)) / 2
    square = 1.2815515655446004**2
    weight = (square + np.sqrt(square**2 + 4 * square)) / 2
    assert one(3.0, 0.3) == pytest.approx((1 / weight - 0.09) / 0.09)


def test_ends() -> None:
    assert one(2.1, 0.5) == 0.0
    assert one(1.0, 0.1) == 0.0
    assert one(3.0, 0.3, drift_per_year=0.0) == np.inf
    assert np.isnan(one(3.0, 0.3, required=np.nan))
    # a prior that alone proves is never lost, unless the measurement speaks against it
    assert one(3.0, 0.3, prior_mean=4.0) == np.inf
    assert one(2.0, 0.3, required=2.0, proven=0.5) == np.inf


def test_a_measurement_that_spoke_against_a_strong_prior_never_expires() -> None:
    assert one(2.6, 0.3, prior_mean=5.0) == np.inf


def pieces_of(persons: int, each: int, seed: int) -> Evidence:
    generator = np.random.default_rng(seed)
    person = np.repeat(np.arange(persons), each)
    theta = generator.uniform(2.3, 3.8, persons)
    sd, source = generator.uniform(0.2, 0.5, len(person)), generator.integers(0, 3, len(person))
    value = theta[person] + SOURCES.bias[source] + generator.normal(0, sd)
    nothing = np.zeros(len(person), dtype=np.int64)
    return Evidence(person, nothing, source, value, sd, generator.uniform(0, 1, len(person)))


@pytest.mark.parametrize("each", [1, 3])
def test_a_level_expires_when_combining_older_evidence_no_longer_proves_it(each: int) -> None:
    evidence = pieces_of(400, each, 130)
    years, today = expiry(evidence, 400), levels(evidence, 400)
    assert (np.isnan(years) == (today.status[:, 0] != Status.PROVEN)).all()
    due = np.flatnonzero(np.isfinite(years))
    assert len(due) > 100
    for row in due[:50]:
        # ages of everybody move alike, so each moment is asked for one person
        assert levels(evidence, 400, later=years[row] - 0.005 if years[row] > 0.005 else 0).probability[row, 0] > 0.8999
        assert levels(evidence, 400, later=years[row] + 0.005).probability[row, 0] < 0.9001
    for_ever = np.flatnonzero(np.isinf(years))
    assert (levels(evidence, 400, later=54.0).status[for_ever, 0] == Status.PROVEN).all()


def test_the_closed_form_agrees_where_one_piece_speaks() -> None:
    evidence = replace(pieces_of(300, 1, 131), age_years=np.zeros(300))
    closed = years_until_expiry(
        measured_mean=evidence.value - SOURCES.bias[evidence.source_index], measured_sd=evidence.sd,
        drift_per_year=SOURCES.drift_per_year[evidence.source_index], required=2.0, prior_mean=MEAN, prior_sd=SD,
    )  # fmt: skip
    years = expiry(evidence, 300)
    due = np.isfinite(years)
    assert due.sum() > 80
    assert years[due] == pytest.approx(closed[due], abs=0.003)
    assert (closed[np.isnan(years)] == 0).all()
    assert (closed[np.isinf(years)] > 55).all()


def test_nothing_proven_nothing_to_expire() -> None:
    evidence = pieces_of(5, 1, 132)
    found = level_expiry(
        evidence, SOURCES, levels(evidence, 5, required=9.0), required=9.0, prior_mean=MEAN, prior_sd=SD
    )
    assert np.isnan(found).all()


def test_dates() -> None:
    found = expiry_dates([0.0, 1.0, 2.5, np.inf, np.nan, 5000.0], datetime.date(2026, 3, 1))
    assert found[:3].tolist() == [datetime.date(2026, 3, 1), datetime.date(2027, 3, 1), datetime.date(2028, 8, 30)]
    assert np.isnat(found[3:]).all()


def test_advice_weighs_importance_and_time() -> None:
    years = np.array([[0.5, 0.1, np.inf], [np.nan, 0.0, 3.0]])
    assert remeasurement_order(years, 1.0).tolist() == [[1, 1], [0, 1], [0, 0]]
    # urgency 3 x 0.5, 1 x 0.9 and 1 x 1
    assert remeasurement_order(years, [3.0, 1.0, 1.0]).tolist() == [[0, 0], [1, 1], [0, 1]]
    assert remeasurement_order(years, [0.0, 1.0, 1.0], horizon_years=4).tolist() == [[1, 1], [0, 1], [1, 2]]


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="measured_sd must be greater than 0"):
        one(3.0, 0.0)
    with pytest.raises(ValueError, match="drift_per_year must be at least 0"):
        one(3.0, 0.3, drift_per_year=-0.1)
    with pytest.raises(ValueError, match="proven must lie"):
        one(3.0, 0.3, proven=0.4)
    with pytest.raises(ValueError, match="shapes that fit"):
        years_until_expiry(
            prior_mean=np.zeros(2),
            prior_sd=1.0,
            measured_mean=np.zeros(3),
            measured_sd=1.0,
            drift_per_year=0.1,
            required=1.0,
        )
    evidence = pieces_of(2, 1, 133)
    with pytest.raises(ValueError, match="must fit 2 persons x 1"):
        level_expiry(evidence, SOURCES, levels(evidence, 2), required=np.zeros(3), prior_mean=MEAN, prior_sd=SD)
    with pytest.raises(ValueError, match="years must be at least 0"):
        expiry_dates([-1.0], datetime.date(2026, 3, 1))
    with pytest.raises(ValueError, match="persons x competencies"):
        remeasurement_order([1.0], 1.0)
    with pytest.raises(ValueError, match="weight must be"):
        remeasurement_order([[1.0]], [1.0, 2.0])
