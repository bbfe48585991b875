"""Files of items: faults are told one by one, good items become versions, nothing answered is rewritten."""

import copy
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bina.assessment import actions, queries
from bina.assessment.models import Blueprint, Item, ItemBank, ItemVersion
from bina.assessment.rules import item_problems, read_item_archive, read_item_file
from bina.foundation.errors import Denied, Refused
from tests.assessment.conftest import ITEMS, bring_into_use, start
from tests.cast import Cast


def changed(index: int, **parts: Any) -> dict[str, Any]:
    return {**copy.deepcopy(ITEMS[index]), **parts}


BAD: list[tuple[dict[str, Any], str]] = [
    (changed(0, options=[{"text": "A", "correct": True}, {"text": "B", "correct": True}]), "tepat satu jawaban benar"),
    (changed(0, options=[{"text": "A"}, {"text": "B"}]), "tepat satu jawaban benar"),
    (changed(1, options=[{"text": "A", "correct": True}, {"text": "B"}]), "sedikitnya dua jawaban benar"),
    (changed(0, options=[{"text": "A", "correct": True}, {"text": "A "}]), "muncul dua kali"),
    (changed(0, options=[{"text": "A", "correct": "ya"}, {"text": "B"}]), "true atau false"),
    (changed(2, sequence=["satu", "dua"]), "3 sampai 8 langkah"),
    (changed(2, sequence=["satu", "dua", 3]), "harus berupa teks"),
    (changed(3, pairs=[{"left": "a"}, {"left": "b", "right": "c"}]), "sisi kiri"),
    (changed(3, distractors=["SUM"]), "sama dengan pasangan"),
    (changed(4, answer=None), "bukan angka"),
    (changed(4, answer="92"), "bukan angka"),
    (changed(4, answer=float("nan")), "bukan angka"),
    (changed(4, tolerance=-1), "nol atau lebih"),
    (changed(0, kind="essay"), "salah satu dari"),
    (changed(0, competency="9.9"), "tidak dikenal"),
    (changed(0, competency=4.2), "tanda kutip"),
    (changed(0, competency=None), "tidak ada"),
    (changed(0, level=9), "1 sampai 5"),
    (changed(0, level=True), "1 sampai 5"),
    (changed(0, stem=""), "tidak ada"),
    (changed(0, code=""), "Kode butir"),
    (changed(0, a=0), "antara"),
    (changed(0, b="sulit"), "antara"),
]


@pytest.mark.parametrize(("item", "words"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_every_fault_is_told(item: dict[str, Any], words: str) -> None:
    assert any(words in problem for problem in item_problems(item, competencies={"1.3", "4.2"}))


def test_good_items_have_no_fault() -> None:
    for item in ITEMS:
        assert item_problems(item, competencies={"1.3", "4.2"}) == []


scraps = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=10,
)
names = st.sampled_from(["code", "competency", "level", "kind", "stem", "options", "sequence", "pairs", "answer", "a", "b",
                         "unit", "tolerance", "distractors", "context", "explanation"])  # fmt: skip


@given(
    item=st.sampled_from(ITEMS), broken=st.dictionaries(names, scraps, max_size=4), lost=st.sets(names, max_size=3),
)  # fmt: skip
def test_checking_never_breaks(item: dict[str, Any], broken: dict[str, Any], lost: set[str]) -> None:
    mixed = {name: value for name, value in {**item, **broken}.items() if name not in lost}
    assert all(isinstance(problem, str) for problem in item_problems(mixed, competencies={"1.3", "4.2"}))
    assert item_problems(scraps) != []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"- code: [", "periksa baris"),
        (b"code: satu", "daftar butir"),
        (b"", "daftar butir"),
        (b"\xff\xfe\x00x", "UTF-8"),
        (b"- &a {code: x}\n- *a", "rujukan"),
        (b"- " + b"[" * 3000, "tidak dapat dibaca"),
        (b"- !!python/object/apply:os.system ['true']", "tidak dapat dibaca"),
        (b"x" * (1024 * 1024 + 1), "1 MB"),
        (b"- " * 3000 + b"x", "tidak dapat dibaca"),
    ],
)
def test_unreadable_files_are_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read_item_file(content)


def test_the_shipped_bank_is_whole(bank: ItemBank) -> None:
    assert Item.objects.filter(bank=bank).count() == 168
    full = Blueprint.objects.get(code="digital-lengkap")
    assert full.item_count == 84
    assert Blueprint.objects.filter(bank=bank).exclude(code="digital-diagnosis").count() == 1 + 5 + 21
    assert set(Blueprint.objects.filter(code__startswith="digital-4.").values_list("item_count", flat=True)) == {4}
    levels = full.places.filter(item_version__item__competency__code="4.2").values_list("item_version__item__level")
    assert [level for (level,) in levels] == [1, 2, 3, 4]


def test_loading_again_changes_nothing(bank: ItemBank) -> None:
    before = (ItemVersion.objects.count(), list(Blueprint.objects.values_list("places__id", flat=True)))
    actions.load_reference_data()
    assert (ItemVersion.objects.count(), list(Blueprint.objects.values_list("places__id", flat=True))) == before


def test_export_and_import_lose_nothing(bank: ItemBank) -> None:
    exported = queries.export_items(Item.objects.filter(bank=bank))
    found = read_item_archive(exported.content)
    lines = queries.check_items(bank, found.entries, found.pictures)
    assert [line.outcome for line in lines] == ["same"] * 168
    other = ItemBank.objects.create(code="salinan", name="Salinan")
    actions.import_items(by=None, bank=other, items=found.entries, pictures=found.pictures)
    assert queries.export_items(Item.objects.filter(bank=other)) == exported
    mine = {row.item.code: (row.a, round(row.b, 9)) for row in ItemVersion.objects.filter(item__bank=bank)}
    theirs = {row.item.code: (row.a, round(row.b, 9)) for row in ItemVersion.objects.filter(item__bank=other)}
    assert mine == theirs


def test_a_dry_run_tells_every_item_and_writes_nothing(reference_data: None) -> None:
    bank = ItemBank.objects.create(code="uji", name="Uji")
    entries: list[object] = [ITEMS[0], *(item for item, _words in BAD), "bukan butir", ITEMS[0]]
    lines = queries.check_items(bank, entries)
    assert [line.outcome for line in lines] == ["new", *["error"] * (len(BAD) + 2)]
    assert "dipakai dua kali" in lines[-1].problems[0]
    assert not Item.objects.filter(bank=bank).exists()


def test_bad_items_are_left_out_and_the_rest_is_taken(reference_data: None) -> None:
    bank = ItemBank.objects.create(code="uji", name="Uji")
    report = actions.import_items(by=None, bank=bank, items=[ITEMS[0], BAD[0][0] | {"code": "X"}, ITEMS[4]])
    assert (report.count("new"), report.count("error")) == (2, 1)
    assert set(Item.objects.filter(bank=bank).values_list("code", flat=True)) == {"U-1", "U-5"}


def test_new_words_make_a_new_version_and_open_attempts_keep_theirs(cast: Cast, course_test: Blueprint) -> None:
    session = start(cast.siti, course_test, context_kind="latihan", context_id="e1")
    seen = session.form[0]
    items = [changed(0, stem="Manakah data pribadi di bawah ini?"), *ITEMS[1:]]
    actions.create_course_blueprint(
        code=course_test.code, title="Uji akhir contoh", items=items, minutes=20, passing=70
    )
    assert queries.form_versions(session)[0].pk == seen
    assert ItemVersion.objects.get(pk=seen).stem.startswith("Manakah yang termasuk")
    later = start(cast.dewi, course_test, context_kind="latihan", context_id="e2")
    assert later.form[0] != seen
    assert later.form[1:] == session.form[1:]


def test_a_course_form_with_faults_is_refused_whole(reference_data: None) -> None:
    with pytest.raises(Refused, match="tepat satu"):
        actions.create_course_blueprint(code="x", title="X", items=[ITEMS[1], BAD[0][0]], minutes=10)
    with pytest.raises(Refused, match="belum berisi soal"):
        actions.create_course_blueprint(code="x", title="X", items=[], minutes=10)
    assert not Blueprint.objects.filter(code="x").exists()


def test_the_same_course_form_is_made_once(course_test: Blueprint) -> None:
    again = actions.create_course_blueprint(
        code=course_test.code, title="Uji akhir contoh", items=ITEMS, minutes=20, passing=70
    )
    assert again.pk == course_test.pk
    assert ItemVersion.objects.filter(item__bank=again.bank).count() == len(ITEMS)


def test_a_retired_item_leaves_the_forms_with_a_reason(bank: ItemBank, cast: Cast) -> None:
    item = Item.objects.get(code="D42-2")
    with pytest.raises(Refused, match="alasannya"):
        actions.move_item(by=cast.admin, item=item, state="retired", reason="  ")
    actions.move_item(by=cast.admin, item=item, state="retired", reason="Aturannya berubah")
    short = Blueprint.objects.get(code="digital-4.2")
    assert short.item_count == 4
    assert not short.places.filter(item_version__item=item).exists()
    assert queries.item_history(item).get().reason == "Aturannya berubah"
    actions.move_item(by=cast.admin, item=item, state="in_use", reason="Sudah diperbarui")
    assert short.places.filter(item_version__item=item).exists()


def test_who_may_keep_which_bank(bank: ItemBank, cast: Cast) -> None:
    item = Item.objects.get(code="D42-2")
    with pytest.raises(Denied):
        actions.move_item(by=cast.trainer.user, item=item, state="retired", reason="Mencoba")
    with pytest.raises(Denied):
        actions.import_items(by=cast.siti.user, bank=bank, items=ITEMS)
    assert queries.items_visible_to(cast.trainer.user).count() == 251
    for person in (cast.siti, cast.budi, cast.hr, cast.leader, cast.evaluator):
        assert queries.items_visible_to(person.user).count() == 0


def test_an_agency_writes_its_own_items_and_measures_with_them(bank: ItemBank, cast: Cast) -> None:
    own = actions.own_bank(by=cast.trainer.user, agency=cast.agency)
    items = [changed(0, code=f"P-{n}", level=n) for n in (1, 2, 3)]
    actions.import_items(by=cast.trainer.user, bank=own, items=items)
    assert not Blueprint.objects.filter(bank=own).exists()
    bring_into_use(cast, Item.objects.filter(bank=own))
    local = Blueprint.objects.get(bank=own)
    assert (local.item_count, local.agency) == (3, cast.agency)
    assert any(offer.blueprint == local for offer in queries.blueprints_open_to(cast.siti.user))
    with pytest.raises(Denied):
        actions.own_bank(by=cast.siti.user, agency=cast.agency)


def test_long_texts_survive_the_file(reference_data: None) -> None:
    bank = ItemBank.objects.create(code="uji", name="Uji")
    stem = 'Baris satu: dengan titik dua\n\n- butir\n- butir lain\n\n| a | b |\n|---|---|\n| 1 | "2" |'
    actions.import_items(by=None, bank=bank, items=[changed(0, stem=stem)])
    (entry,) = yaml.safe_load(queries.export_items(Item.objects.filter(bank=bank)).content)
    assert entry["stem"] == stem
