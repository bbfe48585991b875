"""The rules and requirements in force on a date, an agency's own winning over the national ones."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, TypeVar

from django.db.models import F, Q, QuerySet, Value

from bina.credentials.models import HourRequirement, HourRule
from bina.credentials.rules import UNIT_NAMES, Category, RequirementKind, RuleKind
from bina.foundation import clock
from bina.foundation.prepared import PreparedQuery, PreparedRows
from bina.foundation.wording import localized, reads_english

Row = TypeVar("Row")


def _dates(on: dt.date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gte=on))


def _in_force(on: dt.date, agency_id: int | None) -> Q:
    return _dates(on) & (Q(agency=None) | Q(agency_id=agency_id) if agency_id else Q(agency=None))


_rules: PreparedRows[HourRule] = PreparedRows(
    HourRule,
    lambda agency_id, on: HourRule.objects.filter(_in_force(on, agency_id)).order_by(
        "order", "form_code", "valid_from", "id"
    ),
    int, dt.date,
)  # fmt: skip


def rules_in_force(agency_id: int | None = None, on: dt.date | None = None) -> list[HourRule]:
    """One rule per form of development, in the order of the catalogue of forms."""
    rows = _rules.rows(agency_id or 0, on or clock.today())
    return _winning((row.form_code, row.agency_id, row) for row in rows)


def _winning(rows: Iterable[tuple[str, int | None, Row]]) -> list[Row]:
    """One row per form code: the newest, but an agency's own before any national one."""
    chosen: dict[str, tuple[int | None, Row]] = {}
    for code, agency_id, row in rows:
        if code not in chosen or agency_id is not None or chosen[code][0] is None:
            chosen[code] = agency_id, row
    return [row for _agency_id, row in chosen.values()]


def rule_in_force(form_code: str, agency_id: int | None = None, on: dt.date | None = None) -> HourRule | None:
    """The rule of one form on a date; None for an unknown form."""
    rows = list(
        HourRule.objects.filter(_in_force(on or clock.today(), agency_id), form_code=form_code).order_by(
            "valid_from", "id"
        )
    )
    own = [row for row in rows if row.agency_id is not None]
    return (own or rows)[-1] if rows else None


def rule_history(form_code: str, agency_id: int | None = None) -> QuerySet[HourRule]:
    """Every rule a form ever had, national and of one agency, newest first."""
    owner = Q(agency=None) | Q(agency_id=agency_id) if agency_id else Q(agency=None)
    return HourRule.objects.filter(owner, form_code=form_code).select_related("agency").order_by("-valid_from", "-id")


@dataclass(frozen=True, slots=True)
class FormOfDevelopment:
    """A form of development for a choice list: how one counts it, and what one unit brings (None when not set)."""

    code: str
    name: str
    category: Category
    kind: RuleKind
    value: Decimal | None

    @property
    def unit(self) -> str:
        """What is counted: days, sessions, or the hours of the programme."""
        return str(UNIT_NAMES[self.kind])

    @property
    def default_hours(self) -> Decimal:
        """Hours of one unit, as a first suggestion."""
        return Decimal(0) if self.value is None or self.kind is RuleKind.PROGRAM_JP else self.value


_forms = PreparedQuery(
    lambda agency_id, on: (
        HourRule.objects.filter(_in_force(on, agency_id))
        .order_by("order", "form_code", "valid_from", "id")
        .values_list("form_code", "agency_id", "name", "name_en", "category", "kind", "value_national")
    ),
    int, dt.date,
)  # fmt: skip


def forms_of_development(agency_id: int | None = None, on: dt.date | None = None) -> list[FormOfDevelopment]:
    """Every form of development as an agency knows it on a date. One query."""
    rows = _forms.rows(agency_id or 0, on or clock.today())
    return [_form(*row) for row in _winning((row[0], row[1], (row[0], *row[2:])) for row in rows)]


def _form(code: str, name: str, english: str, category: str, kind: str, value: Decimal | None) -> FormOfDevelopment:
    return FormOfDevelopment(code, localized(name, english), Category(category), RuleKind(kind), value)


_names = PreparedQuery(
    lambda agency_id, on: (
        HourRule.objects.filter(_in_force(on, agency_id))
        .order_by(F("agency").asc(nulls_first=True), "valid_from", "id")
        .values_list("form_code", "name", "name_en")
    ),
    int, dt.date,
)  # fmt: skip


def form_names(agency_id: int | None = None) -> dict[str, str]:
    """What the forms of development are called today, by code; an agency's own word wins. One light query, for pages
    that only show names: whole rules would cost them several times as much."""
    in_english = reads_english()
    return {
        code: english if in_english and english else name
        for code, name, english in _names.rows(agency_id or 0, clock.today())
    }


@dataclass(frozen=True, slots=True)
class RequirementFacts:
    """What the law asks of a kind of employment: a yearly floor or a ceiling per contract, and on which basis."""

    kind: RequirementKind
    hours: Decimal
    legal_basis: str
    confidence: str


_terms = PreparedQuery(
    lambda agency_id, on, employment_type, due: (
        HourRule.objects.filter(_in_force(on, agency_id))
        .order_by()
        .annotate(what=Value("form"))
        .values_list(
            "what", "order", "form_code", "valid_from", "id", "agency_id", "name", "name_en", "category", "kind",
            "value_national",
        )
        .union(
            HourRequirement.objects.filter(_in_force(due, agency_id), employment_type=employment_type)
            .order_by()
            .annotate(what=Value("requirement"), order=Value(0), category=Value(""))
            .values_list(
                "what", "order", "employment_type", "valid_from", "id", "agency_id", "legal_basis", "confidence",
                "category", "kind", "hours",
            ),
            all=True,
        )
        .order_by("what", "order", "form_code", "valid_from", "id")
    ),
    int, dt.date, str, dt.date,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terms:
    """What a plan stands on: the forms of development as an agency knows them, and what is asked of a kind of employment."""

    requirement: RequirementFacts | None
    _forms: tuple[Sequence[Any], ...]

    def forms(self) -> list[FormOfDevelopment]:
        """Every form of development, in the order of the catalogue of forms."""
        return [_form(*row) for row in self._forms]

    def names(self) -> dict[str, str]:
        """What the forms are called, by code."""
        in_english = reads_english()
        return {code: english if in_english and english else name for code, name, english, *_rest in self._forms}


def terms_of(agency_id: int | None, employment_type: str, year: int) -> Terms:
    """The forms of today and the requirement at the end of a year. One compiled query for both."""
    rows = _terms.rows(agency_id or 0, clock.today(), employment_type, dt.date(year, 12, 31))
    found: dict[str, list[Sequence[Any]]] = {"form": [], "requirement": []}
    for what, rows_of in groupby(rows, key=lambda row: row[0]):
        found[what] = _winning((row[2], row[5], (row[2], *row[6:])) for row in rows_of)
    asked = next(
        (
            RequirementFacts(RequirementKind(kind), hours, basis, confidence)
            for _type, basis, confidence, _category, kind, hours in found["requirement"]
        ),
        None,
    )
    return Terms(asked, tuple(found["form"]))


def requirement_rows(on: dt.date, agency_id: int, employment_type: str) -> QuerySet[HourRequirement]:
    """What is asked of one kind of employment in one agency on a date, what wins last; for a compiled question."""
    return HourRequirement.objects.filter(_in_force(on, agency_id), employment_type=employment_type).order_by(
        F("agency").asc(nulls_first=True), "valid_from", "id"
    )


_requirements = PreparedQuery(
    lambda on: (
        HourRequirement.objects.filter(_dates(on))
        .order_by("valid_from", "id")
        .values_list("agency_id", "employment_type", "kind", "hours", "legal_basis", "confidence")
    ),
    dt.date,
)


class RequirementBook:
    """Every requirement in force on a date, read once; an agency's row wins over the national one."""

    def __init__(self, on: dt.date) -> None:
        self._rows: dict[tuple[int | None, str], RequirementFacts] = {}
        for agency_id, employment_type, kind, hours, basis, confidence in _requirements.rows(on):
            self._rows[agency_id, employment_type] = RequirementFacts(RequirementKind(kind), hours, basis, confidence)

    def of(self, agency_id: int | None, employment_type: str) -> RequirementFacts | None:
        """What is asked of this kind of employment in an agency; None when nothing is."""
        return self._rows.get((agency_id, employment_type)) or self._rows.get((None, employment_type))


def requirements_on(on: dt.date | None = None) -> RequirementBook:
    """The requirements of a date. One query on a short table."""
    return RequirementBook(on or clock.today())


def requirement_list(agency_id: int | None = None, on: dt.date | None = None) -> list[HourRequirement]:
    """The requirements in force as an agency sees them, its own replacing national ones."""
    chosen: dict[str, HourRequirement] = {}
    rows = HourRequirement.objects.filter(_in_force(on or clock.today(), agency_id))
    for row in rows.order_by("employment_type", "valid_from", "id"):
        current = chosen.get(row.employment_type)
        if current is None or row.agency_id is not None or current.agency_id is None:
            chosen[row.employment_type] = row
    return list(chosen.values())


def requirement_history(employment_type: str, agency_id: int | None = None) -> QuerySet[HourRequirement]:
    """Everything that was ever asked of a kind of employment, nationally and in one agency, newest first."""
    owner = Q(agency=None) | Q(agency_id=agency_id) if agency_id else Q(agency=None)
    rows = HourRequirement.objects.filter(owner, employment_type=employment_type)
    return rows.select_related("agency").order_by("-valid_from", "-id")
