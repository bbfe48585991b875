"""How far teams and agencies are with their plans."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bina.people.models import Employee
from bina.planning import actions, queries
from bina.planning.models import IndividualPlan
from tests.cast import Cast
from tests.planning.stage import YEAR, agreed, draft, item_of


def _plan_of(employee: Employee) -> IndividualPlan:
    plan = queries.plan_of(employee, YEAR)
    assert plan is not None
    return plan


@pytest.mark.django_db
def test_people_by_state_of_their_plan_and_branch(house: Cast) -> None:
    plan = agreed(house.siti, house.budi, "Magang", "Coaching")
    actions.mark_item_done(by=house.siti.user, item=item_of(plan, "Magang"), reason="Dua minggu di bidang data.")
    actions.revise_plan(by=house.siti.user, plan=plan)
    actions.submit_plan(by=house.dewi.user, plan=draft(house.dewi))
    draft(house.rina)
    actions.submit_plan(by=house.hr.user, plan=draft(house.hr))
    actions.return_plan(by=house.leader.user, plan=_plan_of(house.hr), comment="Tambah data.")
    with CaptureQueriesContext(connection) as captured:
        counts = queries.plan_counts(house.root, YEAR)
    assert len(captured) <= 4
    assert [unit.pk for unit, _own in counts.rows] == [house.root.pk, house.dinas.pk, house.other_dinas.pk]
    assert counts.people() == len(house.everyone)
    assert {state: counts.count(state) for state in ("approved", "submitted", "draft", "returned", "none")} == {
        "approved": 1, "submitted": 1, "draft": 1, "returned": 1, "none": 7,
    }  # fmt: skip
    assert counts.count("approved", house.dinas) == 1
    assert counts.count("approved", house.other_dinas) == 0
    assert counts.share_approved(house.dinas) == pytest.approx(1 / 6)
    assert (counts.items_total(), counts.items_done()) == (2, 1)
    assert (counts.items_total(house.other_dinas), counts.items_total(house.dinas)) == (0, 2)
    assert queries.plan_counts(house.root, YEAR - 1).count("none") == len(house.everyone)
    Employee.objects.filter(pk=house.siti.pk).update(left_on=dt.date(YEAR, 1, 2))
    assert queries.plan_counts(house.root, YEAR).count("approved") == 0


@pytest.mark.django_db
def test_a_team_in_two_questions(house: Cast) -> None:
    agreed(house.siti, house.budi, "Magang", "Coaching")
    draft(house.dewi)
    people = list(queries.team_members(house.budi))
    with CaptureQueriesContext(connection) as captured:
        lines = queries.team_of(people, YEAR)
    assert len(captured) == 2
    by_name = {line.employee.full_name: line for line in lines}
    siti, dewi = by_name["Siti Rahmawati"], by_name["Dewi Lestari Handayani"]
    assert (siti.state, siti.items, siti.done, siti.is_open) == ("approved", 2, 0, True)
    assert (dewi.state, dewi.is_open, dewi.readable) == ("draft", False, None)
    change = actions.revise_plan(by=house.siti.user, plan=_plan_of(house.siti))
    assert queries.team_of([house.siti], YEAR)[0].readable == siti.plan
    actions.submit_plan(by=house.siti.user, plan=change)
    assert queries.team_of([house.siti], YEAR)[0].readable == change


@pytest.mark.django_db
def test_hr_narrows_the_list(house: Cast) -> None:
    agreed(house.siti, house.budi)
    draft(house.dewi)
    every = queries.staff_with_plans(house.hr.user, year=YEAR)
    assert every.count() == len(house.everyone)
    assert list(queries.staff_with_plans(house.hr.user, year=YEAR, state="approved")) == [house.siti]
    assert house.siti not in queries.staff_with_plans(house.hr.user, year=YEAR, state="none")
    assert list(queries.staff_with_plans(house.hr.user, year=YEAR, text="dewi")) == [house.dewi]
    assert house.rina not in queries.staff_with_plans(house.unit_hr.user, year=YEAR)
    assert list(queries.staff_with_plans(house.rina.user, year=YEAR)) == [house.rina]
