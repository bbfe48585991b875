"""Conditions of questions: a tree's branch that both databases answer from their index, and the one that leaves nothing out."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Lookup, Q
from django.db.models.sql.compiler import SQLCompiler

# Every row. An empty Q() means the same only where it stands alone: beside others it is dropped, so that ``Q() | x`` asks for x.
EVERY_ROW = ~Q(pk__in=())


@CharField.register_lookup
class Subtree(Lookup[Any]):
    """``path__subtree=p``: the node at path ``p`` and everything below it, for paths of digits and capital letters.

    ``startswith`` asks the same, but SQLite compares it without regard to case and therefore cannot use the index of
    the paths; ``GLOB`` can. PostgreSQL has an index for patterns.
    """

    lookup_name = "subtree"

    def get_prep_lookup(self) -> str:
        """The path itself; a pattern's own signs have no place in it."""
        path = str(self.rhs)
        if path and not path.isalnum():
            raise ValueError(f"not a path of a tree: {path!r}")
        return path

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        """Ask by pattern."""
        column, parameters = self.process_lhs(compiler, connection)
        operator, anything = ("GLOB", "*") if connection.vendor == "sqlite" else ("LIKE", "%")
        return f"{column} {operator} %s", (*parameters, f"{self.rhs}{anything}")
