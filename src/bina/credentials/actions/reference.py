"""Dated rules: the shipped ones, and what an agency or the platform sets instead."""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.credentials import entries
from bina.credentials.models import HourRequirement, HourRule, Issuer
from bina.credentials.queries import rule_in_force
from bina.credentials.rules import NUMBER_PATTERN, Period, RequirementKind, RuleKind, can_be_pattern
from bina.foundation.errors import Refused
from bina.foundation.verdict import ALLOWED, Verdict, denied
from bina.journal.actions import record
from bina.people.queries import agencies_visible_to, standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from bina.people.models import Agency, User

DATA = Path(__file__).resolve().parent.parent / "data"


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


@transaction.atomic
def load_reference_data() -> None:
    """Load the national rules and requirements that ship with the house; rows that are there stay as people left them."""
    with (DATA / "hour_rules.csv").open(encoding="utf-8", newline="") as stream:
        for order, row in enumerate(csv.DictReader(stream), start=1):
            HourRule.objects.get_or_create(
                agency=None,
                form_code=row["form_code"],
                valid_from=dt.date.fromisoformat(row["valid_from"]),
                defaults={
                    "name": row["name"],
                    "name_en": row["name_en"],
                    "category": row["category"],
                    "siasn_code": row["siasn_code"],
                    "order": order,
                    "kind": row["kind"],
                    "value_national": _number(row["value_national"]),
                    "value_international": _number(row["value_international"]),
                    "cap_quantity": _number(row["cap_quantity"]),
                    "cap_period": row["cap_period"],
                    "longest_months": int(row["longest_months"]) if row["longest_months"] else None,
                    "legal_basis": row["legal_basis"],
                    "confidence": row["confidence"],
                },
            )
    with (DATA / "hour_requirements.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            HourRequirement.objects.get_or_create(
                agency=None,
                employment_type=row["employment_type"],
                kind=row["kind"],
                valid_from=dt.date.fromisoformat(row["valid_from"]),
                defaults={
                    "hours": Decimal(row["hours"]),
                    "legal_basis": row["legal_basis"],
                    "confidence": row["confidence"],
                },
            )


def _may_set(user: "User", agency: "Agency | None") -> Verdict:
    if agency is None:
        if standing_of(user).may(Permission.MANAGE_PLATFORM):
            return ALLOWED
        return denied(_("Aturan nasional hanya dapat diubah oleh admin platform."))
    if agencies_visible_to(user, Permission.MANAGE_STANDARDS).filter(pk=agency.pk).exists():
        return ALLOWED
    return denied(_("Hanya pengelola kepegawaian instansi yang dapat menetapkan aturan instansinya."))


def _end_open_rows(
    rows: "QuerySet[HourRule] | QuerySet[HourRequirement] | QuerySet[Issuer]", valid_from: dt.date
) -> None:
    """End what holds now the day before; what would begin later gives way entirely."""
    rows.filter(valid_from__gte=valid_from).delete()
    rows.update(valid_to=valid_from - dt.timedelta(days=1))


@transaction.atomic
def set_hour_rule(
    *,
    by: "User",
    agency: "Agency | None",
    form_code: str,
    kind: str,
    value_national: Decimal | None,
    valid_from: dt.date,
    legal_basis: str,
    value_international: Decimal | None = None,
    cap_quantity: Decimal | None = None,
    cap_period: str = "",
    longest_months: int | None = None,
) -> HourRule:
    """Set how a known form counts from a day on; the earlier row of the same owner ends the day before.

    Hours already in the ledger keep the rule they were counted by. Raises Denied without the right, Refused for an
    unknown form, a missing basis or a negative value.
    """
    _may_set(by, agency).require()
    known = rule_in_force(form_code, None, valid_from)
    if known is None:
        raise Refused(_("Bentuk pengembangan “%(code)s” belum dikenal pada tanggal itu.") % {"code": form_code})
    if not legal_basis.strip():
        raise Refused(_("Tuliskan dasar hukum atau keputusan yang menetapkan aturan ini."))
    if any(
        value is not None and not 0 <= value <= 1000 for value in (value_national, value_international, cap_quantity)
    ):
        raise Refused(_("Nilai JP harus antara 0 dan 1.000."))
    _end_open_rows(HourRule.objects.filter(agency=agency, form_code=form_code, valid_to=None), valid_from)
    row = HourRule.objects.create(
        agency=agency, form_code=form_code, name=known.name, name_en=known.name_en, category=known.category,
        siasn_code=known.siasn_code, order=known.order, kind=RuleKind(kind).value, value_national=value_national,
        value_international=value_international, cap_quantity=cap_quantity, cap_period=Period(cap_period).value,
        longest_months=longest_months, legal_basis=legal_basis.strip()[:300], confidence="own", valid_from=valid_from,
    )  # fmt: skip
    record(
        entries.HOUR_RULE_SET,
        by=by,
        kind="hour_rule",
        object_id=row.pk,
        name=f"{row.name} · {row.get_kind_display()}",
        agency_id=agency.pk if agency else None,
        reason=row.legal_basis,
        data={"form": form_code, "value": str(value_national), "valid_from": valid_from.isoformat()},
    )
    return row


@transaction.atomic
def set_hour_requirement(
    *,
    by: "User",
    agency: "Agency | None",
    employment_type: str,
    kind: str,
    hours: Decimal,
    valid_from: dt.date,
    legal_basis: str,
) -> HourRequirement:
    """Set the floor or ceiling of a kind of employment from a day on; the earlier row of the same owner ends."""
    _may_set(by, agency).require()
    if not legal_basis.strip():
        raise Refused(_("Tuliskan dasar hukum atau keputusan yang menetapkan aturan ini."))
    if not 0 <= hours <= 1000:
        raise Refused(_("Nilai JP harus antara 0 dan 1.000."))
    # A kind of employment has one requirement at a time: a ceiling replaces a floor and the other way round.
    rows = HourRequirement.objects.filter(agency=agency, employment_type=employment_type, valid_to=None)
    _end_open_rows(rows, valid_from)
    row = HourRequirement.objects.create(
        agency=agency, employment_type=employment_type, kind=RequirementKind(kind).value, hours=hours,
        legal_basis=legal_basis.strip()[:300], confidence="own", valid_from=valid_from,
    )  # fmt: skip
    record(
        entries.HOUR_REQUIREMENT_SET,
        by=by,
        kind="hour_requirement",
        object_id=row.pk,
        name=str(row),
        agency_id=agency.pk if agency else None,
        reason=row.legal_basis,
        data={"employment_type": employment_type, "kind": row.kind, "hours": str(hours)},
    )
    return row


@transaction.atomic
def set_issuer(
    *,
    by: "User",
    agency: "Agency",
    organiser: str,
    signatory_name: str,
    signatory_title: str,
    valid_from: dt.date,
    number_pattern: str = NUMBER_PATTERN,
    agency_code: str = "",
) -> Issuer:
    """Set in whose name and with which numbers an agency issues certificates from a day on."""
    _may_set(by, agency).require()
    can_be_pattern(number_pattern).require()
    if not organiser.strip():
        raise Refused(_("Tuliskan nama penyelenggara yang tercetak pada sertifikat."))
    _end_open_rows(Issuer.objects.filter(agency=agency, valid_to=None), valid_from)
    row = Issuer.objects.create(
        agency=agency, organiser=organiser.strip(), signatory_name=signatory_name.strip(),
        signatory_title=signatory_title.strip(), number_pattern=number_pattern, agency_code=agency_code.strip(),
        valid_from=valid_from,
    )  # fmt: skip
    record(
        entries.ISSUER_SET, by=by, kind="issuer", object_id=row.pk, name=row.organiser, agency_id=agency.pk,
        data={"pattern": number_pattern, "valid_from": valid_from.isoformat()},
    )  # fmt: skip
    return row
