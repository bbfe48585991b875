"""Surveys at one agency: a change measured before and after, and one about using what was learned that is still open."""

import datetime as dt
import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bina.assessment.models import Instrument, Survey, SurveyResponse, SurveyTicket
from bina.assessment.queries.surveys import CONTEXT, ticket_mark
from bina.assessment.rules import SMALLEST_GROUP, SurveyMode, SurveyState
from bina.demo.agencies import UnitPlan
from bina.demo.chance import workday
from bina.demo.rows import as_json, dashed, stamp
from bina.demo.staff import Person
from bina.demo.world import World
from bina.people.models import User

HOLDER, AGENCY_OF = "kristina", "siti"
OFFICE = "Dinas Kependudukan dan Pencatatan Sipil"
READINESS, USE = "kesiapan-digital", "penerapan"
# So many are asked by list, however large the demo is; nearly all of them answered. Where the office has too few people for
# pairs to say anything, the list is of the whole agency.
LISTED, ENOUGH = 64, 30
ANSWERED = {"before": 0.94, "after": 0.89, "use": 0.42}
# Days ago on which the surveys began and ended.
BEFORE, AFTER, STILL_OPEN = (150, 138), (46, 33), (5, -9)
HELP = (
    "Contoh langkah demi langkah untuk aplikasi kependudukan.", "Waktu khusus setiap Jumat untuk mencoba.",
    "Teman yang dapat ditanya ketika data tidak cocok.", "Panduan singkat yang dapat dicetak.",
    "Latihan membuat rekap bulanan.", "Sambungan internet yang lebih ajek di loket.",
)  # fmt: skip
DISTURBED = (
    "Pencetakan dokumen pada jam ramai.", "Sinkronisasi data pagi hari.", "Unggah berkas warga dari loket keliling.",
)  # fmt: skip
CHANGES = (
    "Rekap harian kini selesai sebelum pukul tiga.", "Warga tidak perlu kembali untuk berkas yang kurang.",
    "Loket ramai membuat saya kembali ke cara lama.", "Belum ada kesempatan karena tugas saya lain.",
)  # fmt: skip
SURVEY = (
    "id", "public_id", "agency_id", "unit_id", "instrument_id", "before_id", "title", "mode", "state", "is_listed",
    "opens_on", "closes_on", "invited_count", "created_at", "announced_at", "closed_at",
)  # fmt: skip
RESPONSE = (
    "id", "instrument_id", "context_kind", "context_id", "answers", "week_of", "survey_id", "unit_id", "pseudonym",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """One survey to be written."""

    name: str
    id: int
    public_id: str
    instrument: Instrument
    title: str
    mode: SurveyMode
    days: tuple[int, int]
    unit: UnitPlan
    listed: list[Person]
    before: "Held | None" = None

    @property
    def is_closed(self) -> bool:
        """Whether its last day is over."""
        return self.days[1] > 0


def hold_surveys(world: World) -> None:
    """Write one paired survey with both measurements and one open survey without names, at the agency of the story."""
    agency = world.people[world.row(AGENCY_OF)].agency
    office = next(unit for unit in agency.root.walk() if unit.name == OFFICE)
    rng = world.chance.stream("surveys")
    office_list = _list_of(world, office, rng)
    group = office if len(office_list) >= ENOUGH else agency.root
    listed = office_list if group is office else _list_of(world, group, rng)
    newest = {row.code: row for row in Instrument.objects.filter(code__in=(READINESS, USE)).order_by("version")}
    first_id, second_id, open_id = world.ledger.next_ids(Survey, 3)
    identities = world.chance.identities("surveys", 3)
    before = Held(
        "before", first_id, identities[0], newest[READINESS], "Sebelum aplikasi layanan baru", SurveyMode.PAIRED, BEFORE,
        group, listed,
    )  # fmt: skip
    after = Held(
        "after", second_id, identities[1], newest[READINESS], "Sesudah aplikasi layanan baru", SurveyMode.PAIRED, AFTER,
        group, listed, before,
    )  # fmt: skip
    still_open = Held(
        "use", open_id, identities[2], newest[USE], "Penerapan pelatihan keamanan digital", SurveyMode.ANONYMOUS,
        STILL_OPEN, office, office_list,
    )  # fmt: skip
    _write(world, (before, after, still_open))
    world.ledger.write(
        Survey.people.through, ("survey_id", "employee_id"),
        [(held.id, person.id) for held in (before, after) for person in listed],
    )  # fmt: skip
    moods = {person.id: rng.gauss(0, 0.6) for person in {row.id: row for row in [*listed, *office_list]}.values()}
    sheets: list[tuple[Any, ...]] = []
    marks: list[tuple[str, str]] = []
    for held in (before, after, still_open):
        for person in held.listed:
            if rng.random() < ANSWERED[held.name] and not person.account:
                answers = _answers(held, moods[person.id], rng)
                sheets.append(_sheet(world, held, person, answers, rng))
                marks.append(
                    (ticket_mark(User(pk=person.user_id), held.instrument.code, CONTEXT, dashed(held.public_id)), "")
                )
    sheets.sort()
    marks.sort()
    world.ledger.write(SurveyResponse, RESPONSE, sheets)
    world.ledger.write(SurveyTicket, ("mark", "receipt"), marks)


def _list_of(world: World, unit: UnitPlan, rng: random.Random) -> list[Person]:
    """At most so many people of a unit and what is below it, drawn by lot."""
    inside = {id(each) for each in unit.walk()}
    staff = [person for person in world.people if id(person.unit) in inside and person.legal_status == "01"]
    return sorted(rng.sample(staff, min(LISTED, len(staff))), key=lambda person: person.id)


def _write(world: World, surveys: tuple[Held, ...]) -> None:
    chance = world.chance
    agency = world.people[world.row(AGENCY_OF)].agency
    holder = world.row(HOLDER)
    rows = []
    for held in surveys:
        opens, closes = chance.days_ago(held.days[0]), chance.days_ago(held.days[1])
        began = dt.datetime.combine(workday(opens), dt.time(2), dt.UTC)
        ended = dt.datetime.combine(closes + dt.timedelta(days=1), dt.time(0, 20), dt.UTC)
        is_paired = held.mode is SurveyMode.PAIRED
        state = SurveyState.CLOSED if held.is_closed else SurveyState.OPEN
        rows.append(
            (held.id, held.public_id, agency.id, held.unit.id, held.instrument.pk, held.before.id if held.before else None,
             held.title, held.mode.value, state.value, is_paired, opens.isoformat(), closes.isoformat(),
             len(held.listed) if held.is_closed else None, stamp(began), stamp(began), stamp(ended) if held.is_closed else None)
        )  # fmt: skip
        data = {"instrument": held.instrument.code, "mode": held.mode.value}
        about = (CONTEXT, dashed(held.public_id), held.title, agency.id, data)
        world.happenings.append((began, "survey.opened", holder, *about))
        if held.is_closed:
            world.happenings.append((ended, "survey.closed", None, *about))
    world.ledger.write(Survey, SURVEY, rows)


def _sheet(world: World, held: Held, person: Person, answers: Mapping[str, Any], rng: random.Random) -> tuple[Any, ...]:
    """One sheet: a random identity, the week, the part of the office where at least five were asked, and for pairs a sign
    whose key nobody has any more."""
    day = world.chance.days_ago(rng.randint(max(held.days[1], 1), held.days[0]))
    part = _part(person.unit, held.unit)
    known = sum(_part(other.unit, held.unit) is part for other in held.listed) >= SMALLEST_GROUP
    sign = hashlib.sha256(f"{world.chance.seed}/pair/{person.id}".encode()).hexdigest()
    key = f"{rng.getrandbits(122):031x}"
    return (
        f"{key[:12]}4{key[12:15]}a{key[15:30]}", held.instrument.pk, CONTEXT, dashed(held.public_id), as_json(answers),
        (day - dt.timedelta(days=day.weekday())).isoformat(), held.id, part.id if known else None,
        sign if held.mode is SurveyMode.PAIRED else "",
    )  # fmt: skip


def _part(unit: UnitPlan, whole: UnitPlan) -> UnitPlan:
    """The unit directly below the asked one that a unit belongs to, or the asked one itself."""
    while unit is not whole and unit.parent is not None and unit.parent is not whole:
        unit = unit.parent
    return unit


def _answers(held: Held, mood: float, rng: random.Random) -> dict[str, Any]:
    """Answers that hang together: who feels sure says so throughout, and after the change a little more so."""
    gain = 0.55 if held.name == "after" else 0.0
    turned = {key for scale in held.instrument.scales for key in scale["reversed"]}
    found: dict[str, Any] = {}
    if held.name == "use":
        found["sudah_dipakai"] = rng.choices(("rutin", "beberapa", "belum"), (0.35, 0.45, 0.2))[0]
        if found["sudah_dipakai"] == "belum":
            found["penghalang"] = sorted(rng.sample(("tugas", "alat", "waktu", "yakin", "izin"), rng.randint(1, 2)))
        if rng.random() < 0.4:
            found["contoh"] = rng.choice(CHANGES)
    else:
        found["sambungan"] = rng.choices(("lancar", "kadang", "sulit"), (0.5, 0.38, 0.12))[0]
        if found["sambungan"] != "lancar" and rng.random() < 0.6:
            found["akibat_sambungan"] = rng.choice(DISTURBED)
        if rng.random() < 0.35:
            found["perlu"] = rng.choice(HELP)
    for question in held.instrument.questions:
        is_skipped = question.get("section") == "kinerja" and found.get("sudah_dipakai") == "belum"
        if question["kind"] == "likert5" and not is_skipped:
            value = min(5, max(1, round(3.1 + gain + mood + rng.gauss(0, 0.6))))
            found[question["key"]] = 6 - value if question["key"] in turned else value
    return found
