"""The cmi5 unit of the course that holds every kind: a few people worked on it, one did not pass, one began again from nothing."""

import datetime as dt
import uuid

import msgspec

from bina.demo.touring import TOUR
from bina.demo.world import World
from bina.integrations.cmi5.actions.courses import course_of
from bina.integrations.cmi5.actions.launches import person
from bina.integrations.cmi5.models import AssignableUnit, LaunchSession, Registration, Standing
from bina.integrations.cmi5.queries import course_address, unit_address
from bina.integrations.cmi5.rules import (
    About,
    LaunchMode,
    SessionState,
    Word,
    activity,
    course_thing,
    launched,
    satisfied,
)
from bina.integrations.cmi5.rules.words import JUDGING, MASTERY_SCORE, MOVE_ON_CATEGORY
from bina.learning.models import Activity, ActivityProgress, Enrolment
from bina.learning.rules import DONE, ProgressState
from bina.records.actions import open_store, store_statements
from bina.records.queries import digest_of
from bina.records.rules import Json, identifier_of

# What came of each registration of each person, oldest first: the share right.
RESULTS: tuple[tuple[float, ...], ...] = ((1.0,), (2 / 3,), (1 / 3,), (1 / 3, 1.0))
LENGTH = dt.timedelta(minutes=5)


def launch_units(world: World) -> None:
    """Registrations, sessions and what they said, for as many people as there are results."""
    part = Activity.objects.select_related("version__course__agency").get(version__course__slug=TOUR, kind="cmi5")
    course, unit = course_of(part)
    others = Enrolment.objects.filter(course__slug=TOUR, progress_marks__has_key="sebelum").order_by("pk")
    chance = world.chance
    course.public_id = uuid.UUID(chance.identities("cmi5-course", 1)[0])
    course.save(update_fields=["public_id"])
    count = sum(len(one) for one in RESULTS)
    names = {kind: iter(chance.identities(f"cmi5-{kind}", count)) for kind in ("registration", "session")}
    for enrolment, shares in zip(others.select_related("employee__agency"), RESULTS, strict=False):
        store = open_store(by=None, agency=enrolment.employee.agency)
        for number, share in enumerate(shares, start=1):
            begun = chance.until_now(enrolment.started_at + dt.timedelta(hours=number))
            actor = person(str(enrolment.employee.public_id))
            registration = Registration.objects.create(
                public_id=uuid.UUID(next(names["registration"])), course=course, store=store, enrolment=enrolment, number=number,
                actor=actor, agent=identifier_of(actor) or "", created_at=begun,
            )  # fmt: skip
            _work(world, registration, unit, part, next(names["session"]), share, begun)
        _mark(
            enrolment, part, max(shares), max(shares) >= (unit.mastery_score or 0.0), chance.until_now(begun + LENGTH)
        )


def _work(
    world: World, registration: Registration, unit: AssignableUnit, part: Activity, session_id: str, share: float,
    begun: dt.datetime,
) -> None:  # fmt: skip
    """One session from its launch to its end, with everything that was said in it."""
    mastery = unit.mastery_score or 0.0
    is_passed, ended = share >= mastery, world.chance.until_now(begun + LENGTH)
    session = LaunchSession.objects.create(
        public_id=uuid.UUID(session_id), registration=registration, unit=unit, activity=part, mode=LaunchMode.NORMAL.value,
        state=SessionState.TERMINATED.value, fetch_digest=digest_of(session_id), fetched_at=begun, has_read_launch_data=True,
        has_read_preferences=True, has_judged=True, launched_at=begun, spoke_at=ended, ended_at=ended,
    )  # fmt: skip
    Standing.objects.create(
        registration=registration, unit=unit, is_completed=True, is_passed=is_passed, is_failed=not is_passed, score=share,
        satisfied_at=ended if is_passed else None,
    )  # fmt: skip
    about = About(
        registration.actor, str(registration.public_id), str(session.public_id),
        activity(unit_address(unit), unit.titles), unit.publisher_id,
    )  # fmt: skip
    verdict = Word.PASSED if is_passed else Word.FAILED
    said = [
        launched(about, begun, mode=LaunchMode.NORMAL.value, url=unit.url, terms=unit.terms),
        _of_unit(about, Word.INITIALIZED, begun, {}),
        _of_unit(about, Word.COMPLETED, ended, {"completion": True, "duration": "PT280S"}),
        _of_unit(
            about, verdict, ended, {"success": is_passed, "duration": "PT285S", "score": {"scaled": share}}, mastery
        ),
    ]
    if is_passed:
        course = unit.course
        whole = About(
            about.actor, about.registration, about.session_id, course_thing(course_address(course), course.titles),
            course.publisher_id,
        )  # fmt: skip
        said.append(satisfied(whole, ended))
        registration.satisfied_at = ended
        registration.save(update_fields=["satisfied_at"])
    said.append(_of_unit(about, Word.TERMINATED, ended, {"duration": "PT290S"}))
    store_statements(by=None, store_id=registration.store_id, raw=[msgspec.json.encode(one) for one in said], version=1)


def _of_unit(about: About, word: Word, moment: dt.datetime, result: Json, mastery: float | None = None) -> Json:
    """A statement as a unit sends it: in the frame of ours, with a verb and a result of its own."""
    told = satisfied(about, moment)
    told["verb"] = {"id": word.value}
    if word in JUDGING:
        told["context"]["contextActivities"]["category"].append({"id": MOVE_ON_CATEGORY})
    if mastery is not None:
        told["context"]["extensions"][MASTERY_SCORE] = mastery
    return told | ({"result": result} if result else {})


def _mark(enrolment: Enrolment, part: Activity, best: float, is_passed: bool, moment: dt.datetime) -> None:
    """What the course knows of it; the part need not be done, so nothing else of the enrolment moves."""
    ActivityProgress.objects.create(
        enrolment=enrolment, activity=part, best_score=best, opened_at=enrolment.started_at,
        state=(ProgressState.COMPLETED if is_passed else ProgressState.OPENED).value,
        completed_at=moment if is_passed else None,
        evidence={"verdict": "passed" if is_passed else "failed", "score": best} | ({"done": True} if is_passed else {}),
    )  # fmt: skip
    enrolment.progress_marks = {**enrolment.progress_marks, part.key: DONE if is_passed else "o"}
    enrolment.save(update_fields=["progress_marks"])
