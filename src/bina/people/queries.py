"""Who is who, who leads whom, and who may see whom: the root of every visibility decision in the house."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, OuterRef, Q, QuerySet

from bina.foundation import clock
from bina.people.models import (
    ACTIVE_STATUSES,
    Agency,
    Assignment,
    Employee,
    Invitation,
    JobClass,
    OrgUnit,
    Position,
    RoleGrant,
    SuperiorOverride,
    User,
)
from bina.people.rules import PERMISSIONS, Permission, Role


UNIT_STEP = OrgUnit.steplen


def employees() -> QuerySet[Employee]:
    """Every person on file, those who left too; other rooms narrow it down and decide visibility with the doors below."""
    return Employee.objects.all()


def units() -> QuerySet[OrgUnit]:
    """Every unit, closed ones too, in tree order."""
    return OrgUnit.objects.order_by("path")


def agencies() -> QuerySet[Agency]:
    """Every agency."""
    return Agency.objects.all()


@dataclass(frozen=True, slots=True)
class GrantedRole:
    """A role in force: which, and where (path prefix and agency; empty path = everywhere)."""

    role: Role
    path: str
    agency_id: int | None
    unit_id: int | None


class Standing:
    """Everything an account may do today, read with one query and kept for the request."""

    def __init__(self, user: User, on: dt.date) -> None:
        self._user = user
        self._on = on

    @cached_property
    def grants(self) -> tuple[GrantedRole, ...]:
        """The roles in force on the date."""
        rows = (
            RoleGrant.objects.filter(user=self._user, valid_from__lte=self._on)
            .filter(Q(valid_to=None) | Q(valid_to__gte=self._on))
            .values_list("role", "unit__path", "unit__agency_id", "unit_id")
        )
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
        return Q()
    condition = Q(pk__in=())
    for path in paths:
        condition |= Q(**{f"{field}__startswith": path})
    return condition


def employees_visible_to(user: User, permission: Permission = Permission.SEE_STAFF) -> QuerySet[Employee]:
    """People whom the account may look up: oneself, one's direct subordinates, and subtrees where it holds the permission."""
    condition = under(standing_of(user).paths_with(permission))
    if user.employee_id and user.employee:
        condition |= Q(pk=user.employee_id) | Q(pk__in=subordinate_ids_of(user.employee))
    return Employee.objects.filter(condition)


def active_employees() -> QuerySet[Employee]:
    """Everyone who counts as a learner."""
    return Employee.objects.filter(legal_status__in=ACTIVE_STATUSES, left_on=None)


def _in_force(on: dt.date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gte=on))


def head_of(unit: OrgUnit, on: dt.date | None = None) -> Employee | None:
    """Who leads a unit on a date: the acting head when one is named, else the definitive one, else nobody."""
    on = on or clock.today()
    order = {"PLT": 0, "PJ": 1, "PLH": 2, "D": 3, "TT": 4}
    holders = list(
        Assignment.objects.filter(_in_force(on), position__unit=unit, position__is_head=True, employee__left_on=None)
        .select_related("employee")
        .order_by("id")
    )
    return min(holders, key=lambda row: order[row.kind]).employee if holders else None


def superior_of(employee: Employee, on: dt.date | None = None) -> Employee | None:
    """The line manager on a date: an override if one is in force, else the nearest head above in the tree, never oneself."""
    on = on or clock.today()
    override = (
        SuperiorOverride.objects.filter(_in_force(on), employee=employee)
        .select_related("superior")
        .order_by("-valid_from", "-id")
        .first()
    )
    if override:
        return override.superior
    path, step = employee.unit.path, OrgUnit.steplen
    paths = [path[:end] for end in range(len(path), 0, -step)]
    order = {"PLT": 0, "PJ": 1, "PLH": 2, "D": 3, "TT": 4}
    holders = (
        Assignment.objects.filter(
            _in_force(on), position__is_head=True, position__unit__path__in=paths, employee__left_on=None
        )
        .exclude(employee=employee)
        .select_related("employee", "position__unit")
    )
    best = min(holders, key=lambda row: (-len(row.position.unit.path), order[row.kind], row.pk), default=None)
    return best.employee if best else None


def subordinate_ids_of(employee: Employee, on: dt.date | None = None) -> set[int]:
    """Ids of the people who answer directly to a person on a date, by the tree, acting posts and overrides."""
    memo: dict[int, set[int]] = employee.__dict__.setdefault("_subordinates", {})
    key = (on or clock.today()).toordinal()
    if key not in memo:
        memo[key] = _subordinate_ids(employee, on or clock.today())
    return memo[key]


def _subordinate_ids(employee: Employee, on: dt.date) -> set[int]:
    overrides = SuperiorOverride.objects.filter(_in_force(on))
    direct = set(overrides.filter(superior=employee).values_list("employee_id", flat=True))
    led = list(
        Assignment.objects.filter(_in_force(on), employee=employee, position__is_head=True).values_list(
            "position__unit__path", flat=True
        )
    )
    for path in led:
        direct |= _answering_to_head_of(path, employee, on)
    elsewhere = set(
        overrides.filter(employee_id__in=direct).exclude(superior=employee).values_list("employee_id", flat=True)
    )
    return direct - elsewhere - {employee.pk}


def _answering_to_head_of(path: str, head: Employee, on: dt.date) -> set[int]:
    """People of a led unit, heads of the units below, and people of headless units in between."""
    heads: dict[str, set[int]] = {}
    rows = Assignment.objects.filter(
        _in_force(on), position__is_head=True, position__unit__path__startswith=path, employee__left_on=None
    ).values_list("position__unit__path", "employee_id")
    for unit_path, holder in rows:
        heads.setdefault(unit_path, set()).add(holder)
    if heads.get(path) and head.pk not in heads[path]:
        return set()
    units = OrgUnit.objects.filter(path__startswith=path).values_list("path", "id")
    answering: set[int] = set()
    open_units: list[int] = []
    for unit_path, unit_id in units:
        step = OrgUnit.steplen
        between = [unit_path[:end] for end in range(len(path) + step, len(unit_path) + 1, step)]
        led_by_other = next((prefix for prefix in between if heads.get(prefix, set()) - {head.pk}), None)
        if led_by_other is None:
            open_units.append(unit_id)
        elif led_by_other == unit_path:
            answering |= heads[unit_path]
    answering |= set(Employee.objects.filter(unit_id__in=open_units, left_on=None).values_list("id", flat=True))
    return answering


def subordinates_of(employee: Employee) -> QuerySet[Employee]:
    """The active people who answer directly to a person today, with unit and position."""
    return (
        active_employees()
        .filter(pk__in=subordinate_ids_of(employee))
        .select_related("unit", "position", "position__job_class")
        .order_by("full_name", "id")
    )


def is_superior_of(superior: Employee, employee: Employee, on: dt.date | None = None) -> bool:
    """Whether ``employee`` answers directly to ``superior`` on the date."""
    found = superior_of(employee, on)
    return found is not None and found.pk == superior.pk


def leads_anyone(employee: Employee, on: dt.date | None = None) -> bool:
    """Whether the person holds a head position or is named as somebody's superior; cheap, for menus."""
    memo: bool | None = employee.__dict__.get("_leads")
    if memo is None:
        on = on or clock.today()
        by_override = SuperiorOverride.objects.filter(_in_force(on), superior_id=employee.pk)
        memo = (
            Assignment.objects.filter(_in_force(on), employee_id=employee.pk)
            .filter(Q(position__is_head=True) | Exists(by_override.filter(superior_id=OuterRef("employee_id"))))
            .exists()
        )
        employee.__dict__["_leads"] = memo
    return memo


def agencies_visible_to(user: User, permission: Permission) -> QuerySet[Agency]:
    """Agencies in which the account holds a permission."""
    ids = standing_of(user).agencies_with(permission)
    return Agency.objects.all() if ids is None else Agency.objects.filter(pk__in=ids)


def units_visible_to(user: User, permission: Permission) -> QuerySet[OrgUnit]:
    """Units in which the account holds a permission, in tree order."""
    return OrgUnit.objects.filter(under(standing_of(user).paths_with(permission), "path")).order_by("path")


def top_units_of(user: User, permission: Permission) -> list[OrgUnit]:
    """The roots of the subtrees on which the account holds a permission; everything = the root of every agency."""
    paths = standing_of(user).paths_with(permission)
    units = OrgUnit.objects.select_related("agency").order_by("path")
    return list(units.filter(depth=1) if "" in paths else units.filter(path__in=paths))


def unit_by_public_id(public_id: object) -> OrgUnit:
    """One unit; raises OrgUnit.DoesNotExist. Callers check visibility by its path."""
    return OrgUnit.objects.select_related("agency").get(public_id=public_id)


def root_unit_of(agency: Agency) -> OrgUnit:
    """The unit that stands for the whole agency."""
    return OrgUnit.objects.get(agency=agency, depth=1)


def job_classes() -> QuerySet[JobClass]:
    """All job classes from the highest."""
    return JobClass.objects.all()


def positions_in(unit: OrgUnit) -> QuerySet[Position]:
    """The positions of one unit that are in force."""
    return Position.objects.filter(unit=unit, valid_to=None).select_related("job_class").order_by("-is_head", "title")


def user_of(employee: Employee) -> User | None:
    """The account of an employee, if one exists."""
    return User.objects.filter(employee=employee).first()


def open_invitation(token_hash: str, *, for_update: bool = False) -> Invitation | None:
    """The invitation behind a link while it can still be used: not accepted, not out of date, the person not gone."""
    rows = Invitation.objects.select_for_update(of=("self",)) if for_update else Invitation.objects.all()
    return (
        rows.filter(token_hash=token_hash, accepted_at=None, expires_at__gt=clock.now(), employee__left_on=None)
        .select_related("employee", "employee__agency", "employee__unit")
        .first()
    )


def users_with(permission: Permission, unit_path: str) -> QuerySet[User]:
    """Accounts that hold a permission over a unit today; for telling the responsible people."""
    on = clock.today()
    roles = [role.value for role, permissions in PERMISSIONS.items() if permission in permissions]
    prefixes = [unit_path[:end] for end in range(OrgUnit.steplen, len(unit_path) + 1, OrgUnit.steplen)]
    return User.objects.filter(
        Exists(
            RoleGrant.objects.filter(_in_force(on), user=OuterRef("pk"), role__in=roles).filter(
                Q(unit__path__in=prefixes) | Q(unit=None)
            )
        )
    )
