"""Serving: starts the web server and the worker as children, keeps them alive, and takes them down with it."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from bina.config.commands.migrating import pending_migrations, unknown_migrations
from bina.config.commands.running import Presence
from bina.config.commands.terminal import CommandFailedError, say
from bina.config.commands.worker import SUPERVISED

READY_WITHIN = 300.0
SAY_AFTER = 20.0
STOP_WITHIN = 30.0
CALM_AFTER = 60.0
MOST_QUICK_DEATHS = 5
_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process that is kept alive."""

    name: str
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    quick_deaths: int = 0
    restart_at: float = 0.0

    def start(self) -> None:
        """Start the process; where the system can, it gets a signal should this one be killed."""
        self.process = subprocess.Popen(self.command, env=self.environment, preexec_fn=_die_with_parent)
        self.started_at = time.monotonic()
        self.restart_at = 0.0

    def end_group(self) -> None:
        """End whatever the process has left behind; a dead server's own workers would keep the port."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    @property
    def exit_code(self) -> int | None:
        """How the process ended; None while it lives."""
        return self.process.poll() if self.process else None


def _die_with_parent() -> None:
    """Own process group (Ctrl+C reaches only the supervisor, which stops its children in order), tied to the parent's life."""
    os.setpgrp()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Supervisor:
    """Keeps the children alive until told to stop."""

    children: list[Child]
    announce: Callable[[dict[str, object]], None]
    is_ready: bool = field(default=False, init=False)
    _stopping: bool = field(default=False, init=False)

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """Ask for an orderly end."""
        self._stopping = True

    def start(self) -> None:
        """Start all children and listen to signals."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        for child in self.children:
            child.start()
        self.tell()

    def wait_until_ready(self, url: str) -> bool:
        """Wait until the server answers; False when it ended or does not come up in time.

        On a busy machine that may take minutes: it says so.
        """
        begin = time.monotonic()
        is_told = False
        while time.monotonic() < begin + READY_WITHIN and not self._stopping:
            if self.children[0].exit_code is not None:
                return False
            if not is_told and time.monotonic() > begin + SAY_AFTER:
                is_told = True
                say("Server web belum menjawab; mesin ini tampaknya sedang sibuk. Bina tetap menunggu …")
            try:
                with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  our own loopback address
                    if answer.status == 200:
                        return True
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.15)
        return self._stopping

    def watch(self) -> int:
        """Restart what dies; returns the exit code once everything has been stopped."""
        code = 0
        while not self._stopping:
            for child in self.children:
                if not self._keep_alive(child):
                    code, self._stopping = 1, True
            time.sleep(0.3)
        self.stop_children()
        return code

    def _keep_alive(self, child: Child) -> bool:
        """Restart a dead child after a pause; False when it dies again and again."""
        if child.exit_code is None:
            return True
        now = time.monotonic()
        if not child.restart_at:
            child.quick_deaths = 1 if now - child.started_at > CALM_AFTER else child.quick_deaths + 1
            if child.quick_deaths > MOST_QUICK_DEATHS:
                say(
                    f"{child.name} berhenti berulang kali. Jalankan `bina doctor` untuk mencari sebabnya.",
                    stream=sys.stderr,
                )
                return False
            child.end_group()
            child.restart_at = now + min(30.0, 2.0 ** (child.quick_deaths - 1))
            say(f"{child.name} berhenti (kode {child.exit_code}); dijalankan kembali.", stream=sys.stderr)
        elif now >= child.restart_at:
            child.start()
            self.tell()
        return True

    def tell(self) -> None:
        """Announce who runs, so that others can find out."""
        pids = {child.name: child.process.pid for child in self.children if child.process}
        self.announce({"children": pids, "is_ready": self.is_ready})

    def stop_children(self) -> None:
        """Let everyone finish what is at hand; after half a minute, end them."""
        alive = [child for child in self.children if child.process and child.exit_code is None]
        for child in alive:
            if child.process:
                child.process.terminate()
        end = time.monotonic() + STOP_WITHIN
        for child in alive:
            if child.process:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(timeout=max(0.1, end - time.monotonic()))
        for child in self.children:
            # Also where the process itself is gone: what it started may still hold the port.
            child.end_group()
            if child.process:
                child.process.wait()


def serve(*, host: str, port: int, workers: int, jobs: int = 1, when_ready: Callable[[str], None] | None = None) -> int:
    """Serve until told to stop. Raises CommandFailedError when it cannot even begin."""
    require_up_to_date()
    require_static_files()
    require_free_port(host, port)
    presence = Presence("serve")
    if not presence.announce(host=host, port=port):
        raise CommandFailedError(
            f"Bina sudah berjalan dengan folder data {settings.DATA_DIR}. Hentikan dahulu, atau pakai BINA_DATA_DIR lain."
        )
    connections.close_all()
    supervisor = Supervisor(
        _children(host, port, workers, jobs), lambda facts: presence.update(address=f"{host}:{port}", **facts)
    )
    try:
        supervisor.start()
        if not supervisor.wait_until_ready(f"http://{_reachable(host)}:{port}/health"):
            has_died = supervisor.children[0].exit_code is not None
            supervisor.stop_children()
            raise CommandFailedError(
                "Server web berhenti sebelum menjawab. Pesan di atas menyebutkan sebabnya; coba juga `bina doctor`."
                if has_died
                else "Server web belum menjawab setelah lima menit. Periksa beban mesin, lalu coba lagi; coba juga `bina doctor`."
            )
        supervisor.is_ready = True
        supervisor.tell()
        if when_ready is not None:
            when_ready(f"http://{_reachable(host)}:{port}")
        return supervisor.watch()
    finally:
        supervisor.stop_children()
        presence.leave()


def _children(host: str, port: int, workers: int, jobs: int) -> list[Child]:
    source = str(Path(settings.PACKAGE_DIR).parent)
    path = os.pathsep.join(part for part in (source, os.environ.get("PYTHONPATH", "")) if part)
    environment = {
        **os.environ, "PYTHONPATH": path, "PORT": str(port), SUPERVISED: "1",
        "BINA_DATA_DIR": str(settings.DATA_DIR), "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
    }  # fmt: skip
    web = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers",
        str(workers), "--blocking-threads", "4", "--no-ws", "--log-level", "warning", "--respawn-failed-workers",
        "--workers-kill-timeout", "20", "bina.config.wsgi:application",
    ]  # fmt: skip
    work = [sys.executable, "-m", "bina.config.command", "worker"]
    return [
        Child("Server web", web, environment),
        *(Child(f"Pekerja{f' {n}' if n > 1 else ''}", work, environment) for n in range(1, jobs + 1)),
    ]


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, host)  # noqa: S104  a name, not a binding


def require_up_to_date() -> None:
    """Refuse to serve with tables of another version."""
    newer = unknown_migrations()
    if newer:
        raise CommandFailedError(
            f"Basis data ini dipakai oleh versi Bina yang lebih baru ({newer[-1]}). Pasang versi itu, atau pulihkan cadangan."
        )
    pending = pending_migrations()
    if pending:
        raise CommandFailedError(
            f"Basis data belum siap ({len(pending)} langkah tertunda). Jalankan `bina migrate`, lalu ulangi."
        )


def require_static_files() -> None:
    """Gather style sheets and scripts once; a developer's server finds them by itself."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if settings.DEBUG or manifest.exists():
        return
    call_command("collectstatic", interactive=False, verbosity=0)


def require_free_port(host: str, port: int) -> None:
    """Say in words that somebody else uses the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandFailedError(
                f"Alamat {host}:{port} tidak dapat dipakai ({error.strerror}). Pilih porta lain, misalnya PORT={port + 1}."
            ) from error
