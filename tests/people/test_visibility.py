"""Who may look up whom: decided in queries, the same for every page and room."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bina.people import actions, queries
from bina.people.models import Employee, RoleGrant, User
from bina.people.rules import Permission, Role
from tests.cast import START, Cast, add_person

NAMES = ("leader", "head", "division_head", "budi", "siti", "dewi", "rina", "unit_hr", "hr", "trainer", "evaluator")


def seen(cast: Cast, user: User, permission: Permission = Permission.SEE_STAFF) -> set[str]:
    visible = set(queries.employees_visible_to(user, permission).values_list("pk", flat=True))
    return {name for name in NAMES if getattr(cast, name).pk in visible}


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [
        ("siti", {"siti"}),
        ("budi", {"budi", "siti", "dewi"}),
        ("division_head", {"division_head", "budi"}),
        ("head", {"head", "division_head", "unit_hr"}),
        ("unit_hr", {"unit_hr", "head", "division_head", "budi", "siti", "dewi"}),
        ("hr", set(NAMES)),
        ("trainer", {"trainer"}),
        ("evaluator", {"evaluator"}),
        ("rina", {"rina"}),
    ],
)
def test_each_sees_oneself_the_direct_subordinates_and_the_own_subtree(
    cast: Cast, viewer: str, expected: set[str]
) -> None:
    assert seen(cast, getattr(cast, viewer).user) == expected


def test_the_platform_sees_everyone_but_not_what_they_have_measured(cast: Cast) -> None:
    assert seen(cast, cast.admin) == set(NAMES)
    assert seen(cast, cast.admin, Permission.SEE_LEVELS) == set()


def test_the_platform_sees_everyone_with_an_own_post_as_well(cast: Cast) -> None:
    RoleGrant.objects.create(user=cast.budi.user, role=Role.PLATFORM_ADMIN.value, unit=None, valid_from=START)
    assert seen(cast, cast.budi.user) == set(NAMES)
    assert queries.employees_visible_to(cast.budi.user).count() == len(NAMES)


def test_to_act_on_people_takes_the_permission_itself(cast: Cast) -> None:
    def managed(user: User) -> set[int]:
        return set(queries.employees_managed_by(user, Permission.MANAGE_STAFF).values_list("pk", flat=True))

    assert managed(cast.budi.user) == set()
    assert managed(cast.unit_hr.user) == set()
    assert managed(cast.hr.user) == set(Employee.objects.values_list("pk", flat=True))


def test_another_agency_stays_invisible(cast: Cast) -> None:
    other = actions.create_agency(by=None, code="O", name="Lain", short_name="Lain", kind="other")
    stranger = add_person(queries.root_unit_of(other), "Orang Lain", "PELAKSANA", "Staf", serial=77)
    assert stranger not in queries.employees_visible_to(cast.hr.user)
    assert queries.unit_visible_to(cast.hr.user, stranger.unit.public_id) is None
    assert queries.unit_visible_to(cast.admin, stranger.unit.public_id) == stranger.unit
    assert list(queries.agencies_visible_to(cast.hr.user, Permission.SEE_STAFF)) == [cast.agency]


def test_who_is_responsible_for_a_unit(cast: Cast) -> None:
    responsible = set(queries.users_with(Permission.SEE_PLANS, cast.seksi.path))
    assert responsible == {cast.unit_hr.user, cast.hr.user}
    assert cast.unit_hr.user not in queries.users_with(Permission.SEE_PLANS, cast.other_dinas.path)


def test_the_directory_finds_by_words_by_the_end_of_the_number_and_within_a_unit(cast: Cast) -> None:
    def found(**wanted: object) -> set[str]:
        rows = queries.staff_directory(cast.hr.user, **wanted)  # type: ignore[arg-type]  # a table of wishes
        return {row.full_name for row in rows}

    assert found(text="lestari dewi") == {"Dewi Lestari Handayani"}
    assert found(text="2005") == {"Siti Rahmawati"}
    assert found(text="2 005") == {"Siti Rahmawati"}
    assert found(unit=cast.seksi) == {"Budi Santoso", "Siti Rahmawati", "Dewi Lestari Handayani"}
    assert found(text="tidak ada orang begini") == set()
    assert found(left=True) == set()


def test_wildcards_in_a_search_are_only_letters(cast: Cast) -> None:
    assert not queries.staff_directory(cast.hr.user, text="%").exists()
    assert not queries.staff_directory(cast.hr.user, text="_iti").exists()


def test_a_standing_is_read_once(cast: Cast) -> None:
    user = User.objects.get(pk=cast.hr.user.pk)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        for permission in Permission:
            queries.standing_of(user).may(permission)
            queries.standing_of(user).paths_with(permission)
    assert len(asked) == 1


def test_revoking_is_felt_at_once_in_the_next_request(cast: Cast) -> None:
    grant = queries.roles_of(cast.unit_hr.user).get(role=Role.UNIT_HR.value)
    actions.revoke_role(by=cast.hr.user, grant=grant)
    assert seen(cast, User.objects.get(pk=cast.unit_hr.user.pk)) == {"unit_hr"}


def test_units_below_are_counted_with_their_whole_subtree(cast: Cast) -> None:
    counts = {unit.code: unit.staff_count for unit in queries.units_below(cast.root)}  # type: ignore[attr-defined]  # an annotation
    assert counts == {"D1": 6, "D2": 1}
    assert [unit.code for unit in queries.ancestors_of(cast.seksi)] == ["R", "D1", "D1B1"]
