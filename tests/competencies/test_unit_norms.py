"""What colleagues reach on average: only in a crowd, without oneself, and never so exact that one of them is told apart."""

import pytest

from bina.competencies import queries
from bina.competencies.models import CompetencyLevel
from bina.competencies.queries import unit_norms
from bina.foundation import clock
from bina.people.models import Employee
from tests.cast import Cast, add_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def area(reference_data: None) -> dict[int, list[int]]:
    found = queries.area_list(queries.published_framework())[0]
    return {found.pk: [child.pk for child in found.children.all()]}


def measured(person: Employee, competencies: list[int], level: float) -> None:
    CompetencyLevel.objects.bulk_create(
        CompetencyLevel(
            employee=person, competency_id=pk, mean=level, standard_deviation=0.4, low=level - 0.6, high=level + 0.6,
            computed_on=clock.today(),
        )
        for pk in competencies
    )  # fmt: skip


def colleagues(cast: Cast, count: int) -> list[Employee]:
    return [
        add_person(cast.seksi, f"Rekan {n}", "PELAKSANA", "Pengelola Layanan", serial=300 + n) for n in range(count)
    ]


def test_four_colleagues_are_too_few_even_with_oneself(cast: Cast, area: dict[int, list[int]]) -> None:
    (competencies,) = area.values()
    measured(cast.siti, competencies, 3.0)
    for person in colleagues(cast, 4):
        measured(person, competencies, 2.0)
    assert unit_norms(cast.siti, area) == {}


def test_ones_own_level_is_no_part_of_it(cast: Cast, area: dict[int, list[int]]) -> None:
    (competencies,) = area.values()
    people = colleagues(cast, 5)
    for person in people:
        measured(person, competencies, 2.1)
    before = unit_norms(cast.siti, area)
    measured(cast.siti, competencies, 4.0)
    assert unit_norms(cast.siti, area) == before
    (norm,) = before.values()
    assert (norm.mean, norm.least) == (2.0, 5)


def test_one_more_colleague_does_not_show_in_a_small_crowd(cast: Cast, area: dict[int, list[int]]) -> None:
    (competencies,) = area.values()
    people = colleagues(cast, 6)
    for person in people[:5]:
        measured(person, competencies, 2.0)
    before = unit_norms(cast.siti, area)
    measured(people[5], competencies, 3.2)
    assert unit_norms(cast.siti, area) == before


def test_a_larger_crowd_is_told_more_exactly_and_strangers_do_not_count(cast: Cast, area: dict[int, list[int]]) -> None:
    (competencies,) = area.values()
    people = colleagues(cast, 10)
    for place, person in enumerate(people):
        measured(person, competencies, 2.0 + place / 9)
    measured(cast.rina, competencies, 0.0)
    (norm,) = unit_norms(cast.siti, area).values()
    assert (norm.mean, norm.least) == (2.5, 10)


def test_who_is_measured_on_little_of_the_area_does_not_count(cast: Cast, area: dict[int, list[int]]) -> None:
    (competencies,) = area.values()
    for person in colleagues(cast, 5):
        measured(person, competencies[:1], 2.0)
    assert unit_norms(cast.siti, area) == {}
