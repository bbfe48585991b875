"""Calibrations of a bank from real answers, and what the answers say about each item."""

from typing import Any

from django.db import models
from django.db.models import Q

from bina.assessment.models.banks import ItemBank, ItemVersion
from bina.assessment.rules import CALIBRATION_STATE_NAMES, CalibrationState
from bina.foundation.models import CalculatedRun


class CalibrationRun(CalculatedRun):
    """One calibration of a bank from the answers of a day: what it found, and whether its parameters are in use.

    ``lines``: per item version {"version", "a", "b", "a_error", "b_error", "answers", "misfit", "infit", "outfit", "old_a",
    "old_b", "old_provisional", "moved"}. ``short``: item versions that had too few answers, with how many are missing.
    ``summary``: {"log_likelihood", "aic", "bic", "rounds", "slope", "intercept"}. ``comparison``: with the calibration
    before it, see ``actions.comparison``; empty where there is none. ``published_at``: when its parameters were put to use,
    strictly rising within a bank in the order of publication, whatever the order of calculation was.
    """

    bank = models.ForeignKey(ItemBank, on_delete=models.CASCADE, related_name="calibrations")
    state = models.CharField(
        max_length=12,
        choices=[(s.value, name) for s, name in CALIBRATION_STATE_NAMES.items()],
        default=CalibrationState.WAITING.value,
    )
    persons = models.PositiveIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0)
    summary = models.JSONField(default=dict)
    lines: "models.JSONField[Any, list[dict[str, Any]]]" = models.JSONField(default=list)
    comparison: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(default=dict)
    short: "models.JSONField[Any, list[dict[str, int]]]" = models.JSONField(default=list)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bank"], condition=Q(state=CalibrationState.WAITING.value), name="one_calibration_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_id} · {self.requested_at:%Y-%m-%d}"

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(CALIBRATION_STATE_NAMES[CalibrationState(self.state)])


class ItemStatistics(models.Model):
    """What real answers say about one item version, as of a moment; sums only, nobody's answers.

    ``facts``: {"share", "rest_correlation", "options", "comparisons"}, see ``actions.item_statistics``.
    """

    version = models.OneToOneField(ItemVersion, on_delete=models.CASCADE, related_name="statistics")
    computed_at = models.DateTimeField()
    answers = models.PositiveIntegerField()
    facts: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "item statistics"

    def __str__(self) -> str:
        return f"{self.version_id}: {self.answers}"
