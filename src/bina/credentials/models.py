"""Rules and requirements of hours, the ledger, certificates and their numbers."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q

from bina.credentials.rules import (
    CATEGORY_NAMES,
    NUMBER_PATTERN,
    REACH_NAMES,
    REQUIREMENT_KIND_NAMES,
    RULE_KIND_NAMES,
    CertificateState,
    Conversion,
    Period,
    Reach,
    RuleKind,
    calculation,
    cap_words,
)
from bina.foundation.models import PublicIdModel
from bina.foundation.wording import localized


class HourRule(models.Model):
    """How one form of development becomes hours, dated; national (no agency) or of one agency, which then wins.

    Example: KL_SEMINAR counts 4 JP per day, 6 when international, from 2018, by PerLAN 10/2018.
    """

    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    form_code = models.CharField(max_length=30)
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    category = models.CharField(max_length=12, choices=[(c.value, n) for c, n in CATEGORY_NAMES.items()])
    siasn_code = models.CharField(max_length=4, blank=True, help_text="jenis diklat in SIASN")
    order = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=16, choices=[(k.value, n) for k, n in RULE_KIND_NAMES.items()])
    value_national = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    value_international = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    cap_quantity = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    cap_period = models.CharField(max_length=5, choices=[(p.value, p.value) for p in Period], blank=True)
    longest_months = models.PositiveSmallIntegerField(null=True, blank=True)
    legal_basis = models.CharField(max_length=300, blank=True)
    confidence = models.CharField(max_length=10, default="own")
    valid_from = models.DateField(default=dt.date(2018, 1, 1))
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["order", "form_code", "-valid_from"]
        indexes = [models.Index(fields=["form_code", "agency", "valid_from"], name="hour_rule_lookup")]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "form_code"], condition=Q(valid_to=None), name="one_open_hour_rule"
            ),
            # No agency is nobody's equal in a database, so the national rows need a constraint of their own.
            models.UniqueConstraint(
                fields=["form_code"], condition=Q(valid_to=None, agency=None), name="one_open_national_hour_rule"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")), name="hour_rule_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return localized(self.name, self.name_en)

    @property
    def conversion(self) -> Conversion:
        """The part that decides figures."""
        return Conversion(
            RuleKind(self.kind), self.value_national, self.value_international, self.cap_quantity,
            Period(self.cap_period), self.longest_months,
        )  # fmt: skip

    @property
    def limit(self) -> str:
        """The cap or longest duration in words; empty without one."""
        return cap_words(self.conversion)


class HourRequirement(models.Model):
    """What the law asks of a kind of employment, dated: a yearly floor or a ceiling per contract; an agency may differ.

    Example: PNS at least 20 JP a year; PPPK at most 24 JP per contract.
    """

    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    employment_type = models.CharField(max_length=20)
    kind = models.CharField(max_length=16, choices=[(k.value, n) for k, n in REQUIREMENT_KIND_NAMES.items()])
    hours = models.DecimalField(max_digits=7, decimal_places=2)
    legal_basis = models.CharField(max_length=300, blank=True)
    confidence = models.CharField(max_length=10, default="own")
    valid_from = models.DateField(default=dt.date(2017, 1, 1))
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["employment_type", "kind", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "employment_type", "kind"],
                condition=Q(valid_to=None),
                name="one_open_hour_requirement",
            ),
            models.UniqueConstraint(
                fields=["employment_type", "kind"],
                condition=Q(valid_to=None, agency=None),
                name="one_open_national_hour_requirement",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employment_type} · {self.get_kind_display()} {self.hours} JP"


class LearningHours(PublicIdModel):
    """One row of the ledger: hours earned once from one origin, with the rule of the day. Append-only: a wrong row is
    voided with a reason, and a corrected one is written beside it.

    Example: NK_ELEARNING, “Keamanan digital untuk ASN”, 4 JP, completed 9 October 2026, origin (“enrolment”, its public id).
    """

    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="learning_hours")
    form_code = models.CharField(max_length=30)
    title = models.CharField(max_length=200)
    organiser = models.CharField(max_length=200, blank=True)
    reach = models.CharField(
        max_length=13, choices=[(r.value, n) for r, n in REACH_NAMES.items()], default=Reach.NATIONAL
    )
    quantity = models.DecimalField(max_digits=7, decimal_places=2)
    hours = models.DecimalField(max_digits=7, decimal_places=2)
    started_on = models.DateField(null=True)
    completed_on = models.DateField()
    year = models.PositiveSmallIntegerField()
    origin_kind = models.CharField(max_length=30)
    origin_id = models.CharField(max_length=60)
    rule = models.ForeignKey(HourRule, on_delete=models.SET_NULL, null=True, related_name="+")
    rule_snapshot = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)
    voided_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "learning hours"
        ordering = ["-completed_on", "-id"]
        indexes = [
            models.Index(fields=["employee", "year"], name="hours_of_person"),
            models.Index(
                fields=["year", "employee", "hours"], condition=Q(voided_at=None), name="hours_in_force_by_year"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["origin_kind", "origin_id"], condition=Q(voided_at=None), name="hours_once_per_origin"
            ),
            models.CheckConstraint(condition=Q(hours__gte=0), name="hours_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.hours} JP"

    @property
    def form_name(self) -> str:
        """The form's name when the row was written."""
        return localized(self.rule_snapshot.get("name", self.form_code), self.rule_snapshot.get("name_en", ""))

    @property
    def legal_basis(self) -> str:
        """The basis the row was counted on."""
        return str(self.rule_snapshot.get("legal_basis", ""))

    @property
    def conversion(self) -> Conversion:
        """The conversion the row was counted by."""
        return Conversion.from_snapshot(self.rule_snapshot)

    @property
    def calculation(self) -> str:
        """How the figure came about, in words."""
        return calculation(self.conversion, Reach(self.reach), self.quantity, self.hours)


class HoursSum(models.Model):
    """People of a unit (``is_whole``: with everybody below it) by kind of employment: how many, how many reached the yearly
    floor, and their hours of the running year. Kept by ``people.actions.refresh_sums``; read together with its marks only."""

    unit = models.ForeignKey("people.OrgUnit", on_delete=models.CASCADE, related_name="+", db_index=False)
    is_whole = models.BooleanField()
    employment_type = models.CharField(max_length=20)
    people = models.BigIntegerField()
    reached = models.BigIntegerField()
    hours = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "is_whole", "employment_type"], name="hours_sum_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} · {self.employment_type}: {self.people}"


class NumberSequence(models.Model):
    """Counts certificates of one agency and year without gaps: the count moves in the certificate's own transaction."""

    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    latest = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "year"], name="one_sequence_per_year")]

    def __str__(self) -> str:
        return f"{self.agency_id}/{self.year}: {self.latest}"


class Issuer(models.Model):
    """In whose name an agency issues certificates, dated: organiser, signatory and number pattern."""

    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, related_name="+")
    organiser = models.CharField(max_length=200)
    signatory_name = models.CharField(max_length=200)
    signatory_title = models.CharField(max_length=200)
    number_pattern = models.CharField(max_length=80, default=NUMBER_PATTERN)
    agency_code = models.CharField(
        max_length=20, blank=True, help_text="code in the number; empty means the agency's own"
    )
    legal_basis = models.CharField(max_length=300, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["agency", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["agency"], condition=Q(valid_to=None), name="one_open_issuer"),
        ]

    def __str__(self) -> str:
        return self.organiser

    @property
    def facts(self) -> dict[str, str]:
        """What certificates take from it, and on which basis."""
        return {
            "organiser": self.organiser, "signatory_name": self.signatory_name, "signatory_title": self.signatory_title,
            "pattern": self.number_pattern, "agency_code": self.agency_code, "legal_basis": self.legal_basis,
        }  # fmt: skip


class Certificate(PublicIdModel):
    """A numbered certificate; everything printed on it is kept in ``printed``, so it never changes afterwards."""

    # The paper outlives the personnel file: name and masked number are in the snapshot.
    employee = models.ForeignKey("people.Employee", on_delete=models.SET_NULL, null=True, related_name="certificates")
    agency = models.ForeignKey("people.Agency", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=120)
    code = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    hours = models.DecimalField(max_digits=7, decimal_places=2)
    completed_on = models.DateField()
    origin_kind = models.CharField(max_length=30)
    origin_id = models.CharField(max_length=60)
    printed: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-issued_at", "-id"]
        indexes = [models.Index(fields=["employee", "-issued_at"], name="certificates_of_person")]
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="certificate_number_once"),
            # One valid paper per origin; after a revocation the same course may earn a new one.
            models.UniqueConstraint(
                fields=["origin_kind", "origin_id"], condition=Q(revoked_at=None), name="certificate_once_per_origin"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.title}"

    def _printed_day(self, name: str) -> dt.date | None:
        text = self.printed.get(name)
        return dt.date.fromisoformat(text) if text else None

    @property
    def started_on(self) -> dt.date | None:
        """The first day, as printed."""
        return self._printed_day("started_on")

    @property
    def issued_on(self) -> dt.date | None:
        """The day of issue, as printed."""
        return self._printed_day("issued_on")

    @property
    def state(self) -> CertificateState:
        """Whether it can be relied on."""
        return CertificateState.REVOKED if self.revoked_at else CertificateState.VALID
