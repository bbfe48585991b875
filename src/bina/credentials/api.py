"""Hours of the signed-in person, and the public check of a certificate, for other programs."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.errors import HttpError

from bina.credentials import actions, queries
from bina.credentials.rules import STATE_NAMES
from bina.foundation import clock
from bina.foundation.errors import Refused

router = Router(tags=["credentials"])


class HoursRowOut(Schema):
    """One row of the ledger."""

    title: str
    form: str
    completed_on: str
    hours: float
    calculation: str
    legal_basis: str


class HoursOut(Schema):
    """A year against a yearly floor, or a contract against its ceiling."""

    year: int
    earned: float
    floor: float | None
    ceiling: float | None
    missing: float
    legal_basis: str
    rows: list[HoursRowOut]


@router.get("/hours", response=HoursOut, summary="Own learning hours of a year")
def own_hours(request: HttpRequest, year: int | None = None) -> Any:
    """The standing and every row of the year that counts."""
    employee = getattr(request.user, "employee", None)
    if employee is None:
        raise HttpError(404, "This account belongs to no employee.")
    if year is not None and not 2000 <= year <= 2100:
        raise HttpError(422, "The year is out of range.")
    standing = queries.hours_of(employee, year)
    return HoursOut(
        year=standing.year,
        earned=float(standing.earned),
        floor=None if standing.floor is None else float(standing.floor),
        ceiling=None if standing.ceiling is None else float(standing.ceiling),
        missing=float(standing.missing),
        legal_basis=standing.legal_basis,
        rows=[
            HoursRowOut(
                title=row.title, form=row.form_code, completed_on=row.completed_on.isoformat(), hours=float(row.hours),
                calculation=row.calculation, legal_basis=row.legal_basis,
            )
            for row in queries.rows_of(employee, standing.year).filter(voided_at=None)
        ],
    )  # fmt: skip


class VerifiedOut(Schema):
    """What the public page shows, and nothing more."""

    name: str
    programme: str
    level: str
    hours: float
    started_on: str | None
    completed_on: str
    issuer: str
    number: str
    issued_on: str
    state: str
    state_name: str
    revoked_on: str | None


@router.get("/verify/{code}", response=VerifiedOut, auth=None, summary="Check a certificate by its code (public)")
def verify(request: HttpRequest, code: str) -> Any:
    """The content of a certificate for anybody who holds its code."""
    try:
        found = actions.look_up_code(code, address=request.META.get("REMOTE_ADDR", ""))
    except Refused as refusal:
        raise HttpError(429, str(refusal)) from refusal
    if found is None:
        raise HttpError(404, "No certificate has this code.")
    printed = found.printed
    return VerifiedOut(
        name=printed["name"],
        programme=printed["programme"],
        level=printed["level"],
        hours=float(found.hours),
        started_on=printed["started_on"],
        completed_on=printed["completed_on"],
        issuer=printed["organiser"],
        number=found.number,
        issued_on=printed["issued_on"],
        state=found.state.value,
        state_name=str(STATE_NAMES[found.state]),
        revoked_on=clock.day_of(found.revoked_at).isoformat() if found.revoked_at else None,
    )
