"""H5P archives come in: what a trainer is told, what is refused and why, and that nothing of them is changed."""

import io
import json
import zipfile

import pytest
from django.test import Client

from bina.foundation.errors import Refused
from bina.integrations.packages.actions.imports import read_package
from bina.integrations.packages.rules import Choices
from bina.learning.actions import export_course, import_course_folder
from bina.learning.models import Activity
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.integrations.samples import archive_of, h5p
from tests.integrations.walking import imported

LIBRARY = "Bina.BenarSalah-1.0/library.json"
HEAD = json.loads(zipfile.ZipFile(io.BytesIO(h5p())).read("h5p.json"))
OWN = json.loads(zipfile.ZipFile(io.BytesIO(h5p())).read(LIBRARY))
CARDS = Choices("Kartu arsip", "kartu-arsip", "Mengingat cara menata arsip.", 1, 1, "1.3", 2)
OUTLINE = """slug: kartu-arsip
title: Kartu arsip
summary: Mengingat cara menata arsip.
learning_hours: 1
level: 1
competencies: [{framework: digcomp-3.0, code: "1.3", target_level: 2}]
sections:
  - title: Kartu
    activities:
      - {key: kartu, kind: h5p, title: Kartu, minutes: 45, file: media/kartu.h5p%s}
"""


def words(value: object) -> bytes:
    return json.dumps(value).encode()


def sentences(content: bytes) -> list[str]:
    return [f"{one.file}: {one.sentence}" for one in read_package(io.BytesIO(content)).problems if one.is_error]


def warnings(content: bytes) -> list[str]:
    return [one.sentence for one in read_package(io.BytesIO(content)).problems if not one.is_error]


def needing(*names: str, kind: str = "preloadedDependencies") -> bytes:
    rows = [{"machineName": name, "majorVersion": 1, "minorVersion": 2} for name in names]
    return words({**OWN, kind: rows})


def test_a_report_that_a_trainer_understands() -> None:
    report = read_package(io.BytesIO(h5p()))
    assert not report.problems
    assert (report.standard, report.title) == ("H5P", "Kartu benar atau salah: menata arsip")
    facts = dict(report.facts)
    assert facts["Jenis konten"] == "Kartu benar atau salah (Bina.BenarSalah 1.0.0)"
    assert facts["Lisensi"] == "CC BY-SA 4.0"
    assert facts["Penyusun"] == "Sugeng Wicaksono (contoh)"
    assert "menyatakan selesai" in facts["Dianggap selesai"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"content/content.json": None}, "content/content.json: Berkas content/content.json tidak ada"),
        ({"content/content.json": b"{"}, "bukan JSON yang dapat dibaca"),
        ({"content/content.json": b"[" * 200_000}, "bukan JSON yang dapat dibaca"),
        ({"content/content.json": b"[]"}, "satu objek JSON"),
        ({"h5p.json": b"\xff\xfe"}, "h5p.json: Berkas ini bukan JSON"),
        ({"h5p.json": words({**HEAD, "mainLibrary": "H5P.Lain"})}, "tidak termasuk pustaka"),
        ({"h5p.json": words({**HEAD, "preloadedDependencies": 7})}, "tidak menyebut jenis kontennya"),
        ({LIBRARY: None}, "Pustaka Bina.BenarSalah 1.0 tidak ada di dalam paket, padahal diperlukan oleh h5p.json"),
        ({LIBRARY: needing("H5P.Question")}, "Pustaka H5P.Question 1.2 tidak ada di dalam paket, padahal diperlukan oleh Bina."),
        ({LIBRARY: words({**OWN, "machineName": "Orang.Lain"})}, "memuat pustaka lain daripada namanya"),
        ({LIBRARY: words({**OWN, "preloadedJs": [{"path": "../content/content.json"}]})}, "yang tidak ada di dalamnya"),
        ({LIBRARY: words({**OWN, "preloadedJs": [{"path": "tiada.js"}]})}, "“tiada.js”, yang tidak ada"),
        ({"content/diam.js": b"alert(1)"}, "content/diam.js: Skrip atau gaya hanya boleh berada di folder pustaka"),
        ({"lepas/diam.js": b"alert(1)"}, "lepas/diam.js: Skrip atau gaya"),
        ({"content/halaman.html": b"<script>"}, "content/halaman.html: Jenis berkas ini tidak boleh"),
        ({"Bina.BenarSalah-1.0/a.php": b"<?php"}, "ia dapat dijalankan"),
        ({"content/content.json": words({"a": [{"library": "H5P.Image 1.1", "params": {}}]})}, "memakai pustaka H5P.Image 1.1"),
    ],
)  # fmt: skip
def test_what_stops_an_import(changes: dict[str, bytes | None], expected: str) -> None:
    assert any(expected in sentence for sentence in sentences(h5p(changes))), sentences(h5p(changes))


def test_libraries_in_a_circle() -> None:
    other = {**OWN, "machineName": "H5P.A", "minorVersion": 2, "preloadedJs": [], "preloadedCss": [],
             "preloadedDependencies": [{"machineName": "Bina.BenarSalah", "majorVersion": 1, "minorVersion": 0}]}  # fmt: skip
    found = sentences(h5p({LIBRARY: needing("H5P.A"), "H5P.A-1.2/library.json": words(other)}))
    assert found == [
        "h5p.json: Pustaka saling memerlukan dalam lingkaran: Bina.BenarSalah 1.0 → H5P.A 1.2 → Bina.BenarSalah 1.0."
    ]


def test_hostile_archives_are_refused_whole() -> None:
    for name in ("../luar.json", "/etc/x.json", "C:/x.json"):
        with pytest.raises(Refused, match="tidak aman"):
            read_package(io.BytesIO(h5p({name: b"{}"})))
    with pytest.raises(Refused, match="terlalu besar"):
        read_package(io.BytesIO(h5p({"content/nol.txt": b"0" * 30_000_000})))
    with pytest.raises(Refused, match="batasnya"):
        read_package(io.BytesIO(h5p({f"content/{n}.txt": b"a" for n in range(10_001)})))
    with pytest.raises(Refused, match="bukan paket yang dikenal"):
        read_package(io.BytesIO(archive_of({"content/content.json": b"{}"})))


def test_what_an_author_should_know() -> None:
    content = words({"a": {"path": "https://contoh.test/v.mp4"}, "b": {"path": "images/tiada.png"}})
    found = " ".join(warnings(h5p({"content/content.json": content})))
    assert "dari internet" in found
    assert "“images/tiada.png”, yang tidak ada" in found
    newer = words({**OWN, "coreApi": {"majorVersion": 1, "minorVersion": 99}})
    assert "meminta inti H5P 1.99" in " ".join(warnings(h5p({LIBRARY: newer})))
    assert "dapat memakai H5P.Video 1.2" in " ".join(
        warnings(h5p({LIBRARY: needing("H5P.Video", kind="dynamicDependencies")}))
    )


@pytest.mark.django_db
def test_the_archive_goes_out_as_it_came_in(cast: Cast) -> None:
    content = h5p()
    version = imported(content, by=cast.trainer.user, agency=cast.agency, choices=CARDS)
    assert Activity.objects.get().payload["done"] == "finished"
    out = export_course(version)
    assert zipfile.ZipFile(io.BytesIO(out)).read("kartu-arsip/media/konten.h5p") == content
    again = import_course_folder(out, by=cast.trainer.user, agency=cast.agency)
    assert again.is_known
    assert again.version == version


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("added", "expected"),
    [
        (", done: melihat", "hanya boleh looked"),
        (", done: score", "memerlukan nilai lulus"),
        (", done: looked, passing: 70", "hanya berlaku bersama"),
        (", passing: 0", "bilangan bulat 1 sampai 100"),
        (", passing: true", "bilangan bulat 1 sampai 100"),
    ],
)
def test_rules_that_cannot_be(cast: Cast, added: str, expected: str) -> None:
    folder = archive_of({"course.yaml": (OUTLINE % added).encode(), "media/kartu.h5p": h5p()})
    report = import_course_folder(folder, by=cast.trainer.user, agency=cast.agency, check_only=True)
    assert any(expected in one.sentence for one in report.errors), [one.sentence for one in report.errors]


@pytest.mark.django_db
def test_a_content_without_an_end_is_done_when_it_was_looked_at(cast: Cast) -> None:
    content = h5p({"Bina.BenarSalah-1.0/kartu.js": b"var Bina = {};"})
    report = read_package(io.BytesIO(content))
    assert "begitu dibuka" in dict(report.facts)["Dianggap selesai"]
    imported(content, by=cast.trainer.user, agency=cast.agency, choices=CARDS)
    assert Activity.objects.get().payload["done"] == "looked"


@pytest.mark.django_db
def test_the_page_of_the_import_speaks_of_it(cast: Cast, client_for: ClientFor) -> None:
    upload = io.BytesIO(h5p())
    upload.name = "kartu.h5p"
    typed = {"file": upload, "agency": str(cast.agency.public_id), "title": "", "summary": "Kartu.", "learning_hours": 1,
             "level": 1, "competency": "1.3", "target_level": 2, "intent": "check"}  # fmt: skip
    page = client_for(cast.trainer).post("/packages/import/", typed)
    assert page.status_code == 200, page.content.decode()[-3000:]
    assert "Bina.BenarSalah 1.0.0" in page.content.decode()
    assert client_for(cast.siti).get("/packages/import/").status_code == 404
    assert Client().get("/packages/import/").status_code == 302
