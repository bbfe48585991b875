"""A small learning tool on this machine, with keys of its own: what stands on the other side of a real browser."""

import json
import threading
import time
import urllib.request
import uuid
from datetime import UTC, datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

from tests.integrations.lti_tool import AGS, ASSERTION, CLAIM, DEEP, GRADES, jwk, key


class LoopbackTool:
    """The tool: it lets people in, offers two cases to authors, and gives learners 90 points when they press a button."""

    def __init__(self, platform: str) -> None:
        self.platform = platform
        self.client_id = self.deployment_id = ""
        self.faults: list[str] = []
        tool = self

        class Answering(BaseHTTPRequestHandler):
            """The pages of the tool."""

            def do_GET(self) -> None:
                """The key, and the way in."""
                place = urlsplit(self.path)
                if place.path == "/kunci":
                    self.answer(json.dumps({"keys": [jwk("loopback", "l")]}), "application/json")
                    return
                asked = {name: values[0] for name, values in parse_qs(place.query).items()}
                if "login_hint" not in asked:
                    self.answer("halo")
                    return
                self.send_response(302)
                self.send_header("Location", f"{tool.platform}/lti/authorize/?{urlencode(tool.login_request(asked))}")
                self.end_headers()

            def do_POST(self) -> None:
                """People arrive with a message; learners send their work in."""
                length = int(self.headers.get("Content-Length", 0))
                sent = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
                try:
                    page = tool.welcome(sent["id_token"]) if "id_token" in sent else tool.finish(sent)
                except Exception as error:
                    tool.faults.append(repr(error))
                    self.answer(f"<h1>Gagal</h1>{escape(repr(error))}", status=500)
                else:
                    self.answer(page)

            def answer(self, text: str, kind: str = "text/html; charset=utf-8", *, status: int = 200) -> None:
                """Send a page."""
                content = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def login_request(self, begun: dict[str, str]) -> dict[str, str]:
        """What the tool asks when it was begun."""
        return {
            "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none",
            "client_id": begun["client_id"], "redirect_uri": f"{self.url}/terima", "login_hint": begun["login_hint"],
            "lti_message_hint": begun["lti_message_hint"], "state": "s", "nonce": uuid.uuid4().hex,
        }  # fmt: skip

    def welcome(self, token: str) -> str:
        """The page for somebody who arrives, once the message was checked against the platform's keys."""
        with urllib.request.urlopen(f"{self.platform}/lti/keys/", timeout=10) as answer:
            keys = jwt.PyJWKSet.from_dict(json.load(answer))
        found = keys[jwt.get_unverified_header(token)["kid"]]
        told = jwt.decode(token, found.key, algorithms=["RS256"], audience=self.client_id, issuer=self.platform)
        head = (
            '<!doctype html><html lang="id"><meta charset="utf-8"><title>Simulasi loket</title><h1>Simulasi loket</h1>'
        )
        if told[f"{CLAIM}message_type"] == "LtiDeepLinkingRequest":
            wish = told[f"{DEEP}deep_linking_settings"]
            fields = f'<input type="hidden" name="JWT" value="{self.choice(told, wish)}">'
            return f'{head}<form method="post" action="{wish["deep_link_return_url"]}">{fields}<button>Pakai dua kasus</button></form>'
        hidden = {"item": told.get(GRADES, {}).get("lineitem", ""), "sub": told["sub"]}
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in hidden.items()
        )
        knows = "nama" if "name" in told else "samaran"
        form = f'<form method="post" action="/selesai">{fields}<button>Layani warga</button></form>'
        return f'{head}<p id="kenal">Alat mengenal {knows}.</p>{form}'

    def choice(self, told: dict[str, Any], wish: dict[str, Any]) -> str:
        """Two cases, one for a tab of its own and one for a frame."""
        now = int(time.time())
        items = [
            {"type": "ltiResourceLink", "title": "Kasus KTP", "url": f"{self.url}/kasus/1", "lineItem": {"scoreMaximum": 100}},
            {"type": "ltiResourceLink", "title": "Kasus KK", "text": "Layani warga yang pindah.", "iframe": {"width": 600},
             "lineItem": {"scoreMaximum": 100}},
        ]  # fmt: skip
        return self.signed(
            {
                "iss": self.client_id, "aud": told["iss"], "iat": now, "exp": now + 300, "nonce": uuid.uuid4().hex,
                f"{CLAIM}deployment_id": told[f"{CLAIM}deployment_id"], f"{CLAIM}message_type": "LtiDeepLinkingResponse",
                f"{CLAIM}version": "1.3.0", f"{DEEP}content_items": items, f"{DEEP}data": wish["data"],
            }
        )  # fmt: skip

    def signed(self, claims: dict[str, Any]) -> str:
        """A message of the tool."""
        return jwt.encode(claims, key("loopback"), algorithm="RS256", headers={"kid": "l"})

    def finish(self, sent: dict[str, str]) -> str:
        """Tell the platform of 90 points."""
        now = int(time.time())
        claims = {
            "iss": self.client_id, "sub": self.client_id, "aud": f"{self.platform}/lti/token/", "iat": now, "exp": now + 60,
            "jti": uuid.uuid4().hex,
        }  # fmt: skip
        asked = {
            "grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": self.signed(claims),
            "scope": f"{AGS}score",
        }  # fmt: skip
        with urllib.request.urlopen(f"{self.platform}/lti/token/", urlencode(asked).encode(), timeout=10) as answer:
            token = json.load(answer)["access_token"]
        score = {
            "userId": sent["sub"], "timestamp": datetime.now(UTC).isoformat(), "scoreGiven": 90, "scoreMaximum": 100,
            "activityProgress": "Completed", "gradingProgress": "FullyGraded",
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/vnd.ims.lis.v1.score+json"}
        request = urllib.request.Request(f"{sent['item']}/scores", json.dumps(score).encode(), headers, method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return f'<!doctype html><html lang="id"><title>Selesai</title><h1>Nilai terkirim ({answer.status})</h1>'

    def close(self) -> None:
        """End."""
        self.server.shutdown()
        self.server.server_close()
