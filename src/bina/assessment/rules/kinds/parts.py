"""What all kinds of question share: their names, the parts of an item, what a person may see, what a learner is told."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, ClassVar

from django.utils.functional import Promise
from markupsafe import Markup

from bina.foundation.rich_text import words_with_formulas
from bina.foundation.wording import localized

Payload = Mapping[str, Any]
Sent = Mapping[str, Any]
Answer = Any  # plain JSON: a list of option keys, a mapping of keys, or the number as it was typed


class Kind(StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    ORDERING = "ordering"
    MATCHING = "matching"
    NUMERIC = "numeric"
    CLOZE = "cloze"
    SITUATIONAL = "situational"
    INBASKET = "inbasket"
    SPREADSHEET = "spreadsheet"
    HOTSPOT = "hotspot"


def part_key(text: object) -> str:
    """A short name for one option, step or side of a pair, the same wherever it stands.

    It depends on the text alone, so it says nothing about what is right, whatever order the parts are kept in.
    """
    return hashlib.blake2s(str(text).strip().encode(), digest_size=5).hexdigest()


def shown_words(text: str) -> Markup:
    """Plain words of a question as the page shows them: formulas as formulas, everything else escaped."""
    return Markup(words_with_formulas(text))  # noqa: S704  the renderer sanitises


@dataclass(frozen=True, slots=True)
class Content:
    """The parts of an item with the key, and their English words; keys always come from the Indonesian ones."""

    payload: Payload
    english: Payload = field(default_factory=dict)

    def rows(self, name: str) -> list[Any]:
        """A part that is a list, empty where it is missing."""
        found = self.payload.get(name)
        return found if isinstance(found, list) else []

    def words(self, *path: str | int) -> str:
        """The words at a place, e.g. ``("options", 0, "text")``, in the reader's language; else the Indonesian ones."""
        return localized(_text_at(self.payload, path), _text_at(self.english, path))


def _text_at(value: Any, path: tuple[str | int, ...]) -> str:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return ""
    return "" if value is None else str(value).strip()


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to pick, place or pair: an opaque key and its words."""

    key: str
    text: str

    @property
    def shown(self) -> Markup:
        """The words with their formulas."""
        return shown_words(self.text)


@dataclass(frozen=True, slots=True)
class Document:
    """One paper on the desk."""

    title: str
    text: Markup


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of running text, or a gap in it (``gap`` is its number, empty for text); gaps without choices are typed."""

    text: str = ""
    gap: str = ""
    choices: tuple[Choice, ...] = ()

    @property
    def shown(self) -> Markup:
        """The running text with its formulas."""
        return shown_words(self.text)

    def words_of(self, answer: object) -> str:
        """What a person chose or typed here, in words."""
        return next(
            (choice.text for choice in self.choices if choice.key == answer), "" if self.choices else f"{answer}"
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: its words, or the name under which a number is asked here (``key``, e.g. D6) and its label."""

    text: str = ""
    is_number: bool = False
    key: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as a spreadsheet shows it: lettered columns, and numbered rows of which the first is the heading."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def asked(self) -> tuple[Cell, ...]:
        """The cells that a person fills, from the top."""
        return tuple(cell for row in self.rows for cell in row if cell.key)


@dataclass(frozen=True, slots=True)
class Region:
    """A place on a picture, in percent of its width and height."""

    key: str
    text: str
    x: float
    y: float
    w: float
    h: float

    @property
    def shown(self) -> Markup:
        """The words with their formulas."""
        return shown_words(self.text)


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored image by its digest, and what it shows in words."""

    digest: str
    alt: str


@dataclass(frozen=True, slots=True)
class PublicItem:
    """A question as a person may see it. ``choices``: options, steps, or right sides; ``lefts``: left sides."""

    kind: str
    stem: Markup
    choices: tuple[Choice, ...] = ()
    lefts: tuple[Choice, ...] = ()
    unit: str = ""
    takes_many: bool = False
    picture: Picture | None = None
    documents: tuple[Document, ...] = ()
    passage: tuple[Segment, ...] = ()
    table: Table | None = None
    regions: tuple[Region, ...] = ()

    def with_parts(self, **parts: Any) -> "PublicItem":
        """The same question with these parts shown."""
        return replace(self, **parts)

    def words_of(self, key: object) -> str:
        """The words of one choice, empty when there is none."""
        return next((choice.text for choice in self.choices if choice.key == key), "")


@dataclass(frozen=True, slots=True)
class PartFeedback:
    """What to say beside one option, step, pair, gap, cell or region; ``share`` is what it earns where that is graded."""

    is_right: bool
    was_chosen: bool = False
    text: str = ""
    share: float = 0.0

    @property
    def shown(self) -> Markup:
        """What is said, with its formulas."""
        return shown_words(self.text)


@dataclass(frozen=True, slots=True)
class Told:
    """What a kind tells about an answer: each part's truth, and the solution in words where parts do not hold it."""

    parts: dict[str, PartFeedback] = field(default_factory=dict)
    solution: tuple[str, ...] = ()


class QuestionKind(ABC):
    """One kind of question: its parts in a file, its faults, how it is shown, read, graded and explained.

    Nothing an answer or a sent form holds is trusted; whatever it is, these methods return and never raise. Items come
    checked, except to the two that look for problems.
    """

    kind: ClassVar[Kind]
    name: ClassVar[str | Promise]
    parts: ClassVar[tuple[str, ...]]

    @abstractmethod
    def problems(self, item: Payload) -> list[str]:
        """Every fault of the parts, as sentences for the author."""

    @abstractmethod
    def english_problems(self, item: Payload, english: Payload) -> list[str]:
        """Every fault of the English words of an item whose own parts have none."""

    @abstractmethod
    def grade(self, content: Content, answer: Answer) -> float:
        """The share that is right, 0 to 1."""

    @abstractmethod
    def show(self, content: Content, view: PublicItem, seed: str) -> PublicItem:
        """The view with the parts of this kind; the seed decides their order, and nothing tells what is right."""

    @abstractmethod
    def read(self, content: Content, sent: Sent, prefix: str) -> Answer:
        """The answer that a sent form holds, None when there is none; unknown keys are dropped."""

    @abstractmethod
    def told(self, content: Content, answer: Answer) -> Told:
        """What a learner may be told about an answer."""

    @abstractmethod
    def right_answer(self, content: Content) -> Answer:
        """An answer that earns everything."""

    @abstractmethod
    def wrong_answer(self, content: Content) -> Answer:
        """A believable answer that earns nothing."""

    def is_complete(self, content: Content, answer: Answer) -> bool:
        """Whether every part of the question has been answered."""
        wanted = self.parts_to_answer(content)
        return wanted <= 1 or (isinstance(answer, Mapping) and len(answer) == wanted)

    def parts_to_answer(self, content: Content) -> int:
        """How many fields one fills; 1 where a question is answered in one go."""
        return 1


def shuffled(choices: Iterable[Choice], seed: str) -> tuple[Choice, ...]:
    """The choices once each, in an order that the seed and the keys alone decide."""
    once = {choice.key: choice for choice in choices}
    return tuple(once[key] for key in sorted(once, key=lambda key: order_mark(key, seed)))


def order_mark(key: str, seed: str) -> bytes:
    """Where a part comes in the order of a seed."""
    return hashlib.blake2s(f"{seed}:{key}".encode()).digest()


def chosen_keys(answer: Answer) -> set[str]:
    """The keys in an answer that is a choice."""
    if isinstance(answer, str):
        return {answer}
    if isinstance(answer, (list, tuple)):
        return {key for key in answer if isinstance(key, str)}
    return set()


def fields_of(answer: Answer) -> Mapping[Any, Any]:
    """The fields in an answer that has several, empty for anything else."""
    return answer if isinstance(answer, Mapping) else {}


def sent_values(sent: Sent, name: str) -> list[str]:
    """Every value of a field that may be sent many times."""
    many = getattr(sent, "getlist", None)
    value = many(name) if many else sent.get(name, [])
    return [str(entry) for entry in value] if isinstance(value, (list, tuple)) else [str(value)]


def sent_value(sent: Sent, name: str) -> str:
    """The value of a field, the last one when it was sent many times."""
    value = sent.get(name, "")
    if isinstance(value, (list, tuple)):
        value = value[-1] if value else ""
    return "" if value is None else str(value)
