"""What may be asked of a store: one statement, a search, what is known of activities and agents."""

import sqlite3
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
from django.db import connection
from django.db.models import Max
from django.db.models.functions import Length

from bina.foundation import clock
from bina.records.models import Attachment, Client, Definition, Statement
from bina.records.queries.clients import account_of_client
from bina.records.queries.sources import LOCK_OF_WRITERS, MICROSECONDS, among, identity
from bina.records.rules import (
    ACTIVITY,
    AGENT,
    REGISTRATION,
    RELATED_ACTIVITY,
    RELATED_AGENT,
    VERB,
    Json,
    identifier_of,
    key_of,
    through,
)

FEW = 2_000
MOST_COUNTED = 100_000
NAMES_SOUGHT_IN = 50
# A page ends with the statement that reaches this size, however many were asked for: what is held in memory for one
# answer stays bounded. The largest single statement comes on top.
MOST_BYTES = 20 * 1_048_576


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; ``after`` is where the page before ended: (stored, id). ``client_id`` wants what one client wrote."""

    agent: str = ""
    verb: str = ""
    activity: str = ""
    registration: str = ""
    related_agents: bool = False
    related_activities: bool = False
    since: int | None = None
    until: int | None = None
    ascending: bool = False
    limit: int = 100
    client_id: int | None = None
    after: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a search: bodies as stored with their places (stored, id), and whether there are more after them."""

    bodies: list[bytes] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    has_more: bool = False

    @property
    def next(self) -> tuple[int, int] | None:
        """Where the next page begins, when there is one."""
        return self.places[-1] if self.has_more else None

    def until(self, count: int) -> "Found":
        """The page, ended after ``count`` statements."""
        if count >= len(self.bodies):
            return self
        return Found(self.bodies[:count], self.places[:count], has_more=True)


def statement_by_id(
    store_id: int, statement_id: str, *, voided: bool, client_id: int | None = None
) -> Statement | None:
    """One statement of a store, among those in force or among those taken back."""
    rows = Statement.objects.filter(store_id=store_id, statement_id=uuid.UUID(statement_id), is_voided=voided)
    return (rows.filter(client_id=client_id) if client_id is not None else rows).first()


def search(store_id: int, wanted: Search) -> Found:
    """The statements of a store that match all conditions, in the order in which they were stored (newest first, unless
    ``ascending``). What points at a match is found with it, as the specification asks. A page of large statements ends
    earlier than ``limit``, and there is a next one."""
    found = _sql_of(store_id, wanted)
    if found is None:
        return Found()
    sql, parameters = found
    order = "ASC" if wanted.ascending else "DESC"
    # Sizes are summed up before any body is read; the database knows them without looking into large ones.
    bounded = (
        f"SELECT stored, id, body, number FROM (SELECT w.*, count(*) OVER () AS number,"
        f" sum(size) OVER (ORDER BY stored {order}, id {order}) - size AS size_ahead"
        f" FROM (SELECT p.*, length(p.body) AS size FROM ({sql}) p) w) b"
        f" WHERE size_ahead < %s ORDER BY stored {order}, id {order} LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(bounded, [*parameters, MOST_BYTES, wanted.limit])
        rows = cursor.fetchall()
    has_more = bool(rows) and rows[0][3] > len(rows)
    return Found([bytes(row[2]) for row in rows], [(row[0], row[1]) for row in rows], has_more)


def _keys(store_id: int, wanted: Search, *, pointing: bool) -> list[list[int]]:
    """For every condition the keys of which one must be there."""
    conditions = [
        (wanted.agent, [AGENT, RELATED_AGENT] if wanted.related_agents else [AGENT]),
        (wanted.registration, [REGISTRATION]),
        (wanted.activity, [ACTIVITY, RELATED_ACTIVITY] if wanted.related_activities else [ACTIVITY]),
        (wanted.verb, [VERB]),
    ]
    return [
        [key_of(store_id, through(kind) if pointing else kind, value) for kind in kinds]
        for value, kinds in conditions
        if value
    ]


def _own_keys(store_id: int, client_id: int) -> list[int]:
    """The keys under one of which everything is filed that a client wrote: it is the authority of it all."""
    home, key = Client.objects.values_list("home", "key").get(pk=client_id)
    who = identifier_of({"account": account_of_client(home, key)}) or ""
    return [key_of(store_id, kind, who) for kind in (AGENT, RELATED_AGENT)]


def _sql_of(store_id: int, wanted: Search) -> tuple[str, list[Any]] | None:
    """The search as SQL with its parameters, giving (stored, id, body); None when nothing can match."""
    order = "ASC" if wanted.ascending else "DESC"
    has_conditions = bool(wanted.agent or wanted.verb or wanted.activity or wanted.registration)
    if not has_conditions and wanted.client_id is None:
        bounds, values = _bounds(wanted, "s.stored", "s.id")
        return (
            f"SELECT s.stored, s.id, s.body FROM records_statement s WHERE s.store_id = %s AND NOT s.is_voided{bounds}"
            f" ORDER BY s.stored {order}, s.id {order} LIMIT %s",
            [store_id, *values, wanted.limit + 1],
        )
    # What a client wrote is a condition like the others, so that few statements among millions are found by it; but
    # whoever points at something of others is asked who wrote the statement itself.
    own = [_own_keys(store_id, wanted.client_id)] if wanted.client_id is not None else []
    pieces: list[str] = []
    parameters: list[Any] = []
    for pointing in (False, True) if has_conditions else (False,):
        conditions = _rarest_first([*_keys(store_id, wanted, pointing=pointing), *own])
        if conditions is None:
            continue
        for key in conditions[0]:
            sql, values = _branch(key, conditions[1:], wanted, order)
            pieces.append(f"SELECT * FROM ({sql}) b{len(pieces)}")
            parameters += values
    if not pieces:
        return None
    # UNION and not UNION ALL: a statement may match by itself and by what it points at.
    return (
        f"SELECT f.stored, s.id, s.body FROM ({' UNION '.join(pieces)}) f JOIN records_statement s ON s.id = f.statement"
        f" ORDER BY f.stored {order}, f.statement {order} LIMIT %s",
        [*parameters, wanted.limit + 1],
    )


def _branch(key: int, others: list[list[int]], wanted: Search, order: str) -> tuple[str, list[Any]]:
    """The newest matches under one key; every other condition is looked up by its own key."""
    bounds, values = _bounds(wanted, "r.stored", "r.statement")
    mine, who = _mine(wanted)
    sql = (
        "SELECT r.stored, r.statement FROM records_reference r JOIN records_statement s ON s.id = r.statement"
        f" WHERE r.key = %s AND NOT s.is_voided{bounds}{mine}"
    )
    parameters: list[Any] = [key, *values, *who]
    for keys in others:
        condition = " OR ".join(
            [
                "EXISTS (SELECT 1 FROM records_reference x WHERE x.key = %s AND x.stored = r.stored AND x.statement = r.statement)"
            ]
            * len(keys)
        )
        sql += f" AND ({condition})"
        parameters += keys
    return f"{sql} ORDER BY r.stored {order}, r.statement {order} LIMIT %s", [*parameters, wanted.limit + 1]


def _bounds(wanted: Search, stored: str, row: str) -> tuple[str, list[Any]]:
    sql, values = "", list[Any]()
    if wanted.since is not None:
        sql += f" AND {stored} > %s"
        values.append(wanted.since)
    if wanted.until is not None:
        sql += f" AND {stored} <= %s"
        values.append(wanted.until)
    if wanted.after is not None:
        sign = ">" if wanted.ascending else "<"
        sql += f" AND ({stored}, {row}) {sign} (%s, %s)"
        values += wanted.after
    return sql, values


def _mine(wanted: Search) -> tuple[str, list[Any]]:
    return (" AND s.client_id = %s", [wanted.client_id]) if wanted.client_id is not None else ("", [])


def _rarest_first(conditions: list[list[int]]) -> list[list[int]] | None:
    """The conditions, the one with the fewest statements first; None when one of them matches nothing at all."""
    counts = []
    with connection.cursor() as cursor:
        for keys in conditions:
            condition, values = among("key", keys, "bigint")
            most = FEW if len(conditions) > 1 else 1
            cursor.execute(
                f"SELECT count(*) FROM (SELECT 1 FROM records_reference WHERE {condition} LIMIT {most}) few", values
            )
            counts.append(int(cursor.fetchone()[0]))
    if 0 in counts:
        return None
    return [keys for _, keys in sorted(zip(counts, conditions, strict=True), key=lambda pair: pair[0])]


def consistent_through(store_id: int) -> int:
    """The moment (in microseconds) up to which nothing can appear any more that is not there already."""
    if connection.vendor != "postgresql":
        return _consistent_through_one_writer(store_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (extract(epoch FROM least(clock_timestamp(), min(a.xact_start))) * 1000000)::bigint FROM pg_locks l"
            " JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.classid = %s AND l.objid = %s"
            " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [LOCK_OF_WRITERS, store_id],
        )
        return int(cursor.fetchone()[0])


def _consistent_through_one_writer(store_id: int) -> int:
    """The same on SQLite, where one writes at a time and takes the time at the beginning of its transaction.

    Whoever gets the right to write knows that nobody else is writing: what begins later is stored later. Otherwise somebody
    is writing right now, and only what is there already is certain.
    """
    moment = _now() if connection.in_atomic_block else _moment_without_writers()
    if moment is None:
        moment = Statement.objects.filter(store_id=store_id).aggregate(latest=Max("stored"))["latest"]
    return moment or 0


def _now() -> int:
    return int(clock.now().timestamp() * MICROSECONDS)


def _moment_without_writers() -> int | None:
    """A moment at which nobody writes; None when somebody does. Nobody is waited for."""
    connection.ensure_connection()
    raw = cast("sqlite3.Connection", connection.connection)
    (patience,) = raw.execute("PRAGMA busy_timeout").fetchone()
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        raw.execute("BEGIN IMMEDIATE")
        return _now()
    except sqlite3.OperationalError:
        return None
    finally:
        raw.rollback()
        raw.execute(f"PRAGMA busy_timeout = {int(patience)}")


def definitions_of(store_id: int, activity_ids: Iterable[str]) -> dict[str, Json]:
    """What the store knows of some activities, by id."""
    keys = {key_of(store_id, ACTIVITY, activity): activity for activity in activity_ids}
    rows = Definition.objects.filter(store_id=store_id, key__in=list(keys)).values_list("activity_id", "definition")
    return dict(rows)


def names_of_agent(store_id: int, agent: Json) -> list[str]:
    """The names under which newer statements know an agent, the newest first."""
    identifier = identifier_of(agent)
    names = [str(agent["name"])] if "name" in agent else []
    if identifier is not None:
        for body in search(store_id, Search(agent=identifier, limit=NAMES_SOUGHT_IN)).bodies:
            statement = msgspec.json.decode(body)
            for who in (statement["actor"], statement["object"]):
                if "name" in who and who["name"] not in names and identifier_of(who) == identifier:
                    names.append(who["name"])
    return names


def sizes_of_attachments(store_id: int, digests: Collection[str]) -> dict[str, int]:
    """How many bytes attached files have, by their SHA-2; those never sent are left out."""
    rows = Attachment.objects.filter(store_id=store_id, sha2__in=list(digests))
    return {digest: int(size) for digest, size in rows.values_list("sha2", Length("content"))}


def attachment_of(store_id: int, digest: str) -> bytes:
    """The content of one attached file; empty when it was never sent."""
    row = Attachment.objects.filter(store_id=store_id, sha2=digest).values_list("content", flat=True).first()
    return bytes(row or b"")


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are; ``is_more`` when counting was ended there, because there are more."""

    number: int
    is_more: bool


def count_of_store(store_id: int) -> Count:
    """How many statements a store holds, those taken back included; counted up to a hundred thousand."""
    found = Statement.objects.filter(store_id=store_id)[: MOST_COUNTED + 1].count()
    return Count(min(found, MOST_COUNTED), found > MOST_COUNTED)


def known_ids(store_id: int, statement_ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
    """Which of these statements are there already: their rows and bodies, by id in lower case."""
    condition, values = among("statement_id", [identity(one) for one in statement_ids], "uuid")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT statement_id, id, body FROM records_statement WHERE store_id = %s AND {condition}",
            [store_id, *values],
        )
        return {str(uuid.UUID(str(found))): (row, bytes(body)) for found, row, body in cursor.fetchall()}
