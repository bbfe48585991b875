"""Correlations of true levels: found again through the error of tests, from those who have only some of the competencies."""

import numpy as np
import pytest

from bina.science.arrays import BoolArray, FloatArray
from bina.science.psychometrics import NormalPrior, ScoredItems, expected_a_posteriori, probability
from bina.science.psychometrics.adaptive import (
    EstimatedCorrelations,
    ProfilePrior,
    ProfileResults,
    estimate_correlations,
    nested_prior,
    with_correlations,
)

AREA = np.repeat([0, 1], 3)
SIZE = len(AREA)
ASSUMED = nested_prior(AREA, mean=2.0, sd=1.0)
BELOW = np.tril_indices(SIZE, -1)
WEIGHT = 30.0


def truth() -> FloatArray:
    """Correlations that are far from what is assumed: strong within areas, weak between them, one pair apart."""
    matrix: FloatArray = np.where(AREA[:, None] == AREA, 0.8, 0.25)
    matrix[0, 5] = matrix[5, 0] = 0.45
    np.fill_diagonal(matrix, 1.0)
    return matrix


def levels(people: int, rng: np.random.Generator, sd: float = 1.0) -> FloatArray:
    found: FloatArray = 1.8 + sd * rng.standard_normal((people, SIZE)) @ np.linalg.cholesky(truth()).T
    return found


def results_of(theta: FloatArray, sd: FloatArray, keep: BoolArray, rng: np.random.Generator) -> ProfileResults:
    person, competency = np.nonzero(keep)
    error = sd[person, competency]
    return ProfileResults(
        person, competency, theta[person, competency] + error * rng.standard_normal(len(person)), error
    )


def simulated(people: int, seed: int, share: float = 0.6) -> EstimatedCorrelations:
    rng = np.random.default_rng(seed)
    keep = rng.random((people, SIZE)) < share
    keep[:2] = True
    found = results_of(levels(people, rng), rng.uniform(0.4, 0.9, (people, SIZE)), keep, rng)
    return estimate_correlations(found, ASSUMED, weight=WEIGHT)


def test_true_correlations_are_found_again_through_error_and_gaps() -> None:
    found = simulated(6_000, 1)
    assert found.converged
    away = (found.correlation - truth())[BELOW]
    assert np.abs(away).max() < 0.07
    assert abs(away.mean()) < 0.02
    assert found.mean == pytest.approx(np.full(SIZE, 1.8), abs=0.06)
    assert found.sd == pytest.approx(np.ones(SIZE), abs=0.06)


def test_correlations_of_the_results_themselves_would_be_far_too_low() -> None:
    rng = np.random.default_rng(2)
    theta = levels(4_000, rng)
    results = results_of(theta, np.full(theta.shape, 0.8), np.ones(theta.shape, dtype=np.bool_), rng)
    raw = np.atleast_2d(np.corrcoef(results.value.reshape(theta.shape).T))
    found = estimate_correlations(results, ASSUMED, weight=WEIGHT)
    assert raw[0, 1] < 0.55
    assert found.correlation[0, 1] == pytest.approx(0.8, abs=0.05)


def test_standard_errors_are_as_wide_as_the_scatter_of_repeated_studies() -> None:
    """Without the pull of the assumption, 90 % intervals hold the truth about as often as they say."""
    runs = []
    for seed in range(60):
        rng = np.random.default_rng(100 + seed)
        theta = levels(500, rng)
        keep = rng.random(theta.shape) < 0.7
        results = results_of(theta, rng.uniform(0.4, 0.9, theta.shape), keep, rng)
        runs.append(estimate_correlations(results, ASSUMED, weight=0.5))
    values, errors = (np.array([getattr(run, name)[BELOW] for run in runs]) for name in ("correlation", "error"))
    assert errors.mean(axis=0) == pytest.approx(values.std(axis=0, ddof=1), rel=0.35)
    assert errors.mean() == pytest.approx(values.std(axis=0, ddof=1).mean(), rel=0.12)
    held = np.abs(values - truth()[BELOW]) < 1.645 * errors
    assert 0.84 < held.mean() < 0.95


def test_a_test_that_stops_asking_by_the_answers_does_no_harm() -> None:
    """The last three competencies are measured only where the first three came out high: missing at random, not at all so."""
    rng = np.random.default_rng(4)
    theta = levels(6_000, rng)
    sd = np.full(theta.shape, 0.6)
    first = theta + sd * rng.standard_normal(theta.shape)
    keep = np.ones(theta.shape, dtype=np.bool_)
    keep[first[:, :3].mean(axis=1) < 1.8, 3:] = False
    person, competency = np.nonzero(keep)
    results = ProfileResults(person, competency, first[keep], sd[keep])
    found = estimate_correlations(results, ASSUMED, weight=WEIGHT)
    assert np.abs((found.correlation - truth())[BELOW]).max() < 0.09
    # among the chosen themselves the levels lie closer together than among all
    assert np.atleast_2d(np.corrcoef(theta[keep[:, 5]].T))[0, 1] < 0.72
    assert found.mean[5] == pytest.approx(1.8, abs=0.08)


def test_short_tests_of_right_and_wrong_answers_are_enough() -> None:
    """Four items each, scored like a real test: the normal picture of what they say hardly bends the correlations."""
    rng = np.random.default_rng(5)
    theta = levels(3_000, rng)
    values, errors = np.empty(theta.shape), np.empty(theta.shape)
    for place in range(SIZE):
        items = ScoredItems.without_guessing(rng.uniform(1.0, 1.8, 4), np.array([0.6, 1.4, 2.2, 3.0]))
        right = (rng.random((len(theta), 4)) < probability(theta[:, place], items)).astype(np.float64)
        seen = expected_a_posteriori(right, items, NormalPrior(2.0, 1.0))
        own = 1 / seen.standard_error**2 - 1
        values[:, place] = (seen.estimate / seen.standard_error**2 - 2.0) / own
        errors[:, place] = own**-0.5
    person, competency = np.indices(theta.shape)
    results = ProfileResults(person.ravel(), competency.ravel(), values.ravel(), errors.ravel())
    found = estimate_correlations(results, ASSUMED, weight=WEIGHT)
    assert np.abs((found.correlation - truth())[BELOW]).max() < 0.09


def test_few_people_move_the_assumption_a_little_and_many_decide() -> None:
    assumed = ASSUMED.covariance[BELOW]
    far = [np.abs(simulated(people, 6).correlation[BELOW] - assumed).mean() for people in (4, 120, 4_000)]
    assert far[0] < 0.06 < far[1] < far[2]
    errors = [simulated(people, 6).error[BELOW].mean() for people in (4, 120, 4_000)]
    assert errors[0] > errors[1] > 3 * errors[2]


def test_what_nobody_has_stays_close_to_the_assumption_and_uncertain() -> None:
    rng = np.random.default_rng(7)
    theta = levels(2_000, rng)
    keep = np.ones(theta.shape, dtype=np.bool_)
    keep[:, 5] = False
    found = estimate_correlations(results_of(theta, np.full(theta.shape, 0.5), keep, rng), ASSUMED, weight=WEIGHT)
    assert found.people[5, 5] == found.people[5, 0] == 0
    assert found.people[0, 1] == 2_000
    assert found.error[5, :5].min() > 2 * found.error[0, 1]
    assert found.correlation[5, 3] == pytest.approx(ASSUMED.covariance[5, 3], abs=0.12)


@pytest.mark.parametrize("people", [2, 40, 900])
def test_the_result_is_a_correlation_matrix_that_a_test_can_use(people: int) -> None:
    found = simulated(people, 8)
    assert np.diag(found.correlation) == pytest.approx(np.ones(SIZE))
    assert np.linalg.eigvalsh(found.correlation)[0] > 0
    assert (np.diag(found.error) == 0).all()
    assert (found.error[BELOW] > 0).all()
    prior = with_correlations(ASSUMED, np.arange(SIZE), found.correlation)
    assert prior.covariance == pytest.approx(found.correlation)
    assert (prior.mean == ASSUMED.mean).all()


def test_the_order_of_people_does_not_matter() -> None:
    rng = np.random.default_rng(9)
    theta = levels(300, rng)
    results = results_of(theta, np.full(theta.shape, 0.6), rng.random(theta.shape) < 0.5, rng)
    order = rng.permutation(len(results.person))
    mixed = ProfileResults(
        1_000 - results.person[order], results.competency[order], results.value[order], results.sd[order]
    )
    first, second = (estimate_correlations(rows, ASSUMED, weight=WEIGHT) for rows in (results, mixed))
    assert first.correlation == pytest.approx(second.correlation, abs=1e-4)


def test_known_correlations_of_some_competencies_fit_into_the_rest() -> None:
    wide = ProfilePrior(np.full(SIZE, 2.5), 1.25**2 * ASSUMED.covariance)
    places = np.array([4, 0])
    prior = with_correlations(wide, places, np.array([[1.0, 0.7], [0.7, 1.0]]))
    assert np.sqrt(np.diag(prior.covariance)) == pytest.approx(np.full(SIZE, 1.25))
    assert prior.covariance[4, 0] / 1.25**2 == pytest.approx(0.7)
    assert prior.covariance[1, 2] == pytest.approx(wide.covariance[1, 2])
    # what cannot be true of anybody beside the rest is brought to the nearest that can
    torn = with_correlations(ASSUMED, np.array([0, 1]), np.array([[1.0, -0.9], [-0.9, 1.0]]))
    assert np.linalg.eigvalsh(torn.covariance)[0] > 0
    assert np.diag(torn.covariance) == pytest.approx(np.ones(SIZE))
    assert torn.covariance[0, 1] < -0.4


def test_impossible_input_is_named() -> None:
    nobody = np.zeros(0, dtype=np.int64)
    with pytest.raises(ValueError, match="one result of each"):
        ProfileResults(np.array([3, 3]), np.array([1, 1]), np.array([1.0, 2.0]), np.array([0.5, 0.5]))
    with pytest.raises(ValueError, match="sd must be greater"):
        ProfileResults(np.array([3]), np.array([1]), np.array([1.0]), np.array([0.0]))
    with pytest.raises(ValueError, match="equally long"):
        ProfileResults(np.array([3, 4]), np.array([1]), np.array([1.0]), np.array([0.5]))
    with pytest.raises(ValueError, match="there must be results"):
        estimate_correlations(ProfileResults(nobody, nobody, np.zeros(0), np.zeros(0)), ASSUMED, weight=WEIGHT)
    one = ProfileResults(np.array([0]), np.array([SIZE]), np.array([1.0]), np.array([0.5]))
    with pytest.raises(ValueError, match="positions from 0"):
        estimate_correlations(one, ASSUMED, weight=WEIGHT)
    inside = ProfileResults(np.array([0]), np.array([0]), np.array([1.0]), np.array([0.5]))
    with pytest.raises(ValueError, match="weight must lie"):
        estimate_correlations(inside, ASSUMED, weight=0)
    with pytest.raises(ValueError, match="symmetric with one row"):
        with_correlations(ASSUMED, np.array([0, 1]), np.eye(3))
