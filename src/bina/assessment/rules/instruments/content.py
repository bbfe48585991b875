"""What an instrument holds: questions in sections, and scales that some of them add up to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bina.foundation.wording import localized

Question = dict[str, Any]
# How many steps an answer on a rating scale has.
STEPS = {"likert4": 4, "likert5": 5, "likert7": 7}
QUESTION_KIND_NAMES: dict[str, str | Promise] = {
    "likert4": _("Skala 4 poin"),
    "likert5": _("Skala 5 poin"),
    "likert7": _("Skala 7 poin"),
    "choice": _("Pilih satu"),
    "multiple": _("Pilih beberapa"),
    "number": _("Angka"),
    "text": _("Isian bebas"),
}
MOST_QUESTIONS = 150
MOST_SECTIONS = 30
MOST_SCALES = 30
MOST_OPTIONS = 30
LONGEST_WORDING = 500


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked on one page: a section (none for questions outside of any) and its questions in order."""

    key: str
    title: str
    about: str
    questions: tuple[Question, ...]
    condition: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """Questions, sections and scales of an instrument, as stored.

    A question: ``key``, ``kind``, ``text``, ``text_en``, ``required``, ``section``, ``options`` ({key, text, text_en}),
    ``anchors`` ({lowest, highest}: words or {id, en}), ``min`` and ``max`` of a number, ``show_if``, ``profile`` (tells
    about the person and never leaves in single rows). A section: ``key``, ``title``, ``title_en``, ``about``,
    ``about_en``, ``show_if``. A scale: ``code``, ``name``, ``name_en``, ``items`` and ``reversed`` (keys of questions).
    """

    questions: list[Question] = field(default_factory=list)
    sections: list[dict[str, Any]] = field(default_factory=list)
    scales: list[dict[str, Any]] = field(default_factory=list)

    @property
    def pages(self) -> list[Page]:
        """The pages in order: questions outside of sections first, then one page a section that holds any."""
        known = {section["key"] for section in self.sections}
        loose = tuple(row for row in self.questions if row.get("section") not in known)
        found = [Page("", "", "", loose)] if loose else []
        for section in self.sections:
            own = tuple(row for row in self.questions if row.get("section") == section["key"])
            if own:
                title = localized(section["title"], section.get("title_en", ""))
                about = localized(section.get("about", ""), section.get("about_en", ""))
                found.append(Page(section["key"], title, about, own, section.get("show_if")))
        return found

    @property
    def ordered(self) -> list[Question]:
        """All questions in the order in which they are asked."""
        return [question for page in self.pages for question in page.questions]

    def question(self, key: str) -> Question | None:
        """The question with a key."""
        return next((row for row in self.questions if row["key"] == key), None)

    def section(self, key: str) -> dict[str, Any] | None:
        """The section with a key."""
        return next((row for row in self.sections if row["key"] == key), None)

    def scale(self, code: str) -> dict[str, Any] | None:
        """The scale with a code."""
        return next((row for row in self.scales if row["code"] == code), None)


def words_of(value: object) -> str:
    """Words in the reader's language, stored as plain text or as {id, en}."""
    if isinstance(value, Mapping):
        return localized(str(value.get("id") or ""), str(value.get("en") or ""))
    return str(value or "")


def options_of(question: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Key and words of every answer that a closed question offers, in order; empty for numbers and texts."""
    steps = STEPS.get(question["kind"])
    if steps:
        anchors = question.get("anchors") or {}
        ends = {1: words_of(anchors.get("lowest")), steps: words_of(anchors.get("highest"))}
        return [(str(step), f"{step} · {ends[step]}" if ends.get(step) else str(step)) for step in range(1, steps + 1)]
    return [
        (str(option["key"]), localized(str(option.get("text", option["key"])), str(option.get("text_en") or "")))
        for option in question.get("options") or ()
    ]


def _plain(value: object, limit: int = LONGEST_WORDING) -> str:
    return str(value).strip()[:limit] if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _condition(raw: object) -> dict[str, Any] | None:
    if not isinstance(raw, Mapping) or not raw.get("question"):
        return None
    values = raw.get("values", raw.get("value"))
    return {
        "question": _plain(raw["question"], 60),
        "is": _plain(raw.get("is"), 20) or "in",
        "values": [_plain(value, 60) for value in (values if isinstance(values, list) else [values]) if _plain(value)],
    }


def _anchor(raw: object) -> str | dict[str, str]:
    if isinstance(raw, Mapping):
        return {name: _plain(raw.get(name), 80) for name in ("id", "en") if _plain(raw.get(name))}
    return _plain(raw, 80)


def _question(raw: Mapping[str, Any]) -> Question:
    kind = _plain(raw.get("kind"), 20)
    found: Question = {"key": _plain(raw.get("key"), 60), "kind": {"single": "choice"}.get(kind, kind)}
    found["text"] = _plain(raw.get("text"))
    for name in ("text_en", "section"):
        if _plain(raw.get(name)):
            found[name] = _plain(raw.get(name))
    anchors = raw.get("anchors")
    if isinstance(anchors, Mapping):
        found["anchors"] = {
            end: _anchor(anchors.get(end)) for end in ("lowest", "highest") if _anchor(anchors.get(end))
        }
    if found["kind"] in ("choice", "multiple"):
        options = [_option(row, number) for number, row in enumerate(_list(raw.get("options")), start=1)]
        found["options"] = [row for row in options if row["text"]]
    for name in ("min", "max"):
        if isinstance(raw.get(name), (int, float)) and not isinstance(raw.get(name), bool):
            found[name] = raw[name]
    for name in ("required", "profile"):
        if raw.get(name) is True:
            found[name] = True
    condition = _condition(raw.get("show_if"))
    if condition:
        found["show_if"] = condition
    return found


def _option(raw: object, number: int) -> dict[str, str]:
    if not isinstance(raw, Mapping):
        return {"key": f"p{number}", "text": _plain(raw, 200)}
    found = {"key": _plain(raw.get("key"), 60) or f"p{number}", "text": _plain(raw.get("text"), 200)}
    if _plain(raw.get("text_en")):
        found["text_en"] = _plain(raw.get("text_en"), 200)
    return found


def content_of(raw: Mapping[str, Any]) -> Content:
    """What a file or a form holds, brought into shape: unknown parts dropped, texts cut to their limits.

    Whether it makes sense is a matter for `content_problems`.
    """
    questions = [_question(row) for row in _list(raw.get("questions")) if isinstance(row, Mapping)]
    sections = []
    for row in _list(raw.get("sections")):
        if not isinstance(row, Mapping):
            continue
        section: dict[str, Any] = {"key": _plain(row.get("key"), 60), "title": _plain(row.get("title"), 200)}
        section |= {name: _plain(row[name]) for name in ("title_en", "about", "about_en") if _plain(row.get(name))}
        condition = _condition(row.get("show_if"))
        sections.append(section | ({"show_if": condition} if condition else {}))
    scales = []
    for row in _list(raw.get("scales")):
        if not isinstance(row, Mapping):
            continue
        scale: dict[str, Any] = {"code": _plain(row.get("code"), 60), "name": _plain(row.get("name"), 200)}
        scale |= {"name_en": _plain(row["name_en"], 200)} if _plain(row.get("name_en")) else {}
        scale |= {name: [_plain(key, 60) for key in _list(row.get(name))] for name in ("items", "reversed")}
        scales.append(scale)
    return Content(questions[: MOST_QUESTIONS + 1], sections[: MOST_SECTIONS + 1], scales[: MOST_SCALES + 1])
