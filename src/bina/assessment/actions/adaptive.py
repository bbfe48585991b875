"""An adaptive test: one answer, one next question; it ends by itself, and only its person decides what becomes of it."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.evidence_of_attempts import adopt_levels
from bina.assessment.actions.sessions import (
    end_session,
    held_for_answer,
    milliseconds_on,
    note_session,
    require_fitting_answer,
    require_owner,
)
from bina.assessment.models import Response, Session
from bina.assessment.queries.adaptive import known_so_far, latest_place, length_of, next_version, pilot_for, pool_for
from bina.assessment.rules import Answer, SessionState
from bina.foundation.errors import Refused

if TYPE_CHECKING:
    from bina.people.models import User


@transaction.atomic
def answer_and_go_on(*, by: "User", session: Session, position: int, answer: Answer, device: str = "") -> Session:
    """Keep the answer to the question an adaptive test waits at and choose the next one, or end the test.

    ``answer`` None means “I do not know”. An answer is final: sent again, from a second tab or another device, it changes
    nothing and the attempt comes back as it stands. Raises Refused after the deadline and its grace, when the attempt has
    ended, or for a question that was never asked; OtherDeviceError when a formal attempt is held by another device.
    """
    session, now = held_for_answer(by, session, device)
    if not 1 <= position <= session.item_count:
        raise Refused(_("Soal nomor %(n)s belum diajukan.") % {"n": position})
    if position < session.item_count:
        return session
    require_fitting_answer(answer)
    _place, version = latest_place(session)
    Response.objects.create(
        session=session, position=position, item_version=version, answer=answer, saved_at=now,
        score=0.0 if answer is None else round(version.graded(answer), 6),
        milliseconds=milliseconds_on(session, position, now),
    )  # fmt: skip
    if session.is_formal:
        # The next question leaves with this very answer.
        session.shown_position, session.shown_at = position + 1, now
    following = _following(session)
    if following is None:
        end_session(session, by)
    else:
        session.form.append(following)
        session.save(update_fields=["form", "adaptive", "shown_position", "shown_at"])
    return session


def _following(session: Session) -> int | None:
    """The item version to ask next; None when the test is over."""
    pool = pool_for(session)
    if pool is None:
        return None
    estimate, answered = known_so_far(session, pool)
    _level, error = estimate.average(pool.even_weights)
    if length_of(session.blueprint).is_over(answered, session.item_count, error):
        return None
    pilot = pilot_for(session, pool)
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
    is_new = row.adopted_at is None
    if not adopt_levels(row, by):
        raise Refused(_("Uji ini tidak berisi jawaban, jadi tidak ada yang dapat dipakai."))
    if is_new:
        note_session(entries.RESULT_ADOPTED, by, row, {})
    session.adopted_at = row.adopted_at
