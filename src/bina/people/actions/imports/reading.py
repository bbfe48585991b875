"""Opening a staff file: XLSX or CSV in any of the shapes people send, as rows of plain text with their line numbers."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import fastexcel
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _

from bina.design.formats import number
from bina.foundation.errors import Refused
from bina.foundation.uploads import BROKEN_ARCHIVE, MEGABYTE, ArchiveLimits, open_archive, read_member
from bina.people.actions.imports.columns import BY_KEY, COLUMNS, recognise

MOST_ROWS = 200_000
MOST_COLUMNS = 100
MOST_CELLS = 8_000_000
HEADING_ROWS = 25
LIMITS = ArchiveLimits(total_bytes=400 * MEGABYTE, file_count=2_000, ratio=200)
SIDE_SHEETS = {"contoh", "penjelasan", "unit", "kelas jabatan"}


@dataclass(slots=True)
class Table:
    """The rows of a staff file below its headings. ``columns`` says where each known column stands."""

    columns: dict[str, int]
    ignored: list[str]
    total: int
    _rows: list[tuple[str | None, ...]]
    _first_line: int
    numeric_number_lines: frozenset[int] = frozenset()
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Line number and cells (stripped, by column key) of every row that is not empty."""
        places = list(self.columns.items())
        for offset, row in enumerate(self._rows):
            width = len(row)
            cells = {
                key: value
                for key, index in places
                if index < width and (value := (row[index] or "").strip()) and value != "-"
            }
            if cells:
                yield self._first_line + offset, cells

    def is_merged(self, line: int, key: str) -> bool:
        """Whether an empty cell is empty because it was merged with another one."""
        column = self.columns.get(key)
        return any(top <= line <= bottom and left <= (column or 0) <= right for top, left, bottom, right in self.merged)


def read_table(content: bytes, ending: str) -> Table:
    """The table in a staff file; raises Refused with a sentence when there is none that can be used."""
    return _read_xlsx(content) if ending == ".xlsx" else _read_csv(content)


def _with_headings(rows: list[tuple[str | None, ...]]) -> tuple[int, dict[str, int]]:
    """Which of the first rows holds the headings; the one with the most known titles."""
    best, columns = -1, dict[str, int]()
    for index, row in enumerate(rows[:HEADING_ROWS]):
        found = recognise(row)
        if len(found) > len(columns):
            best, columns = index, found
    return best, columns


def _require_headings(columns: dict[str, int]) -> None:
    missing = [column.title for column in COLUMNS if column.is_required and column.key not in columns]
    if missing:
        raise Refused(
            _("Judul kolom ini tidak ditemukan: %(titles)s. Pakai judul seperti di templat, lalu unggah lagi.")
            % {"titles": ", ".join(missing)}
        )


def _table(rows: list[tuple[str | None, ...]], heading: int, columns: dict[str, int]) -> Table:
    _require_headings(columns)
    body = rows[heading + 1 :]
    while body and not any((cell or "").strip() for cell in body[-1]):
        body.pop()
    if not body:
        raise Refused(_("Berkas ini hanya berisi judul kolom; tidak ada baris pegawai."))
    if len(body) > MOST_ROWS:
        raise Refused(
            _("Berkas ini berisi %(count)s baris; batasnya %(limit)s. Bagi menjadi beberapa berkas.")
            % {"count": number(len(body)), "limit": number(MOST_ROWS)}
        )
    known = set(columns.values())
    ignored = [cell.strip() for index, cell in enumerate(rows[heading]) if cell and cell.strip() and index not in known]
    return Table(columns, ignored, len(body), body, heading + 2)


# --- CSV -------------------------------------------------------------------------------------------------------------


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Windows programs write when nobody asks; it reads every byte.
        return content.decode("cp1252", errors="replace")


def _read_csv(content: bytes) -> Table:
    text = _decode(content)
    head = text[:20_000]
    delimiter = max(
        ",;\t", key=lambda sign: max((line.count(sign) for line in head.splitlines()[:HEADING_ROWS]), default=0)
    )
    try:
        rows: list[tuple[str | None, ...]] = [
            tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise Refused(
            _("Berkas CSV ini tidak dapat dibaca; mungkin tanda kutipnya tidak lengkap. Simpan ulang sebagai XLSX.")
        ) from error
    heading, columns = _with_headings(rows)
    return _table(rows, heading, columns)


# --- XLSX ------------------------------------------------------------------------------------------------------------

_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>')
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')


@dataclass(slots=True)
class _Extent:
    """How far the cells of a sheet reach, and which are merged."""

    rows: int = 0
    columns: int = 0
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


@dataclass(slots=True)
class _Sheet:
    """The sheet that looks most like a staff list; its cells begin at ``first_column`` of the workbook."""

    name: str
    rows: list[tuple[str | None, ...]]
    first_column: int
    heading: int
    columns: dict[str, int]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _look_through(archive: zipfile.ZipFile, name: str, *, is_sheet: bool) -> _Extent:
    """Read one member to its end (so that a size that lies is found out) and note how far its cells reach."""
    extent, rest = _Extent(), b""
    columns_seen: set[bytes] = set()
    with archive.open(name) as stream:
        while chunk := stream.read(4 * MEGABYTE):
            if not is_sheet:
                continue
            text = rest + chunk
            for letters, row in _CELL.findall(text):
                columns_seen.add(letters)
                if len(row) >= 6:
                    extent.rows = max(extent.rows, int(row))
            for left, top, right, bottom in _MERGE.findall(text):
                if len(extent.merged) < 20_000:
                    extent.merged.append((int(top), _column_number(left), int(bottom), _column_number(right)))
            cut = text.rfind(b"<")
            rest = text[cut:] if cut >= 0 and len(text) - cut < 4096 else b""
    extent.columns = max((_column_number(letters) + 1 for letters in columns_seen), default=0)
    return extent


def _sheet_files(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → its file in the archive."""
    try:
        book = ElementTree.fromstring(read_member(archive, "xl/workbook.xml", 5 * MEGABYTE))
        links = ElementTree.fromstring(read_member(archive, "xl/_rels/workbook.xml.rels", 5 * MEGABYTE))
    except (KeyError, ElementTree.ParseError, DefusedXmlException, zipfile.BadZipFile) as error:
        raise _broken() from error
    targets = {link.get("Id"): (link.get("Target") or "").lstrip("/") for link in links}
    found: dict[str, str] = {}
    for element in book.iter():
        if element.tag.endswith("}sheet"):
            link = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
            target = targets.get(link) or ""
            found[element.get("name") or ""] = target if target.startswith("xl/") else f"xl/{target}"
    return found


def _broken() -> Refused:
    return Refused(
        _("Berkas XLSX ini rusak atau dikunci dengan kata sandi. Simpan ulang dari Excel, lalu unggah lagi.")
    )


@contextmanager
def _careful() -> Iterator[None]:
    """A reader written in another language may give up in its own way on a broken file; people get a sentence."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        raise _broken() from error


def _read_xlsx(content: bytes) -> Table:
    archive = open_archive(io.BytesIO(content), LIMITS)
    files = _sheet_files(archive)
    extents: dict[str, _Extent] = {}
    sheets = {path: name for name, path in files.items()}
    try:
        for member in archive.infolist():
            extent = _look_through(archive, member.filename, is_sheet=member.filename in sheets)
            if member.filename in sheets:
                extents[sheets[member.filename]] = extent
    except BROKEN_ARCHIVE as error:
        raise _broken() from error
    with _careful():
        reader = fastexcel.read_excel(content)
    best: _Sheet | None = None
    for name in [name for name in reader.sheet_names if name.strip().casefold() not in SIDE_SHEETS][:5]:
        extent = extents.get(name, _Extent())
        _require_extent(extent)
        with _careful():
            loaded = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            rows: list[tuple[str | None, ...]] = loaded.to_polars().rows()
            first = loaded.selected_columns[0].absolute_index if rows else 0
        heading, columns = _with_headings(rows)
        if best is None or len(columns) > len(best.columns):
            best = _Sheet(name, rows, first, heading, columns)
    if best is None:
        raise Refused(_("Berkas ini tidak memuat lembar berisi pegawai. Isi lembar Pegawai pada templat."))
    table = _table(best.rows, best.heading, best.columns)
    merged = extents[best.name].merged if best.name in extents else []
    table.merged = [
        (top, left - best.first_column, bottom, right - best.first_column)
        for top, left, bottom, right in merged
        if bottom > best.heading + 1
    ]
    table.numeric_number_lines = _numeric_lines(reader, best.name, best.first_column + best.columns["number"])
    return table


def _require_extent(extent: _Extent) -> None:
    if extent.rows > MOST_ROWS + HEADING_ROWS or extent.columns > MOST_COLUMNS:
        raise Refused(
            _("Lembarnya terisi sampai baris %(row)s dan kolom ke-%(column)s; batasnya %(rows)s baris dan %(columns)s kolom. "
              "Hapus sel yang terisi di luar tabel, atau bagi berkasnya.")
            % {"row": number(extent.rows or None), "column": extent.columns, "rows": number(MOST_ROWS),
               "columns": MOST_COLUMNS}
        )  # fmt: skip
    if extent.rows * extent.columns > MOST_CELLS:
        raise Refused(_("Lembarnya terlalu besar. Hapus kolom yang tidak perlu, atau bagi berkasnya."))


def _numeric_lines(reader: fastexcel.ExcelReader, sheet: str, column: int) -> frozenset[int]:
    """Lines whose NIP is stored as a number: Excel keeps 15 digits only, so such a NIP is wrong however it looks."""
    with _careful():
        # Read as truth values, only cells that hold a number answer.
        frame = reader.load_sheet(
            sheet, header_row=None, skip_rows=0, dtypes="boolean", use_columns=[column]
        ).to_polars()
    values = frame.to_series(0)
    return frozenset((values.is_not_null().arg_true() + 1).to_list())


def describe(key: str) -> str:
    """The title of a column, for sentences."""
    return BY_KEY[key].title
