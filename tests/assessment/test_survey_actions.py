"""Holding surveys: who may, states, one sheet each, names kept or not, reminders without names, results that tell nobody."""

import datetime as dt
import uuid

import pytest

from bina.assessment import actions, queries
from bina.assessment.models import Survey, SurveyDraft, SurveyResponse, SurveyTicket
from bina.assessment.queries.surveys import pseudonym_of
from bina.assessment.rules import Receipt
from bina.assessment.rules.instruments import content_of, with_question
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Notification
from bina.journal.queries import all_entries
from bina.people.queries import user_by_id
from tests.assessment.surveying import CONTENT, close, crowd, make_instrument, make_survey, opened, send
from tests.cast import Cast


def days_later(patch: pytest.MonkeyPatch, days: int) -> None:
    """Let the clock show a later day."""
    moment = clock.now() + dt.timedelta(days=days)
    patch.setattr("django.utils.timezone.now", lambda: moment)


class TestInstruments:
    def test_published_ones_never_change_and_versions_follow(self, cast: Cast) -> None:
        first = make_instrument(cast)
        by = cast.evaluator.user
        with pytest.raises(Refused, match="versi baru"):
            actions.change_instrument(by=by, instrument=first, revision=0, content=content_of({}))
        second = actions.new_version_of(by=by, instrument=first)
        assert actions.new_version_of(by=by, instrument=first) == second
        assert (second.version, second.content) == (2, first.content)
        assert queries.usable_instruments(by) == [first]
        actions.publish_instrument(by=by, instrument=second)
        assert [row.version for row in queries.usable_instruments(by)] == [2]

    def test_a_second_tab_does_not_overwrite(self, cast: Cast) -> None:
        by = cast.evaluator.user
        draft = actions.create_instrument(by=by, agency=cast.agency, facts={"title": "Uji"})
        one = with_question(draft.content, {"key": "a", "kind": "text", "text": "A?"})
        two = with_question(draft.content, {"key": "b", "kind": "text", "text": "B?"})
        changed = actions.change_instrument(by=by, instrument=draft, revision=0, content=one)
        with pytest.raises(Refused, match="tab lain"):
            actions.change_instrument(by=by, instrument=draft, revision=0, content=two)
        assert actions.change_instrument(by=by, instrument=draft, revision=0, content=one).revision == changed.revision

    def test_faulty_ones_are_not_published(self, cast: Cast) -> None:
        by = cast.evaluator.user
        draft = actions.create_instrument(by=by, agency=cast.agency, facts={"title": "Kosong"})
        with pytest.raises(Refused, match="belum memiliki pertanyaan"):
            actions.publish_instrument(by=by, instrument=draft)
        with pytest.raises(Refused, match="sudah dipakai"):
            actions.create_instrument(by=by, agency=cast.agency, facts={"title": "Kosong"})
        actions.remove_draft_instrument(by=by, instrument=draft)
        actions.remove_draft_instrument(by=by, instrument=draft)

    def test_only_evaluators_of_the_agency(self, cast: Cast) -> None:
        instrument = make_instrument(cast)
        for person in (cast.siti, cast.trainer, cast.leader):
            with pytest.raises(Denied):
                actions.create_instrument(by=person.user, agency=cast.agency, facts={"title": "X"})
            with pytest.raises(Denied):
                actions.new_version_of(by=person.user, instrument=instrument)
            assert not queries.instruments_visible_to(person.user).exists()

    def test_shipped_ones_are_sound_and_loaded_once(self, cast: Cast) -> None:
        from bina.assessment.actions.instruments import load_shipped_instruments

        load_shipped_instruments()
        load_shipped_instruments()
        found = {row.code: row for row in queries.usable_instruments(cast.evaluator.user)}
        assert {"penerapan", "kesiapan-digital"} <= set(found)
        assert [scale["code"] for scale in found["penerapan"].scales] == [
            "kesempatan", "dukungan_atasan", "perubahan_kinerja",
        ]  # fmt: skip
        assert all(row.version == 1 for row in found.values())
        with pytest.raises(Denied):
            actions.new_version_of(by=cast.evaluator.user, instrument=found["penerapan"])


class TestHolding:
    def test_only_where_the_right_is_held(self, cast: Cast) -> None:
        instrument = make_instrument(cast)
        survey = make_survey(cast, cast.root, instrument, is_open=False)
        assert queries.survey_visible_to(cast.hr.user, survey.public_id) == survey
        for person in (cast.siti, cast.leader, cast.trainer, cast.unit_hr):
            assert queries.survey_visible_to(person.user, survey.public_id) is None
            with pytest.raises(Denied):
                actions.close_survey(by=person.user, survey=survey)
            with pytest.raises(Denied):
                actions.create_survey(
                    by=person.user, unit=cast.root, instrument=instrument, title="X", mode="anonymous"
                )

    def test_small_groups_are_not_asked_without_names(self, cast: Cast) -> None:
        instrument = make_instrument(cast)
        with pytest.raises(Refused, match="paling sedikit 5"):
            make_survey(cast, cast.seksi, instrument)
        assert make_survey(cast, cast.seksi, instrument, "named").state == "open"

    def test_days_in_order(self, cast: Cast) -> None:
        survey = make_survey(cast, cast.root, make_instrument(cast), is_open=False)
        today = clock.today()
        for opens, closes in ((today, today - dt.timedelta(days=1)), (today + dt.timedelta(days=3), today)):
            with pytest.raises(Refused, match="Tanggal tutup"):
                actions.open_survey(by=cast.hr.user, survey=survey, opens_on=opens, closes_on=closes)

    def test_lists_and_job_classes_narrow_the_group(self, cast: Cast) -> None:
        survey = make_survey(cast, cast.root, make_instrument(cast), is_open=False)
        everybody = queries.invited_count(survey)
        change = {"by": cast.hr.user, "title": "X", "unit": cast.root}
        survey = actions.change_survey(survey=survey, job_classes=["PELAKSANA"], people=None, **change)  # type: ignore[arg-type]  # plain arguments
        assert 0 < queries.invited_count(survey) < everybody
        survey = actions.change_survey(survey=survey, job_classes=[], people=[cast.siti, cast.budi], **change)  # type: ignore[arg-type]  # plain arguments
        assert queries.invited_count(survey) == 2
        assert queries.is_invited(survey, cast.siti)
        assert not queries.is_invited(survey, cast.dewi)

    def test_days_bring_invitations_reminders_and_the_end(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        crowd(cast.seksi, 6, 100)
        survey = make_survey(cast, cast.dinas, make_instrument(cast))
        assert all_entries().filter(verb="survey.announced").count() == 1
        send(survey, cast.siti)
        waiting = queries.accounts_waiting(survey)
        assert cast.siti.user not in waiting
        assert cast.dewi.user in waiting
        days_later(monkeypatch, 12)
        actions.tend_surveys()
        actions.tend_surveys()
        assert all_entries().filter(verb="survey.reminded").count() == 1
        days_later(monkeypatch, 3)
        actions.tend_surveys()
        actions.tend_surveys()
        survey.refresh_from_db()
        assert survey.state == "closed"
        assert all_entries().filter(verb="survey.closed").count() == 1

    def test_reminders_name_nobody_and_are_rare(self, cast: Cast) -> None:
        survey = make_survey(cast, cast.root, make_instrument(cast))
        actions.remind_of_survey(by=cast.evaluator.user, survey=survey)
        with pytest.raises(Refused, match="Tunggu"):
            actions.remind_of_survey(by=cast.evaluator.user, survey=survey)
        entry = all_entries().get(verb="survey.reminded")
        assert "Siti" not in str(entry.__dict__)
        from bina.assessment.reactions.surveys import remind_of_a_survey

        send(survey, cast.siti)
        Notification.objects.all().delete()
        remind_of_a_survey(entry)
        told = set(Notification.objects.values_list("recipient_id", flat=True))
        assert cast.dewi.user.pk in told
        assert cast.siti.user.pk not in told


class TestAnswering:
    def test_one_sheet_counts_once(self, cast: Cast) -> None:
        survey = make_survey(cast, cast.root, make_instrument(cast))
        made, answers = uuid.uuid4(), {"memakai": "tidak"}
        actions.save_survey_draft(by=cast.siti.user, survey=survey, answers=answers, replaced=[])
        receipts = [
            actions.send_survey(by=cast.siti.user, survey=survey, response_id=key, answers=answers)
            for key in (made, made, uuid.uuid4())
        ]
        assert receipts == [Receipt.COUNTED, Receipt.REPEATED, Receipt.ANOTHER]
        assert SurveyResponse.objects.count() == 1
        assert not SurveyDraft.objects.exists()
        assert actions.save_survey_draft(by=cast.siti.user, survey=survey, answers=answers, replaced=[]) is None

    def test_without_names_nothing_leads_back(self, cast: Cast) -> None:
        survey = make_survey(cast, cast.root, make_instrument(cast))
        made = uuid.uuid4()
        actions.send_survey(
            by=cast.siti.user, survey=survey, response_id=made, answers={"memakai": "ya", "mudah": 4, "lambat": 1}
        )
        row, ticket = SurveyResponse.objects.get(), SurveyTicket.objects.get()
        assert row.employee is None
        assert row.pseudonym == ""
        assert row.pk != made
        assert str(made) not in ticket.receipt
        entry = all_entries().get(verb="survey.answered")
        assert (entry.actor_id, entry.agency_id) == (None, None)

    def test_a_unit_is_kept_only_where_five_are_asked(self, cast: Cast) -> None:
        survey = make_survey(cast, cast.root, make_instrument(cast))
        send(survey, cast.rina)
        assert SurveyResponse.objects.get().unit is None
        send(survey, cast.siti)
        assert SurveyResponse.objects.get(unit__isnull=False).unit == cast.dinas

    def test_named_surveys_keep_the_name(self, cast: Cast) -> None:
        survey = make_survey(cast, cast.root, make_instrument(cast), "named")
        send(survey, cast.rina)
        row = SurveyResponse.objects.get()
        assert (row.employee, row.unit) == (cast.rina, cast.other_dinas)

    def test_strangers_late_and_incomplete_sheets_are_turned_down(self, cast: Cast) -> None:
        instrument = make_instrument(cast)
        survey = make_survey(cast, cast.dinas, instrument)
        with pytest.raises(Denied):
            send(survey, cast.rina)
        with pytest.raises(Refused, match="Masih ada 2"):
            send(survey, cast.siti, memakai="ya")
        close(cast, survey)
        with pytest.raises(Refused, match="sudah ditutup"):
            send(survey, cast.siti)
        assert not SurveyTicket.objects.exists()


class TestResults:
    def held(self, cast: Cast, sizes: dict[str, int]) -> Survey:
        """A closed survey answered by some people of each part."""
        parts = {"dinas": cast.dinas, "other": cast.other_dinas, "root": cast.root}
        survey = make_survey(cast, cast.root, make_instrument(cast), is_open=False)
        groups = {name: crowd(parts[name], max(5, size), 100 * n) for n, (name, size) in enumerate(sizes.items(), 2)}
        opened(cast, survey)
        for name, size in sizes.items():
            for n, person in enumerate(groups[name][:size]):
                send(survey, person, memakai="ya", mudah=1 + n % 5, lambat=5 - n % 5, saran=f"Saran {name} {n}")
        return close(cast, survey)

    def test_nothing_while_open_and_nothing_of_four(self, cast: Cast) -> None:
        survey = make_survey(cast, cast.root, make_instrument(cast))
        for person in (cast.siti, cast.dewi, cast.rina, cast.budi):
            send(survey, person)
        assert not queries.scale_results(survey).is_told
        four = queries.scale_results(close(cast, survey))
        assert (four.is_told, four.count, four.scales, four.questions) == (False, 4, (), ())
        assert queries.survey_table(survey, "scales") is None

    def test_scales_questions_and_words(self, cast: Cast) -> None:
        results = queries.scale_results(self.held(cast, {"dinas": 12}))
        (scale,) = results.scales
        assert (scale.count, scale.steps) == (12, 5)
        assert scale.mean == pytest.approx(sum(1 + n % 5 for n in range(12)) / 12)
        assert scale.alpha == pytest.approx(1)
        assert scale.low is not None
        assert scale.mean is not None
        assert scale.low < scale.mean
        by_key = {row.key: row for row in results.questions}
        assert by_key["memakai"].counts == {"ya": 12}
        assert not by_key["masa"].is_told
        assert sorted(by_key["saran"].texts) == sorted(f"Saran dinas {n}" for n in range(12))
        assert by_key["saran"].texts != tuple(f"Saran dinas {n}" for n in range(12))
        assert results.units == ()

    def test_a_small_part_hides_a_neighbour_too(self, cast: Cast) -> None:
        results = queries.scale_results(self.held(cast, {"dinas": 11, "other": 3, "root": 7}))
        assert [(row.name, row.count) for row in results.units] == [(cast.dinas.name, 11)]
        assert results.hidden_units == 2
        table = queries.survey_table(results.survey, "units")
        assert table is not None
        assert [row[0] for row in table.rows] == [cast.dinas.name]

    def test_two_parts_of_which_one_is_small_show_nothing(self, cast: Cast) -> None:
        assert queries.scale_results(self.held(cast, {"dinas": 11, "other": 2})).units == ()

    def test_single_sheets_leave_without_what_could_tell_the_person(self, cast: Cast) -> None:
        table = queries.survey_table(self.held(cast, {"dinas": 6}), "answers")
        assert table is not None
        assert list(table.header) == ["Apakah Anda memakainya?", "Mudah dipakai.", "Sering lambat."]
        assert len(list(table.rows)) == 6


class TestPairs:
    def pair(self, cast: Cast, *, both: int, only_first: int = 0, only_second: int = 0) -> tuple[Survey, Survey]:
        people = crowd(cast.dinas, both + only_first + only_second, 200)
        instrument = make_instrument(cast)
        first = make_survey(cast, cast.dinas, instrument, "paired")
        for n, person in enumerate(people[: both + only_first]):
            send(first, person, memakai="ya", mudah=1 + n % 3, lambat=5 - n % 3)
        first = close(cast, first)
        second = actions.follow_survey(by=cast.evaluator.user, survey=first)
        assert actions.follow_survey(by=cast.evaluator.user, survey=first) == second
        opened(cast, second)
        for n, person in enumerate(people[:both] + people[both + only_first :]):
            send(second, person, memakai="ya", mudah=2 + n % 4, lambat=5 - n % 3)
        return first, second

    def test_the_same_people_are_compared(self, cast: Cast) -> None:
        first, second = self.pair(cast, both=14)
        (change,) = queries.scale_results(close(cast, second)).changes
        assert (change.pairs, change.left_out) == (14, 0)
        before = [1 + n % 3 for n in range(14)]
        after = [(2 + n % 4 + 1 + n % 3) / 2 for n in range(14)]
        assert change.mean == pytest.approx((sum(after) - sum(before)) / 14)
        assert change.effect is not None
        assert change.dz_low is not None
        assert change.dz is not None
        assert change.dz_low < change.dz
        assert first.pair_key

    def test_the_key_is_erased_so_nobody_can_be_found_again(self, cast: Cast) -> None:
        first, second = self.pair(cast, both=11)
        kept = set(SurveyResponse.objects.values_list("pseudonym", flat=True))
        assert len(kept) == 11
        assert pseudonym_of(user_by_id(cast.siti.user.pk) or cast.siti.user, first) not in kept
        second = close(cast, second)
        first.refresh_from_db()
        second = Survey.objects.select_related("before").get(pk=second.pk)
        assert first.pair_key == ""
        with pytest.raises(ValueError, match="erased"):
            pseudonym_of(cast.siti.user, second)
        with pytest.raises(Refused, match="dihapus"):
            actions.follow_survey(by=cast.evaluator.user, survey=first)

    def test_who_answered_once_is_not_given_away(self, cast: Cast) -> None:
        _first, second = self.pair(cast, both=20, only_first=2, only_second=1)
        (change,) = queries.scale_results(close(cast, second)).changes
        assert (change.pairs, change.left_out) == (16, 4)

    def test_few_pairs_are_only_counted(self, cast: Cast) -> None:
        _first, second = self.pair(cast, both=9)
        (change,) = queries.scale_results(close(cast, second)).changes
        assert (change.is_told, change.mean) == (False, None)
        assert "Terlalu sedikit" in change.sentence

    def test_keys_of_pairs_that_nobody_completed_are_erased(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        first = make_survey(cast, cast.root, make_instrument(cast), "paired")
        close(cast, first)
        days_later(monkeypatch, 401)
        actions.tend_surveys()
        first.refresh_from_db()
        assert first.pair_key == ""


def test_the_list_of_waiting_surveys_costs_the_same_however_many(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    instrument = make_instrument(cast, CONTENT)
    for _n in range(4):
        make_survey(cast, cast.root, instrument)
    with django_assert_max_num_queries(6):  # type: ignore[operator]  # a fixture
        assert len(queries.surveys_waiting_for(cast.siti.user)) == 4
