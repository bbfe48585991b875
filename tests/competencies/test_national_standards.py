"""National standards: platform administrators set and end them on the page, with a day and a reason; agencies their own."""

import datetime as dt

import pytest
from django.urls import reverse

from bina.competencies import actions, queries
from bina.competencies.models import PositionStandard
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry
from bina.people.models import RoleGrant
from bina.people.rules import Role
from tests.cast import START, Cast
from tests.conftest import ClientFor

ADDRESS = ["PELAKSANA"]


def national() -> PositionStandard:
    return PositionStandard.objects.get(
        agency=None, job_class_id="PELAKSANA", functional="", competency=queries.competencies_by_code()["4.2"],
        valid_to=None,
    )  # fmt: skip


def form(**changes: object) -> dict[str, object]:
    return {
        "competency": queries.competencies_by_code()["4.2"].pk, "required_level": 3, "weight": 4,
        "legal_basis": "Peraturan rekaan 9/2026", "valid_from": clock.today().isoformat(),
        "reason": "Hasil kaji ulang nasional", **changes,
    }  # fmt: skip


def test_the_platform_sets_a_national_standard_with_day_and_reason(cast: Cast, client_for: ClientFor) -> None:
    old, client = national(), client_for(cast.admin)
    address = reverse("competencies:standards_of_class", args=ADDRESS)
    assert "Simpan standar" in client.get(address).content.decode()
    for _second_click in range(2):
        assert client.post(address, form()).status_code == 302
    old.refresh_from_db()
    assert old.valid_to == clock.today() - dt.timedelta(days=1)
    assert national().required_level == 3
    entry = Entry.objects.get(verb="standard.set")
    assert (entry.agency_id, entry.reason) == (None, "Hasil kaji ulang nasional")


def test_a_national_standard_wants_a_reason_and_keeps_what_was_typed(cast: Cast, client_for: ClientFor) -> None:
    address = reverse("competencies:standards_of_class", args=ADDRESS)
    page = client_for(cast.admin).post(address, form(reason=" "))
    assert page.status_code == 200
    assert "Peraturan rekaan 9/2026" in page.content.decode()
    assert not Entry.objects.filter(verb="standard.set").exists()
    with pytest.raises(Refused, match="alasannya"):
        actions.set_standard(
            by=cast.admin, agency=None, job_class=cast.siti.position.job_class,
            competency=queries.competencies_by_code()["4.2"], required_level=2, weight=1, legal_basis="SK",
        )  # fmt: skip


def test_what_has_been_in_force_is_never_written_over(cast: Cast, client_for: ClientFor) -> None:
    began = national().valid_from
    page = client_for(cast.admin).post(
        reverse("competencies:standards_of_class", args=ADDRESS),
        form(valid_from=(began - dt.timedelta(days=1)).isoformat()),
    )
    assert "agar riwayatnya tidak hilang" in page.content.decode()
    assert national().valid_from == began


def test_a_standard_for_later_waits_for_its_day(cast: Cast, client_for: ClientFor) -> None:
    day, before = clock.today() + dt.timedelta(days=40), national().required_level
    client, address = client_for(cast.admin), reverse("competencies:standards_of_class", args=ADDRESS)
    assert client.post(address, form(valid_from=day.isoformat(), required_level=4)).status_code == 302
    assert "Yang akan datang" in client.get(address).content.decode()
    rows = queries.standards_of_class("PELAKSANA", cast.agency.pk, clock.today())
    assert [row.required_level for row in rows if row.competency.code == "4.2"] == [before]


def test_agencies_never_touch_the_national_row(cast: Cast, client_for: ClientFor) -> None:
    client, address = client_for(cast.hr), reverse("competencies:standards_of_class", args=ADDRESS)
    before = national()
    assert client.post(address, form(owner="national")).status_code == 200
    assert client.post(address, form()).status_code == 302
    assert national() == before
    assert PositionStandard.objects.get(agency=cast.agency).required_level == 3
    ending = reverse("competencies:end_standard", args=[before.pk])
    assert client.get(ending).status_code == client.post(ending, {"reason": "x"}).status_code == 404
    with pytest.raises(Denied):
        actions.set_standard(
            by=cast.hr.user, agency=None, job_class=cast.siti.position.job_class, competency=before.competency,
            required_level=2, weight=1, reason="coba",
        )  # fmt: skip


def test_an_administrator_who_is_an_employee_chooses_for_whom(cast: Cast, client_for: ClientFor) -> None:
    RoleGrant.objects.create(user=cast.hr.user, role=Role.PLATFORM_ADMIN.value, unit=None, valid_from=START)
    client, address = client_for(cast.hr), reverse("competencies:standards_of_class", args=ADDRESS)
    assert client.post(address, form(owner="national", reason="")).status_code == 200
    assert client.post(address, form(owner="agency", reason="")).status_code == 302
    assert client.post(address, form(owner="national", required_level=2)).status_code == 302
    assert PositionStandard.objects.get(agency=cast.agency).required_level == 3
    assert national().required_level == 2


def test_a_national_standard_is_ended_with_a_reason(cast: Cast, client_for: ClientFor) -> None:
    row, client = national(), client_for(cast.admin)
    address = reverse("competencies:end_standard", args=[row.pk])
    assert "Akhiri standar nasional" in client.get(address).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 200
    for _second_click in range(2):
        assert client.post(address, {"reason": "Tidak diminta lagi"}).status_code == 302
    row.refresh_from_db()
    assert row.valid_to == clock.today() - dt.timedelta(days=1)
    assert Entry.objects.filter(verb="standard.ended").count() == 1


def test_job_families_have_rows_of_their_own(cast: Cast, client_for: ClientFor) -> None:
    family = PositionStandard.objects.exclude(functional="").filter(agency=None).first()
    assert family is not None
    client = client_for(cast.admin)
    address = reverse("competencies:standards_of_class", args=[family.job_class_id])
    assert f"Rumpun {family.functional}" in client.get(address).content.decode()
    given = form(competency=family.competency_id, functional=family.functional, required_level=1)
    assert client.post(address, given).status_code == 302
    family.refresh_from_db()
    assert family.valid_to is not None
