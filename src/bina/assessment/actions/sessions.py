"""Attempts: begun or resumed, answered step by step, ended once, scored in the same breath."""

import datetime as dt
import json
import secrets
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.evidence_of_attempts import adopt_levels, evidence_line
from bina.assessment.actions.participation import note_attempt_over, note_attempt_set_aside
from bina.assessment.actions.profile_scores import keep_levels
from bina.assessment.actions.scoring import Estimate, ScoredAnswer, ability, without_prior
from bina.assessment.models import Blueprint, CompetencyScore, Item, ItemVersion, Response, Session
from bina.assessment.queries.adaptive import (
    correlations_for_new,
    diagnostic_again_on,
    next_version,
    pilots_of,
    pool_of,
    withheld_for,
)
from bina.assessment.queries.allowances import minutes_for
from bina.assessment.queries.sessions import (
    available_on,
    form_versions,
    held_session,
    may_cancel_for,
    may_see_blueprint,
    overdue_sessions,
    scored_before,
)
from bina.assessment.rules import (
    Answer,
    Purpose,
    SessionState,
    can_answer,
    can_cancel,
    can_start_again,
    passed,
    require_device,
)
from bina.assessment.rules.pilots import with_pilots
from bina.competencies.actions import NewEvidence, record_evidence, withdraw_evidence
from bina.competencies.queries import evidence_of
from bina.competencies.rules import Source
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.journal.registry import Verb
from bina.science.psychometrics.adaptive import ProfileEstimate

if TYPE_CHECKING:
    from bina.people.models import Employee, User

LARGEST_ANSWER = 4_000
LONGEST_TIME = 24 * 3_600_000  # milliseconds


def require_owner(by: "User", employee_id: int) -> None:
    """Raises Denied unless the account is the person's own."""
    if by.employee_id != employee_id:
        denied(_("Uji hanya dapat dikerjakan oleh orangnya sendiri.")).require()


def start_session(
    *,
    by: "User",
    employee: "Employee",
    blueprint: Blueprint,
    purpose: str = "diagnostic",
    context_kind: str = "",
    context_id: str = "",
) -> Session:
    """Begin an attempt, or return the open one (another device, a second tab, a second click).

    Raises Refused when the form may not be repeated yet (with the date), when a pre-test was already taken, or when the
    form has no questions; Denied for anybody but the person.
    """
    require_owner(by, employee.pk)
    now = clock.now()
    context = {"context_kind": context_kind, "context_id": context_id}
    mine = Session.objects.filter(employee=employee, blueprint=blueprint, **context, state=SessionState.OPEN.value)
    open_session = mine.first()
    if open_session and not open_session.is_overdue(now):
        return open_session
    if open_session:
        # Ended for good, even where beginning anew is refused below.
        finish_session(by=None, session=open_session)
    return _begin(by, employee, blueprint, Purpose(purpose), context)


@transaction.atomic
def _begin(
    by: "User", employee: "Employee", blueprint: Blueprint, purpose: Purpose, context: dict[str, str]
) -> Session:
    if not may_see_blueprint(by, blueprint):
        raise Refused(_("Uji ini tidak dipakai lagi. Pilih uji lain di halaman Ukur."))
    if blueprint.is_course_test:
        _require_first_pre_test(employee, blueprint, purpose, context)
    elif blueprint.is_adaptive:
        can_start_again(available_on=diagnostic_again_on(employee, blueprint), today=clock.today()).require()
    else:
        can_start_again(available_on=available_on(employee, blueprint), today=clock.today()).require()
    seed = secrets.randbelow(2**31)
    form, adaptive = first_form(blueprint, seed)
    tried = pilots_of(blueprint) if form and purpose is Purpose.DIAGNOSTIC and not blueprint.is_adaptive else []
    if tried:
        form, adaptive = with_pilots(form, tried, seed), {"pilots": tried}
    return open_attempt(by, employee, blueprint, purpose, context, seed, form, adaptive)


def open_attempt(
    by: "User", employee: "Employee", blueprint: Blueprint, purpose: Purpose, context: Mapping[str, str], seed: int,
    form: list[int], adaptive: Mapping[str, object],
) -> Session:  # fmt: skip
    """A new attempt with this form, on the clock from now; the open one of the same context where there is one."""
    now = clock.now()
    session, is_new = Session.objects.get_or_create(
        employee=employee,
        blueprint=blueprint,
        **context,
        state=SessionState.OPEN.value,
        defaults={
            "purpose": purpose.value,
            "form": form,
            "adaptive": adaptive,
            "seed": seed,
            "started_at": now,
            "deadline_at": now + dt.timedelta(minutes=minutes_for(employee, blueprint.minutes)),
        },
    )  # fmt: skip
    if is_new:
        note_session(entries.SESSION_STARTED, by, session, {})
        if not blueprint.is_adaptive and adaptive.get("pilots"):
            Item.objects.filter(current__in=session.adaptive["pilots"]).update(asked_count=F("asked_count") + 1)
    return session


def first_form(blueprint: Blueprint, seed: int) -> tuple[list[int], dict[str, object]]:
    """The questions an attempt begins with, and what an adaptive one remembers."""
    if not blueprint.is_adaptive:
        return list(blueprint.places.order_by("position").values_list("item_version_id", flat=True)), {}
    believed = correlations_for_new(blueprint.bank)
    pool = pool_of(blueprint.bank, believed)
    if pool is None:
        raise Refused(_("Uji ini belum berisi soal. Pilih uji lain di halaman Ukur."))
    withheld = withheld_for(pool, seed)
    nothing = ProfileEstimate(pool.prior.mean, pool.prior.covariance)
    first = next_version(pool, nothing, asked=[], withheld=withheld, seed=seed)
    remembered: dict[str, object] = {"withheld": withheld} | ({"correlations": believed} if believed else {})
    return ([] if first is None else [first]), remembered


def _require_first_pre_test(
    employee: "Employee", blueprint: Blueprint, purpose: Purpose, context: dict[str, str]
) -> None:
    taken = Session.objects.filter(employee=employee, blueprint=blueprint, **context)
    if purpose is Purpose.PRE and taken.exclude(state=SessionState.CANCELLED.value).exists():
        raise Refused(_("Uji awal hanya dikerjakan sekali, sebelum belajar; hasil Anda tersimpan."))


def held_for_answer(by: "User", session: Session, device: str) -> tuple[Session, dt.datetime]:
    """The attempt held for an answer that its person gives now, and that moment.

    Raises Denied for others, Refused after the deadline and its grace or when the attempt has ended, OtherDeviceError when a
    formal attempt is held by another device.
    """
    require_owner(by, session.employee_id)
    session = held_session(session)
    now = clock.now()
    can_answer(state=session.state, deadline=session.deadline_at, now=now, zone=zone_of(by)).require()
    require_device(holder=session.device, device=device)
    return session, now


@transaction.atomic
def answer_item(*, by: "User", session: Session, position: int, answer: Answer, device: str = "") -> Response | None:
    """Save the answer at a place (1 is the first); sending it again overwrites it, None clears it.

    Raises Refused after the deadline and its grace, or when the attempt has ended: what was saved before counts;
    OtherDeviceError when a formal attempt is held by another device.
    """
    session, now = held_for_answer(by, session, device)
    if not 1 <= position <= session.item_count:
        raise Refused(_("Soal nomor %(n)s tidak ada di uji ini.") % {"n": position})
    require_fitting_answer(answer)
    if answer is None:
        Response.objects.filter(session=session, position=position).update(answer=None, saved_at=now)
        return None
    spent = milliseconds_on(session, position, now)
    response, is_new = Response.objects.get_or_create(
        session=session, position=position,
        defaults={
            "item_version_id": session.form[position - 1], "answer": answer, "saved_at": now, "milliseconds": spent,
        },
    )  # fmt: skip
    if not is_new:
        response.answer, response.saved_at = answer, now
        if spent is not None:
            response.milliseconds = min((response.milliseconds or 0) + spent, LONGEST_TIME)
        response.save(update_fields=["answer", "saved_at", "milliseconds"])
    if spent is not None:
        Session.objects.filter(pk=session.pk).update(shown_at=now)
    return response


def milliseconds_on(session: Session, position: int, now: dt.datetime) -> int | None:
    """How long the question at a place of a formal attempt has stood on its screen; None where that is not known."""
    if session.shown_at is None or session.shown_position != position:
        return None
    return min(max(0, int((now - session.shown_at).total_seconds() * 1000)), LONGEST_TIME)


def require_fitting_answer(answer: Answer) -> None:
    """Raises Refused when an answer is larger than any question needs."""
    if len(json.dumps(answer)) > LARGEST_ANSWER:
        raise Refused(_("Jawaban ini terlalu panjang untuk disimpan."))


def zone_of(by: "User") -> str:
    """The time zone of the account's agency."""
    return by.employee.agency.time_zone if by.employee else "WIB"


@transaction.atomic
def finish_session(*, by: "User | None", session: Session) -> list[CompetencyScore]:
    """End an attempt once: grade, estimate levels, record them as evidence; a second call changes nothing.

    Past its deadline the attempt ends as expired. Skipped questions count as not right; where time ran out the
    questions after the last answered one count as not reached; a competency without any answer is not measured. What was
    passed over before the last answer keeps a response without answer that scores 0, so that calibrations and the figures
    of an item see it as the person's result does; what follows the last answer keeps none, however the attempt ended. In a
    course test only the first attempt becomes evidence, for its explanations have been read. ``by`` None is the clock.
    """
    if by is not None:
        require_owner(by, session.employee_id)
    row = Session.objects.select_for_update(of=("self",)).select_related("employee", "blueprint").get(pk=session.pk)
    if row.is_open:
        end_session(row, by)
    for name in ("state", "finished_at", "score", "passed"):
        setattr(session, name, getattr(row, name))
    return list(CompetencyScore.objects.filter(session=row).select_related("competency"))


def end_session(session: Session, by: "User | None") -> None:
    """End an open attempt (locked by the caller) with what was answered; grade it and keep its levels."""
    now = clock.now()
    expired = now > session.deadline_at
    versions = form_versions(session)
    kept = list(Response.objects.filter(session=session))
    responses = {row.position: row for row in kept if row.answer is not None}
    for row in responses.values():
        row.score = round(versions[row.position - 1].graded(row.answer), 6)
    Response.objects.bulk_update(responses.values(), ["score"])
    scores = [responses[n].score or 0.0 if n in responses else 0.0 for n in range(1, len(versions) + 1)]
    session.state = (SessionState.EXPIRED if expired else SessionState.FINISHED).value
    session.finished_at = min(now, session.deadline_at)
    tried = session.adaptive.get("pilots", [])
    counted = [score for score, version in zip(scores, versions, strict=True) if version.pk not in tried]
    session.score = round(sum(counted) / len(counted), 6) if counted else 0.0
    session.passed = passed(session.score, session.blueprint.passing)
    session.save(update_fields=["state", "finished_at", "score", "passed"])
    if session.blueprint.is_adaptive:
        # Whether anybody else sees these levels is for the person to say, unless it was said beforehand that they count.
        keep_levels(session)
        if session.is_formal:
            adopt_levels(session, by)
    else:
        _keep_skipped(session, kept, set(responses))
        reached = max(responses, default=0) if expired else len(versions)
        _record_levels(session, versions[:reached], scores[:reached], set(responses), by)
    data = {"score": session.score, "passed": session.passed} if session.blueprint.is_course_test else {}
    if session.is_formal:
        note_attempt_over(session)
    note_session(entries.SESSION_EXPIRED if expired else entries.SESSION_FINISHED, by, session, data)


def _keep_skipped(session: Session, kept: list[Response], answered: set[int]) -> None:
    """Score the places before the last answer that have none as 0: seen and left. What follows was perhaps never seen."""
    skipped = set(range(1, max(answered, default=0))) - answered
    cleared = [row for row in kept if row.position in skipped]
    Response.objects.filter(pk__in=[row.pk for row in cleared]).update(score=0.0)
    Response.objects.bulk_create(
        Response(
            session=session, position=position, item_version_id=session.form[position - 1], score=0.0,
            saved_at=session.finished_at or clock.now(),
        )
        for position in sorted(skipped - {row.position for row in cleared})
    )  # fmt: skip


def _record_levels(
    session: Session, versions: list[ItemVersion], scores: list[float], answered: set[int], by: "User | None"
) -> None:
    groups: dict[int, list[int]] = defaultdict(list)
    tried = session.adaptive.get("pilots", [])
    for position, version in enumerate(versions, start=1):
        if version.item.competency_id and version.pk not in tried:
            groups[version.item.competency_id].append(position)
    is_first = not (session.blueprint.is_course_test and scored_before(session))
    pieces = []
    for positions in groups.values():
        if not answered & set(positions):
            continue
        competency = versions[positions[0] - 1].item.competency
        if competency is None:
            continue
        level_count = competency.framework.level_count
        rows = [ScoredAnswer(versions[n - 1].a, versions[n - 1].b, scores[n - 1]) for n in positions]
        found = ability(rows, level_count)
        CompetencyScore.objects.create(
            session=session, competency=competency, value=round(found.value, 6),
            standard_deviation=round(found.standard_deviation, 6),
            share=round(sum(row.score for row in rows) / len(rows), 6), item_count=len(rows),
        )  # fmt: skip
        own: Estimate = without_prior(found, level_count)
        note = _("%(title)s, %(count)s soal") % {"title": session.blueprint.title, "count": len(rows)}
        pieces.append(NewEvidence(competency, own.value, own.standard_deviation, note))
    if pieces and is_first and session.finished_at:
        record_evidence(
            by=by,
            employee=session.employee,
            source=Source.COURSE_TEST if session.blueprint.is_course_test else Source.TEST,
            pieces=pieces,
            observed_on=clock.day_of(session.finished_at),
            origin_kind="session",
            origin_id=session.public_id,
            # All forms of one bank share their questions, so only the newest of them counts.
            line=evidence_line(session),
        )


def note_session(
    verb: Verb, by: "User | None", session: Session, extra: Mapping[str, object], reason: str = ""
) -> None:
    """Write in the journal what happened to an attempt."""
    record(
        verb,
        by=by,
        kind="session",
        object_id=session.public_id,
        name=session.blueprint.title,
        agency_id=session.employee.agency_id,
        reason=reason,
        data={
            "employee_id": session.employee_id,
            "blueprint": session.blueprint.code,
            "purpose": session.purpose,
            "context_kind": session.context_kind,
            "context_id": session.context_id,
            **extra,
        },
    )


def expire_sessions(*, limit: int = 500) -> int:
    """End every open attempt whose time is over, with what was saved; returns how many. Safe to repeat."""
    ended = 0
    for session in overdue_sessions(clock.now())[:limit]:
        finish_session(by=None, session=session)
        ended += 1
    return ended


@transaction.atomic
def cancel_session(*, by: "User", session: Session, reason: str) -> None:
    """Set an attempt aside, with a reason, so that the person may begin anew; its evidence is withdrawn.

    For failures that are nobody's fault (a power cut, the wrong person at the desk). Raises Denied without the right and
    for attempts of one's own, Refused without a reason or when it is already set aside.
    """
    session = (
        Session.objects.select_for_update(of=("self",)).select_related("employee__unit", "blueprint").get(pk=session.pk)
    )
    if by.employee_id == session.employee_id:
        denied(_("Pengerjaan Anda sendiri hanya dapat dibatalkan pengelola kepegawaian lain.")).require()
    if not may_cancel_for(by, session.employee):
        denied(_("Hanya pengelola kepegawaian yang dapat membatalkan uji seorang pegawai.")).require()
    can_cancel(session.state).require()
    if not reason.strip():
        raise Refused(_("Tuliskan alasan pembatalan; pegawai akan membacanya."))
    session.state = SessionState.CANCELLED.value
    session.finished_at = session.finished_at or clock.now()
    session.save(update_fields=["state", "finished_at"])
    session.scores.all().delete()
    withdraw_evidence_of(session, by=by, reason=reason.strip())
    if session.is_formal:
        note_attempt_set_aside(session)
    note_session(entries.SESSION_CANCELLED, by, session, {}, reason.strip())


def withdraw_evidence_of(session: Session, *, by: "User", reason: str) -> None:
    """Take everything an attempt said about levels out of the count."""
    origin = evidence_of(session.employee).filter(origin_kind="session", origin_id=str(session.public_id))
    for piece in origin:
        withdraw_evidence(by=by, evidence=piece, reason=reason)
