"""Surveys: what a questionnaire may ask, which answers make sense, and when a group is too small to show."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

# Fewer answers than this would let a reader guess who said what.
SMALLEST_GROUP = 5
LONGEST_TEXT = 2_000
QUESTION_KINDS = ("likert5", "choice", "text")


def question_problems(questions: object) -> list[str]:
    """What is wrong with the questions of an instrument file; empty when nothing is."""
    if not isinstance(questions, list) or not questions:
        return [_("Instrumen belum memiliki pertanyaan.")]
    problems, seen = [], set()
    for number, question in enumerate(questions, start=1):
        key = question.get("key") if isinstance(question, Mapping) else None
        if not isinstance(key, str) or not key.isidentifier() or key in seen:
            problems.append(_("Pertanyaan %(n)s memerlukan kunci (key) yang unik.") % {"n": number})
            continue
        seen.add(key)
        if question.get("kind") not in QUESTION_KINDS or not str(question.get("text") or "").strip():
            problems.append(_("Pertanyaan “%(key)s” memerlukan jenis yang dikenal dan teks.") % {"key": key})
        if question.get("kind") == "choice" and not isinstance(question.get("options"), list):
            problems.append(_("Pertanyaan “%(key)s” memerlukan pilihan (options).") % {"key": key})
    return problems


def read_survey(questions: list[dict[str, Any]], sent: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The answers in a sent form that make sense; everything else is dropped."""
    answers: dict[str, Any] = {}
    for question in questions:
        value = sent.get(prefix + question["key"])
        text = str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
        if question["kind"] == "likert5":
            if text in {"1", "2", "3", "4", "5"}:
                answers[question["key"]] = int(text)
        elif question["kind"] == "choice":
            if text in {str(option.get("key")) for option in question["options"]}:
                answers[question["key"]] = text
        elif text:
            answers[question["key"]] = text[:LONGEST_TEXT]
    return answers


def missing_answers(questions: list[dict[str, Any]], answers: Mapping[str, Any]) -> list[str]:
    """The keys of required questions that have no answer."""
    return [question["key"] for question in questions if question.get("required") and question["key"] not in answers]
