"""Agencies and the tree of their units: added, renamed, closed and opened again, by date."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.journal.actions import record
from bina.people import entries
from bina.people.actions.authority import require_permission
from bina.people.models import Agency, Employee, JobClass, OrgUnit, Position, Province
from bina.people.rules import Permission, can_last

if TYPE_CHECKING:
    from bina.journal.registry import Verb
    from bina.people.models import User


@transaction.atomic
def create_agency(
    *,
    by: "User | None",
    code: str,
    name: str,
    short_name: str,
    kind: str,
    province: Province | None = None,
    time_zone: str = "WIB",
) -> Agency:
    """Open an agency together with the unit that stands for the whole of it. Raises Refused when the code is taken."""
    require_permission(by, Permission.MANAGE_PLATFORM, "")
    if Agency.objects.filter(code=code).exists():
        raise Refused(_("Kode instansi %(code)s sudah dipakai. Gunakan kode lain.") % {"code": code})
    agency = Agency.objects.create(
        code=code, name=name, short_name=short_name, kind=kind, province=province, time_zone=time_zone
    )
    root = OrgUnit.objects.add_root(
        {"agency": agency, "code": code, "name": name, "short_name": short_name, "province": province}
    )
    _note(entries.AGENCY_CREATED, by, root)
    return agency


@transaction.atomic
def add_unit(
    *,
    by: "User | None",
    parent: OrgUnit,
    code: str,
    name: str,
    short_name: str = "",
    province: Province | None = None,
    is_remote: bool = False,
    valid_from: dt.date | None = None,
) -> OrgUnit:
    """Add a unit under another one. Raises Denied without the right, Refused for a taken code or a closed parent."""
    require_permission(by, Permission.MANAGE_STAFF, parent.path)
    # The parent is read again under a lock: two people may add to it at once.
    parent = OrgUnit.objects.select_for_update().select_related("agency").get(pk=parent.pk)
    code, name = code.strip(), name.strip()
    if not code or not name:
        raise Refused(_("Unit memerlukan kode dan nama."))
    if parent.valid_to is not None:
        raise Refused(_("Unit “%(name)s” sudah ditutup; buka kembali dulu atau pilih induk lain.") % {"name": parent})
    taken = OrgUnit.objects.filter(agency=parent.agency, code=code).first()
    if taken:
        raise Refused(
            _("Kode %(code)s sudah dipakai unit “%(name)s”. Gunakan kode lain.") % {"code": code, "name": taken}
        )
    unit = OrgUnit.objects.add_child(
        parent,
        {
            "agency": parent.agency,
            "code": code,
            "name": name,
            "short_name": short_name.strip(),
            "province": province or parent.province,
            "is_remote": is_remote,
            "valid_from": valid_from or clock.today(parent.agency.time_zone),
        },
    )
    _note(entries.UNIT_ADDED, by, unit)
    return unit


@transaction.atomic
def rename_unit(
    *,
    by: "User | None",
    unit: OrgUnit,
    name: str,
    short_name: str = "",
    is_remote: bool | None = None,
    reason: str = "",
) -> OrgUnit:
    """Give a unit another name (and say whether its signal is poor); the former name stays in the journal.

    Renaming the unit that stands for the whole agency renames the agency, which only the platform's administrators may.
    """
    require_permission(by, Permission.MANAGE_PLATFORM if unit.depth == 1 else Permission.MANAGE_STAFF, unit.path)
    name, short_name = name.strip(), short_name.strip()
    if not name:
        raise Refused(_("Nama unit tidak boleh kosong."))
    is_remote = unit.is_remote if is_remote is None else is_remote
    if (unit.name, unit.short_name, unit.is_remote) == (name, short_name, is_remote):
        return unit
    former = {"name": unit.name, "short_name": unit.short_name, "is_remote": unit.is_remote}
    unit.name, unit.short_name, unit.is_remote = name, short_name, is_remote
    unit.save(update_fields=["name", "short_name", "is_remote"])
    if unit.depth == 1:
        Agency.objects.filter(pk=unit.agency_id).update(name=name, short_name=short_name or name[:60])
    _note(entries.UNIT_CHANGED, by, unit, reason=reason, former=former)
    return unit


@transaction.atomic
def close_unit(*, by: "User | None", unit: OrgUnit, on: dt.date, reason: str = "") -> OrgUnit:
    """Close a unit after its last day; its history stays. Raises Refused while people or open units are still in it."""
    require_permission(by, Permission.MANAGE_STAFF, unit.path)
    if unit.valid_to is not None:
        return unit
    if unit.depth == 1:
        raise Refused(_("Unit puncak mewakili seluruh instansi dan tidak dapat ditutup."))
    can_last(unit.valid_from, on).require()
    below = OrgUnit.objects.filter(path__subtree=unit.path, valid_to=None).exclude(pk=unit.pk).count()
    if below:
        raise Refused(
            _("Masih ada %(count)s unit terbuka di bawah “%(name)s”. Tutup atau pindahkan dulu.")
            % {"count": below, "name": unit}
        )
    staying = Employee.objects.filter(unit=unit, left_on=None).count()
    if staying:
        raise Refused(
            _("Masih ada %(count)s pegawai di “%(name)s”. Pindahkan mereka dulu, lalu tutup unit ini.")
            % {"count": staying, "name": unit}
        )
    unit.valid_to = on
    unit.save(update_fields=["valid_to"])
    Position.objects.filter(unit=unit, valid_to=None).update(valid_to=on)
    _note(entries.UNIT_CLOSED, by, unit, reason=reason, on=on.isoformat())
    return unit


@transaction.atomic
def reopen_unit(*, by: "User | None", unit: OrgUnit, reason: str) -> OrgUnit:
    """Take back a closing made by mistake, with its positions. Raises Refused while the unit above is closed."""
    require_permission(by, Permission.MANAGE_STAFF, unit.path)
    if unit.valid_to is None:
        return unit
    parent = OrgUnit.objects.filter(path=unit.path[: -OrgUnit.steplen]).first()
    if parent is not None and parent.valid_to is not None:
        raise Refused(_("Unit di atasnya, “%(name)s”, masih tertutup. Buka yang itu dulu.") % {"name": parent})
    Position.objects.filter(unit=unit, valid_to=unit.valid_to).update(valid_to=None)
    unit.valid_to = None
    unit.save(update_fields=["valid_to"])
    _note(entries.UNIT_CHANGED, by, unit, reason=reason, reopened=True)
    return unit


@transaction.atomic
def ensure_position(
    *,
    by: "User | None",
    unit: OrgUnit,
    title: str,
    job_class: JobClass,
    functional: str = "",
    is_head: bool = False,
) -> Position:
    """The position with this title and class in a unit, made when there is none; family and headship are kept true."""
    require_permission(by, Permission.MANAGE_STAFF, unit.path)
    title = " ".join(title.split())
    if not title:
        raise Refused(_("Jabatan memerlukan nama."))
    position, is_new = Position.objects.get_or_create(
        unit=unit, title=title, job_class=job_class, defaults={"functional": functional, "is_head": is_head}
    )
    if not is_new and (position.functional, position.is_head, position.valid_to) != (functional, is_head, None):
        position.functional, position.is_head, position.valid_to = functional, is_head, None
        position.save(update_fields=["functional", "is_head", "valid_to"])
    return position


def _note(verb: "Verb", by: "User | None", unit: OrgUnit, reason: str = "", **data: object) -> None:
    record(
        verb,
        by=by,
        kind="unit",
        object_id=unit.public_id,
        name=unit.name,
        agency_id=unit.agency_id,
        reason=reason,
        data={"code": unit.code, "unit_id": unit.pk, **data},
    )
