"""Pages of hours and certificates: who sees what, and how many questions a page asks."""

import io
import json

import polars
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bina.credentials import actions, queries
from bina.credentials.models import Certificate, LearningHours
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.credentials.stage import certify, earn


@pytest.mark.django_db
def test_own_hours_with_rule_and_basis(house: Cast, client_for: ClientFor) -> None:
    earn(house.siti, 12, title="Pelatihan arsip digital")
    row = earn(house.siti, 3, form_code="KL_SEMINAR", origin_id="2", title="Seminar <b>aman</b>", reach="international")
    actions.void_hours(
        by=house.hr.user, row=earn(house.siti, 5, origin_id="3", title="Keliru"), reason="Salah catat orang."
    )
    page = client_for(house.siti).get(reverse("credentials:hours")).content.decode()
    assert row.hours == 18
    assert "Kewajiban 20 JP sudah terpenuhi" in page
    assert "3 hari × 6 JP (internasional)" in page
    assert "Peraturan LAN 10/2018" in page
    assert "Seminar &lt;b&gt;aman&lt;/b&gt;" in page
    assert "Salah catat orang." in page
    assert "30 JP" in page
    assert reverse("credentials:void", args=[row.public_id]) not in page, "nobody repairs the own ledger"


@pytest.mark.django_db
def test_contract_staff_see_a_ceiling_not_a_floor(house: Cast, client_for: ClientFor) -> None:
    earn(house.dewi, 6)
    page = client_for(house.dewi).get(reverse("credentials:hours"), {"year": "2026"}).content.decode()
    assert "Masih ada ruang 18 JP" in page
    assert "Tanggal kontrak belum tercatat" in page
    assert "kewajiban" not in page.lower()


@pytest.mark.django_db
@pytest.mark.parametrize("year", ["1999", "abc", "²⁰²⁶", "99999999999", "-1", ""])
def test_strange_years_show_this_year(house: Cast, client_for: ClientFor, year: str) -> None:
    response = client_for(house.siti).get(reverse("credentials:hours"), {"year": year})
    assert response.status_code == 200


@pytest.mark.django_db
def test_others_hours_are_for_superior_and_hr(house: Cast, client_for: ClientFor) -> None:
    address = reverse("credentials:hours_of", args=[house.siti.public_id])
    table = reverse("credentials:hours_table_of", args=[house.siti.public_id])
    for person in (house.budi, house.unit_hr, house.hr):
        assert client_for(person).get(address).status_code == 200
        assert client_for(person).get(table).status_code == 200
    for person in (house.dewi, house.rina, house.trainer, house.division_head):
        assert client_for(person).get(address).status_code == 404
        assert client_for(person).get(table).status_code == 404
    assert client_for(None).get(address).status_code == 302
    assert client_for(house.admin).get(reverse("credentials:hours")).status_code == 404


@pytest.mark.django_db
def test_the_workbook_holds_the_ledger(house: Cast, client_for: ClientFor) -> None:
    earn(house.siti, 12, title='=HYPERLINK("http://jahat")')
    actions.void_hours(by=house.hr.user, row=earn(house.siti, 5, origin_id="3"), reason="Salah catat orang.")
    response = client_for(house.siti).get(reverse("credentials:hours_table"), {"year": "2026"})
    table = polars.read_excel(io.BytesIO(response.content), engine="calamine", has_header=True)
    assert "siti-rahmawati" in response["Content-Disposition"]
    rows = table.rows(named=True)
    assert rows[0]["Kegiatan"] in {'=HYPERLINK("http://jahat")', "Kursus mini"}
    assert sum(row["JP"] or 0 for row in rows[:2]) == 12
    assert any("Salah catat orang." in str(row["Keterangan"]) for row in rows)


@pytest.mark.django_db
def test_hr_voids_on_the_page_and_others_cannot_find_it(house: Cast, client_for: ClientFor) -> None:
    row = earn(house.siti, 12)
    address = reverse("credentials:void", args=[row.public_id])
    for person in (house.siti, house.budi, house.unit_hr):
        assert client_for(person).post(address, {"reason": "Daftar hadir keliru."}).status_code == 404
    page = client_for(house.hr).post(address, {"reason": "salah"})
    assert page.status_code == 200
    assert "sedikitnya sepuluh huruf" in page.content.decode()
    assert "salah</textarea>" in page.content.decode()
    assert client_for(house.hr).post(address, {"reason": "Daftar hadir keliru."}).status_code == 302
    assert LearningHours.objects.get().voided_at is not None


@pytest.mark.django_db
def test_certificate_pages_and_paper(house: Cast, client_for: ClientFor) -> None:
    certificate = certify(house.siti)
    page, paper = (
        reverse(f"credentials:{name}", args=[certificate.public_id]) for name in ("certificate", "certificate_pdf")
    )
    for person in (house.siti, house.budi, house.hr):
        assert client_for(person).get(page).status_code == 200
        response = client_for(person).get(paper)
        assert response["Content-Type"] == "application/pdf"
        assert response.content.startswith(b"%PDF")
    for person in (house.dewi, house.rina, house.trainer):
        assert client_for(person).get(page).status_code == 404
        assert client_for(person).get(paper).status_code == 404
    assert client_for(None).get(paper).status_code == 302


@pytest.mark.django_db
def test_hr_finds_and_revokes(house: Cast, client_for: ClientFor) -> None:
    certificate = certify(house.siti)
    certify(house.rina)
    hr = client_for(house.hr)
    listed = reverse("credentials:certificates")
    for text in ("siti", certificate.number, certificate.code.lower().replace("-", ""), "Keamanan"):
        assert "Siti Rahmawati" in hr.get(listed, {"q": text}).content.decode()
    assert "Tidak ada yang cocok" in hr.get(listed, {"q": "tak dikenal"}).content.decode()
    assert "Rina Marlina" not in client_for(house.unit_hr).get(listed).content.decode(), "another subtree"
    address = reverse("credentials:revoke", args=[certificate.public_id])
    assert client_for(house.siti).get(address).status_code == 404
    assert client_for(house.unit_hr).get(address).status_code == 404
    assert hr.get(address).status_code == 200
    assert hr.post(address, {"reason": "Uji akhir dikerjakan orang lain."}).status_code == 302
    assert Certificate.objects.get(pk=certificate.pk).state == "revoked"
    assert "sudah dicabut" in hr.post(address, {"reason": "Uji akhir dikerjakan orang lain."}).content.decode()


def _queries(client_for: ClientFor, person: object, address: str) -> int:
    client = client_for(person)  # type: ignore[arg-type]  # an employee of the cast
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.django_db
def test_pages_ask_the_same_number_of_questions_whatever_their_length(house: Cast, client_for: ClientFor) -> None:
    certify(house.siti)
    earn(house.siti)
    own, listed = reverse("credentials:hours"), reverse("credentials:certificates")
    before = _queries(client_for, house.siti, own), _queries(client_for, house.hr, listed)
    for number, person in enumerate(house.everyone):
        certify(person, origin_id=f"q{number}")
        earn(house.siti, origin_id=f"q{number}")
    after = _queries(client_for, house.siti, own), _queries(client_for, house.hr, listed)
    assert before == after
    assert after[0] <= 10


@pytest.mark.django_db
def test_rules_are_there_for_everybody_to_read(house: Cast, client_for: ClientFor) -> None:
    page = client_for(house.siti).get(reverse("credentials:hour_rules")).content.decode()
    assert "Seminar/konferensi/sarasehan" in page
    assert "2 sesi per bulan" in page
    assert "menunggu verifikasi" in page
    assert client_for(house.admin).get(reverse("credentials:hour_rules")).status_code == 200


@pytest.mark.django_db
def test_own_hours_for_other_programs(house: Cast, client_for: ClientFor) -> None:
    earn(house.siti, 12)
    found = json.loads(client_for(house.siti).get("/api/v1/credentials/hours?year=2026").content)
    assert (found["earned"], found["floor"], found["missing"], len(found["rows"])) == (12.0, 20.0, 8.0, 1)
    assert client_for(house.siti).get("/api/v1/credentials/hours?year=1").status_code == 422
    assert client_for(house.admin).get("/api/v1/credentials/hours").status_code == 404
    assert client_for(None).get("/api/v1/credentials/hours").status_code == 401
    assert queries.hours_of(house.siti, 2026).earned == 12
