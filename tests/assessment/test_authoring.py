"""Writing and reviewing items: four eyes, versions that never change what was answered, and no way round a review."""

import copy
from typing import Any

import pytest

from bina.assessment import actions, queries
from bina.assessment.models import Blueprint, Item, ItemBank, ItemReview, ItemVersion
from bina.assessment.rules import (
    REVIEW_CHECKS,
    can_keep_parameters,
    differences,
    item_faults,
    measured_part,
    moves_by_hand,
)
from bina.assessment.rules.writing import likeness, tokens, writing_hints
from bina.foundation.errors import Denied, Refused
from bina.people.rules import Role
from tests.assessment.conftest import ITEMS, add_keeper, answer_rightly, approve, bring_into_use, start
from tests.assessment.kinds import STORED_ITEMS
from tests.cast import Cast


def changed(index: int, **parts: Any) -> dict[str, Any]:
    return {**copy.deepcopy(ITEMS[index]), **parts}


@pytest.fixture
def own(bank: ItemBank, cast: Cast) -> ItemBank:
    """The bank of the cast's agency."""
    return actions.own_bank(by=cast.trainer.user, agency=cast.agency)


def fresh(item: Item) -> Item:
    return Item.objects.select_related("bank", "competency", "current", "proposal").get(pk=item.pk)


def written(cast: Cast, own: ItemBank, **parts: Any) -> Item:
    return actions.write_item(by=cast.trainer.user, bank=own, entry=changed(0, **parts))


def used(cast: Cast, own: ItemBank) -> Item:
    """An item in use, with two more so that the agency's own short check exists."""
    items = [written(cast, own, code=f"P-{n}", level=n, stem=f"Soal ke-{n}: manakah data pribadi?") for n in (1, 2, 3)]
    bring_into_use(cast, items)
    return fresh(items[0])


def rewritten(cast: Cast, item: Item, correction: str = "", **parts: Any) -> ItemVersion:
    item = fresh(item)
    assert item.working is not None
    entry = {**queries.entry_of(item, item.working), **parts}
    return actions.rewrite_item(
        by=cast.trainer.user, item=item, entry=entry, seen=actions.mark_of(item.working), correction=correction
    )


# --- Writing ---------------------------------------------------------------------------------------------------------


def test_a_new_item_is_a_draft_and_the_second_click_writes_no_other(cast: Cast, own: ItemBank) -> None:
    first = written(cast, own, code="")
    assert (first.code, first.state, first.is_approved) == ("B42-1", "draft", False)
    assert written(cast, own, code="").pk == first.pk
    assert written(cast, own, code="", stem="Pertanyaan lain?").code == "B42-2"
    with pytest.raises(Refused, match="sudah dipakai"):
        written(cast, own, code="B42-1", stem="Lain lagi?")


def test_impossible_keys_and_foreign_banks_are_refused(cast: Cast, own: ItemBank, bank: ItemBank) -> None:
    with pytest.raises(Refused, match="tepat satu jawaban benar"):
        written(cast, own, options=[{"text": "A"}, {"text": "B"}])
    with pytest.raises(Denied):
        actions.write_item(by=cast.trainer.user, bank=bank, entry=ITEMS[0])
    with pytest.raises(Denied):
        actions.write_item(by=cast.siti.user, bank=own, entry=ITEMS[0])
    assert not Item.objects.filter(bank=own).exists()


def test_a_draft_is_written_over_and_the_same_words_change_nothing(cast: Cast, own: ItemBank) -> None:
    item = written(cast, own)
    rewritten(cast, item, stem="Manakah data pribadi?", sector="health")
    rewritten(cast, item)
    item = fresh(item)
    assert item.current is not None
    assert (item.versions.count(), item.current.stem, item.sector) == (1, "Manakah data pribadi?", "health")
    assert queries.item_history(item).count() == 2


def test_a_second_tab_learns_of_other_words_and_writes_nothing(cast: Cast, own: ItemBank) -> None:
    item = fresh(written(cast, own))
    assert item.current is not None
    seen = actions.mark_of(item.current)
    rewritten(cast, item, stem="Dari tab pertama?")
    with pytest.raises(actions.Overtaken):
        actions.rewrite_item(
            by=cast.trainer.user, item=item, entry=changed(0, stem="Dari tab kedua?"), seen=seen,
        )  # fmt: skip
    current = fresh(item).current
    assert current is not None
    assert current.stem == "Dari tab pertama?"


def test_new_words_of_an_item_in_use_wait_while_the_old_ones_are_asked(cast: Cast, own: ItemBank) -> None:
    item = used(cast, own)
    form = Blueprint.objects.get(bank=own)
    assert item.current is not None
    before = item.current.pk
    session = start(cast.siti, form)
    rewritten(cast, item, stem="Kalimat yang sama sekali lain?")
    item = fresh(item)
    assert (item.current_id, item.state) == (before, "in_use")
    assert form.places.filter(item_version_id=before).exists()
    rewritten(cast, item, stem="Kalimat yang diperbaiki lagi?")
    item = fresh(item)
    assert item.versions.count() == 2
    assert item.proposal is not None
    proposal = item.proposal.pk
    actions.ask_for_review(by=cast.trainer.user, items=[item])
    approve(cast.admin, item)
    item = fresh(item)
    assert (item.current_id, item.proposal_id, item.state) == (proposal, None, "in_use")
    assert form.places.filter(item_version_id=proposal).exists()
    assert before in session.form
    answer_rightly(session)
    actions.finish_session(by=cast.siti.user, session=session)
    assert ItemVersion.objects.get(pk=before).responses.count() == 1


def test_a_proposal_can_be_given_up(cast: Cast, own: ItemBank) -> None:
    item = used(cast, own)
    rewritten(cast, item, stem="Kalimat yang sama sekali lain?")
    actions.drop_proposal(by=cast.trainer.user, item=item)
    actions.drop_proposal(by=cast.trainer.user, item=item)
    item = fresh(item)
    assert (item.proposal, item.versions.count()) == (None, 1)


def test_an_older_version_comes_back_as_a_new_one(cast: Cast, own: ItemBank) -> None:
    item = used(cast, own)
    old = item.current
    assert old is not None
    rewritten(cast, item, stem="Kalimat yang sama sekali lain?")
    actions.ask_for_review(by=cast.trainer.user, items=[item])
    approve(cast.admin, item)
    version = actions.restore_version(by=cast.trainer.user, item=fresh(item), number=1)
    assert (version.number, version.stem, version.approved_at) == (3, old.stem, None)
    with pytest.raises(Refused, match="sama dengan yang sekarang"):
        actions.restore_version(by=cast.trainer.user, item=fresh(item), number=1)
    with pytest.raises(Refused, match="tidak ada"):
        actions.restore_version(by=cast.trainer.user, item=fresh(item), number=9)


def test_level_and_kind_of_what_was_reviewed_stay(cast: Cast, own: ItemBank) -> None:
    item = used(cast, own)
    with pytest.raises(Refused, match="tidak diubah"):
        rewritten(cast, item, level=4)


# --- Parameters ------------------------------------------------------------------------------------------------------


def calibrated(cast: Cast, own: ItemBank) -> Item:
    item = used(cast, own)
    assert item.current is not None
    ItemVersion.objects.filter(pk=item.current.pk).update(a=1.7, b=1.234567, is_provisional=False)
    return fresh(item)


def parameters(version: ItemVersion) -> tuple[float, float, bool]:
    version.refresh_from_db()
    return round(version.a, 6), round(version.b, 6), version.is_provisional


def test_parameters_stay_where_nothing_measured_changed(cast: Cast, own: ItemBank) -> None:
    item = calibrated(cast, own)
    version = rewritten(cast, item, explanation="Penjelasan yang jauh lebih panjang dan lebih baik.")
    assert parameters(version) == (1.7, 1.234567, False)


def test_parameters_become_provisional_when_the_words_of_the_key_change(cast: Cast, own: ItemBank) -> None:
    item = calibrated(cast, own)
    version = rewritten(cast, item, stem="Pertanyaan yang sama sekali lain tentang alamat?")
    assert version.is_provisional


def test_a_correction_of_spelling_keeps_them_with_its_reason(cast: Cast, own: ItemBank) -> None:
    item = calibrated(cast, own)
    assert item.current is not None
    version = rewritten(cast, item, "Salah ketik “pribadi”.", stem=item.current.stem.replace("pribadi", "pribadii"))
    assert (*parameters(version), version.correction) == (1.7, 1.234567, False, "Salah ketik “pribadi”.")
    with pytest.raises(Refused, match="lebih dari pembetulan ejaan"):
        rewritten(cast, item, "Ejaan saja.", stem="Pertanyaan yang sama sekali lain tentang alamat?")


@pytest.mark.parametrize(
    ("parts", "allowed"),
    [
        ({"stem": "Manakah yang termasuk **data pribadi** ?"}, True),
        ({"stem": "Manakah yang tidak termasuk **data pribadi**?"}, False),
        ({"options": [{**row, "correct": n == 1} for n, row in enumerate(ITEMS[0]["options"])]}, False),
        ({"options": ITEMS[0]["options"][:2]}, False),
        ({"explanation": "Apa saja."}, True),
    ],
)
def test_what_counts_as_spelling(parts: dict[str, Any], allowed: bool) -> None:
    assert bool(can_keep_parameters(ITEMS[0], changed(0, **parts))) is allowed


def test_a_number_is_never_a_matter_of_spelling() -> None:
    assert not can_keep_parameters(ITEMS[4], changed(4, stem="Berapa persen 47 dari 50?"))
    assert not can_keep_parameters(ITEMS[4], changed(4, answer=93))


# --- Reviewing -------------------------------------------------------------------------------------------------------


def decision(item: Item, *, approve: bool = True, comment: str = "", seen: str = "") -> actions.Decision:
    review = ItemReview.objects.filter(version__item=item).latest("id")
    return actions.Decision(review, seen or review.version.digest, approve=approve, comment=comment)


def test_nobody_reviews_what_they_wrote_or_asked_for(cast: Cast, own: ItemBank) -> None:
    item = written(cast, own)
    actions.ask_for_review(by=cast.trainer.user, items=[item])
    colleague = add_keeper(cast, Role.TRAINER)
    assert not queries.reviews_waiting_for(cast.trainer.user).exists()
    assert queries.reviews_waiting_for(colleague).count() == 1
    for person in (cast.trainer.user, cast.siti.user):
        with pytest.raises(Denied):
            actions.review_item(by=person, decision=decision(item), checks=REVIEW_CHECKS)
    actions.review_item(by=colleague, decision=decision(item), checks=REVIEW_CHECKS)
    assert fresh(item).state == "reviewed"


def test_who_mended_a_draft_is_an_author_too(cast: Cast, own: ItemBank) -> None:
    item = fresh(written(cast, own))
    colleague = add_keeper(cast, Role.TRAINER)
    assert item.current is not None
    actions.rewrite_item(
        by=colleague, item=item, entry=changed(0, stem="Diperbaiki rekan?"), seen=actions.mark_of(item.current),
    )  # fmt: skip
    actions.ask_for_review(by=cast.trainer.user, items=[item])
    with pytest.raises(Denied, match="orang lain"):
        actions.review_item(by=colleague, decision=decision(item), checks=REVIEW_CHECKS)


def test_a_review_says_enough(cast: Cast, own: ItemBank) -> None:
    item = written(cast, own)
    actions.ask_for_review(by=cast.trainer.user, items=[item], note="Mohon cek tingkatnya.")
    with pytest.raises(Refused, match="Centang semua"):
        actions.review_item(by=cast.admin, decision=decision(item), checks=["content"])
    with pytest.raises(Refused, match="Tuliskan catatan"):
        actions.review_item(by=cast.admin, decision=decision(item, approve=False), checks=[])
    actions.review_item(by=cast.admin, decision=decision(item, approve=False, comment="Terlalu mudah."), checks=[])
    assert fresh(item).state == "draft"
    latest = queries.latest_review_of(fresh(item).current)
    assert latest is not None
    assert latest.comment == "Terlalu mudah."
    assert queries.drafts_of(cast.trainer.user).get() == item


def test_a_decision_counts_once_and_only_for_the_words_that_were_read(cast: Cast, own: ItemBank) -> None:
    item = written(cast, own)
    assert actions.ask_for_review(by=cast.trainer.user, items=[item]) == 1
    assert actions.ask_for_review(by=cast.trainer.user, items=[item]) == 0
    with pytest.raises(Refused, match="berubah sejak"):
        actions.review_item(by=cast.admin, decision=decision(item, seen="x"), checks=REVIEW_CHECKS)
    actions.review_item(by=cast.admin, decision=decision(item), checks=REVIEW_CHECKS)
    actions.review_item(by=cast.admin, decision=decision(item), checks=REVIEW_CHECKS)
    with pytest.raises(Refused, match="sudah ditelaah oleh"):
        actions.review_item(by=add_keeper(cast), decision=decision(item), checks=REVIEW_CHECKS)
    assert queries.item_history(item).filter(verb="item.approved").count() == 1


def test_writing_on_takes_the_request_back(cast: Cast, own: ItemBank) -> None:
    item = written(cast, own)
    actions.ask_for_review(by=cast.trainer.user, items=[item])
    rewritten(cast, item, stem="Lebih baik begini?")
    with pytest.raises(Refused, match="sudah ditarik"):
        actions.review_item(by=cast.admin, decision=decision(item), checks=REVIEW_CHECKS)
    actions.ask_for_review(by=cast.trainer.user, items=[item])
    actions.withdraw_review(by=cast.trainer.user, item=item)
    actions.withdraw_review(by=cast.trainer.user, item=item)
    assert queries.drafts_of(cast.trainer.user).get() == item


def test_there_is_no_way_into_tests_without_a_review(cast: Cast, own: ItemBank) -> None:
    item = fresh(written(cast, own))
    for state in ("reviewed", "pilot", "in_use"):
        with pytest.raises(Refused):
            actions.move_item(by=cast.trainer.user, item=item, state=state, reason="Mencoba.")
    actions.move_item(by=cast.trainer.user, item=item, state="retired", reason="Memutar jalan.")
    with pytest.raises(Refused, match="belum ditelaah"):
        actions.move_item(by=cast.trainer.user, item=item, state="in_use", reason="Memutar jalan.")
    assert [state.value for state in moves_by_hand("draft", is_approved=False)] == ["retired"]
    assert actions.move_items(by=cast.admin, items=[item], state="pilot", reason="Sekalian.") == 0


def test_a_set_is_reviewed_item_by_item_and_tells_what_was_refused(cast: Cast, own: ItemBank) -> None:
    items = [written(cast, own, code=f"P-{n}", stem=f"Soal ke-{n}?") for n in range(1, 5)]
    assert actions.ask_for_review(by=cast.trainer.user, items=items) == 4
    said = [decision(items[0]), decision(items[1], approve=False, comment="Keliru."), decision(items[2], seen="lama")]
    refused = actions.review_items(by=cast.admin, decisions=said, checks=REVIEW_CHECKS)
    assert [sentence for _decision, sentence in refused] == [
        "Isi butir berubah sejak Anda membukanya. Baca lagi, lalu putuskan."
    ]
    assert [fresh(item).state for item in items] == ["reviewed", "draft", "draft", "draft"]
    assert actions.move_items(by=cast.admin, items=items, state="pilot", reason="Uji coba bersama.") == 1


# --- Imports ---------------------------------------------------------------------------------------------------------


def test_an_import_arrives_as_drafts_whatever_the_file_says(cast: Cast, own: ItemBank) -> None:
    items = [changed(0, code="P-1", state="in_use", sector="health", region="islands"), changed(4, state="pilot")]
    report = actions.import_items(by=cast.trainer.user, bank=own, items=items)
    assert report.count("new") == 2
    assert set(Item.objects.filter(bank=own).values_list("state", flat=True)) == {"draft"}
    assert Item.objects.get(code="P-1").sector_name == "Kesehatan"
    assert queries.drafts_of(cast.trainer.user).count() == 2
    assert actions.import_items(by=cast.trainer.user, bank=own, items=items).count("same") == 2


def test_an_import_proposes_new_words_for_items_in_use(cast: Cast, own: ItemBank) -> None:
    item = used(cast, own)
    assert item.current is not None
    entry = {**queries.entry_of(item, item.current), "stem": "Dari berkas: manakah data pribadi?"}
    assert actions.import_items(by=cast.trainer.user, bank=own, items=[entry]).count("changed") == 1
    assert actions.import_items(by=cast.trainer.user, bank=own, items=[entry]).count("same") == 1
    item = fresh(item)
    assert item.proposal is not None
    assert item.current is not None
    assert (item.current.number, item.proposal.number) == (1, 2)
    moved = actions.import_items(by=cast.trainer.user, bank=own, items=[{**entry, "level": 4}])
    assert "tidak diubah" in moved.lines[0].problems[0]


def test_the_next_start_does_not_put_back_what_was_corrected(cast: Cast, bank: ItemBank) -> None:
    item = Item.objects.select_related("bank", "competency", "current", "proposal").get(bank=bank, code="D42-2")
    assert item.current is not None
    entry = {**queries.entry_of(item, item.current), "stem": "Kalimat yang diperbaiki di sini.", "en": None}
    actions.rewrite_item(by=cast.admin, item=item, entry=entry, seen=actions.mark_of(item.current))
    actions.ask_for_review(by=cast.admin, items=[item])
    approve(add_keeper(cast), item)
    actions.load_reference_data()
    current = fresh(item).current
    assert current is not None
    assert current.stem == "Kalimat yang diperbaiki di sini."


# --- What an author sees ---------------------------------------------------------------------------------------------


def test_the_gaps_of_a_bank_are_counted(cast: Cast, own: ItemBank) -> None:
    used(cast, own)
    row = next(row for row in queries.coverage_of(own) if row.competency.code == "4.2")
    assert row.counts == (1, 1, 1, 0)
    assert row.missing == [(1, 1), (2, 1), (3, 1), (4, 2)]


def test_the_desk_narrows_to_the_work(cast: Cast, own: ItemBank) -> None:
    items = [written(cast, own, code=f"P-{n}", stem=f"Soal ke-{n}?") for n in (1, 2, 3)]
    actions.ask_for_review(by=cast.trainer.user, items=items[:2])
    actions.review_item(by=cast.admin, decision=decision(items[0], approve=False, comment="Keliru."), checks=[])
    visible = queries.items_visible_to(cast.trainer.user)

    def codes(work: str) -> list[str]:
        return sorted(queries.narrowed_by_work(visible, cast.trainer.user, work).values_list("code", flat=True))

    assert (codes("mine"), codes("waiting"), codes("returned")) == (["P-1", "P-3"], ["P-2"], ["P-1"])
    desk = queries.author_desk_of(cast.trainer.user)
    assert (desk.to_review, desk.drafts, desk.asked) == (0, 2, 1)
    assert queries.author_desk_of(cast.admin).to_review == 1


def test_nearly_the_same_items_are_found(bank: ItemBank) -> None:
    item = Item.objects.select_related("current", "competency").get(bank=bank, code="D42-2")
    assert item.current is not None
    twin = queries.entry_of(item, item.current) | {"code": "X"}
    assert queries.nearly_the_same(bank, twin)[0][0] == "D42-2"
    assert queries.nearly_the_same(bank, twin, without="D42-2") == []
    assert likeness(tokens(ITEMS[0]), tokens(ITEMS[4])) < 0.1
    assert likeness(frozenset(), frozenset()) == 0


HINTS: list[tuple[dict[str, Any], str]] = [
    (changed(0, stem="Manakah yang bukan tidak termasuk data?"), "Dua kata ingkar"),
    (changed(0, stem="Berikut ini data pribadi, kecuali"), "Pertanyaannya ingkar"),
    (changed(0, options=[{"text": "Satu", "correct": True}, {"text": "Semua benar"}]), "cara menebak"),
    (changed(0, options=[{"text": "Jawaban yang sangat panjang dan rinci", "correct": True}, {"text": "Pendek"}]),
     "lebih panjang"),
    (changed(0, options=[{"text": "Ya", "correct": True}, {"text": "Panjang sekali " * 5}]), "sangat berbeda"),
    (changed(0, options=[{"text": "Ya", "correct": True}, {"text": "Selalu"}]), "Kata mutlak"),
    (changed(0, stem="Di Microsoft Excel, apa itu?"), "merek dagang: Excel, Microsoft"),
    (changed(0, stem="kata " * 151), "menit membaca"),
    (changed(0, explanation=None), "Penjelasan belum ada"),
    (changed(0, image="x", alt="Gambar"), "sangat pendek"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "words"), HINTS, ids=[words for _entry, words in HINTS])
def test_hints_of_good_writing(entry: dict[str, Any], words: str) -> None:
    assert any(words in hint.words for hint in writing_hints(entry))


def test_good_items_get_no_hint_and_no_kind_breaks_the_hints() -> None:
    assert writing_hints(ITEMS[0]) == []
    for entry in (*ITEMS, *STORED_ITEMS):
        assert all(hint.words for hint in writing_hints(entry, [("D1-1", 0.7)]))
        assert measured_part(entry)["stem"]


def test_faults_know_their_place() -> None:
    bad = changed(0, code="", level=9, options=[{"text": "A"}], en={"stem": ""}, sector="bulan")
    assert {fault.place for fault in item_faults(bad)} == {"code", "level", "tags", "parts", "english"}


def test_differences_are_told_word_by_word() -> None:
    after = changed(0, stem="Manakah yang termasuk **rahasia pribadi**?", explanation=None)
    after["options"][1]["text"] = "Jumlah penduduk sebuah desa"
    found = {part.label: part for part in differences(ITEMS[0], after)}
    assert list(found) == ["Soal", "Pilihan 2 · Teks", "Penjelasan"]
    assert [piece.words for piece in found["Soal"].pieces if piece.change] == ["**data", "**rahasia"]
    old = "".join(piece.words for piece in found["Soal"].pieces if piece.change != "new")
    assert old == ITEMS[0]["stem"]
