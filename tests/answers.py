"""Right and wrong answers to any item, for tests that live through a whole measurement."""

from collections.abc import Mapping
from typing import Any

from bina.assessment.rules.kinds import pair_keys, right_keys, sequence_keys


def right_answer(kind: str, payload: Mapping[str, Any]) -> Any:
    """What a person who knows it would send."""
    if kind == "single":
        return right_keys(payload)[0]
    if kind == "multiple":
        return right_keys(payload)
    if kind == "ordering":
        return {key: place for place, key in enumerate(sequence_keys(payload), start=1)}
    if kind == "matching":
        return pair_keys(payload)
    return str(payload["answer"])


def wrong_answer(kind: str, payload: Mapping[str, Any]) -> Any:
    """What a person who does not know it would send."""
    if kind == "single":
        return "nonsense"
    if kind == "multiple":
        return ["nonsense"]
    if kind == "ordering":
        return {key: place for place, key in enumerate(reversed(sequence_keys(payload)), start=1)}
    if kind == "matching":
        keys = list(pair_keys(payload).items())
        rights = [right for _, right in keys]
        return {left: rights[(index + 1) % len(rights)] for index, (left, _) in enumerate(keys)}
    return "-99999"
