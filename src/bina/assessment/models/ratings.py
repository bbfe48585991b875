"""Ratings of a person's behaviour by themselves and by others."""

from django.db import models
from django.db.models import Q

from bina.assessment.rules import RELATION_NAMES, Relation
from bina.foundation.models import PublicIdModel


class Rating(PublicIdModel):
    """How a rater sees a person's behaviour: a draft until it is sent, then kept as it was.

    ``answers``: {competency id: {level: 0 to 3, or null for “cannot judge yet”}}. Only the rater sees the single marks.
    """

    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="ratings")
    rater = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="given_ratings")
    relation = models.CharField(max_length=10, choices=[(r.value, n) for r, n in RELATION_NAMES.items()])
    answers = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "rater", "relation"], condition=Q(submitted_at=None), name="one_rating_draft"
            ),
        ]
        indexes = [models.Index(fields=["rater", "relation", "employee"], name="rating_by_rater")]

    def __str__(self) -> str:
        return f"{self.relation} · {self.employee_id}"

    @property
    def relation_name(self) -> str:
        """The relation in words."""
        return str(RELATION_NAMES[Relation(self.relation)])


class RatingScore(models.Model):
    """The level that a sent rating says about one competency."""

    rating = models.ForeignKey(Rating, on_delete=models.CASCADE, related_name="scores")
    competency = models.ForeignKey("competencies.Competency", on_delete=models.PROTECT, related_name="+")
    value = models.FloatField()
    standard_deviation = models.FloatField()
    behaviour_count = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["rating", "competency"]
        constraints = [models.UniqueConstraint(fields=["rating", "competency"], name="rating_score_once")]

    def __str__(self) -> str:
        return f"{self.value:.2f} ± {self.standard_deviation:.2f}"
