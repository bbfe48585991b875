"""What the browser's form of a kind of activity asks for: which fields of its entry, in which words, and how they are written."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise


class Writing(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"
    # Markdown in the entry itself, and Markdown in a file of its own.
    WORDS = "words"
    TEXT = "text"
    # A name and a short value on each line.
    PAIRS = "pairs"
    MEDIA = "media"
    QUESTIONS = "questions"
    RUBRIC = "rubric"


# Kinds of field that stand in a file of their own; the entry names it.
OWN_FILES = {Writing.TEXT: ".md", Writing.QUESTIONS: ".yaml", Writing.RUBRIC: ".yaml"}


@dataclass(frozen=True, slots=True)
class EditField:
    """One field of an entry in course.yaml as a form shows it.

    ``endings`` are those of the media that fit, ``choices`` the values with their words; ``fallback`` is what the kind takes
    when nothing is said, shown as such; ``low`` and ``high`` bound a number; ``end`` is added to the name of an own file.
    """

    name: str
    label: str | Promise
    writing: Writing = Writing.LINE
    help: str | Promise = ""
    is_needed: bool = False
    choices: tuple[tuple[str, str | Promise], ...] = ()
    endings: frozenset[str] = frozenset()
    low: int = 0
    high: int = 100
    fallback: Any = None
    end: str = ""
