"""SCORM packages come in: the report, the course made of them, and packages that mean harm."""

import io
import zipfile

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bina.foundation.errors import Refused
from bina.integrations.packages import actions
from bina.integrations.scorm.rules import outcome_of, seconds_of
from bina.learning.actions import import_course_folder, name_reviewer
from bina.learning.models import Activity, Course, CourseVersion
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.integrations.samples import MANIFEST_12, MANIFEST_2004, PAGE_12, archive_of, scorm_12, scorm_2004
from tests.integrations.walking import imported, open_frame, started
from tests.learning.folders import files, outline, zipped

pytestmark = pytest.mark.django_db


def sentences(cast: Cast, content: bytes) -> list[tuple[str, int | None]]:
    found = actions.import_package(
        io.BytesIO(content), by=cast.trainer.user, agency=None, choices=None, check_only=True
    )
    return [(problem.sentence, problem.line) for problem in found.package.problems]


def test_a_package_becomes_a_course_with_its_tree_as_sections(cast: Cast) -> None:
    version = imported(scorm_12(), by=cast.trainer.user, agency=cast.agency)
    assert [section["title"] for section in version.outline] == ["Membalas surat warga", "Berlatih"]
    first, second = Activity.objects.filter(version=version).order_by("order")
    assert (first.kind, first.title, first.payload["launch"]) == ("scorm", "Membaca dahulu", "isi/buka.html")
    assert (second.payload["query"], second.payload["mastery"]) == ("?babak=2", 0.7)
    assert version.minutes == 45
    assert imported(scorm_12(), by=cast.trainer.user, agency=cast.agency) == version


def test_the_page_checks_first_and_then_keeps(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.trainer)
    form = {
        "agency": str(cast.agency.public_id), "title": "", "summary": "Arsip yang rapi.", "learning_hours": "1",
        "level": "1", "competency": "4.2", "target_level": "2",
    }  # fmt: skip

    def post(intent: str, content: bytes) -> tuple[int, str]:
        upload = SimpleUploadedFile("paket.zip", content)
        response = client.post("/packages/import/", {**form, "file": upload, "intent": intent}, follow=True)
        return response.status_code, response.content.decode()

    status, page = post("check", scorm_2004())
    assert status == 200
    assert "SCORM 2004" in page
    assert "Memilah berkas" in page
    assert not Course.objects.exists()
    status, page = post("check", scorm_2004({"isi/mulai.html": None}))
    assert status == 422
    assert "yang tidak ada di dalam paket" in page
    assert "Arsip yang rapi." in page
    status, page = post("keep", scorm_2004())
    assert "Versi 1 tersimpan sebagai draf" in page
    version = CourseVersion.objects.get()
    assert version.course.slug == "menata-arsip"
    preview = client.get(f"/learning/managed/versions/{version.public_id}/preview/", follow=True).content.decode()
    assert "Pratinjau: paket berjalan" in preview
    key = Activity.objects.get().key
    frame = client.get(f"/packages/versions/{version.public_id}/{key}/")["Location"]
    assert Client().get(frame).status_code == 200
    assert client_for(cast.siti).get(f"/packages/versions/{version.public_id}/{key}/").status_code == 404
    # Whoever was named to review the draft looks into it too.
    name_reviewer(by=cast.trainer.user, course=version.course, person=cast.rina.user)
    assert client_for(cast.rina).get(f"/packages/versions/{version.public_id}/{key}/").status_code == 302
    assert client_for(cast.siti).get("/packages/import/").status_code == 404


def test_one_part_of_a_package_in_a_course_folder(cast: Cast) -> None:
    course = outline()
    entry = {"key": "paket", "kind": "scorm", "title": "Paket", "minutes": 5, "file": "media/surat.zip"}
    course["sections"][1]["activities"][0] = entry
    content = {"media/surat.zip": scorm_12()}
    report = import_course_folder(zipped(files(course, content)), by=None)
    assert any("sebutkan salah satunya di isian sco: BUKA, LATIHAN" in p.sentence and p.line for p in report.errors)
    entry["sco"] = "LATIHAN"
    report = import_course_folder(zipped(files(course, content)), by=None)
    assert not report.errors
    assert Activity.objects.get(kind="scorm").payload["sco"] == "LATIHAN"
    entry["sco"] = "TIDAKADA"
    assert "Yang ada: BUKA, LATIHAN" in import_course_folder(zipped(files(course, content)), by=None).errors[0].sentence


def test_a_package_is_never_handed_out_as_a_working_file(cast: Cast) -> None:
    course = outline()
    course["sections"][1]["activities"][0]["file"] = "media/surat.zip"
    report = import_course_folder(zipped(files(course, {"media/surat.zip": scorm_12()})), by=None)
    assert any("tidak dapat dipakai di sini" in problem.sentence for problem in report.errors)


def test_faults_are_told_with_their_line(cast: Cast) -> None:
    missing = MANIFEST_12.replace(b'identifierref="R2"', b'identifierref="R9"')
    assert sentences(cast, scorm_12({"imsmanifest.xml": missing})) == [
        ("Bagian “Menulis balasan” menunjuk sumber “R9” yang tidak ada.", 10)
    ]
    gone = scorm_12({"isi/latihan.html": None})
    assert ("Bagian “Menulis balasan” memulai “isi/latihan.html”, yang tidak ada di dalam paket.", 17) in sentences(
        cast, gone
    )
    broken = MANIFEST_12.replace(b"</organization>", b"")
    assert "periksa baris 14" in sentences(cast, scorm_12({"imsmanifest.xml": broken}))[0][0]
    other = MANIFEST_12.replace(b"<schemaversion>1.2<", b"<schemaversion>CAM 9.9<")
    assert sentences(cast, scorm_12({"imsmanifest.xml": other}))[0][0].startswith("Versi “CAM 9.9” bukan")


def test_what_is_not_run_is_said(cast: Cast) -> None:
    rules = b"<imsss:sequencingRules><imsss:postConditionRule/></imsss:sequencingRules><imsss:objectives>"
    found = sentences(cast, scorm_2004({"imsmanifest.xml": MANIFEST_2004.replace(b"<imsss:objectives>", rules)}))
    assert ["perpindahan otomatis dengan syarat lain" in sentence for sentence, _line in found] == [True]


def test_one_folder_around_everything_is_taken_off(cast: Cast, client_for: ClientFor) -> None:
    packed = {"paket/imsmanifest.xml": MANIFEST_12, "paket/isi/buka.html": PAGE_12, "paket/isi/latihan.html": PAGE_12}
    enrolment = started(cast, archive_of(packed))
    frame = open_frame(client_for(cast.siti), enrolment)
    assert Client().get(f"{frame}isi/buka.html").status_code == 200


HOSTILE_HREFS = ["../../etc/passwd", "/etc/passwd", "http://contoh.example/x.html", "javascript:alert(1)", "..", "isi"]


@pytest.mark.parametrize("href", HOSTILE_HREFS)
def test_references_lead_nowhere_but_into_the_package(cast: Cast, href: str) -> None:
    manifest = MANIFEST_12.replace(b'href="isi/buka.html"', f'href="{href}"'.encode())
    assert any(
        "tidak ada di dalam paket" in sentence
        for sentence, _line in sentences(cast, scorm_12({"imsmanifest.xml": manifest}))
    )


def bomb() -> bytes:
    return scorm_12({"isi/besar.bin": b"\0" * 60_000_000})


def laughs() -> bytes:
    entity = b'<!DOCTYPE manifest [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n<manifest '
    return scorm_12({"imsmanifest.xml": MANIFEST_12.replace(b"<manifest ", entity)})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (bomb(), "terlalu besar"), (archive_of({"../imsmanifest.xml": MANIFEST_12}), "alamat yang tidak aman"),
        (archive_of({"/imsmanifest.xml": MANIFEST_12}), "alamat yang tidak aman"), (b"bukan zip", "rusak"),
        (scorm_12()[:-40], "rusak"), (archive_of({"index.html": PAGE_12}), "bukan paket yang dikenal"),
    ],
)  # fmt: skip
def test_hostile_archives_are_refused(cast: Cast, content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        sentences(cast, content)


def test_entities_are_refused(cast: Cast) -> None:
    assert "DTD atau entitas" in sentences(cast, laughs())[0][0]


def test_a_damaged_member_is_a_report_and_no_crash(cast: Cast) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("imsmanifest.xml", MANIFEST_12)
    content = stream.getvalue().replace(b"Membaca dahulu", b"Xembaca dahulu")
    with pytest.raises(Refused, match="rusak"):
        sentences(cast, content)


def test_files_are_loaded_by_the_signed_address_in_a_closed_frame(cast: Cast, client_for: ClientFor) -> None:
    film = b"0123456789"
    enrolment = started(cast, scorm_12({"isi/film.mp4": film, "isi/evil.svg": b"<svg onload='alert(1)'/>"}))
    frame = open_frame(client_for(cast.siti), enrolment)
    page = Client().get(f"{frame}isi/buka.html")
    policy = page["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in policy
    assert f"default-src http://testserver{frame} " in policy
    assert "X-Frame-Options" not in page
    assert "Set-Cookie" not in page
    head = page.content.decode().partition("<head>")[2]
    assert head.startswith(f'<script src="{frame}~state.js"></script><script src="')
    part = Client().get(f"{frame}isi/film.mp4", headers={"range": "bytes=2-4"})
    assert (part.status_code, b"".join(part.streaming_content), part["Content-Type"]) == (206, b"234", "video/mp4")  # type: ignore[attr-defined]
    assert Client().get(f"{frame}isi/film.mp4", headers={"range": "bytes=99-"}).status_code == 416
    assert Client().get(f"{frame}isi/evil.svg")["Content-Security-Policy"].startswith("sandbox")
    for name in ("../course.yaml", "course.yaml", "isi/tidak-ada.html", "%2e%2e/x"):
        assert Client().get(f"{frame}{name}").status_code == 404


def test_old_addresses_expire(cast: Cast, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch) -> None:
    enrolment = started(cast, scorm_12())
    frame = open_frame(client_for(cast.siti), enrolment)
    monkeypatch.setattr("bina.integrations.packages.queries.delivery.HOURS", -1)
    assert Client().get(f"{frame}isi/buka.html").status_code == 404


@pytest.mark.parametrize(
    ("span", "seconds"),
    [("0001:02:03.5", 3723), ("00:00:09", 9), ("PT1H2M3S", 3723), ("P1DT1S", 86_401), ("", 0), ("x", 0), ("1:2:3", 0)],
)
def test_spans(span: str, seconds: int) -> None:
    assert seconds_of(span) == seconds


@pytest.mark.parametrize(
    ("state", "ended", "expected"),
    [
        ({}, False, (False, None)), ({}, True, (True, None)), ({"cmi.core.lesson_status": "browsed"}, True, (False, None)),
        ({"cmi.core.lesson_status": "incomplete"}, True, (False, None)), ({"cmi.core.lesson_status": "passed"}, False, (True, True)),
        ({"cmi.core.lesson_status": "failed"}, False, (True, False)),
    ],
)  # fmt: skip
def test_what_the_words_of_1_2_mean(state: dict[str, str], ended: bool, expected: tuple[bool, bool | None]) -> None:
    outcome = outcome_of({"standard": "1.2"}, state, ended)
    assert (outcome.is_done, outcome.is_passed) == expected


def test_the_course_goes_out_as_it_came(cast: Cast, client_for: ClientFor) -> None:
    version = imported(scorm_12(), by=cast.trainer.user, agency=cast.agency)
    response = client_for(cast.trainer).get(f"/learning/managed/versions/{version.public_id}/export/")
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:  # type: ignore[attr-defined]
        assert archive.read("membalas-surat/media/paket.zip") == scorm_12()
        assert (
            yaml.safe_load(archive.read("membalas-surat/course.yaml"))["sections"][1]["activities"][0]["sco"]
            == "LATIHAN"
        )
