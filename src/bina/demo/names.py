"""Invented names from many regions of the archipelago, with titles as on official papers."""

import random
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).resolve().parent / "data"
_TRIES = 6


@cache
def _book() -> dict[str, Any]:
    book: dict[str, Any] = yaml.safe_load((DATA / "names.yaml").read_text(encoding="utf-8"))
    return book


@cache
def _avoided() -> dict[str, tuple[tuple[str, str], ...]]:
    """Pairs of words that may not meet, by the last word of their first member."""
    pairs: dict[str, list[tuple[str, str]]] = {}
    for one, other in _book()["avoid"]:
        pairs.setdefault(one.lower().split()[-1], []).append((one.lower(), other.lower()))
    return {word: tuple(found) for word, found in pairs.items()}


def names_a_public_person(name: str) -> bool:
    """Whether the words of a name would name a person the public knows."""
    words = name.lower().split()
    pairs = _avoided()
    lowered = f" {' '.join(words)} "
    return any(
        f" {one} " in lowered and f" {other} " in lowered for word in words for one, other in pairs.get(word, ())
    )


def _compose(rng: random.Random, region: dict[str, Any], sex: str) -> str:
    given: list[str] = region["female" if sex == "F" else "male"]
    second: list[str] = region["female_second" if sex == "F" else "male_second"]
    first, draw = rng.choice(given), rng.random()
    if draw < region["single"]:
        # One word only, as on many birth certificates; long words read as names, short ones as fragments.
        return rng.choice([word for word in given if len(word) > 5 and " " not in word])
    if draw < region["single"] + region["triple"]:
        # Balinese birth-order names take one personal name more, elsewhere a second given name stands in between.
        middle = rng.choice(second if " " in first else [word for word in given if " " not in word])
        return f"{first} {middle} {rng.choice(second)}"
    return f"{first} {rng.choice(second)}"


def compose_name(rng: random.Random, region: str, sex: str, taken: set[str]) -> str:
    """A name of a region that nobody in the same agency bears yet (as far as a few tries go) and no public person either."""
    name = ""
    for _ in range(_TRIES):
        name = _compose(rng, _book()[region], sex)
        words = name.split()
        if len(set(words)) == len(words) and not names_a_public_person(name) and name not in taken:
            break
        name = ""
    while not name or names_a_public_person(name):
        name = _compose(rng, _book()[region], sex)
    taken.add(name)
    return name


def pilgrim_chance(region: str) -> float:
    """How often an older person of a region bears H. or Hj. before the name."""
    return 0.16 * float(_book()[region]["muslim"])


def mail_name(name: str) -> str:
    """The part of an address before the @ sign: ``siti.rahmawati``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return ".".join(re.findall(r"[a-z]+", plain.replace("'", "")))
