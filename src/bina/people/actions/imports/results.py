"""What comes back from a staff import as files: the rows in error to mend and send again, and the result row by row."""

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from bina.foundation.spreadsheets import Sheet, write_xlsx
from bina.people.actions.imports.columns import COLUMNS
from bina.people.models import StaffImportRow

if TYPE_CHECKING:
    from bina.people.models import StaffImport


def error_file(staff_import: "StaffImport") -> bytes:
    """The rows in error as they were sent, each with its line and reason; mended, the same file can be uploaded again."""
    rows = staff_import.rows.filter(outcome=StaffImportRow.Outcome.ERROR).order_by("line")
    header = [_("Baris"), _("Alasan"), *(column.title for column in COLUMNS)]
    cells = (
        [line, reason, *(changes.get("cells", {}).get(column.key) for column in COLUMNS)]
        for line, reason, changes in rows.values_list("line", "reason", "changes").iterator(chunk_size=5_000)
    )
    return write_xlsx(Sheet("Pegawai", header, cells))


def result_lines(staff_import: "StaffImport") -> Iterator[str]:
    """The result of every row as CSV (semicolons, as Indonesian spreadsheets expect), a piece at a time."""
    names = dict(StaffImportRow.Outcome.choices)
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    buffer.write("\ufeff")
    writer.writerow([_("Baris"), _("NIP"), _("Nama"), _("Hasil"), _("Tertulis"), _("Alasan")])
    rows = staff_import.rows.order_by("line").values_list("line", "number", "name", "outcome", "is_applied", "reason")
    for line, number, name, outcome, is_applied, reason in rows.iterator(chunk_size=2_000):
        # The sign before the NIP keeps spreadsheets from turning it into a number.
        writer.writerow(
            [
                line,
                f"'{number}" if number else "",
                _harmless(name),
                names[outcome],
                _("ya") if is_applied else "",
                _harmless(reason),
            ]
        )
        if buffer.tell() > 60_000:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
