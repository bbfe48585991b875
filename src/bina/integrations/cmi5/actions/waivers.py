"""Waiving a unit: somebody with the right decides that it need not be done, and says why (9.3.7)."""

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.integrations.cmi5 import entries
from bina.integrations.cmi5.actions.courses import require_program
from bina.integrations.cmi5.actions.telling import about_unit, mark, say, settle
from bina.integrations.cmi5.models import AssignableUnit, Registration, Standing
from bina.integrations.cmi5.rules import can_waive, is_reason, waived
from bina.journal.actions import record
from bina.learning.actions import repair_activity
from bina.learning.queries import progress_in
from bina.learning.rules import ProgressState
from bina.records.queries import agency_of_store

if TYPE_CHECKING:
    from bina.learning.models import Activity
    from bina.people.models import User
    from bina.records.queries import Caller


@transaction.atomic
def waive(*, by: "User", registration: Registration, unit: AssignableUnit, activity: "Activity", reason: str) -> None:
    """Waive a unit for a learner; the part of the course is done with it, with the same reason.

    Raises Denied for people who may not correct records, Refused without a reason and when nothing is left to waive.
    """
    enrolment = registration.enrolment
    if enrolment is None:
        raise Refused(_("Registrasi ini bukan milik peserta kursus."))
    progress = progress_in(enrolment, activity)
    # Whoever has begun again from nothing has still done the part.
    can_waive(
        is_waived=False, is_satisfied=progress is not None and progress.state == ProgressState.COMPLETED
    ).require()
    held = _waive(registration, unit, reason)
    repair_activity(by=by, enrolment=enrolment, activity=activity, reason=reason)
    _note(by, held, unit, reason, {"course": enrolment.course.slug, "activity": activity.key,
                                   "employee_id": enrolment.employee_id})  # fmt: skip


@transaction.atomic
def waive_by_program(*, by: "Caller", registration: Registration, unit: AssignableUnit, reason: str) -> None:
    """Waive a unit in a course that a program brought in. Raises Denied without the right, Refused as ``waive``."""
    require_program(by)
    held = _waive(registration, unit, reason)
    _note(None, held, unit, reason, {"client": by.name})


def _waive(registration: Registration, unit: AssignableUnit, reason: str) -> Registration:
    held = Registration.objects.select_for_update().get(pk=registration.pk)
    held.course = unit.course
    if not is_reason(reason):
        raise Refused(_("Tuliskan alasannya, 3 sampai 300 huruf; alasan itu tersimpan bersama pembebasannya."))
    standing, _is_new = Standing.objects.get_or_create(registration=held, unit=unit)
    can_waive(is_waived=standing.is_waived, is_satisfied=standing.satisfied_at is not None).require()
    # A waiver belongs to no launch, so it has a session of its own; so have the blocks that are satisfied by it.
    session_id = uuid.uuid4()
    say(held, waived(about_unit(held, unit, session_id), clock.now(), reason=reason.strip()))
    standing.is_waived = True
    mark(standing)
    standing.save()
    settle(held, session_id)
    return held


def _note(
    by: "User | None", registration: Registration, unit: AssignableUnit, reason: str, data: dict[str, object]
) -> None:
    record(
        entries.CMI5_WAIVED, by=by, kind="cmi5_registration", object_id=registration.public_id, name=unit.title,
        agency_id=agency_of_store(registration.store_id), reason=reason.strip(), data=data,
    )  # fmt: skip
