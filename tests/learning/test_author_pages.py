"""Pages of authors and of those who send people to courses."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bina.learning.models import Course, CourseVersion, Enrolment
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import files, publish_mini, zipped
from tests.learning.walking import do_everything_but_the_test, enrolled, fresh, pass_quiz, read_page, take_test

pytestmark = pytest.mark.django_db


def upload(
    client: Client, cast: Cast, content: bytes, *, name: str = "kursus.zip", intent: str = "keep"
) -> tuple[int, str]:
    response = client.post(
        "/learning/managed/import/",
        {"file": SimpleUploadedFile(name, content), "agency": str(cast.agency.public_id), "intent": intent},
        follow=True,
    )
    return response.status_code, response.content.decode()


def test_from_zip_to_catalogue(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.trainer)
    status, page = upload(client, cast, zipped(files()))
    assert status == 200
    assert "Versi 1 tersimpan sebagai draf" in page
    version = CourseVersion.objects.get()
    assert version.course.agency == cast.agency
    assert client_for(cast.siti).get("/learning/courses/kursus-mini/").status_code == 404
    preview = client.get(f"/learning/managed/versions/{version.public_id}/preview/", follow=True)
    assert "tidak ada yang dicatat" in preview.content.decode()
    for key in ("uji-awal", "halaman", "kuis", "berkas", "video", "uji-akhir"):
        assert client.get(f"/learning/managed/versions/{version.public_id}/preview/{key}/").status_code == 200
    tried = client.post(f"/learning/managed/versions/{version.public_id}/preview/kuis/", {"q1": "x"})
    assert "umpan balik yang dilihat peserta" in tried.content.decode()
    assert not Enrolment.objects.exists()
    client.post(f"/learning/managed/versions/{version.public_id}/publish/")
    assert client_for(cast.siti).get("/learning/courses/kursus-mini/").status_code == 200
    assert "Terbit" in client.get("/learning/managed/").content.decode()
    exported = client.get(f"/learning/managed/versions/{version.public_id}/export/")
    with zipfile.ZipFile(io.BytesIO(b"".join(exported.streaming_content))) as archive:  # type: ignore[attr-defined]
        assert {name.removeprefix("kursus-mini/") for name in archive.namelist()} == set(files())
    client.post("/learning/managed/kursus-mini/archive/", {"archive-reason": "Isinya usang."})
    assert "kursus-mini" not in client_for(cast.siti).get("/learning/").content.decode()
    client.post("/learning/managed/kursus-mini/restore/")
    assert client_for(cast.siti).get("/learning/courses/kursus-mini/").status_code == 200


def test_a_wrong_folder_is_reported_and_nothing_kept(cast: Cast, client_for: ClientFor) -> None:
    content = files(None, {"01.md": b"## Judul\n\n![](media/a.svg)\n"})
    status, page = upload(client_for(cast.trainer), cast, zipped(content))
    assert status == 422
    assert "1 hal perlu diperbaiki" in page
    assert "teks alternatif" in page
    assert "01.md" in page
    assert not Course.objects.exists()


def test_checking_only_keeps_nothing(cast: Cast, client_for: ClientFor) -> None:
    status, page = upload(client_for(cast.trainer), cast, zipped(files()), intent="check")
    assert status == 200
    assert "siap diimpor" in page
    assert not Course.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("kursus.rar", b"Rar!", "tidak dapat dipakai"), ("kursus.zip", b"bukan zip", "tidak sesuai"),
     ("kursus.zip", b"PK\x03\x04rusak", "rusak"),
     ("kursus.zip", b"", "kosong")],
)  # fmt: skip
def test_what_is_no_course_zip_is_said_at_the_field(
    cast: Cast, client_for: ClientFor, name: str, content: bytes, words: str
) -> None:
    status, page = upload(client_for(cast.trainer), cast, content, name=name)
    assert status == 422
    assert words in page


def test_the_same_zip_twice_changes_nothing(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.trainer)
    upload(client, cast, zipped(files()))
    assert "tidak ada yang diubah" in upload(client, cast, zipped(files()))[1]
    assert CourseVersion.objects.count() == 1


def test_the_workshop_is_for_authors(cast: Cast, client_for: ClientFor) -> None:
    course = publish_mini(agency=cast.agency)
    version = course.current_version
    assert version is not None
    for person in (cast.siti, cast.budi, cast.unit_hr, cast.evaluator, cast.leader):
        client = client_for(person)
        for url in (
            "/learning/managed/", "/learning/managed/import/", "/learning/managed/kursus-mini/",
            f"/learning/managed/versions/{version.public_id}/preview/", f"/learning/managed/versions/{version.public_id}/export/",
            f"/learning/managed/versions/{version.public_id}/preview/kuis/",
        ):  # fmt: skip
            assert client.get(url).status_code == 404, (person, url)
        for url in (
            "kursus-mini/archive/",
            "kursus-mini/restore/",
            f"versions/{version.public_id}/publish/",
            f"versions/{version.public_id}/discard/",
        ):
            assert client.post(f"/learning/managed/{url}").status_code == 404
    course.refresh_from_db()
    assert course.state == "published"


def test_a_course_for_everyone_belongs_to_the_platform(cast: Cast, client_for: ClientFor) -> None:
    publish_mini()
    assert client_for(cast.trainer).get("/learning/managed/kursus-mini/").status_code == 404
    assert client_for(cast.admin).get("/learning/managed/kursus-mini/").status_code == 200


def test_progress_is_seen_by_those_responsible_and_never_the_answers(cast: Cast, client_for: ClientFor) -> None:
    course = publish_mini()
    way = enrolled(cast.siti, course)
    enrolled(cast.rina, course)
    read_page(cast.siti.user, way)
    pass_quiz(cast.siti.user, way, right=False)
    for person, sees_siti, sees_rina in (
        (cast.budi, True, False), (cast.unit_hr, True, False), (cast.hr, True, True), (cast.trainer, True, True),
    ):  # fmt: skip
        client = client_for(person)
        page = client.get("/learning/managed/kursus-mini/participants/").content.decode()
        assert ("Siti Rahmawati" in page, "Rina Marlina" in page) == (sees_siti, sees_rina), person
        detail = client.get(f"/learning/managed/enrolments/{way.public_id}/")
        assert detail.status_code == 200
        assert "Menunggu" not in detail.content.decode()
    for person in (cast.dewi, cast.rina, cast.evaluator):
        client = client_for(person)
        assert client.get(f"/learning/managed/enrolments/{way.public_id}/").status_code == 404
        assert client.get("/learning/managed/kursus-mini/participants/").status_code == 404


def test_participants_are_found_and_counted_with_constant_queries(cast: Cast, client_for: ClientFor) -> None:
    course = publish_mini()
    client = client_for(cast.hr)
    counts = []
    for people in ([cast.siti], [cast.dewi, cast.rina, cast.budi]):
        for person in people:
            enrolled(person, course)
        with CaptureQueriesContext(connection) as captured:
            client.get("/learning/managed/kursus-mini/participants/")
        counts.append(len(captured))
    assert counts[0] == counts[1]
    page = client.get("/learning/managed/kursus-mini/participants/", {"q": "siti", "state": "started"}).content.decode()
    assert "Siti Rahmawati" in page
    assert "Dewi" not in page
    assert (
        "Siti" not in client.get("/learning/managed/kursus-mini/participants/", {"state": "completed"}).content.decode()
    )


def test_enrolling_a_person_and_a_unit_from_the_page(cast: Cast, client_for: ClientFor) -> None:
    publish_mini()
    client = client_for(cast.unit_hr)
    url = "/learning/managed/kursus-mini/enrol/"
    page = client.get(url, {"q": "siti"}).content.decode()
    assert "Siti Rahmawati" in page
    assert "Rina" not in client.get(url, {"q": "rina"}).content.decode().replace('value="rina"', "")
    for _click in range(2):
        assert client.post(url, {"person": str(cast.siti.public_id), "q": "siti"}).status_code == 302
    assert Enrolment.objects.get().employee == cast.siti
    assert client.post(url, {"person": str(cast.rina.public_id)}).status_code == 404
    assert client.post(url, {"unit": str(cast.root.public_id)}).status_code == 404
    assert client.post(url, {"unit": "x"}).status_code == 404
    done = client.post(url, {"unit": str(cast.dinas.public_id)}, follow=True)
    assert "Selesai" in done.content.decode()
    assert Enrolment.objects.count() == 6
    assert client_for(cast.siti).get(done.redirect_chain[-1][0]).status_code == 404


def test_repairs_from_the_page_need_a_reason_and_keep_what_was_typed(cast: Cast, client_for: ClientFor) -> None:
    way = enrolled(cast.siti, publish_mini())
    client = client_for(cast.hr)
    url = f"/learning/managed/enrolments/{way.public_id}/"
    refused = client.post(f"{url}repair/", {"activity": "video", "reason": "ya"})
    assert refused.status_code == 409
    assert ">ya</textarea>" in refused.content.decode()
    assert 'value="video" selected' in refused.content.decode()
    assert client.post(f"{url}repair/", {"activity": "tidak-ada", "reason": "Listrik padam"}).status_code == 409
    assert client.post(f"{url}repair/", {"activity": "video", "reason": "Listrik padam"}).status_code == 302
    assert fresh(way).progress_marks == {"video": "c"}
    assert "Listrik padam" in client.get(url).content.decode()
    assert (
        client_for(cast.budi).post(f"{url}repair/", {"activity": "kuis", "reason": "Listrik padam"}).status_code == 403
    )
    assert "Perbaiki catatan" not in client_for(cast.budi).get(url).content.decode()


def test_reopening_from_the_page(cast: Cast, client_for: ClientFor) -> None:
    way = enrolled(cast.siti, publish_mini())
    do_everything_but_the_test(cast.siti.user, way)
    take_test(cast.siti.user, way, "uji-akhir", right=2)
    client = client_for(cast.trainer)
    url = f"/learning/managed/enrolments/{way.public_id}/"
    assert "Bagian yang diulang" in client.get(url).content.decode()
    assert client.post(f"{url}reopen/", {"reason": ""}).status_code == 409
    assert client.post(f"{url}reopen/", {"reason": "Sambungan putus saat uji", "redo": "kuis"}).status_code == 302
    assert fresh(way).progress_marks["kuis"] == "o"
    assert client_for(cast.budi).post(f"{url}reopen/", {"reason": "Sambungan putus"}).status_code == 403
