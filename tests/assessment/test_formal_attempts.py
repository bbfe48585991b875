"""Sitting a formal assessment: agreed to, an own form, one device at a time, times kept, evidence at the end."""

import datetime as dt
from collections import Counter

import pytest

from bina.assessment import actions, queries
from bina.assessment.actions.formal_attempts import own_form
from bina.assessment.models import Blueprint, IntegrityEvent, ItemBank, ItemVersion, Response, Session
from bina.assessment.rules import MOST_EVENTS, OtherDeviceError
from bina.competencies.queries import evidence_of
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from tests.assessment.conftest import Hands
from tests.assessment.windows import DEVICE, announced, begin, draft, part_of, sit
from tests.cast import Cast


def answer(session: Session, position: int, value: object, device: str = DEVICE) -> Response | None:
    return actions.answer_item(
        by=session.employee.user, session=session, position=position, answer=value, device=device
    )


def kinds(session: Session) -> list[str]:
    return list(IntegrityEvent.objects.filter(session=session).order_by("pk").values_list("kind", flat=True))


def test_it_begins_only_for_the_invited_who_agreed_while_it_is_open(bank: ItemBank, cast: Cast, hands: Hands) -> None:
    window = announced(cast, opens_at=clock.now() + dt.timedelta(hours=2))
    part = part_of(window, cast.siti)
    with pytest.raises(Refused, match="dibuka"):
        begin(window, cast.siti)
    hands.forward(hours=3)
    with pytest.raises(Refused, match="Centang"):
        actions.begin_formal_attempt(by=cast.siti.user, participant=part, device=DEVICE)
    with pytest.raises(Denied):
        actions.begin_formal_attempt(by=cast.dewi.user, participant=part, device=DEVICE, agreed=True)
    session = begin(window, cast.siti)
    part.refresh_from_db()
    assert (part.state, part.session_id, part.agreed_at) == ("started", session.pk, clock.now())
    assert session.purpose == "formal"
    # A second click and a second tab find the same attempt.
    assert begin(window, cast.siti).pk == session.pk
    assert Session.objects.filter(employee=cast.siti).count() == 1


def test_levels_become_evidence_at_the_end_without_adoption(bank: ItemBank, cast: Cast) -> None:
    window = announced(cast)
    session = sit(window, cast.siti)
    pieces = evidence_of(cast.siti)
    assert {piece.source for piece in pieces} == {"test"}
    assert pieces.count() == len(queries.scores_of(session)) == 4
    assert part_of(window, cast.siti).state == "finished"
    with pytest.raises(Refused, match="sudah terpakai"):
        begin(window, cast.siti)


def test_an_adaptive_one_counts_by_itself_too(bank: ItemBank, cast: Cast) -> None:
    window = announced(cast, code="digital-diagnosis")
    session = begin(window, cast.siti)
    while session.is_open:
        position, version = queries.latest_place(session)
        session = actions.answer_and_go_on(
            by=cast.siti.user, session=session, position=position, answer=None, device=DEVICE
        )
        assert version is not None
    assert session.adopted_at is not None
    assert evidence_of(cast.siti).count() == len(queries.scores_of(session))
    assert part_of(window, cast.siti).state == "finished"


def test_neighbours_get_different_but_equal_forms(bank: ItemBank) -> None:
    blueprint = Blueprint.objects.get(code="digital-lengkap")
    common = list(blueprint.places.order_by("position").values_list("item_version_id", flat=True))

    def balance(form: list[int]) -> Counter[tuple[int | None, int]]:
        rows = ItemVersion.objects.filter(pk__in=form).select_related("item")
        return Counter((row.item.competency_id, row.item.level) for row in rows)

    forms = [own_form(blueprint, seed)[0] for seed in range(4)]
    for form in forms:
        assert len(set(form)) == len(common)
        assert balance(form) == balance(common)
        levels = dict(ItemVersion.objects.filter(pk__in=form).values_list("pk", "item__level"))
        assert [levels[pk] for pk in form] == sorted(levels.values())
    assert len({tuple(form) for form in forms}) == 4
    shared = len(set(forms[0]) & set(forms[1])) / len(common)
    assert shared < 0.85
    assert own_form(blueprint, 2) == (forms[2], {})


def test_a_form_given_as_a_list_keeps_its_questions(course_test: Blueprint) -> None:
    one, two = own_form(course_test, 1)[0], own_form(course_test, 7)[0]
    assert sorted(one) == sorted(two) == sorted(course_test.places.values_list("item_version_id", flat=True))


def test_a_room_needs_the_code_that_is_shown_now(bank: ItemBank, cast: Cast) -> None:
    window = announced(cast, mode="room")
    room = window.rooms.get()
    with pytest.raises(Refused, match="Ketik kode ruang"):
        begin(window, cast.siti)
    with pytest.raises(Refused, match="tidak cocok"):
        begin(window, cast.siti, code="ABC DEF")
    old = room.code
    new = actions.renew_room_code(by=cast.hr.user, room=room)
    with pytest.raises(Refused, match="tidak cocok"):
        begin(window, cast.siti, code=old)
    session = begin(window, cast.siti, code=f" {new[:3].lower()}-{new[3:]} ")
    assert part_of(window, cast.siti).room == room
    # After a power cut nobody needs the code again.
    assert begin(window, cast.siti).pk == session.pk


def test_the_attempt_belongs_to_the_newest_device_and_nothing_is_lost(bank: ItemBank, cast: Cast, hands: Hands) -> None:
    window = announced(cast)
    session = begin(window, cast.siti)
    answer(session, 1, ["a"])
    hands.forward(minutes=1)
    assert begin(window, cast.siti, device="laptop").pk == session.pk
    with pytest.raises(OtherDeviceError, match="perangkat lain"):
        answer(session, 1, ["b"])
    with pytest.raises(OtherDeviceError):
        actions.answer_item(by=cast.siti.user, session=session, position=2, answer=["b"])
    answer(session, 2, ["c"], device="laptop")
    hands.forward(minutes=1)
    held = actions.take_device(by=cast.siti.user, session=session, device=DEVICE)
    assert held == clock.now() - dt.timedelta(minutes=1)
    answer(session, 3, ["d"])
    assert {n: row.answer for n, row in queries.answers_of(session).items()} == {1: ["a"], 2: ["c"], 3: ["d"]}
    assert kinds(session) == ["started", "device", "device"]
    begin(window, cast.siti)
    assert kinds(session)[-1] == "resumed"
    with pytest.raises(Denied):
        actions.take_device(by=cast.dewi.user, session=session, device="x")


def test_time_on_each_question_is_the_servers(bank: ItemBank, cast: Cast, hands: Hands) -> None:
    window = announced(cast)
    session = begin(window, cast.siti)
    actions.note_shown(session=session, position=1, device=DEVICE)
    hands.forward(seconds=20)
    # Shown again by a reload: the time goes on.
    session.refresh_from_db()
    actions.note_shown(session=session, position=1, device=DEVICE)
    hands.forward(seconds=10)
    answer(session, 1, ["a"])
    hands.forward(seconds=5)
    answer(session, 1, ["b"])
    assert Response.objects.get(session=session, position=1).milliseconds == 35_000
    answer(session, 2, ["a"])
    assert Response.objects.get(session=session, position=2).milliseconds is None
    session.refresh_from_db()
    actions.note_shown(session=session, position=3, device="lain")
    session.refresh_from_db()
    assert session.shown_position == 1


def test_a_voluntary_test_keeps_no_times_and_no_device(bank: ItemBank, cast: Cast) -> None:
    blueprint = Blueprint.objects.get(code="digital-4.2")
    session = actions.start_session(by=cast.siti.user, employee=cast.siti, blueprint=blueprint)
    actions.note_shown(session=session, position=1, device="")
    actions.answer_item(by=cast.siti.user, session=session, position=1, answer=["a"], device="mana pun")
    assert Response.objects.get(session=session).milliseconds is None
    assert not actions.report_event(by=cast.siti.user, session=session, kind="focus_lost", device="")
    assert kinds(session) == []


def test_leaving_the_screen_is_written_down_in_pairs(bank: ItemBank, cast: Cast, hands: Hands) -> None:
    window = announced(cast)
    session = begin(window, cast.siti)

    def report(kind: str, device: str = DEVICE) -> bool:
        return actions.report_event(by=cast.siti.user, session=session, kind=kind, device=device)

    assert not report("focus_back")
    assert report("focus_lost")
    assert not report("focus_lost")
    hands.forward(seconds=42)
    assert report("focus_back")
    assert not report("started")
    assert not report("nonsense")
    assert not report("focus_lost", device="lain")
    summary = queries.log_summary(session)
    assert (summary.focus_losses, summary.seconds_away, summary.device_changes) == (1, 42, 0)
    with pytest.raises(Denied):
        actions.report_event(by=cast.dewi.user, session=session, kind="focus_lost", device=DEVICE)
    actions.finish_session(by=cast.siti.user, session=session)
    assert not report("focus_lost")


def test_a_browser_gone_wild_fills_no_table(bank: ItemBank, cast: Cast) -> None:
    session = begin(announced(cast), cast.siti)
    IntegrityEvent.objects.bulk_create(
        IntegrityEvent(session=session, kind="resumed", at=clock.now()) for _n in range(MOST_EVENTS)
    )
    assert not actions.report_event(by=cast.siti.user, session=session, kind="focus_lost", device=DEVICE)


def test_late_answers_are_not_kept_and_that_is_written_down(bank: ItemBank, cast: Cast, hands: Hands) -> None:
    window = announced(cast)
    session = begin(window, cast.siti)
    answer(session, 1, ["a"])
    hands.forward(days=1)
    with pytest.raises(Refused, match="Waktu uji berakhir"):
        answer(session, 2, ["b"])
    actions.expire_sessions()
    session.refresh_from_db()
    actions.note_late_answer(by=cast.siti.user, session=session)
    assert kinds(session) == ["started", "late"]
    assert part_of(window, cast.siti).state == "finished"
    assert list(queries.answers_of(session)) == [1]


def test_several_attempts_by_rule_with_days_between(bank: ItemBank, cast: Cast, hands: Hands) -> None:
    window = announced(
        cast, attempts=2, waiting_days=2, opens_at=clock.now(), closes_at=clock.now() + dt.timedelta(days=9)
    )
    first = sit(window, cast.siti)
    with pytest.raises(Refused, match="Kesempatan berikutnya terbuka mulai"):
        begin(window, cast.siti)
    hands.forward(days=3)
    second = sit(window, cast.siti)
    assert second.pk != first.pk
    assert part_of(window, cast.siti).session_id == second.pk
    with pytest.raises(Refused, match="sudah terpakai"):
        begin(window, cast.siti)


def test_an_attempt_set_aside_for_a_power_cut_costs_no_chance(bank: ItemBank, cast: Cast) -> None:
    window = announced(cast)
    session = begin(window, cast.siti)
    actions.cancel_session(by=cast.hr.user, session=session, reason="Listrik padam.")
    part = part_of(window, cast.siti)
    assert (part.state, part.session_id) == ("invited", None)
    assert begin(window, cast.siti).pk != session.pk


def test_more_time_holds_here_too(bank: ItemBank, cast: Cast) -> None:
    actions.give_time_allowance(by=cast.hr.user, employee=cast.siti, factor="1.5", reason="Pembaca layar.")
    window = announced(cast)
    session = begin(window, cast.siti)
    assert session.deadline_at - session.started_at == dt.timedelta(minutes=1.5 * window.blueprint.minutes)


def test_a_draft_cannot_be_entered(bank: ItemBank, cast: Cast) -> None:
    window = draft(cast)
    actions.invite_unit(by=cast.hr.user, window=window, unit=cast.dinas)
    with pytest.raises(Refused, match="dibuka"):
        begin(window, cast.siti)
