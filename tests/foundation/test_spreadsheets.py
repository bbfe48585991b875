"""Workbooks: what is written comes back, text stays text, and no title or name of a file breaks anything."""

import datetime as dt
import io

import pytest
import xlsxwriter

from bina.foundation.requests import workbook_reply
from bina.foundation.spreadsheets import Sheet, write_xlsx
from tests.workbooks import has_formulas_or_links, read_workbook

HOSTILE = [
    "=1+1", '=HYPERLINK("http://jahat.example","x")', "{=SUM(A1:A9)}", "+1", "-1", "@SUM(A1)", "http://jahat.example",
]  # fmt: skip


def test_every_sheet_comes_back_with_its_own_rows() -> None:
    content = write_xlsx(
        Sheet("Satu", ["Nama", "Nilai"], [("a", 1.5), ("b", None)], ["catatan"]),
        Sheet("Dua", ["Hari"], ([dt.date(2026, 8, day)] for day in (17, 18))),
    )
    sheets = read_workbook(content)
    assert list(sheets) == ["Satu", "Dua"]
    first, second = sheets["Satu"], sheets["Dua"]
    assert first.rows()[:2] == [("a", 1.5), ("b", None)]
    assert first["Nama"].to_list()[-1] == "catatan"
    assert [str(day)[:10] for day in second["Hari"]] == ["2026-08-17", "2026-08-18"]


def test_no_text_becomes_a_formula_or_a_link_anywhere() -> None:
    content = write_xlsx(Sheet("Teks", HOSTILE, [HOSTILE], HOSTILE), Sheet("Lagi", ["x"], [[text] for text in HOSTILE]))
    assert not has_formulas_or_links(content)
    sheets = read_workbook(content)
    assert sheets["Lagi"]["x"].to_list() == HOSTILE
    assert sheets["Teks"].columns == HOSTILE


def test_the_check_for_formulas_sees_one() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.add_worksheet().write_formula(0, 0, "=1+1")
    assert has_formulas_or_links(stream.getvalue())


@pytest.mark.parametrize("title", ["'Dikutip'", "a[b]:c*d?e/f\\g", "x" * 60, "'" + "y" * 29 + "''z", "[]", ""])
def test_any_title_makes_a_sheet(title: str) -> None:
    (sheet,) = read_workbook(write_xlsx(Sheet(title, ["a"], [[1]]))).values()
    assert sheet["a"].to_list() == [1]


def test_the_name_of_the_file_is_harmless() -> None:
    reply = workbook_reply('a"; filename="x.exe\r\nSet-Cookie: a=b', Sheet("S", ["a"], [[1]]))
    assert reply["Content-Disposition"] == 'attachment; filename="a-filenamexexe-set-cookie-ab.xlsx"'
    assert reply["Content-Type"].endswith("spreadsheetml.sheet")
