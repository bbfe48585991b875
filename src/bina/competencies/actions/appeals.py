"""A person asks for a level to be looked at again; a colleague who knows the matter judges, somebody responsible decides."""

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.competencies import entries
from bina.competencies.actions.evidence import withdraw_evidence
from bina.competencies.models import Appeal, Competency
from bina.competencies.queries.appeals import (
    appeal_to_assess,
    appeal_to_decide,
    assessors_for,
    decided_the_first,
    decisions_on_this_evidence,
    evidence_in_question,
)
from bina.competencies.queries.profiles import level_of
from bina.competencies.rules import (
    DECISION_DAYS,
    OPEN_APPEALS,
    OPINION_DAYS,
    SHORTEST_STATEMENT,
    AppealState,
    Opinion,
    can_ask_again,
    can_decide_appeal,
    can_give_opinion,
    can_name_assessor,
    can_withdraw_appeal,
)
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied
from bina.journal.actions import record

if TYPE_CHECKING:
    from bina.journal.registry import Verb
    from bina.people.models import Employee, User


@transaction.atomic
def request_review(*, by: "User", employee: "Employee", competency: Competency, statement: str) -> Appeal:
    """Ask for one's own level to be looked at again; while a request is open, that one comes back.

    A second request on the same evidence goes to an assessor and to somebody else for decision; a third waits for new
    evidence. Raises Denied for anybody else, Refused when nothing is measured or the statement says too little to decide on.
    """
    if by.employee_id != employee.pk:
        denied(_("Peninjauan hanya dapat diminta oleh orangnya sendiri.")).require()
    waiting = Appeal.objects.filter(employee=employee, competency=competency, state__in=OPEN_APPEALS).first()
    if waiting is not None:
        return waiting
    level = level_of(employee, competency)
    if level is None or level.mean is None:
        raise Refused(_("Belum ada bukti yang dihitung untuk kompetensi ini, jadi belum ada yang dapat ditinjau."))
    if len(statement.strip()) < SHORTEST_STATEMENT:
        raise Refused(_("Jelaskan apa yang menurut Anda keliru, sedikitnya satu kalimat."))
    decided = decisions_on_this_evidence(employee, competency).count()
    can_ask_again(decided).require()
    appeal, is_new = Appeal.objects.get_or_create(
        employee=employee, competency=competency, state=AppealState.OPEN.value,
        defaults={
            "statement": statement.strip()[:1000], "requested_at": clock.now(), "round_number": decided + 1,
            "due_on": clock.today() + dt.timedelta(days=DECISION_DAYS),
        },
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
    can_withdraw_appeal(locked.state).require()
    locked.state, locked.decided_at = AppealState.WITHDRAWN.value, clock.now()
    locked.save(update_fields=["state", "decided_at"])
    _note(entries.APPEAL_WITHDRAWN, by, locked)


@transaction.atomic
def name_assessor(*, by: "User", appeal: Appeal, assessor_id: str) -> Appeal:
    """Ask a colleague who knows the matter (public id) for an opinion; naming the same one again changes nothing.

    Another one may be named while the opinion is waited for; the former does not judge any more. Raises Denied for anybody
    who does not review this person's levels, Refused for somebody who gave the evidence, was named before or decides.
    """
    _require_decider(by, appeal)
    locked = _locked(appeal)
    can_name_assessor(locked.state).require()
    if locked.assessor is not None and str(locked.assessor.public_id) == assessor_id:
        return locked
    chosen = next(
        (row.employee for row in assessors_for(locked, by) if str(row.employee.public_id) == assessor_id), None
    )
    if chosen is None:
        raise Refused(
            _(
                "Orang ini tidak dapat ditunjuk: ia ikut memberi bukti, pernah ditunjuk, atau tidak lagi memenuhi syarat."
            )
        )
    if locked.assessor_id:
        locked.past_assessors = [*locked.past_assessors, locked.assessor_id]
    locked.assessor, locked.assessor_name = chosen, chosen.full_name
    locked.assessor_named_at = clock.now()
    locked.opinion_due_on = clock.today() + dt.timedelta(days=OPINION_DAYS)
    locked.state = AppealState.ASSESSING.value
    locked.save()
    _note(entries.APPEAL_ASSESSOR_NAMED, by, locked)
    return locked


@transaction.atomic
def decline_opinion(*, by: "User", appeal: Appeal, reason: str) -> None:
    """Give a request back because one cannot judge it freely or well enough; somebody else is to be named.

    Raises Denied for anybody but the assessor, Refused without a reason or when no opinion is waited for.
    """
    locked = _asked_of(by, appeal)
    if len(reason.strip()) < SHORTEST_STATEMENT:
        raise Refused(_("Tuliskan dalam satu kalimat mengapa Anda tidak dapat menilai."))
    locked.past_assessors = [*locked.past_assessors, by.employee_id or 0]
    locked.assessor, locked.assessor_name, locked.assessor_named_at = None, "", None
    locked.opinion_due_on, locked.state = None, AppealState.OPEN.value
    locked.save()
    _note(entries.APPEAL_OPINION_DECLINED, by, locked, reason.strip())


@transaction.atomic
def give_opinion(*, by: "User", appeal: Appeal, opinion: str, reason: str) -> Appeal:
    """Judge a level as the assessor: one of `Opinion`, with a reason that the person reads after the decision.

    Raises Denied for anybody but the assessor, Refused without a reason or when no opinion is waited for.
    """
    locked = _asked_of(by, appeal)
    if opinion not in {member.value for member in Opinion}:
        raise Refused(_("Pilih salah satu pendapat."))
    if len(reason.strip()) < SHORTEST_STATEMENT:
        raise Refused(_("Jelaskan pendapat Anda, sedikitnya satu kalimat."))
    locked.opinion, locked.opinion_reason, locked.opinion_at = opinion, reason.strip()[:2000], clock.now()
    locked.state = AppealState.ASSESSED.value
    locked.save()
    _note(entries.APPEAL_ASSESSED, by, locked)
    return locked


def _asked_of(by: "User", appeal: Appeal) -> Appeal:
    """The request, locked, whose opinion is waited for from this account's person."""
    locked = _locked(appeal)
    if appeal_to_assess(by, appeal.public_id) is None or locked.assessor_id != by.employee_id:
        denied(_("Hanya penelaah yang ditunjuk yang dapat memberi pendapat.")).require()
    can_give_opinion(locked.state).require()
    return locked


@transaction.atomic
def decide_review(*, by: "User", appeal: Appeal, reason: str, withdrawn: Collection[str] = ()) -> Appeal:
    """Decide on a request: the pieces of evidence named in ``withdrawn`` (public ids) no longer count; none keeps the level.

    The person is told, with the reason. Raises Denied for anybody who does not review this person's levels (nobody decides
    on their own, or on what they judged), Refused without a reason, when it was decided already, when a second request has no
    opinion yet or met the same decider, or for a piece that is not in question.
    """
    _require_decider(by, appeal)
    if not reason.strip():
        raise Refused(_("Tuliskan alasan keputusan; pegawai akan membacanya."))
    locked = _locked(appeal)
    can_decide_appeal(
        locked.state, round_number=locked.round_number, was_decider=decided_the_first(by, locked)
    ).require()
    if locked.assessor_id is not None and locked.assessor_id == by.employee_id:
        denied(_("Anda memberi pendapat dalam permintaan ini; keputusan diambil oleh orang lain.")).require()
    pieces = {str(piece.public_id): piece for piece in evidence_in_question(locked)}
    if unknown := set(withdrawn) - set(pieces):
        raise Refused(_("%(n)s bukti yang dipilih sudah tidak dihitung. Muat ulang halaman.") % {"n": len(unknown)})
    for public_id in withdrawn:
        withdraw_evidence(by=by, evidence=pieces[public_id], reason=reason.strip())
    locked.state = (AppealState.CHANGED if withdrawn else AppealState.KEPT).value
    locked.decided_at, locked.decided_by, locked.decided_by_name = clock.now(), by, by.display_name
    locked.decision_reason = reason.strip()
    locked.save()
    _note(entries.APPEAL_DECIDED, by, locked, reason.strip())
    return locked


def _require_decider(by: "User", appeal: Appeal) -> None:
    if appeal_to_decide(by, appeal.public_id) is None:
        denied(_("Hanya pengelola kepegawaian instansi yang dapat memutuskan peninjauan ini.")).require()


def _locked(appeal: Appeal) -> Appeal:
    """The request as it is now, locked."""
    return (
        Appeal.objects.select_for_update(of=("self",))
        .select_related("employee__agency", "competency", "assessor")
        .get(pk=appeal.pk)
    )


def _note(verb: "Verb", by: "User", appeal: Appeal, reason: str = "") -> None:
    record(
        verb, by=by, kind="appeal", object_id=appeal.public_id, name=appeal.employee.full_name,
        agency_id=appeal.employee.agency_id, reason=reason, data={"competency": appeal.competency.code},
    )  # fmt: skip
