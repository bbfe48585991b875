"""The rules of rounds: sharing out raters, and what may be shown of a group."""

from hypothesis import given
from hypothesis import strategies as st

from bina.assessment.rules import (
    ROUND_NEXT_STATES,
    SMALLEST_RATER_GROUP,
    Layout,
    RoundState,
    Seat,
    View,
    can_change_rater,
    can_move_round,
    can_rate_in,
    layout_of,
    propose_raters,
)


def office(size: int, units: int) -> list[Seat]:
    return [Seat(person, person % units, 900, 5 + person % 3) for person in range(1, size + 1)]


def proposal(seats: list[Seat], peers: int, most: int) -> dict[int, dict[int, View]]:
    pools = {seat.person: [row for row in seats if row.person != seat.person] for seat in seats}
    return propose_raters(seats, pools, {}, peer_count=peers, subordinate_count=0, most_per_rater=most)


def test_everyone_rates_oneself_and_is_rated_by_the_superior() -> None:
    found = proposal(office(4, 1), peers=0, most=1)
    assert all(raters == {person: View.SELF, 900: View.SUPERIOR} for person, raters in found.items())


def test_colleagues_of_the_same_unit_come_first_then_the_nearest_job() -> None:
    seats = [Seat(1, 1, 900, 5), Seat(2, 1, 900, 9), Seat(3, 2, 900, 5), Seat(4, 2, 900, 8)]
    found = propose_raters(seats[:1], {1: seats[1:]}, {}, peer_count=2, subordinate_count=0, most_per_rater=6)
    assert [rater for rater, view in found[1].items() if view is View.PEER] == [2, 3]


def test_who_is_a_subordinate_is_not_asked_as_a_peer_too() -> None:
    below = [Seat(7, 1, 1, 9)]
    found = propose_raters(
        [Seat(1, 1, 900, 5)], {1: below}, {1: below}, peer_count=3, subordinate_count=3, most_per_rater=6
    )
    assert found[1][7] is View.SUBORDINATE


def test_a_head_of_the_agency_has_no_superior() -> None:
    found = propose_raters([Seat(1, 1, None, 1)], {}, {}, peer_count=3, subordinate_count=3, most_per_rater=6)
    assert found == {1: {1: View.SELF}}


@given(st.integers(1, 20), st.integers(1, 4), st.integers(0, 6), st.integers(1, 8))
def test_the_work_is_shared_fairly_and_the_same_every_time(size: int, units: int, peers: int, most: int) -> None:
    seats = office(size, units)
    found = proposal(seats, peers, most)
    assert found == proposal(list(reversed(seats)), peers, most)
    load = {seat.person: sum(raters.get(seat.person) is View.PEER for raters in found.values()) for seat in seats}
    assert max(load.values()) <= most
    for raters in found.values():
        assert sum(view is View.PEER for view in raters.values()) <= peers
    if units == 1 and size > 1:
        # In one unit of equals nobody carries much more than another.
        assert max(load.values()) - min(load.values()) <= 2


@given(st.integers(0, 9), st.integers(0, 9))
def test_no_layout_lets_a_small_group_be_worked_out(peers: int, subordinates: int) -> None:
    layout = layout_of(peers, subordinates)
    shown = {
        Layout.APART: [peers, subordinates],
        Layout.PEERS: [peers],
        Layout.SUBORDINATES: [subordinates],
        Layout.TOGETHER: [peers + subordinates],
        Layout.HIDDEN: [],
    }[layout]
    assert all(count >= SMALLEST_RATER_GROUP for count in shown)
    # Whatever is shown, taken from all, leaves nobody or a whole group: there is no difference to reckon back from.
    assert peers + subordinates - sum(shown) == 0 or not shown
    if peers + subordinates >= SMALLEST_RATER_GROUP:
        assert shown


def test_a_round_never_goes_back_once_it_is_closed() -> None:
    assert ROUND_NEXT_STATES[RoundState.CLOSED] == (RoundState.REPORTED,)
    assert not ROUND_NEXT_STATES[RoundState.REPORTED]
    assert not can_move_round("closed", RoundState.OPEN)
    assert can_move_round("open", RoundState.CLOSED)


def test_when_a_rater_can_be_taken_out() -> None:
    assert can_change_rater("draft", "invited")
    assert can_change_rater("open", "declined")
    assert not can_change_rater("open", "done")
    assert not can_change_rater("closed", "invited")


def test_when_a_round_takes_ratings() -> None:
    assert can_rate_in("open")
    assert "belum dibuka" in str(can_rate_in("draft").sentence)
    assert "sudah ditutup" in str(can_rate_in("reported").sentence)
