"""Questions answered with numbers: one number, or the empty cells of a table."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules.kinds.faults import english_rows, is_number, is_text, repetitions, tolerance_problems
from bina.assessment.rules.kinds.parts import (
    Answer,
    Cell,
    Content,
    Kind,
    PartFeedback,
    Payload,
    PublicItem,
    QuestionKind,
    Sent,
    Table,
    Told,
    fields_of,
    sent_value,
)
from bina.assessment.rules.numbers import LONGEST_NUMBER, is_near, typed, written

MOST_COLUMNS, MOST_ROWS, MOST_CELLS = 8, 20, 5
COLUMNS = "ABCDEFGH"


def _far(row: Payload) -> str:
    """A number that is surely wrong where this one is right."""
    return typed(f"{float(row['answer']) + abs(float(row.get('tolerance') or 0)) * 2 + 7:g}")


class Numeric(QuestionKind):
    """One number: within the tolerance or not."""

    kind = Kind.NUMERIC
    name: ClassVar[str | Promise] = _("Isi angka")
    parts = ("answer", "tolerance", "unit")

    def problems(self, item: Payload) -> list[str]:
        problems = []
        if not is_number(item.get("answer")):
            problems.append(_t("Jawaban (answer) tidak ada atau bukan angka."))
        problems += tolerance_problems(item.get("tolerance"))
        if item.get("unit") is not None and not is_text(item["unit"], 30):
            problems.append(_t("Satuan (unit) harus teks pendek."))
        return problems

    def english_problems(self, item: Payload, english: Payload) -> list[str]:
        if english.get("unit") is None or is_text(english["unit"], 30):
            return []
        return [_t("Satuan (unit) dalam bahasa Inggris (en) harus teks pendek.")]

    def grade(self, content: Content, answer: Answer) -> float:
        return 1.0 if is_near(answer, content.payload.get("answer"), content.payload.get("tolerance")) else 0.0

    def show(self, content: Content, view: PublicItem, seed: str) -> PublicItem:
        return view.with_parts(unit=content.words("unit"))

    def read(self, content: Content, sent: Sent, prefix: str) -> Answer:
        return sent_value(sent, prefix).strip()[:LONGEST_NUMBER] or None

    def told(self, content: Content, answer: Answer) -> Told:
        number = content.payload.get("answer")
        return Told({}, (written(number) if isinstance(number, (int, float)) else "",))

    def right_answer(self, content: Content) -> Answer:
        return typed(content.payload.get("answer", ""))

    def wrong_answer(self, content: Content) -> Answer:
        return _far(content.payload)


class Spreadsheet(QuestionKind):
    """A table with empty cells to fill with numbers: the share of asked cells within their tolerance."""

    kind = Kind.SPREADSHEET
    name: ClassVar[str | Promise] = _("Lembar kerja")
    parts = ("table", "ask")

    def problems(self, item: Payload) -> list[str]:
        table = item.get("table")
        header = table.get("header") if isinstance(table, Mapping) else None
        rows = table.get("rows") if isinstance(table, Mapping) else None
        if (
            not isinstance(header, list)
            or not 2 <= len(header) <= MOST_COLUMNS
            or not all(is_text(h, 80) for h in header)
        ):
            return [_t("Kepala tabel (header) harus 2 sampai %(most)s teks.") % {"most": MOST_COLUMNS}]
        if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_ROWS:
            return [_t("Tabel (rows) harus 1 sampai %(most)s baris.") % {"most": MOST_ROWS}]
        if not all(isinstance(row, list) and len(row) == len(header) and all(map(_is_cell, row)) for row in rows):
            return [_t("Setiap baris tabel harus berisi %(n)s sel: teks, angka, atau null.") % {"n": len(header)}]
        return self._ask_problems(item.get("ask"), rows)

    def _ask_problems(self, ask: object, rows: list[list[Any]]) -> list[str]:
        if not isinstance(ask, list) or not 1 <= len(ask) <= MOST_CELLS:
            return [_t("Sel yang ditanyakan (ask) harus 1 sampai %(most)s buah.") % {"most": MOST_CELLS}]
        problems = []
        for row in ask:
            if (
                not isinstance(row, Mapping)
                or not isinstance(row.get("cell"), str)
                or not is_text(row.get("label"), 200)
            ):
                problems.append(_t("Setiap sel yang ditanyakan memerlukan alamat (cell) dan keterangan (label)."))
                continue
            place = _place_of(row["cell"])
            if place is None or not 1 <= place[0] <= len(rows) or not place[1] < len(rows[0]):
                problems.append(_t("Sel %(cell)s berada di luar tabel.") % {"cell": row["cell"][:8]})
            elif rows[place[0] - 1][place[1]] is not None:
                problems.append(
                    _t("Sel %(cell)s sudah berisi; sel yang ditanyakan harus null.") % {"cell": row["cell"]}
                )
            if not is_number(row.get("answer")):
                problems.append(_t("Jawaban sel %(cell)s tidak ada atau bukan angka.") % {"cell": row["cell"][:8]})
            problems += tolerance_problems(row.get("tolerance"))
        return problems or repetitions([row["cell"] for row in ask])

    def english_problems(self, item: Payload, english: Payload) -> list[str]:
        own, table = item["table"], english.get("table")
        if not isinstance(table, Mapping):
            return english_rows(english, "table", len(own["rows"]))
        problems = english_rows(table, "header", len(own["header"]))
        rows = table.get("rows")
        if not isinstance(rows, list) or [_shape(row) for row in rows] != [_shape(row) for row in own["rows"]]:
            problems.append(
                _t(
                    "Tabel dalam bahasa Inggris (en) harus sama ukurannya, dengan angka dan sel kosong di tempat yang sama."
                )
            )
        return problems + english_rows(english, "ask", len(item["ask"]), ("label",))

    def grade(self, content: Content, answer: Answer) -> float:
        asked, given = content.rows("ask"), fields_of(answer)
        right = sum(is_near(given.get(row["cell"]), row["answer"], row.get("tolerance")) for row in asked)
        return right / len(asked) if asked else 0.0

    def show(self, content: Content, view: PublicItem, seed: str) -> PublicItem:
        table = content.payload["table"]
        labels = {row["cell"]: content.words("ask", n, "label") for n, row in enumerate(content.rows("ask"))}
        heading = tuple(Cell(content.words("table", "header", n)) for n in range(len(table["header"])))
        body = (
            tuple(_cell(content, labels, row, column, value) for column, value in enumerate(values))
            for row, values in enumerate(table["rows"])
        )
        return view.with_parts(table=Table(tuple(COLUMNS[: len(heading)]), (heading, *body)))

    def read(self, content: Content, sent: Sent, prefix: str) -> Answer:
        given = {row["cell"]: sent_value(sent, f"{prefix}-{row['cell']}").strip() for row in content.rows("ask")}
        return {cell: text[:LONGEST_NUMBER] for cell, text in given.items() if text} or None

    def told(self, content: Content, answer: Answer) -> Told:
        given = fields_of(answer)
        return Told(
            {
                row["cell"]: PartFeedback(
                    is_near(given.get(row["cell"]), row["answer"], row.get("tolerance")),
                    row["cell"] in given,
                    written(row["answer"]),
                )
                for row in content.rows("ask")
            }
        )

    def right_answer(self, content: Content) -> Answer:
        return {row["cell"]: typed(row["answer"]) for row in content.rows("ask")}

    def wrong_answer(self, content: Content) -> Answer:
        return {row["cell"]: _far(row) for row in content.rows("ask")}

    def parts_to_answer(self, content: Content) -> int:
        return len(content.rows("ask"))


def _is_cell(value: object) -> bool:
    return value is None or is_number(value) or is_text(value, 200)


def _place_of(cell: str) -> tuple[int, int] | None:
    """Row below the heading (1 is the first) and column (0 is A) of an address such as D6; None for nonsense."""
    found = re.fullmatch(rf"([{COLUMNS}])([1-9]\d?)", cell)
    return (int(found[2]) - 1, COLUMNS.index(found[1])) if found else None


def _shape(row: object) -> list[Any]:
    """What must be the same in every language: numbers and empty cells; a text is only marked as one."""
    return ["text" if isinstance(value, str) else value for value in row] if isinstance(row, list) else []


def _cell(content: Content, labels: Mapping[str, str], row: int, column: int, value: Any) -> Cell:
    address = f"{COLUMNS[column]}{row + 2}"
    if address in labels:
        return Cell(key=address, label=labels[address])
    if isinstance(value, (int, float)):
        return Cell(written(value), is_number=True)
    return Cell(content.words("table", "rows", row, column))
