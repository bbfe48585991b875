"""Numbers as people type them and as a reader's language writes them."""

import math
import re

from django.utils.translation import get_language

Number = int | float
GROUPED_FROM = 10_000  # smaller numbers may be years
LONGEST_NUMBER = 40


def numbers_in(answer: object) -> list[float]:
    """What a typed number may mean: ``1.250,5``, ``12,5``, ``Rp1.250.000``, ``61 %``; ``1.250`` has two readings.

    Where the writing is open to two readings the person is not held to the stricter one. Not a number: an empty list.
    """
    if isinstance(answer, bool) or answer is None:
        return []
    if isinstance(answer, (int, float)):
        return [float(answer)] if _is_finite(answer) else []
    if not isinstance(answer, str) or len(answer) > 60:
        return []
    text = answer.replace("−", "-").replace("\u00a0", " ")
    found = re.fullmatch(r"\s*(?:Rp\.?)?\s*([+-]?)\s*([\d.,\s]*\d)\s*(?:%|[A-Za-z][A-Za-z /.]*)?\s*", text, re.ASCII)
    if not found:
        return []
    sign, digits = (-1.0 if found[1] == "-" else 1.0), re.sub(r"\s", "", found[2])
    readings = set()
    if re.fullmatch(r"\d+", digits):
        readings.add(digits)
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?|\d*,\d+", digits):
        readings.add(digits.replace(".", "").replace(",", "."))
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?|\d*\.\d+", digits):
        readings.add(digits.replace(",", ""))
    return sorted(sign * float(reading) for reading in readings)


def _is_finite(value: Number) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def is_near(answer: object, target: object, tolerance: object) -> bool:
    """Whether a typed number may mean the target within the tolerance; targets that are no numbers are never met."""
    try:
        aim, slack = float(str(target)), abs(float(str(tolerance or 0)))
    except ValueError:
        return False
    slack += 1e-9 * max(1.0, abs(aim))
    return any(abs(value - aim) <= slack for value in numbers_in(answer))


def typed(value: object) -> str:
    """A number as an Indonesian reader would type it: ``12,5``."""
    return str(value).replace(".", ",")


def written(value: Number) -> str:
    """A number in the reader's language: ``12.500,5`` or ``12,500.5``; below ten thousand without grouping."""
    text = f"{value:,}" if abs(value) >= GROUPED_FROM else f"{value}"
    text = text.removesuffix(".0")
    return text if (get_language() or "id").startswith("en") else text.translate(str.maketrans(",.", ".,"))
