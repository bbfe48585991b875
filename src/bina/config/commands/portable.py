"""The database table by table as lines of JSON: a form that SQLite and PostgreSQL both read, for moving between them."""

import base64
import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.apps.registry import Apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from bina.foundation.bulk import insert_rows

PORTION = 5_000


def known_migrations() -> set[tuple[str, str]]:
    """Every migration that this version knows."""
    return set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def tables(known: Apps = apps) -> list[type[models.Model]]:
    """Every table of the house, many-to-many tables included, each once."""
    found: dict[str, type[models.Model]] = {}
    for model in known.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            found.setdefault(model._meta.db_table, model)
    return [found[name] for name in sorted(found)]


def _present_tables() -> list[type[models.Model]]:
    """The tables as the database has them now, which before an upgrade is not as the program would have them."""
    loader = MigrationLoader(connection)
    applied = [node for node in loader.graph.nodes if node in loader.applied_migrations]
    if len(applied) == len(loader.graph.nodes):
        return tables()
    return tables(loader.project_state(applied).apps)


def write_tables(target: Path) -> None:
    """Write all rows as of one moment: a line names a table and its columns, the lines after it are its rows."""
    with target.open("w", encoding="utf-8") as stream, transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for model in _present_tables():
            names = [field.attname for field in model._meta.concrete_fields]
            stream.write(json.dumps({"table": model._meta.db_table, "columns": names}) + "\n")
            rows = model._base_manager.order_by("pk").values_list(*names)
            for row in rows.iterator(chunk_size=PORTION):
                stream.write(json.dumps(row, default=_plain, ensure_ascii=False, separators=(",", ":")) + "\n")


def _plain(value: object) -> str:
    """Moments (to the microsecond), dates, decimals, identities, bytes (base 64) as text; raises TypeError for others."""
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(value).decode("ascii")  # what a binary field reads back
    raise TypeError(f"{type(value).__name__} cannot be written into a portable backup")


def read_tables(source: Path) -> None:
    """Replace the rows of every table with those of a file, in one transaction. The tables must be of the same version."""
    by_name = {model._meta.db_table: model for model in tables()}
    with connection.constraint_checks_disabled(), transaction.atomic():
        _empty(list(by_name.values()))
        for table, columns, rows in _parts(source):
            model = by_name[table]
            fields = {field.attname: field for field in model._meta.concrete_fields}
            chosen = [fields[name] for name in columns]
            convert = [_reader(field) for field in chosen]
            insert_rows(
                model,
                [str(field.column) for field in chosen],
                ([read(value) for read, value in zip(convert, row, strict=True)] for row in rows),
            )
        connection.check_constraints()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(by_name.values())):
                cursor.execute(statement)


def _empty(models_: list[type[models.Model]]) -> None:
    with connection.cursor() as cursor:
        names = [connection.ops.quote_name(model._meta.db_table) for model in models_]
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(names)} CASCADE")
        else:
            for name in names:
                cursor.execute(f"DELETE FROM {name}")  # noqa: S608  names of our own tables


def _parts(source: Path) -> Iterator[tuple[str, list[str], list[list[Any]]]]:
    """(table, columns, some rows) again and again."""
    table = ""
    columns: list[str] = []
    rows: list[list[Any]] = []
    with source.open(encoding="utf-8") as stream:
        for line in stream:
            value = json.loads(line)
            if isinstance(value, dict):
                if rows:
                    yield table, columns, rows
                table, columns, rows = value["table"], value["columns"], []
            else:
                rows.append(value)
                if len(rows) >= PORTION:
                    yield table, columns, rows
                    rows = []
    if rows:
        yield table, columns, rows


def _reader(field: models.Field[Any, Any]) -> Any:
    """Turns a JSON value into what the database in use takes for this column."""
    if isinstance(field, models.JSONField):
        return lambda value: None if value is None else json.dumps(value, ensure_ascii=False)

    target = field.target_field if isinstance(field, models.ForeignKey) else field

    def read(value: Any) -> Any:
        return None if value is None else target.get_db_prep_save(target.to_python(value), connection)

    return read
