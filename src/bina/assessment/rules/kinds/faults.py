"""Small checks that the kinds of question share, and their sentences."""

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

LONGEST_TEXT = 1_000


def is_text(value: object, longest: int = LONGEST_TEXT) -> bool:
    """Whether a value is a text that says something and is not too long."""
    return isinstance(value, str) and 0 < len(value.strip()) <= longest


def is_number(value: object) -> bool:
    """Whether a value is a number that one can reckon with."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value) and abs(value) < 1e15
    except OverflowError:
        return False


def repetitions(texts: list[str]) -> list[str]:
    """A sentence for every text that stands there twice."""
    repeated = [text for text, count in Counter(text.strip() for text in texts).items() if count > 1]
    return [_("Teks ini muncul dua kali: “%(text)s”.") % {"text": text[:80]} for text in repeated]


def tolerance_problems(value: object) -> list[str]:
    """What is wrong with a tolerance; none at all is fine."""
    if value is None or (is_number(value) and isinstance(value, (int, float)) and value >= 0):
        return []
    return [_("Toleransi (tolerance) harus angka nol atau lebih.")]


def english_rows(
    english: Mapping[str, Any],
    name: str,
    count: int,
    needed: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    longest: int = LONGEST_TEXT,
) -> list[str]:
    """What is wrong with an English list: it has as many entries as the Indonesian one, each with its texts.

    Without field names the entries are texts themselves.
    """
    rows = english.get(name)
    if not isinstance(rows, list) or len(rows) != count:
        return [
            _("Bagian “%(name)s” dalam bahasa Inggris (en) harus berisi %(count)s isian, urut seperti aslinya.")
            % {"name": name, "count": count}
        ]
    if not needed:
        whole = all(is_text(row) for row in rows)
    else:
        whole = all(
            isinstance(row, Mapping)
            and all(is_text(row.get(field), longest) for field in needed)
            and all(row.get(field) is None or is_text(row[field], longest) for field in optional)
            for row in rows
        )
    if not whole:
        return [
            _("Setiap isian “%(name)s” dalam bahasa Inggris (en) memerlukan: %(fields)s.")
            % {"name": name, "fields": ", ".join(needed) or _("teks")}
        ]
    return repetitions([row[needed[0]] for row in rows] if needed else rows)
