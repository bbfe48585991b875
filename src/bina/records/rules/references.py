"""By what a statement can be found: who and what it speaks of, and how such a thing becomes a short key."""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b

from bina.records.rules.actors import identifier_of
from bina.records.rules.statements import CONTEXT_ACTIVITIES, VOIDED
from bina.records.rules.values import LONGEST_KEPT, Json

AGENT, RELATED_AGENT = "A", "a"
ACTIVITY, RELATED_ACTIVITY = "O", "o"
VERB, REGISTRATION, TARGET = "V", "R", "T"


def key_of(store: int, kind: str, value: str) -> int:
    """The 64-bit key under which one store files one thing (signed, as databases keep it)."""
    # Names of accounts may be of any length: only short values are kept in the cache.
    return _key_of_short(store, kind, value) if len(value) <= LONGEST_KEPT else _made(store, kind, value)


def _made(store: int, kind: str, value: str) -> int:
    return int.from_bytes(blake2b(f"{store}|{kind}|{value}".encode(), digest_size=8).digest(), "big", signed=True)


_key_of_short = lru_cache(maxsize=262_144)(_made)


def through(kind: str) -> str:
    """The kind under which a statement is filed for what the statement says that it points at."""
    return f"{kind}~"


def keys_of(store: int, statement: Json, authority: str | None, *, pointed_at: bool = False) -> set[int]:
    """All keys of a valid statement; whoever is filed as actor or object is not filed again as merely related.

    ``pointed_at`` gives the keys for those who point at it instead: a search finds them together with it, but what they
    say themselves is not mixed with what it says.
    """
    if pointed_at:

        def key(kind: str, value: str) -> int:
            return key_of(store, through(kind), value)
    else:

        def key(kind: str, value: str) -> int:
            return _key_of_short(store, kind, value) if len(value) <= LONGEST_KEPT else _made(store, kind, value)

    direct_agents: set[str] = set()
    agents: set[str] = set()
    activities: set[str] = set()
    thing = statement["object"]
    keys = {key(VERB, statement["verb"]["id"])}
    direct_agents.update(_people(statement["actor"]))
    kind = thing.get("objectType", "Activity")
    direct_activity = None
    if kind == "Activity":
        direct_activity = thing["id"]
        keys.add(key(ACTIVITY, direct_activity))
    elif kind == "StatementRef":
        if not pointed_at:
            keys.add(key(TARGET, thing["id"].lower()))
    elif kind == "SubStatement":
        _add_inner(thing, agents, activities)
    else:
        direct_agents.update(_people(thing))
    if authority is not None:
        agents.add(authority)
    context = statement.get("context")
    if context is not None:
        if "registration" in context:
            keys.add(key(REGISTRATION, context["registration"].lower()))
        _add_context(context, agents, activities)
    for who in direct_agents:
        keys.add(key(AGENT, who))
    for who in agents:
        if who not in direct_agents:
            keys.add(key(RELATED_AGENT, who))
    for activity in activities:
        if activity != direct_activity:
            keys.add(key(RELATED_ACTIVITY, activity))
    return keys


def _people(actor: Json) -> Iterator[str]:
    identifier = identifier_of(actor)
    if identifier is not None:
        yield identifier
    for member in actor.get("member", ()):
        inner = identifier_of(member)
        if inner is not None:
            yield inner


def _add_inner(statement: Json, agents: set[str], activities: set[str]) -> None:
    agents.update(_people(statement["actor"]))
    thing = statement["object"]
    kind = thing.get("objectType", "Activity")
    if kind == "Activity":
        activities.add(thing["id"])
    elif kind in {"Agent", "Group"}:
        agents.update(_people(thing))
    if "context" in statement:
        _add_context(statement["context"], agents, activities)


def _add_context(context: Json, agents: set[str], activities: set[str]) -> None:
    for key in ("instructor", "team"):
        if key in context:
            agents.update(_people(context[key]))
    for party in context.get("contextAgents", ()):
        agents.update(_people(party["agent"]))
    for party in context.get("contextGroups", ()):
        agents.update(_people(party["group"]))
    around = context.get("contextActivities")
    if around is not None:
        for found in around.values():
            activities.update(activity["id"] for activity in (found if type(found) is list else (found,)))


def target_of(statement: Json) -> str | None:
    """The id of the statement that this one points at as its object, if it does."""
    thing = statement["object"]
    return str(thing["id"]).lower() if thing.get("objectType") == "StatementRef" else None


def is_voiding(statement: Json) -> bool:
    """Whether the statement takes another one back."""
    return bool(statement["verb"]["id"] == VOIDED)


def activities_in(statement: Json) -> Iterator[Json]:
    """Every activity object of a statement that carries a definition, also inside a sub-statement."""
    thing = statement["object"]
    kind = thing.get("objectType", "Activity")
    if kind == "Activity":
        if "definition" in thing:
            yield thing
    elif kind == "SubStatement":
        yield from activities_in(thing)
    around = statement.get("context", {}).get("contextActivities")
    if around is not None:
        for place in CONTEXT_ACTIVITIES:
            found = around.get(place, ())
            for activity in found if type(found) is list else (found,):
                if "definition" in activity:
                    yield activity
