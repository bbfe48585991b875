"""Agencies, units, positions, people, their places and their roles."""

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from bina.foundation.ids import new_public_id
from bina.foundation.models import Progress, PublicIdModel
from bina.foundation.wording import localized
from bina.people.rules import ROLE_NAMES, Role, masked_number

if TYPE_CHECKING:

    class TreeNode(models.Model):
        """What treebeard's materialised path offers; it ships no types of its own."""

        steplen: ClassVar[int]
        path = models.CharField(max_length=255, unique=True)
        depth = models.PositiveIntegerField()
        numchild = models.PositiveIntegerField(default=0)

        class Meta:
            abstract = True

        @classmethod
        def get_root_nodes(cls) -> "models.QuerySet[OrgUnit]":
            """The tops of all trees."""

        @classmethod
        def _get_path(cls, path: str, depth: int, newstep: int) -> str:
            """The path of the n-th node below a path."""

    class TreeManager(models.Manager["OrgUnit"]):
        """Grows the tree."""

        def add_root(self, create_kwargs: dict[str, Any]) -> "OrgUnit":
            """A new tree."""

        def add_child(self, target: "OrgUnit", create_kwargs: dict[str, Any]) -> "OrgUnit":
            """A new node below another."""
else:
    TreeNode = MP_Node


class Province(models.Model):  # type: ignore[django-manager-missing]  # treebeard's manager has no types
    """A province with its zone and connectivity: a reference row, e.g. 61 Kalimantan Barat, WIB."""

    code = models.CharField(max_length=4, primary_key=True)
    name = models.CharField(max_length=80)
    time_zone = models.CharField(max_length=4)
    internet_penetration = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    digital_index = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    dominant_sector = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Agency(PublicIdModel):  # type: ignore[django-manager-missing]  # treebeard's manager has no types
    """One government agency, e.g. “Pemerintah Kota Pontianak”; its data are its own."""

    class Kind(models.TextChoices):
        """The kinds of agency the law knows."""

        MINISTRY = "ministry", _("Kementerian")
        LPNK = "lpnk", _("Lembaga pemerintah nonkementerian")
        AUTHORITY = "authority", _("Otorita atau lembaga khusus")
        PROVINCE = "province", _("Pemerintah provinsi")
        REGENCY = "regency", _("Pemerintah kabupaten")
        CITY = "city", _("Pemerintah kota")
        OTHER = "other", _("Lainnya")

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=Kind)
    province = models.ForeignKey(Province, on_delete=models.PROTECT, null=True, blank=True)
    time_zone = models.CharField(max_length=4, default="WIB")

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name


class OrgUnit(TreeNode):
    """A unit in the tree of one agency, valid from/to; a closed unit keeps its people's history.

    The root of every agency's tree is the agency itself. Subtrees are prefixes of ``path``.
    """

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="units")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60, blank=True)
    province = models.ForeignKey(Province, on_delete=models.PROTECT, null=True, blank=True)
    is_remote = models.BooleanField(default=False, help_text="3T: the signal is poor or comes late")
    valid_from = models.DateField(default=dt.date(2020, 1, 1))
    valid_to = models.DateField(null=True, blank=True)

    node_order_by: list[str] = []
    if TYPE_CHECKING:
        objects: ClassVar[TreeManager]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "code"], name="unit_code_once")]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def label(self) -> str:
        """The short name where one exists."""
        return str(self.short_name or self.name)


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


class UserManager(BaseUserManager["User"]):
    """Finds and makes accounts by their sign-in name."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The account with this sign-in name (NIP or e-mail), whatever its letter case."""
        return self.get(username__iexact=username)

    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        """A new account; without a password it cannot sign in until an invitation is accepted."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: object) -> "User":
        """An account that may enter the admin site."""
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """An account. Usually belongs to one employee; partners, jurors and platform administrators may have none."""

    username = models.CharField(max_length=150, unique=True, help_text="NIP, or e-mail for people without one")
    email = models.EmailField(blank=True)
    display_name = models.CharField(max_length=200, blank=True)
    employee = models.OneToOneField(Employee, on_delete=models.SET_NULL, null=True, blank=True, related_name="user")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    wants_mail = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()
    # Whether the account was ever given a role; known for the account of a request, so that most need not be asked which.
    has_grants: bool | None = None

    class Meta:
        indexes = [models.Index(fields=["email"], name="user_email")]

    def __str__(self) -> str:
        return self.display_name or "—"

    @property
    def initials(self) -> str:
        """One or two letters for a small round mark."""
        words = self.display_name.split()
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"

    @property
    def agency_label(self) -> str:
        """Short name of the agency the account belongs to, if any."""
        return self.employee.agency.short_name if self.employee else ""

    def get_full_name(self) -> str:
        """Name for mails of third-party packages."""
        return self.display_name


class RoleGrant(PublicIdModel):
    """A role held by an account on a subtree (or, for platform administrators, everywhere) for a period."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=[(role.value, name) for role, name in ROLE_NAMES.items()])
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="grants")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role=Role.PLATFORM_ADMIN.value) | Q(unit__isnull=False), name="role_needs_a_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}"


class Invitation(PublicIdModel):
    """A link for the first sign-in of an employee; only the hash of its token is kept, and it ends by itself."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    sent_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.employee} · {self.created_at:%Y-%m-%d}"


class SignInFailure(models.Model):
    """Failed sign-ins to one account from one kind of device; unknown devices share one counter.

    A person with a known device keeps an own counter, so strangers who guess cannot lock that person out. Names that
    belong to nobody are counted alike, so that the answer does not tell which accounts exist.
    """

    subject = models.CharField(
        max_length=64, help_text="keyed hash of the account, or of a name that belongs to nobody"
    )
    device = models.CharField(max_length=64, blank=True, help_text="hash of the device mark; empty for unknown devices")
    count = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "device"], name="failure_counter_once")]
        indexes = [models.Index(fields=["first_at"], name="failure_age")]

    def __str__(self) -> str:
        return f"{self.count}"


class StaffImport(PublicIdModel):
    """A file of staff data on its way in: uploaded, previewed, applied; nothing is written before a person says so."""

    class State(models.TextChoices):
        """How far the file is."""

        CHECKING = "checking", _("Sedang diperiksa")
        PREVIEWED = "previewed", _("Siap diterapkan")
        UNREADABLE = "unreadable", _("Tidak dapat dibaca")
        APPLYING = "applying", _("Sedang diterapkan")
        APPLIED = "applied", _("Sudah diterapkan")
        CANCELLED = "cancelled", _("Dibatalkan")

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="staff_imports")
    file = models.FileField(upload_to="staff-imports/")
    file_name = models.CharField(max_length=200)
    # A complete list means that people who are missing from it have left.
    is_complete_list = models.BooleanField(default=False)
    effective_on = models.DateField()
    state = models.CharField(max_length=12, choices=State, default=State.CHECKING)
    problem = models.TextField(blank=True)
    counts = models.JSONField(default=dict)
    uploaded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)
    progress = models.ForeignKey(Progress, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name


class StaffImportRow(models.Model):
    """One row of a staff file: what it would do, what it did, and why not."""

    class Outcome(models.TextChoices):
        """What the row means for the person."""

        NEW = "new", _("Baru")
        CHANGED = "changed", _("Berubah")
        MOVED = "moved", _("Pindah")
        SAME = "same", _("Tetap")
        LEAVING = "leaving", _("Keluar")
        ERROR = "error", _("Salah")

    staff_import = models.ForeignKey(StaffImport, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    name = models.CharField(max_length=160, blank=True)
    number = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)
    changes = models.JSONField(default=dict)
    is_applied = models.BooleanField(default=False)

    class Meta:
        ordering = ["line"]
        indexes = [models.Index(fields=["staff_import", "outcome", "line"], name="import_row_outcome")]

    def __str__(self) -> str:
        return f"{self.line}: {self.outcome}"
