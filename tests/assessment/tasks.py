"""What tests of practical tasks share: a rubric, a published task with assessors, a work that was handed in."""

import io
import zipfile
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from bina.assessment import actions
from bina.assessment.models import PracticalTask, RubricScore, TaskAssignment
from bina.assessment.rules import Criterion, TaskFacts
from bina.competencies.queries import competencies_by_code
from bina.people.models import Employee
from tests.cast import Cast

TEXT = "Kami paham kekesalan Ibu; blanko sudah datang dan KTP dapat diambil besok mulai pukul 08.00."


def facts(title: str = "Menjawab pengaduan", **changes: Any) -> TaskFacts:
    """The words of a small task that asks for a text."""
    values: dict[str, Any] = {
        "title": title, "brief": "Tulis **jawaban** untuk warga.", "wants_text": True, "wants_files": False,
        "minutes": 30, "due_days": 7, "is_double": True, "largest_difference": 3,
    }  # fmt: skip
    return TaskFacts(**{**values, **changes})


def rubric(*codes: str) -> list[Criterion]:
    """One criterion of level 2 per competency code."""
    known = competencies_by_code()
    return [
        Criterion(str(known[code].public_id), 2, f"Kriteria {n}", tuple(f"Seperti nilai {mark}" for mark in range(5)))
        for n, code in enumerate(codes or ("2.1", "4.2"), start=1)
    ]


def published_task(cast: Cast, *assessors: Employee, **changes: Any) -> PracticalTask:
    """A published task of the agency with named assessors."""
    task = actions.create_task(by=cast.hr.user, facts=facts(**changes), criteria=rubric())
    actions.move_task(by=cast.hr.user, task=task, state="published")
    for person in assessors:
        actions.name_assessor(by=cast.hr.user, task=task, employee=person)
    return PracticalTask.objects.get(pk=task.pk)


def work_of(cast: Cast, task: PracticalTask, person: Employee, *, text: str = TEXT) -> TaskAssignment:
    """A work that a person has handed in."""
    actions.assign_task(by=cast.hr.user, task=task, people=[person])
    work = TaskAssignment.objects.get(version__task=task, employee=person, submitted_at=None)
    return actions.hand_in(by=person.user, assignment=work, text=text)


def score(work: TaskAssignment, assessor: Employee, *marks: int, comment: str = "") -> RubricScore:
    """An assessor sends these marks, criterion by criterion."""
    turn = RubricScore.objects.get(assignment=work, assessor=assessor)
    given = {str(n): mark for n, mark in enumerate(marks, start=1)}
    return actions.send_score(by=assessor.user, score=turn, marks=given, comment=comment)


def upload(name: str = "jawaban.txt", content: bytes = b"Isi jawaban") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content)


def office_file(*members: str) -> bytes:
    """An archive with these members, as office files are."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for member in members:
            archive.writestr(member, "<x/>")
    return stream.getvalue()
