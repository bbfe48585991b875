"""Checking who signs in: by employee number or e-mail, and loading the person behind a session in one query."""

import datetime as dt
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from bina.foundation import clock
from bina.foundation.prepared import PreparedRows
from bina.people.models import RoleGrant, User
from bina.people.queries.superiors import leading


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


def _account_query(user_id: int, on: dt.date) -> QuerySet[User]:
    accounts = User.objects.filter(pk=user_id, is_active=True)
    return accounts.annotate(
        leads=ExpressionWrapper(leading(OuterRef("employee_id"), on), BooleanField()),
        holds=Exists(RoleGrant.objects.filter(user=OuterRef("pk")).order_by()),
    )


_CHAIN = ("employee", "employee__agency", "employee__unit", "employee__position", "employee__position__job_class")
_account: PreparedRows[User] = PreparedRows(
    User, _account_query, int, dt.date, related=dict.fromkeys(_CHAIN, ()), annotated=("leads", "holds")
)


def account_of_session(user_id: Any) -> User | None:
    """The active account with its employee, agency, unit, position and job class, whether the person leads anyone,
    and whether it ever had a role: one row, one question compiled once."""
    user: Any = _account.first(int(user_id), clock.today())
    if user is None:
        return None
    user.has_grants = bool(user.holds)
    if user.employee is not None:
        user.employee.leads = bool(user.leads) and user.employee.left_on is None
    return user  # type: ignore[no-any-return]  # the annotation is no field


class NumberOrEmailBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """Sign-in by user name (NIP) or e-mail; the session's account comes with its employee, unit and agency."""

    def get_user(self, user_id: Any) -> User | None:
        """The active account of a session with all that every page shows, in one query."""
        return account_of_session(user_id)

    def _authenticate(self, request: Any, **credentials: Any) -> User | None:
        """One indexed look-up by either name, whatever the letter case."""
        name = str(credentials.get("username") or credentials.get("email") or "")
        checked: User | None = self._check_password(account_named(name), credentials.get("password") or "")
        return checked
