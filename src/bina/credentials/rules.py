"""Pure rules of earning: how a form of development becomes hours, verification codes, certificate numbers."""

import datetime as dt
import re
import secrets
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bina.design.formats import date, number
from bina.foundation.verdict import ALLOWED, Verdict, refused


class RuleKind(StrEnum):
    """How hours are counted for a form of development."""

    PROGRAM_JP = "program_jp"
    PER_DAY = "per_day"
    PER_SESSION = "per_session"
    PER_ASSIGNMENT = "per_assignment"
    PER_ACTIVITY = "per_activity"
    PER_AGENCY_RULE = "per_agency_rule"


RULE_KIND_NAMES: dict[RuleKind, str | Promise] = {
    RuleKind.PROGRAM_JP: _("JP yang tercantum pada program"),
    RuleKind.PER_DAY: _("per hari"),
    RuleKind.PER_SESSION: _("per sesi"),
    RuleKind.PER_ASSIGNMENT: _("per penugasan"),
    RuleKind.PER_ACTIVITY: _("per kegiatan"),
    RuleKind.PER_AGENCY_RULE: _("ditetapkan instansi"),
}
# What one counts for each kind, as the person is asked for it.
UNIT_NAMES: dict[RuleKind, str | Promise] = {
    RuleKind.PROGRAM_JP: _("JP"),
    RuleKind.PER_DAY: _("hari"),
    RuleKind.PER_SESSION: _("sesi"),
    RuleKind.PER_ASSIGNMENT: _("penugasan"),
    RuleKind.PER_ACTIVITY: _("kegiatan"),
    RuleKind.PER_AGENCY_RULE: _("JP"),
}


class Reach(StrEnum):
    """Whether an activity is national or international; some forms count more across the border."""

    NATIONAL = "national"
    INTERNATIONAL = "international"


REACH_NAMES: dict[Reach, str | Promise] = {Reach.NATIONAL: _("nasional"), Reach.INTERNATIONAL: _("internasional")}


class Category(StrEnum):
    """The three families of forms in law."""

    EDUCATION = "pendidikan"
    CLASSICAL = "klasikal"
    NON_CLASSICAL = "nonklasikal"


CATEGORY_NAMES: dict[Category, str | Promise] = {
    Category.EDUCATION: _("Pendidikan"),
    Category.CLASSICAL: _("Pelatihan klasikal"),
    Category.NON_CLASSICAL: _("Pelatihan nonklasikal"),
}


class Period(StrEnum):
    """The stretch of time over which a cap counts."""

    NONE = ""
    MONTH = "month"
    YEAR = "year"


PERIOD_NAMES: dict[Period, str | Promise] = {
    Period.NONE: _("tanpa batas"),
    Period.MONTH: _("bulan"),
    Period.YEAR: _("tahun"),
}


class RequirementKind(StrEnum):
    """What the law sets for a kind of employment."""

    FLOOR_YEAR = "floor_year"
    CEILING_CONTRACT = "ceiling_contract"


REQUIREMENT_KIND_NAMES: dict[RequirementKind, str | Promise] = {
    RequirementKind.FLOOR_YEAR: _("paling sedikit per tahun"),
    RequirementKind.CEILING_CONTRACT: _("paling banyak per masa kontrak"),
}


def can_begin(start: dt.date, *, current: dt.date | None, is_used: bool = False) -> Verdict:
    """Whether a rule may begin on a day, when the owner's newest that has begun did so on ``current``: nothing that has
    held is lost.

    ``is_used``: rows of the ledger were counted by the newest, so its own day is taken too.
    """
    if current is None or start > current or (start == current and not is_used):
        return ALLOWED
    if start == current:
        return refused(
            _("Sudah ada catatan yang dihitung menurut aturan yang mulai %(day)s. Pilih tanggal sesudahnya.")
            % {"day": date(current)}
        )
    return refused(
        _("Yang berlaku sekarang mulai %(day)s. Pilih tanggal itu atau sesudahnya, agar riwayatnya tidak hilang.")
        % {"day": date(current)}
    )


def can_require_from(start: dt.date, today: dt.date) -> Verdict:
    """Whether what is asked may change from a day on: years that are over keep what was asked of them."""
    if start.year >= today.year:
        return ALLOWED
    return refused(_("Tahun yang sudah lewat tidak dihitung ulang. Pilih tanggal dalam tahun ini atau sesudahnya."))


class CertificateState(StrEnum):
    """Whether a certificate can still be relied on."""

    VALID = "valid"
    REVOKED = "revoked"


NEXT_STATES: dict[CertificateState, frozenset[CertificateState]] = {
    CertificateState.VALID: frozenset({CertificateState.REVOKED}),
    CertificateState.REVOKED: frozenset(),
}
STATE_NAMES: dict[CertificateState, str | Promise] = {
    CertificateState.VALID: _("Berlaku"),
    CertificateState.REVOKED: _("Dicabut"),
}

_CENT = Decimal("0.01")
MOST_QUANTITY = Decimal(2000)


@dataclass(frozen=True, slots=True)
class Conversion:
    """The part of an hour rule that decides the figure; kept with every ledger row, so history never changes."""

    kind: RuleKind
    national: Decimal | None
    international: Decimal | None
    cap_quantity: Decimal | None = None
    cap_period: Period = Period.NONE
    longest_months: int | None = None

    def value_for(self, reach: Reach) -> Decimal | None:
        """Hours per unit (or the factor on programme hours); without an international value the national one holds."""
        if reach is Reach.INTERNATIONAL and self.international is not None:
            return self.international
        return self.national

    def as_snapshot(self) -> dict[str, Any]:
        """Plain JSON for the ledger."""
        return {
            "kind": self.kind.value,
            "national": None if self.national is None else str(self.national),
            "international": None if self.international is None else str(self.international),
            "cap_quantity": None if self.cap_quantity is None else str(self.cap_quantity),
            "cap_period": self.cap_period.value,
            "longest_months": self.longest_months,
        }

    @classmethod
    def from_snapshot(cls, snapshot: dict[str, Any]) -> "Conversion":
        """The conversion a ledger row was counted by."""

        def number(name: str) -> Decimal | None:
            return None if snapshot.get(name) is None else Decimal(snapshot[name])

        return cls(
            RuleKind(snapshot["kind"]), number("national"), number("international"), number("cap_quantity"),
            Period(snapshot.get("cap_period", "")), snapshot.get("longest_months"),
        )  # fmt: skip


def can_count(
    conversion: Conversion,
    reach: Reach,
    quantity: Decimal,
    *,
    started_on: dt.date | None,
    completed_on: dt.date,
    today: dt.date,
) -> Verdict:
    """Whether this much of a form can become hours at all."""
    if conversion.value_for(reach) is None:
        return refused(_("Instansi Anda belum menetapkan nilai JP untuk bentuk pengembangan ini."))
    if not 0 < quantity <= MOST_QUANTITY:
        return refused(_("Jumlah harus lebih dari nol dan paling banyak %(most)s.") % {"most": MOST_QUANTITY})
    if completed_on > today:
        return refused(_("Tanggal selesai masih di masa depan; jam dicatat setelah kegiatan selesai."))
    if started_on and started_on > completed_on:
        return refused(_("Tanggal mulai tidak boleh sesudah tanggal selesai."))
    if started_on and conversion.longest_months and completed_on > _months_later(started_on, conversion.longest_months):
        return refused(
            _("Bentuk ini paling lama %(months)s bulan; bagi menjadi penugasan yang terpisah.")
            % {"months": conversion.longest_months}
        )
    return ALLOWED


def _months_later(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th day")


def counted_hours(conversion: Conversion, reach: Reach, quantity: Decimal, *, already: Decimal = Decimal(0)) -> Decimal:
    """Hours for ``quantity`` units, when ``already`` units of the form count in the cap's period. Zero at the cap."""
    value = conversion.value_for(reach)
    if value is None:
        return Decimal(0)
    if conversion.cap_quantity is not None:
        quantity = max(Decimal(0), min(quantity, conversion.cap_quantity - already))
    return (quantity * value).quantize(_CENT, ROUND_HALF_UP)


def calculation(conversion: Conversion, reach: Reach, quantity: Decimal, hours: Decimal) -> str:
    """How a figure came about, in words: “3 hari × 4 JP”, “10 JP program × 1,2 (internasional)”."""
    value = conversion.value_for(reach)
    if value is None:
        return ""
    names = {"quantity": number(quantity), "value": number(value), "unit": UNIT_NAMES[conversion.kind]}
    if conversion.kind in {RuleKind.PROGRAM_JP, RuleKind.PER_AGENCY_RULE}:
        text = _("%(quantity)s JP program") % names if value == 1 else _("%(quantity)s JP program × %(value)s") % names
    else:
        text = _("%(quantity)s %(unit)s × %(value)s JP") % names
    if reach is Reach.INTERNATIONAL:
        text = _("%(text)s (internasional)") % {"text": text}
    if hours < (quantity * value).quantize(_CENT, ROUND_HALF_UP):
        text = _("%(text)s, dihitung sampai batas %(cap)s") % {"text": text, "cap": cap_words(conversion)}
    return str(text)


def cap_words(conversion: Conversion) -> str:
    """The limit of a form in words; empty without one."""
    if conversion.cap_quantity is not None:
        period = {Period.MONTH: _("per bulan"), Period.YEAR: _("per tahun")}.get(conversion.cap_period, "")
        return f"{number(conversion.cap_quantity)} {UNIT_NAMES[conversion.kind]} {period}".strip()
    if conversion.longest_months:
        return str(_("paling lama %(months)s bulan") % {"months": conversion.longest_months})
    return ""


def cap_window(period: Period, day: dt.date) -> tuple[dt.date, dt.date] | None:
    """First and last day of the period in which a cap counts; None without one."""
    if period is Period.MONTH:
        start = day.replace(day=1)
        return start, _months_later(start, 1) - dt.timedelta(days=1)
    if period is Period.YEAR:
        return dt.date(day.year, 1, 1), dt.date(day.year, 12, 31)
    return None


# Letters and digits that nobody confuses when reading aloud or copying from paper: no I, L, O, U, 0 or 1.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_GROUPS, CODE_GROUP_SIZE = 3, 4


def new_code() -> str:
    """A fresh verification code such as ``K7QF-M2XR-9TDP``: 12 signs of 30, about 59 bits from the system's randomness."""
    groups = (
        "".join(secrets.choice(CODE_LETTERS) for _sign in range(CODE_GROUP_SIZE)) for _group in range(CODE_GROUPS)
    )
    return "-".join(groups)


def read_code(text: str) -> str | None:
    """A code as a person typed it (any case, with or without dashes), in its stored form; None when it is none."""
    if len(text) > 60:
        return None
    signs = re.sub(r"[\s\-‐‑–—_.]+", "", text).upper()
    if len(signs) != CODE_GROUPS * CODE_GROUP_SIZE or any(sign not in CODE_LETTERS for sign in signs):
        return None
    return "-".join(signs[start : start + CODE_GROUP_SIZE] for start in range(0, len(signs), CODE_GROUP_SIZE))


NUMBER_PATTERN = "{seq:06d}/{program}/{agency}/{year}"
_FIELD = re.compile(r"\{(seq(?::0[1-9]d)?|program|agency|year)\}")


def can_be_pattern(pattern: str) -> Verdict:
    """Whether a number pattern uses only the known fields and counts."""
    rest = _FIELD.sub("", pattern)
    if "{" in rest or "}" in rest or len(pattern) > 80:
        return refused(_("Pola nomor hanya boleh memakai {seq:06d}, {program}, {agency}, dan {year}."))
    if "{seq" not in pattern or "{year}" not in pattern:
        return refused(_("Pola nomor harus memuat {seq:06d} dan {year} agar tidak ada nomor yang sama."))
    return ALLOWED


def certificate_number(pattern: str, *, seq: int, program: str, agency: str, year: int) -> str:
    """The number printed on a certificate, e.g. ``000012/KD-ASN/6671/2026``."""

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith("seq"):
            return format(seq, name[4:] or "d")
        return str({"program": program, "agency": agency, "year": year}[name])

    return _FIELD.sub(fill, pattern)


def program_code(slug: str) -> str:
    """A short code of a programme for certificate numbers: the initials of its words, e.g. ``KDA`` of keamanan-digital-asn."""
    words = [word for word in re.split(r"[^0-9a-zA-Z]+", slug) if word]
    if len(words) == 1:
        return words[0][:6].upper()
    return "".join(word[0] for word in words)[:6].upper() or "P"


def can_revoke(state: CertificateState, reason: str) -> Verdict:
    """Whether a certificate in this state can be revoked, with this reason."""
    if CertificateState.REVOKED not in NEXT_STATES[state]:
        return refused(_("Sertifikat ini sudah dicabut sebelumnya."))
    if len(reason.strip()) < 10:
        return refused(_("Tuliskan alasan pencabutan, sedikitnya sepuluh huruf, agar dapat dipertanggungjawabkan."))
    return ALLOWED


def can_void(is_voided: bool, reason: str) -> Verdict:
    """Whether a ledger row can be taken out of the count, with this reason."""
    if is_voided:
        return refused(_("Catatan jam ini sudah dibatalkan sebelumnya."))
    if len(reason.strip()) < 10:
        return refused(_("Tuliskan alasan pembatalan, sedikitnya sepuluh huruf, agar dapat dipertanggungjawabkan."))
    return ALLOWED
