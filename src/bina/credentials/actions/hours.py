"""Writing the ledger: every hour once, by the rule of the day."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from bina.credentials import entries
from bina.credentials.models import LearningHours
from bina.credentials.queries import HOURS_SUMS, may_repair_hours_of, rule_in_force
from bina.credentials.rules import Conversion, Reach, can_count, can_void, cap_window, counted_hours
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.journal.actions import record
from bina.people.actions import note_person_changed
from bina.people.queries import employees

if TYPE_CHECKING:
    from bina.people.models import Employee, User


@transaction.atomic
def record_hours(
    *,
    by: "User | None",
    employee: "Employee",
    form_code: str,
    title: str,
    quantity: Decimal | int,
    completed_on: dt.date,
    origin_kind: str,
    origin_id: object,
    reach: str = Reach.NATIONAL.value,
    organiser: str = "",
    started_on: dt.date | None = None,
    happened_at: dt.datetime | None = None,
) -> LearningHours:
    """Write what one origin earned: ``quantity`` in the form's own unit (programme JP, days, sessions).

    Repeating the call for the same origin returns the row that is there, so a job may run twice. What was voided after
    ``happened_at`` stays voided; a later happening of the same origin earns again. Raises Refused for an unknown form, a
    form without a value, a quantity or dates that make no sense.
    """
    # One writer per person at a time: caps and origins are counted without a race.
    employees().select_for_update().filter(pk=employee.pk).first()
    known = LearningHours.objects.filter(origin_kind=origin_kind, origin_id=str(origin_id)).order_by("-id").first()
    if known and (known.voided_at is None or happened_at is None or known.voided_at >= happened_at):
        return known
    rule = rule_in_force(form_code, employee.agency_id, completed_on)
    if rule is None:
        raise Refused(_("Bentuk pengembangan “%(code)s” belum dikenal pada tanggal itu.") % {"code": form_code})
    conversion, amount, wide = rule.conversion, Decimal(quantity), Reach(reach)
    today = clock.today(employee.agency.time_zone)
    can_count(conversion, wide, amount, started_on=started_on, completed_on=completed_on, today=today).require()
    already = _already_counted(employee.pk, form_code, conversion, completed_on)
    row = LearningHours.objects.create(
        employee=employee,
        form_code=form_code,
        title=title[:200],
        organiser=organiser[:200],
        reach=wide.value,
        quantity=amount,
        hours=counted_hours(conversion, wide, amount, already=already),
        started_on=started_on,
        completed_on=completed_on,
        year=completed_on.year,
        origin_kind=origin_kind,
        origin_id=str(origin_id),
        rule=rule,
        rule_snapshot={
            **conversion.as_snapshot(), "name": rule.name, "name_en": rule.name_en, "legal_basis": rule.legal_basis,
        },
        recorded_at=clock.now(),
    )  # fmt: skip
    note_person_changed(employee.pk, HOURS_SUMS)
    record(
        entries.HOURS_RECORDED,
        by=by,
        kind="learning_hours",
        object_id=row.public_id,
        name=row.title,
        agency_id=employee.agency_id,
        data={"employee_id": employee.pk, "form": form_code, "hours": str(row.hours), "year": row.year},
    )
    return row


def _already_counted(
    employee_id: int, form_code: str, conversion: Conversion, day: dt.date, before: LearningHours | None = None
) -> Decimal:
    """Units of a form that count in the cap's period; with ``before``, as it was when that row was written."""
    window = cap_window(conversion.cap_period, day)
    if conversion.cap_quantity is None or window is None:
        return Decimal(0)
    rows = LearningHours.objects.filter(employee_id=employee_id, form_code=form_code, completed_on__range=window)
    if before is None:
        rows = rows.filter(voided_at=None)
    else:
        rows = rows.filter(Q(voided_at=None) | Q(voided_at__gt=before.recorded_at), pk__lt=before.pk)
    return rows.aggregate(units=Sum("quantity"))["units"] or Decimal(0)


def recompute_hours(employee: "Employee", year: int) -> Decimal:
    """The hours of a year counted anew, each row by the rule kept with it: always the figure of the ledger, whatever the
    rules say today. Reads only; a difference would mean a damaged ledger."""
    total = Decimal(0)
    rows = LearningHours.objects.filter(employee=employee, year=year, voided_at=None).order_by("id")
    for row in rows:
        already = _already_counted(employee.pk, row.form_code, row.conversion, row.completed_on, before=row)
        total += counted_hours(row.conversion, Reach(row.reach), row.quantity, already=already)
    return total


@transaction.atomic
def void_hours(*, by: "User | None", row: LearningHours, reason: str) -> None:
    """Take a row out of the count with a reason that stays readable; ``by`` None is the house itself."""
    row = LearningHours.objects.select_for_update(of=("self",)).select_related("employee__unit").get(pk=row.pk)
    if by is not None:
        may_repair_hours_of(by, row.employee).require()
    can_void(row.voided_at is not None, reason).require()
    row.voided_at = clock.now()
    row.voided_reason = reason.strip()[:300]
    row.save(update_fields=["voided_at", "voided_reason"])
    note_person_changed(row.employee_id, HOURS_SUMS)
    record(
        entries.HOURS_VOIDED,
        by=by,
        kind="learning_hours",
        object_id=row.public_id,
        name=row.title,
        agency_id=row.employee.agency_id,
        reason=row.voided_reason,
        data={"employee_id": row.employee_id, "form": row.form_code, "hours": str(row.hours), "year": row.year},
    )
