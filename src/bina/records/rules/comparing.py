"""When two statements say the same thing: what the store itself adds, and what may vary, does not count."""

import re
from typing import Any

from bina.records.rules.actors import identifier_of
from bina.records.rules.values import Json, moment_of

GIVEN_BY_STORE = frozenset({"id", "stored", "authority", "version", "attachments"})
_SECONDS = re.compile(r"(\d+[.,]\d{2})\d+S$").sub


def same_statement(one: Json, other: Json) -> bool:
    """Whether two statements with one id are the same one sent twice (xAPI Data 2.3.1: immutability)."""
    return _normal(one, other, whole=False) == _normal(other, one, whole=False)


def same_words(one: Json, other: Json) -> bool:
    """Whether a statement is word for word what a signature was made over, but for what is added afterwards."""
    return _normal(one, other, whole=True) == _normal(other, one, whole=True)


def _normal(statement: Json, other: Json, *, whole: bool) -> Json:
    normal = {key: _of(key, value, whole) for key, value in statement.items() if key not in GIVEN_BY_STORE}
    if "timestamp" not in other:
        normal.pop("timestamp", None)
    return normal


def _of(key: str, value: Any, whole: bool) -> Any:
    if key == "timestamp":
        return moment_of(value) or value
    if key == "duration" and type(value) is str:
        return _SECONDS(r"\1S", value)
    if key == "extensions":
        return value
    if key in {"registration", "id"} and type(value) is str:
        return value.lower() if len(value) == 36 else value
    if key == "contextActivities" and type(value) is dict:
        return {
            place: sorted(
                (_of("", activity, whole) for activity in (found if type(found) is list else [found])), key=repr
            )
            for place, found in value.items()
        }
    if key == "member" and type(value) is list:
        return sorted((_of("", member, whole) for member in value), key=repr)
    if type(value) is list:
        return [_of("", inner, whole) for inner in value]
    if type(value) is not dict:
        return value
    if not whole:
        identifier = identifier_of(value) if "objectType" in value or key in {"actor", "instructor", "team"} else None
        if identifier is not None:
            return identifier
    return {
        inner: _of(inner, found, whole)
        for inner, found in value.items()
        if (whole or inner not in {"display", "definition"})
        and not (inner == "objectType" and found in {"Activity", "Agent"})
    }
