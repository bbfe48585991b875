"""Sessions of cmi5: what a unit may read and say, in which order, and what follows from it for learner and course."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from bina.foundation import clock
from bina.integrations.cmi5 import actions
from bina.integrations.cmi5.models import LaunchSession, Registration, Standing
from bina.journal.models import Entry
from bina.learning.actions import name_reviewer, reopen_enrolment, withdraw
from bina.learning.models import ActivityProgress, Enrolment
from bina.people.models import Employee
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.integrations.units import CMI5, EXTENSIONS, MOVE_ON, W3ID, Json, Speaker, bent, cmi5_package
from tests.integrations.walking import part, started
from tests.records.programs import program

pytestmark = pytest.mark.django_db


def opened(client: Client, enrolment: Enrolment, place: int = 0) -> Speaker:
    """A unit as the learner's page opens it."""
    response = client.get(f"/cmi5/{enrolment.public_id}/{part(enrolment, place).key}/start/")
    assert response.status_code == 302, response.content.decode()[:400]
    return Speaker(response["Location"])


@pytest.fixture
def siti(cast: Cast, client_for: ClientFor) -> tuple[Enrolment, Client]:
    return started(cast, cmi5_package()), client_for(cast.siti)


def statements(person: Employee, speaker: Speaker) -> list[Json]:
    reader = program(person.agency, version=1)
    return list(reader.found(registration=speaker.told["registration"], ascending="true"))


def words(rows: list[Json]) -> list[str]:
    return [row["verb"]["id"].rpartition("/")[2] for row in rows]


def test_a_launch_tells_the_unit_everything(cast: Cast, siti: tuple[Enrolment, Client]) -> None:
    unit = opened(siti[1], siti[0]).read()
    assert unit.url.startswith("http://testserver/packages/run/c")
    assert unit.told["gaya"] == "tenang"
    assert unit.actor["account"]["name"] == str(cast.siti.public_id)
    assert cast.siti.full_name not in unit.url
    assert unit.data["launchMode"] == "Normal"
    assert (unit.data["moveOn"], unit.data["launchParameters"]) == ("Completed", "bab=1")
    assert unit.data["entitlementKey"] == {"courseStructure": "kunci-contoh"}
    assert unit.data["contextTemplate"]["contextActivities"]["grouping"] == [
        {"id": "https://contoh.example/au/membaca"}
    ]
    assert unit.data["returnURL"] == "http://testserver/cmi5/returned/"
    (launched,) = statements(cast.siti, unit)
    assert launched["context"]["extensions"][f"{EXTENSIONS}launchurl"].endswith("isi/membaca.html?gaya=tenang")
    assert launched["context"]["extensions"][f"{EXTENSIONS}sessionid"] == unit.session_id
    assert launched["authority"]["account"]["name"] == "bina"


def test_the_files_run_in_a_closed_frame_that_speaks_with_the_store_alone(siti: tuple[Enrolment, Client]) -> None:
    unit = opened(siti[1], siti[0])
    page = Client().get(unit.url.removeprefix("http://testserver"))
    policy = page["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in policy
    assert "http://testserver/xapi/1.0.3/ http://testserver/cmi5/fetch/" in policy
    assert "bina/cmi5.js" in page.content.decode()
    frame = unit.url.removeprefix("http://testserver").partition("isi/")[0]
    assert Client().get(f"{frame}~state.js").status_code == 404
    assert Client().post(f"{frame}~save", "{}", content_type="text/plain").status_code == 404


def test_the_token_is_given_once_and_only_for_a_post(siti: tuple[Enrolment, Client]) -> None:
    unit = opened(siti[1], siti[0])
    path = unit.told["fetch"].removeprefix("http://testserver")
    assert Client().get(path).status_code == 405
    assert Client().options(path)["Access-Control-Allow-Methods"] == "POST"
    assert "auth-token" in unit.fetch()
    again = unit.fetch()
    assert again["error-code"] == "1"
    assert "auth-token" not in again
    assert Client().post("/cmi5/fetch/tidak-ada").json()["error-code"] == "2"


def test_completing_a_unit_and_passing_the_other_completes_the_course(
    cast: Cast, siti: tuple[Enrolment, Client]
) -> None:
    enrolment, client = siti
    first = opened(client, enrolment).read()
    first.say("initialized", "completed", "terminated")
    assert ActivityProgress.objects.get(activity=part(enrolment)).state == "completed"
    second = opened(client, enrolment, 1).read()
    second.say("initialized")
    assert second.send(second.scored("passed", 0.8)).status_code == 200
    assert ActivityProgress.objects.get(activity=part(enrolment, 1)).state != "completed"
    second.say("completed", "terminated")
    enrolment.refresh_from_db()
    assert enrolment.state == "completed"
    assert ActivityProgress.objects.get(activity=part(enrolment, 1)).best_score == 0.8
    rows = statements(cast.siti, second)
    assert words(rows) == [
        "launched", "initialized", "completed", "terminated", "launched", "initialized", "passed", "completed",
        "satisfied", "satisfied", "terminated",
    ]  # fmt: skip
    block, course = [row for row in rows if row["verb"]["id"] == f"{W3ID}satisfied"]
    assert block["object"]["definition"]["type"].endswith("/block")
    assert course["object"]["definition"]["type"].endswith("/course")
    assert block["context"]["contextActivities"]["grouping"][0]["id"] == "https://contoh.example/blok/dasar"
    assert {row["context"]["extensions"][f"{EXTENSIONS}sessionid"] for row in (block, course)} == {second.session_id}
    assert Entry.objects.filter(verb="cmi5.satisfied").count() == 2
    # What is done is read again, and never done twice.
    again = opened(client, enrolment).read()
    assert again.data["launchMode"] == "Review"
    again.say("initialized")
    assert again.send(again.statement("completed")).status_code == 403


def test_a_second_tab_ends_the_first(cast: Cast, siti: tuple[Enrolment, Client]) -> None:
    first = opened(siti[1], siti[0]).read()
    first.say("initialized")
    first.state("PUT", "halaman", b'{"halaman": 3}')
    second = opened(siti[1], siti[0]).read()
    refused = first.send(first.statement("completed"))
    assert refused.status_code == 403
    assert "sudah berakhir" in refused.content.decode()
    assert first.state("GET", "halaman").status_code == 403
    assert second.state("GET", "halaman").json() == {"halaman": 3}
    second.say("initialized", "completed")
    rows = statements(cast.siti, second)
    assert words(rows) == ["launched", "initialized", "abandoned", "launched", "initialized", "completed"]
    assert rows[2]["result"]["duration"].startswith("PT")
    assert [one.state for one in LaunchSession.objects.order_by("id")] == ["abandoned", "initialized"]


def test_nothing_is_taken_before_the_documents_are_read(siti: tuple[Enrolment, Client]) -> None:
    unit = opened(siti[1], siti[0])
    unit.token = unit.fetch()["auth-token"]
    unit.data = unit.state("GET", "LMS.LaunchData").json()
    assert "cmi5LearnerPreferences" in unit.send(unit.statement("initialized")).content.decode()
    unit.ask("GET", "agents/profile", profileId="cmi5LearnerPreferences", agent=unit.told["actor"])
    assert "harus “initialized”" in unit.send(unit.statement("experienced", is_defined=False)).content.decode()
    unit.say("initialized")
    assert "hanya boleh sekali" in unit.send(unit.statement("initialized")).content.decode()


def changed(unit: Speaker, word: str, **at: Any) -> Json:
    told = unit.statement(word)
    for path, value in at.items():
        place: Any = told
        *steps, last = path.split("__")
        for step in steps:
            place[step] = dict(place[step])
            place = place[step]
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return told


def with_categories(*ids: str) -> Json:
    return {"category": [{"id": one} for one in ids], "grouping": [{"id": "https://contoh.example/au/menulis"}]}


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("completed", {"id": None}, "“id”"),
    ("completed", {"timestamp": None}, "timestamp"),
    ("completed", {"timestamp": "2026-03-02T10:00:00+07:00"}, "UTC"),
    ("completed", {"actor": {"mbox": "mailto:siti@contoh.example"}}, "Pelaku"),
    ("completed", {"object__id": "https://contoh.example/lain"}, "Objek"),
    ("completed", {"context": None}, "registration"),
    ("completed", {"context__registration": "ccaf384c-f8d4-4e7a-8304-49af58f0b176"}, "registration"),
    ("completed", {"context__extensions": {}}, "pengenal sesi"),
    ("completed", {"context__contextActivities": {"category": [{"id": CMI5}, {"id": MOVE_ON}]}}, "grouping"),
    ("completed", {"context__contextActivities": with_categories(CMI5)}, "Kategori moveOn"),
    ("terminated", {"context__contextActivities": with_categories(CMI5, MOVE_ON)}, "Kategori moveOn"),
    ("experienced", {"context__contextActivities": with_categories(MOVE_ON)}, "Kategori moveOn"),
    ("launched", {}, "Kata kerja"),
    ("voided", {"object": {"objectType": "StatementRef", "id": "ccaf384c-f8d4-4e7a-8304-49af58f0b176"}}, "membatalkan"),
    ("completed", {"result__completion": False}, "completion"),
    ("completed", {"result__success": True}, "success"),
    ("completed", {"result__duration": None}, "duration"),
    ("completed", {"result__score": {"scaled": 1}}, "Nilai hanya"),
    ("passed", {"result__success": None}, "success"),
    ("passed", {"result__completion": True}, "completion"),
    ("passed", {"result__score": {"scaled": 0.9}}, "masteryScore"),
    ("passed", {"result__score": {"raw": 9}}, "“min” dan “max”"),
    ("failed", {"result__success": True}, "success"),
    ("terminated", {"result": None}, "duration"),
]  # fmt: skip


def test_statements_that_break_a_rule_are_turned_down_with_the_rule(siti: tuple[Enrolment, Client]) -> None:
    unit = opened(siti[1], siti[0], 1).read()
    unit.say("initialized")
    for word, changes, said in WRONG:
        told = changed(unit, word, **changes)
        if word == "voided":
            told.pop("result", None)
        answer = unit.send(told)
        assert answer.status_code == 403, (word, changes, answer.content.decode())
        assert said in answer.content.decode(), (word, changes, answer.content.decode())
    for word, scaled in (("passed", 0.69), ("failed", 0.7), ("failed", 0.9)):
        assert "tidak cocok dengan masteryScore" in unit.send(unit.scored(word, scaled)).content.decode()
    assert not Standing.objects.filter(is_completed=True).exists()
    unit.say("completed")
    assert unit.send(unit.statement("completed")).status_code == 403
    assert unit.send(unit.scored("failed", 0.6)).status_code == 200
    assert "sekali dalam satu sesi" in unit.send(unit.scored("passed", 0.9)).content.decode()
    unit.say("terminated")
    assert unit.send(unit.statement("experienced", is_defined=False)).status_code == 403


def test_a_batch_is_taken_whole_or_not_at_all(cast: Cast, siti: tuple[Enrolment, Client]) -> None:
    unit = opened(siti[1], siti[0]).read()
    told = [unit.statement("initialized"), unit.statement("completed"), unit.statement("completed")]
    answer = unit.send(*told)
    assert answer.status_code == 403
    assert answer.content.decode().startswith("[2] ")
    assert words(statements(cast.siti, unit)) == ["launched"]
    assert unit.send(*told[:2]).status_code == 200
    # The same statements once more, after a lost answer: nothing is wrong and nothing changes.
    assert unit.send(*told[:2]).status_code == 200
    assert words(statements(cast.siti, unit)) == ["launched", "initialized", "completed"]


def test_a_session_reads_its_own_registration_and_documents_alone(cast: Cast, siti: tuple[Enrolment, Client]) -> None:
    unit = opened(siti[1], siti[0]).read()
    unit.say("initialized")
    other = program(cast.agency, version=1)
    (foreign,) = other.send({
        "actor": {"mbox": "mailto:budi@contoh.example"}, "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
        "object": {"id": "https://contoh.example/lain"},
    })  # fmt: skip
    assert words(unit.ask("GET", "statements").json()["statements"]) == ["initialized", "launched"]
    assert unit.ask("GET", "statements", registration="ccaf384c-f8d4-4e7a-8304-49af58f0b176").status_code == 403
    assert unit.ask("GET", "statements", statementId=foreign).status_code == 404
    for verb in ("PUT", "POST", "DELETE"):
        assert unit.state(verb, "LMS.LaunchData", b"{}").status_code == 403
    agent = '{"mbox":"mailto:budi@contoh.example"}'
    assert unit.ask("GET", "agents/profile", profileId="cmi5LearnerPreferences", agent=agent).status_code == 403
    assert (
        unit.ask("GET", "activities/profile", profileId="x", activityId="https://contoh.example/lain").status_code
        == 403
    )
    assert unit.ask("GET", "agents", agent=agent).status_code == 403
    own = {"profileId": "cmi5LearnerPreferences", "agent": unit.told["actor"]}
    for body in (
        b"[]",
        b'{"languagePreference": "id"}',
        b'{"languagePreference": "a b", "audioPreference": "on"}',
        b"x",
    ):
        assert unit.ask("PUT", "agents/profile", body, **own).status_code == 403
    assert unit.ask("DELETE", "agents/profile", b"", **own).status_code == 403
    # Some programs join base and resource with two slashes.
    path = unit.told["endpoint"].removeprefix("http://testserver") + "/about"
    assert Client().get(path).status_code == 200


def test_wrong_secrets_open_nothing(siti: tuple[Enrolment, Client]) -> None:
    unit = opened(siti[1], siti[0])
    for token in ("", "Y21pNS14Onk=", "eA=="):
        unit.token = token
        assert unit.state("GET", "LMS.LaunchData").status_code == 401


def test_who_left_the_course_says_nothing_more(cast: Cast, siti: tuple[Enrolment, Client]) -> None:
    enrolment, client = siti
    unit = opened(client, enrolment).read()
    unit.say("initialized")
    withdraw(by=cast.siti.user, enrolment=enrolment)
    assert "sudah berakhir" in unit.send(unit.statement("completed")).content.decode()
    key = part(enrolment).key
    assert client.get(f"/cmi5/{enrolment.public_id}/{key}/start/").status_code == 409


def test_forgotten_sessions_are_abandoned(siti: tuple[Enrolment, Client]) -> None:
    unit = opened(siti[1], siti[0]).read()
    unit.say("initialized")
    assert actions.abandon_forgotten() == 0
    LaunchSession.objects.update(launched_at=clock.now() - dt.timedelta(hours=13))
    assert unit.send(unit.statement("completed")).status_code == 403
    assert actions.abandon_forgotten() == 1
    assert actions.abandon_forgotten() == 0
    assert LaunchSession.objects.get().state == "abandoned"


def test_a_part_that_is_opened_again_begins_a_new_registration(cast: Cast, siti: tuple[Enrolment, Client]) -> None:
    enrolment, client = siti
    for place, said in ((0, ["initialized", "completed"]), (1, ["initialized", "completed", "passed"])):
        opened(client, enrolment, place).read().say(*said)
    enrolment.refresh_from_db()
    assert enrolment.state == "completed"
    reopen_enrolment(by=cast.hr.user, enrolment=enrolment, reason="Materinya diperbarui", redo=part(enrolment))
    again = opened(client, enrolment).read()
    assert again.data["launchMode"] == "Normal"
    assert Registration.objects.count() == 2
    again.say("initialized", "completed")
    enrolment.refresh_from_db()
    assert enrolment.state == "completed"


def test_a_unit_that_asks_nothing_is_done_when_it_is_opened(cast: Cast, client_for: ClientFor) -> None:
    enrolment = started(cast, cmi5_package({"cmi5.xml": bent(' moveOn="Completed"', "")}))
    unit = opened(client_for(cast.siti), enrolment).read()
    assert ActivityProgress.objects.get().state == "completed"
    assert unit.data["launchMode"] == "Normal"


def test_the_record_shows_sessions_and_lets_the_right_people_waive(
    cast: Cast, siti: tuple[Enrolment, Client], client_for: ClientFor
) -> None:
    enrolment, client = siti
    key = part(enrolment).key
    base = f"/cmi5/{enrolment.public_id}/{key}"
    assert "belum pernah dibuka" in client.get(f"{base}/record/").content.decode()
    unit = opened(client, enrolment).read()
    unit.say("initialized")
    session = LaunchSession.objects.get()
    own = client.get(f"{base}/record/").content.decode()
    assert "Sedang berjalan" in own
    assert "Bebaskan" not in own
    assert client.post(f"{base}/waive/", {"reason": "Administrative"}).status_code == 404
    assert client.post(f"{base}/sessions/{session.public_id}/abandon/").status_code == 404
    assert client_for(cast.budi).get(f"{base}/start/").status_code == 404
    trainer = client_for(cast.trainer)
    assert trainer.get(f"/learning/managed/enrolments/{enrolment.public_id}/").status_code == 200
    short = trainer.post(f"{base}/waive/", {"reason": "x"})
    assert short.status_code == 409
    assert "Tuliskan alasannya" in short.content.decode()
    trainer.post(f"{base}/sessions/{session.public_id}/abandon/")
    trainer.post(f"{base}/sessions/{session.public_id}/abandon/")
    assert unit.send(unit.statement("completed")).status_code == 403
    assert trainer.post(f"{base}/waive/", {"reason": "Sudah diuji di tempat lain"}).status_code == 302
    assert trainer.post(f"{base}/waive/", {"reason": "Sudah diuji di tempat lain"}).status_code == 409
    assert ActivityProgress.objects.get().state == "completed"
    rows = statements(cast.siti, unit)
    assert words(rows) == ["launched", "initialized", "abandoned", "waived"]
    assert rows[3]["context"]["extensions"][f"{EXTENSIONS}sessionid"] != unit.session_id
    assert Entry.objects.filter(verb="cmi5.waived", reason="Sudah diuji di tempat lain").count() == 1
    assert "dibebaskan" in trainer.get(f"{base}/record/").content.decode()


def test_a_preview_looks_around_and_takes_no_result(
    cast: Cast, siti: tuple[Enrolment, Client], client_for: ClientFor
) -> None:
    enrolment, client = siti
    address = f"/cmi5/versions/{enrolment.version.public_id}/{part(enrolment).key}/"
    assert client.get(address).status_code == 404
    name_reviewer(by=cast.trainer.user, course=enrolment.course, person=cast.rina.user)
    assert Speaker(client_for(cast.rina).get(address)["Location"]).read().data["launchMode"] == "Browse"
    unit = Speaker(client_for(cast.trainer).get(address)["Location"]).read()
    assert unit.data["launchMode"] == "Browse"
    unit.say("initialized")
    assert "mode Browse" in unit.send(unit.statement("completed")).content.decode()
    unit.say("terminated")
    assert not ActivityProgress.objects.exists()


def test_the_page_asks_how_far_one_is(siti: tuple[Enrolment, Client]) -> None:
    enrolment, client = siti
    place = f"/learning/{enrolment.public_id}/{part(enrolment, 1).key}/"
    assert 'target="_blank"' in client.get(place).content.decode()
    state = f"/cmi5/{enrolment.public_id}/{part(enrolment).key}/state/"
    assert 'hx-trigger="every 5s"' in client.get(state).content.decode()
    opened(client, enrolment).read().say("initialized", "completed")
    done = client.get(state).content.decode()
    assert "Bagian ini selesai." in done
    assert "hx-trigger" not in done
    assert Client().get("/cmi5/returned/").status_code == 200
