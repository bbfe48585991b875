"""Surveys: questionnaires come from files, everyone answers once, and nobody can tell who said what."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment import entries
from bina.assessment.models import Instrument, SurveyResponse, SurveyTicket
from bina.assessment.queries.surveys import instrument_by_code, ticket_mark
from bina.assessment.rules import missing_answers, question_problems, read_survey
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.journal.actions import record

if TYPE_CHECKING:
    from bina.people.models import User


@transaction.atomic
def load_instrument(data: Mapping[str, Any]) -> Instrument:
    """Take a questionnaire from its file (code, title, intro, questions); changed questions make a new version.

    A second call changes nothing. Raises Refused with every fault.
    """
    problems = question_problems(data.get("questions"))
    if problems or not data.get("code"):
        raise Refused(" ".join(problems) or _("Instrumen memerlukan kode."))
    facts = {
        "title": str(data.get("title", ""))[:200], "title_en": str(data.get("title_en", ""))[:200],
        "intro": str(data.get("intro", "")), "intro_en": str(data.get("intro_en", "")), "questions": data["questions"],
    }  # fmt: skip
    latest = Instrument.objects.filter(code=data["code"]).order_by("-version").first()
    if latest and latest.questions == facts["questions"]:
        for name, value in facts.items():
            setattr(latest, name, value)
        latest.save()
        return latest
    return Instrument.objects.create(code=data["code"], version=latest.version + 1 if latest else 1, **facts)


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
    missing = missing_answers(instrument.questions, kept)
    if missing:
        raise Refused(
            _("Masih ada %(count)s pertanyaan yang perlu dijawab. Jawaban lain tetap ada di layar.")
            % {"count": len(missing)}
        )
    mark = ticket_mark(by, instrument_code, context_kind, context_id)
    _ticket, is_new = SurveyTicket.objects.get_or_create(mark=mark)
    if not is_new:
        return False
    today = clock.today()
    SurveyResponse.objects.create(
        instrument=instrument, context_kind=context_kind, context_id=str(context_id), answers=kept,
        week_of=today - dt.timedelta(days=today.weekday()),
    )  # fmt: skip
    # Nobody is named: the entry says that an answer came, not whose.
    record(entries.SURVEY_ANSWERED, by=None, kind="survey", object_id=instrument.code, name=instrument.title,
           data={"context_kind": context_kind, "context_id": str(context_id)})  # fmt: skip
    return True
