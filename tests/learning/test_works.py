"""Assignments, workplace tasks and discussions: handed in, looked at by the right people, done only by evidence."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from bina.competencies.models import Evidence
from bina.foundation.errors import Denied, Refused
from bina.journal.queries import notifications_of
from bina.learning import actions, queries
from bina.learning.models import Course, DiscussionAnswer, Enrolment, HandedWork, PeerVoice, WorkFile
from bina.learning.rules import WorkState
from bina.people.models import Employee
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import dumped, files, outline, publish_mini, zipped
from tests.learning.walking import enrolled, fresh, part

pytestmark = pytest.mark.django_db

LOOKS = ["tidak ada", "sebagian kecil", "hampir", "memenuhi", "melampaui"]
RUBRIC = [
    {"name": "Isi jelas", "competency": "4.2", "level": 2, "descriptors": LOOKS},
    {"name": "Data aman", "competency": "4.2", "level": 2, "descriptors": LOOKS},
]
NEW: list[dict[str, Any]] = [
    {"key": "tugas", "kind": "assignment", "title": "Susun catatan", "minutes": 1, "file": "tugas.md",
     "rubric": "rubrik.yaml", "wants": "both", "due_days": 10, "passing": 70},
    {"key": "terapkan", "kind": "workplace", "title": "Terapkan pekan ini", "minutes": 1, "file": "tugas.md", "due_days": 7},
    {"key": "diskusi", "kind": "discussion", "title": "Pengalaman Anda", "minutes": 1, "file": "tugas.md"},
]  # fmt: skip
PDF = b"%PDF-1.4\n" + b"x" * 300


def folder(change: dict[str, Any] | None = None, key: str = "", rubric: Any = RUBRIC) -> dict[str, bytes]:
    """The small course with the three kinds; ``change`` bends the one named ``key`` (None takes a field out)."""
    course = outline()
    course["sections"][1]["activities"][2]["minutes"] = 7
    for entry in NEW:
        bent = {**entry, **(change or {} if entry["key"] == key else {})}
        course["sections"][0]["activities"].append({name: value for name, value in bent.items() if value is not None})
    plain = [{**row, "descriptors": list(row["descriptors"])} if isinstance(row, dict) and "descriptors" in row else row
             for row in rubric] if isinstance(rubric, list) else rubric  # fmt: skip
    return files(course, {"tugas.md": b"Kerjakan **ini**.\n", "rubrik.yaml": dumped(plain)})


def pdf(name: str = "catatan.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def course(cast: Cast, settings: Settings, tmp_path: Path) -> Course:
    settings.MEDIA_ROOT = tmp_path
    return publish_mini(folder(), agency=cast.agency)


@pytest.fixture
def siti(cast: Cast, course: Course) -> Enrolment:
    return enrolled(cast.siti, course)


def hand_in(
    person: Employee, enrolment: Enrolment, key: str = "tugas", text: str = "Sudah saya kerjakan.", **more: Any
) -> HandedWork:
    one = part(enrolment, key)
    actions.save_work_draft(by=person.user, enrolment=enrolment, activity=one, text=text, uploads=[pdf()])
    return actions.hand_in_work(by=person.user, enrolment=enrolment, activity=one, **more)


def notices(person: Employee) -> list[str]:
    return list(notifications_of(person.user).values_list("title", flat=True))


FAULTS: list[tuple[dict[str, Any], str, str, str]] = [
    ({"wants": "suara"}, "tugas", "wants", "text, files, atau both"),
    ({"due_days": 0}, "tugas", "due_days", "1 sampai 365"),
    ({"passing": 101}, "tugas", "passing", "0 sampai 100"),
    ({"rubric": None}, "tugas", "rubric", "nama berkas"),
    ({"rubric": "tugas.md"}, "tugas", "rubric", "tidak dapat dipakai"),
    ({"proof": "ya"}, "terapkan", "proof", "true atau false"),
    ({"rubric": "rubrik.yaml"}, "terapkan", "rubric", "tidak dikenal"),
    ({"due_days": 7}, "diskusi", "due_days", "tidak dikenal"),
]


@pytest.mark.parametrize(("change", "key", "field", "words"), FAULTS)
def test_faults_are_named_by_line(
    reference_data: None, change: dict[str, Any], key: str, field: str, words: str
) -> None:
    report = actions.import_course_folder(zipped(folder(change, key)), by=None)
    found = [p for p in report.errors if p.field == field and words in p.sentence]
    assert found, [p.sentence for p in report.errors]
    assert all(p.line for p in found)


@pytest.mark.parametrize(
    ("rubric", "line", "words"),
    [
        ("teks saja", 1, "harus berupa daftar"),
        ([], 1, "harus berupa daftar"),
        ([RUBRIC[0], {"name": "Tanpa isi"}], 10, "Kriteria 2 memerlukan"),
        ([RUBRIC[0], {**RUBRIC[1], "level": 9}], 10, "Tingkat kriteria 2"),
        ([RUBRIC[0], {**RUBRIC[1], "competency": "9.9"}], 10, "Kriteria 2 belum menunjuk kompetensi"),
        ([RUBRIC[0], RUBRIC[0]], 10, "sudah dipakai"),
        ([{**RUBRIC[0], "descriptors": [*LOOKS[:4], ""]}], 1, "nilai 4"),
    ],
)
def test_a_rubric_that_cannot_score_is_refused_by_line(
    reference_data: None, rubric: Any, line: int, words: str
) -> None:
    report = actions.import_course_folder(zipped(folder(rubric=rubric)), by=None)
    assert [p.line for p in report.errors if p.file == "rubrik.yaml" and words in p.sentence] == [line]


def test_a_work_is_kept_as_a_draft_on_every_device(siti: Enrolment, cast: Cast, client_for: ClientFor) -> None:
    client, base = client_for(cast.siti), f"/learning/{siti.public_id}/tugas/"
    client.get(base)
    work = HandedWork.objects.get()
    assert (work.due_on - timezone.localdate()).days in (9, 10, 11)
    assert client.post(f"{base}work/", {"text": "Separuh jalan", "files": [pdf()], "go": "save"}).status_code == 302
    page = client_for(cast.siti).get(base).content.decode()
    assert "Separuh jalan" in page
    assert "catatan.pdf" in page
    file = WorkFile.objects.get()
    client.post(f"{base}work/", {"text": "Separuh jalan", "go": f"remove-{file.public_id}"})
    assert not WorkFile.objects.exists()


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (("a.exe", b"MZ"), "tidak dapat dipakai di sini"),
        (("a.pdf", b"<html>"), "tidak sesuai dengan akhiran"),
        (("a.docx", b"PK\x03\x04rusak"), "rusak"),
        (("a.svg", b"<svg onload='x()'/>"), "tidak dapat dipakai di sini"),
        (("a.pdf", b""), "kosong"),
    ],
)
def test_hostile_files_are_refused_in_words_and_the_text_is_kept(
    siti: Enrolment, cast: Cast, client_for: ClientFor, upload: tuple[str, bytes], words: str
) -> None:
    url = f"/learning/{siti.public_id}/tugas/work/"
    answer = client_for(cast.siti).post(url, {"text": "Kata saya", "files": [pdf(*upload)], "go": "hand_in"})
    assert answer.status_code == 409
    assert words in answer.content.decode()
    assert "Kata saya" in answer.content.decode()
    work = HandedWork.objects.get()
    assert (work.state, work.text) == ("draft", "Kata saya")
    assert not WorkFile.objects.exists()


def test_what_is_missing_is_said(siti: Enrolment, cast: Cast) -> None:
    one = part(siti, "tugas")
    asked: dict[str, Any] = {"by": cast.siti.user, "enrolment": siti, "activity": one}
    with pytest.raises(Refused, match="jawaban tertulis"):
        actions.hand_in_work(**asked)
    actions.save_work_draft(**asked, text="Ada")
    with pytest.raises(Refused, match="meminta berkas"):
        actions.hand_in_work(**asked)
    with pytest.raises(Denied):
        actions.save_work_draft(by=cast.dewi.user, enrolment=siti, activity=one, text="Bukan saya")


def test_scored_enough_it_closes_the_part_and_is_evidence(siti: Enrolment, cast: Cast) -> None:
    work = hand_in(cast.siti, siti)
    assert any("menyerahkan kiriman" in title for title in notices(cast.trainer))
    for stranger in (cast.dewi, cast.budi, cast.siti):
        with pytest.raises(Denied):
            actions.score_work(by=stranger.user, work=work, marks={"1": 3, "2": 3}, comment="")
    with pytest.raises(Refused, match="1 kriteria belum dinilai"):
        actions.score_work(by=cast.trainer.user, work=work, marks={"1": 4, "9": 4}, comment="Masih ada yang kurang.")
    actions.score_work(by=cast.trainer.user, work=work, marks={"1": 3, "2": 4}, comment="Rapi.")
    actions.score_work(by=cast.trainer.user, work=work, marks={"1": 3, "2": 4}, comment="Rapi.")  # a second click
    with pytest.raises(Refused, match="sudah diterima"):
        actions.score_work(by=cast.trainer.user, work=work, marks={"1": 0, "2": 0}, comment="Berubah pikiran saya.")
    assert fresh(siti).progress_marks["tugas"] == "c"
    piece = Evidence.objects.get(employee=cast.siti, origin_kind="course_work")
    assert piece.source == "practical_task"
    assert 1.5 < piece.value < 4
    assert any("diterima" in title for title in notices(cast.siti))
    with pytest.raises(Refused, match="tetap seperti adanya"):
        actions.save_work_draft(by=cast.siti.user, enrolment=siti, activity=part(siti, "tugas"), text="Ubah")


def test_too_few_points_come_back_and_a_better_try_replaces_the_evidence(siti: Enrolment, cast: Cast) -> None:
    work = hand_in(cast.siti, siti)
    with pytest.raises(Refused, match="perlu diperbaiki"):
        actions.score_work(by=cast.trainer.user, work=work, marks={"1": 1, "2": 1}, comment="")
    actions.score_work(by=cast.trainer.user, work=work, marks={"1": 1, "2": 1}, comment="Sebutkan satu langkahnya.")
    work.refresh_from_db()
    assert work.state == WorkState.RETURNED
    assert fresh(siti).progress_marks.get("tugas") != "c"
    low = Evidence.objects.get(origin_kind="course_work").value
    again = hand_in(cast.siti, siti, text="Langkahnya kini jelas.")
    assert again.former[0]["comment"] == "Sebutkan satu langkahnya."
    assert again.marks == {}
    actions.score_work(by=cast.trainer.user, work=again, marks={"1": 4, "2": 4}, comment="")
    assert Evidence.objects.get(origin_kind="course_work").value > low
    assert fresh(siti).progress_marks["tugas"] == "c"


def test_a_second_click_and_a_second_tab_hand_in_once(siti: Enrolment, cast: Cast, client_for: ClientFor) -> None:
    first, second = client_for(cast.siti), client_for(cast.siti)
    url = f"/learning/{siti.public_id}/tugas/work/"
    sent = {"text": "Selesai", "go": "hand_in"}
    assert first.post(url, {**sent, "files": [pdf()]}).status_code == 302
    assert first.post(url, {**sent, "files": [pdf()]}).status_code == 302
    late = second.post(url, {"text": "Teks tab kedua", "go": "save"})
    assert late.status_code == 409
    assert "sudah diserahkan" in late.content.decode()
    work = HandedWork.objects.get()
    assert (work.text, work.turn, work.files.count()) == ("Selesai", 0, 1)
    assert sum("menyerahkan kiriman" in title for title in notices(cast.trainer)) == 1


def test_the_superior_confirms_a_workplace_task(siti: Enrolment, cast: Cast, client_for: ClientFor) -> None:
    work = hand_in(cast.siti, siti, "terapkan")
    assert any("menyerahkan kiriman" in title for title in notices(cast.budi))
    for stranger in (cast.dewi, cast.trainer, cast.siti):
        with pytest.raises(Denied):
            actions.decide_workplace(by=stranger.user, work=work, is_confirmed=True, comment="")
    assert client_for(cast.dewi).get(f"/learning/works/{work.public_id}/").status_code == 404
    budi = client_for(cast.budi)
    assert "Terapkan pekan ini" in budi.get("/learning/works/").content.decode()
    assert "Sudah saya kerjakan." in budi.get(f"/learning/works/{work.public_id}/").content.decode()
    assert budi.post(f"/learning/works/{work.public_id}/", {"go": "confirm"}).status_code == 302
    actions.decide_workplace(by=cast.budi.user, work=work, is_confirmed=True, comment="")  # a second click
    assert fresh(siti).progress_marks["terapkan"] == "c"
    assert not Evidence.objects.filter(origin_kind="course_work").exists()


def complete(person: Employee, course: Course) -> Enrolment:
    """The person counts as somebody who took the course."""
    row = enrolled(person, course)
    Enrolment.objects.filter(pk=row.pk).update(state="completed", completed_at=timezone.now())
    return row


def test_two_colleagues_who_took_the_course_are_enough(siti: Enrolment, course: Course, cast: Cast) -> None:
    for person in (cast.dewi, cast.rina):
        complete(person, course)
    offered = queries.peers_for(siti)
    assert {person.pk for person in offered} == {cast.dewi.pk, cast.rina.pk}
    keys = [str(person.public_id) for person in (cast.dewi, cast.rina, cast.unit_hr)]
    work = hand_in(cast.siti, siti, "terapkan", peers=keys)
    assert set(PeerVoice.objects.values_list("peer_id", flat=True)) == {cast.dewi.pk, cast.rina.pk}
    assert any("menguatkan" in title for title in notices(cast.dewi))
    with pytest.raises(Denied):
        actions.answer_as_peer(by=cast.unit_hr.user, work=work, is_confirmed=True, comment="")
    actions.answer_as_peer(by=cast.dewi.user, work=work, is_confirmed=True, comment="Saya lihat sendiri.")
    actions.answer_as_peer(by=cast.dewi.user, work=work, is_confirmed=True, comment="Saya lihat sendiri.")
    work.refresh_from_db()
    assert work.state == WorkState.HANDED_IN  # one colleague twice is still one
    actions.answer_as_peer(by=cast.rina.user, work=work, is_confirmed=True, comment="")
    assert fresh(siti).progress_marks["terapkan"] == "c"


def test_confirmations_of_an_earlier_content_do_not_count(siti: Enrolment, course: Course, cast: Cast) -> None:
    complete(cast.dewi, course)
    work = hand_in(cast.siti, siti, "terapkan", peers=[str(cast.dewi.public_id)])
    actions.answer_as_peer(by=cast.dewi.user, work=work, is_confirmed=True, comment="")
    actions.decide_workplace(by=cast.budi.user, work=work, is_confirmed=False, comment="Hasilnya belum terlihat.")
    again = hand_in(cast.siti, siti, "terapkan", text="Kini ada hasilnya.")
    with pytest.raises(Denied):
        actions.answer_as_peer(by=cast.dewi.user, work=again, is_confirmed=True, comment="")


def test_an_appeal_goes_to_a_trainer(siti: Enrolment, cast: Cast, client_for: ClientFor) -> None:
    work = hand_in(cast.siti, siti, "terapkan")
    asked: dict[str, Any] = {"by": cast.siti.user, "enrolment": siti, "activity": part(siti, "terapkan")}
    with pytest.raises(Refused, match="menunggu diperiksa"):
        actions.appeal_work(**asked, reason="Saya tidak setuju sama sekali.")
    with pytest.raises(Refused):
        actions.decide_workplace(by=cast.budi.user, work=work, is_confirmed=False, comment="")
    actions.decide_workplace(by=cast.budi.user, work=work, is_confirmed=False, comment="Belum saya lihat hasilnya.")
    with pytest.raises(Refused, match="alasan banding"):
        actions.appeal_work(**asked, reason="!")
    actions.appeal_work(**asked, reason="Hasilnya ada di papan pengumuman loket.")
    actions.appeal_work(**asked, reason="Hasilnya ada di papan pengumuman loket.")
    with pytest.raises(Denied):
        actions.decide_workplace(by=cast.budi.user, work=work, is_confirmed=False, comment="Tetap belum saya lihat.")
    trainer = client_for(cast.trainer)
    assert "papan pengumuman" in trainer.get(f"/learning/works/{work.public_id}/").content.decode()
    trainer.post(f"/learning/works/{work.public_id}/", {"go": "confirm"})
    assert fresh(siti).progress_marks["terapkan"] == "c"


def test_a_refused_appeal_keeps_the_work_and_the_appeal(siti: Enrolment, cast: Cast, client_for: ClientFor) -> None:
    work = hand_in(cast.siti, siti, "terapkan", text="Papan antrean sudah dipasang.")
    actions.decide_workplace(by=cast.budi.user, work=work, is_confirmed=False, comment="Belum saya lihat hasilnya.")
    client, url = client_for(cast.siti), f"/learning/{siti.public_id}/terapkan/work/"
    refused = client.post(url, {"go": "appeal", "appeal": "Sudah!"})
    assert refused.status_code == 409
    page = refused.content.decode()
    assert "Papan antrean sudah dipasang.</textarea>" in page
    assert ">Sudah!</textarea>" in page
    client.post(url, {"go": "save"})
    work.refresh_from_db()
    assert work.text == "Papan antrean sudah dipasang."


def test_a_refused_work_keeps_the_colleagues_that_were_chosen(
    siti: Enrolment, course: Course, cast: Cast, client_for: ClientFor
) -> None:
    complete(cast.dewi, course)
    sent = {"text": "Separuh", "go": "hand_in", "peers": [str(cast.dewi.public_id)], "files": [pdf("a.exe", b"MZ")]}
    refused = client_for(cast.siti).post(f"/learning/{siti.public_id}/terapkan/work/", sent)
    assert refused.status_code == 409
    assert f'value="{cast.dewi.public_id}" checked' in refused.content.decode()


def test_files_open_for_those_who_look_and_run_nothing(siti: Enrolment, cast: Cast, client_for: ClientFor) -> None:
    hand_in(cast.siti, siti)
    url = f"/learning/works/files/{WorkFile.objects.get().public_id}/"
    for person, status in ((cast.siti, 200), (cast.trainer, 200), (cast.dewi, 404), (cast.budi, 404)):
        answer = client_for(person).get(url)
        assert answer.status_code == status, person.full_name
        if status == 200:
            assert "sandbox" in answer["Content-Security-Policy"]
            assert answer["Content-Disposition"].startswith("attachment")


def test_reminders_come_once(siti: Enrolment, cast: Cast) -> None:
    actions.begin_work(by=cast.siti.user, enrolment=siti, activity=part(siti, "tugas"))
    HandedWork.objects.update(due_on=timezone.localdate() + dt.timedelta(days=1))
    assert actions.remind_of_course_works() == 1
    assert actions.remind_of_course_works() == 0
    hand_in(cast.siti, siti)
    HandedWork.objects.update(handed_in_at=timezone.now() - dt.timedelta(days=8))
    assert actions.remind_of_course_works() >= 1
    assert actions.remind_of_course_works() == 0
    assert any("menunggu diperiksa" in title for title in notices(cast.trainer))


def test_others_are_read_after_ones_own_answer(
    siti: Enrolment, course: Course, cast: Cast, client_for: ClientFor
) -> None:
    dewi = enrolled(cast.dewi, course)
    client_for(cast.dewi).post(
        f"/learning/{dewi.public_id}/diskusi/answer/", {"text": "Kami pakai papan <b>antrean</b>."}
    )
    client, url = client_for(cast.siti), f"/learning/{siti.public_id}/diskusi/"
    assert "papan" not in client.get(url).content.decode()
    assert client.post(f"{url}answer/", {"text": "   "}).status_code == 409
    assert "diskusi" not in {key for key, mark in fresh(siti).progress_marks.items() if mark == "c"}
    client.post(f"{url}answer/", {"text": "Kami memakai nomor urut."})
    client.post(f"{url}answer/", {"text": "Kami memakai nomor urut dan layar."})
    page = client.get(url).content.decode()
    assert "Kami pakai papan &lt;b&gt;antrean" in page
    assert fresh(siti).progress_marks["diskusi"] == "c"
    assert DiscussionAnswer.objects.count() == 2


def test_a_trainer_hides_with_a_reason(siti: Enrolment, course: Course, cast: Cast, client_for: ClientFor) -> None:
    dewi = enrolled(cast.dewi, course)
    for person, row in ((cast.siti, siti), (cast.dewi, dewi)):
        actions.answer_discussion(
            by=person.user, enrolment=row, activity=part(row, "diskusi"), text=f"Kata {person.full_name}"
        )
    answer = DiscussionAnswer.objects.get(enrolment=dewi)
    with pytest.raises(Denied):
        actions.hide_answer(by=cast.siti.user, answer=answer, reason="Saya tidak suka isinya.")
    trainer = client_for(cast.trainer)
    assert f"Kata {cast.dewi.full_name}" in trainer.get("/learning/managed/kursus-mini/discussions/").content.decode()
    trainer.post(f"/learning/managed/answers/{answer.public_id}/", {"go": "hide", "reason": ""})
    answer.refresh_from_db()
    assert answer.hidden_at is None
    trainer.post(
        f"/learning/managed/answers/{answer.public_id}/", {"go": "hide", "reason": "Memuat nomor telepon warga."}
    )
    assert "Kata Dewi" not in client_for(cast.siti).get(f"/learning/{siti.public_id}/diskusi/").content.decode()
    own = client_for(cast.dewi).get(f"/learning/{dewi.public_id}/diskusi/").content.decode()
    assert "Memuat nomor telepon warga." in own
    assert any("disembunyikan" in title for title in notices(cast.dewi))
    trainer.post(f"/learning/managed/answers/{answer.public_id}/", {"go": "show"})
    assert "Kata Dewi" in client_for(cast.siti).get(f"/learning/{siti.public_id}/diskusi/").content.decode()
    assert (
        client_for(cast.dewi).post(f"/learning/managed/answers/{answer.public_id}/", {"go": "hide"}).status_code == 404
    )


def test_works_stay_closed_to_those_who_do_not_look_after_courses(
    siti: Enrolment, cast: Cast, client_for: ClientFor
) -> None:
    work = hand_in(cast.siti, siti)
    for person in (cast.leader, cast.evaluator, cast.head):
        assert client_for(person).get(f"/learning/works/{work.public_id}/").status_code == 404
        assert "Susun catatan" not in client_for(person).get("/learning/works/").content.decode()


def test_the_list_of_works_costs_the_same_however_long(course: Course, cast: Cast, client_for: ClientFor) -> None:
    def cost() -> int:
        client = client_for(cast.trainer)
        client.get("/learning/works/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/learning/works/").status_code == 200
        return len(captured)

    hand_in(cast.siti, enrolled(cast.siti, course))
    one = cost()
    for person in (cast.dewi, cast.rina, cast.budi):
        hand_in(person, enrolled(person, course))
    assert cost() == one


def test_an_author_sees_the_new_kinds_in_the_preview(course: Course, cast: Cast, client_for: ClientFor) -> None:
    version = course.current_version
    assert version is not None
    for key in ("tugas", "terapkan", "diskusi"):
        page = client_for(cast.trainer).get(f"/learning/managed/versions/{version.public_id}/preview/{key}/")
        assert page.status_code == 200
        assert "Kerjakan <strong>ini</strong>." in page.content.decode()
    assert not HandedWork.objects.exists()
