"""What was earned: hours from the courses and from everything else, and numbered certificates."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.urls import reverse

from bina.credentials.models import Certificate, HourRule, Issuer, LearningHours, NumberSequence
from bina.credentials.rules import (
    CODE_GROUP_SIZE,
    CODE_GROUPS,
    CODE_LETTERS,
    NUMBER_PATTERN,
    Reach,
    certificate_number,
    counted_hours,
    program_code,
)
from bina.demo.chance import workday
from bina.demo.rows import as_json, dashed, stamp
from bina.demo.studying import COMPLETED, Study
from bina.demo.world import World
from bina.people.rules import masked_number

DATA = Path(__file__).resolve().parent / "data"
NOBODY = "00000000-0000-0000-0000-000000000000"
# Mean hours of a year by kind of employment and agency: more than half of the career staff of provinces and ministries
# reach their twenty hours, fewer in towns; contract staff get less.
MEAN_HOURS = {"PNS": 23.5, "CPNS": 20.0, "PPPK": 8.5, "PPPK_PARUH_WAKTU": 3.0}
PLACE_FACTOR = {"jakarta": 1.05, "pontianak": 0.76, "ikn": 1.0, "kemenpora": 1.05}
CONTRACT_CEILING = 24
# Which unit organises learning and signs for it.
ISSUERS = {
    "pontianak": "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia",
    "jakarta": "Badan Pengembangan Sumber Daya Manusia",
    "ikn": "Biro Sumber Daya Manusia, Organisasi, dan Tata Laksana",
    "kemenpora": "Biro Sumber Daya Manusia dan Organisasi",
}
ISSUER_BASIS = "Keputusan kepala instansi tentang penyelenggara pelatihan (contoh)"
# What the people of the story did beside the courses: form, title, quantity, days ago.
EARNED: dict[str, list[tuple[str, str, int, int]]] = {
    "siti": [("KL_WORKSHOP", "Lokakarya pengelolaan arsip digital", 1, 76),
             ("NK_KOMUNITAS", "Komunitas belajar layanan digital", 1, 38)],
    "rusli": [("KL_BIMTEK", "Bimbingan teknis penyusunan laporan kinerja", 12, 90),
              ("NK_COACHING", "Coaching dengan atasan tentang sasaran kinerja", 2, 34)],
    "mardiana": [("KL_SEMINAR", "Seminar transformasi layanan pemerintah digital", 1, 55),
                 ("KL_TEKNIS", "Pelatihan teknis analisis kebutuhan pegawai", 24, 112)],
    "nurbaiti": [("NK_ELEARNING", "E-learning nilai dasar ASN BerAKHLAK", 4, 60)],
    "sugeng": [("KL_FUNGSIONAL", "Pelatihan fungsional jenjang lanjutan", 32, 140)],
    "kristina": [("KL_WORKSHOP", "Lokakarya data sektoral dan metadata", 2, 66)],
    "hamdi": [("KL_SEMINAR", "Konferensi inovasi pelayanan publik", 2, 44)],
    "laila": [("KL_WORKSHOP", "Lokakarya penulisan konten layanan publik", 2, 49)],
    "daud": [("NK_MANDIRI", "Belajar mandiri modul keamanan informasi", 2, 29)],
    "puspawati": [("NK_PJJ", "Pelatihan jarak jauh penulisan naskah kebijakan", 12, 81)],
    "fadli": [],
}  # fmt: skip


@cache
def _events() -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = yaml.safe_load((DATA / "events.yaml").read_text(encoding="utf-8"))
    return events


class Earnings:
    """Writes the ledger of hours and the certificates."""

    def __init__(self, world: World, studies: list[Study]) -> None:
        self._world = world
        self._completed = sorted(
            (row for row in studies if row.state == COMPLETED), key=lambda row: (row.ended_at, row.person)
        )
        rules = HourRule.objects.filter(agency=None, valid_to=None)
        self._rules = {row.form_code: row for row in rules}
        self._snapshots = {
            row.form_code: as_json(
                {
                    **row.conversion.as_snapshot(),
                    "name": row.name,
                    "name_en": row.name_en,
                    "legal_basis": row.legal_basis,
                }
            )
            for row in self._rules.values()
        }
        self._issuers = self._set_issuers()

    def write(self) -> None:
        """Everything that was earned in the half year (and, for hours, since January)."""
        rows = sorted([*self._course_hours(), *self._other_hours()], key=lambda row: row[-1])
        self._world.ledger.write(LearningHours, _HOURS, rows)
        self._issue()

    def _set_issuers(self) -> dict[str, tuple[str, str, str]]:
        """Organiser and signatory of every agency: its unit for people development and whoever heads it."""
        found, rows = {}, []
        for plan in self._world.plans:
            unit = next(unit for unit in plan.units if unit.name == ISSUERS[plan.key])
            head = next((p for p in self._world.people if p.unit is unit and p.is_head), None)
            organiser = f"{unit.name} {plan.name.removeprefix('Pemerintah ')}"
            name, title = (head.display_name, head.title) if head else (plan.short_name, unit.head_title)
            found[plan.key] = (organiser, name, title)
            rows.append(
                (
                    plan.id,
                    organiser,
                    name,
                    title,
                    NUMBER_PATTERN,
                    "",
                    self._world.chance.days_ago(700).isoformat(),
                    ISSUER_BASIS,
                )
            )
        self._world.ledger.write(
            Issuer,
            (
                "agency_id",
                "organiser",
                "signatory_name",
                "signatory_title",
                "number_pattern",
                "agency_code",
                "valid_from",
                "legal_basis",
            ),
            rows,
        )
        return found

    def _hours(
        self, place: int, form: str, title: str, quantity: int, day: dt.date, origin_kind: str, origin: str,
        organiser: str, started_on: dt.date, moment: dt.datetime,
    ) -> tuple[Any, ...]:  # fmt: skip
        rule = self._rules[form]
        hours = counted_hours(rule.conversion, Reach.NATIONAL, Decimal(quantity))
        return (
            self._world.people[place].id, form, title, organiser, Reach.NATIONAL.value, quantity, str(hours),
            started_on.isoformat(), day.isoformat(), day.year, origin_kind, origin, rule.pk, self._snapshots[form],
            stamp(moment),
        )  # fmt: skip

    def _course_hours(self) -> Iterator[tuple[Any, ...]]:
        for row in self._completed:
            version = row.course.current_version
            if version is not None:
                organiser = self._issuers[self._world.people[row.person].agency.key][0]
                yield self._hours(
                    row.person, version.form_code, version.title, version.learning_hours, row.ended_at.date(),
                    "enrolment", row.reference, organiser, row.started_at.date(), row.ended_at,
                )  # fmt: skip

    def _other_hours(self) -> list[tuple[Any, ...]]:
        """Workshops, seminars, coaching and the like since January, until each person's hours of the year are full."""
        world, rng = self._world, self._world.chance.stream("hours")
        first = min(dt.date(world.chance.on.year, 1, 5), world.chance.started)
        span = max(1, (world.chance.on - first).days - 2)
        events, weights = _events(), [float(event["weight"]) for event in _events()]
        earned: list[tuple[int, str, str, int, dt.date, int]] = []
        for place, person in enumerate(world.people):
            if person.account:
                for form, title, quantity, days in EARNED[person.key]:
                    earned.append((place, form, title, quantity, workday(world.chance.days_ago(days)), 1))
                continue
            left = rng.gammavariate(1.7, MEAN_HOURS[person.employment_type] * PLACE_FACTOR[person.agency.key] / 1.7)
            if person.employment_type.startswith("PPPK"):
                left = min(left, CONTRACT_CEILING - 8)
            taken: set[str] = set()
            while left >= 3 and len(taken) < 6:
                event = rng.choices(events, weights)[0]
                quantity = rng.choice(event["quantity"])
                rule = self._rules[event["form"]]
                hours = float(counted_hours(rule.conversion, Reach.NATIONAL, Decimal(quantity)))
                if event["form"] in taken or hours > left + 4:
                    left -= 1
                    continue
                # One row of a form per person: monthly caps can then never be touched.
                taken.add(event["form"])
                left -= hours
                day = workday(first + dt.timedelta(days=rng.randint(1, span)))
                earned.append((place, event["form"], event["title"], quantity, day, rng.randint(1, 6)))
        origins = world.chance.identities("hours", len(earned))
        rows = []
        for (place, form, title, quantity, day, wait), origin in zip(earned, origins, strict=True):
            length = quantity if self._rules[form].kind == "per_day" else max(1, quantity // 8)
            recorded = min(
                dt.datetime.combine(day + dt.timedelta(days=wait), dt.time(3, 30), dt.UTC),
                world.chance.ended,
            )
            rows.append(
                self._hours(
                    place, form, title, quantity, day, "taken_over", dashed(origin),
                    self._issuers[world.people[place].agency.key][0], day - dt.timedelta(days=length - 1), recorded,
                )
            )  # fmt: skip
        return rows

    def _issue(self) -> None:
        """A certificate for every completion, numbered without gaps per agency and year."""
        world = self._world
        numbers = world.chance.numbers("codes")
        letters = list(CODE_LETTERS)
        codes = numbers.integers(0, len(letters), size=(len(self._completed), CODE_GROUPS * CODE_GROUP_SIZE)).tolist()
        identities = world.chance.identities("certificates", len(self._completed))
        counters: dict[tuple[int, int], int] = defaultdict(int)
        papers: dict[int, dict[str, Any]] = {}
        rows = []
        used: set[str] = set()
        for row, signs, identity in zip(self._completed, codes, identities, strict=True):
            person, version = world.people[row.person], row.course.current_version
            if version is None:
                continue
            paper = papers.setdefault(version.pk, self._programme(row))
            day, agency = row.ended_at.date(), person.agency
            counters[agency.id, day.year] += 1
            text = "".join(letters[sign] for sign in signs)
            code = "-".join(text[start : start + CODE_GROUP_SIZE] for start in range(0, len(text), CODE_GROUP_SIZE))
            if code in used:
                raise ValueError("two certificates drew the same code")
            used.add(code)
            number = certificate_number(
                NUMBER_PATTERN, seq=counters[agency.id, day.year], program=program_code(row.course.slug),
                agency=agency.code, year=day.year,
            )  # fmt: skip
            organiser, signatory, signatory_title = self._issuers[agency.key]
            printed = {
                "name": person.display_name, "employee_number": masked_number(person.number), "position": person.title,
                "unit": person.unit.name, "agency": agency.name, **paper, "started_on": row.started_at.date().isoformat(),
                "completed_on": day.isoformat(), "issued_on": day.isoformat(), "organiser": organiser,
                "signatory_name": signatory, "signatory_title": signatory_title,
            }  # fmt: skip
            moment = row.ended_at + dt.timedelta(seconds=2)
            rows.append(
                (identity, person.id, agency.id, number, code, version.title, version.learning_hours, day.isoformat(),
                 "enrolment", row.reference, as_json(printed), stamp(moment))
            )  # fmt: skip
            self._tell(row, person.user_id, identity, number, version.title, agency.id, moment)
        world.ledger.write(Certificate, _CERTIFICATE, rows)
        world.ledger.write(
            NumberSequence,
            ("agency_id", "year", "latest"),
            ((agency, year, latest) for (agency, year), latest in counters.items()),
        )

    def _programme(self, row: Study) -> dict[str, Any]:
        """What is printed about the programme."""
        version = row.course.current_version
        if version is None:
            return {}
        return {
            "programme": version.title, "level": f"Tingkat {version.level}", "form": self._rules[version.form_code].name,
            "competencies": [line["name"] for line in version.competency_lines],
            "curriculum": [
                {"title": part["title"], "minutes": part["minutes"], "section": section["title"]}
                for section in version.outline
                for part in section["parts"]
            ],
        }  # fmt: skip

    def _tell(
        self, row: Study, user_id: int, identity: str, number: str, title: str, agency_id: int, moment: dt.datetime
    ) -> None:
        certificate = dashed(identity)
        person = self._world.people[row.person]
        self._world.happenings.append(
            (moment, "certificate.issued", None, "certificate", certificate, title, agency_id,
             {"employee_id": person.id, "number": number, "origin_kind": "enrolment"})
        )  # fmt: skip
        self._world.notices += [
            (moment, user_id, f"Sertifikat “{title}” sudah terbit",
             f"Nomor {number}. Anda dapat mengunduhnya sebagai PDF kapan saja.",
             address("credentials:certificate", certificate), f"certificate:{certificate}"),
            (moment + dt.timedelta(seconds=1), user_id, f"Bagaimana “{title}” menurut Anda?",
             "Delapan ketukan, kurang dari dua menit. Jawaban disimpan tanpa nama.",
             address("evaluation:survey", row.reference), f"reaction-survey:{row.reference}"),
        ]  # fmt: skip


@cache
def _pattern(name: str) -> str:
    return str(reverse(name, args=[NOBODY]))


def address(name: str, identity: str) -> str:
    """The address of a page about one thing, resolved once per page."""
    return _pattern(name).replace(NOBODY, identity)


_HOURS = (
    "employee_id", "form_code", "title", "organiser", "reach", "quantity", "hours", "started_on", "completed_on", "year",
    "origin_kind", "origin_id", "rule_id", "rule_snapshot", "recorded_at",
)  # fmt: skip
_CERTIFICATE = (
    "public_id", "employee_id", "agency_id", "number", "code", "title", "hours", "completed_on", "origin_kind",
    "origin_id", "printed", "issued_at",
)  # fmt: skip
