"""The four demo agencies and their units, read from files: names as on official papers, heads, sizes, remoteness."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).resolve().parent / "data" / "agencies"
ORDER = ("pontianak", "jakarta", "ikn", "kemenpora")
# How a unit's kind decides who leads it: first words of its name → title of the head, job class, family.
HEADS: tuple[tuple[str, str, str, str], ...] = (
    ("Deputi Bidang", "{name}", "JPT_MADYA", ""),
    ("Asisten Deputi", "{name}", "JPT_PRATAMA", ""),
    ("Badan", "Kepala {name}", "JPT_PRATAMA", ""),
    ("Dinas", "Kepala {name}", "JPT_PRATAMA", ""),
    ("Biro", "Kepala {name}", "JPT_PRATAMA", ""),
    ("Pusat", "Kepala {name}", "JPT_PRATAMA", ""),
    ("Direktorat", "Direktur {rest}", "JPT_PRATAMA", ""),
    ("Bidang", "Kepala {name}", "ADMINISTRATOR", ""),
    ("Bagian", "Kepala {name}", "ADMINISTRATOR", ""),
    ("Sekretariat", "Sekretaris {rest}", "ADMINISTRATOR", ""),
    ("Kecamatan", "Camat {rest}", "ADMINISTRATOR", ""),
    ("Kelurahan", "Lurah {rest}", "PENGAWAS", ""),
    ("Seksi", "Kepala {name}", "PENGAWAS", ""),
    ("UPT Puskesmas", "Kepala {name}", "JF_AHLI_MUDA", "Dokter"),
    ("Puskesmas", "Kepala {name}", "JF_AHLI_MADYA", "Dokter"),
    ("UPT", "Kepala {name}", "PENGAWAS", ""),
    ("SD", "Kepala {name}", "JF_AHLI_MUDA", "Guru"),
    ("SM", "Kepala {name}", "JF_AHLI_MADYA", "Guru"),
    ("Tim Kerja", "Ketua {name}", "JF_AHLI_MUDA", "Analis Kebijakan"),
)
CROWD = 60
GROWN = 40


@dataclass(slots=True)
class UnitPlan:
    """One unit to be: where it hangs, how it is staffed, who leads it."""

    name: str
    short_name: str
    code: str
    profile: str
    weight: float
    head_title: str
    head_class: str
    head_family: str
    is_remote: bool
    grows: str
    pin: str
    # The head of the unit above leads this one too, as an extra task.
    led_from_above: bool = False
    children: list["UnitPlan"] = field(default_factory=list)
    path: str = ""
    staff_count: int = 0
    id: int = 0
    parent: "UnitPlan | None" = None

    @property
    def depth_from_top(self) -> int:
        """1 for the agency itself, 2 for what hangs directly below it, and so on."""
        return 1 if self.parent is None else self.parent.depth_from_top + 1

    def walk(self) -> Iterator["UnitPlan"]:
        """The unit and everything below it, in tree order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class AgencyPlan:
    """One agency to be."""

    key: str
    code: str
    name: str
    short_name: str
    kind: str
    province: str
    time_zone: str
    share: float
    mail: str
    regions: dict[str, float]
    root: UnitPlan
    id: int = 0

    @property
    def units(self) -> list[UnitPlan]:
        """Every unit in tree order."""
        return list(self.root.walk())


@cache
def _file(key: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DATA / f"{key}.yaml").read_text(encoding="utf-8"))
    return data


def agency_codes() -> frozenset[str]:
    """The codes by which demo agencies are known."""
    return frozenset(str(_file(key)["code"]) for key in ORDER)


def plan_agencies(employees: int) -> list[AgencyPlan]:
    """The agencies with their units sized for so many employees; where units would burst, schools and teams are added."""
    plans = []
    for key in ORDER:
        data = _file(key)
        title, job_class = (part.strip() for part in data["head"].split("|"))
        root = UnitPlan(
            data["name"], data["short_name"], "0", "kantor", 0.0, title, job_class, "", False, "", "root"
        )  # fmt: skip
        root.children = [_unit(row, root, f"{index:02d}") for index, row in enumerate(data["units"], start=1)]
        plan = AgencyPlan(
            key, str(data["code"]), data["name"], data["short_name"], data["kind"], data["province"], data["time_zone"],
            data["share"], data["mail"], data["regions"], root,
        )  # fmt: skip
        _grow(plan, round(employees * plan.share))
        plans.append(plan)
    return plans


def _unit(row: dict[str, Any], parent: UnitPlan, code: str) -> UnitPlan:
    name: str = row["unit"]
    profile = row.get("staff") or parent.profile
    title, job_class, family = _head(name, row.get("head", ""), parent)
    unit = UnitPlan(
        name, row.get("short", ""), code, profile, float(row.get("weight", 1.0)), title, job_class, family,
        bool(row.get("remote", False)), row.get("grows", ""), row.get("pin", ""),
        led_from_above=row.get("head") == "also", parent=parent,
    )  # fmt: skip
    unit.children = [
        _unit(child, unit, f"{code}.{index:02d}") for index, child in enumerate(row.get("units", []), start=1)
    ]
    return unit


def _head(name: str, given: str, parent: UnitPlan) -> tuple[str, str, str]:
    if given == "also":
        return parent.head_title, parent.head_class, ""
    if given:
        parts = [part.strip() for part in given.split("|")]
        return parts[0], parts[1], parts[2] if len(parts) > 2 else ""
    for start, title, job_class, family in HEADS:
        if name.startswith(start):
            return title.format(name=name, rest=name.removeprefix(start).strip()), job_class, family
    raise ValueError(f"nobody knows who leads “{name}”")


def _grow(plan: AgencyPlan, people: int) -> None:
    """Give every unit its number of people; an overfull one passes them on to further schools, posts or teams."""
    units = plan.units
    spare = max(0, people - len(units))
    whole = sum(unit.weight for unit in units)
    for unit in units:
        share = spare * unit.weight / whole
        if share <= CROWD:
            continue
        extra = int(share // GROWN)
        host = unit.parent if unit.grows and unit.parent else unit
        for number in range(1, extra + 1):
            host.children.append(_grown(unit, host, number))
        unit.weight /= extra + 1
        for child in host.children[-extra:]:
            child.weight = unit.weight


def _grown(unit: UnitPlan, host: UnitPlan, number: int) -> UnitPlan:
    short_name = ""
    if unit.grows == "sekolah":
        # The next school number that is free: SD Negeri 05 → SD Negeri 06, or 07 where 06 exists.
        name, taken = unit.name, {child.name for child in host.children}
        while name in taken:
            name = re.sub(r"\d+", lambda found: f"{int(found[0]) + 1:0{len(found[0])}d}", name)
    elif unit.grows == "puskesmas":
        name = f"{unit.name.replace('Puskesmas', 'Puskesmas Pembantu')} {number}"
    else:
        name, short_name = f"Tim Kerja {number} {unit.short_name or unit.name}", f"Tim Kerja {number}"
    title, job_class, family = (
        (f"Kepala {name}", unit.head_class, unit.head_family) if unit.grows else _head(name, "", host)
    )
    return UnitPlan(
        name, short_name, f"{unit.code}.T{number}", unit.profile, unit.weight, title, job_class, family, unit.is_remote,
        "", "", parent=host,
    )  # fmt: skip
