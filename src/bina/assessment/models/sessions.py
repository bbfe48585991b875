"""Attempts at tests with their answers and scores, and the extra time some people need."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bina.assessment.models.banks import ItemVersion
from bina.assessment.models.tests import Blueprint
from bina.assessment.rules import GRACE, PURPOSE_NAMES, STATE_NAMES, Purpose, SessionState
from bina.foundation.models import PublicIdModel


class TimeAllowance(models.Model):
    """More time for somebody who needs it to answer at all: a factor on the time limit of every test, with its reason."""

    class Factor(models.TextChoices):
        """By how much limits grow; text, so that it is exact and can be chosen."""

        QUARTER = "1.25", _("25% lebih lama")
        HALF = "1.5", _("50% lebih lama")
        DOUBLE = "2", _("dua kali")

    employee = models.OneToOneField("people.Employee", on_delete=models.CASCADE, related_name="time_allowance")
    factor = models.CharField(max_length=4, choices=Factor)
    reason = models.CharField(max_length=300)
    given_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.employee_id} × {self.factor}"

    @property
    def times(self) -> float:
        """The factor as a number."""
        return float(self.factor)


class Session(PublicIdModel):
    """One attempt of a person at a form, with the server's clock. Only that person ever sees the answers.

    ``form`` keeps the item versions as they were when it began, so that a bank may change meanwhile; in an adaptive test it
    grows with each answer. ``adaptive`` keeps what such a test remembers, of which a fixed one has only “pilots”:
    {"withheld": version ids not offered to this person, "pilots": version ids that are tried and do not count,
    "correlations": public id of the ProfileCorrelations it began with (absent: the first assumption),
    "areas": {competency id of the area: [level, error]}, "whole": [level, error]}.
    """

    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="sessions")
    blueprint = models.ForeignKey(Blueprint, on_delete=models.PROTECT, related_name="sessions")
    purpose = models.CharField(max_length=10, choices=[(p.value, n) for p, n in PURPOSE_NAMES.items()])
    # What the attempt belongs to, e.g. ("enrolment", its public id); empty for a test of its own.
    context_kind = models.CharField(max_length=30, blank=True)
    context_id = models.CharField(max_length=60, blank=True)
    state = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in STATE_NAMES.items()], default=SessionState.OPEN.value
    )
    form = models.JSONField(default=list)
    adaptive = models.JSONField(default=dict)
    seed = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    score = models.FloatField(null=True)
    passed = models.BooleanField(null=True)
    # When the levels of a voluntary test became evidence, by the person's own wish.
    adopted_at = models.DateTimeField(null=True)
    # A formal attempt belongs to one device at a time, and the time on each question is kept: which device and since when;
    # which question is on its screen and since when.
    device = models.CharField(max_length=40, blank=True)
    device_since = models.DateTimeField(null=True)
    shown_position = models.PositiveSmallIntegerField(null=True)
    shown_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "blueprint", "context_kind", "context_id"],
                condition=Q(state=SessionState.OPEN.value),
                name="one_open_session",
            ),
        ]
        indexes = [
            models.Index(fields=["employee", "-id"], name="session_of_person"),
            models.Index(fields=["context_kind", "context_id"], name="session_context"),
            models.Index(fields=["deadline_at"], condition=Q(state=SessionState.OPEN.value), name="session_overdue"),
        ]

    def __str__(self) -> str:
        return f"{self.blueprint_id} · {self.employee_id} · {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether the attempt has not ended yet."""
        return self.state == SessionState.OPEN

    @property
    def item_count(self) -> int:
        """How many questions the attempt has."""
        return len(self.form)

    @property
    def purpose_name(self) -> str:
        """The purpose in words."""
        return str(PURPOSE_NAMES[Purpose(self.purpose)])

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(STATE_NAMES[SessionState(self.state)])

    @property
    def is_formal(self) -> bool:
        """Whether it belongs to a formal assessment, so that times and changes of screen are kept."""
        return self.purpose == Purpose.FORMAL

    def is_overdue(self, now: dt.datetime) -> bool:
        """Whether its time has run out, grace included."""
        return self.is_open and now > self.deadline_at + GRACE

    def seed_at(self, position: int) -> str:
        """What decides the order of options at one place; each attempt has its own."""
        return f"{self.seed}:{position}"


class Response(models.Model):
    """The answer at one place of an attempt, and the item version it was given to; the score comes at the end.

    Without an answer but with a score of 0: “I do not know” in an adaptive test, passed over in another that has ended.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="responses")
    position = models.PositiveSmallIntegerField()
    item_version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="responses")
    answer = models.JSONField(null=True)
    score = models.FloatField(null=True)
    saved_at = models.DateTimeField()
    # How long the question stood on the screen until its answer, by the server's clock; only formal attempts keep it.
    milliseconds = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["session", "position"]
        constraints = [models.UniqueConstraint(fields=["session", "position"], name="response_once")]

    def __str__(self) -> str:
        return f"{self.session_id} · {self.position}"


class CompetencyScore(models.Model):
    """What one attempt says about one competency: ability with its error (levels), and the share right.

    Example: 2.6 ± 0.6, share 0.75 of 4 items. Not the person's level: that weighs all evidence.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="scores")
    competency = models.ForeignKey("competencies.Competency", on_delete=models.PROTECT, related_name="+")
    value = models.FloatField()
    standard_deviation = models.FloatField()
    share = models.FloatField()
    item_count = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["session", "competency"]
        constraints = [models.UniqueConstraint(fields=["session", "competency"], name="score_once")]

    def __str__(self) -> str:
        return f"{self.value:.2f} ± {self.standard_deviation:.2f}"
