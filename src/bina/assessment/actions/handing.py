"""Setting tasks to people, their drafts and handing in, sending back and calling off."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.handed_files import attach, drop_files
from bina.assessment.actions.turns import give_missing_turns
from bina.assessment.models import HandedFile, PracticalTask, RubricScore, TaskAssessor, TaskAssignment
from bina.assessment.queries.scoring import waiting_scores
from bina.assessment.queries.tasks import assignments_managed_by, people_with, task_visible_to
from bina.assessment.rules import (
    LONGEST_TEXT,
    MOST_AT_ONCE,
    OPEN_TO_ASSESSORS,
    OPEN_TO_PERSON,
    HandingState,
    TaskState,
    can_be_handed_in,
    can_move_handing,
)
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.locks import hold
from bina.foundation.verdict import denied
from bina.journal.actions import record

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from bina.journal.registry import Verb
    from bina.people.models import Employee, User


@dataclass(frozen=True, slots=True)
class AssignReport:
    """What setting a task did: who has it now, who had it open already, who is left out because of scoring it."""

    assigned: int
    already: int
    assessors: int


@transaction.atomic
def assign_task(
    *, by: "User", task: PracticalTask, people: "Iterable[Employee]", due_on: dt.date | None = None
) -> AssignReport:
    """Set a published task to people; who works on it already keeps what there is, so a second call changes nothing.

    Raises Denied without the right, Refused for a task that is not published, a date in the past, people whom the account
    does not organise, or more than ``MOST_AT_ONCE``.
    """
    if task_visible_to(by, task.public_id) is None:
        denied(_("Hanya penyelenggara asesmen yang dapat menugaskan tugas praktik.")).require()
    hold(PracticalTask.objects.filter(pk=task.pk))
    locked = PracticalTask.objects.select_related("current").get(pk=task.pk)
    version = locked.current
    if locked.state != TaskState.PUBLISHED or version is None:
        raise Refused(_("Tugas ini belum terbit, jadi belum dapat ditugaskan. Terbitkan dulu."))
    today = clock.today()
    due = due_on or today + dt.timedelta(days=version.due_days)
    if due < today:
        raise Refused(_("Batas waktunya sudah lewat. Pilih hari ini atau sesudahnya."))
    chosen = {person.pk: person for person in people}
    if len(chosen) > MOST_AT_ONCE:
        raise Refused(
            _("Satu kali paling banyak %(most)s orang, karena setiap kiriman dibaca penilai; yang dipilih %(n)s.")
            % {"most": MOST_AT_ONCE, "n": len(chosen)}
        )
    allowed = {person.pk for person in people_with(by, [person.public_id for person in chosen.values()])}
    if set(chosen) - allowed:
        raise Refused(_("Sebagian orang yang dipilih bukan pegawai yang Anda urus. Muat ulang halaman."))
    unfinished = [state.value for state in (*OPEN_TO_PERSON, *OPEN_TO_ASSESSORS)]
    busy = set(
        TaskAssignment.objects.filter(version__task=locked, employee_id__in=chosen, state__in=unfinished).values_list(
            "employee_id", flat=True
        )
    )
    scoring = set(
        TaskAssessor.objects.filter(task=locked, employee_id__in=chosen).values_list("employee_id", flat=True)
    )
    moment = clock.now()
    fresh = TaskAssignment.objects.bulk_create(
        TaskAssignment(version=version, employee=person, due_on=due, assigned_at=moment)
        for pk, person in chosen.items()
        if pk not in busy and pk not in scoring
    )
    if fresh:
        record(
            entries.TASK_ASSIGNED, by=by, kind="practical_task", object_id=locked.public_id, name=version.title,
            agency_id=fresh[0].employee.agency_id, data={"works": [str(row.public_id) for row in fresh]},
        )  # fmt: skip
    return AssignReport(len(fresh), len(busy), len(scoring - busy))


def _own(by: "User", assignment: TaskAssignment) -> TaskAssignment:
    """The person's own work, locked. Raises Denied for anybody else."""
    if by.employee_id != assignment.employee_id:
        denied(_("Tugas ini hanya dapat dikerjakan oleh orang yang ditugasi.")).require()
    return (
        TaskAssignment.objects.select_for_update(of=("self",))
        .select_related("version__task", "employee__unit", "employee__agency")
        .get(pk=assignment.pk)
    )


@transaction.atomic
def save_work(
    *, by: "User", assignment: TaskAssignment, text: str, uploads: "Sequence[UploadedFile[Any]]" = ()
) -> TaskAssignment:
    """Keep a draft and further files of one's own work. Raises Denied for others, Refused when it is out of one's hands or a
    file may not be kept."""
    work = _own(by, assignment)
    if work.state not in OPEN_TO_PERSON:
        can_move_handing(work.state, HandingState.SUBMITTED).require()
    work.text, work.saved_at = text[:LONGEST_TEXT], clock.now()
    work.save(update_fields=["text", "saved_at"])
    attach(uploads, assignment=work)
    return work


@transaction.atomic
def remove_file_of_work(*, by: "User", assignment: TaskAssignment, file: HandedFile) -> None:
    """Take a file out of one's own work while it is open; a file that is gone already stays gone."""
    work = _own(by, assignment)
    if work.state not in OPEN_TO_PERSON:
        can_move_handing(work.state, HandingState.SUBMITTED).require()
    drop_files(list(HandedFile.objects.filter(pk=file.pk, assignment=work)))


@transaction.atomic
def hand_in(*, by: "User", assignment: TaskAssignment, text: str) -> TaskAssignment:
    """Hand in one's own work: from now on it stays as it is, and assessors get their turns.

    Handing in the same text again changes nothing. Raises Denied for others, Refused when something asked for is missing or
    it is out of one's hands.
    """
    work = _own(by, assignment)
    text = text[:LONGEST_TEXT]
    if work.state in OPEN_TO_ASSESSORS and work.text == text:
        return work
    can_move_handing(work.state, HandingState.SUBMITTED).require()
    version = work.version
    can_be_handed_in(
        text=text, file_count=work.files.count(), wants_text=version.wants_text, wants_files=version.wants_files
    ).require()
    work.text, work.saved_at, work.submitted_at = text, clock.now(), clock.now()
    work.state, work.reason = HandingState.SUBMITTED.value, ""
    work.save(update_fields=["text", "saved_at", "submitted_at", "state", "reason"])
    note_work(entries.WORK_HANDED_IN, by, work)
    give_missing_turns(work)
    return work


def _managed(by: "User", assignment: TaskAssignment) -> TaskAssignment:
    """The work, locked."""
    return (
        TaskAssignment.objects.select_for_update(of=("self",))
        .select_related("version__task", "employee__unit", "employee__agency")
        .get(pk=assignment.pk)
    )


@transaction.atomic
def return_work(*, by: "User", assignment: TaskAssignment, reason: str) -> None:
    """Send a work back before anybody has scored it (a file cannot be read, a page is missing); the person reads why.

    For assessors with a turn in it and for organisers. Sent back already, nothing changes. Raises Denied for others, Refused
    without a reason or when scoring has begun.
    """
    has_turn = waiting_scores(by).filter(assignment=assignment).exists()
    if not has_turn and not assignments_managed_by(by).filter(pk=assignment.pk).exists():
        denied(_("Hanya penilai atau penyelenggara tugas ini yang dapat mengembalikannya.")).require()
    work = _managed(by, assignment)
    if work.state == HandingState.RETURNED:
        return
    can_move_handing(work.state, HandingState.RETURNED).require()
    if not reason.strip():
        raise Refused(_("Tuliskan apa yang perlu diperbaiki; pegawai akan membacanya."))
    RubricScore.objects.filter(assignment=work, sent_at=None).delete()
    work.state, work.submitted_at, work.reason = HandingState.RETURNED.value, None, reason.strip()[:300]
    # A week more than now: nobody is late because a file could not be read.
    work.due_on = max(work.due_on, clock.today() + dt.timedelta(days=7))
    work.save(update_fields=["state", "submitted_at", "reason", "due_on"])
    note_work(entries.WORK_RETURNED, by, work, work.reason)


@transaction.atomic
def cancel_work(*, by: "User", assignment: TaskAssignment, reason: str) -> None:
    """Call off a work that is not scored yet, with a reason that the person reads; called off already, nothing changes.

    What was handed in is not scored any more; its files are removed. Raises Denied without the right, Refused without a
    reason or when it is scored.
    """
    if not assignments_managed_by(by).filter(pk=assignment.pk).exists():
        denied(_("Hanya penyelenggara asesmen yang dapat membatalkan tugas ini.")).require()
    work = _managed(by, assignment)
    if work.state == HandingState.CANCELLED:
        return
    can_move_handing(work.state, HandingState.CANCELLED).require()
    if not reason.strip():
        raise Refused(_("Tuliskan alasannya; pegawai akan membacanya."))
    RubricScore.objects.filter(assignment=work, sent_at=None).delete()
    drop_files(list(work.files.all()))
    work.state, work.reason = HandingState.CANCELLED.value, reason.strip()[:300]
    work.save(update_fields=["state", "reason"])
    note_work(entries.WORK_CANCELLED, by, work, work.reason)


def note_work(verb: "Verb", by: "User | None", work: TaskAssignment, reason: str = "") -> None:
    """One line in the journal about a work."""
    record(
        verb, by=by, kind="practical_work", object_id=work.public_id, name=work.version.title,
        agency_id=work.employee.agency_id, reason=reason, data={"employee_id": work.employee_id},
    )  # fmt: skip
