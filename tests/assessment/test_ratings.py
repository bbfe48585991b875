"""Ratings of behaviour: who may rate whom, what a rating says, how often, and who sees what of it."""

import datetime as dt
from typing import Any

import pytest

from bina.assessment import actions, queries
from bina.assessment.models import Rating
from bina.competencies.models import Competency
from bina.competencies.queries import competencies_by_code, evidence_of, profile_of
from bina.competencies.rules import Status
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.queries import notifications_of
from bina.people.models import Assignment, Employee
from tests.cast import Cast

GOOD = {1: 3, 2: 3, 3: 3, 4: 2}
LOW = {1: 1, 2: 0, 3: 0, 4: 0}


def competency(code: str = "4.2") -> Competency:
    return competencies_by_code()[code]


def rate(rater: Employee, person: Employee, marks: dict[int, int] | None = None, code: str = "4.2") -> Rating:
    relation = "self" if rater == person else "superior"
    answers = {competency(code).pk: GOOD if marks is None else marks}
    return actions.submit_rating(by=rater.user, employee=person, relation=relation, answers=answers)


def test_only_oneself_and_the_direct_superior_may_rate(cast: Cast) -> None:
    rate(cast.siti, cast.siti)
    rate(cast.budi, cast.siti)
    for other in (cast.dewi, cast.rina, cast.head, cast.division_head, cast.hr, cast.trainer):
        with pytest.raises(Denied):
            rate(other, cast.siti)
        assert queries.rateable_by(other.user, cast.siti.public_id) is None
    with pytest.raises(Denied, match="sendiri"):
        actions.submit_rating(by=cast.budi.user, employee=cast.siti, relation="self", answers={competency().pk: GOOD})
    with pytest.raises(Denied):
        actions.submit_rating(
            by=cast.siti.user, employee=cast.siti, relation="superior", answers={competency().pk: GOOD}
        )
    assert queries.rateable_by(cast.budi.user, cast.budi.public_id) is None


def test_an_acting_head_rates_while_acting(cast: Cast) -> None:
    Assignment.objects.create(
        employee=cast.rina, position=cast.budi.position, kind="PLT", valid_from=clock.today() - dt.timedelta(days=3)
    )
    rate(cast.rina, cast.siti)
    with pytest.raises(Denied):
        rate(cast.budi, cast.siti)


def test_a_rating_becomes_evidence_on_the_right_line(cast: Cast) -> None:
    rate(cast.budi, cast.siti)
    rate(cast.siti, cast.siti, LOW)
    pieces = {piece.source: piece for piece in evidence_of(cast.siti)}
    assert set(pieces) == {"superior_rating", "self_rating"}
    assert pieces["superior_rating"].line == str(cast.budi.pk)
    assert pieces["self_rating"].line == "self"
    assert pieces["superior_rating"].value > 3 > 1 > pieces["self_rating"].value
    levels = {line.competency_id: line for line in profile_of(cast.siti).lines}
    assert levels[competency().pk].evidence_count == 2


def test_a_self_rating_alone_never_proves(cast: Cast) -> None:
    for code in competencies_by_code():
        rate(cast.siti, cast.siti, {1: 3, 2: 3, 3: 3, 4: 3}, code)
    lines = [line for line in profile_of(cast.siti).lines if line.required is not None and line.mean is not None]
    assert lines
    assert all(line.status != Status.PROVEN.word for line in lines)
    rate(cast.budi, cast.siti, {1: 3, 2: 3, 3: 3, 4: 3}, "1.1")
    proven = {line.competency_id for line in profile_of(cast.siti).lines if line.status == Status.PROVEN.word}
    assert proven == {competency("1.1").pk}


def test_again_after_ninety_days_and_then_it_replaces(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    day = dt.datetime(2026, 1, 5, 3, 0, tzinfo=dt.UTC)
    monkeypatch.setattr(clock, "now", lambda: day)
    monkeypatch.setattr(clock, "today", lambda zone="WIB": day.date())
    first = rate(cast.budi, cast.siti, LOW)
    day += dt.timedelta(days=89)
    with pytest.raises(Refused, match="5 April 2026"):
        rate(cast.budi, cast.siti, GOOD)
    other = rate(cast.budi, cast.siti, GOOD, "1.1")
    assert other.pk != first.pk
    day += dt.timedelta(days=1)
    rate(cast.budi, cast.siti, GOOD)
    line = next(line for line in profile_of(cast.siti).lines if line.competency_id == competency().pk)
    assert line.evidence_count == 1
    assert line.mean is not None
    assert line.mean > 2.5


def test_sending_twice_is_sending_once(cast: Cast) -> None:
    first = rate(cast.budi, cast.siti)
    assert rate(cast.budi, cast.siti).pk == first.pk
    assert evidence_of(cast.siti).count() == 1


def test_nonsense_marks_are_dropped_and_nothing_is_refused_in_words(cast: Cast) -> None:
    pk = competency().pk
    tries: tuple[dict[Any, Any], ...] = (
        {}, {pk: {}}, {pk: {1: None, 2: None}}, {pk: {1: 7, 2: "3", 9: 2, 3: True}}, {999_999: GOOD}, {"x": GOOD},
        {pk: "ya"},
    )  # fmt: skip
    for answers in tries:
        with pytest.raises(Refused, match="Belum ada perilaku"):
            actions.submit_rating(by=cast.budi.user, employee=cast.siti, relation="superior", answers=answers)
    assert not Rating.objects.filter(submitted_at__isnull=False).exists()


def test_a_draft_grows_step_by_step_and_counts_only_when_sent(cast: Cast) -> None:
    a, b = competency("1.1").pk, competency("4.2").pk
    user = cast.budi.user
    actions.save_rating_draft(by=user, employee=cast.siti, relation="superior", answers={a: {1: 3}})
    actions.save_rating_draft(by=user, employee=cast.siti, relation="superior", answers={b: GOOD, a: {1: 2, 2: None}})
    sheet = queries.rating_sheet(user, cast.siti, "superior")
    assert sheet.marks == {str(a): {"1": 2, "2": None}, str(b): {"1": 3, "2": 3, "3": 3, "4": 2}}
    assert sheet.marked_count == 6
    assert not evidence_of(cast.siti).exists()
    with pytest.raises(Denied):
        actions.save_rating_draft(by=cast.dewi.user, employee=cast.siti, relation="superior", answers={a: {1: 3}})
    rating = actions.submit_rating(by=user, employee=cast.siti, relation="superior", answers=sheet.answers_to_send)
    assert {line.behaviour_count for line in queries.rating_lines(rating)} == {1, 4}
    assert queries.rating_draft(user, cast.siti, "superior") is None


def test_the_sheet_asks_for_what_the_job_requires(cast: Cast) -> None:
    needed = queries.requirements_of(cast.siti)
    sheet = queries.rating_sheet(cast.siti.user, cast.siti, "self")
    shown = {row.competency.pk for area in sheet.areas for row in area.competencies}
    assert shown == set(needed)
    everything = queries.rating_sheet(cast.siti.user, cast.siti, "self", everything=True)
    assert {row.competency.pk for area in everything.areas for row in area.competencies} > shown
    assert sheet.hidden_count == sum(len(area.competencies) for area in everything.areas) - len(shown)


def test_who_may_read_a_rating(cast: Cast) -> None:
    rating = rate(cast.budi, cast.siti)
    for reader in (cast.siti, cast.budi):
        assert queries.rating_visible_to(reader.user, rating.public_id) == rating
    for other in (cast.dewi, cast.hr, cast.head):
        assert queries.rating_visible_to(other.user, rating.public_id) is None
    draft = actions.save_rating_draft(
        by=cast.budi.user, employee=cast.dewi, relation="superior", answers={competency().pk: GOOD}
    )
    assert queries.rating_visible_to(cast.dewi.user, draft.public_id) is None


def test_people_learn_of_ratings(cast: Cast) -> None:
    rate(cast.siti, cast.siti)
    assert "menunggu penilaian Anda" in notifications_of(cast.budi.user).get().title
    rating = rate(cast.budi, cast.siti)
    notice = notifications_of(cast.siti.user).get()
    assert str(rating.public_id) in notice.url


def test_who_waits_for_a_rating(cast: Cast) -> None:
    rows = queries.people_to_rate(cast.budi.user)
    assert {row.employee for row in rows} == {cast.siti, cast.dewi}
    rate(cast.siti, cast.siti)
    assert queries.people_to_rate(cast.budi.user)[0].employee == cast.siti
    rate(cast.budi, cast.siti)
    rows = queries.people_to_rate(cast.budi.user)
    assert [(row.employee, row.is_due) for row in rows] == [(cast.dewi, True), (cast.siti, False)]
    assert rows[1].next_on == clock.today() + dt.timedelta(days=90)
    assert queries.people_to_rate_count(cast.budi.user) == 1
    assert queries.people_to_rate(cast.siti.user) == []
