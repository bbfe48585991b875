"""The levels of an ended attempt enter the profile as evidence."""

from typing import TYPE_CHECKING

from bina.assessment.actions.scoring import Estimate, without_prior
from bina.assessment.models import CompetencyScore, Session
from bina.assessment.queries.sessions import scores_of
from bina.assessment.rules import line_of_bank
from bina.competencies.actions import NewEvidence, record_evidence
from bina.competencies.rules import Source
from bina.foundation import clock

if TYPE_CHECKING:
    from bina.people.models import User


def evidence_line(session: Session) -> str:
    """What makes two attempts repeats of each other as evidence: the same course's test, or the same bank."""
    if session.blueprint.is_course_test:
        return f"course:{session.context_id or session.blueprint_id}"[:60]
    return line_of_bank(session.blueprint.bank_id)


def adopt_levels(session: Session, by: "User | None") -> bool:
    """Make the kept levels of an ended adaptive attempt evidence, once; False when it holds none."""
    scores = scores_of(session)
    if not scores or session.finished_at is None:
        return False
    if session.adopted_at is None:
        session.adopted_at = clock.now()
        session.save(update_fields=["adopted_at"])
        record_evidence(
            by=by, employee=session.employee, source=Source.TEST, observed_on=clock.day_of(session.finished_at),
            origin_kind="session", origin_id=session.public_id, line=evidence_line(session),
            pieces=[_piece(session, score) for score in scores],
        )  # fmt: skip
    return True


def _piece(session: Session, score: CompetencyScore) -> NewEvidence:
    own = without_prior(Estimate(score.value, score.standard_deviation), score.competency.framework.level_count)
    return NewEvidence(score.competency, own.value, own.standard_deviation, session.blueprint.title)
