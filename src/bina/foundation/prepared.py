"""Questions that are asked on every page, compiled to SQL once instead of every time.

Building and compiling a queryset costs several times what the database needs to answer it. A question whose shape never
changes, only its values, is compiled once per process; afterwards only the values are put in.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Model, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row", bound=Model)
Element = TypeVar("Element")
_numbers = count(1)


def groups_of(size: int, values: Sequence[Element]) -> Iterator[tuple[Element, ...]]:
    """The values in groups of exactly ``size``, the last one filled up with its last value: a list for a question that
    was compiled for so many. Nothing for no values."""
    for start in range(0, len(values), size):
        group = tuple(values[start : start + size])
        yield group + group[-1:] * (size - len(group))


def hex_of(public_id: UUID | str) -> str:
    """A public identity as both databases take it from a text parameter; raises ValueError for nonsense."""
    return UUID(str(public_id)).hex


def as_identity(text: str) -> Value:
    """A text put beside a UUID column without being read as one first, so that a mark can take its place; the question is
    then asked with ``hex_of`` an identity."""
    return Value(text, output_field=CharField())


def _mark(kind: type) -> Any:
    """A value of a kind that no real row has, so that its place in the SQL can be found again."""
    number = next(_numbers)
    if kind is dt.date:
        return dt.date(1, 1, 1) + dt.timedelta(days=number)
    if kind is dt.datetime:
        return dt.datetime(1, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=number)
    return f"\u2063mark-{number}\u2063" if kind is str else -(9_007_000_000_000_000 + number)


def _stored(value: Any, database: BaseDatabaseWrapper) -> Any:
    """A value as the database driver wants it."""
    if isinstance(value, dt.datetime):
        return database.ops.adapt_datetimefield_value(value)
    return database.ops.adapt_datefield_value(value) if isinstance(value, dt.date) else value


@dataclass(frozen=True, slots=True)
class _Plan:
    """A question compiled for one kind of database: ``places`` says which parameter takes which value."""

    sql: str
    own_sql: str
    parameters: list[Any]
    places: list[tuple[int, int]]
    compiler: SQLCompiler
    converters: dict[int, Any]


class PreparedQuery:
    """A ``values_list`` queryset, compiled once; ``rows(…)`` asks it with new values.

    ``build`` receives one mark per value (of the kinds given: int, str, date or datetime) and returns the queryset.
    Conversions of the database (dates, decimals, UUIDs) are applied as Django would. Works on both databases; PostgreSQL
    keeps its plan from one request to the next. Raises ValueError at first use when a value does not reach the SQL or when no
    value could ever be found (a value for a small integer column cannot be prepared).
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *kinds: type) -> None:
        self._build = build
        self._marks = [_mark(kind) for kind in kinds]
        self._plans: dict[str, _Plan] = {}

    def _plan(self, database: BaseDatabaseWrapper) -> _Plan:
        found = self._plans.get(database.vendor)
        if found is None:
            queryset = self._build(*self._marks)
            compiler = queryset.query.get_compiler(connection=database)
            try:
                sql, parameters = compiler.as_sql()
            except EmptyResultSet as error:
                # A small integer column compared with a mark, for one: Django knows that it cannot hold such a number.
                raise ValueError("the prepared question can never have an answer") from error
            # Compared as text: what a driver gets for a date may not be hashable or equal to the date itself.
            marks = {repr(_stored(mark, database)): index for index, mark in enumerate(self._marks)}
            places = [(place, marks[repr(value)]) for place, value in enumerate(parameters) if repr(value) in marks]
            if len({index for _, index in places}) != len(self._marks):
                raise ValueError("a value of the prepared question does not reach its SQL")
            converters = compiler.get_converters([column[0] for column in compiler.select])
            own_sql = sql % (("?",) * len(parameters)) if database.vendor == "sqlite" else sql
            found = self._plans[database.vendor] = _Plan(sql, own_sql, list(parameters), places, compiler, converters)
        return found

    def rows(self, *values: Any) -> list[Sequence[Any]]:
        """The answer for these values, as tuples in the order of the ``values_list``."""
        # The connection itself: each look through Django's proxy costs as much as a small question.
        database = connections[DEFAULT_DB_ALIAS]
        plan = self._plan(database)
        filled = plan.parameters.copy()
        for place, index in plan.places:
            filled[place] = _stored(values[index], database)
        found = _answer(plan, filled, database)
        return list(plan.compiler.apply_converters(found, plan.converters)) if plan.converters else found


def _answer(plan: _Plan, parameters: list[Any], database: BaseDatabaseWrapper) -> list[Sequence[Any]]:
    """Ask the driver itself: Django's cursors look through every statement anew, and psycopg's fill values into the text,
    so that PostgreSQL must read and plan it each time. Whoever listens to statements gets them through Django."""
    if database.execute_wrappers or database.queries_logged:
        with database.cursor() as listened:
            listened.execute(plan.sql, parameters)
            heard: list[Sequence[Any]] = listened.fetchall()
            return heard
    database.ensure_connection()
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        if database.vendor == "sqlite":
            answer: list[Sequence[Any]] = database.connection.execute(plan.own_sql, parameters).fetchall()
            return answer
        import psycopg

        with psycopg.Cursor(database.connection) as cursor:
            return cursor.execute(plan.sql, parameters, prepare=True).fetchall()


class PreparedRows(Generic[Row]):
    """A question about rows of one model with related rows beside it, compiled once; the answers are model instances.

    ``build`` gives the queryset for marks of the ``kinds``. ``related`` names chains of foreign keys, the shorter before
    the longer, each with the columns to leave out. ``annotated`` names annotations that become attributes of the row.
    """

    def __init__(
        self,
        model: type[Row],
        build: Callable[..., QuerySet[Row]],
        *kinds: type,
        related: Mapping[str, tuple[str, ...]] | None = None,
        annotated: tuple[str, ...] = (),
    ) -> None:
        self._model = model
        self._build = build
        self._related = related or {}
        self._annotated = annotated
        self._query = PreparedQuery(self._values, *kinds)

    @cached_property
    def _parts(self) -> list[tuple[str, type[Model], list[str], int]]:
        """Every column wanted, as (path, model, names, place of the key among them)."""
        found = []
        for path, left_out in (("", ()), *self._related.items()):
            model: Any = self._model
            for step in filter(None, path.split("__")):
                model = model._meta.get_field(step).related_model
            names = [field.attname for field in model._meta.concrete_fields if field.attname not in left_out]
            found.append((path, model, names, names.index(model._meta.pk.attname)))
        return found

    def _values(self, *marks: Any) -> QuerySet[Row, Any]:
        names = [f"{path}__{name}" if path else name for path, _model, columns, _key in self._parts for name in columns]
        return self._build(*marks).values_list(*names, *self._annotated)

    def rows(self, *values: Any) -> list[Row]:
        """The rows for these values, related rows attached."""
        return [self._row(columns) for columns in self._query.rows(*values)]

    def first(self, *values: Any) -> Row | None:
        """The first of them."""
        found = self.rows(*values)
        return found[0] if found else None

    def _row(self, columns: Sequence[Any]) -> Row:
        rows: dict[str, Any] = {}
        start = 0
        for path, model, names, key in self._parts:
            part = columns[start : start + len(names)]
            start += len(names)
            rows[path] = None if part[key] is None else model.from_db("default", names, part)
            if path:
                owner, _, name = path.rpartition("__")
                if rows[owner] is not None:
                    rows[owner]._state.fields_cache[name] = rows[path]
        row: Row = rows[""]
        for name, value in zip(self._annotated, columns[start:], strict=True):
            setattr(row, name, value)
        return row
