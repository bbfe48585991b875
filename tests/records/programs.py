"""A program that speaks with a store, as tests see it."""

import base64
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.test import Client as Http

from bina.people.models import Agency
from bina.records import actions
from bina.records.models import Client
from bina.records.rules import Scope

VERSIONS = {1: ("1.0.3", "/xapi/1.0.3/"), 2: ("2.0.0", "/xapi/2.0/")}
Json = dict[str, Any]


@dataclass
class Program:
    """A client with its secret; ``version`` 1 or 2."""

    client: Client
    secret: str
    version: int = 2

    def ask(self, verb: str, path: str, body: Any = None, /, **more: Any) -> Any:
        """One request: what is no bytes is sent as JSON; ``more`` are parameters and ``HTTP_…`` headers."""
        headers = {key: value for key, value in more.items() if key.isupper()}
        parameters = {key: value for key, value in more.items() if not key.isupper()}
        kind = headers.pop("CONTENT_TYPE", "application/json")
        content = body if isinstance(body, bytes) else b"" if body is None else msgspec.json.encode(body)
        token = base64.b64encode(f"{self.client.key}:{self.secret}".encode()).decode()
        told, base = VERSIONS[self.version]
        address = base + path + (f"?{urlencode(parameters)}" if parameters else "")
        return Http().generic(
            verb, address, content, content_type=kind,
            **({"HTTP_AUTHORIZATION": f"Basic {token}", "HTTP_X_EXPERIENCE_API_VERSION": told} | headers),
        )  # fmt: skip

    def send(self, *statements: Json) -> list[str]:
        """Store statements; their ids."""
        answer = self.ask("POST", "statements", list(statements))
        assert answer.status_code == 200, answer.content.decode()
        ids: list[str] = answer.json()
        return ids

    def found(self, **parameters: Any) -> list[Json]:
        """The statements of a search."""
        answer = self.ask("GET", "statements", **parameters)
        assert answer.status_code == 200, answer.content.decode()
        rows: list[Json] = answer.json()["statements"]
        return rows


def program(agency: Agency, *scopes: Scope, version: int = 2, name: str = "Sistem belajar") -> Program:
    """A program that may use the store of an agency."""
    store = actions.open_store(by=None, agency=agency)
    client, secret = actions.add_client(by=None, store=store, name=name, scopes=scopes or (Scope.ALL,))
    return Program(client, secret, version)


def statement(**changes: Any) -> Json:
    """A plain statement with some properties changed."""
    return {
        "id": str(uuid.uuid4()),
        "actor": {"mbox": "mailto:siti@contoh.example", "name": "Siti"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"id": "menyelesaikan"}},
        "object": {"id": "https://contoh.example/kursus/1", "definition": {"name": {"id": "Kursus satu"}}},
        **changes,
    }
