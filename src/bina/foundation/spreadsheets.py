"""Tables as people want them: XLSX workbooks of one sheet or several."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What the title of a sheet may not hold anywhere; an apostrophe may not stand at its ends either.
_FORBIDDEN = str.maketrans("[]:*?/\\", "       ")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table with its title, header, rows and the notes that must travel with it."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[object]]
    notes: Sequence[str] = ()


def write_xlsx(*sheets: Sheet) -> bytes:
    """A workbook with a bold header, sensible widths and notes below the rows of each sheet. Text never becomes a formula."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    workbook = xlsxwriter.Workbook(stream, options)
    bold = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    date = workbook.add_format({"num_format": "yyyy-mm-dd"})
    for each in sheets:
        sheet = workbook.add_worksheet(each.title.translate(_FORBIDDEN)[:31].strip("' "))
        widths = [len(str(name)) for name in each.header]
        sheet.write_row(0, 0, each.header, bold)
        line = 1
        for row in each.rows:
            for column, value in enumerate(row):
                if value is None:
                    continue
                if hasattr(value, "isoformat"):
                    sheet.write_datetime(line, column, value, date)
                else:
                    sheet.write(line, column, value if isinstance(value, (int, float, str, bool)) else str(value))
                if line < 200 and column < len(widths):
                    widths[column] = max(widths[column], len(str(value)))
            line += 1
        for offset, note in enumerate(each.notes, start=1):
            sheet.write(line + offset, 0, note)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(60, width + 2))
        sheet.freeze_panes(1, 0)
    workbook.close()
    return stream.getvalue()
