"""Which question comes next: the content that is due, then one of the few that tell the most."""

from dataclasses import dataclass

import numpy as np

from bina.science.arrays import BoolArray, FloatArray
from bina.science.psychometrics.adaptive.pool import ItemPool


@dataclass(frozen=True)
class ChoiceRules:
    """How items are chosen.

    shares: of the test that each content area should have; they sum to 1. shortlist: each of the first ``openers`` items is
    drawn from so many of the best, so that the same opening does not meet everybody (randomesque, Kingsbury & Zara 1989).
    Later the best eligible item is taken: by then people differ in their answers and in what they may be asked, and another
    draw would only make tests longer. Raises ValueError for shares that do not sum to 1, a shortlist below 1, or openers
    below 0.
    """

    shares: tuple[float, ...] = (1.0,)
    shortlist: int = 5
    openers: int = 8

    def __post_init__(self) -> None:
        if any(share < 0 for share in self.shares) or abs(sum(self.shares) - 1) > 1e-6:
            raise ValueError("shares must not be negative and must sum to 1")
        if self.shortlist < 1:
            raise ValueError("shortlist must be at least 1")
        if self.openers < 0:
            raise ValueError("openers must not be negative")

    def drawn_from(self, number: int) -> int:
        """From how many of the best the item of a number (1 is the first) is drawn."""
        return self.shortlist if number <= self.openers else 1


@dataclass(slots=True)
class Progress:
    """How far one test has come: which items may still be asked (1 or 0), and how many per area were and could be."""

    open_items: FloatArray
    asked: list[int]
    left: list[int]


def begin(pool: ItemPool, eligible: BoolArray | None = None) -> Progress:
    """A test before its first question. ``eligible`` (per position) leaves items out; where that would leave an area
    without any item, its items stay in."""
    open_items = np.ones(len(pool)) if eligible is None else eligible.astype(np.float64)
    left = []
    for start, end in pool.spans:
        count = int(open_items[start:end].sum())
        if not count:
            open_items[start:end] = 1.0
            count = end - start
        left.append(count)
    return Progress(open_items, [0] * len(pool.spans), left)


def choose_item(pool: ItemPool, rules: ChoiceRules, progress: Progress, theta: float, sd: float, draw: float) -> int:
    """The position of the next item for an ability known as theta with error sd; ``draw`` is uniform in [0, 1).

    The area furthest behind its share comes first (modified constrained CAT, Leung, Chang & Hau 2003); within it the most
    informative, at first one of the ``shortlist`` most informative: Kullback–Leibler while the ability is hardly known, Fisher afterwards.
    Raises ValueError when no item is left.
    """
    asked, left = progress.asked, progress.left
    so_far = sum(asked) + 1
    due, most = -1, float("-inf")
    for area, share in enumerate(rules.shares):
        if left[area]:
            behind = share * so_far - asked[area]
            if behind > most:
                due, most = area, behind
    if due < 0:
        raise ValueError("no item is left to ask")
    start, end = pool.spans[due]
    worth = pool.worth(sd)[pool.place(theta), start:end] * progress.open_items[start:end]
    count = min(rules.drawn_from(so_far), left[due])
    if count == 1:
        return start + int(worth.argmax())
    best = worth.argpartition(-count)[-count:]
    return start + int(best[int(draw * count)])


def take(pool: ItemPool, progress: Progress, position: int) -> None:
    """Note that an item is asked: neither it nor its family nor its enemies come again."""
    progress.asked[int(pool.area[position])] += 1
    _close(pool, progress, position)
    family = pool.family[position]
    if family >= 0:
        for relative in np.flatnonzero((pool.family == family) & (progress.open_items > 0)):
            _close(pool, progress, int(relative))
    for enemy in pool.enemies.get(position, ()):
        _close(pool, progress, int(enemy))


def _close(pool: ItemPool, progress: Progress, position: int) -> None:
    if progress.open_items[position]:
        progress.open_items[position] = 0.0
        progress.left[int(pool.area[position])] -= 1
