"""The sums kept for units say what a count of the people says, after every kind of action, at once and after the job."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from bina.config.commands.doctor import check_sums
from bina.credentials import actions as credentials
from bina.credentials.models import HourRequirement, LearningHours
from bina.credentials.queries import hours_summary
from bina.foundation import clock
from bina.learning import actions as learning
from bina.learning.models import Enrolment
from bina.people import actions as people
from bina.people.models import Agency, Employee, KeptSums, OrgUnit, Position, SumMark
from bina.people.queries import counted_by_branch, differing_sums, sums_by_branch
from bina.people.registry import UNIT_SUMS
from bina.planning import actions as planning
from bina.planning.models import IndividualPlan, PlanItem, PlanSum
from bina.planning.queries import plan_counts
from tests.cast import Cast
from tests.learning.folders import publish_mini
from tests.learning.walking import do_everything_but_the_test, enrolled, take_test
from tests.people.staff_files import HEADINGS, apply, as_xlsx, row, table, upload
from tests.planning.conftest import house
from tests.planning.stage import YEAR, agreed, content, draft, fresh, item_of
from tests.racing import at_once

__all__ = ["house"]

TODAY = clock.today("WIB")


def _sums_are_true() -> None:
    """Every kind of sums under every unit agrees with a count of its people."""
    for unit in OrgUnit.objects.select_related("agency"):
        for sums in UNIT_SUMS.values():
            counting = sums.counting(unit.agency)
            width = len(sums.figures)
            kept, counted = (
                {line[:-width]: [float(figure) for figure in line[-width:]] for line in lines if any(line[-width:])}
                for lines in (sums_by_branch(unit, sums, counting), counted_by_branch(unit, counting, sums))
            )
            assert kept == counted, (sums.code, unit.name)


def _is_read_from_sums(agency: Agency) -> bool:
    return all(
        KeptSums.objects.filter(agency=agency, code=sums.code, basis=sums.counting(agency).basis).exists()
        for sums in UNIT_SUMS.values()
    )


def _follow(*steps: tuple[str, Callable[[], object]]) -> None:
    """Do one thing after the other: the sums are true right after each, and after the job, which leaves no marks."""
    people.refresh_sums()
    for name, step in steps:
        before = _figures()
        step()
        changed = _figures() != before
        assert SumMark.objects.exists() or not changed or KeptSums.objects.filter(basis="").exists(), name
        _sums_are_true()
        people.refresh_sums()
        assert not SumMark.objects.exists(), name
        for agency in Agency.objects.all():
            assert _is_read_from_sums(agency), name
        _sums_are_true()


def _figures() -> list[object]:
    tops = OrgUnit.objects.filter(depth=1).select_related("agency")
    return [
        sorted(counted_by_branch(top, sums.counting(top.agency), sums)) for top in tops for sums in UNIT_SUMS.values()
    ]


def _plan(employee: Employee) -> IndividualPlan:
    found = IndividualPlan.objects.filter(employee=employee, year=YEAR).exclude(state__in=("superseded", "discarded"))
    return fresh(found.order_by("-revision")[0])


@pytest.mark.django_db
def test_plans(house: Cast) -> None:
    siti, budi = house.siti, house.budi

    def item() -> PlanItem:
        return item_of(_plan(siti), "Magang dua minggu")

    _follow(
        ("begin", lambda: draft(siti)),
        ("submit", lambda: planning.submit_plan(by=siti.user, plan=_plan(siti))),
        ("withdraw", lambda: planning.withdraw_plan(by=siti.user, plan=_plan(siti))),
        ("submit again", lambda: planning.submit_plan(by=siti.user, plan=_plan(siti))),
        ("return", lambda: planning.return_plan(by=budi.user, plan=_plan(siti), comment="Tambah satu kegiatan.")),
        ("add", lambda: planning.add_item(by=siti.user, plan=_plan(siti), content=content("Coaching"))),
        ("submit once more", lambda: planning.submit_plan(by=siti.user, plan=_plan(siti))),
        ("approve", lambda: planning.approve_plan(by=budi.user, plan=_plan(siti))),
        ("done", lambda: planning.mark_item_done(by=siti.user, item=item(), reason="Dua minggu di bidang data.")),
        ("not done", lambda: planning.reopen_item(by=siti.user, item=item())),
        ("revise", lambda: planning.revise_plan(by=siti.user, plan=_plan(siti))),
        ("done in both", lambda: planning.mark_item_done(by=siti.user, item=item(), reason="Dua minggu, lagi.")),
        ("drop in the change", lambda: planning.remove_item(by=siti.user, item=item_of(_plan(siti), "Coaching"))),
        ("submit the change", lambda: planning.submit_plan(by=siti.user, plan=_plan(siti))),
        ("approve the change", lambda: planning.approve_plan(by=budi.user, plan=_plan(siti))),
        ("revise again", lambda: planning.revise_plan(by=siti.user, plan=_plan(siti))),
        ("discard", lambda: planning.discard_revision(by=siti.user, plan=_plan(siti))),
    )  # fmt: skip
    counts = plan_counts(house.root, YEAR)
    assert (counts.count("approved"), counts.items_total(), counts.items_done()) == (1, 1, 1)


@pytest.mark.django_db
def test_hours_and_their_floor(house: Cast) -> None:
    def record(person: Employee, hours: int, origin: str) -> LearningHours:
        return credentials.record_hours(
            by=None, employee=person, form_code="NK_ELEARNING", title="Seminar", quantity=Decimal(hours),
            completed_on=TODAY, origin_kind="uji", origin_id=origin,
        )  # fmt: skip

    def raise_the_floor() -> None:
        HourRequirement.objects.create(
            agency=house.agency, employment_type="PNS", kind="floor_year", hours=30, valid_from=dt.date(YEAR, 1, 1)
        )

    _follow(
        ("record", lambda: record(house.siti, 15, "a")),
        ("reach the floor", lambda: record(house.siti, 10, "b")),
        ("a fraction", lambda: record(house.dewi, 3, "c")),
        ("void", lambda: credentials.void_hours(
            by=house.hr.user, row=LearningHours.objects.get(origin_id="a"), reason="Tercatat dua kali oleh panitia.",
        )),
        ("record again", lambda: record(house.siti, 12, "d")),
    )  # fmt: skip
    people.refresh_sums()
    reached = hours_summary(house.root, YEAR).with_floor.reached
    assert reached == 1
    raise_the_floor()
    assert not _is_read_from_sums(house.agency)
    _sums_are_true()
    assert hours_summary(house.root, YEAR).with_floor.reached == 0
    people.rebuild_sums()
    assert _is_read_from_sums(house.agency)
    _sums_are_true()


@pytest.mark.django_db
def test_enrolments(house: Cast) -> None:
    course = publish_mini()

    def held() -> Enrolment:
        return Enrolment.objects.select_related("course", "version", "employee__agency", "employee__unit").get(
            employee=house.siti
        )

    def complete() -> None:
        do_everything_but_the_test(house.siti.user, held())
        take_test(house.siti.user, held(), "uji-akhir", right=99)

    _follow(
        ("enrol", lambda: enrolled(house.siti, course)),
        ("stop", lambda: learning.withdraw(by=house.siti.user, enrolment=held())),
        ("come back", lambda: enrolled(house.siti, course)),
        ("complete", complete),
        ("open again", lambda: learning.reopen_enrolment(by=house.hr.user, enrolment=held(), reason="Salah hitung.")),
    )


@pytest.mark.django_db
def test_people_come_move_and_leave(house: Cast) -> None:
    siti, admin = house.siti, house.admin
    agreed(siti, house.budi)
    enrolled(siti, publish_mini())
    desk = Position.objects.create(unit=house.other_dinas, title="Analis Data", job_class_id="JF_AHLI_PERTAMA")
    elsewhere = people.create_agency(by=admin, code="lain", name="Kota Lain", short_name="Lain", kind="city")
    far = Position.objects.create(
        unit=OrgUnit.objects.get(agency=elsewhere, depth=1), title="Analis", job_class_id="JF_AHLI_PERTAMA"
    )
    born: list[Employee] = []

    def now() -> Employee:
        return Employee.objects.select_related("unit", "agency").get(pk=siti.pk)

    def add() -> None:
        born.append(people.add_employee(by=admin, position=desk, full_name="Tamu Baru", employment_type="NON_ASN"))

    def plan_a_move() -> None:
        home = Position.objects.get(unit=house.seksi, is_head=False)
        people.move_employee(by=admin, employee=now(), position=home, effective_on=TODAY + dt.timedelta(days=3))

    def take_in_a_file(**changes: str) -> Callable[[], object]:
        lines = table([row(**changes)], HEADINGS)
        return lambda: apply(upload(as_xlsx(lines), house.agency))

    _follow(
        ("add", add),
        ("another kind", lambda: people.change_employee(by=admin, employee=house.rina, employment_type="CPNS")),
        ("suspended", lambda: people.change_employee(by=admin, employee=house.dewi, legal_status="04")),
        ("active again", lambda: people.change_employee(by=admin, employee=house.dewi, legal_status="01")),
        ("move", lambda: people.move_employee(by=admin, employee=now(), position=desk)),
        ("plan a move", plan_a_move),
        ("the day comes", lambda: people.refresh_placements(on=TODAY + dt.timedelta(days=3))),
        ("leave", lambda: people.mark_left(by=admin, employee=now(), on=TODAY)),
        ("return", lambda: people.return_employee(by=admin, employee=now(), position=desk, on=TODAY)),
        ("to another agency", lambda: people.transfer_employee(
            by=admin, employee=born[0], position=far
        )),
        ("a file adds", take_in_a_file()),
        ("a file moves", take_in_a_file(Kode_unit="D2")),
        ("a file says she left", take_in_a_file(Kode_unit="D2", Kedudukan_hukum="99")),
        ("a new unit", lambda: people.add_unit(by=admin, parent=house.seksi, code="BARU", name="Subseksi Baru")),
    )  # fmt: skip


@pytest.mark.django_db
def test_a_new_year_is_counted_until_its_sums_are_kept(house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    agreed(house.siti, house.budi)
    people.rebuild_sums()
    monkeypatch.setattr(clock, "today", lambda zone="WIB": dt.date(YEAR + 1, 1, 1))
    assert plan_counts(house.root, YEAR + 1).count("approved") == 0
    _sums_are_true()
    people.rebuild_sums()
    _sums_are_true()
    assert plan_counts(house.root, YEAR).count("approved") == 1, "the year before is counted from its plans"


@pytest.mark.django_db
def test_kept_sums_are_read_with_few_questions_and_without_people(house: Cast) -> None:
    agreed(house.siti, house.budi)
    people.rebuild_sums()
    with CaptureQueriesContext(connection) as captured:
        counts = plan_counts(house.root, YEAR)
    assert len(captured) <= 3
    assert not any("individualplan" in query["sql"] for query in captured)
    assert counts.count("approved") == 1
    planning.revise_plan(by=house.siti.user, plan=_plan(house.siti))
    with CaptureQueriesContext(connection) as captured:
        plan_counts(house.root, YEAR)
    assert len(captured) <= 3


@pytest.mark.django_db
def test_a_note_is_one_question(house: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        people.note_person_changed(house.siti.pk, UNIT_SUMS["plans"])


@pytest.mark.django_db
def test_what_went_wrong_is_found_and_mended(house: Cast) -> None:
    people.rebuild_sums()
    assert list(differing_sums()) == []
    assert [finding.level for finding in check_sums()] == ["baik"]
    PlanSum.objects.filter(is_whole=True, unit=house.dinas).update(people=99)
    found = list(differing_sums())
    assert [(each.code, each.kept) for each in found] == [("plans", 99)]
    assert [finding.level for finding in check_sums()] == ["perhatian"]
    people.rebuild_sums()
    assert list(differing_sums()) == []


@pytest.mark.django_db(transaction=True)
def test_many_act_while_the_job_runs(house: Cast) -> None:
    everyone = [person for person in house.everyone if person != house.leader]
    people.rebuild_sums()

    def begin(person: Employee) -> Callable[[], object]:
        def work() -> None:
            draft(person)
            planning.submit_plan(by=person.user, plan=_plan(person))

        return work

    def fold() -> None:
        for _ in range(5):
            people.refresh_sums()

    results = at_once(*[begin(person) for person in everyone], fold, fold)
    assert results == [None] * len(results)
    _sums_are_true()
    people.refresh_sums()
    assert _is_read_from_sums(house.agency)
    assert not SumMark.objects.exists()
    assert plan_counts(house.root, YEAR).count("submitted") == len(everyone)
    _sums_are_true()
