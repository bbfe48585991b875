"""The course that holds a part of every kind: a few people of one city are on their way through it and answered its surveys."""

import datetime as dt

from bina.demo.world import World
from bina.learning.models import Activity, ActivityProgress, Course, CourseSheet, Enrolment
from bina.learning.rules import DONE, ProgressState
from bina.people.models import Employee

TOUR, CITY, GUEST = "mengenal-ruang-belajar", "pontianak", "siti"
COMPANIONS = 12
SUGGESTIONS = (
    "Satu jam sepekan yang tidak boleh diisi rapat.",
    "Bahan yang dapat dibaca di ponsel ketika sinyal lemah.",
    "Contoh dari loket seperti loket kami.",
    "Atasan yang menanyakan apa yang saya pelajari.",
    "Potongan lima menit, bukan dua jam sekaligus.",
    "Teman belajar dari unit lain.",
)


def tour_learning_room(world: World) -> None:
    """A dozen learners in the middle of the course, the person of the story at its beginning, and sheets of both surveys.

    Needs people to be written; the same few rows whatever the size of the demo.
    """
    course = Course.objects.select_related("current_version").get(slug=TOUR)
    version = course.current_version
    if version is None:
        raise ValueError(f"course {TOUR} is not published")
    parts = {row.key: row for row in Activity.objects.filter(version=version)}
    guest = world.people[world.row(GUEST)]
    agency = next(person.agency for person in world.people if person.agency.key == CITY)
    others = (
        Employee.objects.filter(agency_id=agency.id, left_on=None, user__grants=None)
        .exclude(pk=guest.id)
        .order_by("id")[:COMPANIONS]
    )
    people = [*Employee.objects.filter(pk=guest.id), *others]
    chance = world.chance
    identities = chance.identities("tour", len(people))
    required = [part for section in version.outline for part in section["parts"] if part["required"]]
    for place, (employee, identity) in enumerate(zip(people, identities, strict=True)):
        moment = chance.until_now(chance.ended - dt.timedelta(days=1 + place % 9, hours=2))
        finished = [] if employee.pk == guest.id else ["sebelum", "sesudah"]
        enrolment = Enrolment.objects.create(
            public_id=identity,
            employee=employee,
            course=course,
            version=version,
            started_at=moment,
            active_at=moment,
            studied_at=moment,
            progress_marks=dict.fromkeys(finished, DONE),
            parts_done=len(finished),
            parts_total=len(required),
            minutes_left=sum(part["minutes"] for part in required if part["key"] not in finished),
        )
        ActivityProgress.objects.bulk_create(
            ActivityProgress(
                enrolment=enrolment,
                activity=parts[key],
                state=ProgressState.COMPLETED.value,
                evidence={"finished": True},
                opened_at=moment,
                completed_at=moment,
            )
            for key in finished
        )
    _answer(world, agency.id, parts)


def _answer(world: World, agency_id: int, parts: dict[str, Activity]) -> None:
    """Sheets without names to the survey before and after; those after tell a little more of learning by oneself."""
    random = world.chance.stream("tour/sheets")
    week = world.chance.ended.date() - dt.timedelta(days=world.chance.ended.weekday())
    sheets = []
    for place in range(COMPANIONS):
        first = [random.randint(1, 4), random.randint(1, 4), random.randint(2, 5)]
        second = [
            min(5, first[0] + 1),
            min(5, first[1] + random.randint(0, 1)),
            max(1, first[2] - random.randint(0, 1)),
        ]
        sign = f"{random.getrandbits(192):048x}"
        for key, marks in (("sebelum", first), ("sesudah", second)):
            answers: dict[str, object] = dict(zip(("mandiri", "waktu", "lupa"), marks, strict=True)) | {
                "alat": random.choice(("ponsel", "ponsel", "komputer", "laptop"))
            }
            if marks[0] <= 3:
                answers["penghalang"] = random.sample(["tugas", "sinyal", "mulai"], 2)
            if key == "sebelum" and place < len(SUGGESTIONS):
                answers["saran"] = SUGGESTIONS[place]
            sheets.append(
                CourseSheet(
                    id=f"{random.getrandbits(128):032x}",
                    activity=parts[key],
                    agency_id=agency_id,
                    answers=answers,
                    week_of=week,
                    is_counted=place < 10,
                    sign=sign,
                )
            )
    CourseSheet.objects.bulk_create(sorted(sheets, key=lambda sheet: str(sheet.id)))
