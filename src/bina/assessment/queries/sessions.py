"""Questions about tests and attempts: what a person may take and when, and the attempts that are the person's own."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from bina.assessment.models import Blueprint, CompetencyScore, ItemVersion, Response, Session
from bina.assessment.rules import GRACE, PARTLY_ANSWERED, SessionState, is_complete
from bina.foundation import clock
from bina.foundation.prepared import PreparedRows, as_identity, hex_of
from bina.people.queries import employees_visible_to, standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from bina.people.models import Employee, User

ENDED = (SessionState.FINISHED.value, SessionState.EXPIRED.value)


def session_visible_to(user: "User", public_id: "UUID | str") -> Session | None:
    """One attempt, for its own person only; nobody else sees that it exists."""
    if user.employee_id is None:
        return None
    found = _own_session.first(hex_of(public_id), user.employee_id)
    if found is not None and user.employee is not None:
        found.employee = user.employee
    return found


_own_session: PreparedRows[Session] = PreparedRows(
    Session,
    lambda public_id, employee_id: Session.objects.filter(
        public_id=as_identity(public_id), employee_id=employee_id
    ).order_by(),
    str, int,
    related={"blueprint": (), "blueprint__bank": ()},
)  # fmt: skip
_held_session: PreparedRows[Session] = PreparedRows(
    Session, lambda pk: Session.objects.select_for_update().filter(pk=pk).order_by(), int
)


def held_session(session: Session) -> Session:
    """The attempt as it stands now, held until the transaction ends; its person and its test are those already known.

    Raises Session.DoesNotExist when it is gone.
    """
    found = _held_session.first(session.pk)
    if found is None:
        raise Session.DoesNotExist
    found.employee, found.blueprint = session.employee, session.blueprint
    return found


def sessions_of(employee: "Employee") -> QuerySet[Session]:
    """A person's own attempts, newest first."""
    return Session.objects.filter(employee=employee).select_related("blueprint").order_by("-id")


def latest_finished_session(
    employee: "Employee", blueprint: Blueprint, context_kind: str = "", context_id: str = ""
) -> Session | None:
    """The newest ended attempt at a form in a context, or None."""
    return (
        sessions_of(employee)
        .filter(blueprint=blueprint, context_kind=context_kind, context_id=context_id, state__in=ENDED)
        .order_by("-finished_at", "-id")
        .first()
    )


def blueprint_by_code(code: str) -> Blueprint | None:
    """A form by its code."""
    return Blueprint.objects.filter(code=code).first()


def may_see_blueprint(user: "User", blueprint: Blueprint) -> bool:
    """Whether a form is in use and meant for the account's agency."""
    agency_id = user.employee.agency_id if user.employee else None
    return blueprint.is_active and blueprint.item_count > 0 and blueprint.agency_id in (None, agency_id)


def blueprint_visible_to(user: "User", public_id: "UUID | str") -> Blueprint | None:
    """A form of a bank that the account may take; course tests are reached through their course only."""
    found = Blueprint.objects.filter(public_id=public_id, kind=Blueprint.Kind.BANK).first()
    return found if found and may_see_blueprint(user, found) else None


@dataclass(frozen=True, slots=True)
class Offer:
    """A test that a person could take: the open attempt, the last result, and when it may be repeated."""

    blueprint: Blueprint
    open_session: Session | None
    latest: Session | None
    available_on: dt.date | None

    def is_waiting(self, today: dt.date) -> bool:
        """Whether the person must wait before taking it again."""
        return self.open_session is None and self.available_on is not None and self.available_on > today


def _measured_on(sessions: Iterable[Session], competencies: dict[int, set[int]]) -> dict[tuple[int, int], dt.date]:
    """The newest day on which each (bank, competency) was asked, by the ended attempts."""
    days: dict[tuple[int, int], dt.date] = {}
    for session in sessions:
        if session.finished_at is None:
            continue
        day = clock.day_of(session.finished_at)
        for competency in competencies.get(session.blueprint_id, ()):
            key = (session.blueprint.bank_id, competency)
            days[key] = max(day, days.get(key, day))
    return days


def _next_date(blueprint: Blueprint, asked: set[int], days: dict[tuple[int, int], dt.date]) -> dt.date | None:
    """When all of a form's competencies were asked lately it must wait until the first of them may be asked again."""
    found = [days.get((blueprint.bank_id, competency)) for competency in asked]
    known = [day for day in found if day is not None]
    if not known or len(known) < len(found):
        return None
    return min(known) + dt.timedelta(days=blueprint.retake_days)


def again_after(blueprint: Blueprint, finished_at: dt.datetime | None) -> dt.date | None:
    """When an adaptive test may be taken again after its last attempt; None without one."""
    return clock.day_of(finished_at) + dt.timedelta(days=blueprint.retake_days) if finished_at else None


def competency_ids_of(blueprint_ids: Iterable[int]) -> dict[int, set[int]]:
    """What several forms ask: competency ids by form id, in one query."""
    rows = Blueprint.competencies.through.objects.filter(blueprint_id__in=set(blueprint_ids))
    found: dict[int, set[int]] = {}
    for blueprint_id, competency_id in rows.values_list("blueprint_id", "competency_id"):
        found.setdefault(blueprint_id, set()).add(competency_id)
    return found


def _ended_bank_sessions(employee: "Employee") -> QuerySet[Session]:
    # An adaptive test asks each competency once or twice, so it does not stand in the way of asking more.
    return Session.objects.filter(
        employee=employee, state__in=ENDED, blueprint__kind=Blueprint.Kind.BANK, blueprint__mode=Blueprint.Mode.FIXED
    ).select_related("blueprint")


def available_on(employee: "Employee", blueprint: Blueprint) -> dt.date | None:
    """The first date on which a person may take a form again; None when nothing stands in the way.

    Forms of one bank share questions: a form waits while everything it asks was asked lately, in whichever form.
    """
    sessions = list(_ended_bank_sessions(employee).filter(blueprint__bank=blueprint.bank_id))
    asked = competency_ids_of([blueprint.pk, *(session.blueprint_id for session in sessions)])
    return _next_date(blueprint, asked.get(blueprint.pk, set()), _measured_on(sessions, asked))


def blueprints_open_to(user: "User") -> list[Offer]:
    """Every form of a bank that the account's person may take, with open attempt, last result and next date."""
    employee = user.employee
    if employee is None:
        return []
    blueprints = list(
        Blueprint.objects.filter(kind=Blueprint.Kind.BANK, is_active=True, item_count__gt=0)
        .filter(Q(agency=None) | Q(agency_id=employee.agency_id))
        .order_by("order", "id")
    )
    sessions = list(
        Session.objects.filter(employee=employee, blueprint__kind=Blueprint.Kind.BANK)
        .exclude(state=SessionState.CANCELLED.value)
        .select_related("blueprint")
        .order_by("id")
    )
    ended = [session for session in sessions if not session.is_open]
    fixed = [session for session in ended if not session.blueprint.is_adaptive]
    asked = competency_ids_of([row.pk for row in blueprints] + [row.blueprint_id for row in fixed])
    days = _measured_on(fixed, asked)
    # A formal attempt has its own place on the page, and its own rules.
    opened = {session.blueprint_id: session for session in sessions if session.is_open and not session.is_formal}
    latest = {session.blueprint_id: session for session in ended}
    offers = []
    for row in blueprints:
        last = latest.get(row.pk)
        again_on = (
            again_after(row, last.finished_at if last else None)
            if row.is_adaptive
            else _next_date(row, asked.get(row.pk, set()), days)
        )
        offers.append(Offer(row, opened.get(row.pk), last, again_on))
    return offers


def seconds_left(session: Session, now: dt.datetime) -> int:
    """Whole seconds until the deadline, never below 0."""
    return max(0, int((session.deadline_at - now).total_seconds()))


def form_versions(session: Session) -> list[ItemVersion]:
    """The item versions of an attempt in order, with item, competency and framework."""
    rows = ItemVersion.objects.filter(pk__in=session.form).select_related(
        "item__competency__framework", "item__competency__parent"
    )
    found = {row.pk: row for row in rows}
    return [found[pk] for pk in session.form]


def version_at(session: Session, position: int) -> ItemVersion | None:
    """The item version at one place of an attempt (1 is the first)."""
    if not 1 <= position <= session.item_count:
        return None
    return ItemVersion.objects.select_related("item").get(pk=session.form[position - 1])


def answers_of(session: Session) -> dict[int, Response]:
    """The saved answers of an attempt by place; the caller has made sure that it is the person's own."""
    return {row.position: row for row in Response.objects.filter(session=session, answer__isnull=False)}


@dataclass(frozen=True, slots=True)
class PlaceState:
    """One place in the overview of an attempt: ``done``, ``partly`` or ``open``."""

    position: int
    state: str


def overview(session: Session, *, answers: dict[int, Response] | None = None) -> list[PlaceState]:
    """How far each place of an attempt is answered; kinds with several fields may be answered in part."""
    answers = answers_of(session) if answers is None else answers
    versions = {
        row.pk: row
        for row in ItemVersion.objects.filter(
            pk__in=[r.item_version_id for r in answers.values()], item__kind__in=PARTLY_ANSWERED
        ).select_related("item")
    }
    states = []
    for position in range(1, session.item_count + 1):
        response = answers.get(position)
        if response is None:
            states.append(PlaceState(position, "open"))
            continue
        version = versions.get(response.item_version_id)
        whole = version is None or is_complete(version.item.kind, version.payload, response.answer)
        states.append(PlaceState(position, "done" if whole else "partly"))
    return states


def scores_of(session: Session) -> list[CompetencyScore]:
    """What an ended attempt says per competency, in the order of the framework."""
    rows = CompetencyScore.objects.filter(session=session).select_related("competency", "competency__framework")
    return list(rows.order_by("competency__framework_id", "competency__order"))


def scored_before(session: Session) -> bool:
    """Whether an earlier attempt at the same form in the same context has been scored."""
    return (
        CompetencyScore.objects.filter(
            session__employee_id=session.employee_id, session__blueprint_id=session.blueprint_id,
            session__context_kind=session.context_kind, session__context_id=session.context_id,
            session_id__lt=session.pk,
        )
        .exclude(session__state=SessionState.CANCELLED.value)
        .exists()
    )  # fmt: skip


def overdue_sessions(now: dt.datetime) -> QuerySet[Session]:
    """Open attempts whose time is over, grace included, the oldest first."""
    return Session.objects.filter(state=SessionState.OPEN.value, deadline_at__lt=now - GRACE).order_by("deadline_at")


@dataclass(frozen=True, slots=True)
class TestScore:
    """One line for the study of gains: the first scored attempt of a person at a pre- or post-test."""

    __test__ = False  # a word of the domain, not a test case

    employee_id: int
    context_id: str
    purpose: str
    competency_id: int
    value: float
    standard_deviation: float
    share: float
    finished_at: dt.datetime


def pre_post_scores(context_kind: str, context_ids: Sequence[str]) -> list[TestScore]:
    """Scores of the first scored pre- and post-test attempt of each person in each context, in one query.

    Later attempts are left out, because their explanations have been read.
    """
    rows = (
        CompetencyScore.objects.filter(
            session__context_kind=context_kind, session__context_id__in=[str(pk) for pk in context_ids],
            session__purpose__in=("pre", "post"), session__state__in=ENDED,
        )
        .order_by("session_id")
        .values_list(
            "session__employee_id", "session__context_id", "session__purpose", "competency_id", "value",
            "standard_deviation", "share", "session__finished_at", "session_id",
        )
    )  # fmt: skip
    first: dict[tuple[int, str, str], int] = {}
    return [
        TestScore(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7])
        for row in rows
        if row[7] is not None and first.setdefault((row[0], row[1], row[2]), row[8]) == row[8]
    ]


def may_cancel_for(user: "User", employee: "Employee") -> bool:
    """Whether the account may set aside attempts of a person or give more time: those who keep the staff records there.

    Nobody decides about attempts of their own: another keeper does.
    """
    return user.employee_id != employee.pk and standing_of(user).may_in(Permission.MANAGE_STAFF, employee.unit.path)


def kept_by(user: "User", public_id: "UUID | str") -> "Employee | None":
    """A person whose attempts the account may set aside."""
    found = (
        employees_visible_to(user, Permission.MANAGE_STAFF)
        .filter(public_id=public_id)
        .select_related("unit", "position", "agency")
        .first()
    )
    return found if found and may_cancel_for(user, found) else None


def attempts_for_keeper(employee: "Employee") -> QuerySet[Session]:
    """The attempts of a person as the keeper of staff records sees them: what and when; never answers or scores."""
    return (
        Session.objects.filter(employee=employee)
        .select_related("blueprint")
        .only(
            "public_id",
            "state",
            "started_at",
            "finished_at",
            "deadline_at",
            "form",
            "blueprint__title",
            "blueprint__title_en",
        )
        .order_by("-id")
    )
