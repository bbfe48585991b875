"""Counting what processes cost: CPU seconds of a whole tree, wall time and peak memory of a child."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.stage import ROOT, Stage

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """What a child process cost; ``database_cpu`` is what the database server spent meanwhile (0 for SQLite)."""

    wall: float
    cpu: float
    peak_mb: float
    database_cpu: float = 0.0


def _stat(pid: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name in brackets may hold spaces: count from behind it. Field 0 is then the state, 1 the parent.
    return text[text.rindex(")") + 2 :].split()


def tree_of(root: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (stat := _stat(int(entry))):
            children[int(stat[1])].append(int(entry))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children[pid]
    return found


def cpu_seconds(*roots: int | None) -> float:
    """User and system time of the processes and all their descendants, ended ones too."""
    ticks = 0
    for root in roots:
        for pid in tree_of(root) if root else ():
            if stat := _stat(pid):
                # utime, stime, and those of children that ended and were waited for.
                ticks += sum(int(value) for value in stat[11:15])
    return ticks / TICK


def in_django(stage: Stage, function: str, **arguments: Any) -> tuple[Any, Usage]:
    """Call ``module:function`` of the benchmarks in a fresh process set up for the stage; its result and its cost."""
    return _call("benchmarks.inside", function, arguments, stage.environment, stage.postmaster)


def in_plain_python(function: str, beside: Path | None = None, **arguments: Any) -> tuple[Any, Usage]:
    """Call ``module:function`` in a fresh process without Django and without data; its result and its cost.

    ``beside`` is a folder of packages that the process finds before any others.
    """
    folders = [*([beside] if beside else []), ROOT / "src", ROOT]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return _call("benchmarks.inside", function, arguments, environment, None)


def _call(
    module: str, function: str, arguments: dict[str, Any], environment: dict[str, str], postmaster: int | None
) -> tuple[Any, Usage]:
    with tempfile.NamedTemporaryFile("r", suffix=".json") as answer:
        command = [sys.executable, "-m", module, function, json.dumps(arguments), answer.name]
        before = cpu_seconds(postmaster)
        started = time.perf_counter()
        child = subprocess.Popen(command, cwd=ROOT, env=environment)
        # wait4 tells what this one child used, whatever other children there were.
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise RuntimeError(f"{function} failed with status {child.returncode}")
        database = cpu_seconds(postmaster) - before
        return json.load(answer), Usage(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, database)
