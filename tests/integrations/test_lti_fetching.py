"""Asking addresses of tools: on this machine in a demo, never inside a network, in bounded time and size."""

import contextlib
import socket
import threading
import time
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import override_settings

from bina.foundation.errors import Refused
from bina.integrations.lti.actions import fetching
from bina.integrations.lti.rules import can_reach, can_use_address, link_header, read_portion
from bina.integrations.lti.rules.words import Rejected

OWN = "https://bina.contoh.example"


class Answering(BaseHTTPRequestHandler):
    """A small server with good and bad habits."""

    def do_GET(self) -> None:
        if self.path == "/lompat":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()
            return
        if self.path == "/menetes-kepala":
            for letter in b"HTTP/1.1 200 OK\r\nX-Lama: " + b"x" * 200:
                self.wfile.write(bytes([letter]))
                self.wfile.flush()
                time.sleep(0.1)
            return
        self.send_response(200)
        self.end_headers()
        if self.path == "/besar":
            for _ in range(40):
                self.wfile.write(b"x" * 16_384)
        elif self.path == "/menetes":
            for _ in range(20):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)
        else:
            self.wfile.write(b'{"keys": []}')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Generator[str]:
    found = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    found.daemon_threads = True
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{found.server_port}"
    found.shutdown()
    found.server_close()


def test_this_machine_answers_in_a_demo_only(server: str) -> None:
    with pytest.raises(Refused, match="jaringan dalam"):
        fetching.fetch(f"{server}/kunci")
    with override_settings(DEMO=True):
        assert fetching.fetch(f"{server}/kunci") == fetching.Answer(200, b'{"keys": []}')


@override_settings(DEMO=True)
def test_an_answer_that_is_too_large_or_too_slow_is_given_up(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="terlalu besar"):
        fetching.fetch(f"{server}/besar")
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    for path in ("menetes", "menetes-kepala"):
        began = time.monotonic()
        with pytest.raises(Refused, match="tidak menjawab"):
            fetching.fetch(f"{server}/{path}")
        assert time.monotonic() - began < 2


@override_settings(DEMO=True)
def test_who_never_shakes_hands_is_given_up(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that answers a secure greeting drop by drop."""
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            line, _who = listening.accept()
            with line, contextlib.suppress(OSError):
                # The head of a greeting that announces 16 KB, and then a byte at a time.
                line.sendall(b"\x16\x03\x03\x40\x00")
                for _ in range(100):
                    line.sendall(b"\x02")
                    time.sleep(0.1)

        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(Refused, match="tidak menjawab"):
            fetching.fetch(f"https://127.0.0.1:{listening.getsockname()[1]}/kunci")
        assert time.monotonic() - began < 2


@override_settings(DEMO=True)
def test_an_address_with_other_letters_is_refused_in_words(server: str) -> None:
    with pytest.raises(Refused, match="huruf tanpa tanda"):
        fetching.fetch(f"{server}/kunci-é☃")


@override_settings(DEMO=True)
def test_a_redirect_is_not_followed(server: str) -> None:
    assert fetching.fetch(f"{server}/lompat").status == 302


@override_settings(DEMO=True)
def test_nobody_there_is_said(server: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(Refused, match="tidak menjawab"):
        fetching.fetch(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "numbers",
    [["10.0.0.1"], ["172.16.3.4"], ["192.168.1.1"], ["127.0.0.1"], ["169.254.169.254"], ["0.0.0.0"], ["::1"], ["fe80::1%eth0"],
     ["fd00::1"], ["::ffff:10.0.0.1"], ["224.0.0.1"], ["100.64.0.1"], ["64:ff9b::7f00:1"], ["64:ff9b::a00:1"],
     ["2002:7f00:1::"], ["::127.0.0.1"], ["::10.0.0.1"], ["fec0::1"], ["64:ff9b:1::808:808"], ["2001:0:a00:1::1"], ["::"],
     ["93.184.216.34", "10.0.0.1"], []],
)  # fmt: skip
def test_a_name_that_leads_inside_is_not_called(numbers: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "numbers_of", lambda host, port: numbers)
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("a line was opened"))
    with pytest.raises(Refused):
        fetching.fetch("https://alat.contoh.example/kunci.json")
    assert not can_reach(numbers, allows_loopback=False)


@pytest.mark.parametrize(
    "numbers", [["93.184.216.34"], ["2606:4700::1111"], ["64:ff9b::808:808"], ["::ffff:8.8.8.8"], ["2002:808:808::1"]]
)
def test_public_numbers_are_called(numbers: list[str]) -> None:
    assert can_reach(numbers, allows_loopback=False)


def test_the_line_goes_to_the_number_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def line(place: object, timeout: float) -> socket.socket:
        asked.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(fetching, "numbers_of", lambda host, port: ["93.184.216.34"])
    monkeypatch.setattr(socket, "create_connection", line)
    with pytest.raises(Refused, match="tidak menjawab"):
        fetching.fetch("https://alat.contoh.example/kunci.json")
    assert asked == [("93.184.216.34", 443)]


@pytest.mark.parametrize(
    "address",
    ["", "alat.contoh.example", "ftp://alat.contoh.example/", "https://", "https://a b/", "https://alat.contoh.example:99999/",
     "https://bina.contoh.example/lti/keys/", "https://BINA.contoh.example:443/x", "https://[::ffff:127.0.0.1]/", "https://[x/"],
)  # fmt: skip
def test_addresses_that_no_tool_may_have(address: str) -> None:
    verdict = can_use_address(address, own=OWN, allows_loopback=False)
    assert not verdict
    assert str(verdict.sentence).endswith(".")


def test_portions_lead_on_and_back() -> None:
    portion = read_portion({"limit": "2", "page": "2"})
    header = link_header("https://x/items", {"tag": "a b", "page": "2"}, portion, 5)
    assert '<https://x/items?tag=a+b&limit=2&page=3>; rel="next"' in header
    assert 'page=1>; rel="prev"' in header
    assert 'page=3>; rel="last"' in header
    assert link_header("https://x", {}, read_portion({}), 100) == ""
    for wrong in ({"limit": "x"}, {"page": "0"}, {"limit": "-1"}, {"page": "²"}):
        with pytest.raises(Rejected):
            read_portion(wrong)
