"""The machine that was measured: cores, memory, processor, versions."""

import os
import platform
import sqlite3
from pathlib import Path


def describe() -> dict[str, str]:
    """What a reader must know of this machine to compare figures; no name or address of it."""
    return {
        "cores": str(os.cpu_count()),
        "memory": f"{_memory_gib():.0f} GiB",
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
    }


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    if path.exists():
        facts: dict[str, str] = {}
        for line in path.read_text().split("\n\n")[0].splitlines():
            name, _, value = line.partition(":")
            facts[name.strip()] = value.strip()
        return (
            f"{facts.get('model name', '?')} (family {facts.get('cpu family', '?')}), {facts.get('cpu MHz', '?')} MHz"
        )
    return platform.processor() or platform.machine()


def load_average() -> float:
    """How busy the machine is beside us: the one-minute load average."""
    return os.getloadavg()[0]
