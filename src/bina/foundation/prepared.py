"""Questions that are asked on every page, compiled to SQL once instead of every time.

Building and compiling a queryset costs several times what the database needs to answer it. A question whose shape never
changes, only its values, is compiled once per process; afterwards only the values are put in.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

_numbers = count(1)


def _mark(kind: type) -> Any:
    """A value of a kind that no real row has, so that its place in the SQL can be found again."""
    number = next(_numbers)
    if kind is dt.date:
        return dt.date(1, 1, 1) + dt.timedelta(days=number)
    if kind is dt.datetime:
        return dt.datetime(1, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=number)
    return f"\u2063mark-{number}\u2063" if kind is str else -(9_007_000_000_000_000 + number)


def _stored(value: Any) -> Any:
    """A value as the database driver wants it."""
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, dt.date) else value


class PreparedQuery:
    """A ``values_list`` queryset, compiled once; ``rows(…)`` asks it with new values.

    ``build`` receives one mark per value (of the kinds given: int, str, date or datetime) and returns the queryset.
    Conversions of the database (dates, decimals, UUIDs) are applied as Django would. Works on both databases.
    Raises ValueError at first use when a value does not reach the SQL.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *kinds: type) -> None:
        self._build = build
        self._marks = [_mark(kind) for kind in kinds]
        self._plans: dict[str, tuple[str, list[Any], list[tuple[int, int]], Any, dict[int, Any]]] = {}

    def _plan(self) -> tuple[str, list[Any], list[tuple[int, int]], Any, dict[int, Any]]:
        found = self._plans.get(connection.vendor)
        if found is None:
            queryset = self._build(*self._marks)
            compiler = queryset.query.get_compiler(connection=connection)
            sql, parameters = compiler.as_sql()
            # Compared as text: what a driver gets for a date may not be hashable or equal to the date itself.
            marks = {repr(_stored(mark)): index for index, mark in enumerate(self._marks)}
            places = [(place, marks[repr(value)]) for place, value in enumerate(parameters) if repr(value) in marks]
            if len({index for _, index in places}) != len(self._marks):
                raise ValueError("a value of the prepared question does not reach its SQL")
            converters = compiler.get_converters([column[0] for column in compiler.select])
            found = (sql, list(parameters), places, compiler, converters)
            self._plans[connection.vendor] = found
        return found

    def rows(self, *values: Any) -> list[Sequence[Any]]:
        """The answer for these values, as tuples in the order of the ``values_list``."""
        try:
            sql, parameters, places, compiler, converters = self._plan()
        except EmptyResultSet:
            return []
        filled = parameters.copy()
        for place, index in places:
            filled[place] = _stored(values[index])
        with connection.cursor() as cursor:
            cursor.execute(sql, filled)
            found: list[Sequence[Any]] = cursor.fetchall()
        return list(compiler.apply_converters(found, converters)) if converters else found
