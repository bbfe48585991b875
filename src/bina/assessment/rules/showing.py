"""What the browser may see of a question, and how its answer is read back: never the key, never the stored order."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bina.assessment.rules.kinds import Answer, Kind, Payload, part_key, sequence_keys
from bina.foundation.rich_text import render_markdown

LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to pick, place or pair: an opaque key and its words."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class PublicItem:
    """A question as a person may see it. ``choices``: options, steps, or right sides; ``lefts``: left sides."""

    kind: str
    stem: Markup
    choices: tuple[Choice, ...] = ()
    lefts: tuple[Choice, ...] = ()
    unit: str = ""

    def words_of(self, key: object) -> str:
        """The words of one choice, empty when there is none."""
        return next((choice.text for choice in self.choices if choice.key == key), "")


def _shuffled(texts: list[str], seed: int | str) -> tuple[Choice, ...]:
    """The texts once each, in an order that the seed alone decides."""
    choices = {part_key(text): text for text in texts}
    return tuple(
        Choice(key, choices[key])
        for key in sorted(choices, key=lambda key: hashlib.blake2s(f"{seed}:{key}".encode()).digest())
    )


def public_view(kind: str, payload: Payload, seed: int | str, stem: str = "") -> PublicItem:
    """The question without its key; the same seed always shows the same order. ``stem`` defaults to the payload's own.

    The steps of an ordering are never shown in the right order, for that would give the answer away.
    """
    words = Markup(render_markdown(stem or str(payload.get("stem") or "")))  # noqa: S704  the renderer sanitises
    match kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            texts = [str(option["text"]).strip() for option in payload.get("options") or []]
            return PublicItem(kind, words, _shuffled(texts, seed))
        case Kind.ORDERING:
            steps = _shuffled([str(step).strip() for step in payload.get("sequence") or []], seed)
            if [step.key for step in steps] == sequence_keys(payload):
                steps = (*steps[1:], *steps[:1])
            return PublicItem(kind, words, steps)
        case Kind.MATCHING:
            pairs = payload.get("pairs") or []
            rights = [str(pair["right"]).strip() for pair in pairs]
            rights += [str(extra).strip() for extra in payload.get("distractors") or []]
            lefts = _shuffled([str(pair["left"]).strip() for pair in pairs], f"{seed}:left")
            return PublicItem(kind, words, _shuffled(rights, seed), lefts)
    return PublicItem(kind, words, unit=str(payload.get("unit") or ""))


def read_answer(kind: str, payload: Payload, post_data: Mapping[str, Any], prefix: str) -> Answer:
    """The answer that a sent form holds, as plain JSON; None when nothing was answered. Unknown keys are dropped.

    Field names: ``prefix`` for single, multiple and numeric; ``prefix-key`` for the parts of an ordering or matching.
    """
    match kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            offered = [part_key(option["text"]) for option in payload.get("options") or []]
            sent = set(_all_values(post_data, prefix))
            chosen = [key for key in offered if key in sent]
            if kind == Kind.SINGLE:
                chosen = chosen[:1]
            return sorted(chosen) or None
        case Kind.ORDERING:
            places: dict[str, int] = {}
            for key in sequence_keys(payload):
                text = _one_value(post_data, f"{prefix}-{key}")
                if text.isascii() and text.isdigit() and 1 <= int(text[:3]) <= len(payload["sequence"]):
                    places[key] = int(text[:3])
            return dict(sorted(places.items())) or None
        case Kind.MATCHING:
            view = public_view(kind, payload, "")
            rights = {choice.key for choice in view.choices}
            given = {left.key: _one_value(post_data, f"{prefix}-{left.key}") for left in view.lefts}
            return {left: right for left, right in sorted(given.items()) if right in rights} or None
        case Kind.NUMERIC:
            return _one_value(post_data, prefix).strip()[:LONGEST_NUMBER] or None
    return None


def _all_values(post_data: Mapping[str, Any], name: str) -> list[str]:
    many = getattr(post_data, "getlist", None)
    value = many(name) if many else post_data.get(name, [])
    return [str(entry) for entry in value] if isinstance(value, (list, tuple)) else [str(value)]


def _one_value(post_data: Mapping[str, Any], name: str) -> str:
    value = post_data.get(name, "")
    if isinstance(value, (list, tuple)):
        value = value[-1] if value else ""
    return "" if value is None else str(value)


def is_complete(kind: str, payload: Payload, answer: Answer) -> bool:
    """Whether every part of a question has been answered, so that an overview can say “partly”."""
    if answer is None:
        return False
    if kind == Kind.ORDERING:
        return isinstance(answer, Mapping) and len(answer) == len(set(sequence_keys(payload)))
    if kind == Kind.MATCHING:
        return isinstance(answer, Mapping) and len(answer) == len(payload.get("pairs") or [])
    return True
