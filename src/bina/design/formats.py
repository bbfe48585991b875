"""Numbers, money, dates and times as official Indonesian (or English) writing has them."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

MONTHS = {
    "id": ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
}  # fmt: skip
ZONES = {"WIB": ZoneInfo("Asia/Jakarta"), "WITA": ZoneInfo("Asia/Makassar"), "WIT": ZoneInfo("Asia/Jayapura")}

_SWAPPED = str.maketrans(",.", ".,")


def _language() -> str:
    return "en" if (get_language() or "id").startswith("en") else "id"


def number(value: float | int | Decimal | None, decimals: int | None = None) -> str:
    """``1.234,5`` in Indonesian, ``1,234.5`` in English; None is a dash. Without ``decimals`` at most two are shown."""
    if value is None:
        return "–"
    if decimals is None:
        text = f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, (float, Decimal)) else f"{value:,}"
    else:
        text = f"{value:,.{decimals}f}"
    if text in {"-0", "-0.0", "-0.00"}:
        text = text[1:]
    text = text.replace("-", "−")
    return text if _language() == "en" else text.translate(_SWAPPED)


def percent(share: float | None, decimals: int = 0) -> str:
    """``61%`` for 0.61; None is a dash."""
    return "–" if share is None else f"{number(100 * share, decimals)}%"


def rupiah(amount: int | Decimal | None) -> str:
    """``Rp1.250.000``; None is a dash."""
    return "–" if amount is None else f"Rp{number(int(amount))}"


def file_size(size: int) -> str:
    """``4,2 GB``, ``1,9 MB`` or ``340 kB``."""
    if size >= 1_000_000_000:
        return f"{number(size / 1_000_000_000, 1)} GB"
    return f"{number(size / 1_000_000, 1)} MB" if size >= 1_000_000 else f"{number(max(1, size // 1000))} kB"


def date(value: dt.date | dt.datetime | None, zone: str = "WIB") -> str:
    """``17 Agustus 2026``; a moment is taken in the given zone; None is a dash."""
    if value is None:
        return "–"
    if isinstance(value, dt.datetime):
        value = value.astimezone(ZONES.get(zone, ZONES["WIB"])).date()
    return f"{value.day} {MONTHS[_language()][value.month - 1]} {value.year}"


def short_date(value: dt.date | dt.datetime | None, zone: str = "WIB") -> str:
    """``17 Agt 2026``; None is a dash."""
    full = date(value, zone)
    if full == "–":
        return full
    day, month, year = full.split()
    return f"{day} {month[:3] if month != 'Agustus' else 'Agt'} {year}"


def moment(value: dt.datetime | None, zone: str = "WIB") -> str:
    """``17 Agustus 2026 pukul 09.00 WIB``; None is a dash."""
    if value is None:
        return "–"
    joint = ", " if _language() == "en" else " pukul "
    return f"{date(value, zone)}{joint}{time_of_day(value, zone)} {zone if zone in ZONES else 'WIB'}"


def time_of_day(value: dt.datetime | None, zone: str = "WIB") -> str:
    """``09.00``, for a column whose head names the zone; None is a dash."""
    if value is None:
        return "–"
    local = value.astimezone(ZONES.get(zone, ZONES["WIB"]))
    return f"{local:%H:%M}" if _language() == "en" else f"{local:%H.%M}"


def all_zones(value: dt.datetime) -> str:
    """``09.00 WIB · 10.00 WITA · 11.00 WIT`` for one moment."""
    return " · ".join(f"{value.astimezone(zone):%H.%M} {name}" for name, zone in ZONES.items())


def duration(minutes: int) -> str:
    """``18 menit`` or ``1 jam 20 menit``."""
    hour_word, minute_word = ("h", "min") if _language() == "en" else ("jam", "menit")
    hours, rest = divmod(int(minutes), 60)
    parts = [f"{hours} {hour_word}"] if hours else []
    if rest or not hours:
        parts.append(f"{rest} {minute_word}")
    return " ".join(parts)
