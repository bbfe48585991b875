"""What people hand in for a step of their pathway, and what those who look at it decide."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment.actions import drop_files, keep_fresh
from bina.assessment.rules import LONGEST_TEXT, can_be_handed_in
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.learning import entries
from bina.learning.actions.journeys import finish_step, held_journey
from bina.learning.models import Journey, StepFile, StepWork
from bina.learning.queries import confirms_step_work, way_of_journey
from bina.learning.rules import (
    LONGEST_COMMENT,
    OPEN_TO_LEARNER,
    STEP_KINDS,
    Confirmer,
    StepKind,
    WorkState,
    can_do,
    can_move_step_work,
    can_return,
    can_walk,
)

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from bina.journal.registry import Verb
    from bina.people.models import User


def _held(by: "User", journey: Journey, key: str) -> tuple[StepWork, StepKind]:
    """The person's work for a step, held, made on the first touch, with the kind of the step. Raises Denied or Refused."""
    if by.employee_id is None or by.employee_id != journey.employee_id:
        denied(_("Hanya peserta sendiri yang dapat menjalani jalurnya.")).require()
    held = held_journey(journey)
    can_walk(held.state).require()
    step = way_of_journey(held, with_proofs=False).find(key)
    can_do(step).require()
    kind = STEP_KINDS.get(step.step["kind"]) if step is not None else None
    if step is None or kind is None or kind.confirmed_by is Confirmer.NOBODY:
        raise Refused(_("Langkah ini selesai dengan sendirinya; tidak ada yang perlu diserahkan."))
    if step.is_finished and not StepWork.objects.filter(journey=held, step=key).exists():
        raise Refused(_("Langkah ini sudah selesai."))
    StepWork.objects.get_or_create(journey=held, step=key)
    work = StepWork.objects.select_for_update(of=("self",)).get(journey=held, step=key)
    work.journey = held
    return work, kind


def _note(verb: "Verb", by: "User", work: StepWork) -> None:
    journey = work.journey
    record(
        verb, by=by, kind="step_work", object_id=work.public_id, name=work.title,
        agency_id=journey.employee.agency_id, reason=work.comment,
        data={"pathway": journey.pathway.slug, "step": work.step, "employee_id": journey.employee_id},
    )  # fmt: skip


def _require_open(work: StepWork) -> None:
    if work.state not in OPEN_TO_LEARNER:
        can_move_step_work(work.state, WorkState.HANDED_IN).require()


@transaction.atomic
def save_step_draft(
    *, by: "User", journey: Journey, key: str, text: str, uploads: "Sequence[UploadedFile[Any]]" = (), remove: str = ""
) -> StepWork:
    """Keep the words and further files as a draft, and take the file ``remove`` (its public id) out. Raises Refused when the
    work is out of one's hands, the step is not open, or a file may not be kept; then nothing of this call is kept."""
    work, _kind = _held(by, journey, key)
    _require_open(work)
    work.text, work.saved_at = text.strip()[:LONGEST_TEXT], clock.now()
    work.save(update_fields=["text", "saved_at"])
    if remove:
        drop_files([row for row in work.files.all() if str(row.public_id) == remove])
    keep_fresh(uploads, set(work.files.values_list("digest", flat=True)), partial(StepFile, work=work))
    return work


@transaction.atomic
def hand_in_step(*, by: "User", journey: Journey, key: str) -> StepWork:
    """Hand the draft in; handed in already, nothing changes. Raises Refused when something is missing."""
    work, kind = _held(by, journey, key)
    if work.state == WorkState.HANDED_IN:
        return work
    can_move_step_work(work.state, WorkState.HANDED_IN).require()
    can_be_handed_in(
        text=work.text, file_count=work.files.count(), wants_text=True, wants_files=kind.wants_files
    ).require()
    if work.handed_in_at is not None:
        work.former = [
            *work.former,
            {"handed_in_at": work.handed_in_at.isoformat(), "text": work.text, "comment": work.comment,
             "by": work.decided_by_name},
        ]  # fmt: skip
    work.state, work.handed_in_at = WorkState.HANDED_IN.value, clock.now()
    work.comment, work.decided_by_name, work.decided_at = "", "", None
    work.save()
    _note(entries.STEP_HANDED_IN, by, work)
    return work


@transaction.atomic
def decide_step(*, by: "User", work: StepWork, is_confirmed: bool, comment: str) -> StepWork:
    """Who looks at the work says whether it was really done: then the step is; else it goes back with words. Decided already the
    same way, nothing changes. Raises Denied for anybody else, Refused without words where it goes back.
    """
    journey = held_journey(work.journey)
    held = StepWork.objects.select_for_update(of=("self",)).get(pk=work.pk)
    held.journey = journey
    if not confirms_step_work(by, held):
        denied(_("Kiriman ini tidak menunggu keputusan Anda.")).require()
    to = WorkState.ACCEPTED if is_confirmed else WorkState.RETURNED
    if held.state == to:
        return held
    if held.state != WorkState.HANDED_IN:
        can_move_step_work(held.state, WorkState.DRAFT).require()
    can_move_step_work(held.state, to).require()
    if not is_confirmed:
        can_return(comment).require()
    held.state, held.decided_at, held.decided_by_name = to.value, clock.now(), by.display_name
    held.comment = comment.strip()[:LONGEST_COMMENT]
    held.save()
    _note(entries.STEP_ACCEPTED if is_confirmed else entries.STEP_RETURNED, by, held)
    if is_confirmed:
        finish_step(by=by, journey=journey, key=held.step, title=held.title, name=by.display_name)
    return held
