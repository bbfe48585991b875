"""Answering surveys: a draft that is kept while unsent, and a sheet that counts once, with or without a name."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.models import Survey, SurveyDraft, SurveyResponse, SurveyTicket
from bina.assessment.queries.instruments import instrument_by_code
from bina.assessment.queries.surveys import (
    CONTEXT,
    group_unit_of,
    is_invited,
    pseudonym_of,
    receipt_of,
    survey_mark,
    ticket_mark,
)
from bina.assessment.rules import (
    Receipt,
    SurveyMode,
    can_answer_survey,
    counted_answers,
    missing_answers,
    read_survey,
)
from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.foundation.locks import hold
from bina.journal.actions import record

if TYPE_CHECKING:
    from bina.people.models import Employee, User


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _require_all(missing: list[str]) -> None:
    if missing:
        raise Refused(
            _("Masih ada %(count)s pertanyaan yang perlu dijawab. Jawaban lain tetap ada di layar.")
            % {"count": len(missing)}
        )


@transaction.atomic
def respond_to_survey(
    *, by: "User", instrument_code: str, context_kind: str, context_id: object, answers: Mapping[str, Any]
) -> bool:
    """Count the answers of one account in one context, without keeping whose they are; False when it had answered.

    The context must be a group (a course, a programme, a batch), never something that belongs to one person: otherwise
    the answers would not be anonymous. Raises Refused when a required question has no answer; nothing is written then.
    """
    instrument = instrument_by_code(instrument_code)
    kept = read_survey(instrument.questions, answers)
    _require_all(missing_answers(instrument.questions, kept))
    mark = ticket_mark(by, instrument_code, context_kind, context_id)
    _ticket, is_new = SurveyTicket.objects.get_or_create(mark=mark)
    if not is_new:
        return False
    SurveyResponse.objects.create(
        instrument=instrument, context_kind=context_kind, context_id=str(context_id), answers=kept,
        week_of=_monday(clock.today()),
    )  # fmt: skip
    # Nobody is named: the entry says that an answer came, not whose.
    record(entries.SURVEY_ANSWERED, by=None, kind="survey", object_id=instrument.code, name=instrument.title,
           data={"context_kind": context_kind, "context_id": str(context_id)})  # fmt: skip
    return True


def held_survey(survey: Survey) -> Survey:
    """A survey as it stands, held until the transaction ends."""
    hold(Survey.objects.filter(pk=survey.pk))
    return Survey.objects.select_related("unit", "agency", "instrument", "before").get(pk=survey.pk)


def _require_asked(by: "User", survey: Survey) -> "Employee":
    employee = by.employee
    if employee is None or not is_invited(survey, employee):
        raise Denied(_("Survei ini tidak ditujukan kepada Anda. Tidak ada yang disimpan."))
    return employee


def _require_open(survey: Survey) -> None:
    can_answer_survey(
        state=survey.state, opens_on=survey.opens_on, closes_on=survey.closes_on,
        today=clock.today(survey.agency.time_zone),
    ).require()  # fmt: skip


@transaction.atomic
def save_survey_draft(
    *, by: "User", survey: Survey, answers: Mapping[str, Any], replaced: list[str]
) -> SurveyDraft | None:
    """Keep answers that are not sent yet, for this account only; of ``replaced`` questions what is not in ``answers`` is
    forgotten. None, and nothing kept, when the account has sent its sheet. Raises Denied, Refused when it is not open."""
    _require_asked(by, survey)
    # Held, so that no draft is kept behind the back of a sheet that is being sent or of a survey that closes.
    survey = held_survey(survey)
    _require_open(survey)
    if SurveyTicket.objects.filter(mark=survey_mark(by, survey)).exists():
        return None
    draft, _is_new = SurveyDraft.objects.select_for_update().get_or_create(
        survey=survey, user=by, defaults={"saved_at": clock.now()}
    )
    known = {question["key"] for question in survey.instrument.questions}
    kept = {key: value for key, value in draft.answers.items() if key not in replaced}
    draft.answers = {**kept, **{key: value for key, value in answers.items() if key in known}}
    draft.saved_at = clock.now()
    draft.save(update_fields=["answers", "saved_at"])
    return draft


@transaction.atomic
def send_survey(*, by: "User", survey: Survey, response_id: uuid.UUID, answers: Mapping[str, Any]) -> Receipt:
    """Count one sheet of an account, once, and erase its draft; says what became of it.

    ``response_id`` is made by whoever sends (a page, an offline client): a sheet that arrives twice is known by it and
    gives ``repeated``; another sheet of the same account gives ``another`` and is not kept. Conditions are looked at anew:
    answers to questions that are not asked are dropped. Raises Denied, and Refused when the survey is not open or a
    required question has no answer; then nothing is written.
    """
    employee = _require_asked(by, survey)
    mark, receipt = survey_mark(by, survey), receipt_of(survey, response_id)
    known = SurveyTicket.objects.filter(mark=mark).first()
    if known is None:
        # Looked at with the row held, so that a sheet cannot slip in while the survey closes.
        survey = held_survey(survey)
        _require_open(survey)
        kept, missing = counted_answers(survey.instrument.content, read_survey(survey.instrument.questions, answers))
        _require_all(missing)
        known, is_new = SurveyTicket.objects.get_or_create(mark=mark, defaults={"receipt": receipt})
        if is_new:
            _keep(by, employee, survey, kept)
            return Receipt.COUNTED
    return Receipt.REPEATED if known.receipt == receipt else Receipt.ANOTHER


def _keep(by: "User", employee: "Employee", survey: Survey, answers: dict[str, Any]) -> None:
    SurveyResponse.objects.create(
        instrument=survey.instrument,
        context_kind=CONTEXT,
        context_id=str(survey.public_id),
        answers=answers,
        week_of=_monday(clock.today(survey.agency.time_zone)),
        survey=survey,
        unit=group_unit_of(survey, employee),
        pseudonym=pseudonym_of(by, survey) if survey.mode == SurveyMode.PAIRED else "",
        employee=employee if survey.is_named else None,
    )
    SurveyDraft.objects.filter(survey=survey, user=by).delete()
    record(
        entries.SURVEY_ANSWERED, by=by if survey.is_named else None, kind=CONTEXT, object_id=survey.public_id,
        name=survey.title, data={"context_kind": CONTEXT, "context_id": str(survey.public_id)},
    )  # fmt: skip
