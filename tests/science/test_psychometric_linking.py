"""Linking: exact changes of scale, recovery with errors, items that moved, and bad input."""

import numpy as np
import pytest

from bina.science.psychometrics import (
    Link,
    LinkMethod,
    ScoredItems,
    check_link,
    drift_over_time,
    link,
    probability,
)

CHANGE = Link(0.8, 2.1)


def bank(items: int = 12, guessing: float = 0.2) -> ScoredItems:
    generator = np.random.default_rng(70)
    return ScoredItems(generator.uniform(0.7, 1.8, items), generator.normal(0, 1, items), np.full(items, guessing))


def shaken(items: ScoredItems, seed: int, sd: float = 0.12) -> ScoredItems:
    """The items as another calibration would give them."""
    generator = np.random.default_rng(seed)
    slope = items.discrimination * np.exp(generator.normal(0, sd, len(items)))
    return ScoredItems(slope, items.difficulty + generator.normal(0, sd, len(items)), items.guessing)


@pytest.mark.parametrize("method", list(LinkMethod))
@pytest.mark.parametrize("guessing", [0.0, 0.2])
def test_an_exact_change_of_scale_is_found(method: LinkMethod, guessing: float) -> None:
    items = bank(guessing=guessing)
    found = link(items, CHANGE.apply(items), method=method, mean=2.0, sd=0.8)
    assert found.slope == pytest.approx(0.8, abs=1e-5)
    assert found.intercept == pytest.approx(2.1, abs=1e-5)


def test_a_change_of_scale_leaves_probabilities_alone() -> None:
    theta = np.linspace(-3, 3, 13)
    assert probability(CHANGE.apply_to_abilities(theta), CHANGE.apply(bank())) == pytest.approx(
        probability(theta, bank())
    )


def test_moments_by_hand() -> None:
    origin = ScoredItems.without_guessing([1.0, 2.0], [0.0, 1.0])
    wanted = ScoredItems.without_guessing([1.0, 1.0], [1.0, 4.0])
    assert link(origin, wanted, method=LinkMethod.MEAN_MEAN) == Link(1.5, 1.75)
    assert link(origin, wanted, method=LinkMethod.MEAN_SIGMA) == Link(3.0, 1.0)


def test_calibration_errors_leave_the_change_of_scale_almost_alone() -> None:
    items = bank(20)
    away: dict[LinkMethod, list[float]] = {method: [] for method in LinkMethod}
    for seed in range(12):
        origin, wanted = shaken(items, seed), shaken(CHANGE.apply(items), 100 + seed)
        for method in LinkMethod:
            found = link(origin, wanted, method=method, mean=2.1, sd=0.8)
            away[method] += [found.slope - 0.8, found.intercept - 2.1]
    # two errors of 0.12 per item, averaged over 20 items
    for errors in away.values():
        assert np.sqrt(np.mean(np.square(errors))) < 0.06


def test_haebara_and_stocking_lord_reach_the_least_of_their_sums() -> None:
    origin, wanted = shaken(bank(), 1), shaken(CHANGE.apply(bank()), 2)
    nodes = 2.0 + 0.8 * np.linspace(-4, 4, 41)
    weight = np.exp(-(np.linspace(-4, 4, 41) ** 2) / 2)

    def sums(change: Link) -> tuple[float, float]:
        away = probability(nodes, wanted) - probability(nodes, change.apply(origin))
        return float(weight @ (away**2).sum(axis=1)), float(weight @ away.sum(axis=1) ** 2)

    for place, method in enumerate((LinkMethod.HAEBARA, LinkMethod.STOCKING_LORD)):
        best = link(origin, wanted, method=method, mean=2.0, sd=0.8)
        for slope, intercept in ((0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01)):
            near = Link(best.slope + slope, best.intercept + intercept)
            assert sums(near)[place] > sums(best)[place]


def test_an_item_that_became_easier_is_named_and_hardly_shifts_the_curve_link() -> None:
    items = bank(16)
    wanted = shaken(CHANGE.apply(items), 5, sd=0.05)
    wanted.difficulty[3] -= 0.9
    found = link(items, wanted, method=LinkMethod.HAEBARA, mean=2.1, sd=0.8)
    check = check_link(items, wanted, found, mean=2.1, sd=0.8)
    assert np.flatnonzero(check.flagged).tolist() == [3]
    assert check.difference[3] == pytest.approx(-0.9, abs=0.2)
    assert check.curve_distance.argmax() == 3
    kept = np.arange(16) != 3
    again = link(
        ScoredItems(items.discrimination[kept], items.difficulty[kept], items.guessing[kept]),
        ScoredItems(wanted.discrimination[kept], wanted.difficulty[kept], wanted.guessing[kept]),
        mean=2.1, sd=0.8,
    )  # fmt: skip
    assert again.intercept == pytest.approx(2.1, abs=0.06)


def test_perfect_agreement_accuses_nobody() -> None:
    items = bank()
    check = check_link(items, CHANGE.apply(items), CHANGE)
    assert not check.flagged.any()
    assert np.abs(check.standardized).max() < 1e-9


def test_drift_needs_both_certainty_and_size() -> None:
    drift = drift_over_time([1.0, 1.0, 1.0, 1.0], [0.03, 0.3, 0.06, 0.1], [1.2, 1.5, 1.6, 0.5], [0.04, 0.4, 0.08, 0.1])
    assert drift.difference == pytest.approx(np.array([0.2, 0.5, 0.6, -0.5]))
    assert drift.standardized == pytest.approx(np.array([4.0, 1.0, 6.0, -0.5 / np.hypot(0.1, 0.1)]))
    assert drift.flagged.tolist() == [False, False, True, True]


def test_bad_input_is_refused() -> None:
    items, none = bank(), ScoredItems(np.zeros(0), np.zeros(0), np.zeros(0))
    with pytest.raises(ValueError, match="equally long"):
        link(items, bank(3))
    with pytest.raises(ValueError, match="at least one common item"):
        link(none, none)
    with pytest.raises(ValueError, match="different difficulty"):
        link(bank(1), bank(1), method=LinkMethod.MEAN_SIGMA)
    with pytest.raises(ValueError, match="sd must lie"):
        link(items, items, sd=0)
    with pytest.raises(ValueError, match="before_error must be greater than 0"):
        drift_over_time([1.0], [0.0], [1.0], [0.1])
