"""The attempts of the signed-in person, for other programs."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from bina.assessment import queries

router = Router(tags=["assessment"])


class SessionOut(Schema):
    """One attempt: what, why, how it stands; ``score`` (share right) only for the tests of a course."""

    public_id: UUID
    test: str
    purpose: str
    state: str
    started_at: dt.datetime
    deadline_at: dt.datetime
    finished_at: dt.datetime | None
    item_count: int
    score: float | None
    passed: bool | None


@router.get("/sessions", response=list[SessionOut], summary="Own attempts, newest first")
def own_sessions(request: HttpRequest) -> Any:
    """The newest hundred attempts of the account's person."""
    employee = getattr(request.user, "employee", None)
    found = queries.sessions_of(employee)[:100] if employee else ()
    return [
        SessionOut(
            public_id=row.public_id, test=str(row.blueprint), purpose=row.purpose, state=row.state,
            started_at=row.started_at, deadline_at=row.deadline_at, finished_at=row.finished_at,
            item_count=row.item_count, score=row.score if row.blueprint.is_course_test else None, passed=row.passed,
        )
        for row in found
    ]  # fmt: skip
