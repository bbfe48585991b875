"""Half a year of learning in the shipped courses: people who began, paused, finished, and what the tests saw before and after."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bina.assessment.models import Blueprint
from bina.assessment.rules import Purpose
from bina.competencies.rules import Source
from bina.demo.answers import Form, Question, read_form
from bina.demo.chance import at, version7, workday
from bina.demo.measuring import Attempt, SessionWriter
from bina.demo.packaging import files_of, packed
from bina.demo.rows import as_json, dashed, stamp
from bina.demo.touring import TOUR
from bina.demo.world import World
from bina.learning.actions import import_course_folder, publish_version
from bina.learning.models import Activity, ActivityProgress, Course, Enrolment, QuizAttempt
from bina.learning.rules import EnrolmentState, Origin, ProgressState
from bina.people.models import Agency, User

DATA_FOLDER = Path(__file__).resolve().parent / "data" / "courses"

SAFETY, SERVICE, DATA = "keamanan-digital-asn", "layanan-media-sosial-pengaduan", "analisis-data-lembar-kerja"
COMPLETED, RUNNING, STOPPED = (
    EnrolmentState.COMPLETED.value,
    EnrolmentState.STARTED.value,
    EnrolmentState.WITHDRAWN.value,
)
# course: share of people who took it, how many of them finished (at most), and the true gain on its competencies.
TAKEN: dict[str, tuple[float, float, int, float]] = {
    SAFETY: (0.21, 0.60, 1_000_000, 1.05),
    SERVICE: (0.13, 0.52, 1_000_000, 0.22),
    # A young course: so few have finished that nobody can tell yet what it does.
    DATA: (0.03, 0.12, 7, 0.80),
}
# What the trainer of the story has written for the own agency; only its people take it. It has no tests.
LOCAL, LOCAL_AGENCY = "arsip-digital-kelurahan", "pontianak"
# What others have made is played in courses too: cards in H5P, an exercise in SCORM, decisions in cmi5.
PACKED: dict[str, dict[str, tuple[str, ...]]] = {
    LOCAL: {"benar-salah.h5p": ("benar-salah",), "serah-terima.zip": ("serah-terima",)},
    # Cards of their own for the same library.
    TOUR: {"kartu-belajar.h5p": ("benar-salah", "kartu-belajar"), "pekan-belajar.zip": ("pekan-belajar",)},
}
TAKEN[LOCAL] = (0.11, 0.45, 1_000_000, 0.0)
YOUNG_DAYS = 48
# The people of the story: course, state, started and ended (or active) days ago, share of the parts done.
STORIES: dict[str, list[tuple[str, str, int, int, float]]] = {
    "siti": [(SERVICE, COMPLETED, 118, 101, 1.0), (SAFETY, RUNNING, 24, 2, 0.62)],
    "fadli": [],
    "rusli": [(SAFETY, COMPLETED, 83, 66, 1.0)],
    "nurbaiti": [(SAFETY, RUNNING, 9, 3, 0.15), (SERVICE, COMPLETED, 150, 131, 1.0)],
    "mardiana": [(SERVICE, COMPLETED, 95, 79, 1.0), (SAFETY, COMPLETED, 140, 122, 1.0)],
    "sugeng": [(DATA, COMPLETED, 40, 21, 1.0)],
    "kristina": [(DATA, RUNNING, 33, 4, 0.45)],
    "hamdi": [(SAFETY, RUNNING, 16, 1, 0.30)],
    "laila": [(SAFETY, COMPLETED, 110, 92, 1.0), (SERVICE, RUNNING, 20, 5, 0.55)],
    "daud": [(SAFETY, RUNNING, 30, 6, 0.48)],
    "puspawati": [(SAFETY, COMPLETED, 75, 60, 1.0), (DATA, RUNNING, 14, 2, 0.35)],
}
KEPT_QUIZZES = 4_000


@dataclass(slots=True)
class Study:
    """One person in one course."""

    person: int
    course: Course
    state: str
    started_at: dt.datetime
    ended_at: dt.datetime
    done: int
    origin: str
    id: int = 0
    public_id: str = ""
    grade: float | None = None
    tries: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """The public id as other rooms keep it."""
        return dashed(self.public_id)


def course_folder(slug: str) -> dict[str, bytes]:
    """The files of a course of the own agency, with the packages that it plays."""
    folder = DATA_FOLDER / slug
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for file, names in PACKED[slug].items():
        content: dict[str, bytes] = {}
        for name in names:
            content |= files_of(name)
        found[f"media/{file}"] = packed(content)
    return found


def open_local_courses(world: World) -> None:
    """The trainer of the story brings courses of the own agency in and publishes them, as one does on the screen."""
    trainer = world.people[world.row("sugeng")]
    user = User.objects.select_related("employee__agency", "employee__unit", "employee__position__job_class").get(
        pk=trainer.user_id
    )
    agency = Agency.objects.get(pk=trainer.agency.id)
    for slug in (LOCAL, TOUR):
        report = import_course_folder(packed(course_folder(slug)), by=user, agency=agency)
        if report.version is None:
            raise ValueError("; ".join(f"{row.file}: {row.sentence}" for row in report.errors))
        publish_version(by=user, version=report.version)


def study(world: World) -> list[Study]:
    """Write enrolments, progress, quizzes and course tests; returns the enrolments, oldest first."""
    writer = SessionWriter(world)
    studies: list[Study] = []
    for slug in TAKEN:
        course = Course.objects.select_related("current_version").get(slug=slug)
        studies += _CourseHistory(world, writer, course).write()
    studies.sort(key=lambda row: (row.started_at, row.person))
    return studies


class _CourseHistory:
    """Everything that happened in one course."""

    def __init__(self, world: World, writer: SessionWriter, course: Course) -> None:
        self._world, self._writer, self._course = world, writer, course
        version = course.current_version
        if version is None:
            raise ValueError(f"course {course.slug} is not published")
        self._version = version
        # What is handed in and looked at by others has its own story; nobody finishes it by walking through.
        handed = ("assignment", "workplace", "discussion")
        self._activities = list(Activity.objects.filter(version=version).exclude(kind__in=handed).order_by("order"))
        self._rng = world.chance.stream(f"study/{course.slug}")
        minutes = [activity.minutes for activity in self._activities]
        whole = sum(minutes)
        self._reached = [sum(minutes[: place + 1]) / whole for place in range(len(minutes))]
        self._columns = {world.column[line.competency_id] for line in version.competencies.all()}

    def write(self) -> list[Study]:
        """Draw who took the course, then write all rows."""
        world = self._world
        studies = sorted(self._draw(), key=lambda row: (row.started_at, row.person))
        ids = world.ledger.next_ids(Enrolment, len(studies))
        milliseconds = np.array([int(row.started_at.timestamp() * 1000) for row in studies], dtype=np.int64)
        identities = version7(world.chance.numbers(f"enrolment/{self._course.slug}"), milliseconds)
        for row, row_id, identity in zip(studies, ids, identities, strict=True):
            row.id, row.public_id = row_id, identity
        forms = self._forms()
        self._take_tests(studies, forms)
        world.ledger.write(Enrolment, _ENROLMENT, (self._enrolment(row) for row in studies))
        world.ledger.write(ActivityProgress, _PROGRESS, self._progress(studies))
        world.ledger.write(QuizAttempt, _QUIZ, self._quizzes(studies))
        for row in studies:
            self._tell(row)
        return studies

    def _draw(self) -> Iterator[Study]:
        rng, world = self._rng, self._world
        share, finishing, most, _ = TAKEN[self._course.slug]
        reach = YOUNG_DAYS if self._course.slug == DATA else 180
        finished = sum(
            1
            for key in world.named
            for row in STORIES.get(key, [])
            if row[0] == self._course.slug and row[1] == COMPLETED
        )
        for place, person in enumerate(world.people):
            if person.account:
                for slug, state, begun, ended, done in STORIES.get(person.key, []):
                    if slug == self._course.slug:
                        yield self._study(place, state, begun, ended, done, Origin.PLAN.value)
                continue
            draw, outcome, begun = rng.random(), rng.random(), rng.randint(8, reach)
            length, done = rng.randint(3, 38), rng.uniform(0.05, 0.9)
            origin = rng.choices((Origin.PLAN.value, Origin.SELF.value, Origin.HR.value), (55, 30, 15))[0]
            if draw > share or person.legal_status in {"02", "20"}:
                continue
            if self._course.slug == LOCAL and person.agency.key != LOCAL_AGENCY:
                continue
            if outcome < finishing and finished < most and begun > length + 1:
                finished += 1
                yield self._study(place, COMPLETED, begun, begun - length, 1.0, origin)
            elif outcome > 0.95:
                yield self._study(place, STOPPED, begun, max(1, begun - length), done / 2, origin)
            elif outcome > 0.90:
                yield self._study(place, RUNNING, begun, begun, 0.0, origin)
            else:
                begun = min(begun, 110)
                yield self._study(place, RUNNING, begun, rng.randint(1, begun), done, origin)

    def _study(self, place: int, state: str, begun: int, ended: int, done: float, origin: str) -> Study:
        rng, chance = self._rng, self._world.chance
        start = at(workday(chance.days_ago(begun)), rng.randint(60, 300))
        end = max(start + dt.timedelta(minutes=30), at(chance.days_ago(ended), rng.randint(310, 720)))
        # Who has not finished has not done the last part that counts, mostly the final test.
        last = max(place for place, activity in enumerate(self._activities) if activity.is_required)
        count = len(self._activities) if state == COMPLETED else min(last, int(done * len(self._activities)))
        return Study(place, self._course, state, start, end, count, origin)

    def _moment(self, row: Study, place: int) -> dt.datetime:
        """When a part was done: spread over the time of learning by the length of the parts."""
        last = self._reached[max(0, row.done - 1)]
        return (row.started_at + (row.ended_at - row.started_at) * (self._reached[place] / last)).replace(microsecond=0)

    def _forms(self) -> dict[str, Form]:
        codes = {row.payload["blueprint"]: row.key for row in self._activities if row.kind == "test"}
        blueprints = Blueprint.objects.filter(code__in=codes)
        return {codes[row.code]: read_form(row, self._world.column) for row in blueprints}

    def _take_tests(self, studies: list[Study], forms: dict[str, Form]) -> None:
        for place, activity in enumerate(self._activities):
            if activity.kind == "test":
                takers = [row for row in studies if row.done > place]
                if takers:
                    self._take_test(takers, activity, place, forms[activity.key])

    def _take_test(self, takers: list[Study], activity: Activity, place: int, form: Form) -> None:
        """The first try of everyone, and a second one of those who did not pass the final test."""
        world, is_post = self._world, activity.payload["role"] == "post"
        truth = world.truth[[row.person for row in takers]].copy()
        if is_post:
            truth[:, sorted(self._columns)] += TAKEN[self._course.slug][3]
        numbers = world.chance.numbers(f"{self._course.slug}/{activity.key}")
        right = numbers.random(size=(len(takers), len(form.versions))) < form.chances(truth)
        passing = activity.payload.get("passing") if is_post else None
        # The first try lies an hour before the part counts as done; a second one comes after some reading.
        self._write_tries(takers, activity, place, form, right, passing, minutes=60, counts=True)
        if passing is None:
            return
        again = [spot for spot in range(len(takers)) if 100 * right[spot].mean() < passing]
        if not again:
            return
        needed = int(np.ceil(passing / 100 * len(form.versions) - 1e-9))
        for spot in again:
            wrong = np.flatnonzero(~right[spot])
            right[spot, numbers.permutation(wrong)[: max(0, needed - int(right[spot].sum()))]] = True
        self._write_tries(
            [takers[spot] for spot in again], activity, place, form, right[again], passing, minutes=0, counts=False
        )

    def _write_tries(
        self, takers: list[Study], activity: Activity, place: int, form: Form, right: Any, passing: int | None, *,
        minutes: int, counts: bool,
    ) -> None:  # fmt: skip
        rng = self._rng
        attempts = [
            Attempt(
                row.person, form.blueprint.code,
                max(row.started_at + dt.timedelta(minutes=5), self._moment(row, place) - dt.timedelta(minutes=minutes)),
                rng.randint(7, max(8, form.blueprint.minutes - 2)),
            )
            for row in takers
        ]  # fmt: skip
        contexts = [row.reference for row in takers]
        role = Purpose.POST if activity.payload["role"] == "post" else Purpose.PRE
        # A second try has its own identities and is no evidence: its explanations were read after the first.
        identities = self._writer.write(
            form, attempts, right, source=Source.COURSE_TEST, purpose=role.value, contexts=contexts, passing=passing,
            counts=[counts] * len(takers), stem=f"{self._course.slug}/{activity.key}/{counts}",
        )  # fmt: skip
        for row, attempt, identity, share in zip(
            takers, attempts, identities, right.mean(axis=1).tolist(), strict=True
        ):
            row.tries.setdefault(activity.key, []).append(
                {
                    "session": dashed(identity), "score": round(share, 6), "at": attempt.finished_at.isoformat(),
                    "on": (attempt.finished_at + dt.timedelta(hours=7)).date().isoformat(),
                }
            )  # fmt: skip
            if role is Purpose.POST:
                row.grade = round(100 * max(known["score"] for known in row.tries[activity.key]), 2)

    def _enrolment(self, row: Study) -> tuple[Any, ...]:
        person = self._world.people[row.person]
        required = [(place, activity) for place, activity in enumerate(self._activities) if activity.is_required]
        marks = {activity.key: "c" for activity in self._activities[: row.done]}
        latest = self._activities[row.done - 1].key if row.done else ""
        if row.state == RUNNING and row.done and row.done < len(self._activities) - 1:
            marks[self._activities[row.done].key] = "o"
            latest = self._activities[row.done].key
        ended = stamp(row.ended_at)
        return (
            row.id, row.public_id, person.id, self._course.pk, self._version.pk, row.state, row.origin, person.user_id,
            stamp(row.started_at), ended if row.state == COMPLETED else None, ended if row.state == STOPPED else None,
            ended, ended if row.done else None, latest, sum(1 for place, _ in required if place < row.done), len(required),
            sum(activity.minutes for place, activity in required if place >= row.done), row.grade, as_json(marks),
        )  # fmt: skip

    def _progress(self, studies: list[Study]) -> Iterator[tuple[Any, ...]]:
        rng = self._rng
        for row in studies:
            for place, activity in enumerate(self._activities[: row.done]):
                moment = self._moment(row, place)
                seconds = int(activity.minutes * 60 * rng.uniform(0.5, 1.3))
                evidence, best, attempts = self._evidence(row, activity, seconds)
                yield (
                    row.id, activity.pk, ProgressState.COMPLETED.value, as_json(evidence), best, attempts,
                    stamp(max(row.started_at, moment - dt.timedelta(seconds=seconds))), stamp(moment),
                )  # fmt: skip
            if row.state == RUNNING and row.done and row.done < len(self._activities) - 1:
                yield (
                    row.id, self._activities[row.done].pk, ProgressState.OPENED.value, as_json({"seconds": 40}), None, 0,
                    stamp(row.ended_at), None,
                )  # fmt: skip

    def _evidence(self, row: Study, activity: Activity, seconds: int) -> tuple[dict[str, Any], float | None, int]:
        match activity.kind:
            case "test":
                tries = row.tries.get(activity.key, [])
                return {"tries": tries}, max((known["score"] for known in tries), default=None), len(tries)
            case "quiz":
                return {"seconds": seconds}, self._quiz_score(row, activity), 1
            case "video":
                length = float(activity.payload.get("seconds") or 60)
                return {"seconds": seconds, "length": length, "intervals": [[0.0, length]], "at": length}, None, 0
            case "h5p" | "scorm":
                score = self._rng.choice((0.5, 0.75, 0.75, 1.0, 1.0))
                return {"seconds": seconds, "done": True, "verdict": "", "score": score}, score, 0
            case "lti":
                score = self._rng.choice((0.7, 0.8, 0.8, 0.9, 1.0))
                return {"seconds": seconds, "opened": True, "done": True, "waiting": False, "score": score}, score, 0
            case "file" | "link":
                return {"seconds": seconds, "downloads": 1}, None, 0
        return {"seconds": seconds}, None, 0

    def _right_in_quiz(self, row: Study, activity: Activity) -> list[bool]:
        """Which questions of a quiz the person had right; always enough to pass, the same whenever asked."""
        items = activity.payload["items"]
        rng = random.Random(f"{self._world.chance.seed}/{row.public_id}/{activity.key}")
        right = [rng.random() < 0.82 for _ in items]
        needed = activity.payload.get("passing", 0) / 100 * len(items)
        for place in rng.sample(range(len(items)), len(items)):
            if sum(right) >= needed:
                break
            right[place] = True
        return right

    def _quiz_score(self, row: Study, activity: Activity) -> float:
        right = self._right_in_quiz(row, activity)
        return round(sum(right) / len(right), 6)

    def _quizzes(self, studies: list[Study]) -> Iterator[tuple[Any, ...]]:
        questions = {
            activity.key: [(item["code"], Question.of(item["kind"], item)) for item in activity.payload["items"]]
            for activity in self._activities
            if activity.kind == "quiz"
        }
        kept = 0
        for row in studies:
            for place, activity in enumerate(self._activities[: row.done]):
                if activity.kind != "quiz" or (kept >= KEPT_QUIZZES and not self._world.people[row.person].account):
                    continue
                kept += 1
                right = self._right_in_quiz(row, activity)
                paired = list(zip(questions[activity.key], right, strict=True))
                answers = {
                    code: question.right if is_right else question.wrong for (code, question), is_right in paired
                }
                scores = {code: float(is_right) for (code, _), is_right in paired}
                yield (
                    row.id, activity.pk, 1, f"{row.public_id[:20]}-{place}", as_json(answers), as_json(scores),
                    round(sum(right) / len(right), 6), stamp(self._moment(row, place)),
                )  # fmt: skip

    def _tell(self, row: Study) -> None:
        person, version = self._world.people[row.person], self._version
        data = {
            "course": self._course.slug, "course_public_id": str(self._course.public_id), "version": version.number,
            "employee_id": person.id, "origin": row.origin, "origin_id": "", "title": version.title,
        }  # fmt: skip
        head = (row.person, "enrolment", row.reference, version.title, person.agency.id)
        happenings = self._world.happenings
        happenings.append((row.started_at, "enrolment.started", *head, data))
        if row.state == COMPLETED:
            more = {
                "learning_hours": version.learning_hours, "form": version.form_code, "level": version.level,
                "started_on": row.started_at.date().isoformat(), "completed_on": row.ended_at.date().isoformat(),
                "grade": row.grade,
            }  # fmt: skip
            happenings.append((row.ended_at, "enrolment.completed", *head, {**data, **more}))
        elif row.state == STOPPED:
            happenings.append((row.ended_at, "enrolment.withdrawn", *head, data))


_ENROLMENT = (
    "id", "public_id", "employee_id", "course_id", "version_id", "state", "origin", "enrolled_by_id", "started_at",
    "completed_at", "withdrawn_at", "active_at", "studied_at", "latest_activity_key", "parts_done", "parts_total",
    "minutes_left", "grade", "progress_marks",
)  # fmt: skip
_PROGRESS = (
    "enrolment_id", "activity_id", "state", "evidence", "best_score", "attempts", "opened_at", "completed_at",
)  # fmt: skip
_QUIZ = ("enrolment_id", "activity_id", "number", "token", "answers", "scores", "score", "submitted_at")
