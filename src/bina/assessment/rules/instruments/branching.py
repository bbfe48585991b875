"""When a question is asked: conditions on earlier answers, what they leave to be shown, and every way through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules.instruments.content import STEPS, Content, Question, options_of

MOST_PATHS = 48
# Ticks that are told apart when ways are listed; all their sets are gone through.
MOST_TICKS = 4


class Comparison(StrEnum):
    """How a condition looks at an earlier answer; one that was not given fulfils none."""

    IN = "in"
    NOT_IN = "not_in"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


CONDITION_NAMES: dict[Comparison, str | Promise] = {
    Comparison.IN: _("jawabannya salah satu dari"),
    Comparison.NOT_IN: _("jawabannya bukan"),
    Comparison.AT_LEAST: _("jawabannya paling sedikit"),
    Comparison.AT_MOST: _("jawabannya paling banyak"),
}
Condition = Mapping[str, Any]
Answer = Any


def threshold(condition: Condition) -> float | None:
    """The number that a condition compares with; None where there is none."""
    try:
        return float(str(condition["values"][0]).replace(",", "."))
    except (IndexError, ValueError):
        return None


def is_fulfilled(condition: Condition | None, answers: Mapping[str, Answer]) -> bool:
    """Whether the answers fulfil a condition; no condition is always fulfilled, a missing answer fulfils none."""
    if not condition:
        return True
    answer = answers.get(condition["question"])
    if answer is None:
        return False
    if condition["is"] in (Comparison.IN, Comparison.NOT_IN):
        given = {str(value) for value in answer} if isinstance(answer, list) else {str(answer)}
        wanted: bool = condition["is"] == Comparison.IN
        return bool(given & set(condition["values"])) == wanted
    bound = threshold(condition)
    if bound is None or not isinstance(answer, (int, float)):
        return False
    return bool(answer >= bound if condition["is"] == Comparison.AT_LEAST else answer <= bound)


def shown_questions(content: Content, answers: Mapping[str, Answer]) -> list[Question]:
    """The questions that are asked given the answers, in order; answers to questions that are not asked do not count."""
    counted: dict[str, Answer] = {}
    shown = []
    for page in content.pages:
        if not is_fulfilled(page.condition, counted):
            continue
        for question in page.questions:
            if is_fulfilled(question.get("show_if"), counted):
                shown.append(question)
                if question["key"] in answers:
                    counted[question["key"]] = answers[question["key"]]
    return shown


def condition_words(content: Content, condition: Condition | None) -> str:
    """A condition as a sentence for its author: which question, how, which answers; empty without one."""
    if not condition:
        return ""
    question = content.question(condition["question"])
    if question is None:
        return _t("menunjuk pertanyaan “%(key)s” yang tidak ada") % {"key": condition["question"]}
    names = dict(options_of(question))
    values = ", ".join(f"“{names.get(value, value)}”" for value in condition["values"])
    return f"“{question['text']}” {CONDITION_NAMES[Comparison(condition['is'])]} {values}"


def is_satisfiable(question: Question, conditions: Sequence[Condition]) -> bool:
    """Whether some answer to one question fulfils all conditions that look at it.

    Exact: with several ticks the largest set that no “not in” forbids is the best candidate, elsewhere the offered answers
    and the bounds of the conditions are enough.
    """
    if question["kind"] == "multiple":
        banned = {value for row in conditions if row["is"] == Comparison.NOT_IN for value in row["values"]}
        left = [key for key, _words in options_of(question) if key not in banned]
        return bool(left) and all(is_fulfilled(row, {question["key"]: left}) for row in conditions)
    return any(
        all(is_fulfilled(row, {question["key"]: value}) for row in conditions)
        for value in _candidates(question, conditions)
    )


def _candidates(question: Question, conditions: Sequence[Condition]) -> list[Answer]:
    if question["kind"] == "number":
        low, high = question.get("min", float("-inf")), question.get("max", float("inf"))
        bounds = [bound for row in conditions if (bound := threshold(row)) is not None]
        return [value for value in {low, high, *bounds} if low <= value <= high]
    if question["kind"] in STEPS:
        return list(range(1, STEPS[question["kind"]] + 1))
    return [key for key, _words in options_of(question)]


def conditions_towards(content: Content, question: Question) -> list[Condition]:
    """All conditions that must hold for a question to be asked: its own, its section's, and those of what they look at."""
    section = content.section(question.get("section", ""))
    waiting = [row for row in (question.get("show_if"), section.get("show_if") if section else None) if row]
    found: list[Condition] = []
    while waiting:
        condition = waiting.pop()
        if condition in found:
            continue
        found.append(condition)
        source = content.question(condition["question"])
        if source is not None:
            above = content.section(source.get("section", ""))
            waiting += [row for row in (source.get("show_if"), above.get("show_if") if above else None) if row]
    return found


@dataclass(frozen=True, slots=True)
class Path:
    """One way through an instrument: the answers that lead there, in words, and the questions that are asked."""

    choices: tuple[tuple[str, str], ...]
    asked: tuple[str, ...]

    @property
    def minutes(self) -> int:
        """About how long it takes, at twelve seconds a question."""
        return max(1, round(len(self.asked) / 5))


@dataclass(frozen=True, slots=True)
class Paths:
    """The ways through an instrument; ``is_cut`` when there are more than are listed."""

    rows: tuple[Path, ...]
    is_cut: bool


def paths_of(content: Content) -> Paths:
    """Every way through, as far as conditions tell answers apart; at most `MOST_PATHS` are listed.

    Expects content without problems. Answers to a question that fulfil the same conditions are one way.
    """
    conditions = [row["show_if"] for row in (*content.questions, *content.sections) if row.get("show_if")]
    looked_at = {
        key: [row for row in conditions if row["question"] == key] for key in {c["question"] for c in conditions}
    }
    rows: list[Path] = []
    stack: list[tuple[dict[str, Answer], tuple[tuple[str, str], ...]]] = [({}, ())]
    while stack and len(rows) < MOST_PATHS:
        answers, choices = stack.pop()
        asked = shown_questions(content, answers)
        fork = next((row for row in asked if row["key"] in looked_at and row["key"] not in answers), None)
        if fork is None:
            rows.append(Path(choices, tuple(row["key"] for row in asked)))
            continue
        for words, value in reversed(_ways(fork, looked_at[fork["key"]])):
            stack.append(({**answers, fork["key"]: value}, (*choices, (fork["text"], words))))
    return Paths(tuple(rows), bool(stack))


def _ways(question: Question, conditions: Sequence[Condition]) -> list[tuple[str, Answer]]:
    """The answers to a question grouped by what they fulfil: words for the group, and one answer of it."""
    groups: dict[tuple[bool, ...], tuple[list[str], Answer]] = {}
    names = dict(options_of(question))
    if question["kind"] == "number":
        bounds = sorted({bound for row in conditions if (bound := threshold(row)) is not None})
        values = [value for bound in bounds for value in (bound - 1, bound, bound + 1)]
        values = [v for v in values if question.get("min", v) <= v <= question.get("max", v)]
        offered: list[tuple[str, Answer]] = [(f"{value:g}", value) for value in values]
    elif question["kind"] == "multiple":
        told = [key for key in names if any(key in row["values"] for row in conditions)][:MOST_TICKS]
        rest = [key for key in names if key not in told][:1]
        sets = [[key for place, key in enumerate(told) if chosen >> place & 1] for chosen in range(1, 2 ** len(told))]
        offered = [(" + ".join(names[key] for key in keys), keys) for keys in sets]
        offered += [(_t("hanya jawaban lain"), [key]) for key in rest]
    elif question["kind"] in STEPS:
        offered = [(key, int(key)) for key in names]
    else:
        offered = [(words, key) for key, words in names.items()]
    for words, value in offered:
        kind = tuple(is_fulfilled(row, {question["key"]: value}) for row in conditions)
        groups.setdefault(kind, ([], value))[0].append(words)
    ways = [(" / ".join(words), value) for words, value in groups.values()]
    if not question.get("required"):
        # None stands for "left empty": it fulfils no condition, as a missing answer does.
        ways.append((_t("dikosongkan"), None))
    return ways
