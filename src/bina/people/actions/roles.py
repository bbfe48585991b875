"""Roles: granted on a subtree for a period, and revoked; never more than the granting person may hand out."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.journal.actions import record
from bina.people import entries
from bina.people.models import OrgUnit, RoleGrant, User
from bina.people.queries import standing_of
from bina.people.rules import ROLE_NAMES, Permission, Role, can_last, may_grant

if TYPE_CHECKING:
    from bina.journal.registry import Verb


def _require(by: User | None, role: Role, unit: OrgUnit | None, user: User) -> None:
    if by is None:
        return
    standing = standing_of(by)
    may_grant(
        role,
        holds_right=standing.may_in(Permission.GRANT_ROLES, unit.path if unit else ""),
        is_platform_admin=standing.is_platform_admin,
        is_own_account=by.pk == user.pk,
    ).require()


@transaction.atomic
def grant_role(
    *,
    by: User | None,
    user: User,
    role: Role | str,
    unit: OrgUnit | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    reason: str = "",
) -> RoleGrant:
    """Give an account a role on a unit and everything below it. Granting what is already held changes nothing.

    Raises Denied when the granting person lacks the right there, or would grant the role to the own account.
    """
    role = Role(role)
    if role is Role.PLATFORM_ADMIN:
        unit = None
    elif unit is None:
        raise Refused(_("Pilih unit tempat peran ini berlaku."))
    _require(by, role, unit, user)
    valid_from = valid_from or clock.today()
    can_last(valid_from, valid_to).require()
    if valid_to is not None and valid_to < clock.today():
        raise Refused(_("Masa peran ini sudah lewat. Pilih tanggal berakhir yang belum lewat."))
    held = RoleGrant.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=valid_from), user=user, role=role.value, unit=unit,
        valid_from__lte=valid_to or dt.date.max,
    )  # fmt: skip
    same = held.filter(valid_to=valid_to, valid_from__lte=valid_from).first()
    if same:
        return same
    if held.exists():
        raise Refused(_("Peran ini sudah diberikan untuk masa yang bertumpang tindih. Cabut dulu yang lama."))
    grant = RoleGrant.objects.create(
        user=user, role=role.value, unit=unit, valid_from=valid_from, valid_to=valid_to, granted_by=by,
        reason=reason[:300],
    )  # fmt: skip
    if role is Role.PLATFORM_ADMIN and not (user.is_staff and user.is_superuser):
        # The reference data and rules are kept in the admin site, which asks for these two marks.
        user.is_staff = user.is_superuser = True
        user.save(update_fields=["is_staff", "is_superuser"])
    _forget_standing(user)
    _note(entries.ROLE_GRANTED, by, grant, reason)
    return grant


@transaction.atomic
def revoke_role(*, by: User | None, grant: RoleGrant, reason: str = "") -> None:
    """Take a role back at once; the grant stays on file with its end. Revoking twice changes nothing.

    Raises Denied like granting does (giving up one's own role is allowed); Refused for the last platform administrator.
    """
    user, role = grant.user, Role(grant.role)
    if by is None or by.pk != user.pk:
        _require(by, role, grant.unit, user)
    today = clock.today()
    if grant.valid_to is not None and grant.valid_to < today:
        return
    if role is Role.PLATFORM_ADMIN:
        others = RoleGrant.objects.select_for_update().filter(
            Q(valid_to=None) | Q(valid_to__gte=today), role=role.value, valid_from__lte=today, user__is_active=True
        )
        if not others.exclude(user=user).exists():
            raise Refused(_("Ini admin platform terakhir. Beri peran itu kepada orang lain dulu."))
    _note(entries.ROLE_REVOKED, by, grant, reason)
    if grant.valid_from >= today:
        RoleGrant.objects.filter(pk=grant.pk).delete()
    else:
        grant.valid_to = today - dt.timedelta(days=1)
        grant.save(update_fields=["valid_to"])
    if role is Role.PLATFORM_ADMIN:
        user.is_staff = user.is_superuser = False
        user.save(update_fields=["is_staff", "is_superuser"])
    _forget_standing(user)


def _forget_standing(user: User) -> None:
    """The memo of a request must not outlive a change of the very roles it holds."""
    user.__dict__.pop("_standing", None)


def _note(verb: "Verb", by: User | None, grant: RoleGrant, reason: str) -> None:
    employee = grant.user.employee
    record(
        verb,
        by=by,
        kind="employee" if employee else "user",
        object_id=employee.public_id if employee else grant.user_id,
        name=grant.user.display_name,
        agency_id=grant.unit.agency_id if grant.unit else (employee.agency_id if employee else None),
        reason=reason,
        data={
            "role": grant.role,
            "role_name": str(ROLE_NAMES[Role(grant.role)]),
            "unit": grant.unit.name if grant.unit else "",
            "unit_id": grant.unit_id,
            "user_id": grant.user_id,
        },
    )
