"""Trying a test on simulated people before real ones sit it: length, precision, bias, exposure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bina.science.arrays import FloatArray, IntArray, as_floats
from bina.science.psychometrics.adaptive.choice import ChoiceRules
from bina.science.psychometrics.adaptive.exposure import draw_eligible, eligibility
from bina.science.psychometrics.adaptive.pool import ItemPool
from bina.science.psychometrics.models import ScoredItems, information, probability

_AT_ONCE = 50  # people who sit the test before the exposure counts are looked at again


@dataclass(frozen=True)
class StoppingRule:
    """When a test ends: at ``most`` items, or once the error is at most ``precision`` and ``least`` items are asked."""

    most: int = 30
    least: int = 1
    precision: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.least <= self.most:
            raise ValueError("a test needs 1 <= least <= most")


@dataclass(frozen=True, eq=False)
class AdaptiveRun:
    """What a simulation of many tests says, one entry per person.

    truth, estimate, standard_error: in levels. length: items asked. asked (persons x most): original places of the items in
    order, -1 after the end. exposure: share of the tests that contained each item, in the original order.
    """

    truth: FloatArray
    estimate: FloatArray
    standard_error: FloatArray
    length: IntArray
    asked: IntArray
    exposure: FloatArray

    @property
    def bias(self) -> float:
        """Mean error, in levels."""
        return float((self.estimate - self.truth).mean())

    @property
    def rmse(self) -> float:
        """Root mean squared error, in levels."""
        return float(np.sqrt(((self.estimate - self.truth) ** 2).mean()))


def simulate_adaptive(
    pool: ItemPool,
    truth: ArrayLike,
    rng: np.random.Generator,
    *,
    rules: ChoiceRules,
    stop: StoppingRule,
    prior_mean: float,
    prior_sd: float,
    most_exposed: float | None = None,
) -> AdaptiveRun:
    """Let people of known ability sit the adaptive test; answers are drawn from the model.

    The same choice as `choose_item` (content due, then the best, at first one of the shortlist), taken for many people side by side. With
    ``most_exposed`` items are made eligible by `eligibility` after every fifty people, in each area at least as many as the
    longest test asks of it. EAP over the pool's grid.
    Raises ValueError if the pool has fewer items than the longest test, or when families and enemies leave none to ask.
    """
    abilities = as_floats("truth", truth, ndim=1)
    if stop.most > len(pool):
        raise ValueError("the pool has fewer items than the longest test")
    chance = probability(abilities, pool.items)
    people = len(abilities)
    found = _Found(
        np.empty(people), np.empty(people), np.zeros(people, dtype=np.int64),
        np.full((people, stop.most), -1, dtype=np.int64),
    )  # fmt: skip
    times_asked, times_offered = np.zeros(len(pool)), np.zeros(len(pool))
    height = -(((pool.grid - prior_mean) / prior_sd) ** 2) / 2
    size = people if most_exposed is None else _AT_ONCE
    needed = [
        (first, end, min(int(np.ceil(share * stop.most - 1e-9)), end - first))
        for (first, end), share in zip(pool.spans, rules.shares, strict=True)
    ]
    for start in range(0, people, size):
        rows = slice(start, min(start + size, people))
        count = len(abilities[rows])
        allowed = np.ones((count, len(pool)))
        if most_exposed is not None:
            share = eligibility(times_offered, times_asked, most=most_exposed)
            allowed = draw_eligible(share, rng.random((count, len(pool))), needed).astype(np.float64)
        times_offered += allowed.sum(axis=0)
        right = rng.random((count, len(pool))) < chance[rows]
        _sit(pool, rules, stop, right, allowed, height, rng, found, rows)
        asked = found.asked[rows]
        times_asked += np.bincount(asked[asked >= 0], minlength=len(pool))
    exposure = np.zeros(len(pool))
    exposure[pool.original] = np.bincount(found.asked[found.asked >= 0], minlength=len(pool)) / max(people, 1)
    original = np.where(found.asked >= 0, pool.original[found.asked], -1)
    return AdaptiveRun(abilities, found.estimate, found.error, found.length, original, exposure)


@dataclass(eq=False)
class _Found:
    """The results as they come in."""

    estimate: FloatArray
    error: FloatArray
    length: IntArray
    asked: IntArray


def _sit(
    pool: ItemPool, rules: ChoiceRules, stop: StoppingRule, right: np.ndarray, allowed: FloatArray, prior: FloatArray,
    rng: np.random.Generator, found: _Found, rows: slice,
) -> None:  # fmt: skip
    """One group of people sits the test side by side."""
    count = len(right)
    going = np.arange(count)
    height = np.tile(prior, (count, 1))
    shares = np.asarray(rules.shares)
    per_area = np.zeros((count, len(shares)))
    left = np.stack([allowed[:, first:end].sum(axis=1) for first, end in pool.spans], axis=1)
    mean, sd = _moments(height, pool.grid)
    step = pool.grid[1] - pool.grid[0]
    for number in range(stop.most):
        behind = shares * (number + 1) - per_area[going]
        behind[left[going] <= 0] = -np.inf
        if (left[going] <= 0).all(axis=1).any():
            raise ValueError("no item is left to ask")
        due = behind.argmax(axis=1)
        places = np.clip(np.rint((mean[going] - pool.grid[0]) / step).astype(np.int64), 0, len(pool.grid) - 1)
        chosen = np.empty(len(going), dtype=np.int64)
        for area, (first, end) in enumerate(pool.spans):
            here = np.flatnonzero(due == area)
            if here.size:
                chosen[here] = first + _best(
                    pool, places[here], sd[going[here]], allowed[going[here], first:end], first, end,
                    np.minimum(rules.drawn_from(number + 1), left[going[here], area]), rng,
                )  # fmt: skip
        found.asked[rows][going, number] = chosen
        per_area[going, due] += 1
        _close(pool, allowed, left, going, chosen)
        was_right = right[going, chosen]
        height[going] += np.where(was_right[:, None], pool.log_right[chosen], pool.log_wrong[chosen])
        mean[going], sd[going] = _moments(height[going], pool.grid)
        found.length[rows][going] = number + 1
        if number + 1 >= stop.least and stop.precision:
            going = going[sd[going] > stop.precision]
            if not going.size:
                break
    found.estimate[rows], found.error[rows] = mean, sd


def _best(
    pool: ItemPool, places: IntArray, sds: FloatArray, allowed: FloatArray, first: int, end: int, shortlist: FloatArray,
    rng: np.random.Generator,
) -> IntArray:  # fmt: skip
    """One of the most telling items of an area for each person, by its place within the area."""
    worth = np.empty((len(places), end - first))
    tables = [(0.85 * known_to, table) for known_to, table in pool.early] + [(-1.0, pool.information)]
    above = np.inf
    for known_to, table in tables:
        rows = (sds >= known_to) & (sds < above)
        if rows.any():
            worth[rows] = table[places[rows], first:end]
        above = known_to
    worth *= allowed
    longest = int(shortlist.max())
    if longest == 1:
        first_best: IntArray = worth.argmax(axis=1)
        return first_best
    best = np.argpartition(worth, -longest, axis=1)[:, -longest:]
    order = np.take_along_axis(worth, best, axis=1).argsort(axis=1)[:, ::-1]
    ranked = np.take_along_axis(best, order, axis=1)
    pick = (rng.random(len(places)) * shortlist).astype(np.int64)
    chosen: IntArray = ranked[np.arange(len(places)), pick]
    return chosen


def _close(pool: ItemPool, allowed: FloatArray, left: FloatArray, going: IntArray, chosen: IntArray) -> None:
    allowed[going, chosen] = 0.0
    left[going, pool.area[chosen]] -= 1
    family = pool.family[chosen]
    for row in np.flatnonzero(family >= 0):
        person = going[row]
        relatives = np.flatnonzero((pool.family == family[row]) & (allowed[person] > 0))
        allowed[person, relatives] = 0.0
        np.subtract.at(left[person], pool.area[relatives], 1)
    if not pool.enemies:
        return
    for person, position in zip(going.tolist(), chosen.tolist(), strict=True):
        barred = pool.enemies.get(position)
        if barred is not None:
            still = barred[allowed[person, barred] > 0]
            allowed[person, still] = 0.0
            np.subtract.at(left[person], pool.area[still], 1)


def _moments(height: FloatArray, grid: FloatArray) -> tuple[FloatArray, FloatArray]:
    density = np.exp(height - height.max(axis=1, keepdims=True))
    density /= density.sum(axis=1, keepdims=True)
    mean = density @ grid
    variance = density @ grid**2 - mean**2
    return mean, np.sqrt(np.maximum(variance, 1e-12))


def best_fixed_form(items: ScoredItems, length: int, *, mean: float, sd: float) -> IntArray:
    """The fixed form of a length that tells most about people from N(mean, sd^2): the items of largest average information.

    The opponent of an adaptive test: nothing shorter that is the same for everybody measures these people better by that
    criterion. Raises ValueError if there are fewer items.
    """
    if not 1 <= length <= len(items):
        raise ValueError("the form must have between 1 item and all")
    nodes, weights = np.polynomial.hermite_e.hermegauss(21)
    average = (weights / weights.sum()) @ information(mean + sd * nodes, items)
    best: IntArray = np.sort(np.argsort(-average, kind="stable")[:length])
    return best


def simulate_fixed(
    items: ScoredItems,
    form: IntArray,
    truth: ArrayLike,
    rng: np.random.Generator,
    *,
    prior_mean: float,
    prior_sd: float,
) -> AdaptiveRun:
    """Let people of known ability sit a fixed form; EAP as in `simulate_adaptive`."""
    abilities = as_floats("truth", truth, ndim=1)
    chosen = ScoredItems(items.discrimination[form], items.difficulty[form], items.guessing[form])
    pool = ItemPool.of(chosen)
    right = (rng.random((len(abilities), len(form))) < probability(abilities, chosen)).astype(np.float64)
    height = -(((pool.grid - prior_mean) / prior_sd) ** 2) / 2 + right @ pool.log_right + (1 - right) @ pool.log_wrong
    estimate, error = _moments(height, pool.grid)
    exposure = np.zeros(len(items))
    exposure[form] = 1.0
    return AdaptiveRun(
        abilities, estimate, error, np.full(len(abilities), len(form)), np.tile(form, (len(abilities), 1)), exposure
    )
