"""Two formal assessments of one agency: one that is over, with hints and decisions, and one in rooms that still runs."""

import datetime as dt
import random
import uuid
from collections import defaultdict

from bina.assessment.actions.formal_attempts import own_form
from bina.assessment.actions.integrity import calculate_hints
from bina.assessment.actions.scoring import ScoredAnswer, ability, without_prior
from bina.assessment.models import (
    AssessmentWindow,
    Blueprint,
    CompetencyScore,
    IntegrityDecision,
    IntegrityEvent,
    IntegrityHint,
    ItemVersion,
    Participant,
    Response,
    Session,
    WindowRoom,
)
from bina.assessment.rules import CODE_SIGNS, Kind, line_of_bank, part_key, right_answer, wrong_answer
from bina.competencies.models import Competency, Evidence
from bina.competencies.rules import Source
from bina.demo.chance import at, workday
from bina.demo.world import World
from bina.people.models import OrgUnit

AGENCY_OF = "mardiana"
SAT, ABSENT, INVITED = 36, 4, 24
# Who in the assessment that is over gives rise to a hint: places among those who sat it.
COPYIST, HASTY, RESTLESS, WANDERER, INVALID = 7, 15, 19, 23, 28


def hold_formal_assessments(world: World) -> None:
    """One three weeks ago with everybody's attempts, hints and two decisions; one in two rooms that runs this week."""
    rng = world.chance.stream("formal")
    organiser = world.people[world.row(AGENCY_OF)]
    people = [
        place
        for place, person in enumerate(world.people)
        if person.agency is organiser.agency and not person.account and person.legal_status == "01"
    ]
    chosen = rng.sample(people, min(len(people), SAT + ABSENT + INVITED))
    root = OrgUnit.objects.get(agency_id=organiser.agency.id, depth=1)
    past = _window(
        world,
        root,
        "digital-lengkap",
        "Asesmen kompetensi digital 2026, gelombang 1",
        days=23,
        length=4,
        state="closed",
    )
    _sit(world, past, chosen[:SAT], rng, with_hints=len(chosen) > SAT)
    _invite(world, past, chosen[SAT : SAT + ABSENT], "absent")
    _hint_and_decide(world, past)
    running = _window(
        world,
        root,
        "digital-area-2",
        "Asesmen kolaborasi digital, gelombang 2",
        days=1,
        length=6,
        state="open",
        mode="room",
    )
    rooms = _rooms(running, rng)
    rest = chosen[SAT + ABSENT :]
    _sit(world, running, rest[:6], rng, room=rooms[0])
    story = [world.row(key) for key in ("siti", "fadli", "rusli")]
    _invite(world, running, [*rest[6:16], *story], "invited", rooms[0])
    _invite(world, running, rest[16:], "invited", rooms[1])


def _identity(rng: random.Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128), version=4)


def _window(
    world: World, root: OrgUnit, code: str, title: str, *, days: int, length: int, state: str, mode: str = "remote"
) -> AssessmentWindow:
    opens = at(workday(world.chance.days_ago(days)), 60)
    closes = opens + dt.timedelta(days=length, hours=8)
    rng = world.chance.stream(f"window/{title}")
    return AssessmentWindow.objects.create(
        public_id=_identity(rng), agency_id=root.agency_id, unit=root, blueprint=Blueprint.objects.get(code=code),
        title=title, mode=mode, opens_at=opens, closes_at=closes, state=state, created_at=opens - dt.timedelta(days=9),
        purpose=(
            "Dasar menyusun rencana pengembangan kompetensi 2027 dan memilih peserta pelatihan. "
            "Tidak dipakai untuk hukuman disiplin atau penurunan jabatan."
        ),
        created_by_id=world.people[world.row(AGENCY_OF)].user_id,
        closed_at=closes if state == "closed" else None, reminded_at=None,
    )  # fmt: skip


def _rooms(window: AssessmentWindow, rng: random.Random) -> list[WindowRoom]:
    return [
        WindowRoom.objects.create(
            public_id=_identity(rng), window=window, name=name, place="BKPSDM, lantai 2", capacity=seats,
            starts_at=window.opens_at + dt.timedelta(days=day, hours=1), code="".join(rng.choices(CODE_SIGNS, k=6)),
        )
        for name, seats, day in (("Ruang CAT A", 30, 0), ("Ruang CAT B", 20, 3))
    ]  # fmt: skip


def _invite(
    world: World, window: AssessmentWindow, places: list[int], state: str, room: WindowRoom | None = None
) -> None:
    rng = world.chance.stream(f"invited/{window.title}/{state}/{room}")
    Participant.objects.bulk_create(
        Participant(
            public_id=_identity(rng), window=window, employee_id=world.people[place].id, room=room, state=state,
            invited_at=window.created_at,
        )
        for place in places
    )  # fmt: skip


def _sit(
    world: World, window: AssessmentWindow, places: list[int], rng: random.Random, *, with_hints: bool = False,
    room: WindowRoom | None = None,
) -> None:  # fmt: skip
    """Attempts with answers, times, levels and evidence, as people of that ability would give them."""
    versions = {row.pk: row for row in ItemVersion.objects.select_related("item__competency__framework")}
    sessions, responses, scores, evidence = [], [], [], []
    for number, place in enumerate(places):
        seed = rng.randrange(2**31)
        begun = window.opens_at + dt.timedelta(minutes=rng.randint(5, 420) if with_hints else 60 + number)
        session = Session(
            public_id=_identity(rng), employee_id=world.people[place].id, blueprint=window.blueprint, purpose="formal",
            context_kind="window", context_id=str(window.public_id), state="finished", seed=seed, device=f"demo-{number}",
            form=own_form(window.blueprint, seed)[0], started_at=begun, device_since=begun,
            deadline_at=begun + dt.timedelta(minutes=window.blueprint.minutes),
        )  # fmt: skip
        sessions.append(session)
    # Whoever errs most has most to be copied: common mistakes are what is noticed.
    others = [number for number in range(len(places)) if number not in (COPYIST, HASTY, INVALID)]
    copied = min(others, key=lambda number: float(world.truth[places[number]].mean()))
    if with_hints:
        # The two who answered alike had the same form, as a bank with few questions brings about.
        sessions[COPYIST].form = sessions[copied].form
    answers: dict[int, list[tuple[object, float]]] = {}
    order = sorted(range(len(places)), key=lambda number: with_hints and number == COPYIST)
    for number in order:
        session, place = sessions[number], places[number]
        moment, found = session.started_at, []
        for position, pk in enumerate(session.form, start=1):
            answer, score = _answer(world, place, versions[pk], rng)
            if with_hints and number == COPYIST and rng.random() < 0.9:
                answer, score = answers[copied][position - 1]
            seconds = rng.uniform(0.7, 1.6) if with_hints and number == HASTY else rng.lognormvariate(3.6, 0.45)
            moment += dt.timedelta(seconds=seconds)
            found.append((answer, score))
            responses.append(
                Response(session=session, position=position, item_version=versions[pk], answer=answer, score=score,
                         saved_at=moment, milliseconds=round(1000 * seconds))
            )  # fmt: skip
        answers[number] = found
        session.finished_at = min(moment + dt.timedelta(seconds=20), session.deadline_at)
        session.score = round(sum(score for _answer_, score in found) / len(found), 6)
        levels = _levels(session, [versions[pk] for pk in session.form], [score for _answer_, score in found], rng)
        scores += [row for row, _piece in levels]
        if not (with_hints and number == INVALID):
            evidence += [piece for _row, piece in levels]
    Session.objects.bulk_create(sessions)
    Response.objects.bulk_create(responses, batch_size=500)
    CompetencyScore.objects.bulk_create(scores, batch_size=500)
    Evidence.objects.bulk_create(evidence, batch_size=500)
    Participant.objects.bulk_create(
        Participant(
            public_id=_identity(rng), window=window, employee_id=session.employee_id, state="finished", session=session,
            room=room, agreed_at=session.started_at, invited_at=window.created_at,
        )
        for session in sessions
    )  # fmt: skip
    _write_log(sessions, rng, with_hints)


def _answer(world: World, place: int, version: ItemVersion, rng: random.Random) -> tuple[object, float]:
    """What a person of that ability answers; a wrong choice is any of the wrong options."""
    ability_there = float(world.truth[place, world.column[version.item.competency_id or 0]])
    if rng.random() < 1 / (1 + 2.718281828 ** (-version.a * (ability_there - version.b))):
        return right_answer(version.item.kind, version.payload), 1.0
    if version.item.kind == Kind.SINGLE:
        wrong = [part_key(row["text"]) for row in version.payload["options"] if not row.get("correct")]
        return [rng.choice(wrong)], 0.0
    return wrong_answer(version.item.kind, version.payload), 0.0


def _levels(
    session: Session, versions: list[ItemVersion], found: list[float], rng: random.Random
) -> list[tuple[CompetencyScore, Evidence]]:
    groups: dict[Competency, list[ScoredAnswer]] = defaultdict(list)
    for version, score in zip(versions, found, strict=True):
        if version.item.competency is not None:
            groups[version.item.competency].append(ScoredAnswer(version.a, version.b, score))
    finished, levels = session.finished_at or session.deadline_at, []
    for competency, rows in groups.items():
        count = competency.framework.level_count
        level = ability(rows, count)
        own = without_prior(level, count)
        row = CompetencyScore(
            session=session, competency=competency, value=round(level.value, 6), item_count=len(rows),
            standard_deviation=round(level.standard_deviation, 6),
            share=round(sum(answer.score for answer in rows) / len(rows), 6),
        )  # fmt: skip
        piece = Evidence(
            public_id=_identity(rng), employee_id=session.employee_id, competency=competency,
            source=Source.TEST.value, value=round(own.value, 6),
            standard_deviation=round(own.standard_deviation, 6), observed_on=finished.date(), recorded_at=finished,
            line=line_of_bank(session.blueprint.bank_id), origin_kind="session", origin_id=str(session.public_id),
            note=f"{session.blueprint.title}, {len(rows)} soal",
        )  # fmt: skip
        levels.append((row, piece))
    return levels


def _write_log(sessions: list[Session], rng: random.Random, with_hints: bool) -> None:
    events = []
    for number, session in enumerate(sessions):
        events.append(IntegrityEvent(session=session, kind="started", at=session.started_at))
        losses = 6 if with_hints and number == RESTLESS else 1 if rng.random() < 0.2 else 0
        for turn in range(losses):
            left = session.started_at + dt.timedelta(minutes=3 + 4 * turn)
            seconds = rng.randint(4, 45)
            events.append(IntegrityEvent(session=session, kind="focus_lost", at=left))
            events.append(
                IntegrityEvent(
                    session=session,
                    kind="focus_back",
                    at=left + dt.timedelta(seconds=seconds),
                    data={"seconds": seconds},
                )
            )
        if with_hints and number == WANDERER:
            for turn in range(2):
                changed = session.started_at + dt.timedelta(minutes=9 + 11 * turn)
                events.append(IntegrityEvent(session=session, kind="device", at=changed))
    IntegrityEvent.objects.bulk_create(events)


def _hint_and_decide(world: World, window: AssessmentWindow) -> None:
    """Hints as the real calculation finds them; one was looked at and cleared, one attempt was declared invalid."""
    found, notes = calculate_hints(window)
    IntegrityHint.objects.bulk_create(found)
    moment = world.chance.until_now(window.closes_at + dt.timedelta(days=2))
    window.hints_at, window.hints_note = window.closes_at + dt.timedelta(minutes=10), notes
    window.save(update_fields=["hints_at", "hints_note"])
    sessions = list(Session.objects.filter(context_kind="window", context_id=str(window.public_id)).order_by("pk"))
    if len(sessions) <= INVALID:
        return
    by = window.created_by_id
    IntegrityDecision.objects.create(
        session=sessions[WANDERER], kind="cleared", decided_by_id=by, decided_at=moment,
        reason="Laptop dinas mati di tengah uji, dilanjutkan di ponsel, lalu kembali. Sudah ditanyakan kepada atasannya.",
    )  # fmt: skip
    invalid = sessions[INVALID]
    IntegrityDecision.objects.create(
        session=invalid, kind="invalidated", decided_by_id=by, decided_at=moment,
        reason="Yang bersangkutan mengakui ujinya dikerjakan rekan seruangan. Kesempatan lagi diberikan di gelombang 2.",
    )  # fmt: skip
    invalid.state = "cancelled"
    invalid.save(update_fields=["state"])
    Participant.objects.filter(session=invalid).update(state="invalidated")
