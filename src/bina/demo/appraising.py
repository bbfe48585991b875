"""Three 180/360 rounds at one agency: a finished one with its reports, one that is being answered, one under preparation."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from bina.assessment.actions.round_reports import SOURCES, report_data
from bina.assessment.actions.round_scoring import marks_of, score_marks, summary_over
from bina.assessment.actions.scoring import without_prior
from bina.assessment.models import RatingRound, RoundRater, RoundSubject
from bina.assessment.rules import (
    SLOPE,
    STEPS_AROUND_LEVEL,
    RaterState,
    RoundKind,
    RoundState,
    Seat,
    View,
    propose_raters,
)
from bina.competencies.models import Evidence
from bina.demo.chance import at, workday
from bina.demo.measuring import EVIDENCE
from bina.demo.rows import as_json, dashed, stamp
from bina.demo.staff import Person
from bina.demo.world import FRAMEWORKS, World
from bina.foundation.models import Progress
from bina.people.models import JobClass

AGENCY, HEAD, ORGANISER = "pontianak", "rusli", "mardiana"
PEOPLE, RATED = 12, 6
CHIEFS = "ADMINISTRATOR"
PEERS, SUBORDINATES, MOST = 5, 8, 6
# How much higher or lower each kind of rater sees the same work, in levels.
LEANING = {View.SELF: 0.3, View.SUPERIOR: 0.1, View.PEER: 0.15, View.SUBORDINATE: 0.1}
SEVERITY_SD, NOISE = 0.3, 0.3
KEEP = (
    "Selalu menjelaskan alasan di balik keputusan.", "Mau mendengar dulu sebelum membagi tugas.",
    "Cepat turun tangan ketika loket penuh.", "Rapat singkat dan jelas hasilnya.",
    "Memberi kepercayaan kepada yang muda.", "Tenang menghadapi warga yang marah.",
)  # fmt: skip
GROW = (
    "Umpan balik bisa lebih sering, tidak menunggu akhir bulan.", "Pembagian tugas kadang datang terlalu sore.",
    "Lebih berani menolak pekerjaan di luar rencana.", "Kabari tim ketika sasaran berubah.",
    "Beri waktu belajar di jam kerja.",
)  # fmt: skip


@dataclass
class _Round:
    """One round on its way into the tables."""

    id: int
    public_id: str
    title: str
    people: list[Person]
    raters: dict[int, dict[int, View]]
    subjects: dict[int, int] = field(default_factory=dict)  # person → id of the subject
    identities: dict[int, str] = field(default_factory=dict)


def hold_rounds(world: World) -> None:
    """Write the rounds; few people each, however large the demo is."""
    here = [row for row in world.people if row.agency.key == AGENCY and row.legal_status == "01"]
    head = next(row for row in here if row.key == HEAD)
    team = [row for row in here if row.superior is head]
    below: dict[int, list[Person]] = defaultdict(list)
    for row in here:
        if row.superior is not None:
            below[row.superior.id].append(row)
    heads = sorted(
        (row for row in here if row.is_head and row.job_class == head.job_class and row is not head),
        key=lambda row: (-min(4, len(below[row.id])), row.id),
    )
    columns = [place for place, row in enumerate(world.competencies) if row.framework.code == FRAMEWORKS[1]][:RATED]
    first, second, third = world.ledger.next_ids(RatingRound, 3)
    keys = world.chance.identities("rounds", 3)
    done = _Round(first, keys[0], "Putaran 360 kepala seksi", [head, *heads[: PEOPLE - 1]], {})
    running = _Round(second, keys[1], f"Putaran 360 {head.unit.name}", team[:5], {})
    chiefs = [row for row in here if row.is_head and row.job_class == CHIEFS and len(below[row.id]) >= 3]
    planned = _Round(third, keys[2], "Putaran 360 kepala bidang", chiefs[:4], {})
    rounds = (done, running, planned)
    for one in rounds:
        one.raters = _raters(world, one.people, below)
    closed = at(workday(world.chance.days_ago(24)), 520)
    opened = at(workday(world.chance.days_ago(6)), 300)
    answers = {
        done.id: _answer(world, done, columns, share=0.88, moment=closed - dt.timedelta(days=4)),
        running.id: _answer(world, running, columns, share=0.35, moment=opened + dt.timedelta(days=2)),
        planned.id: _answer(world, planned, columns, share=0.0, moment=world.chance.ended),
    }
    reports, summary, evidence = _score(world, done, answers[done.id], columns)
    _write_rounds(world, rounds, closed, opened, columns, summary)
    _write_people(world, rounds, answers, reports)
    _write_evidence(world, done, answers[done.id], closed, evidence)
    _tell(world, done, running, closed, opened)


def _raters(world: World, people: list[Person], below: dict[int, list[Person]]) -> dict[int, dict[int, View]]:
    rank = dict(JobClass.objects.values_list("code", "rank"))

    def seat(row: Person) -> Seat:
        return Seat(row.id, row.unit.id, row.superior.id if row.superior else None, rank[row.job_class])

    return propose_raters(
        [seat(row) for row in people],
        {row.id: [seat(one) for one in below[row.superior.id] if one is not row] for row in people if row.superior},
        {row.id: [seat(one) for one in below[row.id]] for row in people},
        peer_count=PEERS, subordinate_count=SUBORDINATES, most_per_rater=MOST,
    )  # fmt: skip


def _answer(world: World, one: _Round, columns: list[int], *, share: float, moment: dt.datetime) -> list[RoundRater]:
    """Everybody's answers to a round, unsaved; the story's people have not answered what still runs."""
    rng, numbers = world.chance.stream(f"round/{one.title}"), world.chance.numbers(f"round/{one.title}")
    ids = list(world.ledger.next_ids(RoundSubject, len(one.people)))
    keys = world.chance.identities(f"round-subjects/{one.title}", len(ids), moment)
    one.subjects = {row.id: pk for row, pk in zip(one.people, ids, strict=True)}
    one.identities = {row.id: key for row, key in zip(one.people, keys, strict=True)}
    place_of = {row.id: place for place, row in enumerate(world.people)}
    named = {world.people[place].id for place in world.named.values()}
    severity: dict[int, float] = {}
    found = []
    for person in one.people:
        keep, grow = rng.sample(KEEP, len(KEEP)), rng.sample(GROW, len(GROW))
        for rater, view in one.raters[person.id].items():
            row = RoundRater(subject_id=one.subjects[person.id], rater_id=rater, view=view.value)
            draw = rng.random()
            waits = not share or (share < 0.5 and rater in named)
            if not waits and (draw < share or (view is View.SELF and share > 0.5)):
                lean = severity.setdefault(rater, rng.gauss(0, SEVERITY_SD)) if view is not View.SELF else 0.0
                row.answers = _marks(world, place_of[person.id], columns, LEANING[view] - lean, numbers)
                row.keep = keep.pop() if keep and rng.random() < 0.45 else ""
                row.grow = grow.pop() if grow and rng.random() < 0.35 else ""
                row.state, row.saved_at = RaterState.DONE.value, moment - dt.timedelta(hours=rng.randint(0, 40))
            elif not waits and draw > 0.97 and view is not View.SELF:
                row.state, row.reason = RaterState.DECLINED.value, "Baru pindah, belum pernah bekerja bersama."
            found.append(row)
    return found


def _marks(
    world: World, place: int, columns: list[int], lean: float, numbers: np.random.Generator
) -> dict[str, dict[str, int | None]]:
    said: dict[str, dict[str, int | None]] = {}
    for column in columns:
        competency = world.competencies[column]
        seen = world.truth[place, column] + lean + numbers.normal(0, NOISE)
        said[str(competency.pk)] = {
            str(line.number): int(
                sum(
                    numbers.random() < 1 / (1 + np.exp(-SLOPE * (seen - line.number - step)))
                    for step in STEPS_AROUND_LEVEL
                )
            )
            for line in competency.descriptors.order_by("number")
            if line.indicator
        }
    return said


def _score(
    world: World, one: _Round, answers: list[RoundRater], columns: list[int]
) -> tuple[dict[int, dict[str, object]], dict[str, object], dict[tuple[int, str], list[tuple[int, float, float]]]]:
    """Reports by subject, the organiser's sums, and evidence by subject and kind: (competency, value, spread)."""
    competencies = [world.competencies[column] for column in columns]
    sent = [row for row in answers if row.state == RaterState.DONE]
    scored = score_marks(
        marks_of(sent, [row.pk for row in competencies]), {row.pk: row.framework.level_count for row in competencies}
    )
    reports = {}
    evidence: dict[tuple[int, str], list[tuple[int, float, float]]] = defaultdict(list)
    for pk in one.subjects.values():
        reports[pk] = report_data(pk, [row for row in sent if row.subject_id == pk], competencies, scored)
        for competency in competencies:
            for key, level in scored.cells.get((pk, competency.pk), {}).items():
                if key in SOURCES:
                    own = without_prior(level, competency.framework.level_count)
                    digits = 1 if key == "others" else 3
                    evidence[pk, key].append(
                        (competency.pk, round(own.value, digits), max(0.1, round(own.standard_deviation, digits)))
                    )
    return reports, summary_over(scored, list(one.subjects.values()), [row.pk for row in competencies]), evidence


def _write_rounds(
    world: World, rounds: tuple[_Round, _Round, _Round], closed: dt.datetime, opened: dt.datetime, columns: list[int],
    summary: dict[str, object],
) -> None:  # fmt: skip
    done, running, planned = rounds
    plan = done.people[0].agency
    organiser = world.people[world.row(ORGANISER)]
    head_unit = running.people[0].unit if running.people else done.people[0].unit
    (progress,) = world.ledger.next_ids(Progress, 1)
    world.ledger.write(
        Progress, ("id", "kind", "title", "owner_id", "state", "done", "total"),
        [(progress, "rating_round", f"Laporan {done.title}", organiser.user_id, "done", PEOPLE + 1, PEOPLE + 1)],
    )  # fmt: skip
    world.ledger.write(
        RatingRound,
        ("id", "public_id", "agency_id", "unit_id", "title", "kind", "state", "closes_on", "created_by_id", "created_at",
         "opened_at", "closed_at", "reported_at", "progress_id", "summary"),
        [
            (done.id, done.public_id, plan.id, plan.units[0].id, done.title, RoundKind.FULL.value,
             RoundState.REPORTED.value, closed.date().isoformat(), organiser.user_id,
             stamp(closed - dt.timedelta(days=20)), stamp(closed - dt.timedelta(days=16)), stamp(closed),
             stamp(closed + dt.timedelta(minutes=1)), progress, as_json(summary)),
            (running.id, running.public_id, plan.id, head_unit.id, running.title, RoundKind.FULL.value,
             RoundState.OPEN.value, (world.chance.on + dt.timedelta(days=8)).isoformat(), organiser.user_id,
             stamp(opened - dt.timedelta(days=2)), stamp(opened), None, None, None, as_json({})),
            (planned.id, planned.public_id, plan.id, plan.units[0].id, planned.title, RoundKind.FULL.value,
             RoundState.DRAFT.value, (world.chance.on + dt.timedelta(days=20)).isoformat(), organiser.user_id,
             stamp(world.chance.ended), None, None, None, None, as_json({})),
        ],
    )  # fmt: skip
    world.ledger.write(
        RatingRound.competencies.through, ("ratinground_id", "competency_id"),
        [(one.id, world.competencies[column].pk) for one in rounds for column in columns],
    )  # fmt: skip


def _write_people(
    world: World,
    rounds: tuple[_Round, ...],
    answers: dict[int, list[RoundRater]],
    reports: dict[int, dict[str, object]],
) -> None:
    world.ledger.write(
        RoundSubject, ("id", "public_id", "round_id", "employee_id", "report"),
        [
            (one.subjects[row.id], one.identities[row.id], one.id, row.id, as_json(reports.get(one.subjects[row.id], {})))
            for one in rounds
            for row in one.people
        ],
    )  # fmt: skip
    world.ledger.write(
        RoundRater, ("subject_id", "rater_id", "view", "state", "reason", "answers", "keep", "grow", "saved_at"),
        [
            (row.subject_id, row.rater_id, row.view, row.state, row.reason, as_json(row.answers), row.keep, row.grow,
             stamp(row.saved_at) if row.saved_at else None)
            for one in rounds
            for row in answers[one.id]
        ],
    )  # fmt: skip


def _write_evidence(
    world: World, one: _Round, answers: list[RoundRater], closed: dt.datetime,
    evidence: dict[tuple[int, str], list[tuple[int, float, float]]],
) -> None:  # fmt: skip
    superior = {row.subject_id: row.rater_id for row in answers if row.view == View.SUPERIOR}
    notes = {"self": "penilaian mandiri", "superior": "penilaian atasan", "others": "rekan dan bawahan bersama"}
    rows = []
    for person, pk in sorted(one.subjects.items()):
        lines = {"self": "self", "superior": str(superior.get(pk)), "others": "round-group"}
        rows += [
            (person, competency, source.value, value, spread, closed.date().isoformat(), lines[key], "round",
             dashed(one.identities[person]), f"{one.title}, {notes[key]}", stamp(closed))
            for key, source in SOURCES.items()
            for competency, value, spread in evidence[pk, key]
        ]  # fmt: skip
    world.ledger.write(Evidence, EVIDENCE, rows)


def _tell(world: World, done: _Round, running: _Round, closed: dt.datetime, opened: dt.datetime) -> None:
    agency, organiser = done.people[0].agency.id, world.row(ORGANISER)
    for moment, verb, one, place in (
        (closed - dt.timedelta(days=16), "round.opened", done, organiser), (closed, "round.closed", done, organiser),
        (closed + dt.timedelta(minutes=1), "round.reported", done, None), (opened, "round.opened", running, organiser),
    ):  # fmt: skip
        world.happenings.append((moment, verb, place, "round", dashed(one.public_id), one.title, agency, {}))
    waiting: dict[int, int] = defaultdict(int)
    for raters in running.raters.values():
        for rater in raters:
            waiting[rater] += 1
    for place in world.named.values():
        person = world.people[place]
        if person.id in waiting:
            world.notices.append(
                (opened, person.user_id, f"Anda diminta menilai dalam “{running.title}”",
                 f"{waiting[person.id]} penilaian menunggu Anda. Sekitar 15 menit per orang; isian tersimpan di setiap langkah.",
                 "/assessment/rounds/mine/", f"round-opened:{dashed(running.public_id)}")
            )  # fmt: skip
