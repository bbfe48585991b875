"""Programmes under evaluation and what was estimated about them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from bina.evaluation.rules import CANNOT_TELL, DECLINED, IMPROVED, TOO_FEW, gain_sentence
from bina.foundation.models import PublicIdModel


class Programme(PublicIdModel):
    """The evaluation of one course among the people of one agency; without an agency: among everybody.

    Example: “Keamanan digital untuk ASN” in Kota Pontianak, from 1 January 2026, open end. Counts are as of the last
    estimate and serve lists; the report counts anew.
    """

    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    course = models.ForeignKey("learning.Course", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    period_from = models.DateField(null=True, blank=True)
    period_to = models.DateField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    participants = models.PositiveIntegerField(default=0)
    completions = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    estimated_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["title", "id"]
        constraints = [
            models.UniqueConstraint(fields=["course", "agency"], name="one_programme_per_agency"),
            models.UniqueConstraint(fields=["course"], condition=Q(agency=None), name="one_overall_programme"),
            models.CheckConstraint(
                condition=Q(period_from=None) | Q(period_to=None) | Q(period_to__gte=models.F("period_from")),
                name="programme_period_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def scope_name(self) -> str:
        """Whose people are looked at."""
        return self.agency.short_name if self.agency else _("Semua instansi")


class ImpactEstimate(models.Model):
    """What was found about one programme, overall (no competency) or on one competency, in level units.

    Example: 132 pairs, mean gain 0.42, interval 0.21 to 0.63, Hedges g 0.58, verdict “improved”. Numbers are empty
    when there are too few pairs to tell.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="estimates")
    competency = models.ForeignKey(
        "competencies.Competency", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    pairs = models.PositiveIntegerField()
    dropped = models.PositiveIntegerField(default=0)
    mean_gain = models.FloatField(null=True)
    standard_error = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    effect = models.FloatField(null=True)
    effect_low = models.FloatField(null=True)
    effect_high = models.FloatField(null=True)
    verdict = models.CharField(
        max_length=12, choices=[(code, code) for code in (TOO_FEW, CANNOT_TELL, IMPROVED, DECLINED)]
    )

    class Meta:
        ordering = ["programme", "id"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "competency"], name="one_estimate_per_competency"),
            models.UniqueConstraint(fields=["programme"], condition=Q(competency=None), name="one_overall_estimate"),
        ]
        indexes = [models.Index(fields=["verdict", "competency"], name="estimate_by_verdict")]

    def __str__(self) -> str:
        return f"{self.programme_id} · {self.competency_id}: {self.mean_gain}"

    @property
    def sentence(self) -> str:
        """What may be said about it."""
        return gain_sentence(self.verdict, pairs=self.pairs, mean=self.mean_gain, low=self.low, high=self.high)
