"""What an account may do today and where: roles in force, and the filters that follow from them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, OuterRef, Q, QuerySet

from bina.foundation import clock
from bina.foundation.lookups import EVERY_ROW
from bina.foundation.prepared import PreparedQuery, PreparedRows, as_identity, groups_of, hex_of
from bina.people.models import Agency, Employee, OrgUnit, RoleGrant, User
from bina.people.queries.superiors import in_force, subordinates_condition
from bina.people.rules import PERMISSIONS, Permission, Role


@dataclass(frozen=True, slots=True)
class GrantedRole:
    """A role in force: which, and where (path prefix and agency; empty path = everywhere)."""

    role: Role
    path: str
    agency_id: int | None
    unit_id: int | None


_grants_in_force = PreparedQuery(
    lambda user, on: (
        RoleGrant.objects.filter(in_force(on), user_id=user)
        .order_by("-valid_from", "-id")
        .values_list("role", "unit__path", "unit__agency_id", "unit_id")
    ),
    int,
    dt.date,
)


class Standing:
    """Everything an account may do today, read with one query and kept for the request."""

    def __init__(self, user: User, on: dt.date) -> None:
        self._user = user
        self._on = on

    @cached_property
    def grants(self) -> tuple[GrantedRole, ...]:
        """The roles in force on the date."""
        if self._user.has_grants is False:
            return ()
        rows = _grants_in_force.rows(self._user.pk, self._on)
        return tuple(GrantedRole(Role(role), path or "", agency, unit) for role, path, agency, unit in rows)

    def may(self, permission: Permission) -> bool:
        """Whether any role in force carries the permission, anywhere."""
        return any(permission in PERMISSIONS[grant.role] for grant in self.grants)

    def paths_with(self, permission: Permission) -> tuple[str, ...]:
        """Path prefixes of the subtrees on which the permission is held; an empty string means everywhere."""
        return tuple(grant.path for grant in self.grants if permission in PERMISSIONS[grant.role])

    def may_in(self, permission: Permission, path: str) -> bool:
        """Whether the permission is held on the unit with this path."""
        return any(path.startswith(prefix) for prefix in self.paths_with(permission))

    def agencies_with(self, permission: Permission) -> tuple[int, ...] | None:
        """Agencies in which the permission is held on some subtree; None means all agencies."""
        held = [grant for grant in self.grants if permission in PERMISSIONS[grant.role]]
        if any(grant.agency_id is None for grant in held):
            return None
        return tuple({grant.agency_id for grant in held if grant.agency_id is not None})

    @property
    def is_platform_admin(self) -> bool:
        """Whether the account looks after the whole installation."""
        return any(grant.role is Role.PLATFORM_ADMIN for grant in self.grants)


def standing_of(user: User) -> Standing:
    """The account's standing today; the same object for the whole life of ``user`` (one request)."""
    standing: Standing | None = getattr(user, "_standing", None)
    if standing is None:
        standing = Standing(user, clock.today())
        user._standing = standing  # type: ignore[attr-defined]  # a memo on the request's own user object
    return standing


def under(paths: tuple[str, ...], field: str = "unit__path") -> Q:
    """A filter for rows whose unit lies in one of the subtrees; no subtree matches nothing."""
    if "" in paths:
        return EVERY_ROW
    condition = Q(pk__in=())
    for path in paths:
        condition |= Q(**{f"{field}__subtree": path})
    return condition


def employees_visible_to(user: User, permission: Permission = Permission.SEE_STAFF) -> QuerySet[Employee]:
    """People whom the account may look up: oneself, direct subordinates, and subtrees where it holds the right."""
    condition = under(standing_of(user).paths_with(permission))
    if user.employee_id and user.employee:
        condition |= Q(pk=user.employee_id) | subordinates_condition(user.employee)
    return Employee.objects.filter(condition)


def employees_managed_by(user: User, permission: Permission) -> QuerySet[Employee]:
    """People on whom the account may act: only the subtrees where it holds the permission, not oneself by default."""
    return Employee.objects.filter(under(standing_of(user).paths_with(permission)))


def agencies_visible_to(user: User, permission: Permission) -> QuerySet[Agency]:
    """Agencies in which the account holds a permission."""
    ids = standing_of(user).agencies_with(permission)
    return Agency.objects.all() if ids is None else Agency.objects.filter(pk__in=ids)


def units_visible_to(user: User, permission: Permission) -> QuerySet[OrgUnit]:
    """Units in which the account holds a permission, in tree order."""
    return OrgUnit.objects.filter(under(standing_of(user).paths_with(permission), "path")).order_by("path")


_AT_ONCE = 8
_units_at: PreparedRows[OrgUnit] = PreparedRows(
    OrgUnit, lambda *paths: OrgUnit.objects.filter(path__in=paths).order_by(), *[str] * _AT_ONCE, related={"agency": ()}
)
_unit: PreparedRows[OrgUnit] = PreparedRows(
    OrgUnit,
    lambda public_id: OrgUnit.objects.filter(public_id=as_identity(public_id)).order_by(),
    str,
    related={"agency": ()},
)


def units_at(paths: Sequence[str]) -> list[OrgUnit]:
    """The units at some paths with their agencies, in tree order (one compiled query for every eight)."""
    found = {unit.path: unit for group in groups_of(_AT_ONCE, paths) for unit in _units_at.rows(*group)}
    return [found[path] for path in sorted(found)]


def unit_named(public_id: str) -> OrgUnit | None:
    """The unit named in an address, with its agency; None for nonsense. Callers check visibility by its path."""
    try:
        return _unit.first(hex_of(public_id))
    except ValueError:
        return None


def top_units_of(user: User, permission: Permission) -> list[OrgUnit]:
    """The roots of the subtrees on which the account holds a permission; everything = the root of every agency."""
    paths = standing_of(user).paths_with(permission)
    if "" in paths:
        return list(OrgUnit.objects.filter(depth=1).select_related("agency").order_by("path"))
    return units_at(paths)


def users_with(permission: Permission, unit_path: str) -> QuerySet[User]:
    """Accounts that hold a permission over a unit today; for telling the responsible people."""
    on = clock.today()
    roles = [role.value for role, permissions in PERMISSIONS.items() if permission in permissions]
    prefixes = [unit_path[:end] for end in range(OrgUnit.steplen, len(unit_path) + 1, OrgUnit.steplen)]
    return User.objects.filter(
        Exists(
            RoleGrant.objects.filter(in_force(on), user=OuterRef("pk"), role__in=roles).filter(
                Q(unit__path__in=prefixes) | Q(unit=None)
            )
        )
    )
