"""Writing the demo in bulk: tuples go straight into the tables, whatever columns are left out get their defaults."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from django.core.management.color import no_style
from django.db import connection, models
from django.db.models import Max
from numpy.typing import NDArray

from bina.demo.chance import Chance
from bina.foundation.bulk import insert_rows

PORTION = 20_000


def stamp(moment: dt.datetime) -> str:
    """A moment as the database in use reads it in a bulk insert."""
    text = moment.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"{text}+00:00" if connection.vendor == "postgresql" else text


def dashed(identity: str) -> str:
    """An identity of 32 hexadecimal digits as URLs and the journal write it."""
    return f"{identity[:8]}-{identity[8:12]}-{identity[12:16]}-{identity[16:20]}-{identity[20:]}"


def as_json(value: object) -> str:
    """JSON text for a JSON column."""
    return json.dumps(value, ensure_ascii=False)


class Ledger:
    """Gives out ids, writes rows and knows which tables were written."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._next: dict[type[models.Model], int] = {}
        self._written: list[type[models.Model]] = []
        self._identified: dict[type[models.Model], int] = {}

    def next_ids(self, model: type[models.Model], count: int) -> range:
        """``count`` fresh ids of a table, in order."""
        if model not in self._next:
            self._next[model] = (model._default_manager.aggregate(most=Max("pk"))["most"] or 0) + 1
        start = self._next[model]
        self._next[model] = start + count
        return range(start, start + count)

    def write(self, model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Insert rows of plain values (numbers, text, ISO dates, ``stamp`` moments, JSON text); returns how many.

        ``columns`` are column names. Missing columns get the model's default; ``public_id`` gets a seeded identity.
        """
        missing = [
            field for field in model._meta.concrete_fields if field.column not in columns and not field.primary_key
        ]
        with_identity = any(field.name == "public_id" for field in missing)
        plain = [field for field in missing if field.name != "public_id"]
        names = (*columns, *(str(field.column) for field in plain), *(["public_id"] if with_identity else []))
        fixed = tuple(self._default(field) for field in plain)
        written = 0
        rows = iter(rows)
        while portion := list(islice(rows, PORTION)):
            if with_identity:
                skip = self._identified.get(model, 0)
                self._identified[model] = skip + len(portion)
                identities = self._chance.identities(f"{model._meta.label}/{skip}", len(portion), skip=skip)
                insert_rows(model, names, ((*row, *fixed, fresh) for row, fresh in zip(portion, identities)))
            else:
                insert_rows(model, names, ((*row, *fixed) for row in portion) if fixed else portion)
            written += len(portion)
        if model not in self._written:
            self._written.append(model)
        return written

    def _default(self, field: models.Field[Any, Any]) -> Any:
        """The value of a column that was left out, as the database reads it."""
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            moment = self._chance.ended
            return stamp(moment) if isinstance(field, models.DateTimeField) else moment.date().isoformat()
        value = field.get_default()
        if isinstance(field, models.JSONField):
            return None if value is None else as_json(value)
        if isinstance(value, dt.datetime):
            return stamp(value)
        return value.isoformat() if isinstance(value, dt.date) else getattr(value, "value", value)

    def write_sorted(
        self, model: type[models.Model], columns: Sequence[str], arrays: Sequence[Sequence[Any] | NDArray[Any]], by: int
    ) -> int:
        """Insert rows given column by column, in the order of column number ``by``; large tables then grow at their end."""
        order = np.argsort(np.asarray(arrays[by]), kind="stable")
        lists = [column if isinstance(column, list) else list(column) for column in arrays]

        def rows() -> Iterator[tuple[Any, ...]]:
            for start in range(0, len(order), PORTION):
                places = order[start : start + PORTION].tolist()
                yield from zip(*([column[place] for place in places] for column in lists), strict=True)

        return self.write(model, columns, rows())

    def finish(self) -> None:
        """Tell the database which ids are taken, so that the next row of everyday work gets a free one."""
        statements = connection.ops.sequence_reset_sql(no_style(), self._written)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
