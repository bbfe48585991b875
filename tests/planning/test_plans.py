"""The life of a plan: one per year, agreed by today's superior, changed by revision."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry, Notification
from bina.people.models import Assignment, Position, SuperiorOverride
from bina.planning import actions, queries
from bina.planning.models import IndividualPlan
from bina.planning.rules import PlanState
from tests.cast import Cast
from tests.planning.stage import YEAR, agreed, content, draft, fresh, item_of
from tests.racing import at_once


def verbs() -> list[str]:
    """What the journal says about plans, in order."""
    return list(Entry.objects.filter(object_kind="plan").order_by("id").values_list("verb", flat=True))


@pytest.mark.django_db
def test_from_draft_to_agreement(house: Cast) -> None:
    plan = draft(house.siti, "Magang", "Coaching")
    assert (plan.state, plan.revision) == ("draft", 1)
    actions.submit_plan(by=house.siti.user, plan=plan)
    waiting = list(queries.plans_waiting_for(house.budi.user))
    assert waiting == [plan]
    told = Notification.objects.get(recipient=house.budi.user)
    assert told.title == f"Bu Siti mengajukan rencana {YEAR}"
    assert told.body.startswith("2 kegiatan, 40 JP.")
    assert told.url == f"/planning/plans/{plan.public_id}/"
    actions.approve_plan(by=house.budi.user, plan=plan, comment=" Setuju. ")
    plan = fresh(plan)
    assert (plan.state, plan.approver, plan.approver_name, plan.comment) == (
        "approved", house.budi, "Budi Santoso", "Setuju.",
    )  # fmt: skip
    assert plan.approved_at is not None
    assert Notification.objects.get(recipient=house.siti.user).body == "Setuju."
    assert verbs() == ["plan.started", "plan.submitted", "plan.approved"]
    assert not queries.plans_waiting_for(house.budi.user).exists()


@pytest.mark.django_db
def test_sent_back_with_words_and_sent_again(house: Cast) -> None:
    plan = draft(house.siti)
    actions.submit_plan(by=house.siti.user, plan=plan)
    for empty in ("", "   ", "ok"):
        with pytest.raises(Refused, match="catatan"):
            actions.return_plan(by=house.budi.user, plan=plan, comment=empty)
    actions.return_plan(by=house.budi.user, plan=plan, comment="Pindah ke triwulan 2.")
    assert fresh(plan).state == "returned"
    actions.change_item(by=house.siti.user, item=item_of(plan, "Magang dua minggu"), content=content(quarter=2))
    actions.submit_plan(by=house.siti.user, plan=plan)
    assert Notification.objects.filter(recipient=house.budi.user).count() == 2, "each sending is told"
    actions.approve_plan(by=house.budi.user, plan=plan)
    assert fresh(plan).state == "approved"


@pytest.mark.django_db
def test_one_plan_a_year_however_often_it_is_begun(house: Cast) -> None:
    first = actions.start_plan(by=house.siti.user, employee=house.siti, year=YEAR)
    assert actions.start_plan(by=house.siti.user, employee=house.siti, year=YEAR) == first
    with pytest.raises(IntegrityError), transaction.atomic():
        IndividualPlan.objects.create(employee=house.siti, year=YEAR, revision=2)
    next_year = actions.start_plan(by=house.siti.user, employee=house.siti, year=YEAR + 1)
    assert next_year != first
    for year in (YEAR - 1, YEAR + 2, 0):
        with pytest.raises(Refused):
            actions.start_plan(by=house.siti.user, employee=house.siti, year=year)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_begin_one_plan(house: Cast) -> None:
    results = at_once(*[lambda: actions.start_plan(by=house.siti.user, employee=house.siti, year=YEAR).pk] * 4)
    assert len(set(results)) == 1, results
    assert IndividualPlan.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_leave_one(house: Cast) -> None:
    plan = draft(house.siti)
    actions.submit_plan(by=house.siti.user, plan=plan)
    results = at_once(
        lambda: actions.approve_plan(by=house.budi.user, plan=plan).state,
        lambda: actions.return_plan(by=house.budi.user, plan=plan, comment="Pindah ke triwulan 2.").state,
    )
    assert sum(isinstance(result, Refused) for result in results) == 1, results
    assert fresh(plan).state in results


@pytest.mark.django_db
def test_nobody_writes_in_anothers_plan(house: Cast) -> None:
    plan = draft(house.siti)
    for person in (house.budi, house.hr, house.rina):
        for attempt in (
            lambda person=person: actions.start_plan(by=person.user, employee=house.siti, year=YEAR),
            lambda person=person: actions.submit_plan(by=person.user, plan=plan),
            lambda person=person: actions.add_item(by=person.user, plan=plan, content=content("X")),
            lambda person=person: actions.remove_item(by=person.user, item=item_of(plan, "Magang dua minggu")),
            lambda person=person: actions.discard_revision(by=person.user, plan=plan),
        ):
            with pytest.raises(Denied):
                attempt()
    assert fresh(plan).version == plan.version


@pytest.mark.django_db
def test_only_todays_superior_decides(house: Cast) -> None:
    plan = draft(house.siti)
    actions.submit_plan(by=house.siti.user, plan=plan)
    for person in (
        house.siti,
        house.dewi,
        house.rina,
        house.division_head,
        house.head,
        house.hr,
        house.unit_hr,
        house.leader,
    ):
        with pytest.raises(Denied):
            actions.approve_plan(by=person.user, plan=plan)
        with pytest.raises(Denied):
            actions.return_plan(by=person.user, plan=plan, comment="Pindah ke triwulan 2.")
    with pytest.raises(Denied):
        actions.approve_plan(by=house.admin, plan=plan)
    assert fresh(plan).state == "submitted"


@pytest.mark.django_db
def test_an_acting_head_decides_while_acting(house: Cast) -> None:
    today = clock.today()
    post = Position.objects.get(unit=house.seksi, is_head=True)
    acting = Assignment.objects.create(
        employee=house.rina, position=post, kind="PLT", valid_from=today, valid_to=today + dt.timedelta(days=5)
    )
    plan = draft(house.siti)
    actions.submit_plan(by=house.siti.user, plan=plan)
    assert Notification.objects.filter(recipient=house.rina.user).count() == 1
    with pytest.raises(Denied):
        actions.approve_plan(by=house.budi.user, plan=plan)
    actions.approve_plan(by=house.rina.user, plan=plan)
    other = draft(house.dewi)
    actions.submit_plan(by=house.dewi.user, plan=other)
    acting.valid_from, acting.valid_to = today - dt.timedelta(days=9), today - dt.timedelta(days=1)
    acting.save()
    for person in (house.rina, house.budi):
        person.user.employee.__dict__.pop("_subordinates", None)
    with pytest.raises(Denied):
        actions.approve_plan(by=house.rina.user, plan=other)
    actions.approve_plan(by=house.budi.user, plan=other)


@pytest.mark.django_db
def test_a_named_superior_takes_the_place(house: Cast) -> None:
    SuperiorOverride.objects.create(
        employee=house.siti, superior=house.rina, valid_from=clock.today(), reason="Penugasan proyek"
    )
    plan = draft(house.siti)
    actions.submit_plan(by=house.siti.user, plan=plan)
    with pytest.raises(Denied):
        actions.approve_plan(by=house.budi.user, plan=plan)
    actions.approve_plan(by=house.rina.user, plan=plan)


@pytest.mark.django_db
def test_where_nobody_stands_above_agency_hr_decides(house: Cast) -> None:
    plan = draft(house.leader)
    actions.submit_plan(by=house.leader.user, plan=plan)
    assert Notification.objects.filter(recipient=house.hr.user).count() == 1
    for person in (house.leader, house.unit_hr, house.head):
        with pytest.raises(Denied):
            actions.approve_plan(by=person.user, plan=plan)
    actions.approve_plan(by=house.hr.user, plan=plan)
    own = draft(house.hr)
    actions.submit_plan(by=house.hr.user, plan=own)
    with pytest.raises(Denied):
        actions.approve_plan(by=house.hr.user, plan=own)
    actions.approve_plan(by=house.leader.user, plan=own)


@pytest.mark.django_db
def test_a_second_tab_with_an_old_page_is_refused(house: Cast) -> None:
    plan = draft(house.siti)
    seen = plan.version
    item = item_of(plan, "Magang dua minggu")
    actions.change_item(by=house.siti.user, item=item, content=content(quarter=2), seen=seen)
    with pytest.raises(Refused, match="sudah berubah"):
        actions.change_item(by=house.siti.user, item=item, content=content(quarter=4), seen=seen)
    with pytest.raises(Refused, match="sudah berubah"):
        actions.submit_plan(by=house.siti.user, plan=plan, seen=seen)
    assert item_of(plan, "Magang dua minggu").quarter == 2
    actions.submit_plan(by=house.siti.user, plan=plan, seen=fresh(plan).version)


@pytest.mark.django_db
def test_nobody_approves_what_changed_under_the_eyes(house: Cast) -> None:
    plan = draft(house.siti)
    plan = actions.submit_plan(by=house.siti.user, plan=plan)
    seen = fresh(plan).version
    actions.withdraw_plan(by=house.siti.user, plan=plan)
    with pytest.raises(Refused, match="tidak sedang menunggu"):
        actions.approve_plan(by=house.budi.user, plan=plan, seen=seen)
    actions.add_item(by=house.siti.user, plan=plan, content=content("Diam-diam"))
    actions.submit_plan(by=house.siti.user, plan=plan)
    with pytest.raises(Refused, match="sudah berubah"):
        actions.approve_plan(by=house.budi.user, plan=plan, seen=seen)
    with pytest.raises(Refused, match="sudah berubah"):
        actions.return_plan(by=house.budi.user, plan=plan, comment="Pindah ke triwulan 2.", seen=seen)
    actions.approve_plan(by=house.budi.user, plan=plan, seen=fresh(plan).version)


@pytest.mark.django_db
def test_forms_sent_twice(house: Cast) -> None:
    plan = draft(house.siti)
    actions.submit_plan(by=house.siti.user, plan=plan)
    with pytest.raises(Refused, match="sudah diajukan"):
        actions.submit_plan(by=house.siti.user, plan=plan)
    actions.approve_plan(by=house.budi.user, plan=plan)
    with pytest.raises(Refused):
        actions.approve_plan(by=house.budi.user, plan=plan)
    with pytest.raises(Refused):
        actions.withdraw_plan(by=house.siti.user, plan=plan)
    assert verbs().count("plan.approved") == 1


@pytest.mark.django_db
def test_an_empty_plan_is_not_sent(house: Cast) -> None:
    plan = draft(house.siti)
    actions.remove_item(by=house.siti.user, item=item_of(plan, "Magang dua minggu"))
    with pytest.raises(Refused, match="sedikitnya satu"):
        actions.submit_plan(by=house.siti.user, plan=plan)


@pytest.mark.django_db
def test_a_change_after_approval_is_a_new_revision(house: Cast) -> None:
    plan = agreed(house.siti, house.budi, "Magang", "Coaching")
    with pytest.raises(Refused, match="Ubah rencana"):
        actions.add_item(by=house.siti.user, plan=plan, content=content("Baru"))
    change = actions.revise_plan(by=house.siti.user, plan=plan)
    assert actions.revise_plan(by=house.siti.user, plan=plan) == change, "a second tap opens the same draft"
    assert (change.revision, change.state) == (2, "draft")
    assert {item.line for item in queries.items_of(change)} == {item.line for item in queries.items_of(plan)}
    actions.remove_item(by=house.siti.user, item=item_of(change, "Magang"))
    actions.change_item(by=house.siti.user, item=item_of(change, "Coaching"), content=content("Coaching", quarter=4))
    actions.add_item(by=house.siti.user, plan=change, content=content("Baru"))
    differences = queries.differences_of(queries.items_of(change), queries.lines_of(plan))
    assert [differences.word(item) for item in queries.items_of(change)] == ["added", "changed"]
    assert [item.title for item in differences.dropped] == ["Magang"]
    assert queries.plan_in_force(house.siti, YEAR) == plan, "what is agreed holds"
    actions.submit_plan(by=house.siti.user, plan=change)
    assert queries.plan_in_force(house.siti, YEAR) == plan
    actions.approve_plan(by=house.budi.user, plan=change)
    assert fresh(plan).state == "superseded"
    assert queries.plan_in_force(house.siti, YEAR) == change
    assert [found.revision for found in queries.plans_of(house.siti)] == [2, 1]
    assert [item.title for item in queries.items_of(plan)] == ["Magang", "Coaching"], "history stays as it was agreed"


@pytest.mark.django_db
def test_a_change_can_be_given_up(house: Cast) -> None:
    plan = agreed(house.siti, house.budi)
    change = actions.revise_plan(by=house.siti.user, plan=plan)
    assert actions.discard_revision(by=house.siti.user, plan=change) == plan
    with pytest.raises(Refused):
        actions.discard_revision(by=house.siti.user, plan=change)
    with pytest.raises(Refused):
        actions.discard_revision(by=house.siti.user, plan=plan)
    again = actions.revise_plan(by=house.siti.user, plan=plan)
    assert again.revision == 3
    assert change not in queries.plans_of(house.siti)


@pytest.mark.django_db
def test_a_superseded_plan_is_not_revised(house: Cast) -> None:
    plan = agreed(house.siti, house.budi)
    change = actions.revise_plan(by=house.siti.user, plan=plan)
    actions.submit_plan(by=house.siti.user, plan=change)
    actions.approve_plan(by=house.budi.user, plan=change)
    assert actions.revise_plan(by=house.siti.user, plan=plan) == change, "an old page leads to the plan in force"


@pytest.mark.django_db
def test_the_season_of_the_agency(house: Cast) -> None:
    today = clock.today("WIB")
    with pytest.raises(Denied):
        actions.set_cycle(by=house.unit_hr.user, agency=house.agency, year=YEAR, opens_on=None, closes_on=None)
    with pytest.raises(Refused):
        actions.set_cycle(
            by=house.hr.user, agency=house.agency, year=YEAR, opens_on=today, closes_on=today - dt.timedelta(days=1)
        )
    plan = draft(house.siti)
    actions.set_cycle(
        by=house.hr.user, agency=house.agency, year=YEAR, opens_on=today + dt.timedelta(days=1), closes_on=None
    )
    with pytest.raises(Refused, match="belum dibuka"):
        actions.submit_plan(by=house.siti.user, plan=plan)
    actions.set_cycle(by=house.hr.user, agency=house.agency, year=YEAR, opens_on=today, closes_on=today)
    actions.submit_plan(by=house.siti.user, plan=plan)
    actions.approve_plan(by=house.budi.user, plan=plan)
    actions.set_cycle(
        by=house.hr.user, agency=house.agency, year=YEAR, opens_on=None, closes_on=today - dt.timedelta(days=1)
    )
    late = draft(house.dewi)
    with pytest.raises(Refused, match="ditutup"):
        actions.submit_plan(by=house.dewi.user, plan=late)
    change = actions.revise_plan(by=house.siti.user, plan=plan)
    actions.submit_plan(by=house.siti.user, plan=change)


@pytest.mark.django_db
def test_who_reads_a_plan(house: Cast) -> None:
    plan = draft(house.siti)
    readers = {"siti": house.siti, "budi": house.budi, "unit_hr": house.unit_hr, "hr": house.hr}
    others = (house.dewi, house.rina, house.division_head, house.trainer, house.leader)
    assert queries.plan_visible_to(house.siti.user, plan.public_id) == plan
    for name, person in readers.items():
        assert bool(queries.plan_visible_to(person.user, plan.public_id)) == (name == "siti"), (
            "a draft is one's own paper"
        )
    actions.submit_plan(by=house.siti.user, plan=plan)
    for person in readers.values():
        assert queries.plan_visible_to(person.user, plan.public_id) == plan
    for person in others:
        assert queries.plan_visible_to(person.user, plan.public_id) is None
    assert queries.plan_visible_to(house.admin, plan.public_id) is None


@pytest.mark.django_db
def test_summary_for_home(house: Cast) -> None:
    assert queries.plan_summary(house.siti, YEAR) is None
    plan = agreed(house.siti, house.budi, "Magang", "Coaching")
    actions.mark_item_done(by=house.siti.user, item=item_of(plan, "Magang"), reason="Selesai dua minggu.")
    summary = queries.plan_summary(house.siti, YEAR)
    assert summary is not None
    assert (summary.state, summary.items, summary.done, summary.next_item_title) == ("approved", 2, 1, "Coaching")
    assert summary.hours == 40
    change = actions.revise_plan(by=house.siti.user, plan=plan)
    summary = queries.plan_summary(house.siti, YEAR)
    assert summary is not None
    assert summary.state == "approved", "while a change is written, what is agreed holds"
    actions.submit_plan(by=house.siti.user, plan=change)
    actions.return_plan(by=house.budi.user, plan=change, comment="Mengapa diubah?")
    summary = queries.plan_summary(house.siti, YEAR)
    assert summary is not None
    assert (summary.state, summary.state_name) == (PlanState.RETURNED, "Dikembalikan")
