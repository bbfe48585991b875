"""How right an answer is: every kind, partial credit, and nonsense that must never break anything."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bina.assessment.rules import feedback_on, grade, numbers_in, part_key, public_view, read_answer, right_answer
from tests.assessment.conftest import ITEMS

SINGLE, MULTIPLE, ORDERING, MATCHING, NUMERIC = ITEMS


def keys(*texts: str) -> list[str]:
    return [part_key(text) for text in texts]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["kind"])
def test_the_right_answer_is_wholly_right_and_no_answer_is_not(item: dict[str, Any]) -> None:
    assert grade(item["kind"], item, right_answer(item["kind"], item)) == 1.0
    assert grade(item["kind"], item, None) == 0.0


def test_single_choice_takes_exactly_one() -> None:
    right, wrong = keys("Nomor induk kependudukan", "Alamat kantor dinas")
    assert grade("single", SINGLE, [right]) == 1.0
    assert grade("single", SINGLE, [wrong]) == 0.0
    assert grade("single", SINGLE, [right, wrong]) == 0.0


def test_multiple_choice_takes_off_for_wrong_picks() -> None:
    lock, shared, limit, note = keys(
        "Mengunci layar", "Memakai akun bersama", "Membatasi akses", "Menempel sandi di meja"
    )
    assert grade("multiple", MULTIPLE, [lock]) == 0.5
    assert grade("multiple", MULTIPLE, [lock, limit, shared]) == 0.5
    assert grade("multiple", MULTIPLE, [lock, shared]) == 0.0
    assert grade("multiple", MULTIPLE, [shared, note]) == 0.0
    assert grade("multiple", MULTIPLE, [lock, limit, shared, note]) == 0.0


def test_ordering_counts_pairs_in_order() -> None:
    a, b, c, d = keys(*ORDERING["sequence"])
    assert grade("ordering", ORDERING, {a: 1, b: 2, d: 3, c: 4}) == pytest.approx(2 / 3)
    assert grade("ordering", ORDERING, {d: 1, c: 2, b: 3, a: 4}) == 0.0
    assert grade("ordering", ORDERING, {a: 1, b: 2}) == 0.0
    assert grade("ordering", ORDERING, {a: 1, b: 1, c: 1, d: 1}) == 0.0


def test_matching_counts_right_pairs() -> None:
    total, count, mean = keys("Menjumlah", "Menghitung banyaknya", "Merata-ratakan")
    sums, counts, maximum = keys("SUM", "COUNT", "MAX")
    assert grade("matching", MATCHING, {total: sums, count: counts, mean: maximum}) == pytest.approx(2 / 3)
    assert grade("matching", MATCHING, {total: maximum}) == 0.0


@pytest.mark.parametrize("typed", ["92", "92,4", "91.5", " 92 % ", "92%", "+92"])
def test_numbers_within_the_tolerance_are_right(typed: str) -> None:
    assert grade("numeric", NUMERIC, typed) == 1.0


@pytest.mark.parametrize("typed", ["93", "-92", "9 2 0", "sembilan puluh dua", "92 dari 100 dari 3", "1e2", "", "٩٢"])
def test_other_numbers_and_words_are_not(typed: str) -> None:
    assert grade("numeric", NUMERIC, typed) == 0.0


def test_indonesian_and_english_writing_of_numbers() -> None:
    assert numbers_in("1.250,5") == [1250.5]
    assert numbers_in("1,250.5") == [1250.5]
    assert numbers_in("Rp1.250.000") == [1250000.0]
    assert numbers_in("1.250") == [1.25, 1250.0]
    assert numbers_in("12,5") == [12.5]
    assert numbers_in("-0,5 hari") == [-0.5]
    assert numbers_in("1.25.0") == []


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80),
    lambda inner: (
        st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=12) | st.integers(), inner, max_size=6)
    ),
    max_leaves=12,
)
part = st.sampled_from(
    [part_key(text) for item in ITEMS for text in [
        *(option["text"] for option in item.get("options", ())), *item.get("sequence", ()),
        *(side for pair in item.get("pairs", ()) for side in pair.values()),
    ]]
)  # fmt: skip
half_sense = st.lists(part, max_size=8) | st.dictionaries(part, st.integers(-2, 9) | part | st.booleans(), max_size=8)


@given(item=st.sampled_from(ITEMS), answer=anything | half_sense)
def test_grading_never_breaks_and_stays_between_nothing_and_all(item: dict[str, Any], answer: Any) -> None:
    score = grade(item["kind"], item, answer)
    assert 0.0 <= score <= 1.0
    told = feedback_on(item["kind"], item, answer)
    assert told.score == score
    assert told.explanation == item["explanation"]


@given(kind=st.text(max_size=12), answer=anything)
def test_an_unknown_kind_is_simply_not_right(kind: str, answer: Any) -> None:
    if kind not in {item["kind"] for item in ITEMS}:
        assert grade(kind, {}, answer) == 0.0


@given(
    item=st.sampled_from(ITEMS),
    seed=st.integers(0, 2**31),
    noise=st.dictionaries(st.text(max_size=20), st.text(max_size=20) | st.lists(st.text(max_size=8)), max_size=5),
)
def test_reading_a_sent_form_never_breaks(item: dict[str, Any], seed: int, noise: dict[str, Any]) -> None:
    view = public_view(item["kind"], item, seed)
    sent = {"jawab": "abc", **{f"jawab-{choice.key}": "999" for choice in (*view.choices, *view.lefts)}, **noise}
    answer = read_answer(item["kind"], item, sent, "jawab")
    assert 0.0 <= grade(item["kind"], item, answer) <= 1.0


def test_feedback_says_what_was_right_for_each_part() -> None:
    wrong = part_key("Alamat kantor dinas")
    told = feedback_on("single", SINGLE, [wrong])
    assert not told.is_right
    assert told.parts[wrong].was_chosen
    assert told.parts[wrong].text == "Ini bukan tentang orang."
    assert [key for key, one in told.parts.items() if one.is_right] == keys("Nomor induk kependudukan")
    half = feedback_on("matching", MATCHING, {part_key("Menjumlah"): part_key("SUM")})
    assert half.is_partly_right
    assert half.parts[part_key("Merata-ratakan")].text == "AVERAGE"
