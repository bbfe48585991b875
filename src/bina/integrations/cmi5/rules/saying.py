"""What the house itself says about a unit, and what it tells a unit at its launch (sections 9.3 to 10)."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from bina.integrations.cmi5.rules.words import (
    BLOCK_TYPE,
    CMI5_CATEGORY,
    COURSE_TYPE,
    DISPLAYS,
    LAUNCH_MODE,
    LAUNCH_PARAMETERS,
    LAUNCH_URL,
    MASTERY_SCORE,
    MOVE_ON,
    MOVE_ON_CATEGORY,
    REASON,
    SESSION_ID,
    Word,
)
from bina.records.rules import written_moment

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what a statement is about: the thing by our own address, and by the publisher's."""

    actor: Json
    registration: str
    session_id: str
    thing: Json
    publisher_id: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What the structure says of a unit that travels with every launch."""

    move_on: str
    mastery_score: float | None
    launch_parameters: str | None
    entitlement_key: str | None
    launch_method: str


def activity(address: str, titles: dict[str, str], kind: str = "") -> Json:
    """A thing of xAPI with its name in every language of the package."""
    definition: Json = {"name": {code: text for code, text in titles.items() if text}} if any(titles.values()) else {}
    if kind:
        definition["type"] = kind
    return {"objectType": "Activity", "id": address} | ({"definition": definition} if definition else {})


def course_thing(address: str, titles: dict[str, str]) -> Json:
    """The object of a “satisfied” about a whole course."""
    return activity(address, titles, COURSE_TYPE)


def block_thing(address: str, titles: dict[str, str]) -> Json:
    """The object of a “satisfied” about a block."""
    return activity(address, titles, BLOCK_TYPE)


def _statement(word: Word, about: About, moment: dt.datetime, *, extensions: Json, result: Json | None = None) -> Json:
    categories = [CMI5_CATEGORY, *([MOVE_ON_CATEGORY] if word == Word.WAIVED else [])]
    statement: Json = {
        "id": str(uuid.uuid4()),
        "actor": about.actor,
        "verb": {"id": word.value, "display": DISPLAYS[word]},
        "object": about.thing,
        "context": {
            "registration": about.registration,
            "contextActivities": {
                "category": [{"id": one} for one in categories],
                "grouping": [{"id": about.publisher_id}],
            },
            "extensions": {SESSION_ID: about.session_id, **extensions},
        },
        "timestamp": written_moment(moment),
    }
    return statement | ({"result": result} if result else {})


def launched(about: About, moment: dt.datetime, *, mode: str, url: str, terms: Terms) -> Json:
    """A unit was launched (9.3.1): with the address as it was, but for what the launch added."""
    extensions: Json = {LAUNCH_MODE: mode, LAUNCH_URL: url, MOVE_ON: terms.move_on}
    if terms.mastery_score is not None:
        extensions[MASTERY_SCORE] = terms.mastery_score
    if terms.launch_parameters is not None:
        extensions[LAUNCH_PARAMETERS] = terms.launch_parameters
    return _statement(Word.LAUNCHED, about, moment, extensions=extensions)


def abandoned(about: About, moment: dt.datetime, *, seconds: float) -> Json:
    """A session ended without a goodbye (9.3.6); ``seconds`` from its launch to the last word of the unit."""
    return _statement(Word.ABANDONED, about, moment, extensions={}, result={"duration": f"PT{max(0.0, seconds):.2f}S"})


def waived(about: About, moment: dt.datetime, *, reason: str) -> Json:
    """Somebody decided that a unit need not be done (9.3.7)."""
    result = {"success": True, "completion": True, "extensions": {REASON: reason}}
    return _statement(Word.WAIVED, about, moment, extensions={}, result=result)


def satisfied(about: About, moment: dt.datetime) -> Json:
    """All units of a block or of the course are done (9.3.9)."""
    return _statement(Word.SATISFIED, about, moment, extensions={})


def launch_data(*, session_id: str, publisher_id: str, mode: str, terms: Terms, return_url: str) -> Json:
    """The document LMS.LaunchData (10.2)."""
    data: Json = {
        "contextTemplate": {
            "contextActivities": {"grouping": [{"id": publisher_id}]},
            "extensions": {SESSION_ID: session_id},
        },
        "launchMode": mode,
        "launchMethod": terms.launch_method,
        "moveOn": terms.move_on,
    }
    if terms.mastery_score is not None:
        data["masteryScore"] = terms.mastery_score
    if terms.launch_parameters is not None:
        data["launchParameters"] = terms.launch_parameters
    if terms.entitlement_key is not None:
        data["entitlementKey"] = {"courseStructure": terms.entitlement_key}
    return data | ({"returnURL": return_url} if return_url else {})
