"""What a stranger waits for: a fresh clone, `make run`, and the second start of the same."""

import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.databases import Cluster
from benchmarks.figures import Figure, Record
from benchmarks.server import free_port
from benchmarks.stage import ROOT

FIRST_SECONDS, SECOND_SECONDS = 180, 15
PATIENCE_SECONDS = 1_200


def measure(_clusters: list[Cluster | None]) -> Record:
    """Wall seconds from typing the command until the server answers: the first time, and again with everything in place."""
    record = Record(
        "first_start",
        "From a fresh clone to the first page",
        "The committed tree is cloned into an empty folder; `make run` prepares the environment, builds the styles and scripts, "
        "migrates, loads the demo agencies with 2,400 people and serves on SQLite. Wall seconds until `/health` answers. Packages "
        "come from the caches of pip, uv and npm where they hold them; the promise does not count downloads.",
    )
    with tempfile.TemporaryDirectory(prefix="bina-first-start-") as folder:
        clone = Path(folder) / "bina"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        for what, limit in (("first start", FIRST_SECONDS), ("second start", SECOND_SECONDS)):
            record.figures.append(Figure(what, _seconds_until_it_answers(clone), "s", limit=limit, database="SQLite"))
    return record


def _seconds_until_it_answers(clone: Path) -> float:
    port = free_port()
    outside = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("BINA_", "DJANGO_")) and key not in {"PYTHONPATH", "VIRTUAL_ENV", "DATABASE_URL"}
    }
    began = time.monotonic()
    with (clone.parent / "start.log").open("w+") as log:
        process = subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env=outside | {"PORT": str(port)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            while time.monotonic() < began + PATIENCE_SECONDS and process.poll() is None:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                        return time.monotonic() - began
                except OSError:
                    time.sleep(0.1)
            log.seek(0)
            raise RuntimeError(f"`make run` did not come to serve:\n{log.read()[-2000:]}")
        finally:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
