"""Parts are done by evidence, counted once, and the course completes by itself with its last part."""

import pytest

from bina.assessment.models import Session
from bina.competencies.queries import evidence_of
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry
from bina.learning import actions
from bina.learning.actions.progress import recount
from bina.learning.models import ActivityProgress, Enrolment, QuizAttempt
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import files, outline, publish_mini
from tests.learning.walking import (
    RIGHT,
    WRONG,
    do_everything_but_the_test,
    enrolled,
    fresh,
    open_part,
    part,
    pass_quiz,
    read_page,
    take_test,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def way(cast: Cast) -> Enrolment:
    """Siti in the small course."""
    return enrolled(cast.siti, publish_mini())


def test_opening_is_kept_once_and_reloading_writes_nothing(
    cast: Cast, way: Enrolment, django_assert_num_queries: object
) -> None:
    open_part(cast.siti.user, way, "halaman")
    first = ActivityProgress.objects.get()
    again = fresh(way)
    activity = part(way, "halaman")
    with django_assert_num_queries(0):  # type: ignore[operator]
        actions.open_activity(by=cast.siti.user, enrolment=again, activity=activity)
    assert ActivityProgress.objects.get() == first
    assert fresh(way).progress_marks == {"halaman": "o"}
    assert fresh(way).latest_activity_key == "halaman"


def test_a_page_is_done_when_its_reader_says_so(cast: Cast, way: Enrolment) -> None:
    held = read_page(cast.siti.user, way)
    assert (held.parts_done, held.minutes_left) == (1, 30)
    held = actions.complete_activity(by=cast.siti.user, enrolment=way, activity=part(way, "halaman"))
    assert (held.parts_done, held.minutes_left) == (1, 30)
    assert Entry.objects.filter(verb="activity.completed").count() == 1


def test_seconds_are_kept_and_nonsense_is_left_out(cast: Cast, way: Enrolment) -> None:
    activity = part(way, "halaman")
    for report in ({"seconds": 40}, {"seconds": 20.4}, {"seconds": -5}, {"seconds": "x"}, {"seconds": True}, {"seconds": float("nan")},
                   {"seconds": 10**9}, {}):  # fmt: skip
        actions.record_activity_progress(by=cast.siti.user, enrolment=way, activity=activity, report=report)
    assert ActivityProgress.objects.get().evidence == {"seconds": 40 + 20 + 1800}


def test_a_file_must_be_fetched(cast: Cast, way: Enrolment) -> None:
    activity = part(way, "berkas")
    with pytest.raises(Refused, match="Unduh"):
        actions.complete_activity(by=cast.siti.user, enrolment=way, activity=activity)
    actions.record_activity_progress(by=cast.siti.user, enrolment=way, activity=activity, report={"downloaded": True})
    assert actions.complete_activity(by=cast.siti.user, enrolment=way, activity=activity).parts_done == 1


def test_a_video_must_be_watched_or_its_transcript_opened(cast: Cast, way: Enrolment) -> None:
    activity = part(way, "video")

    def watch(*intervals: list[float]) -> None:
        actions.record_activity_progress(
            by=cast.siti.user,
            enrolment=way,
            activity=activity,
            report={"intervals": list(intervals), "at": intervals[-1][1]},
        )

    watch([0, 20], [10, 20], [0, 20])
    with pytest.raises(Refused, match="transkrip"):
        actions.complete_activity(by=cast.siti.user, enrolment=way, activity=activity)
    watch([20, 47])
    with pytest.raises(Refused):  # 47 of 60 seconds
        actions.complete_activity(by=cast.siti.user, enrolment=way, activity=activity)
    watch([58, 600])
    row = ActivityProgress.objects.get(activity=activity)
    assert row.evidence["intervals"] == [[0.0, 47.0], [58.0, 60.0]]
    assert row.evidence["at"] == 60.0
    assert actions.complete_activity(by=cast.siti.user, enrolment=way, activity=activity).parts_done == 1


def test_broken_reports_harm_nothing(cast: Cast, way: Enrolment) -> None:
    activity = part(way, "video")
    for intervals in ("x", [["a", "b"]], [[5]], [[9, 3]], [None], [[0, 1, 2]], {"a": 1}):
        actions.record_activity_progress(
            by=cast.siti.user, enrolment=way, activity=activity, report={"intervals": intervals, "at": "x"}
        )
    assert ActivityProgress.objects.get().evidence.get("intervals", []) == []


def test_a_quiz_counts_the_best_try(cast: Cast, way: Enrolment) -> None:
    attempt = pass_quiz(cast.siti.user, way, token="a", right=False)
    assert attempt.score == 0.0
    assert fresh(way).parts_done == 0
    assert pass_quiz(cast.siti.user, way, token="b").score == 1.0
    assert fresh(way).parts_done == 1
    pass_quiz(cast.siti.user, way, token="c", right=False)
    row = ActivityProgress.objects.get()
    assert (row.best_score, row.attempts, row.state) == (1.0, 3, "completed")
    assert fresh(way).parts_done == 1


def test_the_same_form_sent_twice_is_one_try(cast: Cast, way: Enrolment) -> None:
    assert pass_quiz(cast.siti.user, way, token="a") == pass_quiz(cast.siti.user, way, token="a", right=False)
    assert QuizAttempt.objects.count() == 1
    # A second tab is another form: nothing that was answered in it is lost.
    assert pass_quiz(cast.siti.user, way, token="b").number == 2


def test_a_half_right_quiz_below_its_grade_is_not_done(cast: Cast, way: Enrolment) -> None:
    attempt = actions.submit_quiz(
        by=cast.siti.user, enrolment=way, activity=part(way, "kuis"), answers={"K-1": RIGHT, "K-2": WRONG}, token="x"
    )
    assert attempt.score == 0.5
    assert attempt.answers == {"K-1": RIGHT, "K-2": WRONG}
    assert fresh(way).parts_done == 0
    with pytest.raises(Refused, match="60"):
        actions.complete_activity(by=cast.siti.user, enrolment=way, activity=part(way, "kuis"))


def test_an_empty_quiz_is_not_a_try(cast: Cast, way: Enrolment) -> None:
    with pytest.raises(Refused):
        actions.submit_quiz(
            by=cast.siti.user, enrolment=way, activity=part(way, "kuis"), answers={"K-1": None, "X": RIGHT}, token="x"
        )
    assert not QuizAttempt.objects.exists()


def test_only_the_learner_makes_progress(cast: Cast, way: Enrolment) -> None:
    activity = part(way, "halaman")
    for person in (cast.budi, cast.hr, cast.trainer):
        for act in (
            lambda user: actions.open_activity(by=user, enrolment=way, activity=activity),
            lambda user: actions.complete_activity(by=user, enrolment=way, activity=activity),
            lambda user: actions.record_activity_progress(
                by=user, enrolment=way, activity=activity, report={"seconds": 9}
            ),
            lambda user: actions.submit_quiz(
                by=user, enrolment=way, activity=part(way, "kuis"), answers={"K-1": RIGHT}, token="x"
            ),
            lambda user: actions.begin_test(by=user, enrolment=way, activity=part(way, "uji-awal")),
        ):
            with pytest.raises(Denied):
                act(person.user)
    assert not ActivityProgress.objects.exists()


def test_the_first_test_never_blocks_and_is_taken_once(cast: Cast, way: Enrolment) -> None:
    take_test(cast.siti.user, way, "uji-awal", right=0)
    assert fresh(way).parts_done == 1
    assert fresh(way).grade is None
    with pytest.raises(Refused, match="sekali"):
        actions.begin_test(by=cast.siti.user, enrolment=way, activity=part(way, "uji-awal"))
    pieces = list(evidence_of(cast.siti))
    assert [(p.source, p.competency.code) for p in pieces] == [("course_test", "4.2")]


def test_the_final_test_is_tried_again_after_some_reading_three_times_a_day(cast: Cast, way: Enrolment) -> None:
    user = cast.siti.user
    final = part(way, "uji-akhir")
    for turn in range(3):
        take_test(user, way, "uji-akhir", right=turn % 2)
        with pytest.raises(Refused, match="satu bagian" if turn < 2 else "Tiga kali"):
            actions.begin_test(by=user, enrolment=way, activity=final)
        open_part(user, way, "uji-akhir")
        open_part(user, way, "halaman")
    with pytest.raises(Refused, match="besok"):
        actions.begin_test(by=user, enrolment=way, activity=final)
    row = ActivityProgress.objects.get(activity=final)
    assert (row.attempts, row.best_score) == (3, 0.5)
    assert fresh(way).grade == 50.0
    # On the next day the tries of this one no longer count.
    row.evidence["tries"] = [{**old, "on": "2026-01-01"} for old in row.evidence["tries"]]
    row.save()
    take_test(user, way, "uji-akhir", right=2)
    assert fresh(way).grade == 100.0
    with pytest.raises(Refused, match="lulus"):
        actions.begin_test(by=user, enrolment=way, activity=final)


def test_an_interrupted_test_goes_on(cast: Cast, way: Enrolment) -> None:
    final = part(way, "uji-akhir")
    first = actions.begin_test(by=cast.siti.user, enrolment=way, activity=final)
    assert actions.begin_test(by=cast.siti.user, enrolment=way, activity=final) == first
    assert Session.objects.count() == 1


def test_handing_a_test_in_twice_counts_once(cast: Cast, way: Enrolment) -> None:
    session = take_test(cast.siti.user, way, "uji-akhir", right=0)
    actions.finish_test(by=cast.siti.user, enrolment=way, activity=part(way, "uji-akhir"), session=session)
    assert ActivityProgress.objects.get().attempts == 1


def test_the_result_of_another_test_is_never_taken(cast: Cast, way: Enrolment) -> None:
    user, final = cast.siti.user, part(way, "uji-akhir")
    for turn, key in enumerate(("uji-awal", "kuis", "halaman")):
        session = actions.begin_test(by=user, enrolment=way, activity=part(way, "uji-awal"))
        with pytest.raises(Refused, match="uji lain"):
            actions.finish_test(by=user, enrolment=way, activity=final if not turn else part(way, key), session=session)
    session.refresh_from_db()
    assert session.is_open
    actions.finish_test(by=user, enrolment=way, activity=part(way, "uji-awal"), session=session)
    with pytest.raises(Refused, match="uji lain"):
        actions.note_test_result(by=None, enrolment=way, activity=final, session=session)
    assert (fresh(way).grade, fresh(way).progress_marks) == (None, {"uji-awal": "c"})


def test_no_address_takes_an_attempt_at_another_part(cast: Cast, way: Enrolment, client_for: ClientFor) -> None:
    session = actions.begin_test(by=cast.siti.user, enrolment=way, activity=part(way, "uji-awal"))
    client = client_for(cast.siti)
    sent = {"session": str(session.public_id), "answer": RIGHT[0], "go": "end"}
    for key in ("uji-akhir", "kuis", "halaman"):
        assert client.post(f"/learning/{way.public_id}/{key}/test/1/", sent).status_code == 404
    assert client.post(f"/learning/{way.public_id}/kuis/test/finish/").status_code == 404
    other = enrolled(cast.siti, publish_mini(bent_slug()))
    assert client.post(f"/learning/{other.public_id}/uji-awal/test/1/", sent).status_code == 404
    session.refresh_from_db()
    assert session.is_open
    assert client.post(f"/learning/{way.public_id}/uji-awal/test/1/", sent).status_code == 302
    assert fresh(way).progress_marks == {"uji-awal": "c"}


def bent_slug() -> dict[str, bytes]:
    """The same course under another address."""
    return files({**outline(), "slug": "kursus-kembar"})


def test_a_test_that_ended_elsewhere_reaches_the_course(cast: Cast, way: Enrolment) -> None:
    from bina.assessment.actions import answer_item, finish_session

    session = actions.begin_test(by=cast.siti.user, enrolment=way, activity=part(way, "uji-akhir"))
    for position in (1, 2):
        answer_item(by=cast.siti.user, session=session, position=position, answer=RIGHT)
    finish_session(by=cast.siti.user, session=session)
    assert fresh(way).grade == 100.0
    assert fresh(way).progress_marks["uji-akhir"] == "c"


def test_the_last_part_completes_the_course_once(cast: Cast, way: Enrolment) -> None:
    user = cast.siti.user
    do_everything_but_the_test(user, way)
    assert (fresh(way).state, fresh(way).parts_done, fresh(way).minutes_left) == ("started", 5, 10)
    take_test(user, way, "uji-akhir", right=1)
    assert fresh(way).state == "started"
    open_part(user, way, "halaman")
    take_test(user, way, "uji-akhir", right=2)
    done = fresh(way)
    assert (done.state, done.parts_done, done.minutes_left, done.grade) == ("completed", 6, 0, 100.0)
    entry = Entry.objects.get(verb="enrolment.completed")
    assert entry.object_kind == "enrolment"
    assert entry.object_id == str(way.public_id)
    assert entry.data["completed_on"] >= entry.data["started_on"]
    expected = {
        "course": "kursus-mini", "course_public_id": str(way.course.public_id), "version": 1, "employee_id": cast.siti.pk,
        "learning_hours": 1, "form": "NK_ELEARNING", "level": 2, "title": "Kursus mini", "grade": 100.0,
    }  # fmt: skip
    assert {name: entry.data[name] for name in expected} == expected
    moment = done.completed_at
    read_page(user, way)
    pass_quiz(user, way, token="later", right=False)
    assert fresh(way).completed_at == moment
    assert Entry.objects.filter(verb="enrolment.completed").count() == 1


def test_counters_agree_with_the_rows_at_every_step(cast: Cast, way: Enrolment) -> None:
    do_everything_but_the_test(cast.siti.user, way)
    held = fresh(way)
    rows = ActivityProgress.objects.filter(enrolment=way, state="completed").select_related("activity")
    assert held.parts_done == rows.count()
    assert held.minutes_left == 45 - sum(row.activity.minutes for row in rows)
    before = (held.parts_done, held.parts_total, held.minutes_left)
    recount(held)
    assert (held.parts_done, held.parts_total, held.minutes_left) == before


def test_an_authorised_person_repairs_with_a_reason(cast: Cast, way: Enrolment) -> None:
    activity = part(way, "video")
    with pytest.raises(Refused, match="alasan"):
        actions.repair_activity(by=cast.hr.user, enrolment=way, activity=activity, reason="  ")
    for person in (cast.siti, cast.budi, cast.rina, cast.unit_hr, cast.evaluator):
        with pytest.raises(Denied):
            actions.repair_activity(by=person.user, enrolment=way, activity=activity, reason="Listrik padam")
    actions.repair_activity(by=cast.hr.user, enrolment=way, activity=activity, reason="Listrik padam")
    actions.repair_activity(by=cast.hr.user, enrolment=way, activity=activity, reason="Listrik padam")
    assert fresh(way).progress_marks == {"video": "c"}
    entry = Entry.objects.get(verb="activity.repaired")
    assert (entry.reason, entry.actor_id) == ("Listrik padam", cast.hr.user.pk)


def test_a_repair_of_the_last_part_completes_the_course(cast: Cast, way: Enrolment) -> None:
    do_everything_but_the_test(cast.siti.user, way)
    actions.repair_activity(
        by=cast.trainer.user, enrolment=way, activity=part(way, "uji-akhir"), reason="Diuji di kelas"
    )
    assert fresh(way).state == "completed"
    assert fresh(way).grade is None
