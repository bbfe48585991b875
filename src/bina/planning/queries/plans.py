"""One person's plans, who may read them, and who may decide on them."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import FilteredRelation, Q, QuerySet

from bina.foundation import clock
from bina.foundation.prepared import PreparedQuery
from bina.foundation.verdict import Verdict
from bina.foundation.wording import localized
from bina.people.queries import (
    answering_to,
    is_superior_of,
    standing_of,
    superior_of,
    user_of,
    users_with,
)
from bina.people.rules import Permission
from bina.planning.models import IndividualPlan, PlanItem, PlanningCycle
from bina.planning.rules import LIVE_STATES, STATE_NAMES, ItemState, PlanState, may_decide, offered_years

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bina.people.models import Employee, User

LIVE = [state.value for state in LIVE_STATES]


def plan_of(employee: "Employee", year: int) -> IndividualPlan | None:
    """The revision a person works with: the one in the making, else the approved one; the caller decided who may see."""
    return IndividualPlan.objects.filter(employee=employee, year=year, state__in=LIVE).order_by("-revision").first()


def plan_in_force(employee: "Employee", year: int) -> IndividualPlan | None:
    """The approved revision, which holds until a newer one is approved."""
    return IndividualPlan.objects.filter(employee=employee, year=year, state=PlanState.APPROVED).first()


def plan_by_public_id(public_id: "UUID | str") -> IndividualPlan | None:
    """One plan with its person; for reactions. The caller decides who may see it."""
    return (
        IndividualPlan.objects.filter(public_id=public_id)
        .select_related("employee", "employee__agency", "employee__unit")
        .first()
    )


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item as pages show it; reads like the row itself, with the competency in words."""

    pk: int
    public_id: str
    line: UUID
    competency_id: int | None
    competency: str
    target_level: int | None
    form_code: str
    course_id: int | None
    title: str
    quarter: int
    hours: Decimal
    reason: str
    state: str
    done_at: dt.datetime | None
    done_note: str


_ITEM_COLUMNS = (
    "id", "public_id", "line", "competency_id", "competency__name", "competency__name_en", "target_level", "form_code",
    "course_id", "title", "quarter", "hours", "reason", "state", "done_at", "done_note",
)  # fmt: skip


def _line(row: "Sequence[Any]") -> ItemLine:
    return ItemLine(
        row[0], str(row[1]), row[2], row[3], localized(row[4], row[5] or "") if row[4] else "", *row[6:],
    )  # fmt: skip


_lines = PreparedQuery(
    lambda plan_id, dropped: (
        PlanItem.objects.filter(~Q(state=dropped), plan_id=plan_id)
        .order_by("quarter", "order", "id")
        .values_list(*_ITEM_COLUMNS)
    ),
    int,
    str,
)


def lines_of(plan: IndividualPlan) -> list[ItemLine]:
    """What a plan holds, in order of quarter and place, ready to show. One compiled query."""
    return [_line(row) for row in _lines.rows(plan.pk, ItemState.DROPPED.value)]


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a person's plan page stands on: the revision to work with, the one in force, what each holds in order of quarter
    and place, and the years to choose from."""

    year: int
    plan: IndividualPlan | None
    in_force: IndividualPlan | None
    items: tuple[ItemLine, ...]
    items_in_force: tuple[ItemLine, ...]
    years: tuple[int, ...]


_PLAN_COLUMNS = tuple(field.attname for field in IndividualPlan._meta.concrete_fields)
_live_plans = PreparedQuery(
    lambda employee_id, dropped: (
        IndividualPlan.objects.filter(employee_id=employee_id, state__in=LIVE)
        .annotate(item=FilteredRelation("items", condition=~Q(items__state=dropped)))
        .order_by("-year", "-revision", "item__quarter", "item__order", "item__id")
        .values_list(*_PLAN_COLUMNS, *(f"item__{name}" for name in _ITEM_COLUMNS))
    ),
    int,
    str,
)


def workspace_of(employee: "Employee", year: int | None = None) -> Workspace:
    """The plans of a person around one year with what they hold. One compiled query."""
    today = clock.today(employee.agency.time_zone)
    found: dict[IndividualPlan, list[ItemLine]] = {}
    width = len(_PLAN_COLUMNS)
    latest: IndividualPlan | None = None
    for row in _live_plans.rows(employee.pk, ItemState.DROPPED.value):
        if latest is None or latest.pk != row[0]:
            latest = IndividualPlan.from_db("default", _PLAN_COLUMNS, row[:width])
            found[latest] = []
        if row[width] is not None:
            found[latest].append(_line(row[width:]))
    years = sorted({plan.year for plan in found} | set(offered_years(today)))
    chosen = year if year in years else today.year
    of_year = [plan for plan in found if plan.year == chosen]
    plan = of_year[0] if of_year else None
    in_force = next((plan for plan in of_year if plan.state == PlanState.APPROVED), None)
    return Workspace(
        chosen,
        plan,
        in_force,
        tuple(found[plan]) if plan else (),
        tuple(found[in_force]) if in_force else (),
        tuple(years),
    )


def plans_of(employee: "Employee") -> QuerySet[IndividualPlan]:
    """Every revision of every year, newest first; the caller has decided who may see them."""
    return IndividualPlan.objects.filter(employee=employee).exclude(state=PlanState.DISCARDED)


def items_of(plan: IndividualPlan, *, with_dropped: bool = False) -> list[PlanItem]:
    """The items in order of quarter and place, each with competency and course, for whoever changes them. One query."""
    rows = PlanItem.objects.filter(plan=plan).select_related("competency__framework", "course")
    if not with_dropped:
        rows = rows.exclude(state=ItemState.DROPPED)
    return list(rows.order_by("quarter", "order", "id"))


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """A plan in a few words for home pages: its state, how much is done, and what comes next."""

    public_id: str
    state: str
    items: int
    done: int
    hours: Decimal
    next_item_title: str
    next_item_quarter: int | None

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(STATE_NAMES[PlanState(self.state)])


_summary_rows = PreparedQuery(
    lambda employee_id, dropped: (
        IndividualPlan.objects.filter(employee_id=employee_id, state__in=LIVE)
        .annotate(item=FilteredRelation("items", condition=~Q(items__state=dropped)))
        .order_by("-revision", "item__quarter", "item__order", "item__id")
        .values_list("year", "public_id", "state", "item__id", "item__title", "item__quarter", "item__hours", "item__state")
    ),
    int, str,
)  # fmt: skip


def plan_summary(employee: "Employee", year: int) -> PlanSummary | None:
    """The plan in force (else the one in the making) in a few words; None without one. One compiled query."""
    plans: dict[UUID, tuple[str, list[Sequence[Any]]]] = {}
    for of_year, public_id, state, item_id, *item in _summary_rows.rows(employee.pk, ItemState.DROPPED.value):
        if of_year == year:
            items = plans.setdefault(public_id, (state, []))[1]
            if item_id is not None:
                items.append(item)
    if not plans:
        return None
    # A revision sent back needs the person's eyes; otherwise what is agreed holds, then the newest.
    by_state = {state: public_id for public_id, (state, _items) in plans.items()}
    chosen = by_state.get(PlanState.RETURNED) or by_state.get(PlanState.APPROVED) or next(iter(plans))
    state, lines = plans[chosen]
    waiting = next(
        ((title, quarter) for title, quarter, _hours, item in lines if item == ItemState.PLANNED), ("", None)
    )
    return PlanSummary(
        str(chosen),
        state,
        len(lines),
        sum(1 for line in lines if line[3] == ItemState.DONE),
        sum((line[2] for line in lines), Decimal(0)),
        *waiting,
    )


def _may_read(user: "User", plan: IndividualPlan) -> bool:
    if user.employee_id == plan.employee_id:
        return True
    # Until it is submitted a plan is the employee's own paper; what was agreed or sent is for superior and HR.
    if plan.submitted_at is None:
        return False
    if standing_of(user).may_in(Permission.SEE_PLANS, plan.employee.unit.path):
        return True
    return user.employee is not None and is_superior_of(user.employee, plan.employee)


def plan_visible_to(user: "User", public_id: "UUID | str") -> IndividualPlan | None:
    """A plan the account may open: the own; those sent by direct subordinates or by staff where plans may be seen."""
    plan = (
        IndividualPlan.objects.filter(public_id=public_id)
        .exclude(state=PlanState.DISCARDED)
        .select_related(
            "employee", "employee__unit", "employee__agency", "employee__position", "employee__position__job_class"
        )
        .first()
    )
    return plan if plan and _may_read(user, plan) else None


def item_visible_to(user: "User", public_id: "UUID | str") -> PlanItem | None:
    """An item of the account's own live plan; nobody else writes in it."""
    if user.employee_id is None:
        return None
    return (
        PlanItem.objects.filter(public_id=public_id, plan__employee_id=user.employee_id, plan__state__in=LIVE)
        .select_related("plan", "plan__employee", "plan__employee__agency", "competency__framework", "course")
        .first()
    )


def verdict_to_decide(user: "User", employee: "Employee") -> Verdict:
    """Whether the account decides on this person's plans today."""
    superior = superior_of(employee)
    return may_decide(
        is_superior=superior is not None and user.employee_id == superior.pk,
        has_superior=superior is not None,
        looks_after_staff=standing_of(user).may_in(Permission.MANAGE_STAFF, employee.unit.path),
        is_owner=user.employee_id == employee.pk,
    )


def deciders_of(employee: "Employee") -> list["User"]:
    """The accounts that decide on a person's plan today: the superior, else those who look after the staff."""
    superior = superior_of(employee)
    if superior is not None:
        account = user_of(superior)
        return [account] if account else []
    accounts = users_with(Permission.MANAGE_STAFF, employee.unit.path).filter(employee__agency_id=employee.agency_id)
    return [account for account in accounts[:20] if account.employee_id != employee.pk]


def plans_waiting_for(user: "User") -> QuerySet[IndividualPlan]:
    """Plans that wait for this person's decision as superior today, the longest waiting first."""
    waiting = IndividualPlan.objects.filter(state=PlanState.SUBMITTED)
    if user.employee is None:
        return waiting.none()
    return (
        waiting.filter(employee__in=answering_to(user.employee))
        .select_related("employee", "employee__unit", "employee__position")
        .order_by("submitted_at", "id")
    )


def cycle_of(agency_id: int, year: int) -> PlanningCycle | None:
    """When an agency accepts plans for a year; None when it always does."""
    return PlanningCycle.objects.filter(agency_id=agency_id, year=year).first()


@dataclass(frozen=True, slots=True)
class Differences:
    """How a revision differs from the plan in force: lines that are new or changed, and items that left."""

    added: frozenset[object]
    changed: frozenset[object]
    dropped: tuple[ItemLine, ...]

    def word(self, item: "PlanItem | ItemLine") -> str:
        """“added”, “changed” or nothing."""
        return "added" if item.line in self.added else "changed" if item.line in self.changed else ""


_SAID = ("title", "form_code", "quarter", "hours", "competency_id", "target_level", "course_id", "reason")


def differences_of(items: "Sequence[PlanItem | ItemLine]", agreed_items: "Sequence[ItemLine]") -> Differences:
    """What a change asks for, compared with what was agreed."""
    agreed = {item.line: item for item in agreed_items}
    proposed = {item.line: item for item in items}
    changed = {
        line
        for line, item in proposed.items()
        if line in agreed and any(getattr(item, name) != getattr(agreed[line], name) for name in _SAID)
    }
    return Differences(
        frozenset(proposed.keys() - agreed.keys()),
        frozenset(changed),
        tuple(item for line, item in agreed.items() if line not in proposed),
    )
