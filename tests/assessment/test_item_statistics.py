"""The card of an item: distractors, fairness, exposure from real answers; sums only, and honest where data are few."""

from typing import Any

import numpy as np
import pytest
from django.urls import reverse

from bina.assessment import actions, queries
from bina.assessment.models import (
    Blueprint,
    CompetencyScore,
    Item,
    ItemBank,
    ItemStatistics,
    ItemVersion,
    Response,
    Session,
)
from bina.assessment.rules import GROUP_NAMES, Comparison, group_numbers, options_of
from bina.design.formats import number as written
from bina.design.formats import percent
from bina.foundation import clock
from bina.people import actions as people_actions
from bina.people.models import Employee, Province
from bina.people.rules import ISLAND_GROUP_NAMES, IslandGroup
from bina.science.psychometrics import ScoredItems, probability
from tests.answers import crowd, finished_attempts
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.workbooks import has_formulas_or_links, read_workbook, rows_above_notes, table_of_page

pytestmark = pytest.mark.django_db
PEOPLE = 700


@pytest.fixture
def answered(bank: ItemBank, cast: Cast) -> list[ItemVersion]:
    """Eight items with one right option: the first is harder for women, of the second the able take a wrong option."""
    items = Item.objects.filter(bank=bank, kind="single").select_related("current", "bank").order_by("code")
    versions = [item.current for item in items[:8] if item.current]
    rng = np.random.default_rng(11)
    theta = rng.normal(2.0, 1.0, PEOPLE)
    women = rng.random(PEOPLE) < 0.5
    people = crowd(cast.siti, "".join(np.where(women, "F", "M")))
    now, blueprint = clock.now(), bank.blueprints.get(code="digital-lengkap")
    sessions = finished_attempts(people, blueprint, versions)
    responses = []
    for place, version in enumerate(versions):
        truth = ScoredItems.without_guessing([version.a], [2.0])
        chance = probability(theta - (1.6 * women if place == 0 else 0), truth)[:, 0]
        right = rng.random(PEOPLE) < chance
        options = options_of("single", version.payload)
        key = next(option.key for option in options if option.is_right)
        wrong = [option.key for option in options if not option.is_right]
        for number, session in enumerate(sessions):
            answer = key if right[number] else wrong[0]
            if place == 1:
                # Who knows much is led astray, who knows little guesses between key and the other.
                answer = wrong[1] if theta[number] > 2.4 else key if right[number] else wrong[0]
            responses.append(
                Response(
                    session=session, position=place + 1, item_version=version, answer=[answer],
                    score=float(answer == key), saved_at=now,
                )
            )  # fmt: skip
    Response.objects.bulk_create(responses)
    run = actions.request_calibration(by=cast.admin, bank=bank)
    actions.calculate_calibration(str(run.public_id))
    return versions


def card_of(version: ItemVersion) -> queries.ItemCard:
    card = queries.item_card(version)
    assert card is not None
    return card


def test_an_item_that_is_harder_for_a_group_is_said_to_be(answered: list[ItemVersion]) -> None:
    lines = {line.name: line for line in card_of(answered[0]).comparisons}
    sex = lines["Jenis kelamin"]
    assert (sex.size, sex.logistic_size) == ("C", "C")
    assert sex.is_large
    assert sex.delta is not None
    assert sex.delta < -1.5
    assert "jauh lebih sulit bagi kelompok perempuan" in sex.words
    assert sex.reference_count + sex.focal_count == PEOPLE
    others = [{one.name: one for one in card_of(version).comparisons}["Jenis kelamin"] for version in answered[3:]]
    assert [one.size for one in others].count("C") == 0
    employment = lines["Status kepegawaian"]
    assert not employment.is_known
    assert "Terlalu sedikit jawaban" in employment.words


def test_options_say_who_takes_them(answered: list[ItemVersion]) -> None:
    good, led_astray = card_of(answered[3]), card_of(answered[1])
    key = next(option for option in good.options if option.is_key)
    weak, middle, strong = key.thirds
    assert weak is not None
    assert middle is not None
    assert strong is not None
    assert weak < middle < strong
    assert key.remark == ""
    assert sum(option.share for option in good.options) == pytest.approx(1)
    assert "Hampir tidak ada" in [option for option in good.options if not option.is_key][1].remark
    remarks = [option.remark for option in led_astray.options if not option.is_key]
    assert any("menarik peserta yang mampu" in remark for remark in remarks)
    assert led_astray.rest_correlation is not None
    assert led_astray.rest_correlation < 0.15 < (good.rest_correlation or 0)


def test_what_needs_a_look_is_listed_with_its_reasons(
    answered: list[ItemVersion], bank: ItemBank, cast: Cast, client_for: ClientFor, django_assert_max_num_queries: Any
) -> None:
    Item.objects.filter(pk=answered[4].item_id).update(offered_count=100, asked_count=60)
    # Held back from most people, asked of nearly all to whom it was offered, and yet known to few.
    Item.objects.filter(pk=answered[5].item_id).update(offered_count=22, asked_count=20)
    found, known = queries.watched_items(bank)
    reasons = {row.item.pk: row.reasons for row in found}
    assert known == 8
    assert "berbeda menurut jenis kelamin" in reasons[answered[0].item_id]
    assert "pilihan salah menarik yang mampu" in reasons[answered[1].item_id]
    # An option that nobody takes is no reason to look at the item.
    assert not any("menarik" in reason for pk, each in reasons.items() if pk != answered[1].item_id for reason in each)
    assert "terlalu sering ditanyakan" in reasons[answered[4].item_id]
    assert "terlalu sering ditanyakan" not in reasons.get(answered[5].item_id, ())
    address = f"{reverse('assessment:watched_items')}?bank={bank.code}"
    client = client_for(cast.admin)
    client.get(address)
    with django_assert_max_num_queries(12):
        text = client.get(address).content.decode()
    assert answered[0].item.code in text
    for person in (cast.siti, cast.hr, cast.trainer):
        assert client_for(person).get(address).status_code == 404
    rare = client.get(reverse("assessment:item", args=[answered[5].item.public_id])).content.decode()
    assert "ditanyakan di 20% uji adaptif" in rare
    assert "20 dari 100 uji" in rare
    page = client.get(reverse("assessment:item", args=[answered[0].item.public_id])).content.decode()
    assert "Adil bagi semua kelompok?" in page
    assert "jauh lebih sulit" in page


def test_figures_are_replaced_not_doubled(answered: list[ItemVersion], bank: ItemBank, cast: Cast) -> None:
    before = ItemStatistics.objects.count()
    run = actions.request_calibration(by=cast.admin, bank=bank)
    actions.calculate_calibration(str(run.public_id))
    assert ItemStatistics.objects.count() == before == 8


def test_fewer_than_five_people_leave_no_figures(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    item = Item.objects.filter(bank=bank, kind="single").select_related("current").order_by("code")[0]
    assert item.current is not None
    now = clock.now()
    for person in (cast.siti, cast.dewi, cast.rina, cast.budi):
        session = Session.objects.create(
            employee=person, blueprint=bank.blueprints.get(code="digital-lengkap"), purpose="diagnostic",
            state="finished", seed=1, started_at=now, deadline_at=now, finished_at=now, form=[],
        )  # fmt: skip
        Response.objects.create(
            session=session, position=1, item_version=item.current, answer=["x"], score=1.0, saved_at=now
        )
    run = actions.request_calibration(by=cast.admin, bank=bank)
    actions.calculate_calibration(str(run.public_id))
    assert not ItemStatistics.objects.exists()
    page = client_for(cast.admin).get(reverse("assessment:item", args=[item.public_id])).content.decode()
    assert "Belum dihitung" in page


def test_answer_times_are_told_where_they_were_kept(
    answered: list[ItemVersion], bank: ItemBank, cast: Cast, client_for: ClientFor
) -> None:
    assert card_of(answered[3]).times is None
    rows = list(Response.objects.filter(item_version=answered[3]).order_by("id")[:100])
    for place, row in enumerate(rows):
        row.milliseconds = 500 if place < 10 else 40_000
    Response.objects.bulk_update(rows, ["milliseconds"])
    actions.calculate_calibration(str(actions.request_calibration(by=cast.admin, bank=bank).public_id))
    times = card_of(answered[3]).times
    assert times is not None
    assert (times.count, times.median, times.rapid) == (100, 40.0, 0.1)
    page = client_for(cast.admin).get(reverse("assessment:item", args=[answered[3].item.public_id])).content.decode()
    assert "median 40 detik" in page


def test_groups_of_people() -> None:
    assert group_numbers("F", 1979, "PPPK_PARUH_WAKTU", "sumatra", "city") == (1, 1, 1, 1, 1)
    assert group_numbers("M", 1981, "CPNS", "java_bali", "ministry") == (0, 0, 0, 0, 0)
    assert group_numbers("", None, "NON_ASN", None, "other") == (-1, -1, -1, -1, -1)
    names = GROUP_NAMES[Comparison.ISLAND]
    for group in IslandGroup:
        assert names[group_numbers("", None, "", group.value, "")[3]] == ISLAND_GROUP_NAMES[group]
    assert group_numbers("", None, "", "", "")[3] == -1


def test_every_part_of_the_country_is_compared_and_small_ones_are_named(
    bank: ItemBank, cast: Cast, client_for: ClientFor
) -> None:
    """An item is harder in Sulawesi alone; Maluku and Papua have too few people to say, and the page says that."""
    sizes = {"32": 300, "73": 220, "94": 12, "14": 130}
    versions = [
        item.current
        for item in Item.objects.filter(bank=bank, kind="single").select_related("current").order_by("code")[:8]
        if item.current
    ]
    rng = np.random.default_rng(5)
    blueprint = bank.blueprints.get(code="digital-lengkap")
    now = clock.now()
    people = crowd(cast.siti, "F" * sum(sizes.values()))
    start = 0
    for code, size in sizes.items():
        agency = people_actions.create_agency(
            by=cast.admin, code=f"{code}71", name=f"Kota {code} (contoh)", short_name=f"Kota {code}", kind="city",
            province=Province.objects.get(pk=code),
        )  # fmt: skip
        group = people[start : start + size]
        start += size
        Employee.objects.filter(pk__in=[person.pk for person in group]).update(agency=agency)
        theta = rng.normal(2.0, 1.0, size)
        rows = []
        sessions = finished_attempts(group, blueprint, versions)
        for place, version in enumerate(versions):
            harder = 1.6 if code == "73" and place == 0 else 0.0
            truth = ScoredItems.without_guessing([version.a], [2.0 + harder])
            right = rng.random(size) < probability(theta, truth)[:, 0]
            rows += [
                Response(session=session, position=place + 1, item_version=version, answer=["x"], saved_at=now,
                         score=float(right[number]))
                for number, session in enumerate(sessions)
            ]  # fmt: skip
        Response.objects.bulk_create(rows)
    actions.calculate_calibration(str(actions.request_calibration(by=cast.admin, bank=bank).public_id))
    lines = [line for line in card_of(versions[0]).comparisons if line.name == "Wilayah"]
    assert [line.reference for line in lines] == ["Jawa dan Bali"] * 3
    sumatra, sulawesi, small = lines
    assert (sumatra.focal, sumatra.focal_count, sumatra.reference_count) == ("Sumatra", 130, 300)
    assert sumatra.size in ("A", "B")
    assert sulawesi.focal == "Sulawesi"
    assert sulawesi.is_large
    assert "jauh lebih sulit bagi kelompok Sulawesi" in sulawesi.words
    assert not small.is_known
    assert {small.focal, *(name for name, _count in small.others)} == {
        "Nusa Tenggara",
        "Kalimantan",
        "Maluku dan Papua",
    }
    assert dict(small.others)["Maluku dan Papua"] == 12
    found, _known = queries.watched_items(bank)
    reasons = next(row.reasons for row in found if row.item.pk == versions[0].item_id)
    assert reasons.count("berbeda menurut wilayah") == 1
    page = client_for(cast.admin).get(reverse("assessment:item", args=[versions[0].item.public_id])).content.decode()
    assert "Maluku dan Papua 12" in page
    assert "Kalimantan 0" in page


def test_statistics_kept_before_parts_of_the_country_were_told_apart_still_read(answered: list[ItemVersion]) -> None:
    row = ItemStatistics.objects.get(version=answered[0])
    others = [line for line in row.facts["comparisons"] if line["name"] != "island"]
    row.facts["comparisons"] = [*others, {"name": "island", "reference": 40, "focal": 9}]
    row.save()
    line = next(line for line in card_of(answered[0]).comparisons if line.name == "Wilayah")
    assert (line.focal, line.focal_count, line.others) == ("pulau lain", 9, ())


def test_precision_of_tests_names_where_items_are_missing(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    tests = {row.blueprint.code: row for row in queries.precision_of_tests(bank)}
    whole, one = tests["digital-lengkap"], tests["digital-4.2"]
    assert whole.accuracy > one.accuracy
    assert 0 < one.consistency < whole.consistency < 1
    assert whole.weakest.standard_error == max(cut.standard_error for cut in whole.cuts)
    assert [cut.value for cut in one.cuts] == [1.0, 2.0, 3.0, 4.0]
    # The information at a cut is the sum over the form: a^2 P (1 - P).
    rows = [place.item_version for place in one.blueprint.places.select_related("item_version")]
    chances = [1 / (1 + np.exp(-row.a * (2.0 - row.b))) for row in rows]
    told = sum(row.a**2 * chance * (1 - chance) for row, chance in zip(rows, chances, strict=True))
    assert one.cuts[1].information == pytest.approx(told)
    assert one.cuts[1].standard_error == pytest.approx(told**-0.5)
    address = reverse("assessment:precision")
    text = client_for(cast.admin).get(address, {"bank": bank.code, "test": "digital-4.2"}).content.decode()
    assert "Kurang butir di sekitar tingkat" in text
    assert client_for(cast.siti).get(address).status_code == 404


def test_the_workbook_of_an_item_holds_what_its_card_shows(
    answered: list[ItemVersion], bank: ItemBank, cast: Cast, client_for: ClientFor
) -> None:
    version = answered[0]
    Item.objects.filter(pk=version.item_id).update(offered_count=100, asked_count=60)
    responses = Response.objects.filter(item_version=version).order_by("id")[:8]
    CompetencyScore.objects.bulk_create(
        CompetencyScore(
            session=row.session, competency=version.item.competency, value=1.6 if place < 6 else 3.1,
            standard_deviation=0.4, share=0.5, item_count=1,
        )
        for place, row in enumerate(responses)
    )  # fmt: skip
    client = client_for(cast.admin)
    address = reverse("assessment:item_table", args=[version.item.public_id])
    page = client.get(reverse("assessment:item", args=[version.item.public_id])).content.decode()
    assert f'href="{address}"' in page
    sheets = {title: rows_above_notes(sheet) for title, sheet in read_workbook(client.get(address).content).items()}
    assert list(sheets) == [
        "Ringkasan", "Kurva", "Kecocokan", "Siapa memilih apa", "Adil bagi semua kelompok", "Keterpaparan",
    ]  # fmt: skip
    facts = {row["Keterangan"]: row["Nilai"] for row in sheets["Ringkasan"]}
    card = card_of(version)
    assert facts["Butir"] == version.item.code
    assert float(facts["Daya beda"]) == pytest.approx(ItemVersion.objects.get(pk=version.pk).a, abs=1e-4)
    assert written(float(facts["Korelasi dengan butir lain"]), 2) == written(card.rest_correlation, 2)
    assert int(float(facts["Orang yang dihitung"])) == PEOPLE
    curve = [(written(row["Tingkat"], 1), percent(row["Peluang benar"])) for row in sheets["Kurva"]]
    assert curve == [tuple(cells) for cells in table_of_page(page, "Tingkat", "Peluang benar")]
    told = [(written(row["Tingkat"], 1), written(row["Informasi"], 2)) for row in sheets["Kurva"]]
    assert told == [tuple(cells) for cells in table_of_page(page, "Tingkat", "Informasi")]
    fit = [
        [written(float(row["Tingkat"]), 1), written(int(row["Orang"])),
         percent(row["Rata-rata tepat"]) if row["Rata-rata tepat"] is not None else "terlalu sedikit",
         percent(row["Menurut parameter"])]
        for row in sheets["Kecocokan"]
    ]  # fmt: skip
    assert fit == table_of_page(page, "Tingkat", "Orang", "Rata-rata tepat")
    assert fit[1][2] == "terlalu sedikit"
    options = [
        [percent(row["Semua"]), percent(row["Lemah"]), percent(row["Sedang"]), percent(row["Kuat"]),
         written(row["Korelasi (r)"], 2)]
        for row in sheets["Siapa memilih apa"]
    ]  # fmt: skip
    shown = table_of_page(page, "Pilihan", "Semua")
    assert options == [cells[1:] for cells in shown]
    for row, cells in zip(sheets["Siapa memilih apa"], shown, strict=True):
        assert row["Pilihan"] in cells[0]
        assert (row["Kunci"] == "ya") == ("Kunci:" in cells[0])
        assert (row["Catatan"] or "") in cells[0]
    sex = next(row for row in sheets["Adil bagi semua kelompok"] if row["Perbandingan"] == "Jenis kelamin")
    figures = f"Mantel–Haenszel {written(sex['Mantel–Haenszel'], 2)} ± {written(sex['Galat baku'], 2)} (kelas C)"
    assert figures in page
    assert sex["Kesimpulan"] in page
    assert sex["Perlu diperiksa"] == "ya"
    (exposure,) = sheets["Keterpaparan"]
    assert (exposure["Ditanyakan"], exposure["Uji adaptif"], exposure["Terlalu sering"]) == (60, 100, "ya")
    assert f"ditanyakan di {percent(exposure['Bagian uji adaptif'])} uji adaptif" in page


def test_few_people_are_told_in_the_workbook_as_on_the_card(
    answered: list[ItemVersion], cast: Cast, client_for: ClientFor
) -> None:
    row = ItemStatistics.objects.get(version=answered[0])
    row.facts["comparisons"] = [
        {"name": "island", "reference": 40, "focal": 3, "group": 1},
        {"name": "island", "reference": 40, "focal": 0, "group": 2},
    ]
    row.save()
    address = reverse("assessment:item_table", args=[answered[0].item.public_id])
    sheet = read_workbook(client_for(cast.admin).get(address).content)["Adil bagi semua kelompok"]
    rows = rows_above_notes(sheet)
    assert [row["Kelompok yang dibandingkan"] for row in rows] == ["Sumatra", "Nusa Tenggara"]
    assert [str(row["Orang di kelompok yang dibandingkan"]) for row in rows] == ["kurang dari 5", "0"]
    assert all(row["Mantel–Haenszel"] is None for row in rows)


def test_an_item_without_answers_has_its_curves_and_no_more(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    item = Item.objects.get(code="D42-2")
    address = reverse("assessment:item_table", args=[item.public_id])
    assert list(read_workbook(client_for(cast.trainer).get(address).content)) == ["Ringkasan", "Kurva"]
    for person in (cast.siti, cast.budi, cast.hr, cast.leader, cast.evaluator):
        assert client_for(person).get(address).status_code == 404
    Item.objects.filter(pk=item.pk).update(current=None)
    assert client_for(cast.admin).get(address).status_code == 404


def test_what_authors_wrote_stays_text_in_the_workbook(
    answered: list[ItemVersion], bank: ItemBank, cast: Cast, client_for: ClientFor
) -> None:
    words = '=HYPERLINK("http://jahat.example","x")'
    version = ItemVersion.objects.get(pk=answered[0].pk)
    for option in version.payload["options"]:
        option["text"] = words
    version.save()
    row = ItemStatistics.objects.get(version=version)
    for line, option in zip(row.facts["options"], options_of("single", version.payload), strict=True):
        line["key"] = option.key
    row.save()
    ItemBank.objects.filter(pk=bank.pk).update(name="=1+1")
    Blueprint.objects.filter(bank=bank).update(title="=1+1", title_en="=1+1")
    client = client_for(cast.admin)
    content = client.get(reverse("assessment:item_table", args=[version.item.public_id])).content
    assert not has_formulas_or_links(content)
    sheets = read_workbook(content)
    assert words in sheets["Siapa memilih apa"]["Pilihan"].to_list()
    assert "=1+1" in sheets["Ringkasan"]["Nilai"].to_list()
    content = client.get(reverse("assessment:precision_table"), {"bank": bank.code}).content
    assert not has_formulas_or_links(content)
    assert "=1+1" in read_workbook(content)["Semua uji"]["Uji"].to_list()


def test_the_workbook_of_precision_holds_what_its_page_shows(bank: ItemBank, cast: Cast, client_for: ClientFor) -> None:
    client, page_address = client_for(cast.admin), reverse("assessment:precision")
    address = reverse("assessment:precision_table")
    asked = {"bank": bank.code, "test": "digital-4.2"}
    page = client.get(page_address, asked).content.decode()
    assert f'href="{address}?bank={bank.code}&amp;test=digital-4.2"' in page
    sheets = {
        title: rows_above_notes(table) for title, table in read_workbook(client.get(address, asked).content).items()
    }
    assert list(sheets) == ["Ketepatan di setiap batas", "Informasi", "Semua uji"]
    cuts = [
        [str(int(float(row["Batas tingkat"]))), written(row["Letak"], 2), written(row["Informasi"], 1),
         written(row["Galat baku"], 2), row["Artinya"]]
        for row in sheets["Ketepatan di setiap batas"]
    ]  # fmt: skip
    assert cuts == [[cell.strip() for cell in cells] for cells in table_of_page(page, "Batas tingkat", "Letak")]
    along = [[written(float(row["Tingkat"]), 1), written(row["Informasi"], 2)] for row in sheets["Informasi"]]
    assert along == table_of_page(page, "Tingkat", "Informasi")
    tests = [
        [row["Uji"], str(int(row["Butir"])), percent(row["Tempat tepat"]), percent(row["Hasil sama"]),
         f"tingkat {int(row['Paling lemah di tingkat'])} ± {written(row['Galat baku di sana'], 2)}"]
        for row in sheets["Semua uji"]
    ]  # fmt: skip
    assert tests == table_of_page(page, "Uji", "Butir")
    other = read_workbook(client.get(address, {"bank": bank.code, "test": "digital-lengkap"}).content)
    assert rows_above_notes(other["Informasi"]) != sheets["Informasi"]
    for person in (cast.siti, cast.hr, cast.trainer):
        assert client_for(person).get(address).status_code == client_for(person).get(page_address).status_code == 404
    Blueprint.objects.filter(bank=bank).update(is_active=False)
    assert client.get(address, asked).status_code == 404
    assert address not in client.get(page_address, asked).content.decode()
