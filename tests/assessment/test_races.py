"""Two people, two tabs, two devices at the same moment: nothing counts twice, nothing is lost, nobody is left waiting."""

import uuid
from functools import partial
from typing import Any

import pytest
from django.db.models import F

from bina.assessment import actions, queries
from bina.assessment.models import (
    CalibrationRun,
    Item,
    ItemBank,
    ItemReview,
    ItemVersion,
    Participant,
    RubricScore,
    Session,
    SurveyDraft,
    SurveyResponse,
    SurveyTicket,
    TaskAssessor,
    TaskAssignment,
)
from bina.assessment.rules import REVIEW_CHECKS, CalibrationState, Receipt
from bina.assessment.rules.sessions import OtherDeviceError
from bina.competencies.models import Evidence
from bina.foundation import clock
from bina.foundation.errors import DomainError, Refused
from bina.journal.queries import history_of
from bina.people.models import User
from tests.assessment.conftest import ITEMS, add_keeper
from tests.assessment.surveying import make_instrument, make_survey
from tests.assessment.tasks import TEXT, published_task, score, work_of
from tests.assessment.windows import announced, begin, part_of
from tests.cast import Cast
from tests.racing import at_once, during

pytestmark = pytest.mark.django_db(transaction=True)
Patch = pytest.MonkeyPatch
SHEET: dict[str, Any] = {"memakai": "ya", "mudah": 4, "lambat": 2}


def verbs(work: TaskAssignment) -> list[str]:
    return [entry.verb for entry in history_of("practical_work", work.public_id)]


class TestPracticalTasks:
    def test_two_assessors_send_at_once_and_the_work_is_scored_once(self, cast: Cast) -> None:
        task = published_task(cast, cast.budi, cast.dewi)
        work = work_of(cast, task, cast.siti)
        results = at_once(partial(score, work, cast.budi, 3, 3), partial(score, work, cast.dewi, 3, 2))
        assert all(isinstance(found, RubricScore) for found in results), results
        work.refresh_from_db()
        assert work.state == "scored"
        assert verbs(work).count("work.scored") == 1
        assert Evidence.objects.filter(origin_kind="practical_work").count() == 2  # one for each competency

    def test_two_who_lie_apart_at_once_call_one_third_person(self, cast: Cast) -> None:
        task = published_task(cast, cast.budi, cast.dewi, cast.rina)
        work = work_of(cast, task, cast.siti)
        first, second = [row.assessor for row in RubricScore.objects.filter(assignment=work).select_related("assessor")]
        results = at_once(partial(score, work, first, 4, 4), partial(score, work, second, 0, 0))
        assert all(isinstance(found, RubricScore) for found in results), results
        work.refresh_from_db()
        assert (work.state, work.needs_third) == ("scoring", True)
        assert RubricScore.objects.filter(assignment=work, is_third=True).count() == 1
        assert not Evidence.objects.filter(origin_kind="practical_work").exists()

    def test_a_third_assessor_named_by_two_clicks_has_one_turn(self, cast: Cast) -> None:
        task = published_task(cast, cast.budi, cast.dewi)
        work = work_of(cast, task, cast.siti)
        score(work, cast.budi, 4, 4)
        score(work, cast.dewi, 0, 0)
        name = partial(actions.name_assessor, by=cast.hr.user, task=task, employee=cast.rina)
        results = at_once(name, name, name)
        assert {getattr(found, "pk", found) for found in results} == {TaskAssessor.objects.get(employee=cast.rina).pk}
        assert RubricScore.objects.filter(assignment=work, assessor=cast.rina, is_third=True).count() == 1
        turn = partial(actions.give_turn, by=cast.hr.user, assignment=work, assessor=cast.rina)
        assert len({getattr(found, "pk", found) for found in at_once(turn, turn)}) == 1

    def test_the_same_marks_from_two_tabs_count_once(self, cast: Cast) -> None:
        task = published_task(cast, cast.budi, is_double=False)
        work = work_of(cast, task, cast.siti)
        results = at_once(*[partial(score, work, cast.budi, 2, 3)] * 3)
        assert len({getattr(found, "pk", found) for found in results}) == 1, results
        assert verbs(work).count("work.scored") == 1

    def test_other_marks_from_a_second_tab_are_refused_not_mixed(self, cast: Cast) -> None:
        task = published_task(cast, cast.budi, is_double=False)
        work = work_of(cast, task, cast.siti)
        results = at_once(partial(score, work, cast.budi, 4, 4), partial(score, work, cast.budi, 0, 0))
        assert sum(isinstance(found, Refused) for found in results) == 1, results
        assert list(RubricScore.objects.get(assignment=work).marks.values()) in ([4, 4], [0, 0])

    def test_a_work_handed_in_while_an_assessor_is_named_does_not_wait_for_nobody(
        self, cast: Cast, monkeypatch: Patch
    ) -> None:
        task = published_task(cast, cast.budi)
        actions.assign_task(by=cast.hr.user, task=task, people=[cast.siti])
        work = TaskAssignment.objects.get(employee=cast.siti)
        results = during(
            monkeypatch, "bina.assessment.actions.handing.give_missing_turns",
            partial(actions.hand_in, by=cast.siti.user, assignment=work, text=TEXT),
            partial(actions.name_assessor, by=cast.hr.user, task=task, employee=cast.dewi),
        )  # fmt: skip
        assert not any(isinstance(found, Exception) for found in results), results
        assert {row.assessor_id for row in RubricScore.objects.filter(assignment=work)} == {cast.budi.pk, cast.dewi.pk}

    def test_whoever_is_let_go_while_a_work_is_handed_in_keeps_no_turn(self, cast: Cast, monkeypatch: Patch) -> None:
        task = published_task(cast, cast.budi, cast.dewi)
        actions.assign_task(by=cast.hr.user, task=task, people=[cast.siti])
        work = TaskAssignment.objects.get(employee=cast.siti)
        results = during(
            monkeypatch, "bina.assessment.actions.handing.give_missing_turns",
            partial(actions.hand_in, by=cast.siti.user, assignment=work, text=TEXT),
            partial(actions.remove_assessor, by=cast.hr.user, task=task, employee=cast.dewi),
        )  # fmt: skip
        assert not any(isinstance(found, Exception) for found in results), results
        assert [row.assessor_id for row in RubricScore.objects.filter(assignment=work)] == [cast.budi.pk]

    def test_nobody_becomes_assessor_and_candidate_of_one_task(self, cast: Cast, monkeypatch: Patch) -> None:
        task = published_task(cast, cast.budi)
        results = during(
            monkeypatch, "bina.assessment.actions.handing.record",
            partial(actions.assign_task, by=cast.hr.user, task=task, people=[cast.dewi]),
            partial(actions.name_assessor, by=cast.hr.user, task=task, employee=cast.dewi),
        )  # fmt: skip
        assert isinstance(results[1], DomainError), results
        assert not TaskAssessor.objects.filter(employee=cast.dewi).exists()

    def test_a_work_handed_in_while_it_is_called_off_is_one_of_the_two(self, cast: Cast) -> None:
        task = published_task(cast, cast.budi, cast.dewi)
        actions.assign_task(by=cast.hr.user, task=task, people=[cast.siti])
        work = TaskAssignment.objects.get(employee=cast.siti)
        results = at_once(
            partial(actions.hand_in, by=cast.siti.user, assignment=work, text=TEXT),
            partial(actions.cancel_work, by=cast.hr.user, assignment=work, reason="Salah orang."),
        )
        assert results[1] is None, results
        work.refresh_from_db()
        assert work.state == "cancelled"
        assert not RubricScore.objects.filter(assignment=work).exists()

    def test_marks_sent_while_a_work_is_sent_back_are_kept_or_refused(self, cast: Cast) -> None:
        task = published_task(cast, cast.budi, cast.dewi)
        work = work_of(cast, task, cast.siti)
        results = at_once(
            partial(score, work, cast.budi, 3, 3),
            partial(actions.return_work, by=cast.hr.user, assignment=work, reason="Halaman kedua tidak terbaca."),
        )
        assert sum(isinstance(found, (Refused, RubricScore.DoesNotExist)) for found in results) == 1, results
        work.refresh_from_db()
        sent = RubricScore.objects.filter(assignment=work, sent_at__isnull=False).count()
        assert (work.state, sent) in {("returned", 0), ("scoring", 1)}

    def test_a_task_assigned_while_its_words_change_goes_out_in_one_version(
        self, cast: Cast, monkeypatch: Patch
    ) -> None:
        task = published_task(cast, cast.budi)
        words = actions.facts_of(task.current) if task.current else None
        assert words is not None
        assert task.current is not None
        rubric = actions.criteria_of(task.current)
        changed = type(words)(**{**{name: getattr(words, name) for name in words.__slots__}, "title": "Judul baru"})
        results = during(
            monkeypatch, "bina.assessment.actions.tasks._note",
            partial(actions.save_task, by=cast.hr.user, task=task, facts=changed, criteria=rubric),
            partial(actions.assign_task, by=cast.hr.user, task=task, people=[cast.siti]),
        )  # fmt: skip
        assert not any(isinstance(found, Exception) for found in results), results
        assert TaskAssignment.objects.get(employee=cast.siti).version.title == "Judul baru"


class TestSurveys:
    def test_a_sheet_sent_twice_at_once_counts_once(self, cast: Cast) -> None:
        survey = make_survey(cast, cast.dinas, make_instrument(cast))
        sheet = uuid.uuid4()
        send = partial(actions.send_survey, by=cast.siti.user, survey=survey, response_id=sheet, answers=SHEET)
        assert sorted(map(str, at_once(send, send, send))) == sorted([Receipt.COUNTED, *[Receipt.REPEATED] * 2])
        assert (SurveyResponse.objects.count(), SurveyTicket.objects.count()) == (1, 1)

    def test_two_devices_send_two_sheets_and_one_counts(self, cast: Cast) -> None:
        survey = make_survey(cast, cast.dinas, make_instrument(cast))
        results = at_once(*[
            partial(actions.send_survey, by=cast.siti.user, survey=survey, response_id=uuid.uuid4(), answers=SHEET)
            for _device in range(2)
        ])  # fmt: skip
        assert set(results) == {Receipt.COUNTED, Receipt.ANOTHER}
        assert SurveyResponse.objects.count() == 1

    def test_a_draft_kept_while_its_sheet_is_sent_leaves_no_trace_of_its_person(
        self, cast: Cast, monkeypatch: Patch
    ) -> None:
        survey = make_survey(cast, cast.dinas, make_instrument(cast))
        save = partial(actions.save_survey_draft, by=cast.siti.user, survey=survey, answers=SHEET, replaced=[])
        save()
        results = during(
            monkeypatch, "bina.assessment.actions.answering._keep",
            partial(actions.send_survey, by=cast.siti.user, survey=survey, response_id=uuid.uuid4(), answers=SHEET),
            save,
        )  # fmt: skip
        assert results == [Receipt.COUNTED, None]
        assert not SurveyDraft.objects.exists()

    def test_a_draft_kept_while_the_survey_closes_does_not_outlive_it(self, cast: Cast, monkeypatch: Patch) -> None:
        survey = make_survey(cast, cast.dinas, make_instrument(cast))
        results = during(
            monkeypatch, "bina.assessment.actions.surveys._forget_drafts",
            partial(actions.close_survey, by=cast.evaluator.user, survey=survey),
            partial(actions.save_survey_draft, by=cast.siti.user, survey=survey, answers=SHEET, replaced=[]),
        )  # fmt: skip
        assert isinstance(results[1], Refused), results
        assert not SurveyDraft.objects.exists()

    def test_a_sheet_sent_while_the_survey_closes_is_counted_or_refused(self, cast: Cast) -> None:
        survey = make_survey(cast, cast.dinas, make_instrument(cast))
        sent, closed = at_once(
            partial(actions.send_survey, by=cast.siti.user, survey=survey, response_id=uuid.uuid4(), answers=SHEET),
            partial(actions.close_survey, by=cast.evaluator.user, survey=survey),
        )
        assert not isinstance(closed, Exception), closed
        assert SurveyResponse.objects.count() == (1 if sent == Receipt.COUNTED else 0)
        assert sent == Receipt.COUNTED or isinstance(sent, Refused)


class TestFormalAttempts:
    def test_two_devices_begin_at_once_and_there_is_one_attempt(
        self, cast: Cast, bank: ItemBank, monkeypatch: Patch
    ) -> None:
        window = announced(cast, attempts=2)
        results = during(
            monkeypatch, "bina.assessment.actions.formal_attempts._note",
            partial(begin, window, cast.siti, "ponsel"), partial(begin, window, cast.siti, "laptop"),
        )  # fmt: skip
        session = Session.objects.get(employee=cast.siti)
        assert {getattr(found, "pk", found) for found in results} == {session.pk}, results
        assert (session.device, Participant.objects.get(employee=cast.siti).session_id) == ("laptop", session.pk)
        assert list(session.events.values_list("kind", flat=True)) == ["started", "device"]

    def test_an_answer_from_a_device_that_has_just_lost_the_attempt_is_not_kept(
        self, cast: Cast, bank: ItemBank, monkeypatch: Patch
    ) -> None:
        window = announced(cast)
        session = begin(window, cast.siti, "ponsel")
        results = during(
            monkeypatch, "bina.assessment.actions.formal_attempts._note",
            partial(actions.take_device, by=cast.siti.user, session=Session.objects.get(pk=session.pk), device="laptop"),
            partial(actions.answer_item, by=cast.siti.user, session=session, position=1, answer=None, device="ponsel"),
        )  # fmt: skip
        assert isinstance(results[1], OtherDeviceError), results

    def test_two_devices_take_an_attempt_in_turn_and_one_holds_it(self, cast: Cast, bank: ItemBank) -> None:
        session = begin(announced(cast), cast.siti, "ponsel")
        take = [
            partial(actions.take_device, by=cast.siti.user, session=Session.objects.get(pk=session.pk), device=name)
            for name in ("laptop", "tablet")
        ]
        results = at_once(*take)
        assert not any(isinstance(found, Exception) for found in results), results
        session.refresh_from_db()
        assert session.device in {"laptop", "tablet"}
        assert session.events.filter(kind="device").count() == 2

    def test_an_attempt_finished_on_two_devices_is_scored_once(self, cast: Cast, bank: ItemBank) -> None:
        window = announced(cast)
        session = begin(window, cast.siti)
        finish = partial(actions.finish_session, by=cast.siti.user, session=session)
        results = at_once(finish, finish)
        assert not any(isinstance(found, Exception) for found in results), results
        assert part_of(window, cast.siti).state == "finished"
        entries = [entry.verb for entry in history_of("session", session.public_id)]
        assert len(entries) == len(set(entries)), entries


class TestCalibrations:
    @staticmethod
    def calculated(version: ItemVersion, b: float) -> CalibrationRun:
        """A run as the background leaves it, about one item."""
        line = {"version": version.pk, "a": 1.2, "b": b, "old_a": 1.0, "old_b": 0.0, "old_provisional": True}
        return CalibrationRun.objects.create(
            bank=version.item.bank, state=CalibrationState.DONE, requested_at=clock.now(), lines=[line]
        )

    def test_one_published_while_another_is_taken_back_notes_what_really_stood_before_it(
        self, cast: Cast, bank: ItemBank, monkeypatch: Patch
    ) -> None:
        version = ItemVersion.objects.select_related("item__bank").filter(item__bank=bank, item__current=F("pk"))[0]
        before = version.b
        older, newer = self.calculated(version, 1.1), self.calculated(version, 2.2)
        actions.publish_calibration(by=cast.admin, run=newer, reason="Baik.")
        results = during(
            monkeypatch, "bina.assessment.actions.calibration.can_roll_back_calibration",
            partial(actions.roll_back_calibration, by=cast.admin, run=newer, reason="Keliru."),
            partial(actions.publish_calibration, by=cast.admin, run=older, reason="Yang ini."),
        )  # fmt: skip
        assert results == [None, None]
        version.refresh_from_db()
        assert version.b == 1.1
        actions.roll_back_calibration(by=cast.admin, run=older, reason="Keliru juga.")
        version.refresh_from_db()
        assert version.b == before


class TestItems:
    @pytest.fixture
    def item(self, cast: Cast, bank: ItemBank) -> Item:
        """A draft of the trainer that waits for its review."""
        own = actions.own_bank(by=cast.trainer.user, agency=cast.agency)
        written = actions.write_item(by=cast.trainer.user, bank=own, entry=ITEMS[0])
        actions.ask_for_review(by=cast.trainer.user, items=[written])
        return Item.objects.select_related("bank", "competency", "current", "proposal").get(pk=written.pk)

    @staticmethod
    def approving(by: User) -> "partial[Item]":
        review = ItemReview.objects.select_related("version__item").get()
        decision = actions.Decision(review, review.version.digest, approve=True)
        return partial(actions.review_item, by=by, decision=decision, checks=REVIEW_CHECKS)

    @staticmethod
    def rewriting(cast: Cast, item: Item) -> "partial[ItemVersion]":
        assert item.working is not None
        entry = {**queries.entry_of(item, item.working), "stem": "Manakah yang bukan data pribadi?"}
        seen = actions.mark_of(item.working)
        return partial(actions.rewrite_item, by=cast.trainer.user, item=item, entry=entry, seen=seen)

    def test_words_that_change_while_they_are_approved_are_not_approved(
        self, cast: Cast, item: Item, monkeypatch: Patch
    ) -> None:
        written, approved = during(
            monkeypatch, "bina.assessment.actions.authoring.put_words",
            self.rewriting(cast, item), self.approving(cast.admin),
        )  # fmt: skip
        assert isinstance(written, ItemVersion), written
        assert isinstance(approved, Refused), approved
        assert Item.objects.get(pk=item.pk).state == "draft"

    def test_words_written_while_the_ones_before_are_approved_wait_for_a_review_of_their_own(
        self, cast: Cast, item: Item, monkeypatch: Patch
    ) -> None:
        results = during(
            monkeypatch, "bina.assessment.actions.reviews._approve",
            self.approving(cast.admin), self.rewriting(cast, item),
        )  # fmt: skip
        assert not any(isinstance(found, Exception) for found in results), results
        after = Item.objects.select_related("current", "proposal").get(pk=item.pk)
        assert after.current is not None
        assert after.proposal is not None
        assert (after.state, after.current.approved_at is not None) == ("reviewed", True)
        assert (after.current.stem, after.proposal.approved_at) == (ITEMS[0]["stem"], None)

    def test_two_reviewers_decide_at_once_and_one_did(self, cast: Cast, item: Item) -> None:
        results = at_once(self.approving(cast.admin), self.approving(add_keeper(cast)))
        assert sum(isinstance(found, Refused) for found in results) == 1, results
        assert Item.objects.get(pk=item.pk).state == "reviewed"
