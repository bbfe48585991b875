"""Plans of the current year in every state: what people and their superiors agreed on, and how far it is."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bina.credentials.models import HourRule
from bina.credentials.rules import Reach, counted_hours
from bina.demo.chance import at, workday
from bina.demo.earning import address
from bina.demo.rows import dashed, stamp
from bina.demo.studying import COMPLETED, DATA, RUNNING, SAFETY, SERVICE, Study
from bina.demo.world import World
from bina.design.formats import number
from bina.learning.models import Course, CourseCompetency
from bina.planning.models import IndividualPlan, PlanItem, PlanningCycle
from bina.planning.rules import ItemOrigin, ItemState, PlanState, quarter_of

APPROVED, SUBMITTED = PlanState.APPROVED.value, PlanState.SUBMITTED.value
RETURNED, DRAFT = PlanState.RETURNED.value, PlanState.DRAFT.value
SHARES = {APPROVED: 0.42, SUBMITTED: 0.10, RETURNED: 0.04, DRAFT: 0.12, "": 0.32}
# State of the plans of the story's people; "" has none.
STORY = {
    "siti": APPROVED, "fadli": "", "rusli": APPROVED, "nurbaiti": APPROVED, "mardiana": APPROVED, "sugeng": SUBMITTED,
    "kristina": APPROVED, "hamdi": DRAFT, "laila": APPROVED, "daud": SUBMITTED, "puspawati": RETURNED,
}  # fmt: skip
# The superior of the story has decisions to take: states of the plans of the section's other people, in order.
SECTION = (SUBMITTED, SUBMITTED, RETURNED, DRAFT)
# Ways to grow beside courses: form and how many of its units.
FORMS = (("NK_COACHING", 2), ("NK_OJT", 4), ("NK_KOMUNITAS", 2), ("KL_WORKSHOP", 1), ("KL_SEMINAR", 1), ("NK_MENTORING", 2),
         ("KL_BIMTEK", 12), ("NK_MANDIRI", 2), ("NK_PJJ", 8))  # fmt: skip
PRAISE = (
    "", "", "Setuju. Mulai dari yang paling dekat dengan pekerjaan triwulan ini.", "Baik, jadwalkan bersama tim.",
    "Setuju, ceritakan hasilnya di rapat unit.", "Setuju. Pakai waktu Jumat pagi untuk belajar.",
)  # fmt: skip
WISHES = (
    "Tambahkan satu kegiatan tentang data pribadi, karena unit kita mengelola berkas warga.",
    "Terlalu banyak untuk satu triwulan; sebarkan sampai akhir tahun.",
    "Sebutkan target yang dapat kita lihat dalam pekerjaan, lalu ajukan lagi.",
)
DONE_NOTES = (
    "Sudah dilaksanakan dan hasilnya dibagikan di rapat unit.", "Selesai; catatan kegiatan disimpan di map bersama.",
    "Sudah diikuti penuh, bahan dibagikan kepada rekan.",
)  # fmt: skip
PLAN = (
    "id", "public_id", "employee_id", "year", "revision", "state", "version", "approver_id", "approver_name", "comment",
    "created_at", "submitted_at", "decided_at", "approved_at",
)  # fmt: skip
ITEM = (
    "plan_id", "public_id", "line", "competency_id", "target_level", "form_code", "course_id", "title", "quarter", "hours",
    "reason", "state", "origin", "order", "started_at", "done_at", "done_note", "enrolment_id",
)  # fmt: skip


@dataclass(slots=True)
class Item:
    """One intention."""

    competency: int | None
    target: int | None
    form: str
    course: Course | None
    title: str
    quarter: int
    hours: str
    reason: str
    state: str = ItemState.PLANNED.value
    started_at: dt.datetime | None = None
    done_at: dt.datetime | None = None
    note: str = ""
    enrolment: str = ""


@dataclass(slots=True)
class Plan:
    """One person's plan."""

    person: int
    state: str
    created_at: dt.datetime
    submitted_at: dt.datetime | None
    decided_at: dt.datetime | None
    comment: str
    items: list[Item]


class Intentions:
    """Writes the plans of the year."""

    def __init__(self, world: World, studies: list[Study]) -> None:
        self._world = world
        self._rng = world.chance.stream("plans")
        self._year = world.chance.on.year
        self._now = quarter_of(world.chance.on)
        self._studies: dict[int, list[Study]] = defaultdict(list)
        for row in studies:
            if row.state in {COMPLETED, RUNNING}:
                self._studies[row.person].append(row)
        self._rules = {row.form_code: row for row in HourRule.objects.filter(agency=None, valid_to=None)}
        self._courses = {row.slug: row for row in Course.objects.select_related("current_version")}
        self._taught: dict[int, list[Course]] = defaultdict(list)
        self._targets: dict[tuple[int, int], int] = {}
        for line in CourseCompetency.objects.filter(version__in=[c.current_version_id for c in self._courses.values()]):
            course = next(c for c in self._courses.values() if c.current_version_id == line.version_id)
            self._taught[line.competency_id].append(course)
            self._targets[course.pk, line.competency_id] = line.target_level

    def write(self) -> None:
        """Plans, items, and what people were told about them."""
        plans = [plan for plan in self._draw() if plan.items]
        ledger = self._world.ledger
        ids = list(ledger.next_ids(IndividualPlan, len(plans)))
        identities = self._world.chance.identities("plans", len(plans))
        ledger.write(
            IndividualPlan, PLAN,
            (self._plan(plan, row_id, identity) for plan, row_id, identity in zip(plans, ids, identities, strict=True)),
        )  # fmt: skip
        count = sum(len(plan.items) for plan in plans)
        lines = iter(self._world.chance.identities("plan lines", count))
        item_ids = iter(self._world.chance.identities("plan items", count))
        ledger.write(PlanItem, ITEM, self._items(plans, ids, item_ids, lines))
        for plan, identity in zip(plans, identities, strict=True):
            self._tell(plan, dashed(identity))
        ledger.write(
            PlanningCycle,
            ("agency_id", "year", "opens_on", "closes_on"),
            ((agency.id, self._year, dt.date(self._year, 1, 2).isoformat(), None) for agency in self._world.plans),
        )

    def _draw(self) -> Iterator[Plan]:
        rng, people = self._rng, self._world.people
        section = iter(SECTION)
        home = people[self._world.row("siti")].unit
        for place, person in enumerate(people):
            state = rng.choices(list(SHARES), list(SHARES.values()))[0]
            if person.account:
                state = STORY[person.key]
            elif person.unit is home and not person.is_head:
                state = next(section, APPROVED)
            elif state in {APPROVED, SUBMITTED, RETURNED} and person.superior is None:
                state = DRAFT
            if not state or person.legal_status in {"02", "20"}:
                continue
            yield self._draw_plan(place, state, rng)

    def _draw_plan(self, place: int, state: str, rng: random.Random) -> Plan:
        chance, person = self._world.chance, self._world.people[place]
        on = chance.on
        since_new_year = (on - dt.date(on.year, 1, 1)).days
        longest = max(12, min(170, since_new_year))
        age = {
            APPROVED: rng.randint(min(30, longest), longest), SUBMITTED: rng.randint(2, 11), RETURNED: rng.randint(5, 18),
            DRAFT: rng.randint(1, 40),
        }[state]  # fmt: skip
        if person.key == "siti":
            age = min(150, longest)
        created = at(workday(chance.days_ago(age)), rng.randint(70, 500))
        submitted = None
        if state != DRAFT:
            submitted = chance.until_now(created + dt.timedelta(days=rng.randint(0, 2), minutes=40))
        decided = None
        if submitted and state in {APPROVED, RETURNED}:
            decided = chance.until_now(submitted + dt.timedelta(days=rng.randint(0, 3), minutes=rng.randint(60, 300)))
        comment = rng.choice(PRAISE) if state == APPROVED else rng.choice(WISHES) if state == RETURNED else ""
        items = self._story_items(place) if person.key == "siti" else self._draw_items(place, state, created, rng)
        return Plan(place, state, created, submitted, decided, comment, items)

    def _draw_items(self, place: int, state: str, created: dt.datetime, rng: random.Random) -> list[Item]:
        world = self._world
        gaps = sorted(
            (
                (-needed.weight * (needed.level - world.truth[place, world.column[pk]]), pk, needed.level)
                for pk, needed in world.requirements[place].items()
                if pk in world.column and needed.level > world.truth[place, world.column[pk]] - 0.4
            ),
        )
        items: list[Item] = []
        taken: set[int] = set()
        agency = world.people[place].agency.id
        for study in self._studies.get(place, []):
            if study.course.pk not in taken:
                taken.add(study.course.pk)
                items.append(self._course_item(study.course, self._competency_of(study.course, place), place, study))
        for _, pk, level in gaps[: rng.randint(2, 5)]:
            if len(items) >= 6:
                break
            course = next(
                (row for row in self._taught.get(pk, []) if row.pk not in taken and row.agency_id in {None, agency}),
                None,
            )
            known = next((row for row in self._studies.get(place, []) if course and row.course.pk == course.pk), None)
            if course is not None and known is None and rng.random() < 0.55:
                taken.add(course.pk)
                items.append(self._course_item(course, pk, place, None))
            elif not any(item.competency == pk for item in items):
                items.append(self._form_item(pk, level, place, state, created, rng))
        return items

    def _competency_of(self, course: Course, place: int) -> int | None:
        """The competency of a course that the person's job asks for most, or any it teaches."""
        taught = [pk for (course_id, pk) in self._targets if course_id == course.pk]
        needed = self._world.requirements[place]
        return max(taught, key=lambda pk: (needed[pk].weight if pk in needed else 0, -pk), default=None)

    def _course_item(self, course: Course, competency: int | None, place: int, study: Study | None) -> Item:
        version = course.current_version
        if version is None:
            raise ValueError(f"course {course.slug} is not published")
        quarter = self._quarter(study.started_at.date()) if study else min(4, self._now + self._rng.randint(0, 1))
        item = Item(
            competency, self._targets.get((course.pk, competency or 0)), version.form_code, course, version.title, quarter,
            str(version.learning_hours), self._reason(place, competency),
        )  # fmt: skip
        if study is not None:
            item.started_at, item.enrolment = study.started_at, study.reference
            item.state = ItemState.DONE.value if study.state == COMPLETED else ItemState.RUNNING.value
            item.done_at = study.ended_at if study.state == COMPLETED else None
        return item

    def _quarter(self, day: dt.date) -> int:
        """The quarter of a day in the year of the plans; what began before counts as the first."""
        return quarter_of(day) if day.year == self._year else 1

    def _form_item(
        self, competency: int, level: int, place: int, state: str, created: dt.datetime, rng: random.Random
    ) -> Item:
        form, units = rng.choice(FORMS)
        quarter = rng.randint(self._quarter(created.date()), 4)
        item = self._by_form(competency, level, form, units, quarter, place)
        if state == APPROVED and quarter <= self._now and rng.random() < (0.68 if quarter < self._now else 0.25):
            first = max(created.date() + dt.timedelta(days=8), dt.date(self._year, 3 * quarter - 2, 4))
            latest = self._world.chance.days_ago(2)
            if first < latest:
                day = first + dt.timedelta(days=rng.randint(0, min(75, (latest - first).days)))
                item.state, item.done_at = ItemState.DONE.value, at(workday(day), rng.randint(200, 540))
                item.note = rng.choice(DONE_NOTES)
        return item

    def _by_form(self, competency: int, level: int, form: str, units: int, quarter: int, place: int) -> Item:
        rule = self._rules[form]
        row = self._world.competencies[self._world.column[competency]]
        hours = counted_hours(rule.conversion, Reach.NATIONAL, Decimal(units))
        title = f"{rule.name.split(' (')[0].split('/')[0]}: {row.name}"
        return Item(competency, level, form, None, title[:200], quarter, str(hours), self._reason(place, competency))

    def _reason(self, place: int, competency: int | None) -> str:
        needed = self._world.requirements[place].get(competency or 0)
        if needed is None or competency is None:
            return ""
        level = float(self._world.truth[place, self._world.column[competency]])
        if level >= needed.level:
            return f"Syarat jabatan tingkat {needed.level}; sudah dekat, tetapi belum cukup terbukti."
        return f"Syarat jabatan tingkat {needed.level}, perkiraan saat ini sekitar {number(level, 1)}."

    def _story_items(self, place: int) -> list[Item]:
        """Five intentions of the story's employee: one course done, a workshop done, a course running, two to come."""
        world = self._world
        codes = {row.code: row.pk for row in world.competencies if row.framework.code == "digcomp-3.0"}
        studies = {row.course.slug: row for row in self._studies.get(place, [])}
        workshop = self._by_form(codes["1.3"], 2, "KL_WORKSHOP", 1, self._quarter(world.chance.days_ago(76)), place)
        workshop.title = "Lokakarya pengelolaan arsip digital"
        workshop.state, workshop.done_at = ItemState.DONE.value, at(workday(world.chance.days_ago(76)), 540)
        workshop.note = DONE_NOTES[0]
        return [
            self._course_item(self._courses[SERVICE], codes["2.1"], place, studies.get(SERVICE)),
            workshop,
            self._course_item(self._courses[SAFETY], codes["4.2"], place, studies.get(SAFETY)),
            self._by_form(codes["3.1"], 1, "NK_COACHING", 2, self._now, place),
            self._course_item(self._courses[DATA], codes["1.2"], place, None),
        ]

    def _plan(self, plan: Plan, row_id: int, identity: str) -> tuple[Any, ...]:
        person = self._world.people[plan.person]
        approver = person.superior if plan.decided_at else None
        decided = stamp(plan.decided_at) if plan.decided_at else None
        return (
            row_id, identity, person.id, self._year, 1, plan.state, 1 + len(plan.items), approver.id if approver else None,
            approver.display_name if approver else "", plan.comment, stamp(plan.created_at),
            stamp(plan.submitted_at) if plan.submitted_at else None, decided,
            decided if plan.state == APPROVED else None,
        )  # fmt: skip

    def _items(
        self, plans: list[Plan], ids: list[int], item_ids: Iterator[str], lines: Iterator[str]
    ) -> Iterator[tuple[Any, ...]]:
        for plan, plan_id in zip(plans, ids, strict=True):
            for order, item in enumerate(plan.items):
                yield (
                    plan_id, next(item_ids), next(lines), item.competency, item.target, item.form,
                    item.course.pk if item.course else None, item.title, item.quarter, item.hours, item.reason, item.state,
                    ItemOrigin.PROPOSAL.value, order, stamp(item.started_at) if item.started_at else None,
                    stamp(item.done_at) if item.done_at else None, item.note, item.enrolment,
                )  # fmt: skip

    def _tell(self, plan: Plan, identity: str) -> None:
        world, person = self._world, self._world.people[plan.person]
        superior = person.superior
        name = f"{person.full_name} · {self._year}"
        head = ("plan", identity, name, person.agency.id)
        data = {"employee_id": person.id, "year": self._year, "revision": 1}
        hours = sum((Decimal(item.hours) for item in plan.items), Decimal(0))
        if plan.submitted_at and superior:
            world.happenings.append(
                (
                    plan.submitted_at,
                    "plan.submitted",
                    plan.person,
                    *head,
                    {**data, "items": len(plan.items), "hours": str(hours)},
                )
            )
            if plan.state == SUBMITTED:
                polite = f"{'Bu' if person.sex == 'F' else 'Pak'} {person.full_name.split()[0]}"
                world.notices.append(
                    (plan.submitted_at, superior.user_id, f"{polite} mengajukan rencana {self._year}",
                     f"{len(plan.items)} kegiatan, {number(hours)} JP. Baca, lalu setujui atau kembalikan dengan catatan.",
                     address("planning:plan", identity), f"plan-submitted:{identity}")
                )  # fmt: skip
        if plan.decided_at and superior:
            verb = "plan.approved" if plan.state == APPROVED else "plan.returned"
            boss = superior.id - world.people[0].id
            world.happenings.append(
                (plan.decided_at, verb, boss, *head, {**data, "approver": superior.display_name}, plan.comment)
            )
            title = (
                f"Rencana {self._year} Anda disetujui"
                if plan.state == APPROVED
                else f"Rencana {self._year} Anda dikembalikan untuk diperbaiki"
            )
            body = plan.comment or "Anda dapat mulai dari kegiatan pertama kapan saja."
            world.notices.append(
                (
                    plan.decided_at,
                    person.user_id,
                    title,
                    body,
                    f"/planning/?year={self._year}",
                    f"plan-decided:{identity}",
                )
            )
