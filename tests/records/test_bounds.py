"""What large stores, large statements, power cuts and hostile programs must not do to a store."""

import datetime as dt
import hashlib
import threading
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import msgspec
import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from bina.people.models import Agency
from bina.records import queries
from bina.records.actions import statements as writing
from bina.records.models import Statement
from bina.records.queries import statements as reading
from bina.records.rules import VOIDED, Scope, key_of, references, values
from tests.cast import Cast
from tests.records.programs import Program, program, statement

Committing = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def siakad(cast: Cast) -> Program:
    """A program that may do everything in the store of the cast's agency."""
    return program(cast.agency)


def pointing_at(target: str, verb: str = "http://adlnet.gov/expapi/verbs/commented") -> dict[str, Any]:
    return statement(
        actor={"mbox": "mailto:budi@contoh.example"}, verb={"id": verb},
        object={"objectType": "StatementRef", "id": target},
    )  # fmt: skip


def test_what_a_program_wrote_is_found_by_its_keys_among_millions_of_others(cast: Cast, siakad: Program) -> None:
    mine = program(cast.agency, Scope.WRITE, Scope.READ_MINE)
    (theirs, _) = siakad.send(statement(), statement())
    (own,) = mine.send(statement())
    comment = pointing_at(theirs)
    mine.send(comment)
    siakad.send(pointing_at(own))
    siti = '{"mbox":"mailto:siti@contoh.example"}'
    for parameters, wanted in (({}, {own, comment["id"]}), ({"agent": siti}, {own, comment["id"]})):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert {one["id"] for one in mine.found(**parameters)} == wanted
        searching = [one["sql"] for one in asked if "s.body" in one["sql"]]
        assert len(searching) == 1
        # Walking the statements themselves would read all of a store for somebody who wrote a few.
        assert "s.store_id" not in searching[0]
        assert "s.client_id" in searching[0]
    assert program(cast.agency, Scope.WRITE, Scope.READ_MINE).found() == []


def test_a_program_stays_the_same_agent_when_the_site_moves(cast: Cast, settings: Any) -> None:
    mine = program(cast.agency, Scope.WRITE, Scope.READ_MINE)
    (before,) = mine.send(statement())
    settings.BASE_URL = "https://alamat-baru.contoh.example"
    (after,) = mine.send(statement())
    found = mine.found()
    assert [one["id"] for one in found] == [after, before]
    assert found[0]["authority"] == found[1]["authority"]
    settled = program(cast.agency, Scope.WRITE, Scope.READ_MINE)
    settled.send(statement())
    assert settled.found()[0]["authority"]["account"]["homePage"] == "https://alamat-baru.contoh.example"


def walked(reader: Program, **parameters: Any) -> list[list[str]]:
    """The ids on each page of a search, to its end."""
    pages = []
    answer = reader.ask("GET", "statements", **parameters).json()
    while True:
        pages.append([one["id"] for one in answer["statements"]])
        if not answer["more"]:
            return pages
        answer = reader.ask("GET", f"statements?{answer['more'].partition('?')[2]}").json()


@pytest.mark.parametrize("ascending", ["true", "false"])
def test_a_page_of_large_statements_ends_early_and_goes_on(
    siakad: Program, monkeypatch: pytest.MonkeyPatch, ascending: str
) -> None:
    large = {"extensions": {"https://contoh.example/isi": "x" * 3_000}}
    ids = siakad.send(*(statement(result=large) for _ in range(5)))
    monkeypatch.setattr(reading, "MOST_BYTES", 5_000)
    pages = walked(siakad, limit=500, ascending=ascending)
    assert [len(page) for page in pages] == [2, 2, 1]
    told = [one for page in pages for one in page]
    assert told == (ids if ascending == "true" else ids[::-1])
    monkeypatch.setattr(reading, "MOST_BYTES", 1)
    assert [len(page) for page in walked(siakad, verb=statement()["verb"]["id"])] == [1] * 5


def with_file(content: bytes) -> tuple[dict[str, Any], bytes]:
    """A statement with an attached file, and the body in which both are sent."""
    digest = hashlib.sha256(content).hexdigest()
    told = {
        "usageType": "https://contoh.example/lampiran", "display": {"id": "Berkas"}, "contentType": "text/plain",
        "length": len(content), "sha2": digest,
    }  # fmt: skip
    sent = statement(attachments=[told])
    body = (
        b"--batas\r\nContent-Type: application/json\r\n\r\n" + msgspec.json.encode(sent) + b"\r\n--batas\r\n"
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: "
        + digest.encode() + b"\r\n\r\n" + content + b"\r\n--batas--\r\n"
    )  # fmt: skip
    return sent, body


def test_a_page_with_attached_files_ends_early_and_reads_one_file_at_a_time(
    siakad: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for letter in (b"a", b"b", b"c"):
        _sent, body = with_file(letter * 4_000)
        answer = siakad.ask("POST", "statements", body, CONTENT_TYPE="multipart/mixed; boundary=batas")
        assert answer.status_code == 200
    monkeypatch.setattr(queries, "MOST_BYTES", 8_000)
    answer = siakad.ask("GET", "statements", attachments="true", limit=500)
    with CaptureQueriesContext(connection) as asked:
        content = b"".join(answer.streaming_content)
    assert len(asked) == 2, "the files are read when they are sent, each by itself"
    assert (b"c" * 4_000 in content, b"b" * 4_000 in content, b"a" * 4_000 in content) == (True, True, False)
    told = msgspec.json.decode(content.split(b"\r\n\r\n")[1].partition(b"\r\n--")[0])
    assert len(told["statements"]) == 2
    rest = siakad.ask("GET", f"statements?{told['more'].partition('?')[2]}")
    assert b"a" * 4_000 in rest.getvalue()


def test_the_letter_that_no_database_keeps_costs_nothing_but_itself(siakad: Program) -> None:
    place = "https://contoh.example/nol"
    thing = {"id": place, "definition": {
        "name": {"id": "a\x00b"}, "extensions": {"https://contoh.example/daftar": [{"kunci\x00": "\x00"}]},
    }}  # fmt: skip
    siakad.send(statement(), statement(object=thing))
    (kept,) = siakad.found(activity=place)
    assert kept["object"] == thing
    told = siakad.ask("GET", "activities", activityId=place).json()["definition"]
    assert told == {"name": {"id": "ab"}, "extensions": {"https://contoh.example/daftar": [{"kunci": ""}]}}


def test_the_latest_words_of_an_activity_stand(siakad: Program, django_capture_on_commit_callbacks: Committing) -> None:
    def name_after(*names: str) -> str:
        place = f"https://contoh.example/{uuid.uuid4()}"
        for name in names:
            with django_capture_on_commit_callbacks(execute=True):
                siakad.send(statement(object={"id": place, "definition": {"name": {"id": name}}}))
        told: str = siakad.ask("GET", "activities", activityId=place).json()["definition"]["name"]["id"]
        return told

    assert name_after("Satu", "Dua") == "Dua"
    assert name_after("Satu", "Dua", "Satu") == "Satu"
    assert name_after("Satu", "Dua", "Satu", "Satu", "Dua") == "Dua"


def test_words_that_change_nothing_are_not_looked_up_again(
    siakad: Program, django_capture_on_commit_callbacks: Committing
) -> None:
    place = f"https://contoh.example/{uuid.uuid4()}"
    wordings = [{"name": {"id": "Satu"}}, {"name": {"en": "One"}}]
    for _ in range(2):
        for words in wordings:
            with django_capture_on_commit_callbacks(execute=True):
                siakad.send(statement(object={"id": place, "definition": words}))
    with CaptureQueriesContext(connection) as asked:
        for words in wordings:
            siakad.send(statement(object={"id": place, "definition": words}))
    assert not [one for one in asked if "records_definition" in one["sql"]]


def test_what_was_to_be_taken_back_is_when_it_is_sent_again_after_a_power_cut(
    siakad: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = statement()
    voiding = pointing_at(target["id"], VOIDED)
    siakad.send(voiding)
    with monkeypatch.context() as cut:
        cut.setattr(writing, "_follow", lambda *_, **__: None)
        siakad.send(target)
    assert siakad.ask("GET", "statements", statementId=target["id"]).status_code == 200
    siakad.send(target)
    assert siakad.ask("GET", "statements", statementId=target["id"]).status_code == 404
    assert [one["id"] for one in siakad.found(agent='{"mbox":"mailto:siti@contoh.example"}')] == [voiding["id"]]


def test_sent_again_it_is_answered_as_before_though_somebody_waits_in_vain(siakad: Program, cast: Cast) -> None:
    small = program(cast.agency, Scope.WRITE)
    target = statement()
    small.send(pointing_at(target["id"], VOIDED))
    siakad.send(target)
    assert small.ask("POST", "statements", target).status_code == 200
    assert siakad.ask("GET", "statements", statementId=target["id"]).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_while_somebody_writes_only_what_is_there_is_promised(reference_data: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL knows its writers by their locks")
    writer = program(Agency.objects.create(code="lengkap", name="Lengkap", kind="city"))
    writer.send(statement())
    stored = Statement.objects.get().stored
    begun, ended = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                begun.set()
                ended.wait(30)
        finally:
            connections.close_all()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert begun.wait(30)
        assert queries.consistent_through(writer.client.store_id) == stored
    finally:
        ended.set()
        thread.join()
    later = queries.consistent_through(writer.client.store_id)
    assert later > stored
    assert dt.datetime.fromtimestamp(later / 1_000_000, dt.UTC).year >= 2026
    connection.close()


def test_caches_hold_nothing_long() -> None:
    long = "https://contoh.example/" + "a" * 1_000
    before = (values._is_short_iri.cache_info().currsize, references._key_of_short.cache_info().currsize)
    assert values.is_iri(long)
    assert not values.is_iri(long * 3)
    assert key_of(1, "A", long) == key_of(1, "A", long) != key_of(1, "A", long + "b")
    assert before == (values._is_short_iri.cache_info().currsize, references._key_of_short.cache_info().currsize)
