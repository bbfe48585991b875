"""Accounts, the roles they hold, invitations, and signing in."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from bina.foundation.ids import new_public_id
from bina.foundation.models import PublicIdModel
from bina.people.models.agencies import OrgUnit
from bina.people.models.employees import Employee
from bina.people.rules import ROLE_NAMES, Role


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
    """An account. Usually belongs to one employee; partners, jurors and platform administrators may have none.

    ``public_id`` is how others outside of this installation know an account that belongs to no employee.
    """

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)
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


class AccountSession(AbstractBaseSession):
    """A sign-in of one device; it names its account, so that a page finds both with one question."""

    account = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
