"""Pure rules of planning."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from bina.planning.rules import (
    EDITABLE_STATES,
    LIVE_STATES,
    NEXT_ITEM_STATES,
    NEXT_STATES,
    ItemState,
    PlanState,
    can_add,
    can_be_item,
    can_become,
    can_edit,
    can_item_become,
    can_submit,
    form_for_gap,
    is_comment_enough,
    is_current,
    is_open,
    is_reason_enough,
    may_decide,
    may_write,
    offered_years,
    quarter_of,
    suggested_quarter,
)

P = PlanState
ALLOWED_STEPS = {
    (P.DRAFT, P.SUBMITTED), (P.DRAFT, P.DISCARDED), (P.SUBMITTED, P.APPROVED), (P.SUBMITTED, P.RETURNED),
    (P.SUBMITTED, P.DRAFT), (P.RETURNED, P.SUBMITTED), (P.RETURNED, P.DISCARDED), (P.APPROVED, P.SUPERSEDED),
}  # fmt: skip


@pytest.mark.parametrize("state", list(P))
@pytest.mark.parametrize("target", list(P))
def test_every_step_of_a_plan(state: PlanState, target: PlanState) -> None:
    verdict = can_become(state.value, target)
    assert bool(verdict) == ((state, target) in ALLOWED_STEPS)
    assert verdict or str(verdict.sentence).endswith(".")


def test_every_state_is_reached_and_the_last_ones_are_no_longer_live() -> None:
    assert set(NEXT_STATES) == set(P)
    reached, todo = set(), {P.DRAFT}
    while todo:
        state = todo.pop()
        reached.add(state)
        todo |= set(NEXT_STATES[state]) - reached
    assert reached == set(P)
    assert {state for state, steps in NEXT_STATES.items() if not steps} == set(P) - LIVE_STATES


@pytest.mark.parametrize("state", list(P))
def test_only_what_is_in_the_making_can_be_edited(state: PlanState) -> None:
    assert bool(can_edit(state.value)) == (state in EDITABLE_STATES)


@pytest.mark.parametrize("state", list(ItemState))
@pytest.mark.parametrize("target", list(ItemState))
def test_every_step_of_an_item(state: ItemState, target: ItemState) -> None:
    assert bool(can_item_become(state.value, target)) == (target in NEXT_ITEM_STATES[state])


def test_no_item_state_is_a_dead_end() -> None:
    assert all(NEXT_ITEM_STATES[state] for state in ItemState)


@pytest.mark.parametrize(
    ("is_superior", "has_superior", "looks_after_staff", "is_owner", "allowed"),
    [
        (True, True, False, False, True),
        (False, True, False, False, False),
        (False, True, True, False, False),
        (False, False, True, False, True),
        (False, False, False, False, False),
        (True, True, True, True, False),
        (False, False, True, True, False),
    ],
)
def test_who_decides(
    is_superior: bool, has_superior: bool, looks_after_staff: bool, is_owner: bool, allowed: bool
) -> None:
    verdict = may_decide(
        is_superior=is_superior, has_superior=has_superior, looks_after_staff=looks_after_staff, is_owner=is_owner
    )
    assert bool(verdict) == allowed


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({}, True),
        ({"title": "   "}, False),
        ({"quarter": 0}, False),
        ({"quarter": 5}, False),
        ({"hours": Decimal(-1)}, False),
        ({"hours": Decimal("1000.01")}, False),
        ({"hours": Decimal(0)}, True),
        ({"target_level": 0}, False),
        ({"target_level": 5, "level_count": 4}, False),
        ({"target_level": 5, "level_count": 5}, True),
        ({"target_level": 4, "level_count": 4}, True),
        ({"target_level": 5}, True),
    ],
)
def test_what_an_item_may_say(changes: dict[str, Any], allowed: bool) -> None:
    given: dict[str, Any] = {
        "title": "Magang", "hours": Decimal(4), "quarter": 1, "target_level": None, "level_count": None,
    }  # fmt: skip
    assert bool(can_be_item(**given | changes)) == allowed


def test_small_rules() -> None:
    assert is_current(3, 3)
    assert not is_current(4, 3)
    assert may_write(is_owner=True)
    assert not may_write(is_owner=False)
    assert can_submit(item_count=1)
    assert not can_submit(item_count=0)
    assert can_add(item_count=29)
    assert not can_add(item_count=30)
    assert not is_comment_enough(" a   ")
    assert is_comment_enough("Pindah ke triwulan 3.")
    assert not is_reason_enough("ok")
    assert is_reason_enough("Dua sesi dengan Pak Budi.")


@pytest.mark.parametrize(
    ("opens_on", "closes_on", "allowed"),
    [
        (None, None, True),
        (dt.date(2026, 2, 1), None, True),
        (dt.date(2026, 2, 11), None, False),
        (None, dt.date(2026, 2, 10), True),
        (None, dt.date(2026, 2, 9), False),
    ],
)
def test_a_season_has_two_ends(opens_on: dt.date | None, closes_on: dt.date | None, allowed: bool) -> None:
    assert bool(is_open(opens_on=opens_on, closes_on=closes_on, on=dt.date(2026, 2, 10))) == allowed


def test_quarters_and_years() -> None:
    assert [quarter_of(dt.date(2026, month, 1)) for month in (1, 3, 4, 6, 7, 9, 10, 12)] == [1, 1, 2, 2, 3, 3, 4, 4]
    may = dt.date(2026, 5, 2)
    assert [suggested_quarter(place, year=2026, today=may) for place in range(7)] == [2, 2, 3, 3, 4, 4, 4]
    assert suggested_quarter(0, year=2027, today=may) == 1
    assert offered_years(dt.date(2026, 9, 30)) == [2026]
    assert offered_years(dt.date(2026, 10, 1)) == [2026, 2027]


@pytest.mark.parametrize(
    ("gap", "form"),
    [
        (2.0, "NK_OJT"),
        (1.0, "NK_OJT"),
        (0.9, "NK_COACHING"),
        (0.3, "NK_COACHING"),
        (0.2, "NK_KOMUNITAS"),
        (0.0, "NK_KOMUNITAS"),
    ],
)
def test_a_way_without_a_course(gap: float, form: str) -> None:
    assert form_for_gap(gap).form_code == form
