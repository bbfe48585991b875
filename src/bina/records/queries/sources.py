"""Small SQL that differs between the two databases."""

import struct
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection

MICROSECONDS = 1_000_000
# The lock that writers of one store share, and that a statement pointing at another one takes for itself.
LOCK_OF_WRITERS = 7_121


def among(column: str, values: Sequence[Any], kind: str) -> tuple[str, list[Any]]:
    """“column is one of the values” with its parameters; ``kind`` is the PostgreSQL type of the column."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s::{kind}[])", [list(values)]
    return f"{column} IN ({', '.join(['%s'] * len(values))})", list(values)


def identity(statement_id: uuid.UUID | str) -> str:
    """A statement's id as the database takes it in plain SQL."""
    one = statement_id if isinstance(statement_id, uuid.UUID) else uuid.UUID(statement_id)
    return str(one) if connection.vendor == "postgresql" else one.hex


def copy_binary(table: str, columns: str, rows: Sequence[bytes]) -> None:
    """Write rows that are already in PostgreSQL's binary form: several times quicker than to write them as text."""
    # Django wraps the errors of its own calls only, not those that a copy raises at its end.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(b"PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00" + b"".join(rows) + struct.pack(">h", -1))
