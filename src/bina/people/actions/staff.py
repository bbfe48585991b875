"""People on file: added, corrected, leaving and coming back; every change keeps the history true."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.locks import hold
from bina.journal.actions import record
from bina.people import entries
from bina.people.actions.authority import require_permission
from bina.people.actions.sums import note_units_changed
from bina.people.models import ACTIVE_STATUSES, Assignment, Employee, Invitation, Position, RoleGrant, User
from bina.people.rules import NumberError, Permission, number_conflicts, read_employee_number

if TYPE_CHECKING:
    from bina.journal.registry import Verb

CHANGEABLE = frozenset(
    {
        "employee_number", "full_name", "title_prefix", "title_suffix", "sex", "birth_date", "employment_type",
        "legal_status", "grade", "education", "email", "phone", "contract_from", "contract_to",
    }
)  # fmt: skip
# Facts of office whose values may stand in the journal; personal data appear there by field name only.
OPEN_FACTS = frozenset({"employment_type", "legal_status", "grade", "contract_from", "contract_to"})


@transaction.atomic
def add_employee(
    *,
    by: User | None,
    position: Position,
    full_name: str,
    employment_type: str,
    employee_number: str | None = None,
    sex: str = "",
    birth_date: dt.date | None = None,
    starts_on: dt.date | None = None,
    **others: Any,
) -> Employee:
    """Put a person on file in a position, which gives unit and agency. Sex and birth date may come from the number.

    ``others`` are further changeable fields (grade, email, …). Raises Denied without the right; Refused with a sentence
    when the number is wrong, taken, or says something else than the data.
    """
    unit = position.unit
    require_permission(by, Permission.MANAGE_STAFF, unit.path)
    starts_on = starts_on or clock.today(unit.agency.time_zone)
    employee = Employee(
        agency=unit.agency, unit=unit, position=position, full_name=full_name, employment_type=employment_type,
        employee_number=employee_number or None, sex=sex, birth_date=birth_date, **_known(others),
    )  # fmt: skip
    _check(employee)
    employee.save()
    Assignment.objects.create(employee=employee, position=position, valid_from=starts_on)
    note_units_changed([unit.pk])
    note(entries.EMPLOYEE_ADDED, by, employee, unit_id=unit.pk, position_id=position.pk)
    return employee


def held_employee(employee: Employee) -> Employee:
    """A person as they stand, with agency and unit, held until the transaction ends."""
    hold(Employee.objects.filter(pk=employee.pk))
    return Employee.objects.select_related("agency", "unit").get(pk=employee.pk)


@transaction.atomic
def change_employee(*, by: User | None, employee: Employee, reason: str = "", **changes: Any) -> Employee:
    """Correct a person's data; the account's name, address and sign-in number follow. Equal values change nothing.

    Raises Denied without the right; Refused when the number is wrong, taken, or says something else than the data.
    """
    require_permission(by, Permission.MANAGE_STAFF, employee.unit.path)
    employee = held_employee(employee)
    former = {name: getattr(employee, name) for name in _known(changes)}
    different = {name: value for name, value in changes.items() if former[name] != value}
    if not different:
        return employee
    for name, value in different.items():
        setattr(employee, name, value)
    if different.keys() & {"employee_number", "full_name", "sex", "birth_date", "employment_type"}:
        _check(employee)
    employee.save(update_fields=[*different])
    if different.keys() & {"employment_type", "legal_status"}:
        note_units_changed([employee.unit_id])
    _follow_in_account(employee, former_email=former.get("email", employee.email))
    note(
        entries.EMPLOYEE_CHANGED,
        by,
        employee,
        reason=reason,
        fields=sorted(different),
        values={
            name: [str(former[name] or ""), str(different[name] or "")] for name in different if name in OPEN_FACTS
        },
    )
    return employee


@transaction.atomic
def mark_left(
    *,
    by: User | None,
    employee: Employee,
    on: dt.date,
    legal_status: str = Employee.LegalStatus.RETIRED,
    reason: str = "",
) -> Employee:
    """Note that a person has left after the day ``on``: places and roles end, the account closes, history stays.

    Raises Refused for a day that has not come yet. Marking twice changes nothing.
    """
    require_permission(by, Permission.MANAGE_STAFF, employee.unit.path)
    employee = held_employee(employee)
    if employee.left_on is not None:
        return employee
    if on > clock.today(employee.agency.time_zone):
        raise Refused(_("Tanggal keluar belum tiba. Catat pada hari itu atau sesudahnya."))
    if legal_status in ACTIVE_STATUSES:
        raise Refused(_("Kedudukan hukum orang yang keluar tidak boleh “aktif”. Pilih alasan keluarnya."))
    employee.left_on, employee.legal_status = on, legal_status
    employee.save(update_fields=["left_on", "legal_status"])
    end_places([employee.pk], on)
    note_units_changed([employee.unit_id])
    note(entries.EMPLOYEE_LEFT, by, employee, reason=reason, on=on.isoformat(), legal_status=str(legal_status))
    return employee


@transaction.atomic
def return_employee(
    *, by: User | None, employee: Employee, position: Position, on: dt.date, reason: str = ""
) -> Employee:
    """Take back a person who had left, or was marked so by mistake: a place from ``on``, the account opens again."""
    require_permission(by, Permission.MANAGE_STAFF, employee.unit.path, position.unit.path)
    employee = held_employee(employee)
    if employee.left_on is None:
        return employee
    if position.unit.agency_id != employee.agency_id:
        raise Refused(_("Jabatan itu ada di instansi lain. Perpindahan antarinstansi dilakukan admin platform."))
    former_unit_id = employee.unit_id
    Assignment.objects.filter(employee=employee, kind="D", valid_from__gte=on).delete()
    Assignment.objects.filter(employee=employee, kind="D", valid_to__gte=on).update(valid_to=on - dt.timedelta(days=1))
    Assignment.objects.create(employee=employee, position=position, valid_from=on)
    employee.left_on, employee.legal_status = None, Employee.LegalStatus.ACTIVE
    employee.unit, employee.position = position.unit, position
    employee.save(update_fields=["left_on", "legal_status", "unit", "position"])
    note_units_changed([former_unit_id, position.unit_id])
    User.objects.filter(employee=employee).update(is_active=True)
    note(
        entries.EMPLOYEE_RETURNED, by, employee, reason=reason, former_unit_id=former_unit_id, unit_id=position.unit_id
    )
    return employee


def end_places(employee_ids: list[int], on: dt.date) -> None:
    """End every place and role of people who leave after ``on`` and close their accounts; future ones never begin."""
    open_rows = Assignment.objects.filter(employee_id__in=employee_ids)
    open_rows.filter(valid_from__gt=on).delete()
    open_rows.filter(valid_to=None).update(valid_to=on)
    open_rows.filter(valid_to__gt=on).update(valid_to=on)
    grants = RoleGrant.objects.filter(user__employee_id__in=employee_ids)
    grants.filter(valid_from__gt=on).delete()
    grants.filter(valid_to=None).update(valid_to=on)
    grants.filter(valid_to__gt=on).update(valid_to=on)
    Invitation.objects.filter(employee_id__in=employee_ids, accepted_at=None).update(expires_at=clock.now())
    User.objects.filter(employee_id__in=employee_ids).update(is_active=False)


def note(verb: "Verb", by: User | None, employee: Employee, reason: str = "", **data: Any) -> None:
    """Write what happened to a person in the journal of the person's agency."""
    record(
        verb,
        by=by,
        kind="employee",
        object_id=employee.public_id,
        name=employee.full_name,
        agency_id=employee.agency_id,
        reason=reason,
        data={"employee_id": employee.pk, **data},
    )


def _known(changes: dict[str, Any]) -> dict[str, Any]:
    unknown = set(changes) - CHANGEABLE
    if unknown:
        raise TypeError(f"not a changeable field of a person: {', '.join(sorted(unknown))}")
    return changes


def _check(employee: Employee) -> None:
    """Refuse data that contradict each other or another person's number."""
    employee.full_name = " ".join(employee.full_name.split())
    if not employee.full_name:
        raise Refused(_("Nama pegawai tidak boleh kosong."))
    employee.employee_number = employee.employee_number or None
    if employee.employee_number is None:
        if employee.employment_type != Employee.EmploymentType.NON_ASN:
            raise Refused(_("NIP wajib diisi untuk ASN."))
        return
    try:
        facts = read_employee_number(employee.employee_number, today=clock.today())
    except NumberError as error:
        raise Refused(str(error)) from error
    conflicts = number_conflicts(
        facts, employment_type=employee.employment_type, sex=employee.sex, birth_date=employee.birth_date
    )
    if conflicts:
        raise Refused(" ".join(conflicts))
    employee.sex, employee.birth_date = facts.sex, facts.birth_date
    taken = Employee.objects.filter(employee_number=employee.employee_number).exclude(pk=employee.pk).first()
    if taken:
        raise Refused(
            _("NIP ini sudah tercatat di instansi lain. Hubungi admin platform untuk memindahkannya.")
            if taken.agency_id != employee.agency_id
            else _("NIP ini sudah dipakai %(name)s.") % {"name": taken.full_name}
        )


def _follow_in_account(employee: Employee, *, former_email: str) -> None:
    user = User.objects.filter(employee=employee).first()
    if user is None:
        return
    user.display_name = employee.display_name
    if employee.employee_number:
        user.username = employee.employee_number
    # An address that the person chose alone stays; one that came from the files follows them.
    if user.email == former_email and user.email != employee.email.lower():
        user.email = employee.email.lower()
        # The former mailbox must no longer open the account; the new one is taken up at the next sign-in.
        EmailAddress.objects.filter(user=user).delete()
    user.save(update_fields=["display_name", "username", "email"])
