"""The leader's page: no names, three sentences from data, effects with interval; for leaders and agency HR."""

import io

import polars
import pytest

from bina.evaluation.actions import estimate_programme, open_programme
from bina.people.models import Employee, OrgUnit
from bina.people.rules import Permission
from bina.portal.queries.reports import leader_page, report_place
from bina.portal.queries.reports.leader import LeaderPage
from tests.cast import Cast, add_person
from tests.conftest import ClientFor
from tests.evaluation.stage import add_course, add_learners, teach
from tests.portal.stage import earn, measure, open_page, plan

pytestmark = pytest.mark.django_db


def staff(unit: OrgUnit, count: int, *, start: int) -> list[Employee]:
    return [
        add_person(unit, f"Pegawai Ke{number}", "PELAKSANA", "Pengelola Layanan", serial=number)
        for number in range(start, start + count)
    ]


def page_of(cast: Cast) -> LeaderPage:
    place = report_place(cast.leader.user, Permission.SEE_LEADER_PAGE)
    assert place is not None
    return leader_page(place)


def test_the_widest_gap_is_named_with_its_whole(cast: Cast) -> None:
    people = staff(cast.seksi, 6, start=100)
    measure(people, ["1.1"], value=3.0)
    measure(people, ["4.1", "4.2"], value=0.5)
    page = page_of(cast)
    first = page.attention[0]
    assert first.area is not None
    assert first.area.code == "4"
    cell = page.heat.totals[page.heat.columns.index(first.area)]
    assert cell.mean_gap is not None
    assert f"{cell.mean_gap:.1f}".replace(".", ",") in first.sentence
    assert f"dari {cell.measured} pengukuran" in first.sentence


def test_the_branch_behind_in_hours_is_named_with_its_numbers(cast: Cast) -> None:
    behind, ahead = staff(cast.other_dinas, 6, start=200), staff(cast.seksi, 6, start=100)
    for person in ahead:
        earn(person, 20)
    earn(behind[0], 20)
    page = page_of(cast)
    found = next(item for item in page.attention if item.unit == cast.other_dinas and "jam pelajaran" in item.title)
    # Rina and the six new colleagues; one of the seven has 20 JP. Of all 22 with a floor (one is PPPK), seven have.
    assert "1 dari 7 pegawai (14%)" in found.sentence
    assert "seluruhnya 32%" in found.sentence


def test_missing_plans_are_counted(cast: Cast) -> None:
    plan(cast.siti, "submitted")
    plan(cast.budi, "approved")
    page = page_of(cast)
    found = next(item for item in page.attention if "rencana" in item.title)
    assert "9 dari 11 pegawai (82%) belum menyusun rencana; 1 menunggu atasan." in found.sentence


def test_waiting_plans_are_said_when_they_are_the_bigger_matter(cast: Cast) -> None:
    for person in cast.everyone:
        plan(person, "submitted")
    found = next(item for item in page_of(cast).attention if "Rencana" in item.title)
    assert "11 dari 11 pegawai sudah mengajukan rencana" in found.sentence


def test_what_is_unmeasured_is_said(cast: Cast) -> None:
    measure(staff(cast.seksi, 6, start=100), ["4.1"])
    for person in cast.everyone:
        plan(person, "approved")
    page = page_of(cast)
    whole = page.heat.whole
    found = next(item for item in page.attention if "belum diukur" in item.title)
    assert f"{whole.required - whole.measured} dari {whole.required} syarat kompetensi" in found.sentence


def test_never_more_than_three_sentences(cast: Cast, client_for: ClientFor) -> None:
    measure(staff(cast.seksi, 6, start=100), ["4.1"])
    earn(staff(cast.other_dinas, 6, start=200)[0], 20)
    plan(cast.siti, "submitted")
    assert len(page_of(cast).attention) == 3
    assert "Yang perlu perhatian" in open_page(client_for(cast.leader), "/leader/")


def test_what_helped_is_told_with_interval_and_number(cast: Cast, client_for: ClientFor) -> None:
    course, small = add_course(), add_course("kecil")
    people = add_learners(cast.seksi, 10)
    teach(people, course)
    teach(people[:3], small)
    for each in (course, small):
        estimate_programme(programme=open_programme(by=None, course=each, agency=cast.agency))
    words = open_page(client_for(cast.leader), "/leader/")
    assert "+0,40" in words
    assert "0,26 s.d. 0,54" in words
    assert "10 pasang uji" in words
    assert "Terlalu sedikit untuk disimpulkan: baru 3 peserta" in words
    assert "sebab lain belum dapat dikesampingkan" in words


def test_no_individual_is_named(cast: Cast, client_for: ClientFor) -> None:
    people = staff(cast.seksi, 6, start=100)
    measure(people, ["4.1"])
    earn(people[0], 20)
    plan(people[1], "submitted")
    client = client_for(cast.leader)
    page = client.get("/leader/").content.decode() + client.get("/dashboard/").content.decode()
    for person in (*people, cast.siti, cast.budi, cast.hr):
        assert person.full_name not in page
    assert "Ratna Kusuma" in page  # the leader's own name in the account menu


def test_the_page_is_for_leaders_and_agency_hr(cast: Cast, client_for: ClientFor) -> None:
    for person in (cast.leader, cast.hr):
        assert client_for(person).get("/leader/").status_code == 200
    for other in (cast.unit_hr, cast.evaluator, cast.trainer, cast.siti, cast.head, cast.admin):
        assert client_for(other).get("/leader/").status_code == 404
        assert client_for(other).get("/leader/areas.xlsx").status_code == 404


def test_every_table_downloads(cast: Cast, client_for: ClientFor) -> None:
    measure(staff(cast.seksi, 6, start=100), ["4.1"])
    course = add_course()
    teach(add_learners(cast.seksi, 10, start=300), course)
    estimate_programme(programme=open_programme(by=None, course=course, agency=cast.agency))
    client = client_for(cast.leader)
    tables = {
        name: polars.read_excel(io.BytesIO(client.get(f"/leader/{name}.xlsx").content), engine="calamine")
        for name in ("areas", "hours", "plans", "effects")
    }
    assert tables["effects"].row(0, named=True)["Perubahan (tingkat)"] == pytest.approx(0.4, abs=1e-4)
    assert tables["plans"]["Pegawai"].to_list()[:5] == [0, 0, 0, 0, 27]
    assert tables["hours"].height >= 2
    assert tables["areas"].height >= 5
    assert client.get("/leader/other.xlsx").status_code == 404


def test_an_empty_agency_has_a_page(cast: Cast, client_for: ClientFor) -> None:
    words = open_page(client_for(cast.leader), "/leader/")
    assert "Belum ada hasil pembelajaran" in words
