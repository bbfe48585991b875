"""Agencies, units, positions and people: the lists and single rows that pages and other rooms ask for."""

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from bina.foundation import clock
from bina.people.models import (
    Agency,
    Assignment,
    Employee,
    Invitation,
    JobClass,
    OrgUnit,
    Position,
    Province,
    RoleGrant,
    User,
)
from bina.people.queries.standing import employees_managed_by, employees_visible_to, standing_of, under
from bina.people.rules import Permission

if TYPE_CHECKING:
    from uuid import UUID

UNIT_STEP: int = OrgUnit.steplen


def employees() -> QuerySet[Employee]:
    """Every person on file, those who left too; other rooms narrow it down by the doors here."""
    return Employee.objects.all()


def units() -> QuerySet[OrgUnit]:
    """Every unit, closed ones too, in tree order."""
    return OrgUnit.objects.order_by("path")


def agencies() -> QuerySet[Agency]:
    """Every agency."""
    return Agency.objects.all()


def provinces() -> QuerySet[Province]:
    """Every province."""
    return Province.objects.all()


def unit_by_public_id(public_id: "UUID | str") -> OrgUnit:
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


def staff_directory(
    user: User, *, text: str = "", unit: OrgUnit | None = None, agency: Agency | None = None, left: bool = False
) -> QuerySet[Employee]:
    """The people an account may look up, by name, by part of the name, or by the last digits of the NIP."""
    if agency is not None:
        # Whoever sees the whole agency needs no look at the units of its people.
        top = OrgUnit.objects.filter(agency=agency, depth=1).values_list("path", flat=True).first()
        sees_all = top is not None and standing_of(user).may_in(Permission.SEE_STAFF, top)
        rows = (Employee.objects.all() if sees_all else employees_visible_to(user)).filter(agency=agency)
    else:
        rows = employees_visible_to(user)
    rows = rows.select_related("unit", "position", "agency")
    rows = rows.exclude(left_on=None) if left else rows.filter(left_on=None)
    if unit is not None:
        rows = rows.filter(unit__path__subtree=unit.path)
    words = text.split()
    if words and text.replace(" ", "").isdigit():
        rows = rows.filter(employee_number__endswith=text.replace(" ", ""))
    else:
        for word in words[:6]:
            rows = rows.filter(full_name__icontains=word)
    return rows.order_by("full_name", "id")


def placements_of(employee: Employee) -> QuerySet[Assignment]:
    """Every post a person has held, holds or will hold, newest first."""
    return (
        Assignment.objects.filter(employee=employee)
        .select_related("position", "position__unit", "position__job_class")
        .order_by("-valid_from", "-id")
    )


def acting_posts_of(employee: Employee) -> QuerySet[Assignment]:
    """The further posts a person holds today or will hold."""
    return placements_of(employee).exclude(kind="D").filter(Q(valid_to=None) | Q(valid_to__gte=clock.today()))


def acting_posts_visible_to(user: User) -> QuerySet[Assignment]:
    """Acting posts of people whose placement the account manages."""
    people = employees_managed_by(user, Permission.MANAGE_STAFF)
    return Assignment.objects.filter(employee__in=people).exclude(kind="D").select_related(
        "employee", "employee__unit", "employee__agency", "position"
    )  # fmt: skip


def roles_of(user: User) -> QuerySet[RoleGrant]:
    """The roles an account holds today or will hold, with their places."""
    return (
        RoleGrant.objects.filter(Q(valid_to=None) | Q(valid_to__gte=clock.today()), user=user)
        .select_related("unit", "granted_by")
        .order_by("role", "valid_from", "id")
    )


def role_grants_visible_to(user: User, *, agency: Agency | None = None, past: bool = False) -> QuerySet[RoleGrant]:
    """Role grants in the subtrees where the account may grant roles; the platform's own ones only for its holders."""
    standing = standing_of(user)
    condition = under(standing.paths_with(Permission.GRANT_ROLES)) & Q(unit__isnull=False)
    if standing.is_platform_admin:
        condition |= Q(unit=None)
    rows = RoleGrant.objects.filter(condition).select_related("user", "user__employee", "unit", "granted_by")
    if agency is not None:
        rows = rows.filter(Q(unit__agency=agency) | Q(unit=None))
    today = clock.today()
    rows = rows.filter(valid_to__lt=today) if past else rows.filter(Q(valid_to=None) | Q(valid_to__gte=today))
    return rows.order_by("role", "user__display_name", "id")


def open_invitation(token_hash: str, *, for_update: bool = False) -> Invitation | None:
    """The invitation behind a link while it can still be used: not accepted, not out of date, the person not gone."""
    rows = Invitation.objects.select_for_update(of=("self",)) if for_update else Invitation.objects.all()
    return (
        rows.filter(token_hash=token_hash, accepted_at=None, expires_at__gt=clock.now(), employee__left_on=None)
        .select_related("employee", "employee__agency", "employee__unit")
        .first()
    )


def latest_invitation_of(employee: Employee) -> Invitation | None:
    """The newest invitation of a person, whatever became of it."""
    return Invitation.objects.filter(employee=employee).order_by("-id").first()


def unit_visible_to(user: User, public_id: "UUID | str") -> OrgUnit | None:
    """One unit of an agency in which the account may look people up, else None."""
    unit = OrgUnit.objects.select_related("agency", "province").filter(public_id=public_id).first()
    if unit is None:
        return None
    held = standing_of(user).agencies_with(Permission.SEE_STAFF)
    if held is None or unit.agency_id in held:
        return unit
    return None


def units_below(unit: OrgUnit) -> list[OrgUnit]:
    """The units directly under one, each with ``staff_count`` of its whole subtree and ``below_count``; three queries."""
    children: list[Any] = list(
        OrgUnit.objects.filter(path__subtree=unit.path, depth=unit.depth + 1)
        .annotate(below_count=F("numchild"))
        .order_by("valid_to", "name")
    )
    length = len(unit.path) + UNIT_STEP
    inside = dict(OrgUnit.objects.filter(path__subtree=unit.path, depth__gt=unit.depth).values_list("id", "path"))
    counts: Counter[str] = Counter()
    present = Employee.objects.filter(
        unit__in=OrgUnit.objects.filter(path__subtree=unit.path).values("pk"), left_on=None
    )
    for unit_id, count in present.values_list("unit_id").annotate(n=Count("pk")).values_list("unit_id", "n"):
        if unit_id in inside:
            counts[inside[unit_id][:length]] += count
    for child in children:
        child.staff_count = counts[child.path]
    return children


def ancestors_of(unit: OrgUnit) -> list[OrgUnit]:
    """The units above one, from the top."""
    paths = [unit.path[:end] for end in range(UNIT_STEP, len(unit.path), UNIT_STEP)]
    return list(OrgUnit.objects.filter(path__in=paths).order_by("path"))


def find_units(agency: Agency, text: str, limit: int = 30) -> list[OrgUnit]:
    """Open units of an agency whose name, short name or code holds the words."""
    rows = OrgUnit.objects.filter(agency=agency, valid_to=None)
    for word in text.split()[:6]:
        rows = rows.filter(Q(name__icontains=word) | Q(short_name__icontains=word) | Q(code__iexact=word))
    return list(rows.order_by("path")[:limit])


def find_person(agency: Agency, text: str, limit: int = 6) -> list[Employee]:
    """People of an agency, still there, by whole NIP or by words of the name; for naming somebody in a form."""
    rows = Employee.objects.filter(agency=agency, left_on=None).select_related("unit", "position")
    digits = text.replace(" ", "")
    if digits.isdigit() and len(digits) == 18:
        return list(rows.filter(employee_number=digits))
    for word in text.split()[:6]:
        rows = rows.filter(full_name__icontains=word)
    return list(rows.order_by("full_name", "id")[:limit])


def employees_to_invite(unit: OrgUnit) -> QuerySet[Employee]:
    """People of a subtree with an e-mail address who cannot sign in yet and have no invitation still open."""
    usable = User.objects.filter(employee=OuterRef("pk")).exclude(Q(password="") | Q(password__startswith="!"))  # noqa: S106  Django's mark for "no password"
    return (
        Employee.objects.filter(unit__path__subtree=unit.path, left_on=None)
        .exclude(email="")
        .filter(~Exists(usable))
        .filter(~Exists(Invitation.objects.filter(employee=OuterRef("pk"), expires_at__gt=clock.now())))
        .order_by("pk")
    )


def planned_placement_of(employee: Employee, on: dt.date | None = None) -> Assignment | None:
    """A definitive placement that has not begun yet, if one is on file."""
    return placements_of(employee).filter(kind="D", valid_from__gt=on or clock.today()).first()
