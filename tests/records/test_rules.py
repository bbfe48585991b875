"""What a statement may be, and how it is said when it is not."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bina.records.rules import (
    Invalid,
    accepted_languages,
    by_ids,
    canonical,
    keys_of,
    merged_definition,
    moment_of,
    parts_of,
    require_statement,
    same_statement,
    written_moment,
)
from bina.records.rules.values import is_duration, is_iri, is_language
from tests.records.programs import statement

AGENT = {"mbox": "mailto:siti@contoh.example"}


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"actor": {"name": "Siti"}}, "actor"),
        ({"actor": {"mbox": "siti@contoh.example"}}, "actor.mbox"),
        ({"actor": {**AGENT, "openid": "https://a.example"}}, "actor"),
        ({"actor": {"account": {"homePage": "https://a.example"}}}, "actor.account"),
        ({"actor": {"objectType": "Group"}}, "actor"),
        ({"actor": {"objectType": "Group", "member": [AGENT, {"name": "x"}]}}, "actor.member[1]"),
        ({"verb": {"id": "selesai"}}, "verb.id"),
        ({"verb": {"id": "http://a.example/v", "display": {"bahasa indonesia": "x"}}}, "verb.display"),
        ({"object": {"id": "kursus"}}, "object.id"),
        ({"object": {"objectType": "Course", "id": "http://a.example"}}, "object.objectType"),
        ({"object": {"id": "http://a.example", "definition": {"choices": []}}}, "object.definition.choices"),
        ({"result": {"score": {"scaled": 1.01}}}, "result.score.scaled"),
        ({"result": {"score": {"min": 5, "max": 5}}}, "result.score.min"),
        ({"result": {"score": {"raw": True}}}, "result.score.raw"),
        ({"result": {"success": "true"}}, "result.success"),
        ({"result": {"duration": "P4W1D"}}, "result.duration"),
        ({"context": {"registration": "1"}}, "context.registration"),
        ({"context": {"team": AGENT}}, "context.team.objectType"),
        ({"context": {"contextActivities": {"parents": []}}}, "context.contextActivities"),
        ({"timestamp": "2026-02-30T10:00:00Z"}, "timestamp"),
        ({"timestamp": "2026-02-20T10:00:00-00:00"}, "timestamp"),
        ({"version": "1.1.0"}, "version"),
        ({"attachments": [{"usageType": "http://a.example"}]}, "attachments[0]"),
        ({"result": {"response": None}}, "result.response"),
        ({"unknown": 1}, ""),
        ({"verb": {"id": "http://adlnet.gov/expapi/verbs/voided"}}, "object"),
    ],
)  # fmt: skip
def test_the_place_of_a_mistake_is_told(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(Invalid) as caught:
        require_statement(statement(**changes), version=2)
    assert caught.value.where == where
    assert str(caught.value).endswith(".")


def test_parties_of_a_context_belong_to_the_second_version() -> None:
    party = {"objectType": "contextAgent", "agent": AGENT, "relevantTypes": ["https://contoh.example/peran/mentor"]}
    words = statement(context={"contextAgents": [party]})
    require_statement(words, version=2)
    with pytest.raises(Invalid, match="contextAgents"):
        require_statement(words, version=1)


def test_nothing_is_nested_twice() -> None:
    inner = {key: value for key, value in statement().items() if key != "id"} | {"objectType": "SubStatement"}
    require_statement(statement(object=inner), version=2)
    with pytest.raises(Invalid):
        require_statement(statement(object=inner | {"object": inner}), version=2)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_nonsense_is_refused_and_never_breaks(value: Any) -> None:
    for key in ("actor", "verb", "object", "result", "context", "attachments", "authority"):
        try:
            require_statement(statement(**{key: value}), version=2)
        except Invalid:
            continue
        assert key in {"result", "context", "attachments"}


@given(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC)))
def test_a_moment_that_is_written_is_read_again(moment: dt.datetime) -> None:
    assert moment_of(written_moment(moment)) == moment


def test_moments_of_zones() -> None:
    assert moment_of("2026-08-17T10:00:00+07:00") == dt.datetime(2026, 8, 17, 3, tzinfo=dt.UTC)
    assert moment_of("2026-08-17") == dt.datetime(2026, 8, 17, tzinfo=dt.UTC)
    assert moment_of("17/08/2026") is None
    assert moment_of("2026-08-17T25:00:00Z") is None
    assert moment_of("0001-01-01T00:00:00+14:00") is None


def test_small_values() -> None:
    assert is_iri("urn:uuid:1")
    assert not is_iri("//contoh.example/tanpa-skema")
    assert not is_iri("http://contoh.example/ada spasi")
    assert is_duration("PT4H35M59.14S")
    assert not is_duration("P")
    assert not is_duration("PT")
    assert is_language("zh-Hant-TW")
    assert not is_language("a12345678")


def test_the_same_statement_sent_twice_is_the_same() -> None:
    one = statement(timestamp="2026-08-17T10:00:00+07:00", result={"duration": "PT1.129S"})
    told = one | {
        "timestamp": "2026-08-17T03:00:00Z", "stored": "2026-08-17T03:00:01Z", "authority": AGENT, "version": "2.0.0",
        "result": {"duration": "PT1.12S"},
    }  # fmt: skip
    assert same_statement(one, told)
    assert not same_statement(one, told | {"actor": {"mbox": "mailto:budi@contoh.example"}})
    assert not same_statement(one, told | {"result": {"duration": "PT2S"}})


def test_what_points_is_filed_apart_from_what_is_pointed_at() -> None:
    words = statement()
    assert not keys_of(1, words, None) & keys_of(1, words, None, pointed_at=True)
    assert not keys_of(1, words, None) & keys_of(2, words, None)


def test_identifiers_only() -> None:
    told = by_ids(statement(context={"team": {"objectType": "Group", "member": [AGENT | {"name": "Siti"}]}}))
    assert told["actor"] == AGENT
    assert told["object"] == {"id": "https://contoh.example/kursus/1"}
    assert told["verb"] == {"id": "http://adlnet.gov/expapi/verbs/completed"}
    assert told["context"]["team"]["member"] == [AGENT]


def test_one_language_is_told() -> None:
    words = statement(verb={"id": "http://a.example/v", "display": {"id": "selesai", "en-US": "completed"}})
    known = {
        "https://contoh.example/kursus/1": {
            "name": {"id": "Satu", "en": "One"},
            "extensions": {"http://a.example/x": {"name": {"a": 1, "b": 2}}},
        }
    }
    told = canonical(words, accepted_languages("en-GB;q=0.8, fr"), known.get)
    assert told["verb"]["display"] == {"en-US": "completed"}
    assert told["object"]["definition"]["name"] == {"en": "One"}
    assert told["object"]["definition"]["extensions"] == {"http://a.example/x": {"name": {"a": 1, "b": 2}}}


def test_definitions_add_up() -> None:
    before = {"name": {"id": "Satu"}, "type": "http://a.example/t"}
    assert merged_definition(before, {"name": {"en": "One"}, "moreInfo": "http://a.example"}) == {
        "name": {"id": "Satu", "en": "One"}, "type": "http://a.example/t", "moreInfo": "http://a.example",
    }  # fmt: skip


@pytest.mark.parametrize(
    "body", [b"", b"--b\r\n\r\nx", b"--b\r\nContent-Type: a/b\r\nx\r\n--b--", b"--b\r\nno colon\r\n\r\nx\r\n--b--"]
)
def test_broken_parts_are_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        parts_of(body, "b")


def test_parts_are_read_to_the_last_byte() -> None:
    body = b"--b\r\nContent-Type: a/b\r\n\r\none\r\n\r\n--b\r\nX: y\r\n\r\n\x00\xff--b\r\n--b--\r\n"
    parts = parts_of(body, "b")
    assert [part.content for part in parts] == [b"one\r\n", b"\x00\xff--b"]
    assert parts[1].headers == {"x": "y"}
