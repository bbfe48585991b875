"""How right an answer is, from 0 to 1, and what to tell a learner about it; nonsense is simply not right."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bina.assessment.rules.kinds import Answer, Kind, Payload, pair_keys, part_key, right_keys, sequence_keys


def grade(kind: str, payload: Payload, answer: Answer) -> float:
    """The share of an answer that is right, 0 to 1, for every kind; never raises, whatever the answer is.

    single: right or not. multiple: right picks minus wrong picks over the number of right options, not below 0.
    ordering: Kendall's tau of the pairs of steps, not below 0, so that a random order earns nothing on average.
    matching: share of right pairs. numeric: within the tolerance or not.
    """
    match kind:
        case Kind.SINGLE:
            chosen = _keys(answer)
            return 1.0 if len(chosen) == 1 and chosen <= set(right_keys(payload)) else 0.0
        case Kind.MULTIPLE:
            return _multiple(set(right_keys(payload)), payload, _keys(answer))
        case Kind.ORDERING:
            return _ordering(sequence_keys(payload), answer)
        case Kind.MATCHING:
            pairs = pair_keys(payload)
            given = answer if isinstance(answer, Mapping) else {}
            return sum(given.get(left) == right for left, right in pairs.items()) / len(pairs) if pairs else 0.0
        case Kind.NUMERIC:
            return _numeric(payload, answer)
    return 0.0


def _keys(answer: Answer) -> set[str]:
    if isinstance(answer, str):
        return {answer}
    if isinstance(answer, (list, tuple)):
        return {key for key in answer if isinstance(key, str)}
    return set()


def _multiple(right: set[str], payload: Payload, chosen: set[str]) -> float:
    offered = {part_key(option["text"]) for option in payload.get("options") or []}
    chosen &= offered
    return max(0.0, (len(chosen & right) - len(chosen - right)) / len(right)) if right else 0.0


def _ordering(sequence: list[str], answer: Answer) -> float:
    places = {key: place for key, place in _places(answer).items() if key in sequence}
    pairs = [(a, b) for i, a in enumerate(sequence) for b in sequence[i + 1 :]]
    if not pairs:
        return 0.0
    in_order = sum(1 for a, b in pairs if a in places and b in places and places[a] < places[b])
    return max(0.0, 2 * in_order / len(pairs) - 1)


def _places(answer: Answer) -> dict[str, int]:
    if not isinstance(answer, Mapping):
        return {}
    return {
        key: place
        for key, place in answer.items()
        if isinstance(key, str) and isinstance(place, int) and not isinstance(place, bool)
    }


def _numeric(payload: Payload, answer: Answer) -> float:
    try:
        target, tolerance = float(payload["answer"]), abs(float(payload.get("tolerance") or 0))
    except (KeyError, TypeError, ValueError):
        return 0.0
    slack = tolerance + 1e-9 * max(1.0, abs(target))
    return 1.0 if any(abs(value - target) <= slack for value in numbers_in(answer)) else 0.0


def numbers_in(answer: Answer) -> list[float]:
    """What a typed number may mean: ``1.250,5``, ``12,5``, ``Rp1.250.000``, ``61 %``; ``1.250`` has two readings.

    Where the writing is open to two readings the person is not held to the stricter one. Not a number: an empty list.
    """
    if isinstance(answer, bool) or answer is None:
        return []
    if isinstance(answer, (int, float)):
        return [float(answer)] if _is_finite(answer) else []
    if not isinstance(answer, str) or len(answer) > 60:
        return []
    text = answer.replace("−", "-").replace("\u00a0", " ")
    found = re.fullmatch(r"\s*(?:Rp\.?)?\s*([+-]?)\s*([\d.,\s]*\d)\s*(?:%|[A-Za-z][A-Za-z /.]*)?\s*", text, re.ASCII)
    if not found:
        return []
    sign, digits = (-1.0 if found[1] == "-" else 1.0), re.sub(r"\s", "", found[2])
    readings = set()
    if re.fullmatch(r"\d+", digits):
        readings.add(digits)
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?|\d*,\d+", digits):
        readings.add(digits.replace(".", "").replace(",", "."))
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?|\d*\.\d+", digits):
        readings.add(digits.replace(",", ""))
    return sorted(sign * float(reading) for reading in readings)


def _is_finite(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


@dataclass(frozen=True, slots=True)
class PartFeedback:
    """What to say beside one option, step or pair."""

    is_right: bool
    was_chosen: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a learner sees after answering: how right it was, each part's truth, and why. Never for a bank."""

    score: float
    parts: dict[str, PartFeedback] = field(default_factory=dict)
    solution: tuple[str, ...] = ()
    explanation: str = ""

    @property
    def is_right(self) -> bool:
        """Whether the answer was wholly right."""
        return self.score >= 1.0 - 1e-9

    @property
    def is_partly_right(self) -> bool:
        """Whether something in it was right."""
        return 1e-9 < self.score < 1.0 - 1e-9


def feedback_on(kind: str, payload: Payload, answer: Answer, explanation: str = "") -> Feedback:
    """Everything a learner may be told about an answer: per part what was right, the solution in words, and why."""
    explanation = explanation or str(payload.get("explanation") or "")
    score = grade(kind, payload, answer)
    match kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            chosen = _keys(answer)
            parts = {
                part_key(option["text"]): PartFeedback(
                    option.get("correct") is True, part_key(option["text"]) in chosen, str(option.get("feedback") or "")
                )
                for option in payload.get("options") or []
            }
            return Feedback(score, parts, (), explanation)
        case Kind.ORDERING:
            keys, places = sequence_keys(payload), _places(answer)
            parts = {
                key: PartFeedback(places.get(key) == place, key in places) for place, key in enumerate(keys, start=1)
            }
            return Feedback(score, parts, tuple(str(step) for step in payload.get("sequence") or ()), explanation)
        case Kind.MATCHING:
            given = answer if isinstance(answer, Mapping) else {}
            parts = {
                part_key(pair["left"]): PartFeedback(
                    given.get(part_key(pair["left"])) == part_key(pair["right"]),
                    part_key(pair["left"]) in given,
                    str(pair["right"]),
                )
                for pair in payload.get("pairs") or []
            }
            return Feedback(score, parts, (), explanation)
        case Kind.NUMERIC:
            return Feedback(score, {}, (str(payload.get("answer", "")),), explanation)
    return Feedback(score, {}, (), explanation)
