"""Answers as people give them: a right one and a wrong one for every kind of question, and what a form makes of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bina.assessment.actions.scoring import ScoredAnswer, ability, rated_level, without_prior
from bina.assessment.models import Blueprint, BlueprintItem, ItemVersion
from bina.assessment.rules import SLOPE, STEPS_AROUND_LEVEL, Kind, grade, options_of, right_answer, wrong_answer


@dataclass(frozen=True)
class Question:
    """One question with its answers ready: the right one, and wrong ones, of which the first is the likeliest."""

    kind: str
    right: Any
    wrongs: tuple[Any, ...]

    @classmethod
    def of(cls, kind: str, payload: Mapping[str, Any]) -> "Question":
        """Prepare the answers; raises ValueError when they would not be graded as meant."""
        first = wrong_answer(kind, payload)
        others = [[option.key] for option in options_of(kind, payload) if kind == Kind.SINGLE and not option.is_right]
        question = cls(kind, right_answer(kind, payload), (first, *(one for one in others if one != first)))
        if grade(kind, payload, question.right) < 1 or any(grade(kind, payload, one) > 0 for one in question.wrongs):
            raise ValueError(f"a {kind} question is not graded as its key says")
        return question

    @property
    def wrong(self) -> Any:
        """The likeliest wrong answer."""
        return self.wrongs[0]


@dataclass(frozen=True, eq=False)
class Form:
    """A form of a test as the demo needs it: parameters, places per competency, and what every pattern of answers says.

    For competency number c the pattern p (bit i = the i-th of its questions right) gives ``value[c][p]`` with
    ``error[c][p]``, and as evidence ``own_value`` with ``own_error``.
    """

    blueprint: Blueprint
    versions: list[int]
    slope: NDArray[np.float64]
    level: NDArray[np.float64]
    column_of_place: NDArray[np.int64]
    columns: list[int]
    places: list[list[int]]
    value: list[NDArray[np.float64]]
    error: list[NDArray[np.float64]]
    own_value: list[NDArray[np.float64]]
    own_error: list[NDArray[np.float64]]
    share: list[NDArray[np.float64]]
    questions: list[Question]

    def chances(self, truth: NDArray[np.float64]) -> NDArray[np.float64]:
        """Chance of a right answer, people × places, under the two-parameter model."""
        ability_at_place = truth[:, self.column_of_place]
        chances: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-self.slope * (ability_at_place - self.level)))
        return chances

    def patterns(self, right: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The pattern of every person on every competency of the form."""
        found = np.zeros((len(right), len(self.columns)), dtype=np.int64)
        for number, places in enumerate(self.places):
            for bit, place in enumerate(places):
                found[:, number] |= right[:, place].astype(np.int64) << bit
        return found


def read_form(blueprint: Blueprint, column: Mapping[int, int]) -> Form:
    """Read a form and work out every pattern of answers once, with the same arithmetic as a real attempt."""
    rows = list(
        BlueprintItem.objects.filter(blueprint=blueprint).order_by("position").select_related("item_version__item")
    )
    versions: list[ItemVersion] = [row.item_version for row in rows]
    at: dict[int, list[int]] = defaultdict(list)
    for place, version in enumerate(versions):
        at[column[version.item.competency_id or 0]].append(place)
    form = Form(
        blueprint, [version.pk for version in versions], np.array([v.a for v in versions]),
        np.array([v.b for v in versions]), np.array([column[v.item.competency_id or 0] for v in versions]), list(at),
        list(at.values()), [], [], [], [], [], [Question.of(v.item.kind, v.payload) for v in versions],
    )  # fmt: skip
    for places in form.places:
        tables = _tables([(versions[place].a, versions[place].b) for place in places])
        for target, table in zip(
            (form.value, form.error, form.own_value, form.own_error, form.share), tables, strict=True
        ):
            target.append(table)
    return form


def _tables(items: Sequence[tuple[float, float]]) -> list[NDArray[np.float64]]:
    level_count = 4
    lines = []
    for pattern in range(2 ** len(items)):
        scores = [float(pattern >> bit & 1) for bit in range(len(items))]
        found = ability([ScoredAnswer(a, b, score) for (a, b), score in zip(items, scores, strict=True)], level_count)
        own = without_prior(found, level_count)
        lines.append(
            (found.value, found.standard_deviation, own.value, own.standard_deviation, sum(scores) / len(scores))
        )
    return [np.round(np.array(table), 6) for table in zip(*lines, strict=True)]


@dataclass(frozen=True, eq=False)
class Behaviours:
    """The behaviours of one scale: their levels, and what every pattern of marks (0 to 3 each) says about the level."""

    levels: tuple[int, ...]
    value: NDArray[np.float64]
    error: NDArray[np.float64]
    own_value: NDArray[np.float64]
    own_error: NDArray[np.float64]

    @classmethod
    def of(cls, levels: tuple[int, ...], level_count: int) -> "Behaviours":
        """Work out all patterns; pattern = marks read as digits of base 4, the lowest level first."""
        lines = []
        for pattern in range(4 ** len(levels)):
            marks: dict[int, int | None] = {level: pattern // 4**i % 4 for i, level in enumerate(levels)}
            found = rated_level(marks, level_count)
            if found is None:
                raise ValueError("a rating without behaviours says nothing")
            own = without_prior(found, level_count)
            lines.append((found.value, found.standard_deviation, own.value, own.standard_deviation))
        return cls(levels, *(np.round(np.array(table), 6) for table in zip(*lines, strict=True)))

    def marks(self, level: NDArray[np.float64], numbers: np.random.Generator) -> NDArray[np.int64]:
        """Marks that a rater gives to people of these levels: people × behaviours, graded response model."""
        thresholds = np.array([[at + step for step in STEPS_AROUND_LEVEL] for at in self.levels])
        chances = 1.0 / (1.0 + np.exp(-SLOPE * (level[:, None, None] - thresholds[None, :, :])))
        draw = numbers.random(size=(len(level), len(self.levels), 1))
        marks: NDArray[np.int64] = (draw < chances).sum(axis=2)
        return marks

    def pattern(self, marks: NDArray[np.int64]) -> NDArray[np.int64]:
        """The pattern of each row of marks."""
        pattern: NDArray[np.int64] = (marks * 4 ** np.arange(len(self.levels))).sum(axis=1)
        return pattern

    def said(self, competency_id: int, pattern: int) -> str:
        """The marks of a pattern as they are kept: ``"12": {"1": 3, "2": 2}``."""
        marks = ", ".join(f'"{level}": {pattern // 4**i % 4}' for i, level in enumerate(self.levels))
        return f'"{competency_id}": {{{marks}}}'
