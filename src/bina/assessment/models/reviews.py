"""Reviews of items: another person looks before anybody is measured with them."""

from typing import Any

from django.db import models
from django.db.models import Q

from bina.assessment.models.banks import ItemVersion
from bina.foundation.models import PublicIdModel


class ItemReview(PublicIdModel):
    """One request that somebody else looks at a version of an item, and what came of it.

    Open until it is decided or taken back. ``seen`` is the mark of the words that were reviewed, ``checks`` the points of
    the checklist that the reviewer confirmed. Example: asked by Anton, approved by Lina with all six points.
    """

    class Outcome(models.TextChoices):
        """What became of the request; open while it has none."""

        OPEN = "", "open"
        APPROVED = "approved", "approved"
        RETURNED = "returned", "returned"
        WITHDRAWN = "withdrawn", "withdrawn"

    version = models.ForeignKey(ItemVersion, on_delete=models.CASCADE, related_name="reviews")
    asked_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN, blank=True)
    decided_by = models.ForeignKey("people.User", on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    seen = models.CharField(max_length=40, blank=True)
    checks: "models.JSONField[Any, list[str]]" = models.JSONField(default=list, blank=True)
    comment = models.CharField(max_length=1_000, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["version"], condition=Q(outcome=""), name="one_open_review"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} · {self.outcome or 'open'}"
