"""People, the posts they hold, and whom they answer to."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bina.foundation.models import PublicIdModel
from bina.people.models.agencies import Agency, OrgUnit
from bina.people.models.positions import Position
from bina.people.rules import masked_number


class Employee(PublicIdModel):
    """A person who works for an agency. ``unit`` and ``position`` repeat the present definitive post for speed."""

    class Sex(models.TextChoices):
        """As in the personnel files."""

        MALE = "M", _("Laki-laki")
        FEMALE = "F", _("Perempuan")

    class EmploymentType(models.TextChoices):
        """What a person is in law; drives entitlements such as the yearly hours."""

        PNS = "PNS", _("PNS")
        CPNS = "CPNS", _("CPNS")
        PPPK = "PPPK", _("PPPK")
        PPPK_PARUH_WAKTU = "PPPK_PARUH_WAKTU", _("PPPK paruh waktu")
        NON_ASN = "NON_ASN", _("Non-ASN")

    class LegalStatus(models.TextChoices):
        """Kedudukan hukum; decides who counts as an active learner."""

        ACTIVE = "01", _("Aktif")
        UNPAID_LEAVE = "02", _("Cuti di luar tanggungan negara")
        STUDY = "03", _("Tugas belajar")
        SUSPENDED = "04", _("Diberhentikan sementara")
        DISCIPLINE = "15", _("Sedang dijatuhi hukuman disiplin")
        PRE_RETIREMENT = "20", _("Masa persiapan pensiun")
        DISMISSED = "77", _("Berhenti")
        RETIRED = "99", _("Pensiun")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="employees")
    # Null only for learners outside the civil service.
    employee_number = models.CharField(max_length=18, unique=True, null=True, blank=True)
    full_name = models.CharField(max_length=160)
    title_prefix = models.CharField(max_length=40, blank=True)
    title_suffix = models.CharField(max_length=60, blank=True)
    sex = models.CharField(max_length=1, choices=Sex)
    birth_date = models.DateField(null=True)
    employment_type = models.CharField(max_length=20, choices=EmploymentType)
    legal_status = models.CharField(max_length=2, choices=LegalStatus, default=LegalStatus.ACTIVE)
    grade = models.CharField(max_length=8, blank=True, help_text="golongan ruang, e.g. III/c, or PPPK IX")
    education = models.CharField(max_length=10, blank=True, help_text="highest level, e.g. S1")
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    contract_from = models.DateField(null=True, blank=True)
    contract_to = models.DateField(null=True, blank=True)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="employees")
    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="employees")
    left_on = models.DateField(null=True, blank=True)

    # Whether the person leads anyone today; known for the life of one request, see ``queries.leads_anyone``.
    leads: bool | None = None

    class Meta:
        ordering = ["full_name", "id"]
        indexes = [
            models.Index(fields=["agency", "full_name"], name="employee_by_name"),
            models.Index(fields=["unit", "legal_status"], name="employee_by_unit"),
            # Counting the people of units, and turning the pages of an agency, touch these indexes alone.
            models.Index(fields=["unit"], condition=Q(left_on=None), name="employee_present"),
            models.Index(fields=["agency", "full_name"], condition=Q(left_on=None), name="employee_present_by_name"),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """Name with titles, as on official papers."""
        prefix = f"{self.title_prefix} " if self.title_prefix else ""
        suffix = f", {self.title_suffix}" if self.title_suffix else ""
        return f"{prefix}{self.full_name}{suffix}"

    @property
    def courteous_name(self) -> str:
        """How a colleague would greet the person: “Bu Siti”, “Pak Budi”."""
        given = self.full_name.split()[0] if self.full_name else ""
        return f"{'Bu' if self.sex == self.Sex.FEMALE else 'Pak'} {given}"

    @property
    def initials(self) -> str:
        """One or two letters for a small round mark."""
        words = self.full_name.split()
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()

    @property
    def masked_number(self) -> str:
        """The employee number with its middle hidden."""
        return masked_number(self.employee_number or "")

    @property
    def is_active(self) -> bool:
        """Whether the person counts as a learner today."""
        return self.legal_status in ACTIVE_STATUSES and self.left_on is None


ACTIVE_STATUSES = (Employee.LegalStatus.ACTIVE, Employee.LegalStatus.STUDY, Employee.LegalStatus.DISCIPLINE)


class Assignment(PublicIdModel):
    """A person holds a position for a time: definitively, or acting (PLT, PLH, PJ) or as an extra task (TT)."""

    class Kind(models.TextChoices):
        """How the post is held."""

        DEFINITIVE = "D", _("Definitif")
        PLT = "PLT", _("Pelaksana tugas")
        PLH = "PLH", _("Pelaksana harian")
        PJ = "PJ", _("Penjabat")
        EXTRA = "TT", _("Tugas tambahan")

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="assignments")
    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="assignments")
    kind = models.CharField(max_length=3, choices=Kind, default=Kind.DEFINITIVE)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")), name="assignment_dates_in_order"
            ),
            models.UniqueConstraint(
                fields=["employee"], condition=Q(kind="D", valid_to=None), name="one_open_definitive_post"
            ),
        ]
        indexes = [models.Index(fields=["position", "valid_from"], name="assignment_holder")]

    def __str__(self) -> str:
        return f"{self.employee} · {self.position} ({self.get_kind_display()})"


class SuperiorOverride(models.Model):
    """For a period a person answers to someone other than the tree says."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="superior_overrides")
    superior = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="overriding_subordinates")
    reason = models.CharField(max_length=300)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(employee=models.F("superior")), name="nobody_is_own_superior"),
        ]

    def __str__(self) -> str:
        return f"{self.employee} → {self.superior}"
