"""How right an answer is, from 0 to 1, and what to tell a learner about it; nonsense is simply not right."""

from dataclasses import dataclass, field

from markupsafe import Markup

from bina.assessment.rules.kinds import QUESTION_KINDS
from bina.assessment.rules.kinds.parts import (
    Answer,
    Content,
    Kind,
    PartFeedback,
    Payload,
    chosen_keys,
    part_key,
    shown_words,
)
from bina.foundation.wording import localized


def content_of(payload: Payload, english: Payload | None) -> Content:
    """The parts of an item with their English words; by default those that the payload brings along (``en``)."""
    return Content(payload, (payload.get("en") or {}) if english is None else english)


def grade(kind: str, payload: Payload, answer: Answer, english: Payload | None = None) -> float:
    """The share of an answer that is right, 0 to 1; never raises, whatever the answer is. Each kind says how it counts."""
    known = QUESTION_KINDS.get(kind)
    return known.grade(content_of(payload, english), answer) if known else 0.0


def right_answer(kind: str, payload: Payload) -> Answer:
    """The fully right answer in the form that grading reads; for those who keep the items."""
    return QUESTION_KINDS[kind].right_answer(content_of(payload, None))


def wrong_answer(kind: str, payload: Payload) -> Answer:
    """A believable answer that earns nothing; for rehearsals."""
    return QUESTION_KINDS[kind].wrong_answer(content_of(payload, None))


_WITH_OPTIONS = {Kind.SINGLE, Kind.MULTIPLE, Kind.SITUATIONAL, Kind.INBASKET}


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a question that is answered by picking: its key, its words, and whether it earns everything."""

    key: str
    text: str
    is_right: bool


def options_of(kind: str, payload: Payload, english: Payload | None = None) -> list[Option]:
    """The options as the item lists them, in the reader's language; none for questions that are answered otherwise."""
    if kind not in _WITH_OPTIONS:
        return []
    content = content_of(payload, english)
    right = chosen_keys(right_answer(kind, payload))
    keys = [part_key(row["text"]) for row in content.rows("options")]
    return [Option(key, content.words("options", n, "text"), key in right) for n, key in enumerate(keys)]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a learner sees after answering: how right it was, each part's truth, and why. Never for a bank."""

    score: float
    parts: dict[str, PartFeedback] = field(default_factory=dict)
    solution: tuple[str, ...] = ()
    explanation: str = ""

    @property
    def explained(self) -> Markup:
        """Why, with its formulas."""
        return shown_words(self.explanation)

    @property
    def is_right(self) -> bool:
        """Whether the answer was wholly right."""
        return self.score >= 1.0 - 1e-9

    @property
    def is_partly_right(self) -> bool:
        """Whether something in it was right."""
        return 1e-9 < self.score < 1.0 - 1e-9


def feedback_on(
    kind: str, payload: Payload, answer: Answer, explanation: str = "", english: Payload | None = None
) -> Feedback:
    """Everything a learner may be told about an answer: per part what was right, the solution in words, and why.

    In the reader's language; ``english`` holds the English words (by default the payload's own, as for ``grade``).
    """
    content = content_of(payload, english)
    reason = localized(
        explanation or str(payload.get("explanation") or ""), str(content.english.get("explanation") or "").strip()
    )
    known = QUESTION_KINDS.get(kind)
    if known is None:
        return Feedback(0.0, explanation=reason)
    told = known.told(content, answer)
    return Feedback(known.grade(content, answer), told.parts, told.solution, reason)
