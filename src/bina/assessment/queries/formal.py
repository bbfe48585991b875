"""Questions about formal assessments: who organises which, who takes part, and what a person may do in one."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Avg, Count, Exists, OuterRef, Prefetch, Q, QuerySet

from bina.assessment.models import (
    AssessmentWindow,
    Blueprint,
    IntegrityDecision,
    IntegrityEvent,
    IntegrityHint,
    Participant,
    Session,
    WindowRoom,
)
from bina.assessment.queries.sessions import ENDED
from bina.assessment.rules import (
    DecisionKind,
    EventKind,
    ParticipantState,
    SessionState,
    WindowState,
    can_attempt,
    can_enter,
    reminder_at,
)
from bina.foundation import clock
from bina.foundation.verdict import Verdict
from bina.people.queries import (
    active_employees,
    employees_managed_by,
    job_classes,
    standing_of,
    under,
    units_visible_to,
)
from bina.people.rules import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from bina.people.models import Agency, Employee, JobClass, OrgUnit, User


def may_organise(user: "User") -> bool:
    """Whether the account organises assessments anywhere."""
    return standing_of(user).may(Permission.MANAGE_ASSESSMENTS)


def may_organise_in(user: "User", unit: "OrgUnit") -> bool:
    """Whether the account organises formal assessments for a unit."""
    return standing_of(user).may_in(Permission.MANAGE_ASSESSMENTS, unit.path)


def windows_organised_by(user: "User") -> QuerySet[AssessmentWindow]:
    """The formal assessments of the subtrees in which the account organises them, the newest first."""
    paths = standing_of(user).paths_with(Permission.MANAGE_ASSESSMENTS)
    rows = AssessmentWindow.objects.filter(under(paths))
    return rows.select_related("unit", "agency", "blueprint__bank", "created_by").order_by("-opens_at", "-id")


def windows_with_counts(user: "User") -> QuerySet[AssessmentWindow]:
    """The same, each with ``invited_count`` and ``finished_count``."""
    finished = Q(participants__state=ParticipantState.FINISHED.value)
    return windows_organised_by(user).annotate(
        invited_count=Count("participants"), finished_count=Count("participants", filter=finished)
    )


def window_organised_by(user: "User", public_id: "UUID | str") -> AssessmentWindow | None:
    """One formal assessment that the account organises."""
    return windows_organised_by(user).filter(public_id=public_id).first()


def organising_units(user: "User") -> "QuerySet[OrgUnit]":
    """The open units for which the account may hold a formal assessment, from the top of the tree."""
    return units_visible_to(user, Permission.MANAGE_ASSESSMENTS).filter(valid_to=None).select_related("agency")


def units_to_invite(user: "User", window: AssessmentWindow) -> "QuerySet[OrgUnit]":
    """Open units whose people may be invited: the organiser's and those below."""
    return organising_units(user).filter(path__subtree=window.unit.path)


def job_classes_of(window: AssessmentWindow) -> "QuerySet[JobClass]":
    """The job classes that people below the organiser's unit hold."""
    return job_classes().filter(
        pk__in=_present(window.unit.path).order_by().values_list("position__job_class_id", flat=True).distinct()
    )


def _present(path: str) -> "QuerySet[Employee]":
    return active_employees().filter(unit__path__subtree=path)


def people_to_invite(user: "User", window: AssessmentWindow) -> "QuerySet[Employee]":
    """Everybody whom the account may invite: people at work below the organiser's unit."""
    return (
        employees_managed_by(user, Permission.MANAGE_ASSESSMENTS)
        .filter(unit__path__subtree=window.unit.path, pk__in=_present(window.unit.path).values("pk"))
        .order_by("pk")
    )


def blueprints_for_windows(agency: "Agency") -> QuerySet[Blueprint]:
    """The tests that may be held formally in an agency."""
    return (
        Blueprint.objects.filter(kind=Blueprint.Kind.BANK, is_active=True, item_count__gt=0)
        .filter(Q(agency=None) | Q(agency=agency))
        .order_by("order", "id")
    )


# --- one person's part


def participant_of(user: "User", public_id: "UUID | str") -> Participant | None:
    """The account's own part in an announced formal assessment."""
    if user.employee_id is None:
        return None
    return (
        Participant.objects.filter(public_id=public_id, employee_id=user.employee_id)
        .exclude(window__state=WindowState.DRAFT.value)
        .select_related(
            "window__agency", "window__unit", "window__blueprint__bank", "window__created_by", "room", "employee__agency",
            "session__blueprint",
        )
        .first()
    )  # fmt: skip


def participation_of_session(session: Session) -> Participant | None:
    """The part in a formal assessment that an attempt belongs to."""
    return (
        Participant.objects.filter(window__public_id=session.context_id, employee_id=session.employee_id)
        .select_related("window__unit", "window__agency", "window__created_by", "window__blueprint", "room")
        .first()
    )


def participations_of(employee: "Employee") -> list[Participant]:
    """The announced formal assessments of a person that are to come, run, or ended within 60 days; soonest end first."""
    since = clock.now() - dt.timedelta(days=60)
    rows = Participant.objects.filter(employee=employee, window__closes_at__gte=since)
    rows = rows.exclude(window__state__in=(WindowState.DRAFT.value, WindowState.CANCELLED.value))
    return list(
        rows.select_related("window__blueprint", "window__agency", "room", "session").order_by(
            "window__closes_at", "pk"
        )
    )


def attempts_in_window(participant: Participant) -> QuerySet[Session]:
    """All attempts of a person in one formal assessment, the newest first."""
    return Session.objects.filter(
        employee_id=participant.employee_id, context_kind="window", context_id=str(participant.window.public_id)
    ).order_by("-id")


def _invalidated() -> Exists:
    return Exists(IntegrityDecision.objects.filter(session=OuterRef("pk"), kind=DecisionKind.INVALIDATED.value))


def attempts_used(participant: Participant) -> int:
    """How many attempts count as used: all but those set aside because something failed that was nobody's fault."""
    counted = Q(state__in=(*ENDED, SessionState.OPEN.value)) | Q(_invalidated())
    return attempts_in_window(participant).filter(counted).count()


def attempts_allowed(participant: Participant) -> int:
    """How many attempts the person has: by the rule of the assessment, and those granted."""
    return participant.window.attempts + participant.granted


def next_attempt_on(participant: Participant) -> dt.date | None:
    """The first day of another attempt by the rule; None before the first one and for an attempt that was granted."""
    if participant.granted:
        return None
    ended = attempts_in_window(participant).filter(state__in=ENDED).first()
    if ended is None or ended.finished_at is None:
        return None
    return clock.day_of(ended.finished_at) + dt.timedelta(days=participant.window.waiting_days)


def may_begin(participant: Participant, zone: str = "WIB") -> Verdict:
    """Whether the person may begin an attempt now, with the sentence why not."""
    window = participant.window
    entry = can_enter(
        state=window.state, opens_at=window.opens_at, closes_at=window.closes_at, own_until=participant.own_until,
        now=clock.now(), zone=zone,
    )  # fmt: skip
    chance = can_attempt(
        used=attempts_used(participant), allowed=attempts_allowed(participant),
        again_on=next_attempt_on(participant), today=clock.today(),
    )  # fmt: skip
    # Somebody whose chance is used is told that, not that the doors are open.
    return entry if chance or not entry else chance


def has_chance(participant: Participant) -> bool:
    """Whether an attempt is left that the person can still begin, now or later."""
    window, now = participant.window, clock.now()
    ends = [window.closes_at] if window.state in (WindowState.DRAFT, WindowState.OPEN) else []
    end = max([*ends, participant.own_until or now, now])
    again_on = next_attempt_on(participant)
    if end <= now or attempts_used(participant) >= attempts_allowed(participant):
        return False
    return again_on is None or again_on <= clock.day_of(end)


def invalidation_of(session: Session) -> IntegrityDecision | None:
    """The decision by which an attempt does not count, if there is one."""
    return (
        IntegrityDecision.objects.filter(session=session, kind=DecisionKind.INVALIDATED.value)
        .select_related("decided_by")
        .first()
    )


@dataclass(frozen=True, slots=True)
class LogSummary:
    """What was written down about an attempt, as its person may read it."""

    focus_losses: int
    seconds_away: int
    device_changes: int


def log_summary(session: Session) -> LogSummary:
    """How often the screen was left, for how long, and how often the device changed."""
    rows = list(IntegrityEvent.objects.filter(session=session).values_list("kind", "data"))
    return LogSummary(
        focus_losses=sum(kind == EventKind.FOCUS_LOST for kind, _data in rows),
        seconds_away=sum(int(data.get("seconds", 0)) for kind, data in rows if kind == EventKind.FOCUS_BACK),
        device_changes=sum(kind == EventKind.DEVICE for kind, _data in rows),
    )


# --- what organisers see of people


@dataclass(frozen=True, slots=True)
class WindowCounts:
    """How far a formal assessment is: people by state, and attempts with hints nobody has decided about."""

    invited: int
    waiting: int
    started: int
    finished: int
    absent: int
    invalidated: int
    undecided: int


def counts_of(window: AssessmentWindow) -> WindowCounts:
    """People by state, in two queries."""
    rows = dict(Participant.objects.filter(window=window).order_by().values_list("state").annotate(count=Count("pk")))
    return WindowCounts(
        invited=sum(rows.values()),
        waiting=rows.get(ParticipantState.INVITED.value, 0),
        started=rows.get(ParticipantState.STARTED.value, 0),
        finished=rows.get(ParticipantState.FINISHED.value, 0),
        absent=rows.get(ParticipantState.ABSENT.value, 0),
        invalidated=rows.get(ParticipantState.INVALIDATED.value, 0),
        undecided=participants_with_hints(window).count(),
    )


def _with_hints() -> Q:
    hinted = Exists(IntegrityHint.objects.filter(session=OuterRef("session_id")))
    decided = Exists(IntegrityDecision.objects.filter(session=OuterRef("session_id")))
    return Q(hinted) & ~Q(decided)


def participants_with_hints(window: AssessmentWindow) -> QuerySet[Participant]:
    """People whose newest attempt has hints that nobody has decided about."""
    return Participant.objects.filter(_with_hints(), window=window, state=ParticipantState.FINISHED.value)


def participants_of(
    window: AssessmentWindow, *, text: str = "", state: str = "", room: str = "", hints: bool = False
) -> QuerySet[Participant]:
    """The people of a formal assessment with the average level of their newest attempt (``level``), by name."""
    rows = participants_with_hints(window) if hints else Participant.objects.filter(window=window)
    if state in {one.value for one in ParticipantState}:
        rows = rows.filter(state=state)
    if room == "none":
        rows = rows.filter(room=None)
    elif room:
        rows = rows.filter(room__public_id=room)
    digits = text.replace(" ", "")
    if digits.isdigit():
        rows = rows.filter(employee__employee_number__endswith=digits)
    else:
        for word in text.split()[:6]:
            rows = rows.filter(employee__full_name__icontains=word)
    return (
        rows.select_related("employee__unit", "employee__position", "room", "session")
        .annotate(level=Avg("session__scores__value"))
        .prefetch_related(
            Prefetch("session__hints", IntegrityHint.objects.order_by("kind")),
            Prefetch("session__decisions", IntegrityDecision.objects.order_by("id")),
        )
        .order_by("employee__full_name", "pk")
    )


def participant_organised_by(user: "User", public_id: "UUID | str") -> Participant | None:
    """One person in a formal assessment that the account organises."""
    return (
        Participant.objects.filter(public_id=public_id, window__in=windows_organised_by(user).order_by().values("pk"))
        .select_related(
            "window__unit", "window__agency", "window__blueprint", "employee__unit", "employee__position",
            "employee__agency", "room", "session__blueprint",
        )
        .first()
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AttemptFile:
    """One attempt as its organiser sees it: times, levels, log, hints, decisions; never answers."""

    session: Session
    events: tuple[IntegrityEvent, ...]
    hints: tuple[IntegrityHint, ...]
    decisions: tuple[IntegrityDecision, ...]
    log: LogSummary

    @property
    def is_invalidated(self) -> bool:
        """Whether a human decided that it does not count."""
        return any(row.kind == DecisionKind.INVALIDATED for row in self.decisions)


def attempt_files(participant: Participant) -> list[AttemptFile]:
    """Every attempt of a person in a formal assessment with everything an organiser may see, the newest first."""
    sessions = list(
        attempts_in_window(participant).prefetch_related(
            "events",
            Prefetch("hints", IntegrityHint.objects.select_related("other__employee")),
            Prefetch("decisions", IntegrityDecision.objects.select_related("decided_by")),
            "scores__competency__framework",
        )
    )
    return [
        AttemptFile(
            session, tuple(session.events.all()), tuple(session.hints.all()), tuple(session.decisions.all()),
            _summary(session.events.all()),
        )
        for session in sessions
    ]  # fmt: skip


def _summary(events: Iterable[IntegrityEvent]) -> LogSummary:
    rows = list(events)
    return LogSummary(
        sum(row.kind == EventKind.FOCUS_LOST for row in rows),
        sum(int(row.data.get("seconds", 0)) for row in rows if row.kind == EventKind.FOCUS_BACK),
        sum(row.kind == EventKind.DEVICE for row in rows),
    )


# --- rooms


def rooms_of(window: AssessmentWindow) -> QuerySet[WindowRoom]:
    """The rooms of a formal assessment, each with how many sit there and how many have come (``seated``, ``present``)."""
    came = (ParticipantState.STARTED.value, ParticipantState.FINISHED.value, ParticipantState.INVALIDATED.value)
    return (
        WindowRoom.objects.filter(window=window)
        .annotate(seated=Count("participants"), present=Count("participants", filter=Q(participants__state__in=came)))
        .order_by("starts_at", "name")
    )


def room_organised_by(user: "User", public_id: "UUID | str") -> WindowRoom | None:
    """One room of a formal assessment that the account organises."""
    return (
        WindowRoom.objects.filter(public_id=public_id, window__in=windows_organised_by(user).order_by().values("pk"))
        .select_related("window__agency", "window__unit", "window__blueprint")
        .first()
    )


def people_in(room: WindowRoom) -> QuerySet[Participant]:
    """The people of one room by name, with their unit and the attempt's beginning and end."""
    return (
        Participant.objects.filter(room=room)
        .select_related("employee__unit", "session")
        .order_by("employee__full_name", "pk")
    )


# --- what comes due


def windows_to_close(now: dt.datetime) -> QuerySet[AssessmentWindow]:
    """Announced formal assessments whose end has passed."""
    return AssessmentWindow.objects.filter(state=WindowState.OPEN.value, closes_at__lte=now).order_by("closes_at")


def windows_to_remind(now: dt.datetime) -> list[AssessmentWindow]:
    """Announced formal assessments whose reminder is due and was not sent."""
    rows = AssessmentWindow.objects.filter(
        state=WindowState.OPEN.value, reminded_at=None, opens_at__lte=now, closes_at__gt=now
    )
    return [row for row in rows if (due := reminder_at(row.opens_at, row.closes_at)) is not None and due <= now]


def windows_awaiting_hints() -> list[AssessmentWindow]:
    """Closed formal assessments without hints in which nobody is still answering."""
    rows = AssessmentWindow.objects.filter(state=WindowState.CLOSED.value, hints_at=None)
    busy = set(
        Session.objects.filter(context_kind="window", state=SessionState.OPEN.value).values_list(
            "context_id", flat=True
        )
    )
    return [row for row in rows.order_by("closes_at") if str(row.public_id) not in busy]


def ended_attempts(window: AssessmentWindow) -> QuerySet[Session]:
    """The attempts of a formal assessment that ended and count, with their people and rooms."""
    return (
        Session.objects.filter(context_kind="window", context_id=str(window.public_id), state__in=ENDED)
        .select_related("employee", "participation")
        .order_by("pk")
    )


def people_to_notify(window: AssessmentWindow, *states: ParticipantState) -> "QuerySet[Participant]":
    """The people of a formal assessment in certain states (all by default), with their accounts and rooms."""
    rows = Participant.objects.filter(window=window, employee__user__isnull=False)
    if states:
        rows = rows.filter(state__in=[state.value for state in states])
    return rows.select_related("employee__user", "room").order_by("pk")


def window_by_id(public_id: "UUID | str") -> AssessmentWindow | None:
    """One formal assessment, for jobs and reactions."""
    return AssessmentWindow.objects.filter(public_id=public_id).select_related("agency", "unit", "created_by").first()
