"""Items that treat two groups of equal ability differently: Mantel–Haenszel and logistic regression."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from bina.science.arrays import BoolArray, FloatArray, IntArray, as_floats, as_indices, same_length

_NEWTON_STEPS = 30
_CERTAIN = 1.6448536269514722  # one-sided 5 % point of the standard normal


class DifClass(StrEnum):
    """Size of the difference: negligible, moderate, large, or too few answers to say."""

    NEGLIGIBLE = "A"
    MODERATE = "B"
    LARGE = "C"
    UNKNOWN = ""


@dataclass(frozen=True, eq=False)
class MantelHaenszel:
    """Result per item; NaN and UNKNOWN where answers are too few.

    odds_ratio: common odds ratio, above 1 if the item favours the reference group. delta: -2.35 ln(odds_ratio),
    negative if it is harder for the focal group. delta_error: its standard error. chi2 and p_value: 1 degree of freedom,
    with continuity correction. size: the ETS class.
    """

    odds_ratio: FloatArray
    delta: FloatArray
    delta_error: FloatArray
    chi2: FloatArray
    p_value: FloatArray
    size: list[DifClass]


@dataclass(frozen=True, eq=False)
class LogisticDif:
    """Result per item; NaN and UNKNOWN where answers are too few.

    group_effect: log odds of the focal group against the reference group at equal ability (uniform model).
    uniform_chi2, non_uniform_chi2 (1 degree of freedom each) and chi2 (their sum, 2): likelihood ratios. p_value: of
    chi2. effect: change of Nagelkerke's R2 by group and interaction. size: the class of Jodoin & Gierl.
    """

    group_effect: FloatArray
    uniform_chi2: FloatArray
    non_uniform_chi2: FloatArray
    chi2: FloatArray
    p_value: FloatArray
    effect: FloatArray
    size: list[DifClass]


def score_strata(scores: ArrayLike) -> IntArray:
    """One stratum per total score, the studied item included (Holland & Thayer 1988), from complete 0/1 answers.

    Raises ValueError if an answer is missing: then match by ability (`ability_strata`).
    """
    answers = as_floats("scores", scores, ndim=2, at_least=0, at_most=1)
    strata: IntArray = np.round(answers.sum(axis=1)).astype(np.int64)
    return strata


def ability_strata(ability: ArrayLike, strata: int = 10) -> IntArray:
    """About equally many persons per stratum, by ability estimate: matching where people saw different items.

    Raises ValueError if an ability is missing or there is less than one stratum.
    """
    theta = as_floats("ability", ability, ndim=1)
    if strata < 1:
        raise ValueError("strata must be at least 1")
    edges = np.unique(np.quantile(theta, np.arange(1, strata) / strata)) if theta.size else np.zeros(0)
    return np.searchsorted(edges, theta, side="right").astype(np.int64)


def mantel_haenszel(
    scores: ArrayLike, focal: ArrayLike, strata: ArrayLike, *, significance: float = 0.05, fewest: int = 30
) -> MantelHaenszel:
    """Compare the odds of a right answer between reference and focal group within strata (Mantel & Haenszel 1959).

    Per stratum with A, B right and wrong of the reference group, C, D of the focal group and T all:
    odds ratio = sum(A D / T) / sum(B C / T); chi2 = (|sum A - sum E(A)| - 1/2)^2 / sum Var(A) (not below 0 before
    squaring); delta = -2.35 ln(odds ratio) (Holland & Thayer 1988), its error from Robins, Breslow & Greenland (1986).
    ETS classes (Dorans & Holland 1993; Zwick 2012): C if |delta| >= 1.5 and significantly above 1 (one-sided 5 %), A
    if |delta| < 1 or chi2 is not significant, B otherwise.

    `scores` is persons x items, 0 or 1, NaN where not answered; `focal` is true per person of the focal group; `strata`
    is one position from 0 per person. Items with fewer than `fewest` answers in a group are not judged.
    Raises ValueError for other scores or differing lengths.
    """
    answers, group, stratum = _checked(scores, focal, strata)
    right, wrong = np.nan_to_num(answers), np.nan_to_num(1 - answers)
    marks = (np.arange(stratum.max(initial=0) + 1)[:, None] == stratum).astype(np.float64)
    a, b = marks[:, ~group] @ right[~group], marks[:, ~group] @ wrong[~group]
    c, d = marks[:, group] @ right[group], marks[:, group] @ wrong[group]
    enough = _enough(answers, group, fewest)
    total = a + b + c + d
    used = (a + b > 0) & (c + d > 0)
    total = np.where(used, total, np.inf)
    plus, minus = (a * d / total).sum(axis=0), (b * c / total).sum(axis=0)
    hits = a + c
    expected = (a + b) * hits / total
    spread = (a + b) * (c + d) * hits * (b + d) / (total**2 * np.where(used, np.maximum(total - 1, 1.0), 1.0))
    surprise = np.abs((np.where(used, a, 0) - expected).sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = plus / minus
        agree, differ = (a + d) / total, (b + c) / total
        first, second = a * d / total, b * c / total
        variance = (
            (agree * first).sum(axis=0) / (2 * plus**2)
            + (agree * second + differ * first).sum(axis=0) / (2 * plus * minus)
            + (differ * second).sum(axis=0) / (2 * minus**2)
        )
        chi2 = np.maximum(surprise - 0.5, 0) ** 2 / spread.sum(axis=0)
        delta, error = -2.35 * np.log(odds), 2.35 * np.sqrt(variance)
    known = enough & np.isfinite(delta) & np.isfinite(error)
    chance = special.chdtrc(1.0, chi2)
    large = (np.abs(delta) >= 1.5) & (np.abs(delta) - 1 > _CERTAIN * error)
    small = (np.abs(delta) < 1) | (chance >= significance)
    odds, delta, error, chi2, chance = (
        np.where(known, figure, np.nan) for figure in (odds, delta, error, chi2, chance)
    )
    return MantelHaenszel(odds, delta, error, chi2, chance, _classes(known, small, large))


def logistic_dif(
    scores: ArrayLike, focal: ArrayLike, match: ArrayLike, *, significance: float = 0.05, fewest: int = 30
) -> LogisticDif:
    """Compare three logistic regressions per item (Swaminathan & Rogers 1990): match; + group; + group x match.

    chi2 = twice the gain in log-likelihood from the first to the last, 2 degrees of freedom; the step of the group
    alone is uniform, that of the interaction non-uniform. effect = R2 of the last - R2 of the first (Nagelkerke 1991:
    (1 - exp(2 (L0 - L) / n)) / (1 - exp(2 L0 / n))). Classes (Jodoin & Gierl 2001): A if effect < 0.035 or chi2 is
    not significant, C if effect >= 0.070, B otherwise.

    `scores` and `focal` as in `mantel_haenszel`; `match` is one number per person: total score or ability estimate.
    Raises ValueError for other scores or differing lengths.
    """
    answers = _checked_scores(scores)
    group, level = _checked_group(focal), as_floats("match", match, ndim=1)
    same_length(scores=answers, focal=group, match=level)
    known = _enough(answers, group, fewest)
    figures = np.full((6, answers.shape[1]), np.nan)
    centred = level - level.mean() if level.size else level
    scaled = centred / max(float(centred.std()), 1e-12) if level.size else level
    design = np.stack([np.ones(len(level)), scaled, group.astype(np.float64), group * scaled], axis=1)
    for item in np.flatnonzero(known):
        seen = ~np.isnan(answers[:, item])
        right, rows = answers[seen, item], design[seen]
        count, share = len(right), float(right.mean())
        if share in (0.0, 1.0):
            known[item] = False
            continue
        nothing = count * (share * np.log(share) + (1 - share) * np.log(1 - share))
        heights, effect = [], 0.0
        for columns in (2, 3, 4):
            slopes, height = _regression(rows[:, :columns], right)
            heights.append(height)
            if columns == 3:
                effect = float(slopes[2])
        fits = [-np.expm1(2 * (nothing - height) / count) / -np.expm1(2 * nothing / count) for height in heights]
        first, both = (max(2 * (heights[step] - heights[0]), 0.0) for step in (1, 2))
        figures[:, item] = effect, first, max(both - first, 0.0), both, special.chdtrc(2.0, both), fits[2] - fits[0]
    group_effect, uniform, non_uniform, whole, chance, gain = figures
    size = _classes(known, (gain < 0.035) | (chance >= significance), gain >= 0.070)
    return LogisticDif(group_effect, uniform, non_uniform, whole, chance, gain, size)


def _regression(rows: FloatArray, right: FloatArray) -> tuple[FloatArray, float]:
    """Logistic regression by Newton steps, halved where the likelihood would fall; a ridge of 1e-6 bounds separation."""
    slopes = np.zeros(rows.shape[1])

    def height_at(place: FloatArray) -> float:
        logit = rows @ place
        return float(right @ logit - np.logaddexp(0, logit).sum()) - 5e-7 * float(place @ place)

    height = height_at(slopes)
    for _ in range(_NEWTON_STEPS):
        chance = special.expit(rows @ slopes)
        slope = rows.T @ (right - chance) - 1e-6 * slopes
        bend = (rows * (chance * (1 - chance))[:, None]).T @ rows + 1e-6 * np.eye(len(slopes))
        step = np.linalg.solve(bend, slope)
        while (there := height_at(slopes + step)) < height - 1e-9 * abs(height):
            step /= 2
        slopes, gain, height = slopes + step, there - height, there
        if gain < 1e-9:
            break
    return slopes, height


def _checked_scores(scores: ArrayLike) -> FloatArray:
    answers = as_floats("scores", scores, ndim=2, at_least=0, at_most=1, missing=True)
    if ((answers != 0) & (answers != 1) & ~np.isnan(answers)).any():
        raise ValueError("scores must be 0, 1 or missing (NaN)")
    return answers


def _checked_group(focal: ArrayLike) -> BoolArray:
    group = np.asarray(focal)
    if group.dtype != np.bool_ or group.ndim != 1:
        raise ValueError("focal must be a flat array of true or false")
    return group


def _checked(scores: ArrayLike, focal: ArrayLike, strata: ArrayLike) -> tuple[FloatArray, BoolArray, IntArray]:
    answers, group, stratum = _checked_scores(scores), _checked_group(focal), as_indices("strata", strata)
    same_length(scores=answers, focal=group, strata=stratum)
    return answers, group, np.unique(stratum, return_inverse=True)[1].astype(np.int64)


def _enough(answers: FloatArray, group: BoolArray, fewest: int) -> BoolArray:
    given = ~np.isnan(answers)
    enough: BoolArray = np.minimum(given[group].sum(axis=0), given[~group].sum(axis=0)) >= max(fewest, 1)
    return enough


def _classes(known: BoolArray, small: BoolArray, large: BoolArray) -> list[DifClass]:
    codes = np.select([~known, small, large], [0, 1, 3], default=2)
    names = (DifClass.UNKNOWN, DifClass.NEGLIGIBLE, DifClass.MODERATE, DifClass.LARGE)
    return [names[code] for code in codes.tolist()]
