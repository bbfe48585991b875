"""What a browser sees of a question: the same order for the same seed, and never a trace of the key."""

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from bina.assessment.rules import (
    grade,
    is_complete,
    part_key,
    public_view,
    read_answer,
    right_answer,
)
from tests.assessment.conftest import ITEMS


@given(item=st.sampled_from(ITEMS), seed=st.integers(0, 2**31))
def test_the_same_seed_shows_the_same_order_and_nothing_is_lost(item: dict[str, Any], seed: int) -> None:
    view = public_view(item["kind"], item, seed)
    assert view == public_view(item["kind"], item, seed)
    texts = {option["text"] for option in item.get("options", ())} | set(item.get("sequence", ()))
    texts |= {pair["right"] for pair in item.get("pairs", ())} | set(item.get("distractors", ()))
    assert {choice.text for choice in view.choices} == texts
    if item["kind"] == "ordering":
        assert [choice.text for choice in view.choices] != item["sequence"]


def test_different_seeds_show_different_orders() -> None:
    orders = {tuple(c.key for c in public_view("multiple", ITEMS[1], seed).choices) for seed in range(40)}
    assert len(orders) > 10


@given(seed=st.integers(0, 2**31), data=st.data())
def test_the_order_of_the_file_leaves_no_trace(seed: int, data: st.DataObject) -> None:
    """The same options in another order, another one marked right: the browser sees exactly the same."""
    item = ITEMS[0]
    options = data.draw(st.permutations(item["options"]))
    other = {**item, "options": [{**o, "correct": n == 0, "feedback": ""} for n, o in enumerate(options)]}
    assert public_view("single", other, seed) == public_view("single", item, seed)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["kind"])
def test_what_a_form_sends_is_read_back(item: dict[str, Any]) -> None:
    answer = right_answer(item["kind"], item)
    sent = QueryDict(mutable=True)
    if isinstance(answer, list):
        sent.setlist("q", answer)
    elif isinstance(answer, dict):
        sent.update({f"q-{key}": str(value) for key, value in answer.items()})
    else:
        sent["q"] = answer
    found = read_answer(item["kind"], item, sent, "q")
    assert grade(item["kind"], item, found) == 1.0
    assert is_complete(item["kind"], item, found)
    assert read_answer(item["kind"], item, QueryDict(), "q") is None


def test_half_an_ordering_is_kept_but_not_complete() -> None:
    item = ITEMS[2]
    first = part_key(item["sequence"][0])
    found = read_answer("ordering", item, {f"q-{first}": "2"}, "q")
    assert found == {first: 2}
    assert not is_complete("ordering", item, found)


def test_a_stem_cannot_do_harm() -> None:
    hostile = "Klik <script>alert(1)</script> <img src=x onerror=alert(1)> [ini](javascript:alert(1)) **tebal**"
    view = public_view("numeric", {"answer": 1}, 1, hostile)
    assert "<script" not in view.stem
    assert "<img" not in view.stem
    assert 'href="javascript' not in view.stem
    assert "<strong>tebal</strong>" in view.stem
