"""Tokens, columns of grades, scores, results and the roster, as a tool uses them; and what a stranger may get wrong there."""

import datetime as dt
import json
import time
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.db.models import F
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from bina.integrations.lti import actions
from bina.integrations.lti.actions import fetching
from bina.integrations.lti.actions.tool_keys import require_signed
from bina.integrations.lti.models import LineItem, Result, ScoreReport, SpentToken, Tool, ToolNote
from bina.integrations.lti.rules import Rejected
from bina.journal.queries import history_of
from bina.learning.actions import withdraw
from bina.learning.models import ActivityProgress, Enrolment
from tests.cast import Cast, add_person
from tests.conftest import ClientFor
from tests.integrations.lti_tool import (
    AGS,
    CLAIM,
    GRADES,
    HOST,
    ROSTER,
    FictiveTool,
    course_with_tool,
    joined,
    key,
    registered,
)

pytestmark = pytest.mark.django_db
ITEM = "application/vnd.ims.lis.v2.lineitem+json"
FIRST, SECOND = "2026-03-01T09:30:00.123Z", "2026-03-01T16:31:00+07:00"


@pytest.fixture
def inside(cast: Cast, client_for: ClientFor, fictive: FictiveTool) -> dict[str, Any]:
    """What the tool was told when Siti arrived."""
    enrolment = joined(cast.siti, course_with_tool(cast.agency))
    client = client_for(cast.siti)
    return fictive.go_in(client, client.get(f"/lti/{enrolment.public_id}/simulasi/start/")["Location"])


def part() -> ActivityProgress:
    return ActivityProgress.objects.get(activity__kind="lti")


# Tokens ---------------------------------------------------------------------------------------------------------------


def test_a_tool_that_proves_itself_gets_the_rights_it_was_allowed(fictive: FictiveTool) -> None:
    answer = fictive.ask_token(f"{AGS}score", ROSTER, "https://lain.example/hak")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 3600)
    assert told["scope"].split() == [f"{AGS}score", ROSTER]
    assert "no-store" in answer["Cache-Control"]


def now(seconds: int) -> int:
    return int(time.time()) + seconds


BAD: list[tuple[dict[str, Any], str]] = [
    ({"aud": "https://lain.example/token"}, "Penerima (aud)"),
    ({"aud": None}, "Penerima (aud)"),
    ({"sub": "orang"}, "iss dan sub"),
    ({"jti": None}, "jti"),
    ({"iat": -900, "exp": -300}, "kedaluwarsa"),
    ({"iat": 600, "exp": 900}, "belum tiba"),
    ({"iat": 0, "exp": 90_000}, "terlalu lama"),
    ({"exp": None}, "kapan dibuat"),
    ({"exp": "besok"}, "bukan angka"),
]


@pytest.mark.parametrize(("changes", "sentence"), BAD)
def test_an_assertion_that_does_not_hold_gets_nothing(
    fictive: FictiveTool, changes: dict[str, Any], sentence: str
) -> None:
    moved = {name: now(value) if isinstance(value, int) else value for name, value in changes.items()}
    answer = fictive.ask_token(f"{AGS}score", assertion=fictive.signed(fictive.assertion(**moved)))
    assert answer.status_code in {400, 401}
    assert sentence in answer.json()["error_description"]
    assert ToolNote.objects.filter(tool=fictive.tool, is_fault=True, sentence__contains=sentence).exists()


def test_an_assertion_some_seconds_off_is_forgiven(fictive: FictiveTool) -> None:
    late = fictive.signed(fictive.assertion(iat=now(-90), exp=now(-30)))
    early = fictive.signed(fictive.assertion(iat=now(30), exp=now(90)))
    assert [fictive.ask_token(f"{AGS}score", assertion=one).status_code for one in (late, early)] == [200, 200]


def test_an_assertion_is_taken_once(fictive: FictiveTool) -> None:
    assertion = fictive.signed(fictive.assertion(jti="satu"))
    assert fictive.ask_token(f"{AGS}score", assertion=assertion).status_code == 200
    again = fictive.ask_token(f"{AGS}score", assertion=assertion)
    assert again.status_code == 401
    assert again.json()["error"] == "invalid_client"
    assert "sudah pernah dipakai" in again.json()["error_description"]


def test_forged_assertions_are_refused(fictive: FictiveTool) -> None:
    forged = fictive.signed(fictive.assertion(), name="orang-lain", kid="a")
    unsigned = jwt.encode(fictive.assertion(), "", algorithm="none", headers={"kid": "a"})
    # The public key as a shared secret: the oldest trick with tokens.
    shared = jwt.encode(fictive.assertion(), "x" * 64, algorithm="HS256", headers={"kid": "a"})
    for token, sentence in (
        (forged, "palsu"),
        (unsigned, "RS256"),
        (shared, "RS256"),
        ("bukan.jwt", "tidak dapat dibaca"),
    ):
        answer = fictive.ask_token(f"{AGS}score", assertion=token)
        assert answer.status_code in {400, 401}
        assert sentence in answer.json()["error_description"]


def test_an_unknown_key_is_looked_for_once_and_not_on_and_on(fictive: FictiveTool) -> None:
    fictive.token()
    assert len(fictive.asked) == 1
    fictive.kid = "b"
    assert fictive.ask_token(f"{AGS}score").status_code == 401  # asked a moment ago: not again at once
    Tool.objects.update(keys_read_at=timezone.now() - dt.timedelta(minutes=1))
    assert "tidak ada di daftar kunci" in fictive.ask_token(f"{AGS}score").json()["error_description"]
    fictive.publish("a", "b")
    Tool.objects.update(keys_read_at=timezone.now() - dt.timedelta(minutes=1))
    assert fictive.ask_token(f"{AGS}score").status_code == 200
    assert len(fictive.asked) == 3


def test_the_name_of_an_unknown_key_is_not_kept(fictive: FictiveTool) -> None:
    fictive.token()
    for number in range(5):
        answer = fictive.ask_token(f"{AGS}score", assertion=fictive.signed(fictive.assertion(), kid=f"iklan-{number}"))
        assert answer.status_code == 401
    (sentence,) = fictive.tool.notes.filter(is_fault=True).values_list("sentence", flat=True)
    assert "iklan" not in sentence


def test_only_one_of_many_messages_makes_somebody_wait_for_the_tool(fictive: FictiveTool) -> None:
    Tool.objects.update(keys_read_at=timezone.now() - dt.timedelta(minutes=1))
    first, second = Tool.objects.get(), Tool.objects.get()
    token = fictive.signed(fictive.assertion(), kid="dikarang")
    for tool in (first, second):
        with pytest.raises(Rejected):
            require_signed(tool, token)
    assert len(fictive.asked) == 1


def test_keys_of_an_address_that_was_exchanged_meanwhile_are_not_kept(
    fictive: FictiveTool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The administrator gives another address while the old one, which was taken over, is still answering."""
    answered = fetching.fetch

    def slowly(address: str) -> fetching.Answer:
        Tool.objects.update(
            keys_url=f"{HOST}/kunci-baru.json", key_set={}, keys_read_at=None, generation=F("generation") + 1
        )
        return answered(address)

    monkeypatch.setattr(fetching, "fetch", slowly)
    answer = fictive.ask_token(f"{AGS}score")
    assert answer.status_code == 401
    assert "diubah selagi" in answer.json()["error_description"]
    fresh = Tool.objects.get()
    assert (fresh.key_set, fresh.keys_read_at) == ({}, None)


def test_known_keys_go_on_while_the_tool_is_down(fictive: FictiveTool) -> None:
    fictive.token()
    fictive.answers.clear()
    Tool.objects.update(keys_read_at=timezone.now() - dt.timedelta(days=2))
    assert fictive.ask_token(f"{AGS}score").status_code == 200
    fictive.kid = "b"
    Tool.objects.update(keys_read_at=timezone.now() - dt.timedelta(days=2))
    assert "tidak menjawab" in fictive.ask_token(f"{AGS}score").json()["error_description"]


@pytest.mark.parametrize(
    "content", [b"bukan json", b"[]", b'{"keys": []}', b'{"keys": [{"kty": "oct", "k": "eA", "kid": "a"}]}']
)
def test_keys_that_are_none_help_nobody(fictive: FictiveTool, content: bytes) -> None:
    fictive.answers[next(iter(fictive.answers))] = (200, content)
    assert fictive.ask_token(f"{AGS}score").status_code == 401


def test_a_pasted_key_needs_no_address(cast: Cast) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem = key("a").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    fictive = FictiveTool(registered(cast.agency, code="berkunci", keys_url="", public_key=pem))
    assert fictive.token()
    fictive.kid = "b"
    assert fictive.ask_token(f"{AGS}score").status_code == 401


def test_rights_that_were_not_allowed_are_not_given(cast: Cast, fictive: FictiveTool) -> None:
    Tool.objects.update(uses_roster=False)
    answer = fictive.ask_token(ROSTER)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    assert fictive.ask_token("").json()["error"] == "invalid_scope"
    wrong = Client().post("/lti/token/", {"grant_type": "password"})
    assert wrong.json()["error"] == "unsupported_grant_type"
    assert Client().get("/lti/token/").status_code == 405


def test_a_token_ends_when_the_tool_is_switched_off_and_stays_ended(
    cast: Cast, fictive: FictiveTool, inside: dict[str, Any]
) -> None:
    token = fictive.token()
    address = inside[GRADES]["lineitems"]
    assert fictive.call("get", address, token=token).status_code == 200
    actions.switch_tool_off(by=cast.hr.user, tool=fictive.tool)
    assert fictive.call("get", address, token=token).status_code == 401
    assert fictive.ask_token(f"{AGS}score").status_code == 401
    actions.switch_tool_on(by=cast.hr.user, tool=fictive.tool)
    assert fictive.call("get", address, token=token).status_code == 401
    assert fictive.call("get", address).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer palsu", "Basic YTpi", "Bearer " + "x" * 5000])
def test_without_a_token_nothing_is_told(fictive: FictiveTool, inside: dict[str, Any], header: str) -> None:
    path = inside[GRADES]["lineitems"].removeprefix(settings.BASE_URL)
    answer = Client().get(path, headers={"authorization": header})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_each_door_wants_its_own_right(fictive: FictiveTool, inside: dict[str, Any]) -> None:
    item, items = inside[GRADES]["lineitem"], inside[GRADES]["lineitems"]
    score_only, read_only = fictive.token(f"{AGS}score"), fictive.token(f"{AGS}lineitem.readonly")
    assert fictive.call("get", items, token=score_only).status_code == 403
    assert fictive.call("get", items, token=read_only).status_code == 200
    refused = fictive.call("post", items, {"label": "x", "scoreMaximum": 1}, ITEM, token=read_only)
    assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope")
    assert fictive.send_score(item, inside["sub"], FIRST, token=read_only).status_code == 403
    assert fictive.call("get", f"{item}/results", token=score_only).status_code == 403
    assert fictive.call("get", roster_of(inside), token=score_only).status_code == 403


# Columns --------------------------------------------------------------------------------------------------------------


def test_a_tool_makes_reads_changes_and_removes_its_columns(fictive: FictiveTool, inside: dict[str, Any]) -> None:
    items, token = inside[GRADES]["lineitems"], fictive.token()
    link = inside[f"{CLAIM}resource_link"]["id"]
    made = fictive.call(
        "post",
        items,
        {"label": "Babak 2", "scoreMaximum": 20, "tag": "babak", "resourceLinkId": link},
        ITEM,
        token=token,
    )
    assert made.status_code == 201
    assert made["Content-Type"] == ITEM
    address = made.json()["id"]
    assert made["Location"] == address
    listed = fictive.call("get", items, token=token)
    assert listed["Content-Type"] == "application/vnd.ims.lis.v2.lineitemcontainer+json"
    assert [row["label"] for row in listed.json()] == ["Simulasi loket", "Babak 2"]
    for query, count in (("tag=babak", 1), (f"resource_link_id={link}", 2), ("resource_id=kasus-7", 1), ("tag=x", 0),
                         ("resource_link_id=bukan", 0)):  # fmt: skip
        assert len(fictive.call("get", f"{items}?{query}", token=token).json()) == count
    changed = fictive.call("put", address, {"label": "Babak dua", "scoreMaximum": 25}, ITEM, token=token)
    assert (changed.json()["label"], changed.json()["scoreMaximum"], "tag" in changed.json()) == (
        "Babak dua",
        25.0,
        False,
    )
    assert fictive.call("delete", address, token=token).status_code == 204
    assert fictive.call("get", address, token=token).status_code == 404
    own = fictive.call("delete", inside[GRADES]["lineitem"], token=token)
    assert own.status_code == 403
    assert "milik bagian kursus" in own.json()["error_description"]


@pytest.mark.parametrize(
    "body",
    [[], {"label": "", "scoreMaximum": 5}, {"label": "x"}, {"label": "x", "scoreMaximum": 0}, {"label": "x", "scoreMaximum": "5"},
     {"label": "x", "scoreMaximum": True}, {"label": "x", "scoreMaximum": float("nan")},
     {"label": "x", "scoreMaximum": 5, "tag": 3}, {"label": "x", "scoreMaximum": 5, "startDateTime": "besok"},
     {"label": "x", "scoreMaximum": 5, "startDateTime": "2026-03-02T00:00:00Z", "endDateTime": "2026-03-01T00:00:00Z"},
     {"label": "x", "scoreMaximum": 5, "resourceLinkId": "bukan"}],
)  # fmt: skip
def test_a_column_that_makes_no_sense_is_not_made(fictive: FictiveTool, inside: dict[str, Any], body: Any) -> None:
    before = LineItem.objects.count()
    answer = fictive.call("post", inside[GRADES]["lineitems"], body, ITEM)
    assert answer.status_code in {400, 404}
    assert answer.json()["error_description"].endswith((".", ")"))
    assert LineItem.objects.count() == before


def test_columns_come_in_portions_with_a_way_on(fictive: FictiveTool, inside: dict[str, Any]) -> None:
    items, token = inside[GRADES]["lineitems"], fictive.token()
    for number in range(4):
        fictive.call("post", items, {"label": f"Babak {number}", "scoreMaximum": 5, "tag": "b"}, ITEM, token=token)
    seen: list[str] = []
    address = f"{items}?limit=2&tag=b"
    while address:
        answer = fictive.call("get", address, token=token)
        seen += [row["label"] for row in answer.json()]
        ways = {
            piece.split('rel="')[1].rstrip('"'): piece.split(">")[0].lstrip(" <") for piece in answer["Link"].split(",")
        }
        address = ways.get("next", "")
    assert seen == [f"Babak {number}" for number in range(4)]
    assert fictive.call("get", f"{items}?limit=0", token=token).status_code == 400
    assert "Link" not in fictive.call("get", items, token=token)


def test_a_wrong_kind_of_body_is_named(fictive: FictiveTool, inside: dict[str, Any]) -> None:
    answer = fictive.call("post", inside[GRADES]["lineitems"], {"label": "x", "scoreMaximum": 5}, "application/json")
    assert answer.status_code == 415
    assert ITEM in answer.json()["error_description"]
    path = inside[GRADES]["lineitems"].removeprefix(settings.BASE_URL)
    broken = Client().post(path, "{", content_type=ITEM, headers={"authorization": f"Bearer {fictive.token()}"})
    assert broken.status_code == 400


def test_the_columns_of_one_tool_are_nothing_to_another(
    cast: Cast, fictive: FictiveTool, inside: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem = key("z").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    other = FictiveTool(registered(cast.agency, code="lain", keys_url="", public_key=pem))
    other.kid = "z"
    for address in (inside[GRADES]["lineitems"], inside[GRADES]["lineitem"], f"{inside[GRADES]['lineitem']}/results"):
        assert other.call("get", address).status_code == 404
    assert other.send_score(inside[GRADES]["lineitem"], inside["sub"], FIRST).status_code == 404


# Scores ---------------------------------------------------------------------------------------------------------------


def test_a_score_that_suffices_completes_the_part(cast: Cast, fictive: FictiveTool, inside: dict[str, Any]) -> None:
    assert fictive.send_score(inside[GRADES]["lineitem"], inside["sub"], FIRST).status_code == 204
    assert part().state == "completed"
    assert part().best_score == 0.8
    enrolment = Enrolment.objects.get()
    assert enrolment.state == "completed"
    entry = history_of("enrolment", enrolment.public_id).get(verb="lti.scored")
    assert (entry.data["given"], entry.actor_id) == (80, cast.siti.user.pk)
    results = fictive.call("get", f"{inside[GRADES]['lineitem']}/results")
    assert results["Content-Type"] == "application/vnd.ims.lis.v2.resultcontainer+json"
    (row,) = results.json()
    assert (row["userId"], row["resultScore"], row["resultMaximum"]) == (inside["sub"], 80.0, 100.0)
    assert row["scoreOf"] == inside[GRADES]["lineitem"]
    assert row["comment"] == "Tertib dan ramah."


def test_scores_are_scaled_to_the_points_of_their_column(fictive: FictiveTool, inside: dict[str, Any]) -> None:
    item = inside[GRADES]["lineitem"]
    fictive.send_score(item, inside["sub"], FIRST, scoreGiven=3, scoreMaximum=4)
    assert fictive.call("get", f"{item}/results").json()[0]["resultScore"] == 75.0


@pytest.mark.parametrize(
    ("changes", "state", "best"),
    [({"scoreGiven": 60}, "opened", 0.6), ({"gradingProgress": "PendingManual"}, "opened", None),
     ({"scoreGiven": None, "scoreMaximum": None}, "opened", None), ({"gradingProgress": "Failed"}, "opened", None),
     ({"scoreGiven": 70}, "completed", 0.7), ({"scoreGiven": 120}, "completed", 1.0),
     ({"activityProgress": "InProgress"}, "completed", 0.8)],
)  # fmt: skip
def test_what_a_score_means_for_the_part(
    fictive: FictiveTool, inside: dict[str, Any], changes: dict[str, Any], state: str, best: float | None
) -> None:
    assert fictive.send_score(inside[GRADES]["lineitem"], inside["sub"], FIRST, **changes).status_code == 204
    assert (part().state, part().best_score) == (state, best)


def test_points_above_all_are_kept_as_sent_and_count_as_all(fictive: FictiveTool, inside: dict[str, Any]) -> None:
    item = inside[GRADES]["lineitem"]
    fictive.send_score(item, inside["sub"], FIRST, scoreGiven=120)
    assert fictive.call("get", f"{item}/results").json()[0]["resultScore"] == 120.0
    assert ToolNote.objects.filter(sentence__contains="di atas nilai tertinggi").exists()


def test_scores_never_go_backwards(fictive: FictiveTool, inside: dict[str, Any]) -> None:
    item = inside[GRADES]["lineitem"]
    assert fictive.send_score(item, inside["sub"], SECOND, scoreGiven=90).status_code == 204
    late = fictive.send_score(item, inside["sub"], FIRST, scoreGiven=10)
    assert (late.status_code, late.json()["error"]) == (409, "conflict")
    assert "yang tercatat tetap" in late.json()["error_description"]
    assert fictive.send_score(item, inside["sub"], SECOND, scoreGiven=90).status_code == 204  # the same message again
    assert fictive.send_score(item, inside["sub"], SECOND, scoreGiven=20).status_code == 409
    assert Result.objects.get().given == 90
    assert ScoreReport.objects.count() == 1
    assert fictive.send_score(item, inside["sub"], "2026-03-01T09:31:00.001Z", scoreGiven=40).status_code == 204
    assert (Result.objects.get().given, ScoreReport.objects.count()) == (40, 2)
    assert (part().state, part().best_score) == ("completed", 0.9)  # what was reached stays


def test_a_score_taken_back_leaves_no_result_but_its_history(fictive: FictiveTool, inside: dict[str, Any]) -> None:
    item = inside[GRADES]["lineitem"]
    fictive.send_score(item, inside["sub"], FIRST, scoreGiven=30)
    fictive.send_score(
        item,
        inside["sub"],
        SECOND,
        scoreGiven=None,
        scoreMaximum=None,
        gradingProgress="NotReady",
        activityProgress="Started",
    )
    (row,) = fictive.call("get", f"{item}/results").json()
    assert "resultScore" not in row
    assert ScoreReport.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"timestamp": None}, "timestamp"), ({"timestamp": "2026-03-01"}, "timestamp"),
     ({"timestamp": "2026-03-01T09:00:00"}, "timestamp"), ({"timestamp": "2099-01-01T00:00:00Z"}, "timestamp"),
     ({"timestamp": "2026-13-45T99:00:00Z"}, "timestamp"), ({"scoreGiven": -1}, "scoreGiven"),
     ({"scoreGiven": "80"}, "scoreGiven"), ({"scoreMaximum": None}, "scoreMaximum"), ({"scoreMaximum": 0}, "scoreMaximum"),
     ({"activityProgress": "Selesai"}, "activityProgress"), ({"gradingProgress": None}, "gradingProgress"),
     ({"userId": 7}, "userId"), ({"comment": "x" * 5000}, "comment")],
)  # fmt: skip
def test_a_score_that_makes_no_sense_names_its_field(
    fictive: FictiveTool, inside: dict[str, Any], changes: dict[str, Any], word: str
) -> None:
    answer = fictive.send_score(inside[GRADES]["lineitem"], inside["sub"], FIRST, **changes)
    assert answer.status_code == 400
    assert word in answer.json()["error_description"]
    assert not Result.objects.exists()


def test_who_is_not_in_the_course_gets_no_score(cast: Cast, fictive: FictiveTool, inside: dict[str, Any]) -> None:
    item = inside[GRADES]["lineitem"]
    stranger = actions.people.subject_of(fictive.tool, cast.dewi.user)
    for subject in ("tidak-dikenal", stranger):
        answer = fictive.send_score(item, subject, FIRST)
        assert answer.status_code == 404
        assert "bukan peserta" in answer.json()["error_description"]
    withdraw(by=cast.siti.user, enrolment=Enrolment.objects.get())
    assert fictive.send_score(item, inside["sub"], FIRST).status_code == 404
    assert not Result.objects.exists()


def test_a_closed_account_gets_no_score(cast: Cast, fictive: FictiveTool, inside: dict[str, Any]) -> None:
    type(cast.siti.user).objects.filter(pk=cast.siti.user.pk).update(is_active=False)
    assert fictive.send_score(inside[GRADES]["lineitem"], inside["sub"], FIRST).status_code == 403
    assert not Result.objects.exists()


def test_a_column_of_the_tools_own_moves_nothing_in_the_course(fictive: FictiveTool, inside: dict[str, Any]) -> None:
    made = fictive.call("post", inside[GRADES]["lineitems"], {"label": "Latihan", "scoreMaximum": 5}, ITEM).json()
    assert fictive.send_score(made["id"], inside["sub"], FIRST).status_code == 204
    assert part().state == "opened"
    assert Result.objects.get().line_item.label == "Latihan"


def test_a_score_cannot_be_reported_by_hand(cast: Cast, client_for: ClientFor, inside: dict[str, Any]) -> None:
    enrolment = Enrolment.objects.get()
    report = json.dumps({"outcome": {"is_done": True, "score": 1}, "done": True, "score": 1, "seconds": 60})
    client_for(cast.siti).post(f"/learning/{enrolment.public_id}/simulasi/report/", {"report": report})
    client_for(cast.siti).post(f"/learning/{enrolment.public_id}/simulasi/done/")
    assert (part().state, part().best_score, part().evidence["seconds"]) == ("opened", None, 60)


def test_the_learner_and_the_trainer_read_what_the_tool_said_and_nobody_else(
    cast: Cast, client_for: ClientFor, fictive: FictiveTool, inside: dict[str, Any]
) -> None:
    fictive.send_score(inside[GRADES]["lineitem"], inside["sub"], FIRST)
    address = f"/lti/{Enrolment.objects.get().public_id}/simulasi/results/"
    for person in (cast.siti, cast.hr):
        page = client_for(person).get(address).content.decode()
        assert "Tertib dan ramah." in page
        assert "Selesai dikerjakan, sudah dinilai" in page
    assert client_for(cast.dewi).get(address).status_code == 404


# Roster ---------------------------------------------------------------------------------------------------------------


def roster_of(told: dict[str, Any]) -> str:
    address: str = told["https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"]["context_memberships_url"]
    return address


def test_the_roster_holds_the_people_of_the_course_without_names(
    cast: Cast, fictive: FictiveTool, inside: dict[str, Any]
) -> None:
    course = Enrolment.objects.get().course
    joined(cast.dewi, course)
    gone = joined(cast.rina, course)
    withdraw(by=cast.rina.user, enrolment=gone)
    answer = fictive.call("get", roster_of(inside), token=fictive.token(ROSTER))
    assert answer["Content-Type"] == "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
    told = answer.json()
    assert told["context"]["id"] == str(course.public_id)
    assert len(told["members"]) == 2
    assert inside["sub"] in {row["user_id"] for row in told["members"]}
    assert all(set(row) == {"user_id", "status", "roles"} for row in told["members"])
    actions.set_sharing(by=cast.hr.user, tool=fictive.tool, agency=cast.agency, shares_name=True, shares_email=True)
    told = fictive.call("get", roster_of(inside), token=fictive.token(ROSTER)).json()
    named = {row["user_id"]: (row["name"], row["email"]) for row in told["members"]}
    assert named[inside["sub"]] == (cast.siti.full_name, cast.siti.email)


def test_the_roster_is_narrowed_by_role_and_link(cast: Cast, fictive: FictiveTool, inside: dict[str, Any]) -> None:
    address, token = roster_of(inside), fictive.token(ROSTER)
    link = inside[f"{CLAIM}resource_link"]["id"]
    counts = {
        query: len(fictive.call("get", f"{address}?{query}", token=token).json()["members"])
        for query in ("role=Learner", "role=Instructor", f"rlid={link}",
                      "role=http%3A%2F%2Fpurl.imsglobal.org%2Fvocab%2Flis%2Fv2%2Fmembership%23Learner")
    }  # fmt: skip
    assert list(counts.values()) == [1, 0, 1, 1]
    assert fictive.call("get", f"{address}?rlid=bukan", token=token).status_code == 404


def test_a_long_roster_comes_in_portions_with_few_questions(
    cast: Cast, fictive: FictiveTool, inside: dict[str, Any], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    course = Enrolment.objects.get().course
    for number in range(9):
        joined(add_person(cast.seksi, f"Orang {number}", "PELAKSANA", "Pengelola", serial=100 + number), course)
    token, address = fictive.token(ROSTER), f"{roster_of(inside)}?limit=4"
    seen: list[str] = []
    while address:
        with django_assert_max_num_queries(14):
            answer = fictive.call("get", address, token=token)
        seen += [row["user_id"] for row in answer.json()["members"]]
        ways = {
            piece.split('rel="')[1].rstrip('"'): piece.split(">")[0].lstrip(" <") for piece in answer["Link"].split(",")
        }
        address = ways.get("next", "")
    assert len(seen) == len(set(seen)) == 10


def test_used_up_marks_are_forgotten_when_they_are_over(fictive: FictiveTool) -> None:
    fictive.token()
    SpentToken.objects.update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    actions.tidy()
    assert not SpentToken.objects.exists()
