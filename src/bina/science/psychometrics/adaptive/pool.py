"""The items a test may choose from, with everything that choosing needs computed beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from bina.science.arrays import FloatArray, IntArray, as_indices
from bina.science.psychometrics.models import ScoredItems, response_curves

_EARLY_SDS = (1.2, 0.9, 0.65)
_SPREAD = np.linspace(-2.5, 2.5, 15)


@dataclass(frozen=True, eq=False)
class ItemPool:
    """Items with their content area and family, sorted by area; positions are places in this order.

    original: the place of each position in the arrays given. area: content area of each position. spans: first position
    and the one after the last, per area. family: items of one family (two versions of a question, one that gives the
    other away) never meet in a test; -1 for none. enemies: per position that has any, the positions that never meet it.
    grid: abilities, evenly spaced. log_right, log_wrong (items x grid): of the answer. information (grid x items): Fisher's.
    early (sd, grid x items): Kullback–Leibler information around an ability that is known only to about that sd.
    """

    items: ScoredItems
    original: IntArray
    area: IntArray
    spans: tuple[tuple[int, int], ...]
    family: IntArray
    enemies: Mapping[int, IntArray]
    grid: FloatArray
    log_right: FloatArray
    log_wrong: FloatArray
    information: FloatArray
    early: tuple[tuple[float, FloatArray], ...]

    @classmethod
    def of(
        cls,
        items: ScoredItems,
        *,
        area: ArrayLike | None = None,
        family: ArrayLike | None = None,
        enemies: ArrayLike | None = None,
        low: float = -3.0,
        high: float = 9.0,
        step: float = 0.05,
    ) -> Self:
        """Make a pool; without ``area`` everything is one area, without ``family`` and ``enemies`` nobody excludes anybody.

        ``enemies``: pairs of items (pairs x 2) that never meet, for what is no family: A excludes B and B excludes C, while
        A and C may well meet.

        Raises ValueError if there are no items, the lengths differ, an area up to the highest has no item, an enemy is no
        item or its own, or the grid is empty.
        """
        count = len(items)
        if not count:
            raise ValueError("a pool needs at least one item")
        areas = np.zeros(count, dtype=np.int64) if area is None else as_indices("area", area)
        families = np.full(count, -1, dtype=np.int64) if family is None else np.asarray(family, dtype=np.int64)
        if areas.shape != (count,) or families.shape != (count,):
            raise ValueError(f"area and family must have one entry per item ({count})")
        if not low < high or step <= 0:
            raise ValueError("the grid needs low < high and a step above 0")
        order = np.argsort(areas, kind="stable")
        sizes = np.bincount(areas)
        if (sizes == 0).any():
            raise ValueError("every area up to the highest needs an item")
        ends = np.cumsum(sizes)
        sorted_items = ScoredItems(items.discrimination[order], items.difficulty[order], items.guessing[order])
        grid = np.linspace(low, high, 1 + round((high - low) / step))
        curves = response_curves(grid, sorted_items)
        return cls(
            items=sorted_items,
            original=order,
            area=areas[order],
            spans=tuple((int(end - size), int(end)) for end, size in zip(ends, sizes, strict=True)),
            family=families[order],
            enemies=_enemies(enemies, order),
            grid=grid,
            log_right=np.ascontiguousarray(curves.log_right.T),
            log_wrong=np.ascontiguousarray(curves.log_wrong.T),
            information=curves.information,
            early=tuple((sd, _global_information(grid, sorted_items, sd)) for sd in _EARLY_SDS),
        )

    def __len__(self) -> int:
        return len(self.items)

    def place(self, theta: float) -> int:
        """The place on the grid nearest to an ability, within its ends."""
        last = len(self.grid) - 1
        step = (self.grid[last] - self.grid[0]) / last
        return min(max(int((theta - self.grid[0]) / step + 0.5), 0), last)

    def worth(self, sd: float) -> FloatArray:
        """What items tell (grid x items) when the ability is known to within ``sd``: global while it is hardly known."""
        for known_to, table in self.early:
            if sd >= 0.85 * known_to:
                return table
        return self.information


def _enemies(pairs: ArrayLike | None, order: IntArray) -> dict[int, IntArray]:
    """The pairs both ways round, by the positions of the sorted pool."""
    if pairs is None:
        return {}
    told = as_indices("enemies", np.asarray(pairs).ravel(), len(order)).reshape(-1, 2)
    if (told[:, 0] == told[:, 1]).any():
        raise ValueError("no item can be its own enemy")
    position = np.argsort(order, kind="stable")[told]
    both = np.concatenate([position, position[:, ::-1]])
    return {int(one): np.unique(both[both[:, 0] == one, 1]) for one in np.unique(both[:, 0])}


def _global_information(grid: FloatArray, items: ScoredItems, sd: float) -> FloatArray:
    """Kullback–Leibler information of each item around each ability, averaged over N(ability, sd^2), in nats.

    KL(theta || t) = P(theta) ln(P(theta) / P(t)) + Q(theta) ln(Q(theta) / Q(t)) (Chang & Ying 1996); for a small sd it is
    Fisher's information times sd^2 / 2, so near the end both put items in the same order.
    """
    here = response_curves(grid, items)
    wrong = np.exp(here.log_wrong)
    weight = np.exp(-(_SPREAD**2) / 2)
    weight /= weight.sum()
    total = np.zeros(here.right.shape)
    for offset, share in zip(_SPREAD, weight, strict=True):
        there = response_curves(grid + offset * sd, items)
        total += share * (here.right * (here.log_right - there.log_right) + wrong * (here.log_wrong - there.log_wrong))
    return total
