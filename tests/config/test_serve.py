"""Serving: starts, answers, stops in order; and what was confirmed outlives a killed server."""

import http.cookiejar
import os
import re
import signal
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Generator

import pytest

from bina.demo.accounts import PASSWORD
from tests.config.installation import Installation, Server, free_port, is_running, start_server

pytestmark = (
    [pytest.mark.slow, pytest.mark.enable_socket] if hasattr(pytest.mark, "enable_socket") else pytest.mark.slow
)

Starter = Callable[[], Server]


@pytest.fixture
def starter(installation: Installation) -> Generator[Starter]:
    """Starts servers and ends whatever is left of them."""
    started: list[Server] = []

    def start() -> Server:
        server = start_server(installation)
        started.append(server)
        server.wait_until_ready()
        return server

    yield start
    for server in started:
        for pid in server.pids():
            if is_running(pid):
                os.kill(pid, signal.SIGKILL)
        server.process.communicate(timeout=20)


class Browser:
    """A browser without JavaScript that keeps its cookies."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str) -> str:
        """The page at an address."""
        with self._opener.open(self.address + path, timeout=30) as answer:
            return str(answer.read().decode())

    def post(self, path: str, page: str, fields: dict[str, str]) -> str:
        """Send a form of a page; returns the page that follows."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
        request = urllib.request.Request(self.address + path, data, headers={"Referer": self.address + path})
        with self._opener.open(request, timeout=30) as answer:
            return str(answer.read().decode())

    def sign_in(self, email: str) -> str:
        """Sign in as a demo account."""
        return self.post("/account/login/", self.get("/account/login/"), {"login": email, "password": PASSWORD})

    def move_to(self, address: str) -> None:
        """The same browser, the same cookies, a server that came back elsewhere."""
        self.address = address


def wait_until(condition: Callable[[], bool], seconds: float = 45) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return condition()


def test_it_starts_answers_and_stops_in_order(starter: Starter) -> None:
    server = starter()
    browser = Browser(server.address)
    assert '"ok"' in browser.get("/health")
    assert "Bu Siti" in browser.sign_in("siti@contoh.go.id.test")
    pids = server.pids()
    assert len(pids) >= 4
    server.process.send_signal(signal.SIGTERM)
    out, err = server.process.communicate(timeout=40)
    assert server.process.returncode == 0, err
    assert f"Bina siap di {server.address}" in out
    assert PASSWORD in out
    assert wait_until(lambda: not any(is_running(pid) for pid in pids), 10)
    assert not list((server.installation.folder / "run").glob("*.lock"))
    with pytest.raises(urllib.error.URLError):
        browser.get("/health")


def test_a_dead_worker_and_a_dead_web_server_come_back(starter: Starter) -> None:
    server = starter()
    for position in (1, 2):
        victim = server.pids()[position]
        os.kill(victim, signal.SIGKILL)
        assert wait_until(lambda gone=victim: gone not in server.pids()), position  # type: ignore[misc]
    assert wait_until(lambda: _answers(server))


def _answers(server: Server) -> bool:
    try:
        return '"ok"' in Browser(server.address).get("/health")
    except (urllib.error.URLError, ConnectionError):
        return False


def test_what_was_confirmed_outlives_a_killed_server(starter: Starter, installation: Installation) -> None:
    server = starter()
    browser = Browser(server.address)
    browser.sign_in("fadli@contoh.go.id.test")
    course = "/learning/courses/keamanan-digital-asn/"
    page = browser.post(f"{course}enrol/", browser.get(course), {})
    assert "Keamanan digital" in page
    for pid in server.pids():
        if is_running(pid):
            os.kill(pid, signal.SIGKILL)
    server.process.communicate(timeout=20)
    again = starter()
    browser.move_to(again.address)
    assert "Keamanan digital" in browser.get("/learning/mine/")
    # The reactions to what was confirmed run too, in whichever server's life.
    followed = (
        "from bina.journal.models import Entry\nfrom django_tasks_db.models import DBTaskResult\n"
        "open_jobs = DBTaskResult.objects.filter(status__in=['READY', 'RUNNING'], task_path__contains='react').count()\n"
        "print(Entry.objects.filter(verb='enrolment.started', actor_name__startswith='Fadli').count(), open_jobs)"
    )
    assert wait_until(lambda: installation.python(followed) == "1 0", 60)


def test_a_killed_supervisor_takes_its_children_along(starter: Starter) -> None:
    server = starter()
    pids = server.pids()
    server.process.kill()
    server.process.communicate(timeout=20)
    assert wait_until(lambda: not any(is_running(pid) for pid in pids), 40)


def test_a_second_server_on_the_same_data_is_refused(starter: Starter, installation: Installation) -> None:
    starter()
    answer = installation.bina("serve", "--port", str(free_port()))
    assert answer.returncode == 1
    assert "sudah berjalan" in answer.stderr
    refused = installation.bina("restore", "nowhere.tar.gz", "--yes")
    assert refused.returncode == 1


def test_a_taken_port_is_told_in_words(starter: Starter, fresh_installation: Installation) -> None:
    server = starter()
    answer = fresh_installation.bina("up", "--port", str(server.port), "--no-demo")
    assert answer.returncode == 1
    assert "tidak dapat dipakai" in answer.stderr
    assert str(server.port + 1) in answer.stderr
