"""Pairs of people who share more wrong answers than chance allows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bina.science.arrays import FloatArray, IntArray, as_floats, as_indices, as_number, same_length

_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True, eq=False)
class AnswerSimilarity:
    """Result per pair.

    pairs (pairs x 2): positions of the two persons. matches: items on which both chose the same wrong option. expected:
    how many chance gives. p_value: chance of at least so many. adjusted_p: the same after Holm's correction for all
    pairs together.
    """

    pairs: IntArray
    matches: IntArray
    expected: FloatArray
    p_value: FloatArray
    adjusted_p: FloatArray


def answer_similarity(
    choices: ArrayLike, key: ArrayLike, probabilities: ArrayLike, *, pairs: ArrayLike | None = None
) -> AnswerSimilarity:
    """Test the number of identical wrong options per pair of persons against what two independent persons would share.

    Generalized binomial test (van der Linden & Sotaridona 2006): given both abilities, a pair matches on item i with
    the chance m_i = sum over wrong options of p_1 p_2, independently over items, so the number of matches is a sum of
    unequal coins, computed exactly by recursion over items; p_value = P(sum >= matches). Only wrong options count,
    because two able persons share right answers without any sin.

    `choices` is persons x items with options from 0, NaN where not answered (such items do not count for a pair); `key`
    one right option per item; `probabilities` persons x items x options, the nominal chance of each option for each
    person (`option_probabilities` gives them). `pairs` (n x 2 positions) limits the comparison, e.g. to people of one
    room, and so the correction; all pairs otherwise. With estimated abilities the test is cautious: 5 % means about 2 %.
    A small p-value is a reason to look, never a proof.
    Raises ValueError when a range is broken, probabilities do not sum to 1, or shapes do not fit.
    """
    chosen = as_floats("choices", choices, ndim=2, at_least=0, missing=True)
    persons, items = chosen.shape
    chance = as_floats("probabilities", probabilities, ndim=3, at_least=0, at_most=1)
    if chance.shape[:2] != chosen.shape:
        raise ValueError(f"probabilities must be {persons} persons x {items} items x options")
    right = as_indices("key", key, chance.shape[2])
    if right.shape != (items,):
        raise ValueError(f"key must have one entry per item ({items})")
    if (chosen >= chance.shape[2]).any() or ((chosen != np.floor(chosen)) & ~np.isnan(chosen)).any():
        raise ValueError("choices must be whole numbers below the number of options")
    if np.abs(chance.sum(axis=2) - 1).max(initial=0) > 1e-6:
        raise ValueError("probabilities must sum to 1 over the options")
    both = np.stack(np.triu_indices(persons, 1), axis=1) if pairs is None else _checked_pairs(pairs, persons)
    wrong = chance.copy()
    wrong[:, np.arange(items), right] = 0
    mistaken = np.where(chosen == right, np.nan, chosen)
    matches, expected, p_value = np.empty(len(both), dtype=np.int64), np.empty(len(both)), np.empty(len(both))
    size = max(1, _CELLS_AT_ONCE // max(1, items * chance.shape[2]))
    for start in range(0, len(both), size):
        rows = slice(start, start + size)
        one, two = both[rows, 0], both[rows, 1]
        seen = ~np.isnan(chosen[one]) & ~np.isnan(chosen[two])
        match = np.where(seen, np.einsum("pik,pik->pi", wrong[one], wrong[two]), 0.0)
        matches[rows] = (mistaken[one] == mistaken[two]).sum(axis=1)
        expected[rows] = match.sum(axis=1)
        p_value[rows] = _at_least(match, matches[rows])
    return AnswerSimilarity(both.astype(np.int64), matches, expected, p_value, holm_adjusted(p_value))


def option_probabilities(right: ArrayLike, choices: ArrayLike, key: ArrayLike, options: int) -> FloatArray:
    """Nominal chance of each option per person and item: the key by `right`, the rest by the shares among wrong answers.

    `right` is persons x items, the chance of a right answer (`probability` at the estimated abilities). The wrong
    options share 1 - right in the proportions that everybody who erred chose them, each counted half an answer more so
    that a rare one is not impossible. `choices` and `key` as in `answer_similarity`.
    Raises ValueError when a range is broken, there are fewer than 2 options, or shapes do not fit.
    """
    solved = as_floats("right", right, ndim=2, at_least=0, at_most=1)
    chosen = as_floats("choices", choices, ndim=2, at_least=0, below=options, missing=True)
    if solved.shape != chosen.shape:
        raise ValueError("right and choices must be equally large")
    if options < 2:
        raise ValueError("an item needs at least 2 options")
    keys = as_indices("key", key, options)
    if keys.shape != (chosen.shape[1],):
        raise ValueError(f"key must have one entry per item ({chosen.shape[1]})")
    counts = (chosen[:, :, None] == np.arange(options)).sum(axis=0) + 0.5
    counts[np.arange(len(keys)), keys] = 0
    found: FloatArray = (1 - solved)[:, :, None] * (counts / counts.sum(axis=1, keepdims=True))
    found[:, np.arange(len(keys)), keys] = solved
    return found


def holm_adjusted(p_values: ArrayLike) -> FloatArray:
    """p-values corrected for their number (Holm 1979): the k-th smallest times n - k + 1, never falling, at most 1.

    Rejecting where the result is below alpha keeps the chance of any false rejection below alpha. Flat; raises
    ValueError unless all lie between 0 and 1.
    """
    chance = as_floats("p_values", p_values, ndim=1, at_least=0, at_most=1)
    order = np.argsort(chance, kind="stable")
    steps = chance[order] * np.arange(len(chance), 0, -1)
    adjusted = np.empty(len(chance))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1) if len(chance) else steps
    return adjusted


def suspicious_pairs(found: AnswerSimilarity, *, significance: float = 0.01) -> IntArray:
    """The pairs (n x 2) whose adjusted p-value lies below `significance`, the least likely first."""
    as_number("significance", significance, above=0, below=1)
    rows = np.flatnonzero(found.adjusted_p < significance)
    return found.pairs[rows[np.argsort(found.p_value[rows], kind="stable")]]


def _checked_pairs(pairs: ArrayLike, persons: int) -> IntArray:
    both = np.asarray(pairs)
    if both.ndim != 2 or both.shape[1] != 2:
        raise ValueError("pairs must have two columns")
    one, two = as_indices("pairs", both[:, 0], persons), as_indices("pairs", both[:, 1], persons)
    same_length(first=one, second=two)
    if (one == two).any():
        raise ValueError("nobody is a pair alone")
    return np.stack([one, two], axis=1)


def _at_least(chance: FloatArray, count: IntArray) -> FloatArray:
    """P(sum of the row's coins >= count) per row, by adding one coin after the other."""
    most = int(count.max(initial=0))
    # only the chances of fewer than `count` are needed, so the recursion keeps no more of them than the largest count
    below = np.zeros((len(chance), most + 1))
    below[:, 0] = 1
    for item in range(chance.shape[1]):
        hit = chance[:, item : item + 1]
        below[:, 1:] = below[:, 1:] * (1 - hit) + below[:, :-1] * hit
        below[:, :1] *= 1 - hit
    fewer = np.where(np.arange(most + 1) < count[:, None], below, 0.0).sum(axis=1)
    found: FloatArray = np.clip(1 - fewer, 0.0, 1.0)
    return found
