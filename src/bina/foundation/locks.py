"""Holding rows until a transaction ends."""

from typing import Any

from django.db.models import QuerySet


def hold(rows: QuerySet[Any]) -> None:
    """Hold rows until the transaction ends, in the order of their keys, so that two who hold several never wait for each other.

    What they hold and point to is read afterwards. A lock and a join in one question would, on PostgreSQL, bring back a row
    that somebody changed meanwhile together with what it pointed to before.
    """
    list(rows.order_by("pk").only("pk").select_for_update(of=("self",)))
