"""Filling the units with fictional people whose ages, sexes, schooling, grades and posts follow national figures."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bina.demo.accounts import ACCOUNTS, DOMAIN, DemoAccount
from bina.demo.agencies import AgencyPlan, UnitPlan
from bina.demo.chance import Chance, pick, shares
from bina.demo.names import compose_name, mail_name, pilgrim_chance

DATA = Path(__file__).resolve().parent / "data"
# job class: youngest and oldest age, years of service it takes, lowest and highest grade
CLASSES: dict[str, tuple[int, int, int, tuple[str, ...]]] = {
    "JPT_MADYA": (50, 59, 24, ("IV/d", "IV/e")),
    "JPT_PRATAMA": (45, 59, 18, ("IV/b", "IV/c", "IV/d")),
    "ADMINISTRATOR": (38, 57, 12, ("III/d", "IV/a", "IV/b")),
    "PENGAWAS": (32, 57, 8, ("III/b", "III/c", "III/d")),
    "JF_AHLI_UTAMA": (56, 64, 28, ("IV/d", "IV/e")),
    "JF_AHLI_MADYA": (43, 59, 16, ("IV/a", "IV/b", "IV/c")),
    "JF_AHLI_MUDA": (33, 57, 8, ("III/c", "III/d")),
    "JF_AHLI_PERTAMA": (23, 49, 0, ("III/a", "III/b")),
    "JF_PENYELIA": (41, 57, 16, ("III/c", "III/d")),
    "JF_MAHIR": (33, 56, 9, ("III/a", "III/b")),
    "JF_TERAMPIL": (22, 48, 0, ("II/c", "II/d")),
    "JF_PEMULA": (20, 34, 0, ("II/a",)),
    "PELAKSANA": (20, 57, 0, ()),
}
STEPS = ("II/a", "II/b", "II/c", "II/d", "III/a", "III/b", "III/c", "III/d")
STAFF_GRADES = {"SMA": (0, 5), "D3": (2, 6), "S1": (4, 7), "S2": (5, 7)}
CONTRACT_GRADES = {"SMA": "V", "D3": "VII", "S1": "IX", "S2": "X"}
EXPERT = {"JF_AHLI_PERTAMA": 0.46, "JF_AHLI_MUDA": 0.37, "JF_AHLI_MADYA": 0.165, "JF_AHLI_UTAMA": 0.005}
SKILLED = {"JF_PEMULA": 0.07, "JF_TERAMPIL": 0.43, "JF_MAHIR": 0.32, "JF_PENYELIA": 0.18}
STEP_NAMES = {
    "JF_AHLI_UTAMA": "Ahli Utama", "JF_AHLI_MADYA": "Ahli Madya", "JF_AHLI_MUDA": "Ahli Muda",
    "JF_AHLI_PERTAMA": "Ahli Pertama", "JF_PENYELIA": "Penyelia", "JF_MAHIR": "Mahir", "JF_TERAMPIL": "Terampil",
    "JF_PEMULA": "Pemula",
}  # fmt: skip
FEWEST_IN_STORY = 7
MANAGERIAL = ("JPT_MADYA", "JPT_PRATAMA", "ADMINISTRATOR", "PENGAWAS")
# Lifts the shares of women by family to the national share of 56 %.
_WOMEN = 1.09
# Shape of the ages between the youngest and the oldest of a class, so that the generations come out as nationally.
_AGES = {"PELAKSANA": (0.95, 0.95), "JF_AHLI_PERTAMA": (0.72, 1.25), "JF_TERAMPIL": (0.72, 1.1)}
_USUAL_AGES = (1.15, 1.05)


@dataclass(slots=True)
class Person:
    """One employee to be."""

    unit: UnitPlan
    agency: AgencyPlan
    title: str
    job_class: str
    family: str
    is_head: bool
    sex: str
    birth_date: dt.date
    appointed_on: dt.date
    employment_type: str
    education: str
    grade: str
    number: str = ""
    full_name: str = ""
    title_prefix: str = ""
    title_suffix: str = ""
    email: str = ""
    legal_status: str = "01"
    account: DemoAccount | None = None
    id: int = 0
    user_id: int = 0
    position_id: int = 0
    public_id: str = ""
    superior: "Person | None" = None
    age: int = 0

    @property
    def key(self) -> str:
        """The key of the demo account, if the person is one."""
        return self.account.key if self.account else ""

    @property
    def display_name(self) -> str:
        """Name with titles."""
        front = f"{self.title_prefix} " if self.title_prefix else ""
        return f"{front}{self.full_name}{f', {self.title_suffix}' if self.title_suffix else ''}"


@cache
def jobs() -> dict[str, Any]:
    """Families, titles of staff, degrees and staffing profiles."""
    book: dict[str, Any] = yaml.safe_load((DATA / "jobs.yaml").read_text(encoding="utf-8"))
    return book


@dataclass
class _Registry:
    """What is already taken: numbers, names per agency, addresses."""

    serials: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    mails: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class Recruiter:
    """Draws people for the units of the agencies."""

    def __init__(self, chance: Chance) -> None:
        self._on = chance.on
        self._rng = chance.stream("staff")
        self._taken = _Registry()

    def staff(self, plans: list[AgencyPlan], counts: list[int]) -> list[Person]:
        """Everyone in all agencies, agency by agency, unit by unit, heads first."""
        people: list[Person] = []
        for plan, count in zip(plans, counts, strict=True):
            people += self._agency(plan, count)
        for person in people:
            self._finish(person)
        return people

    def _agency(self, plan: AgencyPlan, count: int) -> list[Person]:
        units = plan.units
        heads = sum(1 for unit in units if not unit.led_from_above)
        for unit, seats in zip(units, shares(max(0, count - heads), [unit.weight for unit in units]), strict=True):
            # The unit of the story is never so small that its superior has nobody to decide about.
            unit.staff_count = max(seats, FEWEST_IN_STORY) if unit.pin == "story" else seats
        known: dict[str, list[DemoAccount]] = defaultdict(list)
        for row in ACCOUNTS:
            if row.agency == plan.key:
                known[row.unit].append(row)
        people: list[Person] = []
        vacant = self._vacancies(units)
        for unit in units:
            named = known.get(unit.name if unit.parent else "", [])
            seats = unit.staff_count
            for row in named:
                people.append(self._named(row, plan, unit))
                seats -= 0 if row.leads else 1
            if not any(row.leads for row in named) and unit.code not in vacant and not unit.led_from_above:
                people.append(self._head(plan, unit))
            people += [self._member(plan, unit) for _ in range(max(0, seats))]
        # Vacant posts leave seats: they go to the largest unit, so that the agency has exactly its number of people.
        largest = max(units, key=lambda unit: unit.staff_count)
        while len(people) < count:
            people.append(self._member(plan, largest))
        while len(people) > count:
            surplus = next(i for i in range(len(people) - 1, -1, -1) if not people[i].is_head and not people[i].account)
            del people[surplus]
        return people

    def _vacancies(self, units: list[UnitPlan]) -> set[str]:
        """Codes of units whose head post is empty: about one in twenty-five, never the top and never a demo account's."""
        held = {row.unit for row in ACCOUNTS if row.leads}
        free = [
            unit for unit in units if unit.depth_from_top >= 2 and unit.name not in held and not unit.led_from_above
        ]
        return {unit.code for unit in self._rng.sample(free, max(1, len(free) // 25))}

    def _named(self, row: DemoAccount, plan: AgencyPlan, unit: UnitPlan) -> Person:
        grade = self._grade(row.job_class, row.education, row.employment_type, self._on.year - row.appointed_on.year)
        person = Person(
            unit, plan, row.title, row.job_class, row.family, row.leads, row.sex, row.birth_date, row.appointed_on,
            row.employment_type, row.education, grade, full_name=row.full_name, title_suffix=row.title_suffix,
            email=row.email, account=row,
        )  # fmt: skip
        self._taken.names[plan.key].add(row.full_name)
        return person

    def _head(self, plan: AgencyPlan, unit: UnitPlan) -> Person:
        women = {"JPT_MADYA": 0.26, "JPT_PRATAMA": 0.32, "ADMINISTRATOR": 0.42, "PENGAWAS": 0.48}.get(
            unit.head_class, 0.55
        )
        if unit.profile in {"trantibum", "pemadam"}:
            women /= 3
        return self._person(plan, unit, unit.head_title, unit.head_class, unit.head_family, True, women, "PNS")

    def _member(self, plan: AgencyPlan, unit: UnitPlan) -> Person:
        rng, book = self._rng, jobs()
        profile = book["profiles"][unit.profile]
        if rng.random() < min(0.95, profile["share"] * 1.10):
            family = pick(rng, profile["functional"])
            facts = book["families"][family]
            expert = facts["track"] == "ahli" or (facts["track"] == "both" and rng.random() < 0.72)
            job_class = pick(rng, EXPERT if expert else SKILLED)
            contract = {"sekolah": 0.70, "puskesmas": 0.62}.get(unit.profile, 0.40)
            kind = self._employment(
                job_class, contract if job_class in {"JF_AHLI_PERTAMA", "JF_TERAMPIL", "JF_PEMULA"} else 0.20
            )
            title = f"{family} {STEP_NAMES[job_class]}"
            return self._person(plan, unit, title, job_class, family, False, facts["women"], kind)
        title = pick(rng, profile["staff"])
        facts = book["staff"][title]
        kind = self._employment("PELAKSANA", 0.64)
        return self._person(plan, unit, title, "PELAKSANA", "", False, facts["women"], kind, facts["education"])

    def _employment(self, job_class: str, contract: float) -> str:
        if job_class in {"JF_AHLI_MADYA", "JF_AHLI_UTAMA", "JF_PENYELIA"}:
            contract = 0.04
        draw = self._rng.random()
        if draw < contract:
            part_time = job_class == "PELAKSANA" and self._rng.random() < 0.16
            return "PPPK_PARUH_WAKTU" if part_time else "PPPK"
        return "CPNS" if draw > 0.965 and job_class in {"JF_AHLI_PERTAMA", "JF_TERAMPIL", "PELAKSANA"} else "PNS"

    def _person(
        self, plan: AgencyPlan, unit: UnitPlan, title: str, job_class: str, family: str, is_head: bool, women: float,
        kind: str, schooling: str = "",
    ) -> Person:  # fmt: skip
        rng = self._rng
        sex = "F" if rng.random() < women * _WOMEN else "M"
        education = self._education(job_class, schooling)
        birth, appointed = self._life(job_class, kind, education)
        grade = self._grade(job_class, education, kind, self._on.year - appointed.year)
        status = "01"
        if not is_head and kind in {"PNS", "PPPK"}:
            status = rng.choices(("01", "03", "02", "15", "20"), (97.6, 1.1, 0.5, 0.4, 0.4))[0]
        return Person(
            unit, plan, title, job_class, family, is_head, sex, birth, appointed, kind, education, grade,
            legal_status=status,
        )  # fmt: skip

    def _education(self, job_class: str, schooling: str) -> str:
        rng = self._rng
        if job_class.startswith("JPT"):
            return rng.choices(("S1", "S2", "S3"), (14, 72, 14))[0]
        if job_class in {"ADMINISTRATOR", "JF_AHLI_UTAMA"}:
            return rng.choices(("S1", "S2", "S3"), (42, 54, 4))[0]
        if job_class in {"PENGAWAS", "JF_AHLI_MADYA"}:
            return rng.choices(("S1", "S2", "S3"), (76, 22.5, 1.5))[0]
        if job_class.startswith("JF_AHLI"):
            return rng.choices(("S1", "S2", "S3"), (94, 5.8, 0.2))[0]
        if job_class.startswith("JF_"):
            return rng.choices(("SMA", "D3", "S1"), (30, 58, 12))[0]
        if schooling == "SMA":
            return rng.choices(("SMA", "D3", "S1"), (88, 5, 7))[0]
        return rng.choices((schooling, "SMA", "S1"), (74, 12, 14))[0]

    def _life(self, job_class: str, kind: str, education: str) -> tuple[dt.date, dt.date]:
        """Birth date and day of appointment that fit the post, the kind of employment and the calendar."""
        rng, on = self._rng, self._on
        youngest, oldest, service, _ = CLASSES[job_class]
        start = {"SMA": 19, "D3": 21, "S1": 23, "S2": 25, "S3": 28}[education]
        if kind == "CPNS":
            youngest, oldest = max(start + 1, 20), 34
        elif kind in {"PPPK", "PPPK_PARUH_WAKTU"}:
            youngest, oldest = max(youngest, start + 1), min(oldest, 55)
        youngest = max(youngest, start + service + 1)
        age = youngest + (max(oldest, youngest + 1) - youngest) * rng.betavariate(*_AGES.get(job_class, _USUAL_AGES))
        birth = on - dt.timedelta(days=int(age * 365.25) + 1)
        if kind == "CPNS":
            first = on.replace(day=1)
            months = rng.randint(1, 10)
            year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
            return birth, dt.date(year, month + 1, 1)
        if kind != "PNS":
            earliest = 2025 if kind == "PPPK_PARUH_WAKTU" else 2021
            year = min(on.year, rng.randint(min(earliest, on.year), on.year))
            return birth, dt.date(max(year, birth.year + start), 1, 1)
        begun = rng.uniform(start, min(start + 9.0, max(start + 0.5, age - service)))
        appointed = (birth + dt.timedelta(days=int(begun * 365.25))).replace(day=1)
        # The year or so on probation lies behind whoever is a full civil servant.
        latest = (on - dt.timedelta(days=460)).replace(day=1)
        appointed = min(appointed, latest)
        if appointed.year - birth.year - (appointed.month < birth.month) < 18:
            birth = birth.replace(year=appointed.year - 20, day=min(birth.day, 28))
        return birth, appointed

    def _grade(self, job_class: str, education: str, kind: str, years: int) -> str:
        if kind in {"PPPK", "PPPK_PARUH_WAKTU"}:
            return CONTRACT_GRADES.get(education, "XI")
        grades = CLASSES[job_class][3]
        if not grades:
            low, high = STAFF_GRADES.get(education, (5, 7))
            return STEPS[min(high, low + max(0, years) // 4)]
        if kind == "CPNS":
            return grades[0]
        return grades[min(len(grades) - 1, max(0, years - CLASSES[job_class][2]) // 5)]

    def _finish(self, person: Person) -> None:
        """Number, name, titles, address."""
        rng, taken = self._rng, self._taken
        on = self._on
        born = person.birth_date
        person.age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
        contract = person.employment_type in {"PPPK", "PPPK_PARUH_WAKTU"}
        when = f"{person.appointed_on:%Y}21" if contract else f"{person.appointed_on:%Y%m}"
        stem = f"{born:%Y%m%d}{when}{1 if person.sex == 'M' else 2}"
        taken.serials[stem] += 1
        person.number = f"{stem}{taken.serials[stem]:03d}"
        if person.account:
            return
        region = pick(rng, person.agency.regions)
        person.full_name = compose_name(rng, region, person.sex, taken.names[person.agency.key])
        self._titles(person, region)
        local = mail_name(person.full_name)
        address = f"{local}@{person.agency.mail}.{DOMAIN}"
        taken.mails[address] += 1
        person.email = address if taken.mails[address] == 1 else address.replace("@", f"{taken.mails[address]}@", 1)

    def _titles(self, person: Person, region: str) -> None:
        rng, book = self._rng, jobs()["degrees"]
        field_of_study = jobs()["families"][person.family]["degrees"] if person.family else "umum"
        degrees = book[field_of_study]
        bachelor, master = rng.choice(degrees["bachelor"]), rng.choice(degrees["master"])
        fronts = [degrees["prefix"]] if "prefix" in degrees and person.education in {"S1", "S2", "S3"} else []
        if person.education == "S3":
            fronts.insert(0, "Dr.")
        if person.age > 44 and rng.random() < pilgrim_chance(region):
            fronts.insert(0, "Hj." if person.sex == "F" else "H.")
        person.title_prefix = " ".join(fronts)
        if person.education == "D3":
            person.title_suffix = rng.choice(degrees["diploma"])
        elif person.education == "S1":
            person.title_suffix = bachelor
        elif person.education in {"S2", "S3"}:
            person.title_suffix = master if degrees.get("whole") or not bachelor else f"{bachelor}, {master}"
