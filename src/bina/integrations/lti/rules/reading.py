"""Taking values out of what a tool sent, each refusal naming the field."""

import datetime as dt
import math
import re
from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t

from bina.integrations.lti.rules.words import Rejected

_ZONE = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$")


def text_in(data: Mapping[str, Any], name: str, longest: int, *, is_needed: bool = False) -> str:
    """A text field, without what no database keeps; Rejected when it is no text, too long, or missing though needed."""
    value = data.get(name)
    if value is None and not is_needed:
        return ""
    if not isinstance(value, str) or (is_needed and not value.strip()):
        raise Rejected(_t("Isian “%(name)s” harus berupa teks.") % {"name": name})
    if len(value) > longest:
        raise Rejected(
            _t("Isian “%(name)s” terlalu panjang; batasnya %(most)s huruf.") % {"name": name, "most": longest}
        )
    return value.replace("\x00", "").strip()


def number_in(data: Mapping[str, Any], name: str) -> float | None:
    """A number that is not negative, or None when it is left out; Rejected for anything else."""
    value = data.get(name)
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not math.isfinite(value)
        or not 0 <= value < 1e12
    ):
        raise Rejected(_t("Isian “%(name)s” harus angka, nol atau lebih.") % {"name": name})
    return float(value)


def moment_in(data: Mapping[str, Any], name: str, *, is_needed: bool = False) -> dt.datetime | None:
    """A moment in ISO 8601 with its zone, in UTC; Rejected for anything else."""
    value = data.get(name)
    if value is None and not is_needed:
        return None
    try:
        found = parse_datetime(value) if isinstance(value, str) and _ZONE.search(value) else None
    except ValueError:
        found = None
    if found is None:
        raise Rejected(
            _t("Isian “%(name)s” harus berupa waktu dengan zona, misalnya 2026-03-01T09:30:00.000Z.") % {"name": name}
        )
    return found.astimezone(dt.UTC)
