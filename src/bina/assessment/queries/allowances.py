"""Who has more time for tests."""

from math import ceil
from typing import TYPE_CHECKING

from bina.assessment.models import TimeAllowance

if TYPE_CHECKING:
    from bina.people.models import Employee


def time_allowance_of(employee: "Employee") -> TimeAllowance | None:
    """The more time that a person was given, for the person and for those who keep the staff records."""
    return TimeAllowance.objects.filter(employee=employee).first()


def minutes_for(employee: "Employee", minutes: int) -> int:
    """A time limit as it holds for one person, in whole minutes, never less than was given."""
    allowance = time_allowance_of(employee)
    return ceil(minutes * allowance.times) if allowance else minutes
