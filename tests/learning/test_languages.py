"""One course in several languages: words differ, keys, answers, gates and results are the same."""

from typing import Any

import pytest

from bina.assessment.rules import part_key
from bina.foundation.errors import Denied, Refused
from bina.learning import actions, queries
from bina.learning.models import ActivityProgress, ActivityWords, Course, Enrolment
from bina.learning.rules import language_name
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import dumped, files, import_mini, publish_mini, question, zipped
from tests.learning.walking import enrolled, fresh, read_page, take_test

pytestmark = pytest.mark.django_db

ENGLISH: dict[str, Any] = {
    "title": "Mini course", "summary": "A short course for tests.", "description": "Afterwards you can report early.",
    "sections": ["Beginning", "Practice"],
    "activities": {
        "uji-awal": "First test", "halaman": {"title": "Reporting early"}, "kuis": "Quiz on reporting",
        "berkas": {"title": "File", "description": "Fill in this table."}, "video": "The video", "uji-akhir": "Final test",
    },
}  # fmt: skip


def words(code: str) -> dict[str, Any]:
    return {
        "stem": f"What comes first in {code}?", "explanation": "Reporting early helps everybody.",
        "options": [
            {"text": "Report it", "feedback": "Right."}, {"text": "Wait", "feedback": "Not yet."},
            {"text": "Erase traces", "feedback": "Not yet."},
        ],
    }  # fmt: skip


def english(changes: dict[str, bytes] | None = None, **fields: Any) -> dict[str, bytes]:
    """The folder with everything in English too."""
    added = {
        "course.en.yaml": dumped({**ENGLISH, **fields}),
        "01.en.md": b"## One morning\n\nText about *reporting*.\n\n![How to report](media/a.svg)\n",
        "transkrip.en.md": b"## Transcript\n\nThe video in words.\n",
        "media/v.en.vtt": b"WEBVTT\n\n00:00.000 --> 00:05.000\nHello\n",
        "kuis.en.yaml": dumped({code: words(code) for code in ("K-1", "K-2")}),
        "awal.en.yaml": dumped({code: words(code) for code in ("A-1", "A-2")}),
        "akhir.en.yaml": dumped({code: words(code) for code in ("Z-1", "Z-2")}),
    }
    return files(None, {**added, **(changes or {})})


def problems(content: dict[str, bytes]) -> tuple[list[str], list[str]]:
    report = actions.import_course_folder(zipped(content), by=None, check_only=True)
    return [f"{p.file}: {p.sentence}" for p in report.errors], [p.sentence for p in report.warnings]


def test_a_whole_second_language_brings_no_complaint(cast: Cast) -> None:
    errors, warnings = problems(english())
    assert not errors
    assert not [row for row in warnings if "bahasa" in row or "dipakai" in row]


def test_the_folder_goes_out_as_it_came_in(cast: Cast) -> None:
    version = import_mini(english())
    again = actions.import_course_folder(actions.export_course(version), by=None)
    assert again.is_known
    assert again.version == version
    kept = ActivityWords.objects.filter(activity__version=version, language="en")
    assert kept.count() == 6
    assert all(row.is_whole for row in kept)
    assert version.languages["en"]["title"] == "Mini course"
    assert version.languages["en"]["incomplete"] == []


def test_what_is_missing_is_named_and_falls_back(cast: Cast, client_for: ClientFor) -> None:
    content = english()
    for name in ("01.en.md", "kuis.en.yaml"):
        del content[name]
    errors, warnings = problems(content)
    assert not errors
    assert "2 bagian belum lengkap dalam English dan tampil dalam bahasa asalnya: Lapor lebih awal, Kuis." in warnings
    enrolment = enrolled(cast.siti, publish_mini(content))
    client = client_for(cast.siti)
    client.post(f"/learning/languages/{enrolment.public_id}/", {"language": "en", "back": "halaman"})
    page = client.get(f"/learning/{enrolment.public_id}/halaman/").content.decode()
    assert "Reporting early" in page
    assert "Satu pagi" in page
    assert "tampil dalam Bahasa Indonesia" in page
    assert "Apa langkah pertama" in client.get(f"/learning/{enrolment.public_id}/kuis/").content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"course.en.yaml": dumped({**ENGLISH, "learning_hours": 2})}, "hanya memuat kata-kata"),
        ({"course.en.yaml": dumped({**ENGLISH, "activities": {"lain": "Other"}})}, "tidak ada di course.yaml"),
        ({"course.en.yaml": dumped({**ENGLISH, "activities": {"kuis": {"title": "Quiz", "needs": ["halaman"]}}})},
         "hanya memuat kata-kata"),
        ({"course.en.yaml": dumped({**ENGLISH, "sections": ["Only one"]})}, "daftar 2 judul"),
        ({"course.en.yaml": dumped({"summary": "No title."})}, "“title” belum ada"),
        ({"course.en.yaml": dumped({**ENGLISH, "title": "x" * 200})}, "200 huruf"),
        ({"course.en.yaml": dumped({**ENGLISH, "activities": ["halaman"]})}, "menurut kuncinya"),
        ({"course.en.yaml": dumped({**ENGLISH, "activities": {"halaman": 5}})}, "title dan description"),
        ({"course.en.yaml": b"- list"}, "isian bernama"),
        ({"course.id.yaml": dumped({"title": "Sama"})}, "bahasa course.yaml sendiri"),
        ({"kuis.en.yaml": dumped({"K-9": words("K-9")})}, "tidak ada di berkas aslinya"),
        ({"kuis.en.yaml": dumped(["K-1"])}, "menurut kode soalnya"),
        ({"kuis.en.yaml": dumped({"K-1": "text"})}, "isian bernama"),
        ({"kuis.en.yaml": dumped({"K-1": {**words("K-1"), "options": words("K-1")["options"][:2]}})}, "en"),
        ({"course.jv.yaml": dumped({"title": "Kursus cilik"}),
          "kuis.jv.yaml": dumped({"K-1": {**words("K-1"), "options": words("K-1")["options"][:2]}})}, "tidak seurutan"),
        ({"01.en.md": b"<script>alert(1)</script>"}, "Skrip"),
        ({"01.en.md": b"![Gone](media/none.svg)"}, "tidak ada di dalam folder"),
        ({"kuis.yaml": dumped([{**question("K-1", competency=None), "en": words("K-1")}, question("K-2", competency=None)])},
         "ditulis dua kali"),
    ],
)  # fmt: skip
def test_whatever_is_not_the_same_is_refused(cast: Cast, changes: dict[str, bytes], sentence: str) -> None:
    errors, _warnings = problems(english(changes))
    assert any(sentence in row for row in errors), errors


def test_a_learner_switches_half_way_and_keeps_everything(cast: Cast, client_for: ClientFor) -> None:
    course = publish_mini(english())
    enrolment = enrolled(cast.siti, course)
    client = client_for(cast.siti)
    place, switch = f"/learning/{enrolment.public_id}/", f"/learning/languages/{enrolment.public_id}/"
    client.post(switch, {"language": "en", "back": "halaman"})
    take_test(cast.siti.user, enrolment, "uji-awal", right=1)
    read_page(cast.siti.user, fresh(enrolment))
    shown = client.get(f"{place}kuis/").content.decode()
    assert "What comes first in K-1?" in shown
    assert "Quiz on reporting" in shown
    assert "Beginning" in shown
    assert "Apa langkah pertama" not in shown
    # The answer given in English is the same answer: its key comes from the words of the folder.
    right = part_key("Lapor ke pengelola")
    answer = client.post(f"{place}kuis/quiz/", {"q1": right, "q2": right, "token": "t"}, follow=True).content.decode()
    assert "Right." in answer
    before = fresh(enrolment)
    assert client.post(switch, {"language": "id", "back": "kuis"})["Location"] == f"{place}kuis/"
    after = fresh(enrolment)
    assert (after.language, after.facts, after.progress_marks, after.parts_done) == (
        "id", before.facts, before.progress_marks, before.parts_done,
    )  # fmt: skip
    assert after.facts["scores"]["kuis"] == 100
    again = client.get(f"{place}kuis/?attempt=1").content.decode()
    assert "Apa langkah pertama pada kejadian K-1?" in again
    assert "Tepat." in again
    assert ActivityProgress.objects.filter(enrolment=enrolment).count() == 3


def test_tests_of_the_course_are_asked_in_its_language(cast: Cast, client_for: ClientFor) -> None:
    enrolment = enrolled(cast.siti, publish_mini(english()))
    client = client_for(cast.siti)
    client.post(f"/learning/languages/{enrolment.public_id}/", {"language": "en"})
    client.get(f"/learning/{enrolment.public_id}/uji-awal/")
    client.post(f"/learning/{enrolment.public_id}/uji-awal/test/")
    place = f"/learning/{enrolment.public_id}/uji-awal/?question=1"
    assert "What comes first in A-1?" in client.get(place).content.decode()
    client.post(f"/learning/languages/{enrolment.public_id}/", {"language": "id"})
    assert "Apa langkah pertama pada kejadian A-1?" in client.get(place).content.decode()


def test_a_regional_language_has_its_own_questions(cast: Cast, client_for: ClientFor) -> None:
    jv = {
        "course.jv.yaml": dumped({"title": "Kursus cilik", "activities": {"kuis": "Kuis lapor"}}),
        "kuis.jv.yaml": dumped(
            {code: {**words(code), "stem": f"Apa sing dhisik ing {code}?"} for code in ("K-1", "K-2")}
        ),
    }
    enrolment = enrolled(cast.siti, publish_mini(english(jv)))
    client = client_for(cast.siti)
    client.post(f"/learning/languages/{enrolment.public_id}/", {"language": "jv"})
    page = client.get(f"/learning/{enrolment.public_id}/kuis/").content.decode()
    assert "Apa sing dhisik ing K-1?" in page
    assert "Basa Jawa" in page
    test = client.get(f"/learning/{enrolment.public_id}/uji-awal/").content.decode()
    assert "tampil dalam Bahasa Indonesia" in test
    assert language_name("xyz") == "XYZ"


def test_the_catalogue_finds_and_shows_both(cast: Cast, client_for: ClientFor) -> None:
    publish_mini(english())
    client = client_for(cast.siti)
    assert "Kursus mini" in client.get("/learning/?q=short+course").content.decode()
    assert "2 bahasa" in client.get("/learning/?q=singkat").content.decode()
    shown = client.get("/learning/courses/kursus-mini/", {"language": "en"}).content.decode()
    assert "A short course for tests." in shown
    assert "Afterwards you can report early." in shown
    client.cookies["bina_language"] = "en"
    assert "Mini course" in client.get("/learning/").content.decode()
    page = client.get("/learning/courses/kursus-mini/").content.decode()
    assert "Reporting early" in page
    assert (
        "Kursus singkat untuk uji." in client.get("/learning/courses/kursus-mini/", {"language": "id"}).content.decode()
    )
    assert Course.objects.get().current_version.title == "Kursus mini"  # type: ignore[union-attr]
    enrolment = enrolled(cast.siti, Course.objects.get())
    assert "Mini course" in client.get("/learning/mine/").content.decode()
    assert "One morning" in client.get(f"/learning/{enrolment.public_id}/halaman/").content.decode()
    assert Enrolment.objects.get().language == ""


def test_nobody_chooses_for_others_or_what_is_not_there(cast: Cast, client_for: ClientFor) -> None:
    enrolment = enrolled(cast.siti, publish_mini(english()))
    with pytest.raises(Denied):
        actions.choose_language(by=cast.dewi.user, enrolment=enrolment, language="en")
    with pytest.raises(Refused, match="bahasa itu"):
        actions.choose_language(by=cast.siti.user, enrolment=enrolment, language="su")
    switch = f"/learning/languages/{enrolment.public_id}/"
    assert client_for(cast.dewi).post(switch, {"language": "en"}).status_code == 404
    assert client_for(cast.siti).post(switch, {"language": "su"}).status_code == 409
    assert client_for(cast.siti).get(switch).status_code == 405


def test_authors_look_at_both(cast: Cast, client_for: ClientFor) -> None:
    version = import_mini(english(), by=cast.trainer.user, agency=cast.agency)
    client = client_for(cast.trainer)
    place = f"/learning/managed/versions/{version.public_id}/preview/"
    assert "Satu pagi" in client.get(f"{place}halaman/").content.decode()
    assert "One morning" in client.get(f"{place}halaman/?language=en").content.decode()
    assert "What comes first in K-1?" in client.get(f"{place}kuis/").content.decode()


def test_a_course_of_one_language_is_as_before(cast: Cast, client_for: ClientFor) -> None:
    course = publish_mini()
    enrolment = enrolled(cast.siti, course)
    assert course.current_version is not None
    assert queries.languages_of(course.current_version) == []
    page = client_for(cast.siti).get(f"/learning/{enrolment.public_id}/halaman/").content.decode()
    assert "Bahasa kursus" not in page


def test_the_shipped_course_is_whole_in_english(cast: Cast) -> None:
    shipped = {course.slug: course for course in actions.load_reference_data()}
    version = shipped["keamanan-digital-asn"].current_version
    assert version is not None
    assert version.languages["en"]["incomplete"] == []
    assert len(version.languages["en"]["parts"]) == version.activity_count
