"""Gated paths: what comes first, what a test makes unnecessary, for whom a part is; and speed that is asked about, never punished."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from bina.foundation.errors import Refused
from bina.learning import actions
from bina.learning.models import ActivityProgress, Course, Enrolment
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import files, outline, publish_mini, zipped
from tests.learning.walking import enrolled, fresh, open_part, part, pass_quiz, read_page, take_test

pytestmark = pytest.mark.django_db


def bent(**changes: dict[str, Any]) -> dict[str, bytes]:
    """The small course with further fields for some activities (dashes written as underscores)."""
    course = outline()
    for section in course["sections"]:
        for entry in section["activities"]:
            entry.update(changes.get(entry["key"].replace("-", "_"), {}))
    return files(course)


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"halaman": {"needs": "kuis"}}, "needs", "sebagai daftar"),
    ({"halaman": {"needs": [{"key": "kuis"}]}}, "needs", "sebagai daftar"),
    ({"halaman": {"needs": ["tidak-ada"]}}, "needs", "tidak ada dalam kursus"),
    ({"halaman": {"needs": [{"key": "kuis", "score": 0}]}}, "needs", "1 sampai 100"),
    ({"kuis": {"needs": [{"key": "halaman", "score": 70}]}}, "needs", "tidak memberi nilai"),
    ({"halaman": {"needs": ["kuis"]}, "kuis": {"needs": ["halaman"]}}, "needs", "saling menunggu"),
    ({"halaman": {"needs": ["halaman"]}}, "needs", "saling menunggu"),
    ({"uji_awal": {"test_out": {"score": 80}}}, "test_out", "score dan covers"),
    ({"uji_awal": {"test_out": {"score": True, "covers": ["halaman"]}}}, "test_out", "score dan covers"),
    ({"uji_awal": {"test_out": {"score": 80, "covers": ["lain"]}}}, "test_out", "tidak ada dalam kursus"),
    ({"uji_awal": {"test_out": {"score": 80, "covers": ["uji-akhir"]}}}, "test_out", "selalu dikerjakan sendiri"),
    ({"halaman": {"test_out": {"score": 80, "covers": ["kuis"]}}}, "test_out", "tidak dikenal"),
    ({"halaman": {"only_for": ["PELAKSANA"]}}, "only_for", "job_classes atau provinces"),
    ({"halaman": {"only_for": {"umur": ["40"]}}}, "only_for", "job_classes atau provinces"),
    ({"halaman": {"only_for": {"job_classes": ["RAJA"]}}}, "only_for", "RAJA"),
    ({"halaman": {"only_for": {"provinces": [61]}}}, "only_for", "ditulis sebagai teks"),
]


@pytest.mark.parametrize(("changes", "field", "words"), FAULTS)
def test_gates_that_cannot_work_are_refused_by_line(
    reference_data: None, changes: dict[str, Any], field: str, words: str
) -> None:
    report = actions.import_course_folder(zipped(bent(**changes)), by=None)
    found = [p for p in report.errors if p.field == field and words in p.sentence]
    assert found, [p.sentence for p in report.errors]
    assert all(p.line for p in found)
    assert not Course.objects.exists()


def test_a_course_for_some_people_only_is_refused(reference_data: None) -> None:
    keys = ("uji_awal", "halaman", "kuis", "berkas", "video", "uji_akhir")
    only = {key: {"only_for": {"job_classes": ["PELAKSANA"]}} for key in keys}
    report = actions.import_course_folder(zipped(bent(**only)), by=None)
    assert any("untuk semua peserta" in p.sentence for p in report.errors)


@pytest.fixture
def gated(cast: Cast) -> Enrolment:
    """Siti in a course whose file opens after the page and 100 points in the quiz."""
    course = publish_mini(bent(berkas={"needs": ["halaman", {"key": "kuis", "score": 100}]}))
    return enrolled(cast.siti, course)


def test_a_locked_part_says_what_comes_first_at_every_door(gated: Enrolment, cast: Cast, client_for: ClientFor) -> None:
    client, user, berkas = client_for(cast.siti), cast.siti.user, part(gated, "berkas")
    sentence = "Terbuka setelah “Lapor lebih awal” selesai dan nilai “Kuis” sedikitnya 100."
    assert sentence in client.get("/learning/courses/kursus-mini/").content.decode()
    page = client.get(f"/learning/{gated.public_id}/berkas/")
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert "Unduh" not in page.content.decode()
    assert client.get(f"/learning/{gated.public_id}/berkas/download/")["Location"].endswith("/berkas/")
    assert client.post(f"/learning/{gated.public_id}/berkas/report/", {"report": "{}"}).status_code == 409
    for door in (
        lambda: actions.open_activity(by=user, enrolment=fresh(gated), activity=berkas),
        lambda: actions.complete_activity(by=user, enrolment=gated, activity=berkas),
        lambda: actions.record_activity_progress(by=user, enrolment=gated, activity=berkas, report={"downloaded": 1}),
    ):
        with pytest.raises(Refused, match="Terbuka setelah"):
            door()
    assert "berkas" not in fresh(gated).progress_marks
    assert not ActivityProgress.objects.filter(activity=berkas).exists()


def test_the_lock_opens_with_the_score_and_stays_open(gated: Enrolment, cast: Cast) -> None:
    user, berkas = cast.siti.user, part(gated, "berkas")
    read_page(user, gated)
    pass_quiz(user, gated, right=False)
    with pytest.raises(Refused, match="sedikitnya 100"):
        actions.open_activity(by=user, enrolment=fresh(gated), activity=berkas)
    pass_quiz(user, gated, token="t2")
    open_part(user, gated, "berkas")
    pass_quiz(user, gated, token="t3", right=False)  # a worse try later takes nothing away
    open_part(user, gated, "berkas")
    assert fresh(gated).facts["scores"]["kuis"] == 100


def test_quizzes_and_tests_wait_as_well(cast: Cast) -> None:
    siti = enrolled(cast.siti, publish_mini(bent(kuis={"needs": ["halaman"]}, uji_akhir={"needs": ["halaman"]})))
    user = cast.siti.user
    with pytest.raises(Refused, match="Terbuka setelah"):
        pass_quiz(user, siti)
    with pytest.raises(Refused, match="Terbuka setelah"):
        actions.begin_test(by=user, enrolment=siti, activity=part(siti, "uji-akhir"))
    read_page(user, siti)
    pass_quiz(user, siti)


def test_an_author_walks_through_locks(cast: Cast, client_for: ClientFor) -> None:
    course = publish_mini(bent(berkas={"needs": ["halaman"]}))
    version = course.current_version
    assert version is not None
    page = client_for(cast.admin).get(f"/learning/managed/versions/{version.public_id}/preview/berkas/")
    assert "Unduh" in page.content.decode()


def test_a_test_makes_parts_unnecessary_with_itself_as_evidence(cast: Cast, client_for: ClientFor) -> None:
    course = publish_mini(bent(uji_awal={"test_out": {"score": 100, "covers": ["halaman", "video"]}}))
    siti, budi = enrolled(cast.siti, course), enrolled(cast.budi, course)
    take_test(cast.siti.user, siti, "uji-awal", right=2)
    take_test(cast.budi.user, budi, "uji-awal", right=1)
    marks = fresh(siti).progress_marks
    assert {key for key, mark in marks.items() if mark == "c"} == {"uji-awal", "halaman", "video"}
    assert fresh(siti).parts_done == 3
    row = ActivityProgress.objects.get(enrolment=siti, activity__key="video")
    assert row.evidence["tested_out"] == {"by": "uji-awal", "title": "Uji awal", "score": 100.0}
    assert "hasty" not in fresh(siti).facts
    assert {key for key, mark in fresh(budi).progress_marks.items() if mark == "c"} == {"uji-awal"}
    page = client_for(cast.siti).get(f"/learning/{siti.public_id}/video/").content.decode()
    assert "dibebaskan dari bagian ini oleh nilai 100" in page


def test_branches_by_job_class_and_region(cast: Cast, client_for: ClientFor) -> None:
    course = publish_mini(
        bent(
            berkas={"only_for": {"job_classes": ["PENGAWAS"]}},
            video={"only_for": {"provinces": ["61"], "job_classes": ["PELAKSANA"]}},
        )
    )
    siti, budi = enrolled(cast.siti, course), enrolled(cast.budi, course)
    assert siti.parts_total == budi.parts_total == 5
    assert (siti.minutes_left, budi.minutes_left) == (40, 40)
    page = client_for(cast.siti).get("/learning/courses/kursus-mini/").content.decode()
    assert f"{siti.public_id}/video/" in page
    assert f"{siti.public_id}/berkas/" not in page
    assert client_for(cast.siti).get(f"/learning/{siti.public_id}/berkas/").status_code == 404
    with pytest.raises(Refused, match="tidak diminta dari Anda"):
        actions.complete_activity(by=cast.siti.user, enrolment=siti, activity=part(siti, "berkas"))
    # The branch holds to the end: the course completes without what is not meant for the person.
    take_test(cast.siti.user, siti, "uji-awal", right=1)
    read_page(cast.siti.user, siti)
    pass_quiz(cast.siti.user, siti)
    open_part(cast.siti.user, siti, "video")
    actions.record_activity_progress(
        by=cast.siti.user, enrolment=siti, activity=part(siti, "video"), report={"transcript": True}
    )
    actions.complete_activity(by=cast.siti.user, enrolment=siti, activity=part(siti, "video"))
    take_test(cast.siti.user, siti, "uji-akhir", right=2)
    assert fresh(siti).state == "completed"


def test_impossible_speed_is_noted_asked_about_and_not_punished(cast: Cast, client_for: ClientFor) -> None:
    data = outline()
    siti = enrolled(cast.siti, publish_mini(files(data, {"01.md": b"kata " * 2_000 + b"\n\n![Alur](media/a.svg)\n"})))
    client = client_for(cast.siti)
    read_page(cast.siti.user, siti)
    held = fresh(siti)
    assert held.progress_marks["halaman"] == "c"
    assert held.facts["hasty"]["halaman"]["minutes"] == 15
    page = client.get(f"/learning/{siti.public_id}/kuis/").content.decode()
    assert "Satu kalimat: apa isi pokoknya?" in page
    url = f"/learning/{siti.public_id}/halaman/explain/"
    client.post(url, {"words": "ya", "back": "kuis"})
    assert "words" not in fresh(siti).facts["hasty"]["halaman"]
    sent = client.post(url, {"words": "Melapor lebih awal menolong semua", "back": "kuis"})
    assert sent["Location"].endswith("/kuis/")
    assert "Satu kalimat" not in client.get(f"/learning/{siti.public_id}/kuis/").content.decode()
    assert client_for(cast.dewi).post(url, {"words": "kata orang lain saja ini"}).status_code == 404
    trainer = client_for(cast.hr).get(f"/learning/managed/enrolments/{siti.public_id}/").content.decode()
    assert "dari perkiraan 15 menit" in trainer
    assert "Melapor lebih awal menolong semua" in trainer
    people = client_for(cast.hr).get("/learning/managed/kursus-mini/participants/").content.decode()
    assert "1 bagian sangat cepat" in people


def test_reading_in_its_time_is_not_noted(cast: Cast) -> None:
    siti = enrolled(cast.siti, publish_mini())
    open_part(cast.siti.user, siti, "halaman")
    ActivityProgress.objects.update(opened_at=timezone.now() - dt.timedelta(minutes=5))
    actions.complete_activity(by=cast.siti.user, enrolment=siti, activity=part(siti, "halaman"))
    assert "hasty" not in fresh(siti).facts
