"""What each option of a choice item does: who takes it, and whether it does its work."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bina.science.arrays import BoolArray, FloatArray, IntArray, as_floats, as_indices

_CERTAIN = 1.6448536269514722  # one-sided 5 % point of the standard normal


@dataclass(frozen=True, eq=False)
class OptionAnalysis:
    """Figures per item and option (items x options), NaN for an option that the item does not have.

    chosen: how many took it. share: of those who answered the item. mean_ability: of those who took it, NaN if nobody.
    correlation: point-biserial of taking it with the rest score, NaN if either does not vary. The flags: a wrong option
    that too few take; a wrong option that the stronger take; per item (flat) a key that the weaker take.
    """

    chosen: IntArray
    share: FloatArray
    mean_ability: FloatArray
    correlation: FloatArray
    unused: BoolArray
    attracts_stronger: BoolArray
    key_discriminates_negatively: BoolArray


def analyse_options(
    choices: ArrayLike, key: ArrayLike, ability: ArrayLike, options: ArrayLike, *, least_share: float = 0.05
) -> OptionAnalysis:
    """Distractor analysis (Haladyna & Rodriguez 2013, chapter 17) of `choices`, persons x items.

    Options count from 0, NaN where not answered. `key` and `options` (how many the item has): one entry per item.
    `ability`: one per person, in levels. The rest score is the share of right answers among the other items that the
    person answered, so that missing by design does no harm; persons with one answer have none.

    unused: share below `least_share`. attracts_stronger: correlation above 0 by more than chance (r sqrt(n) > 1.645).
    key_discriminates_negatively: correlation of the key below 0: most likely a wrong key. An item without answers has
    no flag. Raises ValueError for an option or key that an item does not have, or lengths that differ.
    """
    sizes = as_indices("options", options)
    most = int(sizes.max(initial=0))
    chosen = as_floats("choices", choices, ndim=2, at_least=0, missing=True)
    persons, items = chosen.shape
    right = as_indices("key", key)
    theta = as_floats("ability", ability, ndim=1)
    if sizes.shape != (items,) or right.shape != (items,):
        raise ValueError(f"key and options must have one entry per item ({items})")
    if theta.shape != (persons,):
        raise ValueError(f"ability must have one entry per person ({persons})")
    if (right >= sizes).any() or (chosen >= sizes).any() or ((chosen != np.floor(chosen)) & ~np.isnan(chosen)).any():
        raise ValueError("choices and key must be whole numbers below the options of their item")
    seen = ~np.isnan(chosen)
    solved = chosen == right
    answered = seen.sum(axis=1, keepdims=True) - seen
    with np.errstate(invalid="ignore", divide="ignore"):
        rest = np.where(seen, (solved.sum(axis=1, keepdims=True) - solved) / answered, np.nan)
    counts, mean, correlation = (np.full((items, most), np.nan) for _ in range(3))
    for item in range(items):
        rows, size = seen[:, item], int(sizes[item])
        took = (chosen[rows, item][:, None] == np.arange(size)).astype(np.float64)
        counts[item, :size] = took.sum(axis=0)
        with np.errstate(invalid="ignore"):
            mean[item, :size] = theta[rows] @ took / np.where(counts[item, :size] > 0, counts[item, :size], np.nan)
        correlation[item, :size] = _correlations(took, rest[rows, item])
    total = seen.sum(axis=0)[:, None]
    share = counts / np.where(total > 0, total, np.nan)
    is_key = np.arange(most) == right[:, None]
    return OptionAnalysis(
        chosen=np.nan_to_num(counts).astype(np.int64),
        share=share,
        mean_ability=mean,
        correlation=correlation,
        unused=~is_key & (share < least_share),
        attracts_stronger=~is_key & (correlation * np.sqrt(total) > _CERTAIN),
        key_discriminates_negatively=(is_key & (correlation < 0)).any(axis=1),
    )


def _correlations(took: FloatArray, rest: FloatArray) -> FloatArray:
    known = ~np.isnan(rest)
    marks, score = took[known], rest[known]
    if len(score) < 2:
        return np.full(took.shape[1], np.nan)
    marks, score = marks - marks.mean(axis=0), score - score.mean()
    spread = np.sqrt((marks**2).sum(axis=0) * (score**2).sum())
    return np.where(spread > 1e-9, score @ marks / np.where(spread > 1e-9, spread, 1.0), np.nan)
