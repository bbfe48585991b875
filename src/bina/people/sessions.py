"""Sign-ins kept in the database; a session and the account behind it are found with one question, compiled once."""

import datetime as dt
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, QuerySet
from django.utils import timezone

from bina.foundation import clock
from bina.foundation.prepared import PreparedRows
from bina.people.models import AccountSession, RoleGrant, User
from bina.people.queries.superiors import leading


def _living(key: str, now: dt.datetime, today: dt.date) -> QuerySet[AccountSession]:
    return AccountSession.objects.filter(session_key=key, expire_date__gt=now).annotate(
        leads=ExpressionWrapper(leading(OuterRef("account__employee_id"), today), BooleanField()),
        holds=Exists(RoleGrant.objects.filter(user=OuterRef("account")).order_by()),
    )


_EMPLOYEE = "account__employee"
_CHAIN = (
    "account", _EMPLOYEE, f"{_EMPLOYEE}__agency", f"{_EMPLOYEE}__unit", f"{_EMPLOYEE}__position",
    f"{_EMPLOYEE}__position__job_class",
)  # fmt: skip
_by_key: PreparedRows[AccountSession] = PreparedRows(
    AccountSession, _living, str, dt.datetime, dt.date, related=dict.fromkeys(_CHAIN, ()), annotated=("leads", "holds")
)


class SessionStore(DatabaseSessions):
    """Django's database sessions, each of which names its account.

    ``account`` is the active account of the loaded session with its employee, agency, unit, position and job class, and
    whether the person leads anyone and whether it ever had a role; None where nobody signed in.
    """

    account: User | None = None

    @classmethod
    def get_model_class(cls) -> type[AccountSession]:
        """The table of sessions."""
        return AccountSession

    def create_model_instance(self, data: dict[str, Any]) -> AccountSession:
        """The row for these data, under the account they name."""
        row: Any = super().create_model_instance(data)
        row.account_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row  # type: ignore[no-any-return]  # of our own table

    def load(self) -> dict[str, Any]:
        """The data of a living session; an unknown or expired key starts an empty one under a new key."""
        found: Any = _by_key.first(self.session_key or "", timezone.now(), clock.today())
        if found is None:
            self._session_key = None
            return {}
        account = found.account
        if account is not None and account.is_active:
            account.has_grants = bool(found.holds)
            if account.employee is not None:
                account.employee.leads = bool(found.leads) and account.employee.left_on is None
            self.account = account
        data: dict[str, Any] = self.decode(found.session_data)
        return data
