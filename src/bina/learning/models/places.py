"""The leading sector of places, and the variants of parts that are written for it."""

from django.db import models
from django.db.models import Q

from bina.learning.models.courses import Activity
from bina.learning.rules import SECTOR_NAMES

_SECTORS = [(sector.value, name) for sector, name in SECTOR_NAMES.items()]


class PlaceSector(models.Model):
    """What most people of a province, or of the region of one agency, live from; dated, with where it is known from.

    Example: 72 Sulawesi Tengah → mining, since 1 January 2025, an assumption. An agency's own row goes before its province's.
    """

    province = models.ForeignKey("people.Province", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    sector = models.CharField(max_length=16, choices=_SECTORS)
    source = models.CharField(max_length=300)
    is_assumption = models.BooleanField(default=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["province", "agency", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(province__isnull=True, agency__isnull=False)
                | Q(province__isnull=False, agency__isnull=True),
                name="sector_of_one_place",
            ),
            models.UniqueConstraint(fields=["province", "valid_from"], name="province_sector_once_a_day"),
            models.UniqueConstraint(fields=["agency", "valid_from"], name="agency_sector_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.province_id or self.agency_id} → {self.sector}"


class ActivityVariant(models.Model):
    """The text of a part for one sector; everything else about the part, and its results, is the same for all."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="variants")
    sector = models.CharField(max_length=16, choices=_SECTORS)
    words = models.PositiveIntegerField(default=0)
    body = models.TextField()
    body_html = models.TextField()

    class Meta:
        ordering = ["activity", "sector"]
        constraints = [models.UniqueConstraint(fields=["activity", "sector"], name="variant_once_per_sector")]

    def __str__(self) -> str:
        return f"{self.activity_id} · {self.sector}"
