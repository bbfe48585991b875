"""Changing an instrument piece by piece: every function gives new content and leaves the old as it was."""

from collections.abc import Mapping
from typing import Any

from bina.assessment.rules.instruments.content import Content, Question

Row = dict[str, Any]


def _put(rows: list[Row], name: str, old: str, new: Mapping[str, Any]) -> list[Row]:
    """The rows with one replaced where ``name`` is ``old``, or added at the end when ``old`` is empty or unknown."""
    if old and any(row[name] == old for row in rows):
        return [dict(new) if row[name] == old else row for row in rows]
    return [*rows, dict(new)]


def _moved(rows: list[Row], place: int, to: int) -> list[Row]:
    if not (0 <= place < len(rows) and 0 <= to < len(rows)):
        return rows
    found = list(rows)
    found.insert(to, found.pop(place))
    return found


def with_question(content: Content, question: Question, *, old: str = "") -> Content:
    """A question added at the end, or put in place of the one with the key ``old``; scales and conditions follow a key."""
    questions = _put(content.questions, "key", old, question)
    found = Content(questions, content.sections, content.scales)
    return _renamed(found, old, question["key"]) if old and old != question["key"] else found


def _renamed(content: Content, old: str, new: str) -> Content:
    def follow(row: Row) -> Row:
        condition = row.get("show_if")
        if condition and condition["question"] == old:
            return {**row, "show_if": {**condition, "question": new}}
        return row

    scales = [
        {**scale, **{name: [new if key == old else key for key in scale[name]] for name in ("items", "reversed")}}
        for scale in content.scales
    ]
    return Content([follow(row) for row in content.questions], [follow(row) for row in content.sections], scales)


def without_question(content: Content, key: str) -> Content:
    """Without a question; scales forget it, conditions that look at it stay to be mended."""
    scales = [
        {**scale, **{name: [item for item in scale[name] if item != key] for name in ("items", "reversed")}}
        for scale in content.scales
    ]
    return Content([row for row in content.questions if row["key"] != key], content.sections, scales)


def moved_question(content: Content, key: str, *, up: bool) -> Content:
    """A question moved by one place within its section; at the edge nothing changes."""
    question = content.question(key)
    if question is None:
        return content
    known = {row["key"] for row in content.sections}

    def home(row: Row) -> str:
        return str(row["section"]) if row.get("section") in known else ""

    mates = [place for place, row in enumerate(content.questions) if home(row) == home(question)]
    spot = mates.index(content.questions.index(question)) + (-1 if up else 1)
    if not 0 <= spot < len(mates):
        return content
    place = content.questions.index(question)
    return Content(_moved(content.questions, place, mates[spot]), content.sections, content.scales)


def with_section(content: Content, section: Row, *, old: str = "") -> Content:
    """A section added at the end, or put in place of the one with the key ``old``."""
    return Content(content.questions, _put(content.sections, "key", old, section), content.scales)


def without_section(content: Content, key: str) -> Content:
    """Without a section; its questions move to the first page, outside of sections."""
    questions = [
        {name: value for name, value in row.items() if name != "section"} if row.get("section") == key else row
        for row in content.questions
    ]
    return Content(questions, [row for row in content.sections if row["key"] != key], content.scales)


def moved_section(content: Content, key: str, *, up: bool) -> Content:
    """A section moved by one place with its questions; at the edge nothing changes."""
    place = next((n for n, row in enumerate(content.sections) if row["key"] == key), -1)
    return Content(content.questions, _moved(content.sections, place, place + (-1 if up else 1)), content.scales)


def with_scale(content: Content, scale: Row, *, old: str = "") -> Content:
    """A scale added at the end, or put in place of the one with the code ``old``."""
    return Content(content.questions, content.sections, _put(content.scales, "code", old, scale))


def without_scale(content: Content, code: str) -> Content:
    """Without a scale; its questions stay."""
    return Content(content.questions, content.sections, [row for row in content.scales if row["code"] != code])
