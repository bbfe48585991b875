"""A fictive tool with keys of its own that speaks the real protocol; and the small course from which it is opened."""

import json
import re
import time
import uuid
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from bina.integrations.lti.actions import ToolWords, register_tool
from bina.integrations.lti.models import Tool
from bina.learning.actions import enrol, publish_version
from bina.learning.models import Activity, Course, Enrolment
from bina.people.models import Agency, Employee
from tests.learning.folders import files, import_mini, outline

HOST = "https://alat.contoh.example"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP = "https://purl.imsglobal.org/spec/lti-dl/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
ROSTER = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
GRADES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_KEYS: dict[str, rsa.RSAPrivateKey] = {}


def key(name: str) -> rsa.RSAPrivateKey:
    """A private key by name; made once for all tests."""
    if name not in _KEYS:
        _KEYS[name] = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    return _KEYS[name]


def jwk(name: str, kid: str) -> dict[str, Any]:
    """The public half of a key as a JWK."""
    found: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key(name).public_key()))
    return {**{one: found[one] for one in ("kty", "n", "e")}, "kid": kid, "alg": "RS256", "use": "sig"}


def words(**changes: Any) -> ToolWords:
    """What its makers say of the tool."""
    known: dict[str, Any] = {
        "code": "simulasi-loket", "name": "Simulasi loket", "login_url": f"{HOST}/masuk?dari=bina",
        "launch_url": f"{HOST}/mulai", "redirect_uris": (f"{HOST}/terima",), "keys_url": f"{HOST}/kunci.json",
        "uses_roster": True, "picking_url": f"{HOST}/pilih",
    }  # fmt: skip
    return ToolWords(**{**known, **changes})


def registered(agency: Agency | None, **changes: Any) -> Tool:
    """The tool, registered."""
    return register_tool(by=None, agency=agency, words=words(**changes))


class FictiveTool:
    """The tool's side: its keys, what it asks, what it sends. ``answers`` is what its addresses answer to Bina."""

    def __init__(self, tool: Tool) -> None:
        self.tool = tool
        self.kid = "a"
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []
        self.publish("a")

    def publish(self, *names: str) -> None:
        """Say which keys are the tool's."""
        keys = {"keys": [jwk(name, name) for name in names]}
        self.answers[f"{HOST}/kunci.json"] = (200, json.dumps(keys).encode())

    def signed(self, claims: dict[str, Any], *, name: str = "", kid: str | None = None) -> str:
        """A message of the tool."""
        name = name or self.kid
        return jwt.encode(claims, key(name), algorithm="RS256", headers={"kid": kid or name})

    # Going in -------------------------------------------------------------------------------------------------------

    def login_request(self, location: str, **changes: Any) -> dict[str, str]:
        """What the tool asks after it was begun at an address; changed values replace, None leaves out."""
        begun = dict(parse_qsl(urlsplit(location).query))
        asked = {
            "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none",
            "client_id": begun["client_id"], "redirect_uri": f"{HOST}/terima", "login_hint": begun["login_hint"],
            "lti_message_hint": begun["lti_message_hint"], "state": "s-1", "nonce": uuid.uuid4().hex,
        }  # fmt: skip
        return {name: value for name, value in {**asked, **changes}.items() if value is not None}

    def go_in(self, client: Client, location: str, **changes: Any) -> dict[str, Any]:
        """The whole way in: the claims of the message that reaches the tool, with its signature checked."""
        response = client.get("/lti/authorize/", self.login_request(location, **changes))
        assert response.status_code == 200, response.content.decode()
        return read_message(posted(response)["id_token"], self.tool.client_id)

    # Services -------------------------------------------------------------------------------------------------------

    def assertion(self, **changes: Any) -> dict[str, Any]:
        """The claims with which the tool proves who it is."""
        now = int(time.time())
        claims = {
            "iss": self.tool.client_id, "sub": self.tool.client_id, "aud": f"{settings.BASE_URL}/lti/token/", "iat": now - 5,
            "exp": now + 60, "jti": uuid.uuid4().hex,
        }  # fmt: skip
        return {name: value for name, value in {**claims, **changes}.items() if value is not None}

    def ask_token(self, *scopes: str, assertion: str = "") -> Any:
        """Ask for a token; the answer as it came."""
        return Client().post(
            "/lti/token/",
            {
                "grant_type": "client_credentials", "client_assertion_type": ASSERTION,
                "client_assertion": assertion or self.signed(self.assertion()), "scope": " ".join(scopes),
            },
        )  # fmt: skip

    def token(self, *scopes: str) -> str:
        """A token with these rights, all scopes of grades without any."""
        answer = self.ask_token(*(scopes or [AGS + name for name in ("lineitem", "result.readonly", "score")]))
        assert answer.status_code == 200, answer.content.decode()
        return str(answer.json()["access_token"])

    def send_score(self, line_item: str, subject: str, at: str, *, token: str = "", **changes: Any) -> Any:
        """Send a score: 80 of 100, all done; changed values replace, None leaves out."""
        told = {
            "userId": subject, "timestamp": at, "scoreGiven": 80, "scoreMaximum": 100, "activityProgress": "Completed",
            "gradingProgress": "FullyGraded", "comment": "Tertib dan ramah.",
        }  # fmt: skip
        body = {name: value for name, value in {**told, **changes}.items() if value is not None}
        return self.call("post", f"{line_item}/scores", body, "application/vnd.ims.lis.v1.score+json", token=token)

    def call(self, method: str, address: str, body: Any = None, kind: str = "", *, token: str = "") -> Any:
        """Call a service at the address that we were told."""
        path = address.removeprefix(settings.BASE_URL)
        headers = {"authorization": f"Bearer {token or self.token()}"}
        data = {"data": json.dumps(body), "content_type": kind} if body is not None else {}
        return getattr(Client(), method)(path, headers=headers, **data)

    # Picking --------------------------------------------------------------------------------------------------------

    def picked(self, told: dict[str, Any], items: list[Any], **changes: Any) -> tuple[str, str]:
        """The answer to a wish for content: the address it goes to, and the signed message."""
        wish = told[f"{DEEP}deep_linking_settings"]
        now = int(time.time())
        claims = {
            "iss": self.tool.client_id, "aud": told["iss"], "iat": now, "exp": now + 300, "nonce": uuid.uuid4().hex,
            f"{CLAIM}deployment_id": told[f"{CLAIM}deployment_id"], f"{CLAIM}message_type": "LtiDeepLinkingResponse",
            f"{CLAIM}version": "1.3.0", f"{DEEP}content_items": items, f"{DEEP}data": wish["data"],
            f"{DEEP}msg": "Dua kegiatan dipilih.",
        }  # fmt: skip
        claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
        return str(wish["deep_link_return_url"]).removeprefix(settings.BASE_URL), self.signed(claims)


def posted(response: HttpResponse | Any) -> dict[str, str]:
    """The fields that the browser carries to the tool."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', response.content.decode())
    return {unescape(name): unescape(value) for name, value in found}


def read_message(token: str, client_id: str) -> dict[str, Any]:
    """The claims of a message of Bina, checked as a tool would check them against the published keys."""
    keys = jwt.PyJWKSet.from_dict(Client().get("/lti/keys/").json())
    header = jwt.get_unverified_header(token)
    found: dict[str, Any] = jwt.decode(
        token, keys[header["kid"]].key, algorithms=["RS256"], audience=client_id, issuer=settings.BASE_URL
    )
    return found


def query_of(location: str) -> dict[str, str]:
    """The query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


PART: dict[str, Any] = {
    "key": "simulasi", "kind": "lti", "title": "Simulasi loket", "minutes": 15, "tool": "simulasi-loket", "passing": 70,
    "url": f"{HOST}/kasus/7", "custom": {"kasus": 7, "nama": "$ResourceLink.title"}, "resource": "kasus-7",
    "description": "Layani tiga warga.",
}  # fmt: skip


def course_with_tool(agency: Agency | None, **changes: Any) -> Course:
    """A published course with the tool in place of its page; None leaves a field out."""
    course = outline()
    part = {name: value for name, value in {**PART, **changes}.items() if value is not None}
    course["sections"] = [{"title": "Mulai", "activities": [part]}, *rest(course)]
    content = files(course)
    return publish_version(by=None, version=import_mini(content, agency=agency))


def rest(course: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The other parts of the small course, none of them required."""
    for section in course["sections"]:
        kept = [{**part, "required": False} for part in section["activities"] if part["key"] != "halaman"]
        yield {"title": f"{section['title']} lagi", "activities": kept}


def joined(employee: Employee, course: Course) -> Enrolment:
    """A person in the course."""
    return enrol(by=employee.user, employee=employee, course=course)


def tool_part(enrolment: Enrolment) -> Activity:
    """The part that opens the tool."""
    return Activity.objects.get(version_id=enrolment.version_id, kind="lti")
