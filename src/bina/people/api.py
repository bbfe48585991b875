"""The API of people: who am I, where do I work, what may I do."""

import datetime as dt
from typing import TYPE_CHECKING

from ninja import Router, Schema

from bina.foundation import clock
from bina.foundation.requests import SignedInRequest
from bina.people import queries
from bina.people.rules import ROLE_NAMES, Role

if TYPE_CHECKING:
    from bina.people.models import OrgUnit

router = Router(tags=["people"])


class Unit(Schema):
    """A unit in short."""

    public_id: str
    code: str
    name: str


class HeldRole(Schema):
    """A role in force and where it holds; no unit means the whole platform."""

    role: str
    name: str
    unit: Unit | None
    valid_to: dt.date | None


class Me(Schema):
    """The signed-in person. The NIP is masked: whoever needs it has it."""

    display_name: str
    email: str
    employee_public_id: str | None
    employee_number: str | None
    agency: str | None
    unit: Unit | None
    position: str | None
    job_class: str | None
    superior: str | None
    roles: list[HeldRole]


def _unit(unit: "OrgUnit | None") -> Unit | None:
    return Unit(public_id=str(unit.public_id), code=unit.code, name=unit.name) if unit else None


@router.get("/me", response=Me, summary="The signed-in person")
def me(request: SignedInRequest) -> Me:
    """Who is signed in: place, superior and roles in force."""
    user = request.user
    employee = user.employee
    superior = queries.superior_of(employee) if employee and employee.left_on is None else None
    return Me(
        display_name=user.display_name,
        email=user.email,
        employee_public_id=str(employee.public_id) if employee else None,
        employee_number=employee.masked_number if employee else None,
        agency=employee.agency.name if employee else None,
        unit=_unit(employee.unit) if employee else None,
        position=employee.position.title if employee else None,
        job_class=employee.position.job_class_id if employee else None,
        superior=superior.display_name if superior else None,
        roles=[
            HeldRole(
                role=grant.role, name=str(ROLE_NAMES[Role(grant.role)]), unit=_unit(grant.unit), valid_to=grant.valid_to
            )
            for grant in queries.roles_of(user)
            if grant.valid_from <= clock.today()
        ],
    )  # fmt: skip
