"""An enrolment is opened again: one part is done anew, or what was done before a pause counts at once."""

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bina.foundation.errors import Refused
from bina.journal.actions import record
from bina.learning import entries
from bina.learning.actions.progress import OPENED, complete_when_done, finish, locked, note_score, progress_row, recount
from bina.learning.actions.works import take_work_back
from bina.learning.models import Activity, ActivityProgress, Enrolment
from bina.learning.queries import ENROLMENT_SUMS
from bina.learning.rules import (
    KINDS,
    Doing,
    EnrolmentState,
    ProgressState,
    can_become,
    can_give_reason,
    may_repair,
    parts_to_redo,
)
from bina.people.actions import note_person_changed
from bina.people.queries import standing_of

if TYPE_CHECKING:
    from bina.people.models import User


def settle(*, by: "User | None", enrolment: Enrolment) -> None:
    """Write as done what the evidence shows in an enrolment that runs again, held by the caller's transaction.

    What others decided during the pause (a work was accepted, a test ran out of time) closes its part now; with the last part
    the course is completed.
    """
    for row in (
        ActivityProgress.objects.filter(enrolment=enrolment).select_related("activity").order_by("activity__order")
    ):
        activity = row.activity
        kind = KINDS.get(activity.kind)
        if kind is None or kind.confirms:
            continue  # the learner says when it is done
        if row.state != ProgressState.COMPLETED and kind.can_complete(
            activity.payload, Doing(row.evidence, row.best_score)
        ):
            finish(by=by, enrolment=enrolment, activity=activity, row=row)
        noted = enrolment.facts.get("scores", {}).get(activity.key)
        if activity.kind == "test" and row.best_score is not None and noted is None:
            note_score(by=by, enrolment=enrolment, activity=activity, score=row.best_score)
    recount(enrolment)
    enrolment.save(update_fields=["parts_done", "parts_total", "minutes_left"])
    complete_when_done(by=by, enrolment=enrolment)


def keep_running(enrolment: Enrolment) -> None:
    """Write an enrolment, held by the caller's transaction, as running. Raises Refused beside another one that runs."""
    enrolment.state = EnrolmentState.STARTED.value
    enrolment.completed_at = enrolment.withdrawn_at = None
    try:
        with transaction.atomic():
            enrolment.save(update_fields=["state", "completed_at", "withdrawn_at"])
    except IntegrityError as error:
        raise Refused(
            _("Pegawai ini sedang mengikuti versi lain dari kursus yang sama. Biarkan versi itu diselesaikan.")
        ) from error


@transaction.atomic
def reopen_enrolment(*, by: "User", enrolment: Enrolment, reason: str, redo: Activity | None = None) -> Enrolment:
    """Take a completion or a withdrawal back, with a reason; the first completion stays in the journal.

    A completed course is reopened at one part that must be done again: ``redo``, else its final test, else its last
    required part that can be repeated; so the learner always has a way to the end. For authorised people; raises Denied, or
    Refused without a reason, for a part that cannot be repeated, and while another version of the course is under way. A
    running enrolment is left as it is.
    """
    held = locked(enrolment)
    may_repair(standing_of(by), unit_path=held.employee.unit.path, course_agency_id=held.course.agency_id).require()
    can_give_reason(reason).require()
    if held.state == EnrolmentState.STARTED:
        return held
    can_become(held.state, EnrolmentState.STARTED).require()
    part = _part_to_redo(held, redo) if held.state == EnrolmentState.COMPLETED else None
    keep_running(held)
    note_person_changed(held.employee_id, ENROLMENT_SUMS)
    record(
        entries.ENROLMENT_REOPENED, by=by, kind="enrolment", object_id=held.public_id, name=held.version.title,
        agency_id=held.employee.agency_id, reason=reason.strip(),
        data={"course": held.course.slug, "course_public_id": str(held.course.public_id), "employee_id": held.employee_id,
              "redo": (redo.key if redo else "")},
    )  # fmt: skip
    if part is not None:
        _open_again(held, part, by=by, reason=reason)
    settle(by=by, enrolment=held)
    return held


def _part_to_redo(enrolment: Enrolment, redo: Activity | None) -> Activity:
    """The part that is done again. Raises Refused when it is none of those that can be."""
    parts = parts_to_redo(enrolment.version.outline, enrolment.progress_marks)
    if redo is not None:
        if redo.version_id != enrolment.version_id:
            raise Refused(_("Bagian ini bukan milik versi kursus yang diikuti peserta."))
        if redo.key not in {part["key"] for part in parts}:
            raise Refused(
                _("Bagian ini tidak dapat diulang. Uji awal dikerjakan sekali saja; pilih bagian wajib yang lain.")
            )
        return redo
    if not parts:
        raise Refused(_("Kursus ini tidak punya bagian wajib yang dapat diulang, sehingga tidak dapat dibuka kembali."))
    final = next((part for part in parts if part.get("role") == "post"), parts[-1])
    return Activity.objects.get(version_id=enrolment.version_id, key=final["key"])


def _open_again(enrolment: Enrolment, activity: Activity, *, by: "User", reason: str) -> None:
    """Set one part back to opened; what was done before moves aside and stays readable."""
    row = progress_row(enrolment, activity)
    former = [*row.evidence.get("former", []), {name: row.evidence[name] for name in row.evidence if name != "former"}]
    row.evidence = {"former": former}
    row.state, row.completed_at, row.best_score = ProgressState.OPENED.value, None, None
    row.save(update_fields=["evidence", "state", "completed_at", "best_score"])
    take_work_back(by=by, enrolment=enrolment, activity=activity, reason=reason)
    enrolment.progress_marks[activity.key] = OPENED
    if activity.payload.get("role") == "post":
        enrolment.grade = None
    enrolment.save(update_fields=["progress_marks", "grade"])
