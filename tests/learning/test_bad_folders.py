"""Everything that can be wrong with a course folder is named with its file, and nothing is written."""

import io
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bina.foundation.errors import Refused
from bina.foundation.located_yaml import YamlError, read_yaml
from bina.learning import actions
from bina.learning.actions.courses import ImportReport
from bina.learning.models import Activity, Course, StoredFile
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import SVG, dumped, files, outline, publish_mini, question, zipped

pytestmark = pytest.mark.django_db


def look_at(content: dict[str, bytes]) -> ImportReport:
    """Import the files; whatever comes of it, errors must leave nothing behind."""
    report = actions.import_course_folder(zipped(content), by=None)
    if report.errors:
        assert report.version is None
        assert not Course.objects.exists()
        assert not StoredFile.objects.exists()
    return report


def first_section(course: dict[str, Any]) -> list[dict[str, Any]]:
    return course["sections"][0]["activities"]  # type: ignore[no-any-return]


def drop(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda course: course.pop(name)


OUTLINE_FAULTS: list[tuple[str, Callable[[dict[str, Any]], object], str, str]] = [
    ("no title", drop("title"), "title", "belum ada"),
    ("no slug", drop("slug"), "slug", "belum ada"),
    ("no sections", drop("sections"), "sections", "sedikitnya satu bagian"),
    ("no competencies", drop("competencies"), "competencies", "sedikitnya satu kompetensi"),
    ("bad slug", lambda c: c.update(slug="Kursus Mini"), "slug", "huruf kecil"),
    ("taken slug", lambda c: c.update(slug="import"), "slug", "dipakai oleh sistem"),
    ("long title", lambda c: c.update(title="x" * 161), "title", "batasnya 160"),
    ("title is a number", lambda c: c.update(title=7), "title", "teks"),
    ("unknown field", lambda c: c.update(tittle="x"), "tittle", "tidak dikenal"),
    ("hours as words", lambda c: c.update(learning_hours="empat"), "learning_hours", "bilangan bulat"),
    ("hours against minutes", lambda c: c.update(learning_hours=2), "learning_hours", "90 menit"),
    ("level too high", lambda c: c.update(level=6), "level", "1 sampai 5"),
    ("passing above 100", lambda c: c.update(passing_grade=101), "passing_grade", "0 sampai 100"),
    ("bad form", lambda c: c.update(form="e-learning"), "form", "NK_ELEARNING"),
    ("bad language", lambda c: c.update(language="Indonesia!"), "language", "kode"),
    ("competency as a number", lambda c: c["competencies"][0].update(code=4.2), "competencies 1", "tanda kutip"),
    ("unknown competency", lambda c: c["competencies"][0].update(code="9.9"), "competencies 1", "tidak ada dalam kamus"),
    ("unknown framework", lambda c: c["competencies"][0].update(framework="lain"), "competencies 1", "“lain”"),
    ("target beyond the scale", lambda c: c["competencies"][0].update(target_level=5), "target_level", "1 sampai 4"),
    ("no gain", lambda c: c["competencies"][0].update(expected_gain=0), "competencies 1", "expected_gain"),
    ("the same competency twice", lambda c: c["competencies"].append(dict(c["competencies"][0])), "competencies 2", "dua kali"),
    ("unknown kind", lambda c: first_section(c)[1].update(kind="hologram"), "kind", "hologram"),
    ("kind missing", lambda c: first_section(c)[1].pop("kind"), "kind", "tidak dikenal"),
    ("key twice", lambda c: first_section(c)[2].update(key="halaman"), "key", "sudah dipakai"),
    ("bad key", lambda c: first_section(c)[1].update(key="Satu Dua"), "key", "huruf kecil"),
    ("minutes missing", lambda c: first_section(c)[1].pop("minutes"), "minutes", "bilangan bulat"),
    ("minutes true", lambda c: first_section(c)[1].update(minutes=True), "minutes", "bilangan bulat"),
    ("file missing from the entry", lambda c: first_section(c)[1].pop("file"), "file", "nama berkas"),
    ("file not in the folder", lambda c: first_section(c)[1].update(file="tidak-ada.md"), "file", "tidak ada di dalam folder"),
    ("file in other letters", lambda c: first_section(c)[1].update(file="KUIS.yaml"), "file", "huruf besar dan kecil"),
    ("wrong kind of file", lambda c: first_section(c)[1].update(file="media/latihan.csv"), "file", "tidak dapat dipakai di sini"),
    ("field of another kind", lambda c: first_section(c)[1].update(passing=60), "passing", "tidak dikenal"),
    ("no transcript", lambda c: c["sections"][1]["activities"][1].pop("transcript"), "transcript", "transkrip"),
    ("bad role", lambda c: first_section(c)[0].update(role="middle"), "role", "pre atau post"),
    ("two final tests", lambda c: first_section(c)[0].update(role="post"), "", "paling banyak satu"),
    ("passing on a first test", lambda c: first_section(c)[0].update(passing=50), "passing", "tidak menentukan"),
    ("passing as words", lambda c: first_section(c)[2].update(passing="enam"), "passing", "0 sampai 100"),
    ("required as words", lambda c: first_section(c)[1].update(required="ya"), "required", "true atau false"),
    ("nothing required", lambda c: [a.update(required=False) for s in c["sections"] for a in s["activities"]], "required", "wajib"),
    ("empty section", lambda c: c["sections"].append({"title": "Kosong", "activities": []}), "sections 3", "belum punya kegiatan"),
    ("section as a list", lambda c: c["sections"].append(["x"]), "sections 3", "title dan activities"),
    ("activity as text", lambda c: first_section(c).append("x"), "sections 1", "key, kind"),  # type: ignore[arg-type]
    ("script in the description", lambda c: c.update(description="Halo <script>x()</script>"), "description", "aktif"),
    ("image in the description", lambda c: c.update(description="![x](media/a.svg)"), "description", "Gambar"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "bend", "field", "words"), OUTLINE_FAULTS, ids=[fault[0] for fault in OUTLINE_FAULTS])
def test_fault_in_the_outline_is_named_with_its_line(
    name: str, bend: Callable[[dict[str, Any]], object], field: str, words: str, reference_data: None
) -> None:
    course = outline()
    bend(course)
    found = [
        problem for problem in look_at(files(course)).errors if problem.field == field and words in problem.sentence
    ]
    assert found, name
    assert found[0].file == "course.yaml"
    if field and name != "nothing required":
        lines = dumped(course).decode().splitlines()
        assert found[0].line is not None
        assert 1 <= found[0].line <= len(lines)


def test_the_line_of_a_fault_is_the_line_of_its_field(reference_data: None) -> None:
    text = dumped(outline()).decode().replace("level: 2\n", "level: dua\n", 1)
    report = look_at(files(None, {"course.yaml": text.encode()}))
    line = next(number for number, row in enumerate(text.splitlines(), start=1) if row == "level: dua")
    assert [(problem.line, problem.field) for problem in report.errors] == [(line, "level")]


FILE_FAULTS: list[tuple[str, str, bytes, str, int | None]] = [
    ("image without alternative text", "01.md", b"## Judul\n\n![](media/a.svg)\n", "teks alternatif", 3),
    ("image that is not there", "01.md", b"Teks\n\n![Peta](media/peta.svg)\n", "tidak ada di dalam folder", 3),
    ("image from elsewhere", "01.md", b"![Peta](https://contoh.example/peta.png)\n", "folder media", 1),
    ("image that is no image", "01.md", b"![Tabel](media/latihan.csv)\n", "bukan gambar", 1),
    ("script in Markdown", "01.md", b"Baris\n\nBaris\n\n<script>x()</script>\n", "aktif", 5),
    ("handler in Markdown", "01.md", b"Teks <b onclick=\"x()\">tebal</b>\n", "aktif", 1),
    ("frame in Markdown", "01.md", b"<iframe src='https://contoh.example'></iframe>\n", "aktif", 1),
    ("link that runs", "01.md", b"Teks\n[klik](javascript:alert)\n", "skrip", 2),
    ("link that leads nowhere", "01.md", b"[lanjut](02-lain.md)\n", "tidak menuju", 1),
    ("link of another scheme", "01.md", b"[ambil](ftp://contoh.example/x)\n", "http", 1),
    ("page that is not UTF-8", "01.md", "Baris satu\nBaris dua é\n".encode("latin-1"), "UTF-8", 2),
    ("empty page", "01.md", b"", "kosong", None),
    ("page of spaces", "01.md", b"  \n\n", "kosong", None),
    ("drawing with a script", "media/a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>", "skrip", None),
    ("drawing with a handler", "media/a.svg", b"<svg onload='x()'><title>x</title></svg>", "skrip", None),
    ("drawing that calls out", "media/a.svg", b"<svg><image href='https://contoh.example/x.png'/></svg>", "skrip", None),
    ("picture that is something else", "media/a.png", b"GIF89a....", "akhiran", None),
    ("video that is something else", "media/v.mp4", b"<html>" * 10, "akhiran", None),
    ("captions without times", "media/v.vtt", b"WEBVTT\n\nHalo\n", "baris waktu", None),
    ("program", "media/x.exe", b"MZ\x90", "tidak diterima", None),
    ("media in a deeper folder", "media/dalam/a.svg", SVG, "langsung di folder", None),
    ("page too large", "01.md", b"a " * 300_000, "batas", None),
    ("YAML that cannot be read", "course.yaml", b"slug: [x\n", "YAML", 2),
    ("YAML with tabs", "course.yaml", b"slug: x\n\ttitle: y\n", "YAML", 2),
    ("YAML with an anchor bomb", "course.yaml", b"a: &a [x, x]\nb: [*a, *a]\n", "Jangkar", 1),
    ("YAML with a field twice", "course.yaml", b"slug: a\ntitle: b\nslug: c\n", "dua kali", 3),
    ("YAML that builds objects", "course.yaml", b"slug: !!python/object/apply:os.system ['true']\n", "YAML", 1),
    ("YAML too deep", "course.yaml", b"[" * 20_000, "", None),
    ("outline that is a list", "course.yaml", b"- a\n- b\n", "isian bernama", 1),
    ("questions that are no list", "kuis.yaml", b"kode: x\n", "daftar", 1),
    ("no questions", "kuis.yaml", b"[]\n", "Belum ada soal", 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "file", "content", "words", "line"), FILE_FAULTS, ids=[fault[0] for fault in FILE_FAULTS]
)
def test_fault_in_a_file_is_named(
    name: str, file: str, content: bytes, words: str, line: int | None, reference_data: None
) -> None:
    found = [p for p in look_at(files(None, {file: content})).errors if p.file == file and words in p.sentence]
    assert found, name
    if line is not None:
        assert found[0].line == line


def item_without(field: str) -> dict[str, Any]:
    item = question("K-9", competency=None)
    item.pop(field)
    return item


ITEM_FAULTS: list[tuple[str, list[Any], str]] = [
    ("no key", [{**question("K-1"), "options": [{"text": "a"}, {"text": "b"}]}], "tepat satu jawaban benar"),
    ("two keys", [{**question("K-1"), "options": [{"text": "a", "correct": True}, {"text": "b", "correct": True}]}], "tepat satu"),
    ("no stem", [item_without("stem")], "stem"),
    ("unknown kind", [{**question("K-1"), "kind": "essay"}], "Jenis"),
    ("the same code twice", [question("K-1"), question("K-1")], "sudah dipakai"),
    ("a code of another file", [question("A-1")], "sudah dipakai"),
    ("not a mapping", ["x"], "isian bernama"),
    ("script in a stem", [{**question("K-1"), "stem": "Halo <script>x()</script>"}], "aktif"),
    ("image in a stem", [{**question("K-1"), "stem": "![x](media/a.svg)"}], "Gambar"),
    ("sixty-one questions", [question(f"K-{n}") for n in range(61)], "batasnya 60"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "items", "words"), ITEM_FAULTS, ids=[fault[0] for fault in ITEM_FAULTS])
def test_fault_in_questions_is_named_with_its_place(
    name: str, items: list[Any], words: str, reference_data: None
) -> None:
    found = [p for p in look_at(files(None, {"kuis.yaml": dumped(items)})).errors if words in p.sentence]
    assert [p.file for p in found] == ["kuis.yaml"], name
    assert found[0].line is not None or found[0].field == "soal ke-1"


def test_questions_of_a_test_say_what_they_measure(reference_data: None) -> None:
    errors = look_at(files(None, {"akhir.yaml": dumped([question("Z-1"), question("Z-2", competency=None)])})).errors
    assert [(p.file, p.field) for p in errors] == [("akhir.yaml", "Z-2")]


def test_every_fault_is_told_at_once(reference_data: None) -> None:
    course = outline()
    course["title"] = ""
    first_section(course)[1]["file"] = "tidak-ada.md"
    errors = look_at(files(course, {"media/a.svg": b"<svg onload='x()'></svg>", "kuis.yaml": b"[]\n"})).errors
    assert {p.file for p in errors} == {"course.yaml", "media/a.svg", "kuis.yaml"}
    assert len(errors) >= 4


def test_no_outline(reference_data: None) -> None:
    content = files()
    content.pop("course.yaml")
    assert [p.file for p in look_at(content).errors] == ["course.yaml"]


def test_advice_does_not_stop_an_import(reference_data: None) -> None:
    course = outline()
    course["sections"][1]["activities"][1].pop("captions")
    content = files(course, {"media/lain.csv": b"a;b\n", "media/a.svg": b"<svg><rect/></svg>"})
    content["01.md"] = b"# Besar\n\nTeks <u>garis</u>.\n\n![Alur](media/a.svg)\n"
    report = look_at(content)
    assert report.version is not None
    said = {(p.file, p.is_error) for p in report.problems}
    assert said == {
        ("course.yaml", False),
        ("media/lain.csv", False),
        ("media/v.vtt", False),
        ("media/a.svg", False),
        ("01.md", False),
    }
    assert len(report.version.warnings) == len(report.warnings)


def test_a_formula_that_cannot_be_shown_is_named_with_its_line_and_stands_as_typed(reference_data: None) -> None:
    content = files(None)
    content["01.md"] += (
        b"\nHarganya Rp 5.000 dan $5.\nLuasnya $\\frac{1}{2}$ dan $\\luas{x}$.\n\n$$\nx^\n$$\n\n$$\nbelum ditutup\n"
    )
    first = content["01.md"].decode().splitlines().index("Harganya Rp 5.000 dan $5.") + 1
    quiz = [question("K-1", right="Nilai $x_$ saja") | {"stem": "Berapa $\\salah$ itu?"}]
    content["kuis.yaml"] = dumped(quiz)
    report = look_at(content)
    assert report.version is not None, "advice does not stop an import"
    assert [(p.file, p.line) for p in report.problems if p.file == "01.md"] == [
        ("01.md", first + 1), ("01.md", first + 3), ("01.md", first + 7)
    ]  # fmt: skip
    assert "\\luas tidak dikenal" in report.problems[0].sentence
    assert {p.field for p in report.problems if p.file == "kuis.yaml"} == {"K-1", "K-1, stem"}
    html = Activity.objects.get(key="halaman").body_html
    assert html.count("<math") == 1
    assert "$\\luas{x}$" in html
    assert "dan $5." in html


def test_clutter_of_operating_systems_is_left_out(reference_data: None) -> None:
    content = files(None, {"__MACOSX/._01.md": b"\x00\x05", ".DS_Store": b"\x00", "media/Thumbs.db": b"\x00"})
    report = look_at(content)
    assert report.version is not None
    assert not report.problems
    assert set(report.version.files.values_list("name", flat=True)) == set(files())


def archive_of(*members: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def link() -> zipfile.ZipInfo:
    member = zipfile.ZipInfo("media/rahasia.txt")
    member.external_attr = 0o120777 << 16
    return member


@pytest.mark.parametrize(
    "archive",
    [
        b"bukan zip", b"PK\x03\x04rusak", b"",
        archive_of(("../../keluar.md", b"x")), archive_of(("/etc/passwd", b"x")), archive_of(("a\\..\\..\\b.md", b"x")),
        archive_of(("C:/x.md", b"x")), archive_of((link(), b"/etc/passwd")),
        archive_of(("bom.md", b"0" * 30_000_000)),
    ],
    ids=["text", "broken", "empty", "upwards", "absolute", "backslash", "drive", "link", "bomb"],
)  # fmt: skip
def test_hostile_archives_are_refused(archive: bytes, reference_data: None) -> None:
    with pytest.raises(Refused):
        actions.import_course_folder(archive, by=None)
    assert not Course.objects.exists()


def marked(content: dict[str, bytes], change: Callable[[bytearray, int], None]) -> bytes:
    """A zip in which ``change`` bends every header; it is told the bytes and where a header's flags begin."""
    raw = bytearray(zipped(content))
    for sign, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = raw.find(sign)
        while place >= 0:
            change(raw, place + flags)
            place = raw.find(sign, place + 4)
    return bytes(raw)


def locked(raw: bytearray, flags: int) -> None:
    raw[flags] |= 1


def newer(raw: bytearray, flags: int) -> None:
    raw[flags - 2] = 99


def packed_otherwise(raw: bytearray, flags: int) -> None:
    raw[flags + 2] = 77


def other_checksum(raw: bytearray, flags: int) -> None:
    raw[flags + 8] ^= 0xFF


@pytest.mark.parametrize("change", [locked, newer, packed_otherwise, other_checksum])
def test_an_archive_that_cannot_be_read_is_refused_in_words(
    cast: Cast, client_for: ClientFor, change: Callable[[bytearray, int], None]
) -> None:
    archive = marked(files(), change)
    with pytest.raises(Refused, match="ZIP"):
        actions.import_course_folder(archive, by=None)
    assert not Course.objects.exists()
    course = publish_mini(agency=cast.agency)
    actions.open_workspace(by=cast.trainer.user, course=course)
    with pytest.raises(Refused, match="ZIP"):
        actions.replace_workspace(by=cast.trainer.user, course=course, origin=archive)
    sent = {"file": SimpleUploadedFile("kursus.zip", archive), "agency": str(cast.agency.public_id)}
    assert client_for(cast.trainer).post("/learning/managed/import/", sent).status_code in (409, 422)


ODD_VALUES = ["!!bool x", '!!int ""', "!!timestamp x", '!!float ""', "!!binary é", "!!set x", "!!omap x", "!!null x"]


@pytest.mark.parametrize("value", ODD_VALUES)
def test_a_value_of_another_type_than_written_is_named_with_its_line(value: str, reference_data: None) -> None:
    text = dumped(outline()).decode() + f"catatan: {value}\n"
    with pytest.raises(YamlError) if value != "!!null x" else nullcontext():
        read_yaml(text)
    report = look_at(files(None, {"course.yaml": text.encode()}))
    assert [problem.line for problem in report.errors if problem.file == "course.yaml"] or value == "!!null x"


def test_such_a_value_that_comes_with_an_exchanged_folder_is_refused(cast: Cast, client_for: ClientFor) -> None:
    course = publish_mini(agency=cast.agency)
    actions.open_workspace(by=cast.trainer.user, course=course)
    text = dumped(outline()).decode()
    origin = zipped(files(None, {"course.yaml": f"{text}catatan: !!bool x\n".encode()}))
    with pytest.raises(Refused, match=r"course\.yaml"):
        actions.replace_workspace(by=cast.trainer.user, course=course, origin=origin)
    bad = dumped([{"code": "K-1", "stem": "Soal"}]).decode() + "- !!timestamp x\n"
    actions.replace_workspace(
        by=cast.trainer.user, course=course, origin=zipped(files(None, {"kuis.yaml": bad.encode()}))
    )
    trainer = client_for(cast.trainer)
    for address in ("", "parts/kuis/"):
        assert trainer.get(f"/learning/managed/kursus-mini/edit/{address}").status_code == 200
