"""More time for those who need it, given by the keepers of staff records and never told to anybody else."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.models import TimeAllowance
from bina.assessment.queries.sessions import may_cancel_for
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied
from bina.journal.actions import record

if TYPE_CHECKING:
    from bina.people.models import Employee, User


@transaction.atomic
def give_time_allowance(*, by: "User", employee: "Employee", factor: str, reason: str) -> None:
    """Give a person more time for every test begun from now on; an empty factor takes it back.

    The reason tells of somebody's health: it stays beside the allowance and never enters the journal, which more people read.

    Raises Denied for anybody who does not keep this person's records and for oneself, Refused without a reason or for an unknown factor.
    """
    if by.employee_id == employee.pk:
        denied(_("Tambahan waktu untuk Anda sendiri diberikan pengelola kepegawaian lain.")).require()
    if not may_cancel_for(by, employee):
        denied(_("Hanya pengelola kepegawaian yang dapat memberi tambahan waktu.")).require()
    if not reason.strip():
        raise Refused(_("Tuliskan alasannya, misalnya kebutuhan pembaca layar. Yang membacanya hanya pengelola."))
    if factor and factor not in TimeAllowance.Factor.values:
        raise Refused(_("Tambahan waktu ini tidak dikenal."))
    if factor:
        TimeAllowance.objects.update_or_create(
            employee=employee, defaults={"factor": factor, "reason": reason.strip()[:300], "given_at": clock.now()}
        )
    else:
        TimeAllowance.objects.filter(employee=employee).delete()
    record(
        entries.TIME_ALLOWED, by=by, kind="employee", object_id=employee.public_id, name=employee.full_name,
        agency_id=employee.agency_id, data={"factor": factor},
    )  # fmt: skip
