"""Practical tasks that people handed in and assessors scored, and work products that superiors looked at."""

import datetime as dt
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bina.assessment.actions.scoring import without_prior
from bina.assessment.actions.scoring_of_tasks import levels_of_marks
from bina.assessment.models import (
    HandedFile,
    PracticalTask,
    ProductClaim,
    RubricCriterion,
    RubricScore,
    TaskAssessor,
    TaskAssignment,
    WorkProduct,
)
from bina.assessment.queries import rubric_of
from bina.assessment.rules import (
    STEPS_AROUND_CRITERION,
    HandingState,
    ProductState,
    check_handed_file,
    level_of_judgement,
    need_a_third,
)
from bina.competencies.models import Evidence
from bina.competencies.rules import Source
from bina.demo.chance import office_hour, workday
from bina.demo.measuring import EVIDENCE
from bina.demo.rows import as_json, dashed, stamp
from bina.demo.world import World

CITY = "pontianak"
# Assessors of the story and by how many levels they are severe; the third decides where the first two lie apart.
ASSESSORS = {"sugeng": 0.25, "kristina": -0.2, "nurbaiti": 0.0}
# Works by task: scored, with assessors now, and still being done.
WORKS = {"jawab-pengaduan": (12, 2, 2), "rekap-pengaduan": (5, 1, 2), "risiko-data-formulir": (3, 1, 1)}
# What the people of the story have on their desks.
STORY = {
    ("siti", "rekap-pengaduan"): "scored",
    ("siti", "jawab-pengaduan"): "assigned",
    ("fadli", "jawab-pengaduan"): "assigned",
}
SHEET = b"No,Tanggal,Loket,Jenis,Selesai,Hari,Catatan\n1,2026-02-03,Loket 1,KTP-el,2026-02-05,2,\n2,2026-02-03,Loket 1,KTP-el,2026-02-03,0,\n3,2026-02-04,Loket 2,Akta,,,\n4,2026-02-04,Loket 2,Akta,,,mungkin kembar dengan 3\n"  # noqa: E501  one small file
WORK = (
    "id", "public_id", "version_id", "employee_id", "state", "due_on", "assigned_at", "text", "saved_at", "submitted_at",
    "scored_at", "needs_third",
)  # fmt: skip


@cache
def _content() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "data/works.yaml").read_text(encoding="utf-8"))
    return found


@dataclass(slots=True)
class Work:
    """One person's work on a task, before it is written."""

    id: int
    identity: str
    person: int
    state: str
    due_on: dt.date
    assigned_at: dt.datetime
    submitted_at: dt.datetime | None
    text: str = ""
    scored_at: dt.datetime | None = None


def set_tasks(world: World) -> None:
    """The shipped tasks in one city: assessors, works in every state, marks and the evidence that grows from them."""
    named = world.named
    for code, (scored, waiting, running) in WORKS.items():
        task = PracticalTask.objects.select_related("current").get(code=code)
        if task.current is None:
            continue
        rng = world.chance.stream(f"tasks/{code}")
        states = ["scored"] * scored + ["submitted"] * waiting + ["assigned"] * running
        people = [named[key] for (key, name), _state in STORY.items() if name == code]
        given = [state for (_key, name), state in STORY.items() if name == code]
        for state in given:
            states.remove(state)
        people += _colleagues(world, rng, len(states))
        _write_task(world, task, list(zip(people, [*given, *states], strict=True)), rng)


def _colleagues(world: World, rng: random.Random, count: int) -> list[int]:
    """People of the city outside the story who may learn."""
    city = [
        place
        for place, person in enumerate(world.people)
        if person.agency.key == CITY and not person.account and not person.is_head and person.legal_status == "01"
    ]
    return sorted(rng.sample(city, min(count, len(city))))


def _write_task(world: World, task: PracticalTask, works: list[tuple[int, str]], rng: random.Random) -> None:
    ledger, chance, version = world.ledger, world.chance, task.current
    if version is None:
        return
    ids = ledger.next_ids(TaskAssignment, len(works))
    identities = chance.identities(f"works/{task.code}", len(works))
    named = {key: world.people[world.named[key]] for key in ASSESSORS}
    ledger.write(
        TaskAssessor,
        ("task_id", "employee_id", "named_at"),
        ((task.pk, person.id, stamp(office_hour(chance.days_ago(120), rng))) for person in named.values()),
    )
    rubric = rubric_of(version)
    rows, scores, evidence, files = [], [], [], []
    for (place, state), row_id, identity in zip(works, ids, identities, strict=True):
        work = _draw(world, place, state, row_id, identity, version.due_days, rng)
        if work.submitted_at is not None:
            marks = _mark(world, rubric, place, rng)
            work.text = _words(task.code, "answers", rubric, [marks[key] for key in ("sugeng", "kristina")])
            scores += _score(work, task.code, rubric, marks, named, version.largest_difference, rng)
            if work.scored_at is not None:
                evidence += _evidence(work, task, rubric, scores, world)
            if version.wants_files:
                files.append(_file(chance.identities(f"files/{task.code}/{row_id}", 1)[0], work))
        rows.append(
            (work.id, work.identity, version.pk, world.people[place].id, work.state, work.due_on.isoformat(),
             stamp(work.assigned_at), work.text, stamp(work.submitted_at) if work.submitted_at else None,
             stamp(work.submitted_at) if work.submitted_at else None, stamp(work.scored_at) if work.scored_at else None,
             False)
        )  # fmt: skip
        _tell(world, work, version.title)
    ledger.write(TaskAssignment, WORK, rows)
    ledger.write(
        RubricScore,
        ("assignment_id", "assessor_id", "is_third", "marks", "comment", "given_at", "saved_at", "sent_at"),
        scores,
    )
    ledger.write(HandedFile, ("public_id", "assignment_id", "product_id", "name", "content", "content_type", "size",
                              "digest", "added_at"), files)  # fmt: skip
    ledger.write(Evidence, EVIDENCE, evidence)


def _draw(world: World, place: int, state: str, row_id: int, identity: str, due_days: int, rng: random.Random) -> Work:
    chance = world.chance
    days = {"scored": rng.randint(25, 110), "submitted": rng.randint(4, 9), "assigned": rng.randint(1, 5)}[state]
    assigned = office_hour(workday(chance.days_ago(days)), rng)
    due = assigned.date() + dt.timedelta(days=due_days)
    submitted = None
    if state != "assigned":
        submitted = chance.until_now(assigned + dt.timedelta(days=rng.randint(1, 3), minutes=rng.randint(5, 300)))
    work = Work(row_id, identity, place, state, due, assigned, submitted)
    if state == "scored" and submitted is not None:
        work.scored_at = chance.until_now(submitted + dt.timedelta(days=rng.randint(3, 9)))
    return work


def _mark(world: World, rubric: list[RubricCriterion], place: int, rng: random.Random) -> dict[str, dict[str, int]]:
    """Marks of each assessor: what the work shows on the day, read by people of different severity."""
    found: dict[str, dict[str, int]] = {key: {} for key in ASSESSORS}
    for row in rubric:
        shown = float(world.truth[place, world.column[row.competency_id]]) + rng.gauss(0, 0.45)
        for key, severity in ASSESSORS.items():
            seen = shown - severity + rng.gauss(0, 0.3)
            found[key][row.key] = sum(bool(seen >= row.level + step) for step in STEPS_AROUND_CRITERION)
    return found


def _words(code: str, kind: str, rubric: list[RubricCriterion], scorings: list[dict[str, int]]) -> str:
    """An answer or a comment that fits the marks."""
    mean = sum(sum(marks.values()) for marks in scorings) / (len(scorings) * len(rubric))
    texts: list[str] = _content()[code][kind]
    return texts[0 if mean < 1.7 else 1 if mean < 3.0 else 2].strip()


def _score(
    work: Work, code: str, rubric: list[RubricCriterion], marks: dict[str, dict[str, int]], named: dict[str, Any],
    largest: int, rng: random.Random,
) -> list[tuple[Any, ...]]:  # fmt: skip
    """Two turns, sent where the work is scored, and a third where they lie apart; of what waits the first may be sent."""
    if work.submitted_at is None:
        return []
    rows = []
    keys = ["sugeng", "kristina"]
    if work.scored_at and need_a_third(marks["sugeng"], marks["kristina"], largest):
        keys.append("nurbaiti")
    for turn, key in enumerate(keys):
        sent = None
        if work.scored_at:
            sent = work.scored_at - dt.timedelta(hours=20 * (len(keys) - 1 - turn))
        elif key == "kristina" and rng.random() < 0.5:
            sent = work.submitted_at + dt.timedelta(hours=5)
            work.state = HandingState.SCORING.value
        given = work.submitted_at if turn < 2 or sent is None else sent - dt.timedelta(hours=15)
        comment = _words(code, "comments", rubric, [marks[key]]) if sent and key != "kristina" else ""
        moment = stamp(sent) if sent else None
        rows.append(
            (
                work.id,
                named[key].id,
                turn == 2,
                as_json(marks[key] if sent else {}),
                comment,
                stamp(given),
                moment,
                moment,
            )
        )
    return rows


def _evidence(
    work: Work, task: PracticalTask, rubric: list[RubricCriterion], scores: list[tuple[Any, ...]], world: World
) -> list[tuple[Any, ...]]:
    import json

    own = [row for row in scores if row[0] == work.id]
    deciding = [row for row in own if row[2]] or own
    found = levels_of_marks(rubric, [json.loads(row[3]) for row in deciding])
    counts = {row.competency_id: row.competency.framework.level_count for row in rubric}
    note = f"{task}, {len(rubric)} kriteria, {len(own)} penilai"
    rows = []
    for pk, level in found.items():
        said = without_prior(level, counts[pk])
        day = (work.submitted_at or work.assigned_at).date().isoformat()
        rows.append(
            (world.people[work.person].id, pk, Source.PRACTICAL_TASK.value, round(said.value, 6),
             round(said.standard_deviation, 6), day, f"task:{task.pk}", "practical_work", dashed(work.identity), note,
             stamp(work.scored_at or work.assigned_at))
        )  # fmt: skip
    return rows


def _file(identity: str, work: Work) -> tuple[Any, ...]:
    upload = SimpleUploadedFile("rekap-pengaduan.csv", SHEET)
    facts = check_handed_file(upload)
    name = f"handed/{dashed(identity)}.csv"
    if not default_storage.exists(name):
        name = default_storage.save(name, upload)
    moment = stamp(work.submitted_at or work.assigned_at)
    return (identity, work.id, None, facts.name, name, facts.content_type, facts.size, facts.digest, moment)


def _tell(world: World, work: Work, title: str) -> None:
    person = world.people[work.person]
    if work.scored_at:
        world.happenings.append(
            (work.scored_at, "work.scored", None, "practical_work", dashed(work.identity), title, person.agency.id,
             {"employee_id": person.id})
        )  # fmt: skip
    if person.account:
        address = reverse("assessment:work", args=[dashed(work.identity)])
        if work.scored_at:
            line = (
                work.scored_at,
                f"Hasil “{title}” sudah ada",
                "Anda dapat membaca nilai setiap kriteria dan catatan penilai.",
            )
        else:
            line = (work.assigned_at, f"Tugas praktik untuk Anda: {title}", "Batas waktunya tertulis di halaman tugas.")
        world.notices.append((line[0], person.user_id, line[1], line[2], address, f"task:{dashed(work.identity)}"))


def show_products(world: World) -> None:
    """Work products of the story's section and of some colleagues: verified, waiting, sent back, and drafts."""
    rng, ledger, chance = world.chance.stream("products"), world.ledger, world.chance
    named = world.named
    siti, fadli = named["siti"], named["fadli"]
    plan = [(siti, ProductState.VERIFIED, 0), (siti, ProductState.SUBMITTED, 1), (fadli, ProductState.DRAFT, 3)]
    others = [place for place in _colleagues(world, rng, 9) if world.people[place].superior is not None]
    kinds = [ProductState.VERIFIED] * 5 + [ProductState.RETURNED, ProductState.REFUSED]
    plan += [(place, state, 2 + turn % 4) for turn, (place, state) in enumerate(zip(others, kinds, strict=False))]
    ids = ledger.next_ids(WorkProduct, len(plan))
    identities = chance.identities("products", len(plan))
    column = {world.competencies[spot].code: spot for spot in world.digital}
    products, claims, evidence = [], [], []
    for (place, state, number), row_id, identity in zip(plan, ids, identities, strict=True):
        person, entry = world.people[place], _content()["products"][number]
        sent = office_hour(workday(chance.days_ago(9 if person.account else rng.randint(12, 120))), rng)
        made = sent.date() - dt.timedelta(days=rng.randint(5, 30))
        superior, judged = person.superior, None
        decided = chance.until_now(sent + dt.timedelta(days=3)) if state not in _OPEN else None
        spot = column[entry["competency"]]
        pk = world.competencies[spot].pk
        if state is ProductState.VERIFIED:
            judged = min(4, max(0, int(world.truth[place, spot] + rng.gauss(0, 0.3))))
            value, spread = level_of_judgement(judged)
            name = superior.full_name if superior else ""
            evidence.append(
                (person.id, pk, Source.WORK_PRODUCT.value, value, round(spread, 6), made.isoformat(), f"product:{row_id}",
                 "work_product", dashed(identity), f"{entry['title']}, diperiksa {name}", stamp(decided or sent))
            )  # fmt: skip
        products.append(
            (row_id, identity, person.id, entry["title"], entry["description"],
             f"https://arsip.contoh.go.id.test/hasil/{row_id}", made.isoformat(), state.value,
             superior.id if superior and state is not ProductState.DRAFT else None, stamp(sent),
             None if state is ProductState.DRAFT else stamp(sent), stamp(decided) if decided else None,
             superior.full_name if superior and decided else "", _DECISIONS.get(state, ""))
        )  # fmt: skip
        claims.append((row_id, pk, entry["account"], judged))
        if state is ProductState.SUBMITTED and superior is not None and superior.account:
            world.notices.append(
                (sent, superior.user_id, f"{person.full_name} mengirim hasil kerja untuk diperiksa",
                 f"“{entry['title']}”. Lihat hasilnya, lalu nilai tingkat yang ditunjukkannya.",
                 reverse("assessment:verify_product", args=[dashed(identity)]), f"product:{dashed(identity)}")
            )  # fmt: skip
    ledger.write(
        WorkProduct,
        ("id", "public_id", "employee_id", "title", "description", "link", "made_on", "state", "holder_id", "saved_at",
         "submitted_at", "decided_at", "decided_by_name", "decision"),
        products,
    )  # fmt: skip
    ledger.write(ProductClaim, ("product_id", "competency_id", "account", "judged_level"), claims)
    ledger.write(Evidence, EVIDENCE, evidence)


_OPEN = (ProductState.DRAFT, ProductState.SUBMITTED)
_DECISIONS = {
    ProductState.VERIFIED: "Dipakai setiap hari di unit. Terima kasih.",
    ProductState.RETURNED: "Tunjukkan bagian yang Anda kerjakan sendiri, misalnya dengan versi sebelum dan sesudahnya.",
    ProductState.REFUSED: "Ini disusun bersama oleh bidang lain; mintalah mereka ikut menjelaskan pembagian kerjanya.",
}
