"""Formal assessments: when and where a test counts, who takes part, what happened, what a human decided about it."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bina.assessment.models.sessions import Session
from bina.assessment.models.tests import Blueprint
from bina.assessment.rules.formal import (
    DECISION_NAMES,
    EVENT_NAMES,
    HINT_NAMES,
    PARTICIPANT_STATE_NAMES,
    WINDOW_MODE_NAMES,
    WINDOW_STATE_NAMES,
    DecisionKind,
    EventKind,
    HintKind,
    ParticipantState,
    WindowMode,
    WindowState,
    hint_sentence,
)
from bina.foundation.models import PublicIdModel


class AssessmentWindow(PublicIdModel):
    """One formal assessment: a test that counts, between two moments, for the people invited.

    Example: “Uji kompetensi digital Dinas Kesehatan, 3 to 7 November, at home”. Its attempts are sessions with the context
    ("window", its public id). ``hints_note`` says in words what the hints could not judge.
    """

    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    # Whose subtree the organisers look after: who holds the right there sees it.
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    blueprint = models.ForeignKey(Blueprint, on_delete=models.PROTECT, related_name="windows")
    title = models.CharField(max_length=200)
    purpose = models.TextField()
    mode = models.CharField(
        max_length=8, choices=[(m.value, n) for m, n in WINDOW_MODE_NAMES.items()], default=WindowMode.REMOTE.value
    )
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=1)
    waiting_days = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in WINDOW_STATE_NAMES.items()], default=WindowState.DRAFT.value
    )
    state_reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    hints_at = models.DateTimeField(null=True)
    hints_note: "models.JSONField[Any, list[str]]" = models.JSONField(default=list)

    class Meta:
        ordering = ["-opens_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="window_opens_before_it_closes"),
            models.CheckConstraint(condition=Q(attempts__gte=1), name="window_has_an_attempt"),
        ]
        indexes = [
            models.Index(fields=["unit", "-opens_at"], name="window_of_unit"),
            models.Index(fields=["closes_at"], condition=Q(state=WindowState.OPEN.value), name="window_to_close"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(WINDOW_STATE_NAMES[WindowState(self.state)])

    @property
    def mode_name(self) -> str:
        """Where people sit, in words."""
        return str(WINDOW_MODE_NAMES[WindowMode(self.mode)])

    @property
    def is_in_rooms(self) -> bool:
        """Whether people sit in rooms and need a code."""
        return self.mode == WindowMode.ROOM

    def runs_at(self, now: dt.datetime) -> bool:
        """Whether attempts may begin at a moment."""
        return self.state == WindowState.OPEN and self.opens_at <= now < self.closes_at


class WindowRoom(PublicIdModel):
    """A room where some of the people of a formal assessment sit; its code opens the test and may be changed."""

    window = models.ForeignKey(AssessmentWindow, on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(max_length=120)
    place = models.CharField(max_length=200, blank=True)
    capacity = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    code = models.CharField(max_length=12)

    class Meta:
        ordering = ["starts_at", "name"]
        constraints = [
            models.UniqueConstraint(fields=["window", "name", "starts_at"], name="room_once"),
            models.UniqueConstraint(fields=["code"], name="room_code_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def spoken_code(self) -> str:
        """The code in two halves, as people read it aloud."""
        return f"{self.code[:3]} {self.code[3:]}"


class Participant(PublicIdModel):
    """One person in one formal assessment, with the newest attempt; the earlier ones share its context."""

    window = models.ForeignKey(AssessmentWindow, on_delete=models.CASCADE, related_name="participants")
    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="formal_assessments")
    room = models.ForeignKey(WindowRoom, on_delete=models.SET_NULL, null=True, related_name="participants")
    state = models.CharField(
        max_length=12, choices=[(s.value, n) for s, n in PARTICIPANT_STATE_NAMES.items()],
        default=ParticipantState.INVITED.value,
    )  # fmt: skip
    session = models.OneToOneField(Session, on_delete=models.SET_NULL, null=True, related_name="participation")
    agreed_at = models.DateTimeField(null=True)
    invited_at = models.DateTimeField()
    # Attempts beyond the rule, given one by one with a reason, and until when such a one may begin.
    granted = models.PositiveSmallIntegerField(default=0)
    own_until = models.DateTimeField(null=True)
    grant_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["window", "employee"]
        constraints = [models.UniqueConstraint(fields=["window", "employee"], name="participant_once")]
        indexes = [
            models.Index(fields=["window", "state"], name="participant_by_state"),
            models.Index(fields=["employee", "-id"], name="participation_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.window_id} · {self.employee_id} · {self.state}"

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(PARTICIPANT_STATE_NAMES[ParticipantState(self.state)])


class IntegrityEvent(models.Model):
    """One line of an attempt's log: what happened and when, e.g. the screen was left for 40 seconds. A fact, no verdict."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=[(k.value, n) for k, n in EVENT_NAMES.items()])
    at = models.DateTimeField()
    data: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(default=dict)

    class Meta:
        ordering = ["session", "at", "id"]
        indexes = [models.Index(fields=["session", "kind"], name="event_of_session")]

    def __str__(self) -> str:
        return f"{self.session_id} · {self.kind}"

    @property
    def kind_name(self) -> str:
        """What happened, in words."""
        return str(EVENT_NAMES[EventKind(self.kind)])


class IntegrityHint(models.Model):
    """Something about an ended attempt that may deserve a look by a human, with its figures; it proves nothing.

    ``figures`` by kind: fit {"lz", "items"}; rapid {"rapid", "items"}; similar {"matches", "expected", "p"}; focus {"count",
    "seconds"}; devices {"count"}.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="hints")
    other = models.ForeignKey(Session, on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=[(k.value, n) for k, n in HINT_NAMES.items()])
    figures: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(default=dict)

    class Meta:
        ordering = ["session", "kind", "other"]
        constraints = [
            models.UniqueConstraint(fields=["session", "kind", "other"], name="hint_once_for_pair"),
            models.UniqueConstraint(fields=["session", "kind"], condition=Q(other=None), name="hint_once"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} · {self.kind}"

    @property
    def kind_name(self) -> str:
        """What it is about, in words."""
        return str(HINT_NAMES[HintKind(self.kind)])

    @property
    def sentence(self) -> str:
        """What was seen, with its figures."""
        return hint_sentence(self.kind, self.figures, self.other.employee.display_name if self.other else "")


class IntegrityDecision(models.Model):
    """What a human decided about an attempt, and why; hints were looked at and the result stands, or it does not count."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="decisions")
    kind = models.CharField(max_length=12, choices=[(k.value, n) for k, n in DECISION_NAMES.items()])
    reason = models.CharField(max_length=500)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["session", "id"]
        constraints = [models.UniqueConstraint(fields=["session", "kind"], name="decision_once")]

    def __str__(self) -> str:
        return f"{self.session_id} · {self.kind}"

    @property
    def kind_name(self) -> str:
        """What was decided, in words."""
        return str(DECISION_NAMES[DecisionKind(self.kind)])
