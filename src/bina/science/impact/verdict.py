"""What may be said about a gain: a code that never claims more than the interval allows."""

import math
from dataclasses import fields
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Verdict(StrEnum):
    """The four things that a study of gains can find; the codes are stored, so they never change."""

    TOO_FEW = "too_few"
    CANNOT_TELL = "cannot_tell"
    IMPROVED = "improved"
    DECLINED = "declined"


def judge(pairs: int, low: float, high: float, least_pairs: int) -> Verdict:
    """Too few below `least_pairs`, improved if low..high lies above 0, declined if below 0, else cannot tell."""
    if pairs < least_pairs:
        return Verdict.TOO_FEW
    if low > 0:
        return Verdict.IMPROVED
    if high < 0:
        return Verdict.DECLINED
    return Verdict.CANNOT_TELL


def describe(result: "DataclassInstance") -> dict[str, str | int | float | None]:
    """The codes and numbers of a result of this room by field name, ready to be stored as JSON: no sentences.

    Numbers have 6 decimals, a number that does not exist (NaN) is None, and arrays over persons are left out.
    """
    told: dict[str, str | int | float | None] = {}
    for field in fields(result):
        value = getattr(result, field.name)
        if isinstance(value, StrEnum):
            told[field.name] = value.value
        elif isinstance(value, int):
            told[field.name] = value
        elif isinstance(value, float):
            told[field.name] = round(value, 6) + 0.0 if math.isfinite(value) else None
    return told
