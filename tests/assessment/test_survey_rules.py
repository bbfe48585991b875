"""Rules of surveys: conditions, ways through, faults, answers, who may be shown beside the whole."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bina.assessment.rules import counted_answers, read_survey, set_aside, shown_groups
from bina.assessment.rules.instruments import (
    content_of,
    content_problems,
    findings_of,
    instrument_as_yaml,
    instrument_template,
    moved_question,
    moved_section,
    paths_of,
    read_instrument_file,
    shown_questions,
    with_question,
    without_question,
    without_section,
)
from bina.foundation.errors import Refused
from tests.assessment.surveying import CONTENT


def changed(**parts: Any) -> Any:
    """The sample content with single questions changed: key=dict of changes."""
    raw = copy.deepcopy(CONTENT)
    for question in raw["questions"]:
        question.update(parts.get(question["key"], {}))
    return content_of(raw)


def test_a_sound_instrument_has_no_problems_and_lists_its_ways() -> None:
    content = content_of(CONTENT)
    assert content_problems(content) == []
    ways = paths_of(content)
    assert [(row.choices[0][1], len(row.asked)) for row in ways.rows] == [("Ya", 5), ("Tidak", 3)]
    assert not ways.is_cut


def test_answers_to_questions_that_are_not_asked_do_not_count() -> None:
    content = content_of(CONTENT)
    kept, missing = counted_answers(content, {"memakai": "tidak", "mudah": 5, "saran": "Cukup"})
    assert (kept, missing) == ({"memakai": "tidak", "saran": "Cukup"}, [])
    assert counted_answers(content, {"memakai": "ya", "mudah": 5})[1] == ["lambat"]
    assert [row["key"] for row in shown_questions(content, {})] == ["memakai", "masa", "saran"]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"memakai": {"show_if": {"question": "saran", "is": "in", "values": ["x"]}}}, "sebelumnya"),
        ({"mudah": {"show_if": {"question": "mudah", "is": "at_least", "values": [2]}}}, "sebelumnya"),
        ({"mudah": {"show_if": {"question": "hilang", "is": "in", "values": ["x"]}}}, "tidak ada"),
        ({"mudah": {"show_if": {"question": "memakai", "is": "in", "values": ["mungkin"]}}}, "tidak ditawarkan"),
        ({"mudah": {"show_if": {"question": "memakai", "is": "at_least", "values": [2]}}}, "bukan angka"),
        ({"saran": {"show_if": {"question": "masa", "is": "at_least", "values": [50]}}}, "tidak akan pernah"),
        ({"saran": {"show_if": {"question": "mudah", "is": "at_least", "values": [6]}}}, "tidak akan pernah"),
        ({"saran": {"show_if": {"question": "masa", "is": "in", "values": ["5"]}}}, "paling sedikit"),
        ({"mudah": {"show_if": {"question": "memakai", "is": "?", "values": []}}}, "pembanding"),
        ({"mudah": {"kind": "bintang"}}, "jenis yang dikenal"),
        ({"mudah": {"kind": "likert7"}}, "poin yang sama"),
        ({"mudah": {"key": "memakai"}}, "unik"),
        ({"memakai": {"options": [{"key": "ya", "text": "Ya"}]}}, "2 sampai"),
        ({"masa": {"min": 50}}, "melampaui"),
        ({"saran": {"section": "hilang"}}, "Bagian pertanyaan"),
    ],
)  # fmt: skip
def test_faults_are_named(parts: dict[str, Any], words: str) -> None:
    assert words in " ".join(content_problems(changed(**parts)))


def test_conditions_that_exclude_each_other_make_a_question_unreachable() -> None:
    """Reached only by those who use it, asked only of those who do not: nobody."""
    raw = copy.deepcopy(CONTENT)
    raw["sections"][1]["show_if"] = {"question": "mudah", "is": "at_least", "values": ["1"]}
    raw["questions"][4]["show_if"] = {"question": "memakai", "is": "not_in", "values": ["ya"]}
    assert "tidak akan pernah" in " ".join(content_problems(content_of(raw)))
    raw["questions"][4]["show_if"] = {"question": "memakai", "is": "in", "values": ["ya"]}
    assert content_problems(content_of(raw)) == []


def test_ticks_are_gone_through_in_sets() -> None:
    content = content_of({"questions": [
        {"key": "a", "kind": "multiple", "text": "Mana?", "required": True,
         "options": [{"key": "x", "text": "X"}, {"key": "y", "text": "Y"}, {"key": "z", "text": "Z"}]},
        {"key": "b", "kind": "text", "text": "X?", "show_if": {"question": "a", "is": "in", "values": ["x"]}},
        {"key": "c", "kind": "text", "text": "Tanpa Y?", "show_if": {"question": "a", "is": "not_in", "values": ["y"]}},
    ]})  # fmt: skip
    assert content_problems(content) == []
    assert {row.asked for row in paths_of(content).rows} == {("a", "b", "c"), ("a", "c"), ("a",), ("a", "b")}


def test_many_branches_are_cut_and_do_not_hang() -> None:
    questions: list[dict[str, Any]] = [
        {"key": f"q{n}", "kind": "likert7", "text": "?", "required": True} for n in range(40)
    ]
    questions += [
        {
            "key": f"r{n}",
            "kind": "text",
            "text": "?",
            "show_if": {"question": f"q{n}", "is": "at_least", "values": ["4"]},
        }
        for n in range(40)
    ]
    ways = paths_of(content_of({"questions": questions}))
    assert ways.is_cut


def test_a_form_is_read_kind_by_kind() -> None:
    content = content_of(CONTENT)
    sent = {"memakai": "ya", "mudah": "6", "lambat": "2", "masa": "3,5", "saran": " x "}
    assert read_survey(content.questions, sent) == {"memakai": "ya", "lambat": 2, "masa": 3.5, "saran": "x"}
    for nonsense in ("99", "nan", "inf", "1e400", "dua", "-1"):
        assert "masa" not in read_survey(content.questions, {"masa": nonsense})


def test_pieces_are_moved_renamed_and_taken_away() -> None:
    content = content_of(CONTENT)
    assert [q["key"] for q in moved_question(content, "lambat", up=True).ordered][:3] == ["memakai", "lambat", "mudah"]
    assert moved_question(content, "memakai", up=True) == content
    assert moved_section(content, "akhir", up=True).ordered[0]["key"] == "masa"
    assert without_question(content, "mudah").scales[0]["items"] == ["lambat"]
    assert without_section(content, "akhir").pages[0].key == ""
    renamed = with_question(content, {**content.questions[0], "key": "dipakai"}, old="memakai")
    assert renamed.questions[1]["show_if"]["question"] == "dipakai"
    assert content_problems(renamed) == []


def test_files_go_round_and_templates_are_sound() -> None:
    content = content_of(CONTENT)
    facts = {"title": "Judul", "intro": ""}
    again = read_instrument_file(".yaml", instrument_as_yaml(facts, content))
    assert (again.content, again.facts["title"]) == (content, "Judul")
    for ending in (".csv", ".xlsx"):
        found = read_instrument_file(ending, instrument_template(ending)).content
        assert content_problems(found) == []
        assert (len(found.questions), len(found.sections)) == (5, 2)
        assert found.scales[0]["reversed"] == ["lambat"]
        assert found.questions[1]["show_if"] == {"question": "memakai", "is": "in", "values": ["ya"]}


def test_a_table_reports_question_by_question() -> None:
    table = "Kunci,Jenis,Pertanyaan,Tampil jika\na,skala 5,Baik?,\nb,bintang,Apa?,\nc,isian,Mengapa?,a ~ 3\n"
    findings, general = findings_of(read_instrument_file(".csv", table.encode()).content)
    assert [bool(row.problems) for row in findings] == [False, True, False]
    assert general == []
    with pytest.raises(Refused, match="kolom"):
        read_instrument_file(".csv", b"x,y\n1,2\n")
    with pytest.raises(Refused):
        read_instrument_file(".yaml", b"- a\n")


@pytest.mark.parametrize(
    "raw",
    [{}, {"questions": "x"}, {"questions": [None, 3, {}]}, {"questions": [{"key": ["a"], "kind": {}, "options": 3}]},
     {"sections": [{"key": 5}], "scales": [{"items": "ab"}], "questions": [{"key": "a", "kind": "text", "show_if": 3}]}],
)  # fmt: skip
def test_hostile_content_is_tamed(raw: dict[str, Any]) -> None:
    assert content_problems(content_of(raw))


class TestGroupsThatMayBeShown:
    def test_small_groups_take_a_neighbour_with_them(self) -> None:
        assert shown_groups({"a": 12, "b": 7, "c": 3}) == {"a"}
        assert shown_groups({"a": 12, "b": 7, "c": 3, "d": 4}) == {"a", "b"}
        assert shown_groups({"a": 12, "b": 7}) == {"a", "b"}
        assert shown_groups({"a": 12, "b": 1}) == set()
        assert shown_groups({"a": 9, "b": 9, "c": 1, "d": 1}) == {"b"}
        assert shown_groups({"a": 9, "b": 0}) == {"a"}

    @given(st.lists(st.integers(0, 30), max_size=9))
    def test_what_is_hidden_never_follows_by_subtraction(self, counts: list[int]) -> None:
        groups = dict(enumerate(counts))
        shown = shown_groups(groups)
        hidden = [count for key, count in groups.items() if key not in shown and count]
        assert all(groups[key] >= 5 for key in shown)
        assert not hidden or (len(hidden) >= 2 and sum(hidden) >= 5) or not shown

    @given(st.integers(0, 60), st.integers(0, 12), st.integers(0, 12))
    def test_pairs_left_out_protect_those_who_answered_once(self, pairs: int, first: int, second: int) -> None:
        left = set_aside(pairs, first, second)
        assert 0 <= left <= pairs
        if pairs - left:
            for rest in (first + left, second + left):
                assert rest == 0 or rest >= 5
