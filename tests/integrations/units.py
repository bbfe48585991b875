"""Small cmi5 packages of our own writing, and a unit of theirs that speaks with the house as cmi5 says."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client
from django.utils import timezone

from tests.integrations.samples import archive_of

Json = dict[str, Any]
NAMESPACE = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"
ADL, W3ID = "http://adlnet.gov/expapi/verbs/", "https://w3id.org/xapi/adl/verbs/"
CMI5 = "https://w3id.org/xapi/cmi5/context/categories/cmi5"
MOVE_ON = "https://w3id.org/xapi/cmi5/context/categories/moveon"
EXTENSIONS = "https://w3id.org/xapi/cmi5/context/extensions/"
JUDGING = ("completed", "passed", "failed")
# Lines are counted in tests: the first unit begins on line 10, the second on line 17.
STRUCTURE = f"""<?xml version="1.0" encoding="UTF-8"?>
<courseStructure xmlns="{NAMESPACE}">
  <course id="https://contoh.example/kursus/surat">
    <title><langstring lang="id">Membalas surat</langstring><langstring lang="en">Answering letters</langstring></title>
    <description><langstring lang="id">Dua langkah.</langstring></description>
  </course>
  <block id="https://contoh.example/blok/dasar">
    <title><langstring lang="id">Dasar</langstring></title>
    <description><langstring lang="id">Dasar.</langstring></description>
    <au id="https://contoh.example/au/membaca" moveOn="Completed">
      <title><langstring lang="id">Membaca surat</langstring></title>
      <description><langstring lang="id">Membaca.</langstring></description>
      <url>isi/membaca.html?gaya=tenang</url>
      <launchParameters>bab=1</launchParameters>
      <entitlementKey>kunci-contoh</entitlementKey>
    </au>
    <au id="https://contoh.example/au/menulis" moveOn="CompletedAndPassed" masteryScore="0.7" launchMethod="OwnWindow">
      <title><langstring lang="id">Menulis balasan</langstring></title>
      <description><langstring lang="id">Menulis.</langstring></description>
      <url>isi/menulis.html</url>
    </au>
  </block>
</courseStructure>
""".encode()
PAGE = b"""<!DOCTYPE html><html lang="id"><head><meta charset="utf-8"><title>Surat</title></head>
<body><h1>Membaca surat</h1></body></html>
"""


def cmi5_package(changes: Mapping[str, bytes | None] | None = None) -> bytes:
    """The package with two units in a block; ``changes`` replace, add or (None) leave out files."""
    return archive_of({"cmi5.xml": STRUCTURE, "isi/membaca.html": PAGE, "isi/menulis.html": PAGE, **(changes or {})})


def bent(before: str, after: str, count: int = 1) -> bytes:
    """The structure with some words replaced."""
    assert before.encode() in STRUCTURE, before
    return STRUCTURE.replace(before.encode(), after.encode(), count)


@dataclass
class Speaker:
    """A unit that was launched by its address: it fetches its token and speaks with the store, without any cookie."""

    url: str
    token: str = ""
    data: Json = field(default_factory=dict)

    @property
    def told(self) -> dict[str, str]:
        """The parameters of the launch."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.url).query).items()}

    @property
    def actor(self) -> Json:
        """The actor of the launch."""
        import json

        actor: Json = json.loads(self.told["actor"])
        return actor

    @property
    def session_id(self) -> str:
        """The session as the launch data name it."""
        return str(self.data["contextTemplate"]["extensions"][f"{EXTENSIONS}sessionid"])

    def fetch(self) -> Json:
        """Ask for the token, once more if need be."""
        answer = Client().post(urlsplit(self.told["fetch"]).path)
        assert answer.status_code == 200
        assert answer["Access-Control-Allow-Origin"] == "*"
        found: Json = answer.json()
        return found

    def ask(self, verb: str, path: str, body: bytes = b"", **parameters: str) -> Any:
        """One request to the store."""
        base = urlsplit(self.told["endpoint"]).path
        return Client().generic(
            verb, f"{base}{path}?{urlencode(parameters)}", body, content_type="application/json",
            HTTP_AUTHORIZATION=f"Basic {self.token}", HTTP_X_EXPERIENCE_API_VERSION="1.0.3",
        )  # fmt: skip

    def state(self, verb: str, name: str, body: bytes = b"") -> Any:
        """A request for a state of the unit."""
        told = self.told
        return self.ask(verb, "activities/state", body, stateId=name, activityId=told["activityId"], agent=told["actor"],
                        registration=told["registration"])  # fmt: skip

    def read(self) -> "Speaker":
        """Fetch the token, then read launch data and preferences, as every unit must."""
        self.token = self.fetch()["auth-token"]
        answer = self.state("GET", "LMS.LaunchData")
        assert answer.status_code == 200, answer.content.decode()
        self.data = answer.json()
        found = self.ask("GET", "agents/profile", profileId="cmi5LearnerPreferences", agent=self.told["actor"])
        assert found.json()["audioPreference"] == "on"
        return self

    def statement(self, word: str, *, is_defined: bool = True, **changes: Any) -> Json:
        """A statement as the specification wants it, with some properties replaced."""
        template = self.data["contextTemplate"]
        categories = [CMI5, *([MOVE_ON] if word in JUDGING else [])] if is_defined else []
        result: Json = {} if word == "initialized" or not is_defined else {"duration": "PT1S"}
        if is_defined:
            result |= {
                "completed": {"completion": True},
                "passed": {"success": True},
                "failed": {"success": False},
            }.get(word, {})
        context = {
            "registration": self.told["registration"],
            "contextActivities": template["contextActivities"] | {"category": [{"id": one} for one in categories]},
            "extensions": template["extensions"],
        }
        return {
            "id": str(uuid.uuid4()), "actor": self.actor, "verb": {"id": ADL + word}, "object": {"id": self.told["activityId"]},
            "context": context, "timestamp": timezone.now().isoformat().replace("+00:00", "Z"),
        } | ({"result": result} if result else {}) | changes  # fmt: skip

    def send(self, *statements: Json) -> Any:
        """Send statements, a single one by itself."""
        import json

        return self.ask(
            "POST", "statements", json.dumps(list(statements) if len(statements) != 1 else statements[0]).encode()
        )

    def say(self, *words: str) -> None:
        """Send statements one after the other, which must all be taken."""
        for word in words:
            answer = self.send(self.statement(word))
            assert answer.status_code == 200, (word, answer.content.decode())

    def scored(self, word: str, scaled: float) -> Json:
        """A judgement with a score, beside the mastery score of the launch data."""
        told = self.statement(word)
        told["result"]["score"] = {"scaled": scaled}
        told["context"]["extensions"] = told["context"]["extensions"] | {
            f"{EXTENSIONS}masteryscore": self.data["masteryScore"]
        }
        return told
