"""How competencies go together: estimated from people's results, and what adaptive tests of a bank believe since when."""

from typing import Any

from django.db import models
from django.db.models import Q

from bina.assessment.models.banks import ItemBank
from bina.foundation.models import CalculatedRun, PublicIdModel


class CorrelationEstimate(CalculatedRun):
    """What the answers to a bank's items of a day say about how its competencies go together.

    ``facts``: {"competencies": public ids, "correlation", "error", "people": one row and column for each}. Nothing is in
    use until it is adopted as a dated ProfileCorrelations row.
    """

    bank = models.ForeignKey(ItemBank, on_delete=models.CASCADE, related_name="correlation_estimates")
    people = models.PositiveIntegerField(default=0)
    facts: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bank"], condition=Q(state="waiting"), name="one_correlation_estimate_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_id} · {self.requested_at:%Y-%m-%d} · {self.state}"


class ProfileCorrelations(PublicIdModel):
    """What adaptive tests of a bank believe about how competencies go together, dated; never changed, only followed.

    ``competencies`` (public ids) and ``matrix`` (one row and column for each) are empty where the first assumption holds
    again. An attempt keeps the row that it began with.
    """

    bank = models.ForeignKey(ItemBank, on_delete=models.CASCADE, related_name="correlations")
    competencies: "models.JSONField[Any, list[str]]" = models.JSONField(default=list)
    matrix: "models.JSONField[Any, list[list[float]]]" = models.JSONField(default=list)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    basis = models.TextField()
    # The estimate it was adopted from; empty where the first assumption holds again.
    estimate = models.ForeignKey(CorrelationEstimate, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["bank", "-valid_from", "-id"]
        verbose_name_plural = "profile correlations"

    def __str__(self) -> str:
        return f"{self.bank_id} · {self.valid_from}"

    @property
    def is_assumption(self) -> bool:
        """Whether it brings the first assumption back."""
        return not self.competencies
