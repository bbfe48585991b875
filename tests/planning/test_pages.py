"""Pages of planning: who sees and does what, forms that keep what was typed, few questions per page."""

import io
import json
import re

import polars
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bina.learning.models import Enrolment
from bina.planning import actions, queries
from bina.planning.models import IndividualPlan, PlanItem
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.planning.stage import YEAR, add_course, agreed, competency, draft, fresh, item_of, measure

MINE = "planning:mine"
GAPS = {"1.1": 0.6, "4.2": 0.9}


def primary_buttons(page: str) -> int:
    """How many primary actions the content of a page offers."""
    content = page[page.index("<main") : page.index("</main>")]
    return len(re.findall(r"btn btn-primary", content))


@pytest.mark.django_db
def test_one_primary_action_in_every_state(house: Cast, client_for: ClientFor) -> None:
    measure(house.siti, GAPS)
    course = add_course("satu", {"4.2": (3, 0.5)})
    siti, address = client_for(house.siti), reverse(MINE)
    assert "Pakai semua usulan" in siti.get(address).content.decode()
    siti.post(reverse("planning:take_all"), {"year": YEAR})
    pages = [siti.get(address).content.decode()]
    assert "Ajukan ke atasan" in pages[0]
    plan = IndividualPlan.objects.get()
    siti.post(reverse("planning:submit", args=[plan.public_id]), {"seen": fresh(plan).version})
    waiting = siti.get(address).content.decode()
    assert "Menunggu Pak Budi" in waiting
    assert primary_buttons(waiting) == 0
    actions.return_plan(by=house.budi.user, plan=plan, comment="Pindah ke triwulan <3>.")
    pages.append(siti.get(address).content.decode())
    assert "Pindah ke triwulan &lt;3&gt;." in pages[-1]
    assert "Ajukan lagi" in pages[-1]
    siti.post(reverse("planning:submit", args=[plan.public_id]), {"seen": fresh(plan).version})
    actions.approve_plan(by=house.budi.user, plan=plan)
    pages.append(siti.get(address).content.decode())
    assert f"Mulai “{course.title}”" in pages[-1]
    siti.post(reverse("planning:revise", args=[plan.public_id]))
    pages.append(siti.get(address).content.decode())
    assert "Perubahan rencana, belum diajukan" in pages[-1]
    assert [primary_buttons(page) for page in pages] == [1, 1, 1, 1]


@pytest.mark.django_db
def test_a_stale_tab_is_told_and_nothing_is_sent(house: Cast, client_for: ClientFor) -> None:
    plan = draft(house.siti)
    siti = client_for(house.siti)
    seen = plan.version
    actions.add_item(by=house.siti.user, plan=plan, content=_content("Lain"))
    page = siti.post(reverse("planning:submit", args=[plan.public_id]), {"seen": seen}, follow=True)
    assert "sudah berubah sejak halaman Anda dibuka" in page.content.decode()
    assert fresh(plan).state == "draft"


def _content(title: str) -> actions.ItemContent:
    from tests.planning.stage import content

    return content(title)


@pytest.mark.django_db
def test_taking_a_proposal_with_one_tap(house: Cast, client_for: ClientFor) -> None:
    measure(house.siti, GAPS)
    siti = client_for(house.siti)
    key = queries.proposals_for(house.siti, YEAR)[0].key
    for _tap in range(2):
        response = siti.post(reverse("planning:take_proposal"), {"year": YEAR, "key": key})
        assert response.headers["Location"] == f"{reverse(MINE)}?year={YEAR}"
    assert PlanItem.objects.count() == 1
    assert siti.get(reverse("planning:take_proposal")).status_code == 405


@pytest.mark.django_db
def test_an_own_item_keeps_what_was_typed(house: Cast, client_for: ClientFor) -> None:
    siti, address = client_for(house.siti), reverse("planning:add")
    typed = {
        "title": "", "form_code": "NK_MAGANG", "quarter": "3", "hours": "12,5", "reason": "Dasbor <layanan>",
        "competency": str(competency("4.2").public_id), "target_level": "2", "course": "", "year": YEAR,
    }  # fmt: skip
    page = siti.post(address, typed)
    assert page.status_code == 200
    body = page.content.decode()
    assert "Tuliskan kegiatannya" in body
    assert "Dasbor &lt;layanan&gt;" in body
    assert not PlanItem.objects.exists()
    assert siti.post(address, typed | {"title": "Magang"}).status_code == 302
    item = PlanItem.objects.get()
    assert [item.hours, item.target_level, item.quarter] == [12.5, 2, 3]
    page = siti.post(address, typed | {"title": "Lain", "target_level": "5"})
    assert "antara 1 dan 4" in page.content.decode()
    for bad in (
        {"quarter": "9"},
        {"hours": "-4"},
        {"hours": "banyak"},
        {"form_code": "X"},
        {"competency": "X"},
        {"course": "X"},
    ):
        assert siti.post(address, typed | {"title": "Lain"} | bad).status_code == 200
    assert PlanItem.objects.count() == 1


@pytest.mark.django_db
def test_a_course_fills_in_the_rest(house: Cast, client_for: ClientFor) -> None:
    course = add_course("satu", {"4.2": (3, 0.5)}, hours=3)
    siti = client_for(house.siti)
    page = siti.get(reverse("planning:add"), {"course": str(course.public_id)}).content.decode()
    assert re.search(rf'value="{course.public_id}"\s+selected', page)
    siti.post(reverse("planning:add"), {"course": str(course.public_id), "quarter": "2", "year": YEAR})
    item = PlanItem.objects.get()
    assert [item.title, item.form_code, item.hours, item.course] == [course.title, "NK_ELEARNING", 3, course]


@pytest.mark.django_db
def test_changing_moving_dropping_on_the_page(house: Cast, client_for: ClientFor) -> None:
    plan = draft(house.siti, "A", "B")
    siti = client_for(house.siti)
    item = item_of(plan, "B")
    siti.post(reverse("planning:move", args=[item.public_id]), {"step": "-1"})
    assert [row.title for row in queries.items_of(plan)] == ["B", "A"]
    form = {"title": "B baru", "form_code": "NK_MAGANG", "quarter": "4", "hours": "20", "seen": fresh(plan).version}
    assert siti.post(reverse("planning:item", args=[item.public_id]), form).status_code == 302
    page = siti.post(reverse("planning:item", args=[item.public_id]), form | {"title": "B basi"})
    assert page.status_code == 200
    assert "sudah berubah" in page.content.decode()
    assert "B basi" in page.content.decode(), "what was typed stays"
    assert "Riwayat" in siti.get(reverse("planning:item", args=[item.public_id])).content.decode()
    dropped = siti.post(reverse("planning:remove", args=[item.public_id]), follow=True).content.decode()
    assert "dikeluarkan dari rencana" in dropped
    siti.post(reverse("planning:restore", args=[item.public_id]))
    assert item_of(plan, "B baru").state == "planned"


@pytest.mark.django_db
def test_strangers_find_no_items_and_no_plans(house: Cast, client_for: ClientFor) -> None:
    plan = draft(house.siti, "A")
    item = item_of(plan, "A")
    for person in (house.dewi, house.budi, house.hr):
        client = client_for(person)
        for name in ("move", "remove", "restore", "begin", "reopen"):
            assert client.post(reverse(f"planning:{name}", args=[item.public_id])).status_code == 404, name
        for name in ("item", "done"):
            assert client.get(reverse(f"planning:{name}", args=[item.public_id])).status_code == 404, name
        for name in ("submit", "withdraw", "revise", "discard"):
            assert client.post(reverse(f"planning:{name}", args=[plan.public_id])).status_code == 404, name
        for name in ("plan", "print_plan"):
            assert client.get(reverse(f"planning:{name}", args=[plan.public_id])).status_code == 404, name
    assert client_for(None).get(reverse(MINE)).status_code == 302
    assert client_for(house.admin).get(reverse(MINE)).status_code == 404


@pytest.mark.django_db
def test_the_superior_reads_and_decides(house: Cast, client_for: ClientFor) -> None:
    plan = draft(house.siti, "Magang <baru>")
    actions.submit_plan(by=house.siti.user, plan=plan)
    budi, page, decide = (
        client_for(house.budi), reverse("planning:plan", args=[plan.public_id]), reverse("planning:decide", args=[plan.public_id]),
    )  # fmt: skip
    assert "Siti Rahmawati" in budi.get(reverse("planning:team")).content.decode()
    body = budi.get(page).content.decode()
    assert "Keputusan Anda" in body
    assert "Magang &lt;baru&gt;" in body
    seen = fresh(plan).version
    response = budi.post(decide, {"decision": "return", "comment": " ", "seen": seen})
    assert response.status_code == 409
    assert "Tuliskan catatan" in response.content.decode()
    response = budi.post(decide, {"decision": "approve", "comment": "Bagus sekali.", "seen": seen - 1})
    assert response.status_code == 409
    assert "Bagus sekali." in response.content.decode(), "what was typed stays"
    for person in (house.hr, house.unit_hr):
        other = client_for(person)
        assert "Keputusan Anda" not in other.get(page).content.decode()
        assert other.post(decide, {"decision": "approve", "seen": seen}).status_code == 403
    for person in (house.dewi, house.rina, house.division_head):
        assert client_for(person).post(decide, {"decision": "approve", "seen": seen}).status_code == 404
    assert fresh(plan).state == "submitted"
    assert budi.post(decide, {"decision": "approve", "comment": "Bagus sekali.", "seen": seen}).status_code == 302
    assert (fresh(plan).state, fresh(plan).comment) == ("approved", "Bagus sekali.")


@pytest.mark.django_db
def test_learning_begins_from_the_plan(house: Cast, client_for: ClientFor) -> None:
    course = add_course("satu", {"4.2": (3, 0.5)})
    plan = draft(house.siti, course=course)
    item = item_of(plan, course.title)
    siti, begin = client_for(house.siti), reverse("planning:begin", args=[item.public_id])
    assert siti.post(begin).status_code == 404, "a draft is not agreed"
    actions.submit_plan(by=house.siti.user, plan=plan)
    actions.approve_plan(by=house.budi.user, plan=plan)
    for _tap in range(2):
        response = siti.post(begin)
        enrolment = Enrolment.objects.get()
        assert response.headers["Location"] == reverse("learning:resume", args=[enrolment.public_id])
    assert (enrolment.origin, enrolment.origin_id) == ("plan", str(item.public_id))
    assert "Sedang berjalan" in siti.get(reverse(MINE)).content.decode()


@pytest.mark.django_db
def test_done_by_hand_on_the_page(house: Cast, client_for: ClientFor) -> None:
    plan = agreed(house.siti, house.budi, "Magang")
    item = item_of(plan, "Magang")
    siti, address = client_for(house.siti), reverse("planning:done", args=[item.public_id])
    assert siti.post(address, {"reason": "ok"}).status_code == 200
    assert siti.post(address, {"reason": "Dua minggu di bidang data."}).status_code == 302
    assert "Dua minggu di bidang data." in siti.get(reverse(MINE)).content.decode()
    siti.post(reverse("planning:reopen", args=[item.public_id]))
    assert item_of(plan, "Magang").state == "planned"


@pytest.mark.django_db
def test_print_workbook_fragment_and_api(house: Cast, client_for: ClientFor) -> None:
    siti = client_for(house.siti)
    assert siti.get(reverse("planning:table")).status_code == 404
    assert siti.get(reverse("planning:print_mine")).status_code == 404
    assert siti.get("/api/v1/planning/plan").status_code == 404
    assert "Belum ada rencana" in siti.get(reverse("planning:planned_hours")).content.decode()
    plan = agreed(house.siti, house.budi, "Magang", "=1+1")
    table = polars.read_excel(io.BytesIO(siti.get(reverse("planning:table")).content), engine="calamine")
    assert [row["Kegiatan"] for row in table.rows(named=True)][:2] == ["Magang", "=1+1"]
    sheet = siti.get(reverse("planning:print_mine")).content.decode()
    assert "Rencana Pengembangan Kompetensi Individu" in sheet
    assert str(house.siti.employee_number) not in sheet
    assert "Budi Santoso" in sheet
    assert client_for(house.budi).get(reverse("planning:print_plan", args=[plan.public_id])).status_code == 200
    fragment = siti.get(reverse("planning:planned_hours")).content.decode()
    assert "40 JP" in fragment
    assert "Cukup untuk menutup" in fragment
    found = json.loads(siti.get("/api/v1/planning/plan").content)
    assert (found["state"], len(found["items"]), found["items"][0]["hours"]) == ("approved", 2, 20.0)
    assert client_for(house.dewi).get("/api/v1/planning/plan").status_code == 404
    assert client_for(None).get("/api/v1/planning/plan").status_code == 401


@pytest.mark.django_db
def test_hr_reads_and_sets_the_season(house: Cast, client_for: ClientFor) -> None:
    agreed(house.siti, house.budi)
    hr = client_for(house.hr)
    page = hr.get(reverse("planning:staff"), {"state": "approved"}).content.decode()
    assert "Siti Rahmawati" in page
    assert "Rina Marlina" not in page
    assert client_for(house.siti).get(reverse("planning:staff")).status_code == 404
    address = reverse("planning:cycle", args=[YEAR])
    assert client_for(house.unit_hr).get(address).status_code == 404
    assert hr.get(address).status_code == 200
    refused = hr.post(address, {"opens_on": f"{YEAR}-03-01", "closes_on": f"{YEAR}-02-01"})
    assert "tidak boleh mendahului" in refused.content.decode()
    assert hr.post(address, {"opens_on": f"{YEAR}-01-01", "closes_on": f"{YEAR}-02-01"}).status_code == 302
    cycle = queries.cycle_of(house.agency.pk, YEAR)
    assert cycle is not None
    assert cycle.closes_on is not None


def _count(client_for: ClientFor, person: object, address: str) -> int:
    client = client_for(person)  # type: ignore[arg-type]  # an employee of the cast
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.django_db
def test_few_questions_per_page(house: Cast, client_for: ClientFor) -> None:
    measure(house.siti, GAPS)
    course = add_course("satu", {"4.2": (3, 0.5)})
    plan = draft(house.siti, "A", course=course)
    writing = _count(client_for, house.siti, reverse(MINE))
    actions.submit_plan(by=house.siti.user, plan=plan)
    read = reverse("planning:plan", args=[plan.public_id])
    team, reading, staff = (
        _count(client_for, house.budi, reverse("planning:team")),
        _count(client_for, house.budi, read),
        _count(client_for, house.hr, reverse("planning:staff")),
    )
    actions.withdraw_plan(by=house.siti.user, plan=plan)
    for number in range(9):
        actions.add_item(by=house.siti.user, plan=plan, content=_content(f"Kegiatan {number}"))
        add_course(f"lagi-{number}", {"1.1": (3, 0.4)})
    assert _count(client_for, house.siti, reverse(MINE)) == writing
    actions.submit_plan(by=house.siti.user, plan=plan)
    actions.submit_plan(by=house.dewi.user, plan=draft(house.dewi, "A", "B"))
    assert _count(client_for, house.budi, reverse("planning:team")) == team
    assert _count(client_for, house.budi, read) == reading
    assert _count(client_for, house.hr, reverse("planning:staff")) == staff
    actions.approve_plan(by=house.budi.user, plan=plan)
    assert _count(client_for, house.siti, reverse(MINE)) <= 10
    assert writing <= 13
