"""How statements are told: exactly, by identifiers only, or in canonical words of one language."""

from collections.abc import Callable, Sequence
from typing import Any

from bina.records.rules.actors import IDENTIFIERS
from bina.records.rules.values import Json

FORMATS = ("exact", "ids", "canonical")
ACTORS = frozenset({"actor", "instructor", "team", "authority", "agent", "group"})


def accepted_languages(header: str) -> tuple[str, ...]:
    """The languages of an Accept-Language header, the most wanted first."""
    wanted: list[tuple[float, int, str]] = []
    for position, piece in enumerate(header.split(",")[:50]):
        tag, _, parameters = piece.strip().partition(";")
        weight = 1.0
        if parameters.strip().startswith("q="):
            try:
                weight = float(parameters.strip()[2:])
            except ValueError:
                weight = 0.0
        if tag and weight > 0:
            wanted.append((-weight, position, tag.strip().lower()))
    return tuple(tag for _, _, tag in sorted(wanted))


def in_one_language(words: Json, languages: Sequence[str]) -> Json:
    """The one entry of a language map that suits best; the first one when nothing suits."""
    if len(words) < 2:
        return words
    by_tag = {tag.lower(): tag for tag in words}
    for wanted in languages:
        if wanted in by_tag:
            return {by_tag[wanted]: words[by_tag[wanted]]}
        primary = wanted.split("-")[0]
        for low, tag in by_tag.items():
            if low.split("-")[0] == primary:
                return {tag: words[tag]}
    first = next(iter(words))
    return {first: words[first]}


def by_ids(value: Json) -> Json:
    """A statement with nothing but identifiers of its agents, groups, verbs and activities."""
    told: Json = {}
    for key, inner in value.items():
        if key in ACTORS:
            told[key] = _bare_actor(inner)
        elif key == "verb":
            told[key] = {"id": inner["id"]}
        elif key == "object":
            told[key] = _bare_thing(inner)
        elif key == "context":
            told[key] = _bare_context(inner)
        else:
            told[key] = inner
    return told


def _bare_actor(actor: Json) -> Json:
    identified = any(key in actor for key in IDENTIFIERS)
    bare = {key: inner for key, inner in actor.items() if key in IDENTIFIERS or key == "objectType"}
    if not identified:
        bare["member"] = [_bare_actor(member) for member in actor["member"]]
    return bare


def _bare_thing(thing: Json) -> Json:
    kind = thing.get("objectType", "Activity")
    if kind == "Activity":
        return {"id": thing["id"]}
    if kind == "SubStatement":
        return by_ids(thing)
    return thing if kind == "StatementRef" else _bare_actor(thing)


def _bare_context(context: Json) -> Json:
    bare: Json = {key: _bare_actor(inner) if key in ACTORS else inner for key, inner in context.items()}
    if "contextActivities" in bare:
        bare["contextActivities"] = {
            place: [_bare_thing(activity) for activity in (found if type(found) is list else [found])]
            for place, found in bare["contextActivities"].items()
        }
    for place, who in (("contextAgents", "agent"), ("contextGroups", "group")):
        if place in bare:
            bare[place] = [party | {who: _bare_actor(party[who])} for party in bare[place]]
    return bare


def canonical(statement: Json, languages: Sequence[str], definition_of: Callable[[str], Json | None]) -> Json:
    """A statement with what the store knows of its activities, and every language map cut to one language."""
    told = dict(statement)
    if "display" in told["verb"]:
        told["verb"] = told["verb"] | {"display": in_one_language(told["verb"]["display"], languages)}
    thing = told["object"]
    kind = thing.get("objectType", "Activity")
    if kind == "Activity":
        told["object"] = canonical_activity(thing, languages, definition_of)
    elif kind == "SubStatement":
        told["object"] = canonical(thing, languages, definition_of)
    around = told.get("context", {}).get("contextActivities")
    if around is not None:
        told["context"] = told["context"] | {
            "contextActivities": {
                place: [canonical_activity(activity, languages, definition_of) for activity in found]
                for place, found in around.items()
            }
        }
    if "attachments" in told:
        told["attachments"] = [_in_one_language(attachment, languages) for attachment in told["attachments"]]
    return told


def canonical_activity(activity: Json, languages: Sequence[str], definition_of: Callable[[str], Json | None]) -> Json:
    """An activity with its known definition in one language."""
    definition = definition_of(activity["id"]) or activity.get("definition")
    if definition is None:
        return activity
    return activity | {"definition": _in_one_language(definition, languages)}


def _in_one_language(value: Any, languages: Sequence[str]) -> Any:
    if type(value) is list:
        return [_in_one_language(inner, languages) for inner in value]
    if type(value) is not dict:
        return value
    return {
        key: in_one_language(inner, languages)
        if key in {"name", "description", "display"} and type(inner) is dict
        else (inner if key == "extensions" else _in_one_language(inner, languages))
        for key, inner in value.items()
    }
