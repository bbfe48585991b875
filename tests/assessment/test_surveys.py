"""Surveys: everyone counts once, nobody can be told apart, small groups are not shown."""

from typing import Any

import pytest

from bina.assessment import actions, queries
from bina.assessment.models import Instrument, SurveyResponse, SurveyTicket
from bina.foundation.errors import Refused
from bina.journal.queries import all_entries
from tests.cast import Cast

QUESTIONS: list[dict[str, Any]] = [
    {"key": "clarity", "kind": "likert5", "text": "Penjelasannya mudah dipahami.", "text_en": "It was clear.",
     "anchors": {"lowest": {"id": "Sangat tidak setuju", "en": "Strongly disagree"}, "highest": "Sangat setuju"},
     "required": True},
    {"key": "channel", "kind": "choice", "text": "Dari mana?",
     "options": [{"key": "phone", "text": "Ponsel"}, {"key": "office", "text": "Kantor"}]},
    {"key": "improvement", "kind": "text", "text": "Apa yang perlu diperbaiki?"},
]  # fmt: skip


@pytest.fixture
def instrument(db: None) -> Instrument:
    return actions.load_instrument(
        {"code": "uji", "title": "Tanggapan", "intro": "Singkat saja.", "questions": QUESTIONS}
    )


def respond(cast_user: Any, context: str = "p1", **answers: Any) -> bool:
    return actions.respond_to_survey(
        by=cast_user, instrument_code="uji", context_kind="programme", context_id=context, answers=answers
    )


def test_an_account_counts_once_per_context(cast: Cast, instrument: Instrument) -> None:
    assert not queries.has_responded(cast.siti.user, "uji", "programme", "p1")
    assert respond(cast.siti.user, clarity="4", improvement="Lebih banyak contoh")
    assert not respond(cast.siti.user, clarity="1")
    assert queries.has_responded(cast.siti.user, "uji", "programme", "p1")
    assert not queries.has_responded(cast.dewi.user, "uji", "programme", "p1")
    assert respond(cast.siti.user, "p2", clarity=5)
    assert queries.survey_summary("uji", "programme", ["p1"]).count == 1
    assert queries.survey_summary("uji", "programme", ["p1", "p2"]).count == 2


def test_nothing_kept_tells_who_it_was(cast: Cast, instrument: Instrument) -> None:
    respond(cast.siti.user, clarity=4, improvement="Rahasia")
    row = SurveyResponse.objects.get()
    names = {field.name for field in SurveyResponse._meta.get_fields()}
    assert names == {
        "id", "instrument", "context_kind", "context_id", "answers", "week_of", "survey", "unit", "pseudonym", "employee",
    }  # fmt: skip
    assert (row.survey, row.unit, row.pseudonym, row.employee) == (None, None, "", None)
    assert row.week_of.weekday() == 0
    ticket = SurveyTicket.objects.get()
    assert len(ticket.mark) == 64
    assert ticket.mark not in str(row.__dict__)
    entry = all_entries().get(verb="survey.answered")
    assert entry.actor_id is None
    assert "Rahasia" not in str(entry.__dict__)


def test_a_required_question_is_asked_for_and_nothing_is_written(cast: Cast, instrument: Instrument) -> None:
    for answers in ({}, {"clarity": "6"}, {"clarity": "baik"}, {"clarity": ["4"]}, {"clarity": True}):
        with pytest.raises(Refused, match="Masih ada 1 pertanyaan"):
            respond(cast.siti.user, **answers)
    assert not SurveyTicket.objects.exists()
    assert not SurveyResponse.objects.exists()


def test_answers_that_make_no_sense_are_dropped(cast: Cast, instrument: Instrument) -> None:
    respond(cast.siti.user, clarity="3", channel="rumah", improvement="  ", other="x")
    assert SurveyResponse.objects.get().answers == {"clarity": 3}


def test_small_groups_are_counted_but_not_shown(cast: Cast, instrument: Instrument) -> None:
    people = [cast.siti, cast.dewi, cast.rina, cast.budi]
    for mark, person in enumerate(people, start=1):
        respond(person.user, clarity=mark, channel="phone", improvement=f"Saran {mark}")
    small = queries.survey_summary("uji", "programme", ["p1"])
    assert (small.count, small.is_shown) == (4, False)
    assert all(question.mean is None and not question.texts for question in small.questions)
    respond(cast.hr.user, clarity=5, channel="office")
    clarity, channel, words = queries.survey_summary("uji", "programme", ["p1"]).questions
    assert clarity.mean == 3.0
    assert clarity.counts == {"1": 1, "2": 1, "3": 1, "4": 1, "5": 1}
    assert (clarity.lowest, clarity.highest) == ("Sangat tidak setuju", "Sangat setuju")
    assert channel.counts == {"phone": 4, "office": 1}
    assert sorted(words.texts) == ["Saran 1", "Saran 2", "Saran 3", "Saran 4"]


def test_changed_questions_make_a_version(instrument: Instrument) -> None:
    same = actions.load_instrument({"code": "uji", "title": "Judul baru", "questions": QUESTIONS})
    assert (same.pk, same.title) == (instrument.pk, "Judul baru")
    later = actions.load_instrument({"code": "uji", "title": "Judul", "questions": QUESTIONS[:1]})
    assert later.version == 2
    assert queries.instrument_by_code("uji") == later


@pytest.mark.parametrize(
    "questions",
    [None, [], ["x"], [{"key": "a b", "kind": "text", "text": "?"}], [{"key": "a", "kind": "stars", "text": "?"}],
     [QUESTIONS[0], QUESTIONS[0]], [{"key": "a", "kind": "choice", "text": "?"}]],
)  # fmt: skip
def test_faulty_instruments_are_refused(db: None, questions: Any) -> None:
    with pytest.raises(Refused):
        actions.load_instrument({"code": "x", "title": "x", "questions": questions})
