"""Pages where items come in from other systems and leave for them: looked at first, told line by line, for keepers only."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.models import Item, ItemBank, ItemImage
from bina.assessment.rules.exchange import FORMATS, read_foreign
from bina.foundation.errors import Denied
from tests.assessment.test_exchange_reading import GIFT, ITEMS_2, MOODLE, TABLE, package, resource
from tests.cast import Cast
from tests.conftest import ClientFor

IMPORT = "assessment:import_items"
FILES: dict[str, tuple[str, bytes, str]] = {
    "gift": ("soal.gift", GIFT.encode(), "LK-1"),
    "txt": ("soal.txt", GIFT.encode(), "LK-1"),
    "moodle": ("soal.xml", MOODLE.encode(), "AR-1"),
    "qti": ("paket.zip", package({"butir/pilih.xml": ITEMS_2["pilih"], "butir/esai.xml": ITEMS_2["esai"]},
                                 resource("pilih") + resource("esai")), "pilih"),
    "item": ("butir.xml", ITEMS_2["pilih"].encode(), "pilih"),
    "csv": ("soal.csv", TABLE.encode(), "T-1"),
}  # fmt: skip


def hidden(page: str) -> dict[str, str]:
    """The fields that the page keeps so that the file can be taken with one more click."""
    found = {}
    for name in ("bank", "archive", "ending", "competency", "level"):
        found[name] = page.partition(f'type="hidden" name="{name}" value="')[2].partition('"')[0]
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_foreign_file_is_looked_at_then_taken(bank: ItemBank, cast: Cast, client_for: ClientFor, name: str) -> None:
    file, content, code = FILES[name]
    client, url = client_for(cast.admin), reverse(IMPORT)
    before = Item.objects.count()
    sent = {"bank": "digital", "competency": "1.3", "level": "2", "file": SimpleUploadedFile(file, content)}
    page = client.post(url, sent).content.decode()
    assert code in page
    assert "Ambil" in page
    assert "alert(" not in page
    if name in {"gift", "txt", "moodle", "qti", "csv"}:
        assert "tidak didukung" in page
    assert Item.objects.count() == before
    again = client.post(url, hidden(page), follow=True).content.decode()
    assert "butir baru" in again
    item = Item.objects.get(code=code, bank=bank)
    assert (item.competency.code if item.competency else "", item.level) in {("1.3", 2), ("4.2", 2)}
    client.post(url, hidden(page), follow=True)
    assert Item.objects.get(code=code, bank=bank).versions.count() == 1


def test_pictures_of_foreign_files_are_kept(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    file, content, code = FILES["moodle"]
    before = ItemImage.objects.count()
    sent = {"bank": "digital", "competency": "1.3", "level": "2", "file": SimpleUploadedFile(file, content)}
    page = client_for(cast.admin).post(reverse(IMPORT), sent).content.decode()
    client_for(cast.admin).post(reverse(IMPORT), hidden(page))
    assert ItemImage.objects.count() == before + 1
    current = Item.objects.get(code=code, bank=bank).current
    assert current is not None
    assert ItemImage.objects.filter(digest=current.payload["image"]).exists()


def test_what_a_file_lacks_is_asked_for(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    sent = {"bank": "digital", "file": SimpleUploadedFile("soal.gift", b"::A::Satu? {=a ~b}")}
    page = client_for(cast.admin).post(reverse(IMPORT), sent).content.decode()
    assert "Kode kompetensi (competency) tidak ada." in page
    assert "Tingkat (level) harus" in page
    assert "Ambil" not in page


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("soal.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><quiz/>", "DTD"),
        ("soal.xml", b"<html/>", "bukan bank soal"),
        ("soal.gift", b"\xff\xfeno", "UTF-8"),
        ("soal.xlsx", b"PK\x03\x04", "rusak"),
        ("soal.zip", b"PK\x03\x04", "rusak"),
        ("soal.csv", b"a;b\n1;2", "Judul kolom"),
    ],
)
def test_foreign_files_that_cannot_be_read_are_refused_on_the_form(
    bank: ItemBank, cast: Cast, client_for: ClientFor, file: str, content: bytes, words: str
) -> None:
    sent = {"bank": "digital", "file": SimpleUploadedFile(file, content)}
    response = client_for(cast.admin).post(reverse(IMPORT), sent)
    assert response.status_code == 200
    assert words in response.content.decode()


def test_a_page_sent_back_with_nonsense_takes_nothing(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.admin)
    for sent in ({"archive": "%%%", "ending": ".gift"}, {"archive": "YQ==", "ending": ".exe"}):
        assert client.post(reverse(IMPORT), {"bank": "digital", **sent}).status_code == 404


@pytest.mark.parametrize("name", FORMATS)
def test_what_was_exported_comes_back_the_same_with_its_english_words(
    bank: ItemBank, cast: Cast, client_for: ClientFor, name: str
) -> None:
    response = client_for(cast.admin).get(
        f"{reverse('assessment:export_items')}?bank=digital&competency=4.2&format={name}"
    )
    assert f"butir-soal{FORMATS[name].ending}" in response.headers["Content-Disposition"]
    lines = queries.check_foreign(bank, read_foreign(FORMATS[name].ending, response.content))
    assert lines
    assert {line.outcome for line in lines} == {"same"}


def test_words_that_changed_lose_their_english_and_it_is_told(bank: ItemBank, cast: Cast) -> None:
    items = Item.objects.filter(bank=bank, kind="single", competency__code="4.2")
    file = queries.export_foreign(items, "gift").file
    changed = file.content.replace(b"?{", b"\\: pilih satu?{")
    assert changed != file.content
    lines = queries.check_foreign(bank, read_foreign(".gift", changed))
    changes = [line for line in lines if line.outcome == "changed"]
    assert changes
    assert all("bahasa Inggris" in line.notes[-1] for line in changes)


def test_the_page_of_formats_tells_what_stays_behind(
    bank: ItemBank, cast: Cast, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    client, url = client_for(cast.trainer), reverse("assessment:export_formats")
    page = client.get(f"{url}?competency=4.2").content.decode()
    assert "Moodle XML" in page
    assert "tidak terbawa" in page
    with django_assert_max_num_queries(16):
        page = client.get(f"{url}?competency=4.2&format=gift").content.decode()
    assert "GIFT tidak mengenal jenis soal ini." in page
    assert "en." in page
    assert "format=gift" in client.get(f"{url}?format=lain").content.decode()


def test_only_keepers_of_items_export_or_fetch_the_template(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    urls = [reverse("assessment:export_formats"), reverse("assessment:table_template", args=["xlsx"]),
            f"{reverse('assessment:export_items')}?format=gift"]  # fmt: skip
    for person in (cast.siti, cast.budi, cast.hr):
        for url in urls:
            assert client_for(person).get(url).status_code == 404
    for ending in ("csv", "xlsx"):
        content = client_for(cast.trainer).get(reverse("assessment:table_template", args=[ending])).content
        assert len(read_foreign(f".{ending}", content).items) == 3
    assert client_for(cast.trainer).get(reverse("assessment:table_template", args=["exe"])).status_code == 404


def test_only_who_may_manage_a_bank_takes_foreign_items(bank: ItemBank, cast: Cast) -> None:
    report = read_foreign(".gift", b"::A::Satu? {=a ~b}").with_defaults(competency="4.2", level=1)
    with pytest.raises(Denied):
        actions.import_foreign_items(by=cast.siti.user, bank=bank, report=report)
    assert actions.import_foreign_items(by=cast.admin, bank=bank, report=report).count("new") == 1
    assert actions.import_foreign_items(by=cast.admin, bank=bank, report=report).count("same") == 1
