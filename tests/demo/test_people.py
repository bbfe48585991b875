"""The people of the demo: as many as asked for, with valid numbers, in proportions the country knows."""

import datetime as dt
from collections import Counter

import pytest
from django.test import Client, override_settings
from django.urls import clear_url_caches, reverse

from bina.competencies.models import Evidence
from bina.demo import queries
from bina.demo.accounts import ACCOUNTS, PASSWORD
from bina.demo.agencies import agency_codes, plan_agencies
from bina.demo.build import BuildResult, build
from bina.demo.names import names_a_public_person
from bina.people.models import Agency, Assignment, Employee, OrgUnit, Position, User
from bina.people.queries import head_of, standing_of, superior_of
from bina.people.rules import Permission, read_employee_number
from tests.demo.conftest import EMPLOYEES, ON


def test_there_are_exactly_as_many_as_asked_for_in_four_agencies(demo: BuildResult) -> None:
    assert demo.is_new
    assert Employee.objects.count() == EMPLOYEES
    by_agency = Counter(Employee.objects.values_list("agency__code", flat=True))
    assert set(by_agency) == agency_codes()
    assert by_agency["6000"] > by_agency["6671"] > by_agency["OIKN"]


def test_every_number_is_valid_unique_and_tells_the_truth(demo: BuildResult) -> None:
    people = list(Employee.objects.all())
    assert len({person.employee_number for person in people}) == len(people)
    for person in people:
        facts = read_employee_number(person.employee_number or "", today=ON)
        assert facts.birth_date == person.birth_date
        assert facts.sex == person.sex
        assert facts.is_contract == person.employment_type.startswith("PPPK")


def test_nobody_is_older_than_the_post_allows(demo: BuildResult) -> None:
    for person in Employee.objects.select_related("position__job_class"):
        assert person.birth_date is not None
        age = (ON - person.birth_date).days / 365.25
        assert 18 <= age < person.position.job_class.retirement_age + 1, (person.full_name, age)


@pytest.mark.parametrize(
    ("field", "value", "low", "high"),
    [("sex", "F", 0.50, 0.63), ("employment_type", "PNS", 0.52, 0.74), ("education", "S1", 0.55, 0.70)],
)
def test_shares_follow_the_national_figures(demo: BuildResult, field: str, value: str, low: float, high: float) -> None:
    share = Employee.objects.filter(**{field: value}).count() / EMPLOYEES
    assert low <= share <= high


def test_most_posts_are_functional_and_some_units_are_remote(demo: BuildResult) -> None:
    classes = Counter(Employee.objects.values_list("position__job_class__index_class", flat=True))
    assert classes["fungsional"] > EMPLOYEES / 2
    assert classes["pelaksana"] > EMPLOYEES / 7
    assert 0 < classes["struktural"] < EMPLOYEES / 4
    assert 0 < OrgUnit.objects.filter(is_remote=True).count() < OrgUnit.objects.count() / 4


def test_the_trees_are_sound_and_four_to_five_levels_deep(demo: BuildResult) -> None:
    step = OrgUnit.steplen
    children = Counter(path[:-step] for path in OrgUnit.objects.values_list("path", flat=True))
    for path, depth, numchild in OrgUnit.objects.values_list("path", "depth", "numchild"):
        assert len(path) == step * depth
        assert numchild == children[path]
        assert depth == 1 or OrgUnit.objects.filter(path=path[:-step]).exists()
    depths = {agency.short_name: max(agency.units.values_list("depth", flat=True)) for agency in Agency.objects.all()}
    assert set(depths.values()) <= {4, 5}
    assert depths["Pemprov DKI Jakarta"] == 5


def test_almost_every_unit_is_led_and_everybody_below_the_top_has_a_superior(demo: BuildResult) -> None:
    units = list(OrgUnit.objects.all())
    without = [unit for unit in units if head_of(unit, ON) is None]
    assert 0 < len(without) < len(units) / 15
    acting = Assignment.objects.filter(kind="PLT")
    assert acting.exists()
    tops = 0
    for person in Employee.objects.select_related("unit")[::9]:
        superior = superior_of(person, ON)
        tops += superior is None
        assert superior != person
    assert tops <= Agency.objects.count()


def test_names_come_from_many_regions_and_never_name_a_public_person(demo: BuildResult) -> None:
    names = list(Employee.objects.values_list("full_name", flat=True))
    assert not [name for name in names if names_a_public_person(name)]
    assert len(set(names)) > 0.97 * len(names)
    assert any(" " not in name for name in names)
    assert names_a_public_person("Sri Ayu Mulyani")


def test_addresses_belong_to_a_reserved_domain_and_to_one_person_each(demo: BuildResult) -> None:
    mails = list(Employee.objects.values_list("email", flat=True))
    assert all(mail.endswith((".contoh.go.id.test", "@contoh.go.id.test")) for mail in mails)
    assert len(set(mails)) == len(mails)


def test_positions_are_not_repeated_and_only_heads_lead(demo: BuildResult) -> None:
    heads = Position.objects.filter(is_head=True).values_list("unit_id", flat=True)
    assert len(heads) == len(set(heads))
    for person in Employee.objects.filter(position__is_head=True).select_related("position", "unit"):
        assert person.position.unit_id == person.unit_id


def test_each_role_has_its_account_and_only_demo_accounts_have_a_password(demo: BuildResult) -> None:
    named = User.objects.filter(email__in=[row.email for row in ACCOUNTS])
    assert named.count() == len(ACCOUNTS)
    assert all(user.has_usable_password() for user in named)
    others = User.objects.exclude(pk__in=named.values("pk"))
    assert not any(user.has_usable_password() for user in others[:200])
    hr = named.get(email="mardiana@contoh.go.id.test")
    assert standing_of(hr).may(Permission.IMPORT_STAFF)
    clerk = named.get(email="siti@contoh.go.id.test")
    assert not standing_of(clerk).grants
    boss = named.get(email="rusli@contoh.go.id.test")
    assert clerk.employee is not None
    assert superior_of(clerk.employee, ON) == boss.employee


def test_a_large_demo_adds_units_instead_of_crowding_them() -> None:
    small, large = plan_agencies(2_400), plan_agencies(100_000)
    assert sum(len(plan.units) for plan in large) > 5 * sum(len(plan.units) for plan in small)
    for plan in large:
        codes = [unit.code for unit in plan.units]
        names = [(unit.parent.code if unit.parent else "", unit.name) for unit in plan.units]
        assert len(set(codes)) == len(codes)
        assert len(set(names)) == len(names)


def test_contract_staff_have_a_running_contract(demo: BuildResult) -> None:
    for person in Employee.objects.filter(employment_type__startswith="PPPK"):
        assert person.contract_from is not None
        assert person.contract_to is not None
        assert person.contract_from <= ON <= person.contract_to
        assert person.contract_to - person.contract_from <= dt.timedelta(days=5 * 366)


def test_building_where_the_demo_is_changes_nothing(demo: BuildResult) -> None:
    before = Employee.objects.count(), Evidence.objects.count()
    again = build(employees=500)
    assert not again.is_new
    assert (Employee.objects.count(), Evidence.objects.count()) == before


def test_the_list_of_accounts_names_only_those_that_can_sign_in(demo: BuildResult) -> None:
    assert [row.key for row in queries.demo_accounts()] == [row.key for row in ACCOUNTS]
    User.objects.filter(email="daud@contoh.go.id.test").update(is_active=False)
    assert "daud" not in [row.key for row in queries.demo_accounts()]


def test_a_demo_account_signs_in_with_its_address(demo: BuildResult) -> None:
    user = User.objects.get(email="siti@contoh.go.id.test")
    assert user.username.isdigit()
    user.set_password(PASSWORD)
    user.save()
    answer = Client().post(reverse("account_login"), {"login": "siti@contoh.go.id.test", "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("portal:home")


@override_settings(ROOT_URLCONF="tests.demo.urls")
def test_accounts_are_only_told_where_the_installation_is_a_demo(demo: BuildResult) -> None:
    clear_url_caches()
    client = Client()
    with override_settings(DEMO=False):
        assert client.get("/demo/accounts/").status_code == 404
    with override_settings(DEMO=True):
        page = client.get("/demo/accounts/")
        part = client.get("/demo/accounts/", headers={"HX-Request": "true"})
    assert PASSWORD in page.content.decode()
    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode()
    assert part.content.decode().count("siti@contoh.go.id.test") == 2
    clear_url_caches()
