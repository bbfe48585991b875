"""Pages about competencies: who sees what, how many questions they ask the database, what bad input gets."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from bina.competencies import actions, queries
from bina.competencies.actions import NewEvidence
from bina.competencies.models import CompetencyLevel
from bina.competencies.rules import Source
from bina.design.formats import number, percent, short_date
from bina.foundation import clock
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.workbooks import has_formulas_or_links, read_workbook, rows_above_notes, table_of_page


@pytest.fixture
def measured(cast: Cast) -> Cast:
    pieces = [NewEvidence(row, 2.5, 0.4) for row in queries.competencies_by_code().values()]
    actions.record_evidence(
        by=None, employee=cast.siti, source=Source.TEST, pieces=pieces, observed_on=clock.today(), origin_kind="test",
        origin_id="1",
    )  # fmt: skip
    return cast


def test_own_profile_shows_levels_and_reasons(measured: Cast, client_for: ClientFor) -> None:
    client = client_for(measured.siti)
    page = client.get(reverse("competencies:profile"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "Melindungi data pribadi dan privasi" in text
    assert 'class="standing level-' in text
    line = queries.profile_of(measured.siti).lines[0]
    reason = client.get(reverse("competencies:reason", args=[line.public_id]))
    assert "Bukti dan bobotnya" in reason.content.decode()


def test_profile_asks_the_same_number_of_questions_whatever_it_holds(
    measured: Cast, client_for: ClientFor, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    client = client_for(measured.siti)
    with django_assert_max_num_queries(12):  # type: ignore[operator]  # pytest-django's own fixture
        client.get(reverse("competencies:profile"))


@pytest.mark.parametrize(
    ("viewer", "status"),
    [("siti", 200), ("budi", 200), ("unit_hr", 200), ("hr", 200), ("dewi", 404), ("rina", 404), ("leader", 404),
     ("division_head", 404), ("trainer", 404)],
)  # fmt: skip
def test_who_may_open_sitis_profile(measured: Cast, client_for: ClientFor, viewer: str, status: int) -> None:
    client: Client = client_for(getattr(measured, viewer))
    line = queries.profile_of(measured.siti).lines[0]
    assert client.get(reverse("competencies:profile_of", args=[measured.siti.public_id])).status_code == status
    address = reverse("competencies:reason_of", args=[measured.siti.public_id, line.public_id])
    assert client.get(address).status_code == status
    assert client.get(reverse("competencies:profile_table_of", args=[measured.siti.public_id])).status_code == status


@pytest.mark.parametrize("viewer", ["siti", "budi"])
def test_the_workbook_of_a_profile_holds_what_its_page_shows(
    measured: Cast, client_for: ClientFor, viewer: str
) -> None:
    client: Client = client_for(getattr(measured, viewer))
    args = [] if viewer == "siti" else [measured.siti.public_id]
    suffix = "" if viewer == "siti" else "_of"
    address = reverse(f"competencies:profile_table{suffix}", args=args)
    page = client.get(reverse(f"competencies:profile{suffix}", args=args)).content.decode()
    assert f'href="{address}"' in page
    content = client.get(address).content
    rows = rows_above_notes(read_workbook(content)["Profil kompetensi"])
    first = queries.profile_groups(queries.profile_of(measured.siti))[0]
    told = [
        [
            row["Kompetensi"] + row["Area"], number(row["Tingkat"], 1),
            f"{number(row['Batas bawah 90%'], 1)}–{number(row['Batas atas 90%'], 1)}",
            str(row["Syarat jabatan"] or "–").removesuffix(".0"), row["Status"],
            short_date(row["Berlaku sampai sekitar"]),
        ]
        for row in rows
        if row["Kerangka"] == str(first.framework)
    ]  # fmt: skip
    shown = table_of_page(page, "Kompetensi", "Tingkat", "Rentang 90%")
    assert told == [[*cells[:4], cells[4].strip("✓◐○◌ "), cells[5]] for cells in shown]
    assert len(rows) == len(queries.profile_of(measured.siti).lines)
    notes = [str(text) for text in read_workbook(content)["Profil kompetensi"]["Kerangka"].to_list()[len(rows) :]]
    profile = queries.profile_of(measured.siti)
    assert any(f"terbukti: {profile.proven_count} dari {profile.required_count}" in note for note in notes)


def test_the_workbook_follows_the_words_in_which_a_profile_is_read(measured: Cast, client_for: ClientFor) -> None:
    client = client_for(measured.siti)
    page = client.get(reverse("competencies:profile") + "?view=pilar-literasi").content.decode()
    address = reverse("competencies:profile_table") + "?view=pilar-literasi"
    assert f'href="{address}"' in page
    (sheet,) = read_workbook(client.get(address).content).values()
    told = [
        [row["Bagian"], number(row["Tingkat"], 1),
         f"{number(row['Batas bawah 90%'], 1)}–{number(row['Batas atas 90%'], 1)}" if row["Tingkat"] else "–",
         percent(row["Bagian bobot yang terukur"])]
        for row in rows_above_notes(sheet)
    ]  # fmt: skip
    assert told
    assert told == table_of_page(page, "Bagian", "Tingkat", "Rentang 90%")


def test_what_people_wrote_stays_text_in_the_workbook(measured: Cast, client_for: ClientFor) -> None:
    area = queries.competencies_by_code()["4.2"].parent
    assert area is not None
    words = '=HYPERLINK("http://jahat.example","x")'
    added = actions.add_local_competency(
        by=measured.hr.user, agency=measured.agency, area=area, code="PTK-01", name=words, name_en="",
        description="Melayani warga", descriptors=["a", "b", "c", "d"],
    )  # fmt: skip
    actions.record_evidence(
        by=None, employee=measured.siti, source=Source.TEST, pieces=[NewEvidence(added, 2.0, 0.4)],
        observed_on=clock.today(), origin_kind="test", origin_id="2",
    )  # fmt: skip
    measured.siti.full_name = "=1+1"
    measured.siti.save()
    content = client_for(measured.siti).get(reverse("competencies:profile_table")).content
    assert not has_formulas_or_links(content)
    sheet = read_workbook(content)["Profil kompetensi"]
    assert words in sheet["Kompetensi"].to_list()
    assert any(str(text).startswith("=1+1 · ") for text in sheet["Kerangka"])


def test_nothing_measured_and_nothing_required_leaves_nothing_to_download(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    address = reverse("competencies:profile_table")
    CompetencyLevel.objects.filter(employee=cast.siti).delete()
    assert client.get(address).status_code == 404
    assert address not in client.get(reverse("competencies:profile")).content.decode()
    assert client_for(cast.admin).get(address).status_code == 404
    assert client_for(None).get(address).status_code == 302


def test_overlays_read_the_profile_in_other_words(measured: Cast, client_for: ClientFor) -> None:
    text = client_for(measured.siti).get(reverse("competencies:profile") + "?view=pilar-literasi").content.decode()
    assert "bobotnya terukur" in text


def test_strangers_are_sent_to_sign_in(cast: Cast, client_for: ClientFor) -> None:
    assert client_for(None).get(reverse("competencies:profile")).status_code == 302


def test_unknown_competency_is_not_found(cast: Cast, client_for: ClientFor) -> None:
    assert client_for(cast.siti).get(reverse("competencies:reason", args=[uuid.uuid4()])).status_code == 404


def test_standards_are_changed_by_agency_hr_only(cast: Cast, client_for: ClientFor) -> None:
    address = reverse("competencies:standards_of_class", args=["PELAKSANA"])
    assert client_for(cast.siti).get(address).status_code == 404
    client = client_for(cast.hr)
    competency = queries.competencies_by_code()["4.2"]
    form = {
        "competency": competency.pk,
        "required_level": 3,
        "weight": 5,
        "legal_basis": "SK contoh",
        "valid_from": "2026-01-01",
    }
    assert client.post(address, form).status_code == 302
    assert "SK contoh" in client.get(address).content.decode()


def test_a_wrong_level_keeps_the_form_as_typed(cast: Cast, client_for: ClientFor) -> None:
    competency = queries.competencies_by_code()["4.2"]
    form = {
        "competency": competency.pk,
        "required_level": 5,
        "weight": 5,
        "legal_basis": "SK saya",
        "valid_from": "2026-01-01",
    }
    page = client_for(cast.hr).post(reverse("competencies:standards_of_class", args=["PELAKSANA"]), form)
    assert page.status_code == 200
    assert "SK saya" in page.content.decode()
    assert "antara 1 dan 4" in page.content.decode()


def test_dictionary_pages_open_for_everyone_inside(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.siti)
    assert client.get(reverse("competencies:frameworks")).status_code == 200
    for framework in queries.frameworks_visible_to(cast.siti.user):
        assert client.get(reverse("competencies:framework", args=[framework.code])).status_code == 200
    competency = queries.competencies_by_code()["1.1"]
    assert client.get(reverse("competencies:competency", args=[competency.public_id])).status_code == 200


def test_local_competency_form(cast: Cast, client_for: ClientFor) -> None:
    area = queries.area_list(queries.published_framework())[0]
    address = reverse("competencies:add_local", args=[area.public_id])
    form = {
        "code": "PTK-1",
        "name": "Layanan sungai",
        "description": "x",
        "level_1": "a",
        "level_2": "b",
        "level_3": "c",
        "level_4": "d",
    }
    assert client_for(cast.siti).get(address).status_code == 404
    client = client_for(cast.hr)
    assert client.post(address, {**form, "code": "1.1"}).status_code == 200
    assert client.post(address, form).status_code == 302
