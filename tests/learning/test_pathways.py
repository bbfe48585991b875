"""Pathways: the file, the way and its conditions, what follows by itself, who confirms, who sees and repairs."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from bina.competencies.rules import Source
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry
from bina.journal.queries import notifications_of
from bina.learning import actions, queries
from bina.learning.models import Journey, Pathway, StepFile, StepWork
from bina.learning.rules import STEP_KINDS, StepKind, register_step, way_of, write_pathway
from tests.cast import Cast, add_person
from tests.conftest import ClientFor
from tests.learning.folders import publish_mini
from tests.learning.pathways import (
    PDF,
    complete_course,
    draft_of,
    fresh_journey,
    joined,
    pathway_content,
    prove,
    publish_pathway,
    written,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pathway(cast: Cast) -> Pathway:
    """The small pathway, published, with its course."""
    publish_mini()
    return publish_pathway()


def state_of(journey: Journey, key: str) -> str:
    found = queries.way_of_journey(fresh_journey(journey)).find(key)
    return found.state if found else "not meant"


def hand_in(journey: Journey, key: str, text: str = "Formulir saya perbaiki.", *files: SimpleUploadedFile) -> StepWork:
    user, own = journey.employee.user, fresh_journey(journey)
    actions.save_step_draft(by=user, journey=own, key=key, text=text, uploads=files)
    return actions.hand_in_step(by=user, journey=own, key=key)


def reading(work: StepWork) -> StepWork:
    found = queries.step_work_by_public_id(work.public_id)
    assert found is not None
    return found


# the file


def test_a_file_goes_in_and_out_without_loss(pathway: Pathway) -> None:
    version = pathway.current_version
    assert version is not None
    text = write_pathway(version.content)
    content, problems = queries.check_pathway_file(text)
    assert not problems
    assert write_pathway(content) == text
    assert version.content["stages"][1]["steps"][1] == pathway_content()["stages"][1]["steps"][1]
    shuffled = json.loads(json.dumps(version.content, sort_keys=True))
    assert write_pathway(shuffled) == text, "the order in which a database hands out fields is nothing an author wrote"
    again, problems = actions.import_pathway_file(by=None, agency=None, text=text)
    assert not problems
    assert again == pathway
    assert pathway.versions.count() == 1, "the same content makes no new version"


def bent(change: str) -> dict[str, Any]:
    content = pathway_content()
    first, second = content["stages"]
    changes: dict[str, Any] = {
        "no title": lambda: content.update(title=""),
        "bad slug": lambda: content.update(slug="Jalur Loket"),
        "taken slug": lambda: content.update(slug="new"),
        "no stages": lambda: content.update(stages=[]),
        "unknown field": lambda: content.update(warna="biru"),
        "text stage": lambda: content.update(stages=["Bekal"]),
        "empty stage": lambda: first.update(steps=[]),
        "too many needed": lambda: second.update(needed=4),
        "unknown kind": lambda: first["steps"][0].update(kind="tamasya"),
        "twice": lambda: first["steps"][1].update(key="dasar"),
        "bad key": lambda: first["steps"][0].update(key="Dasar 1"),
        "unknown course": lambda: first["steps"][0].update(course="tidak-ada"),
        "no course": lambda: first["steps"][0].pop("course"),
        "unknown competency": lambda: first["steps"][1].update(competency="digcomp-3.0/9.9"),
        "level too high": lambda: first["steps"][1].update(level=5),
        "bad proven": lambda: first["steps"][0].update(proven="4.2"),
        "score of a task": lambda: second["steps"][0].update(score=70),
        "unknown need": lambda: second["steps"][1].update(needs=["lain"]),
        "circle": lambda: second["steps"][0].update(needs=["temu"]),
        "unknown group": lambda: second["steps"][2].update(only_for={"job_classes": ["RAJA"]}),
        "unknown audience": lambda: second["steps"][2].update(only_for={"umur": ["40"]}),
        "number as text": lambda: content.update(title=7),
        "required word": lambda: first["steps"][0].update(required="ya"),
    }  # fmt: skip
    changes[change]()
    return content


FAULTS = {
    "no title": "“title” belum ada", "bad slug": "huruf kecil", "taken slug": "dipakai oleh sistem",
    "no stages": "satu tahap", "unknown field": "tidak dikenal", "text stage": "isian bernama",
    "empty stage": "belum punya langkah", "too many needed": "1 sampai 3", "unknown kind": "Jenis langkah",
    "twice": "dua kali", "bad key": "Kunci langkah", "unknown course": "tidak ada atau belum terbit",
    "no course": "“course” belum ada", "unknown competency": "tidak dikenal", "level too high": "1 sampai 4",
    "bad proven": "Bebas langkah", "score of a task": "tidak memberi nilai", "unknown need": "tidak ada dalam jalur",
    "circle": "saling menunggu", "unknown group": "RAJA", "unknown audience": "Sasaran", "number as text": "berupa teks",
    "required word": "true atau false",
}  # fmt: skip


@pytest.mark.parametrize("change", FAULTS)
def test_what_cannot_work_is_refused_by_line(cast: Cast, change: str) -> None:
    publish_mini()
    pathway, problems = actions.import_pathway_file(by=None, agency=None, text=written(bent(change)))
    assert pathway is None
    found = [problem for problem in problems if FAULTS[change] in problem.sentence]
    assert found, [problem.sentence for problem in problems]
    assert found[0].line
    assert not Pathway.objects.exists()


@pytest.mark.parametrize("text", ["", "[]", "a: [", "a: &x 1\nb: *x", "x" * 1_000_001])
def test_what_is_no_pathway_is_refused(cast: Cast, text: str) -> None:
    pathway, problems = actions.import_pathway_file(by=None, agency=None, text=text)
    assert pathway is None
    assert problems


def test_a_pathway_of_another_agency_is_not_overwritten(pathway: Pathway, cast: Cast) -> None:
    with pytest.raises(Denied):
        actions.import_pathway_file(by=cast.trainer.user, agency=None, text=written(pathway_content()))
    with pytest.raises(Refused, match="sudah dipakai"):
        actions.import_pathway_file(by=cast.trainer.user, agency=cast.agency, text=written(pathway_content()))


def test_a_kind_is_registered_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        register_step(StepKind(code="task", name="x", icon="x", about="", fields=()))
    assert {"course", "task", "level", "outside"} <= set(STEP_KINDS)


# drafts


def test_two_tabs_on_one_draft_notice_each_other(pathway: Pathway, cast: Cast) -> None:
    content = pathway.current_version.content  # type: ignore[union-attr]
    actions.save_pathway_draft(by=None, pathway=pathway, content={**content, "title": "Pertama"}, revision=0)
    with pytest.raises(Refused, match="tab lain"):
        actions.save_pathway_draft(by=None, pathway=pathway, content={**content, "title": "Kedua"}, revision=0)
    assert draft_of(pathway).title == "Pertama"


def test_a_new_version_leaves_those_on_the_way_on_theirs(pathway: Pathway, cast: Cast) -> None:
    journey = joined(cast.siti, pathway)
    content = pathway.current_version.content  # type: ignore[union-attr]
    shorter = {**content, "stages": content["stages"][:1]}
    actions.save_pathway_draft(by=None, pathway=pathway, content=shorter, revision=0)
    actions.publish_pathway(by=None, pathway=pathway)
    assert actions.publish_pathway(by=None, pathway=pathway).number == 2, "a second click changes nothing"
    fresh = Pathway.objects.select_related("current_version").get(pk=pathway.pk)
    assert len(queries.way_of_journey(fresh_journey(journey)).stages) == 2
    assert joined(cast.siti, fresh).pk == journey.pk, "who is on the way stays there"
    assert joined(cast.dewi, fresh).version.number == 2


def test_a_draft_with_faults_is_not_published(pathway: Pathway) -> None:
    content = pathway.current_version.content  # type: ignore[union-attr]
    empty = {**content, "stages": [{"title": "Kosong", "steps": []}]}
    actions.save_pathway_draft(by=None, pathway=pathway, content=empty, revision=0)
    with pytest.raises(Refused, match="belum punya langkah"):
        actions.publish_pathway(by=None, pathway=pathway)
    assert draft_of(pathway).published_at is None


@pytest.mark.parametrize("name", ["siti", "budi", "leader", "evaluator", "unit_hr"])
def test_only_those_who_look_after_courses_make_pathways(pathway: Pathway, cast: Cast, name: str) -> None:
    user = getattr(cast, name).user
    with pytest.raises(Denied):
        actions.create_pathway(by=user, agency=cast.agency, title="Jalur", summary="Ringkas")
    with pytest.raises(Denied):
        actions.publish_pathway(by=user, pathway=pathway)
    with pytest.raises(Denied):
        actions.archive_pathway(by=user, pathway=pathway)


def test_archive_and_restore_twice(cast: Cast) -> None:
    publish_mini()
    pathway = publish_pathway(agency=cast.agency)
    journey = joined(cast.siti, pathway)
    for _twice in range(2):
        actions.archive_pathway(by=cast.trainer.user, pathway=pathway)
    pathway.refresh_from_db()
    with pytest.raises(Refused, match="tidak menerima"):
        joined(cast.dewi, pathway)
    complete_course(cast.siti)
    assert state_of(journey, "dasar") == "done", "who is on the way goes on"
    for _twice in range(2):
        actions.restore_pathway(by=cast.hr.user, pathway=pathway)
    pathway.refresh_from_db()
    assert joined(cast.dewi, pathway).state == "started"
    assert Entry.objects.filter(verb__in=["pathway.archived", "pathway.restored"]).count() == 2


def test_a_draft_thrown_away_takes_an_unpublished_pathway_with_it(cast: Cast) -> None:
    made = actions.create_pathway(by=cast.trainer.user, agency=cast.agency, title="Jalur!", summary="Ringkas")
    other = actions.create_pathway(by=cast.trainer.user, agency=cast.agency, title="Jalur?", summary="Ringkas")
    assert {made.slug, other.slug} == {"jalur", "jalur-2"}
    assert actions.discard_pathway_draft(by=cast.trainer.user, pathway=made) is False
    assert list(Pathway.objects.all()) == [other]


# the way


def test_what_was_done_before_counts_at_once(pathway: Pathway, cast: Cast) -> None:
    complete_course(cast.siti)
    journey = joined(cast.siti, pathway)
    assert state_of(journey, "dasar") == "done"
    assert state_of(journey, "tugas") == "open"
    assert (journey.steps_done, journey.steps_total) == (1, 3)
    assert joined(cast.siti, pathway).pk == journey.pk
    assert Journey.objects.count() == 1


def test_steps_open_after_their_conditions(pathway: Pathway, cast: Cast) -> None:
    journey = joined(cast.siti, pathway)
    way = queries.way_of_journey(journey)
    task, meeting = way.find("tugas"), way.find("temu")
    assert task is not None
    assert meeting is not None
    assert task.lock == "Terbuka setelah tahap “Bekal” selesai."
    assert way.next is not None
    assert way.next.key == "dasar"
    with pytest.raises(Refused, match="Bekal"):
        actions.save_step_draft(by=cast.siti.user, journey=journey, key="tugas", text="Sudah")
    complete_course(cast.siti)
    assert state_of(journey, "tugas") == "open", "the reaction took the course in"
    assert state_of(journey, "temu") == "locked"
    assert state_of(journey, "kepala") == "not meant"


def test_a_branch_follows_the_job_class_on_the_day_of_joining(pathway: Pathway, cast: Cast) -> None:
    siti, budi = joined(cast.siti, pathway), joined(cast.budi, pathway)
    assert siti.marks["kepala"]["s"] == "s"
    assert state_of(budi, "kepala") == "locked"


@pytest.mark.parametrize(
    ("audience", "mine", "others"),
    [("agency_kinds", "city", "ministry"), ("provinces", "61", "72"), ("roles", "trainer", "juror"),
     ("sectors", "plantation", "mining")],
)  # fmt: skip
def test_steps_may_be_for_some_only(cast: Cast, audience: str, mine: str, others: str) -> None:
    from bina.learning.actions.places import load_place_sectors

    load_place_sectors()
    publish_mini()
    content = pathway_content()
    content["stages"][0]["steps"][1]["only_for"] = {audience: [mine]}
    content["stages"][1]["steps"][2]["only_for"] = {audience: [others]}
    journey = joined(cast.trainer, publish_pathway(content))
    assert state_of(journey, "terbukti") == "open"
    assert state_of(journey, "kepala") == "not meant"


def test_enough_of_a_stage_makes_the_others_optional(cast: Cast) -> None:
    publish_mini()
    content = pathway_content()
    content["stages"][1].update(needed=1, waits=False)
    journey = joined(cast.siti, publish_pathway(content))
    assert journey.steps_total == 2
    work = hand_in(journey, "tugas")
    actions.decide_step(by=cast.budi.user, work=reading(work), is_confirmed=True, comment="")
    assert state_of(journey, "temu") == "spare"
    complete_course(cast.siti)
    assert fresh_journey(journey).state == "completed"


def test_a_least_score_is_asked_for(cast: Cast) -> None:
    publish_mini()
    content = pathway_content()
    content["stages"][0]["steps"][0]["score"] = 80
    pathway = publish_pathway(content)
    journey = joined(cast.siti, pathway)
    enrolment = complete_course(cast.siti, grade=79)
    assert state_of(journey, "dasar") == "open"
    enrolment.grade = 80
    enrolment.save()
    actions.refresh_journey(by=None, journey=fresh_journey(journey))
    assert state_of(journey, "dasar") == "done"


def test_a_proven_level_completes_its_step_and_lets_another_be_skipped(pathway: Pathway, cast: Cast) -> None:
    journey = joined(cast.siti, pathway)
    with pytest.raises(Refused, match="terbukti"):
        actions.skip_step(by=cast.siti.user, journey=journey, key="dasar")
    prove(cast.siti, "4.2", source=Source.SELF_RATING)
    with pytest.raises(Refused, match="terbukti"):
        actions.skip_step(by=cast.siti.user, journey=fresh_journey(journey), key="dasar")
    prove(cast.siti, "4.2")
    prove(cast.siti, "4.1")
    assert state_of(journey, "terbukti") == "done", "the reaction took the level in"
    step = queries.way_of_journey(fresh_journey(journey)).find("dasar")
    assert step is not None
    assert "Tingkat 2" in step.proof
    with pytest.raises(Denied):
        actions.skip_step(by=cast.dewi.user, journey=fresh_journey(journey), key="dasar")
    for _twice in range(2):
        actions.skip_step(by=cast.siti.user, journey=fresh_journey(journey), key="dasar")
    assert state_of(journey, "dasar") == "skipped"
    assert state_of(journey, "tugas") == "open"
    assert Entry.objects.filter(verb="journey.step_skipped").count() == 1


def test_leaving_keeps_everything(pathway: Pathway, cast: Cast) -> None:
    complete_course(cast.siti)
    journey = joined(cast.siti, pathway)
    with pytest.raises(Denied):
        actions.leave_pathway(by=cast.dewi.user, journey=journey)
    for _twice in range(2):
        actions.leave_pathway(by=cast.siti.user, journey=fresh_journey(journey))
    with pytest.raises(Refused, match="berhenti"):
        hand_in(journey, "tugas")
    again = joined(cast.siti, pathway)
    assert again.pk == journey.pk
    assert again.steps_done == 1


def test_a_pathway_is_offered_within_its_agency(cast: Cast) -> None:
    from bina.people.models import Agency, OrgUnit

    publish_mini()
    pathway = publish_pathway(agency=cast.agency)
    agency = Agency.objects.create(code="lain", name="Kementerian Lain", short_name="Lain", kind="ministry")
    root = OrgUnit.objects.add_root({"agency": agency, "code": "L", "name": "Lain"})
    stranger = add_person(OrgUnit.objects.get(pk=root.pk), "Joko Asing", "PELAKSANA", "Staf", serial=90)
    assert queries.pathway_visible_to(stranger.user, pathway.slug) is None
    assert not queries.pathways_offered(stranger.user).exists()
    with pytest.raises(Refused, match="instansi"):
        joined(stranger, pathway)


# what is handed in


def test_the_superior_confirms_a_task(pathway: Pathway, cast: Cast, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    complete_course(cast.siti)
    journey = joined(cast.siti, pathway)
    with pytest.raises(Refused):
        hand_in(journey, "tugas", "")
    work = hand_in(journey, "tugas")
    assert hand_in_again(journey).pk == work.pk
    assert state_of(journey, "tugas") == "waiting"
    assert notifications_of(cast.budi.user).filter(title__contains="menyerahkan langkah").count() == 1
    assert [row.pk for row in queries.step_works_waiting_for(cast.budi.user)] == [work.pk]
    assert not queries.step_works_waiting_for(cast.trainer.user)
    for other in (cast.siti, cast.dewi, cast.head, cast.trainer, cast.unit_hr):
        with pytest.raises(Denied):
            actions.decide_step(by=other.user, work=reading(work), is_confirmed=True, comment="")
    with pytest.raises(Refused, match="perlu diperbaiki"):
        actions.decide_step(by=cast.budi.user, work=reading(work), is_confirmed=False, comment="")
    actions.decide_step(by=cast.budi.user, work=reading(work), is_confirmed=False, comment="Lampirkan hasilnya dahulu.")
    assert state_of(journey, "tugas") == "returned"
    hand_in(journey, "tugas", "Kini dengan hasilnya.")
    for _twice in range(2):
        actions.decide_step(by=cast.budi.user, work=reading(work), is_confirmed=True, comment="Bagus")
    with pytest.raises(Refused, match="sudah diterima"):
        actions.decide_step(by=cast.budi.user, work=reading(work), is_confirmed=False, comment="Berubah pikiran saya.")
    assert state_of(journey, "tugas") == "done"
    assert StepWork.objects.get(pk=work.pk).former[0]["comment"] == "Lampirkan hasilnya dahulu."
    assert Entry.objects.filter(verb="step_work.accepted").count() == 1


def hand_in_again(journey: Journey) -> StepWork:
    return actions.hand_in_step(by=journey.employee.user, journey=fresh_journey(journey), key="tugas")


def test_an_outside_activity_needs_a_proof_and_an_organiser(
    pathway: Pathway, cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    complete_course(cast.siti)
    journey = joined(cast.siti, pathway)
    actions.decide_step(by=cast.budi.user, work=reading(hand_in(journey, "tugas")), is_confirmed=True, comment="")
    with pytest.raises(Refused):
        hand_in(journey, "temu", "Saya hadir.")
    work = hand_in(journey, "temu", "Saya hadir.", SimpleUploadedFile("undangan.pdf", PDF))
    with pytest.raises(Denied):
        actions.decide_step(by=cast.budi.user, work=reading(work), is_confirmed=True, comment="")
    file = StepFile.objects.get()
    assert queries.step_file_visible_to(cast.siti.user, file.public_id) is not None
    assert queries.step_file_visible_to(cast.trainer.user, file.public_id) is not None
    for other in (cast.dewi, cast.rina, cast.budi):
        assert queries.step_file_visible_to(other.user, file.public_id) is None
    assert [row.pk for row in queries.step_works_waiting_for(cast.hr.user)] == [work.pk]
    actions.decide_step(by=cast.trainer.user, work=reading(work), is_confirmed=True, comment="")
    done = fresh_journey(journey)
    assert done.state == "completed"
    assert done.completed_at is not None
    assert notifications_of(cast.siti.user).filter(title="Jalur “Petugas loket digital” selesai").count() == 1


def test_drafts_are_nobody_elses(pathway: Pathway, cast: Cast) -> None:
    complete_course(cast.siti)
    journey = joined(cast.siti, pathway)
    work = actions.save_step_draft(by=cast.siti.user, journey=journey, key="tugas", text="Belum jadi")
    assert queries.step_work_to_read(cast.budi.user, work.public_id) is None
    assert queries.own_journey(cast.budi.user, journey.public_id) is None


# who sees and repairs


def test_who_sees_whom(pathway: Pathway, cast: Cast) -> None:
    siti, rina = joined(cast.siti, pathway), joined(cast.rina, pathway)
    seen = {
        "hr": {siti.pk, rina.pk}, "trainer": {siti.pk, rina.pk}, "unit_hr": {siti.pk}, "budi": {siti.pk},
        "dewi": set(), "siti": {siti.pk}, "evaluator": set(),
    }  # fmt: skip
    for name, expected in seen.items():
        found = queries.people_on(getattr(cast, name).user, pathway)
        assert {row.pk for row in found} == expected, name


def test_an_authorised_person_completes_and_takes_back(pathway: Pathway, cast: Cast) -> None:
    complete_course(cast.siti)
    journey = joined(cast.siti, pathway)
    for other in (cast.siti, cast.dewi, cast.budi, cast.leader):
        with pytest.raises(Denied):
            actions.repair_step(by=other.user, journey=fresh_journey(journey), key="tugas", reason="Atasan sakit.")
    with pytest.raises(Refused, match="alasan"):
        actions.repair_step(by=cast.hr.user, journey=fresh_journey(journey), key="tugas", reason=" ")
    with pytest.raises(Refused, match="tidak ada di jalur"):
        actions.repair_step(by=cast.hr.user, journey=fresh_journey(journey), key="kepala", reason="Atasan sakit.")
    for _twice in range(2):
        for key in ("tugas", "temu"):
            actions.repair_step(by=cast.hr.user, journey=fresh_journey(journey), key=key, reason="Atasan sakit.")
    assert fresh_journey(journey).state == "completed"
    assert Entry.objects.filter(verb="journey.step_repaired").count() == 2
    for _twice in range(2):
        actions.take_step_back(
            by=cast.hr.user, journey=fresh_journey(journey), key="dasar", reason="Kursus keliru dicatat."
        )
    opened = fresh_journey(journey)
    assert opened.state == "started"
    assert opened.completed_at is None
    actions.refresh_journey(by=None, journey=opened)
    assert state_of(journey, "dasar") == "open", "what was earned before does not close it again"
    assert notifications_of(cast.siti.user).filter(title__contains="dibuka kembali").count() == 1


def test_taking_back_a_confirmed_task_gives_it_back(pathway: Pathway, cast: Cast) -> None:
    complete_course(cast.siti)
    journey = joined(cast.siti, pathway)
    work = hand_in(journey, "tugas")
    actions.decide_step(by=cast.budi.user, work=reading(work), is_confirmed=True, comment="")
    actions.take_step_back(by=cast.hr.user, journey=fresh_journey(journey), key="tugas", reason="Formulir yang salah.")
    assert state_of(journey, "tugas") == "returned"
    hand_in(journey, "tugas", "Formulir yang benar.")
    assert state_of(journey, "tugas") == "waiting"


# pages


def test_pages_ask_the_same_however_long_the_way_and_however_many_walk(
    pathway: Pathway, cast: Cast, client_for: ClientFor
) -> None:
    joined(cast.siti, pathway)
    siti, hr = client_for(cast.siti), client_for(cast.hr)

    def cost(client: Any, url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    urls = {
        "/learning/pathways/jalur-loket/": siti, "/learning/pathways/jalur-loket/people/": hr, "/learning/pathways/": siti,
        "/learning/": siti, "/learning/managed/pathways/": hr,
    }  # fmt: skip
    before = {url: cost(client, url) for url, client in urls.items()}
    content = pathway_content()
    content["slug"] = "jalur-panjang"
    content["stages"][0]["steps"] += [
        {"key": f"k-{n}", "kind": "course", "title": f"Kursus {n}", "course": "kursus-mini", "required": False,
         "proven": {"competency": "digcomp-3.0/4.2", "level": 2}}
        for n in range(30)
    ]  # fmt: skip
    longer = publish_pathway(content)
    joined(cast.siti, longer)
    assert cost(siti, "/learning/pathways/jalur-panjang/") <= before["/learning/pathways/jalur-loket/"]
    for person in cast.everyone:
        joined(person, pathway)
    for url, client in urls.items():
        assert cost(client, url) <= before[url], url


def test_way_without_a_person_shows_every_step() -> None:
    stages = [{"title": "A", "steps": [{"key": "x", "title": "X", "kind": "task", "only_for": {"roles": ["juror"]}}]}]
    way = way_of(stages, {})
    assert [step.key for stage in way.stages for step in stage.steps] == ["x"]
    assert not way.is_complete


def test_addresses_of_others_are_not_found(pathway: Pathway, cast: Cast, client_for: ClientFor) -> None:
    complete_course(cast.siti)
    journey = joined(cast.siti, pathway)
    work = hand_in(journey, "tugas")
    dewi, trainer = client_for(cast.dewi), client_for(cast.trainer)
    for url in (
        f"/learning/journeys/{journey.public_id}/", f"/learning/journeys/{journey.public_id}/steps/tugas/",
        f"/learning/step-works/{work.public_id}/", "/learning/pathways/jalur-loket/people/", "/learning/managed/pathways/",
        "/learning/managed/pathways/new/", "/learning/managed/pathways/import/", "/learning/managed/pathways/jalur-loket/",
        "/learning/pathways/tidak-ada/",
    ):  # fmt: skip
        assert dewi.get(url).status_code == 404, url
    assert trainer.get("/learning/managed/pathways/jalur-loket/edit/").status_code == 404, (
        "everybody's belongs to the platform"
    )
    assert trainer.get(f"/learning/step-works/{work.public_id}/").status_code == 200
    assert dewi.post(f"/learning/journeys/{journey.public_id}/steps/dasar/skip/").status_code == 404
