"""Files that want to do harm: they are refused or read without it, and never fast growing or slow."""

import io
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bina.assessment.rules.exchange import read_foreign, template
from bina.foundation.errors import Refused
from tests.assessment.test_exchange_reading import GIFT, ITEMS_2, MOODLE, TABLE, package, resource

BOMB = """<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><quiz><question type="essay"><name><text>&c;</text></name></question></quiz>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<quiz><question type="essay"><name><text>&x;</text></name></question></quiz>"""
REMOTE_DTD = '<?xml version="1.0"?><!DOCTYPE quiz SYSTEM "http://contoh.example/x.dtd"><quiz/>'


@pytest.mark.parametrize("text", [BOMB, OUTSIDE, REMOTE_DTD])
def test_entities_and_definitions_are_refused(text: str) -> None:
    for content in (text.encode(), text.replace('"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16")):
        with pytest.raises(Refused, match=r"DTD|tidak dapat dibaca"):
            read_foreign(".xml", content)
    bad = package({"butir/x.xml": text}, resource("x"))
    (line,) = read_foreign(".zip", bad).lines
    assert line.item is None
    with pytest.raises(Refused, match="DTD"):
        read_foreign(".zip", zipped({"imsmanifest.xml": text}))


def zipped(members: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<quiz>" + b"<a>" * 5_000, "susunannya"),
        (b"<quiz>" + b"<a/>" * 200_000 + b"</quiz>", "susunannya"),
        (b"<quiz>" + b"x" * 3_200_000 + b"</quiz>", "3 MB"),
        (b"<quiz/>", "tidak memuat soal"),
        (b"<html/>", "bukan bank soal"),
        (b"<questestinterop/>", "QTI 1.2"),
        (b"", "baris"),
        (b'<?xml version="1.0" encoding="ngawur"?><quiz/>', "baris|pengodean"),
        ("<?xml version='1.0' encoding='UTF-8'?><quiz>\u00e9</quiz>".encode("latin-1"), "baris"),
        (b"<quiz><question>", "baris"),
    ],
)
def test_xml_that_is_too_much_or_too_little_is_refused(content: bytes, words: str) -> None:
    started = time.monotonic()
    with pytest.raises(Refused, match=words):
        read_foreign(".xml", content)
    assert time.monotonic() - started < 60


def test_zip_bombs_and_paths_outside_are_refused() -> None:
    with pytest.raises(Refused, match="terlalu besar"):
        read_foreign(".zip", package({"butir/x.xml": b" " * 21 * 1024 * 1024}, resource("x")))
    with pytest.raises(Refused, match="tidak aman"):
        read_foreign(".zip", package({"../x.xml": "<a/>"}, resource("x")))
    with pytest.raises(Refused, match="imsmanifest"):
        read_foreign(".zip", zipped({"x.xml": "<a/>"}))
    with pytest.raises(Refused, match="rusak"):
        read_foreign(".zip", package({"butir/pilih.xml": ITEMS_2["pilih"]}, resource("pilih"))[:200])
    large = package({"butir/pilih.xml": " " * 4_000_000 + ITEMS_2["pilih"]}, resource("pilih"))
    (line,) = read_foreign(".zip", large).lines
    assert "terlalu besar" in line.notes[0]


def test_a_package_that_lists_one_file_many_times_reads_it_once() -> None:
    report = read_foreign(".zip", package({"butir/pilih.xml": ITEMS_2["pilih"]}, resource("pilih") * 500))
    assert len(report.items) == 1
    assert len(report.lines) == 500


def test_pictures_are_taken_from_inside_the_package_only() -> None:
    for source in ("../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "https://contoh.example/x.png"):
        text = ITEMS_2["pilih"].replace("<p>Mana?</p>", f'<p>Mana? <img src="{source}" alt="x"/></p>')
        report = read_foreign(".zip", package({"butir/pilih.xml": text}, resource("pilih")))
        assert report.pictures == {}
        assert "tidak ikut" in report.lines[0].notes[0]


def test_a_drawing_with_a_script_is_not_taken() -> None:
    hostile = '<svg xmlns="http://www.w3.org/2000/svg"><script>x()</script></svg>'
    text = ITEMS_2["pilih"].replace("<p>Mana?</p>", '<p>Mana? <img src="x.svg" alt="x"/></p>')
    report = read_foreign(".zip", package({"butir/pilih.xml": text, "butir/x.svg": hostile}, resource("pilih")))
    assert report.pictures == {}
    assert "skrip" in report.lines[0].notes[0]


def test_scripts_in_words_never_come_through_as_markup() -> None:
    text = MOODLE.replace("Surat keputusan", "<img src=x onerror=alert(1)>Surat <iframe src=//x></iframe>keputusan")
    item = read_foreign(".xml", text.encode()).items[0]
    assert item["options"][0]["text"] == "Surat keputusan"
    assert "onerror" not in str(item)
    assert "script" not in str(item)


def test_a_sheet_with_a_far_cell_or_too_many_rows_stays_small() -> None:
    with zipfile.ZipFile(io.BytesIO(template(".xlsx"))) as archive:
        members: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    assert isinstance(sheet, bytes)
    far = sheet.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    started = time.monotonic()
    report = read_foreign(".xlsx", zipped({**members, "xl/worksheets/sheet1.xml": far}))
    assert len(report.items) == 3
    assert time.monotonic() - started < 60
    many = sheet.replace(b"</sheetData>", b"<row><c><v>1</v></c></row>" * 2_000 + b"</sheetData>")
    with pytest.raises(Refused, match="600"):
        read_foreign(".xlsx", zipped({**members, "xl/worksheets/sheet1.xml": many}))
    entity = b'<!DOCTYPE x [<!ENTITY a "b">]>' + sheet.partition(b"?>")[2]
    with pytest.raises(Refused, match="DTD"):
        read_foreign(".xlsx", zipped({**members, "xl/worksheets/sheet1.xml": entity}))
    with pytest.raises(Refused, match="rusak"):
        read_foreign(".xlsx", template(".xlsx")[:500])


SEEDS: dict[str, bytes] = {
    ".gift": GIFT.encode(), ".xml": MOODLE.encode(), ".csv": TABLE.encode(), ".xlsx": template(".xlsx"),
    ".zip": package({f"butir/{name}.xml": text for name, text in ITEMS_2.items()}, "".join(map(resource, ITEMS_2))),
}  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SEEDS)), st.data())
def test_broken_files_end_in_a_report_or_a_refusal(ending: str, data: st.DataObject) -> None:
    content = bytearray(SEEDS[ending])
    for _change in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=4))
    try:
        report = read_foreign(ending, bytes(content))
    except Refused:
        return
    assert all(line.item is not None or line.notes for line in report.lines)


@pytest.mark.parametrize("text", ["::a::x {=" + "~" * 50_000 + "}", "{" * 20_000, "x\n" * 100_000, "::" * 100_000,
                                  "x {#" + "1" * 5_000 + "}", "[markdown]" + "*a " * 20_000 + "{=b ~c}",
                                  "[html]" + "<div>" * 20_000 + "{=b ~c}", "[markdown]" + "[" * 5_000 + "{=b ~c}"])  # fmt: skip
def test_long_nonsense_is_read_quickly(text: str) -> None:
    started = time.monotonic()
    read_foreign(".gift", text.encode())
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("sign", ["[", "*a ", "<div>", "`a", "<ul><li>", "![a]("])
@pytest.mark.parametrize("style", ["html", "markdown"])
def test_a_text_that_is_far_too_long_is_left_out_quickly(style: str, sign: str) -> None:
    started = time.monotonic()
    (line,) = read_foreign(".gift", f"::A::[{style}]{sign * (900_000 // len(sign))}{{=b ~c}}".encode()).lines
    assert "terlalu panjang" in line.notes[0]
    nearly = sign * (19_000 // len(sign))
    read_foreign(".gift", f"::A::[{style}]{nearly}{{=b ~c}}".encode())
    assert time.monotonic() - started < 60
