"""180/360 rounds: the round, the people who are rated in it, and who rates each of them."""

from django.db import models
from django.db.models import Q

from bina.assessment.rules import (
    RATER_STATE_NAMES,
    ROUND_KIND_NAMES,
    ROUND_STATE_NAMES,
    VIEW_NAMES,
    RaterState,
    RoundKind,
    RoundState,
    View,
)
from bina.foundation.models import PublicIdModel


class RatingRound(PublicIdModel):
    """People of a subtree are rated on chosen competencies by themselves, their superior and (360) colleagues.

    Example: “Putaran 360 pejabat pengawas 2026”, 12 people, 6 competencies, closes on 30 November.
    ``summary`` is what the organiser reads: only figures over several people, made at closing and never again.
    """

    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="rating_rounds")
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=160)
    kind = models.CharField(max_length=4, choices=[(kind.value, name) for kind, name in ROUND_KIND_NAMES.items()])
    state = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in ROUND_STATE_NAMES.items()], default=RoundState.DRAFT.value
    )
    closes_on = models.DateField()
    allows_suggestions = models.BooleanField(default=False)
    peer_count = models.PositiveSmallIntegerField(default=5)
    subordinate_count = models.PositiveSmallIntegerField(default=8)
    most_per_rater = models.PositiveSmallIntegerField(default=6)
    competencies = models.ManyToManyField("competencies.Competency", related_name="+")
    created_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    reminded_on = models.DateField(null=True)
    progress = models.ForeignKey("foundation.Progress", on_delete=models.SET_NULL, null=True, related_name="+")
    summary = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "closes_on"], name="round_by_state")]

    def __str__(self) -> str:
        return self.title

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(ROUND_STATE_NAMES[RoundState(self.state)])

    @property
    def kind_name(self) -> str:
        """The kind in words."""
        return str(ROUND_KIND_NAMES[RoundKind(self.kind)])

    @property
    def is_preparing(self) -> bool:
        """Whether it has not been opened yet."""
        return self.state in (RoundState.DRAFT.value, RoundState.REVIEW.value)


class RoundSubject(PublicIdModel):
    """One person who is rated in a round. ``report`` is what may be shown of it, made at closing and never again."""

    round = models.ForeignKey(RatingRound, on_delete=models.CASCADE, related_name="subjects")
    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="rated_in_rounds")
    report = models.JSONField(default=dict)

    class Meta:
        ordering = ["round", "employee__full_name", "id"]
        constraints = [models.UniqueConstraint(fields=["round", "employee"], name="round_subject_once")]

    def __str__(self) -> str:
        return f"{self.round_id} · {self.employee_id}"


class RoundRater(PublicIdModel):
    """One rater of one person in a round, with the answers, which nobody but the rater ever sees.

    ``answers`` as in Rating; ``keep`` and ``grow`` are the two comments. No page, file or journal entry joins them with
    the rater's name.
    """

    subject = models.ForeignKey(RoundSubject, on_delete=models.CASCADE, related_name="raters")
    rater = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="rates_in_rounds")
    view = models.CharField(max_length=12, choices=[(view.value, name) for view, name in VIEW_NAMES.items()])
    state = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in RATER_STATE_NAMES.items()], default=RaterState.INVITED.value
    )
    # The rated person would rather not be rated by this colleague; the superior decides.
    removal_asked = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    answers = models.JSONField(default=dict)
    keep = models.TextField(blank=True)
    grow = models.TextField(blank=True)
    saved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["subject", "view", "rater__full_name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "rater"], name="round_rater_once"),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(view=View.SUPERIOR.value), name="one_round_superior"
            ),
        ]
        indexes = [models.Index(fields=["rater", "state"], name="round_rater_by_person")]

    def __str__(self) -> str:
        return f"{self.view} · {self.subject_id}"

    @property
    def view_name(self) -> str:
        """How the rater stands to the person, in words."""
        return str(VIEW_NAMES[View(self.view)])

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(RATER_STATE_NAMES[RaterState(self.state)])
