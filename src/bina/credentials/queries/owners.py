"""Who may set the dated rules of hours and certificates, and for whom."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bina.credentials.models import Issuer, LearningHours
from bina.foundation.verdict import ALLOWED, Verdict, denied
from bina.people.queries import agencies_visible_to, standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import Agency, User


def may_set_rules(user: "User", agency: "Agency | None") -> Verdict:
    """Whether the account may set the rules of an agency; without one, those that hold nationally."""
    if agency is None:
        if standing_of(user).may(Permission.MANAGE_PLATFORM):
            return ALLOWED
        return denied(_("Aturan nasional hanya dapat diubah oleh admin platform."))
    if agencies_visible_to(user, Permission.MANAGE_STANDARDS).filter(pk=agency.pk).exists():
        return ALLOWED
    return denied(_("Hanya pengelola kepegawaian instansi yang dapat menetapkan aturan instansinya."))


def rule_owners(user: "User") -> "list[Agency | None]":
    """For whom the account may set rules of hours: its own agency, and None for everybody."""
    agency = user.employee.agency if user.employee else None
    owners: list[Agency | None] = [agency] if agency and may_set_rules(user, agency) else []
    if may_set_rules(user, None):
        owners.append(None)
    return owners


def agencies_to_issue_for(user: "User") -> "QuerySet[Agency]":
    """Agencies whose issuer of certificates the account may set, by name."""
    return agencies_visible_to(user, Permission.MANAGE_STANDARDS).order_by("name")


def issuer_history(agency: "Agency") -> QuerySet[Issuer]:
    """Everybody in whose name the agency ever issued certificates, newest first."""
    return Issuer.objects.filter(agency=agency).order_by("-valid_from", "-id")


def rows_counted_since(form_code: str, agency: "Agency | None", day: dt.date) -> int:
    """How many rows of the ledger for a form were completed on a day or later; they keep the rule they were counted by."""
    rows = LearningHours.objects.filter(form_code=form_code, completed_on__gte=day, voided_at=None)
    return (rows.filter(employee__agency=agency) if agency else rows).count()
