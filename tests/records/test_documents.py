"""Documents that programs keep: merged, guarded against blind replacing, kept apart."""

import uuid
from typing import Any

import pytest

from bina.people.models import Agency
from bina.records.models import Document
from tests.cast import Cast
from tests.records.programs import Program, program

WHO = '{"mbox":"mailto:siti@contoh.example"}'
PLACES: dict[str, dict[str, Any]] = {
    "activities/state": {"activityId": "https://contoh.example/kursus/1", "agent": WHO, "stateId": "tempat"},
    "activities/profile": {"activityId": "https://contoh.example/kursus/1", "profileId": "tempat"},
    "agents/profile": {"agent": WHO, "profileId": "tempat"},
}


@pytest.fixture
def siakad(cast: Cast) -> Program:
    """A program that may do everything in the store of the cast's agency."""
    return program(cast.agency)


@pytest.mark.parametrize("place", PLACES)
def test_a_document_is_kept_merged_guarded_and_removed(siakad: Program, place: str) -> None:
    at = PLACES[place]
    assert siakad.ask("GET", place, **at).status_code == 404
    assert siakad.ask("PUT", place, {"a": 1}, **at).status_code == 204
    assert siakad.ask("POST", place, {"b": 2}, **at).status_code == 204
    told = siakad.ask("GET", place, **at)
    assert told.json() == {"a": 1, "b": 2}
    assert told["Last-Modified"]
    assert siakad.ask("PUT", place, {"c": 3}, **at).status_code == 409, "nobody replaces what was not read"
    assert siakad.ask("PUT", place, {"c": 3}, **at, HTTP_IF_MATCH='"lain"').status_code == 412
    assert siakad.ask("PUT", place, {"c": 3}, **at, HTTP_IF_NONE_MATCH="*").status_code == 412
    assert siakad.ask("PUT", place, {"c": 3}, **at, HTTP_IF_MATCH=told["ETag"]).status_code == 204
    assert siakad.ask("POST", place, {"d": 4}, **at, HTTP_IF_MATCH=told["ETag"]).status_code == 412
    assert siakad.ask("DELETE", place, **at, HTTP_IF_MATCH=told["ETag"]).status_code == 412
    names = {key: value for key, value in at.items() if key not in {"stateId", "profileId"}}
    assert siakad.ask("GET", place, **names).json() == ["tempat"]
    assert siakad.ask("GET", place, **names, since="2100-01-01T00:00:00Z").json() == []
    assert siakad.ask("DELETE", place, **at).status_code == 204
    assert siakad.ask("DELETE", place, **at).status_code == 204
    assert siakad.ask("GET", place, **at).status_code == 404


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/../b", "nama dengan spasi", "%2e%2e/", "<script>", "é" * 200])
def test_a_name_is_only_a_name(siakad: Program, name: str) -> None:
    at = PLACES["agents/profile"] | {"profileId": name}
    assert siakad.ask("PUT", "agents/profile", b"\x00isi", **at, CONTENT_TYPE="text/html").status_code == 204
    told = siakad.ask("GET", "agents/profile", **at)
    assert told.content == b"\x00isi"
    assert "sandbox" in told["Content-Security-Policy"]
    assert siakad.ask("GET", "agents/profile", agent=WHO).json() == [name]
    assert siakad.ask("PUT", "agents/profile", b"x", **at | {"profileId": "a\x00"}).status_code == 400
    assert siakad.ask("PUT", "agents/profile", b"x", **at | {"profileId": "a" * 2_001}).status_code == 400


def test_only_objects_are_merged(siakad: Program) -> None:
    at = PLACES["activities/state"]
    assert siakad.ask("POST", "activities/state", [1], **at).status_code == 400
    assert siakad.ask("PUT", "activities/state", b"gambar", **at, CONTENT_TYPE="image/png").status_code == 204
    assert siakad.ask("POST", "activities/state", {"a": 1}, **at).status_code == 400
    assert siakad.ask("GET", "activities/state", **at).content == b"gambar"


def test_states_of_registrations_stand_apart(siakad: Program) -> None:
    at, one = PLACES["activities/state"], str(uuid.uuid4())
    siakad.ask("PUT", "activities/state", {"a": 1}, **at)
    siakad.ask("PUT", "activities/state", {"a": 2}, **at, registration=one)
    assert siakad.ask("GET", "activities/state", **at).json() == {"a": 1}
    assert siakad.ask("GET", "activities/state", **at, registration=one.upper()).json() == {"a": 2}
    everything = {"activityId": at["activityId"], "agent": WHO}
    assert siakad.ask("DELETE", "activities/state", **everything, registration=one).status_code == 204
    assert Document.objects.count() == 1
    assert siakad.ask("DELETE", "activities/state", **everything).status_code == 204
    assert not Document.objects.exists()


def test_states_of_the_old_version_may_be_replaced_blindly(cast: Cast) -> None:
    old = program(cast.agency, version=1)
    at = PLACES["activities/state"]
    assert [old.ask("PUT", "activities/state", {"a": n}, **at).status_code for n in range(2)] == [204, 204]
    assert old.ask("PUT", "agents/profile", {"a": 1}, **PLACES["agents/profile"]).status_code == 400


def test_documents_of_other_agencies_are_not_there(siakad: Program) -> None:
    neighbour = program(Agency.objects.create(code="tetangga", name="Tetangga", kind="city"))
    for place, at in PLACES.items():
        siakad.ask("PUT", place, {"a": 1}, **at)
        assert neighbour.ask("GET", place, **at).status_code == 404
        assert neighbour.ask("DELETE", place, **at).status_code == 204
        assert siakad.ask("GET", place, **at).status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"agent": "bukan json"}, {"agent": '{"name":"x"}'}, {"profileId": ""}, {"lain": "1"}]
)
def test_wrong_parameters_are_named(siakad: Program, wrong: dict[str, str]) -> None:
    answer = siakad.ask("PUT", "agents/profile", {"a": 1}, **PLACES["agents/profile"] | wrong)
    assert answer.status_code == 400
    assert answer.content.decode().startswith(next(iter(wrong)))
