"""Practical tasks: what is asked, by which rubric, who works on it, what was handed in, and how it was scored."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bina.assessment.rules import (
    HANDING_STATE_NAMES,
    MARKS,
    TASK_STATE_NAMES,
    HandingState,
    TaskState,
)
from bina.foundation.models import PublicIdModel


class PracticalTask(PublicIdModel):
    """A piece of real work that people are asked to do, e.g. cleaning a sheet of complaints; national without an agency.

    Its words and its rubric live in its versions. ``code`` names those that ship with Bina.
    """

    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, null=True, related_name="+")
    code = models.CharField(max_length=60, blank=True)
    state = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in TASK_STATE_NAMES.items()], default=TaskState.DRAFT.value
    )
    current = models.ForeignKey("assessment.TaskVersion", on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="shipped_task_once"),
        ]

    def __str__(self) -> str:
        return self.current.title if self.current else self.code

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(TASK_STATE_NAMES[TaskState(self.state)])


class TaskVersion(models.Model):
    """The words and the rubric of a task at one time; once published it stays as it is, for the sake of what was scored."""

    task = models.ForeignKey(PracticalTask, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=160)
    brief = models.TextField()
    wants_text = models.BooleanField(default=True)
    wants_files = models.BooleanField(default=False)
    minutes = models.PositiveSmallIntegerField()
    due_days = models.PositiveSmallIntegerField()
    is_double = models.BooleanField(default=True)
    # Sum of marks by which two scorings may differ before a third person decides.
    largest_difference = models.PositiveSmallIntegerField(default=3)
    digest = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "number"], name="task_version_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def scorers(self) -> int:
        """How many people score each work before any third one."""
        return 2 if self.is_double else 1


class RubricCriterion(models.Model):
    """What is looked at in a work: a competency, the level that “Memenuhi” stands for, and what each mark looks like."""

    version = models.ForeignKey(TaskVersion, on_delete=models.CASCADE, related_name="criteria")
    order = models.PositiveSmallIntegerField()
    competency = models.ForeignKey("competencies.Competency", on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    descriptors = models.JSONField(default=list)

    class Meta:
        ordering = ["version", "order"]
        constraints = [models.UniqueConstraint(fields=["version", "order"], name="criterion_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """Under which a scoring keeps its mark."""
        return str(self.order)

    @property
    def marks(self) -> list[tuple[int, str, str]]:
        """Each mark with its word and what it looks like here, from the lowest."""
        return [(mark, str(word), self.descriptors[mark]) for mark, word in MARKS]


class TaskAssessor(models.Model):
    """Somebody whom the organiser of an agency named to score works on a task."""

    task = models.ForeignKey(PracticalTask, on_delete=models.CASCADE, related_name="assessors")
    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="+")
    named_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["task", "employee"], name="assessor_of_task_once")]

    def __str__(self) -> str:
        return f"{self.task_id} · {self.employee_id}"


class TaskAssignment(PublicIdModel):
    """One person's work on one version of a task: due when, handed in when, where it stands."""

    version = models.ForeignKey(TaskVersion, on_delete=models.PROTECT, related_name="assignments")
    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="task_assignments")
    state = models.CharField(
        max_length=10,
        choices=[(s.value, n) for s, n in HANDING_STATE_NAMES.items()],
        default=HandingState.ASSIGNED.value,
    )
    due_on = models.DateField()
    assigned_at = models.DateTimeField()
    text = models.TextField(blank=True)
    saved_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    scored_at = models.DateTimeField(null=True)
    # Why it was returned or cancelled; the person reads it.
    reason = models.CharField(max_length=300, blank=True)
    needs_third = models.BooleanField(default=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "employee"],
                condition=~Q(state__in=[HandingState.SCORED.value, HandingState.CANCELLED.value]),
                name="one_open_work_per_version",
            ),
        ]
        indexes = [
            models.Index(fields=["employee", "state"], name="work_of_person"),
            models.Index(fields=["state", "due_on"], name="work_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} · {self.employee_id}"

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(HANDING_STATE_NAMES[HandingState(self.state)])

    @property
    def mark(self) -> str:
        """How assessors call it, who are not to know whose it is: the random end of its identity."""
        return self.public_id.hex[-5:].upper()


class RubricScore(PublicIdModel):
    """How one assessor scores one work: a turn given, a draft, then sent and kept as it was.

    ``marks``: {key of the criterion: 0 to 4}. The first two score without knowing each other's marks nor the person.
    """

    assignment = models.ForeignKey(TaskAssignment, on_delete=models.CASCADE, related_name="scores")
    assessor = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="+")
    is_third = models.BooleanField(default=False)
    marks = models.JSONField(default=dict)
    comment = models.TextField(blank=True)
    given_at = models.DateTimeField()
    saved_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["assignment", "assessor"], name="score_of_assessor_once")]
        indexes = [models.Index(fields=["assessor", "sent_at"], name="scores_of_assessor")]

    def __str__(self) -> str:
        return f"{self.assignment_id} · {self.assessor_id}"

    @property
    def total(self) -> int:
        """Sum of its marks."""
        return sum(self.marks.values())
