"""A calibration beside the one before it, ready for reading."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bina.assessment.models import CalibrationRun, Item, ItemVersion


@dataclass(frozen=True, slots=True)
class ComparedItem:
    """One item in both calibrations: difficulty and slope then and now with their errors, and whether it drifted."""

    item: Item
    old_a: float
    old_b: float
    old_a_error: float | None
    old_b_error: float
    a: float
    b: float
    a_error: float | None
    b_error: float
    difference: float
    z: float
    has_drifted: bool
    is_unstable: bool

    @property
    def words(self) -> str:
        """In which direction it drifted: ``harder``, ``easier`` or nothing."""
        return ("harder" if self.difference > 0 else "easier") if self.has_drifted else ""


@dataclass(frozen=True, slots=True)
class LinkConstants:
    """Slope and intercept that carry this calibration onto the last one; without the anchors that moved, where some did."""

    method: str
    slope: float
    intercept: float
    kept_slope: float | None
    kept_intercept: float | None


@dataclass(frozen=True, slots=True)
class RunComparison:
    """This calibration against the last one of the bank."""

    last_id: str
    last_on: dt.datetime
    was_published: bool
    common: int
    renewed: tuple[Item, ...]
    links: tuple[LinkConstants, ...]
    lines: tuple[ComparedItem, ...]

    @property
    def drifted_count(self) -> int:
        """How many items became easier or harder."""
        return sum(line.has_drifted for line in self.lines)

    @property
    def unstable_count(self) -> int:
        """How many common items do not move with the others."""
        return sum(line.is_unstable for line in self.lines)


def comparison_of(run: CalibrationRun) -> RunComparison | None:
    """What was found beside the calibration before; None where there was none. Items that drifted come first."""
    found = run.comparison
    if not found:
        return None
    now = {line["version"]: line for line in run.lines}
    wanted = {line["version"] for line in found["lines"]} | set(found["renewed"])
    versions = ItemVersion.objects.select_related("item__competency").in_bulk(wanted)
    lines = [
        _compared(versions[line["version"]].item, line, now[line["version"]])
        for line in found["lines"]
        if line["version"] in versions
    ]
    return RunComparison(
        last_id=found["run"],
        last_on=dt.datetime.fromisoformat(found["on"]),
        was_published=found["published"],
        common=found["common"],
        renewed=tuple(versions[pk].item for pk in found["renewed"] if pk in versions),
        links=tuple(LinkConstants(**row) for row in found["links"]),
        lines=tuple(sorted(lines, key=lambda one: (not one.has_drifted, -abs(one.z), one.item.code))),
    )


def _compared(item: Item, was: Mapping[str, Any], now: Mapping[str, Any]) -> ComparedItem:
    return ComparedItem(
        item, was["a"], was["b"], was["a_error"], was["b_error"], now["a"], now["b"], now["a_error"], now["b_error"],
        was["difference"], was["z"], was["drifted"], was["unstable"],
    )  # fmt: skip
