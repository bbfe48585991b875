"""Who leads whom: by the tree, by acting posts, by special superiors; asked from above and from below alike."""

import datetime as dt
import random

import pytest

from bina.foundation import clock
from bina.people import actions, queries
from bina.people.models import Assignment, Employee, JobClass, OrgUnit, Position
from tests.cast import Cast, add_person

DAY = dt.timedelta(days=1)


def fresh(person: Employee) -> Employee:
    """The person without anything remembered."""
    return Employee.objects.select_related("unit").get(pk=person.pk)


def ids_answering_to(person: Employee, on: dt.date | None = None) -> set[int]:
    return set(queries.answering_to(person, on).values_list("pk", flat=True))


def head_post(unit: OrgUnit) -> Position:
    return Position.objects.get(unit=unit, is_head=True)


def test_people_answer_to_the_head_of_their_unit_and_heads_to_the_unit_above(cast: Cast) -> None:
    assert queries.superior_of(cast.siti) == cast.budi
    assert queries.superior_of(cast.budi) == cast.division_head
    assert queries.superior_of(cast.division_head) == cast.head
    assert queries.superior_of(cast.head) == cast.leader
    assert queries.superior_of(cast.leader) is None
    assert ids_answering_to(cast.budi) == {cast.siti.pk, cast.dewi.pk}


def test_a_unit_without_a_head_answers_to_the_head_above(cast: Cast) -> None:
    assert queries.superior_of(cast.rina) == cast.leader
    assert cast.rina.pk in ids_answering_to(cast.leader)
    actions.mark_left(by=None, employee=cast.budi, on=clock.today())
    assert queries.superior_of(fresh(cast.siti)) == cast.division_head
    assert ids_answering_to(fresh(cast.division_head)) == {cast.siti.pk, cast.dewi.pk}


def test_an_acting_head_comes_before_the_definitive_one_for_the_time_of_the_post(cast: Cast) -> None:
    today = clock.today()
    post = actions.give_acting_post(
        by=None, employee=cast.dewi, position=head_post(cast.seksi), kind="PLT", valid_from=today, valid_to=today + DAY
    )
    assert queries.head_of(cast.seksi) == cast.dewi
    assert queries.superior_of(fresh(cast.siti)) == cast.dewi
    # Neither of the two heads leads the other; both answer to the unit above.
    assert queries.superior_of(fresh(cast.dewi)) == cast.division_head
    assert queries.superior_of(fresh(cast.budi)) == cast.division_head
    assert ids_answering_to(fresh(cast.budi)) == set()
    assert ids_answering_to(fresh(cast.dewi)) == {cast.siti.pk}
    assert queries.superior_of(fresh(cast.siti), on=today + 2 * DAY) == cast.budi
    actions.end_acting_post(by=None, assignment=post, on=today - DAY)
    assert queries.superior_of(fresh(cast.siti)) == cast.budi


def test_an_extra_task_does_not_displace_the_head(cast: Cast) -> None:
    actions.give_acting_post(
        by=None, employee=cast.rina, position=head_post(cast.seksi), kind="TT", valid_from=clock.today()
    )
    assert queries.superior_of(cast.siti) == cast.budi


def test_acting_higher_up_skips_the_units_one_leads_oneself(cast: Cast) -> None:
    actions.mark_left(by=None, employee=cast.division_head, on=clock.today())
    actions.give_acting_post(
        by=None, employee=cast.budi, position=head_post(cast.bidang), kind="PLT", valid_from=clock.today()
    )
    assert queries.superior_of(fresh(cast.budi)) == cast.head
    assert queries.superior_of(fresh(cast.siti)) == cast.budi


def test_a_special_superior_wins_for_its_period(cast: Cast) -> None:
    today = clock.today()
    override = actions.override_superior(
        by=None, employee=cast.siti, superior=cast.rina, reason="Proyek lintas dinas", valid_from=today
    )
    assert queries.superior_of(fresh(cast.siti)) == cast.rina
    assert queries.superior_of(fresh(cast.siti), on=today - DAY) == cast.budi
    assert ids_answering_to(fresh(cast.rina)) == {cast.siti.pk}
    assert ids_answering_to(fresh(cast.budi)) == {cast.dewi.pk}
    assert queries.leads_anyone(fresh(cast.rina))
    actions.end_superior_override(by=None, override=override, on=today)
    assert queries.superior_of(fresh(cast.siti)) == cast.rina
    assert queries.superior_of(fresh(cast.siti), on=today + DAY) == cast.budi


def test_a_special_superior_who_left_no_longer_counts(cast: Cast) -> None:
    actions.override_superior(by=None, employee=cast.siti, superior=cast.rina, reason="Proyek")
    actions.mark_left(by=None, employee=cast.rina, on=clock.today())
    assert queries.superior_of(fresh(cast.siti)) == cast.budi
    assert ids_answering_to(fresh(cast.budi)) == {cast.siti.pk, cast.dewi.pk}


def test_leads_anyone(cast: Cast) -> None:
    assert queries.leads_anyone(cast.budi)
    assert not queries.leads_anyone(cast.siti)


@pytest.mark.parametrize("seed", range(12))
def test_both_sides_always_agree(cast: Cast, seed: int) -> None:
    """In random trees with heads, acting heads and special superiors, above and below tell the same story."""
    chance = random.Random(seed)
    today = clock.today()
    units = [cast.root]
    for number in range(8):
        parent = OrgUnit.objects.get(pk=chance.choice(units).pk)
        units.append(actions.add_unit(by=None, parent=parent, code=f"X{number}", name=f"Unit {number}"))
    people = []
    for number in range(24):
        unit = OrgUnit.objects.get(pk=chance.choice(units).pk)
        is_head = chance.random() < 0.3
        people.append(
            add_person(
                unit, f"Orang Nomor {number}", "PENGAWAS" if is_head else "PELAKSANA",
                f"Kepala {unit.code}" if is_head else "Staf", serial=100 + number, is_head=is_head,
            )
        )  # fmt: skip
    heads = list(Position.objects.filter(is_head=True))
    for person in chance.sample(people, 5):
        Assignment.objects.create(
            employee=person, position=chance.choice(heads), kind=chance.choice(["PLT", "PLH", "TT"]), valid_from=today
        )
    for person in chance.sample(people, 3):
        other = chance.choice([row for row in people if row.pk != person.pk])
        person.superior_overrides.create(superior=other, reason="Uji", valid_from=today)
    everyone = list(Employee.objects.select_related("unit"))
    from_above = {(superior.pk, below) for superior in everyone for below in ids_answering_to(fresh(superior), today)}
    from_below = {
        (superior.pk, person.pk) for person in everyone if (superior := queries.superior_of(fresh(person), today))
    }
    assert from_above == from_below
    assert JobClass.objects.exists()


def test_a_superior_is_found_with_two_questions(cast: Cast, django_assert_num_queries: pytest.FixtureRequest) -> None:
    person = fresh(cast.siti)
    with django_assert_num_queries(2):  # type: ignore[operator]  # pytest-django's own fixture
        queries.superior_of(person)
