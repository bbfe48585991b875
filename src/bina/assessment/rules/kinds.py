"""The five kinds of question, and the parts each one has."""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Payload = Mapping[str, Any]
DEFAULT_SLOPE = 1.1
Answer = Any  # plain JSON: a list of option keys, a mapping of keys, or the number as it was typed


class Kind(StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    ORDERING = "ordering"
    MATCHING = "matching"
    NUMERIC = "numeric"


KIND_NAMES: dict[Kind, str | Promise] = {
    Kind.SINGLE: _("Pilih satu"),
    Kind.MULTIPLE: _("Pilih beberapa"),
    Kind.ORDERING: _("Urutkan"),
    Kind.MATCHING: _("Pasangkan"),
    Kind.NUMERIC: _("Isi angka"),
}

PARTS: dict[Kind, tuple[str, ...]] = {
    Kind.SINGLE: ("options",),
    Kind.MULTIPLE: ("options",),
    Kind.ORDERING: ("sequence",),
    Kind.MATCHING: ("pairs", "distractors"),
    Kind.NUMERIC: ("answer", "tolerance", "unit"),
}


def payload_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of an item that its kind needs (with the key), without stem, explanation and bookkeeping."""
    return {name: item[name] for name in PARTS[Kind(item["kind"])] if item.get(name) is not None}


def parameters_of(item: Mapping[str, Any]) -> tuple[float, float]:
    """Slope and level at a 65 % chance of an item; where a file is silent, the usual slope and the item's own level."""
    level = item["level"] if item.get("b") is None else item["b"]
    return float(item.get("a") or DEFAULT_SLOPE), float(level)


def digest_of(item: Mapping[str, Any]) -> str:
    """A mark of everything that a version holds; the same words and numbers give the same mark."""
    slope, level = parameters_of(item)
    content = [str(item["stem"]).strip(), payload_of(item), str(item.get("explanation") or "").strip(), slope, level]
    return hashlib.blake2s(json.dumps(content, sort_keys=True, ensure_ascii=False).encode(), digest_size=16).hexdigest()


def part_key(text: object) -> str:
    """A short name for one option, step or side of a pair, the same wherever it stands.

    It depends on the text alone, so it says nothing about what is right, whatever order the parts are kept in.
    """
    return hashlib.blake2s(str(text).strip().encode(), digest_size=5).hexdigest()


def right_keys(payload: Payload) -> list[str]:
    """The keys of the right options of a single or multiple choice."""
    return [part_key(option["text"]) for option in payload.get("options") or [] if option.get("correct") is True]


def sequence_keys(payload: Payload) -> list[str]:
    """The keys of an ordering, in the right order."""
    return [part_key(step) for step in payload.get("sequence") or []]


def pair_keys(payload: Payload) -> dict[str, str]:
    """The right partner of each left side of a matching, by key."""
    return {part_key(pair["left"]): part_key(pair["right"]) for pair in payload.get("pairs") or []}


def right_answer(kind: str, payload: Payload) -> Answer:
    """The fully right answer in the form that grading reads; for those who keep the items."""
    match kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            return right_keys(payload)
        case Kind.ORDERING:
            return {key: place for place, key in enumerate(sequence_keys(payload), start=1)}
        case Kind.MATCHING:
            return pair_keys(payload)
    return str(payload.get("answer", "")).replace(".", ",")
