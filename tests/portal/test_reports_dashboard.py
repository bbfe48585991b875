"""The dashboard: figures against hand-made ones, totals as sums of parts, sight by subtree, steady cost."""

import io
import re
from decimal import Decimal

import polars
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from bina.competencies.models import CompetencyLevel
from bina.people.actions import add_unit
from bina.people.models import Employee, OrgUnit
from bina.people.queries import standing_of
from bina.people.rules import Permission, Role
from bina.portal.queries.reports import (
    PEOPLE_PER_PAGE,
    dashboard_of,
    heat_map,
    page_against_standard,
    people_against_standard,
    report_place,
)
from tests.cast import Cast, add_person, grant
from tests.conftest import ClientFor
from tests.portal.stage import competency, earn, measure, open_page, plan

pytestmark = pytest.mark.django_db
CODES = ("4.1", "4.2", "1.1")


def staff(unit: OrgUnit, count: int, *, start: int) -> list[Employee]:
    return [
        add_person(unit, f"Pegawai Ke{number}", "PELAKSANA", "Pengelola Layanan", serial=number)
        for number in range(start, start + count)
    ]


@pytest.fixture
def measured(cast: Cast) -> Cast:
    """Six people in a section and seven in another department are tested on three competencies."""
    measure(staff(cast.seksi, 6, start=100), CODES, value=0.5)
    measure(staff(cast.other_dinas, 7, start=200), CODES, value=1.5)
    return cast


def test_totals_of_the_map_are_the_sums_of_its_parts(measured: Cast) -> None:
    for area in (None, competency("4.1").parent):
        heat = heat_map(measured.root, area)
        assert heat.rows
        for place, total in enumerate(heat.totals):
            for name in ("required", "measured", "proven", "gap_sum", "level_sum"):
                parts = sum(getattr(row.cells[place], name) for row in heat.rows)
                assert getattr(total, name) == pytest.approx(parts), (heat.columns[place], name)
    by_area, by_competency = heat_map(measured.root), heat_map(measured.root, competency("4.1").parent)
    safety = next(cell for column, cell in zip(by_area.columns, by_area.totals, strict=True) if column.code == "4")
    assert safety.gap_sum == pytest.approx(by_competency.whole.gap_sum)
    assert safety.required == by_competency.whole.required


def test_the_map_below_a_unit_adds_up_to_its_row_above(measured: Cast) -> None:
    above, below = heat_map(measured.root), heat_map(measured.dinas)
    row = next(row for row in above.rows if row.unit == measured.dinas)
    for upper, lower in zip(row.cells, below.totals, strict=True):
        assert (upper.required, upper.measured) == (lower.required, lower.measured)
        assert upper.gap_sum == pytest.approx(lower.gap_sum)


def test_a_cell_is_the_mean_of_the_stored_gaps(measured: Cast) -> None:
    heat = heat_map(measured.root, competency("4.2").parent)
    place = [column.code for column in heat.columns].index("4.2")
    row = next(row for row in heat.rows if row.unit == measured.other_dinas)
    gaps = CompetencyLevel.objects.filter(
        employee__unit=measured.other_dinas,
        competency=competency("4.2"),
        required_level__isnull=False,
        mean__isnull=False,
    ).values_list("gap", flat=True)
    assert len(gaps) == 7
    assert row.cells[place].mean_gap == pytest.approx(sum(gap or 0 for gap in gaps) / 7)


def test_few_measured_are_hatched_and_carry_no_number(cast: Cast, client_for: ClientFor) -> None:
    measure(staff(cast.seksi, 4, start=100), CODES)
    heat = heat_map(cast.root)
    safety = heat.totals[[column.code for column in heat.columns].index("4")]
    # Two competencies times four people are eight measurements, but still only four people.
    assert (safety.measured, safety.people, safety.mean_gap) == (8, 4, None)
    closer = heat_map(cast.root, competency("4.1").parent)
    assert all(cell.mean_gap is None for cell in closer.totals)
    path = f"/dashboard/?unit={cast.root.public_id}&area={competency('4.1').parent.public_id}"  # type: ignore[union-attr]
    page = client_for(cast.hr).get(path).content.decode()
    assert "heat-unknown" in page
    assert "belum cukup diukur" in page


def test_the_dashboard_counts_hours_and_plans(cast: Cast, client_for: ClientFor) -> None:
    earn(cast.siti, 20)
    earn(cast.budi, 19)
    earn(cast.dewi, 10)
    plan(cast.siti, "approved", items=4, done=1)
    plan(cast.budi, "submitted")
    plan(cast.rina, "draft")
    place = report_place(cast.hr.user, Permission.SEE_REPORTS)
    assert place is not None
    assert place.unit == cast.root
    dashboard = dashboard_of(place)
    # Eleven people, one of them PPPK and so without a yearly floor; one of the other ten has 20 JP.
    assert dashboard.people == 11
    assert (dashboard.hours.with_floor.reached, dashboard.hours.with_floor.people) == (1, 10)
    lines = {line.name: line for line in dashboard.hours_by_employment}
    assert (lines["PNS"].reached, lines["PNS"].people, lines["PPPK"].reached) == (1, 10, None)
    assert lines["PPPK"].mean == Decimal(10)
    assert ("PNS", Decimal(20)) in dashboard.floors
    assert {share.state: share.people for share in dashboard.plan_shares} == {
        "approved": 1, "submitted": 1, "returned": 0, "draft": 1, "none": 8
    }  # fmt: skip
    assert sum(share.share for share in dashboard.plan_shares) == pytest.approx(1)
    words = open_page(client_for(cast.hr), "/dashboard/")
    assert "11 pegawai aktif" in words
    assert "1 dari 10 pegawai" in words
    assert "Dari 4 kegiatan yang disetujui, 1 sudah selesai (25%)" in words


def test_branches_behind_in_hours_come_first(cast: Cast) -> None:
    earn(cast.rina, 20)
    place = report_place(cast.hr.user, Permission.SEE_REPORTS)
    assert place is not None
    lines = dashboard_of(place).hours_by_unit
    shares = [(line.reached or 0) / line.people for line in lines]
    assert shares == sorted(shares)
    assert lines[-1].name == "Dinas Kesehatan"


def test_unit_hr_sees_only_the_own_subtree(measured: Cast, client_for: ClientFor) -> None:
    client = client_for(measured.unit_hr)
    words = open_page(client, "/dashboard/")
    assert "Dinas Kependudukan dan Pencatatan Sipil" in words
    assert "Dinas Kesehatan" not in words
    assert "17 " not in words.split("pegawai aktif")[0][-4:]
    for unit in (measured.root, measured.other_dinas):
        for path in ("/dashboard/", "/dashboard/gaps.xlsx", "/dashboard/people/", "/dashboard/hours.xlsx"):
            found = client.get(path, {"unit": str(unit.public_id), "competency": str(competency("4.1").public_id)})
            assert found.status_code == 404, (path, unit)
    assert client.get("/dashboard/", {"unit": str(measured.seksi.public_id)}).status_code == 200
    assert client.get("/leader/").status_code == 404


def test_the_way_up_ends_at_the_readers_own_top(measured: Cast) -> None:
    place = report_place(measured.unit_hr.user, Permission.SEE_REPORTS, str(measured.seksi.public_id))
    assert place is not None
    assert [unit.pk for unit in place.trail] == [measured.dinas.pk, measured.bidang.pk, measured.seksi.pk]


def test_people_without_reports_have_no_dashboard(measured: Cast, client_for: ClientFor) -> None:
    for person in (measured.siti, measured.budi, measured.trainer, measured.admin):
        assert client_for(person).get("/dashboard/").status_code == 404
        assert client_for(person).get("/dashboard/gaps.xlsx").status_code == 404
    assert client_for(None).get("/dashboard/").status_code == 302


def test_nonsense_in_the_address_is_not_found(measured: Cast, client_for: ClientFor) -> None:
    client = client_for(measured.hr)
    assert client.get("/dashboard/?unit=nonsense").status_code == 404
    assert client.get("/dashboard/nothing.xlsx").status_code == 404
    assert client.get("/dashboard/people/?competency=nonsense").status_code == 404
    assert client.get("/dashboard/?area=nonsense").status_code == 200


def test_people_behind_a_cell_are_for_those_who_may_see_levels(measured: Cast, client_for: ClientFor) -> None:
    query = {"unit": str(measured.dinas.public_id), "competency": str(competency("4.1").public_id)}
    words = open_page(
        client_for(measured.hr), f"/dashboard/people/?unit={query['unit']}&competency={query['competency']}"
    )
    assert "Pegawai Ke100" in words
    assert "Pegawai Ke200" not in words
    assert client_for(measured.unit_hr).get("/dashboard/people/", query).status_code == 200
    for person in (measured.leader, measured.evaluator, measured.siti):
        assert client_for(person).get("/dashboard/people/", query).status_code == 404
        assert client_for(person).get("/dashboard/people/", query | {"format": "xlsx"}).status_code == 404
    page = client_for(measured.leader).get("/dashboard/", {"area": str(competency("4.1").parent.public_id)})  # type: ignore[union-attr]
    assert "/dashboard/people/" not in page.content.decode()


def test_people_come_furthest_first_and_unmeasured_last(measured: Cast) -> None:
    measure([measured.siti], ["4.1"], value=0.1)
    rows = list(people_against_standard(measured.seksi, competency("4.1")))
    gaps = [row.line_gap for row in rows if row.line_mean is not None]
    assert gaps == sorted(gaps, key=lambda gap: -(gap or 0))
    assert rows[0].pk == measured.siti.pk
    assert [row.line_mean is None for row in rows] == sorted(row.line_mean is None for row in rows)
    own = people_against_standard(measured.dinas, competency("4.1"), only_own_staff=True)
    assert {row.unit_id for row in own} == {measured.dinas.pk}


def test_the_pages_hold_everybody_in_that_order(
    measured: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    staff(measured.bidang, 22, start=300)
    measure([measured.siti], ["4.1"], value=0.1)
    one = competency("4.1")
    rows = list(people_against_standard(measured.root, one))
    assert len(rows) > PEOPLE_PER_PAGE
    with django_assert_num_queries(2):
        page = page_against_standard(measured.root, one, None)
        assert len(list(page)) == PEOPLE_PER_PAGE
    assert page.paginator.count == len(rows)
    shown = [
        row for number in page.paginator.page_range for row in page_against_standard(measured.root, one, str(number))
    ]
    assert [row.pk for row in shown] == [row.pk for row in rows]
    facts = ("display_name", "line_mean", "line_low", "line_high", "line_required", "line_gap", "line_status")
    for left, right in zip(shown, rows, strict=True):
        assert [getattr(left, name) for name in facts] == [getattr(right, name) for name in facts]
        assert (left.unit.label, left.position.title) == (right.unit.label, right.position.title)
    assert page_against_standard(measured.root, one, "999").number == page.paginator.num_pages
    assert page_against_standard(measured.root, one, "x").number == 1
    empty = add_unit(by=measured.admin, parent=measured.seksi, code="KOSONG", name="Unit tanpa pegawai")
    assert list(page_against_standard(empty, one, None)) == []


def test_the_table_view_and_the_workbook_hold_the_same_figures(measured: Cast, client_for: ClientFor) -> None:
    client = client_for(measured.hr)
    words = open_page(client, "/dashboard/?view=table")
    table = polars.read_excel(io.BytesIO(client.get("/dashboard/gaps.xlsx").content), engine="calamine")
    heat = heat_map(measured.root)
    totals = {row["Bidang atau kompetensi"]: row for row in table.iter_rows(named=True) if row["Unit"] == "Seluruhnya"}
    assert len(totals) == len(heat.columns)
    for column, cell in zip(heat.columns, heat.totals, strict=True):
        row = totals[str(column)]
        assert (int(row["Disyaratkan"]), int(row["Sudah diukur"])) == (cell.required, cell.measured)
        if cell.mean_gap is not None:
            assert float(row["Rata-rata di bawah syarat (tingkat)"]) == pytest.approx(cell.mean_gap, abs=1e-4)
            assert f"{cell.mean_gap:.1f}".replace(".", ",") in words


def test_every_table_downloads(measured: Cast, client_for: ClientFor) -> None:
    client = client_for(measured.hr)
    for table, rows in (("gaps", 10), ("hours", 2), ("plans", 2), ("learning", 4)):
        content = client.get(f"/dashboard/{table}.xlsx").content
        assert polars.read_excel(io.BytesIO(content), engine="calamine").height >= rows, table
    query = {"competency": str(competency("4.1").public_id), "format": "xlsx"}
    people = polars.read_excel(io.BytesIO(client.get("/dashboard/people/", query).content), engine="calamine")
    assert "Pegawai Ke100" in people["Nama"].to_list()


def test_an_agency_without_anything_measured_has_a_page(cast: Cast, client_for: ClientFor) -> None:
    words = open_page(client_for(cast.hr), "/dashboard/")
    assert "Belum ada syarat kompetensi di sini" in words or "belum cukup diukur" in words
    assert "Belum ada yang mengikuti kursus" in words


def test_two_places_are_offered_to_those_who_look_after_two(cast: Cast, client_for: ClientFor) -> None:
    grant(cast.unit_hr, Role.UNIT_HR, cast.other_dinas)
    words = open_page(client_for(cast.unit_hr), "/dashboard/")
    assert "Unit lain dalam lingkup Anda" in words
    assert standing_of(cast.unit_hr.user).may(Permission.SEE_REPORTS)


def test_the_cost_is_the_same_for_ten_and_two_hundred_people(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.hr)
    area = competency("4.1").parent
    assert area is not None
    paths = (
        "/dashboard/", "/dashboard/?view=table", f"/dashboard/?area={area.public_id}", "/leader/",
        f"/dashboard/people/?competency={competency('4.1').public_id}",
    )  # fmt: skip
    few_people = staff(cast.seksi, 6, start=100)
    measure(few_people, CODES)
    few = {}
    for path in paths:
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        few[path] = len(found)
    many = staff(cast.bidang, 100, start=200) + staff(cast.other_dinas, 94, start=400)
    measure(many, CODES)
    for person in many[::7]:
        earn(person, 20)
        plan(person, "approved", items=2)
    for path in paths:
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        assert len(found) == few[path] <= 24, path


def test_groups_under_five_are_told_only_to_those_who_may_look_up_hours(cast: Cast, client_for: ClientFor) -> None:
    earn(cast.rina, 20)
    hidden = open_page(client_for(cast.leader), "/dashboard/")
    assert "kurang dari 5 orang, tidak ditampilkan" in hidden
    assert not re.search(r"\b1/1\b", hidden)
    assert re.search(r"\b1/1\b", open_page(client_for(cast.hr), "/dashboard/"))
    for person, told in ((cast.leader, None), (cast.hr, 1)):
        content = client_for(person).get("/dashboard/hours.xlsx").content
        rows = {
            row["Kelompok"]: row
            for row in polars.read_excel(io.BytesIO(content), engine="calamine").iter_rows(named=True)
        }
        found = rows["Dinas Kesehatan"]["Mencapai batas tahunan"]
        assert (None if found is None else int(found)) == told
        assert int(rows["Dinas Kesehatan"]["Pegawai"]) == 1


def test_plans_of_small_branches_are_left_out_for_those_who_may_not_look_them_up(
    cast: Cast, client_for: ClientFor
) -> None:
    plan(cast.rina, "approved")
    units = {}
    for person in (cast.leader, cast.hr):
        content = client_for(person).get("/dashboard/plans.xlsx").content
        units[person] = polars.read_excel(io.BytesIO(content), engine="calamine")["Unit"].to_list()
    assert "Dinas Kesehatan" not in units[cast.leader]
    assert "Dinas Kesehatan" in units[cast.hr]


def test_what_few_people_proved_is_told_nowhere(cast: Cast, client_for: ClientFor) -> None:
    measure(staff(cast.seksi, 4, start=100), ["4.1"], value=4.0, spread=0.1)
    client = client_for(cast.hr)
    table = polars.read_excel(io.BytesIO(client.get("/dashboard/gaps.xlsx").content), engine="calamine")
    row = next(
        row
        for row in table.iter_rows(named=True)
        if row["Unit"] == "Seluruhnya" and "Keamanan" in row["Bidang atau kompetensi"]
    )
    assert int(row["Sudah diukur"]) == 4
    assert (row["Terbukti"], row["Rata-rata di bawah syarat (tingkat)"]) == (None, None)
    assert "belum cukup diukur" in open_page(client, "/dashboard/?view=table")
