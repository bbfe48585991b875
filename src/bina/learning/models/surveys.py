"""Surveys in courses: sheets that tell nobody whose they are, drafts that are erased, and the signs of pairs."""

import uuid

from django.db import models

from bina.learning.models.courses import Activity, Enrolment


class CourseSheet(models.Model):
    """The answers of somebody to a survey in a course; nobody knows whose, unless it was announced as one with names.

    The week is kept, not the moment, and the key is random. A sheet without a name waits (``is_counted`` False) until five
    of its agency are together, and all five are shown at once, so that two looks at the results never differ by fewer.
    ``sign`` joins the two sheets of a pair; ``employee`` is set where names were announced.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict)
    week_of = models.DateField()
    is_counted = models.BooleanField(default=False)
    sign = models.CharField(max_length=64, blank=True)
    employee = models.ForeignKey("people.Employee", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["activity", "agency", "is_counted"], name="course_sheets")]

    def __str__(self) -> str:
        return f"{self.activity_id}: {self.week_of}"


class CourseSheetDraft(models.Model):
    """What a learner has answered so far and not sent; erased when it is sent or passed over."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "activity"], name="course_sheet_draft_once")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} · {self.activity_id}"


class SheetPair(models.Model):
    """The random sign of somebody's first sheet, kept until the second is sent or passed over; then nothing joins them."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="+")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+")
    sign = models.CharField(max_length=64)
    made_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "activity"], name="sheet_pair_once")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} · {self.activity_id}"
