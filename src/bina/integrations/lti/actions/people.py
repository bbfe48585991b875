"""Giving people the names by which tools know them."""

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bina.integrations.lti.models import Tool, ToolPerson

if TYPE_CHECKING:
    from bina.people.models import Employee, User


def _new_subject() -> str:
    return secrets.token_urlsafe(18)


def subject_of(tool: Tool, user: "User") -> str:
    """The name by which a tool knows an account: that of its employee, else one of its own."""
    who = {"employee_id": user.employee_id} if user.employee_id else {"user": user}
    row, _is_new = ToolPerson.objects.get_or_create(tool=tool, **who, defaults={"subject": _new_subject()})
    return row.subject


def name_people(tool: Tool, people: "Iterable[Employee]") -> None:
    """Give those a name who have none in this tool; two requests at once give them one and the same."""
    ToolPerson.objects.bulk_create(
        (ToolPerson(tool=tool, employee=person, subject=_new_subject()) for person in people), ignore_conflicts=True
    )
