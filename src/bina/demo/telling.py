"""What people said and were told: reactions to courses, results of programmes, the journal, and notices."""

import datetime as dt
import random
from typing import Any

from django.urls import reverse

from bina.assessment.models import Instrument, SurveyResponse, SurveyTicket
from bina.assessment.queries.surveys import ticket_mark
from bina.demo.rows import as_json, stamp
from bina.demo.studying import COMPLETED, DATA, SAFETY, Study
from bina.demo.world import World
from bina.evaluation.actions import estimate_programme
from bina.evaluation.models import Programme
from bina.evaluation.rules import SURVEY_CODE, SURVEY_CONTEXT
from bina.journal.models import Entry, Notification
from bina.people.models import User

# How content learners were, 1 to 5, by course and by question where it differs.
CONTENT = {SAFETY: 4.25, DATA: 4.1}
HARDER = {"workload": -0.45, "access": -0.3, "intention": -0.15}
FIRST_USES = (
    "Memeriksa alamat pengirim sebelum membuka lampiran.", "Menyusun balasan pengaduan dengan tiga bagian.",
    "Memakai kata sandi yang berbeda untuk surel dinas.", "Membuat tabel yang rapi sebelum menghitung.",
    "Menutup nomor identitas warga sebelum membagikan berkas.", "Mengajak rekan satu loket mencoba kuisnya.",
    "Menulis jadwal balasan pengaduan di papan unit.", "Mencadangkan data setiap Jumat.",
)  # fmt: skip
IMPROVEMENTS = (
    "Tambahkan contoh dari kelurahan.", "Video lebih pendek, sinyal kami lemah.", "Sediakan versi cetak untuk dibaca di rumah.",
    "Kuis ketiga agak panjang.", "Beri waktu khusus belajar di jam kerja.", "Contoh untuk sekolah akan membantu.",
)  # fmt: skip
ANSWERING = 0.68
READ_AFTER_DAYS = 12


def gather_reactions(world: World, studies: list[Study]) -> None:
    """Open the programmes and keep what two thirds of the finishers said, apart from any name."""
    rng = world.chance.stream("reactions")
    programmes = _open_programmes(world, studies)
    instrument = Instrument.objects.filter(code=SURVEY_CODE).order_by("-version")[0]
    marks, answers = [], []
    user = User()
    for row in sorted((row for row in studies if row.state == COMPLETED), key=lambda row: (row.ended_at, row.person)):
        person = world.people[row.person]
        if rng.random() > ANSWERING or person.account:
            continue
        programme = programmes[row.course.pk, person.agency.id]
        user.pk = person.user_id
        marks.append((ticket_mark(user, SURVEY_CODE, SURVEY_CONTEXT, programme),))
        day = min(world.chance.on, row.ended_at.date() + dt.timedelta(days=rng.randint(0, 3)))
        monday = day - dt.timedelta(days=day.weekday())
        key = f"{rng.getrandbits(122):031x}"
        # A random identity (version 4): its order must not tell who answered when.
        identity = f"{key[:12]}4{key[12:15]}a{key[15:30]}"
        said = as_json(_answers(instrument, row, rng))
        answers.append((identity, instrument.pk, SURVEY_CONTEXT, programme, said, monday.isoformat()))
    answers.sort()
    marks.sort()
    world.ledger.write(SurveyTicket, ("mark",), marks)
    world.ledger.write(
        SurveyResponse, ("id", "instrument_id", "context_kind", "context_id", "answers", "week_of"), answers
    )


def _answers(instrument: Instrument, row: Study, rng: random.Random) -> dict[str, Any]:
    mood = rng.gauss(0, 0.4) + CONTENT.get(row.course.slug, 3.85)
    found: dict[str, Any] = {}
    for question in instrument.questions:
        key = question["key"]
        if question["kind"] == "likert5":
            found[key] = min(5, max(1, round(mood + HARDER.get(key, 0.0) + rng.gauss(0, 0.55))))
        elif question["kind"] == "text" and rng.random() < 0.22:
            found[key] = rng.choice(FIRST_USES if key == "first_use" else IMPROVEMENTS)
    return found


def _open_programmes(world: World, studies: list[Study]) -> dict[tuple[int, int], str]:
    """One programme per course and agency, and one among everybody; returns public ids by course and agency."""
    courses = {row.course.pk: row.course for row in studies}
    started = stamp(dt.datetime.combine(world.chance.started, dt.time(2), dt.UTC))
    wanted = [
        (pk, agency)
        for pk in sorted(courses)
        for agency in (None, *(plan.id for plan in world.plans))
        if courses[pk].agency_id in {None, agency}
    ]
    known = set(Programme.objects.values_list("course_id", "agency_id"))
    wanted = [pair for pair in wanted if pair not in known]
    world.ledger.write(
        Programme,
        ("course_id", "agency_id", "title", "created_at"),
        ((pk, agency, courses[pk].title, started) for pk, agency in wanted),
    )
    rows = Programme.objects.exclude(agency=None).values_list("course_id", "agency_id", "public_id")
    return {(course, agency): str(public_id) for course, agency, public_id in rows}


def estimate_results() -> None:
    """Say of every programme what its tests allow to be said; measured effects go on to the courses."""
    for programme in Programme.objects.select_related("course", "course__current_version", "agency").order_by("id"):
        estimate_programme(programme=programme, even_if_fresh=True)


def tell(world: World) -> None:
    """Write the journal in the order of events, and the notices that people found in their inbox."""
    happenings = sorted(world.happenings, key=lambda row: (row[0], row[1], str(row[4])))

    def entries() -> Any:
        for moment, verb, place, kind, object_id, name, agency, data, *reason in happenings:
            actor = world.people[place] if place is not None else None
            yield (
                verb, actor.user_id if actor else None, actor.display_name if actor else "", agency, kind, object_id,
                name[:250], reason[0] if reason else "", as_json(data), stamp(moment),
            )  # fmt: skip

    world.ledger.write(
        Entry,
        ("verb", "actor_id", "actor_name", "agency_id", "object_kind", "object_id", "object_name", "reason", "data",
         "occurred_at"),
        entries(),
    )  # fmt: skip
    end = world.chance.ended
    fresh = world.people[world.row("fadli")]
    world.notices.append(
        (end - dt.timedelta(days=1), fresh.user_id, "Selamat datang di Bina",
         "Mulailah dengan mengukur satu kompetensi; empat soal, sekitar lima belas menit.", reverse("assessment:home"),
         "welcome")
    )  # fmt: skip
    notices = sorted(world.notices, key=lambda row: (row[0], row[1], row[5]))
    world.ledger.write(
        Notification,
        ("recipient_id", "title", "body", "url", "dedup_key", "created_at", "read_at"),
        (
            (user, title[:200], body, url, key[:120], stamp(moment),
             stamp(min(end, moment + dt.timedelta(hours=30))) if (end - moment).days > READ_AFTER_DAYS else None)
            for moment, user, title, body, url, key in notices
        ),
    )  # fmt: skip
