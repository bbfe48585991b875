"""The pages of writing and reviewing: every kind has its form, rows come without JavaScript, nothing typed is lost."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.models import Item, ItemBank, ItemImage, ItemReview
from bina.assessment.rules import REVIEW_CHECKS, Kind
from bina.assessment.rules.drafting import blank, typed_of
from bina.people.rules import Role
from tests.assessment.conftest import ITEMS, add_keeper, bring_into_use
from tests.assessment.kinds import DRAWING, PICTURE, STORED_ITEMS
from tests.assessment.test_drafting import as_sent
from tests.cast import Cast
from tests.conftest import ClientFor

ENTRIES = {entry["kind"]: entry for entry in [*ITEMS, *STORED_ITEMS]}
NEW = "assessment:new_item"


@pytest.fixture
def own(bank: ItemBank, cast: Cast) -> ItemBank:
    """The bank of the cast's agency."""
    actions.store_pictures([PICTURE])
    return actions.own_bank(by=cast.trainer.user, agency=cast.agency)


@pytest.fixture
def author(cast: Cast, client_for: ClientFor) -> Client:
    """The trainer's browser."""
    return client_for(cast.trainer)


def new_url(own: ItemBank, kind: str) -> str:
    return f"{reverse(NEW)}?bank={own.code}&kind={kind}"


def page_of(item: Item, name: str = "item", **more: Any) -> str:
    return reverse(f"assessment:{name}", kwargs={"public_id": item.public_id, **more})


@pytest.mark.parametrize("kind", [kind.value for kind in Kind])
def test_each_kind_is_written_previewed_and_shown(author: Client, own: ItemBank, kind: str) -> None:
    url = new_url(own, kind)
    assert "Pemeriksaan" in author.get(url).content.decode()
    empty = author.post(url, {**as_sent(blank(kind)), "do": "save"}).content.decode()
    assert "Belum tersimpan" in empty
    sent = as_sent(typed_of(ENTRIES[kind]))
    shown = author.post(reverse("assessment:preview"), {**sent, "bank": own.code, "kind": kind}).content.decode()
    assert 'name="sealed"' in shown
    saved = author.post(url, {**sent, "do": "save"}, follow=True).content.decode()
    assert "Belum dipakai untuk mengukur" in saved
    item = Item.objects.select_related("current", "competency").get(bank=own)
    assert item.current is not None
    assert (item.state, queries.entry_of(item, item.current) | {"a": 0, "b": 0}) == (
        "draft", {**ENTRIES[kind], "a": 0, "b": 0},
    )  # fmt: skip
    again = author.get(page_of(item, "edit_item")).content.decode()
    assert "Simpan draf" in again
    assert ENTRIES[kind]["stem"].split("*")[0][:20] in again


@pytest.mark.parametrize("kind", [kind.value for kind in Kind])
def test_every_button_keeps_what_was_typed(author: Client, own: ItemBank, kind: str) -> None:
    sent = as_sent(typed_of(ENTRIES[kind])) | {"stem": "Setengah jadi <b>x</b>", "level": "9"}
    for do in (
        "add:options",
        "remove:sequence:0",
        "up:pairs:1",
        "add:gaps",
        "widen",
        "add:regions",
        "check",
        "bukan-apa-apa",
    ):
        page = author.post(new_url(own, kind), {**sent, "do": do}).content.decode()
        assert "Setengah jadi &lt;b&gt;x&lt;/b&gt;" in page
        assert "Tingkat harus bilangan bulat 1 sampai 5." in page
    assert not Item.objects.filter(bank=own).exists()


def test_faults_stand_beside_and_hints_do_not_block(author: Client, own: ItemBank) -> None:
    entry = {**ENTRIES["single"], "options": [{"text": "Ya", "correct": True}, {"text": "Semua benar"}]}
    page = author.post(new_url(own, "single"), {**as_sent(typed_of(entry)), "do": "check"}).content.decode()
    assert "Dapat disimpan." in page
    assert "menguji cara menebak" in page
    entry = {**entry, "options": [{"text": "Ya"}, {"text": "Tidak"}]}
    page = author.post(new_url(own, "single"), {**as_sent(typed_of(entry)), "do": "check"}).content.decode()
    assert 'id="said-parts"' in page
    assert "tepat satu jawaban benar; di sini 0" in page


def test_a_picture_that_nobody_sent_is_not_shown(author: Client, own: ItemBank) -> None:
    for name in ("../../etc", "👩🏽‍💻", "0" * 40, "[]"):
        page = author.post(
            new_url(own, "hotspot"), {"kind": "hotspot", "stem": "Tunjuk.", "image": name, "do": "check"}
        )
        assert page.status_code == 200
        assert "<img" not in page.content.decode().partition("<main")[2]


def test_a_picture_is_kept_before_the_item_is_saved(author: Client, own: ItemBank) -> None:
    ItemImage.objects.all().delete()
    sent = {**as_sent(blank("single")), "do": "check"}
    page = author.post(new_url(own, "single"), {**sent, "picture": SimpleUploadedFile("surel.svg", DRAWING)})
    assert ItemImage.objects.get().digest in page.content.decode()
    bad = author.post(new_url(own, "single"), {**sent, "picture": SimpleUploadedFile("x.svg", b"<svg onload='x'/>")})
    assert "isi aktif" in bad.content.decode()
    without = author.post(
        new_url(own, "single"), {**sent, "image": PICTURE.digest, "do": "drop-picture"}
    ).content.decode()
    assert f'name="image" value="{PICTURE.digest}"' not in without


def test_the_preview_is_answered_shuffled_and_read_in_english(author: Client, own: ItemBank) -> None:
    url, kind = reverse("assessment:preview"), "situational"
    sent = as_sent(typed_of(ENTRIES[kind])) | {"bank": own.code, "kind": kind}
    page = author.post(url, sent).content.decode()
    sealed = page.partition('name="sealed" value="')[2].partition('"')[0]
    key = page.partition("Bertanya kepada rekan")[0].rpartition('value="')[2].partition('"')[0]
    told = author.post(url, {"sealed": sealed, "seed": "1", "answer": key, "do": "answer"}).content.decode()
    assert "0,50 dari 1" in told or "0,5 dari 1" in told
    shuffled = [
        author.post(url, {"sealed": sealed, "seed": str(seed), "do": "shuffle"}).content.decode() for seed in range(6)
    ]
    assert {text.index("Menunda") < text.index("Bertanya") for text in shuffled} == {True, False}
    english = author.post(url, {"sealed": sealed, "language": "en"}).content.decode()
    assert "What should she do?" in english
    assert '<html lang="en">' in english
    assert author.post(url, {"sealed": "palsu"}).status_code == 404
    assert author.post(url, {"kind": kind, "bank": "digital"}).status_code == 404
    assert not Item.objects.filter(bank=own).exists()


def test_a_second_tab_sees_both_texts_and_may_save_its_own(author: Client, own: ItemBank, cast: Cast) -> None:
    item = actions.write_item(by=cast.trainer.user, bank=own, entry=ENTRIES["single"])
    url = page_of(item, "edit_item")
    seen = actions.mark_of(item.current) if item.current else ""
    mine = {**as_sent(typed_of(ENTRIES["single"])), "seen": seen, "do": "save"}
    assert author.post(url, {**mine, "stem": "Dari tab pertama?"}).status_code == 302
    page = author.post(url, {**mine, "stem": "Dari tab kedua?"}).content.decode()
    assert "sudah disimpan dengan isi lain" in page
    assert '<del class="bg-error/10 text-error">pertama?</del>' in page
    assert "Dari tab kedua?</textarea>" in page
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    assert author.post(url, {**mine, "stem": "Dari tab kedua?", "seen": seen}).status_code == 302
    item.refresh_from_db()
    assert item.current is not None
    assert item.current.stem == "Dari tab kedua?"


def test_only_those_who_keep_the_bank_write_in_it(
    own: ItemBank, bank: ItemBank, cast: Cast, client_for: ClientFor
) -> None:
    item = actions.write_item(by=cast.trainer.user, bank=own, entry=ENTRIES["single"])
    national = Item.objects.filter(bank=bank).select_related("bank").first()
    assert national is not None
    pages = [reverse(NEW), page_of(item, "edit_item"), page_of(item, "preview_item"), page_of(item, "item_version", number=1),
             reverse("assessment:reviews"), reverse("assessment:review_set"), reverse("assessment:coverage")]  # fmt: skip
    for person in (cast.siti, cast.budi, cast.hr, cast.leader):
        assert {client_for(person).get(url).status_code for url in pages} == {404}
        assert client_for(person).post(reverse("assessment:preview"), {}).status_code == 404
        assert client_for(person).post(page_of(item, "ask_for_review")).status_code == 404
    assert {client_for(cast.trainer).get(url).status_code for url in pages} == {200}
    assert client_for(cast.trainer).get(page_of(national, "edit_item")).status_code == 404
    assert client_for(cast.trainer).get(page_of(national, "preview_item")).status_code == 200
    assert client_for(cast.trainer).post(page_of(national, "ask_for_review")).status_code == 403


def test_a_review_from_request_to_decision(author: Client, own: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    item = actions.write_item(by=cast.trainer.user, bank=own, entry=ENTRIES["situational"])
    page = author.post(page_of(item, "ask_for_review"), {"note": "Mohon cek."}, follow=True).content.decode()
    assert "Menunggu telaah" in page
    reviewer = client_for(add_keeper(cast, Role.TRAINER))
    listed = reviewer.get(reverse("assessment:reviews")).content.decode()
    assert item.code in listed
    assert "Mohon cek." in listed
    review = ItemReview.objects.get(version__item=item)
    url = reverse("assessment:review_item", args=[review.public_id])
    assert "bukan oleh yang menulis" in author.get(url).content.decode()
    sent = {"seen": review.version.digest, "do": "approve", "checks": ["content"], "comment": "Bagus."}
    assert author.post(url, sent).status_code == 403
    kept = reviewer.post(url, sent).content.decode()
    assert "Centang semua butir periksa" in kept
    assert "Bagus.</textarea>" in kept
    assert reviewer.post(url, {**sent, "checks": list(REVIEW_CHECKS)}).status_code == 302
    item.refresh_from_db()
    assert item.state == "reviewed"
    assert "Sudah disetujui." in reviewer.get(url).content.decode()
    assert "Sudah disetujui." in author.post(url, sent).content.decode()


def test_a_set_is_decided_item_by_item(author: Client, own: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    for number in range(12):
        actions.write_item(
            by=cast.trainer.user,
            bank=own,
            entry={**ENTRIES["single"], "code": f"P-{number:02}", "stem": f"Ke-{number}?"},
        )
    assert "Mintakan telaah untuk semua" in author.get(f"{reverse('assessment:items')}?work=mine").content.decode()
    author.post(reverse("assessment:together"), {"work": "mine", "step": "ask", "reason": "Dari berkas."})
    reviewer, url = client_for(cast.admin), reverse("assessment:review_set")
    page = reviewer.get(url).content.decode()
    ids = [part.partition('"')[0] for part in page.split('name="review" value="')[1:]]
    assert len(ids) == 10
    sent: dict[str, Any] = {"review": ids, "checks": list(REVIEW_CHECKS)}
    for number, one in enumerate(ids):
        sent[f"seen-{one}"] = page.partition(f'name="seen-{one}" value="')[2].partition('"')[0]
        sent[f"say-{one}"] = ("approve", "return", "")[number % 3]
        sent[f"comment-{one}"] = "Terlalu mudah." if number != 1 else ""
    answer = reviewer.post(url, sent).content.decode()
    assert "6 butir diputuskan" in answer
    assert "Tuliskan catatan" in answer
    states = Item.objects.filter(bank=own, state="reviewed").count()
    assert states == 4
    moved = author.post(
        reverse("assessment:together"),
        {"bank": own.code, "state": "reviewed", "step": "pilot", "reason": "Uji coba."},
        follow=True,
    )
    assert "4 butir menjadi “Uji coba”" in moved.content.decode()
    assert author.post(reverse("assessment:together"), {"step": "melompat"}).status_code == 404


def test_versions_are_compared_and_brought_back(author: Client, own: ItemBank, cast: Cast) -> None:
    item = actions.write_item(by=cast.trainer.user, bank=own, entry=ENTRIES["single"])
    bring_into_use(cast, [item])
    item = Item.objects.select_related("current", "bank", "competency", "proposal").get(pk=item.pk)
    assert item.current is not None
    form = as_sent(typed_of(queries.entry_of(item, item.current)))
    page = author.get(page_of(item, "edit_item")).content.decode()
    assert "pembetulan ejaan" in page
    sent = {**form, "stem": "Manakah **data perorangan**?", "seen": actions.mark_of(item.current), "do": "save"}
    kept = author.post(page_of(item, "edit_item"), {**sent, "is_correction": "1"}).content.decode()
    assert "Tuliskan alasan pembetulan" in kept
    author.post(page_of(item, "edit_item"), sent)
    shown = author.get(page_of(item, "item_version", number=2)).content.decode()
    assert "Perubahan dari versi 1" in shown
    assert "<ins" in shown
    author.post(page_of(item, "restore_version", number=1))
    assert author.post(page_of(item, "drop_proposal"), follow=True).status_code == 200
    item.refresh_from_db()
    assert (item.proposal_id, item.state) == (None, "in_use")
    assert author.get(page_of(item, "item_version", number=9)).status_code == 404


def test_lists_and_reviews_ask_few_questions(
    author: Client, own: ItemBank, cast: Cast, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    for number in range(25):
        actions.write_item(
            by=cast.trainer.user, bank=own, entry={**ENTRIES["single"], "code": f"P-{number}", "stem": f"Ke-{number}?"}
        )
    actions.ask_for_review(by=cast.trainer.user, items=list(Item.objects.filter(bank=own)))
    reviewer = client_for(cast.admin)
    for url, most in ((reverse("assessment:reviews"), 14), (reverse("assessment:items") + "?work=waiting", 18),
                      (reverse("assessment:coverage") + f"?bank={own.code}", 14), (reverse("assessment:review_set"), 20)):  # fmt: skip
        with django_assert_max_num_queries(most):
            assert reviewer.get(url).status_code == 200


def test_the_gaps_of_a_bank_lead_to_writing(author: Client, own: ItemBank) -> None:
    page = author.get(f"{reverse('assessment:coverage')}?bank={own.code}").content.decode()
    assert 'kurang 2<span class="sr-only">, 1.1 tingkat 4</span>' in page
    link = page.partition(f'href="{reverse(NEW)}?')[2].partition('"')[0].replace("&amp;", "&")
    chosen = author.get(f"{reverse(NEW)}?{link}&kind=numeric").content.decode()
    assert 'value="1" selected' in chosen or "selected>1" in chosen
