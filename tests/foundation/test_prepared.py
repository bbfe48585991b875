"""Questions compiled once give what Django gives, in and out of a transaction, and refuse what they cannot hold."""

import datetime as dt

import pytest
from django.db import transaction

from bina.foundation.prepared import PreparedQuery, PreparedRows, groups_of
from bina.people.models import Employee, OrgUnit
from bina.planning.models import IndividualPlan
from tests.cast import Cast


def test_groups_are_filled_up_with_their_last_value() -> None:
    assert list(groups_of(3, [1, 2, 3, 4])) == [(1, 2, 3), (4, 4, 4)]
    assert list(groups_of(3, [])) == []


def test_rows_come_with_what_hangs_on_them_and_need_no_further_question(
    cast: Cast, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    people: PreparedRows[Employee] = PreparedRows(
        Employee, lambda pk: Employee.objects.filter(pk=pk), int, related={"unit": (), "unit__agency": ()}
    )
    with django_assert_num_queries(1):  # type: ignore[operator]  # a fixture that is called
        found = people.first(cast.siti.pk)
        assert found == cast.siti
        assert found is not None
        assert found.unit.agency == cast.agency
    assert people.first(-1) is None
    with transaction.atomic():
        assert people.first(cast.budi.pk) == cast.budi


def test_dates_are_values_and_a_value_that_gets_lost_is_refused(cast: Cast) -> None:
    units = PreparedQuery(lambda on: OrgUnit.objects.filter(valid_from__lte=on).values_list("pk"), dt.date)
    assert len(units.rows(dt.date(2030, 1, 1))) == OrgUnit.objects.count()
    assert units.rows(dt.date(1990, 1, 1)) == []
    lost = PreparedQuery(lambda pk: OrgUnit.objects.values_list("pk"), int)
    with pytest.raises(ValueError, match="does not reach"):
        lost.rows(1)
    narrow = PreparedQuery(lambda year: IndividualPlan.objects.filter(year=year).values_list("pk"), int)
    with pytest.raises(ValueError, match="never have an answer"):
        narrow.rows(2026)


def test_a_subtree_is_the_node_and_all_below_and_nothing_that_is_no_path(cast: Cast) -> None:
    path = cast.dinas.path
    below = {row.pk for row in OrgUnit.objects.all() if row.path.startswith(path)}
    assert set(OrgUnit.objects.filter(path__subtree=path).values_list("pk", flat=True)) == below
    with pytest.raises(ValueError, match="not a path"):
        OrgUnit.objects.filter(path__subtree="0001%").exists()
