"""The bank that a page works in."""

from typing import TYPE_CHECKING

from django.http import Http404

from bina.assessment import actions, queries

if TYPE_CHECKING:
    from bina.assessment.models import ItemBank
    from bina.people.models import User


def bank_for(user: "User", code: str) -> "ItemBank":
    """A bank that the account may change; the agency's own is opened when it is first needed."""
    if code not in dict(queries.bank_choices(user)):
        raise Http404
    employee = user.employee
    if employee and code == queries.own_bank_code(employee.agency):
        return actions.own_bank(by=user, agency=employee.agency)
    return next(bank for bank in queries.banks_managed_by(user) if bank.code == code)
