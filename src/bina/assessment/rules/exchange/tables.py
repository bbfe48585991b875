"""CSV and XLSX with one question per row, for those who keep questions in a spreadsheet: choices and numbers."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _

from bina.assessment.rules.exchange.amounts import amount
from bina.assessment.rules.exchange.report import (
    ExchangeReport,
    Faulty,
    Question,
    Reading,
    Unsupported,
    Written,
    accounted,
)
from bina.assessment.rules.exchange.trees import LARGEST_XML, named, read_tree
from bina.assessment.rules.files import LARGEST_FILE, MOST_ITEMS
from bina.assessment.rules.kinds.parts import Kind
from bina.assessment.rules.numbers import typed
from bina.assessment.rules.pictures import StoredPicture
from bina.foundation.errors import Refused
from bina.foundation.spreadsheets import Sheet, write_xlsx
from bina.foundation.uploads import BROKEN_ARCHIVE, MEGABYTE, ArchiveLimits, as_stream, open_archive, read_member

LETTERS = "ABCDEFGH"
# Titles of the columns: they are part of the file, so they stay Indonesian whoever writes it.
CODE, COMPETENCY, LEVEL, KIND, CONTEXT, STEM = "Kode", "Kompetensi", "Tingkat", "Jenis", "Konteks", "Soal"
KEY, ANSWER, TOLERANCE, UNIT = "Kunci", "Jawaban angka", "Toleransi", "Satuan"
EXPLANATION, SLOPE, DIFFICULTY = "Pembahasan", "Parameter a", "Parameter b"
SECTOR, REGION, ENEMIES = "Sektor", "Wilayah", "Tidak bersama"
OPTION, FEEDBACK = "Pilihan {}", "Umpan balik {}"
COLUMNS = (
    CODE, COMPETENCY, LEVEL, KIND, CONTEXT, STEM, *(OPTION.format(letter) for letter in LETTERS), KEY,
    *(FEEDBACK.format(letter) for letter in LETTERS), ANSWER, TOLERANCE, UNIT, EXPLANATION, SLOPE, DIFFICULTY, SECTOR, REGION,
    ENEMIES,
)  # fmt: skip
_TEXTS = (
    ("competency", COMPETENCY), ("context", CONTEXT), ("explanation", EXPLANATION), ("sector", SECTOR), ("region", REGION),
)  # fmt: skip
KIND_WORDS = {Kind.SINGLE: "pilih satu", Kind.MULTIPLE: "pilih beberapa", Kind.NUMERIC: "isi angka"}
_KINDS = {word: kind for kind, word in KIND_WORDS.items()} | {kind.value: kind for kind in KIND_WORDS}
SAMPLES: tuple[dict[str, Any], ...] = (
    {
        "code": "CONTOH-1", "competency": "4.2", "level": 1, "kind": "single", "context": "data warga",
        "stem": "Manakah yang termasuk data pribadi?",
        "options": [
            {"text": "Nomor induk kependudukan", "correct": True, "feedback": "Tepat, nomor itu mengenali seseorang."},
            {"text": "Jumlah penduduk sebuah kelurahan", "feedback": "Ini angka gabungan."},
            {"text": "Alamat kantor dinas", "feedback": "Ini bukan tentang orang."},
        ],
        "explanation": "Ukurannya adalah apakah seseorang dapat dikenali.",
    },
    {
        "code": "CONTOH-2", "competency": "4.2", "level": 2, "kind": "multiple", "stem": "Pilih dua langkah yang tepat.",
        "options": [
            {"text": "Mengunci layar", "correct": True}, {"text": "Memakai akun bersama"},
            {"text": "Membatasi akses", "correct": True}, {"text": "Menempel sandi di meja"},
        ],
    },
    {
        "code": "CONTOH-3", "competency": "1.3", "level": 2, "kind": "numeric", "stem": "Berapa persen 46 dari 50?",
        "answer": 92, "tolerance": 0.5, "unit": "%",
    },
)  # fmt: skip
LIMITS = ArchiveLimits(total_bytes=20 * MEGABYTE, file_count=200, ratio=150)
LONGEST_CELL = 8_000
MOST_COLUMNS = 100
Cell = str | int | float


def read(content: bytes) -> ExchangeReport:
    """The questions of a CSV or XLSX table, row by row; raises Refused where the columns are not those of the template."""
    titles, rows = table_rows(content, STEM, KIND)
    known = {title.casefold(): title for title in COLUMNS}
    reading = Reading()
    strange = [title for title in titles if title and title not in known]
    if strange:
        reading.notes.append(_("Kolom yang tidak dikenal dilewati: %(names)s.") % {"names": ", ".join(strange)[:200]})
    for number, row in rows:
        cells = {known[title]: cell for title, cell in zip(titles, row, strict=False) if title in known and cell != ""}
        if cells:
            reading.take(str(cells.get(CODE) or _("baris %(n)s") % {"n": number}), _reader(cells))
    return reading.report()


def table_rows(content: bytes, text: str, kind: str) -> tuple[list[str], list[tuple[int, list[Cell]]]]:
    """The folded titles of a CSV or XLSX table and the rows below them with their line numbers.

    Of a workbook the first sheet with the column ``text`` is read. Raises Refused where no line among the first twenty holds
    the titles ``text`` and ``kind``.
    """
    rows = _xlsx_rows(content, text) if content.startswith(b"PK") else _csv_rows(content)
    needed = {text.casefold(), kind.casefold()}
    for place, (_number, row) in enumerate(rows[:20]):
        titles = [_title(cell) for cell in row]
        if needed <= set(titles):
            return titles, rows[place + 1 :]
    raise Refused(
        _("Judul kolom “%(text)s” dan “%(kind)s” tidak ditemukan. Pakai judul seperti di templat, lalu unggah lagi.")
        % {"text": text, "kind": kind}
    )


def _title(cell: Cell) -> str:
    return " ".join(str(cell).split()).casefold()


def _reader(cells: Mapping[str, Cell]) -> Callable[[Question], None]:
    return lambda question: _read(question, cells)


def _read(question: Question, cells: Mapping[str, Cell]) -> None:
    item = question.item
    if CODE in cells:
        item["code"] = str(cells[CODE])
    word = str(cells.get(KIND) or "").strip().casefold()
    kind = _KINDS.get(word)
    if kind is None:
        raise Unsupported(
            _("Jenis “%(kind)s” tidak didukung dalam tabel; yang didukung: %(kinds)s.")
            % {"kind": word[:40], "kinds": ", ".join(KIND_WORDS.values())}
        )
    for name, title in _TEXTS:
        if title in cells:
            item[name] = str(cells[title])
    if ENEMIES in cells:
        item["enemies"] = [code.strip() for code in re.split(r"[,;]", str(cells[ENEMIES])) if code.strip()]
    for name, title in (("level", LEVEL), ("a", SLOPE), ("b", DIFFICULTY)):
        if title in cells:
            item[name] = _number(cells[title], title)
    item |= {"kind": kind.value, "stem": str(cells.get(STEM, ""))}
    if kind == Kind.NUMERIC:
        if ANSWER not in cells:
            raise Faulty(_("Kolom “%(title)s” kosong.") % {"title": ANSWER})
        item["answer"] = _number(cells[ANSWER], ANSWER)
        if TOLERANCE in cells:
            item["tolerance"] = _number(cells[TOLERANCE], TOLERANCE)
        if UNIT in cells:
            item["unit"] = str(cells[UNIT])
    else:
        item["options"] = _options(cells)


def _options(cells: Mapping[str, Cell]) -> list[dict[str, Any]]:
    given = [letter for letter in LETTERS if OPTION.format(letter) in cells]
    right = set(re.findall(r"[A-Z]+", str(cells.get(KEY, "")).upper()))
    if not right:
        raise Faulty(_("Kolom “%(title)s” kosong.") % {"title": KEY})
    if not right <= set(given):
        raise Faulty(
            _("Kunci menunjuk pilihan yang tidak ada: %(letters)s.")
            % {"letters": ", ".join(sorted(right - set(given)))[:80]}
        )
    return [
        {
            "text": str(cells[OPTION.format(letter)]), **({"correct": True} if letter in right else {}),
            **({"feedback": str(cells[FEEDBACK.format(letter)])} if FEEDBACK.format(letter) in cells else {}),
        }
        for letter in given
    ]  # fmt: skip


def _number(cell: Cell, title: str) -> int | float:
    """A number as an Indonesian types it; raises Faulty for what is none, or what one may read in two ways."""
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\u00a0", "").replace(" ", "").replace("−", "-")
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+", text):
        raise Faulty(
            _("Angka “%(text)s” dapat dibaca dengan dua cara; tulis tanpa titik, dan desimal dengan koma.")
            % {"text": text}
        )
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+,\d+", text):
        text = text.replace(".", "")
    found = amount(text.replace(",", ".")) if text.count(",") <= 1 else None
    if found is None:
        raise Faulty(_("Kolom “%(title)s” harus berisi angka.") % {"title": title})
    return found


# --- CSV -------------------------------------------------------------------------------------------------------------


def _csv_rows(content: bytes) -> list[tuple[int, list[Cell]]]:
    if len(content) > LARGEST_FILE:
        raise Refused(_("Berkas soal terlalu besar; batasnya 1 MB. Tidak ada yang diubah."))
    try:
        is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(
            _("Berkas ini bukan teks UTF-8. Simpan ulang dengan pengodean UTF-8. Tidak ada yang diubah.")
        ) from None
    head = text[:20_000].splitlines()[:20]
    delimiter = max(",;\t", key=lambda sign: max((line.count(sign) for line in head), default=0))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise Refused(
            _("Berkas CSV ini tidak dapat dibaca; mungkin tanda kutipnya tidak lengkap. Simpan ulang sebagai XLSX.")
        ) from None
    return [(n, [cell.strip().removeprefix("'") for cell in row[:MOST_COLUMNS]]) for n, row in enumerate(rows, start=1)]


# --- XLSX ------------------------------------------------------------------------------------------------------------


def _xlsx_rows(content: bytes, title: str) -> list[tuple[int, list[Cell]]]:
    """The cells of the first sheet with a column; read sparsely, so that a far cell makes nothing large."""
    archive = open_archive(as_stream(content), LIMITS)
    try:
        strings = _shared_strings(archive)
        sheets = sorted(
            (name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)),
            key=lambda name: (len(name), name),
        )
        for name in sheets[:10]:
            rows = _sheet_rows(read_tree(read_member(archive, name, LARGEST_XML)), strings)
            if any(title.casefold() in map(_title, row) for _number, row in rows[:20]):
                return rows
    except (*BROKEN_ARCHIVE, KeyError) as error:
        raise Refused(
            _("Berkas XLSX ini rusak atau dikunci dengan kata sandi. Simpan ulang dari Excel, lalu unggah lagi.")
        ) from error
    return []


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    name = "xl/sharedStrings.xml"
    if name not in archive.NameToInfo:
        return []
    root = read_tree(read_member(archive, name, LARGEST_XML))
    return ["".join(text.text or "" for text in named(row, "t"))[:LONGEST_CELL] for row in named(root, "si")]


def _sheet_rows(root: Element, strings: Sequence[str]) -> list[tuple[int, list[Cell]]]:
    rows = []
    for place, row in enumerate(named(root, "row"), start=1):
        if place > MOST_ITEMS + 100:
            raise Refused(
                _("Berkas memuat lebih dari %(most)s soal; bagi menjadi beberapa berkas.") % {"most": MOST_ITEMS}
            )
        cells: list[Cell] = []
        for cell in named(row, "c"):
            column = _column(cell.get("r") or "", len(cells))
            if column < MOST_COLUMNS:
                cells += [""] * (column + 1 - len(cells))
                cells[column] = _value(cell, strings)
        number = amount(row.get("r") or place)
        rows.append((int(number or place), cells))
    return rows


def _column(address: str, following: int) -> int:
    letters = re.match(r"[A-Z]{1,3}", address)
    number = 0
    for letter in letters[0] if letters else "":
        number = number * 26 + ord(letter) - 64
    return number - 1 if letters else following


def _value(cell: Element, strings: Sequence[str]) -> Cell:
    kind = cell.get("t") or "n"
    value = next((row.text or "" for row in named(cell, "v")), "")
    if kind == "inlineStr":
        return "".join(text.text or "" for text in named(cell, "t")).strip()[:LONGEST_CELL]
    if kind == "s":
        place = amount(value)
        return strings[int(place)].strip() if place is not None and 0 <= place < len(strings) else ""
    number = amount(value)
    if kind != "n" or number is None:
        return value.strip()[:LONGEST_CELL]
    short = float(f"{number:.15g}")
    return int(short) if short == int(short) and abs(short) < 1e15 and "." not in value else short


# --- Writing ---------------------------------------------------------------------------------------------------------


def write(items: Sequence[Mapping[str, Any]], pictures: Mapping[str, StoredPicture], ending: str = ".xlsx") -> Written:
    """Items as a table (``.xlsx`` or ``.csv``); the lines tell what it cannot hold."""
    rows, left_out = [], {}
    for item in items:
        code = " ".join(str(item["code"]).split())
        if item.get("image"):
            left_out[code] = _("Tabel tidak dapat membawa gambar.")
        elif item["kind"] not in KIND_WORDS:
            left_out[code] = _("Tabel hanya memuat pilihan tunggal, pilihan ganda, dan isian angka.")
        else:
            rows.append(_row(item))
    content = _as_csv(rows) if ending == ".csv" else write_xlsx(Sheet("Soal", COLUMNS, rows))
    return accounted(items, pictures, content, left_out, read(content) if rows else None)


def template(ending: str = ".xlsx") -> bytes:
    """A table to fill in, with one sample of each kind."""
    return write(SAMPLES, {}, ending).content


def _row(item: Mapping[str, Any]) -> list[Any]:
    options = item.get("options") or []
    cells: dict[str, Any] = {
        CODE: item["code"], COMPETENCY: item.get("competency"), LEVEL: item.get("level"),
        KIND: KIND_WORDS[Kind(item["kind"])], CONTEXT: item.get("context"), STEM: str(item["stem"]).strip(),
        KEY: ", ".join(letter for letter, option in zip(LETTERS, options, strict=False) if option.get("correct") is True),
        ANSWER: item.get("answer"), TOLERANCE: item.get("tolerance"), UNIT: item.get("unit"),
        EXPLANATION: item.get("explanation"), SLOPE: item.get("a"), DIFFICULTY: item.get("b"),
        SECTOR: item.get("sector"), REGION: item.get("region"), ENEMIES: ", ".join(item.get("enemies") or ()) or None,
    }  # fmt: skip
    for letter, option in zip(LETTERS, options, strict=False):
        cells |= {OPTION.format(letter): option["text"], FEEDBACK.format(letter): option.get("feedback")}
    return [cells.get(title) for title in COLUMNS]


def _as_csv(rows: Sequence[Sequence[Any]]) -> bytes:
    """Semicolons and decimal commas, as spreadsheets set to Indonesian expect; no cell can become a formula."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _csv_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return typed(value)
    text = str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r", "'"} else text
