"""Reading workbooks and the tables of pages, to hold one beside the other."""

import io
import re
import zipfile
from html.parser import HTMLParser
from typing import Any

import polars


def read_workbook(content: bytes) -> dict[str, polars.DataFrame]:
    """Every sheet of a workbook by its title."""
    return polars.read_excel(io.BytesIO(content), sheet_id=0, engine="calamine", drop_empty_rows=False)


def rows_above_notes(sheet: polars.DataFrame) -> list[dict[str, Any]]:
    """The rows of a sheet up to the empty line that parts them from the notes."""
    found = []
    for row in sheet.iter_rows(named=True):
        if all(value is None for value in row.values()):
            break
        found.append(row)
    return found


def has_formulas_or_links(content: bytes) -> bool:
    """Whether any cell of any sheet is reckoned or leads somewhere when it is opened."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    return any(re.search(r"<f[ >/]|<hyperlink", sheet) for sheet in sheets)


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._is_in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in {"td", "th"} and self.tables:
            self.tables[-1][-1].append("")
            self._is_in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._is_in_cell = False

    def handle_data(self, data: str) -> None:
        if self._is_in_cell:
            self.tables[-1][-1][-1] += data


def table_of_page(html: str, *columns: str) -> list[list[str]]:
    """The rows below the head of the first table of a page whose head begins with these columns."""
    reader = _Tables()
    reader.feed(html)
    for head, *rows in reader.tables:
        if head[: len(columns)] == list(columns):
            return rows
    raise AssertionError(columns)
