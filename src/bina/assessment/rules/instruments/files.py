"""Instruments as files: YAML that holds everything, and a table (CSV, XLSX) with one question per row."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext as _

from bina.assessment.rules.exchange.amounts import amount
from bina.assessment.rules.exchange.tables import table_rows
from bina.assessment.rules.files import read_plain_yaml
from bina.assessment.rules.instruments.content import Content, content_of
from bina.foundation.errors import Refused
from bina.foundation.spreadsheets import Sheet, write_xlsx

INSTRUMENT_ENDINGS = frozenset({".yaml", ".csv", ".xlsx"})
# Titles of the columns: they are part of the file, so they stay Indonesian whoever writes it.
KEY, KIND, TEXT, ENGLISH = "Kunci", "Jenis", "Pertanyaan", "Pertanyaan (Inggris)"
SECTION, OPTIONS, LOWEST, HIGHEST = "Bagian", "Pilihan", "Label terendah", "Label tertinggi"
REQUIRED, SCALE, REVERSED, PROFILE, SHOW_IF = "Wajib", "Skala", "Dibalik", "Mengenali orang", "Tampil jika"
LEAST, MOST = "Paling kecil", "Paling besar"
COLUMNS = (
    KEY, SECTION, KIND, TEXT, ENGLISH, OPTIONS, LOWEST, HIGHEST, LEAST, MOST, REQUIRED, SCALE, REVERSED, PROFILE, SHOW_IF,
)  # fmt: skip
KIND_WORDS = {
    "skala 4": "likert4", "skala 5": "likert5", "skala 7": "likert7", "pilih satu": "choice",
    "pilih beberapa": "multiple", "angka": "number", "isian": "text",
}  # fmt: skip
_KINDS = {**KIND_WORDS, **{kind: kind for kind in KIND_WORDS.values()}, "single": "choice"}
YES = {"ya", "y", "yes", "1", "true", "x"}
SIGNS = {">=": "at_least", "<=": "at_most", "!=": "not_in", "=": "in"}
_AGREE = {LOWEST: "Sangat tidak setuju", HIGHEST: "Sangat setuju", REQUIRED: "ya", SCALE: "kemudahan"}
_USING = {SECTION: "Pemakaian", SHOW_IF: "memakai = ya", KIND: "skala 5"}
SAMPLES: tuple[dict[str, object], ...] = (
    {KEY: "memakai", SECTION: "Pemakaian", KIND: "pilih satu", OPTIONS: "ya: Ya | tidak: Tidak", REQUIRED: "ya",
     TEXT: "Apakah Anda memakai aplikasi surat di pekerjaan?"},
    {KEY: "mudah", **_USING, **_AGREE, TEXT: "Aplikasi surat mudah saya pakai."},
    {KEY: "lambat", **_USING, **_AGREE, REVERSED: "ya", TEXT: "Saya sering menunggu aplikasi surat terbuka."},
    {KEY: "masa_kerja", SECTION: "Tentang Anda", KIND: "angka", TEXT: "Berapa tahun masa kerja Anda?", LEAST: 0, MOST: 45,
     PROFILE: "ya"},
    {KEY: "saran", SECTION: "Tentang Anda", KIND: "isian", TEXT: "Apa satu hal yang perlu diperbaiki?"},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class InstrumentFile:
    """What a file holds: the words around the questions (empty in a table), and the content."""

    facts: Mapping[str, str]
    content: Content


def read_instrument_file(ending: str, content: bytes) -> InstrumentFile:
    """The instrument in a YAML file or a table; raises Refused when it cannot be read at all.

    Single faults are left to `findings_of`, which names them question by question.
    """
    if ending != ".yaml":
        return InstrumentFile({}, _read_table(content))
    found = read_plain_yaml(content)
    if not isinstance(found, Mapping) or not isinstance(found.get("questions"), list):
        raise Refused(_("Berkas YAML ini tidak memuat daftar pertanyaan (questions). Tidak ada yang diubah."))
    names = ("code", "title", "title_en", "intro", "intro_en")
    return InstrumentFile({name: str(found.get(name) or "").strip() for name in names}, content_of(found))


def _read_table(content: bytes) -> Content:
    titles, rows = table_rows(content, TEXT, KIND)
    known = {title.casefold(): title for title in COLUMNS}
    questions: list[dict[str, Any]] = []
    sections: dict[str, str] = {}
    scales: dict[str, dict[str, Any]] = {}
    for _number, row in rows:
        named = zip(titles, row, strict=False)
        cells = {known[title]: str(cell).strip() for title, cell in named if title in known and str(cell).strip()}
        if not {TEXT, KIND} & set(cells):
            continue
        question = _question(cells, len(questions) + 1)
        if SECTION in cells:
            question["section"] = sections.setdefault(cells[SECTION], f"bagian_{len(sections) + 1}")
        if SCALE in cells:
            scale = scales.setdefault(
                _code(cells[SCALE]), {"code": _code(cells[SCALE]), "name": cells[SCALE], "items": [], "reversed": []}
            )
            scale["items"].append(question["key"])
            if _is_yes(cells, REVERSED):
                scale["reversed"].append(question["key"])
        questions.append(question)
    found = [{"key": key, "title": title} for title, key in sections.items()]
    return content_of({"questions": questions, "sections": found, "scales": list(scales.values())})


def _code(name: str) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in name.casefold()).strip("_")[:60]


def _is_yes(cells: Mapping[str, str], name: str) -> bool:
    return cells.get(name, "").casefold() in YES


def _question(cells: Mapping[str, str], number: int) -> dict[str, Any]:
    kind = cells.get(KIND, "").casefold()
    return {
        "key": cells.get(KEY, f"p{number}"),
        "kind": _KINDS.get(kind, kind),
        "text": cells.get(TEXT, ""),
        "text_en": cells.get(ENGLISH, ""),
        "options": [
            _option(part, n) for n, part in enumerate(cells.get(OPTIONS, "").split("|"), start=1) if part.strip()
        ],
        "anchors": {"lowest": cells.get(LOWEST, ""), "highest": cells.get(HIGHEST, "")},
        "min": amount(cells.get(LEAST, "")),
        "max": amount(cells.get(MOST, "")),
        "required": _is_yes(cells, REQUIRED),
        "profile": _is_yes(cells, PROFILE),
        "show_if": _condition(cells.get(SHOW_IF, "")),
    }


def _option(part: str, number: int) -> dict[str, str]:
    key, colon, text = part.partition(":")
    if colon and key.strip().isidentifier():
        return {"key": key.strip(), "text": text.strip()}
    return {"key": f"p{number}", "text": part.strip()}


def _condition(text: str) -> dict[str, Any] | None:
    for sign, name in SIGNS.items():
        if sign in text:
            source, values = text.split(sign, 1)
            return {"question": source.strip(), "is": name, "values": [row.strip() for row in values.split(",")]}
    # Something was meant that cannot be understood: keep it, so that checking names the question.
    return {"question": text, "is": "?", "values": []} if text else None


def instrument_template(ending: str) -> bytes:
    """A table to fill in, with a few sample questions (``.csv`` or ``.xlsx``)."""
    rows = [[row.get(name, "") for name in COLUMNS] for row in SAMPLES]
    if ending == ".xlsx":
        notes = [
            _("Jenis: %(kinds)s.") % {"kinds": ", ".join(KIND_WORDS)},
            _("Pilihan dipisahkan tanda |; kunci boleh ditulis di depan titik dua. Tampil jika: kunci = jawaban, kunci != jawaban, "
              "kunci >= angka, kunci <= angka."),
        ]  # fmt: skip
        return write_xlsx(Sheet("Instrumen", COLUMNS, rows, notes))
    stream = io.StringIO()
    csv.writer(stream).writerows([COLUMNS, *rows])
    return stream.getvalue().encode("utf-8-sig")


def instrument_as_yaml(facts: Mapping[str, str], content: Content) -> bytes:
    """An instrument as a file that can be imported again without loss."""
    data = {name: value for name, value in facts.items() if value}
    rows = {"sections": content.sections, "questions": content.questions, "scales": content.scales}
    data |= {name: value for name, value in rows.items() if value}  # type: ignore[misc]  # lists beside the words
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=118).encode()
