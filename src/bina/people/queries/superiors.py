"""Who leads whom on a date, by the tree, acting posts and special superiors; computed the same from both sides.

A person answers to the head of the nearest unit above that the person does not lead. Where several people hold the
head's post, the acting one comes before the definitive one.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from bina.foundation import clock
from bina.foundation.prepared import PreparedQuery
from bina.people.models import ACTIVE_STATUSES, Assignment, Employee, OrgUnit, SuperiorOverride

PRECEDENCE = {"PLT": 0, "PJ": 1, "PLH": 2, "D": 3, "TT": 4}


def in_force(on: dt.date) -> Q:
    """A filter for rows with ``valid_from`` and ``valid_to`` that hold on a date."""
    return Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gte=on))


def chain_of(path: str) -> list[str]:
    """The paths from a unit up to the top of its tree."""
    return [path[:end] for end in range(len(path), 0, -OrgUnit.steplen)]


def active_employees() -> QuerySet[Employee]:
    """Everyone who counts as a learner."""
    return Employee.objects.filter(legal_status__in=ACTIVE_STATUSES, left_on=None)


def _holders_of_head_posts(on: dt.date, where: Q) -> QuerySet[Assignment]:
    return Assignment.objects.filter(in_force(on), where, position__is_head=True, employee__left_on=None)


def head_of(unit: OrgUnit, on: dt.date | None = None) -> Employee | None:
    """Who leads a unit on a date: the acting head when one is named, else the definitive one, else nobody."""
    holders = _holders_of_head_posts(on or clock.today(), Q(position__unit=unit)).select_related("employee")
    best = min(holders, key=lambda row: (PRECEDENCE[row.kind], row.pk), default=None)
    return best.employee if best else None


def superior_of(employee: Employee, on: dt.date | None = None) -> Employee | None:
    """The line manager on a date: a special superior if set, else the head of the nearest unit above not led oneself."""
    on = on or clock.today()
    override = (
        SuperiorOverride.objects.filter(in_force(on), employee=employee, superior__left_on=None)
        .select_related("superior")
        .order_by("-valid_from", "-id")
        .first()
    )
    if override:
        return override.superior
    holders = list(
        _holders_of_head_posts(on, Q(position__unit__path__in=chain_of(employee.unit.path))).select_related(
            "employee", "position__unit"
        )
    )
    reach = min((len(row.position.unit.path) for row in holders if row.employee_id == employee.pk), default=None)
    above = [row for row in holders if reach is None or len(row.position.unit.path) < reach]
    best = min(above, key=lambda row: (-len(row.position.unit.path), PRECEDENCE[row.kind], row.pk), default=None)
    return best.employee if best else None


def subordinates_condition(employee: Employee, on: dt.date | None = None) -> Q:
    """A filter for the people who answer directly to a person on a date, by the tree, acting posts and special superiors.

    It names units rather than people, so it stays short for the head of a large agency as well.
    """
    memo: dict[int, Q] = employee.__dict__.setdefault("_subordinates", {})
    on = on or clock.today()
    if on.toordinal() not in memo:
        memo[on.toordinal()] = _subordinates_condition(employee, on)
    return memo[on.toordinal()]


def subordinate_ids_of(employee: Employee, on: dt.date | None = None) -> set[int]:
    """Ids of the people who answer directly to a person on a date."""
    return set(Employee.objects.filter(subordinates_condition(employee, on)).values_list("id", flat=True))


def _subordinates_condition(employee: Employee, on: dt.date) -> Q:
    if employee.left_on is not None:
        return Q(pk__in=())
    units: set[int] = set()
    answering: set[int] = set()
    by_tree = Q(pk__in=())
    for path in set(_holders_of_head_posts(on, Q(employee=employee)).values_list("position__unit__path", flat=True)):
        led_units, leaders, led_leaders = _answering_to_head_of(path, employee, on)
        by_tree |= Q(unit_id__in=led_units, left_on=None) & ~Q(pk__in=leaders)
        units |= led_units
        answering |= led_leaders
    overrides = SuperiorOverride.objects.filter(in_force(on), superior__left_on=None).order_by("valid_from", "id")
    named = set(overrides.filter(superior=employee).values_list("employee_id", flat=True))
    # The newest special superior of each person wins.
    special = dict(
        overrides.filter(Q(employee_id__in=named | answering) | Q(employee__unit_id__in=units)).values_list(
            "employee_id", "superior_id"
        )
    )
    own = {person for person, superior in special.items() if superior == employee.pk}
    elsewhere = {person for person, superior in special.items() if superior != employee.pk}
    return (by_tree | Q(pk__in=answering | own)) & ~Q(pk__in=elsewhere | {employee.pk})


def _answering_to_head_of(path: str, head: Employee, on: dt.date) -> tuple[set[int], set[int], set[int]]:
    """Who answers to the head of the unit at ``path``: whole units, the leaders among their people who do not answer as
    such, and the leaders who do. All empty when another acts there."""
    holders = _holders_of_head_posts(
        on, Q(position__unit__path__startswith=path) | Q(position__unit__path__in=chain_of(path))
    ).values_list("position__unit__path", "kind", "id", "employee_id", "employee__unit__path")
    posts: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    leaders: dict[int, tuple[str, list[str]]] = {}
    for unit_path, kind, row_id, holder, home in holders:
        posts[unit_path].append((PRECEDENCE[kind], row_id, holder))
        leaders.setdefault(holder, (home, []))[1].append(unit_path)
    if min(posts[path])[2] != head.pk:
        return set(), set(), set()

    def nearest(paths: Iterable[str]) -> str | None:
        return next((step for step in paths if step in posts), None)

    rows = OrgUnit.objects.filter(path__startswith=path).values_list("path", "id")
    units = {unit_id for unit_path, unit_id in rows if nearest(chain_of(unit_path)) == path}
    answering: set[int] = set()
    for holder, (home, led) in leaders.items():
        if not home.startswith(path):
            continue
        reach = min((len(step) for step in led if home.startswith(step)), default=len(home) + 1)
        if nearest(step for step in chain_of(home) if len(step) < reach) == path:
            answering.add(holder)
    return units, set(leaders), answering


def subordinates_of(employee: Employee) -> QuerySet[Employee]:
    """The active people who answer directly to a person today, with unit and position."""
    return (
        active_employees()
        .filter(subordinates_condition(employee))
        .select_related("unit", "position", "position__job_class")
        .order_by("full_name", "id")
    )


def is_superior_of(superior: Employee, employee: Employee, on: dt.date | None = None) -> bool:
    """Whether ``employee`` answers directly to ``superior`` on the date."""
    found = superior_of(employee, on)
    return found is not None and found.pk == superior.pk


def _is_leading(employee: int, on: dt.date) -> QuerySet[Employee, tuple[int]]:
    by_override = SuperiorOverride.objects.filter(in_force(on), superior_id=OuterRef("pk"))
    head_post = Assignment.objects.filter(in_force(on), employee_id=OuterRef("pk"), position__is_head=True)
    people = Employee.objects.filter(pk=employee, left_on=None).order_by()
    return people.filter(Exists(head_post) | Exists(by_override)).values_list("pk")


_leading = PreparedQuery(_is_leading, int, dt.date)


def leads_anyone(employee: Employee, on: dt.date | None = None) -> bool:
    """Whether the person holds a head position or is named as somebody's superior; cheap, for menus."""
    memo: bool | None = employee.__dict__.get("_leads")
    if memo is None:
        memo = bool(_leading.rows(employee.pk, on or clock.today()))
        employee.__dict__["_leads"] = memo
    return memo


def current_override_of(employee: Employee) -> SuperiorOverride | None:
    """The special superior in force today, if any."""
    return (
        SuperiorOverride.objects.filter(in_force(clock.today()), employee=employee)
        .select_related("superior", "employee", "employee__unit")
        .order_by("-valid_from", "-id")
        .first()
    )
