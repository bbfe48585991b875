"""A person asks for a level to be looked at again; somebody responsible decides, with a reason."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.competencies import entries
from bina.competencies.actions.evidence import withdraw_evidence
from bina.competencies.models import Appeal, Competency
from bina.competencies.queries.appeals import appeal_to_decide, evidence_in_question
from bina.competencies.queries.profiles import level_of
from bina.competencies.rules import AppealState, can_decide_appeal
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied
from bina.journal.actions import record

if TYPE_CHECKING:
    from bina.journal.registry import Verb
    from bina.people.models import Employee, User

SHORTEST_STATEMENT = 20


@transaction.atomic
def request_review(*, by: "User", employee: "Employee", competency: Competency, statement: str) -> Appeal:
    """Ask for one's own level to be looked at again; while a request is open, that one comes back.

    Raises Denied for anybody else, Refused when nothing is measured or the statement says too little to decide on.
    """
    if by.employee_id != employee.pk:
        denied(_("Peninjauan hanya dapat diminta oleh orangnya sendiri.")).require()
    level = level_of(employee, competency)
    if level is None or level.mean is None:
        raise Refused(_("Belum ada bukti yang dihitung untuk kompetensi ini, jadi belum ada yang dapat ditinjau."))
    if len(statement.strip()) < SHORTEST_STATEMENT:
        raise Refused(_("Jelaskan apa yang menurut Anda keliru, sedikitnya satu kalimat."))
    appeal, is_new = Appeal.objects.get_or_create(
        employee=employee, competency=competency, state=AppealState.OPEN.value,
        defaults={"statement": statement.strip()[:1000], "requested_at": clock.now()},
    )  # fmt: skip
    if is_new:
        _note(entries.APPEAL_REQUESTED, by, appeal)
    return appeal


@transaction.atomic
def withdraw_review(*, by: "User", appeal: Appeal) -> None:
    """Take one's own request back. Raises Denied for anybody else, Refused when it was decided already."""
    if by.employee_id != appeal.employee_id:
        denied(_("Peninjauan hanya dapat ditarik oleh orangnya sendiri.")).require()
    locked = _locked(appeal)
    locked.state, locked.decided_at = AppealState.WITHDRAWN.value, clock.now()
    locked.save(update_fields=["state", "decided_at"])
    _note(entries.APPEAL_WITHDRAWN, by, locked)


@transaction.atomic
def decide_review(*, by: "User", appeal: Appeal, reason: str, withdrawn: Collection[str] = ()) -> Appeal:
    """Decide on a request: the pieces of evidence named in ``withdrawn`` (public ids) no longer count; none keeps the level.

    The person is told, with the reason. Raises Denied for anybody who does not review this person's levels (nobody decides
    on their own), Refused without a reason, when it was decided already, or for a piece that is not in question.
    """
    if appeal_to_decide(by, appeal.public_id) is None:
        denied(_("Hanya pengelola kepegawaian instansi yang dapat memutuskan peninjauan ini.")).require()
    if not reason.strip():
        raise Refused(_("Tuliskan alasan keputusan; pegawai akan membacanya."))
    locked = _locked(appeal)
    pieces = {str(piece.public_id): piece for piece in evidence_in_question(locked)}
    if unknown := set(withdrawn) - set(pieces):
        raise Refused(_("%(n)s bukti yang dipilih sudah tidak dihitung. Muat ulang halaman.") % {"n": len(unknown)})
    for public_id in withdrawn:
        withdraw_evidence(by=by, evidence=pieces[public_id], reason=reason.strip())
    locked.state = (AppealState.CHANGED if withdrawn else AppealState.KEPT).value
    locked.decided_at, locked.decided_by_name = clock.now(), by.display_name
    locked.decision_reason = reason.strip()
    locked.save()
    _note(entries.APPEAL_DECIDED, by, locked, reason.strip())
    return locked


def _locked(appeal: Appeal) -> Appeal:
    """The request, locked and still open."""
    locked = Appeal.objects.select_for_update(of=("self",)).select_related("employee", "competency").get(pk=appeal.pk)
    can_decide_appeal(locked.state).require()
    return locked


def _note(verb: "Verb", by: "User", appeal: Appeal, reason: str = "") -> None:
    record(
        verb, by=by, kind="appeal", object_id=appeal.public_id, name=appeal.employee.full_name,
        agency_id=appeal.employee.agency_id, reason=reason, data={"competency": appeal.competency.code},
    )  # fmt: skip
