"""The ledger: every hour once, by the rule of its day, for ever the same figure."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from bina.credentials import actions, queries
from bina.credentials.models import HourRequirement, HourRule, LearningHours
from bina.credentials.rules import RuleKind
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.people.models import Agency, Employee
from tests.cast import Cast, add_person
from tests.credentials.stage import DAY, certify, earn
from tests.racing import at_once

D = Decimal
# form: unit, hours of ten programme hours or of one unit, national and international; from the published conversions.
FORMS = {
    "KL_STRUKTURAL": (10, 10, 10), "KL_MANAJERIAL": (10, 10, 12), "KL_TEKNIS": (10, 10, 12),
    "KL_FUNGSIONAL": (10, 10, 12), "KL_SOSKUL": (10, 10, 12), "KL_SEMINAR": (1, 4, 6), "KL_WORKSHOP": (1, 5, 7),
    "KL_KURSUS": (10, 10, 12), "KL_PENATARAN": (10, 10, 12), "KL_BIMTEK": (10, 10, 12), "KL_LAIN": (10, 10, 10),
    "NK_COACHING": (1, 2, 2), "NK_MENTORING": (1, 2, 2), "NK_ELEARNING": (10, 10, 12), "NK_PJJ": (10, 10, 12),
    "NK_DETASERING": (1, 20, 20), "NK_OUTBOND": (10, 10, 10), "NK_BENCHMARK": (1, 10, 10),
    "NK_PERTUKARAN": (1, 20, 20), "NK_MANDIRI": (1, 2, 2), "NK_KOMUNITAS": (1, 2, 2), "NK_OJT": (1, 2, 2),
    "NK_MAGANG": (1, 20, 20), "NK_LAIN": (10, 10, 10),
}  # fmt: skip


@pytest.mark.django_db
def test_every_form_counts_as_published(house: Cast) -> None:
    without_value = {"PEND_TUBEL", "KL_SOSIALISASI"}
    assert {rule.form_code for rule in queries.rules_in_force()} == set(FORMS) | without_value
    for form, (quantity, national, international) in FORMS.items():
        found = earn(house.siti, quantity, form_code=form, origin_id=f"{form}-n")
        abroad = earn(house.rina, quantity, form_code=form, origin_id=f"{form}-i", reach="international")
        assert [found.hours, abroad.hours] == [national, international], form
        assert found.rule_snapshot["legal_basis"].startswith("Peraturan LAN"), form
    for form in without_value:
        with pytest.raises(Refused, match="belum menetapkan"):
            earn(house.siti, form_code=form, origin_id=form)


@pytest.mark.django_db
def test_loading_again_changes_nothing_and_keeps_what_people_changed(house: Cast) -> None:
    count = HourRule.objects.count(), HourRequirement.objects.count()
    HourRule.objects.filter(form_code="NK_OJT").update(value_national=3)
    actions.load_reference_data()
    assert (HourRule.objects.count(), HourRequirement.objects.count()) == count
    assert HourRule.objects.get(form_code="NK_OJT").value_national == 3


@pytest.mark.django_db
def test_one_origin_counts_once(house: Cast) -> None:
    first = earn(house.siti)
    assert earn(house.siti).pk == first.pk
    assert earn(house.siti, quantity=99).pk == first.pk
    assert queries.hours_of(house.siti, 2026).earned == 4


@pytest.mark.django_db
def test_the_year_is_that_of_completion(house: Cast) -> None:
    earn(house.siti, started_on=dt.date(2025, 12, 20), completed_on=dt.date(2026, 1, 2))
    assert queries.hours_of(house.siti, 2025).earned == 0
    assert queries.hours_of(house.siti, 2026).earned == 4


@pytest.mark.django_db
def test_a_monthly_cap_holds_over_rows_and_begins_anew(house: Cast) -> None:
    hours = [
        earn(house.siti, 1, form_code="NK_COACHING", origin_id=day, completed_on=dt.date.fromisoformat(day)).hours
        for day in ("2026-03-02", "2026-03-09", "2026-03-30", "2026-04-01")
    ]
    assert hours == [2, 2, 0, 2]
    other = earn(house.rina, 1, form_code="NK_COACHING", origin_id="rina", completed_on=dt.date(2026, 3, 31))
    assert other.hours == 2, "a cap is a person's own"
    assert actions.recompute_hours(house.siti, 2026) == queries.hours_of(house.siti, 2026).earned == 6


@pytest.mark.django_db
def test_a_voided_row_gives_its_room_back_and_the_past_stays_reproducible(house: Cast) -> None:
    rows = [earn(house.siti, 1, form_code="NK_COACHING", origin_id=str(n)) for n in range(3)]
    actions.void_hours(by=house.hr.user, row=rows[0], reason="Daftar hadir keliru.")
    late = earn(house.siti, 1, form_code="NK_COACHING", origin_id="late")
    assert [row.hours for row in (rows[1], rows[2], late)] == [2, 0, 0], "the refused session still fills the month"
    assert actions.recompute_hours(house.siti, 2026) == queries.hours_of(house.siti, 2026).earned == 2


@pytest.mark.django_db
def test_what_was_voided_stays_voided_until_it_happens_again(house: Cast) -> None:
    happened = clock.now()
    row = earn(house.siti, happened_at=happened)
    actions.void_hours(by=house.hr.user, row=row, reason="Penyelesaian dibuka kembali.")
    assert earn(house.siti, happened_at=happened).pk == row.pk, "a repeated job does not bring it back"
    assert earn(house.siti).pk == row.pk
    assert queries.hours_of(house.siti, 2026).earned == 0
    again = earn(house.siti, happened_at=clock.now() + dt.timedelta(minutes=1))
    assert again.pk != row.pk
    assert queries.hours_of(house.siti, 2026).earned == 4
    row.refresh_from_db()
    assert row.voided_reason == "Penyelesaian dibuka kembali."


@pytest.mark.django_db
def test_only_agency_hr_voids_and_only_with_a_reason(house: Cast) -> None:
    row = earn(house.siti)
    for person in (house.siti, house.budi, house.unit_hr, house.rina, house.trainer):
        with pytest.raises(Denied):
            actions.void_hours(by=person.user, row=row, reason="Daftar hadir keliru.")
    with pytest.raises(Refused):
        actions.void_hours(by=house.hr.user, row=row, reason="  ")
    actions.void_hours(by=house.hr.user, row=row, reason="Daftar hadir keliru.")
    with pytest.raises(Refused, match="sudah dibatalkan"):
        actions.void_hours(by=house.hr.user, row=row, reason="Daftar hadir keliru.")


@pytest.mark.django_db
def test_a_changed_rule_counts_from_its_day_and_the_past_keeps_its_figure(house: Cast) -> None:
    old = earn(house.siti, 3, form_code="KL_SEMINAR", origin_id="old", completed_on=dt.date(2025, 6, 2))
    actions.set_hour_rule(
        by=house.admin, agency=None, form_code="KL_SEMINAR", kind=RuleKind.PER_DAY, value_national=D(5),
        value_international=D(8), valid_from=dt.date(2026, 1, 1), legal_basis="Peraturan LAN rekaan 1/2026",
    )  # fmt: skip
    new = earn(house.siti, 3, form_code="KL_SEMINAR", origin_id="new", completed_on=dt.date(2026, 6, 2))
    late = earn(house.siti, 1, form_code="KL_SEMINAR", origin_id="late", completed_on=dt.date(2025, 12, 31))
    assert [old.hours, new.hours, late.hours] == [12, 15, 4], "the day of completion chooses the rule"
    assert queries.hours_of(house.siti, 2025).earned == actions.recompute_hours(house.siti, 2025) == 16
    assert queries.hours_of(house.siti, 2026).earned == actions.recompute_hours(house.siti, 2026) == 15
    history = list(queries.rule_history("KL_SEMINAR"))
    assert [(row.valid_from.year, row.valid_to) for row in history] == [(2026, None), (2018, dt.date(2025, 12, 31))]


@pytest.mark.django_db
def test_the_figure_outlives_its_rule(house: Cast) -> None:
    row = earn(house.siti, 3, form_code="KL_SEMINAR")
    HourRule.objects.all().delete()
    row.refresh_from_db()
    assert row.rule is None
    assert row.form_name == "Seminar/konferensi/sarasehan"
    assert row.calculation == "3 hari × 4 JP"
    assert actions.recompute_hours(house.siti, 2026) == 12


@pytest.mark.django_db
def test_an_agency_sets_its_own_rule_for_its_own_people(house: Cast) -> None:
    given: dict[str, Any] = {
        "form_code": "KL_SOSIALISASI", "kind": RuleKind.PER_DAY, "value_national": D(4), "valid_from": dt.date(2026, 1, 1),
        "legal_basis": "Keputusan kepala BKPSDM rekaan",
    }  # fmt: skip
    for person in (house.siti, house.unit_hr, house.trainer):
        with pytest.raises(Denied):
            actions.set_hour_rule(by=person.user, agency=house.agency, **given)
    with pytest.raises(Denied):
        actions.set_hour_rule(by=house.hr.user, agency=None, **given)
    with pytest.raises(Refused, match="dasar hukum"):
        actions.set_hour_rule(by=house.hr.user, agency=house.agency, **given | {"legal_basis": " "})
    with pytest.raises(Refused, match="belum dikenal"):
        actions.set_hour_rule(by=house.hr.user, agency=house.agency, **given | {"form_code": "KL_RAHASIA"})
    with pytest.raises(Refused):
        actions.set_hour_rule(by=house.hr.user, agency=house.agency, **given | {"value_national": D(-1)})
    actions.set_hour_rule(by=house.hr.user, agency=house.agency, **given)
    assert earn(house.siti, 2, form_code="KL_SOSIALISASI").hours == 8
    other = Agency.objects.create(code="lain", name="Pemerintah Kabupaten Contoh", short_name="Contoh", kind="regency")
    assert queries.rule_in_force("KL_SOSIALISASI", other.pk) == queries.rule_in_force("KL_SOSIALISASI")
    assert [
        rule.value_national for rule in queries.rules_in_force(house.agency.pk) if rule.form_code == "KL_SOSIALISASI"
    ] == [4]


@pytest.mark.django_db
def test_refusals_write_nothing(house: Cast) -> None:
    for changes in (
        {"form_code": "TIDAK_ADA"},
        {"quantity": 0},
        {"completed_on": clock.today() + dt.timedelta(days=2)},
        {"form_code": "NK_MAGANG", "started_on": dt.date(2024, 1, 1), "quantity": 1},
    ):
        with pytest.raises(Refused):
            earn(house.siti, **changes)
    assert not LearningHours.objects.exists()


@pytest.mark.django_db
def test_floor_for_civil_servants(house: Cast) -> None:
    earn(house.siti, 12)
    standing = queries.hours_of(house.siti, 2026)
    assert [standing.earned, standing.floor, standing.missing, standing.ceiling] == [12, 20, 8, None]
    assert standing.is_reached is False
    assert "Pasal 203" in standing.legal_basis
    earn(house.siti, 12, origin_id="2")
    standing = queries.hours_of(house.siti, 2026)
    assert [standing.missing, standing.is_reached] == [0, True]


@pytest.mark.django_db
def test_ceiling_by_contract_for_contract_staff(house: Cast) -> None:
    dewi = house.dewi
    dewi.contract_from, dewi.contract_to = dt.date(2025, 3, 1), dt.date(2026, 2, 28)
    dewi.save()
    earn(dewi, 6, origin_id="before", completed_on=dt.date(2025, 2, 28))
    earn(dewi, 8, origin_id="first day", completed_on=dt.date(2025, 3, 1))
    earn(dewi, 10, origin_id="next year", completed_on=dt.date(2026, 2, 28))
    earn(dewi, 3, origin_id="after", completed_on=dt.date(2026, 3, 1))
    standing = queries.hours_of(dewi, 2026)
    assert [standing.floor, standing.ceiling, standing.earned, standing.room] == [None, 24, 18, 6]
    assert standing.missing == 0
    assert standing.is_reached is None
    assert not standing.is_window_unknown
    dewi.contract_to = None
    dewi.save()
    standing = queries.hours_of(dewi, 2026)
    assert standing.is_window_unknown
    assert standing.earned == 13, "without dates the year stands in"


@pytest.mark.django_db
def test_requirements_are_dated_and_an_agency_may_differ(house: Cast) -> None:
    earn(house.siti, 12)
    actions.set_hour_requirement(
        by=house.admin, agency=None, employment_type="PNS", kind="floor_year", hours=D(30), valid_from=dt.date(2027, 1, 1),
        legal_basis="Peraturan rekaan 2027",
    )  # fmt: skip
    assert queries.hours_of(house.siti, 2026).floor == 20
    assert queries.hours_of(house.siti, 2027).floor == 30
    actions.set_hour_requirement(
        by=house.hr.user, agency=house.agency, employment_type="PPPK", kind="floor_year", hours=D(10),
        valid_from=dt.date(2026, 1, 1), legal_basis="Keputusan wali kota rekaan",
    )  # fmt: skip
    assert queries.hours_of(house.dewi, 2026).floor == 10
    assert queries.hours_of(house.dewi, 2025).ceiling == 24
    with pytest.raises(Denied):
        actions.set_hour_requirement(
            by=house.siti.user, agency=house.agency, employment_type="PNS", kind="floor_year", hours=D(1),
            valid_from=DAY, legal_basis="Keinginan sendiri",
        )  # fmt: skip
    house.siti.employment_type = "NON_ASN"
    house.siti.save()
    standing = queries.hours_of(house.siti, 2026)
    assert (standing.floor, standing.ceiling, standing.whole, standing.legal_basis) == (None, None, None, "")


@pytest.mark.django_db
def test_a_plan_reads_forms_and_requirement_with_one_question(
    house: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    actions.set_hour_requirement(
        by=house.hr.user, agency=house.agency, employment_type="PPPK", kind="floor_year", hours=D(10),
        valid_from=dt.date(2026, 1, 1), legal_basis="Keputusan wali kota rekaan",
    )  # fmt: skip
    for agency_id in (None, house.agency.pk):
        for kind in ("PNS", "PPPK", "NON_ASN"):
            with django_assert_num_queries(1):
                terms = queries.terms_of(agency_id, kind, 2026)
            assert terms.forms() == queries.forms_of_development(agency_id)
            assert terms.names() == queries.form_names(agency_id)
            assert terms.requirement == queries.requirements_on(dt.date(2026, 12, 31)).of(agency_id, kind)
    own = queries.terms_of(house.agency.pk, "PPPK", 2026).requirement
    assert own is not None
    assert own.hours == 10


@pytest.mark.django_db
def test_many_are_read_as_one_is(house: Cast) -> None:
    house.dewi.contract_from, house.dewi.contract_to = dt.date(2025, 3, 1), dt.date(2027, 2, 28)
    house.dewi.save()
    for person in house.everyone:
        earn(person, 3, origin_id=f"a{person.pk}")
        earn(person, 5, origin_id=f"b{person.pk}", completed_on=dt.date(2025, 4, 1))
    with CaptureQueriesContext(connection) as captured:
        many = queries.hours_of_many([person.pk for person in house.everyone], 2026)
    assert len(captured) <= 4
    for person in house.everyone:
        alone = queries.hours_of(person, 2026)
        assert (many[person.pk].earned, many[person.pk].floor, many[person.pk].ceiling) == (
            alone.earned, alone.floor, alone.ceiling,
        )  # fmt: skip
    assert many[house.dewi.pk].earned == 8


@pytest.mark.django_db
def test_summary_by_branch_and_employment(house: Cast) -> None:
    for person, hours in ((house.siti, 25), (house.budi, 10), (house.dewi, 30), (house.rina, 20), (house.hr, 4)):
        earn(person, hours, origin_id=f"s{person.pk}")
    voided = earn(house.hr, 50, origin_id="voided")
    actions.void_hours(by=house.hr.user, row=voided, reason="Salah catat orang.")
    gone = add_person(house.seksi, "Surya Pensiun", "PELAKSANA", "Pengelola", serial=90)
    Employee.objects.filter(pk=gone.pk).update(left_on=dt.date(2026, 2, 1))
    earn(gone, 40, origin_id="gone")
    with CaptureQueriesContext(connection) as captured:
        summary = queries.hours_summary(house.root, 2026)
    assert len(captured) <= 4
    assert [unit.pk for unit, is_own in summary.rows] == [house.root.pk, house.dinas.pk, house.other_dinas.pk]
    assert summary.rows[0][1], "the agency's own staff stand on a row of their own"
    dukcapil = {group.employment_type: group for group in summary.groups if group.unit_id == house.dinas.pk}
    assert [dukcapil["PNS"].people, dukcapil["PNS"].reached, dukcapil["PNS"].hours] == [5, 1, 35]
    assert dukcapil["PNS"].mean == 7
    assert (dukcapil["PPPK"].people, dukcapil["PPPK"].reached, dukcapil["PPPK"].share) == (1, None, None)
    assert summary.total.people == len(house.everyone)
    assert (summary.with_floor.people, summary.with_floor.reached) == (10, 2)
    assert summary.of_unit(house.other_dinas).share == 1.0
    assert {group.employment_type for group in summary.by_employment} == {"PNS", "PPPK"}
    below = queries.hours_summary(house.dinas, 2026)
    assert below.total.people == 6


@pytest.mark.django_db(transaction=True)
def test_two_jobs_for_one_origin_write_one_row(house: Cast) -> None:
    results = at_once(*[lambda: earn(house.siti, 1, form_code="NK_COACHING").pk] * 4)
    assert len(set(results)) == 1, results
    results = at_once(
        *[lambda n=n: earn(house.siti, 1, form_code="NK_COACHING", origin_id=f"t{n}").hours for n in range(5)]
    )
    assert sorted(map(str, results)) == ["0.00"] * 4 + ["2.00"], "together they fill the month and no more"
    assert queries.hours_of(house.siti, 2026).earned == 4


@pytest.mark.django_db
def test_certificate_and_hours_are_apart(house: Cast) -> None:
    certify(house.siti)
    assert queries.hours_of(house.siti, 2026).earned == 0
