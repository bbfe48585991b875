"""What happens in Bina is told to the store of its agency, once, without names or numbers of people."""

import datetime as dt

import pytest
from pytest_django.fixtures import Settings

from bina.foundation import clock
from bina.journal.actions import record
from bina.journal.models import Entry
from bina.journal.registry import VERBS
from bina.people.models import Agency, User
from bina.records import actions, jobs
from bina.records.models import Statement, Store
from bina.records.queries.house import statement_id_of
from bina.records.registry import tell_as
from tests.cast import Cast
from tests.records.programs import Program, program


@pytest.fixture
def siakad(cast: Cast) -> Program:
    """A program that may do everything in the store of the cast's agency."""
    return program(cast.agency)


def happened(cast: Cast, verb: str = "employee.changed", *, agency: Agency | None = None) -> Entry:
    entry = record(
        VERBS[verb], by=cast.hr.user, kind="employee", object_id=cast.siti.public_id, name=cast.siti.full_name,
        agency_id=(agency or cast.agency).pk, reason="ijazah baru",
    )  # fmt: skip
    Entry.objects.update(occurred_at=clock.now() - dt.timedelta(minutes=5))
    return entry


def test_an_entry_is_told_once(cast: Cast, siakad: Program) -> None:
    happened(cast)
    jobs.tell_journals.enqueue()
    jobs.tell_journals.enqueue()
    told = [one for one in siakad.found() if one["verb"]["id"].endswith("/verbs/employee.changed")]
    assert len(told) == 1
    (one,) = told
    assert one["actor"]["account"]["name"] == str(cast.hr.public_id)
    assert one["object"]["account"]["name"] == str(cast.siti.public_id)
    assert one["verb"]["display"]["en"] != one["verb"]["display"]["id"]
    assert one["authority"]["account"]["name"] == "bina"
    body = bytes(Statement.objects.get(statement_id=one["id"]).body).decode()
    for secret in (cast.siti.full_name, cast.hr.full_name, str(cast.siti.employee_number), "ijazah"):
        assert secret not in body


def test_what_was_told_stays_when_the_site_moves_and_telling_goes_on(
    cast: Cast, siakad: Program, settings: Settings
) -> None:
    first = happened(cast)
    actions.tell_journal(store=siakad.client.store)
    settings.BASE_URL = "https://bina.contoh.example"
    second = happened(cast)
    actions.tell_journal(store=siakad.client.store)
    homes = {one["id"]: one["object"]["account"]["homePage"] for one in siakad.found() if "account" in one["object"]}
    assert homes[str(statement_id_of(first))] != homes[str(statement_id_of(second))] == settings.BASE_URL


def test_what_is_quiet_young_or_of_others_is_not_told(cast: Cast, siakad: Program) -> None:
    happened(cast, "session.revoked")
    happened(cast, agency=Agency.objects.create(code="tetangga", name="Tetangga", kind="city"))
    before = len(siakad.found())
    jobs.tell_journals.enqueue()
    assert not [
        one
        for one in siakad.found()
        if "session.revoked" in one["verb"]["id"] or "employee.changed" in one["verb"]["id"]
    ]
    happened(cast)
    Entry.objects.update(occurred_at=clock.now())
    actions.tell_journal(store=siakad.client.store)
    assert len(siakad.found()) >= before
    assert not [one for one in siakad.found() if "employee.changed" in one["verb"]["id"]]


def test_rooms_name_known_verbs(cast: Cast, siakad: Program) -> None:
    record(
        VERBS["enrolment.completed"],
        by=cast.siti.user,
        kind="enrolment",
        object_id=7,
        name="Kursus",
        agency_id=cast.agency.pk,
    )
    Entry.objects.update(occurred_at=clock.now() - dt.timedelta(minutes=5))
    jobs.tell_journals.enqueue()
    (one,) = siakad.found(verb="http://adlnet.gov/expapi/verbs/completed")
    assert one["object"]["id"].endswith("/records/things/enrolment/7")
    with pytest.raises(ValueError):
        tell_as("enrolment.completed", verb="https://contoh.example/lain")


def test_an_account_without_an_employee_is_known_by_an_id_that_tells_nothing(cast: Cast, siakad: Program) -> None:
    juror = User.objects.create_user("juri@contoh.example", display_name="Juri")
    gone = User.objects.create_user("pergi@contoh.example")
    entries = [
        record(
            VERBS["employee.changed"], by=account, kind="employee", object_id=cast.siti.public_id, name="",
            agency_id=cast.agency.pk,
        )
        for account in (juror, gone)
    ]  # fmt: skip
    key = gone.pk
    gone.delete()
    Entry.objects.update(occurred_at=clock.now() - dt.timedelta(minutes=5))
    jobs.tell_journals.enqueue()
    told = {one["id"]: one["actor"]["account"]["name"] for one in siakad.found()}
    assert [told[str(statement_id_of(entry))] for entry in entries] == [str(juror.public_id), "akun-terhapus"]
    assert not [name for name in told.values() if name.endswith((f"-{juror.pk}", f"-{key}"))]


def test_what_was_told_of_an_account_is_not_told_anew_under_another_name(cast: Cast, siakad: Program) -> None:
    juror = User.objects.create_user("juri@contoh.example", display_name="Juri")
    entry = record(
        VERBS["employee.changed"], by=juror, kind="employee", object_id=cast.siti.public_id, name="",
        agency_id=cast.agency.pk,
    )  # fmt: skip
    Entry.objects.update(occurred_at=clock.now() - dt.timedelta(minutes=5))
    jobs.tell_journals.enqueue()
    before = bytes(Statement.objects.get(statement_id=statement_id_of(entry)).body)
    User.objects.filter(employee=cast.hr).update(employee=None)
    juror.employee = cast.hr
    juror.save(update_fields=["employee"])
    jobs.tell_journals.enqueue()
    assert bytes(Statement.objects.get(statement_id=statement_id_of(entry)).body) == before


def test_a_store_that_fails_does_not_silence_the_others(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    neighbour = Agency.objects.create(code="tetangga", name="Tetangga", kind="city")
    broken = actions.open_store(by=None, agency=neighbour)
    siakad = program(cast.agency)
    assert broken.pk < siakad.client.store.pk, "the store that fails has its turn first"
    tell = actions.tell_journal

    def fail_once(*, store: Store) -> int:
        if store == broken:
            raise ValueError("rusak")
        return tell(store=store)

    monkeypatch.setattr(actions, "tell_journal", fail_once)
    entry = happened(cast)
    with pytest.raises(ValueError, match="rusak"):
        jobs.tell_journals.call()
    assert str(statement_id_of(entry)) in {one["id"] for one in siakad.found()}
    assert str(broken.public_id) in caplog.text
    monkeypatch.setattr(actions, "tell_journal", tell)
    happened(cast, agency=neighbour)
    jobs.tell_journals.call()
    assert Statement.objects.filter(store=broken).exists(), "what failed is told the next time"
