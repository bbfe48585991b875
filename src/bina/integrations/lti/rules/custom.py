"""Values that travel to a tool with every launch, as authors and administrators write them."""

import re
from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _t

MOST = 40
LONGEST = 1_000
_VARIABLE = re.compile(r"\$[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)+")
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,80}")


def read_custom(values: object) -> tuple[dict[str, str], list[str]]:
    """Names with short texts, and a sentence for each that cannot be kept; numbers and truths become texts."""
    if not isinstance(values, Mapping):
        return {}, [_t("Isian “custom” harus berupa pasangan nama dan nilai.")]
    kept: dict[str, str] = {}
    faults: list[str] = []
    for name, value in values.items():
        text = (
            str(value).lower()
            if isinstance(value, bool)
            else str(value)
            if isinstance(value, (str, int, float))
            else None
        )
        if (
            not isinstance(name, str)
            or not _NAME.fullmatch(name)
            or text is None
            or len(text) > LONGEST
            or "\x00" in text
        ):
            faults.append(
                _t("Nilai “%(name)s” tidak dapat dikirim ke alat: nama hanya huruf, angka, titik, dan garis; nilai berupa teks "
                   "sampai %(most)s huruf.") % {"name": str(name)[:60], "most": LONGEST}
            )  # fmt: skip
        elif len(kept) < MOST:
            kept[name] = text
    if len(values) > MOST:
        faults.append(_t("Paling banyak %(most)s nilai dapat dikirim ke alat.") % {"most": MOST})
    return kept, faults


def unknown_variables(values: Mapping[str, str], known: Collection[str]) -> list[str]:
    """The values that look like a variable of the standard and are none that is filled in."""
    return [value for value in values.values() if _VARIABLE.fullmatch(value) and value not in known]


def custom_of_lines(text: str) -> tuple[dict[str, str], list[str]]:
    """The same from lines “name=value”."""
    pairs = [row.partition("=") for row in text.splitlines() if row.strip()]
    return read_custom({name.strip(): value.strip() for name, _sign, value in pairs})


def lines_of_custom(values: Mapping[str, str]) -> str:
    """As lines “name=value”, to be typed on."""
    return "\n".join(f"{name}={value}" for name, value in values.items())
