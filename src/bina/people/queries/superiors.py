"""Who leads whom on a date, by the tree, acting posts and special superiors; computed the same from both sides.

A person answers to the head of the nearest unit above that the person does not lead. Where several people hold the
head's post, the acting one comes before the definitive one.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from bina.foundation import clock
from bina.foundation.prepared import PreparedQuery, PreparedRows, groups_of
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


_special: PreparedRows[SuperiorOverride] = PreparedRows(
    SuperiorOverride,
    lambda employee, on: SuperiorOverride.objects.filter(
        in_force(on), employee=employee, superior__left_on=None
    ).order_by("-valid_from", "-id"),
    int, dt.date, related={"superior": ()},
)  # fmt: skip
_DEPTH = 12
_heads: PreparedRows[Assignment] = PreparedRows(
    Assignment,
    lambda on, *paths: (
        _holders_of_head_posts(on, Q(position__unit__path__in=paths)).annotate(led=F("position__unit__path")).order_by()
    ),
    dt.date, *[str] * _DEPTH, related={"employee": ()}, annotated=("led",),
)  # fmt: skip


def superior_of(employee: Employee, on: dt.date | None = None) -> Employee | None:
    """The line manager on a date: a special superior if set, else the head of the nearest unit above not led oneself."""
    on = on or clock.today()
    override = _special.first(employee.pk, on)
    if override:
        return override.superior
    holders: list[Any] = [
        row for paths in groups_of(_DEPTH, chain_of(employee.unit.path)) for row in _heads.rows(on, *paths)
    ]
    reach = min((len(row.led) for row in holders if row.employee_id == employee.pk), default=None)
    above = [row for row in holders if reach is None or len(row.led) < reach]
    best = min(above, key=lambda row: (-len(row.led), PRECEDENCE[row.kind], row.pk), default=None)
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


def answering_to(employee: Employee, on: dt.date | None = None) -> QuerySet[Employee]:
    """Everyone who answers directly to a person on a date, learner or not."""
    return Employee.objects.filter(subordinates_condition(employee, on)).order_by()


_led = PreparedQuery(
    lambda employee, on: (
        _holders_of_head_posts(on, Q(employee=employee)).order_by().values_list("position__unit__path")
    ),
    int,
    dt.date,
)


def _subordinates_condition(employee: Employee, on: dt.date) -> Q:
    if employee.left_on is not None:
        return Q(pk__in=())
    units: set[int] = set()
    answering: set[int] = set()
    by_tree = Q(pk__in=())
    for path in {row[0] for row in _led.rows(employee.pk, on)}:
        led_units, leaders, led_leaders = _answering_to_head_of(path, employee, on)
        by_tree |= Q(unit_id__in=led_units, left_on=None) & ~Q(pk__in=leaders)
        units |= led_units
        answering |= led_leaders
    special = _special_superiors(employee, units, answering, on)
    own = {person for person, superior in special.items() if superior == employee.pk}
    elsewhere = {person for person, superior in special.items() if superior != employee.pk}
    return (by_tree | Q(pk__in=answering | own)) & ~Q(pk__in=elsewhere | {employee.pk})


def _special_superiors(employee: Employee, units: set[int], people: set[int], on: dt.date) -> dict[int, int]:
    """Of everyone whom the person, one of these units or one of these lists names: whom they answer to instead of the head
    of their unit; the newest wins.

    Three questions in one statement, not one with three alternatives: SQLite answers that by reading every employee.
    """
    overrides = SuperiorOverride.objects.filter(in_force(on), superior__left_on=None).order_by()
    named = overrides.filter(superior=employee).values("employee_id")
    facts = ("valid_from", "id", "employee_id", "superior_id")
    rows = overrides.filter(employee_id__in=named).values_list(*facts)
    others = [overrides.filter(where).values_list(*facts) for where in (
        *([Q(employee_id__in=people)] if people else []), *([Q(employee__unit_id__in=units)] if units else []),
    )]  # fmt: skip
    return {row[2]: row[3] for row in sorted(rows.union(*others) if others else rows)}


def _answering_to_head_of(path: str, head: Employee, on: dt.date) -> tuple[set[int], set[int], set[int]]:
    """Who answers to the head of the unit at ``path``: whole units, the leaders among their people who do not answer as
    such, and the leaders who do. All empty when another acts there."""
    holders = _holders_of_head_posts(
        on, Q(position__unit__path__subtree=path) | Q(position__unit__path__in=chain_of(path))
    ).order_by()
    posts: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    leaders: dict[int, tuple[str, list[str]]] = {}
    for unit_path, kind, row_id, holder, home in holders.values_list(
        "position__unit__path", "kind", "id", "employee_id", "employee__unit__path"
    ):
        posts[unit_path].append((PRECEDENCE[kind], row_id, holder))
        leaders.setdefault(holder, (home, []))[1].append(unit_path)
    if min(posts[path])[2] != head.pk:
        return set(), set(), set()

    def nearest(paths: Iterable[str]) -> str | None:
        return next((step for step in paths if step in posts), None)

    rows = OrgUnit.objects.filter(path__subtree=path).order_by().values_list("path", "id")
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


def leading(person: "OuterRef | int", on: dt.date) -> Q:
    """The condition that a person holds a head position on a date or is named as somebody's superior."""
    head_posts = Assignment.objects.filter(in_force(on), employee_id=person, position__is_head=True)
    overrides = SuperiorOverride.objects.filter(in_force(on), superior_id=person)
    return Q(Exists(head_posts.order_by())) | Q(Exists(overrides.order_by()))


_leading = PreparedQuery(
    lambda employee, on: (
        Employee.objects.filter(leading(employee, on), pk=employee, left_on=None).order_by().values_list("pk")
    ),
    int,
    dt.date,
)


def leads_anyone(employee: Employee) -> bool:
    """Whether the person leads today; known already where the person belongs to the account of the request."""
    if employee.leads is None:
        employee.leads = bool(_leading.rows(employee.pk, clock.today()))
    return employee.leads


def current_override_of(employee: Employee) -> SuperiorOverride | None:
    """The special superior in force today, if any."""
    return (
        SuperiorOverride.objects.filter(in_force(clock.today()), employee=employee)
        .select_related("superior", "employee", "employee__unit")
        .order_by("-valid_from", "-id")
        .first()
    )
