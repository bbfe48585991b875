"""Makes staff files for tests: XLSX and CSV in the shapes people send. Everyone in them is invented."""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from bina.foundation import clock
from bina.people import actions
from bina.people.models import Agency, StaffImport, User

HEADINGS = (
    "NIP", "Nama", "Gelar depan", "Gelar belakang", "Jenis kelamin", "Tanggal lahir", "Status kepegawaian", "Golongan",
    "Pendidikan", "Surel", "Kode unit", "Jabatan", "Kelas jabatan", "Rumpun fungsional", "Kepala unit",
    "Kedudukan hukum", "Akhir kontrak",
)  # fmt: skip
GOOD = {
    "NIP": "199507082020032004", "Nama": "Ayu Puspitasari", "Gelar depan": "", "Gelar belakang": "S.Kom.",
    "Jenis kelamin": "P", "Tanggal lahir": "08-07-1995", "Status kepegawaian": "PNS", "Golongan": "III/b",
    "Pendidikan": "S1", "Surel": "ayu@contoh.example", "Kode unit": "D1B1S1", "Jabatan": "Analis Data",
    "Kelas jabatan": "JF_AHLI_PERTAMA", "Rumpun fungsional": "Analis Data Ilmiah", "Kepala unit": "tidak",
    "Kedudukan hukum": "01", "Akhir kontrak": "",
}  # fmt: skip


def row(**other: Any) -> dict[str, Any]:
    """A good row with some cells otherwise; cells are named by heading with underscores for spaces."""
    cells: dict[str, Any] = dict(GOOD)
    for name, value in other.items():
        cells[name.replace("_", " ")] = value
    return cells


def number(serial: int, birth: dt.date = dt.date(1990, 2, 15)) -> str:
    """A well-formed invented number of a woman."""
    return f"{birth:%Y%m%d}2015032{serial:03d}"


def people(count: int, **other: Any) -> list[dict[str, Any]]:
    """Good rows of different people."""
    return [
        row(NIP=number(serial), Nama=f"Orang Nomor {serial}", Surel=f"o{serial}@contoh.example",
            **({"Tanggal_lahir": "15-02-1990"} | other))
        for serial in range(1, count + 1)
    ]  # fmt: skip


def table(rows: Iterable[dict[str, Any]], headings: Sequence[str] = HEADINGS) -> list[list[Any]]:
    """Headings and cells as a list of lists."""
    return [list(headings), *([cells.get(name, "") for name in headings] for cells in rows)]


def as_xlsx(
    lines: Sequence[Sequence[Any]], change: Callable[[Any, Any], None] | None = None, sheet: str = "Pegawai"
) -> bytes:
    """A workbook; texts stay text, numbers numbers, days days. ``change`` may do more to book and sheet."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    page = book.add_worksheet(sheet)
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for y, line in enumerate(lines):
        for x, value in enumerate(line):
            if isinstance(value, dt.date):
                page.write_datetime(y, x, dt.datetime(value.year, value.month, value.day), day)
            elif isinstance(value, str) and value.startswith("="):
                page.write_formula(y, x, value, value="D1B1S1")
            elif isinstance(value, str):
                page.write_string(y, x, value)
            elif value is not None:
                page.write(y, x, value)
    if change:
        change(book, page)
    book.close()
    return stream.getvalue()


def as_csv(lines: Sequence[Sequence[Any]], delimiter: str = ";", encoding: str = "utf-8") -> bytes:
    """A CSV in one of the shapes programs write."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(lines)
    return stream.getvalue().encode(encoding)


def repacked(content: bytes, name: str, inside: bytes) -> bytes:
    """A workbook with one of its members replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, inside if member == name else old.read(member))
    return out.getvalue()


def upload(
    content: bytes, agency: Agency, *, name: str = "pegawai.xlsx", by: User | None = None, effective_on: dt.date | None = None,
    complete: bool = False,
) -> StaffImport:  # fmt: skip
    """Upload and check a file."""
    staff_import = actions.upload_staff_file(
        by=by, agency=agency, upload=SimpleUploadedFile(name, content), effective_on=effective_on or clock.today(),
        is_complete_list=complete, in_background=False,
    )  # fmt: skip
    return actions.check_staff_file(staff_import)


def apply(staff_import: StaffImport, by: User | None = None) -> StaffImport:
    """Apply a checked file."""
    return actions.apply_staff_file(actions.request_apply(by=by, staff_import=staff_import, in_background=False))


def outcomes(staff_import: StaffImport) -> dict[str, int]:
    """How many rows of each outcome, without the zeros."""
    return {
        key: value
        for key, value in staff_import.counts.items()
        if isinstance(value, int) and value and key != "staff_before"
    }
