"""Surveys as parts of a course: written in the folder or taken from the agency, answered once, and nobody is known by them."""

import io
import json
import zipfile
from typing import Any

import pytest
import yaml
from django.test import Client

from bina.assessment.actions.instruments import load_shipped_instruments
from bina.assessment.models import Instrument
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry
from bina.learning import actions, queries
from bina.learning.models import Activity, ActivityProgress, Course, CourseSheet, CourseSheetDraft, Enrolment, SheetPair
from bina.people.models import Employee
from bina.records.queries.house import statements_of
from tests.cast import Cast, add_person
from tests.conftest import ClientFor
from tests.learning.folders import dumped, files, import_mini, outline, publish_mini, zipped
from tests.learning.walking import enrolled, fresh, part

pytestmark = pytest.mark.django_db

AGREE = {"lowest": "Tidak setuju", "highest": "Setuju"}
SHEET: dict[str, Any] = {
    "intro": "Sekitar satu menit.",
    "sections": [{"key": "umum", "title": "Umum"}, {"key": "lanjut", "title": "Lanjutan", "show_if": {
        "question": "pakai", "is": "in", "values": ["ya"]}}],
    "questions": [
        {"key": "pakai", "section": "umum", "kind": "choice", "text": "Sudah memakai?", "required": True,
         "options": [{"key": "ya", "text": "Ya"}, {"key": "tidak", "text": "Belum"}]},
        {"key": "mudah", "section": "lanjut", "kind": "likert5", "text": "Mudah dipakai.", "anchors": dict(AGREE), "required": True},
        {"key": "lambat", "section": "lanjut", "kind": "likert5", "text": "Sering lambat.", "anchors": dict(AGREE), "required": True},
        {"key": "saran", "section": "lanjut", "kind": "text", "text": "Satu saran?"},
    ],
    "scales": [{"code": "rasa", "name": "Rasa memakai", "items": ["mudah", "lambat"], "reversed": ["lambat"]}],
}  # fmt: skip
FULL = {"pakai": "ya", "mudah": 4, "lambat": 2, "saran": "Lebih banyak contoh"}


def folder(*entries: dict[str, Any], sheet: Any = None) -> dict[str, bytes]:
    course = outline()
    course["sections"][1]["activities"][2]["minutes"] = 8
    rows = entries or ({"key": "kesan", "kind": "survey", "title": "Kesan Anda", "minutes": 2, "file": "kesan.yaml"},)
    course["sections"][0]["activities"] += [{"required": False, **row} for row in rows]
    return files(course, {"kesan.yaml": dumped(SHEET if sheet is None else sheet)})


@pytest.fixture
def course(cast: Cast) -> Course:
    return publish_mini(folder())


@pytest.fixture
def siti(cast: Cast, course: Course) -> Enrolment:
    return enrolled(cast.siti, course)


def people(cast: Cast, count: int) -> list[Employee]:
    return [
        add_person(cast.seksi, f"Peserta {n}", "PELAKSANA", "Pengadministrasi", serial=60 + n) for n in range(count)
    ]


def send(enrolment: Enrolment, answers: dict[str, Any] | None = None, key: str = "kesan") -> Enrolment:
    user = enrolment.employee.user
    return actions.send_course_sheet(
        by=user, enrolment=fresh(enrolment), activity=part(enrolment, key), answers=answers or FULL
    )


def is_done(enrolment: Enrolment, key: str = "kesan") -> bool:
    return bool(fresh(enrolment).progress_marks.get(key) == "c")


# --- The folder ------------------------------------------------------------------------------------------------------


def test_the_folder_goes_out_as_it_came_in(reference_data: None) -> None:
    content = folder()
    version = import_mini(content)
    with zipfile.ZipFile(io.BytesIO(actions.export_course(version))) as archive:
        found = {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}
    assert found == content
    again = actions.import_course_folder(zipped(found), by=None)
    assert again.is_known
    payload = Activity.objects.get(version=version, key="kesan").payload
    assert [question["key"] for question in payload["questions"]] == ["pakai", "mudah", "lambat", "saran"]
    assert payload["questions"][1]["anchors"] == AGREE
    assert payload["naming"] == "anonymous"


def test_a_bare_list_of_questions_is_a_survey_too(reference_data: None) -> None:
    version = import_mini(folder(sheet=[{"key": "saran", "kind": "text", "text": "Satu saran?"}]))
    assert Activity.objects.get(version=version, key="kesan").payload["sections"] == []


def test_a_published_instrument_is_taken_over_as_it_stands(cast: Cast) -> None:
    load_shipped_instruments()
    entry = {"key": "kesan", "kind": "survey", "title": "Penerapan", "minutes": 2, "instrument": "penerapan"}
    content = folder(entry)
    del content["kesan.yaml"]
    payload = Activity.objects.get(version=import_mini(content), key="kesan").payload
    assert len(payload["questions"]) > 10
    assert payload["instrument_version"] == Instrument.objects.get(code="penerapan").version
    Instrument.objects.update(state="retired")
    content["01.md"] += b"\nBaru.\n"
    report = actions.import_course_folder(zipped(content), by=None)
    assert [p.field for p in report.errors] == ["instrument"], "one that is no longer in use cannot be taken"


def test_an_instrument_of_another_agency_or_a_draft_is_not_found(cast: Cast) -> None:
    entry = {"key": "kesan", "kind": "survey", "title": "Penerapan", "minutes": 2, "instrument": "milik-kami"}
    Instrument.objects.create(code="milik-kami", agency=cast.agency, title="x", questions=SHEET["questions"][:1])
    content = folder(entry)
    assert actions.import_course_folder(zipped(content), by=None).errors, (
        "a course of everybody takes shipped ones only"
    )
    own = actions.import_course_folder(zipped(content), by=cast.trainer.user, agency=cast.agency)
    assert not own.errors


FAULTS: list[tuple[dict[str, Any], Any, str, str]] = [
    ({"file": None}, None, "course.yaml", "salah satu"),
    ({"instrument": "penerapan"}, None, "course.yaml", "salah satu"),
    ({"named": "ya"}, None, "course.yaml", "true"),
    ({"pairs_with": "tidak-ada"}, None, "course.yaml", "sebelum bagian ini"),
    ({"pairs_with": "halaman"}, None, "course.yaml", "sebelum bagian ini"),
    ({}, {"questions": []}, "kesan.yaml", "belum memiliki pertanyaan"),
    ({}, {"pertanyaan": []}, "kesan.yaml", "daftar pertanyaan"),
    ({}, "teks", "kesan.yaml", "daftar pertanyaan"),
    ({}, ["teks"], "kesan.yaml", "daftar berisi isian"),
    ({}, [{"key": "a", "kind": "likert9", "text": "x"}], "kesan.yaml", "jenis yang dikenal"),
    ({}, [{"key": "a", "kind": "text", "text": "x", "warna": "merah"}], "kesan.yaml", "tidak dikenal"),
    ({}, [{"key": "go", "kind": "text", "text": "x"}], "kesan.yaml", "dipakai oleh sistem"),
    ({}, [{"key": "a", "kind": "choice", "text": "x"}], "kesan.yaml", "pilihan"),
    ({}, [{"key": "a", "kind": "text", "text": "x", "show_if": {"question": "b", "is": "in", "values": ["1"]}}], "kesan.yaml",
     "tidak ada"),
    ({}, {**SHEET, "scales": [{"code": "s", "name": "S", "items": ["mudah"], "reversed": []}]}, "kesan.yaml", "dua pertanyaan"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "sheet", "file", "words"), FAULTS)
def test_what_is_wrong_is_named_with_its_place(
    reference_data: None, change: dict[str, Any], sheet: Any, file: str, words: str
) -> None:
    entry = {"key": "kesan", "kind": "survey", "title": "Kesan", "minutes": 2, "file": "kesan.yaml", **change}
    content = folder({name: value for name, value in entry.items() if value is not None}, sheet=sheet)
    report = actions.import_course_folder(zipped(content), by=None)
    assert [p for p in report.errors if p.file == file and words in p.sentence and p.line]
    assert not Course.objects.exists()


# --- Answering -------------------------------------------------------------------------------------------------------


def test_a_survey_is_walked_section_by_section_and_sent_once(
    siti: Enrolment, cast: Cast, client_for: ClientFor
) -> None:
    client, base = client_for(cast.siti), f"/learning/{siti.public_id}/kesan/"
    page = client.get(base).content.decode()
    assert "Sudah memakai?" in page
    assert "Mudah dipakai." not in page
    assert "data-draft" in page, "what is typed stays in the browser until it is sent"
    empty = client.post(f"{base}survey/", {"page": "umum", "seen": "pakai"})
    assert "belum dijawab" in empty.content.decode()
    led = client.post(f"{base}survey/", {"page": "umum", "seen": "pakai", "pakai": "ya"})
    assert led["Location"].endswith("kesan/?step=lanjut")
    other = client_for(cast.siti)
    assert "Mudah dipakai." in other.get(f"{base}?step=lanjut").content.decode(), "a second device goes on"
    last = {
        "page": "lanjut",
        "seen": ["mudah", "lambat", "saran"],
        "mudah": "4",
        "lambat": "2",
        "saran": "Lebih banyak",
    }
    assert client.post(f"{base}survey/", last).status_code == 302
    second = other.post(f"{base}survey/", last | {"mudah": "1"}, follow=True)
    assert "satu kali" in second.content.decode()
    sheet = CourseSheet.objects.get()
    assert sheet.answers == {"pakai": "ya", "mudah": 4, "lambat": 2, "saran": "Lebih banyak"}
    assert is_done(siti)
    assert not CourseSheetDraft.objects.exists()
    assert "lepas dari akun" in client.get(base).content.decode()


def test_conditions_leave_out_what_is_not_asked(siti: Enrolment, cast: Cast) -> None:
    send(siti, {**FULL, "pakai": "tidak"})
    assert CourseSheet.objects.get().answers == {"pakai": "tidak"}


def test_a_missing_answer_keeps_the_part_open_and_the_draft(siti: Enrolment, cast: Cast) -> None:
    with pytest.raises(Refused, match="perlu dijawab"):
        send(siti, {"pakai": "ya", "mudah": 4})
    assert not CourseSheet.objects.exists()
    assert not is_done(siti)


def test_later_and_back_keep_everything(siti: Enrolment, cast: Cast, client_for: ClientFor) -> None:
    client, base = client_for(cast.siti), f"/learning/{siti.public_id}/kesan/"
    client.post(f"{base}survey/", {"page": "umum", "seen": "pakai", "pakai": "ya"})
    later = client.post(
        f"{base}survey/", {"page": "lanjut", "seen": ["mudah", "saran"], "saran": "Nanti", "go": "later"}
    )
    assert later["Location"].endswith("/courses/kursus-mini/")
    assert "Nanti" in client.get(f"{base}?step=lanjut").content.decode()
    back = client.post(f"{base}survey/", {"page": "lanjut", "seen": ["mudah"], "go": "previous"})
    assert back["Location"].endswith("?step=umum")


def test_who_passes_over_and_who_answers_look_the_same(cast: Cast, course: Course) -> None:
    said, passed = enrolled(cast.siti, course), enrolled(cast.dewi, course)
    send(said)
    actions.pass_over_survey(by=cast.dewi.user, enrolment=fresh(passed), activity=part(passed, "kesan"))
    actions.pass_over_survey(by=cast.dewi.user, enrolment=fresh(passed), activity=part(passed, "kesan"))
    assert CourseSheet.objects.count() == 1
    rows = {row.enrolment_id: row for row in ActivityProgress.objects.filter(activity__key="kesan")}
    for row in rows.values():
        assert row.evidence == {"finished": True}
        assert row.completed_at is not None
        assert (row.completed_at - row.opened_at).total_seconds() < 2, "how long it was open tells nothing"
    entries = {
        entry.object_id: entry
        for entry in Entry.objects.filter(verb="activity.completed")
        if "kesan" in str(entry.data)
    }
    one, two = (entries[str(enrolment.public_id)] for enrolment in (said, passed))
    assert {key: value for key, value in one.data.items() if key != "employee_id"} == {
        key: value for key, value in two.data.items() if key != "employee_id"
    }
    assert one.object_name == two.object_name
    told = json.dumps(statements_of(Entry.objects.all()))
    assert "Lebih banyak contoh" not in told
    assert not Entry.objects.filter(verb="survey.answered").exists()
    sheet = CourseSheet.objects.get()
    assert sheet.employee is None
    assert sheet.sign == ""


def test_the_player_reports_nothing_that_would_tell_them_apart(siti: Enrolment, cast: Cast) -> None:
    actions.record_activity_progress(
        by=cast.siti.user, enrolment=siti, activity=part(siti, "kesan"), report={"seconds": 400}
    )
    assert ActivityProgress.objects.get(activity__key="kesan").evidence == {}


def test_a_reopened_part_does_not_count_a_second_sheet(siti: Enrolment, cast: Cast) -> None:
    send(siti)
    row = ActivityProgress.objects.get(activity__key="kesan")
    row.evidence, row.state, row.completed_at = {"former": [row.evidence]}, "opened", None
    row.save()
    send(siti)
    assert CourseSheet.objects.count() == 1


def test_nobody_answers_for_another(siti: Enrolment, cast: Cast, client_for: ClientFor) -> None:
    with pytest.raises(Denied):
        actions.send_course_sheet(by=cast.dewi.user, enrolment=siti, activity=part(siti, "kesan"), answers=FULL)
    assert client_for(cast.dewi).post(f"/learning/{siti.public_id}/kesan/survey/", {"go": "pass"}).status_code == 404


@pytest.mark.parametrize(
    "sent", [{}, {"page": "x"}, {"page": "umum", "seen": "lain"}, {"page": "umum", "pakai": "<b>"}]
)
def test_nonsense_is_no_answer(siti: Enrolment, cast: Cast, client_for: ClientFor, sent: dict[str, str]) -> None:
    answer = client_for(cast.siti).post(f"/learning/{siti.public_id}/kesan/survey/", sent)
    assert answer.status_code in (200, 302, 404)
    assert not CourseSheet.objects.exists()
    assert not is_done(siti)


# --- Results ---------------------------------------------------------------------------------------------------------


def test_results_open_with_five_and_grow_by_five(cast: Cast, course: Course, client_for: ClientFor) -> None:
    group = people(cast, 11)
    client: Client = client_for(cast.trainer)
    address = "/learning/managed/kursus-mini/surveys/kesan/"
    for count, person in enumerate(group, start=1):
        send(enrolled(person, course), {**FULL, "mudah": 1 + count % 5, "saran": f"saran nomor {count} dari kami"})
        found = queries.course_survey_results(cast.trainer.user, course, "kesan")
        assert found is not None
        assert found.survey.count == count // 5 * 5, "two looks never differ by fewer than five people"
        if count == 4:
            assert "Baru 4 orang" in client.get(address).content.decode()
    page = client.get(address).content.decode()
    assert "10 jawaban." in page
    assert page.count("dari kami") == 10
    assert "Alfa Cronbach" in page, "ten complete sheets tell how reliable the scale is"
    listed = client.get("/learning/managed/kursus-mini/surveys/").content.decode()
    assert "1 menunggu" in listed


def test_only_trainers_read_results(cast: Cast, course: Course, client_for: ClientFor) -> None:
    for address in ("surveys/", "surveys/kesan/"):
        assert client_for(cast.siti).get(f"/learning/managed/kursus-mini/{address}").status_code == 404
        assert client_for(cast.trainer).get(f"/learning/managed/kursus-mini/{address}").status_code == 200
    assert client_for(cast.trainer).get("/learning/managed/kursus-mini/surveys/lain/").status_code == 404


def test_lists_ask_as_often_for_many_as_for_few(
    cast: Cast, course: Course, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    for person in people(cast, 6):
        send(enrolled(person, course))
    client = client_for(cast.trainer)
    client.get("/learning/managed/kursus-mini/surveys/kesan/")
    with django_assert_max_num_queries(16):
        client.get("/learning/managed/kursus-mini/surveys/kesan/")


def test_a_survey_with_names_says_so_and_shows_them(cast: Cast, client_for: ClientFor) -> None:
    entry = {"key": "kesan", "kind": "survey", "title": "Kesan", "minutes": 2, "file": "kesan.yaml", "named": True}
    course = publish_mini(folder(entry))
    siti = enrolled(cast.siti, course)
    page = client_for(cast.siti).get(f"/learning/{siti.public_id}/kesan/").content.decode()
    assert "memakai nama" in page
    assert "Lewati tanpa menjawab" not in page
    with pytest.raises(Refused, match="tidak dapat dilewati"):
        actions.pass_over_survey(by=cast.siti.user, enrolment=siti, activity=part(siti, "kesan"))
    send(siti)
    told = client_for(cast.trainer).get("/learning/managed/kursus-mini/surveys/kesan/").content.decode()
    assert cast.siti.full_name in told
    assert "4" in told


# --- Pairs -----------------------------------------------------------------------------------------------------------

PAIR = (
    {"key": "sebelum", "kind": "survey", "title": "Sebelum", "minutes": 1, "file": "kesan.yaml"},
    {
        "key": "sesudah",
        "kind": "survey",
        "title": "Sesudah",
        "minutes": 1,
        "file": "kesan.yaml",
        "pairs_with": "sebelum",
    },
)


def test_pairs_tell_a_change_and_nothing_joins_them_to_people(cast: Cast, client_for: ClientFor) -> None:
    course = publish_mini(folder(*PAIR))
    enrolments = [enrolled(person, course) for person in people(cast, 15)]
    for place, one in enumerate(enrolments):
        send(one, {**FULL, "mudah": 1 + place % 3, "lambat": 4}, key="sebelum")
    assert SheetPair.objects.count() == 15
    for place, one in enumerate(enrolments):
        send(one, {**FULL, "mudah": 3 + place % 3, "lambat": 2}, key="sesudah")
    assert not SheetPair.objects.exists(), "what joined sheets with people is erased"
    found = queries.course_survey_results(cast.trainer.user, course, "sesudah")
    assert found is not None
    (change,) = found.changes
    assert change.pairs == 15
    assert change.mean == pytest.approx(2.0)
    assert "naik" in client_for(cast.trainer).get("/learning/managed/kursus-mini/surveys/sesudah/").content.decode()


def test_passing_over_the_second_erases_the_sign_too(cast: Cast) -> None:
    course = publish_mini(folder(*PAIR))
    siti = enrolled(cast.siti, course)
    user = cast.siti.user
    actions.pass_over_survey(by=user, enrolment=fresh(siti), activity=part(siti, "sebelum"))
    assert SheetPair.objects.count() == 1, "passing over leaves the same trace as answering"
    actions.pass_over_survey(by=user, enrolment=fresh(siti), activity=part(siti, "sesudah"))
    assert not SheetPair.objects.exists()


def test_pairs_that_do_not_fit_are_refused(reference_data: None) -> None:
    first, second = PAIR
    other = [{"key": "saran", "kind": "text", "text": "Satu saran?"}]
    content = folder(first, {**second, "file": "lain.yaml"}) | {"lain.yaml": yaml.safe_dump(other).encode()}
    report = actions.import_course_folder(zipped(content), by=None)
    assert any("skala" in p.sentence and p.field == "pairs_with" for p in report.errors)
    named = folder({**first, "named": True}, second)
    assert any("tanpa nama" in p.sentence for p in actions.import_course_folder(zipped(named), by=None).errors)


def test_the_author_sees_every_question_before_publishing(cast: Cast, client_for: ClientFor) -> None:
    version = import_mini(folder())
    page = client_for(cast.trainer).get(f"/learning/managed/versions/{version.public_id}/preview/kesan/")
    if page.status_code == 404:  # a course of everybody is looked after by the platform
        report = actions.import_course_folder(
            zipped({**folder(), "course.yaml": folder()["course.yaml"].replace(b"kursus-mini", b"kursus-kami")}),
            by=cast.trainer.user, agency=cast.agency,
        )  # fmt: skip
        assert report.version is not None
        version = report.version
        page = client_for(cast.trainer).get(f"/learning/managed/versions/{version.public_id}/preview/kesan/")
    html = page.content.decode()
    assert "Satu saran?" in html
    assert "Sudah memakai?" in html
