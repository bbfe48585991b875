"""Cartridges of other systems become course folders; whatever cannot come along is named with its reason."""

import io

import pytest
import yaml

from bina.integrations.common_cartridge.rules import read_quiz
from bina.integrations.packages import actions
from bina.integrations.packages.rules import PackageReport
from bina.learning.models import Activity, CourseFile
from tests.cast import Cast
from tests.integrations.samples import archive_of
from tests.integrations.walking import CHOICES

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x02\0\0\0" + b"\0" * 20
MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="m" xmlns="http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1" xmlns:lom="http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest">
  <metadata><schema>IMS Common Cartridge</schema><schemaversion>1.3.0</schemaversion>
    <lom:lom><lom:general><lom:title><lom:string>Arsip surat</lom:string></lom:title></lom:general></lom:lom></metadata>
  <organizations><organization identifier="o" structure="rooted-hierarchy"><item identifier="root">
    <item identifier="i1"><title>Pembuka</title>
      <item identifier="i2" identifierref="R1"><title>Mengapa arsip</title></item>
      <item identifier="i3" identifierref="R2"><title>Peraturan</title></item>
      <item identifier="i4" identifierref="R3"><title>Bertukar cerita</title></item></item>
    <item identifier="i5"><title>Latihan</title>
      <item identifier="i6" identifierref="R4"><title>Kuis arsip</title></item>
      <item identifier="i7" identifierref="R5"><title>Tabel</title></item>
      <item identifier="i8" identifierref="R6"><title>Alat luar</title></item>
      <item identifier="i9" identifierref="R9"><title>Hilang</title></item></item>
  </item></organization></organizations>
  <resources>
    <resource identifier="R1" type="webcontent" href="hal/satu.html"><file href="hal/satu.html"/></resource>
    <resource identifier="R2" type="imswl_xmlv1p3"><file href="tautan.xml"/></resource>
    <resource identifier="R3" type="imsdt_xmlv1p3"><file href="topik.xml"/></resource>
    <resource identifier="R4" type="imsqti_xmlv1p2/imscc_xmlv1p3/assessment"><file href="kuis.xml"/></resource>
    <resource identifier="R5" type="webcontent" href="tabel.csv"><file href="tabel.csv"/></resource>
    <resource identifier="R6" type="imsbasiclti_xmlv1p3"><file href="alat.xml"/></resource>
    <resource identifier="R7" type="imsqti_xmlv1p2/imscc_xmlv1p3/question-bank"><file href="bank.xml"/></resource>
    <resource identifier="R8" type="webcontent" href="hal/foto.png"><file href="hal/foto.png"/></resource>
    <resource identifier="R10" type="webcontent" href="lepas.html"><file href="lepas.html"/></resource>
  </resources>
</manifest>
"""
PAGE = """<html><head><title>x</title><script>alert(1)</script></head><body><h2>Mengapa arsip</h2>
<p>Surat yang <b>tertata</b> cepat ditemukan. <a href="lain.html">Lihat juga</a> <a href="https://contoh.example/">sumber</a></p>
<p><img src="foto.png" alt="Rak arsip"></p></body></html>"""
LINK = """<webLink xmlns="http://www.imsglobal.org/xsd/imsccv1p3/imswl_v1p3"><title>Peraturan kearsipan</title>
<url href="https://contoh.example/peraturan"/></webLink>"""
TOPIC = """<topic xmlns="http://www.imsglobal.org/xsd/imsccv1p3/imsdt_v1p3"><title>Cerita</title>
<text texttype="text/html">&lt;p&gt;Arsip apa yang paling sulit Anda cari?&lt;/p&gt;</text></topic>"""


def item(profile: str, body: str, conditions: str, extra: str = "", title: str = "Soal") -> str:
    return f"""<item ident="q" title="{title}"><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>cc_profile</fieldlabel>
<fieldentry>{profile}</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>
<presentation><material><mattext texttype="text/html">&lt;p&gt;Apa langkah pertama?&lt;/p&gt;</mattext></material>{body}</presentation>
<resprocessing>{conditions}</resprocessing>{extra}</item>"""


def choices(*texts: str, cardinality: str = "Single") -> str:
    labels = "".join(
        f'<response_label ident="{n}"><material><mattext>{text}</mattext></material></response_label>'
        for n, text in enumerate(texts)
    )
    return (
        f'<response_lid ident="r" rcardinality="{cardinality}"><render_choice>{labels}</render_choice></response_lid>'
    )


def earns(inner: str) -> str:
    return (
        f"<respcondition><conditionvar>{inner}</conditionvar>"
        '<setvar varname="SCORE" action="Set">100</setvar></respcondition>'
    )


def equal(value: object) -> str:
    return f'<varequal respident="r">{value}</varequal>'


FIB = '<response_str ident="r"><render_fib/></response_str>'
SAYS = '<respcondition><conditionvar>{}</conditionvar><displayfeedback linkrefid="f1"/></respcondition>'
TOLD = '<itemfeedback ident="f1"><material><mattext>Belum tepat.</mattext></material></itemfeedback>'
SEVERAL = f"<and>{equal(0)}{equal(2)}<not>{equal(1)}</not></and>"
ITEMS = [
    item("cc.multiple_choice.v0p1", choices("Memilah", "Membuang"), SAYS.format(equal(1)) + earns(equal(0)), TOLD),
    item("cc.true_false.v0p1", choices("Benar", "Salah"), earns(equal(1))),
    item("cc.multiple_response.v0p1", choices("Nomor", "Warna", "Tanggal", cardinality="Multiple"), earns(SEVERAL)),
    item("cc.fib.v0p1", FIB, earns(f"<or>{equal('arsip')}{equal('Arsip')}</or>")),
    item("cc.essay.v0p1", FIB, "", title="Uraian"),
    item("cc.multiple_choice.v0p1", choices("Satu", "Dua"), "", title="Tanpa kunci"),
]


def quiz(*items: str) -> bytes:
    inner = "".join(items)
    return (
        '<?xml version="1.0"?><questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment ident="a" '
        f'title="Kuis arsip"><section ident="s">{inner}</section></assessment></questestinterop>'
    ).encode()


def cartridge(**changes: bytes | None) -> bytes:
    files: dict[str, bytes | None] = {
        "imsmanifest.xml": MANIFEST.encode(), "hal/satu.html": PAGE.encode(), "hal/foto.png": PNG, "tautan.xml": LINK.encode(),
        "topik.xml": TOPIC.encode(), "kuis.xml": quiz(*ITEMS), "tabel.csv": b"nomor,perihal\n1,undangan\n", "alat.xml": b"<a/>",
        "bank.xml": b"<a/>", "lepas.html": b"<p>Lepas</p>",
    }  # fmt: skip
    return archive_of({**files, **{name.replace("__", "."): content for name, content in changes.items()}})


def report_of(cast: Cast, content: bytes) -> PackageReport:
    return actions.import_package(
        io.BytesIO(content), by=cast.trainer.user, agency=None, choices=None, check_only=True
    ).package


def test_a_cartridge_becomes_a_course(cast: Cast) -> None:
    found = actions.import_package(
        io.BytesIO(cartridge()), by=cast.trainer.user, agency=cast.agency, choices=CHOICES, check_only=False
    )
    assert found.package.standard == "Common Cartridge"
    assert (found.package.title, found.package.version) == ("Arsip surat", "1.3.0")
    assert found.course is not None
    assert found.course.errors == []
    rows = list(Activity.objects.order_by("order"))
    assert [(row.section_title, row.kind, row.title) for row in rows] == [
        ("Pembuka", "page", "Mengapa arsip"), ("Pembuka", "page", "Peraturan"), ("Pembuka", "page", "Bertukar cerita"),
        ("Latihan", "quiz", "Kuis arsip"), ("Latihan", "file", "Tabel"),
    ]  # fmt: skip
    page, link, topic, questions, _file = rows
    assert 'alt="Rak arsip"' in page.body_html
    assert "Lihat juga" in page.body_html
    assert "lain.html" not in page.body_html
    assert "https://contoh.example/" in page.body_html
    assert "alert" not in page.body_html
    assert 'href="https://contoh.example/peraturan"' in link.body_html
    assert "Arsip apa yang paling sulit" in topic.body_html
    assert "topik diskusi" in topic.body_html
    assert [one["kind"] for one in questions.payload["items"]] == ["single", "single", "multiple", "cloze"]
    assert not CourseFile.objects.filter(name__endswith=".imscc").exists()


def test_whatever_stays_behind_is_named(cast: Cast) -> None:
    said = {(problem.file, problem.sentence) for problem in report_of(cast, cartridge()).problems}
    assert all(not problem.is_error for problem in report_of(cast, cartridge()).problems)
    for file, words in (
        ("alat.xml", "imsbasiclti_xmlv1p3"), ("bank.xml", "Bank soal tidak dibawa"), ("imsmanifest.xml", "R9"),
        ("kuis.xml", "Uraian: Jenis soal “cc.essay” tidak diterima"), ("kuis.xml", "Tanpa kunci: Pilihan tunggal memerlukan"),
        ("topik.xml", "percakapannya tidak dibawa"), ("imsmanifest.xml", "1 berkas lain"), ("hal/satu.html", "Skrip dan isi aktif"),
    ):  # fmt: skip
        assert any(place == file and words in sentence for place, sentence in said), (file, words, said)


def test_the_key_and_the_feedback_come_along() -> None:
    found = read_quiz(quiz(*ITEMS))
    first, truth, several, typed = found.items
    assert [option.get("correct", False) for option in first["options"]] == [True, False]
    assert first["options"][1]["feedback"] == "Belum tepat."
    assert [option.get("correct", False) for option in truth["options"]] == [False, True]
    assert [option.get("correct", False) for option in several["options"]] == [True, False, True]
    assert typed["gaps"] == [{"accept": ["arsip", "Arsip"]}]
    assert len(found.left_out) == 2


def test_files_of_the_folder_are_kept_under_safe_names(cast: Cast) -> None:
    report = report_of(cast, cartridge())
    assert "media/foto.png" in report.files
    assert "media/tabel.csv" in report.files
    assert yaml.safe_load(report.files["004-kuis.yaml"])[0]["code"] == "K4-S-1"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hal/satu__html": None}, "tidak ada di dalam paket"), ({"hal/satu__html": b""}, "kosong"),
        ({"tautan__xml": LINK.replace("https://contoh", "javascript:x").encode()}, "Alamat tautan"),
        ({"tautan__xml": b"<a"}, "tidak dapat dibaca sebagai XML"), ({"tabel__csv": b"\0\0"}, "jenis atau isinya"),
        ({"kuis__xml": quiz()}, "tidak memuat satu pun soal"),
        ({"topik__xml": b'<!DOCTYPE a [<!ENTITY b "c">]><topic>&b;</topic>'}, "DTD atau entitas"),
    ],
)  # fmt: skip
def test_bad_resources_are_told_and_the_rest_comes(cast: Cast, changes: dict[str, bytes | None], words: str) -> None:
    report = report_of(cast, cartridge(**changes))
    assert any(words in problem.sentence for problem in report.problems)
    assert not report.has_errors
    assert len(report.parts) == 4


def test_a_cartridge_without_anything_usable_is_refused(cast: Cast) -> None:
    empty = MANIFEST.replace("identifierref", "x")
    report = report_of(cast, cartridge(imsmanifest__xml=empty.encode()))
    assert report.has_errors
