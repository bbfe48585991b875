"""Accounts: how well one is protected, where it is signed in, what it holds."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import QuerySet

from bina.people.models import User


@dataclass(frozen=True, slots=True)
class Protection:
    """How an account is protected, for its owner's overview."""

    has_password: bool
    email: str
    is_email_proved: bool
    passkey_count: int
    has_authenticator_app: bool
    recovery_codes_left: int | None
    session_count: int

    @property
    def has_second_step(self) -> bool:
        """Whether a stolen password alone does not open the account."""
        return self.has_authenticator_app or self.passkey_count > 0


def protection_of(user: User) -> Protection:
    """What protects an account; three queries."""
    authenticators = list(Authenticator.objects.filter(user=user))
    codes = next((row for row in authenticators if row.type == Authenticator.Type.RECOVERY_CODES), None)
    return Protection(
        has_password=user.has_usable_password(),
        email=user.email,
        is_email_proved=EmailAddress.objects.filter(user=user, email=user.email.lower(), verified=True).exists(),
        passkey_count=sum(1 for row in authenticators if row.type == Authenticator.Type.WEBAUTHN),
        has_authenticator_app=any(row.type == Authenticator.Type.TOTP for row in authenticators),
        recovery_codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
        session_count=UserSession.objects.filter(user=user).count(),
    )


def user_by_id(user_id: int | None) -> User | None:
    """One account, for the job that acts for it."""
    return User.objects.select_related("employee").filter(pk=user_id).first() if user_id else None


def public_ids_of_accounts(user_ids: Collection[int]) -> dict[int, UUID]:
    """How accounts are known outside of this installation: by the public id of their employee, else by their own."""
    rows = User.objects.filter(pk__in=user_ids).values_list("pk", "employee__public_id", "public_id")
    return {pk: of_employee or own for pk, of_employee, own in rows}


def sessions_of(user: User) -> QuerySet[UserSession]:
    """Where an account is signed in."""
    rows: QuerySet[UserSession] = UserSession.objects.filter(user=user)
    return rows
