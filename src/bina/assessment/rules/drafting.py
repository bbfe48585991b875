"""An item while somebody types it: fields as they were typed, rows that come and go, and the entry they amount to.

Nothing typed is lost by adding a row or by a fault: ``Typed`` holds it all as text, whatever it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bina.assessment.rules.kinds import QUESTION_KINDS, Kind
from bina.assessment.rules.kinds.parts import sent_value
from bina.assessment.rules.kinds.reckoning import COLUMNS, MOST_CELLS
from bina.assessment.rules.numbers import numbers_in, typed

LONGEST_FIELD = 8_000
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows of a kind: their fields, which of them have English words, and how many there are at first and at most."""

    fields: tuple[str, ...]
    english: tuple[str, ...]
    start: int
    most: int


SHAPES: dict[str, Shape] = {
    "options": Shape(("text", "feedback", "correct", "score"), ("text", "feedback"), 4, 8),
    "documents": Shape(("title", "text"), ("title", "text"), 3, 4),
    "sequence": Shape(("text",), ("text",), 4, 8),
    "pairs": Shape(("left", "right"), ("left", "right"), 3, 8),
    "distractors": Shape(("text",), ("text",), 1, 6),
    "gaps": Shape(("how", "words"), ("words",), 2, 8),
    "regions": Shape(("x", "y", "w", "h", "label", "feedback", "correct"), ("label", "feedback"), 3, 8),
    "cells": Shape(tuple(COLUMNS), tuple(COLUMNS), 4, 21),
    "ask": Shape(("cell", "label", "answer", "tolerance"), ("label",), 0, MOST_CELLS),
}
ROWS_OF: dict[str, tuple[str, ...]] = {
    Kind.SINGLE: ("options",), Kind.MULTIPLE: ("options",), Kind.SITUATIONAL: ("options",),
    Kind.INBASKET: ("documents", "options"), Kind.ORDERING: ("sequence",), Kind.MATCHING: ("pairs", "distractors"),
    Kind.CLOZE: ("gaps",), Kind.HOTSPOT: ("regions",), Kind.SPREADSHEET: ("cells", "ask"), Kind.NUMERIC: (),
}  # fmt: skip
_OWN_FIELDS: dict[str, tuple[str, ...]] = {
    Kind.NUMERIC: ("answer", "tolerance", "unit", "unit_en"), Kind.CLOZE: ("text", "text_en"),
}  # fmt: skip
_FIELDS = (
    "code", "competency", "level", "context", "sector", "region", "stem", "stem_en", "explanation", "explanation_en", "a",
    "b", "image", "alt", "alt_en",
)  # fmt: skip
# Kinds of which exactly one row is right, so that it is chosen once for all rows.
_ONE_RIGHT: dict[str, str] = {Kind.SINGLE: "options", Kind.HOTSPOT: "regions"}
FEWEST_COLUMNS = 2
ASKED = "?"


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form of an item: single fields, and rows by name. ``columns``: how wide a table is."""

    kind: str
    values: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, list[Row]] = field(default_factory=dict)
    columns: int = 3

    def value(self, name: str) -> str:
        """One field, empty where nothing was typed."""
        return self.values.get(name, "")

    @property
    def letters(self) -> str:
        """The columns of a table."""
        return COLUMNS[: self.columns]

    @property
    def has_english(self) -> bool:
        """Whether any English word was typed."""
        texts = [text for name, text in self.values.items() if name.endswith("_en")]
        texts += [
            text for rows in self.rows.values() for row in rows for name, text in row.items() if name[-3:] == "_en"
        ]
        return any(text.strip() for text in texts)

    def with_values(self, **values: str) -> "Typed":
        """The same with some fields set."""
        return replace(self, values={**self.values, **values})


def blank(kind: str) -> Typed:
    """An empty form of a kind, with the rows one usually needs."""
    rows = {name: [_empty_row(name) for _ in range(SHAPES[name].start)] for name in ROWS_OF[kind]}
    return Typed(kind, {}, rows)


def _empty_row(name: str) -> Row:
    shape = SHAPES[name]
    row = dict.fromkeys([*shape.fields, *(f"{one}_en" for one in shape.english)], "")
    return {**row, "how": "list"} if name == "gaps" else row


def read_typed(kind: str, sent: Mapping[str, Any]) -> Typed:
    """A sent form, whatever it holds; rows beyond the most there may be are dropped."""
    names = (*_FIELDS, *_OWN_FIELDS.get(kind, ()))
    values = {name: sent_value(sent, name)[:LONGEST_FIELD] for name in names}
    chosen = sent_value(sent, f"{_ONE_RIGHT.get(kind, '')}-correct")
    rows = {}
    for name in ROWS_OF[kind]:
        shape = SHAPES[name]
        count = min(_whole(sent_value(sent, f"{name}-count")), shape.most)
        rows[name] = [_read_row(sent, name, number) for number in range(count)]
        if _ONE_RIGHT.get(kind) == name:
            for number, row in enumerate(rows[name]):
                row["correct"] = "1" if chosen == str(number) else ""
    columns = min(max(_whole(sent_value(sent, "columns")), FEWEST_COLUMNS), len(COLUMNS))
    return _with_asked_cells(Typed(kind, values, rows, columns))


def _read_row(sent: Mapping[str, Any], name: str, number: int) -> Row:
    return {one: sent_value(sent, f"{name}-{number}-{one}")[:LONGEST_FIELD] for one in _empty_row(name)}


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _with_asked_cells(form: Typed) -> Typed:
    """The rows of asked cells follow the question marks in the table; what was typed for a cell stays with it."""
    if form.kind != Kind.SPREADSHEET:
        return form
    known = {row["cell"]: row for row in form.rows["ask"]}
    places = [
        f"{letter}{number}"
        for number, row in enumerate(form.rows["cells"], start=1)
        for letter in form.letters
        if number > 1 and row[letter].strip() == ASKED
    ]
    ask = [known.get(place, {**_empty_row("ask"), "cell": place}) for place in places]
    return replace(form, rows={**form.rows, "ask": ask})


def with_change(form: Typed, change: str) -> Typed:
    """The form after a button: ``add:options``, ``remove:options:2``, ``up:…``, ``down:…``, ``widen``, ``narrow``.

    Nonsense, a row beyond the most, or a step that is not possible changes nothing.
    """
    if change in {"widen", "narrow"}:
        columns = form.columns + (1 if change == "widen" else -1)
        kept = min(max(columns, FEWEST_COLUMNS), len(COLUMNS))
        return _with_asked_cells(replace(form, columns=kept))
    verb, _colon, rest = change.partition(":")
    name, _colon, place = rest.partition(":")
    rows = list(form.rows.get(name, []))
    if verb == "add" and name in form.rows and len(rows) < SHAPES[name].most:
        rows.append(_empty_row(name))
    elif place.isascii() and place.isdigit() and int(place[:3]) < len(rows):
        number = int(place[:3])
        other = {"up": number - 1, "down": number + 1}.get(verb, -1)
        if verb == "remove":
            del rows[number]
        elif 0 <= other < len(rows):
            rows[number], rows[other] = rows[other], rows[number]
    return _with_asked_cells(replace(form, rows={**form.rows, name: rows}) if name in form.rows else form)


# --- From what was typed to an entry ---------------------------------------------------------------------------------


def entry_of_typed(form: Typed) -> dict[str, Any]:
    """The entry that a form amounts to, as an item file holds it; what cannot be read stays text, for the check to tell."""
    entry: dict[str, Any] = {
        name: text for name in ("code", "competency", "context", "sector", "region", "stem", "explanation", "image", "alt")
        if (text := form.value(name).strip())
    }  # fmt: skip
    entry |= {"kind": form.kind, "level": _whole(form.value("level").strip()) or None}
    entry |= {name: _number(form.value(name)) for name in ("a", "b") if form.value(name).strip()}
    entry |= _parts(form)
    if form.has_english:
        words = {name: form.value(f"{name}_en").strip() for name in ("stem", "explanation", "alt")}
        entry["en"] = {name: text for name, text in words.items() if text} | _english_parts(form)
    return {name: value for name, value in entry.items() if value is not None}


def _number(text: str) -> Any:
    """A number as people type it, of two readings the Indonesian one (1.250 is more than a thousand); else the text."""
    readings = numbers_in(text)
    if not readings:
        return text.strip()
    digits = re.sub(r"[^\d.,]", "", text)
    own = digits.replace(".", "").replace(",", ".") if not digits.startswith("0.") else digits
    value = next((reading for reading in readings if abs(reading) == float(own or 0)), readings[0])
    return int(value) if value == int(value) and abs(value) < 1e15 else value


def _parts(form: Typed) -> dict[str, Any]:
    rows = {name: _filled(form, name) for name in ROWS_OF[form.kind]}
    found: dict[str, Any] = {}
    for name, own in rows.items():
        if name in {"sequence", "distractors"}:
            found[name] = [row["text"].strip() for row in own]
        elif name == "options":
            found[name] = [_option(form.kind, row) for row in own]
        elif name == "documents":
            found[name] = [{"title": row["title"].strip(), "text": row["text"].strip()} for row in own]
        elif name == "pairs":
            found[name] = [{"left": row["left"].strip(), "right": row["right"].strip()} for row in own]
        elif name == "gaps":
            found[name] = [_gap(row) for row in own]
        elif name == "regions":
            found[name] = [_region(row) for row in own]
    if not found.get("distractors", True):
        del found["distractors"]
    if form.kind == Kind.SPREADSHEET:
        found = _table(form)
    for name in _OWN_FIELDS.get(form.kind, ()):
        if not name.endswith("_en") and form.value(name).strip():
            text = form.value(name).strip()
            found[name] = text if name in {"unit", "text"} else _number(text)
    return found


def _filled(form: Typed, name: str) -> list[Row]:
    """The rows in which something was typed; empty ones at any place say nothing."""
    silent = {"how", "correct", "score"}
    return [
        row
        for row in form.rows.get(name, [])
        if any(text.strip() for field_name, text in row.items() if field_name not in silent)
    ]


def _option(kind: str, row: Row) -> dict[str, Any]:
    option: dict[str, Any] = {"text": row["text"].strip()}
    if kind == Kind.SITUATIONAL:
        option["score"] = _number(row["score"]) if row["score"].strip() else 0
    elif row["correct"]:
        option["correct"] = True
    return option | ({"feedback": row["feedback"].strip()} if row["feedback"].strip() else {})


def _gap(row: Row) -> dict[str, Any]:
    lines = [line.strip() for line in row["words"].splitlines() if line.strip()]
    if row["how"] == "typed":
        return {"accept": lines}
    marked = [line.removeprefix("*").strip() for line in lines if line.startswith("*")]
    options = [line.removeprefix("*").strip() for line in lines]
    return {"options": options, "answer": marked[0] if len(marked) == 1 else ""}


def _region(row: Row) -> dict[str, Any]:
    region: dict[str, Any] = {side: _number(row[side]) for side in "xywh"} | {"label": row["label"].strip()}
    region |= {"correct": True} if row["correct"] else {}
    return region | ({"feedback": row["feedback"].strip()} if row["feedback"].strip() else {})


def _cell(text: str) -> Any:
    text = text.strip()
    if text in {"", ASKED}:
        return None
    return _number(text) if re.fullmatch(r"[+-]?[\d.,\s]*\d", text) else text


def _table(form: Typed) -> dict[str, Any]:
    cells = [row for number, row in enumerate(form.rows["cells"]) if number == 0 or _is_row(form, row)]
    ask = []
    for row in form.rows["ask"]:
        asked: dict[str, Any] = {"cell": row["cell"], "label": row["label"].strip(), "answer": _number(row["answer"])}
        ask.append(asked | ({"tolerance": _number(row["tolerance"])} if row["tolerance"].strip() else {}))
    heading, body = cells[:1], cells[1:]
    return {
        "table": {
            "header": [row[letter].strip() for row in heading for letter in form.letters],
            "rows": [[_cell(row[letter]) for letter in form.letters] for row in body],
        },
        "ask": ask,
    }


def _is_row(form: Typed, row: Row) -> bool:
    return any(row[letter].strip() for letter in form.letters)


def _english_parts(form: Typed) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ROWS_OF[form.kind]:
        rows = _filled(form, name)
        if name in {"sequence", "distractors"}:
            found[name] = [row["text_en"].strip() for row in rows]
        elif name == "gaps":
            found[name] = [_english_gap(row) for row in rows]
        elif name not in {"cells", "ask"}:
            shape = SHAPES[name]
            texts = [{one: row[f"{one}_en"].strip() for one in shape.english} for row in rows]
            found[name] = [{one: text for one, text in row.items() if text or one != "feedback"} for row in texts]
    if not found.get("distractors", True):
        del found["distractors"]
    if form.kind == Kind.SPREADSHEET:
        found = _english_table(form)
    for name in _OWN_FIELDS.get(form.kind, ()):
        if name.endswith("_en") and form.value(name).strip():
            found[name.removesuffix("_en")] = form.value(name).strip()
    return found


def _english_gap(row: Row) -> dict[str, Any]:
    lines = [line.strip().removeprefix("*").strip() for line in row["words_en"].splitlines() if line.strip()]
    return {"accept" if row["how"] == "typed" else "options": lines}


def _english_table(form: Typed) -> dict[str, Any]:
    cells = [row for number, row in enumerate(form.rows["cells"]) if number == 0 or _is_row(form, row)]

    def words(row: Row, letter: str) -> Any:
        value = _cell(row[letter])
        return row[f"{letter}_en"].strip() if isinstance(value, str) else value

    return {
        "table": {
            "header": [row[f"{letter}_en"].strip() for row in cells[:1] for letter in form.letters],
            "rows": [[words(row, letter) for letter in form.letters] for row in cells[1:]],
        },
        "ask": [{"label": row["label_en"].strip()} for row in form.rows["ask"]],
    }


# --- From an entry to what would have been typed ---------------------------------------------------------------------


def typed_of(entry: Mapping[str, Any]) -> Typed:
    """The form in which a (checked) entry stands as if it had been typed; read again it gives the same entry."""
    kind, english = str(entry["kind"]), entry.get("en") or {}
    names = ("code", "competency", "context", "sector", "region", "stem", "explanation", "image", "alt")
    values = {name: str(entry.get(name) or "") for name in names}
    values["level"] = str(entry["level"])
    values |= {name: "" if entry.get(name) is None else typed(round(float(entry[name]), 2)) for name in ("a", "b")}
    values |= {f"{name}_en": str(english.get(name) or "") for name in ("stem", "explanation", "alt")}
    for name in _OWN_FIELDS.get(kind, ()):
        own = english.get(name.removesuffix("_en")) if name.endswith("_en") else entry.get(name)
        values[name] = "" if own is None else typed(own) if isinstance(own, (int, float)) else str(own)
    if kind == Kind.SPREADSHEET:
        return Typed(kind, values, _table_rows(entry, english), len(entry["table"]["header"]))
    rows = {name: _rows_of(name, entry.get(name) or [], english.get(name) or []) for name in ROWS_OF[kind]}
    return Typed(kind, values, rows)


def _rows_of(name: str, own: list[Any], english: list[Any]) -> list[Row]:
    rows = []
    for number, part in enumerate(own):
        other = english[number] if number < len(english) else {}
        if name == "gaps":
            rows.append(_gap_row(part, other))
            continue
        part = {"text": part} if isinstance(part, str) else part
        other = {"text": other} if isinstance(other, str) else other
        row = _empty_row(name) | {one: _as_typed(part.get(one)) for one in SHAPES[name].fields}
        rows.append(row | {f"{one}_en": _as_typed(other.get(one)) for one in SHAPES[name].english})
    return rows


def _as_typed(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    return typed(value) if isinstance(value, (int, float)) else str(value)


def _gap_row(gap: Mapping[str, Any], english: Mapping[str, Any]) -> Row:
    if "accept" in gap:
        return {"how": "typed", "words": "\n".join(gap["accept"]), "words_en": "\n".join(english.get("accept") or [])}
    right = gap["answer"].strip()
    lines = [f"*{text}" if text.strip() == right else text for text in gap["options"]]
    return {"how": "list", "words": "\n".join(lines), "words_en": "\n".join(english.get("options") or [])}


def _table_rows(entry: Mapping[str, Any], english: Mapping[str, Any]) -> dict[str, list[Row]]:
    table, other = entry["table"], english.get("table") or {}
    asked = {row["cell"] for row in entry["ask"]}
    grid = [table["header"], *table["rows"]]
    words = [other.get("header") or [], *(other.get("rows") or [])]
    cells = []
    for number, values in enumerate(grid, start=1):
        row = _empty_row("cells")
        for place, value in enumerate(values):
            letter = COLUMNS[place]
            row[letter] = ASKED if f"{letter}{number}" in asked else _as_typed(value)
            translated = words[number - 1][place] if number <= len(words) and place < len(words[number - 1]) else None
            row[f"{letter}_en"] = translated if isinstance(translated, str) else ""
        cells.append(row)
    labels = english.get("ask") or []
    ask = [
        {
            "cell": row["cell"], "label": row["label"], "answer": _as_typed(row["answer"]),
            "tolerance": _as_typed(row.get("tolerance")),
            "label_en": str(labels[number].get("label") or "") if number < len(labels) else "",
        }
        for number, row in enumerate(entry["ask"])
    ]  # fmt: skip
    return {"cells": cells, "ask": ask}


def plain_words(problem: str) -> str:
    """A sentence about a fault without the names that parts have in files, for people who never see a file."""
    return re.sub(r" \([a-z]+(?:[:,] ?[a-z]+)*\)", "", problem)


KINDS = tuple(QUESTION_KINDS)
