"""The books of the sums that other rooms keep for units: on what they rest, and what has changed since."""

from django.db import models

from bina.people.models.agencies import Agency, OrgUnit
from bina.people.models.employees import Employee


class KeptSums(models.Model):
    """On what the kept sums of one kind rest in an agency; without a row they are counted anew at every question.

    Example: hours, “2026 CPNS 20.00 PNS 20.00”.
    """

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=20)
    basis = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "code"], name="kept_sums_once")]

    def __str__(self) -> str:
        return f"{self.agency_id} · {self.code}: {self.basis}"


class SumMark(models.Model):
    """Figures of a person (wherever the person works today) or of a unit changed since its sums were kept.

    One row is added per change and never touched, so that nobody waits for anybody; the job that keeps the sums takes
    the rows away. Read together with the sums, they make every answer exact.
    """

    code = models.CharField(max_length=20)
    # A mark outlives nobody: what it names is looked up when it is read, so the database need not check it when written.
    employee = models.ForeignKey(
        Employee, on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    unit = models.ForeignKey(
        OrgUnit, on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        indexes = [models.Index(fields=["code"], name="marks_of_sums")]

    def __str__(self) -> str:
        return f"{self.code}: {self.employee_id or self.unit_id}"
