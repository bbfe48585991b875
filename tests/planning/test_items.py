"""Items: added, changed, ordered, dropped, finished by hand; and following what happens in learning."""

from decimal import Decimal
from typing import Any

import pytest

from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry
from bina.journal.queries import history_of
from bina.learning import actions as learning
from bina.learning.models import Course, Enrolment
from bina.people.models import Employee
from bina.planning import actions, queries
from bina.planning.models import IndividualPlan, PlanItem
from bina.planning.rules import MOST_ITEMS
from tests.cast import Cast
from tests.planning.stage import YEAR, add_course, agreed, competency, content, draft, fresh, item_of


def order_of(plan: IndividualPlan) -> list[tuple[int, str]]:
    """Quarter and title of every item, in the order of the page."""
    return [(item.quarter, item.title) for item in queries.items_of(plan)]


@pytest.mark.django_db
def test_an_item_says_what_why_and_when(house: Cast) -> None:
    plan = draft(house.siti, "Magang")
    item = actions.add_item(
        by=house.siti.user, plan=plan,
        content=content("  Coaching layanan  ", form_code="NK_COACHING", quarter=1, hours=Decimal(4),
                        competency=competency("4.2"), target_level=2, reason=" Karena data warga. "),
    )  # fmt: skip
    assert (item.title, item.reason, item.target_level, item.origin) == (
        "Coaching layanan", "Karena data warga.", 2, "own",
    )  # fmt: skip
    assert order_of(plan) == [(1, "Coaching layanan"), (3, "Magang")]
    assert fresh(plan).version == plan.version + 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"title": " "}, {"quarter": 0}, {"quarter": 5}, {"hours": Decimal(-1)}, {"hours": Decimal(5000)},
        {"form_code": "TIDAK_ADA"}, {"form_code": ""},
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_nothing_is_written(house: Cast, changes: dict[str, Any]) -> None:
    plan = draft(house.siti)
    with pytest.raises(Refused):
        actions.add_item(by=house.siti.user, plan=plan, content=content(**changes))
    with pytest.raises(Refused):
        actions.change_item(by=house.siti.user, item=item_of(plan, "Magang dua minggu"), content=content(**changes))
    assert PlanItem.objects.count() == 1
    assert fresh(plan).version == plan.version


@pytest.mark.django_db
def test_a_level_beyond_the_scale_is_refused(house: Cast) -> None:
    plan = draft(house.siti)
    with pytest.raises(Refused, match="antara 1 dan 4"):
        actions.add_item(
            by=house.siti.user, plan=plan, content=content("X", competency=competency("4.2"), target_level=5)
        )


@pytest.mark.django_db
def test_a_plan_has_an_end(house: Cast) -> None:
    plan = draft(house.siti, *[f"Kegiatan {n}" for n in range(MOST_ITEMS)])
    with pytest.raises(Refused, match="paling banyak"):
        actions.add_item(by=house.siti.user, plan=plan, content=content("Satu lagi"))


@pytest.mark.django_db
def test_a_course_is_planned_once(house: Cast) -> None:
    course = add_course("satu", {"4.2": (2, 0.4)})
    plan = draft(house.siti, course=course)
    again = actions.add_item(by=house.siti.user, plan=plan, content=content("Lagi", course=course))
    assert again == item_of(plan, course.title)
    with pytest.raises(Refused, match="sudah ada"):
        actions.change_item(by=house.siti.user, item=item_of(plan, "Magang dua minggu"), content=content(course=course))
    actions.remove_item(by=house.siti.user, item=again)
    second = actions.add_item(by=house.siti.user, plan=plan, content=content("Lagi", course=course))
    assert second.pk != again.pk
    with pytest.raises(Refused, match="sudah ada"):
        actions.restore_item(by=house.siti.user, item=again)


@pytest.mark.django_db
def test_changes_are_told_in_the_journal(house: Cast) -> None:
    plan = draft(house.siti)
    item = item_of(plan, "Magang dua minggu")
    actions.change_item(by=house.siti.user, item=item, content=content("Magang tiga minggu", hours=Decimal(30)))
    actions.change_item(by=house.siti.user, item=item, content=content("Magang tiga minggu", hours=Decimal(30)))
    entry = Entry.objects.get(verb="plan_item.changed")
    assert entry.data["changes"]["title"] == ["Magang dua minggu", "Magang tiga minggu"]
    assert set(entry.data["changes"]) == {"title", "hours"}
    assert history_of("plan_item", item.line).count() == 2


@pytest.mark.django_db
def test_dropping_can_be_undone_and_twice_is_once(house: Cast) -> None:
    plan = draft(house.siti, "Magang", "Coaching")
    item = item_of(plan, "Magang")
    actions.remove_item(by=house.siti.user, item=item)
    actions.remove_item(by=house.siti.user, item=item)
    assert order_of(plan) == [(3, "Coaching")]
    with pytest.raises(Refused, match="dikeluarkan"):
        actions.change_item(by=house.siti.user, item=item, content=content("Baru"))
    actions.restore_item(by=house.siti.user, item=item)
    actions.restore_item(by=house.siti.user, item=item)
    assert order_of(plan) == [(3, "Magang"), (3, "Coaching")]
    assert Entry.objects.filter(verb="plan_item.dropped").count() == 1


@pytest.mark.django_db
def test_items_move_within_and_between_quarters(house: Cast) -> None:
    plan = draft(house.siti, "A", "B", "C")

    def move(title: str, step: int) -> None:
        actions.move_item(by=house.siti.user, item=item_of(plan, title), step=step)

    move("C", -1)
    assert order_of(plan) == [(3, "A"), (3, "C"), (3, "B")]
    move("A", -1)
    assert order_of(plan) == [(2, "A"), (3, "C"), (3, "B")]
    move("B", 1)
    assert order_of(plan) == [(2, "A"), (3, "C"), (4, "B")]
    move("B", 1)
    assert order_of(plan) == [(2, "A"), (3, "C"), (4, "B")], "the year ends in December"
    move("C", 1)
    assert order_of(plan) == [(2, "A"), (4, "C"), (4, "B")]
    move("C", -1)
    move("C", -1)
    assert order_of(plan) == [(2, "A"), (2, "C"), (4, "B")]
    move("A", -1)
    move("A", -1)
    assert order_of(plan)[0] == (1, "A"), "and begins in January"


@pytest.mark.django_db
def test_done_by_hand_needs_words_and_can_be_taken_back(house: Cast) -> None:
    plan = agreed(house.siti, house.budi, "Magang")
    item = item_of(plan, "Magang")
    with pytest.raises(Refused):
        actions.mark_item_done(by=house.siti.user, item=item, reason="ok")
    with pytest.raises(Denied):
        actions.mark_item_done(by=house.budi.user, item=item, reason="Sudah selesai semua.")
    actions.mark_item_done(by=house.siti.user, item=item, reason="Dua minggu di bidang data.")
    actions.mark_item_done(by=house.siti.user, item=item, reason="Dua minggu di bidang data.")
    item.refresh_from_db()
    assert (item.state, item.done_note) == ("done", "Dua minggu di bidang data.")
    assert Entry.objects.filter(verb="plan_item.done").count() == 1
    actions.reopen_item(by=house.siti.user, item=item)
    item.refresh_from_db()
    assert (item.state, item.done_at, item.done_note) == ("planned", None, "")


@pytest.mark.django_db
def test_done_holds_in_the_agreed_plan_and_in_its_change(house: Cast) -> None:
    plan = agreed(house.siti, house.budi, "Magang")
    change = actions.revise_plan(by=house.siti.user, plan=plan)
    actions.mark_item_done(by=house.siti.user, item=item_of(change, "Magang"), reason="Dua minggu di bidang data.")
    assert {item_of(found, "Magang").state for found in (plan, change)} == {"done"}


def states(employee: Employee, course: Course) -> dict[int, str]:
    """The state of the course's item by revision."""
    rows = PlanItem.objects.filter(plan__employee=employee, course=course).order_by("plan__revision")
    return {row.plan.revision: row.state for row in rows.select_related("plan")}


@pytest.fixture
def course(house: Cast) -> Course:
    """A small real course that can be walked to its end."""
    learning.load_reference_data()
    return Course.objects.get(slug="keamanan-digital-asn")


def finish(enrolment: Enrolment) -> None:
    """Say, as learning does, that the course is completed."""
    from tests.credentials.test_certificates import say

    Enrolment.objects.filter(pk=enrolment.pk).update(state="completed", completed_at=enrolment.started_at)
    say("enrolment.completed", enrolment)


@pytest.mark.django_db
def test_items_follow_learning_from_start_to_end(house: Cast, course: Course) -> None:
    plan = agreed(house.siti, house.budi, course=course)
    other = agreed(house.dewi, house.budi, course=course)
    enrolment = learning.enrol(by=house.siti.user, employee=house.siti, course=course, origin="plan")
    assert states(house.siti, course) == {1: "running"}
    assert item_of(plan, course.title).enrolment_id == str(enrolment.public_id)
    learning.withdraw(by=house.siti.user, enrolment=enrolment)
    assert states(house.siti, course) == {1: "planned"}
    learning.enrol(by=house.siti.user, employee=house.siti, course=course)
    assert states(house.siti, course) == {1: "running"}
    finish(enrolment)
    item = item_of(plan, course.title)
    assert item.state == "done"
    assert item.done_at is not None
    assert item_of(other, course.title).state == "planned", "another person's plan is another story"
    with pytest.raises(Refused, match="mengikuti kursusnya"):
        actions.reopen_item(by=house.siti.user, item=item)
    with pytest.raises(Refused, match="mengikuti kursusnya"):
        actions.mark_item_done(by=house.dewi.user, item=item_of(other, course.title), reason="Sudah saya baca.")


@pytest.mark.django_db
def test_a_completion_taken_back_lets_the_item_run_again(house: Cast, course: Course) -> None:
    from tests.credentials.test_certificates import say

    agreed(house.siti, house.budi, course=course)
    enrolment = learning.enrol(by=house.siti.user, employee=house.siti, course=course)
    finish(enrolment)
    say("enrolment.reopened", enrolment, reason="Uji akhir bermasalah.")
    assert states(house.siti, course) == {1: "running"}


@pytest.mark.django_db
def test_following_twice_is_following_once(house: Cast, course: Course) -> None:
    agreed(house.siti, house.budi, course=course)
    enrolment = learning.enrol(by=house.siti.user, employee=house.siti, course=course)
    finish(enrolment)
    finish(enrolment)
    assert Entry.objects.filter(verb="plan_item.done").count() == 1
    given: dict[str, Any] = {
        "employee_id": house.siti.pk, "course_public_id": str(course.public_id), "enrolment_id": str(enrolment.public_id),
    }  # fmt: skip
    assert actions.follow_start(**given, at=enrolment.started_at) == 0, "a late start does not undo the end"
    assert actions.follow_withdrawal(**given) == 0
    assert states(house.siti, course) == {1: "done"}


@pytest.mark.django_db
def test_the_agreed_plan_and_its_change_follow_together(house: Cast, course: Course) -> None:
    plan = agreed(house.siti, house.budi, course=course)
    actions.revise_plan(by=house.siti.user, plan=plan)
    enrolment = learning.enrol(by=house.siti.user, employee=house.siti, course=course)
    assert states(house.siti, course) == {1: "running", 2: "running"}
    finish(enrolment)
    assert states(house.siti, course) == {1: "done", 2: "done"}
    assert Entry.objects.filter(verb="plan_item.done").count() == 1, "one line, one entry"


@pytest.mark.django_db
def test_what_was_superseded_no_longer_follows(house: Cast, course: Course) -> None:
    plan = agreed(house.siti, house.budi, course=course)
    change = actions.revise_plan(by=house.siti.user, plan=plan)
    actions.submit_plan(by=house.siti.user, plan=change)
    actions.approve_plan(by=house.budi.user, plan=change)
    learning.enrol(by=house.siti.user, employee=house.siti, course=course)
    assert states(house.siti, course) == {1: "planned", 2: "running"}


@pytest.mark.django_db
def test_a_new_item_begins_where_the_person_is(house: Cast, course: Course) -> None:
    enrolment = learning.enrol(by=house.siti.user, employee=house.siti, course=course)
    plan = draft(house.siti, course=course)
    assert item_of(plan, course.title).state == "running"
    actions.remove_item(by=house.siti.user, item=item_of(plan, course.title))
    finish(enrolment)
    actions.restore_item(by=house.siti.user, item=item_of(plan, course.title))
    assert item_of(plan, course.title).state == "done"
    next_year = draft(house.siti, course=course, year=YEAR + 1)
    assert item_of(next_year, course.title).state == "planned", "last year's completion plans nothing for the next"


@pytest.mark.django_db
def test_a_finished_item_is_not_dropped(house: Cast) -> None:
    plan = agreed(house.siti, house.budi, "Magang")
    actions.mark_item_done(by=house.siti.user, item=item_of(plan, "Magang"), reason="Dua minggu di bidang data.")
    change = actions.revise_plan(by=house.siti.user, plan=plan)
    with pytest.raises(Refused):
        actions.remove_item(by=house.siti.user, item=item_of(change, "Magang"))
