"""Frameworks as files: what comes back out is what went in; reports before anything is kept; publishing and retiring."""

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bina.assessment.models import ItemBank
from bina.competencies import actions, queries
from bina.competencies.actions.frameworks import DATA, FRAMEWORK_FILES, import_framework
from bina.competencies.models import Competency, Framework
from bina.competencies.rules import FrameworkState
from bina.competencies.rules.framework_file import differences, read_framework_file, write_framework_file
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry
from tests.cast import Cast
from tests.conftest import ClientFor

UPLOAD = reverse("competencies:upload_framework")
SMALL = """\
code: pelayanan-1.0
name: Pelayanan publik
version: "1.0"
kind: local
source: Disusun untuk uji
source_en: Written for a test
levels:
  - {number: 1, name: Dasar}
  - {number: 2, name: Mahir}
areas:
  - code: P
    name: Melayani
    competencies:
      - code: P.1
        name: Mendengar
        levels:
          - {number: 1, descriptor: Mendengar keluhan, indicator: Mencatat}
      - code: P.2
        name: Menjawab
"""


def sent(text: str | bytes, name: str = "kamus.yaml") -> dict[str, object]:
    return {"file": SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)}


def seen_in(page: str) -> str:
    """The mark that the report carries to its second step."""
    found = re.search(r'name="seen" value="([0-9a-f]*)"', page)
    assert found is not None
    return found[1]


def draft(cast: Cast, text: str = SMALL) -> Framework:
    return actions.upload_framework(by=cast.admin, text=text)


@pytest.mark.django_db
@pytest.mark.parametrize("name", FRAMEWORK_FILES)
def test_a_shipped_framework_survives_the_way_out_and_in(reference_data: None, name: str) -> None:
    shipped, faults = read_framework_file((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    assert faults == []
    known = queries.framework_by_code(shipped["code"])
    assert known is not None
    out = write_framework_file(queries.framework_data(known))
    again, faults = read_framework_file(out)
    assert faults == []
    assert again == queries.framework_data(known) == shipped
    copy = import_framework({**again, "code": "salinan-1.0"}, state=FrameworkState.DRAFT)
    assert write_framework_file({**queries.framework_data(copy), "code": shipped["code"]}) == out
    assert copy.level_count == known.level_count


def test_a_file_becomes_a_draft_only_from_its_report(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.admin)
    text = client.post(UPLOAD, sent(SMALL)).content.decode()
    assert "2 tingkat, 1 bidang, 2 kompetensi" in text
    assert "Menjawab" in text
    assert not Framework.objects.filter(code="pelayanan-1.0").exists()
    keep = {"step": "keep", "text": SMALL.replace("\n", "\r\n"), "seen": seen_in(text)}
    for _second_click in range(2):
        assert client.post(UPLOAD, keep).status_code == 302
    found = Framework.objects.get(code="pelayanan-1.0")
    assert (found.state, found.source_en) == ("draft", "Written for a test")
    assert Entry.objects.filter(verb="framework.uploaded").count() == 1
    download = client.get(reverse("competencies:framework_file", args=[found.code]))
    assert read_framework_file(download.content.decode())[0] == read_framework_file(SMALL)[0]
    again = client.post(UPLOAD, sent(download.content)).content.decode()
    assert "sama dengan draf yang ada" in again


def test_a_draft_is_replaced_in_place_and_the_report_tells_how(cast: Cast, client_for: ClientFor) -> None:
    first, client = draft(cast), client_for(cast.admin)
    kept = Competency.objects.get(framework=first, code="P.1").public_id
    other = SMALL.replace("Mendengar keluhan", "Mendengar semua keluhan").replace("code: P.2", "code: P.3")
    page = client.post(UPLOAD, sent(other)).content.decode()
    told = re.findall(r"<h2[^>]*>(Baru|Berubah|Tidak ada lagi): (\d+)</h2>.*?<b[^>]*>([^<]+)</b>", page, re.DOTALL)
    assert told == [("Baru", "1", "P.3"), ("Berubah", "1", "P.1"), ("Tidak ada lagi", "1", "P.2")]
    client.post(UPLOAD, {"step": "keep", "text": other, "seen": seen_in(page)})
    codes = Competency.objects.filter(framework=first).values_list("code", flat=True)
    assert set(codes) == {"P", "P.1", "P.3"}
    assert Competency.objects.get(framework=first, code="P.1").public_id == kept
    assert queries.framework_data(Framework.objects.get(pk=first.pk)) == read_framework_file(other)[0]


def test_a_report_that_is_old_keeps_nothing(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.admin)
    seen = seen_in(client.post(UPLOAD, sent(SMALL)).content.decode())
    draft(cast, SMALL.replace("Menjawab", "Menanggapi"))
    page = client.post(UPLOAD, {"step": "keep", "text": SMALL, "seen": seen})
    assert "berubah sejak laporan dibuat" in page.content.decode()
    assert Competency.objects.filter(framework__code="pelayanan-1.0", name="Menanggapi").exists()


def test_what_is_published_is_never_written_over(cast: Cast, client_for: ClientFor) -> None:
    taken = SMALL.replace("pelayanan-1.0", "komdigi-5")
    page = client_for(cast.admin).post(UPLOAD, sent(taken)).content.decode()
    assert "Kode ini dipakai kamus yang sudah terbit" in page
    assert 'name="seen"' not in page
    with pytest.raises(Refused, match="kode dan versi baru"):
        draft(cast, taken)


@pytest.mark.parametrize(
    ("change", "line", "sentence"),
    [
        (("kind: local", "kind: lokal"), 4, "Jenis yang dikenal"),
        (('version: "1.0"', "version: 1.0"), 3, "di antara tanda kutip"),
        (("code: pelayanan-1.0", "code: upload"), 1, "huruf kecil"),
        (("{number: 2, name: Mahir}", "{number: 3, name: Mahir}"), 9, "berurutan"),
        (("code: P.2", "code: P.1"), 18, "sudah dipakai di baris 14"),
        (("{number: 1, descriptor", "{number: 4, descriptor"), 17, "1 sampai 2"),
        (("descriptor: Mendengar keluhan, ", ""), 17, "descriptor"),
        (("name: Menjawab", "nama: Menjawab"), 19, "tidak dikenal"),
        (("name: Menjawab", "name: [a"), None, "Susunan YAML"),
        (("source: Disusun untuk uji", "source: *x"), 5, "Jangkar"),
        (("areas:", "bidang:"), None, "satu bidang"),
        (("name: Melayani", "name: " + "x" * 161), 12, "batasnya 160"),
    ],
)  # fmt: skip
def test_every_fault_is_told_with_its_line(change: tuple[str, str], line: int | None, sentence: str) -> None:
    _data, faults = read_framework_file(SMALL.replace(*change))
    assert any(sentence in fault.sentence and (line is None or fault.line == line) for fault in faults), faults


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"\xff\xfe\x00", "kamus.yaml"), (b"", "kamus.yaml"), (SMALL.encode(), "kamus.exe"), (b"- a\n", "kamus.yaml"),
     (b"a: b\n" * 300_000, "kamus.yaml"), (b"\x00", "kamus.yaml"), (b"[" * 5000, "kamus.yaml")],
)  # fmt: skip
def test_hostile_files_get_a_sentence(cast: Cast, client_for: ClientFor, content: bytes, name: str) -> None:
    page = client_for(cast.admin).post(UPLOAD, sent(content, name))
    assert page.status_code == 200
    text = page.content.decode()
    assert 'name="seen"' not in text
    assert "text-error" in text or "belum dapat dipakai" in text
    assert not Framework.objects.filter(state="draft").exists()


@pytest.mark.parametrize("who", ["siti", "hr", "trainer", "leader"])
def test_only_the_platform_keeps_frameworks(cast: Cast, client_for: ClientFor, who: str) -> None:
    draft(cast)
    person = getattr(cast, who)
    client = client_for(person)
    addresses = [UPLOAD] + [
        reverse(f"competencies:{name}", args=["pelayanan-1.0"])
        for name in ("framework_file", "publish_framework", "retire_framework", "discard_framework")
    ]
    for address in addresses:
        assert client.get(address).status_code == 404
        assert client.post(address, {"reason": "x"}).status_code in (404, 405)
    assert "Unggah kamus" not in client.get(reverse("competencies:frameworks")).content.decode()
    with pytest.raises(Denied):
        actions.upload_framework(by=person.user, text=SMALL)


def test_publishing_asks_for_a_reason_and_happens_once(cast: Cast, client_for: ClientFor) -> None:
    found, client = draft(cast), client_for(cast.admin)
    address = reverse("competencies:publish_framework", args=[found.code])
    assert "Terbitkan" in client.get(reverse("competencies:framework", args=[found.code])).content.decode()
    assert client.post(address, {"reason": " "}).status_code == 200
    for _second_tab in range(2):
        assert client.post(address, {"reason": "Disahkan rapat"}).status_code == 302
    found.refresh_from_db()
    assert (found.state, found.published_at is not None) == ("published", True)
    assert Entry.objects.get(verb="framework.published").reason == "Disahkan rapat"
    assert client_for(cast.siti).get(reverse("competencies:framework", args=[found.code])).status_code == 200
    gone = client.post(reverse("competencies:discard_framework", args=[found.code]), {"reason": "x"})
    assert "tidak dapat dibuang" in gone.content.decode()


def test_a_framework_that_banks_lean_on_is_not_retired(cast: Cast, client_for: ClientFor) -> None:
    ItemBank.objects.create(code="uji-kamus", name="Bank pelayanan", framework_code="komdigi-5")
    client = client_for(cast.admin)
    address = reverse("competencies:retire_framework", args=["komdigi-5"])
    assert "Bank pelayanan" in client.get(address).content.decode()
    client.post(address, {"reason": "Diganti"})
    assert queries.published_framework("komdigi-5")
    with pytest.raises(Refused, match="Bank pelayanan"):
        actions.change_framework_state(
            by=cast.admin, framework=queries.published_framework("komdigi-5"), target=FrameworkState.RETIRED, reason="x"
        )
    ItemBank.objects.filter(code="uji-kamus").delete()
    assert client.post(address, {"reason": "Diganti"}).status_code == 302
    assert Entry.objects.get(verb="framework.retired").reason == "Diganti"
    back = client.post(reverse("competencies:publish_framework", args=["komdigi-5"]), {"reason": "x"})
    assert "buat versi baru" in back.content.decode()


def test_a_draft_is_thrown_away_with_a_reason(cast: Cast, client_for: ClientFor) -> None:
    found, client = draft(cast), client_for(cast.admin)
    address = reverse("competencies:discard_framework", args=[found.code])
    assert client.post(address, {"reason": ""}).status_code == 200
    assert client.post(address, {"reason": "Salah berkas"}).status_code == 302
    assert client.post(address, {"reason": "Salah berkas"}).status_code == 404
    actions.discard_framework(by=cast.admin, framework=found, reason="lagi")
    assert Entry.objects.filter(verb="framework.discarded").count() == 1


def test_unknown_codes_are_not_found(cast: Cast, client_for: ClientFor) -> None:
    for code in ("tidak-ada", str(uuid.uuid4())):
        assert client_for(cast.admin).get(reverse("competencies:framework_file", args=[code])).status_code == 404


def test_differences_tell_moved_and_reordered_parts() -> None:
    before, _faults = read_framework_file(SMALL)
    after, _faults = read_framework_file(SMALL)
    assert differences(before, after) == []
    after["areas"][0]["competencies"].reverse()
    assert [(row.part, row.fields) for row in differences(before, after)] == [("Bidang P", ("urutan",))]
    assert {row.kind for row in differences(None, after)} == {"new"}
