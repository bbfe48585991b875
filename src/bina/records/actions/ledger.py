"""The writing itself: one transaction, few commands, the same result on both databases."""

import struct
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.db import connection

from bina.foundation import clock
from bina.records.models import Reference, Statement
from bina.records.queries.sources import LOCK_OF_WRITERS, MICROSECONDS, among, copy_binary

_VOIDED_AND_LENGTH = struct.Struct(">i?i")
if TYPE_CHECKING:
    import psycopg

_NO_CLIENT = struct.pack(">i", -1)
_CLIENT = struct.Struct(">iq")
_HEAD = struct.Struct(">hiqiqi16siq")
_REFERENCE = struct.Struct(">hiqiqiq")


@dataclass(frozen=True, slots=True)
class Line:
    """One statement about to be written."""

    row: int
    statement_id: uuid.UUID
    body: bytes
    keys: Sequence[int]


def open_ledger(store_id: int, count: int, *, alone: bool) -> tuple[int, list[int]]:
    """Begin to write ``count`` statements in the running transaction: the time (microseconds) and the rows to use.

    ``alone`` waits until nobody else writes into this store, and keeps others waiting until the transaction ends.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
            cursor.execute(
                f"SELECT {lock}(%s, %s), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,"
                " ARRAY(SELECT nextval('records_statement_id_seq') FROM generate_series(1, %s))",
                [LOCK_OF_WRITERS, store_id, count],
            )
            _, stored, rows = cursor.fetchone()
            return int(stored), rows
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM records_statement")
        last = int(cursor.fetchone()[0])
        return int(clock.now().timestamp() * MICROSECONDS), list(range(last + 1, last + count + 1))


def write_lines(store_id: int, client_id: int | None, stored: int, lines: Sequence[Line]) -> None:
    """Write statements and what they can be found by. Raises IntegrityError when another writer was first with an id."""
    if connection.vendor == "postgresql":
        who = _NO_CLIENT if client_id is None else _CLIENT.pack(8, client_id)
        statements = [
            _HEAD.pack(7, 8, line.row, 8, store_id, 16, line.statement_id.bytes, 8, stored)
            + who
            + _VOIDED_AND_LENGTH.pack(1, False, len(line.body))
            + line.body
            # In the order of ids, so that two writers with the same statements wait for each other and never in a circle.
            for line in sorted(lines, key=_id_of)
        ]
        copy_binary("records_statement", "id, store_id, statement_id, stored, client_id, is_voided, body", statements)
        add_references(stored, [(key, line.row) for line in lines for key in line.keys])
        return
    Statement.objects.bulk_create(
        Statement(
            id=line.row,
            store_id=store_id,
            statement_id=line.statement_id,
            stored=stored,
            client_id=client_id,
            body=line.body,
        )
        for line in lines
    )
    add_references(stored, [(key, line.row) for line in lines for key in line.keys])


_LOCK = "SELECT pg_advisory_xact_lock_shared(%s, %s)"
_AT_ONCE = """
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS at),
words AS MATERIALIZED (
  SELECT (extract(epoch FROM at) * 1000000)::bigint AS stored,
         to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS written FROM moment),
line AS (
  INSERT INTO records_statement (store_id, statement_id, stored, client_id, is_voided, body)
  SELECT %s::bigint, %s::uuid, stored, %s::bigint, false,
         %s::bytea || CASE WHEN %s::boolean THEN ''::bytea ELSE convert_to(',"timestamp":"' || written || '"', 'UTF8') END
         || convert_to(',"stored":"' || written || '"', 'UTF8') || %s::bytea FROM words
  ON CONFLICT (store_id, statement_id) DO NOTHING RETURNING id, stored),
filed AS (
  INSERT INTO records_reference (key, stored, statement) SELECT key, stored, id FROM line, unnest(%s::bigint[]) AS key)
SELECT id FROM line
"""
_WAITING = "SELECT 1 FROM records_reference WHERE key = %s LIMIT 1"


def can_write_at_once() -> bool:
    """Whether the database takes a whole statement in one command."""
    return connection.vendor == "postgresql"


def write_at_once(
    store_id: int, client_id: int | None, statement_id: uuid.UUID, head: bytes, tail: bytes, *, has_timestamp: bool,
    keys: Collection[int], waiting_key: int,
) -> tuple[int | None, bool]:  # fmt: skip
    """Write one statement in one round trip: its row, None when the id is taken, and whether somebody points at it.

    The lock, the statement and the question who waits for it go to PostgreSQL as one pipeline, which is one transaction.
    """
    import psycopg

    connection.ensure_connection()
    raw = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection)
    with (
        connection.wrap_database_errors,
        raw.pipeline(),
        psycopg.Cursor(raw) as lock,
        psycopg.Cursor(raw) as line,
        psycopg.Cursor(raw) as waiting,
    ):
        lock.execute(_LOCK, [LOCK_OF_WRITERS, store_id], prepare=True)
        line.execute(_AT_ONCE, [store_id, statement_id, client_id, head, has_timestamp, tail, list(keys)], prepare=True)
        waiting.execute(_WAITING, [waiting_key], prepare=True)
        row = line.fetchone()
        return (row[0] if row else None), waiting.fetchone() is not None


def _id_of(line: Line) -> bytes:
    return line.statement_id.bytes


def add_references(stored: int, references: Sequence[tuple[int, int]]) -> None:
    """File statements, (key, row) each, that were all stored at one moment."""
    if connection.vendor == "postgresql":
        pack = _REFERENCE.pack
        copy_binary(
            "records_reference",
            "key, stored, statement",
            [pack(3, 8, key, 8, stored, 8, row) for key, row in sorted(references)],
        )
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO records_reference (key, stored, statement) VALUES (%s, %s, %s)",
            [(key, stored, row) for key, row in references],
        )


def rows_pointing_at(keys: Sequence[int]) -> list[int]:
    """Statements that wait for others: those filed under any of these target keys."""
    condition, values = among("key", keys, "bigint")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT statement FROM records_reference WHERE {condition}", values)
        return [int(row) for (row,) in cursor.fetchall()]


def file_again(references: Sequence[tuple[int, int, int]]) -> None:
    """File statements under further keys, (key, stored, row) each; what is there already stays."""
    if not references:
        return
    Reference.objects.bulk_create(
        (Reference(key=key, stored=stored, statement=row) for key, stored, row in references), ignore_conflicts=True
    )
