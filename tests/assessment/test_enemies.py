"""Item enemies: declared by authors, symmetric, never together in any form, and carried by files."""

import itertools
import random

import pytest
import yaml
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from bina.assessment import actions, queries
from bina.assessment.actions.formal_attempts import own_form
from bina.assessment.actions.forms_of_tests import refresh_forms
from bina.assessment.models import Blueprint, Item, ItemBank, ItemEnemies, Session
from bina.assessment.rules import right_answer
from bina.assessment.rules.exchange import tables
from bina.foundation.errors import Denied, Refused
from bina.journal.queries import history_of
from tests.cast import Cast
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db


def items_of(bank: ItemBank, code: str) -> list[Item]:
    return list(
        Item.objects.filter(bank=bank, competency__code=code, state="in_use")
        .select_related("current", "bank")
        .order_by("level", "code")
    )


def form_of(blueprint: Blueprint) -> list[str]:
    return list(blueprint.places.order_by("position").values_list("item_version__item__code", flat=True))


def test_a_fixed_form_never_holds_both_and_holds_them_again_when_parted(bank: ItemBank, cast: Cast) -> None:
    blueprint = bank.blueprints.get(code="digital-lengkap")
    before = form_of(blueprint)
    # Two of one competency, and two of different ones.
    pairs = [(before[0], before[1]), (before[2], before[-1])]
    for first, second in pairs:
        item, other = (Item.objects.get(bank=bank, code=code) for code in (first, second))
        assert actions.declare_enemies(by=cast.admin, item=item, other=other, reason="Membocorkan.")
    after = form_of(blueprint)
    assert len(after) == len(before)
    assert not any({first, second} <= set(after) for first, second in pairs)
    for first, second in pairs:
        item, other = (Item.objects.get(bank=bank, code=code) for code in (second, first))
        assert actions.part_enemies(by=cast.admin, item=item, other=other)
    assert form_of(blueprint) == before


def test_own_forms_of_a_formal_assessment_respect_them_and_stay_as_long(bank: ItemBank, cast: Cast) -> None:
    blueprint = bank.blueprints.get(code="digital-lengkap")
    groups = [items_of(bank, code) for code in ("1.1", "4.2")]
    pairs = [(a, b) for group in groups for a, b in zip(group[:6:2], group[1:6:2], strict=True)]
    pairs.append((groups[0][-1], groups[1][-1]))
    for item, other in pairs:
        actions.declare_enemies(by=cast.admin, item=item, other=other)
    length = len(form_of(blueprint))
    seen: set[int] = set()
    for seed in range(40):
        form, _adaptive = own_form(blueprint, seed)
        assert len(form) == length
        assert not any({item.current_id, other.current_id} <= set(form) for item, other in pairs)
        seen |= set(form)
    # Either of a pair is still asked of somebody.
    assert all(item.current_id in seen or other.current_id in seen for item, other in pairs)


def test_a_form_that_enemies_leave_short_is_as_long_as_it_can_be(bank: ItemBank, cast: Cast) -> None:
    """All items of one competency and level are enemies of each other: only one of them can come."""
    blueprint = bank.blueprints.get(code="digital-lengkap")
    group = items_of(bank, "1.1")
    for place, item in enumerate(group):
        for other in group[:place]:
            actions.declare_enemies(by=cast.admin, item=item, other=other)
    ids = {item.current_id for item in group}
    assert len(ids & set(blueprint.places.values_list("item_version_id", flat=True))) == 1
    assert len(ids & set(own_form(blueprint, 3)[0])) == 1


def test_the_diagnostic_never_asks_both_not_even_as_a_pilot(bank: ItemBank, cast: Cast) -> None:
    rng = random.Random(1)
    items = [item for code in ("1.1", "1.2", "2.1", "4.2") for item in items_of(bank, code)]
    pilots = items_of(bank, "3.1")[:2]
    for pilot in pilots:
        actions.move_item(by=cast.admin, item=pilot, state="pilot", reason="Diuji coba dulu.")
    rng.shuffle(items)
    pairs = list(zip(items[::2], items[1::2], strict=False))
    for item, other in [*pairs, (pilots[0], pilots[1]), (pilots[0], items[0])]:
        actions.declare_enemies(by=cast.admin, item=item, other=other)
    everything = [*pairs, (pilots[0], pilots[1]), (pilots[0], items[0])]
    blueprint = queries.diagnostics().first()
    assert blueprint is not None
    for person in (cast.siti, cast.dewi, cast.budi):
        session = actions.start_session(by=person.user, employee=person, blueprint=blueprint)
        while session.is_open:
            position, version = queries.latest_place(session)
            answer = right_answer(version.item.kind, version.payload) if position % 2 else None
            session = actions.answer_and_go_on(by=person.user, session=session, position=position, answer=answer)
        assert len(session.form) >= queries.length_of(blueprint).least
        assert not any({item.current_id, other.current_id} <= set(session.form) for item, other in everything)
        # One of the pilots may be tried, both never.
        assert len(session.adaptive.get("pilots", [])) <= 1


def test_pilots_of_a_fixed_test_are_no_enemies_of_it(bank: ItemBank, cast: Cast) -> None:
    blueprint = bank.blueprints.get(code="digital-lengkap")
    pilots = items_of(bank, "2.2")[:3]
    for pilot in pilots:
        actions.move_item(by=cast.admin, item=pilot, state="pilot", reason="Diuji coba dulu.")
    asked = Item.objects.get(bank=bank, code=form_of(blueprint)[0])
    actions.declare_enemies(by=cast.admin, item=asked, other=pilots[0])
    actions.declare_enemies(by=cast.admin, item=pilots[1], other=pilots[2])
    session = actions.start_session(by=cast.siti.user, employee=cast.siti, blueprint=blueprint)
    tried = set(session.adaptive.get("pilots", []))
    assert tried
    assert pilots[0].current_id not in tried
    assert len(tried & {pilots[1].current_id, pilots[2].current_id}) <= 1


def test_a_running_test_goes_on_and_a_second_click_changes_nothing(bank: ItemBank, cast: Cast) -> None:
    blueprint = bank.blueprints.get(code="digital-lengkap")
    session = actions.start_session(by=cast.siti.user, employee=cast.siti, blueprint=blueprint)
    item, other = (Item.objects.get(bank=bank, current_id=pk) for pk in session.form[:2])
    assert actions.declare_enemies(by=cast.admin, item=item, other=other, reason="Jawabannya tersebut di soal lain.")
    revision = ItemBank.objects.get(pk=bank.pk).revision
    assert not actions.declare_enemies(by=cast.admin, item=other, other=item, reason="Sekali lagi.")
    assert ItemBank.objects.get(pk=bank.pk).revision == revision
    assert ItemEnemies.objects.count() == 1
    assert Session.objects.get(pk=session.pk).form == session.form
    entry = history_of("item", item.public_id)[0]
    assert entry.verb == "item.enemies_declared"
    assert entry.reason == f"bukan bersama {other.code}. Jawabannya tersebut di soal lain"
    assert actions.part_enemies(by=cast.admin, item=other, other=item)
    assert not actions.part_enemies(by=cast.admin, item=other, other=item)


def test_who_may_and_what_is_refused(bank: ItemBank, cast: Cast) -> None:
    item, other = items_of(bank, "1.1")[:2]
    for account in (cast.siti.user, cast.hr.user, cast.trainer.user):
        with pytest.raises(Denied):
            actions.declare_enemies(by=account, item=item, other=other)
        with pytest.raises(Denied):
            actions.part_enemies(by=account, item=item, other=other)
    with pytest.raises(Refused, match="dirinya sendiri"):
        actions.declare_enemies(by=cast.admin, item=item, other=item)
    elsewhere = ItemBank.objects.create(code="lain", name="Bank lain")
    stranger = Item.objects.create(bank=elsewhere, code="X-1", level=1, kind="single")
    with pytest.raises(Refused, match="bank soal yang sama"):
        actions.declare_enemies(by=cast.admin, item=item, other=stranger)


def test_the_card_shows_them_from_both_sides(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    item, other = items_of(bank, "1.1")[:2]
    client = client_for(cast.admin)
    change = reverse("assessment:change_enemies", args=[item.public_id])
    page = client.post(change, {"do": "declare", "other": f" {other.code} ", "reason": "Membocorkan."}, follow=True)
    assert f"{other.code} tidak akan muncul di uji yang sama" in page.content.decode()
    back = client.get(reverse("assessment:item", args=[other.public_id])).content.decode()
    assert "Tidak boleh bersama" in back
    assert f'Bolehkan lagi<span class="sr-only"> {item.code}</span>' in back
    assert "Membocorkan." in back
    for code, words in (("TIDAK-ADA", "tidak ada di"), ("", "tidak ada di"), (item.code, "dirinya sendiri")):
        assert words in client.post(change, {"do": "declare", "other": code}, follow=True).content.decode()
    client.post(change, {"do": "part", "other": other.code})
    assert not ItemEnemies.objects.exists()
    for person in (cast.siti, cast.hr):
        assert client_for(person).post(change, {"do": "declare", "other": other.code}).status_code == 404
    # Who may read the national bank without keeping it sees them, and cannot change them.
    actions.declare_enemies(by=cast.admin, item=item, other=other)
    reader = client_for(cast.trainer)
    assert "Tidak boleh bersama" in reader.get(reverse("assessment:item", args=[item.public_id])).content.decode()
    assert reader.post(change, {"do": "part", "other": other.code}).status_code == 403
    assert ItemEnemies.objects.count() == 1


def entry(code: str, **more: object) -> dict[str, object]:
    return {
        "code": code, "competency": "1.1", "level": 1, "kind": "single", "stem": f"Soal {code}?",
        "options": [{"text": "Ya", "correct": True}, {"text": "Tidak"}], **more,
    }  # fmt: skip


def test_files_carry_them_and_importing_again_changes_nothing(bank: ItemBank, cast: Cast) -> None:
    known = items_of(bank, "1.1")[0]
    file = [entry("M-1", enemies=["M-2", known.code]), entry("M-2"), entry("M-3", enemies=["M-1"])]
    report = actions.import_items(by=cast.admin, bank=bank, items=file)
    assert report.count("new") == 3
    first = Item.objects.get(bank=bank, code="M-1")
    assert [enemy.item.code for enemy in queries.enemies_of(first)] == sorted([known.code, "M-2", "M-3"])
    exported = yaml.safe_load(queries.export_items(Item.objects.filter(bank=bank, code__startswith="M-")).content)
    by_code = {row["code"]: row for row in exported}
    assert by_code["M-1"]["enemies"] == sorted([known.code, "M-2", "M-3"])
    assert by_code["M-2"]["enemies"] == ["M-1"]
    again = actions.import_items(by=cast.admin, bank=bank, items=exported)
    assert again.count("same") == 3
    assert ItemEnemies.objects.count() == 3
    # A file that is silent takes nothing away; one that names another pair is told as a change before it is read in.
    actions.import_items(by=cast.admin, bank=bank, items=[entry("M-1")])
    assert ItemEnemies.objects.count() == 3
    (line,) = queries.check_items(bank, [entry("M-2", enemies=["M-3"])], for_review=True)
    assert line.outcome == "changed"
    actions.import_items(by=cast.admin, bank=bank, items=[entry("M-2", enemies=["M-3"])])
    assert ItemEnemies.objects.count() == 4
    assert Item.objects.get(bank=bank, code="M-2").versions.count() == 1


@pytest.mark.parametrize("enemies", ["M-2", 7, [3], [["M-2"]], ["x" * 61], ["M-2"] * 51, {"M-2": 1}, [""]])
def test_hostile_lists_are_refused_in_a_sentence(bank: ItemBank, enemies: object) -> None:
    (line, _other) = queries.check_items(bank, [entry("M-1", enemies=enemies), entry("M-2")])
    assert line.outcome == "error"
    assert "harus berupa daftar kode" in " ".join(line.problems)


def test_unknown_and_own_codes_are_named(bank: ItemBank) -> None:
    lines = queries.check_items(bank, [entry("M-1", enemies=["M-9"]), entry("M-2", enemies=["M-2"])])
    assert "“M-9” yang tidak boleh bersama tidak ada" in lines[0].problems[0]
    assert "dirinya sendiri" in lines[1].problems[0]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_tables_carry_them_in_a_column(ending: str) -> None:
    sample = {**entry("M-1"), "enemies": ["M-2", "M-3"]}
    written = tables.write([sample, entry("M-2")], {}, ending)
    found = [line.item for line in tables.read(written.content).lines]
    assert found[0] is not None
    assert found[1] is not None
    assert found[0]["enemies"] == ["M-2", "M-3"]
    assert "enemies" not in found[1]


def test_forms_and_files_ask_no_more_for_more_pairs(
    bank: ItemBank, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    items = [item for code in ("1.1", "1.2", "1.3") for item in items_of(bank, code)]
    for item, other in itertools.pairwise(items):
        ItemEnemies.objects.create(first=min(item, other, key=lambda one: one.pk),
                                   second=max(item, other, key=lambda one: one.pk))  # fmt: skip
    refresh_forms(bank)
    with django_assert_max_num_queries(4):
        queries.export_items(Item.objects.filter(bank=bank))
    with django_assert_max_num_queries(12):
        own_form(bank.blueprints.get(code="digital-lengkap"), 5)
