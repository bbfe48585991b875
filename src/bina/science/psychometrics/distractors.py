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


@dataclass(frozen=True, eq=False)
class ItemOptions:
    """Figures of the options of one item, one entry per option; meanings and flags as in `OptionAnalysis`.

    by_third (options x 3): share among the weaker, middle and stronger third of those who answered, NaN for an empty third.
    """

    chosen: IntArray
    share: FloatArray
    by_third: FloatArray
    mean_ability: FloatArray
    correlation: FloatArray
    unused: BoolArray
    attracts_stronger: BoolArray
    weaker_take_key: BoolArray


def analyse_item_options(
    took: ArrayLike, key: ArrayLike, ability: ArrayLike, rest: ArrayLike, *, least_share: float = 0.05
) -> ItemOptions:
    """Distractor analysis of one item, of which one option or several may be picked.

    `took` is persons x options, 1 where picked; `key` is true per right option; `ability` (levels) and `rest` (share of
    the other items that the person solved, NaN where there is none) are one per person. Thirds are by ability.
    Raises ValueError when lengths differ or a mark is neither 0 nor 1.
    """
    marks = as_floats("took", took, ndim=2, at_least=0, at_most=1)
    right = np.asarray(key, dtype=np.bool_)
    theta, score = as_floats("ability", ability, ndim=1), as_floats("rest", rest, ndim=1, missing=True)
    persons, options = marks.shape
    if right.shape != (options,) or theta.shape != (persons,) or score.shape != (persons,):
        raise ValueError("key needs one entry per option, ability and rest one per person")
    if ((marks != 0) & (marks != 1)).any():
        raise ValueError("took must be 0 or 1")
    counts = marks.sum(axis=0)
    with np.errstate(invalid="ignore"):
        mean = theta @ marks / np.where(counts > 0, counts, np.nan)
        share = counts / np.where(persons > 0, persons, np.nan)
    correlation = _correlations(marks, score)
    third = np.searchsorted(np.quantile(theta, [1 / 3, 2 / 3]), theta, side="right") if persons else np.zeros(0)
    by_third = np.full((options, 3), np.nan)
    for place in range(3):
        if (third == place).any():
            by_third[:, place] = marks[third == place].mean(axis=0)
    return ItemOptions(
        chosen=counts.astype(np.int64),
        share=share,
        by_third=by_third,
        mean_ability=mean,
        correlation=correlation,
        unused=~right & (share < least_share),
        attracts_stronger=~right & (correlation * np.sqrt(persons) > _CERTAIN),
        weaker_take_key=right & (correlation < 0),
    )


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
    found = OptionAnalysis(
        chosen=np.zeros((items, most), dtype=np.int64),
        share=np.full((items, most), np.nan),
        mean_ability=np.full((items, most), np.nan),
        correlation=np.full((items, most), np.nan),
        unused=np.zeros((items, most), dtype=np.bool_),
        attracts_stronger=np.zeros((items, most), dtype=np.bool_),
        key_discriminates_negatively=np.zeros(items, dtype=np.bool_),
    )
    for item in range(items):
        rows, size = seen[:, item], int(sizes[item])
        took = (chosen[rows, item][:, None] == np.arange(size)).astype(np.float64)
        one = analyse_item_options(
            took, np.arange(size) == right[item], theta[rows], rest[rows, item], least_share=least_share
        )
        for name in ("chosen", "share", "mean_ability", "correlation", "unused", "attracts_stronger"):
            getattr(found, name)[item, :size] = getattr(one, name)
        found.key_discriminates_negatively[item] = one.weaker_take_key.any()
    return found


def _correlations(took: FloatArray, rest: FloatArray) -> FloatArray:
    known = ~np.isnan(rest)
    marks, score = took[known], rest[known]
    if len(score) < 2:
        return np.full(took.shape[1], np.nan)
    marks, score = marks - marks.mean(axis=0), score - score.mean()
    spread = np.sqrt((marks**2).sum(axis=0) * (score**2).sum())
    return np.where(spread > 1e-9, score @ marks / np.where(spread > 1e-9, spread, 1.0), np.nan)
