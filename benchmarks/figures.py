"""What a measurement says: figures with their promises, kept as JSON beside the machine they were measured on."""

import datetime as dt
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import machine

HERE = Path(__file__).resolve().parent
OUTPUT = HERE / "output"
KEPT = HERE / "results"


@dataclass
class Figure:
    """One measured figure. ``limit`` is the promise; ``at_least`` turns it round (a score must reach it)."""

    what: str
    value: float
    unit: str
    limit: float | None = None
    database: str = ""
    at_least: bool = False
    stretch: float | None = None
    beside: dict[str, Any] = field(default_factory=dict)

    @property
    def is_met(self) -> bool | None:
        """Whether the promise is kept; None when nothing was promised."""
        if self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclass
class Record:
    """One run of one measurement: when, on what, which figures, and what a reader must know to judge them."""

    name: str
    title: str
    method: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    measured_at: str = ""
    machine: dict[str, str] = field(default_factory=dict)

    def save(self) -> Path:
        """Write the record to the output folder, stamped with the time and the machine; its path."""
        OUTPUT.mkdir(exist_ok=True)
        self.measured_at = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
        self.machine = machine.describe()
        path = OUTPUT / f"{self.name}.json"
        path.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return path


def load(path: Path) -> Record:
    """A record read back from its file."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Record(**{**data, "figures": [Figure(**row) for row in data["figures"]]})
