"""Checking who signs in: by employee number or e-mail."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from django.db.models import Q

from bina.people.models import User


def account_named(name: str) -> User | None:
    """The account that a sign-in name (NIP, or e-mail address) points to; a proved address comes before a noted one."""
    name = name.strip().lower()
    if not name:
        return None
    user = User.objects.filter(username__in={name, name.replace(" ", "")}).first()
    if user or "@" not in name:
        return user
    proved = EmailAddress.objects.filter(email=name).order_by("-verified", "pk").values("user_id")[:1]
    return (
        User.objects.filter(Q(pk__in=list(proved.values_list("user_id", flat=True)))).first()
        or User.objects.filter(email=name).order_by("pk").first()
    )


class NumberOrEmailBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """Sign-in by user name (NIP) or e-mail."""

    def _authenticate(self, request: Any, **credentials: Any) -> User | None:
        """One indexed look-up by either name, whatever the letter case."""
        name = str(credentials.get("username") or credentials.get("email") or "")
        checked: User | None = self._check_password(account_named(name), credentials.get("password") or "")
        return checked
