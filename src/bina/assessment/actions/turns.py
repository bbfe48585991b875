"""Naming assessors and giving them turns: fairly, without conflicts of interest, and anew where somebody leaves."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.models import PracticalTask, RubricScore, TaskAssessor, TaskAssignment
from bina.assessment.queries.scoring import free_assessors, may_score_work, missing_turns
from bina.assessment.queries.tasks import agency_of_organiser, assignments_managed_by, task_visible_to
from bina.assessment.rules import OPEN_TO_ASSESSORS, OPEN_TO_PERSON, may_score
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.locks import hold
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.people.queries import active_employees, user_of

if TYPE_CHECKING:
    from bina.people.models import Employee, User

_AT_ASSESSORS = [state.value for state in OPEN_TO_ASSESSORS]
_UNFINISHED = [*_AT_ASSESSORS, *(state.value for state in OPEN_TO_PERSON)]


def give_missing_turns(work: TaskAssignment) -> None:
    """Give the turns that a work still needs to named assessors who may take them; organisers hear when nobody may."""
    needed = missing_turns(work)
    people = free_assessors(work)[:needed]
    for person in people:
        _give(work, person)
    if len(people) < needed:
        record(
            entries.WORK_LACKS_ASSESSORS, by=None, kind="practical_work", object_id=work.public_id,
            name=work.version.title, agency_id=work.employee.agency_id, data={"missing": needed - len(people)},
        )  # fmt: skip


def _give(work: TaskAssignment, person: "Employee") -> RubricScore:
    score = RubricScore.objects.create(
        assignment=work, assessor=person, is_third=work.needs_third, given_at=clock.now()
    )
    # Without an actor: an assessor must not learn from a notice whose work it is.
    record(
        entries.TURN_GIVEN, by=None, kind="rubric_score", object_id=score.public_id, name=work.version.title,
        agency_id=work.employee.agency_id, data={"assessor_id": person.pk},
    )  # fmt: skip
    return score


def _require_organiser(by: "User", task: PracticalTask) -> int:
    agency_id = agency_of_organiser(by, task)
    if task_visible_to(by, task.public_id) is None or agency_id is None:
        denied(_("Hanya penyelenggara asesmen yang dapat menunjuk penilai.")).require()
        raise AssertionError
    return agency_id


@transaction.atomic
def name_assessor(*, by: "User", task: PracticalTask, employee: "Employee") -> TaskAssessor:
    """Name somebody of the agency to score a task; works that wait for an assessor get one. Named already, nothing changes.

    Raises Denied without the right or, in words, where the person cannot score: not in the agency, no account, works on the
    task.
    """
    agency_id = _require_organiser(by, task)
    # Whoever is set the task at this moment cannot become its assessor, nor the other way round.
    hold(PracticalTask.objects.filter(pk=task.pk))
    works = TaskAssignment.objects.filter(version__task=task, employee=employee, state__in=_UNFINISHED)
    may_score(
        is_person=False,
        is_subordinate=False,
        in_agency=employee.agency_id == agency_id and active_employees().filter(pk=employee.pk).exists(),
        has_account=user_of(employee) is not None,
        works_on_it=works.exists(),
    ).require()
    named, is_new = TaskAssessor.objects.get_or_create(task=task, employee=employee, defaults={"named_at": clock.now()})
    if is_new:
        record(
            entries.ASSESSOR_NAMED, by=by, kind="practical_task", object_id=task.public_id, name=str(task),
            agency_id=agency_id, data={"employee_id": employee.pk},
        )  # fmt: skip
        for work in _waiting(task, agency_id):
            if missing_turns(work):
                give_missing_turns(work)
    return named


def _waiting(task: PracticalTask, agency_id: int) -> "list[TaskAssignment]":
    """Works of an agency that are with assessors, locked, the oldest first.

    Those that are still with their people are waited for as well: one of them may be handed in at this moment.
    """
    works = TaskAssignment.objects.filter(version__task=task, employee__agency_id=agency_id)
    hold(works.filter(state__in=_UNFINISHED))
    return list(
        works.filter(state__in=_AT_ASSESSORS)
        .select_related("version__task", "employee__unit", "employee__agency")
        .order_by("submitted_at", "id")
    )


@transaction.atomic
def remove_assessor(*, by: "User", task: PracticalTask, employee: "Employee") -> None:
    """Let somebody score a task no longer: what was sent counts, open turns go to others. Not named, nothing changes."""
    agency_id = _require_organiser(by, task)
    deleted, _rows = TaskAssessor.objects.filter(task=task, employee=employee, employee__agency_id=agency_id).delete()
    if not deleted:
        return
    record(
        entries.ASSESSOR_REMOVED, by=by, kind="practical_task", object_id=task.public_id, name=str(task),
        agency_id=agency_id, data={"employee_id": employee.pk},
    )  # fmt: skip
    for work in _waiting(task, agency_id):
        open_turns = RubricScore.objects.filter(assignment=work, assessor=employee, sent_at=None)
        if open_turns.exists():
            open_turns.delete()
            give_missing_turns(work)


@transaction.atomic
def give_turn(*, by: "User", assignment: TaskAssignment, assessor: "Employee") -> RubricScore:
    """Ask somebody by name to score a work, as one of two or as the third; asked already, that turn comes back.

    Raises Denied without the right or for a conflict of interest, Refused when nobody is needed.
    """
    if not assignments_managed_by(by).filter(pk=assignment.pk).exists():
        denied(_("Hanya penyelenggara asesmen yang dapat menunjuk penilai.")).require()
    work = (
        TaskAssignment.objects.select_for_update(of=("self",))
        .select_related("version__task", "employee__unit", "employee__agency")
        .get(pk=assignment.pk)
    )
    known = RubricScore.objects.filter(assignment=work, assessor=assessor).first()
    if known is not None and known.sent_at is None:
        return known
    if known is not None:
        raise Refused(_("Penilai ini sudah menilai kiriman ini. Pilih orang lain."))
    if work.state not in OPEN_TO_ASSESSORS or not missing_turns(work):
        raise Refused(_("Kiriman ini tidak memerlukan penilai lagi."))
    may_score_work(work, assessor).require()
    return _give(work, assessor)
