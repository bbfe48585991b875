"""Two pathways, and a few people of one city on the way: some at the beginning, some who wait for a word, one at the end."""

import datetime as dt
from pathlib import Path

from bina.demo.world import World
from bina.learning.actions import import_pathway_file, publish_pathway
from bina.learning.models import Enrolment, Journey, Pathway, PathwayVersion, StepWork
from bina.learning.queries import earned_by
from bina.learning.rules import DONE, EnrolmentState, Mark, WorkState, steps_not_meant, way_of
from bina.people.models import Agency, Employee, User

FILES = Path(__file__).parent / "data" / "pathways"
CITY, OWNER = "pontianak", "sugeng"
WALKERS = 14
# By pathway: for whom (everybody, or the city), the course whose learners walk it, the task that some hand in and what they write.
WAYS = (
    ("layanan-digital-di-loket", False, "layanan-media-sosial-pengaduan", "jawaban-baku",
     ("Jawaban tentang syarat KTP-el kini dimulai dengan “bawa satu dokumen saja”. Pertanyaan susulan turun dari 11 menjadi 4 sehari.",
      "Saya menulis ulang jawaban jam buka. Tiga hari ini tidak ada lagi yang datang terlalu pagi.",
      "Jawaban antrean daring saya singkat menjadi dua kalimat. Rekan di loket 2 ikut memakainya.")),
    ("angka-untuk-keputusan", True, "analisis-data-lembar-kerja", "catatan",
     ("Pertanyaannya: hari apa antrean terpanjang? Selasa, rata-rata 41 orang. Mulai November satu loket ditambah setiap Selasa.",)),
)  # fmt: skip


def walk_pathways(world: World) -> None:
    """A bounded number of rows, whatever the size of the demo; needs enrolments to be written and levels to be computed."""
    code = next(person.agency.code for person in world.people if person.agency.key == CITY)
    agency = Agency.objects.get(code=code)
    owner = next(person for person in world.people if person.account is not None and person.account.key == OWNER)
    for slug, is_local, course, task, texts in WAYS:
        text = (FILES / f"{slug}.yaml").read_text(encoding="utf-8")
        pathway, problems = import_pathway_file(by=None, agency=agency if is_local else None, text=text)
        if pathway is None:
            raise RuntimeError("; ".join(problem.sentence for problem in problems))
        version = publish_pathway(by=None, pathway=pathway)
        Pathway.objects.filter(pk=pathway.pk).update(owner=User.objects.get(pk=owner.user_id))
        _people(world, agency, version, course, task, texts)


def _people(
    world: World, agency: Agency, version: PathwayVersion, course: str, task: str, texts: tuple[str, ...]
) -> None:
    chance = world.chance
    siti = next(person for person in world.people if person.account is not None and person.account.key == "siti")
    learners = Enrolment.objects.filter(course__slug=course, employee__agency=agency).exclude(employee_id=siti.id)
    chosen = list(
        learners.exclude(employee__user__grants__isnull=False)
        .order_by("employee_id")
        .values_list("employee_id", flat=True)
        .distinct()[:WALKERS]
    )
    has_siti = any(step["key"] == "melayani" for stage in version.stages for step in stage["steps"])
    numbers = [*([siti.id] if has_siti else []), *chosen]
    people = Employee.objects.select_related("agency", "unit", "position").in_bulk(numbers)
    identities = chance.identities(f"journeys/{version.pathway_id}", len(numbers))
    works = chance.identities(f"step-works/{version.pathway_id}", len(numbers))
    left = list(texts)
    for place, number in enumerate(numbers):
        began = chance.until_now(chance.ended - dt.timedelta(days=20 + 5 * place, hours=place))
        journey = _journey(people[number], version, identities[place], began)
        if left and _hand_in(world, journey, works[place], task, left[0], place):
            left.pop(0)


def _journey(person: Employee, version: PathwayVersion, identity: str, began: dt.datetime) -> Journey:
    steps = [step for stage in version.stages for step in stage["steps"]]
    groups = {
        "job_classes": frozenset({person.position.job_class_id}), "agency_kinds": frozenset({person.agency.kind}),
    }  # fmt: skip
    marks = {key: Mark("s").as_json() for key in steps_not_meant(version.stages, groups)}
    for key, earned in earned_by(person.pk, steps).items():
        least = next(step.get("score") for step in steps if step["key"] == key)
        if key not in marks and (least is None or (earned.score or 0.0) >= least):
            marks[key] = Mark(DONE, on=earned.at.date().isoformat(), score=earned.score).as_json()
    journey = Journey(
        public_id=identity, employee=person, pathway_id=version.pathway_id, version=version, started_at=began,
        active_at=began, marks=marks,
    )  # fmt: skip
    _settle(journey)
    journey.save()
    return journey


def _settle(journey: Journey) -> None:
    way = way_of(journey.version.stages, journey.marks)
    journey.steps_done, journey.steps_total = way.done, way.total
    if way.is_complete:
        journey.state, journey.completed_at = EnrolmentState.COMPLETED.value, journey.active_at


def _hand_in(world: World, journey: Journey, identity: str, task: str, text: str, place: int) -> bool:
    """What a person hands in where the task is open; every second one was confirmed already, never the first."""
    step = way_of(journey.version.stages, journey.marks).find(task)
    if step is None or step.state not in {"open", "spare"}:
        return False
    chance = world.chance
    moment = chance.until_now(chance.ended - dt.timedelta(days=1 + place, hours=2))
    superior = next((row.superior for row in world.people if row.id == journey.employee_id), None)
    is_confirmed = place % 2 == 1 and superior is not None
    name = superior.full_name if superior is not None else ""
    StepWork.objects.create(
        public_id=identity, journey=journey, step=task, text=text, saved_at=moment, handed_in_at=moment,
        state=(WorkState.ACCEPTED if is_confirmed else WorkState.HANDED_IN).value,
        decided_at=chance.until_now(moment + dt.timedelta(hours=6)) if is_confirmed else None,
        decided_by_name=name if is_confirmed else "",
    )  # fmt: skip
    if is_confirmed:
        journey.marks[task] = Mark(DONE, on=moment.date().isoformat(), by=name).as_json()
    journey.active_at = moment
    _settle(journey)
    journey.save()
    return True
