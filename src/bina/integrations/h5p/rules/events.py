"""What H5P contents say in xAPI while somebody works: read as a stranger's words, kept as far as they can be true.

Who did it, in which activity, and when, is never taken from the content: those are known here.
Source: https://h5p.org/documentation/x-api and the xAPI specification 2.0, sections 4.2.2 to 4.2.5.
"""

import html
import json
import math
import re
from collections.abc import Mapping
from typing import Any

from bina.integrations.packages.rules import Happening, readable
from bina.records.rules import INTERACTIONS

LONGEST_EVENT = 30_000
MOST_OPTIONS = 100
VERB = re.compile(r"http://adlnet\.gov/expapi/verbs/[a-z][a-z-]{1,39}|http://activitystrea\.ms/schema/1\.0/consume")
PART_OF = "http://h5p.org/x-api/h5p-subContentId"
ANSWER = "http://adlnet.gov/expapi/activities/cmi.interaction"
OPTIONS = ("choices", "scale", "source", "target", "steps")
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,79}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{3,60}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_DURATION = re.compile(r"PT\d{1,9}(?:\.\d{1,6})?S")
_TAG = re.compile(r"<[^>]{0,2000}>")


def happening_of(code: str, words: str) -> Happening | None:
    """The happening that a reported event tells of; None for what is none. ``code`` is the name the frame gave it."""
    if not _CODE.fullmatch(code) or len(words) > LONGEST_EVENT:
        return None
    try:
        said = json.loads(words)
    except (ValueError, RecursionError):
        return None
    verb = _inner(said, "verb").get("id")
    if not isinstance(verb, str) or not VERB.fullmatch(verb):
        return None
    told = _inner(_inner(said, "object"), "definition")
    part = _inner(told, "extensions").get(PART_OF)
    if part is not None and not (isinstance(part, str) and _PART.fullmatch(part)):
        return None
    definition = _definition(told)
    if part is not None:
        definition["extensions"] = {PART_OF: part}
    return Happening(code, verb, part or "", definition, _result(_inner(said, "result")))


def plain_words(text: str, most: int) -> str:
    """A text without tags and line breaks, as contents write their questions in HTML."""
    return " ".join(html.unescape(_TAG.sub(" ", readable(text)[: 4 * most])).split())[:most]


def _inner(value: object, name: str) -> Mapping[str, Any]:
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _language_map(value: object, most: int) -> dict[str, str]:
    rows = value.items() if isinstance(value, Mapping) else ()
    return {
        key: words for key, text in list(rows)[:10]
        if isinstance(key, str) and _LANGUAGE.fullmatch(key) and isinstance(text, str) and (words := plain_words(text, most))
    }  # fmt: skip


def _definition(told: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, most in (("name", 300), ("description", 2000)):
        words = _language_map(told.get(name), most)
        if words:
            kept[name] = words
    kind = told.get("interactionType")
    if not isinstance(kind, str) or kind not in INTERACTIONS:
        return kept
    kept |= {"type": ANSWER, "interactionType": kind}
    patterns = told.get("correctResponsesPattern")
    if isinstance(patterns, list):
        texts = [readable(text[:1000]) for text in patterns[:MOST_OPTIONS] if isinstance(text, str)]
        if texts:
            kept["correctResponsesPattern"] = texts
    for name in OPTIONS:
        rows = _options(told.get(name))
        if rows:
            kept[name] = rows
    return kept


def _options(value: object) -> list[dict[str, Any]]:
    kept: dict[str, dict[str, Any]] = {}
    for row in value[:MOST_OPTIONS] if isinstance(value, list) else []:
        code = row.get("id") if isinstance(row, Mapping) else None
        if isinstance(code, str) and code.strip():
            words, code = _language_map(row.get("description"), 500), readable(code[:200])
            kept[code] = {"id": code, **({"description": words} if words else {})}
    return list(kept.values())


def _result(told: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    score = _score(_inner(told, "score"))
    if score:
        kept["score"] = score
    kept |= {name: told[name] for name in ("success", "completion") if isinstance(told.get(name), bool)}
    response, duration = told.get("response"), told.get("duration")
    if isinstance(response, str) and response:
        kept["response"] = readable(response[:4000])
    if isinstance(duration, str) and _DURATION.fullmatch(duration):
        kept["duration"] = duration
    return kept


def _score(told: Mapping[str, Any]) -> dict[str, float]:
    """A score that agrees with itself: the raw value within its bounds and the share that follows from it."""
    raw, least, most = (_number(told.get(name)) for name in ("raw", "min", "max"))
    least = least or 0.0
    if raw is not None and most is not None and most > least:
        raw = min(max(raw, least), most)
        return {"min": least, "max": most, "raw": raw, "scaled": round((raw - least) / (most - least), 6)}
    share = _number(told.get("scaled"))
    return {} if share is None or most == least else {"scaled": min(1.0, max(0.0, share))}


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and abs(number) < 1e9 else None
