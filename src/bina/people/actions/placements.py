"""Who holds which post when: moves, acting posts, special superiors, and keeping each person's present place true."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.people import entries
from bina.people.actions.authority import require_permission
from bina.people.actions.staff import held_employee, note
from bina.people.actions.sums import note_units_changed
from bina.people.models import Assignment, Employee, Position, SuperiorOverride
from bina.people.queries import superior_of
from bina.people.rules import Permission, can_last

if TYPE_CHECKING:
    from bina.people.models import User

DAY = dt.timedelta(days=1)


@transaction.atomic
def move_employee(
    *, by: "User | None", employee: Employee, position: Position, effective_on: dt.date | None = None, reason: str = ""
) -> Employee:
    """Move a person to another post of the agency: the old definitive post ends the day before the new one begins.

    A day in the future is kept as a planned move. The same post again changes nothing. Raises Denied without the right
    on both units; Refused when the person has left or a later move is already on file.
    """
    require_permission(by, Permission.MANAGE_STAFF, employee.unit.path, position.unit.path)
    if position.unit.agency_id != employee.agency_id:
        raise Refused(_("Jabatan itu ada di instansi lain. Perpindahan antarinstansi dilakukan admin platform."))
    return _move(by=by, employee=employee, position=position, effective_on=effective_on, reason=reason)


@transaction.atomic
def transfer_employee(
    *, by: "User | None", employee: Employee, position: Position, effective_on: dt.date | None = None, reason: str = ""
) -> Employee:
    """Move a person to another agency, with history; only platform administrators may, at the word of both sides."""
    require_permission(by, Permission.MANAGE_PLATFORM, employee.unit.path, position.unit.path)
    return _move(by=by, employee=employee, position=position, effective_on=effective_on, reason=reason)


def _move(
    *, by: "User | None", employee: Employee, position: Position, effective_on: dt.date | None, reason: str
) -> Employee:
    employee = held_employee(employee)
    today = clock.today(employee.agency.time_zone)
    effective_on = effective_on or today
    if employee.left_on is not None:
        raise Refused(_("%(name)s sudah tercatat keluar. Catat kembali dulu, baru pindahkan.") % {"name": employee})
    if position.valid_to is not None and position.valid_to < effective_on:
        raise Refused(_("Jabatan “%(title)s” sudah tidak berlaku pada tanggal itu.") % {"title": position.title})
    if position.unit.valid_to is not None and position.unit.valid_to < effective_on:
        raise Refused(_("Unit “%(name)s” sudah ditutup pada tanggal itu.") % {"name": position.unit})
    current = Assignment.objects.filter(employee=employee, kind="D", valid_to=None).first()
    if current is not None:
        if current.position_id == position.pk and current.valid_from <= effective_on:
            return employee
        if current.valid_from > effective_on:
            raise Refused(
                _("Sudah ada penempatan mulai %(date)s. Pilih tanggal itu atau sesudahnya.")
                % {"date": f"{current.valid_from:%d-%m-%Y}"}
            )
        if current.valid_from == effective_on:
            # The same day once more corrects the move instead of leaving a post of no duration.
            current.position = position
            current.save(update_fields=["position"])
        else:
            current.valid_to = effective_on - DAY
            current.save(update_fields=["valid_to"])
            Assignment.objects.create(employee=employee, position=position, valid_from=effective_on)
    else:
        Assignment.objects.create(employee=employee, position=position, valid_from=effective_on)
    facts = {"unit_id": position.unit_id, "position_id": position.pk, "on": effective_on.isoformat()}
    if effective_on > today:
        note(entries.MOVE_PLANNED, by, employee, reason=reason, **facts)
        return employee
    _take_place(employee, position)
    note(entries.EMPLOYEE_MOVED, by, employee, reason=reason, former_unit_id=employee.__dict__["_former_unit"], **facts)
    return employee


def _take_place(employee: Employee, position: Position) -> None:
    employee.__dict__["_former_unit"] = employee.unit_id
    employee.unit, employee.position, employee.agency = position.unit, position, position.unit.agency
    employee.save(update_fields=["unit", "position", "agency"])
    note_units_changed([employee.__dict__["_former_unit"], position.unit_id])


@transaction.atomic
def refresh_placements(*, on: dt.date | None = None) -> int:
    """Make every person's present unit and post agree with the assignments in force today; returns how many changed.

    Planned moves become true this way, a day after the old post has ended. A second call changes nothing.
    """
    on = on or clock.today()
    rows = (
        Assignment.objects.filter(
            Q(valid_to=None) | Q(valid_to__gte=on), kind="D", valid_from__lte=on, employee__left_on=None
        )
        .exclude(position=F("employee__position"))
        .select_related("employee", "position", "position__unit", "position__unit__agency")
        .order_by("valid_from", "id")
    )
    count = 0
    for row in rows:
        employee = row.employee
        former_unit_id = employee.unit_id
        _take_place(employee, row.position)
        note(
            entries.EMPLOYEE_MOVED, None, employee, former_unit_id=former_unit_id, unit_id=row.position.unit_id,
            position_id=row.position_id, on=row.valid_from.isoformat(),
        )  # fmt: skip
        count += 1
    return count


@transaction.atomic
def give_acting_post(
    *,
    by: "User | None",
    employee: Employee,
    position: Position,
    kind: str,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    reason: str = "",
) -> Assignment:
    """Let a person hold a further post for a time (PLT, PLH, PJ, or extra task). The same post twice changes nothing.

    Raises Refused when the person has left, or somebody else already acts in that post in the period.
    """
    require_permission(by, Permission.MANAGE_STAFF, employee.unit.path, position.unit.path)
    can_last(valid_from, valid_to).require()
    if kind == Assignment.Kind.DEFINITIVE:
        raise Refused(_("Jabatan definitif diberikan dengan memindahkan pegawai, bukan sebagai pejabat sementara."))
    if position.unit.agency_id != employee.agency_id:
        raise Refused(_("Jabatan itu ada di instansi lain."))
    if employee.left_on is not None:
        raise Refused(_("%(name)s sudah tercatat keluar.") % {"name": employee})
    overlapping = Assignment.objects.filter(Q(valid_to=None) | Q(valid_to__gte=valid_from), position=position).exclude(
        kind__in=["D", "TT"]
    )
    if valid_to is not None:
        overlapping = overlapping.filter(valid_from__lte=valid_to)
    for row in overlapping.select_related("employee"):
        if row.employee_id == employee.pk:
            return row
        if kind != Assignment.Kind.EXTRA:
            raise Refused(
                _("Pada masa itu %(name)s sudah menjabat sementara di sini. Akhiri dulu penugasannya.")
                % {"name": row.employee}
            )
    assignment = Assignment.objects.create(
        employee=employee, position=position, kind=kind, valid_from=valid_from, valid_to=valid_to
    )
    note(
        entries.ACTING_POST_GIVEN, by, employee, reason=reason, kind=str(kind), title=position.title,
        unit_id=position.unit_id, valid_from=valid_from.isoformat(), valid_to=valid_to.isoformat() if valid_to else "",
    )  # fmt: skip
    return assignment


@transaction.atomic
def end_acting_post(*, by: "User | None", assignment: Assignment, on: dt.date, reason: str = "") -> None:
    """End an acting post after the day ``on``; one that has not begun by then is taken back altogether."""
    require_permission(by, Permission.MANAGE_STAFF, assignment.employee.unit.path)
    if assignment.kind == Assignment.Kind.DEFINITIVE:
        raise Refused(_("Jabatan definitif berakhir dengan memindahkan pegawai atau mencatatnya keluar."))
    if assignment.valid_to is not None and assignment.valid_to <= on:
        return
    if assignment.valid_from > on:
        Assignment.objects.filter(pk=assignment.pk).delete()
    else:
        assignment.valid_to = on
        assignment.save(update_fields=["valid_to"])
    note(
        entries.ACTING_POST_ENDED, by, assignment.employee, reason=reason, title=assignment.position.title,
        on=on.isoformat(),
    )  # fmt: skip


@transaction.atomic
def override_superior(
    *,
    by: "User | None",
    employee: Employee,
    superior: Employee,
    reason: str,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> SuperiorOverride:
    """For a period a person answers to someone other than the tree says; an earlier override ends the day before.

    Raises Refused for oneself, for people who left, across agencies, or when the two would answer to each other.
    """
    require_permission(by, Permission.MANAGE_STAFF, employee.unit.path)
    valid_from = valid_from or clock.today(employee.agency.time_zone)
    can_last(valid_from, valid_to).require()
    if superior.pk == employee.pk:
        raise Refused(_("Seseorang tidak dapat menjadi atasan dirinya sendiri."))
    if superior.left_on is not None or employee.left_on is not None:
        raise Refused(_("Salah satu dari keduanya sudah tercatat keluar."))
    if superior.agency_id != employee.agency_id:
        raise Refused(_("Atasan khusus harus dari instansi yang sama."))
    above = superior_of(superior, valid_from)
    if above is not None and above.pk == employee.pk:
        raise Refused(
            _("%(superior)s sekarang menjawab kepada %(employee)s; keduanya tidak dapat saling menjadi atasan.")
            % {"superior": superior, "employee": employee}
        )
    if not reason.strip():
        raise Refused(_("Tulis alasan penetapan atasan khusus."))
    same = SuperiorOverride.objects.filter(
        employee=employee, superior=superior, valid_from=valid_from, valid_to=valid_to
    ).first()
    if same:
        return same
    earlier = SuperiorOverride.objects.filter(Q(valid_to=None) | Q(valid_to__gte=valid_from), employee=employee)
    earlier.filter(valid_from__gte=valid_from).delete()
    earlier.filter(valid_from__lt=valid_from).update(valid_to=valid_from - DAY)
    override = SuperiorOverride.objects.create(
        employee=employee, superior=superior, reason=reason.strip()[:300], valid_from=valid_from, valid_to=valid_to
    )
    note(
        entries.SUPERIOR_OVERRIDDEN, by, employee, reason=reason, superior=superior.full_name,
        superior_id=superior.pk, valid_from=valid_from.isoformat(),
    )  # fmt: skip
    return override


@transaction.atomic
def end_superior_override(*, by: "User | None", override: SuperiorOverride, on: dt.date, reason: str = "") -> None:
    """From the day after ``on`` the person answers again to whom the tree says."""
    require_permission(by, Permission.MANAGE_STAFF, override.employee.unit.path)
    if override.valid_to is not None and override.valid_to <= on:
        return
    if override.valid_from > on:
        SuperiorOverride.objects.filter(pk=override.pk).delete()
    else:
        override.valid_to = on
        override.save(update_fields=["valid_to"])
    note(entries.SUPERIOR_OVERRIDE_ENDED, by, override.employee, reason=reason, on=on.isoformat())
