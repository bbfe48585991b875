"""Who looks at drafts of courses, what they said, and which agencies ask for it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bina.foundation.models import PublicIdModel
from bina.learning.models.courses import Course, CourseVersion


class CourseReviewer(PublicIdModel):
    """A person who was named to look at the drafts of a course; counts while in post."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="reviewers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    named_at = models.DateTimeField()

    class Meta:
        ordering = ["course", "id"]
        constraints = [models.UniqueConstraint(fields=["course", "user"], name="course_reviewer_once")]

    def __str__(self) -> str:
        return f"{self.course_id} · {self.user_id}"


class CourseReview(PublicIdModel):
    """One round: a draft was sent to the reviewers, and what came of it.

    ``number`` and ``content_hash`` stay when the draft itself is replaced or thrown away: an approval holds for exactly one
    content. Example: version 3 sent by Anton, changes asked by Rina; the next content is the next round.
    """

    class Outcome(models.TextChoices):
        """What became of the round; open while it has none."""

        OPEN = "", "open"
        APPROVED = "approved", "approved"
        CHANGES_ASKED = "changes_asked", "changes_asked"
        WITHDRAWN = "withdrawn", "withdrawn"

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="reviews")
    version = models.ForeignKey(CourseVersion, on_delete=models.SET_NULL, null=True, related_name="reviews")
    number = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    note = models.CharField(max_length=1_000, blank=True)
    outcome = models.CharField(max_length=15, choices=Outcome, default=Outcome.OPEN, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=1_000, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Two tabs that send at once meet here.
            models.UniqueConstraint(fields=["course"], condition=Q(outcome=""), name="one_open_course_review"),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} v{self.number} · {self.outcome or 'open'}"


class CourseComment(PublicIdModel):
    """What somebody said about a draft, or about one part of it (``part``); answers hang below the first comment of a thread.

    Threads belong to the number of a version, not to one content of it, so that they go on over new contents.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="comments")
    number = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    part = models.CharField(max_length=60, blank=True)
    part_title = models.CharField(max_length=160, blank=True)
    thread = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="answers")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    written_at = models.DateTimeField()
    # Names the form that was sent, so that a second click finds its first comment.
    token = models.CharField(max_length=40)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["course", "id"]
        constraints = [models.UniqueConstraint(fields=["author", "token"], name="course_comment_once")]
        indexes = [models.Index(fields=["course", "number", "thread"], name="comments_of_draft")]

    def __str__(self) -> str:
        return f"{self.course_id} v{self.number}: {self.text[:40]}"


class CourseReviewRule(PublicIdModel):
    """From a day on: whether an agency's courses are published only after somebody else has approved them.

    Without an agency it holds for the courses that are open to everybody. The rule with the latest day counts; of two of
    one day, the one made later.
    """

    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    demands_review = models.BooleanField()
    valid_from = models.DateField()
    reason = models.CharField(max_length=1_000)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["agency", "-valid_from", "-id"]

    def __str__(self) -> str:
        return f"{self.agency_id} · {self.valid_from}: {self.demands_review}"
