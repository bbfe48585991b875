"""Where the line is drawn: cut scores from the judgement of experts, by modified Angoff and by bookmark."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from bina.science.arrays import FloatArray, IntArray, as_floats, as_indices, as_number
from bina.science.psychometrics.models import ScoredItems, probability


@dataclass(frozen=True, eq=False)
class AngoffRound:
    """One round of judgements.

    cut: sum over items of the mean judgement, in points. cut_share: the same as a share of all points, 0 to 1.
    standard_error: of the cut, from the spread of judges, in points. judge_cuts: per judge, in points.
    judge_consistency: per judge, correlation over items with the mean of the other judges, NaN if either does not vary.
    single_agreement, mean_agreement: intraclass correlation of one judge and of the panel's mean, NaN without spread.
    """

    cut: float
    cut_share: float
    standard_error: float
    judge_cuts: FloatArray
    judge_consistency: FloatArray
    single_agreement: float
    mean_agreement: float


@dataclass(frozen=True, eq=False)
class RoundChange:
    """What a discussion did: change of the cut in points, of each judge's cut, and the ratio of the spreads of judges.

    spread_ratio: sd of judges after / before, below 1 if they came closer, NaN if they all agreed before.
    """

    cut_change: float
    judge_changes: FloatArray
    spread_ratio: float


@dataclass(frozen=True, eq=False)
class BookmarkCut:
    """The panel's cut on the level scale.

    cut: median of judge_cuts (per judge). standard_error: of that median. spread: sd of the judges. agreement: share of
    the judges within half a level of the cut.
    """

    cut: float
    standard_error: float
    spread: float
    agreement: float
    judge_cuts: FloatArray


def angoff_round(judgements: ArrayLike) -> AngoffRound:
    """Cut score of one modified Angoff round from `judgements`, judges x items.

    A judgement is the probability, 0 to 1, that a person who just reaches the level answers right (Angoff 1971; one
    round of several: Cizek & Bunch 2007, chapter 6). Standard error = sd of the judges' cuts / sqrt(judges). Agreement
    is the intraclass correlation for items rated by a random panel, absolute agreement, ICC(2,1) and ICC(2,k)
    (Shrout & Fleiss 1979). Raises ValueError for fewer than 2 judges or items, a gap, or a value out of range.
    """
    table = as_floats("judgements", judgements, ndim=2, at_least=0, at_most=1)
    judges, items = table.shape
    if judges < 2 or items < 2:
        raise ValueError("a round needs at least 2 judges and 2 items")
    cuts = table.sum(axis=1)
    others = (table.sum(axis=0) - table) / (judges - 1)
    own, rest = table - table.mean(axis=1, keepdims=True), others - others.mean(axis=1, keepdims=True)
    spread = np.sqrt((own**2).sum(axis=1) * (rest**2).sum(axis=1))
    # sums of fractions leave dust of 1e-16 where nothing varies; dust must not become a correlation
    varies = spread > 1e-9
    consistency = np.full(judges, np.nan)
    consistency[varies] = (own * rest).sum(axis=1)[varies] / spread[varies]
    single, mean = intraclass_correlations(table.T)
    return AngoffRound(
        cut=float(cuts.mean()),
        cut_share=float(cuts.mean()) / items,
        standard_error=float(cuts.std(ddof=1)) / float(np.sqrt(judges)),
        judge_cuts=cuts,
        judge_consistency=consistency,
        single_agreement=single,
        mean_agreement=mean,
    )


def intraclass_correlations(ratings: ArrayLike) -> tuple[float, float]:
    """ICC(2,1) and ICC(2,k) of `ratings`, targets x judges (Shrout & Fleiss 1979), NaN where nothing varies.

    With mean squares of targets B, judges J and error E, n targets and k judges:
    ICC(2,1) = (B - E) / (B + (k - 1) E + k (J - E) / n) and ICC(2,k) = (B - E) / (B + (J - E) / n).
    Raises ValueError for fewer than 2 targets or judges or a gap.
    """
    table = as_floats("ratings", ratings, ndim=2)
    targets, judges = table.shape
    if targets < 2 or judges < 2:
        raise ValueError("agreement needs at least 2 targets and 2 judges")
    rows, columns, whole = table.mean(axis=1), table.mean(axis=0), float(table.mean())
    between = judges * float(((rows - whole) ** 2).sum()) / (targets - 1)
    habits = targets * float(((columns - whole) ** 2).sum()) / (judges - 1)
    left = float(((table - rows[:, None] - columns + whole) ** 2).sum()) / ((targets - 1) * (judges - 1))
    single = between + (judges - 1) * left + judges * (habits - left) / targets
    panel = between + (habits - left) / targets
    nothing = float("nan")
    return (
        (between - left) / single if single > 1e-12 else nothing,
        (between - left) / panel if panel > 1e-12 else nothing,
    )


def round_change(before: AngoffRound, after: AngoffRound) -> RoundChange:
    """Compare two rounds of the same judges in the same order. Raises ValueError if their number differs."""
    if len(before.judge_cuts) != len(after.judge_cuts):
        raise ValueError("both rounds need the same judges")
    spread = float(before.judge_cuts.std(ddof=1))
    return RoundChange(
        cut_change=after.cut - before.cut,
        judge_changes=after.judge_cuts - before.judge_cuts,
        spread_ratio=float(after.judge_cuts.std(ddof=1)) / spread if spread > 1e-9 else float("nan"),
    )


def level_of_score(points: float, items: ScoredItems) -> float:
    """The level at which the expected score on `items` is `points`: an Angoff cut on the level scale.

    Solves sum of P(theta) = points (the test characteristic curve, Lord 1980, section 4.2), accurate to 1e-9 levels.
    Raises ValueError unless points lie between the sum of guessing and the number of items, both excluded.
    """
    as_number("points", points, above=float(items.guessing.sum()), below=len(items))

    def missing(theta: float) -> float:
        return float(probability([theta], items).sum()) - points

    low, high = float(items.difficulty.min()) - 1, float(items.difficulty.max()) + 1
    while missing(low) > 0:
        low -= high - low
    while missing(high) < 0:
        high += high - low
    return float(optimize.brentq(missing, low, high, xtol=1e-10))


def response_levels(items: ScoredItems, response_probability: float = 0.65) -> FloatArray:
    """The level at which each item is answered right with that probability: b + ln((p - c) / (1 - p)) / a.

    Raises ValueError unless the probability lies above every guessing chance and below 1.
    """
    chance = as_number(
        "response_probability", response_probability, above=float(items.guessing.max(initial=0)), below=1
    )
    levels: FloatArray = items.difficulty + np.log((chance - items.guessing) / (1 - chance)) / items.discrimination
    return levels


def booklet_order(items: ScoredItems, response_probability: float = 0.65) -> IntArray:
    """Positions of the items in the booklet, easiest first by their response level; ties keep their order."""
    order: IntArray = np.argsort(response_levels(items, response_probability), kind="stable")
    return order


def bookmark_cut(pages: ArrayLike, items: ScoredItems, *, response_probability: float = 0.65) -> BookmarkCut:
    """Cut on the level scale from bookmarks (Lewis, Mitzel & Green 1996; Mitzel, Lewis, Patz & Green 2001).

    `pages` holds one position per judge, from 0, in the booklet of `booklet_order`: the first item that a person who
    just reaches the level is no longer expected to master. A judge's cut is the response level of that item; the
    panel's is the median, whose standard error is sqrt(pi / 2) sd / sqrt(judges), that of a normal sample.
    Raises ValueError for fewer than 2 judges, a page outside the booklet, or a probability as in `response_levels`.
    """
    marks = as_indices("pages", pages, len(items))
    if len(marks) < 2:
        raise ValueError("a panel needs at least 2 judges")
    cuts = np.sort(response_levels(items, response_probability))[marks]
    cut, spread = float(np.median(cuts)), float(cuts.std(ddof=1))
    return BookmarkCut(
        cut=cut,
        standard_error=float(np.sqrt(np.pi / 2 / len(cuts))) * spread,
        spread=spread,
        agreement=float((np.abs(cuts - cut) <= 0.5).mean()),
        judge_cuts=cuts,
    )
