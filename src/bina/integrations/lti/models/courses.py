"""What tools have in courses: links to them, columns of grades with their results, and content that was picked."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bina.foundation.models import PublicIdModel
from bina.integrations.lti.models.tools import Tool
from bina.integrations.lti.rules import GRADING_NAMES, PROGRESS_NAMES, ActivityProgress, GradingProgress


class ResourceLink(PublicIdModel):
    """A part of a course as a tool knows it: the same through all versions, as long as the part keeps its key."""

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="links")
    course = models.ForeignKey("learning.Course", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=60)
    title = models.CharField(max_length=160)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tool", "course", "key"], name="resource_link_once")]

    def __str__(self) -> str:
        return self.title


class LineItem(PublicIdModel):
    """A column of grades. ``is_ours``: made with the part of the course, whose completion follows its scores; others are
    made by the tool for its own ends."""

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="+")
    course = models.ForeignKey("learning.Course", on_delete=models.CASCADE, related_name="+")
    link = models.ForeignKey(ResourceLink, on_delete=models.CASCADE, null=True, blank=True, related_name="line_items")
    is_ours = models.BooleanField(default=False)
    label = models.CharField(max_length=250)
    maximum = models.FloatField()
    resource_id = models.CharField(max_length=255, blank=True)
    tag = models.CharField(max_length=255, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["tool", "course"], name="line_item_of_course")]
        constraints = [models.UniqueConstraint(fields=["link"], condition=Q(is_ours=True), name="own_line_item_once")]

    def __str__(self) -> str:
        return self.label


class ScoreWords(models.Model):
    """One message about one person, as it came."""

    given = models.FloatField(null=True, blank=True)
    maximum = models.FloatField(null=True, blank=True)
    activity = models.CharField(max_length=12)
    grading = models.CharField(max_length=14)
    comment = models.TextField(blank=True)
    told_at = models.DateTimeField(help_text="as the tool dates it")
    received_at = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def share(self) -> float | None:
        """The part of the points reached; extra points make it more than 1."""
        return self.given / self.maximum if self.given is not None and self.maximum else None

    @property
    def words(self) -> str:
        """How far work and grading are."""
        return f"{PROGRESS_NAMES[ActivityProgress(self.activity)]}, {GRADING_NAMES[GradingProgress(self.grading)]}"


class Result(PublicIdModel, ScoreWords):
    """Where a person stands in a column: the newest message about them."""

    line_item = models.ForeignKey(LineItem, on_delete=models.CASCADE, related_name="results")
    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["line_item", "employee"], name="result_once")]

    def __str__(self) -> str:
        return f"{self.line_item_id} · {self.employee_id}: {self.given}/{self.maximum}"


class ScoreReport(ScoreWords):
    """One message in the history of a result."""

    result = models.ForeignKey(Result, on_delete=models.CASCADE, related_name="reports")

    class Meta:
        ordering = ["-told_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["result", "told_at"], name="score_report_once")]

    def __str__(self) -> str:
        return f"{self.result_id}: {self.given}/{self.maximum}"


class PickedContent(PublicIdModel):
    """What somebody picked inside a tool for a course, until it is put into the course's folder."""

    launch = models.OneToOneField("lti.Launch", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="+")
    course = models.ForeignKey("learning.Course", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    items = models.JSONField(default=list)
    left_out = models.JSONField(default=list)
    words = models.CharField(max_length=400, blank=True, help_text="what the tool says to the person")
    picked_at = models.DateTimeField()
    added_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-picked_at", "-id"]

    def __str__(self) -> str:
        return f"{self.tool_id} → {self.course_id}"
