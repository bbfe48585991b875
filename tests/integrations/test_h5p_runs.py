"""Learning with H5P: what is handed out, what the content may say, and what becomes of it."""

import json
import uuid
from typing import Any

import msgspec
import pytest
from django.conf import settings
from django.test import Client

from bina.integrations.packages.models import PackageAttempt, PackageInteraction
from bina.integrations.packages.rules import Choices
from bina.learning.actions import enrol, import_course_folder, publish_version
from bina.learning.models import ActivityProgress, Enrolment
from bina.records.models import Statement, Store
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.integrations.samples import archive_of, h5p
from tests.integrations.test_h5p_import import OUTLINE
from tests.integrations.walking import imported, open_frame, part, send, told

pytestmark = pytest.mark.django_db
VERBS = "http://adlnet.gov/expapi/verbs/"
PART = "http://h5p.org/x-api/h5p-subContentId"
KEPT = {"state/0/state": '{"at":2}'}


def learning(cast: Cast, added: str = "") -> Enrolment:
    """Siti in a course with one H5P content, with what its entry says besides."""
    folder = archive_of({"course.yaml": (OUTLINE % added).encode(), "media/kartu.h5p": h5p()})
    report = import_course_folder(folder, by=cast.trainer.user, agency=cast.agency)
    assert report.version is not None, [one.sentence for one in report.errors]
    course = publish_version(by=cast.trainer.user, version=report.version)
    return enrol(by=cast.siti.user, employee=cast.siti, course=course)


def event(verb: str, *, part: str = "", raw: float = 1, most: float = 1, **more: Any) -> dict[str, str]:
    """An event as the frame reports it."""
    definition: dict[str, Any] = {
        "description": {"id": "<p>Surat dinas boleh hanya di ponsel.</p>"}, "interactionType": "true-false",
        "type": "http://adlnet.gov/expapi/activities/cmi.interaction", "correctResponsesPattern": ["false"],
        "extensions": {"http://h5p.org/x-api/h5p-local-content-id": "isi", **({PART: part} if part else {})},
    }  # fmt: skip
    statement = {
        "actor": {"name": "Kepala Dinas", "mbox": "mailto:kepala@contoh.go.id.test", "objectType": "Agent"},
        "verb": {"id": f"{VERBS}{verb}", "display": {"en-US": "menipu"}},
        "object": {"id": "https://lain.test/kursus", "objectType": "Activity", "definition": definition},
        "result": {"score": {"raw": raw, "max": most, "min": 0, "scaled": 9}, "success": raw == most, "response": "false",
                   "completion": True, "duration": "PT3.2S"},
        "authority": {"mbox": "mailto:kepala@contoh.go.id.test"}, "stored": "2020-01-01T00:00:00Z",
        **more,
    }  # fmt: skip
    return {f"event/{uuid.uuid4()}": json.dumps(statement)}


def stored() -> list[dict[str, Any]]:
    return [msgspec.json.decode(bytes(row.body)) for row in Statement.objects.order_by("pk")]


def test_the_frame_gets_our_player_and_the_files_of_the_content(cast: Cast, client_for: ClientFor) -> None:
    frame = open_frame(client_for(cast.siti), learning(cast))
    stranger = Client()
    page = stranger.get(f"{frame}~player")
    assert b"~state.js" in page.content
    assert b"bina/h5p.js" in page.content
    policy = page["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in policy
    assert "/static/bina/h5p/" in policy
    assert "connect-src" not in policy  # default-src holds: the signed folder and nothing else
    for name in ("h5p.json", "content/content.json", "Bina.BenarSalah-1.0/kartu.js", "Bina.BenarSalah-1.0/kartu.css"):
        answer = stranger.get(f"{frame}{name}")
        assert answer.status_code == 200, name
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer
        assert "/static/bina/h5p/" not in answer["Content-Security-Policy"]
    assert stranger.get(f"{frame}tiada.json").status_code == 404
    assert stranger.get(frame.replace("/run/", "/run/9") + "~player").status_code == 404


def test_what_no_content_needs_is_not_handed_out(cast: Cast, client_for: ClientFor) -> None:
    odd = h5p({"Bina.BenarSalah-1.0/catatan.rahasia": b"x", "Bina.BenarSalah-1.0/kartu.map": b"{}"})
    version = imported(odd, by=cast.trainer.user, agency=cast.agency, choices=Choices("K", "k", "K.", 1, 1, "1.3", 2))
    course = publish_version(by=cast.trainer.user, version=version)
    frame = open_frame(client_for(cast.siti), enrol(by=cast.siti.user, employee=cast.siti, course=course))
    assert Client().get(f"{frame}Bina.BenarSalah-1.0/catatan.rahasia").status_code == 404
    assert Client().get(f"{frame}Bina.BenarSalah-1.0/kartu.map").status_code == 404


def test_a_second_device_goes_on_and_the_first_is_told(cast: Cast, client_for: ClientFor) -> None:
    enrolment = learning(cast)
    phone = open_frame(client_for(cast.siti), enrolment)
    assert told(phone)["values"] == {}
    card = event("answered", part="map-sendiri")
    assert send(phone, 1, {**KEPT, **card}).status_code == 200
    office = open_frame(client_for(cast.siti), enrolment)
    values = told(office)["values"]
    assert values == KEPT
    assert cast.siti.full_name not in json.dumps(told(office))
    late = send(phone, 2, {"state/0/state": '{"at":9}'})
    assert late.status_code == 409
    assert "tab atau perangkat lain" in late.json()["sentence"]
    assert PackageAttempt.objects.get().state["state/0/state"] == '{"at":2}'


def test_a_content_speaks_for_the_learner_and_nobody_else(cast: Cast, client_for: ClientFor) -> None:
    enrolment = learning(cast)
    frame = open_frame(client_for(cast.siti), enrolment)
    around = {"contextActivities": {"parent": [{"id": "https://lain.test/x"}]}, "registration": str(uuid.uuid4())}
    send(frame, 1, {**event("answered", part="map-sendiri", context=around), **event("completed", raw=5, most=6)})
    answered, completed = sorted(stored(), key=lambda row: str(row["verb"]["id"]))
    attempt = PackageAttempt.objects.get()
    whole = f"{settings.BASE_URL}/records/things/activity/kartu-arsip/kartu"
    for row in (answered, completed):
        account = {"homePage": settings.BASE_URL, "name": str(cast.siti.public_id)}
        assert row["actor"] == {"objectType": "Agent", "account": account}
        assert row["authority"]["account"]["name"] == "bina"
        assert row["context"]["registration"] == str(attempt.public_id)
        assert not row["stored"].startswith("2020")
        assert "lain.test" not in json.dumps(row)
        assert "menipu" not in json.dumps(row)
    assert (completed["object"]["id"], completed["result"]["score"]["scaled"]) == (whole, pytest.approx(5 / 6))
    assert answered["object"]["id"] == f"{whole}?part=map-sendiri"
    assert answered["context"]["contextActivities"]["parent"][0]["id"] == whole
    assert answered["object"]["definition"]["description"] == {"id": "Surat dinas boleh hanya di ponsel."}
    assert answered["result"]["response"] == "false"


def test_what_is_told_twice_is_kept_once(cast: Cast, client_for: ClientFor) -> None:
    enrolment = learning(cast)
    frame = open_frame(client_for(cast.siti), enrolment)
    same = event("completed", raw=6, most=6)
    send(frame, 1, same)
    send(frame, 1, same)
    send(frame, 2, {**same, **KEPT})
    send(frame, 3, {**KEPT, **event("answered", part="tautan-umum")})
    assert len(stored()) == 2
    assert Store.objects.count() == 1


def test_the_end_of_the_content_closes_the_part(cast: Cast, client_for: ClientFor) -> None:
    enrolment = learning(cast)
    frame = open_frame(client_for(cast.siti), enrolment)
    one = send(frame, 1, event("answered", part="hak-baca", raw=0))
    assert one.json()["status"] == "started"
    row = PackageInteraction.objects.get()
    assert (row.code, row.result, row.kind, row.latency) == ("hak-baca", "incorrect", "true-false", "PT3.2S")
    send(frame, 2, event("answered", part="hak-baca"))
    assert PackageInteraction.objects.get().result == "correct"
    done = send(frame, 3, event("completed", raw=4, most=6))
    assert done.json() == {"outcome": "saved", "status": "done", "state": "Selesai", "score": 67}
    assert Enrolment.objects.get().state == "completed"
    assert ActivityProgress.objects.get().best_score == pytest.approx(4 / 6)


def test_by_score_a_low_one_does_not_close_it_and_the_best_one_stays(cast: Cast, client_for: ClientFor) -> None:
    enrolment = learning(cast, ", passing: 80")
    frame = open_frame(client_for(cast.siti), enrolment)
    assert send(frame, 1, event("completed", raw=4, most=6)).json()["status"] == "failed"
    assert Enrolment.objects.get().state == "started"
    assert send(frame, 2, event("completed", raw=5, most=6)).json()["status"] == "passed"
    assert Enrolment.objects.get().state == "completed"
    assert send(frame, 3, event("completed", raw=0, most=6)).json()["score"] == 83


def test_by_looking_it_is_done_when_it_was_opened_and_still_scored(cast: Cast, client_for: ClientFor) -> None:
    enrolment = learning(cast, ", done: looked")
    frame = open_frame(client_for(cast.siti), enrolment)
    assert ActivityProgress.objects.get().state == "completed"
    assert send(frame, 1, event("completed", raw=3, most=6)).json()["score"] == 50


def test_answers_of_a_part_never_end_the_whole(cast: Cast, client_for: ClientFor) -> None:
    enrolment = learning(cast)
    frame = open_frame(client_for(cast.siti), enrolment)
    send(frame, 1, event("completed", part="hak-baca"))
    send(frame, 2, event("interacted"))
    assert PackageAttempt.objects.get().status == "started"
    assert PackageAttempt.objects.get().score is None


@pytest.mark.parametrize(
    "reported",
    [
        {"event/x": "{}"},
        {"event/12345678": "[" * 30_000},
        {"event/12345678": "null"},
        {"event/12345678": json.dumps({"verb": {"id": "https://lain.test/verbs/completed"}})},
        {"event/12345678": json.dumps({"verb": {"id": f"{VERBS}voided"}, "object": {"objectType": "StatementRef", "id": "x"}})},
        {"event/12345678": json.dumps({"verb": {"id": 7}, "object": 7, "result": []})},
        {"event/12345678": "x" * 40_000},
        {"reached": '{"ended": true, "score": 1}', "answers": "["},
    ],
)  # fmt: skip
def test_words_that_cannot_be_believed_change_nothing(
    cast: Cast, client_for: ClientFor, reported: dict[str, str]
) -> None:
    frame = open_frame(client_for(cast.siti), learning(cast))
    assert send(frame, 1, reported).status_code == 200
    attempt = PackageAttempt.objects.get()
    assert (attempt.status, attempt.score, attempt.state) == ("started", None, {})
    assert not stored()


@pytest.mark.parametrize(
    "score",
    [{"raw": 1e400}, {"raw": "6", "max": 6}, {"raw": True, "max": 6}, {"scaled": -1e308}, {"raw": 3, "max": 0}, []],
)
def test_scores_that_are_none(cast: Cast, client_for: ClientFor, score: object) -> None:
    frame = open_frame(client_for(cast.siti), learning(cast))
    send(frame, 1, event("completed", result={"score": score}))
    assert PackageAttempt.objects.get().score in {None, 0.0}
    assert PackageAttempt.objects.get().status == "done"


def test_only_the_newest_state_is_kept_and_the_reached_stays(cast: Cast, client_for: ClientFor) -> None:
    enrolment = learning(cast)
    frame = open_frame(client_for(cast.siti), enrolment)
    send(frame, 1, {**KEPT, **event("completed", raw=6, most=6)})
    send(frame, 2, {"state/0/state": '{"at":0}'})
    attempt = PackageAttempt.objects.get()
    assert (attempt.status, attempt.score) == ("done", 1.0)
    client_for(cast.siti).post(f"/packages/{enrolment.public_id}/{part(enrolment).key}/again/")
    assert told(open_frame(client_for(cast.siti), enrolment))["values"] == {}


def test_a_place_too_large_to_keep_leaves_the_earlier_one_and_the_score(cast: Cast, client_for: ClientFor) -> None:
    enrolment = learning(cast)
    frame = open_frame(client_for(cast.siti), enrolment)
    send(frame, 1, KEPT)
    done = event("completed", raw=6, most=6)
    assert send(frame, 2, {**done, "state/0/state": "x" * 450_000}).status_code == 413
    assert send(frame, 2, done, changes=True).json()["score"] == 100
    assert told(open_frame(client_for(cast.siti), enrolment))["values"] == KEPT


def test_half_an_emoji_in_an_answer_costs_nothing(cast: Cast, client_for: ClientFor) -> None:
    enrolment = learning(cast)
    frame = open_frame(client_for(cast.siti), enrolment)
    odd = "\ud83d\x00"
    definition = {
        "description": {"id": f"Pilih{odd} satu."}, "interactionType": "choice", "correctResponsesPattern": [f"a{odd}"],
        "choices": [{"id": f"a{odd}", "description": {"id": f"Arsip{odd}"}}],
    }  # fmt: skip
    kept = {"state/0/state": json.dumps({"at": odd}), "state/0/odd": odd}
    answer = event("answered", object={"definition": definition}, result={"response": f"a{odd}", "success": True})
    assert send(frame, 1, {**kept, **answer}).status_code == 200
    assert PackageInteraction.objects.get().response == "Arsip\ufffd"
    said = stored()[0]
    assert said["result"]["response"] == "a\ufffd"
    assert said["object"]["definition"]["choices"] == [{"id": "a\ufffd", "description": {"id": "Arsip\ufffd"}}]
    assert told(open_frame(client_for(cast.siti), enrolment))["values"] == kept


def test_every_place_a_content_names_comes_back_until_it_is_taken_away(cast: Cast, client_for: ClientFor) -> None:
    enrolment = learning(cast)
    places = {**KEPT, "state/0/catatan": '"x"', "state/8c1d-bagian/state": "[1]"}
    phone = open_frame(client_for(cast.siti), enrolment)
    send(phone, 1, {**places, **event("interacted")})
    office = open_frame(client_for(cast.siti), enrolment)
    assert told(office)["values"] == places
    left = {name: value for name, value in places.items() if name != "state/0/catatan"}
    send(office, 1, left)
    assert told(open_frame(client_for(cast.siti), enrolment))["values"] == left


def test_a_last_word_leaves_the_other_places_of_the_content(cast: Cast, client_for: ClientFor) -> None:
    enrolment = learning(cast)
    frame = open_frame(client_for(cast.siti), enrolment)
    send(frame, 1, {**KEPT, "state/kuis/state": "[1]", "state/lama/state": "0", **event("answered", part="hak-baca")})
    last = {"state/kuis/state": "[1,2]", "state/lama/state": "", **event("completed", raw=6, most=6)}
    assert send(frame, 2, last, changes=True).json()["status"] == "done"
    assert PackageInteraction.objects.get().code == "hak-baca"
    assert told(open_frame(client_for(cast.siti), enrolment))["values"] == {**KEPT, "state/kuis/state": "[1,2]"}


def test_the_learner_is_told_where_answers_go(cast: Cast, client_for: ClientFor) -> None:
    enrolment = learning(cast)
    send(open_frame(client_for(cast.siti), enrolment), 1, event("answered", part="hak-baca"))
    address = f"/packages/{enrolment.public_id}/{part(enrolment).key}/attempts/"
    own = client_for(cast.siti).get(address).content.decode()
    assert "Surat dinas boleh hanya di ponsel." in own
    assert "rekam belajar instansi" in own
    assert ">Salah</p>" in own
    assert ">false</p>" not in own
    assert "Surat dinas boleh" not in client_for(cast.trainer).get(address).content.decode()
