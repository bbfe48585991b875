"""Setting dated rules on their pages: values, requirements, issuers; who may, what stays, what a second click does."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from bina.credentials import actions, queries
from bina.credentials.models import HourRequirement, HourRule, Issuer
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.journal.models import Entry
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.credentials.stage import certify, earn

pytestmark = pytest.mark.django_db

BRIEFING = reverse("credentials:set_hour_rule", args=["KL_SOSIALISASI"])
STAFF = reverse("credentials:set_requirement", args=["PNS"])
ISSUER = reverse("credentials:issuer")


def rule(**changes: object) -> dict[str, object]:
    return {
        "kind": "per_day", "value_national": "4,5", "valid_from": "2026-01-01", "legal_basis": "Keputusan rekaan 3/2026",
        "reason": "Instansi belum punya nilai", **changes,
    }  # fmt: skip


def requirement(**changes: object) -> dict[str, object]:
    return {
        "kind": "floor_year", "hours": "24", "valid_from": clock.today().isoformat(), "legal_basis": "SK rekaan",
        "reason": "Sasaran kepala daerah", **changes,
    }  # fmt: skip


def paper(**changes: object) -> dict[str, object]:
    return {
        "organiser": "BKPSDM Kota Pontianak", "signatory_name": "Ratna Kusuma", "signatory_title": "Sekretaris Daerah",
        "number_pattern": "ST-{seq:04d}/{agency}/{year}", "valid_from": clock.today().isoformat(),
        "legal_basis": "SK rekaan", "reason": "Pejabat baru", **changes,
    }  # fmt: skip


@pytest.mark.parametrize("who", ["siti", "unit_hr", "trainer", "leader"])
def test_others_find_no_forms(house: Cast, client_for: ClientFor, who: str) -> None:
    client = client_for(getattr(house, who))
    for address in (BRIEFING, STAFF, ISSUER):
        assert client.get(address).status_code == client.post(address, rule()).status_code == 404
    assert "Tetapkan" not in client.get(reverse("credentials:hour_rules")).content.decode()


def test_an_agency_sets_the_value_it_was_missing(house: Cast, client_for: ClientFor) -> None:
    with pytest.raises(Refused, match="belum menetapkan"):
        earn(house.siti, 2, form_code="KL_SOSIALISASI")
    client = client_for(house.hr)
    assert BRIEFING in client.get(reverse("credentials:hour_rules")).content.decode()
    for _second_click in range(2):
        assert client.post(BRIEFING, rule()).status_code == 302
    assert earn(house.siti, 2, form_code="KL_SOSIALISASI").hours == 9
    own = HourRule.objects.get(agency=house.agency)
    assert (own.value_national, own.legal_basis) == (Decimal("4.5"), "Keputusan rekaan 3/2026")
    entry = Entry.objects.get(verb="hour_rule.set")
    assert (entry.reason, entry.agency_id) == ("Instansi belum punya nilai", house.agency.pk)
    assert HourRule.objects.get(agency=None, form_code="KL_SOSIALISASI").value_national is None


def test_a_rule_in_use_stays_and_the_ledger_keeps_its_figures(house: Cast, client_for: ClientFor) -> None:
    client = client_for(house.hr)
    client.post(BRIEFING, rule())
    row = earn(house.siti, 2, form_code="KL_SOSIALISASI")
    taken = client.post(BRIEFING, rule(value_national="6"))
    assert "Pilih tanggal sesudahnya" in taken.content.decode()
    assert 'value="6"' in taken.content.decode(), "what was typed stays"
    earlier = client.post(BRIEFING, rule(value_national="6", valid_from="2025-12-01"))
    assert "riwayatnya tidak hilang" in earlier.content.decode()
    page = client.post(BRIEFING, rule(value_national="6", valid_from="2026-02-01"), follow=True).content.decode()
    assert "1 catatan JP sejak tanggal itu tetap" in page
    row.refresh_from_db()
    assert row.hours == 9
    assert row.rule_id is not None
    assert actions.recompute_hours(house.siti, 2026) == 9


@pytest.mark.parametrize(
    "wrong",
    [{"value_national": "-1"}, {"value_national": "banyak"}, {"valid_from": "kemarin"}, {"legal_basis": ""},
     {"reason": " "}, {"kind": "per_bulan"}, {"cap_quantity": "2"}, {"cap_period": "year"}, {"longest_months": "0"}],
)  # fmt: skip
def test_bad_input_comes_back_as_typed(house: Cast, client_for: ClientFor, wrong: dict[str, object]) -> None:
    page = client_for(house.hr).post(BRIEFING, rule(**wrong))
    assert page.status_code == 200
    assert "text-error" in page.content.decode()
    assert not HourRule.objects.filter(agency=house.agency).exists()


def test_the_platform_sets_national_values_only(house: Cast, client_for: ClientFor) -> None:
    client = client_for(house.admin)
    assert client.post(BRIEFING, rule(value_national="3")).status_code == 302
    found = queries.rule_in_force("KL_SOSIALISASI")
    assert found is not None
    assert found.agency_id is None
    assert found.value_national == 3
    assert client.get(reverse("credentials:set_hour_rule", args=["TIDAK_ADA"])).status_code == 404


def test_requirements_change_from_this_year_on_and_for_this_agency(house: Cast, client_for: ClientFor) -> None:
    client, today = client_for(house.hr), clock.today()
    old = client.post(STAFF, requirement(valid_from=f"{today.year - 1}-12-31"))
    assert "tidak dihitung ulang" in old.content.decode()
    for _second_click in range(2):
        assert client.post(STAFF, requirement()).status_code == 302
    assert queries.hours_of(house.siti, today.year).floor == 24
    assert queries.hours_of(house.siti, today.year - 1).floor == 20
    assert HourRequirement.objects.filter(agency=house.agency).count() == 1
    assert Entry.objects.filter(verb="hour_requirement.set").count() == 1
    assert client.post(STAFF, requirement(hours="1001")).status_code == 200
    assert client.get(reverse("credentials:set_requirement", args=["RAJA"])).status_code == 404


def test_the_issuer_of_an_agency_and_nobody_elses(house: Cast, client_for: ClientFor) -> None:
    client = client_for(house.hr)
    before = certify(house.siti)
    wrong = client.post(ISSUER, paper(number_pattern="{year}"))
    assert "tidak ada nomor yang sama" in wrong.content.decode()
    for _second_click in range(2):
        assert client.post(ISSUER, paper()).status_code == 302
    row = Issuer.objects.get()
    assert (row.organiser, row.legal_basis) == ("BKPSDM Kota Pontianak", "SK rekaan")
    assert Entry.objects.get(verb="issuer.set").reason == "Pejabat baru"
    printed = dict(before.printed)
    before.refresh_from_db()
    assert before.printed == printed
    assert client.get(f"{ISSUER}?agency=lain").status_code == 404


def test_the_platform_sets_the_issuer_of_a_new_agency(house: Cast, client_for: ClientFor) -> None:
    client = client_for(house.admin)
    address = f"{ISSUER}?agency={house.agency.code}"
    assert "Pemerintah Kota Pontianak (contoh)" in client.get(address).content.decode()
    assert client.post(address, paper()).status_code == 302
    assert queries.issuer_of(house.agency).signatory_name == "Ratna Kusuma"


def test_a_later_rule_gives_way_to_an_earlier_one(house: Cast) -> None:
    today = clock.today()
    given: dict[str, Any] = {"by": house.hr.user, "agency": house.agency, "employment_type": "PNS", "kind": "floor_year",
             "legal_basis": "SK"}  # fmt: skip
    actions.set_hour_requirement(**given, hours=Decimal(30), valid_from=today + dt.timedelta(days=90))
    actions.set_hour_requirement(**given, hours=Decimal(22), valid_from=today)
    assert [row.hours for row in HourRequirement.objects.filter(agency=house.agency)] == [22]


@pytest.mark.parametrize("model", [HourRule, HourRequirement, Issuer])
def test_the_admin_site_shows_these_tables_and_changes_nothing(model: type) -> None:
    page, request = admin.site._registry[model], RequestFactory().get("/")
    assert not page.has_add_permission(request)
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)
