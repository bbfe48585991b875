"""Practical tasks and their rubrics: written as drafts, published as versions, retired, copied; and those that ship."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.models import PracticalTask, RubricCriterion, TaskVersion
from bina.assessment.queries.tasks import competencies_of_tasks, may_keep_task, rubric_of, task_visible_to
from bina.assessment.rules import (
    Criterion,
    TaskFacts,
    TaskState,
    can_move_task,
    digest_of_task,
    rubric_problems,
)
from bina.competencies.queries import competencies_by_code
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.people.queries import agencies_visible_to
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.competencies.models import Competency
    from bina.journal.registry import Verb
    from bina.people.models import User


def _require_keeper(by: "User", task: PracticalTask) -> None:
    if not may_keep_task(by, task):
        denied(_("Hanya penyelenggara asesmen instansi ini yang dapat mengubah tugas praktiknya.")).require()


@transaction.atomic
def create_task(*, by: "User", facts: TaskFacts, criteria: Sequence[Criterion]) -> PracticalTask:
    """A new draft in the organiser's agency. Raises Denied without the right, Refused when a line of the rubric lacks a
    name, a competency or its level."""
    agencies = agencies_visible_to(by, Permission.MANAGE_ASSESSMENTS)
    own = agencies.filter(pk=by.employee.agency_id).first() if by.employee else None
    agency = own or agencies.first()
    if agency is None:
        denied(_("Hanya penyelenggara asesmen yang dapat menyusun tugas praktik.")).require()
    task = PracticalTask.objects.create(agency=agency, created_by=by, created_at=clock.now())
    _write(task, facts, criteria)
    _note(entries.TASK_SAVED, by, task)
    return task


@transaction.atomic
def save_task(*, by: "User", task: PracticalTask, facts: TaskFacts, criteria: Sequence[Criterion]) -> PracticalTask:
    """Change the words and the rubric: a draft in place, a published task by a new version that holds from now on.

    Works in progress keep the version they began with; the same words again change nothing. Raises Denied without the
    right, Refused when the rubric is not good enough for its state.
    """
    _require_keeper(by, task)
    locked = PracticalTask.objects.select_for_update().get(pk=task.pk)
    if locked.state == TaskState.RETIRED:
        raise Refused(_("Tugas yang tidak dipakai tidak dapat diubah. Terbitkan lagi atau salin dulu."))
    if _write(locked, facts, criteria):
        _note(entries.TASK_SAVED, by, locked)
    return locked


def _write(task: PracticalTask, facts: TaskFacts, criteria: Sequence[Criterion]) -> bool:
    """Write the version and its rubric where they are new or different; says whether they were."""
    known = competencies_of_tasks(task.agency_id)
    kept = [row for row in criteria if not row.is_blank]
    is_complete = task.state == TaskState.PUBLISHED
    counts = {key: row.framework.level_count for key, row in known.items()}
    problems = rubric_problems(kept, counts, is_complete=is_complete)
    if problems:
        raise Refused(" ".join(problems))
    if not (facts.wants_text or facts.wants_files):
        raise Refused(_("Pilih apa yang diserahkan: jawaban tertulis, berkas, atau keduanya."))
    digest = digest_of_task(facts, kept)
    current = task.current
    if current is not None and current.digest == digest:
        return False
    values: dict[str, Any] = {name: getattr(facts, name) for name in TaskFacts.__slots__}
    values |= {"digest": digest, "created_at": clock.now()}
    if current is not None and task.state == TaskState.DRAFT:
        for name, value in values.items():
            setattr(current, name, value)
        current.save()
        current.criteria.all().delete()
        version = current
    else:
        version = TaskVersion.objects.create(task=task, number=current.number + 1 if current else 1, **values)
    RubricCriterion.objects.bulk_create(
        _criterion(version, order, row, known) for order, row in enumerate(kept, start=1)
    )
    task.current = version
    task.save(update_fields=["current"])
    return True


def _criterion(version: TaskVersion, order: int, row: Criterion, known: "Mapping[str, Competency]") -> RubricCriterion:
    return RubricCriterion(
        version=version, order=order, competency=known[row.competency], level=row.level, name=row.name,
        descriptors=list(row.descriptors),
    )  # fmt: skip


@transaction.atomic
def move_task(*, by: "User", task: PracticalTask, state: str) -> None:
    """Publish a task, retire it, or publish a retired one again; works in progress go on undisturbed.

    The same state again changes nothing. Raises Denied without the right, Refused for a step that does not exist or a rubric
    that is not complete.
    """
    _require_keeper(by, task)
    locked = PracticalTask.objects.select_for_update().get(pk=task.pk)
    if locked.state == state:
        return
    can_move_task(locked.state, state).require()
    if state == TaskState.PUBLISHED and locked.current is not None:
        known = competencies_of_tasks(locked.agency_id)
        problems = rubric_problems(
            criteria_of(locked.current), {key: row.framework.level_count for key, row in known.items()}
        )
        if problems:
            raise Refused(" ".join(problems))
    locked.state = TaskState(state).value
    locked.save(update_fields=["state"])
    task.state = locked.state
    _note(entries.TASK_PUBLISHED if state == TaskState.PUBLISHED else entries.TASK_RETIRED, by, locked)


def criteria_of(version: TaskVersion) -> list[Criterion]:
    """The rubric of a version as it would be typed."""
    return [
        Criterion(str(row.competency.public_id), row.level, row.name, tuple(row.descriptors))
        for row in rubric_of(version)
    ]


def facts_of(version: TaskVersion) -> TaskFacts:
    """The words of a version as they would be typed."""
    return TaskFacts(**{name: getattr(version, name) for name in TaskFacts.__slots__})


@transaction.atomic
def copy_task(*, by: "User", task: PracticalTask) -> PracticalTask:
    """An own draft with the words and the rubric of a task that the organiser may see. Raises Denied otherwise."""
    if task_visible_to(by, task.public_id) is None or task.current is None:
        denied(_("Tugas ini tidak dapat Anda salin.")).require()
        raise AssertionError
    return create_task(by=by, facts=facts_of(task.current), criteria=criteria_of(task.current))


def load_shipped_tasks(content: Sequence[Mapping[str, Any]]) -> None:
    """The national tasks that ship with Bina; a second call changes nothing, other words become a new version."""
    known: dict[str, Mapping[str, Competency]] = {}
    for entry in content:
        framework = entry.get("framework", "digcomp-3.0")
        by_code = known.setdefault(framework, competencies_by_code(framework))
        facts = TaskFacts(**{name: entry[name] for name in TaskFacts.__slots__})
        criteria = [
            Criterion(str(by_code[row["competency"]].public_id), row["level"], row["name"], tuple(row["marks"]))
            for row in entry["rubric"]
        ]
        task, _created = PracticalTask.objects.get_or_create(
            code=entry["code"], defaults={"state": TaskState.PUBLISHED.value, "created_at": clock.now()}
        )
        _write(task, facts, criteria)


def _note(verb: "Verb", by: "User", task: PracticalTask) -> None:
    record(verb, by=by, kind="practical_task", object_id=task.public_id, name=str(task), agency_id=task.agency_id)
