"""From test scores before and after to gains that may be told: pairing, estimating, wording."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bina.assessment.queries import TestScore
from bina.evaluation.rules import CONFIDENCE, MINIMUM_PAIRS, TOO_FEW, gain_sentence, verdict_word
from bina.science.impact import describe, paired_gain, reliable_change


@dataclass(frozen=True, slots=True)
class Measured:
    """A level and its standard error of measurement."""

    value: float
    error: float


@dataclass(frozen=True, slots=True)
class Pair:
    """The same person before and after; one side is empty when not measured."""

    before: Measured | None
    after: Measured | None


@dataclass(frozen=True, slots=True)
class GainLine:
    """The gain on one competency, or overall (no competency). Below the least number of pairs every figure is None."""

    competency_id: int | None
    name: str
    pairs: int
    dropped: int
    before: float | None
    after: float | None
    mean: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    effect: float | None
    effect_low: float | None
    effect_high: float | None
    verdict: str
    improved_share: float | None
    unchanged_share: float | None
    declined_share: float | None

    @property
    def is_told(self) -> bool:
        """Whether there are enough pairs for figures."""
        return self.verdict != TOO_FEW and self.mean is not None

    @property
    def sentence(self) -> str:
        """What may be said about it."""
        return gain_sentence(self.verdict, pairs=self.pairs, mean=self.mean, low=self.low, high=self.high)

    @property
    def word(self) -> str:
        """The verdict in a word or two."""
        return verdict_word(self.verdict)


def paired_scores(rows: Iterable[TestScore]) -> dict[int, list[Pair]]:
    """Pairs per competency; key 0 holds each person's mean over the competencies measured on both sides.

    ``rows`` come oldest first: the first test on each side counts, so that repeating a test until it goes well does
    not look like learning. People with only one side stay in as half pairs, to be counted as left out.
    """
    sides: dict[int, dict[str, dict[int, Measured]]] = defaultdict(lambda: {"pre": {}, "post": {}})
    for row in rows:
        if row.purpose in {"pre", "post"}:
            sides[row.competency_id][row.purpose].setdefault(
                row.employee_id, Measured(row.value, row.standard_deviation)
            )
    pairs: dict[int, list[Pair]] = {}
    by_person: dict[int, list[Pair]] = defaultdict(list)
    for competency_id, side in sides.items():
        people = sorted(side["pre"].keys() | side["post"].keys())
        pairs[competency_id] = [Pair(side["pre"].get(person), side["post"].get(person)) for person in people]
        for person, pair in zip(people, pairs[competency_id], strict=True):
            by_person[person].append(pair)
    pairs[0] = [_mean_pair(by_person[person]) for person in sorted(by_person)]
    return pairs


def _mean_pair(lines: Sequence[Pair]) -> Pair:
    """One person's mean over competencies; errors of different competencies count as independent."""
    whole = [(line.before, line.after) for line in lines if line.before and line.after]
    if not whole:
        first = next((line.before for line in lines if line.before), None)
        return Pair(first, None if first else next((line.after for line in lines if line.after), None))
    count = len(whole)

    def mean(side: list[Measured]) -> Measured:
        return Measured(sum(one.value for one in side) / count, math.sqrt(sum(one.error**2 for one in side)) / count)

    return Pair(mean([before for before, _ in whole]), mean([after for _, after in whole]))


def gain_line(competency_id: int | None, name: str, pairs: Sequence[Pair]) -> GainLine:
    """Estimate one gain: paired t interval, Hedges g, and the shares that changed by more than measurement error.

    The reliable-change index needs the reliability of the test: the share of the spread of first scores that is not
    measurement error (mean squared standard error of both tests).
    """
    nothing = float("nan")
    before = np.array([pair.before.value if pair.before else nothing for pair in pairs], dtype=np.float64)
    after = np.array([pair.after.value if pair.after else nothing for pair in pairs], dtype=np.float64)
    gain = paired_gain(before, after, confidence=CONFIDENCE, least_pairs=MINIMUM_PAIRS)
    if gain.pairs < MINIMUM_PAIRS:
        empty = (None,) * 9
        return GainLine(competency_id, name, gain.pairs, gain.dropped, *empty, TOO_FEW, None, None, None)
    told = describe(gain)

    def figure(key: str) -> float | None:
        value = told[key]
        return float(value) if value is not None else None

    both = [(pair.before, pair.after) for pair in pairs if pair.before and pair.after]
    error_variance = sum(first.error**2 + second.error**2 for first, second in both) / (2 * len(both))
    spread = float(np.var([first.value for first, _ in both], ddof=1))
    improved = unchanged = declined = None
    if error_variance > 0:
        reliability = min(max(spread / (spread + error_variance), 1e-9), 1 - 1e-9)
        change = reliable_change(
            before, after, sd_before=math.sqrt(error_variance / (1 - reliability)), reliability=reliability,
            confidence=CONFIDENCE,
        )  # fmt: skip
        improved, unchanged, declined = change.improved_share, change.unchanged_share, change.declined_share
    return GainLine(
        competency_id=competency_id,
        name=name,
        pairs=gain.pairs,
        dropped=gain.dropped,
        before=sum(first.value for first, _ in both) / len(both),
        after=sum(second.value for _, second in both) / len(both),
        mean=figure("mean_gain"),
        standard_error=figure("standard_error"),
        low=figure("low"),
        high=figure("high"),
        effect=figure("effect"),
        effect_low=figure("effect_low"),
        effect_high=figure("effect_high"),
        verdict=gain.verdict.value,
        improved_share=improved,
        unchanged_share=unchanged,
        declined_share=declined,
    )
