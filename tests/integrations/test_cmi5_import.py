"""cmi5 packages come in: every rule of the course structure with its line, and the course made of them."""

import io
import zipfile

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from bina.integrations.packages import actions
from bina.learning.actions import import_course_folder
from bina.learning.models import Activity, Course, CourseVersion
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.integrations.samples import archive_of
from tests.integrations.units import PAGE, STRUCTURE, bent, cmi5_package
from tests.integrations.walking import imported
from tests.learning.folders import files, outline, zipped

pytestmark = pytest.mark.django_db


def told(cast: Cast, content: bytes) -> list[tuple[str, int | None]]:
    found = actions.import_package(
        io.BytesIO(content), by=cast.trainer.user, agency=None, choices=None, check_only=True
    )
    return [(problem.sentence, problem.line) for problem in found.package.problems]


def test_a_package_becomes_a_course_with_blocks_as_sections(cast: Cast) -> None:
    version = imported(cmi5_package(), by=cast.trainer.user, agency=cast.agency)
    assert [section["title"] for section in version.outline] == ["Dasar"]
    first, second = Activity.objects.filter(version=version).order_by("order")
    assert (first.kind, first.title, first.payload["in_frame"]) == ("cmi5", "Membaca surat", True)
    assert (second.payload["au"], second.payload["mastery"], second.payload["in_frame"]) == (
        "https://contoh.example/au/menulis", 0.7, False,
    )  # fmt: skip
    assert imported(cmi5_package(), by=cast.trainer.user, agency=cast.agency) == version


def test_the_course_goes_out_as_it_came(cast: Cast, client_for: ClientFor) -> None:
    version = imported(cmi5_package(), by=cast.trainer.user, agency=cast.agency)
    response = client_for(cast.trainer).get(f"/learning/managed/versions/{version.public_id}/export/")
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("membalas-surat/media/paket.zip") == cmi5_package()
        entry = yaml.safe_load(archive.read("membalas-surat/course.yaml"))["sections"][0]["activities"][1]
        assert entry["au"] == "https://contoh.example/au/menulis"
    again = import_course_folder(io.BytesIO(content), by=cast.trainer.user, agency=cast.agency)
    assert again.version == version


def test_the_page_takes_a_structure_without_a_zip(cast: Cast, client_for: ClientFor) -> None:
    elsewhere = STRUCTURE.replace(b"isi/", b"https://isi.contoh.example/")
    form = {
        "agency": str(cast.agency.public_id), "title": "", "summary": "Surat yang jelas.", "learning_hours": "1",
        "level": "1", "competency": "4.2", "target_level": "2", "intent": "keep",
    }  # fmt: skip
    client = client_for(cast.trainer)
    refused = client.post("/packages/import/", form | {"file": SimpleUploadedFile("cmi5.xml", STRUCTURE)})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "harus lengkap" in page
    assert "baris 13" in page
    assert not Course.objects.exists()
    client.post("/packages/import/", form | {"file": SimpleUploadedFile("cmi5.xml", elsewhere)})
    version = CourseVersion.objects.get()
    assert version.course.slug == "membalas-surat"
    assert [activity.payload["in_frame"] for activity in Activity.objects.all()] == [False, False]
    assert client_for(cast.siti).get("/packages/import/").status_code == 404


def test_one_unit_of_a_package_in_a_course_folder(cast: Cast) -> None:
    course = outline()
    entry = {"key": "paket", "kind": "cmi5", "title": "Paket", "minutes": 5, "file": "media/surat.zip"}
    course["sections"][1]["activities"][0] = entry
    content = {"media/surat.zip": cmi5_package()}
    report = import_course_folder(zipped(files(course, content)), by=None)
    assert any("sebutkan salah satunya di isian au" in problem.sentence and problem.line for problem in report.errors)
    entry["au"] = "https://contoh.example/au/menulis"
    assert not import_course_folder(zipped(files(course, content)), by=None).errors
    assert Activity.objects.get(kind="cmi5").payload["place"] == 1
    entry["au"] = "https://contoh.example/au/tidak-ada"
    assert (
        "tidak ada di dalam paket" in import_course_folder(zipped(files(course, content)), by=None).errors[0].sentence
    )
    content["media/surat.zip"] = cmi5_package({"cmi5.xml": bent('moveOn="Completed"', 'moveOn="Selesai"')})
    broken = import_course_folder(zipped(files(course, content)), by=None).errors
    assert ("media/surat.zip › cmi5.xml", 10) in [(problem.file, problem.line) for problem in broken]


FAULTS = [
    ('<course id="https://contoh.example/kursus/surat">', '<course id="contoh/kursus">', "harus berupa IRI lengkap", 3),
    ('<block id="https://contoh.example/blok/dasar">', "<block>", "harus berupa IRI lengkap", 7),
    ("https://contoh.example/au/membaca", "contoh.example/au", "harus berupa IRI lengkap", 10),
    ("https://contoh.example/au/menulis", "https://contoh.example/au/membaca", "sudah dipakai <au> di baris 10", 17),
    ('moveOn="Completed"', 'moveOn="Selesai"', "hanya boleh NotApplicable, Passed", 10),
    ('launchMethod="OwnWindow"', 'launchMethod="Frame"', "hanya boleh AnyWindow, OwnWindow", 17),
    ('masteryScore="0.7"', 'masteryScore="70"', "bilangan dari 0 sampai 1", 17),
    ('masteryScore="0.7"', 'masteryScore="nan"', "bilangan dari 0 sampai 1", 17),
    ('masteryScore="0.7"', 'warna="biru"', "Atribut “warna” tidak dikenal", 17),
    ("<url>isi/menulis.html</url>", "<url>isi/hilang.html</url>", "menunjuk berkas yang tidak ada", 20),
    ("<url>isi/menulis.html</url>", "<url>../menulis.html</url>", "menunjuk berkas yang tidak ada", 20),
    ("<url>isi/menulis.html</url>", "<url>/isi/menulis.html</url>", "menunjuk berkas yang tidak ada", 20),
    ("<url>isi/menulis.html</url>", "<url>//lain.example/x</url>", "menunjuk berkas yang tidak ada", 20),
    ("<url>isi/menulis.html</url>", "<url></url>", "bukan alamat yang sah", 20),
    ("<url>isi/menulis.html</url>", "<url>http://lain.example a.html</url>", "bukan alamat yang sah", 20),
    ("<url>isi/menulis.html</url>", "<url>http://[lain/</url>", "bukan alamat yang sah", 20),
    ("<url>isi/menulis.html</url>", "<url>javascript:alert(1)</url>", "tidak dapat dibuka peramban", 20),
    ("<url>isi/menulis.html</url>", "<url>isi/menulis.html?fetch=x</url>", "memakai nama fetch", 20),
    ("<url>isi/menulis.html</url>", "", "memerlukan <url>", 17),
    ("<url>isi/menulis.html</url>", "<url>isi/menulis.html</url><url>isi/menulis.html</url>", "hanya boleh sekali", 20),
    ("<url>isi/menulis.html</url>", "<gambar/>", "Unsur <gambar> tidak dikenal", 20),
    ('<langstring lang="id">Menulis.</langstring>', "", "memerlukan <langstring>", 19),
    ('<langstring lang="id">Menulis.', '<langstring lang="bahasa indonesia">Menulis.', "bukan tanda bahasa", 19),
    ("<launchParameters>bab=1</launchParameters>\n      <entitlementKey>kunci-contoh</entitlementKey>",
     "<entitlementKey>x</entitlementKey>\n      <launchParameters>y</launchParameters>", "berada di tempat yang salah", 15),
    ("<url>isi/menulis.html</url>",
     '<objectives><objective idref="https://contoh.example/tujuan"/></objectives><url>isi/menulis.html</url>',
     "tidak ada dalam daftar <objectives>", 20),
    (' xmlns="https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"', "", "Unsur teratas harus courseStructure", 2),
    ("</courseStructure>", "", "tidak dapat dibaca sebagai XML", None),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "words", "line"), FAULTS)
def test_faults_are_told_with_their_line(cast: Cast, before: str, after: str, words: str, line: int | None) -> None:
    found = told(cast, cmi5_package({"cmi5.xml": bent(before, after)}))
    assert any(words in sentence and place == line for sentence, place in found), found


OBJECTIVE = (
    '<objective id="https://contoh.example/tujuan"><title><langstring>Jelas</langstring></title>'
    "<description><langstring>Jelas.</langstring></description></objective>"
)


def test_objectives_are_listed_once_and_referred_to(cast: Cast) -> None:
    reference = '<objectives><objective idref="https://contoh.example/tujuan"/></objectives><url>isi/menulis.html</url>'
    listed = bent("  <block ", f"  <objectives>{OBJECTIVE}</objectives>\n  <block ").replace(
        b"<url>isi/menulis.html</url>", reference.encode()
    )
    assert told(cast, cmi5_package({"cmi5.xml": listed})) == []
    twice = listed.replace(OBJECTIVE.encode(), f"{OBJECTIVE}\n{OBJECTIVE}".encode())
    found = told(cast, cmi5_package({"cmi5.xml": twice}))
    assert ["sudah dipakai <objective> di baris 7" in sentence for sentence, _line in found] == [True]


def test_extensions_of_vendors_are_left_alone(cast: Cast) -> None:
    vendor = bent("<url>isi/menulis.html</url>", '<url>isi/menulis.html</url><v:x xmlns:v="urn:v" a="1"><v:y/></v:x>')
    assert told(cast, cmi5_package({"cmi5.xml": vendor})) == []


def test_units_on_other_servers_open_in_a_window_of_their_own(cast: Cast) -> None:
    elsewhere = bent("<url>isi/menulis.html</url>", "<url>https://lain.example/menulis?a=1#bab</url>")
    found = told(cast, cmi5_package({"cmi5.xml": elsewhere}))
    assert [("jendela sendiri" in sentence, line) for sentence, line in found] == [(True, 17)]


def test_archives_without_a_structure_and_entities_are_refused(cast: Cast) -> None:
    around = archive_of({"paket/cmi5.xml": STRUCTURE, "paket/isi/membaca.html": PAGE, "paket/isi/menulis.html": PAGE})
    assert ["satu folder tambahan" in sentence for sentence, _line in told(cast, around)] == [True]
    entity = STRUCTURE.replace(b"<courseStructure", b'<!DOCTYPE x [<!ENTITY a "b">]><courseStructure')
    assert "DTD atau entitas" in told(cast, cmi5_package({"cmi5.xml": entity}))[0][0]
