"""Dated rules: the shipped ones, and what an agency or the platform sets instead."""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from bina.credentials import entries
from bina.credentials.models import HourRequirement, HourRule, Issuer, LearningHours
from bina.credentials.queries import may_set_rules, rule_in_force
from bina.credentials.rules import (
    NUMBER_PATTERN,
    Conversion,
    Period,
    RequirementKind,
    RuleKind,
    can_be_pattern,
    can_begin,
    can_require_from,
)
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.journal.actions import record
from bina.people.queries import agencies

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from bina.people.models import Agency, User

Row = TypeVar("Row", HourRule, HourRequirement, Issuer)

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


def _end_open_rows(
    rows: "QuerySet[HourRule] | QuerySet[HourRequirement] | QuerySet[Issuer]", valid_from: dt.date
) -> None:
    """End what holds now the day before; what would begin later gives way entirely."""
    rows.filter(valid_to=None, valid_from__gte=valid_from).delete()
    rows.filter(Q(valid_to=None) | Q(valid_to__gte=valid_from), valid_from__lt=valid_from).update(
        valid_to=valid_from - dt.timedelta(days=1)
    )


def _newest_begun(rows: "QuerySet[Row]") -> "Row | None":
    """The newest of an owner's rows that has begun, whether it still holds or not."""
    return rows.filter(valid_from__lte=clock.today()).order_by("-valid_from", "-id").first()


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
    reason: str = "",
) -> HourRule:
    """Set how a known form counts from a day on; the earlier row of the same owner ends the day before.

    Hours already in the ledger keep the rule they were counted by. Setting what holds already changes nothing. Raises Denied
    without the right, Refused for an unknown form, a missing basis, a negative value, or a day whose rule is in use.
    """
    may_set_rules(by, agency).require()
    # One writer for a form at a time; the national row is always there.
    list(HourRule.objects.select_for_update().filter(agency=None, form_code=form_code))
    known = rule_in_force(form_code, None, valid_from)
    if known is None:
        raise Refused(_("Bentuk pengembangan “%(code)s” belum dikenal pada tanggal itu.") % {"code": form_code})
    if not legal_basis.strip():
        raise Refused(_("Tuliskan dasar hukum atau keputusan yang menetapkan aturan ini."))
    if any(
        value is not None and not 0 <= value <= 1000 for value in (value_national, value_international, cap_quantity)
    ):
        raise Refused(_("Nilai JP harus antara 0 dan 1.000."))
    legal_basis = legal_basis.strip()[:300]
    own = HourRule.objects.filter(agency=agency, form_code=form_code)
    current = own.filter(valid_to=None).first()
    newest = _newest_begun(own)
    conversion = Conversion(
        RuleKind(kind), value_national, value_international, cap_quantity, Period(cap_period), longest_months
    )
    if current and (current.conversion, current.legal_basis, current.valid_from) == (
        conversion, legal_basis, valid_from
    ):  # fmt: skip
        return current
    is_used = newest is not None and LearningHours.objects.filter(rule=newest).exists()
    can_begin(valid_from, current=newest.valid_from if newest else None, is_used=is_used).require()
    _end_open_rows(own, valid_from)
    row = HourRule.objects.create(
        agency=agency, form_code=form_code, name=known.name, name_en=known.name_en, category=known.category,
        siasn_code=known.siasn_code, order=known.order, kind=conversion.kind.value, value_national=value_national,
        value_international=value_international, cap_quantity=cap_quantity, cap_period=conversion.cap_period.value,
        longest_months=longest_months, legal_basis=legal_basis, confidence="own", valid_from=valid_from,
    )  # fmt: skip
    record(
        entries.HOUR_RULE_SET,
        by=by,
        kind="hour_rule",
        object_id=row.pk,
        name=f"{row.name} · {row.get_kind_display()}",
        agency_id=agency.pk if agency else None,
        reason=reason.strip() or legal_basis,
        data={
            "form": form_code, "valid_from": valid_from.isoformat(), "legal_basis": legal_basis,
            "before": current.conversion.as_snapshot() if current else None, "after": conversion.as_snapshot(),
        },
    )  # fmt: skip
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
    reason: str = "",
) -> HourRequirement:
    """Set the floor or ceiling of a kind of employment from a day on; the earlier row of the same owner ends.

    Setting what holds already changes nothing. Raises Denied without the right, Refused without a basis, for hours out of
    range, or for a day that would change a year that is over or what has been in force.
    """
    may_set_rules(by, agency).require()
    if not legal_basis.strip():
        raise Refused(_("Tuliskan dasar hukum atau keputusan yang menetapkan aturan ini."))
    if not 0 <= hours <= 1000:
        raise Refused(_("Nilai JP harus antara 0 dan 1.000."))
    # A kind of employment has one requirement at a time: a ceiling replaces a floor and the other way round.
    list(HourRequirement.objects.select_for_update().filter(agency=None))
    legal_basis = legal_basis.strip()[:300]
    rows = HourRequirement.objects.filter(agency=agency, employment_type=employment_type)
    current, newest = rows.filter(valid_to=None).first(), _newest_begun(rows)
    if current and (current.kind, current.hours, current.legal_basis, current.valid_from) == (
        kind, hours, legal_basis, valid_from
    ):  # fmt: skip
        return current
    can_begin(valid_from, current=newest.valid_from if newest else None).require()
    can_require_from(valid_from, clock.today()).require()
    _end_open_rows(rows, valid_from)
    row = HourRequirement.objects.create(
        agency=agency, employment_type=employment_type, kind=RequirementKind(kind).value, hours=hours,
        legal_basis=legal_basis, confidence="own", valid_from=valid_from,
    )  # fmt: skip
    record(
        entries.HOUR_REQUIREMENT_SET,
        by=by,
        kind="hour_requirement",
        object_id=row.pk,
        name=str(row),
        agency_id=agency.pk if agency else None,
        reason=reason.strip() or legal_basis,
        data={
            "employment_type": employment_type, "kind": row.kind, "hours": str(hours),
            "valid_from": valid_from.isoformat(), "legal_basis": legal_basis,
        },
    )  # fmt: skip
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
    legal_basis: str,
    number_pattern: str = NUMBER_PATTERN,
    agency_code: str = "",
    reason: str = "",
) -> Issuer:
    """Set in whose name and with which numbers an agency issues certificates from a day on; issued ones stay as printed.

    Setting what holds already changes nothing. Raises Denied without the right, Refused for a pattern that cannot number,
    without an organiser or a basis, or for a day before the one in force begins.
    """
    may_set_rules(by, agency).require()
    can_be_pattern(number_pattern).require()
    organiser, legal_basis = organiser.strip(), legal_basis.strip()[:300]
    if not organiser:
        raise Refused(_("Tuliskan nama penyelenggara yang tercetak pada sertifikat."))
    if not legal_basis:
        raise Refused(_("Tuliskan dasar hukum atau keputusan yang menetapkan aturan ini."))
    # One writer for an agency at a time.
    agencies().select_for_update(no_key=True).filter(pk=agency.pk).first()
    rows = Issuer.objects.filter(agency=agency)
    fresh = Issuer(
        agency=agency, organiser=organiser, signatory_name=signatory_name.strip(),
        signatory_title=signatory_title.strip(), number_pattern=number_pattern, agency_code=agency_code.strip(),
        legal_basis=legal_basis, valid_from=valid_from,
    )  # fmt: skip
    current, newest = rows.filter(valid_to=None).first(), _newest_begun(rows)
    if current and current.facts == fresh.facts and current.valid_from == valid_from:
        return current
    can_begin(valid_from, current=newest.valid_from if newest else None).require()
    _end_open_rows(rows, valid_from)
    fresh.save()
    record(
        entries.ISSUER_SET, by=by, kind="issuer", object_id=fresh.pk, name=fresh.organiser, agency_id=agency.pk,
        reason=reason.strip() or legal_basis,
        data={"before": current.facts if current else None, "after": fresh.facts, "valid_from": valid_from.isoformat()},
    )  # fmt: skip
    return fresh
