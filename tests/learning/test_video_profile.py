"""What is played becomes statements of the xAPI Video Profile: the right ones, once, in their order, readable by others."""

import datetime as dt
import json
import re
import uuid
from typing import Any

import pytest
from django.test import Client

from bina.foundation import clock
from bina.learning import actions
from bina.learning.models import ActivityProgress, Enrolment
from bina.learning.rules import KINDS
from bina.learning.rules.video_profile import (
    MOST_SEGMENTS,
    PROFILE,
    VERBS,
    VIDEO_TYPE,
    extension,
    read_happenings,
    take_in_playing,
)
from bina.people.models import Agency
from bina.records.models import Statement
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.learning.folders import files, outline, publish_mini
from tests.learning.walking import enrolled, open_part, part
from tests.records.programs import program

pytestmark = pytest.mark.django_db
FILM = {"seconds": 60.0, "share": 80}
NAMES = {iri: name for name, iri in VERBS.items()}


def heard(*rows: list[Any], session: str = "", **more: Any) -> dict[str, Any]:
    """A report of a player."""
    return {"session": session or str(uuid.UUID(int=7, version=4)), "happenings": list(rows), "length": 60, **more}


@pytest.fixture
def watching(cast: Cast) -> Enrolment:
    """Siti in front of a video of a minute, of which 80 percent are asked for."""
    enrolment = enrolled(cast.siti, publish_mini())
    open_part(cast.siti.user, enrolment, "video")
    return enrolment


def send(client: Client, enrolment: Enrolment, report: object, key: str = "video") -> int:
    """Send a report as the player does; the status of the answer."""
    url = f"/learning/{enrolment.public_id}/{key}/report/"
    return client.post(url, {"report": json.dumps(report)}).status_code


def told(agency: Agency) -> list[dict[str, Any]]:
    """What another program reads about videos from the store, in the order of the time."""
    found = [one for one in program(agency).found() if PROFILE in json.dumps(one.get("context", {}))]
    return sorted(found, key=lambda one: (one["timestamp"], one["stored"]))


def verbs(statements: list[dict[str, Any]]) -> list[str]:
    return [NAMES[one["verb"]["id"]] for one in statements]


def kept(enrolment: Enrolment) -> dict[str, Any]:
    return dict(ActivityProgress.objects.get(enrolment=enrolment, activity__key="video").evidence)


# Others read it


def test_others_read_what_was_played(cast: Cast, client_for: ClientFor, watching: Enrolment) -> None:
    client = client_for(cast.siti)
    first = heard(
        [1, "played", 0, 30], [2, "seeked", 20, 25, 5.25], [3, "paused", 24.5, 20], intervals=[[0, 5.25], [20, 24.5]],
        seconds=10, at=24.5,
    )  # fmt: skip
    assert send(client, watching, first) == 204
    rest = heard([4, "played", 5, 12], [5, "terminated", 60, 1], intervals=[[5, 60]], seconds=65, at=60)
    assert send(client, watching, rest) == 204
    found = told(cast.agency)
    assert verbs(found) == ["initialized", "played", "seeked", "paused", "played", "paused", "completed", "terminated"]
    opening = found[0]
    for one in found:
        assert one["actor"]["account"]["name"] == str(cast.siti.public_id)
        assert one["object"]["definition"]["type"] == VIDEO_TYPE
        assert one["object"]["definition"]["name"] == {"id": "Video"}
        assert one["object"]["id"].endswith("/records/things/activity/kursus-mini/video")
        context = one["context"]
        assert context["registration"] == str(watching.public_id)
        assert (
            context["contextActivities"]["category"] == [{"id": PROFILE}]
            or context["contextActivities"]["category"][0]["id"] == PROFILE
        )
        assert context["extensions"] == {
            extension("session-id"): opening["id"], extension("length"): 60, extension("completion-threshold"): 0.8,
        }  # fmt: skip
        assert "completion" not in one.get("result", {}) or NAMES[one["verb"]["id"]] == "completed"
        assert cast.siti.full_name not in json.dumps(one)
    # The profile's schema asks for a random UUID.
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", opening["id"])
    results = [one.get("result", {}).get("extensions", {}) for one in found]
    assert results[1] == {extension("time"): 0}
    assert results[2] == {extension("time-from"): 5.25, extension("time-to"): 20}
    segments = "0.000[.]5.250[,]20.000[.]24.500"
    assert results[3] == {
        extension("time"): 24.5, extension("progress"): 0.162, extension("played-segments"): segments,
    }  # fmt: skip
    whole = {
        extension("time"): 60, extension("progress"): 1, extension("played-segments"): f"{segments}[,]5.000[.]60.000",
    }  # fmt: skip
    assert results[5] == results[6] == results[7] == whole
    assert (found[6]["result"]["completion"], found[6]["result"]["duration"]) == (True, "PT65S")
    moments = [dt.datetime.fromisoformat(one["timestamp"]) for one in found]
    assert moments == sorted(moments)
    assert 25 < (clock.now() - moments[0]).total_seconds() < 60


def test_every_term_that_is_told_is_in_the_vocabulary(cast: Cast, client_for: ClientFor, watching: Enrolment) -> None:
    report = heard([1, "played", 0, 9], [2, "seeked", 9, 8, 1], [3, "terminated", 59, 1], intervals=[[0, 1], [9, 59]])
    send(client_for(cast.siti), watching, report)
    report = heard([1, "played", 0, 9], [2, "paused", 9.5, 1], session=str(uuid.uuid4()))
    send(client_for(cast.siti), watching, report)
    page = client_for(None).get("/records/vocabulary/").content.decode()
    terms = set(re.findall(r'"(https?://[^"]+)"', json.dumps(told(cast.agency))))
    terms = {term for term in terms if term.startswith((PROFILE, "http://adlnet.gov"))}
    assert len(terms) == len(VERBS) + 2 + 8
    assert [term for term in terms if f">{term}<" not in page] == []


def test_others_who_have_no_right_read_nothing(cast: Cast, client_for: ClientFor, watching: Enrolment) -> None:
    assert send(client_for(cast.budi), watching, heard([1, "played", 0, 1])) == 404
    assert not Statement.objects.exists()


# Once, whatever arrives twice


def test_a_report_that_arrives_twice_changes_nothing(cast: Cast, client_for: ClientFor, watching: Enrolment) -> None:
    client = client_for(cast.siti)
    report = heard([1, "played", 0, 30], [2, "paused", 12.5, 17], intervals=[[0, 12.5]], seconds=13, at=12.5)
    for _again in range(3):
        assert send(client, watching, report) == 204
    once = kept(watching)
    assert once["seconds"] == 13
    assert verbs(told(cast.agency)) == ["initialized", "played", "paused"]
    # The next one brings along what was not confirmed.
    more = heard(
        [2, "paused", 12.5, 20], [3, "played", 12.5, 9], [4, "paused", 20, 1], intervals=[[0, 12.5], [12.5, 20]], seconds=21,
        at=20,
    )  # fmt: skip
    send(client, watching, more)
    send(client, watching, report)
    assert kept(watching)["seconds"] == 21
    assert kept(watching)["playing"]["segments"] == [[0, 12.5], [12.5, 20]]
    assert verbs(told(cast.agency)) == ["initialized", "played", "paused", "played", "paused"]


def test_a_forgotten_session_is_not_told_twice(cast: Cast, client_for: ClientFor, watching: Enrolment) -> None:
    client = client_for(cast.siti)
    report = heard([1, "played", 0, 30], [2, "paused", 2, 17])
    send(client, watching, report)
    row = ActivityProgress.objects.get(enrolment=watching, activity__key="video")
    row.evidence = {}
    row.save()
    assert send(client, watching, report) == 204
    assert verbs(told(cast.agency)) == ["initialized", "played", "paused"]


def test_two_people_with_the_same_session_do_not_meet(cast: Cast, client_for: ClientFor, watching: Enrolment) -> None:
    other = enrolled(cast.budi, watching.course)
    open_part(cast.budi.user, other, "video")
    report = heard([1, "played", 0, 30], [2, "paused", 2, 17])
    send(client_for(cast.siti), watching, report)
    send(client_for(cast.budi), other, report)
    found = told(cast.agency)
    assert len({one["id"] for one in found}) == 6
    assert len({one["context"]["extensions"][extension("session-id")] for one in found}) == 2


def test_the_completion_is_told_once_and_again_after_a_new_beginning(
    cast: Cast, client_for: ClientFor, watching: Enrolment
) -> None:
    client = client_for(cast.siti)
    # Told while the video still plays.
    send(client, watching, heard([1, "played", 0, 50], intervals=[[0, 47]], seconds=47, at=47))
    assert "completed" not in verbs(told(cast.agency))
    send(client, watching, heard(intervals=[[47, 49]], seconds=49, at=49))
    found = told(cast.agency)
    assert verbs(found) == ["initialized", "played", "completed"]
    assert found[2]["result"]["extensions"][extension("played-segments")] == "0.000[.]49.000"
    again = str(uuid.uuid4())
    send(client, watching, heard([1, "played", 0, 50], [2, "paused", 60, 0], session=again))
    assert verbs(told(cast.agency)).count("completed") == 1


def test_what_ended_stays_ended(cast: Cast, client_for: ClientFor, watching: Enrolment) -> None:
    client = client_for(cast.siti)
    send(client, watching, heard([1, "played", 0, 9], [2, "terminated", 5, 4]))
    send(client, watching, heard([3, "played", 5, 3], [4, "paused", 9, 1], intervals=[[5, 9]]))
    assert verbs(told(cast.agency)) == ["initialized", "played", "paused", "terminated"]
    assert kept(watching)["intervals"] == [[5.0, 9.0]], "the stretch itself was played"


def test_a_page_that_was_killed_leaves_its_stretch(cast: Cast, client_for: ClientFor, watching: Enrolment) -> None:
    client = client_for(cast.siti)
    send(client, watching, heard([1, "played", 0, 9], intervals=[[0, 9]], at=9))
    second = str(uuid.uuid4())
    send(client, watching, heard([1, "played", 9, 9], [2, "paused", 15, 1], session=second, at=15))
    last = told(cast.agency)[-1]
    assert last["result"]["extensions"][extension("played-segments")] == "0.000[.]9.000[,]9.000[.]15.000"


# Out of the way of everything else


def test_recordings_count_alike_and_are_not_told(cast: Cast, client_for: ClientFor) -> None:
    assert KINDS["audio"].says({}, {}, heard([1, "played", 0, 1])) == ()
    merged: dict[str, Any] = {}
    for seconds in (5, 9, 9):
        merged = KINDS["audio"].merge({"seconds": 60.0}, merged, heard(seconds=seconds))
    assert merged["seconds"] == 9


def test_a_part_that_is_not_open_keeps_and_tells_nothing(cast: Cast, client_for: ClientFor) -> None:
    course = outline()
    course["sections"][1]["activities"][1]["needs"] = ["kuis"]
    enrolment = enrolled(cast.siti, publish_mini(files(course)))
    assert send(client_for(cast.siti), enrolment, heard([1, "played", 0, 1])) == 409
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    "rows",
    [
        7, "played", [7], [[1]], [["1", "played", 0, 0]], [[True, "played", 0, 0]], [[0, "played", 0, 0]], [[-1, "played", 0, 0]],
        [[1, "initialized", 0, 0]], [[1, "completed", 60, 0]], [[1, "voided", 0, 0]], [[1, ["played"], 0, 0]], [[1, {}, 0, 0]],
        [[1, "played", 0, 8 * 86_400]], [[1, "played", 0, 0, 0, 0]], [[10**9, "played", 0, 0]],
        [[1, "paused", 5, 0]], {"1": "played"}, None,
    ],
)  # fmt: skip
def test_nonsense_tells_nothing(cast: Cast, client_for: ClientFor, watching: Enrolment, rows: object) -> None:
    report = {"session": str(uuid.uuid4()), "happenings": rows, "length": 60}
    assert send(client_for(cast.siti), watching, report) == 204
    assert [verb for verb in verbs(told(cast.agency)) if verb != "initialized"] == []


@pytest.mark.parametrize("session", ["", "x", 7, None, ["a"], "' or 1=1"])
def test_without_a_session_nothing_is_told_and_the_rest_counts(
    cast: Cast, client_for: ClientFor, watching: Enrolment, session: object
) -> None:
    report = {"session": session, "happenings": [[1, "played", 0, 0]], "intervals": [[0, 9]], "seconds": 9}
    assert send(client_for(cast.siti), watching, report) == 204
    assert told(cast.agency) == []
    assert (kept(watching)["intervals"], kept(watching)["seconds"]) == ([[0.0, 9.0]], 9)


def test_seconds_outside_of_the_film_are_brought_inside() -> None:
    rows = [[1, "played", -5, 1], [2, "seeked", 1e9, 1, float("inf")], [3, "paused", float("nan"), 1]]
    found = read_happenings({"happenings": rows}, 60)
    assert [(one.at, one.origin) for one in found] == [(0, 0), (60, 60), (0, 0)]


def test_a_clock_that_jumps_keeps_the_order() -> None:
    found = read_happenings({"happenings": [[1, "played", 0, 5], [2, "paused", 5, 900], [2, "played", 5, 1]]}, 60)
    assert [(one.number, one.ago) for one in found] == [(1, 5), (2, 5)]


def test_a_film_of_unknown_length_is_not_told() -> None:
    taken = take_in_playing({}, {}, {"session": str(uuid.uuid4()), "happenings": [[1, "played", 0, 1]]})
    assert taken.said == ()


def test_restless_people_do_not_fill_the_database() -> None:
    evidence: dict[str, Any] = {}
    for session in range(30):
        rows: list[list[Any]] = []
        for turn in range(40):
            rows += [[2 * turn + 1, "played", turn, 1], [2 * turn + 2, "paused", turn + 0.5, 1]]
        name = str(uuid.UUID(int=session + 1, version=4))
        evidence = take_in_playing(FILM, evidence, heard(*rows, session=name)).evidence
    assert len(evidence["playing"]["segments"]) <= MOST_SEGMENTS
    assert len(json.dumps(evidence)) < 6_000


def test_a_long_report_is_cut_and_not_refused(cast: Cast, client_for: ClientFor, watching: Enrolment) -> None:
    rows: list[list[Any]] = [[n, "played" if n % 2 else "paused", n / 10, 300 - n] for n in range(1, 300)]
    assert send(client_for(cast.siti), watching, heard(*rows)) == 204
    assert Statement.objects.count() == 151


def test_a_report_costs_little(
    cast: Cast, client_for: ClientFor, watching: Enrolment, django_assert_max_num_queries: Any
) -> None:
    client = client_for(cast.siti)
    send(client, watching, heard([1, "played", 0, 30], intervals=[[0, 3]], seconds=3, at=3))
    with django_assert_max_num_queries(15):
        send(client, watching, heard(intervals=[[3, 9]], seconds=9, at=9))
    assert Statement.objects.count() >= 2


def test_the_house_tells_the_report_and_the_statements_together(
    cast: Cast, watching: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> int:
        raise RuntimeError("the store is out")

    monkeypatch.setattr("bina.learning.actions.progress.tell_once", broken)
    with pytest.raises(RuntimeError):
        actions.record_activity_progress(
            by=cast.siti.user, enrolment=watching, activity=part(watching, "video"),
            report=heard([1, "played", 0, 3], intervals=[[0, 3]]),
        )  # fmt: skip
    assert "intervals" not in kept(watching), "the player sends it again, and nothing is counted before it is told"
