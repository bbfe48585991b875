"""Telling the journal to the stores: everything that happens here is also a statement."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from django.db import transaction

from bina.foundation import clock
from bina.records.actions.clients import open_store
from bina.records.actions.statements import store_statements
from bina.records.models import HouseMark, Store
from bina.records.queries import known_ids
from bina.records.queries.house import entries_to_tell, statements_of, told_already
from bina.records.rules import Json

if TYPE_CHECKING:
    from bina.people.models import Agency

AT_ONCE = 500
# Entries get their number before their transaction ends. What is younger waits, and the stretch before the mark is looked
# at again; what is told already stays as it was told, whatever our address or an account has become since.
SETTLED_AFTER = dt.timedelta(seconds=30)
LOOKED_AT_AGAIN = 300


@transaction.atomic
def tell_journal(*, store: Store) -> int:
    """Tell one store the next stretch of its agency's journal; how many entries that were. 0: everything is told."""
    mark, _ = HouseMark.objects.select_for_update().get_or_create(store=store)
    begin = max(0, mark.entry_id - LOOKED_AT_AGAIN)
    limit = clock.now() - SETTLED_AFTER
    rows = [entry for entry in entries_to_tell(store.agency_id, begin, AT_ONCE) if entry.occurred_at <= limit]
    fresh = sum(1 for entry in rows if entry.pk > mark.entry_id)
    told = told_already(store.pk, rows)
    words = [msgspec.json.encode(statement) for statement in statements_of(row for row in rows if row.pk not in told)]
    if words:
        store_statements(by=None, store_id=store.pk, raw=words, version=2)
    if fresh:
        mark.entry_id = rows[-1].pk
        mark.save(update_fields=["entry_id"])
    return fresh


def tell_once(*, agency: "Agency", statements: Sequence[Json]) -> int:
    """Store what the house itself noticed about people of an agency; how many statements were new. What was told already is
    left as it was, whatever the moment of telling.

    The statements carry their ids and are valid xAPI. The store is opened with the first one.
    """
    words = {one["id"]: msgspec.json.encode(one) for one in statements}
    if not words:
        return 0
    store = open_store(by=None, agency=agency)
    known = known_ids(store.pk, list(words))
    fresh = [text for name, text in words.items() if name not in known]
    if fresh:
        store_statements(by=None, store_id=store.pk, raw=fresh, version=2)
    return len(fresh)
