"""The life of a session: its token is fetched once, its statements are looked at and kept, it ends once."""

import base64
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Denied
from bina.integrations.cmi5 import entries
from bina.integrations.cmi5.actions.telling import about_unit, carry_over, mark, note_satisfied, say, settle
from bina.integrations.cmi5.models import LaunchSession, Registration, Standing
from bina.integrations.cmi5.queries import forgotten_sessions, is_over, running_sessions, unit_address
from bina.integrations.cmi5.rules import (
    LAUNCH_DATA,
    SessionState,
    Sitting,
    Word,
    abandoned,
    can_end,
    fault_of,
    is_defined,
    take,
)
from bina.journal.actions import record
from bina.learning.rules import can_learn
from bina.records.queries import agency_of_store, digest_of, known_ids
from bina.records.rules import Json

if TYPE_CHECKING:
    from bina.people.models import User

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch address answers: the token, or (section 8.2.3) a code with a sentence."""

    token: str = ""
    code: str = ""
    sentence: str = ""


@transaction.atomic
def fetch_token(*, fetch_key: str) -> Fetched:
    """Give the credentials of a session away, the first time that its fetch address is used, and never again."""
    session = LaunchSession.objects.select_for_update().filter(fetch_digest=digest_of(fetch_key)).first()
    if session is None:
        return Fetched(code="2", sentence=_("Alamat ini tidak dikenal."))
    if session.fetched_at is not None:
        return Fetched(code="1", sentence=_("Token sesi ini sudah pernah diambil. Luncurkan kembali kegiatannya."))
    if is_over(session):
        return Fetched(code="1", sentence=_("Sesi ini sudah berakhir. Luncurkan kembali kegiatannya."))
    secret = secrets.token_urlsafe(32)
    session.fetched_at, session.key_digest = clock.now(), digest_of(secret)
    session.save(update_fields=["fetched_at", "key_digest"])
    return Fetched(token=base64.b64encode(f"cmi5-{session.public_id.hex}:{secret}".encode()).decode())


def note_reading(*, session: LaunchSession, document: str) -> None:
    """Note that a unit has read its launch data, or the learner's preferences, as it must before its first statement."""
    flag = "has_read_launch_data" if document == LAUNCH_DATA else "has_read_preferences"
    if not getattr(session, flag):
        LaunchSession.objects.filter(pk=session.pk).update(**{flag: True})


def _held(session_id: int) -> LaunchSession:
    """A session with its registration, both held until the transaction ends, always in the same order."""
    known = LaunchSession.objects.only("registration_id").get(pk=session_id)
    registration = Registration.objects.select_for_update().get(pk=known.registration_id)
    session = LaunchSession.objects.select_for_update().get(pk=session_id)
    session.registration = registration
    session.unit.course = registration.course
    return session


@transaction.atomic
def take_statements(*, session_id: int, statements: Sequence[Json], write: Callable[[], list[str]]) -> list[str]:
    """Look at what a unit says, have it written, and do what follows: the standing, blocks and course, the learner's part.

    All or none. What was said already (the same id) is not looked at again: ``write`` compares it. Raises Denied, with
    the rule that was broken.
    """
    session = _held(session_id)
    registration = session.registration
    if is_over(session):
        raise Denied(_("Sesi ini sudah berakhir; tidak ada lagi yang diterima."))
    _require_learner(registration)
    standing, _is_new = Standing.objects.get_or_create(registration=registration, unit=session.unit)
    standing.registration, standing.unit = registration, session.unit
    known = known_ids(registration.store_id, [str(one["id"]) for one in statements if "id" in one])
    fresh = [one for one in statements if str(one.get("id", "")).lower() not in known]
    sitting = _sitting(session, standing)
    for place, statement in enumerate(fresh):
        fault = fault_of(statement, sitting)
        if fault:
            raise Denied(fault if len(statements) == 1 else f"[{place}] {fault}")
        take(statement, sitting)
    ids = write()
    if fresh:
        _follow(session, standing, sitting, fresh)
    return ids


def _sitting(session: LaunchSession, standing: Standing) -> Sitting:
    registration, unit = session.registration, session.unit
    return Sitting(
        session_id=str(session.public_id), registration=str(registration.public_id), agent=registration.agent,
        activity_id=unit_address(unit), publisher_id=unit.publisher_id, mode=session.mode,
        mastery_score=unit.mastery_score, state=session.state, has_read_launch_data=session.has_read_launch_data,
        has_read_preferences=session.has_read_preferences, has_judged=session.has_judged,
        is_completed=standing.is_completed, is_passed=standing.is_passed,
    )  # fmt: skip


def _follow(session: LaunchSession, standing: Standing, sitting: Sitting, fresh: Sequence[Json]) -> None:
    moment = clock.now()
    session.state, session.has_judged, session.spoke_at = sitting.state, sitting.has_judged, moment
    if session.state == SessionState.TERMINATED:
        session.ended_at = moment
    session.save(update_fields=["state", "has_judged", "spoke_at", "ended_at"])
    standing.is_completed, standing.is_passed = sitting.is_completed, sitting.is_passed
    told = {one["verb"]["id"]: one for one in fresh if is_defined(one)}
    judged = told.get(Word.PASSED) or told.get(Word.FAILED)
    if judged is not None:
        standing.is_failed = Word.FAILED in told
        scaled = judged["result"].get("score", {}).get("scaled")
        if scaled is not None:
            standing.score = max(float(scaled), standing.score or 0.0)
    if judged is None and Word.COMPLETED not in told:
        return
    is_now_satisfied = mark(standing)
    standing.save()
    if is_now_satisfied:
        settle(session.registration, session.public_id)
        note_satisfied(standing, session.activity)
    carry_over(standing, session.activity)


def _require_learner(registration: Registration) -> None:
    """Raise Denied when the learner has left the course, or the account was closed, since the launch."""
    enrolment = registration.enrolment
    if enrolment is None:
        return
    account: User | None = getattr(enrolment.employee, "user", None)
    if account is None or not account.is_active or not can_learn(enrolment.state):
        raise Denied(_("Keikutsertaan dalam kursus ini sudah berakhir; tidak ada lagi yang diterima."))


def abandon_running(registration: Registration) -> None:
    """Abandon every session of a registration that still runs (9.3.6). The registration is held by the caller."""
    for session in running_sessions(registration).select_for_update(of=("self",)):
        session.registration = registration
        session.unit.course = registration.course
        _end(session)


def _end(session: LaunchSession) -> None:
    about = about_unit(session.registration, session.unit, session.public_id)
    spoken_for = ((session.spoke_at or session.launched_at) - session.launched_at).total_seconds()
    say(session.registration, abandoned(about, clock.now(), seconds=spoken_for))
    session.state, session.ended_at = SessionState.ABANDONED.value, clock.now()
    session.save(update_fields=["state", "ended_at"])


@transaction.atomic
def abandon(*, by: "User | None", session: LaunchSession, client: str = "") -> None:
    """End a session that its unit did not end; from now on nothing is taken from it. Raises Refused when it has ended.

    The caller has decided who may; ``client`` names the program that asked for it.
    """
    held = _held(session.pk)
    can_end(held.state).require()
    _end(held)
    record(
        entries.CMI5_ABANDONED, by=by, kind="cmi5_session", object_id=held.public_id, name=held.unit.title,
        agency_id=agency_of_store(held.registration.store_id), data={"client": client} if client else {},
    )  # fmt: skip


def abandon_forgotten() -> int:
    """Abandon sessions whose credentials no longer count and whose units never said goodbye; how many that were."""
    count = 0
    for pk in list(forgotten_sessions().values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            held = _held(pk)
            if can_end(held.state):
                _end(held)
                count += 1
    return count
