"""Attempts: one at a time, saved at every step, ended once, by the server's clock, for their own person only."""

import datetime as dt
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from bina.assessment import actions, queries
from bina.assessment.jobs import expire_sessions
from bina.assessment.models import Blueprint, CompetencyScore, ItemBank, Response, Session
from bina.assessment.rules import GRACE, right_answer
from bina.competencies.queries import evidence_of
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.queries import history_of, notifications_of
from bina.people.models import Employee
from bina.people.rules import Role
from tests.assessment.conftest import Hands, answer_rightly, start
from tests.cast import Cast, grant
from tests.conftest import ClientFor


def short_check(code: str = "digital-4.2") -> Blueprint:
    return Blueprint.objects.get(code=code)


def answer(session: Session, position: int, value: Any) -> None:
    actions.answer_item(by=session.employee.user, session=session, position=position, answer=value)


def finish(session: Session) -> list[CompetencyScore]:
    return actions.finish_session(by=session.employee.user, session=session)


def test_beginning_again_goes_on_with_the_open_attempt(bank: ItemBank, cast: Cast) -> None:
    first = start(cast.siti, short_check())
    second = start(cast.siti, short_check())
    assert first.pk == second.pk
    assert first.item_count == 4
    assert Session.objects.filter(employee=cast.siti).count() == 1
    assert start(cast.dewi, short_check()).pk != first.pk


def test_answers_are_saved_overwritten_and_cleared(bank: ItemBank, cast: Cast) -> None:
    session = start(cast.siti, short_check())
    answer(session, 1, ["aaa"])
    answer(session, 1, ["bbb"])
    answer(session, 1, ["bbb"])
    assert {n: row.answer for n, row in queries.answers_of(session).items()} == {1: ["bbb"]}
    answer(session, 1, None)
    assert queries.answers_of(session) == {}
    for position in (0, 5, 99):
        with pytest.raises(Refused, match="tidak ada"):
            answer(session, position, ["x"])
    with pytest.raises(Refused, match="terlalu panjang"):
        answer(session, 1, ["x" * 5000])


def test_nobody_else_may_touch_or_see_an_attempt(bank: ItemBank, cast: Cast) -> None:
    session = start(cast.siti, short_check())
    for other in (cast.budi, cast.hr, cast.dewi, cast.head):
        assert queries.session_visible_to(other.user, session.public_id) is None
        with pytest.raises(Denied):
            actions.answer_item(by=other.user, session=session, position=1, answer=["x"])
        with pytest.raises(Denied):
            actions.finish_session(by=other.user, session=session)
        with pytest.raises(Denied):
            actions.start_session(by=other.user, employee=cast.siti, blueprint=short_check("digital-1.1"))
    assert queries.session_visible_to(cast.admin, session.public_id) is None
    assert queries.session_visible_to(cast.siti.user, session.public_id) == session


def test_an_answer_within_the_grace_counts_and_later_ones_do_not(bank: ItemBank, cast: Cast, hands: Hands) -> None:
    session = start(cast.siti, short_check())
    answer_rightly(session, range(1, 3))
    hands.moment = session.deadline_at + GRACE
    answer_rightly(session, range(3, 4))
    hands.forward(seconds=1)
    with pytest.raises(Refused, match=r"Waktu uji berakhir pada 2 Maret 2026 pukul 09.15 WIB"):
        answer_rightly(session, range(4, 5))
    assert set(queries.answers_of(session)) == {1, 2, 3}
    scores = finish(session)
    assert session.state == "expired"
    assert session.finished_at == session.deadline_at
    assert [score.item_count for score in scores] == [3]


def test_overdue_attempts_end_by_themselves_with_what_was_saved(bank: ItemBank, cast: Cast, hands: Hands) -> None:
    session = start(cast.siti, short_check())
    start(cast.dewi, short_check())
    answer_rightly(session, range(1, 4))
    hands.forward(minutes=10)
    late = start(cast.rina, short_check())
    hands.moment = session.deadline_at + GRACE + dt.timedelta(seconds=1)
    expire_sessions.enqueue()
    assert actions.expire_sessions() == 0
    session.refresh_from_db()
    late.refresh_from_db()
    assert (session.state, late.state) == ("expired", "open")
    assert evidence_of(cast.siti).get().origin_id == str(session.public_id)
    assert not evidence_of(cast.dewi).exists()
    assert str(session.public_id) in notifications_of(cast.siti.user).get().url


def test_ending_twice_is_ending_once(bank: ItemBank, cast: Cast) -> None:
    session = start(cast.siti, short_check())
    answer_rightly(session)
    first = finish(session)
    second = finish(Session.objects.get(pk=session.pk))
    assert [score.pk for score in first] == [score.pk for score in second]
    assert evidence_of(cast.siti).count() == 1
    assert history_of("session", session.public_id).filter(verb="session.finished").count() == 1
    with pytest.raises(Refused, match="sudah selesai"):
        answer(session, 1, ["x"])
    session.refresh_from_db()
    assert session.score == 1.0


def test_the_journal_holds_no_answer_and_no_score_of_a_bank_test(bank: ItemBank, cast: Cast) -> None:
    session = start(cast.siti, short_check())
    answer_rightly(session)
    finish(session)
    entry = history_of("session", session.public_id).get(verb="session.finished")
    assert entry.data == {
        "employee_id": cast.siti.pk,
        "blueprint": "digital-4.2",
        "purpose": "diagnostic",
        "context_kind": "",
        "context_id": "",
    }


def test_a_bank_test_waits_thirty_days(bank: ItemBank, cast: Cast, hands: Hands) -> None:
    session = start(cast.siti, short_check())
    answer_rightly(session)
    finish(session)
    hands.forward(days=29)
    with pytest.raises(Refused, match="mulai 1 April 2026"):
        start(cast.siti, short_check())
    hands.forward(days=1)
    assert start(cast.siti, short_check()).pk != session.pk


def test_forms_that_share_questions_share_the_waiting_time(bank: ItemBank, cast: Cast, hands: Hands) -> None:
    area = start(cast.siti, short_check("digital-area-4"))
    answer_rightly(area)
    finish(area)
    with pytest.raises(Refused):
        start(cast.siti, short_check("digital-4.2"))
    hands.forward(days=10)
    single = start(cast.siti, short_check("digital-1.1"))
    answer_rightly(single)
    finish(single)
    assert queries.available_on(cast.siti, short_check("digital-area-1")) is None
    offers = {offer.blueprint.code: offer for offer in queries.blueprints_open_to(cast.siti.user)}
    assert offers["digital-4.2"].available_on == dt.date(2026, 4, 1)
    assert offers["digital-1.1"].available_on == dt.date(2026, 4, 11)
    assert offers["digital-1.2"].available_on is None
    assert not offers["digital-lengkap"].is_waiting(clock.today())


def test_an_attempt_left_without_answers_still_waits(bank: ItemBank, cast: Cast, hands: Hands) -> None:
    """Otherwise one could read all questions, let the time run out, and begin again."""
    session = start(cast.siti, short_check())
    hands.moment = session.deadline_at + dt.timedelta(hours=1)
    with pytest.raises(Refused, match="dapat diulang"):
        start(cast.siti, short_check())
    session.refresh_from_db()
    assert session.state == "expired"
    assert not evidence_of(cast.siti).exists()


def test_skipped_is_not_right_and_never_answered_is_not_measured(bank: ItemBank, cast: Cast) -> None:
    session = start(cast.siti, short_check("digital-area-4"))
    answer_rightly(session, range(1, 3))
    scores = finish(session)
    assert [(score.competency.code, score.item_count, score.share) for score in scores] == [("4.1", 4, 0.5)]
    outcome = queries.bank_outcome(session)
    assert len(outcome.lines) == 1
    assert len(outcome.unmeasured) == 3


def test_when_time_ran_out_later_questions_count_as_not_reached(bank: ItemBank, cast: Cast, hands: Hands) -> None:
    session = start(cast.siti, short_check())
    answer_rightly(session, range(2, 3))
    hands.moment = session.deadline_at + dt.timedelta(hours=1)
    (score,) = finish(session)
    assert (score.item_count, score.share) == (2, 0.5)


def test_only_the_first_attempt_at_a_course_test_is_evidence(cast: Cast, course_test: Blueprint) -> None:
    context = {"context_kind": "latihan", "context_id": "0190-abc", "purpose": "post"}
    first = start(cast.siti, course_test, **context)
    answer_rightly(first, range(1, 3))
    finish(first)
    assert first.passed is False
    second = start(cast.siti, course_test, **context)
    assert second.pk != first.pk
    answer_rightly(second)
    finish(second)
    assert second.passed is True
    assert {piece.origin_id for piece in evidence_of(cast.siti)} == {str(first.public_id)}
    assert {piece.source for piece in evidence_of(cast.siti)} == {"course_test"}
    rows = queries.pre_post_scores("latihan", ["0190-abc"])
    assert {(row.purpose, row.competency_id) for row in rows} == {
        ("post", score.competency_id) for score in queries.scores_of(first)
    }
    assert {row.value for row in rows} == {score.value for score in queries.scores_of(first)}
    entry = history_of("session", second.public_id).get(verb="session.finished")
    assert entry.data["passed"] is True
    assert entry.data["score"] == 1.0


def test_a_pre_test_is_taken_once(cast: Cast, course_test: Blueprint) -> None:
    context = {"context_kind": "latihan", "context_id": "e1", "purpose": "pre"}
    session = start(cast.siti, course_test, **context)
    finish(session)
    with pytest.raises(Refused, match="sekali"):
        start(cast.siti, course_test, **context)
    assert start(cast.siti, course_test, **{**context, "context_id": "e2"}).pk != session.pk


def test_the_newest_result_in_a_context(cast: Cast, course_test: Blueprint) -> None:
    context = {"context_kind": "latihan", "context_id": "e1"}
    assert queries.latest_finished_session(cast.siti, course_test, **context) is None
    first = start(cast.siti, course_test, **context)
    finish(first)
    second = start(cast.siti, course_test, **context)
    assert queries.latest_finished_session(cast.siti, course_test, **context) == first
    finish(second)
    assert queries.latest_finished_session(cast.siti, course_test, **context) == second
    assert queries.latest_finished_session(cast.siti, course_test) is None


def strength(person: Employee, scores: list[CompetencyScore]) -> float:
    return sum(score.value for score in scores) / len(scores)


def test_strong_and_weak_people_get_plausible_levels(bank: ItemBank, cast: Cast) -> None:
    full = Blueprint.objects.get(code="digital-lengkap")
    strong, weak, middle = start(cast.siti, full), start(cast.dewi, full), start(cast.rina, full)
    answer_rightly(strong)
    for position, version in enumerate(queries.form_versions(weak), start=1):
        right = right_answer(version.item.kind, version.payload)
        answer(weak, position, right if version.item.level == 1 else "bukan jawaban")
        answer(middle, position, right if version.item.level <= 2 else "bukan jawaban")
    high, low, mid = finish(strong), finish(weak), finish(middle)
    assert len(high) == len(low) == 21
    assert all(score.value > 2.9 for score in high)
    assert all(0.7 < score.value < 1.7 for score in low)
    assert all(1.5 < score.value < 2.5 for score in mid)
    assert all(0.3 < score.standard_deviation < 0.9 for score in (*high, *low, *mid))
    levels = {line.competency_id: line for line in queries.bank_outcome(middle).lines}
    # The profile brings the same prior, so after one test its level is the test's own estimate, neither surer nor shrunk.
    for score in mid:
        assert levels[score.competency_id].mean == pytest.approx(score.value, abs=0.02)


def test_an_attempt_can_be_set_aside_with_a_reason(bank: ItemBank, cast: Cast) -> None:
    session = start(cast.siti, short_check())
    answer_rightly(session)
    finish(session)
    for other in (cast.budi, cast.siti, cast.trainer, cast.unit_hr):
        with pytest.raises(Denied):
            actions.cancel_session(by=other.user, session=session, reason="Listrik padam")
    with pytest.raises(Refused, match="alasan"):
        actions.cancel_session(by=cast.hr.user, session=session, reason=" ")
    actions.cancel_session(by=cast.hr.user, session=session, reason="Listrik padam")
    piece = evidence_of(cast.siti).get()
    assert piece.withdrawn_reason == "Listrik padam"
    assert "Listrik padam" in notifications_of(cast.siti.user).get().body
    assert start(cast.siti, short_check()).pk != session.pk
    with pytest.raises(Refused, match="sudah dibatalkan"):
        actions.cancel_session(by=cast.hr.user, session=session, reason="Lagi")
    with pytest.raises(Refused, match="dibatalkan"):
        answer(session, 1, ["x"])


@pytest.mark.parametrize("ends", ["finished", "expired"])
def test_what_was_passed_over_scores_nothing_and_what_follows_the_last_answer_is_not_reached(
    bank: ItemBank, cast: Cast, hands: Hands, ends: str
) -> None:
    session = start(cast.siti, short_check("digital-area-4"))
    versions = queries.form_versions(session)
    for position in (1, 3, 4):
        answer(session, position, right_answer(versions[position - 1].item.kind, versions[position - 1].payload))
    answer(session, 3, None)
    if ends == "expired":
        hands.forward(hours=5)
        actions.expire_sessions()
    else:
        finish(session)
    session.refresh_from_db()
    assert session.state == ends
    kept = {row.position: row for row in Response.objects.filter(session=session)}
    assert len(versions) > 5
    assert {position: (row.score, row.answer is None) for position, row in kept.items()} == {
        1: (1.0, False), 2: (0.0, True), 3: (0.0, True), 4: (1.0, False),
    }  # fmt: skip
    assert kept[2].item_version_id == versions[1].pk
    # For the person nothing changes: these places are still without an answer.
    assert set(queries.answers_of(session)) == {1, 4}
    assert [place.state for place in queries.overview(session)][:5] == ["done", "open", "open", "done", "open"]
    finish(session)
    assert Response.objects.filter(session=session).count() == 4


def test_attempts_of_earlier_days_get_the_same_and_no_others(bank: ItemBank, cast: Cast) -> None:
    short = short_check("digital-area-4")
    with_gap, unended, whole = start(cast.siti, short), start(cast.dewi, short), start(cast.rina, short)
    for session in (with_gap, unended):
        answer(session, 1, ["x"])
        answer(session, 3, ["x"])
        answer(session, 4, ["x"])
        answer(session, 3, None)
        answer(session, 5, ["x"])
    answer(whole, 1, ["x"])
    finish(with_gap)
    finish(whole)
    right = list(Response.objects.order_by("session_id", "position").values_list("session_id", "position", "score"))
    Response.objects.filter(session=with_gap, position=2).delete()
    Response.objects.filter(session=with_gap, position=3).update(score=None)
    migration = import_module("bina.assessment.migrations.0020_skipped_questions_score_nothing")
    for _again in range(2):
        migration.score_skipped(apps, None)
        found = Response.objects.order_by("session_id", "position").values_list("session_id", "position", "score")
        assert list(found) == right


def test_nobody_sets_aside_an_attempt_of_their_own(bank: ItemBank, cast: Cast) -> None:
    session = start(cast.hr, short_check())
    answer_rightly(session)
    finish(session)
    with pytest.raises(Denied, match="pengelola kepegawaian lain"):
        actions.cancel_session(by=cast.hr.user, session=session, reason="Listrik padam")
    session.refresh_from_db()
    assert session.state == "finished"
    assert evidence_of(cast.hr).get().withdrawn_reason == ""
    # Another keeper may.
    grant(cast.leader, Role.AGENCY_HR, cast.root)
    actions.cancel_session(by=cast.leader.user, session=session, reason="Listrik padam")
    assert evidence_of(cast.hr).get().withdrawn_reason == "Listrik padam"


def test_an_answer_that_was_half_given_is_called_so(cast: Cast, course_test: Blueprint) -> None:
    session = start(cast.siti, course_test, context_kind="latihan", context_id="e1")
    version = queries.form_versions(session)[2]
    whole = right_answer("ordering", version.payload)
    answer(session, 3, dict(list(whole.items())[:2]))
    answer(session, 1, ["x"])
    assert [place.state for place in queries.overview(session)] == ["done", "open", "partly", "open", "open"]
    answer(session, 3, whole)
    assert queries.overview(session)[2].state == "done"
    assert Response.objects.filter(session=session).count() == 2


def test_who_needs_more_time_gets_it_from_the_keeper_and_nobody_else(
    bank: ItemBank, cast: Cast, client_for: ClientFor
) -> None:
    for account in (cast.siti.user, cast.budi.user, cast.trainer.user):
        with pytest.raises(Denied):
            actions.give_time_allowance(by=account, employee=cast.siti, factor="2", reason="Saya mau.")
    with pytest.raises(Denied, match="pengelola kepegawaian lain"):
        actions.give_time_allowance(by=cast.hr.user, employee=cast.hr, factor="2", reason="Saya mau.")
    assert queries.time_allowance_of(cast.hr) is None
    with pytest.raises(Refused, match="alasan"):
        actions.give_time_allowance(by=cast.hr.user, employee=cast.siti, factor="2", reason=" ")
    keeper = client_for(cast.hr)
    address = f"/assessment/people/{cast.siti.public_id}/"
    page = keeper.post(f"{address}time/", {"factor": "1.5", "reason": "Memakai pembaca layar"}, follow=True)
    assert "dikalikan 1,5" in page.content.decode()
    told = history_of("employee", cast.siti.public_id)
    assert not any("pembaca layar" in entry.reason for entry in told)
    blueprint = short_check()
    longer, usual = start(cast.siti, blueprint), start(cast.dewi, blueprint)
    assert usual.deadline_at - usual.started_at == dt.timedelta(minutes=15)
    assert longer.deadline_at - longer.started_at == dt.timedelta(minutes=23)
    actions.give_time_allowance(by=cast.hr.user, employee=cast.siti, factor="", reason="Tidak diperlukan lagi.")
    assert queries.time_allowance_of(cast.siti) is None
    assert client_for(cast.budi).post(f"{address}time/", {"factor": "2", "reason": "x"}).status_code == 404
