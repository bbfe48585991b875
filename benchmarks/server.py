"""A running Bina to be asked: the server as operators start it, and a client that keeps its connection open."""

import gzip
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from types import MappingProxyType
from typing import IO
from urllib.parse import urlencode

from benchmarks.processes import cpu_seconds, tree_of
from benchmarks.stage import BINA, ROOT, Stage

PATIENCE_SECONDS = 60


@dataclass
class Server:
    """A server on a loopback port; ``pid`` is the root of its processes."""

    stage: Stage
    port: int
    pid: int
    is_killed: bool = False

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def cpu(self) -> float:
        """CPU seconds so far of the server and of the database together."""
        return cpu_seconds(self.pid, self.stage.postmaster)

    def kill(self) -> None:
        """End all its processes at once and without warning, as the system does when memory runs out."""
        self.is_killed = True
        for pid in tree_of(self.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    size: int  # of the body on the wire
    headers: Message  # its `get` takes names in any case
    seconds: float


@dataclass
class Client:
    """One browser-like connection that stays open, with the cookies of one signed-in account."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    _connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", path, None)

    def post(self, path: str, fields: list[tuple[str, str]], *, for_part: bool = False) -> Answer:
        """Send a form; ``for_part`` asks for a part of the page as HTMX does."""
        return self._ask("POST", path, urlencode(fields).encode(), {"HX-Request": "true"} if for_part else {})

    def _ask(
        self, method: str, path: str, body: bytes | None, extra: Mapping[str, str] = MappingProxyType({})
    ) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept": "text/html",
            "Accept-Encoding": "gzip, br",
            "Accept-Language": "id",
            **extra,
        }
        if body is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http://127.0.0.1:{self.port}",
                "Referer": f"http://127.0.0.1:{self.port}{path}",
            }
        started = time.perf_counter()
        try:
            self._connection.request(method, path, body=body, headers=headers)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # A server hangs up on a connection that has been idle; browsers then open another.
            self._connection.close()
            started = time.perf_counter()
            self._connection.request(method, path, body=body, headers=headers)
            response = self._connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - started
        size = len(content)
        if response.getheader("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";", 1)[0]
        return Answer(response.status, content, size, response.headers, seconds)

    def close(self) -> None:
        """Hang up."""
        if self._connection:
            self._connection.close()
            self._connection = None


def free_port() -> int:
    """A loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(stage: Stage, *, only_web: bool = True) -> Iterator[Server]:
    """A server on the stage's data, stopped at the end. ``only_web`` leaves the worker for background jobs out."""
    port = free_port()
    command = [*BINA, "serve"] + (["--jobs", "0"] if only_web else [])
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**stage.environment, "PORT": str(port)}, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(process, port, log)
            server = Server(stage, port, process.pid)
            yield server
            if process.poll() is not None and not server.is_killed:
                raise RuntimeError(f"the server ended by itself with status {process.returncode}")
        except OSError:
            log.seek(0)
            sys.stderr.write(log.read()[-3000:])
            raise
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(process: "subprocess.Popen[bytes]", port: int, log: IO[str]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        client = Client(port)
        try:
            if client.get("/health").status == 200:
                return
        except OSError:
            time.sleep(0.2)
        finally:
            client.close()
    log.seek(0)
    sys.stderr.write(log.read()[-3000:])
    raise RuntimeError("the server did not start")
