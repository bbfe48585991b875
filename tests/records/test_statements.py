"""Statements through the door: stored once, found, taken back, kept apart."""

import datetime as dt
import hashlib
import threading
import uuid
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from django.db import connection, connections

from bina.foundation import clock
from bina.people.models import Agency
from bina.records import actions
from bina.records.models import Reference, Statement
from bina.records.rules import VOIDED, Scope
from tests.cast import Cast
from tests.records.programs import Program, program, statement


@pytest.fixture
def siakad(cast: Cast) -> Program:
    """A program that may do everything in the store of the cast's agency."""
    return program(cast.agency)


def pointing_at(target: str, verb: str = "http://adlnet.gov/expapi/verbs/commented") -> dict[str, Any]:
    return statement(
        actor={"mbox": "mailto:budi@contoh.example"},
        verb={"id": verb},
        object={"objectType": "StatementRef", "id": target},
    )


def test_words_are_kept_to_the_byte(siakad: Program) -> None:
    sent = statement(result={"score": {"raw": 7.10}, "extensions": {"https://contoh.example/x": None}})
    words = msgspec.json.encode(sent).replace(b'"raw":7.1', b'"raw" : 7.10')
    assert siakad.ask("POST", "statements", words).status_code == 200
    body = bytes(Statement.objects.get().body)
    assert body.startswith(words[:-1])
    told = siakad.ask("GET", "statements", statementId=sent["id"])
    assert told.content == body
    assert told.json()["authority"]["account"]["name"] == siakad.client.key
    assert told.json()["timestamp"] == told.json()["stored"]


def test_nobody_vouches_in_another_name(siakad: Program) -> None:
    (one,) = siakad.send(statement(authority={"mbox": "mailto:menteri@contoh.example"}, stored="2001-01-01T00:00:00Z"))
    told = siakad.ask("GET", "statements", statementId=one).json()
    assert told["authority"]["account"]["name"] == siakad.client.key
    assert not told["stored"].startswith("2001")


def test_sent_twice_is_stored_once_and_other_words_are_refused(siakad: Program) -> None:
    sent = statement()
    assert siakad.send(sent) == siakad.send(sent) == [sent["id"]]
    assert Statement.objects.count() == 1
    other = sent | {"actor": {"mbox": "mailto:budi@contoh.example"}}
    fresh = statement()
    answer = siakad.ask("POST", "statements", [fresh, other])
    assert answer.status_code == 409
    assert sent["id"] in answer.content.decode()
    assert Statement.objects.count() == 1, "all or none"
    assert siakad.ask("PUT", "statements", other, statementId=sent["id"]).status_code == 409


def test_one_wrong_statement_refuses_the_batch_and_is_named(siakad: Program) -> None:
    answer = siakad.ask("POST", "statements", [statement(), statement(verb={"id": "salah"})])
    assert answer.status_code == 400
    assert answer.content.decode().startswith("[1].verb.id: ")
    same = statement()
    assert siakad.ask("POST", "statements", [same, same]).status_code == 400
    assert not Statement.objects.exists()
    assert not Reference.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[{]", b'"x"', b"\xff\xfe", b"[1]", b"null", b'{"id":"\xff"}'])
def test_no_json_is_refused(siakad: Program, body: bytes) -> None:
    assert siakad.ask("POST", "statements", body).status_code == 400


def test_searches(siakad: Program) -> None:
    registration = str(uuid.uuid4())
    course = "https://contoh.example/kursus/1"
    part = {"id": f"{course}/bagian/2"}
    first = statement(context={"registration": registration, "instructor": {"mbox": "mailto:maya@contoh.example"}})
    second = statement(object=part, context={"contextActivities": {"parent": {"id": course}}})
    third = statement(
        verb={"id": "http://adlnet.gov/expapi/verbs/failed"}, actor={"mbox": "mailto:budi@contoh.example"}
    )
    for one in (first, second, third):
        siakad.send(one)
    siti, maya = '{"mbox":"mailto:siti@contoh.example"}', '{"mbox":"mailto:maya@contoh.example"}'

    def ids(**parameters: Any) -> list[str]:
        return [one["id"] for one in siakad.found(**parameters)]

    everything = [third["id"], second["id"], first["id"]]
    assert ids() == everything
    assert ids(ascending="true") == everything[::-1]
    assert ids(agent=siti) == [second["id"], first["id"]]
    assert ids(agent=maya) == []
    assert ids(agent=maya, related_agents="true") == [first["id"]]
    assert ids(activity=course) == [third["id"], first["id"]]
    assert ids(activity=course, related_activities="true") == everything
    assert ids(registration=registration.upper()) == [first["id"]]
    assert ids(verb=third["verb"]["id"]) == [third["id"]]
    assert ids(verb=third["verb"]["id"], agent=siti) == []
    stored = siakad.found(agent=siti)[0]["stored"]
    assert ids(since=stored) == [third["id"]]
    assert ids(until=stored) == [second["id"], first["id"]]
    assert siakad.found(format="ids")[0]["verb"] == {"id": third["verb"]["id"]}


def test_pages_go_on_until_the_end(siakad: Program) -> None:
    sent = siakad.send(*[statement() for _ in range(7)])
    agent = '{"mbox":"mailto:siti@contoh.example"}'
    for parameters in ({}, {"agent": agent}, {"ascending": "true"}):
        seen: list[str] = []
        answer = siakad.ask("GET", "statements", limit=3, **parameters).json()
        while True:
            seen += [one["id"] for one in answer["statements"]]
            if not answer["more"]:
                break
            assert answer["more"].startswith("/xapi/2.0/statements?more=")
            answer = siakad.ask("GET", answer["more"].removeprefix("/xapi/2.0/")).json()
        assert seen == (sent if "ascending" in parameters else sent[::-1])
    assert siakad.ask("GET", "statements", more="bukan-apa-apa").status_code == 400


def test_what_points_is_found_with_what_it_points_at_in_any_order(siakad: Program) -> None:
    target = statement()
    comment = pointing_at(target["id"])
    siakad.send(comment)
    siakad.send(target)
    siti = '{"mbox":"mailto:siti@contoh.example"}'
    # The actor of one and the verb of the other are no match.
    assert not siakad.found(agent=siti, verb=comment["verb"]["id"])
    upon = pointing_at(comment["id"])
    siakad.send(upon)
    assert {one["id"] for one in siakad.found(agent=siti)} == {target["id"], comment["id"], upon["id"]}
    later = statement(actor={"mbox": "mailto:maya@contoh.example"})
    siakad.send(pointing_at(later["id"]), later)
    assert len(siakad.found(agent='{"mbox":"mailto:maya@contoh.example"}')) == 2


@pytest.mark.parametrize("first", ["target", "voiding"])
def test_taking_back(siakad: Program, first: str) -> None:
    target = statement()
    voiding = pointing_at(target["id"], VOIDED)
    for one in (target, voiding) if first == "target" else (voiding, target):
        siakad.send(one)
    assert siakad.ask("GET", "statements", statementId=target["id"]).status_code == 404
    assert siakad.ask("GET", "statements", voidedStatementId=target["id"]).json()["id"] == target["id"]
    assert [one["id"] for one in siakad.found(activity=target["object"]["id"])] == [voiding["id"]]
    siakad.send(pointing_at(voiding["id"], VOIDED))
    assert siakad.ask("GET", "statements", statementId=voiding["id"]).status_code == 200


def test_only_programs_with_every_right_take_back_what_others_wrote(siakad: Program, cast: Cast) -> None:
    small = program(cast.agency, Scope.WRITE)
    (own,) = small.send(statement())
    (other,) = siakad.send(statement())
    assert small.ask("POST", "statements", pointing_at(other, VOIDED)).status_code == 403
    assert siakad.ask("GET", "statements", statementId=other).status_code == 200
    small.send(pointing_at(own, VOIDED))
    siakad.send(statement())
    assert siakad.ask("GET", "statements", statementId=own).status_code == 404


def test_stores_do_not_see_each_other(siakad: Program) -> None:
    neighbour = program(Agency.objects.create(code="tetangga", name="Tetangga", kind="city"))
    sent = statement()
    siakad.send(sent)
    assert neighbour.found() == neighbour.found(verb=sent["verb"]["id"]) == []
    assert neighbour.ask("GET", "statements", statementId=sent["id"]).status_code == 404
    activity = neighbour.ask("GET", "activities", activityId=sent["object"]["id"]).json()
    assert "definition" not in activity
    neighbour.send(sent | {"actor": {"mbox": "mailto:lain@contoh.example"}})
    neighbour.send(pointing_at(sent["id"], VOIDED))
    assert siakad.ask("GET", "statements", statementId=sent["id"]).status_code == 200


def test_scopes(cast: Cast, siakad: Program) -> None:
    siakad.send(statement())
    mine = program(cast.agency, Scope.WRITE, Scope.READ_MINE)
    (own,) = mine.send(statement())
    assert [one["id"] for one in mine.found()] == [own]
    assert [one["id"] for one in mine.found(agent='{"mbox":"mailto:siti@contoh.example"}')] == [own]
    reader = program(cast.agency, Scope.READ)
    assert len(reader.found()) == 2
    assert reader.ask("POST", "statements", statement()).status_code == 403
    writer = program(cast.agency, Scope.WRITE)
    assert writer.ask("GET", "statements").status_code == 403
    assert writer.ask("GET", "agents", agent='{"mbox":"mailto:siti@contoh.example"}').status_code == 403
    assert (
        writer.ask("PUT", "activities/state", b"x", activityId="http://a.example", agent="{}", stateId="1").status_code
        == 403
    )
    # Who may not define is believed, but does not teach the others.
    writer.send(statement(object={"id": "https://contoh.example/baru", "definition": {"name": {"id": "Baru"}}}))
    assert "definition" not in siakad.ask("GET", "activities", activityId="https://contoh.example/baru").json()


def test_credentials(siakad: Program) -> None:
    key, secret = siakad.client.key, siakad.secret
    assert siakad.ask("GET", "statements", HTTP_AUTHORIZATION=f"Bearer {key}.{secret}").status_code == 200
    for wrong in ("", "Basic", "Basic !!!", f"Bearer {key}.{secret}x", "Bearer .", f"Bearer {key}.", "Basic AA=="):
        answer = siakad.ask("GET", "statements", HTTP_AUTHORIZATION=wrong)
        assert answer.status_code == 401, wrong
        assert "Basic" in answer["WWW-Authenticate"]
    assert secret not in str(siakad.client.__dict__)
    renewed = actions.renew_secret(by=None, client=siakad.client)
    assert siakad.ask("GET", "statements").status_code == 401
    siakad.secret = renewed
    assert siakad.ask("GET", "statements").status_code == 200
    actions.revoke_client(by=None, client=siakad.client)
    actions.revoke_client(by=None, client=siakad.client)
    assert siakad.ask("GET", "statements").status_code == 401


def test_versions_and_methods(siakad: Program) -> None:
    for told in ("", "1.0.3", "2.1", "2.0.x", "nonsense"):
        assert siakad.ask("GET", "statements", HTTP_X_EXPERIENCE_API_VERSION=told).status_code == 400
    assert siakad.ask("GET", "about", HTTP_AUTHORIZATION="").json()["version"] == ["2.0.0"]
    assert siakad.ask("DELETE", "statements").status_code == 405
    head = siakad.ask("HEAD", "statements")
    assert head.status_code == 200
    assert not head.content
    assert siakad.ask("GET", "statements", foo="bar").status_code == 400
    assert siakad.ask("GET", "statements", limit="-1").status_code == 400


def test_too_large_is_said(siakad: Program, settings: Any) -> None:
    settings.RECORDS_LIMIT_MB = 0
    answer = siakad.ask("POST", "statements", statement())
    assert answer.status_code == 413
    assert not Statement.objects.exists()


def test_attachments_travel(siakad: Program) -> None:
    file = b"\x00sertifikat\r\n--b"
    digest = hashlib.sha256(file).hexdigest()
    told = {
        "usageType": "https://contoh.example/lampiran", "display": {"id": "Sertifikat"}, "contentType": "application/pdf",
        "length": len(file), "sha2": digest,
    }  # fmt: skip
    sent = statement(attachments=[told])

    def body(content: bytes, hash_told: str = digest) -> bytes:
        return (
            b"--batas\r\nContent-Type: application/json\r\n\r\n" + msgspec.json.encode(sent) + b"\r\n--batas\r\n"
            b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: "
            + hash_told.encode() + b"\r\n\r\n" + content + b"\r\n--batas--\r\n"
        )  # fmt: skip

    kind = "multipart/mixed; boundary=batas"
    assert siakad.ask("POST", "statements", sent).status_code == 400, "neither sent nor to be fetched"
    assert siakad.ask("POST", "statements", body(b"other"), CONTENT_TYPE=kind).status_code == 400
    assert (
        siakad.ask("POST", "statements", body(file), CONTENT_TYPE="multipart/form-data; boundary=batas").status_code
        == 400
    )
    other = hashlib.sha256(b"other").hexdigest()
    assert siakad.ask("POST", "statements", body(b"other", other), CONTENT_TYPE=kind).status_code == 400, (
        "nobody names it"
    )
    assert siakad.ask("POST", "statements", body(file), CONTENT_TYPE=kind).status_code == 200
    answer = siakad.ask("GET", "statements", attachments="true")
    assert answer["Content-Type"].startswith("multipart/mixed")
    whole = answer.getvalue()
    assert file in whole
    assert int(answer["Content-Length"]) == len(whole)
    head = siakad.ask("HEAD", "statements", attachments="true")
    assert (head.content, head["Content-Length"]) == (b"", str(len(whole)))
    assert file not in siakad.ask("GET", "statements").content


def test_the_old_syntax_lives_in_the_old_version_only(cast: Cast) -> None:
    old = program(cast.agency, version=1)
    sent = statement()
    form = urlencode(
        {"statementId": sent["id"], "content": msgspec.json.encode(sent).decode(), "Content-Type": "application/json"}
    ).encode()
    kind = "application/x-www-form-urlencoded"
    assert old.ask("POST", "statements", form, method="PUT", CONTENT_TYPE=kind).status_code == 204
    assert old.found()[0]["version"] == "1.0.0"
    new = Program(old.client, old.secret, 2)
    assert new.ask("POST", "statements", form, method="PUT", CONTENT_TYPE=kind).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_a_store_is_complete_up_to_what_it_has_acknowledged(reference_data: None) -> None:
    writer = program(Agency.objects.create(code="lengkap", name="Lengkap", kind="city"))
    sent = statement()
    before = clock.now()
    assert writer.ask("POST", "statements", sent).status_code == 200
    told = writer.ask("GET", "statements", statementId=sent["id"])
    through = dt.datetime.fromisoformat(told["X-Experience-API-Consistent-Through"])
    assert before < dt.datetime.fromisoformat(told.json()["stored"]) <= through <= clock.now()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["alone", "batch", "other words"])
def test_writers_with_the_same_ids_at_the_same_time(reference_data: None, kind: str) -> None:
    agency = Agency.objects.create(code="lomba", name="Lomba", kind="city")
    writer = program(agency)
    statements = [statement() for _ in range(1 if kind != "batch" else 30)]
    results: list[int] = []
    start = threading.Barrier(4)

    def write(number: int) -> None:
        try:
            mine = statements if number % 2 == 0 else statements[::-1]
            if kind == "other words":
                mine = [mine[0] | {"actor": {"mbox": f"mailto:p{number}@contoh.example"}}]
            start.wait()
            results.append(writer.ask("POST", "statements", mine).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ([200, 409, 409, 409] if kind == "other words" else [200] * 4)
    assert Statement.objects.count() == len(statements)
    connection.close()
