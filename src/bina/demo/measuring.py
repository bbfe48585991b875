"""Half a year of measuring: attempts at the shipped tests, ratings by oneself and by superiors, and the evidence of all."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bina.assessment.models import Blueprint, CompetencyScore, Rating, RatingScore, Response, Session
from bina.assessment.rules import RELATION_NAMES, Purpose, Relation, SessionState, line_of_bank
from bina.competencies.models import Evidence
from bina.competencies.rules import Source
from bina.demo.answers import Behaviours, Form, read_form
from bina.demo.chance import at, version7, workday
from bina.demo.rows import as_json, dashed, stamp
from bina.demo.world import FRAMEWORKS, World

FULL, AREA = "digital-lengkap", "digital-area-%s"
AREAS = ("1", "2", "3", "4", "5")
# Answers to single questions are kept for this many attempts; of the rest only what came of them.
KEPT_ATTEMPTS = 2_000
# What the story needs: areas measured by test, and days ago; nobody else of the story is left to chance.
TESTED: dict[str, dict[str, int]] = {
    "siti": {"1": 96, "2": 96, "4": 41}, "fadli": {}, "rusli": {"1": 120, "2": 120, "3": 60, "4": 60, "5": 60},
    "nurbaiti": {"1": 70, "2": 70, "4": 70}, "mardiana": dict.fromkeys(AREAS, 88), "sugeng": dict.fromkeys(AREAS, 132),
    "kristina": dict.fromkeys(AREAS, 51), "hamdi": {"2": 75, "4": 75}, "laila": {"1": 33, "2": 33, "3": 33},
    "daud": {"2": 48, "4": 48}, "puspawati": dict.fromkeys(AREAS, 27),
}  # fmt: skip
SELF_RATED = {"siti": 58, "rusli": 45, "mardiana": 40, "laila": 20, "daud": 15, "puspawati": 12, "nurbaiti": 64}
RATED = {"siti": 49, "laila": 30, "daud": 22, "puspawati": 35, "sugeng": 28}

# Areas in which nobody has rated the story's employee yet, so that something is left to be measured.
UNRATED = {"siti": {"3", "5"}}

EVIDENCE = (
    "employee_id", "competency_id", "source", "value", "standard_deviation", "observed_on", "line", "origin_kind",
    "origin_id", "note", "recorded_at",
)  # fmt: skip
SESSION = (
    "id", "public_id", "employee_id", "blueprint_id", "purpose", "context_kind", "context_id", "state", "form", "seed",
    "started_at", "deadline_at", "finished_at", "score", "passed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to be written: who, which form, when."""

    person: int
    form: str
    finished_at: dt.datetime
    minutes: int


def measure_by_tests(world: World) -> None:
    """About six in ten people took a test: half of them everything at once, the others area by area."""
    column = world.column
    forms = {
        row.code: read_form(row, column)
        for row in Blueprint.objects.filter(code__in=[FULL, *(AREA % area for area in AREAS)])
    }
    attempts = _attempts(world)
    by_form: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        by_form[attempt.form].append(attempt)
    writer = SessionWriter(world)
    for code in sorted(by_form):
        form, rows = forms[code], by_form[code]
        numbers = world.chance.numbers(f"answers/{code}")
        chances = form.chances(world.truth[[row.person for row in rows]])
        right = numbers.random(size=chances.shape) < chances
        for place, row in enumerate(rows):
            if world.people[row.person].account:
                # The people of the story answer as they most likely would.
                right[place] = chances[place] >= 0.5
        writer.write(form, rows, right, source=Source.TEST, line=line_of_bank(form.blueprint.bank_id))


def _attempts(world: World) -> list[Attempt]:
    """Who took what when, oldest first."""
    rng, chance = world.chance.stream("attempts"), world.chance
    found: list[Attempt] = []

    def take(person: int, form: str, days: int, minutes: int) -> None:
        day = workday(chance.days_ago(days))
        found.append(Attempt(person, form, at(day, rng.randint(75, 540)), minutes))

    for place, person in enumerate(world.people):
        if person.account:
            for area, days in TESTED.get(person.key, {}).items():
                take(place, AREA % area, days, rng.randint(18, 36))
            continue
        draw = rng.random()
        if draw > 0.60 or person.legal_status in {"02", "20"}:
            continue
        latest = rng.randint(3, 175)
        if draw < 0.28:
            take(place, FULL, latest, rng.randint(70, 160))
        else:
            for number, area in enumerate(rng.sample(AREAS, rng.choice((1, 2, 2, 3, 3, 4, 5)))):
                take(place, AREA % area, max(1, latest - 5 * number), rng.randint(14, 40))
                if rng.random() < 0.12 and latest < 120:
                    take(place, AREA % area, latest + rng.randint(35, 60), rng.randint(14, 40))
    return sorted(found, key=lambda row: (row.finished_at, row.person))


class SessionWriter:
    """Writes finished attempts with their scores and the evidence that grows from them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept = 0

    def write(
        self, form: Form, attempts: list[Attempt], right: NDArray[np.bool_], *, source: Source, line: str = "",
        purpose: str = Purpose.DIAGNOSTIC.value, contexts: list[str] | None = None, passing: int | None = None,
        counts: list[bool] | None = None, stem: str = "",
    ) -> list[str]:  # fmt: skip
        """Write attempts of one form; returns their public ids. ``contexts`` are enrolments, ``counts`` says which
        attempts become evidence (all, where nothing is said), ``stem`` names the draw, for forms whose own code is not
        the same in every installation."""
        world, ledger = self._world, self._world.ledger
        ids = list(ledger.next_ids(Session, len(attempts)))
        milliseconds = np.array([int(row.finished_at.timestamp() * 1000) for row in attempts], dtype=np.int64)
        stem = f"session/{stem or form.blueprint.code}/{purpose}"
        identities = version7(world.chance.numbers(stem), milliseconds)
        seeds = world.chance.numbers(f"seed/{stem}").integers(0, 2**31, size=len(attempts)).tolist()
        patterns = form.patterns(right)
        shares = right.mean(axis=1).round(6).tolist() if len(form.versions) else []
        versions, limit = as_json(form.versions), form.blueprint.minutes
        contexts = contexts or [""] * len(attempts)
        ledger.write(
            Session,
            SESSION,
            (
                (
                    row_id, identity, world.people[row.person].id, form.blueprint.pk, purpose,
                    "enrolment" if context else "", context, SessionState.FINISHED.value, versions, seed,
                    stamp(row.finished_at - dt.timedelta(minutes=row.minutes)),
                    stamp(row.finished_at - dt.timedelta(minutes=row.minutes - limit)), stamp(row.finished_at), share,
                    None if passing is None else 100 * share + 1e-6 >= passing,
                )
                for row_id, identity, row, context, seed, share in zip(
                    ids, identities, attempts, contexts, seeds, shares, strict=True
                )
            ),
        )  # fmt: skip
        competencies = [world.competencies[column].pk for column in form.columns]
        ledger.write(
            CompetencyScore,
            ("session_id", "competency_id", "value", "standard_deviation", "share", "item_count"),
            self._scores(form, ids, competencies, patterns),
        )
        self._write_evidence(form, attempts, identities, patterns, source, line, contexts, counts)
        self._keep_answers(form, attempts, ids, right)
        self._tell(form, attempts, identities, purpose, contexts)
        return identities

    def _scores(
        self, form: Form, ids: list[int], competencies: list[int], patterns: NDArray[np.int64]
    ) -> Iterator[tuple[Any, ...]]:
        lines = []
        for number, competency in enumerate(competencies):
            found = patterns[:, number]
            columns = (form.value[number][found], form.error[number][found], form.share[number][found])
            lines.append((competency, *(column.tolist() for column in columns), len(form.places[number])))
        for spot, row_id in enumerate(ids):
            for competency, values, errors, shares, count in lines:
                yield row_id, competency, values[spot], errors[spot], shares[spot], count

    def _write_evidence(
        self, form: Form, attempts: list[Attempt], identities: list[str], patterns: NDArray[np.int64], source: Source,
        line: str, contexts: list[str], counts: list[bool] | None,
    ) -> None:  # fmt: skip
        world = self._world
        kept = [place for place in range(len(attempts)) if counts is None or counts[place]]
        kept.sort(key=lambda place: attempts[place].person)
        facts = [
            (attempts[place].finished_at.date().isoformat(), line or f"course:{contexts[place]}"[:60],
             dashed(identities[place]), stamp(attempts[place].finished_at))
            for place in kept
        ]  # fmt: skip
        people = [world.people[attempts[place].person].id for place in kept]
        says = []
        for number, column in enumerate(form.columns):
            found = patterns[kept, number]
            note = f"{form.blueprint.title}, {len(form.places[number])} soal"
            values, errors = form.own_value[number][found].tolist(), form.own_error[number][found].tolist()
            says.append((world.competencies[column].pk, values, errors, note))

        def rows() -> Iterator[tuple[Any, ...]]:
            for spot, (employee, (day, own_line, origin, moment)) in enumerate(zip(people, facts, strict=True)):
                for competency, values, errors, note in says:
                    yield (
                        employee, competency, source.value, values[spot], errors[spot], day, own_line, "session", origin,
                        note, moment,
                    )  # fmt: skip

        world.ledger.write(Evidence, EVIDENCE, rows())

    def _keep_answers(self, form: Form, attempts: list[Attempt], ids: list[int], right: NDArray[np.bool_]) -> None:
        """Answers to the single questions, for a number of attempts and always for the people of the story."""
        kept = []
        for place, row in enumerate(attempts):
            if self._kept < KEPT_ATTEMPTS or self._world.people[row.person].account:
                kept.append(place)
                self._kept += 1
        texts = [
            (as_json(question.right), [as_json(wrong) for wrong in question.wrongs]) for question in form.questions
        ]

        def rows() -> Iterator[tuple[Any, ...]]:
            for place in kept:
                moment = stamp(attempts[place].finished_at - dt.timedelta(minutes=2))
                for position, is_right in enumerate(right[place].tolist()):
                    answer, wrongs = texts[position]
                    if not is_right:
                        # Half take the likeliest of the wrong options, the others spread over the rest.
                        turn = (7 * ids[place] + position) % (2 * len(wrongs) - 1)
                        answer = wrongs[max(0, turn - len(wrongs) + 1)]
                    yield ids[place], position + 1, form.versions[position], answer, float(is_right), moment

        self._world.ledger.write(
            Response, ("session_id", "position", "item_version_id", "answer", "score", "saved_at"), rows()
        )

    def _tell(
        self, form: Form, attempts: list[Attempt], identities: list[str], purpose: str, contexts: list[str]
    ) -> None:
        blueprint = form.blueprint
        for row, identity, context in zip(attempts, identities, contexts, strict=True):
            data = {
                "blueprint": blueprint.code, "purpose": purpose, "context_kind": "enrolment" if context else "",
                "context_id": context,
            }  # fmt: skip
            self._world.happenings.append(
                (row.finished_at, "session.finished", row.person, "session", dashed(identity), blueprint.title,
                 self._world.people[row.person].agency.id, data)
            )  # fmt: skip


def rate_behaviour(world: World) -> None:
    """About a third rated themselves (a little high), superiors rated about a quarter of the people."""
    scales: dict[int, Behaviours] = {}
    known: dict[tuple[tuple[int, ...], int], Behaviours] = {}
    for column, row in enumerate(world.competencies):
        levels = tuple(line.number for line in row.descriptors.order_by("number") if line.indicator)
        if levels:
            key = (levels, row.framework.level_count)
            known[key] = known.get(key) or Behaviours.of(*key)
            scales[column] = known[key]
    for relation in (Relation.SELF, Relation.SUPERIOR):
        _rate(world, relation, _ratings(world, relation), scales)


def _ratings(world: World, relation: Relation) -> list[tuple[int, dt.datetime, bool]]:
    """(person, when, whether behaviour in leading people is rated too), oldest first."""
    rng, chance = world.chance.stream(f"ratings/{relation.value}"), world.chance
    known = SELF_RATED if relation is Relation.SELF else RATED
    zeal: dict[int, float] = {}
    found = []
    for place, person in enumerate(world.people):
        days = rng.randint(2, 170)
        whole = rng.random() < 0.33
        draw = rng.random()
        if person.account:
            if person.key not in known or (relation is Relation.SUPERIOR and person.superior is None):
                continue
            days = known[person.key]
        elif relation is Relation.SELF:
            if draw > 0.35:
                continue
        else:
            if person.superior is None:
                continue
            # Some superiors rate nearly everyone, many nobody yet.
            if person.superior.id not in zeal:
                zeal[person.superior.id] = rng.choice((0.0, 0.0, 0.1, 0.2, 0.4, 0.85))
            if draw > zeal[person.superior.id]:
                continue
        found.append((place, at(workday(chance.days_ago(days)), rng.randint(65, 540)), whole))
    return sorted(found, key=lambda row: (row[1], row[0]))


def _rate(
    world: World, relation: Relation, ratings: list[tuple[int, dt.datetime, bool]], scales: dict[int, Behaviours]
) -> None:
    """Write the ratings of one relation with their scores and evidence."""
    ledger, people = world.ledger, world.people
    superior = relation is Relation.SUPERIOR
    ids = list(ledger.next_ids(Rating, len(ratings)))
    milliseconds = np.array([int(row[1].timestamp() * 1000) for row in ratings], dtype=np.int64)
    identities = version7(world.chance.numbers(f"rating/{relation.value}"), milliseconds)
    answers: list[list[str]] = [[] for _ in ratings]
    pieces = _Pieces()
    source = Source.SUPERIOR_RATING if superior else Source.SELF_RATING
    name = str(RELATION_NAMES[relation])
    numbers = world.chance.numbers(f"marks/{relation.value}")
    bias, noise = (0.1, 0.35) if superior else (0.3, 0.45)
    raters = [people[place].superior if superior else people[place] for place, _, _ in ratings]
    heads = [
        (people[place].id, moment.date().isoformat(), str(rater.id) if superior and rater else "self", dashed(identity),
         stamp(moment))
        for (place, moment, _), rater, identity in zip(ratings, raters, identities, strict=True)
    ]  # fmt: skip
    for column, scale in scales.items():
        competency = world.competencies[column]
        managing = competency.framework.code != FRAMEWORKS[0]
        chosen = [
            index
            for index, (place, _, whole) in enumerate(ratings)
            if competency.pk in world.requirements[place]
            and (whole or not managing)
            and not (competency.parent and competency.parent.code in UNRATED.get(people[place].key, ()))
        ]
        if not chosen:
            continue
        seen = world.truth[[ratings[index][0] for index in chosen], column] + bias
        seen = seen + numbers.normal(0.0, noise, size=len(chosen))
        patterns = scale.pattern(scale.marks(seen, numbers))
        for index, pattern in zip(chosen, patterns.tolist(), strict=True):
            answers[index].append(scale.said(competency.pk, pattern))
        pieces.add(chosen, competency.pk, scale, patterns, f"{name}, {len(scale.levels)} perilaku")
    ledger.write(
        Rating,
        ("id", "public_id", "employee_id", "rater_id", "relation", "answers", "saved_at", "submitted_at"),
        (
            (ids[index], identities[index], people[place].id, rater.id if rater else people[place].id, relation.value,
             f"{{{', '.join(answers[index])}}}", stamp(moment), stamp(moment))
            for index, ((place, moment, _), rater) in enumerate(zip(ratings, raters, strict=True))
        ),
    )  # fmt: skip
    spots = pieces.spots
    ledger.write_sorted(
        RatingScore,
        ("rating_id", "competency_id", "value", "standard_deviation", "behaviour_count"),
        ([ids[spot] for spot in spots], pieces.competencies, pieces.values, pieces.errors, pieces.counts),
        by=0,
    )
    ledger.write_sorted(
        Evidence,
        EVIDENCE,
        (
            [heads[spot][0] for spot in spots], pieces.competencies, [source.value] * len(spots), pieces.own_values,
            pieces.own_errors, *([heads[spot][part] for spot in spots] for part in (1, 2)), ["rating"] * len(spots),
            [heads[spot][3] for spot in spots], pieces.notes, [heads[spot][4] for spot in spots],
        ),
        by=0,
    )  # fmt: skip
    for index, (place, moment, _) in enumerate(ratings):
        world.happenings.append(
            (moment, "rating.submitted", _place_of(world, raters[index], place), "rating", dashed(identities[index]),
             people[place].full_name, people[place].agency.id,
             {"relation": relation.value, "employee_id": people[place].id})
        )  # fmt: skip


class _Pieces:
    """What ratings say, collected competency by competency: parallel lists, ``spots`` are places in the list of ratings."""

    def __init__(self) -> None:
        self.spots: list[int] = []
        self.competencies: list[int] = []
        self.values: list[float] = []
        self.errors: list[float] = []
        self.own_values: list[float] = []
        self.own_errors: list[float] = []
        self.counts: list[int] = []
        self.notes: list[str] = []

    def add(self, spots: list[int], competency: int, scale: Behaviours, patterns: NDArray[np.int64], note: str) -> None:
        """What the raters at these spots said about one competency."""
        self.spots += spots
        self.competencies += [competency] * len(spots)
        self.values += scale.value[patterns].tolist()
        self.errors += scale.error[patterns].tolist()
        self.own_values += scale.own_value[patterns].tolist()
        self.own_errors += scale.own_error[patterns].tolist()
        self.counts += [len(scale.levels)] * len(spots)
        self.notes += [note] * len(spots)


def _place_of(world: World, rater: Any, place: int) -> int:
    """Place of a rater among the people (ids are given in their order)."""
    return place if rater is None else int(rater.id) - world.people[0].id
