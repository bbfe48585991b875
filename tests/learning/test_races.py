"""A learner and those who look at the work, at the same moment: one outcome, and nobody waits for the other for ever."""

from functools import partial
from pathlib import Path

import pytest
from pytest_django import Settings

from bina.competencies.models import Evidence
from bina.foundation.errors import Refused
from bina.journal.queries import history_of
from bina.learning import actions
from bina.learning.models import Course, Enrolment, HandedWork, PeerVoice
from bina.learning.rules import WorkState
from tests.cast import Cast
from tests.learning.folders import publish_mini
from tests.learning.test_works import complete, folder, hand_in
from tests.learning.walking import enrolled, part
from tests.racing import at_once, during

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = {"1": 4, "2": 3}
POOR = {"1": 0, "2": 1}


@pytest.fixture
def course(cast: Cast, settings: Settings, tmp_path: Path) -> Course:
    settings.MEDIA_ROOT = tmp_path
    return publish_mini(folder(), agency=cast.agency)


@pytest.fixture
def siti(cast: Cast, course: Course) -> Enrolment:
    return enrolled(cast.siti, course)


def test_a_learner_who_writes_on_while_the_work_is_accepted_stops_nobody(
    cast: Cast, siti: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = hand_in(cast.siti, siti)
    save = partial(
        actions.save_work_draft,
        by=cast.siti.user,
        enrolment=siti,
        activity=part(siti, "tugas"),
        text="Masih saya ubah.",
    )
    score = partial(actions.score_work, by=cast.trainer.user, work=work, marks=GOOD, comment="")
    # The trainer's transaction stands with the work in its hands when the learner's begins.
    scored, saved = during(monkeypatch, "bina.learning.actions.works.clean_marks", score, save)
    assert isinstance(scored, HandedWork), scored
    assert isinstance(saved, Refused), saved
    work.refresh_from_db()
    assert (work.state, work.text) == (WorkState.ACCEPTED, "Sudah saya kerjakan.")
    siti.refresh_from_db()
    assert siti.progress_marks["tugas"] == "c"


def test_two_trainers_who_differ_leave_one_verdict(cast: Cast, siti: Enrolment) -> None:
    work = hand_in(cast.siti, siti)
    results = at_once(
        partial(actions.score_work, by=cast.trainer.user, work=work, marks=GOOD, comment=""),
        partial(actions.score_work, by=cast.trainer.user, work=work, marks=POOR, comment="Lengkapi dulu."),
    )
    assert sum(isinstance(found, Refused) for found in results) == 1, results
    verbs = [entry.verb for entry in history_of("course_work", work.public_id)]
    assert sum(verb in {"course_work.accepted", "course_work.returned"} for verb in verbs) == 1, verbs
    assert Evidence.objects.filter(origin_kind="course_work", withdrawn_at=None).count() == 1


def test_a_stop_while_the_last_part_is_closed_leaves_the_completion(
    cast: Cast, siti: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    for row in siti.version.activities.exclude(key="halaman"):
        actions.repair_activity(by=cast.hr.user, enrolment=siti, activity=row, reason="Listrik padam")
    close = partial(actions.complete_activity, by=cast.siti.user, enrolment=siti, activity=part(siti, "halaman"))
    stop = partial(actions.withdraw, by=cast.siti.user, enrolment=siti)
    closed, stopped = during(monkeypatch, "bina.learning.actions.progress.recount", close, stop)
    assert isinstance(closed, Enrolment), closed
    assert isinstance(stopped, Refused), stopped
    siti.refresh_from_db()
    assert (siti.state, siti.withdrawn_at) == ("completed", None)


def test_handed_in_by_two_clicks_it_is_told_once(cast: Cast, siti: Enrolment) -> None:
    one = part(siti, "tugas")
    actions.save_work_draft(by=cast.siti.user, enrolment=siti, activity=one, text="Sudah.", uploads=())
    again = hand_in(cast.siti, siti)
    assert again.state == WorkState.HANDED_IN
    handing = partial(actions.hand_in_work, by=cast.siti.user, enrolment=siti, activity=one)
    results = at_once(handing, handing, handing)
    assert all(isinstance(found, HandedWork) for found in results), results
    verbs = [entry.verb for entry in history_of("course_work", again.public_id)]
    assert verbs.count("course_work.handed_in") == 1, verbs


def test_two_colleagues_who_confirm_at_once_close_the_task_once(cast: Cast, siti: Enrolment, course: Course) -> None:
    for peer in (cast.dewi, cast.rina):
        complete(peer, course)
    work = hand_in(cast.siti, siti, "terapkan", peers=[str(cast.dewi.public_id), str(cast.rina.public_id)])
    asked = list(PeerVoice.objects.filter(work=work).select_related("peer"))
    assert len(asked) == 2
    results = at_once(
        *[
            partial(actions.answer_as_peer, by=row.peer.user, work=work, is_confirmed=True, comment="Saya melihatnya.")
            for row in asked
        ]
    )
    assert all(isinstance(found, HandedWork) for found in results), results
    work.refresh_from_db()
    assert work.state == WorkState.ACCEPTED
    verbs = [entry.verb for entry in history_of("course_work", work.public_id)]
    assert verbs.count("course_work.accepted") == 1, verbs
