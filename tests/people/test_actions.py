"""What may be done with agencies, units, people, places and roles: what it writes, who may, and what is refused."""

import datetime as dt
from functools import partial

import pytest

from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.journal.models import Entry
from bina.people import actions, queries
from bina.people.models import (
    Agency,
    Assignment,
    Employee,
    JobClass,
    OrgUnit,
    Position,
    Province,
    RoleGrant,
    User,
)
from bina.people.rules import IslandGroup, Permission, Role
from tests.cast import Cast
from tests.racing import during

DAY = dt.timedelta(days=1)


def latest(verb: str) -> Entry:
    entry = Entry.objects.filter(verb=verb).order_by("-id").first()
    assert entry is not None, f"nothing in the journal about {verb}"
    return entry


def post(unit: OrgUnit, title: str = "Analis Data", job_class: str = "JF_AHLI_PERTAMA") -> Position:
    return actions.ensure_position(by=None, unit=unit, title=title, job_class=JobClass.objects.get(pk=job_class))


def again(person: Employee) -> Employee:
    return Employee.objects.select_related("unit", "agency", "position").get(pk=person.pk)


# --- reference data and agencies -------------------------------------------------------------------------------------


def test_reference_data_is_whole_and_loading_twice_changes_nothing(reference_data: None) -> None:
    def rows() -> tuple[list[object], list[object]]:
        return list(Province.objects.values_list()), list(JobClass.objects.values_list())

    before = rows()
    actions.load_reference_data()
    assert rows() == before
    assert Province.objects.count() == 38
    assert JobClass.objects.count() == 14
    assert set(Province.objects.values_list("time_zone", flat=True)) == {"WIB", "WITA", "WIT"}
    groups = dict(Province.objects.values_list("code", "island_group"))
    assert {groups[code] for code in ("11", "21", "51", "52", "65", "75", "82", "96")} == set(IslandGroup)


def test_an_agency_is_opened_with_the_unit_that_stands_for_it(cast: Cast) -> None:
    agency = actions.create_agency(
        by=cast.admin, code="7171", name="Pemerintah Kota Manado (contoh)", short_name="Kota Manado", kind="city",
        province=Province.objects.get(pk="71"), time_zone="WITA",
    )  # fmt: skip
    root = queries.root_unit_of(agency)
    assert (root.code, root.depth, root.province_id) == ("7171", 1, "71")
    assert latest("agency.created").agency_id == agency.pk
    with pytest.raises(Refused, match="7171"):
        actions.create_agency(by=cast.admin, code="7171", name="X", short_name="X", kind="city")
    with pytest.raises(Denied):
        actions.create_agency(by=cast.hr.user, code="7172", name="X", short_name="X", kind="city")


# --- units -----------------------------------------------------------------------------------------------------------


def test_units_grow_are_renamed_closed_and_opened_again(cast: Cast) -> None:
    unit = actions.add_unit(by=cast.hr.user, parent=cast.dinas, code="D1B9", name="Bidang Inovasi")
    assert unit.path.startswith(cast.dinas.path)
    position = post(unit)
    actions.rename_unit(by=cast.hr.user, unit=unit, name="Bidang Inovasi Layanan", short_name="Inovasi", is_remote=True)
    assert latest("unit.changed").data["former"]["name"] == "Bidang Inovasi"
    actions.close_unit(by=cast.hr.user, unit=unit, on=clock.today(), reason="Penataan organisasi")
    assert Position.objects.get(pk=position.pk).valid_to == clock.today()
    with pytest.raises(Refused, match="ditutup"):
        actions.add_unit(by=cast.hr.user, parent=unit, code="D1B9S1", name="Seksi")
    actions.reopen_unit(by=cast.hr.user, unit=unit, reason="Keliru menutup")
    assert OrgUnit.objects.get(pk=unit.pk).valid_to is None
    assert Position.objects.get(pk=position.pk).valid_to is None


def test_a_unit_closes_only_when_it_is_empty_and_never_before_it_began(cast: Cast) -> None:
    with pytest.raises(Refused, match="unit terbuka"):
        actions.close_unit(by=cast.hr.user, unit=cast.dinas, on=clock.today())
    with pytest.raises(Refused, match="3 pegawai"):
        actions.close_unit(by=cast.hr.user, unit=cast.seksi, on=clock.today())
    unit = actions.add_unit(by=cast.hr.user, parent=cast.dinas, code="D1B9", name="Bidang Inovasi")
    with pytest.raises(Refused, match="mendahului"):
        actions.close_unit(by=cast.hr.user, unit=unit, on=clock.today() - DAY)
    with pytest.raises(Refused, match="puncak"):
        actions.close_unit(by=cast.admin, unit=cast.root, on=clock.today())


@pytest.mark.parametrize("code", ["D1B1", " D1B1 "])
def test_a_unit_code_is_used_once_in_an_agency(cast: Cast, code: str) -> None:
    with pytest.raises(Refused, match="D1B1"):
        actions.add_unit(by=cast.hr.user, parent=cast.dinas, code=code, name="Bidang Kedua")


def test_only_the_platform_renames_an_agency(cast: Cast) -> None:
    with pytest.raises(Denied):
        actions.rename_unit(by=cast.hr.user, unit=cast.root, name="Lain")
    actions.rename_unit(by=cast.admin, unit=cast.root, name="Pemerintah Kota Pontianak", short_name="Pontianak")
    assert Agency.objects.get(pk=cast.agency.pk).short_name == "Pontianak"


@pytest.mark.parametrize("who", ["siti", "budi", "unit_hr", "leader", "trainer", "evaluator"])
def test_only_agency_hr_touches_units_and_people(cast: Cast, who: str) -> None:
    user = getattr(cast, who).user
    with pytest.raises(Denied):
        actions.add_unit(by=user, parent=cast.dinas, code="X", name="X")
    with pytest.raises(Denied):
        actions.change_employee(by=user, employee=cast.siti, grade="IV/a")
    with pytest.raises(Denied):
        actions.move_employee(by=user, employee=cast.siti, position=cast.rina.position)
    with pytest.raises(Denied):
        actions.mark_left(by=user, employee=cast.siti, on=clock.today())
    with pytest.raises(Denied):
        actions.override_superior(by=user, employee=cast.siti, superior=cast.rina, reason="x")


def test_a_position_is_made_once_and_kept_true(cast: Cast) -> None:
    first = post(cast.seksi)
    job_class = JobClass.objects.get(pk="JF_AHLI_PERTAMA")
    second = actions.ensure_position(
        by=None, unit=cast.seksi, title="  Analis   Data ", job_class=job_class, functional="Analis Data Ilmiah"
    )
    assert first.pk == second.pk
    assert Position.objects.get(pk=first.pk).functional == "Analis Data Ilmiah"


# --- people ----------------------------------------------------------------------------------------------------------


def test_a_person_is_added_with_a_place_and_facts_from_the_number(cast: Cast) -> None:
    person = actions.add_employee(
        by=cast.hr.user, position=post(cast.seksi), full_name="  Ayu   Puspitasari ", employment_type="PNS",
        employee_number="199507082020032004", email="ayu@contoh.example", starts_on=dt.date(2026, 2, 1),
    )  # fmt: skip
    assert (person.full_name, person.sex, person.birth_date) == ("Ayu Puspitasari", "F", dt.date(1995, 7, 8))
    assert (person.unit, person.agency) == (cast.seksi, cast.agency)
    held = Assignment.objects.get(employee=person)
    assert (held.kind, held.valid_from, held.valid_to) == ("D", dt.date(2026, 2, 1), None)
    entry = latest("employee.added")
    assert entry.object_id == str(person.public_id)
    assert "199507082020032004" not in str(entry.data)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"employee_number": None}, "wajib"),
        ({"employee_number": "123"}, "18 angka"),
        ({"full_name": "   "}, "kosong"),
        ({"sex": "M"}, "Jenis kelamin"),
        ({"birth_date": dt.date(1999, 1, 1)}, "Tanggal lahir"),
        ({"employment_type": "PPPK"}, "PPPK"),
    ],
)
def test_contradictory_people_are_refused(cast: Cast, fields: dict[str, object], words: str) -> None:
    data: dict[str, object] = {
        "full_name": "Ayu", "employment_type": "PNS", "employee_number": "199507082020032004", **fields
    }  # fmt: skip
    before = Employee.objects.count()
    with pytest.raises(Refused, match=words):
        actions.add_employee(by=cast.hr.user, position=post(cast.seksi), **data)  # type: ignore[arg-type]  # a table
    assert Employee.objects.count() == before


def test_a_number_belongs_to_one_person(cast: Cast) -> None:
    with pytest.raises(Refused, match="Siti"):
        actions.change_employee(by=cast.hr.user, employee=cast.budi, employee_number=cast.siti.employee_number, sex="F")
    other = actions.create_agency(by=None, code="O", name="Lain", short_name="Lain", kind="other")
    with pytest.raises(Refused, match="instansi lain"):
        actions.add_employee(
            by=None, position=post(queries.root_unit_of(other)), full_name="Siti", employment_type="PNS",
            employee_number=cast.siti.employee_number,
        )  # fmt: skip


def test_learners_outside_the_service_need_no_number(cast: Cast) -> None:
    person = actions.add_employee(
        by=None,
        position=post(cast.seksi),
        full_name="Magang",
        employment_type="NON_ASN",
        sex="F",
        email="m@contoh.example",
    )
    assert person.employee_number is None
    assert actions.create_account(employee=person).username == "m@contoh.example"


def test_a_correction_reaches_the_account_and_the_journal_without_personal_data(cast: Cast) -> None:
    actions.change_employee(
        by=cast.hr.user, employee=cast.siti, full_name="Siti Rahmawati Putri", title_suffix="S.E.", grade="III/c",
        email="siti.baru@contoh.example", reason="SK 12/2026",
    )  # fmt: skip
    user = User.objects.get(pk=cast.siti.user.pk)
    assert user.display_name == "Siti Rahmawati Putri, S.E."
    assert user.email == "siti.baru@contoh.example"
    entry = latest("employee.changed")
    assert entry.data["values"] == {"grade": ["III/b", "III/c"]}
    assert entry.data["fields"] == ["email", "full_name", "grade", "title_suffix"]
    assert "contoh.example" not in str(entry.data)
    assert entry.reason == "SK 12/2026"


def test_an_address_the_person_chose_alone_is_not_overwritten(cast: Cast) -> None:
    User.objects.filter(pk=cast.siti.user.pk).update(email="pribadi@contoh.example")
    actions.change_employee(by=cast.hr.user, employee=cast.siti, email="kantor@contoh.example")
    assert User.objects.get(pk=cast.siti.user.pk).email == "pribadi@contoh.example"


def test_equal_values_write_nothing(cast: Cast) -> None:
    before = Entry.objects.count()
    actions.change_employee(by=cast.hr.user, employee=cast.siti, grade="III/b", full_name="Siti Rahmawati")
    assert Entry.objects.count() == before


def test_unknown_fields_are_a_fault_of_the_caller(cast: Cast) -> None:
    with pytest.raises(TypeError, match="salary"):
        actions.change_employee(by=cast.hr.user, employee=cast.siti, salary=1)


# --- moving, leaving, coming back ------------------------------------------------------------------------------------


def test_a_move_keeps_the_history(cast: Cast) -> None:
    today = clock.today()
    former = cast.siti.unit_id
    actions.move_employee(by=cast.hr.user, employee=cast.siti, position=post(cast.other_dinas), reason="SK 7")
    siti = again(cast.siti)
    assert siti.unit == cast.other_dinas
    old, new = Assignment.objects.filter(employee=siti).order_by("valid_from")
    assert (old.valid_to, new.valid_from, new.valid_to) == (today - DAY, today, None)
    assert latest("employee.moved").data["former_unit_id"] == former


def test_moving_twice_on_one_day_corrects_the_move(cast: Cast) -> None:
    actions.move_employee(by=cast.hr.user, employee=cast.siti, position=post(cast.other_dinas))
    actions.move_employee(by=cast.hr.user, employee=again(cast.siti), position=post(cast.bidang))
    assert Assignment.objects.filter(employee=cast.siti).count() == 2
    assert again(cast.siti).unit == cast.bidang


@pytest.mark.django_db(transaction=True)
def test_two_moves_of_one_person_at_once_leave_one_post(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    there, elsewhere = post(cast.other_dinas), post(cast.bidang)
    results = during(
        monkeypatch, "bina.people.actions.placements.note",
        partial(actions.move_employee, by=cast.hr.user, employee=cast.siti, position=there),
        partial(actions.move_employee, by=cast.hr.user, employee=again(cast.siti), position=elsewhere),
    )  # fmt: skip
    assert not any(isinstance(found, Exception) for found in results), results
    assert again(cast.siti).unit == cast.bidang
    assert Assignment.objects.get(employee=cast.siti, kind="D", valid_to=None).position == elsewhere


def test_moving_to_the_same_post_changes_nothing(cast: Cast) -> None:
    before = (Entry.objects.count(), Assignment.objects.count())
    actions.move_employee(by=cast.hr.user, employee=cast.siti, position=cast.siti.position)
    assert (Entry.objects.count(), Assignment.objects.count()) == before


def test_a_planned_move_comes_true_on_its_day(cast: Cast) -> None:
    day = clock.today() + 5 * DAY
    actions.move_employee(by=cast.hr.user, employee=cast.siti, position=post(cast.other_dinas), effective_on=day)
    assert again(cast.siti).unit == cast.seksi
    assert queries.planned_placement_of(cast.siti) is not None
    assert latest("employee.move_planned").data["on"] == day.isoformat()
    assert actions.refresh_placements() == 0
    assert actions.refresh_placements(on=day) == 1
    assert again(cast.siti).unit == cast.other_dinas
    assert latest("employee.moved").data["former_unit_id"] == cast.seksi.pk
    assert latest("employee.moved").actor_name == ""
    assert actions.refresh_placements(on=day) == 0


def test_a_move_before_a_later_one_is_refused(cast: Cast) -> None:
    day = clock.today() + 5 * DAY
    actions.move_employee(by=cast.hr.user, employee=cast.siti, position=post(cast.other_dinas), effective_on=day)
    with pytest.raises(Refused, match="Sudah ada penempatan"):
        actions.move_employee(by=cast.hr.user, employee=again(cast.siti), position=post(cast.bidang))


def test_only_the_platform_moves_people_between_agencies(cast: Cast) -> None:
    other = actions.create_agency(by=None, code="O", name="Lain", short_name="Lain", kind="other")
    position = post(queries.root_unit_of(other))
    with pytest.raises((Denied, Refused)):
        actions.move_employee(by=cast.hr.user, employee=cast.siti, position=position)
    with pytest.raises(Refused, match="instansi lain"):
        actions.move_employee(by=cast.admin, employee=cast.siti, position=position)
    with pytest.raises(Denied):
        actions.transfer_employee(by=cast.hr.user, employee=cast.siti, position=position)
    actions.transfer_employee(by=cast.admin, employee=cast.siti, position=position, reason="Mutasi")
    assert again(cast.siti).agency == other
    assert Assignment.objects.filter(employee=cast.siti).count() == 2


def test_leaving_ends_places_roles_and_the_account_but_not_the_history(cast: Cast) -> None:
    today = clock.today()
    actions.give_acting_post(
        by=None, employee=cast.trainer, position=Position.objects.get(unit=cast.seksi, is_head=True), kind="PLT",
        valid_from=today - DAY,
    )  # fmt: skip
    actions.mark_left(by=cast.hr.user, employee=cast.trainer, on=today, legal_status="99", reason="Pensiun")
    person = again(cast.trainer)
    assert (person.left_on, person.legal_status, person.is_active) == (today, "99", False)
    assert set(Assignment.objects.filter(employee=person).values_list("valid_to", flat=True)) == {today}
    assert not User.objects.get(pk=cast.trainer.user.pk).is_active
    assert RoleGrant.objects.get(user=cast.trainer.user).valid_to == today
    before = Entry.objects.count()
    actions.mark_left(by=cast.hr.user, employee=person, on=today)
    assert Entry.objects.count() == before


@pytest.mark.parametrize(("days", "status", "words"), [(1, "99", "belum tiba"), (0, "01", "aktif")])
def test_leaving_in_the_future_or_as_active_is_refused(cast: Cast, days: int, status: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        actions.mark_left(by=cast.hr.user, employee=cast.siti, on=clock.today() + days * DAY, legal_status=status)


def test_who_was_marked_by_mistake_comes_back(cast: Cast) -> None:
    today = clock.today()
    actions.mark_left(by=cast.hr.user, employee=cast.siti, on=today - DAY)
    actions.return_employee(by=cast.hr.user, employee=cast.siti, position=post(cast.bidang), on=today, reason="Keliru")
    siti = again(cast.siti)
    assert (siti.left_on, siti.is_active, siti.unit) == (None, True, cast.bidang)
    assert User.objects.get(pk=cast.siti.user.pk).is_active
    assert Assignment.objects.filter(employee=siti, valid_to=None).count() == 1


# --- acting posts and special superiors ------------------------------------------------------------------------------


def test_one_person_acts_in_a_post_at_a_time(cast: Cast) -> None:
    head = Position.objects.get(unit=cast.seksi, is_head=True)
    today = clock.today()
    first = actions.give_acting_post(
        by=cast.hr.user, employee=cast.dewi, position=head, kind="PLT", valid_from=today, valid_to=today + 10 * DAY
    )
    same = actions.give_acting_post(by=cast.hr.user, employee=cast.dewi, position=head, kind="PLT", valid_from=today)
    assert first == same
    with pytest.raises(Refused, match="Dewi"):
        actions.give_acting_post(by=cast.hr.user, employee=cast.rina, position=head, kind="PLH", valid_from=today + DAY)
    actions.give_acting_post(
        by=cast.hr.user, employee=cast.rina, position=head, kind="PLH", valid_from=today + 11 * DAY
    )
    with pytest.raises(Refused, match="definitif"):
        actions.give_acting_post(by=cast.hr.user, employee=cast.rina, position=head, kind="D", valid_from=today)
    with pytest.raises(Refused, match="mendahului"):
        actions.give_acting_post(
            by=cast.hr.user, employee=cast.rina, position=head, kind="PLH", valid_from=today, valid_to=today - DAY
        )


def test_an_acting_post_that_never_began_is_taken_back(cast: Cast) -> None:
    head = Position.objects.get(unit=cast.seksi, is_head=True)
    assignment = actions.give_acting_post(
        by=None, employee=cast.dewi, position=head, kind="PLT", valid_from=clock.today() + 3 * DAY
    )
    actions.end_acting_post(by=cast.hr.user, assignment=assignment, on=clock.today())
    assert not Assignment.objects.filter(pk=assignment.pk).exists()
    assert latest("assignment.acting_ended")


@pytest.mark.parametrize(
    ("superior", "reason", "words"),
    [("siti", "x", "dirinya sendiri"), ("dewi", " ", "alasan")],
)
def test_nonsense_superiors_are_refused(cast: Cast, superior: str, reason: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        actions.override_superior(by=cast.hr.user, employee=cast.siti, superior=getattr(cast, superior), reason=reason)


def test_two_people_never_answer_to_each_other(cast: Cast) -> None:
    with pytest.raises(Refused, match="saling"):
        actions.override_superior(by=cast.hr.user, employee=cast.budi, superior=cast.siti, reason="Terbalik")


def test_a_new_special_superior_ends_the_one_before(cast: Cast) -> None:
    today = clock.today()
    actions.override_superior(by=None, employee=cast.siti, superior=cast.rina, reason="a", valid_from=today - 10 * DAY)
    actions.override_superior(by=None, employee=cast.siti, superior=cast.head, reason="b", valid_from=today)
    assert [row.valid_to for row in cast.siti.superior_overrides.order_by("valid_from")] == [today - DAY, None]
    assert queries.superior_of(cast.siti) == cast.head


# --- roles -----------------------------------------------------------------------------------------------------------


def test_hr_grants_and_revokes_within_the_own_agency(cast: Cast) -> None:
    user = cast.rina.user
    grant = actions.grant_role(by=cast.hr.user, user=user, role=Role.TRAINER, unit=cast.other_dinas, reason="SK 3")
    assert queries.standing_of(user).may_in(Permission.MANAGE_COURSES, cast.other_dinas.path)
    assert not queries.standing_of(user).may_in(Permission.MANAGE_COURSES, cast.dinas.path)
    again_granted = actions.grant_role(by=cast.hr.user, user=user, role="trainer", unit=cast.other_dinas)
    assert again_granted == grant
    actions.revoke_role(by=cast.hr.user, grant=grant, reason="Selesai")
    assert not queries.standing_of(user).may(Permission.MANAGE_COURSES)
    assert latest("role.revoked").data["role"] == "trainer"


def test_nobody_hands_out_more_than_may_be_handed_out(cast: Cast) -> None:
    with pytest.raises(Denied):
        actions.grant_role(by=cast.unit_hr.user, user=cast.siti.user, role=Role.UNIT_HR, unit=cast.dinas)
    with pytest.raises(Denied, match="admin platform"):
        actions.grant_role(by=cast.hr.user, user=cast.siti.user, role=Role.PLATFORM_ADMIN)
    with pytest.raises(Denied, match="sendiri"):
        actions.grant_role(by=cast.hr.user, user=cast.hr.user, role=Role.TRAINER, unit=cast.root)
    other = actions.create_agency(by=None, code="O", name="Lain", short_name="Lain", kind="other")
    with pytest.raises(Denied):
        actions.grant_role(by=cast.hr.user, user=cast.siti.user, role=Role.AGENCY_HR, unit=queries.root_unit_of(other))
    actions.grant_role(by=cast.admin, user=cast.siti.user, role=Role.PLATFORM_ADMIN)
    assert queries.standing_of(cast.siti.user).is_platform_admin


def test_a_role_needs_a_place_and_a_sensible_period(cast: Cast) -> None:
    today = clock.today()
    with pytest.raises(Refused, match="unit"):
        actions.grant_role(by=cast.hr.user, user=cast.siti.user, role=Role.TRAINER)
    with pytest.raises(Refused, match="lewat"):
        actions.grant_role(
            by=cast.hr.user, user=cast.siti.user, role=Role.TRAINER, unit=cast.root, valid_from=today - 9 * DAY,
            valid_to=today - DAY,
        )  # fmt: skip
    actions.grant_role(by=cast.hr.user, user=cast.siti.user, role=Role.TRAINER, unit=cast.root, valid_to=today + DAY)
    with pytest.raises(Refused, match="bertumpang"):
        actions.grant_role(by=cast.hr.user, user=cast.siti.user, role=Role.TRAINER, unit=cast.root)


def test_roles_hold_only_in_their_period(cast: Cast) -> None:
    today = clock.today()
    actions.grant_role(by=cast.hr.user, user=cast.siti.user, role=Role.TRAINER, unit=cast.root, valid_from=today + DAY)
    assert not queries.standing_of(User.objects.get(pk=cast.siti.user.pk)).may(Permission.MANAGE_COURSES)


def test_the_last_platform_administrator_stays(cast: Cast) -> None:
    grant = RoleGrant.objects.get(user=cast.admin)
    with pytest.raises(Refused, match="terakhir"):
        actions.revoke_role(by=cast.admin, grant=grant)
    actions.grant_role(by=None, user=cast.siti.user, role=Role.PLATFORM_ADMIN)
    actions.revoke_role(by=cast.admin, grant=grant)
    assert not queries.standing_of(User.objects.get(pk=cast.admin.pk)).is_platform_admin
