"""Learning what activities are from the statements that speak of them."""

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock
from typing import Any

import msgspec
from django.db import transaction

from bina.records.models import Definition
from bina.records.rules import ACTIVITY, Json, key_of, merged_definition

MOST_KNOWN = 50_000
MOST_WORDINGS = 4
# Other processes may have stored other words meanwhile: what is said again after this many seconds is looked at again.
KNOWN_FOR = 600.0


@dataclass(frozen=True, slots=True)
class _Settled:
    """Words (their digests) that change nothing in what the store knows of one activity, and until when that is believed."""

    wordings: tuple[bytes, ...]
    until: float


# What this process has seen stored: the same words a thousand times a second need no look at the database.
_settled: OrderedDict[tuple[int, int], _Settled] = OrderedDict()
_lock = Lock()


def learn_definitions(store_id: int, activities: Sequence[Json]) -> None:
    """Add what some activities are said to be to what the store knows of them, in the running transaction."""
    told: dict[int, list[Json]] = {}
    now = time.monotonic()
    for activity in activities:
        key = key_of(store_id, ACTIVITY, activity["id"])
        if not _is_settled(store_id, key, activity, now):
            told.setdefault(key, []).append(activity)
    if not told:
        return
    kept = _store(store_id, told)
    transaction.on_commit(lambda: _remember(store_id, told, kept))


def are_known(store_id: int, activities: Sequence[Json]) -> bool:
    """Whether this process has seen that all of these words change nothing."""
    now = time.monotonic()
    return all(
        _is_settled(store_id, key_of(store_id, ACTIVITY, activity["id"]), activity, now) for activity in activities
    )


def _is_settled(store_id: int, key: int, activity: Json, now: float) -> bool:
    found = _settled.get((store_id, key))
    return found is not None and now < found.until and _digest(activity) in found.wordings


def _digest(activity: Json) -> bytes:
    return blake2b(msgspec.json.encode(activity), digest_size=16).digest()


def _store(store_id: int, told: Mapping[int, Sequence[Json]]) -> dict[int, tuple[Json, bool]]:
    """Merge what was told in its order; by key what is known now, and whether that is new."""
    # In the order of keys, so that two writers never wait for each other in a circle; empty rows first, so that all of
    # them can be locked.
    Definition.objects.bulk_create(
        [Definition(store_id=store_id, key=key, activity_id=told[key][0]["id"], definition={}) for key in sorted(told)],
        ignore_conflicts=True,
    )
    changed: list[Definition] = []
    kept: dict[int, tuple[Json, bool]] = {}
    for row in Definition.objects.select_for_update().filter(store_id=store_id, key__in=list(told)).order_by("key"):
        merged: Json = row.definition
        for activity in told[row.key]:
            merged = merged_definition(merged, _storable(activity["definition"]))
        is_new = merged != row.definition
        kept[row.key] = merged, is_new
        if is_new:
            row.definition = merged
            changed.append(row)
    Definition.objects.bulk_update(changed, ["definition"], batch_size=200)
    return kept


def _storable(value: Any) -> Any:
    """A value as every database keeps it: without U+0000, which a statement may hold and PostgreSQL's jsonb may not."""
    if type(value) is str:
        return value.replace("\x00", "")
    if type(value) is dict:
        return {_storable(key): _storable(inner) for key, inner in value.items()}
    return [_storable(inner) for inner in value] if type(value) is list else value


def _remember(store_id: int, told: Mapping[int, Sequence[Json]], kept: Mapping[int, tuple[Json, bool]]) -> None:
    now = time.monotonic()
    with _lock:
        for key, (definition, is_new) in kept.items():
            wordings = [
                _digest(activity)
                for activity in told[key]
                if merged_definition(definition, _storable(activity["definition"])) == definition
            ]
            until = now + KNOWN_FOR
            before = _settled.pop((store_id, key), None)
            # What other words said may be gone when something is new.
            if before is not None and not is_new and now < before.until:
                wordings, until = [*before.wordings, *wordings], before.until
            _settled[store_id, key] = _Settled(tuple(dict.fromkeys(wordings))[-MOST_WORDINGS:], until)
        while len(_settled) > MOST_KNOWN:
            _settled.popitem(last=False)
