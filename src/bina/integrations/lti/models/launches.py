"""People on their way to a tool, the names by which tools know them, and marks that may be used only once."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bina.foundation.models import PublicIdModel
from bina.integrations.lti.models.tools import Tool


class ToolPerson(models.Model):
    """The name by which one tool knows one person. Two tools that compare their lists find nothing in common."""

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="people")
    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )  # for accounts without an employee
    subject = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tool", "subject"], name="tool_subject_once"),
            models.UniqueConstraint(
                fields=["tool", "employee"], condition=Q(employee__isnull=False), name="tool_employee_once"
            ),
            models.UniqueConstraint(fields=["tool", "user"], condition=Q(user__isnull=False), name="tool_user_once"),
            models.CheckConstraint(
                condition=Q(employee__isnull=False, user__isnull=True) | Q(employee__isnull=True, user__isnull=False),
                name="tool_person_is_one",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Launch(PublicIdModel):
    """One person is sent to a tool. It is answered once, within minutes, and stays for a while as history.

    Without an enrolment it is a trial of an author, or content is being picked. ``place`` repeats what the tool is told.
    """

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="launches")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    message = models.CharField(max_length=40)
    course = models.ForeignKey("learning.Course", on_delete=models.CASCADE, related_name="+")
    enrolment = models.ForeignKey(
        "learning.Enrolment", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    activity = models.ForeignKey(
        "learning.Activity", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    in_frame = models.BooleanField(default=False)
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    picked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-begun_at", "-id"]
        indexes = [models.Index(fields=["tool", "-begun_at"], name="tool_launch_latest")]

    def __str__(self) -> str:
        return f"{self.tool_id} · {self.message} · {self.begun_at:%Y-%m-%d %H:%M}"


class SpentToken(models.Model):
    """A mark that a tool has used (the id of an assertion, a nonce); kept as long as it could be used again."""

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tool", "digest"], name="tool_token_once")]

    def __str__(self) -> str:
        return self.digest[:12]
