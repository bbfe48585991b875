"""Pathways with their editions, people on the way, and what they hand in for a step."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bina.foundation.models import KeptFile, PublicIdModel
from bina.learning.rules import (
    COURSE_STATE_NAMES,
    ENROLMENT_STATE_NAMES,
    WORK_STATE_NAMES,
    CourseState,
    EnrolmentState,
    WorkState,
)


class Pathway(PublicIdModel):
    """A way through courses, workplace tasks and proofs, e.g. ``layanan-digital-di-loket``; its words live in its versions.

    Without an agency it is open to everyone; with one, to the people of that agency.
    """

    slug = models.SlugField(max_length=80, unique=True)
    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    state = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in COURSE_STATE_NAMES.items()], default=CourseState.DRAFT.value
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    current_version = models.ForeignKey(
        "learning.PathwayVersion", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


class PathwayVersion(PublicIdModel):
    """One edition of a pathway. A published one never changes again; people stay on the one they joined.

    ``content`` is what the author wrote, as the file holds it; ``stages`` is the same, ready to show: with what the kinds of
    steps know about them on the day of publishing. ``revision`` counts the changes of a draft, so that two tabs notice each other.
    """

    pathway = models.ForeignKey(Pathway, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    summary = models.TextField()
    description_html = models.TextField(blank=True)
    audience = models.TextField(blank=True)
    content = models.JSONField(default=dict)
    stages = models.JSONField(default=list)
    step_count = models.PositiveIntegerField(default=0)
    search_text = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1)
    edited_at = models.DateTimeField()
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pathway", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["pathway", "number"], name="pathway_version_once"),
            models.UniqueConstraint(fields=["pathway"], condition=Q(published_at=None), name="one_pathway_draft"),
        ]

    def __str__(self) -> str:
        return f"{self.title} (v{self.number})"


class Journey(PublicIdModel):
    """A person on one version of a pathway. ``marks`` says by key what is noted about a step: “s” is its state (c completed,
    p skipped by proof, s not meant for this person, u taken back), “on” the day, “by” and “why” the person and the words."""

    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="journeys")
    pathway = models.ForeignKey(Pathway, on_delete=models.PROTECT, related_name="journeys")
    version = models.ForeignKey(PathwayVersion, on_delete=models.PROTECT, related_name="journeys")
    state = models.CharField(
        max_length=10,
        choices=[(s.value, n) for s, n in ENROLMENT_STATE_NAMES.items()],
        default=EnrolmentState.STARTED.value,
    )
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    active_at = models.DateTimeField()
    marks = models.JSONField(default=dict, blank=True)
    steps_done = models.PositiveIntegerField(default=0)
    steps_total = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["employee", "state"], name="journey_of_person"),
            models.Index(fields=["pathway", "state", "-id"], name="journey_of_pathway"),
        ]
        constraints = [
            # Two tabs that join at once meet here.
            models.UniqueConstraint(
                fields=["employee", "pathway"], condition=Q(state="started"), name="one_open_journey"
            ),
            models.UniqueConstraint(fields=["employee", "version"], name="one_journey_per_version"),
            models.CheckConstraint(
                condition=~Q(state="completed") | Q(completed_at__isnull=False), name="journey_end_has_a_date"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} · {self.pathway_id} ({self.state})"

    @property
    def share_done(self) -> float:
        """Share of the required steps that are done, 0 to 1."""
        return self.steps_done / self.steps_total if self.steps_total else 0.0


class StepWork(PublicIdModel):
    """What one person hands in for a step: a task at work, or the proof of an activity outside. ``former`` keeps what was handed
    in and said before; ``step`` is the key of the step in the version of the journey."""

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="works")
    step = models.CharField(max_length=60)
    state = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in WORK_STATE_NAMES.items()], default=WorkState.DRAFT.value
    )
    text = models.TextField(blank=True)
    saved_at = models.DateTimeField(null=True)
    handed_in_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    comment = models.TextField(blank=True)
    former = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["journey", "step"], name="step_work_once")]
        indexes = [models.Index(fields=["state", "handed_in_at"], name="step_works_waiting")]

    def __str__(self) -> str:
        return f"{self.journey_id} · {self.step} ({self.state})"

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(WORK_STATE_NAMES[WorkState(self.state)])

    @property
    def title(self) -> str:
        """The title of the step, as the journey's version has it."""
        stages = self.journey.version.stages
        return next((row["title"] for stage in stages for row in stage["steps"] if row["key"] == self.step), self.step)


class StepFile(KeptFile):
    """A file that belongs to what was handed in for a step."""

    work = models.ForeignKey(StepWork, on_delete=models.CASCADE, related_name="files")
    content = models.FileField(upload_to="works/")
