"""cmi5 for programs: who may, what comes in, launches for actors of one's own, waiving, abandoning, removing."""

import base64
import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from bina.integrations.cmi5.models import Cmi5Course
from bina.people.models import Agency
from bina.records.rules import Scope
from tests.cast import Cast
from tests.integrations.units import STRUCTURE, Speaker, bent, cmi5_package
from tests.records.programs import Program, program

pytestmark = pytest.mark.django_db
ACTOR = {"account": {"homePage": "https://portal.contoh.example", "name": "peserta-7"}}


class Portal:
    """A program with the right to launch."""

    def __init__(self, who: Program) -> None:
        self.who = who
        token = base64.b64encode(f"{who.client.key}:{who.secret}".encode()).decode()
        self.headers = {"Authorization": f"Basic {token}"}

    def ask(self, verb: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        """One request to the API."""
        content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        return Client().generic(verb, f"/api/v1/cmi5/{path}", content, content_type=kind, headers=self.headers)

    def bring_in(self, content: bytes) -> Any:
        """Import a package."""
        answer = self.ask("POST", "courses", content, "application/zip")
        assert answer.status_code == 201, answer.content.decode()
        return answer.json()

    def launch(self, course: str, place: int = 0, **more: Any) -> Any:
        """Launch a unit."""
        answer = self.ask("POST", f"courses/{course}/units/{place}/launch", {"actor": ACTOR, **more})
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()


@pytest.fixture
def portal(cast: Cast) -> Portal:
    return Portal(program(cast.agency, Scope.CMI5, Scope.ALL_READ, version=1))


def words(portal: Portal, registration: str) -> list[str]:
    rows = portal.who.found(registration=registration, ascending="true")
    return [row["verb"]["id"].rpartition("/")[2] for row in rows]


def test_only_programs_with_the_scope(cast: Cast, portal: Portal) -> None:
    assert Client().get("/api/v1/cmi5/courses").status_code == 401
    other = Portal(program(cast.agency, Scope.ALL))
    assert other.ask("GET", "courses").status_code == 401
    course = portal.bring_in(cmi5_package())["id"]
    unit = Speaker(portal.launch(course)["url"]).read()
    session = Portal(portal.who)
    session.headers = {"Authorization": f"Basic {unit.token}"}
    assert session.ask("GET", "courses").status_code == 401
    stranger = Agency.objects.create(
        code="LAIN", name="Instansi lain", short_name="Lain", kind=cast.agency.kind, time_zone="WIB"
    )
    elsewhere = Portal(program(stranger, Scope.CMI5))
    assert elsewhere.ask("GET", "courses").json() == []
    for verb, path in (("GET", f"courses/{course}"), ("DELETE", f"courses/{course}")):
        assert elsewhere.ask(verb, path).status_code == 404
    assert elsewhere.ask("POST", f"courses/{course}/units/0/launch", {"actor": ACTOR}).status_code == 404


def test_packages_come_in_with_every_fault(portal: Portal) -> None:
    found = portal.bring_in(cmi5_package())
    assert [unit["title"] for unit in found["units"]] == ["Membaca surat", "Menulis balasan"]
    assert found["units"][0]["activity_id"] != found["units"][0]["publisher_id"]
    assert portal.ask("GET", "courses").json()[0]["units"] == 2
    assert portal.ask("GET", f"courses/{found['id']}").json()["units"] == found["units"]
    wrong = portal.ask(
        "POST", "courses", cmi5_package({"cmi5.xml": bent('masteryScore="0.7"', 'masteryScore="7"')}), "application/zip"
    )
    assert wrong.status_code == 422
    assert [(one["file"], one["line"]) for one in wrong.json()["problems"]] == [("cmi5.xml", 17)]
    assert portal.ask("POST", "courses", STRUCTURE, "text/xml").status_code == 422
    assert (
        portal.ask("POST", "courses", STRUCTURE.replace(b"isi/", b"https://isi.example/"), "text/xml").status_code
        == 201
    )
    assert portal.ask("POST", "courses", b"# teks", "text/markdown").status_code == 415
    assert portal.ask("POST", "courses", b"bukan zip", "application/zip").status_code == 422
    assert portal.ask("POST", "courses", cmi5_package({"cmi5.xml": None}), "application/zip").status_code == 422
    assert Cmi5Course.objects.count() == 2


def test_a_launch_goes_on_with_its_registration(portal: Portal) -> None:
    course = portal.bring_in(cmi5_package())["id"]
    first = portal.launch(course, return_url="https://portal.contoh.example/kembali")
    unit = Speaker(first["url"]).read()
    assert unit.data["returnURL"] == "https://portal.contoh.example/kembali"
    assert unit.actor == ACTOR
    unit.say("initialized", "completed", "terminated")
    second = portal.launch(course, 1, registration=first["registration"], launch_mode="Browse")
    assert (second["registration"], second["launch_mode"]) == (first["registration"], "Browse")
    told = portal.ask("GET", f"registrations/{first['registration']}").json()
    assert told["satisfied"] is False
    assert [(one["place"], one["completed"], one["satisfied"]) for one in told["units"]] == [
        (0, True, True),
        (1, False, False),
    ]
    assert [one["state"] for one in told["sessions"]] == ["launched", "terminated"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"actor": {"mbox": "mailto:a@contoh.example"}}, 409), ({"actor": {}}, 409), ({"actor": 3}, 422), ({}, 422),
        ({"actor": ACTOR, "launch_mode": "Lihat"}, 422), ({"actor": ACTOR, "registration": "x"}, 422),
        ({"actor": ACTOR, "registration": str(uuid4())}, 404), ({"actor": ACTOR, "return_url": "javascript:x"}, 422),
    ],
)  # fmt: skip
def test_launches_that_cannot_be(portal: Portal, body: Any, status: int) -> None:
    course = portal.bring_in(cmi5_package())["id"]
    assert portal.ask("POST", f"courses/{course}/units/0/launch", body).status_code == status
    assert portal.ask("POST", f"courses/{course}/units/9/launch", {"actor": ACTOR}).status_code == 404


def test_a_registration_belongs_to_its_actor_and_course(portal: Portal) -> None:
    course, other = portal.bring_in(cmi5_package())["id"], portal.bring_in(cmi5_package())["id"]
    registration = portal.launch(course)["registration"]
    somebody = {"account": {**ACTOR["account"], "name": "peserta-8"}}
    for path, body in ((course, {"actor": somebody}), (other, {"actor": ACTOR})):
        answer = portal.ask("POST", f"courses/{path}/units/0/launch", {**body, "registration": registration})
        assert answer.status_code == 409


def test_waiving_abandoning_and_removing(portal: Portal) -> None:
    course = portal.bring_in(cmi5_package())["id"]
    launched = portal.launch(course)
    registration = launched["registration"]
    unit = Speaker(launched["url"]).read()
    unit.say("initialized")
    assert portal.ask("POST", f"sessions/{launched['session']}/abandon").status_code == 204
    assert portal.ask("POST", f"sessions/{launched['session']}/abandon").status_code == 409
    assert unit.send(unit.statement("completed")).status_code == 403
    for place in (0, 1):
        assert (
            portal.ask(
                "POST", f"registrations/{registration}/units/{place}/waive", {"reason": "Tested Out"}
            ).status_code
            == 204
        )
    assert (
        portal.ask("POST", f"registrations/{registration}/units/0/waive", {"reason": "Tested Out"}).status_code == 409
    )
    expected = ["launched", "initialized", "abandoned", "waived", "waived", "satisfied", "satisfied"]
    assert words(portal, registration) == expected
    running = Speaker(portal.launch(course)["url"]).read()
    assert portal.ask("DELETE", f"courses/{course}").status_code == 204
    assert portal.ask("DELETE", f"courses/{course}").status_code == 404
    assert words(portal, registration) == expected
    assert words(portal, running.told["registration"])[-1] == "abandoned"
    assert Client().get(running.url.removeprefix("http://testserver")).status_code == 404
