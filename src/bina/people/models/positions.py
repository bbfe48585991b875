"""Job classes and positions."""

import datetime as dt

from django.db import models

from bina.foundation.models import PublicIdModel
from bina.foundation.wording import localized
from bina.people.models.agencies import OrgUnit


class JobClass(models.Model):
    """A class of jobs in law, e.g. PENGAWAS or JF_AHLI_MUDA; a reference row."""

    code = models.CharField(max_length=30, primary_key=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    is_managerial = models.BooleanField()
    echelon = models.CharField(max_length=20, blank=True)
    retirement_age = models.PositiveSmallIntegerField()
    index_class = models.CharField(max_length=20, help_text="class in the professionalism index")
    rank = models.PositiveSmallIntegerField(help_text="order from the highest")

    class Meta:
        ordering = ["rank"]
        verbose_name_plural = "job classes"

    def __str__(self) -> str:
        return localized(self.name, self.name_en)


class Position(PublicIdModel):
    """A job in a unit that people hold, e.g. “Kepala Bidang Pelayanan”; many may hold the same ordinary position."""

    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="positions")
    job_class = models.ForeignKey(JobClass, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    functional = models.CharField(
        max_length=80, blank=True, help_text="family of a functional job, e.g. Pranata Komputer"
    )
    is_head = models.BooleanField(default=False, help_text="leads its unit")
    valid_from = models.DateField(default=dt.date(2020, 1, 1))
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "title", "job_class"], name="position_once")]
        indexes = [models.Index(fields=["unit", "is_head"], name="position_head")]

    def __str__(self) -> str:
        return self.title
