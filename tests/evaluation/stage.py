"""What tests of results need on stage: a course, learners, their two tests, their reactions. All of it invented."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from bina.assessment.actions import respond_to_survey
from bina.assessment.models import Blueprint, CompetencyScore, ItemBank, Session
from bina.competencies.models import Competency
from bina.evaluation.actions import load_reference_data
from bina.evaluation.models import Programme
from bina.foundation import clock
from bina.learning.models import Course, CourseVersion, Enrolment
from bina.people.models import Agency, Employee, OrgUnit, User
from tests.cast import add_person

# Ten gains whose figures are worked out by hand: mean 0.40, standard deviation 0.20.
GAINS = (0.2, 0.4, 0.6, 0.1, 0.3, 0.5, 0.4, 0.2, 0.6, 0.7)
BEFORE = (1.5, 1.5, 1.5, 1.5, 1.5, 2.5, 2.5, 2.5, 2.5, 2.5)
# t(9; 0.975) = 2.262157; 0.2 / √10 × t = 0.143070
LOW, HIGH, ERROR = 0.256930, 0.543070, 0.063246

GOOD_ANSWERS = {
    "relevance": "5", "clarity": "4", "quality": "4", "access": "3", "workload": "4", "confidence": "5",
    "intention": "5", "recommendation": "5",
}  # fmt: skip


def competency(code: str) -> Competency:
    """A national digital competency by its code."""
    return Competency.objects.get(framework__code="digcomp-3.0", code=code, agency=None)


def add_course(slug: str = "keamanan-digital", *, agency: Agency | None = None, owner: User | None = None) -> Course:
    """A published course with one version."""
    load_reference_data()
    course = Course.objects.create(slug=slug, agency=agency, owner=owner, state="published")
    course.current_version = CourseVersion.objects.create(
        course=course, number=1, title=f"Kursus {slug}", summary="Ringkas.", form_code="NK_ELEARNING", level=2,
        learning_hours=4, passing_grade=70, content_hash=slug, imported_at=clock.now(), published_at=clock.now(),
    )  # fmt: skip
    course.save()
    return course


def add_agency(code: str = "lain") -> OrgUnit:
    """Another agency; returns the unit that stands for the whole of it."""
    agency = Agency.objects.create(code=code, name="Pemerintah Kabupaten Lain", short_name="Kab. Lain", kind="regency")
    tree: Any = OrgUnit.objects  # treebeard ships no types
    root: OrgUnit = tree.add_root({"agency": agency, "code": "R", "name": agency.name})
    return root


def add_learners(unit: OrgUnit, count: int, *, start: int = 100) -> list[Employee]:
    """People of one unit, numbered so that names do not clash."""
    return [
        add_person(unit, f"Peserta Nomor{number}", "PELAKSANA", "Pengelola Layanan", serial=number)
        for number in range(start, start + count)
    ]


def enrol(person: Employee, course: Course, *, state: str = "completed", days_ago: int = 10) -> Enrolment:
    """A person on a course."""
    moment = clock.now() - dt.timedelta(days=days_ago)
    assert course.current_version is not None
    return Enrolment.objects.create(
        employee=person, course=course, version=course.current_version, state=state, started_at=moment,
        active_at=moment, completed_at=clock.now() if state == "completed" else None,
    )  # fmt: skip


def score(
    enrolment: Enrolment, purpose: str, values: Mapping[str, float], *, error: float = 0.1, hours_ago: int = 0
) -> Session:
    """The scores of one finished course test: level by competency code."""
    bank, _ = ItemBank.objects.get_or_create(code="uji", defaults={"name": "Uji", "framework_code": "digcomp-3.0"})
    blueprint, _ = Blueprint.objects.get_or_create(
        code=f"{enrolment.course.slug}-{purpose}",
        defaults={"kind": "course", "bank": bank, "title": purpose, "minutes": 15},
    )
    moment = clock.now() - dt.timedelta(hours=hours_ago)
    session = Session.objects.create(
        employee=enrolment.employee, blueprint=blueprint, purpose=purpose, context_kind="enrolment",
        context_id=str(enrolment.public_id), state="finished", seed=1, started_at=moment, deadline_at=moment,
        finished_at=moment, score=0.5,
    )  # fmt: skip
    for code, value in values.items():
        CompetencyScore.objects.create(
            session=session, competency=competency(code), value=value, standard_deviation=error, share=0.5, item_count=4
        )
    return session


def teach(
    people: Sequence[Employee], course: Course, *, gains: Sequence[float] = GAINS, code: str = "4.1", error: float = 0.1
) -> list[Enrolment]:
    """Everyone finishes the course and takes both tests, gaining as given."""
    enrolments = []
    for person, before, gain in zip(people, BEFORE * 30, gains, strict=False):
        enrolment = enrol(person, course)
        score(enrolment, "pre", {code: before}, error=error, hours_ago=5)
        score(enrolment, "post", {code: before + gain}, error=error)
        enrolments.append(enrolment)
    return enrolments


def react(person: Employee, programme: Programme, *, words: str = "") -> None:
    """A person answers the survey of a programme."""
    answers = GOOD_ANSWERS | ({"improvement": words} if words else {})
    respond_to_survey(
        by=person.user, instrument_code="reaksi", context_kind="programme", context_id=programme.public_id,
        answers=answers,
    )  # fmt: skip
