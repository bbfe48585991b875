"""An adaptive test: one answer, one next question; it ends by itself, and only its person decides what becomes of it."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.forms_of_tests import form_rules
from bina.assessment.actions.scoring import Estimate, without_prior
from bina.assessment.actions.sessions import (
    end_session,
    evidence_line,
    note_session,
    require_fitting_answer,
    require_owner,
    zone_of,
)
from bina.assessment.models import Blueprint, CompetencyScore, ItemBank, Response, Session
from bina.assessment.queries.adaptive import known_so_far, latest_place, length_of, next_version, pilot_for, pool_of
from bina.assessment.queries.sessions import scores_of
from bina.assessment.rules import Answer, SessionState, can_answer
from bina.competencies.actions import NewEvidence, record_evidence
from bina.competencies.rules import Source
from bina.foundation import clock
from bina.foundation.errors import Refused

if TYPE_CHECKING:
    from bina.people.models import User


@transaction.atomic
def answer_and_go_on(*, by: "User", session: Session, position: int, answer: Answer) -> Session:
    """Keep the answer to the question an adaptive test waits at and choose the next one, or end the test.

    ``answer`` None means “I do not know”. An answer is final: sent again, from a second tab or another device, it changes
    nothing and the attempt comes back as it stands. Raises Refused after the deadline and its grace, when the attempt has
    ended, or for a question that was never asked.
    """
    require_owner(by, session.employee_id)
    session = (
        Session.objects.select_for_update(of=("self",)).select_related("employee", "blueprint__bank").get(pk=session.pk)
    )
    now = clock.now()
    can_answer(state=session.state, deadline=session.deadline_at, now=now, zone=zone_of(by)).require()
    if not 1 <= position <= session.item_count:
        raise Refused(_("Soal nomor %(n)s belum diajukan.") % {"n": position})
    if position < session.item_count:
        return session
    require_fitting_answer(answer)
    _place, version = latest_place(session)
    Response.objects.create(
        session=session, position=position, item_version=version, answer=answer, saved_at=now,
        score=0.0 if answer is None else round(version.graded(answer), 6),
    )  # fmt: skip
    following = _following(session)
    if following is None:
        end_session(session, by)
    else:
        session.form.append(following)
        session.save(update_fields=["form", "adaptive"])
    return session


def _following(session: Session) -> int | None:
    """The item version to ask next; None when the test is over."""
    pool = pool_of(session.blueprint.bank)
    if pool is None:
        return None
    estimate, answered = known_so_far(session, pool)
    _level, error = estimate.average(pool.even_weights)
    if length_of(session.blueprint).is_over(answered, session.item_count, error):
        return None
    pilot = pilot_for(session)
    if pilot is not None:
        session.adaptive["pilots"] = [*session.adaptive.get("pilots", []), pilot]
        return pilot
    return next_version(
        pool, estimate, asked=session.form, withheld=session.adaptive.get("withheld", []), seed=session.seed
    )


@transaction.atomic
def adopt_result(*, by: "User", session: Session) -> None:
    """Make the levels of one's own voluntary test evidence, so that profile, superior and planning see them.

    A second call changes nothing. Raises Denied for anybody but the person, Refused while the test runs, when it was set
    aside, or when it holds no answer.
    """
    require_owner(by, session.employee_id)
    row = Session.objects.select_for_update(of=("self",)).select_related("employee", "blueprint").get(pk=session.pk)
    if row.state not in (SessionState.FINISHED, SessionState.EXPIRED):
        raise Refused(_("Hasil baru dapat dipakai setelah uji selesai."))
    scores = scores_of(row)
    if not scores or row.finished_at is None:
        raise Refused(_("Uji ini tidak berisi jawaban, jadi tidak ada yang dapat dipakai."))
    if row.adopted_at is None:
        row.adopted_at = clock.now()
        row.save(update_fields=["adopted_at"])
        record_evidence(
            by=by, employee=row.employee, source=Source.TEST, observed_on=row.finished_at.date(), origin_kind="session",
            origin_id=row.public_id, line=evidence_line(row),
            pieces=[_piece(row, score) for score in scores],
        )  # fmt: skip
        note_session(entries.RESULT_ADOPTED, by, row, {})
    session.adopted_at = row.adopted_at


def _piece(session: Session, score: CompetencyScore) -> NewEvidence:
    own = without_prior(Estimate(score.value, score.standard_deviation), score.competency.framework.level_count)
    return NewEvidence(score.competency, own.value, own.standard_deviation, session.blueprint.title)


def make_diagnostic(bank: ItemBank) -> Blueprint:
    """The adaptive test of a bank, made when it is missing; what it measures follows the items in use."""
    rule = form_rules()["adaptive"]
    blueprint, _created = Blueprint.objects.get_or_create(
        code=rule["code"] % {"bank": bank.code},
        defaults={
            "bank": bank, "mode": Blueprint.Mode.ADAPTIVE, "title": rule["title"], "title_en": rule["title_en"],
            "description": rule["description"], "description_en": rule["description_en"], "minutes": rule["minutes"],
            "rule": {name: rule[name] for name in ("least", "most", "precision")}, "retake_days": rule["retake_days"],
            "order": 0,
        },
    )  # fmt: skip
    return blueprint
