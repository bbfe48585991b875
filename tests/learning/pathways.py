"""A small complete pathway for tests, easy to bend, and short steps of those who make and walk it; everything is invented."""

import datetime as dt
from typing import Any

import yaml

from bina.competencies.actions import NewEvidence, record_evidence
from bina.competencies.queries import competencies_by_code
from bina.competencies.rules import Source
from bina.foundation import clock
from bina.learning import actions
from bina.learning.models import Course, Enrolment, Journey, Pathway, PathwayVersion
from bina.people.models import Agency, Employee

PDF = b"%PDF-1.4\n" + b"x" * 300


def pathway_content() -> dict[str, Any]:
    """Two stages: a course and a proven level; then a task at work, and one of two others."""
    return {
        "slug": "jalur-loket", "title": "Petugas loket digital", "summary": "Dari dasar sampai praktik di loket.",
        "description": "Jalur untuk petugas loket.\n", "audience": "Petugas loket",
        "stages": [
            {
                "title": "Bekal",
                "steps": [
                    {"key": "dasar", "kind": "course", "title": "Kursus dasar", "course": "kursus-mini",
                     "proven": {"competency": "digcomp-3.0/4.2", "level": 2}},
                    {"key": "terbukti", "kind": "level", "title": "Buktikan", "required": False,
                     "competency": "digcomp-3.0/4.1", "level": 1},
                ],
            },
            {
                "title": "Praktik", "waits": True, "needed": 2,
                "steps": [
                    {"key": "tugas", "kind": "task", "title": "Perbaiki satu formulir", "brief": "Pilih **satu** formulir."},
                    {"key": "temu", "kind": "outside", "title": "Temu petugas", "brief": "Hadiri satu pertemuan.",
                     "needs": ["tugas"]},
                    {"key": "kepala", "kind": "task", "title": "Ajari satu rekan", "brief": "Satu rekan.",
                     "only_for": {"job_classes": ["PENGAWAS"]}},
                ],
            },
        ],
    }  # fmt: skip


def written(content: dict[str, Any]) -> str:
    """The content as a file."""
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def publish_pathway(content: dict[str, Any] | None = None, *, agency: Agency | None = None) -> Pathway:
    """Bring the file in and publish it; fails with the problems when something is wrong with it."""
    pathway, problems = actions.import_pathway_file(by=None, agency=agency, text=written(content or pathway_content()))
    assert pathway is not None, [f"{p.line}: {p.sentence}" for p in problems]
    actions.publish_pathway(by=None, pathway=pathway)
    return Pathway.objects.select_related("current_version").get(pk=pathway.pk)


def draft_of(pathway: Pathway) -> PathwayVersion:
    """The draft, which must be there."""
    return pathway.versions.get(published_at=None)


def joined(person: Employee, pathway: Pathway) -> Journey:
    """The person on the way."""
    return actions.join_pathway(by=person.user, pathway=pathway)


def fresh_journey(journey: Journey) -> Journey:
    """The journey as it stands now."""
    return Journey.objects.select_related("version", "pathway", "employee__agency", "employee__unit").get(pk=journey.pk)


def complete_course(person: Employee, slug: str = "kursus-mini", grade: float | None = 90) -> Enrolment:
    """A completed enrolment, with everything that follows from it."""
    from bina.journal.actions import record
    from bina.learning import entries

    course = Course.objects.get(slug=slug)
    enrolment = actions.enrol(by=person.user, employee=person, course=course)
    enrolment.state, enrolment.completed_at, enrolment.grade = "completed", clock.now(), grade
    enrolment.save()
    record(
        entries.ENROLMENT_COMPLETED, by=person.user, kind="enrolment", object_id=enrolment.public_id, name=course.title,
        agency_id=person.agency_id,
        data={"course": slug, "course_public_id": str(course.public_id), "version": 1, "employee_id": person.pk,
              "learning_hours": 1, "form": "NK_ELEARNING", "level": 2, "title": course.title, "origin": "self",
              "origin_id": "", "started_on": clock.today().isoformat(), "completed_on": clock.today().isoformat(),
              "grade": grade},
    )  # fmt: skip
    return enrolment


def prove(person: Employee, code: str = "4.2", value: float = 3.4, source: Source = Source.TEST) -> None:
    """Evidence that proves a level far below its value."""
    competency = competencies_by_code()[code]
    record_evidence(
        by=None, employee=person, source=source, pieces=[NewEvidence(competency, value, 0.2)],
        observed_on=clock.today() - dt.timedelta(days=1), origin_kind="session", origin_id=f"proof-{code}-{source}",
    )  # fmt: skip
