"""Holding a round: prepared, opened, answered, reminded, closed once, and what becomes of it."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.models import RatingRound, RoundRater
from bina.assessment.rules import RaterState, View
from bina.competencies.models import Evidence
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry, Notification
from bina.people.models import Employee
from tests.assessment import rounds as story
from tests.assessment.rounds import Office
from tests.cast import Cast
from tests.conftest import ClientFor


@pytest.fixture
def office(cast: Cast) -> Office:
    return story.build_office(cast)


def notices(person: Employee) -> list[str]:
    return list(Notification.objects.filter(recipient=person.user).order_by("id").values_list("title", flat=True))


def test_raters_are_proposed_from_the_tree(office: Office) -> None:
    round_ = story.prepared_round(office, [office.cast.budi])
    views = {row.rater: row.view for row in RoundRater.objects.filter(subject__round=round_).select_related("rater")}
    assert views[office.cast.budi] == View.SELF
    assert views[office.cast.division_head] == View.SUPERIOR
    assert {person for person, view in views.items() if view == View.SUBORDINATE} == set(office.clerks)


def test_a_180_round_asks_nobody_beside(office: Office) -> None:
    round_ = story.prepared_round(office, [office.cast.siti], kind="180")
    assert set(RoundRater.objects.filter(subject__round=round_).values_list("view", flat=True)) == {"self", "superior"}
    with pytest.raises(Refused, match="tidak dikenal"):
        actions.add_rater(
            by=office.hr.user, round_=round_, subject=story.subject_of(round_, office.cast.siti),
            rater=office.cast.dewi, view="peer",
        )  # fmt: skip


def test_only_who_may_hold_assessments_here_holds_rounds(office: Office) -> None:
    facts: dict[str, Any] = {"title": "Putaran", "kind": "360", "closes_on": clock.today() + dt.timedelta(days=14)}
    for person in (office.cast.siti, office.cast.budi, office.cast.unit_hr, office.cast.leader):
        with pytest.raises(Denied):
            actions.create_round(by=person.user, unit=office.cast.root, **facts)
    round_ = story.prepared_round(office, [office.cast.siti])
    for change in (actions.open_round, actions.propose_again, actions.close_round, actions.remind_round):
        with pytest.raises(Denied):
            change(by=office.cast.budi.user, round_=round_)
    assert not RatingRound.objects.exclude(state="draft").exists()


@pytest.mark.parametrize("days", [-1, 0, 2, 91])
def test_a_round_closes_neither_too_soon_nor_too_late(office: Office, days: int) -> None:
    with pytest.raises(Refused, match="tanggal penutupan antara"):
        actions.create_round(
            by=office.hr.user, unit=office.cast.root, title="Putaran", kind="360",
            closes_on=clock.today() + dt.timedelta(days=days),
        )  # fmt: skip


def test_what_is_missing_is_said_before_opening(office: Office) -> None:
    hr = office.hr.user
    round_ = actions.create_round(
        by=hr, unit=office.cast.root, title="Putaran", kind="360", closes_on=clock.today() + dt.timedelta(days=9)
    )
    with pytest.raises(Refused, match="kompetensi"):
        actions.open_round(by=hr, round_=round_)
    with pytest.raises(Refused, match="sedikitnya satu"):
        actions.choose_competencies(by=hr, round_=round_, competencies=[])
    actions.choose_competencies(by=hr, round_=round_, competencies=story.soft_skills())
    with pytest.raises(Refused, match="siapa yang dinilai"):
        actions.open_round(by=hr, round_=round_)
    actions.choose_subjects(by=hr, round_=round_, employees=[office.cast.siti])
    for row in RoundRater.objects.filter(subject__round=round_).exclude(view=View.SELF):
        actions.remove_rater(by=hr, round_=round_, rater=row)
    with pytest.raises(Refused, match="Siti Rahmawati"):
        actions.open_round(by=hr, round_=round_)
    actions.propose_again(by=hr, round_=round_)
    actions.open_round(by=hr, round_=round_)
    actions.open_round(by=hr, round_=round_)
    assert Entry.objects.filter(verb="round.opened").count() == 1
    with pytest.raises(Refused, match="sudah dibuka"):
        actions.choose_subjects(by=hr, round_=round_, employees=[office.cast.dewi])


def test_people_of_other_units_cannot_be_rated_in_a_units_round(office: Office) -> None:
    round_ = actions.create_round(
        by=office.hr.user, unit=office.cast.dinas, title="Putaran", kind="360",
        closes_on=clock.today() + dt.timedelta(days=9),
    )  # fmt: skip
    with pytest.raises(Refused, match="bukan pegawai aktif"):
        actions.choose_subjects(by=office.hr.user, round_=round_, employees=[office.cast.rina])


def test_nobody_is_rated_in_two_rounds_close_together(office: Office) -> None:
    first = story.open_round(office, [office.cast.siti])
    with pytest.raises(Refused, match="Siti Rahmawati"):
        story.prepared_round(office, [office.cast.siti])
    actions.close_round(by=office.hr.user, round_=first)
    with pytest.raises(Refused, match="90 hari"):
        story.prepared_round(office, [office.cast.siti])
    with story.later(91):
        assert story.prepared_round(office, [office.cast.siti]).subjects.count() == 1


def test_choosing_people_again_keeps_what_was_arranged(office: Office) -> None:
    round_ = story.prepared_round(office, [office.cast.siti])
    row = story.row_of(round_, office.cast.siti, office.cast.dewi)
    actions.remove_rater(by=office.hr.user, round_=round_, rater=row)
    actions.choose_subjects(by=office.hr.user, round_=round_, employees=[office.cast.siti, office.cast.budi])
    assert not RoundRater.objects.filter(subject__employee=office.cast.siti, rater=office.cast.dewi).exists()
    assert RoundRater.objects.filter(subject__employee=office.cast.budi).count() > 2
    actions.choose_subjects(by=office.hr.user, round_=round_, employees=[office.cast.budi])
    assert not RoundRater.objects.filter(subject__employee=office.cast.siti).exists()


def test_one_superior_rates(office: Office) -> None:
    round_ = story.prepared_round(office, [office.cast.siti])
    subject = story.subject_of(round_, office.cast.siti)
    with pytest.raises(Refused, match="sudah ada"):
        actions.add_rater(by=office.hr.user, round_=round_, subject=subject, rater=office.cast.head, view="superior")
    actions.remove_rater(
        by=office.hr.user, round_=round_, rater=story.row_of(round_, office.cast.siti, office.cast.budi)
    )
    actions.add_rater(by=office.hr.user, round_=round_, subject=subject, rater=office.cast.head, view="superior")
    with pytest.raises(Refused, match="tidak dikenal"):
        actions.add_rater(by=office.hr.user, round_=round_, subject=subject, rater=office.cast.siti, view="peer")


def test_a_draft_is_kept_and_a_sent_rating_stays(office: Office) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    row = story.row_of(round_, office.cast.siti, office.cast.dewi)
    dewi = office.cast.dewi.user
    actions.save_round_draft(by=dewi, row=row, answers=story.marks(round_, 1, only=1), comments={"keep": "Rapi"})
    actions.save_round_draft(by=dewi, row=row, answers={"999999": {"1": 3}, "x": {"1": 9}})
    row.refresh_from_db()
    assert row.answers == story.marks(round_, 1, only=1)
    assert (row.keep, row.state) == ("Rapi", RaterState.INVITED)
    actions.send_round_rating(by=dewi, row=row)
    actions.send_round_rating(by=dewi, row=row, answers=story.marks(round_, 3))
    row.refresh_from_db()
    assert row.state == RaterState.DONE
    assert row.answers == story.marks(round_, 1, only=1)
    with pytest.raises(Refused, match="tidak dapat diubah lagi"):
        actions.save_round_draft(by=dewi, row=row, answers=story.marks(round_, 3))
    with pytest.raises(Refused, match="tidak dapat dikeluarkan"):
        actions.remove_rater(by=office.hr.user, round_=round_, rater=row)
    assert Entry.objects.filter(verb="round.answered").count() == 1


def test_nothing_judged_is_not_sent_and_nobody_rates_for_another(office: Office) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    row = story.row_of(round_, office.cast.siti, office.cast.dewi)
    with pytest.raises(Refused, match="Belum ada perilaku"):
        actions.send_round_rating(by=office.cast.dewi.user, row=row, answers=story.marks(round_, None))
    for other in (office.cast.siti, office.cast.budi, office.hr):
        with pytest.raises(Denied):
            actions.send_round_rating(by=other.user, row=row, answers=story.marks(round_, 0))


def test_declining_and_taking_it_up_again(office: Office) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    dewi, siti = office.cast.dewi.user, office.cast.siti.user
    row = story.row_of(round_, office.cast.siti, office.cast.dewi)
    with pytest.raises(Refused, match="alasannya"):
        actions.decline_round_rating(by=dewi, row=row, reason=" ")
    actions.decline_round_rating(by=dewi, row=row, reason="Jarang bekerja bersama.")
    actions.decline_round_rating(by=dewi, row=row, reason="Lain")
    assert [row.reason for row in queries.declined_in(round_)] == ["Jarang bekerja bersama."]
    with pytest.raises(Refused, match="tidak dapat ditolak"):
        actions.decline_round_rating(
            by=siti, row=story.row_of(round_, office.cast.siti, office.cast.siti), reason="Malu"
        )
    actions.take_up_again(by=dewi, row=row)
    story.answer(round_, office.cast.siti, office.cast.dewi)
    assert queries.declined_in(round_) == []


def test_a_removed_rater_is_told_kindly(office: Office) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    row = story.row_of(round_, office.cast.siti, office.cast.dewi)
    actions.remove_rater(by=office.hr.user, round_=round_, rater=row)
    actions.remove_rater(by=office.hr.user, round_=round_, rater=row)
    with pytest.raises((Refused, RatingRound.DoesNotExist)):
        actions.send_round_rating(by=office.cast.dewi.user, row=row, answers=story.marks(round_, 2))


def test_after_the_last_day_nothing_is_taken(office: Office) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    with story.later(15), pytest.raises(Refused, match="sudah ditutup"):
        story.answer(round_, office.cast.siti, office.cast.dewi)


def test_a_round_is_extended_with_a_reason(office: Office) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    hr, later = office.hr.user, round_.closes_on + dt.timedelta(days=7)
    with pytest.raises(Refused, match="alasan"):
        actions.extend_round(by=hr, round_=round_, closes_on=later, reason="")
    with pytest.raises(Refused, match="dimundurkan"):
        actions.extend_round(by=hr, round_=round_, closes_on=round_.closes_on - dt.timedelta(days=4), reason="Cepat")
    actions.extend_round(by=hr, round_=round_, closes_on=later, reason="Ada cuti bersama.")
    actions.extend_round(by=hr, round_=round_, closes_on=later, reason="Ada cuti bersama.")
    assert Entry.objects.filter(verb="round.extended").count() == 1
    assert any("diperpanjang" in title for title in notices(office.cast.dewi))


def test_reminders_come_midway_and_before_the_end_and_once_a_day(office: Office) -> None:
    round_ = story.open_round(office, [office.cast.siti, office.cast.budi])
    story.answer(round_, office.cast.siti, office.cast.siti)
    story.answer(round_, office.cast.budi, office.cast.siti)
    start = clock.now()
    sent = []
    for day in range(15):
        with story.later(day, start):
            before = Notification.objects.filter(dedup_key__startswith="rounds-reminder").count()
            actions.tend_rounds()
            actions.tend_rounds()
            if Notification.objects.filter(dedup_key__startswith="rounds-reminder").count() > before:
                sent.append(day)
    assert sent == [7, 12]
    reminders = Notification.objects.filter(dedup_key__startswith="rounds-reminder")
    assert not reminders.filter(recipient=office.cast.siti.user).exists()
    assert "2 penilaian menunggu" in reminders.filter(recipient=office.cast.dewi.user)[0].body


def test_a_missed_day_of_the_worker_reminds_later(office: Office) -> None:
    story.open_round(office, [office.cast.siti])
    with story.later(9):
        actions.tend_rounds()
    assert Notification.objects.filter(dedup_key__startswith="rounds-reminder").exists()


def test_the_organiser_reminds_once_a_day(office: Office) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    actions.remind_round(by=office.hr.user, round_=round_)
    with pytest.raises(Refused, match="sekali sehari"):
        actions.remind_round(by=office.hr.user, round_=round_)


def test_who_left_is_not_reminded_and_does_not_stop_the_round(office: Office) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    Employee.objects.filter(pk=office.cast.dewi.pk).update(left_on=clock.today())
    actions.remind_round(by=office.hr.user, round_=round_)
    assert not any("Pengingat" in title for title in notices(office.cast.dewi))
    actions.close_round(by=office.hr.user, round_=round_)
    round_.refresh_from_db()
    assert round_.state == "reported"


def test_who_left_while_the_round_was_prepared_is_left_out(office: Office, client_for: ClientFor) -> None:
    round_ = story.prepared_round(office, [office.cast.siti, office.cast.budi])
    Employee.objects.filter(pk__in=[office.cast.dewi.pk, office.cast.budi.pk]).update(left_on=clock.today())
    url = f"{reverse('assessment:round_people', args=[round_.public_id])}?who=all&q=siti"
    client_for(office.hr).post(url, {"person": [str(office.cast.siti.public_id)]})
    assert [row.employee for row in round_.subjects.all()] == [office.cast.siti]
    actions.open_round(by=office.hr.user, round_=round_)
    assert not RoundRater.objects.filter(rater__in=[office.cast.dewi, office.cast.budi]).exists()


def test_the_date_closes_a_round_and_makes_the_reports(office: Office) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    story.answer(round_, office.cast.siti, office.cast.siti, 3)
    story.answer(round_, office.cast.siti, office.cast.budi, 1)
    with story.later(15):
        actions.tend_rounds()
    round_.refresh_from_db()
    assert round_.state == "reported"
    assert round_.progress is not None
    assert round_.progress.state == "done"
    assert any("sudah terbit" in title for title in notices(office.cast.siti))
    assert any("tim Anda sudah terbit" in title for title in notices(office.cast.budi))
    assert set(Evidence.objects.filter(employee=office.cast.siti).values_list("source", flat=True)) == {
        "self_rating", "superior_rating",
    }  # fmt: skip


def test_closing_twice_changes_nothing(office: Office) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    for rater in (office.cast.siti, office.cast.budi, *office.clerks[1:5]):
        story.answer(round_, office.cast.siti, rater)
    actions.close_round(by=office.hr.user, round_=round_)

    def everything() -> tuple[object, ...]:
        return (
            story.report(round_, office.cast.siti), Entry.objects.count(),
            list(Evidence.objects.order_by("id").values_list("id", "value", "standard_deviation", "recorded_at")),
        )  # fmt: skip

    before = everything()
    actions.close_round(by=office.hr.user, round_=round_)
    actions.score_again(by=office.hr.user, round_=round_)
    actions.report_round(str(round_.public_id))
    actions.tend_rounds()
    assert everything() == before
    assert Evidence.objects.filter(source="peer_rating").count() == 2


def test_a_calculation_that_broke_off_is_run_again(office: Office) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    for rater in (office.cast.siti, *office.clerks[1:5]):
        story.answer(round_, office.cast.siti, rater)
    actions.close_round(by=office.hr.user, round_=round_)
    first = story.report(round_, office.cast.siti)
    RatingRound.objects.filter(pk=round_.pk).update(state="closed")
    assert (
        queries.report_visible_to(office.cast.siti.user, story.subject_of(round_, office.cast.siti).public_id) is None
    )
    actions.score_again(by=office.hr.user, round_=round_)
    round_.refresh_from_db()
    assert round_.state == "reported"
    assert story.report(round_, office.cast.siti) == first
    assert Evidence.objects.filter(source="peer_rating").count() == 2


def test_a_cancelled_round_leaves_nothing(office: Office) -> None:
    round_ = story.open_round(office, [office.cast.siti])
    story.answer(round_, office.cast.siti, office.cast.siti)
    with pytest.raises(Refused, match="alasan"):
        actions.cancel_round(by=office.hr.user, round_=round_, reason="")
    actions.cancel_round(by=office.hr.user, round_=round_, reason="Struktur berubah.")
    actions.cancel_round(by=office.hr.user, round_=round_, reason="Struktur berubah.")
    assert Entry.objects.filter(verb="round.cancelled").count() == 1
    assert not Evidence.objects.exists()
    assert queries.ratings_asked_of(office.cast.dewi.user) == []
    assert any("dibatalkan" in title for title in notices(office.cast.dewi))


def test_suggestions_are_decided_by_the_superior(office: Office) -> None:
    hr, siti, budi = office.hr.user, office.cast.siti, office.cast.budi
    round_ = story.prepared_round(office, [siti], peer_count=2, allows_suggestions=True)
    subject = story.subject_of(round_, siti)
    with pytest.raises(Refused, match="tidak sedang ditinjau"):
        actions.suggest_peer(by=siti.user, subject=subject, rater=office.cast.rina)
    actions.review_round(by=hr, round_=round_)
    assert any("rekan yang tepat" in title for title in notices(siti))
    wish = actions.suggest_peer(by=siti.user, subject=subject, rater=office.cast.rina)
    actions.suggest_peer(by=siti.user, subject=subject, rater=office.cast.rina)
    assert any("Bu Siti mengusulkan" in title for title in notices(budi))
    peer = RoundRater.objects.filter(subject=subject, view=View.PEER, state=RaterState.INVITED)[0]
    actions.ask_removal(by=siti.user, subject=subject, rater=peer, wanted=True)
    for other in (siti.user, hr):
        with pytest.raises(Denied):
            actions.decide_suggestion(by=other, subject=subject, rater=wish, agree=True)
    with pytest.raises(Denied):
        actions.suggest_peer(by=budi.user, subject=subject, rater=office.cast.rina)
    actions.decide_suggestion(by=budi.user, subject=subject, rater=wish, agree=True)
    actions.decide_suggestion(by=budi.user, subject=subject, rater=peer, agree=True)
    actions.decide_suggestion(by=budi.user, subject=subject, rater=peer, agree=True)
    assert not RoundRater.objects.filter(pk=peer.pk).exists()
    late = actions.suggest_peer(by=siti.user, subject=subject, rater=office.cast.evaluator)
    actions.open_round(by=hr, round_=round_)
    wish.refresh_from_db()
    assert wish.state == RaterState.INVITED
    assert not RoundRater.objects.filter(pk=late.pk).exists()


def test_reminders_of_the_job_belong_to_the_schedule() -> None:
    from bina.config.commands.schedule import SCHEDULE

    assert "bina.assessment.jobs.tend_rounds" in {row.task for row in SCHEDULE}
