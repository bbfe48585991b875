"""Which parts of the page of measuring concern a person at all: one question before many."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists

from bina.assessment.models import Panelist, Participant, RoundRater, RubricScore, TaskAssignment, WorkProduct
from bina.foundation.prepared import PreparedQuery
from bina.people.queries import employees

if TYPE_CHECKING:
    from bina.people.models import Employee


@dataclass(frozen=True, slots=True)
class Concerns:
    """Whether a person was ever part of something; whether anything of it is still open, the parts themselves say."""

    windows: bool
    rounds: bool
    tasks: bool
    scoring: bool
    products: bool
    panels: bool


_concerns = PreparedQuery(
    lambda employee: (
        employees()
        .filter(pk=employee)
        .order_by()
        .values_list(
            Exists(Participant.objects.filter(employee_id=employee).order_by()),
            Exists(RoundRater.objects.filter(rater_id=employee).order_by()),
            Exists(TaskAssignment.objects.filter(employee_id=employee).order_by()),
            Exists(RubricScore.objects.filter(assessor_id=employee).order_by()),
            Exists(WorkProduct.objects.filter(employee_id=employee).order_by()),
            Exists(Panelist.objects.filter(employee_id=employee).order_by()),
        )
    ),
    int,
)


def concerns_of(employee: "Employee") -> Concerns:
    """What a person has to do with. One compiled query."""
    return Concerns(*map(bool, _concerns.rows(employee.pk)[0]))
