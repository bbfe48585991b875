"""Going through the sheet of a questionnaire page by page: what is asked next, what is missing, when it can be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bina.assessment.rules.instruments import Content, Page, Question, shown_questions
from bina.assessment.rules.surveys import missing_answers


class Turn(StrEnum):
    """What a page that was sent leads to: the same page once more, another page, or the end."""

    STAY = "stay"
    GO = "go"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class Walked:
    """Where somebody stands after sending a page: all answers, the page to show, what is missing there.

    ``is_grown``: the answers themselves brought up a question more, which is nobody's fault.
    """

    answers: dict[str, Any]
    turn: Turn
    page: str
    missing: tuple[str, ...] = ()
    is_grown: bool = False


def asked_pages(content: Content, answers: Mapping[str, Any]) -> list[tuple[Page, list[Question]]]:
    """The pages that are asked given the answers, with what is asked on each; pages without a question are left out."""
    shown = {question["key"] for question in shown_questions(content, answers)}
    rows = [(page, [row for row in page.questions if row["key"] in shown]) for page in content.pages]
    return [(page, questions) for page, questions in rows if questions]


def take_page(
    content: Content, kept: Mapping[str, Any], page: Page, given: Mapping[str, Any], replaced: Sequence[str], *,
    back: bool = False,
) -> Walked:  # fmt: skip
    """Take in what a page sent. ``replaced`` are the questions that stood on it, whether answered or not.

    With ``back`` somebody returns to the page before, and nothing is asked for.
    """
    answers = {**{key: value for key, value in kept.items() if key not in replaced}, **given}
    asked = asked_pages(content, answers)
    order = [row.key for row in content.pages]
    here = order.index(page.key)
    if back:
        earlier = [row.key for row, _questions in asked if order.index(row.key) < here]
        return Walked(answers, Turn.GO, earlier[-1] if earlier else page.key)
    on_page = next((questions for row, questions in asked if row.key == page.key), [])
    missing = missing_answers([row for row in on_page if row["key"] in replaced], answers)
    is_grown = any(row["key"] not in replaced for row in on_page)
    if missing or is_grown:
        return Walked(answers, Turn.STAY, page.key, tuple(missing), is_grown)
    later = [row.key for row, _questions in asked if order.index(row.key) > here]
    if later:
        return Walked(answers, Turn.GO, later[0])
    left = missing_answers(shown_questions(content, answers), answers)
    if left:  # on an earlier page, which was jumped over
        first = next(row.key for row, questions in asked if any(one["key"] in left for one in questions))
        return Walked(answers, Turn.STAY, first, tuple(left))
    return Walked(answers, Turn.SEND, page.key)
