"""The attempts of the signed-in person, and the surveys that wait for an answer, for other programs."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Router, Schema

from bina.assessment import actions, queries
from bina.foundation.requests import SignedInRequest

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


class SurveyOut(Schema):
    """An open survey that waits for the account's person: what is asked, until when, and what is kept of names."""

    public_id: UUID
    title: str
    mode: str
    promise: str
    closes_on: dt.date | None
    sections: list[dict[str, Any]]
    questions: list[dict[str, Any]]


class SheetIn(Schema):
    """A filled-in sheet. ``response_id`` is made once by the client and sent again with every further attempt."""

    response_id: UUID
    answers: dict[str, Any]


class ReceiptOut(Schema):
    """What became of a sheet: ``counted``, ``repeated`` (the same sheet again) or ``another`` (one was sent before)."""

    receipt: str


@router.get("/surveys", response=list[SurveyOut], summary="Open surveys that wait for an answer")
def waiting_surveys(request: SignedInRequest) -> Any:
    """Everything that a client needs to ask the questions while it has no connection."""
    return [
        SurveyOut(
            public_id=row.survey.public_id, title=row.survey.title, mode=row.survey.mode, promise=row.survey.promise,
            closes_on=row.survey.closes_on, sections=row.survey.instrument.sections,
            questions=row.survey.instrument.questions,
        )
        for row in queries.surveys_waiting_for(request.user)
    ]  # fmt: skip


@router.post("/surveys/{public_id}/sheet", response=ReceiptOut, summary="Send a filled-in survey, once")
def send_sheet(request: SignedInRequest, public_id: UUID, sheet: SheetIn) -> Any:
    """Sending again is safe: an account counts once, and the answer says what became of the sheet."""
    survey = queries.survey_for(request.user, public_id)
    if survey is None:
        raise Http404
    receipt = actions.send_survey(by=request.user, survey=survey, response_id=sheet.response_id, answers=sheet.answers)
    return ReceiptOut(receipt=receipt.value)
