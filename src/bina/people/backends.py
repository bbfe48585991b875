"""Checking who signs in: by employee number or e-mail, and loading the person behind a session in one query."""

from functools import cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from django.db.models import Model, Q, QuerySet

from bina.foundation.prepared import PreparedQuery
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


_CHAIN = ("employee", "employee__agency", "employee__unit", "employee__position", "employee__position__job_class")


@cache
def _columns() -> list[tuple[str, type[Model], list[str]]]:
    """Every column of the account and of what hangs on it, as (path, model, names)."""
    parts: list[tuple[str, type[Model], list[str]]] = []
    for path in ("", *_CHAIN):
        model: Any = User
        for step in filter(None, path.split("__")):
            model = model._meta.get_field(step).related_model
        parts.append((path, model, [field.attname for field in model._meta.concrete_fields]))
    return parts


def _account_query(user_id: int) -> "QuerySet[User, Any]":
    names = [f"{path}__{name}" if path else name for path, _, columns in _columns() for name in columns]
    return User.objects.filter(pk=user_id, is_active=True).values_list(*names)


_account = PreparedQuery(_account_query, int)


def account_of_session(user_id: Any) -> User | None:
    """The active account with its employee, agency, unit, position and job class: one row, one question compiled once."""
    rows = _account.rows(int(user_id))
    if not rows:
        return None
    values, found = list(rows[0]), dict[str, Any]()
    for path, model, names in _columns():
        part, values = values[: len(names)], values[len(names) :]
        row = None if part[names.index(model._meta.pk.attname)] is None else model.from_db("default", names, part)
        found[path] = row
        if path:
            owner, _, name = path.rpartition("__")
            if found[owner] is not None:
                found[owner]._state.fields_cache[name] = row
    user: User = found[""]
    return user


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
