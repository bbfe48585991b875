"""Tables as people send and want them: XLSX and CSV in, XLSX out."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def write_xlsx(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]], notes: Sequence[str] = ()) -> bytes:
    """A one-sheet workbook with a bold header, sensible widths and notes below. Text never becomes a formula."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    workbook = xlsxwriter.Workbook(stream, options)
    sheet = workbook.add_worksheet(title[:31].translate(str.maketrans("[]:*?/\\", "       ")))
    bold = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    date = workbook.add_format({"num_format": "yyyy-mm-dd"})
    widths = [len(str(name)) for name in header]
    sheet.write_row(0, 0, header, bold)
    line = 1
    for row in rows:
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
    for offset, note in enumerate(notes, start=1):
        sheet.write(line + offset, 0, note)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(60, width + 2))
    sheet.freeze_panes(1, 0)
    workbook.close()
    return stream.getvalue()
