"""The newer kinds of question and English words: faults, grading, showing, reading, and the same keys in both languages."""

import copy
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from bina.assessment.rules import (
    Kind,
    digest_of,
    feedback_on,
    grade,
    is_complete,
    item_problems,
    part_key,
    public_view,
    read_answer,
    right_answer,
    wrong_answer,
)
from tests.assessment.conftest import ITEMS
from tests.assessment.kinds import CLOZE, HOTSPOT, INBASKET, NEW_ITEMS, PICTURES, SITUATIONAL, SPREADSHEET, STORED_ITEMS
from tests.assessment.test_grading import anything

ALL = [*ITEMS, *STORED_ITEMS]


def problems_of(item: dict[str, Any]) -> list[str]:
    return item_problems(item, competencies={"1.3", "4.2"}, images=PICTURES)


def changed(item: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one place changed (``"gaps.1.answer"``); ``...`` takes the place away."""
    copied = copy.deepcopy(item)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    target: Any = copied
    for step in way:
        target = target[step]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return copied


def test_every_kind_has_a_sample() -> None:
    assert {item["kind"] for item in ALL} == set(Kind)


@pytest.mark.parametrize("item", NEW_ITEMS, ids=lambda item: item["kind"])
def test_good_items_have_no_fault(item: dict[str, Any]) -> None:
    assert problems_of(item) == []


@pytest.mark.parametrize(
    ("item", "path", "value", "words"),
    [
        (CLOZE, "text", "Tanpa rumpang", "[[1]] sampai [[2]]"),
        (CLOZE, "text", "[[1]] dan [[1]] dan [[2]]", "masing-masing sekali"),
        (CLOZE, "gaps", [], "1 sampai 8"),
        (CLOZE, "gaps.1.answer", "dibakar", "tidak ada di antara pilihannya"),
        (CLOZE, "gaps.1.options", ["diperiksa"], "2 sampai 8"),
        (CLOZE, "gaps.1.options", ["diperiksa", "diperiksa "], "muncul dua kali"),
        (CLOZE, "gaps.0.accept", [], "1 sampai 8 teks"),
        (CLOZE, "gaps.0.options", ["a", "b"], "atau ejaan"),
        (CLOZE, "gaps.0", "SUM", "atau ejaan"),
        (CLOZE, "en.gaps.1.options", ["checked"], "3 isian"),
        (CLOZE, "en.text", "Only [[1]]", "[[1]] sampai [[2]]"),
        (CLOZE, "en.gaps", [{"accept": ["ADD"]}], "2 isian"),
        (SITUATIONAL, "options.0.score", 1, "tepat satu pilihan bernilai 1; di sini 2"),
        (SITUATIONAL, "options.1.score", 0.75, "tepat satu pilihan bernilai 1; di sini 0"),
        (SITUATIONAL, "options.2.score", 0.25, "bernilai 0"),
        (SITUATIONAL, "options.2.score", 0.3, "0, 0.25, 0.5, 0.75, atau 1"),
        (SITUATIONAL, "options.2.score", True, "0, 0.25, 0.5, 0.75, atau 1"),
        (SITUATIONAL, "options.2.score", ..., "0, 0.25, 0.5, 0.75, atau 1"),
        (SITUATIONAL, "en.options", [{"text": "One"}], "4 isian"),
        (SITUATIONAL, "en.options.1.text", "Wait until tomorrow", "muncul dua kali"),
        (INBASKET, "documents", [], "2 sampai 4"),
        (INBASKET, "documents.0.text", "", "judul (title) dan isi"),
        (INBASKET, "options.0.correct", ..., "sedikitnya satu pilihan benar"),
        (INBASKET, "en.documents.2", {"title": "Room"}, "memerlukan: title, text"),
        (SPREADSHEET, "table", "tabel", "Kepala tabel"),
        (SPREADSHEET, "table.rows.0", ["Satu"], "2 sel"),
        (SPREADSHEET, "table.rows.0.1", float("nan"), "2 sel"),
        (SPREADSHEET, "ask.0.cell", "B9", "di luar tabel"),
        (SPREADSHEET, "ask.0.cell", "C4", "di luar tabel"),
        (SPREADSHEET, "ask.0.cell", "B1", "di luar tabel"),
        (SPREADSHEET, "ask.0.cell", "b4", "di luar tabel"),
        (SPREADSHEET, "ask.0.cell", "B2", "sudah berisi"),
        (SPREADSHEET, "ask.1.cell", "B4", "muncul dua kali"),
        (SPREADSHEET, "ask.0.answer", "12", "bukan angka"),
        (SPREADSHEET, "ask.0.tolerance", -1, "nol atau lebih"),
        (SPREADSHEET, "ask", [], "1 sampai 5"),
        (SPREADSHEET, "en.table.rows.0.1", 12001, "sama ukurannya"),
        (SPREADSHEET, "en.table.rows", [["One", 12000]], "sama ukurannya"),
        (SPREADSHEET, "en.ask", [{"label": "Total"}], "2 isian"),
        (HOTSPOT, "image", ..., "memerlukan gambar"),
        (HOTSPOT, "image", "lain.svg", "tidak ikut dalam berkas"),
        (HOTSPOT, "image", ["surel.svg"], "tidak ikut dalam berkas"),
        (HOTSPOT, "alt", ..., "uraian (alt)"),
        (HOTSPOT, "regions", [], "2 sampai 8"),
        (HOTSPOT, "regions.1.correct", True, "Tepat satu bidang"),
        (HOTSPOT, "regions.0.correct", False, "Tepat satu bidang"),
        (HOTSPOT, "regions.0.x", 50, "antara 0 dan 100"),
        (HOTSPOT, "regions.0.h", 0, "antara 0 dan 100"),
        (HOTSPOT, "regions.0.y", "atas", "antara 0 dan 100"),
        (HOTSPOT, "regions.1.label", "Tombol", "muncul dua kali"),
        (HOTSPOT, "en.alt", ..., "“alt” belum ada"),
        (HOTSPOT, "en.regions.0.label", ..., "memerlukan: label"),
        (ITEMS[0] | {"en": {"stem": "Which?"}}, "level", 1, "“options” dalam bahasa Inggris"),
        (ITEMS[2] | {"en": {"stem": "Order."}}, "level", 1, "“sequence” dalam bahasa Inggris"),
        (ITEMS[3] | {"en": {"stem": "Pair."}}, "level", 1, "“distractors” dalam bahasa Inggris"),
        (ITEMS[4] | {"en": {"stem": "How many?", "explanation": "46 of 50.", "unit": 3}}, "level", 1, "Satuan (unit)"),
        (CLOZE, "en.stem", ..., "Soal (stem) dalam bahasa Inggris"),
        (CLOZE, "en.explanation", ..., "“explanation” belum ada"),
        (CLOZE, "en", "English", "daftar isian bernama"),
    ],
)  # fmt: skip
def test_every_fault_is_told(item: dict[str, Any], path: str, value: Any, words: str) -> None:
    told = problems_of(changed(item, path, value))
    assert any(words in problem for problem in told), told


scraps = st.none() | st.booleans() | st.integers(-5, 200) | st.floats() | st.text(max_size=6) | st.lists(st.none())


@given(item=st.sampled_from(NEW_ITEMS), data=st.data())
def test_checking_never_breaks(item: dict[str, Any], data: st.DataObject) -> None:
    """Any value at any place, however deep: sentences or nothing, never an exception."""
    broken: Any = copy.deepcopy(item)
    target = broken
    while True:
        steps = list(target) if isinstance(target, dict) else list(range(len(target)))
        step = data.draw(st.sampled_from(steps))
        inner = target[step]
        if isinstance(inner, (dict, list)) and inner and data.draw(st.booleans()):
            target = inner
            continue
        target[step] = data.draw(scraps | st.dictionaries(st.text(max_size=4), scraps, max_size=2))
        break
    assert all(isinstance(problem, str) for problem in problems_of(broken))


@pytest.mark.parametrize("item", STORED_ITEMS, ids=lambda item: item["kind"])
def test_right_earns_everything_wrong_nothing(item: dict[str, Any]) -> None:
    kind = item["kind"]
    assert grade(kind, item, right_answer(kind, item)) == 1.0
    assert grade(kind, item, wrong_answer(kind, item)) == 0.0
    assert grade(kind, item, None) == 0.0


def test_what_is_right_in_part() -> None:
    checked = part_key("diperiksa")
    assert grade("cloze", CLOZE, {"1": "sum", "2": part_key("dihapus")}) == 0.5
    assert grade("cloze", CLOZE, {"2": checked}) == 0.5
    assert grade("situational", SITUATIONAL, [part_key("Bertanya kepada rekan dahulu")]) == 0.5
    assert grade("situational", SITUATIONAL, [part_key("Menunda sampai besok")]) == 0.25
    assert grade("spreadsheet", SPREADSHEET, {"B4": "12.012,5", "B5": "99"}) == 0.5
    several = changed(INBASKET, "options.2.correct", True)
    assert grade("inbasket", several, [part_key("Rapat pindah ke Rabu")]) == 0.5
    assert grade("inbasket", several, [part_key("Rapat pindah ke Rabu"), part_key("Rapat tetap Selasa")]) == 0.0


@pytest.mark.parametrize("typed", ["SUM", " s u m ", "jumlah", "Add"])
def test_typed_gaps_forgive_case_and_spaces_and_know_both_languages(typed: str) -> None:
    assert grade("cloze", CLOZE, {"1": typed}) == 0.5


def test_two_actions_at_once_are_none() -> None:
    keys = [part_key(option["text"]) for option in SITUATIONAL["options"]]
    assert grade("situational", SITUATIONAL, keys[:2]) == 0.0


@pytest.mark.parametrize(("typed", "score"), [("6.006,25", 0.5), ("6006.4", 0.5), ("6007", 0.0), ("enam", 0.0)])
def test_cells_read_numbers_as_people_write_them(typed: str, score: float) -> None:
    assert grade("spreadsheet", SPREADSHEET, {"B5": typed}) == score


@given(item=st.sampled_from(STORED_ITEMS), answer=anything)
def test_grading_nonsense_never_breaks(item: dict[str, Any], answer: Any) -> None:
    score = grade(item["kind"], item, answer)
    assert 0.0 <= score <= 1.0
    assert feedback_on(item["kind"], item, answer).score == score


@pytest.mark.parametrize("item", STORED_ITEMS, ids=lambda item: item["kind"])
def test_what_a_form_sends_is_read_back(item: dict[str, Any]) -> None:
    answer = right_answer(item["kind"], item)
    sent = QueryDict(mutable=True)
    if isinstance(answer, list):
        sent.setlist("q", answer)
    else:
        sent.update({f"q-{key}": str(value) for key, value in answer.items()})
    found = read_answer(item["kind"], item, sent, "q")
    assert found == answer
    assert is_complete(item["kind"], item, found)
    assert read_answer(item["kind"], item, QueryDict(), "q") is None
    nonsense = {"q": "x", **{f"q-{key}": "x" * 500 for key in ("1", "2", "B4", "B5", "A1")}}
    assert grade(item["kind"], item, read_answer(item["kind"], item, nonsense, "q")) == 0.0


@pytest.mark.parametrize(("item", "half"), [(CLOZE, {"1": "SUM"}), (SPREADSHEET, {"B4": "1"})])
def test_half_answered_is_not_complete(item: dict[str, Any], half: dict[str, str]) -> None:
    assert read_answer(item["kind"], item, {f"q-{key}": value for key, value in half.items()}, "q") == half
    assert not is_complete(item["kind"], item, half)


def test_the_view_holds_no_trace_of_the_key() -> None:
    """The same words with another key: the browser sees exactly the same."""
    for item, path, value, other, swapped in (
        (SITUATIONAL, "options.1.score", 0, "options.2.score", 1),
        (INBASKET, "options.0.correct", ..., "options.1.correct", True),
        (STORED_ITEMS[4], "regions.0.correct", ..., "regions.1.correct", True),
        (CLOZE, "gaps.1.answer", "dihapus", "gaps.0.accept", ["COUNT"]),
        (SPREADSHEET, "ask.0.answer", 1, "ask.1.answer", 2),
    ):  # fmt: skip
        twin = changed(changed(item, path, value), other, swapped)
        assert public_view(item["kind"], twin, 7) == public_view(item["kind"], item, 7)


def _keys(view: Any) -> list[str]:
    parts = [*view.choices, *view.lefts, *view.regions, *(one for piece in view.passage for one in piece.choices)]
    return sorted(part.key for part in parts) + ([cell.key for cell in view.table.asked] if view.table else [])


@pytest.mark.parametrize("item", STORED_ITEMS, ids=lambda item: item["kind"])
def test_english_readers_see_english_with_the_same_keys_in_the_same_order(item: dict[str, Any]) -> None:
    indonesian = public_view(item["kind"], item, 3)
    with translation.override("en"):
        english = public_view(item["kind"], item, 3)
        told = feedback_on(item["kind"], item, right_answer(item["kind"], item))
    assert _keys(english) == _keys(indonesian)
    assert [one.key for one in english.choices] == [one.key for one in indonesian.choices]
    assert [one.key for one in english.regions] == [one.key for one in indonesian.regions]
    assert item["en"]["stem"] in english.stem
    assert item["stem"] in indonesian.stem
    assert told.explanation == item["en"]["explanation"]
    assert told.is_right


def test_what_has_no_english_stays_indonesian() -> None:
    plain = {name: value for name, value in SITUATIONAL.items() if name != "en"}
    with translation.override("en"):
        assert public_view("situational", plain, 3) == public_view("situational", plain, 3, english={})
        assert "Apa yang sebaiknya" in public_view("situational", plain, 3).stem


def test_numbers_in_a_table_follow_the_language() -> None:
    def texts() -> set[str]:
        table = public_view("spreadsheet", SPREADSHEET, 1).table
        assert table is not None
        return {cell.text for row in table.rows for cell in row}

    assert {"12.000", "12,5", "Loket"} <= texts()
    with translation.override("en"):
        assert {"12,000", "12.5", "Counter"} <= texts()


def test_english_belongs_to_the_digest() -> None:
    other = changed(CLOZE, "en.stem", "Fill in the sentence.")
    assert digest_of(other) != digest_of(CLOZE)
    assert digest_of({k: v for k, v in CLOZE.items() if k != "en"}) != digest_of(CLOZE)
