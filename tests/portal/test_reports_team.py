"""The team page: who waits for the superior, where everybody stands, and nothing about anybody else."""

import io

import polars
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bina.assessment.models import Rating
from bina.foundation import clock
from bina.portal.queries.reports import members
from tests.cast import Cast, add_person
from tests.conftest import ClientFor
from tests.portal.stage import competency, earn, measure, open_page, plan

pytestmark = pytest.mark.django_db


def test_a_superior_sees_who_waits_and_where_everybody_stands(cast: Cast, client_for: ClientFor) -> None:
    measure([cast.siti], ["4.1", "4.2"], value=0.4)
    earn(cast.siti, 12)
    plan(cast.siti, "submitted", items=3)
    plan(cast.dewi, "draft", items=1)
    words = open_page(client_for(cast.budi), "/team/")
    assert "2 pegawai langsung di bawah Anda" in words
    assert "1 rencana menunggu persetujuan" in words
    assert "2 orang menunggu penilaian Anda" in words
    assert "Terjauh dari syarat jabatan" in words
    assert "12 dari 20 JP" in words
    assert "Menunggu atasan" in words
    assert "Rina" not in words


def test_the_figures_of_a_member_are_those_of_the_rooms_below(cast: Cast) -> None:
    measure([cast.siti], ["4.1"], value=0.4)
    plan(cast.siti, "approved", items=4, done=3)
    (member,) = members([cast.siti], clock.today().year)
    assert member.furthest is not None
    assert member.furthest.competency_id == competency("4.1").pk
    assert (member.plan.items, member.plan.done, member.plan.state) == (4, 3, "approved")
    assert member.profile.required_count > 0


def test_only_the_own_team_is_shown(cast: Cast, client_for: ClientFor) -> None:
    plan(cast.siti, "submitted")
    plan(cast.budi, "submitted")
    words = open_page(client_for(cast.division_head), "/team/")
    assert "Budi Santoso" in words
    assert "Siti Rahmawati" not in words
    assert "1 rencana menunggu persetujuan" in words


def test_people_without_a_team_have_no_page(cast: Cast, client_for: ClientFor) -> None:
    for person in (cast.siti, cast.rina, cast.hr, cast.admin):
        assert client_for(person).get("/team/").status_code == 404
        assert client_for(person).get("/team/table.xlsx").status_code == 404
    assert client_for(None).get("/team/").status_code == 302


def test_nothing_waits_is_said_kindly(cast: Cast, client_for: ClientFor) -> None:
    for person in (cast.siti, cast.dewi):
        Rating.objects.create(
            employee=person, rater=cast.budi, relation="superior", submitted_at=clock.now(), saved_at=clock.now()
        )
    assert "Tidak ada yang menunggu keputusan Anda" in open_page(client_for(cast.budi), "/team/")


def test_the_workbook_holds_the_whole_team(cast: Cast, client_for: ClientFor) -> None:
    earn(cast.siti, 12)
    plan(cast.siti, "approved", items=2, done=1)
    content = client_for(cast.budi).get("/team/table.xlsx").content
    rows = {row["Nama"]: row for row in polars.read_excel(io.BytesIO(content), engine="calamine").iter_rows(named=True)}
    assert set(rows) >= {"Siti Rahmawati", "Dewi Lestari Handayani"}
    assert (rows["Siti Rahmawati"]["JP"], rows["Siti Rahmawati"]["Rencana"]) == (12, "Disetujui")
    assert rows["Dewi Lestari Handayani"]["Rencana"] == "Belum menyusun"


def test_the_cost_is_the_same_for_two_and_sixty_people(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.budi)
    measure([cast.siti, cast.dewi], ["4.1"])
    plan(cast.siti, "submitted")
    with CaptureQueriesContext(connection) as few:
        assert client.get("/team/").status_code == 200
    people = [
        add_person(cast.seksi, f"Pegawai Ke{number}", "PELAKSANA", "Pengelola Layanan", serial=number)
        for number in range(100, 160)
    ]
    measure(people, ["4.1"])
    for person in people[:4]:
        plan(person, "submitted")
    with CaptureQueriesContext(connection) as many:
        assert client.get("/team/").status_code == 200
    assert len(many) <= len(few) + 1  # one more counts what no longer fits the list
    assert len(many) <= 24
    assert "Halaman 1 dari 3" in open_page(client, "/team/")
