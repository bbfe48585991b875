"""What a version of an item holds, taken from an entry of a file: parts with the key, English words, parameters, mark."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from bina.assessment.rules.kinds import QUESTION_KINDS

DEFAULT_SLOPE = 1.1
PICTURE_PARTS = ("image", "alt")


def payload_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of an item that its kind needs (with the key), without stem, explanation and bookkeeping."""
    names = (*QUESTION_KINDS[item["kind"]].parts, *PICTURE_PARTS)
    return {name: item[name] for name in names if item.get(name) is not None}


def english_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """The English words of an item: stem, explanation and the words of its parts; empty where it has none."""
    english = item.get("en") or {}
    names = ("stem", *QUESTION_KINDS[item["kind"]].parts, "alt", "explanation")
    return {name: english[name] for name in names if english.get(name) is not None}


def parameters_of(item: Mapping[str, Any]) -> tuple[float, float]:
    """Slope and level at a 65 % chance of an item; where a file is silent, the usual slope and the item's own level."""
    level = item["level"] if item.get("b") is None else item["b"]
    return float(item.get("a") or DEFAULT_SLOPE), float(level)


def digest_of(item: Mapping[str, Any]) -> str:
    """A mark of everything that a version holds; the same words and numbers give the same mark."""
    slope, level = parameters_of(item)
    content = [str(item["stem"]).strip(), payload_of(item), str(item.get("explanation") or "").strip(), slope, level]
    english = english_of(item)
    if english:
        content.append(english)
    return hashlib.blake2s(json.dumps(content, sort_keys=True, ensure_ascii=False).encode(), digest_size=16).hexdigest()


def with_stored_image(item: Mapping[str, Any], digests: Mapping[str, str]) -> Mapping[str, Any]:
    """The item with its image named by digest instead of the name of a file beside it."""
    name = item.get("image")
    return {**item, "image": digests[name]} if isinstance(name, str) and name in digests else item
