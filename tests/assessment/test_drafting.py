"""The form of an item: what was typed is what comes back, rows move by buttons, and the entry is the one that was meant."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bina.assessment.models import Item, ItemBank
from bina.assessment.queries import entry_of
from bina.assessment.rules import Kind, item_faults
from bina.assessment.rules.drafting import (
    ROWS_OF,
    SHAPES,
    Typed,
    blank,
    entry_of_typed,
    plain_words,
    read_typed,
    typed_of,
    with_change,
)
from tests.assessment.conftest import ITEMS
from tests.assessment.kinds import STORED_ITEMS

ENTRIES = {entry["kind"]: entry for entry in [*ITEMS, *STORED_ITEMS]}


def as_sent(form: Typed) -> dict[str, str]:
    """The fields that a browser sends for a form."""
    sent = {**form.values, "columns": str(form.columns)}
    for name, rows in form.rows.items():
        sent[f"{name}-count"] = str(len(rows))
        for number, row in enumerate(rows):
            sent |= {f"{name}-{number}-{one}": text for one, text in row.items()}
            if row.get("correct") and form.kind in {Kind.SINGLE, Kind.HOTSPOT}:
                sent[f"{name}-correct"] = str(number)
    return sent


def test_every_kind_has_a_form() -> None:
    assert set(ENTRIES) == set(ROWS_OF) == {kind.value for kind in Kind}


@pytest.mark.parametrize("kind", ENTRIES)
def test_an_entry_survives_its_form(kind: str) -> None:
    form = typed_of(ENTRIES[kind])
    assert read_typed(kind, as_sent(form)) == form
    assert entry_of_typed(form) == ENTRIES[kind]


def test_every_shipped_item_survives_its_form(bank: ItemBank) -> None:
    rows = Item.objects.filter(current__isnull=False).select_related("current", "competency")
    for item in rows:
        assert item.current is not None
        entry = entry_of(item, item.current)
        back = entry_of_typed(read_typed(item.kind, as_sent(typed_of(entry))))
        numbers = {"a": round(entry["a"], 2), "b": round(entry["b"], 2)}
        assert _bare(back) == _bare({**entry, **numbers}), item.code


def _bare(value: Any) -> Any:
    """An entry without what says nothing: white space around words, marks that are false."""
    if isinstance(value, dict):
        return {name: _bare(part) for name, part in value.items() if part is not False and part != []}
    if isinstance(value, list):
        return [_bare(part) for part in value]
    return " ".join(value.split()) if isinstance(value, str) else value


@pytest.mark.parametrize("kind", ROWS_OF)
def test_an_empty_form_has_faults_and_breaks_nothing(kind: str) -> None:
    faults = item_faults(entry_of_typed(blank(kind)))
    assert {"code", "stem", "level"} <= {fault.place for fault in faults}
    assert any(fault.place == "parts" for fault in faults)


def test_rows_come_go_and_move_and_keep_what_was_typed() -> None:
    form = typed_of(ENTRIES["single"])
    words = [row["text"] for row in form.rows["options"]]

    def after(*changes: str) -> list[str]:
        found = form
        for change in changes:
            found = with_change(found, change)
        assert found.values == form.values
        return [row["text"] for row in found.rows["options"]]

    assert after("add:options") == [*words, ""]
    assert after("remove:options:1") == [words[0], words[2]]
    assert after("up:options:1") == [words[1], words[0], words[2]]
    assert after("down:options:0") == [words[1], words[0], words[2]]
    for nonsense in ("up:options:0", "down:options:2", "remove:options:9", "add:gaps", "remove:options:x", "", "add"):
        assert after(nonsense) == words
    assert len(after(*["add:options"] * 20)) == SHAPES["options"].most


def test_the_right_option_moves_with_its_row() -> None:
    form = with_change(typed_of(ENTRIES["single"]), "down:options:0")
    assert [bool(row["correct"]) for row in form.rows["options"]] == [False, True, False]


def test_asked_cells_follow_the_question_marks() -> None:
    form = typed_of(ENTRIES["spreadsheet"])
    form.rows["cells"][1]["B"] = "?"
    again = read_typed("spreadsheet", as_sent(form))
    assert [row["cell"] for row in again.rows["ask"]] == ["B2", "B4", "B5"]
    assert [row["label"] for row in again.rows["ask"]] == ["", "Jumlah permohonan", "Rata-rata"]
    narrow = with_change(with_change(again, "narrow"), "narrow")
    assert narrow.columns == 2
    assert with_change(again, "widen").columns == 3


@pytest.mark.parametrize(
    ("text", "number"),
    [("92", 92), ("12,5", 12.5), ("12.5", 12.5), ("1.250", 1250), ("1.250,5", 1250.5), ("-3", -3), ("lima", "lima")],
)
def test_numbers_are_read_as_people_write_them(text: str, number: object) -> None:
    form = typed_of(ENTRIES["numeric"]).with_values(answer=text)
    assert entry_of_typed(form)["answer"] == number


@given(
    kind=st.sampled_from([*ROWS_OF]),
    sent=st.dictionaries(
        st.sampled_from(["stem", "level", "a", "options-count", "options-0-text", "gaps-count", "gaps-0-words", "gaps-0-how",
                         "cells-count", "cells-1-A", "columns", "ask-0-cell", "regions-count", "regions-0-x", "answer"]),
        st.text(max_size=12) | st.sampled_from(["3", "999", "?", "*", "-1", "٣"]),
    ),
    change=st.sampled_from(["add:options", "remove:gaps:0", "up:cells:1", "widen", "narrow", ":::", "down:regions:999999"]),
)  # fmt: skip
def test_nothing_sent_breaks_the_form(kind: str, sent: dict[str, str], change: str) -> None:
    form = with_change(read_typed(kind, sent), change)
    assert all(isinstance(fault.words, str) for fault in item_faults(entry_of_typed(form)))


def test_faults_in_plain_words() -> None:
    bad = {**copy.deepcopy(ENTRIES["hotspot"]), "regions": [], "en": {}}
    for fault in item_faults(bad):
        assert "(" not in plain_words(fault.words)
    assert plain_words("Letak bidang (x, y, w, h) dihitung") == "Letak bidang dihitung"
