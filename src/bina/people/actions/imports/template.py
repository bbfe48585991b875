"""The XLSX that HR fills in: headings with the right formats, an example, explanations, and the agency's own codes."""

import io
from typing import TYPE_CHECKING

import xlsxwriter
from django.utils.translation import gettext as _

from bina.people.actions.imports.columns import COLUMNS
from bina.people.models import JobClass, OrgUnit

if TYPE_CHECKING:
    from bina.people.models import Agency

CHOICES = {
    "sex": ["L", "P"],
    "employment_type": ["PNS", "CPNS", "PPPK", "PPPK paruh waktu", "Non-ASN"],
    "education": ["SD", "SMP", "SMA", "D1", "D2", "D3", "D4", "S1", "Profesi", "S2", "S3"],
    "is_head": ["ya", "tidak"],
}
PREPARED_ROWS = 5_000


def staff_template(agency: "Agency") -> bytes:
    """The template workbook of an agency; only its first sheet is read when it comes back."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E6EEF2"})
    required = book.add_format({"bold": True, "bottom": 1, "bg_color": "#F6E3BE"})
    as_text = book.add_format({"num_format": "@"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    units = list(
        OrgUnit.objects.filter(agency=agency, valid_to=None).order_by("path").values_list("code", "name", "depth")
    )
    classes = list(JobClass.objects.order_by("rank").values_list("code", "name"))

    staff = book.add_worksheet("Pegawai")
    sample = book.add_worksheet("Contoh")
    for index, column in enumerate(COLUMNS):
        for sheet in (staff, sample):
            sheet.write(0, index, column.title, required if column.is_required else head)
            sheet.set_column(index, index, max(14, len(column.title) + 4), as_text)
        example = column.example
        if column.key == "unit":
            example = units[-1][0] if units else "D1"
        sample.write_string(1, index, example)
        source: list[str] | str | None = CHOICES.get(column.key)
        if column.key == "unit" and units:
            source = f"=Unit!$A$2:$A${len(units) + 1}"
        if column.key == "job_class":
            source = f"='Kelas jabatan'!$A$2:$A${len(classes) + 1}"
        if source:
            # A list to choose from; other spellings are accepted too, so it only helps.
            staff.data_validation(
                1, index, PREPARED_ROWS, index, {"validate": "list", "source": source, "error_type": "information"}
            )
    staff.freeze_panes(1, 2)

    words = book.add_worksheet("Penjelasan")
    words.set_column(0, 0, 24)
    words.set_column(1, 1, 12)
    words.set_column(2, 2, 90, wrapped)
    words.write_row(0, 0, [_("Kolom"), _("Wajib"), _("Isi")], head)
    for line, column in enumerate(COLUMNS, start=1):
        words.write_row(line, 0, [column.title, _("wajib") if column.is_required else "", str(column.help)])
    notes = [
        _("Isi lembar Pegawai saja; lembar lain hanya penjelasan dan tidak dibaca."),
        _("Urutan kolom bebas, dan kolom yang tidak dipakai boleh dihapus kecuali yang wajib."),
        _("Sel kosong tidak menghapus apa pun: data yang sudah tercatat tetap."),
        _("Satu orang satu baris. Jangan menggabungkan sel."),
        _("Berkas yang sama boleh diunggah berkali-kali; yang sudah sama tidak berubah."),
    ]
    for line, sentence in enumerate(notes, start=len(COLUMNS) + 2):
        words.write(line, 2, sentence)

    places = book.add_worksheet("Unit")
    places.set_column(0, 0, 20, as_text)
    places.set_column(1, 1, 80)
    places.write_row(0, 0, [_("Kode unit"), _("Nama unit")], head)
    for line, (code, name, depth) in enumerate(units, start=1):
        places.write_string(line, 0, code)
        places.write_string(line, 1, "   " * (depth - 1) + name)
    kinds = book.add_worksheet("Kelas jabatan")
    kinds.set_column(0, 0, 24)
    kinds.set_column(1, 1, 60)
    kinds.write_row(0, 0, [_("Kode"), _("Nama")], head)
    for line, (code, name) in enumerate(classes, start=1):
        kinds.write_row(line, 0, [code, name])
    book.close()
    return stream.getvalue()
