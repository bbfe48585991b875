"""Surveys: prepared, opened, announced, reminded of, closed; never a list of who answered."""

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.actions.answering import held_survey
from bina.assessment.models import Instrument, Survey, SurveyDraft
from bina.assessment.queries.instruments import instruments_visible_to
from bina.assessment.queries.surveys import CONTEXT, audience_of, may_hold_survey
from bina.assessment.rules import (
    LONGEST_PAIRING_DAYS,
    REMINDER_DAYS,
    InstrumentState,
    SurveyMode,
    SurveyState,
    can_move_survey,
    can_open_survey,
    can_pair,
    can_remind,
)
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import denied, first_refusal
from bina.journal.actions import record
from bina.journal.registry import Verb

if TYPE_CHECKING:
    from bina.people.models import Employee, OrgUnit, User


def _record(verb: Verb, by: "User | None", survey: Survey, reason: str = "") -> None:
    record(
        verb, by=by, kind=CONTEXT, object_id=survey.public_id, name=survey.title, agency_id=survey.agency_id,
        reason=reason, data={"instrument": survey.instrument.code, "mode": survey.mode},
    )  # fmt: skip


def _require_right(by: "User", unit: "OrgUnit") -> None:
    if not may_hold_survey(by, unit):
        denied(_("Hanya evaluator atau pengelola kepegawaian unit itu yang dapat menyelenggarakan survei.")).require()


def _held(by: "User", survey: Survey) -> Survey:
    _require_right(by, survey.unit)
    return held_survey(survey)


def _today(survey: Survey) -> dt.date:
    return clock.today(survey.agency.time_zone)


@transaction.atomic
def create_survey(*, by: "User", unit: "OrgUnit", instrument: Instrument, title: str, mode: str) -> Survey:
    """A draft of a survey of a unit with everything below it. Raises Denied without the right there, Refused for an
    instrument that is not published or without a title."""
    _require_right(by, unit)
    usable = instruments_visible_to(by).filter(pk=instrument.pk, state=InstrumentState.PUBLISHED)
    if not usable.exists() or instrument.agency_id not in (None, unit.agency_id):
        raise Refused(_("Pilih instrumen yang sudah terbit."))
    if not title.strip():
        raise Refused(_("Survei memerlukan judul."))
    survey = Survey.objects.create(
        agency=unit.agency, unit=unit, instrument=instrument, title=title.strip()[:200], mode=SurveyMode(mode).value,
        created_at=clock.now(),
    )  # fmt: skip
    _record(entries.SURVEY_CREATED, by, survey)
    return survey


@transaction.atomic
def follow_survey(*, by: "User", survey: Survey) -> Survey:
    """A draft of the second of two paired surveys, for the same group; one that is there already is given back.

    It uses the newest published version of the same instrument. Raises Denied, and Refused while the first is open, or
    when it is not a paired one or its key is erased.
    """
    first = _held(by, survey)
    can_pair(mode=first.mode, state=first.state, has_key=bool(first.pair_key)).require()
    kept = first.followers.exclude(state=SurveyState.CANCELLED).first()
    if kept is not None:
        return kept
    newest = Instrument.objects.filter(code=first.instrument.code, state=InstrumentState.PUBLISHED)
    second = Survey.objects.create(
        agency=first.agency, unit=first.unit, instrument=newest.order_by("-version").first() or first.instrument,
        before=first, title=_("%(title)s, sesudah") % {"title": first.title[:180]}, mode=first.mode,
        job_classes=first.job_classes, is_listed=first.is_listed, created_at=clock.now(),
    )  # fmt: skip
    second.people.set(first.people.all())
    _record(entries.SURVEY_CREATED, by, second)
    return second


@transaction.atomic
def change_survey(
    *, by: "User", survey: Survey, title: str, unit: "OrgUnit", job_classes: Sequence[str],
    people: "Sequence[Employee] | None",
) -> Survey:  # fmt: skip
    """Other words or another group for a draft; ``people`` asks only those listed (of the unit), None everybody.

    The second of two paired surveys keeps the group of the first. Raises Denied here or there, Refused once it is open.
    """
    held = _held(by, survey)
    _require_right(by, unit)
    if held.state != SurveyState.DRAFT:
        raise Refused(_("Survei yang sudah dibuka tidak dapat diganti kelompoknya."))
    if unit.agency_id != held.agency_id:
        raise Refused(_("Pilih unit dari instansi yang sama."))
    if people is not None and not people:
        raise Refused(_("Daftar orangnya masih kosong. Tulis sedikitnya satu NIP, atau pilih seluruh unit."))
    if not title.strip():
        raise Refused(_("Survei memerlukan judul."))
    held.title = title.strip()[:200]
    if held.before_id is None:
        held.unit, held.job_classes, held.is_listed = unit, list(job_classes), people is not None
        held.people.set(people or ())
    held.save(update_fields=["title", "unit", "job_classes", "is_listed"])
    _record(entries.SURVEY_CHANGED, by, held)
    return held


@transaction.atomic
def open_survey(*, by: "User", survey: Survey, opens_on: dt.date, closes_on: dt.date) -> Survey:
    """From the first of these days on the people may answer; they are told on that day. A second call changes nothing.

    Raises Denied, Refused when the days or the group do not allow it.
    """
    held = _held(by, survey)
    if held.state == SurveyState.OPEN:
        return held
    invited = audience_of(held).count()
    first_refusal(
        can_move_survey(held.state, SurveyState.OPEN),
        can_open_survey(
            mode=held.mode, invited=invited, opens_on=opens_on, closes_on=closes_on, today=_today(held)
        ),
    ).require()  # fmt: skip
    if held.before is not None and not held.before.pair_key:
        raise Refused(_("Kunci pasangannya sudah dihapus, jadi jawaban tidak dapat lagi dipasangkan."))
    held.state, held.opens_on, held.closes_on = SurveyState.OPEN.value, opens_on, closes_on
    if held.mode == SurveyMode.PAIRED and held.before_id is None:
        held.pair_key = secrets.token_hex(32)
    held.save(update_fields=["state", "opens_on", "closes_on", "pair_key"])
    _record(entries.SURVEY_OPENED, by, held)
    _announce_if_begun(held)
    return held


def _announce_if_begun(survey: Survey) -> None:
    if survey.announced_at is None and survey.is_answerable_on(_today(survey)):
        survey.announced_at = clock.now()
        survey.save(update_fields=["announced_at"])
        _record(entries.SURVEY_ANNOUNCED, None, survey)


@transaction.atomic
def extend_survey(*, by: "User", survey: Survey, closes_on: dt.date) -> Survey:
    """A later last day for an open survey; never an earlier one, for people count on it. Raises Denied, Refused."""
    held = _held(by, survey)
    if held.state != SurveyState.OPEN or held.closes_on is None:
        raise Refused(_("Hanya survei yang sedang dibuka yang dapat diperpanjang."))
    if closes_on < held.closes_on:
        raise Refused(_("Tanggal tutup hanya dapat diundurkan. Untuk mengakhiri sekarang, tutup surveinya."))
    if closes_on != held.closes_on:
        held.closes_on = closes_on
        held.save(update_fields=["closes_on"])
        _record(entries.SURVEY_CHANGED, by, held)
    return held


@transaction.atomic
def remind_of_survey(*, by: "User | None", survey: Survey) -> None:
    """Have those reminded who have not answered; nobody learns who they are. Raises Denied, Refused when it was done lately
    or the survey is not open. ``by`` is None for the reminder before the end."""
    if by is not None:
        _require_right(by, survey.unit)
    held = held_survey(survey)
    today = _today(held)
    if not held.is_answerable_on(today):
        raise Refused(_("Hanya survei yang sedang dibuka yang dapat diingatkan."))
    can_remind(held.reminded_on, today).require()
    held.reminded_on = today
    held.save(update_fields=["reminded_on"])
    _record(entries.SURVEY_REMINDED, by, held)


@transaction.atomic
def close_survey(*, by: "User | None", survey: Survey) -> Survey:
    """Take no more answers and open the results; unsent drafts are erased, and with the second of two paired surveys the
    key of their pseudonyms. A second call changes nothing. Raises Denied, Refused when it is not open."""
    if by is not None:
        _require_right(by, survey.unit)
    held = held_survey(survey)
    if held.state == SurveyState.CLOSED:
        return held
    can_move_survey(held.state, SurveyState.CLOSED).require()
    held.invited_count = audience_of(held).count()
    held.state, held.closed_at = SurveyState.CLOSED.value, clock.now()
    held.save(update_fields=["invited_count", "state", "closed_at"])
    _forget_drafts(held)
    if held.before_id is not None:
        Survey.objects.filter(pk=held.before_id).update(pair_key="")
    _record(entries.SURVEY_CLOSED, by, held)
    return held


def _forget_drafts(survey: Survey) -> None:
    SurveyDraft.objects.filter(survey=survey).delete()


@transaction.atomic
def cancel_survey(*, by: "User", survey: Survey, reason: str) -> Survey:
    """Call a survey off; what came in is not shown, and drafts are erased. A second call changes nothing.

    Raises Denied, Refused without a reason or after it closed.
    """
    held = _held(by, survey)
    if held.state == SurveyState.CANCELLED:
        return held
    if not reason.strip():
        raise Refused(_("Tuliskan alasannya agar orang yang diundang mengerti."))
    can_move_survey(held.state, SurveyState.CANCELLED).require()
    held.state, held.reason, held.pair_key = SurveyState.CANCELLED.value, reason.strip()[:300], ""
    held.save(update_fields=["state", "reason", "pair_key"])
    _forget_drafts(held)
    _record(entries.SURVEY_CANCELLED, by, held, held.reason)
    return held


def tend_surveys() -> None:
    """What the days bring: surveys begin, those who have not answered are reminded before the end, surveys close, and keys
    of pairs that nobody completed are erased. Doing it twice changes nothing more."""
    for survey in Survey.objects.filter(state=SurveyState.OPEN).select_related("agency", "unit", "instrument"):
        today = _today(survey)
        if survey.closes_on is not None and survey.closes_on < today:
            close_survey(by=None, survey=survey)
            continue
        with transaction.atomic():
            _announce_if_begun(held_survey(survey))
        ends_soon = survey.closes_on is not None and (survey.closes_on - today).days < REMINDER_DAYS
        lasts = survey.opens_on is not None and (today - survey.opens_on).days >= REMINDER_DAYS
        if ends_soon and lasts and can_remind(survey.reminded_on, today):
            remind_of_survey(by=None, survey=survey)
    oldest = clock.now() - dt.timedelta(days=LONGEST_PAIRING_DAYS)
    Survey.objects.filter(state=SurveyState.CLOSED, closed_at__lt=oldest).exclude(pair_key="").exclude(
        followers__state=SurveyState.OPEN
    ).update(pair_key="")
