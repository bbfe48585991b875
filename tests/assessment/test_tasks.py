"""Practical tasks: written and published, set to people, handed in, scored blindly, decided by a third, turned into levels."""

import datetime as dt
import json
from pathlib import Path

import pytest
from pytest_django import Settings

from bina.assessment import actions, queries
from bina.assessment.models import PracticalTask, RubricScore, TaskAssignment, TaskVersion
from bina.assessment.rules import Criterion
from bina.competencies.models import Evidence
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry, Notification
from bina.people.models import Employee
from tests.assessment.tasks import TEXT, facts, office_file, published_task, rubric, score, upload, work_of
from tests.cast import Cast


def titles_for(person: Employee) -> list[str]:
    return list(Notification.objects.filter(recipient__employee=person).values_list("title", flat=True))


def test_a_task_is_written_published_and_changed_by_version(cast: Cast) -> None:
    hr = cast.hr.user
    unfinished = [Criterion(rubric()[0].competency, 2, "Kriteria", ("", "", "", "", ""))]
    task = actions.create_task(by=hr, facts=facts(), criteria=unfinished)
    with pytest.raises(Refused, match="belum menjelaskan seperti apa nilai 0, 1, 2, 3, 4"):
        actions.move_task(by=hr, task=task, state="published")
    actions.save_task(by=hr, task=task, facts=facts(), criteria=rubric())
    actions.move_task(by=hr, task=task, state="published")
    actions.move_task(by=hr, task=task, state="published")
    assert TaskVersion.objects.filter(task=task).count() == 1
    actions.save_task(by=hr, task=task, facts=facts(), criteria=rubric())
    assert TaskVersion.objects.filter(task=task).count() == 1, "the same words are no new version"
    actions.assign_task(by=hr, task=task, people=[cast.siti])
    actions.save_task(by=hr, task=task, facts=facts("Judul baru"), criteria=rubric("2.1"))
    work = TaskAssignment.objects.get()
    assert work.version.title == "Menjawab pengaduan"
    assert work.version.criteria.count() == 2
    assert str(PracticalTask.objects.get(pk=task.pk)) == "Judul baru"
    assert Entry.objects.filter(verb="task.published").count() == 1


@pytest.mark.parametrize("name", ["siti", "budi", "trainer", "leader", "unit_hr"])
def test_only_organisers_keep_tasks(cast: Cast, name: str) -> None:
    task = published_task(cast)
    by = getattr(cast, name).user
    for attempt in (
        lambda: actions.create_task(by=by, facts=facts(), criteria=rubric()),
        lambda: actions.save_task(by=by, task=task, facts=facts("Lain"), criteria=rubric()),
        lambda: actions.move_task(by=by, task=task, state="retired"),
        lambda: actions.copy_task(by=by, task=task),
        lambda: actions.assign_task(by=by, task=task, people=[cast.siti]),
        lambda: actions.name_assessor(by=by, task=task, employee=cast.head),
        lambda: actions.remove_assessor(by=by, task=task, employee=cast.head),
    ):
        with pytest.raises(Denied):
            attempt()
    assert not queries.tasks_visible_to(by).exists()


def test_shipped_tasks_are_national_and_copied_to_be_changed(cast: Cast) -> None:
    actions.load_reference_data()
    actions.load_reference_data()
    shipped = PracticalTask.objects.filter(agency=None)
    assert shipped.count() == 3
    assert TaskVersion.objects.count() == 3
    task = shipped.get(code="jawab-pengaduan")
    with pytest.raises(Denied):
        actions.save_task(by=cast.hr.user, task=task, facts=facts(), criteria=rubric())
    copy = actions.copy_task(by=cast.hr.user, task=task)
    assert (copy.agency_id, copy.state) == (cast.agency.pk, "draft")
    assert actions.criteria_of(copy.current or TaskVersion()) == actions.criteria_of(task.current or TaskVersion())


def test_setting_a_task_twice_changes_nothing_and_leaves_assessors_out(cast: Cast) -> None:
    task = published_task(cast, cast.head)
    first = actions.assign_task(by=cast.hr.user, task=task, people=[cast.siti, cast.dewi, cast.head])
    assert (first.assigned, first.already, first.assessors) == (2, 0, 1)
    again = actions.assign_task(by=cast.hr.user, task=task, people=[cast.siti, cast.dewi])
    assert (again.assigned, again.already) == (0, 2)
    assert any("Tugas praktik untuk Anda" in title for title in titles_for(cast.siti))
    with pytest.raises(Refused, match="sudah lewat"):
        actions.assign_task(by=cast.hr.user, task=task, people=[cast.rina], due_on=clock.today() - dt.timedelta(days=1))
    actions.move_task(by=cast.hr.user, task=task, state="retired")
    with pytest.raises(Refused, match="belum terbit"):
        actions.assign_task(by=cast.hr.user, task=task, people=[cast.rina])


def test_a_draft_is_kept_and_handing_in_twice_is_once(cast: Cast) -> None:
    task = published_task(cast, cast.head, cast.trainer)
    actions.assign_task(by=cast.hr.user, task=task, people=[cast.siti])
    work = TaskAssignment.objects.get()
    actions.save_work(by=cast.siti.user, assignment=work, text="Baru setengah")
    with pytest.raises(Denied):
        actions.save_work(by=cast.dewi.user, assignment=work, text="x")
    with pytest.raises(Refused, match="jawaban tertulis"):
        actions.hand_in(by=cast.siti.user, assignment=work, text="  ")
    actions.hand_in(by=cast.siti.user, assignment=work, text=TEXT)
    actions.hand_in(by=cast.siti.user, assignment=work, text=TEXT)
    assert RubricScore.objects.filter(assignment=work).count() == 2
    with pytest.raises(Refused, match="menunggu penilai"):
        actions.save_work(by=cast.siti.user, assignment=work, text="Lain")
    with pytest.raises(Refused, match="menunggu penilai"):
        actions.hand_in(by=cast.siti.user, assignment=work, text="Lain")


def test_files_are_asked_for_checked_and_removed(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    task = published_task(cast, cast.head, cast.trainer, wants_text=False, wants_files=True)
    actions.assign_task(by=cast.hr.user, task=task, people=[cast.siti])
    work = TaskAssignment.objects.get()
    with pytest.raises(Refused, match="sedikitnya satu berkas"):
        actions.hand_in(by=cast.siti.user, assignment=work, text="")
    sheet = office_file("[Content_Types].xml", "xl/workbook.xml")
    for hostile in (
        upload("gambar.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>x</script></svg>"),
        upload("arsip.zip", office_file("a.txt")),
        upload("laporan.pdf", b"<html>bukan pdf</html>"),
        upload("rekap.xlsx", office_file("word/document.xml")),
        upload("rekap.xlsx", office_file("xl/workbook.xml", "xl/vbaProject.bin")),
        upload("rekap.xlsx", office_file("xl/workbook.xml", "../../etc/passwd")),
        upload("rekap.xlsx", b"PK\x03\x04 rusak"),
        upload("besar.txt", b"a" * (10 * 1024 * 1024 + 1)),
        upload("kosong.txt", b""),
    ):
        with pytest.raises(Refused):
            actions.save_work(by=cast.siti.user, assignment=work, text="", uploads=[upload(), hostile])
    assert not work.files.exists(), "one bad file keeps none"
    assert not list(tmp_path.rglob("*.txt"))
    actions.save_work(by=cast.siti.user, assignment=work, text="", uploads=[upload("Rekap Siti.xlsx", sheet)])
    actions.save_work(by=cast.siti.user, assignment=work, text="", uploads=[upload("lagi.xlsx", sheet)])
    assert work.files.count() == 1, "the same content is kept once"
    more = [upload(f"{n}.txt", f"isi {n}".encode()) for n in range(4)]
    with pytest.raises(Refused, match="Paling banyak 4 berkas"):
        actions.save_work(by=cast.siti.user, assignment=work, text="", uploads=more)
    actions.hand_in(by=cast.siti.user, assignment=work, text="")
    file = work.files.get()
    for assessor in (cast.head, cast.trainer):
        seen = queries.file_visible_to(assessor.user, file.public_id)
        assert seen is not None
        assert "Siti" not in seen.name
    own = queries.file_visible_to(cast.siti.user, file.public_id)
    assert own is not None
    assert own.name == "Rekap Siti.xlsx"
    for other in (cast.dewi, cast.budi, cast.hr):
        assert queries.file_visible_to(other.user, file.public_id) is None


def test_two_who_agree_make_evidence_once(cast: Cast) -> None:
    task = published_task(cast, cast.head, cast.trainer)
    work = work_of(cast, task, cast.siti)
    score(work, cast.head, 3, 2, comment="Jelas dan sopan.")
    assert TaskAssignment.objects.get().state == "scoring"
    assert not Evidence.objects.exists()
    assert queries.task_result(TaskAssignment.objects.get()) is None
    turn = score(work, cast.trainer, 4, 2)
    actions.send_score(by=cast.trainer.user, score=turn, marks={"1": 4, "2": 2}, comment="")
    with pytest.raises(Refused, match="sudah terkirim"):
        actions.send_score(by=cast.trainer.user, score=turn, marks={"1": 0, "2": 2}, comment="")
    done = TaskAssignment.objects.get()
    assert done.state == "scored"
    pieces = {piece.competency.code: piece for piece in Evidence.objects.select_related("competency")}
    assert set(pieces) == {"2.1", "4.2"}
    assert {piece.source for piece in pieces.values()} == {"practical_task"}
    assert pieces["2.1"].value > 2 > pieces["4.2"].value
    assert pieces["2.1"].line == f"task:{task.pk}"
    result = queries.task_result(done)
    assert result is not None
    assert [line.mark for line in result.criteria] == [3.5, 2.0]
    assert result.comments == ("Jelas dan sopan.",)
    assert any("Hasil “Menjawab pengaduan” sudah ada" in title for title in titles_for(cast.siti))
    evidence_entry = Entry.objects.get(verb="evidence.recorded")
    assert evidence_entry.actor_id is None, "the profile must not tell who scored"


@pytest.mark.parametrize(("one", "other"), [((0, 3), (2, 3)), ((4, 4), (3, 3))])
def test_marks_far_apart_go_to_a_third_who_decides(cast: Cast, one: tuple[int, int], other: tuple[int, int]) -> None:
    task = published_task(cast, cast.head, cast.trainer, cast.evaluator, largest_difference=1)
    work = work_of(cast, task, cast.siti)
    first, second = (row.assessor for row in work.scores.order_by("id"))
    score(work, first, *one)
    score(work, second, *other)
    work = TaskAssignment.objects.get()
    assert (work.state, work.needs_third) == ("scoring", True)
    third = RubricScore.objects.get(assignment=work, is_third=True)
    assert len(queries.earlier_scores(third)) == 2
    assert queries.earlier_scores(RubricScore.objects.get(assignment=work, assessor=first)) == []
    assert any("Anda memutuskan" in title for title in titles_for(third.assessor))
    score(work, third.assessor, 3, 3)
    result = queries.task_result(TaskAssignment.objects.get())
    assert result is not None
    assert result.by_third
    assert [line.mark for line in result.criteria] == [3, 3]
    assert Evidence.objects.count() == 2


def test_without_a_third_the_organiser_is_told_and_names_one(cast: Cast) -> None:
    task = published_task(cast, cast.head, cast.trainer)
    work = work_of(cast, task, cast.siti)
    score(work, cast.head, 0, 3)
    score(work, cast.trainer, 3, 3)
    assert any("kekurangan penilai" in title for title in titles_for(cast.hr))
    actions.name_assessor(by=cast.hr.user, task=task, employee=cast.evaluator)
    assert RubricScore.objects.get(assignment=work, is_third=True).assessor == cast.evaluator


def test_conflicts_of_interest_are_refused_in_words(cast: Cast) -> None:
    task = published_task(cast, cast.budi, cast.siti, cast.dewi)
    work = work_of(cast, task, cast.division_head)
    # Budi answers to the head of the division; Siti and Dewi do not answer to her directly.
    assert {row.assessor for row in work.scores.all()} == {cast.siti, cast.dewi}
    RubricScore.objects.all().delete()
    with pytest.raises(Denied, match="bawahan langsung"):
        actions.give_turn(by=cast.hr.user, assignment=work, assessor=cast.budi)
    with pytest.raises(Denied, match="tugasnya sendiri"):
        actions.give_turn(by=cast.hr.user, assignment=work, assessor=cast.division_head)
    with pytest.raises(Denied, match="sedang mengerjakan tugas yang sama"):
        actions.name_assessor(by=cast.hr.user, task=task, employee=cast.division_head)
    cast.rina.user.delete()
    cast.rina.refresh_from_db()
    with pytest.raises(Denied, match="belum punya akun"):
        actions.name_assessor(by=cast.hr.user, task=task, employee=cast.rina)


def test_a_conflict_that_comes_up_later_stops_the_sending(cast: Cast) -> None:
    from bina.people.models import SuperiorOverride

    task = published_task(cast, cast.rina, cast.trainer)
    work = work_of(cast, task, cast.siti)
    SuperiorOverride.objects.create(employee=cast.rina, superior=cast.siti, reason="proyek", valid_from=clock.today())
    with pytest.raises(Denied, match="bawahan langsung"):
        score(work, cast.rina, 3, 3)


def test_marks_are_complete_or_kept_as_a_draft(cast: Cast) -> None:
    task = published_task(cast, cast.head, cast.trainer)
    work = work_of(cast, task, cast.siti)
    turn = RubricScore.objects.get(assignment=work, assessor=cast.head)
    actions.save_score_draft(by=cast.head.user, score=turn, marks={"1": 3, "9": 4, "2": 7}, comment="Catatan")
    turn.refresh_from_db()
    assert turn.marks == {"1": 3}
    with pytest.raises(Refused, match="1 kriteria belum dinilai"):
        actions.send_score(by=cast.head.user, score=turn, marks={}, comment="")
    with pytest.raises(Denied):
        actions.save_score_draft(by=cast.trainer.user, score=turn, marks={"2": 3}, comment="")
    assert queries.score_visible_to(cast.trainer.user, turn.public_id) is None


def test_a_work_comes_back_before_scoring_only(cast: Cast) -> None:
    task = published_task(cast, cast.head, cast.trainer)
    work = work_of(cast, task, cast.siti)
    with pytest.raises(Denied):
        actions.return_work(by=cast.dewi.user, assignment=work, reason="iseng")
    with pytest.raises(Refused, match="perlu diperbaiki"):
        actions.return_work(by=cast.head.user, assignment=work, reason=" ")
    actions.return_work(by=cast.head.user, assignment=work, reason="Lampirannya tidak dapat dibuka.")
    actions.return_work(by=cast.hr.user, assignment=work, reason="Lampirannya tidak dapat dibuka.")
    work = TaskAssignment.objects.get()
    assert (work.state, work.text) == ("returned", TEXT)
    assert not RubricScore.objects.exists()
    assert any("dikembalikan untuk diperbaiki" in title for title in titles_for(cast.siti))
    work = actions.hand_in(by=cast.siti.user, assignment=work, text="Perbaikan")
    score(work, cast.head, 3, 3)
    with pytest.raises(Refused, match="sedang dinilai"):
        actions.return_work(by=cast.hr.user, assignment=work, reason="terlambat")
    actions.cancel_work(by=cast.hr.user, assignment=work, reason="Tugasnya keliru.")
    actions.cancel_work(by=cast.hr.user, assignment=work, reason="Tugasnya keliru.")
    assert not RubricScore.objects.filter(assignment=work, sent_at=None).exists()
    with pytest.raises(Refused, match="sudah terkirim"):
        score(work, cast.head, 4, 4)
    with pytest.raises(Refused, match="tidak memerlukan penilai"):
        actions.give_turn(by=cast.hr.user, assignment=work, assessor=cast.trainer)


def test_a_removed_assessor_passes_open_turns_on(cast: Cast) -> None:
    task = published_task(cast, cast.head, cast.trainer)
    work = work_of(cast, task, cast.siti)
    actions.name_assessor(by=cast.hr.user, task=task, employee=cast.evaluator)
    actions.remove_assessor(by=cast.hr.user, task=task, employee=cast.head)
    actions.remove_assessor(by=cast.hr.user, task=task, employee=cast.head)
    assert {row.assessor for row in work.scores.all()} == {cast.trainer, cast.evaluator}


def test_turns_are_spread_evenly(cast: Cast) -> None:
    task = published_task(cast, cast.head, cast.trainer, cast.evaluator, cast.leader)
    for person in (cast.siti, cast.dewi):
        work_of(cast, task, person)
    counts = [
        RubricScore.objects.filter(assessor=person).count()
        for person in (cast.head, cast.trainer, cast.evaluator, cast.leader)
    ]
    assert counts == [1, 1, 1, 1]


def test_no_name_reaches_an_assessor(cast: Cast) -> None:
    task = published_task(cast, cast.head, cast.trainer)
    work = work_of(cast, task, cast.siti)
    notices = Notification.objects.filter(recipient=cast.head.user)
    said = json.dumps(list(notices.values_list("title", "body", "url")))
    assert "Siti" not in said
    assert str(work.public_id) not in said


def test_agreement_is_said_where_enough_was_scored_twice(cast: Cast) -> None:
    from tests.cast import add_person

    task = published_task(cast, cast.head, cast.trainer)
    people = [
        add_person(cast.seksi, f"Pegawai {n}", "PELAKSANA", "Pengelola Layanan Kependudukan", serial=100 + n)
        for n in range(12)
    ]
    for n, person in enumerate(people[:4]):
        work = work_of(cast, task, person)
        score(work, cast.head, n % 4, 2)
        score(work, cast.trainer, n % 4 + 1, 2)
    few = queries.task_agreement(cast.hr.user, task)
    assert (few.pairs, few.is_enough, few.intraclass) == (4, False, None)
    assert few.overall is not None
    assert few.overall.exact == pytest.approx(0.5)
    assert few.overall.adjacent == 1
    for n, person in enumerate(people[4:]):
        work = work_of(cast, task, person)
        score(work, cast.head, n % 4, n % 3)
        score(work, cast.trainer, n % 4 + 1, n % 3 + n % 2)
    enough = queries.task_agreement(cast.hr.user, task)
    assert enough.is_enough
    assert enough.criteria[0].kappa is not None
    severity = {row.assessor: row.severity for row in enough.assessors}
    assert (severity[cast.head] or 0) > 0 > (severity[cast.trainer] or 0), "the lower marks are the severe ones"
    last = Evidence.objects.filter(employee=people[-1], competency__code="2.1").get()
    assert 0 < last.standard_deviation < 2
    assert queries.task_agreement(cast.unit_hr.user, task).pairs == 0


def test_reminders_come_once(cast: Cast) -> None:
    task = published_task(cast, cast.head, cast.trainer)
    actions.assign_task(by=cast.hr.user, task=task, people=[cast.dewi], due_on=clock.today() + dt.timedelta(days=1))
    work_of(cast, task, cast.siti)
    RubricScore.objects.update(given_at=clock.now() - dt.timedelta(days=8))
    assert actions.remind_of_tasks_and_products() == 3
    assert actions.remind_of_tasks_and_products() == 0
    assert any("ditunggu sampai" in title for title in titles_for(cast.dewi))
