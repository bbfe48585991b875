"""The file of a framework: reading what somebody wrote, every fault with its line; writing it; telling two apart.

A framework as data is ``{"code", "name", "name_en", "version", "kind", "source", "source_en", "levels", "areas"}`` like the
files in ``data/``; empty texts are left out, so that two frameworks are the same when their data are equal.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bina.foundation.located_yaml import LocatedDict, YamlError, read_yaml

KINDS = ("digital", "managerial", "leadership", "overlay", "reporting", "local", "soft")
MOST_LEVELS, MOST_COMPETENCIES, LONGEST_TEXT, MOST_FAULTS = 5, 500, 3000, 100
_CODE = re.compile(r"[a-z0-9][a-z0-9.\-]{1,59}")
_INNER_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,19}")
# An address of its own under /competencies/frameworks/.
_TAKEN_CODES = frozenset({"upload"})

_HEAD = {"name": 160, "name_en": 160, "version": 20, "source": LONGEST_TEXT, "source_en": LONGEST_TEXT}
_LEVEL = {"name": 60, "name_en": 60, "description": LONGEST_TEXT, "description_en": LONGEST_TEXT}
_COMPETENCY = {
    "name": 160, "name_en": 160, "short_name": 30, "short_name_en": 30, "description": LONGEST_TEXT,
    "description_en": LONGEST_TEXT,
}  # fmt: skip
_DESCRIPTOR = {
    "descriptor": LONGEST_TEXT, "descriptor_en": LONGEST_TEXT, "indicator": LONGEST_TEXT, "indicator_en": LONGEST_TEXT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a file, and on which line (None: the file as a whole)."""

    line: int | None
    sentence: str


@dataclass(slots=True)
class _Reader:
    faults: list[Fault] = field(default_factory=list)

    def fault(self, line: int | None, sentence: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(line, sentence))

    def mapping(self, value: object, line: int, known: set[str]) -> LocatedDict | None:
        """A mapping whose fields are all known."""
        if not isinstance(value, LocatedDict):
            self.fault(line, _("Di sini diharapkan isian bernama, misalnya “name: …”."))
            return None
        for name in value:
            if name not in known:
                self.fault(
                    value.lines[name],
                    _("Isian “%(name)s” tidak dikenal. Yang dikenal: %(known)s.")
                    % {"name": name[:60], "known": ", ".join(sorted(known))},
                )
        return value

    def text(self, data: LocatedDict, name: str, longest: int, *, is_required: bool = False) -> str:
        value, line = data.get(name), data.lines.get(name, data.line)
        if value is None or value == "":
            if is_required:
                self.fault(line, _("Isian “%(name)s” belum ada.") % {"name": name})
            return ""
        if not isinstance(value, str):
            self.fault(line, _("Isian “%(name)s” harus berupa teks; tulis di antara tanda kutip.") % {"name": name})
            return ""
        if len(value) > longest:
            self.fault(
                line,
                _("Isian “%(name)s” %(length)s huruf; batasnya %(most)s.")
                % {"name": name, "length": len(value), "most": longest},
            )
        return value.strip()

    def texts(self, data: LocatedDict, longest: dict[str, int], *required: str) -> dict[str, Any]:
        """The texts that are there, in the order of their names here."""
        found = {name: self.text(data, name, most, is_required=name in required) for name, most in longest.items()}
        return {name: text for name, text in found.items() if text}

    def rows(self, data: LocatedDict, name: str) -> list[Any]:
        value = data.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(data.lines[name], _("Isian “%(name)s” harus berupa daftar.") % {"name": name})
            return []
        return value

    def number(self, data: LocatedDict, low: int, high: int) -> int | None:
        value, line = data.get("number"), data.lines.get("number", data.line)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.fault(
                line,
                _("Isian “%(name)s” harus bilangan bulat %(low)s sampai %(high)s.")
                % {"name": "number", "low": low, "high": high},
            )
            return None
        return value

    def inner_code(self, data: LocatedDict, seen: dict[str, int]) -> str:
        """A code of an area or a competency, once in the file."""
        code, line = self.text(data, "code", 20, is_required=True), data.lines.get("code", data.line)
        if not code:
            return ""
        if not _INNER_CODE.fullmatch(code):
            self.fault(
                line,
                _("Kode “%(code)s” hanya boleh memuat huruf, angka, titik, dan tanda hubung.") % {"code": code[:30]},
            )
        if code in seen:
            self.fault(
                line, _("Kode “%(code)s” sudah dipakai di baris %(line)s.") % {"code": code[:30], "line": seen[code]}
            )
        seen.setdefault(code, line)
        return code


def read_framework_file(text: str) -> tuple[dict[str, Any], list[Fault]]:
    """A framework as data, and everything that is wrong with it; with faults the data are not to be used."""
    try:
        whole = read_yaml(text)
    except YamlError as error:
        return {}, [Fault(error.line, str(error))]
    reader = _Reader()
    root = reader.mapping(whole, 1, {"code", "kind", "levels", "areas", *_HEAD})
    if root is None:
        return {}, reader.faults
    code = reader.text(root, "code", 60, is_required=True)
    if code and (not _CODE.fullmatch(code) or code in _TAKEN_CODES):
        reader.fault(
            root.lines["code"],
            _(
                "Kode kamus terdiri atas 2 sampai 60 huruf kecil, angka, titik, atau tanda hubung, misalnya digcomp-3.1."
            ),
        )
    kind = reader.text(root, "kind", 12, is_required=True)
    if kind and kind not in KINDS:
        reader.fault(root.lines["kind"], _("Jenis yang dikenal: %(known)s.") % {"known": ", ".join(KINDS)})
    head = reader.texts(root, _HEAD, "name", "version")
    levels = _levels(reader, root)
    areas = _areas(reader, root, len(levels))
    data = {"code": code, "kind": kind, **head, "levels": levels, "areas": areas}
    return {name: data[name] for name in _ORDER if name in data}, reader.faults


_ORDER = ("code", "name", "name_en", "version", "kind", "source", "source_en", "levels", "areas")


def _levels(reader: _Reader, root: LocatedDict) -> list[dict[str, Any]]:
    found = []
    rows = reader.rows(root, "levels")
    if len(rows) == 1 or len(rows) > MOST_LEVELS:
        reader.fault(
            root.lines["levels"], _("Tingkat berjumlah 2 sampai %(most)s, atau tidak ada.") % {"most": MOST_LEVELS}
        )
    for place, value in enumerate(rows, start=1):
        row = reader.mapping(value, root.lines["levels"], {"number", *_LEVEL})
        if row is None:
            continue
        number = reader.number(row, 1, MOST_LEVELS)
        if number is not None and number != place:
            reader.fault(row.lines["number"], _("Tingkat ditulis berurutan mulai 1."))
        found.append({"number": place, **reader.texts(row, _LEVEL, "name")})
    return found


def _areas(reader: _Reader, root: LocatedDict, level_count: int) -> list[dict[str, Any]]:
    found, seen = [], dict[str, int]()
    rows = reader.rows(root, "areas")
    if not rows:
        reader.fault(root.lines.get("areas", root.line), _("Kamus memuat sedikitnya satu bidang (“areas”)."))
    for value in rows:
        area = reader.mapping(value, root.lines["areas"], {"code", "competencies", *_COMPETENCY})
        if area is None:
            continue
        entry: dict[str, Any] = {"code": reader.inner_code(area, seen), **reader.texts(area, _COMPETENCY, "name")}
        inside = [_competency(reader, one, area, seen, level_count) for one in reader.rows(area, "competencies")]
        if inside:
            entry["competencies"] = [one for one in inside if one is not None]
        found.append(entry)
    if len(seen) > MOST_COMPETENCIES:
        reader.fault(
            None, _("Kamus memuat paling banyak %(most)s bidang dan kompetensi.") % {"most": MOST_COMPETENCIES}
        )
    return found


def _competency(
    reader: _Reader, value: object, area: LocatedDict, seen: dict[str, int], level_count: int
) -> dict[str, Any] | None:
    row = reader.mapping(value, area.lines["competencies"], {"code", "levels", *_COMPETENCY})
    if row is None:
        return None
    entry: dict[str, Any] = {"code": reader.inner_code(row, seen), **reader.texts(row, _COMPETENCY, "name")}
    levels, numbers = [], set[int]()
    for one in reader.rows(row, "levels"):
        line = reader.mapping(one, row.lines["levels"], {"number", *_DESCRIPTOR})
        if line is None:
            continue
        if not level_count:
            reader.fault(line.line, _("Kamus ini tidak mempunyai tingkat (“levels” di bagian atas kosong)."))
            continue
        number = reader.number(line, 1, level_count)
        if number is None:
            continue
        if number in numbers:
            reader.fault(line.lines["number"], _("Tingkat %(number)s ditulis dua kali.") % {"number": number})
        numbers.add(number)
        levels.append({"number": number, **reader.texts(line, _DESCRIPTOR, "descriptor")})
    if levels:
        entry["levels"] = sorted(levels, key=lambda level: level["number"])
    return entry


def write_framework_file(data: dict[str, Any]) -> str:
    """The text of a framework's file; reading it gives the same data again."""
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120)


def without_blanks(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields with something in them."""
    return {name: value for name, value in fields.items() if value not in ("", None)}


FIELD_NAMES: dict[str, str | Promise] = {
    "name": gettext_lazy("nama"),
    "name_en": gettext_lazy("nama (Inggris)"),
    "version": gettext_lazy("versi"),
    "kind": gettext_lazy("jenis"),
    "code": gettext_lazy("kode"),
    "source": gettext_lazy("sumber"),
    "source_en": gettext_lazy("sumber (Inggris)"),
    "short_name": gettext_lazy("nama pendek"),
    "short_name_en": gettext_lazy("nama pendek (Inggris)"),
    "description": gettext_lazy("uraian"),
    "description_en": gettext_lazy("uraian (Inggris)"),
    "area": gettext_lazy("bidang"),
    "levels": gettext_lazy("perilaku tingkat"),
    "order": gettext_lazy("urutan"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One part that another file has too, has otherwise, or has no more; ``kind`` is new, changed or gone."""

    kind: str
    part: str
    name: str
    fields: tuple[str, ...] = ()


def _parts(data: dict[str, Any]) -> Iterator[tuple[tuple[str, str], str, dict[str, Any]]]:
    """Every part of a framework: its key, how it is called, and what can differ."""
    head = {name: value for name, value in data.items() if name not in ("levels", "areas")}
    orders = [str(area["code"]) for area in data["areas"]]
    yield ("head", ""), _("Kamus"), {**head, "order": orders}
    for level in data["levels"]:
        yield ("level", str(level["number"])), _("Tingkat %(n)s") % {"n": level["number"]}, level
    for area in data["areas"]:
        inside = area.get("competencies", [])
        own = {name: value for name, value in area.items() if name != "competencies"}
        order = [one["code"] for one in inside]
        yield ("area", area["code"]), _("Bidang %(code)s") % {"code": area["code"]}, {**own, "order": order}
        for one in inside:
            yield ("competency", one["code"]), one["code"], {**one, "area": area["code"]}


def differences(before: dict[str, Any] | None, after: dict[str, Any]) -> list[Difference]:
    """What ``after`` has that ``before`` has not, has otherwise, or has no more; in the order of the files."""
    old = {key: (part, fields) for key, part, fields in _parts(before)} if before else {}
    found, seen = [], set()
    for key, part, fields in _parts(after):
        seen.add(key)
        if key not in old:
            if key[0] != "head":
                found.append(Difference("new", part, fields["name"]))
            continue
        changed = [
            name
            for name in FIELD_NAMES
            if _value(old[key][1], name, seen=fields) != _value(fields, name, seen=old[key][1])
        ]
        if changed:
            found.append(Difference("changed", part, fields["name"], tuple(str(FIELD_NAMES[name]) for name in changed)))
    gone = [Difference("gone", part, fields["name"]) for key, (part, fields) in old.items() if key not in seen]
    return found + gone


def _value(fields: dict[str, Any], name: str, *, seen: dict[str, Any]) -> Any:
    """A field for comparing; of an order only what both have, because the rest is told as new or gone."""
    if name == "order":
        both = set(fields.get("order", ())) & set(seen.get("order", ()))
        return [code for code in fields.get("order", ()) if code in both]
    return fields.get(name)
