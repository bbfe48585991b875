"""Files of other systems, written by hand in our own words: what is taken, what is changed, what is left out and why."""

import base64
import io
import zipfile
from typing import Any

import pytest

from bina.assessment.rules import grade, item_problems, part_key
from bina.assessment.rules.exchange import ExchangeReport, Line, Outcome, read_foreign
from bina.foundation.errors import Refused
from tests.assessment.kinds import DRAWING

GIFT = r"""
// Soal latihan untuk loket, ditulis tangan.
$CATEGORY: $course$/top/Layanan loket

// [id:LK-1] [tag:competency:4.2] [tag:level:2] [tag:mudah]
::Data pribadi::[html]Mana yang <b>data pribadi</b>?<script>alert(1)</script> {
  =Nomor induk kependudukan #Tepat.
  ~Jumlah penduduk #Ini angka gabungan.
  ~%50%Alamat rumah seorang warga #Sebagian.
  ####Ukurannya\: apakah seseorang dikenali.
}

::Sandi::Sandi boleh dibagikan kepada rekan.{F#Sandi tidak pernah dibagikan.#Tepat.}

::Langkah::Pilih dua langkah. {~%50%Mengunci layar ~%50%Membatasi akses ~%-50%Memakai akun bersama}

::Longgar::Pilih dua langkah lain. {~%50%Mencatat ~%50%Melapor ~Membiarkan}

::Ibu kota::Pasangkan provinsi dan ibu kotanya. {
  =Jawa Barat -> Bandung
  =Bali -> Denpasar
  = -> Medan
}

::Persen::Berapa persen 46 dari 50? {#92:0.5}

::Rentang::Berapa kira-kira akar 2? {#1.4..1.5####Sekitar 1,41.}

::Beberapa::Tahun berapa? {#=1945:0 =%50%1946:1 #hampir}

::Fungsi::Fungsi untuk menjumlah\: {=SUM =JUMLAH =%50%ADD}

::Kalimat::Baca dahulu.\n\nRumusnya \=[[a]] lalu {=SUM ~MAX ~MIN} dari semua nilai.

::Ketik::Nilai dijumlah dengan {=SUM =JUMLAH} lalu diperiksa.

::Uraian::Ceritakan pengalaman Anda. {}

Ini hanya keterangan.

::Rusak::Jawabannya hilang { =satu

::Dua::Satu {=a} dan {=b}

::Kurung::Manakah himpunan\: \{1\~2\} \# atau \\ ? {=\{1\} ~\=2 ~3 > 4}
"""


def lines_of(report: ExchangeReport) -> dict[str, Line]:
    return {line.name: line for line in report.lines}


def item_of(report: ExchangeReport, name: str) -> dict[str, Any]:
    item = lines_of(report)[name].item
    assert item is not None, lines_of(report)[name].notes
    found = {"competency": "1.1", "level": 1, **item}
    assert item_problems(found, images=set(report.pictures)) == []
    return found


def right_of(item: dict[str, Any]) -> list[str]:
    return [option["text"] for option in item["options"] if option.get("correct")]


@pytest.fixture(scope="module")
def gift() -> ExchangeReport:
    return read_foreign(".gift", GIFT.encode())


def test_gift_choices(gift: ExchangeReport) -> None:
    item = item_of(gift, "LK-1")
    assert (item["kind"], item["competency"], item["level"], item["context"]) == (
        "situational", "4.2", 2, "Layanan loket",
    )  # fmt: skip
    assert item["stem"] == "Mana yang **data pribadi**?"
    assert [option["score"] for option in item["options"]] == [1, 0, 0.5]
    assert item["options"][1]["feedback"] == "Ini angka gabungan."
    assert item["explanation"] == "Ukurannya: apakah seseorang dikenali."
    notes = " ".join(lines_of(gift)["LK-1"].notes)
    assert "Skrip" in notes
    assert "mudah" in notes
    truth = item_of(gift, "Sandi")
    assert right_of(truth) == ["Salah"]
    assert truth["options"] == [
        {"text": "Benar", "feedback": "Sandi tidak pernah dibagikan."},
        {"text": "Salah", "correct": True, "feedback": "Tepat."},
    ]
    assert lines_of(gift)["Langkah"].outcome == Outcome.TAKEN
    assert right_of(item_of(gift, "Langkah")) == ["Mengunci layar", "Membatasi akses"]
    assert "mengurangi nilai" in lines_of(gift)["Longgar"].notes[0]


def test_gift_pairs_numbers_and_gaps(gift: ExchangeReport) -> None:
    pairs = item_of(gift, "Ibu kota")
    assert pairs["pairs"][1] == {"left": "Bali", "right": "Denpasar"}
    assert pairs["distractors"] == ["Medan"]
    assert (item_of(gift, "Persen")["answer"], item_of(gift, "Persen")["tolerance"]) == (92, 0.5)
    between = item_of(gift, "Rentang")
    assert (between["answer"], between["tolerance"], between["explanation"]) == (1.45, 0.05, "Sekitar 1,41.")
    assert grade("numeric", between, "1,41") == 1
    assert item_of(gift, "Beberapa")["answer"] == 1945
    assert lines_of(gift)["Beberapa"].outcome == Outcome.CHANGED
    typed = item_of(gift, "Fungsi")
    assert (typed["stem"], typed["text"], typed["gaps"]) == (
        "Fungsi untuk menjumlah:", "[[1]]", [{"accept": ["SUM", "JUMLAH"]}],
    )  # fmt: skip
    chosen = item_of(gift, "Kalimat")
    assert (chosen["stem"], chosen["text"]) == ("Baca dahulu.", "Rumusnya =[[a]] lalu [[1]] dari semua nilai.")
    assert chosen["gaps"] == [{"options": ["SUM", "MAX", "MIN"], "answer": "SUM"}]
    missing = item_of(gift, "Ketik")
    assert (missing["stem"], missing["text"]) == (
        "Lengkapi kalimat ini.",
        "Nilai dijumlah dengan [[1]] lalu diperiksa.",
    )


def test_gift_escapes(gift: ExchangeReport) -> None:
    item = item_of(gift, "Kurung")
    assert item["stem"].replace("\\", "") == "Manakah himpunan: {1~2} # atau  ?"
    assert [option["text"] for option in item["options"]] == ["{1}", "=2", "3 > 4"]


def test_gift_leaves_nothing_out_in_silence(gift: ExchangeReport) -> None:
    outcomes = {name: line.outcome for name, line in lines_of(gift).items() if line.item is None}
    assert outcomes == {
        "Uraian": Outcome.UNSUPPORTED, "Ini hanya keterangan.": Outcome.UNSUPPORTED, "Rusak": Outcome.FAULTY,
        "Dua": Outcome.FAULTY,
    }  # fmt: skip
    assert all(line.notes for line in gift.lines if line.item is None)
    assert [line.number for line in gift.lines] == list(range(1, 17))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "tidak memuat soal"),
        ("::A::Soal {=é}".encode("latin-1"), "UTF-8"),
        ("::A::Soal {=x}".encode("utf-16"), "UTF-8"),
        (b"A" * 1_100_000, "1 MB"),
        (b"\n\n".join(b"::N%d::x {T}" % n for n in range(601)), "600"),
    ],
)
def test_gift_files_that_are_refused(content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read_foreign(".gift", content)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Soal {#}", "bernilai penuh"), ("Soal {#5..1}", "Rentang"), ("Soal {#abc}", "tidak dapat dibaca"),
        ("Soal {=%200%a ~b}", "Bobot"), ("Soal {bukan jawaban}", "diawali"), ("Kalimat {=a =b ~c} lanjut.", "satu pilihan"),
    ],
)  # fmt: skip
def test_gift_keys_that_cannot_be(question: str, words: str) -> None:
    (line,) = read_foreign(".txt", question.encode()).lines
    assert line.outcome == Outcome.FAULTY
    assert words in line.notes[0]


def test_the_same_question_twice_is_told_and_another_with_its_name_gets_a_new_one() -> None:
    text = "::A::Satu? {=a ~b}\n\n::A::Satu? {=a ~b}\n\n::A::Dua? {=a ~b}"
    report = read_foreign(".gift", text.encode())
    assert [line.outcome for line in report.lines] == [Outcome.TAKEN, Outcome.FAULTY, Outcome.CHANGED]
    codes = [item["code"] for item in report.items]
    assert len(set(codes)) == 2
    assert codes == [item["code"] for item in read_foreign(".gift", text.encode()).items]


def test_what_a_file_does_not_say_is_chosen_by_who_imports() -> None:
    text = "// [tag:level:3]\n::A::Satu? {=a ~b}\n\n::B::Dua? {=a ~b}"
    first, second = read_foreign(".gift", text.encode()).with_defaults(competency="4.2", level=1).items
    assert (first["competency"], first["level"]) == ("4.2", 3)
    assert (second["competency"], second["level"]) == ("4.2", 1)


# --- Moodle XML ------------------------------------------------------------------------------------------------------

PIXEL = base64.b64encode(DRAWING).decode()
MOODLE = f"""<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<question type="category"><category><text>$course$/top/Arsip</text></category></question>
<question type="multichoice"><name><text>MC</text></name><idnumber>AR-1</idnumber>
  <questiontext format="html"><text><![CDATA[<p>Surat <em>mana</em> yang disimpan?</p><ul><li>satu</li><li>dua</li></ul>
  <p><img src="@@PLUGINFILE@@/surel.svg" alt="Kotak surat" onerror="alert(1)"></p><script>x()</script>]]></text>
  <file name="surel.svg" path="/" encoding="base64">{PIXEL}</file></questiontext>
  <generalfeedback format="html"><text><![CDATA[<p>Lihat <b>jadwal</b> retensi.</p>]]></text></generalfeedback>
  <single>true</single><correctfeedback format="html"><text>Your answer is correct.</text></correctfeedback>
  <answer fraction="100" format="html"><text><![CDATA[<p>Surat keputusan</p>]]></text>
    <feedback format="html"><text>Tepat &amp; benar.</text></feedback></answer>
  <answer fraction="0" format="html"><text>Brosur</text><feedback><text></text></feedback></answer>
  <hint format="html"><text>Ingat JRA.</text></hint>
  <tags><tag><text>competency:1.3</text></tag><tag><text>level:2</text></tag></tags></question>
<question type="multichoice"><name><text>Banyak</text></name><questiontext><text>Pilih dua.</text></questiontext>
  <single>false</single><answer fraction="50"><text>A</text></answer><answer fraction="50"><text>B</text></answer>
  <answer fraction="-100"><text>C</text></answer></question>
<question type="truefalse"><name><text>BS</text></name><questiontext><text>Arsip boleh hilang.</text></questiontext>
  <answer fraction="0"><text>true</text></answer><answer fraction="100"><text>false</text></answer></question>
<question type="matching"><name><text>Pasang</text></name><questiontext><text>Pasangkan.</text></questiontext>
  <subquestion format="html"><text>SUM</text><answer><text>menjumlah</text></answer></subquestion>
  <subquestion format="html"><text>MAX</text><answer><text>terbesar</text></answer></subquestion>
  <subquestion><text></text><answer><text>terkecil</text></answer></subquestion></question>
<question type="numerical"><name><text>Angka</text></name><questiontext><text>Berapa?</text></questiontext>
  <answer fraction="100"><text>61.5</text><tolerance>0.5</tolerance></answer>
  <units><unit><multiplier>1</multiplier><unit_name>km</unit_name></unit></units></question>
<question type="shortanswer"><name><text>Pendek</text></name><questiontext><text>Fungsi menjumlah?</text></questiontext>
  <usecase>1</usecase><answer fraction="100"><text>SUM</text></answer><answer fraction="50"><text>ADD</text></answer></question>
<question type="ordering"><name><text>Urut</text></name><questiontext><text>Urutkan.</text></questiontext>
  <selecttype>ALL</selecttype><answer fraction="2"><text>kedua</text></answer><answer fraction="1"><text>pertama</text></answer>
  <answer fraction="3"><text>ketiga</text></answer></question>
<question type="gapselect"><name><text>Seret</text></name>
  <questiontext format="html"><text><![CDATA[<p>Baca.</p><p>Pilih [[2]](x) lalu [[1]].</p>]]></text></questiontext>
  <selectoption><text>simpan</text><group>1</group></selectoption><selectoption><text>buka</text><group>2</group></selectoption>
  <selectoption><text>hapus</text><group>1</group></selectoption><selectoption><text>tutup</text><group>2</group></selectoption></question>
<question type="ddwtos"><name><text>Hilang</text></name><questiontext><text>Pilih [[9]].</text></questiontext>
  <dragbox><text>a</text><group>1</group></dragbox><dragbox><text>b</text><group>1</group></dragbox></question>
<question type="cloze"><name><text>Sisip</text></name><questiontext format="html"><text><![CDATA[<p>Ibu kota
  {{1:MULTICHOICE:=Bali~Nusantara#bukan}} ditulis {{2:SHORTANSWER:=Denpasar~=Dps~%50%Den}}
  dan nilai {{1:NM:=5:0.1}}.</p>]]></text></questiontext></question>
<question type="cloze"><name><text>Banyak jawaban</text></name>
  <questiontext><text>{{1:MULTIRESPONSE:=a~b}}</text></questiontext></question>
<question type="essay"><name><text>Esai</text></name><questiontext><text>Ceritakan.</text></questiontext></question>
<question type="multichoice"><name><text>Mustahil</text></name><questiontext><text>?</text></questiontext>
  <answer fraction="900"><text>a</text></answer></question>
<question type="numerical"><name><text>Tanpa angka</text></name><questiontext><text>?</text></questiontext>
  <answer fraction="100"><text>banyak</text></answer></question>
<question type="multichoice"><name><text>Jauh</text></name>
  <questiontext format="html"><text>&lt;p&gt;Lihat &lt;img src="https://contoh.example/x.png"&gt;&lt;/p&gt;</text></questiontext>
  <answer fraction="100"><text>a</text></answer><answer fraction="0"><text>b</text></answer></question>
</quiz>"""


@pytest.fixture(scope="module")
def moodle() -> ExchangeReport:
    return read_foreign(".xml", MOODLE.encode())


def test_moodle_choice_with_picture(moodle: ExchangeReport) -> None:
    item = item_of(moodle, "AR-1")
    assert item["stem"] == "Surat *mana* yang disimpan?\n\n- satu\n- dua"
    assert (item["competency"], item["level"], item["context"]) == ("1.3", 2, "Arsip")
    assert item["options"][0] == {"text": "Surat keputusan", "correct": True, "feedback": "Tepat & benar."}
    assert item["explanation"] == "Lihat jadwal retensi."
    assert (item["alt"], moodle.pictures[item["image"]].content) == ("Kotak surat", DRAWING)
    notes = " ".join(lines_of(moodle)["AR-1"].notes)
    assert "Skrip" in notes
    assert "hint" in notes
    assert "Umpan balik umum" not in notes


def test_moodle_other_kinds(moodle: ExchangeReport) -> None:
    assert item_of(moodle, "Banyak")["kind"] == "multiple"
    assert "Bobot" in lines_of(moodle)["Banyak"].notes[0]
    assert right_of(item_of(moodle, "BS")) == ["Salah"]
    assert item_of(moodle, "Pasang")["distractors"] == ["terkecil"]
    number = item_of(moodle, "Angka")
    assert (number["answer"], number["tolerance"], number["unit"]) == (61.5, 0.5, "km")
    short = item_of(moodle, "Pendek")
    assert (short["text"], short["gaps"]) == ("[[1]]", [{"accept": ["SUM"]}])
    assert len(lines_of(moodle)["Pendek"].notes) == 2
    assert item_of(moodle, "Urut")["sequence"] == ["pertama", "kedua", "ketiga"]
    dragged = item_of(moodle, "Seret")
    assert (dragged["stem"], dragged["text"]) == ("Baca.", "Pilih [[1]](x) lalu [[2]].")
    assert dragged["gaps"] == [
        {"options": ["buka", "tutup"], "answer": "buka"}, {"options": ["simpan", "hapus"], "answer": "simpan"},
    ]  # fmt: skip
    embedded = item_of(moodle, "Sisip")
    assert embedded["gaps"] == [
        {"options": ["Bali", "Nusantara"], "answer": "Bali"}, {"accept": ["Denpasar", "Dps"]}, {"accept": ["5"]},
    ]  # fmt: skip
    assert "Toleransi" in " ".join(lines_of(moodle)["Sisip"].notes)


def test_moodle_leaves_nothing_out_in_silence(moodle: ExchangeReport) -> None:
    outcomes = {name: (line.outcome, line.notes[0]) for name, line in lines_of(moodle).items() if line.item is None}
    assert {name: outcome for name, (outcome, _note) in outcomes.items()} == {
        "Hilang": Outcome.FAULTY, "Banyak jawaban": Outcome.UNSUPPORTED, "Esai": Outcome.UNSUPPORTED,
        "Mustahil": Outcome.FAULTY, "Tanpa angka": Outcome.FAULTY,
    }  # fmt: skip
    assert "essay" in outcomes["Esai"][1]
    assert "tidak ikut" in lines_of(moodle)["Jauh"].notes[0]


# --- QTI -------------------------------------------------------------------------------------------------------------

QTI_2 = 'xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2"'
QTI_3 = 'xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"'


def item_2(name: str, declarations: str, body: str, rest: str = "") -> str:
    return (f'<assessmentItem {QTI_2} identifier="{name}" title="{name}" adaptive="false" timeDependent="false">'
            f"{declarations}<itemBody>{body}</itemBody>{rest}</assessmentItem>")  # fmt: skip


def declared(
    correct: str, cardinality: str = "single", base: str = "identifier", name: str = "R", mapping: str = ""
) -> str:
    values = "".join(f"<value>{value}</value>" for value in correct.split("|"))
    return (f'<responseDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}">'
            f"<correctResponse>{values}</correctResponse>{mapping}</responseDeclaration>")  # fmt: skip


CHOICES = "".join(f'<simpleChoice identifier="{key}">Langkah {key}</simpleChoice>' for key in "ABC")
ITEMS_2 = {
    "pilih": item_2("pilih", declared("B"), f'<p>Mana?</p><choiceInteraction responseIdentifier="R" maxChoices="1">'
                    f"<prompt>Pilih <b>satu</b>.</prompt>{CHOICES}</choiceInteraction>"),
    "banyak": item_2("banyak", declared("A|B", "multiple"),
                     f'<choiceInteraction responseIdentifier="R" maxChoices="0">{CHOICES}</choiceInteraction>'),
    "urut": item_2("urut", declared("C|A|B", "ordered"),
                   f'<p>Urutkan.</p><orderInteraction responseIdentifier="R">{CHOICES}</orderInteraction>'),
    "pasang": item_2("pasang", declared("L1 R2|L2 R1", "multiple", "directedPair"),
                     '<p>Pasangkan.</p><matchInteraction responseIdentifier="R"><simpleMatchSet>'
                     '<simpleAssociableChoice identifier="L1" matchMax="1">satu</simpleAssociableChoice>'
                     '<simpleAssociableChoice identifier="L2" matchMax="1">dua</simpleAssociableChoice></simpleMatchSet>'
                     '<simpleMatchSet><simpleAssociableChoice identifier="R1" matchMax="1">two</simpleAssociableChoice>'
                     '<simpleAssociableChoice identifier="R2" matchMax="1">one</simpleAssociableChoice>'
                     '<simpleAssociableChoice identifier="R3" matchMax="1">three</simpleAssociableChoice></simpleMatchSet>'
                     "</matchInteraction>"),
    "celah": item_2("celah", declared("W G1|X G2", "multiple", "directedPair"),
                    '<gapMatchInteraction responseIdentifier="R"><prompt>Lengkapi.</prompt><gapText identifier="W" matchMax="1">'
                    'pagi</gapText><gapText identifier="X" matchMax="1">malam</gapText><p>Matahari terbit <gap identifier="G1"/>'
                    ' dan bulan <gap identifier="G2"/>.</p></gapMatchInteraction>'),
    "sebaris": item_2("sebaris", declared("a", name="R1") + declared("SUM", base="string", name="R2", mapping=
                      '<mapping defaultValue="0"><mapEntry mapKey="SUM" mappedValue="1"/><mapEntry mapKey="JUMLAH" '
                      'mappedValue="1"/><mapEntry mapKey="ADD" mappedValue="0.5"/></mapping>'),
                      '<p>Baca.</p><p>Buka <inlineChoiceInteraction responseIdentifier="R1"><inlineChoice identifier="a">lembar'
                      '</inlineChoice><inlineChoice identifier="b">surat</inlineChoice></inlineChoiceInteraction>, tulis '
                      '<textEntryInteraction responseIdentifier="R2"/>.</p>'),
    "angka": item_2("angka", declared("50", base="float"),
                    '<p>Berapa? <textEntryInteraction responseIdentifier="R"/></p>',
                    '<responseProcessing><responseCondition><responseIf><equal toleranceMode="relative" tolerance="2 2">'
                    '<variable identifier="R"/><correct identifier="R"/></equal></responseIf></responseCondition>'
                    "</responseProcessing>"),
    "gambar": item_2("gambar", declared("H2"), '<p>Tunjuk.</p><hotspotInteraction responseIdentifier="R" maxChoices="1">'
                     '<object data="../gambar/surel.svg" type="image/svg+xml" width="640" height="400">Surel</object>'
                     '<hotspotChoice identifier="H1" shape="rect" coords="0,0,320,200" hotspotLabel="kiri atas"/>'
                     '<hotspotChoice identifier="H2" shape="circle" coords="480,300,100"/></hotspotInteraction>'),
    "esai": item_2("esai", "", '<p>Ceritakan.</p><extendedTextInteraction responseIdentifier="R"/>'),
    "tanpakunci": item_2("tanpakunci", "", f'<choiceInteraction responseIdentifier="R">{CHOICES}</choiceInteraction>'),
    "salahkunci": item_2("salahkunci", declared("Z"),
                         f'<choiceInteraction responseIdentifier="R">{CHOICES}</choiceInteraction>'),
    "skrip": item_2("skrip", declared("A"), '<p onclick="x()">Mana?</p><script>y()</script>'
                    f'<choiceInteraction responseIdentifier="R">{CHOICES}</choiceInteraction>'),
}  # fmt: skip
ITEM_3 = f"""<qti-assessment-item {QTI_3} identifier="tiga" title="Tiga" adaptive="false" time-dependent="false">
<qti-response-declaration identifier="R" cardinality="single" base-type="identifier"><qti-correct-response>
<qti-value>B</qti-value></qti-correct-response></qti-response-declaration>
<qti-item-body><p>Mana yang aman?</p><qti-choice-interaction response-identifier="R" max-choices="1">
<qti-simple-choice identifier="A">Sandi sama</qti-simple-choice>
<qti-simple-choice identifier="B">Kunci keamanan<qti-feedback-inline outcome-identifier="F" identifier="B" show-hide="show">
Tepat.</qti-feedback-inline></qti-simple-choice></qti-choice-interaction></qti-item-body>
<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>
</qti-assessment-item>"""


def package(members: dict[str, str | bytes], resources: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("imsmanifest.xml", '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>'
                         f"{resources}</resources></manifest>")  # fmt: skip
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def resource(name: str, kind: str = "imsqti_item_xmlv2p2", inside: str = "") -> str:
    return f'<resource identifier="R-{name}" type="{kind}" href="butir/{name}.xml">{inside}</resource>'


@pytest.fixture(scope="module")
def qti() -> ExchangeReport:
    tags = ('<metadata><lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general><keyword><string>competency:4.2</string></keyword>'
            "<keyword><string>level:3</string></keyword></general></lom></metadata>")  # fmt: skip
    listed = [resource(name, inside=tags if name == "pilih" else "") for name in ITEMS_2]
    listed += [resource("tiga", "imsqti_item_xmlv3p0"), resource("hilang"), resource("uji", "imsqti_test_xmlv2p1"),
               resource("lama", "imsqti_xmlv1p2/imscc_xmlv1p1/assessment"), resource("rusak")]  # fmt: skip
    members: dict[str, str | bytes] = {f"butir/{name}.xml": text for name, text in ITEMS_2.items()}
    members |= {"butir/tiga.xml": ITEM_3, "gambar/surel.svg": DRAWING, "butir/rusak.xml": "<assessmentItem>"}
    return read_foreign(".zip", package(members, "".join(listed)))


def test_qti_items_of_both_generations(qti: ExchangeReport) -> None:
    one = item_of(qti, "pilih")
    assert (one["stem"], one["competency"], one["level"]) == ("Mana?\n\nPilih **satu**.", "4.2", 3)
    assert right_of(one) == ["Langkah B"]
    three = item_of(qti, "tiga")
    assert three["options"][1] == {"text": "Kunci keamanan", "correct": True, "feedback": "Tepat."}
    assert item_of(qti, "urut")["sequence"] == ["Langkah C", "Langkah A", "Langkah B"]
    pairs = item_of(qti, "pasang")
    assert pairs["pairs"] == [{"left": "satu", "right": "one"}, {"left": "dua", "right": "two"}]
    assert pairs["distractors"] == ["three"]
    gaps = item_of(qti, "celah")
    assert (gaps["stem"], gaps["text"]) == ("Lengkapi.", "Matahari terbit [[1]] dan bulan [[2]].")
    assert [gap["answer"] for gap in gaps["gaps"]] == ["pagi", "malam"]
    inline = item_of(qti, "sebaris")
    assert (inline["stem"], inline["text"]) == ("Baca.", "Buka [[1]], tulis [[2]].")
    assert inline["gaps"] == [{"options": ["lembar", "surat"], "answer": "lembar"}, {"accept": ["SUM", "JUMLAH"]}]
    number = item_of(qti, "angka")
    assert (number["stem"], number["answer"], number["tolerance"]) == ("Berapa?", 50, 1)
    spot = item_of(qti, "gambar")
    assert spot["alt"] == "Surel"
    assert spot["regions"][0] == {"x": 0, "y": 0, "w": 50, "h": 50, "label": "kiri atas"}
    assert spot["regions"][1]["correct"] is True
    assert grade("hotspot", spot, [part_key("Bidang 2")]) == 1


def test_qti_leaves_nothing_out_in_silence(qti: ExchangeReport) -> None:
    outcomes = {line.name: line.outcome for line in qti.lines if line.item is None}
    assert outcomes == {
        "esai": Outcome.UNSUPPORTED, "tanpakunci": Outcome.FAULTY,
        "salahkunci": Outcome.FAULTY, "butir/hilang.xml": Outcome.FAULTY, "butir/lama.xml": Outcome.UNSUPPORTED,
        "rusak.xml": Outcome.FAULTY,
    }  # fmt: skip
    assert "sebagian benar" in lines_of(qti)["banyak"].notes[0]
    assert any("assessmentTest" in note for note in qti.notes)
    assert "y()" not in item_of(qti, "skrip")["stem"]
    assert "Skrip" in " ".join(lines_of(qti)["skrip"].notes)


def test_an_item_that_makes_itself_anew_is_not_read_as_if_it_stood_still() -> None:
    parts = f'<templateDeclaration identifier="X" cardinality="single" baseType="integer"/>{declared("A")}'
    changing = item_2("acak", parts, f'<choiceInteraction responseIdentifier="R">{CHOICES}</choiceInteraction>')
    (line,) = read_foreign(".xml", changing.encode()).lines
    assert (line.outcome, line.item) == (Outcome.UNSUPPORTED, None)
    assert "setiap kali dibuka" in line.notes[0]


def test_several_questions_in_one_item_are_named_as_what_they_are() -> None:
    asked = f'<choiceInteraction responseIdentifier="R">{CHOICES}</choiceInteraction>'
    (line,) = read_foreign(".xml", item_2("dua", declared("A"), asked * 2).encode()).lines
    assert line.outcome == Outcome.UNSUPPORTED
    assert "2 cara menjawab" in line.notes[0]


def test_of_an_item_in_stages_it_is_said_that_only_one_is_read() -> None:
    asked = f'<choiceInteraction responseIdentifier="R">{CHOICES}</choiceInteraction>'
    text = item_2("tahap", declared("A"), asked).replace('adaptive="false"', 'adaptive="true"')
    (line,) = read_foreign(".xml", text.encode()).lines
    assert line.item is not None
    assert "bertahap" in line.notes[0]


def test_instructions_for_those_who_answer_stay_and_those_for_scorers_go() -> None:
    blocks = ('<rubricBlock view="candidate tutor"><p>Pakai aturan 2024.</p></rubricBlock>'
              '<rubricBlock view="scorer"><p>Beri nilai penuh.</p></rubricBlock>')  # fmt: skip
    asked = f'<p>Mana?</p><choiceInteraction responseIdentifier="R">{CHOICES}</choiceInteraction>'
    report = read_foreign(".xml", item_2("rubrik", declared("A"), blocks + asked).encode())
    assert item_of(report, "rubrik")["stem"] == "Pakai aturan 2024.\n\nMana?"
    assert lines_of(report)["rubrik"].notes == ("Petunjuk penilaian (rubricBlock) tidak disimpan.",)


PASSAGE = f"""<qti-assessment-stimulus {QTI_3} identifier="B" title="Bacaan"><qti-stimulus-body>
<p>Surat ini datang <b>pagi</b>.</p><p><img src="gambar/surel.svg" alt="Surel"/></p>
</qti-stimulus-body></qti-assessment-stimulus>"""
WITH_PASSAGE = ITEM_3.replace(
    "<qti-item-body>", '<qti-assessment-stimulus-ref identifier="B" href="../bacaan/surat.xml"/><qti-item-body>'
)


def test_a_passage_that_items_share_stands_before_each_of_them() -> None:
    members: dict[str, str | bytes] = {
        "butir/tiga.xml": WITH_PASSAGE, "bacaan/surat.xml": PASSAGE, "bacaan/gambar/surel.svg": DRAWING,
        "butir/gaya.css": "p { margin: 0 }",
    }  # fmt: skip
    listed = resource("tiga", "imsqti_item_xmlv3p0") + '<resource type="css3" href="butir/gaya.css"/>'
    listed += '<resource type="imsqti_stimulus_xmlv3p0" href="bacaan/surat.xml"/>'
    report = read_foreign(".zip", package(members, listed))
    (line,) = report.lines  # neither the passage nor the style is a question
    assert line.item is not None
    assert line.item["stem"] == "Surat ini datang **pagi**.\n\nMana yang aman?"
    assert (line.item["image"] in report.pictures, line.item["alt"]) == (True, "Surel")


@pytest.mark.parametrize("passage", [None, "<qti-assessment-stimulus>", f"<html {QTI_3}/>"])
def test_without_its_passage_an_item_is_not_taken(passage: str | None) -> None:
    members: dict[str, str | bytes] = {"butir/tiga.xml": WITH_PASSAGE}
    members |= {"bacaan/surat.xml": passage} if passage else {}
    (line,) = read_foreign(".zip", package(members, resource("tiga", "imsqti_item_xmlv3p0"))).lines
    assert (line.outcome, line.item) == (Outcome.FAULTY, None)


def test_what_a_passage_shows_beside_the_package_is_not_reached() -> None:
    hostile = WITH_PASSAGE.replace("../bacaan/surat.xml", "../../../../etc/hostname")
    (line,) = read_foreign(".zip", package({"butir/tiga.xml": hostile}, resource("tiga"))).lines
    assert "tidak ikut dalam berkas" in line.notes[0]


def test_older_qti_is_called_by_its_name() -> None:
    with pytest.raises(Refused, match=r"QTI 1\.2"):
        read_foreign(".xml", b"<questestinterop><item/></questestinterop>")
    members: dict[str, str | bytes] = {"butir/lama.xml": "<questestinterop/>"}
    (line,) = read_foreign(".zip", package(members, resource("lama", "imsqti_xmlv1p2"))).lines
    assert "QTI 1.2" in line.notes[0]


def test_sound_and_film_do_not_go_unsaid() -> None:
    asked = f'<p>Dengar.</p><audio src="a.mp3"/><choiceInteraction responseIdentifier="R">{CHOICES}</choiceInteraction>'
    report = read_foreign(".xml", item_2("suara", declared("A"), asked).encode())
    assert "suara, video" in lines_of(report)["suara"].notes[0]


# --- Tables ----------------------------------------------------------------------------------------------------------

TABLE = """Kode;Kompetensi;Tingkat;Jenis;Soal;Pilihan A;Pilihan B;Pilihan C;Kunci;Umpan balik A;Jawaban angka;Toleransi;Warna
T-1;4.2;2;pilih satu;Mana yang aman?;Kunci;Sandi sama;;A;Tepat.;;;biru
T-2;4.2;2;Pilih Beberapa;Pilih dua.;Satu;Dua;Tiga;a, c;;;;
T-3;1.3;2;isi angka;Berapa?;;;;;;1.250,5;0,5;
T-4;1.3;2;isi angka;Berapa?;;;;;;1.250;;
T-5;1.3;2;pilih satu;Mana?;Satu;Dua;;D;;;;
T-6;1.3;2;uraian;Ceritakan.;;;;;;;;
T-7;1.3;dua;isi angka;Berapa?;;;;;;5;;
T-8;1.3;2;isi angka;Berapa?;;;;;;;;
;;;;;;;;;;;;
"""


def test_tables_row_by_row() -> None:
    report = read_foreign(".csv", TABLE.encode())
    assert right_of(item_of(report, "T-1")) == ["Kunci"]
    assert right_of(item_of(report, "T-2")) == ["Satu", "Tiga"]
    assert (item_of(report, "T-3")["answer"], item_of(report, "T-3")["tolerance"]) == (1250.5, 0.5)
    faults = {line.name: (line.outcome, line.notes[0]) for line in report.lines if line.item is None}
    assert "dua cara" in faults["T-4"][1]
    assert "D" in faults["T-5"][1]
    assert faults["T-6"][0] == Outcome.UNSUPPORTED
    assert "Tingkat" in faults["T-7"][1]
    assert "Jawaban angka" in faults["T-8"][1]
    assert len(report.lines) == 8
    assert "warna" in report.notes[0]


def test_a_table_without_the_known_titles_is_refused() -> None:
    with pytest.raises(Refused, match="Judul kolom"):
        read_foreign(".csv", b"a;b;c\n1;2;3\n")
    with pytest.raises(Refused, match="UTF-8"):
        read_foreign(".csv", TABLE.replace("aman", "am\u00e1n").encode("latin-1"))


def test_tables_in_wide_letters_and_with_commas_are_read() -> None:
    wide = TABLE.encode("utf-16")
    assert len(read_foreign(".csv", wide).lines) == 8
    commas = "Jenis,Soal,Pilihan A,Pilihan B,Kunci\npilih satu,Mana?,Satu,Dua,B\n"
    (item,) = read_foreign(".csv", commas.encode()).items
    assert right_of(dict(item)) == ["Dua"]
    assert item["code"] == "baris 2"
