"""Questions about surveys: the questionnaire, whether an account has answered, and what a group said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.crypto import salted_hmac

from bina.assessment.models import Instrument, SurveyResponse, SurveyTicket
from bina.assessment.rules import SMALLEST_GROUP
from bina.foundation.wording import localized

if TYPE_CHECKING:
    from bina.people.models import User


def instrument_by_code(code: str) -> Instrument:
    """The newest version of a questionnaire; raises Instrument.DoesNotExist."""
    found = Instrument.objects.filter(code=code).order_by("-version").first()
    if found is None:
        raise Instrument.DoesNotExist(code)
    return found


def ticket_mark(user: "User", instrument_code: str, context_kind: str, context_id: object) -> str:
    """The keyed hash by which an account counts once; it is not stored with the answers."""
    return salted_hmac(
        "bina.assessment.survey", f"{instrument_code}\n{context_kind}\n{context_id}\n{user.pk}", algorithm="sha256"
    ).hexdigest()


def has_responded(user: "User", instrument_code: str, context_kind: str, context_id: object) -> bool:
    """Whether the account has answered the survey in this context."""
    return SurveyTicket.objects.filter(mark=ticket_mark(user, instrument_code, context_kind, context_id)).exists()


@dataclass(frozen=True, slots=True)
class QuestionSummary:
    """What a group said to one question. ``counts`` by answer; ``mean`` of scales; ``texts`` in no telling order."""

    key: str
    kind: str
    text: str
    count: int
    mean: float | None
    counts: dict[str, int]
    texts: tuple[str, ...]
    lowest: str
    highest: str


@dataclass(frozen=True, slots=True)
class SurveySummary:
    """What a group said to a survey; when too few answered only their number is told."""

    count: int
    is_shown: bool
    questions: tuple[QuestionSummary, ...]


def survey_summary(instrument_code: str, context_kind: str, context_ids: Sequence[object]) -> SurveySummary:
    """The answers of everyone in some contexts together. The caller has decided who may see the contexts.

    With fewer than ``rules.SMALLEST_GROUP`` answers nothing but their number is given, so that nobody can be guessed.
    """
    instrument = instrument_by_code(instrument_code)
    rows = list(
        SurveyResponse.objects.filter(
            instrument__code=instrument_code, context_kind=context_kind, context_id__in=[str(pk) for pk in context_ids]
        ).values_list("answers", flat=True)
    )
    is_shown = len(rows) >= SMALLEST_GROUP
    questions = []
    for question in instrument.questions:
        given = [row[question["key"]] for row in rows if question["key"] in row] if is_shown else []
        is_text = question["kind"] == "text"
        counts: dict[str, int] = {}
        if question["kind"] == "likert5":
            counts = {str(step): 0 for step in range(1, 6)}
        for value in () if is_text else given:
            counts[str(value)] = counts.get(str(value), 0) + 1
        marks = [float(value) for value in given if question["kind"] == "likert5"]
        anchors = question.get("anchors") or {}
        questions.append(
            QuestionSummary(
                key=question["key"],
                kind=question["kind"],
                text=localized(question["text"], question.get("text_en", "")),
                count=len(given),
                mean=sum(marks) / len(marks) if marks else None,
                counts=counts,
                texts=tuple(sorted(given, key=len)) if is_text else (),
                lowest=_anchor(anchors.get("lowest")),
                highest=_anchor(anchors.get("highest")),
            )
        )
    return SurveySummary(len(rows), is_shown, tuple(questions))


def _anchor(words: object) -> str:
    if isinstance(words, dict):
        return localized(str(words.get("id", "")), str(words.get("en", "")))
    return str(words or "")
