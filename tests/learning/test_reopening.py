"""A course is opened again, or goes on after a pause: there is always a way to its end, and nothing that was done is lost."""

import datetime as dt
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from bina.assessment.actions import expire_sessions
from bina.assessment.models import Session
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry
from bina.journal.queries import notifications_of
from bina.learning import actions
from bina.learning.models import ActivityProgress, Enrolment, HandedWork
from bina.learning.rules import WORK_NEXT_STATES, WorkState, can_move_work
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import files, outline, publish_mini
from tests.learning.test_works import folder, hand_in
from tests.learning.walking import (
    do_everything_but_the_test,
    enrolled,
    fresh,
    part,
    read_page,
    take_test,
)

pytestmark = pytest.mark.django_db
GOOD = {"1": 4, "2": 3}


@pytest.fixture
def way(cast: Cast) -> Enrolment:
    """Siti in the small course."""
    return enrolled(cast.siti, publish_mini())


@pytest.fixture
def worked(cast: Cast, settings: Settings, tmp_path: Path) -> Enrolment:
    """Siti in the small course with an assignment, a workplace task and a discussion."""
    settings.MEDIA_ROOT = tmp_path
    return enrolled(cast.siti, publish_mini(folder(), agency=cast.agency))


def complete_all(cast: Cast, way: Enrolment) -> None:
    """Everything in the course with its works, to the end."""
    do_everything_but_the_test(cast.siti.user, way)
    actions.score_work(by=cast.trainer.user, work=hand_in(cast.siti, way), marks=GOOD, comment="Rapi.")
    task = hand_in(cast.siti, way, "terapkan")
    actions.decide_workplace(by=cast.budi.user, work=task, is_confirmed=True, comment="")
    actions.answer_discussion(
        by=cast.siti.user, enrolment=way, activity=part(way, "diskusi"), text="Kami memakai nomor urut."
    )
    take_test(cast.siti.user, way, "uji-akhir", right=2)
    assert fresh(way).state == "completed"


def reopen(cast: Cast, way: Enrolment, key: str = "") -> Enrolment:
    return actions.reopen_enrolment(
        by=cast.hr.user, enrolment=fresh(way), reason="Berkas tertukar", redo=part(way, key) if key else None
    )


def test_a_completion_is_taken_back_with_a_reason(cast: Cast, way: Enrolment) -> None:
    do_everything_but_the_test(cast.siti.user, way)
    take_test(cast.siti.user, way, "uji-akhir", right=2)
    with pytest.raises(Denied):
        actions.reopen_enrolment(by=cast.budi.user, enrolment=fresh(way), reason="Salah orang")
    with pytest.raises(Refused):
        actions.reopen_enrolment(by=cast.hr.user, enrolment=fresh(way), reason="")
    actions.reopen_enrolment(by=cast.hr.user, enrolment=fresh(way), reason="Salah orang")
    held = fresh(way)
    assert (held.state, held.completed_at, held.parts_done, held.grade) == ("started", None, 5, None)
    assert Entry.objects.get(verb="enrolment.reopened").reason == "Salah orang"
    actions.reopen_enrolment(by=cast.hr.user, enrolment=held, reason="Salah orang")
    assert Entry.objects.filter(verb="enrolment.reopened").count() == 1
    # The way to the end is open: the final test again, and the course completes a second time.
    take_test(cast.siti.user, way, "uji-akhir", right=2)
    assert fresh(way).state == "completed"
    assert len(ActivityProgress.objects.get(activity__key="uji-akhir").evidence["former"]) == 1


def test_another_part_may_be_asked_for_again(cast: Cast, way: Enrolment) -> None:
    do_everything_but_the_test(cast.siti.user, way)
    take_test(cast.siti.user, way, "uji-akhir", right=2)
    actions.reopen_enrolment(by=cast.hr.user, enrolment=way, reason="Berkas tertukar", redo=part(way, "berkas"))
    held = fresh(way)
    assert (held.parts_done, held.grade, held.progress_marks["berkas"]) == (5, 100.0, "o")
    with pytest.raises(Refused):
        actions.complete_activity(by=cast.siti.user, enrolment=way, activity=part(way, "berkas"))
    actions.record_activity_progress(
        by=cast.siti.user, enrolment=way, activity=part(way, "berkas"), report={"downloaded": True}
    )
    actions.complete_activity(by=cast.siti.user, enrolment=way, activity=part(way, "berkas"))
    assert fresh(way).state == "completed"


def test_a_withdrawal_is_taken_back_where_it_was_left(cast: Cast, way: Enrolment) -> None:
    read_page(cast.siti.user, way)
    actions.withdraw(by=cast.siti.user, enrolment=way)
    actions.reopen_enrolment(by=cast.hr.user, enrolment=way, reason="Tombol tertekan")
    assert (fresh(way).state, fresh(way).parts_done, fresh(way).withdrawn_at) == ("started", 1, None)


def test_an_accepted_assignment_is_given_back_and_accepted_again(
    cast: Cast, worked: Enrolment, client_for: ClientFor
) -> None:
    complete_all(cast, worked)
    HandedWork.objects.update(due_on=dt.date(2026, 1, 1))
    reopen(cast, worked, "tugas")
    work = HandedWork.objects.get(activity__key="tugas")
    assert (work.state, work.comment, work.text, work.turn) == (
        WorkState.RETURNED, "Berkas tertukar", "Sudah saya kerjakan.", 1,
    )  # fmt: skip
    assert work.due_on > timezone.localdate()
    assert (work.former[0]["comment"], work.former[0]["marks"]) == ("Rapi.", GOOD)
    assert any("dikembalikan" in title for title in notifications_of(cast.siti.user).values_list("title", flat=True))
    page = client_for(cast.siti).get(f"/learning/{worked.public_id}/tugas/").content.decode()
    assert "Berkas tertukar" in page
    assert "Nilai 0 dari 100" not in page
    assert client_for(cast.trainer).get(f"/learning/works/{work.public_id}/").status_code == 200
    again = hand_in(cast.siti, worked, text="Berkas yang benar.")
    assert again.turn == 1
    actions.score_work(by=cast.trainer.user, work=again, marks=GOOD, comment="")
    assert fresh(worked).state == "completed"


def test_a_confirmed_workplace_task_is_given_back_and_confirmed_again(cast: Cast, worked: Enrolment) -> None:
    complete_all(cast, worked)
    reopen(cast, worked, "terapkan")
    again = hand_in(cast.siti, worked, "terapkan", text="Kini di loket lain.")
    actions.decide_workplace(by=cast.budi.user, work=again, is_confirmed=True, comment="")
    assert fresh(worked).state == "completed"


def test_a_discussion_closes_again_with_the_next_answer(cast: Cast, worked: Enrolment) -> None:
    complete_all(cast, worked)
    reopen(cast, worked, "diskusi")
    actions.answer_discussion(
        by=cast.siti.user, enrolment=worked, activity=part(worked, "diskusi"), text="Kini dengan layar."
    )
    assert fresh(worked).state == "completed"


def test_nobody_but_a_reopening_moves_an_accepted_work() -> None:
    assert WORK_NEXT_STATES[WorkState.ACCEPTED] == {WorkState.RETURNED}
    assert not any(can_move_work(WorkState.ACCEPTED, to) for to in WorkState)


def test_the_test_before_the_course_is_neither_offered_nor_taken_again(
    cast: Cast, way: Enrolment, client_for: ClientFor
) -> None:
    do_everything_but_the_test(cast.siti.user, way)
    take_test(cast.siti.user, way, "uji-akhir", right=2)
    with pytest.raises(Refused, match="Uji awal"):
        reopen(cast, way, "uji-awal")
    assert fresh(way).state == "completed"
    hr, url = client_for(cast.hr), f"/learning/managed/enrolments/{way.public_id}/"
    page = hr.get(url).content.decode()
    assert '<option value="berkas"' in page
    assert '<option value="uji-awal"' not in page
    refused = hr.post(f"{url}reopen/", {"redo": "uji-awal", "reason": "Ingin diulang"})
    assert refused.status_code == 409
    assert "Ingin diulang" in refused.content.decode()


def test_a_course_that_ends_with_its_first_test_reopens_at_another_part(cast: Cast) -> None:
    course = outline()
    first = course["sections"][0]["activities"].pop(0)
    course["sections"][1]["activities"][-1] = {**first, "minutes": 15}
    way = enrolled(cast.siti, publish_mini(files(course)))
    for key in ("halaman", "kuis", "berkas", "video", "uji-awal"):
        actions.repair_activity(by=cast.hr.user, enrolment=way, activity=part(way, key), reason="Listrik padam")
    assert fresh(way).state == "completed"
    assert reopen(cast, way).progress_marks["video"] == "o"


def test_beside_a_newer_version_under_way_the_older_one_stays_closed(
    cast: Cast, way: Enrolment, client_for: ClientFor
) -> None:
    do_everything_but_the_test(cast.siti.user, way)
    take_test(cast.siti.user, way, "uji-akhir", right=2)
    newer = enrolled(cast.siti, publish_mini(files(changes={"01.md": b"## Lain\n\nTeks baru.\n"})))
    assert newer.pk != way.pk
    with pytest.raises(Refused, match="versi lain"):
        reopen(cast, way)
    url = f"/learning/managed/enrolments/{way.public_id}/reopen/"
    assert client_for(cast.hr).post(url, {"redo": "uji-akhir", "reason": "Salah orang"}).status_code == 409
    assert (fresh(way).state, fresh(way).parts_done) == ("completed", 6)
    assert not Entry.objects.filter(verb="enrolment.reopened").exists()


def all_but_the_assignment(cast: Cast, worked: Enrolment) -> HandedWork:
    """Only the look at the assignment is missing."""
    complete_all_but = {"tugas"}
    for row in worked.version.activities.exclude(key__in=complete_all_but):
        actions.repair_activity(by=cast.hr.user, enrolment=worked, activity=row, reason="Listrik padam")
    return hand_in(cast.siti, worked)


def test_a_work_that_was_accepted_during_a_pause_completes_the_course_on_return(cast: Cast, worked: Enrolment) -> None:
    work = all_but_the_assignment(cast, worked)
    actions.withdraw(by=cast.siti.user, enrolment=worked)
    actions.score_work(by=cast.trainer.user, work=work, marks=GOOD, comment="")
    assert fresh(worked).state == "withdrawn"
    held = actions.enrol(by=cast.siti.user, employee=cast.siti, course=worked.course)
    assert (held.state, fresh(worked).state, fresh(worked).minutes_left) == ("completed", "completed", 0)
    assert [row.verb for row in Entry.objects.filter(verb__startswith="enrolment.").order_by("id")][-2:] == [
        "enrolment.resumed", "enrolment.completed",
    ]  # fmt: skip


def test_it_does_so_as_well_when_others_take_the_withdrawal_back(cast: Cast, worked: Enrolment) -> None:
    work = all_but_the_assignment(cast, worked)
    actions.withdraw(by=cast.siti.user, enrolment=worked)
    actions.score_work(by=cast.trainer.user, work=work, marks=GOOD, comment="")
    assert reopen(cast, worked).state == "completed"


def test_a_first_test_that_ran_out_during_a_pause_counts_on_return(cast: Cast, way: Enrolment) -> None:
    user = cast.siti.user
    session = actions.begin_test(by=user, enrolment=way, activity=part(way, "uji-awal"))
    actions.withdraw(by=user, enrolment=way)
    Session.objects.filter(pk=session.pk).update(deadline_at=timezone.now() - dt.timedelta(hours=1))
    assert expire_sessions() == 1
    assert fresh(way).progress_marks["uji-awal"] == "o"
    held = actions.enrol(by=user, employee=cast.siti, course=way.course)
    assert (held.state, held.parts_done, held.progress_marks["uji-awal"]) == ("started", 1, "c")
    assert held.facts["scores"]["uji-awal"] == 0.0


def test_coming_back_finishes_nothing_that_a_learner_says_is_done(cast: Cast, way: Enrolment) -> None:
    actions.open_activity(by=cast.siti.user, enrolment=fresh(way), activity=part(way, "halaman"))
    actions.withdraw(by=cast.siti.user, enrolment=way)
    assert actions.enrol(by=cast.siti.user, employee=cast.siti, course=way.course).parts_done == 0


def test_a_late_word_about_a_former_attempt_does_not_count_again(cast: Cast, way: Enrolment) -> None:
    do_everything_but_the_test(cast.siti.user, way)
    session = take_test(cast.siti.user, way, "uji-akhir", right=2)
    reopen(cast, way)
    actions.note_test_result(by=None, enrolment=way, activity=part(way, "uji-akhir"), session=session)
    assert (fresh(way).state, fresh(way).grade) == ("started", None)


def test_a_second_tab_stops_and_comes_back_once(cast: Cast, way: Enrolment) -> None:
    first, second = fresh(way), fresh(way)
    actions.withdraw(by=cast.siti.user, enrolment=first)
    actions.withdraw(by=cast.siti.user, enrolment=second)
    assert Entry.objects.filter(verb="enrolment.withdrawn").count() == 1
    for _tab in range(2):
        actions.enrol(by=cast.siti.user, employee=cast.siti, course=way.course)
    assert Entry.objects.filter(verb="enrolment.resumed").count() == 1
