"""The pages of the item bank: for its keepers only; a file is looked at before anything is written."""

from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.models import Blueprint, Item, ItemBank
from bina.assessment.rules import Kind
from tests.assessment.conftest import ITEMS, answer_rightly, start
from tests.cast import Cast
from tests.conftest import ClientFor

LIST = "assessment:items"


def as_file(entries: Any, name: str = "soal.yaml") -> SimpleUploadedFile:
    content = entries if isinstance(entries, bytes) else yaml.dump(entries, allow_unicode=True).encode()
    return SimpleUploadedFile(name, content)


def test_only_keepers_of_items_come_in(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    item = Item.objects.get(code="D42-2")
    pages = [reverse(LIST), reverse("assessment:import_items"), reverse("assessment:export_items"),
             reverse("assessment:item", args=[item.public_id])]  # fmt: skip
    for person in (cast.siti, cast.budi, cast.hr, cast.leader, cast.evaluator):
        for url in pages:
            assert client_for(person).get(url).status_code == 404
        state = reverse("assessment:change_item_state", args=[item.public_id])
        assert client_for(person).post(state, {"reason": "x"}).status_code == 404
    for keeper in (cast.trainer.user, cast.admin):
        assert client_for(keeper).get(pages[0]).status_code == 200


def test_the_list_narrows_down_with_few_questions(
    bank: ItemBank, cast: Cast, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    client = client_for(cast.trainer)
    with django_assert_max_num_queries(12):
        assert "251 butir" in client.get(reverse(LIST)).content.decode()
    for query, count in (("competency=4.2", 8), ("kind=numeric", 7), ("kind=hotspot", 5), ("level=1", 59),
                         ("state=retired", 0), ("text=D42-2", 1), ("level=x", 0), ("competency=4.2&level=3", 2),
                         ("bank=lunak", 48), ("bank=lain", 0)):  # fmt: skip
        assert f"{count} butir" in client.get(f"{reverse(LIST)}?{query}").content.decode()


def test_the_card_shows_preview_key_and_counts(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    for kind in Kind:
        item = Item.objects.filter(kind=kind).select_related("current").first()
        assert item is not None
        assert item.current is not None
        text = client_for(cast.trainer).get(reverse("assessment:item", args=[item.public_id])).content.decode()
        assert item.code in text
        assert "Kunci dan penjelasan" in text
        assert "belum dikalibrasi" in text
        assert "Ubah keadaan" not in text
        text = client_for(cast.admin).get(reverse("assessment:item", args=[item.public_id])).content.decode()
        assert "Ubah keadaan" in text


def test_shares_of_few_answers_are_not_told(bank: ItemBank, cast: Cast) -> None:
    blueprint = Blueprint.objects.get(code="digital-4.2")
    items = [place.item_version.item for place in blueprint.places.select_related("item_version__item")]
    # The fourth passes over the first question, which counts as wrong, and answers the second.
    for number, person in enumerate((cast.siti, cast.dewi, cast.rina, cast.budi), start=1):
        session = start(person, blueprint)
        answer_rightly(session, range(1, 2) if number < 4 else range(2, 3))
        actions.finish_session(by=person.user, session=session)
    counts = queries.answer_counts([item.pk for item in items])
    assert [counts[item.pk].count for item in items] == [4, 1, 0, 0]
    assert all(count.share is None for count in counts.values())
    late = start(cast.hr, blueprint)
    answer_rightly(late, range(1, 2))
    actions.finish_session(by=cast.hr.user, session=late)
    assert queries.answer_counts([items[0].pk])[items[0].pk].share == pytest.approx(0.8)


def test_a_file_is_looked_at_then_taken(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.admin)
    url = reverse("assessment:import_items")
    hostile = {**ITEMS[0], "code": "X-1", "stem": 'Pilih <script>alert("x")</script> </textarea><b>satu</b>'}
    bad = {**ITEMS[0], "code": "X-2", "options": [{"text": "A", "correct": True}, {"text": "B", "correct": True}]}
    text = client.post(url, {"bank": "digital", "file": as_file([hostile, bad, ITEMS[4]])}).content.decode()
    assert "tepat satu jawaban benar; di sini 2" in text
    assert "Ambil 2 butir" in text
    assert "<script>alert(" not in text
    assert "</textarea><b>" not in text
    assert Item.objects.filter(bank=bank).count() == 168
    sent = yaml.dump([hostile, bad, ITEMS[4]], allow_unicode=True)
    response = client.post(url, {"bank": "digital", "text": sent}, follow=True)
    assert "2 butir baru, 0 versi baru, 0 tetap, 1 tidak diambil" in response.content.decode()
    assert Item.objects.filter(bank=bank).count() == 170
    item = Item.objects.get(code="X-1")
    card = client.get(reverse("assessment:item", args=[item.public_id])).content.decode()
    assert "<script>alert(" not in card
    assert "&lt;script&gt;" in card
    again = client.post(url, {"bank": "digital", "text": sent}, follow=True)
    assert "0 butir baru, 0 versi baru, 2 tetap, 1 tidak diambil" in again.content.decode()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (as_file(b"- code: ["), "periksa baris"),
        (as_file(b"PK\x03\x04", "soal.docx"), "tidak dapat dipakai di sini"),
        (as_file(b"", "soal.yaml"), "kosong"),
        (as_file(b"\x00\x01\x02", "soal.yaml"), "tidak sesuai"),
        (None, "tidak boleh kosong"),
    ],
)
def test_files_that_cannot_be_read_are_refused_on_the_form(
    bank: ItemBank, cast: Cast, client_for: ClientFor, file: SimpleUploadedFile | None, words: str
) -> None:
    if file is not None:
        file.seek(0)
    sent = {"bank": "digital", **({"file": file} if file is not None else {})}
    response = client_for(cast.admin).post(reverse("assessment:import_items"), sent)
    assert response.status_code == 200
    assert words in response.content.decode()


def test_a_trainer_imports_into_the_agencys_own_bank_only(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.trainer)
    url = reverse("assessment:import_items")
    page = client.get(url).content.decode()
    assert "Bank soal Kota Pontianak" in page
    assert 'value="digital"' not in page
    assert not ItemBank.objects.filter(agency=cast.agency).exists()
    sent = yaml.dump([ITEMS[0]], allow_unicode=True)
    assert client.post(url, {"bank": "digital", "text": sent}).status_code == 404
    client.post(url, {"bank": "instansi-contoh-6171", "text": sent})
    assert Item.objects.get(code="U-1").bank.agency == cast.agency


def test_export_holds_what_the_list_shows(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    response = client_for(cast.trainer).get(f"{reverse('assessment:export_items')}?competency=4.1")
    assert "butir-soal.yaml" in response.headers["Content-Disposition"]
    assert {entry["competency"] for entry in yaml.safe_load(response.content)} == {"4.1"}


def test_retiring_needs_a_reason_and_can_be_undone(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.admin)
    item = Item.objects.get(code="D42-2")
    url = reverse("assessment:change_item_state", args=[item.public_id])
    assert "Tuliskan alasannya" in client.post(url, {"state": "retired", "reason": ""}, follow=True).content.decode()
    text = client.post(url, {"state": "retired", "reason": "Aturannya berubah"}, follow=True).content.decode()
    assert "Aturannya berubah" in text
    assert "Butir ini tidak muncul di uji baru" in text
    again = client.post(url, {"state": "retired", "reason": "Klik kedua"}, follow=True)
    assert again.status_code == 200
    assert client.post(url, {"state": "pilot", "reason": "Melompat"}).status_code == 409
    client.post(url, {"state": "in_use", "reason": "Sudah diperbarui"})
    item.refresh_from_db()
    assert item.state == "in_use"
    assert client_for(cast.trainer).post(url, {"state": "retired", "reason": "x"}).status_code == 403
