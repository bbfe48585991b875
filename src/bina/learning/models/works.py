"""What learners make within a course: works with their files and confirmations, and answers in discussions."""

from django.db import models

from bina.foundation.models import KeptFile, PublicIdModel
from bina.learning.models.courses import Activity, Enrolment
from bina.learning.rules import WORK_STATE_NAMES, WorkState


class HandedWork(PublicIdModel):
    """One person's work in an assignment or a workplace task. ``former`` keeps what was handed in and said before."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="works")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in WORK_STATE_NAMES.items()], default=WorkState.DRAFT.value
    )
    text = models.TextField(blank=True)
    due_on = models.DateField()
    saved_at = models.DateTimeField(null=True)
    handed_in_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    comment = models.TextField(blank=True)
    marks = models.JSONField(default=dict)
    appeal = models.TextField(blank=True)
    former = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["enrolment", "activity"], name="work_once_per_activity")]
        indexes = [models.Index(fields=["state", "handed_in_at"], name="works_waiting")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} · {self.activity_id} ({self.state})"

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(WORK_STATE_NAMES[WorkState(self.state)])

    @property
    def turn(self) -> int:
        """How often it was handed in before, so that confirmations of an earlier content do not count for a later one."""
        return len(self.former)


class WorkFile(KeptFile):
    """A file that belongs to a work; kept under a name that tells nothing."""

    work = models.ForeignKey(HandedWork, on_delete=models.CASCADE, related_name="files")
    content = models.FileField(upload_to="works/")


class PeerVoice(models.Model):
    """A colleague who took the course and was asked whether a workplace task was really done; empty until answered."""

    work = models.ForeignKey(HandedWork, on_delete=models.CASCADE, related_name="voices")
    peer = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="+")
    turn = models.PositiveSmallIntegerField()
    is_confirmed = models.BooleanField(null=True)
    comment = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["work", "peer", "turn"], name="voice_once_a_turn")]

    def __str__(self) -> str:
        return f"{self.work_id} · {self.peer_id}: {self.is_confirmed}"


class DiscussionAnswer(PublicIdModel):
    """One person's answer in a discussion; others read it after they have written their own. Hidden with a reason, not erased."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="answers")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    written_at = models.DateTimeField()
    hidden_at = models.DateTimeField(null=True)
    hidden_by_name = models.CharField(max_length=200, blank=True)
    hidden_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["enrolment", "activity"], name="answer_once_per_discussion")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} · {self.activity_id}"
