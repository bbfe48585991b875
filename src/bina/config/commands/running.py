"""Which processes of this installation run right now: each holds a lock on a small file for as long as it lives.

A lock ends with its process however that ends, so what stands here is never older than the truth.
"""

import fcntl
import json
import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings

HOST = socket.gethostname()[:20]


def folder() -> Path:
    """Where the lock files lie."""
    path: Path = settings.DATA_DIR / "run"
    path.mkdir(parents=True, exist_ok=True)
    return path


class Presence:
    """This process, announced to others under a name until it ends."""

    def __init__(self, name: str) -> None:
        self.path = folder() / f"{name}.lock"
        self._stream: IO[str] | None = None

    def announce(self, **facts: Any) -> bool:
        """Take the name; False when a living process holds it."""
        while self._stream is None:
            stream = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8")
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # Whoever tidied up may have removed the file between opening and locking it: then it names nobody.
                if os.fstat(stream.fileno()).st_ino == self.path.stat().st_ino:
                    self._stream = stream
            except FileNotFoundError:
                stream.close()
            except OSError:
                stream.close()
                return False
            else:
                if self._stream is None:
                    stream.close()
        self.update(**facts)
        return True

    def update(self, **facts: Any) -> None:
        """Write what others may know about this process; also a sign of life."""
        if self._stream is None:
            return
        text = json.dumps({"pid": os.getpid(), "host": HOST, **facts})
        # One write at the beginning, then the rest cut off: a reader never finds an empty file.
        os.pwrite(self._stream.fileno(), text.encode(), 0)
        os.ftruncate(self._stream.fileno(), len(text.encode()))

    def beat(self) -> None:
        """A sign of life."""
        if self._stream is not None:
            os.utime(self.path)

    def leave(self) -> None:
        """Give the name back."""
        if self._stream is not None:
            self.path.unlink(missing_ok=True)
            self._stream.close()
            self._stream = None


@dataclass(frozen=True, slots=True)
class Running:
    """A process that was announced: its name, what it wrote, how many seconds ago it gave a sign of life."""

    name: str
    facts: dict[str, Any]
    silent_seconds: float


def running(prefix: str = "") -> list[Running]:
    """The living processes of this data folder whose name begins so; files of dead ones are cleared away."""
    found = []
    for path in sorted(folder().glob(f"{prefix}*.lock")):
        try:
            with path.open("r+", encoding="utf-8") as stream:
                try:
                    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    facts = json.loads(stream.read() or "{}")
                    found.append(Running(path.stem, facts, time.time() - path.stat().st_mtime))
                else:
                    path.unlink(missing_ok=True)
        except (OSError, ValueError):
            continue
    return found


def is_alive(name: str) -> bool:
    """Whether the process of this name still lives."""
    return any(row.name == name for row in running(name))
