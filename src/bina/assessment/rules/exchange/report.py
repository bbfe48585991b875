"""What reading or writing a foreign file came to: each question with what was taken, what was not kept, and why."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from bina.assessment.rules.exchange.amounts import amount
from bina.assessment.rules.files import MOST_ITEMS
from bina.assessment.rules.kinds import QUESTION_KINDS
from bina.assessment.rules.kinds.parts import Kind
from bina.assessment.rules.pictures import StoredPicture
from bina.foundation.errors import Refused

Item = dict[str, Any]
LONGEST_CODE = 60
# What other systems have no field for travels in their tags, as “level:2”.
TAGS = ("competency", "level", "context", "sector", "region", "a", "b")
_SHARED = (
    "competency",
    "level",
    "kind",
    "context",
    "sector",
    "region",
    "a",
    "b",
    "stem",
    "explanation",
    "image",
    "alt",
)


class Outcome(StrEnum):
    """What became of one question."""

    TAKEN = "taken"
    CHANGED = "changed"
    FAULTY = "faulty"
    UNSUPPORTED = "unsupported"


class Unsupported(Exception):
    """A question that the other side cannot carry at all; the text says why, for its author."""


class Faulty(Exception):
    """A question of a known kind that cannot be used as it is written; the text says why, for its author."""


@dataclass(frozen=True, slots=True)
class Line:
    """One question of a file: the item when it was taken, and what its author should know."""

    number: int
    name: str
    outcome: Outcome
    notes: tuple[str, ...] = ()
    item: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ExchangeReport:
    """What a foreign file holds: its questions one by one, the pictures they show, and what belongs to none of them."""

    lines: tuple[Line, ...]
    pictures: Mapping[str, StoredPicture] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def items(self) -> list[Mapping[str, Any]]:
        """The items that were taken, as an item file holds them."""
        return [line.item for line in self.lines if line.item is not None]

    def with_defaults(self, *, competency: str = "", level: int | None = None) -> "ExchangeReport":
        """The same report, where items that name no competency or level get these."""
        defaults = {"competency": competency or None, "level": level}
        chosen = {name: value for name, value in defaults.items() if value is not None}
        return replace(
            self, lines=tuple(replace(line, item=line.item and {**chosen, **line.item}) for line in self.lines)
        )


@dataclass(frozen=True, slots=True)
class Written:
    """A file for another system, and a line for each item that it does not hold or does not hold completely."""

    content: bytes
    lines: tuple[Line, ...]


@dataclass(slots=True)
class Question:
    """A question while it is read: its item grows, and notes say what could not be kept."""

    name: str
    item: Item = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Remember once what its author should know."""
        if text not in self.notes:
            self.notes.append(text)

    def take_tags(self, tags: Iterable[str]) -> None:
        """Competency, level and what else stands in tags such as “level:2”; other tags are noted."""
        for tag in tags:
            name, _colon, value = tag.strip().partition(":")
            name, value = name.strip().casefold(), value.strip()
            if name in {"a", "b", "level"} and amount(value) is not None:
                self.item[name] = amount(value)
            elif name in {"competency", "context", "sector", "region"} and value:
                self.item[name] = value
            elif name == "kind" and value in QUESTION_KINDS:
                self.item["kind"] = value
            elif name == "unit" and value:
                self.item["unit"] = value
            elif tag.strip():
                self.note(_("Tanda (tag) “%(tag)s” tidak dipakai.") % {"tag": tag.strip()[:80]})


class Reading:
    """Collects the questions of one file, gives them codes, and finds those that stand there twice."""

    def __init__(self) -> None:
        self.pictures: dict[str, StoredPicture] = {}
        self.notes: list[str] = []
        self._lines: list[Line] = []
        self._contents: dict[str, str] = {}

    def take(self, name: str, read: Callable[[Question], None]) -> None:
        """Read one question; whatever it lacks becomes its line. Raises Refused beyond the number a file may hold."""
        if len(self._lines) >= MOST_ITEMS:
            raise Refused(
                _("Berkas memuat lebih dari %(most)s soal; bagi menjadi beberapa berkas.") % {"most": MOST_ITEMS}
            )
        question = Question(" ".join(name.split())[:120])
        try:
            read(question)
        except Unsupported as reason:
            self._add(question, Outcome.UNSUPPORTED, str(reason))
        except Faulty as reason:
            self._add(question, Outcome.FAULTY, str(reason))
        else:
            self._keep(question)

    def _add(self, question: Question, outcome: Outcome, *reasons: str, item: Item | None = None) -> None:
        name = question.item.get("code") or question.name
        notes = tuple(dict.fromkeys([*reasons, *question.notes]))
        self._lines.append(Line(len(self._lines) + 1, str(name), outcome, notes, item))

    def _keep(self, question: Question) -> None:
        item = question.item
        content = _mark({name: value for name, value in item.items() if name != "code"})
        code = " ".join(str(item.get("code") or question.name).split())
        if not 0 < len(code) <= LONGEST_CODE:
            code = f"{code[: LONGEST_CODE - 9].strip()}-{content}".lstrip("-")
        if content in self._contents.values() and self._contents.get(code, content) == content:
            self._add(question, Outcome.FAULTY, _("Soal yang sama sudah ada lebih dahulu di berkas ini."))
            return
        if code in self._contents:
            longer = f"{code[: LONGEST_CODE - 9]}-{content}"
            question.note(
                _("Kode “%(code)s” sudah dipakai soal lain di berkas ini; soal ini diberi kode “%(longer)s”.")
                % {"code": code, "longer": longer}
            )
            code = longer
        self._contents[code] = content
        item["code"] = code
        self._add(question, Outcome.CHANGED if question.notes else Outcome.TAKEN, item=item)

    def report(self) -> ExchangeReport:
        """What was found; raises Refused when it is nothing at all."""
        if not self._lines:
            raise Refused(_("Berkas ini tidak memuat soal yang dapat dikenali. Tidak ada yang diubah."))
        return ExchangeReport(tuple(self._lines), self.pictures, tuple(dict.fromkeys(self.notes)))


def _mark(value: object) -> str:
    return hashlib.blake2s(json.dumps(value, sort_keys=True, default=str).encode(), digest_size=4).hexdigest()


def tags_of(item: Mapping[str, Any]) -> list[str]:
    """The tags that carry what other systems have no field for."""
    tags = [f"{name}:{item[name]}" for name in TAGS if item.get(name) is not None]
    return [*tags, "kind:situational"] if item.get("kind") == Kind.SITUATIONAL else tags


def accounted(
    items: Sequence[Mapping[str, Any]],
    pictures: Mapping[str, StoredPicture],
    content: bytes,
    left_out: Mapping[str, str],
    report: ExchangeReport | None,
) -> Written:
    """A written file with its losses, found by reading it back (``report``); ``left_out`` tells why by code."""
    back = {item["code"]: item for item in report.items} if report else {}
    lines = []
    for number, item in enumerate(items, start=1):
        code = " ".join(str(item["code"]).split())
        if code in left_out:
            lines.append(Line(number, code, Outcome.UNSUPPORTED, (left_out[code],), item))
            continue
        lost = losses(item, pictures, back.get(code, {}), report.pictures if report else {})
        if lost:
            sentence = _("Tidak terbawa utuh dalam bentuk berkas ini: %(parts)s.") % {"parts": ", ".join(lost)}
            lines.append(Line(number, code, Outcome.CHANGED, (sentence,), item))
    return Written(content, tuple(lines))


def losses(
    item: Mapping[str, Any],
    pictures: Mapping[str, StoredPicture],
    back: Mapping[str, Any],
    back_pictures: Mapping[str, StoredPicture],
) -> list[str]:
    """The names of the parts of an item that came back from a file different, or not at all."""
    names = (*_SHARED, *QUESTION_KINDS[item["kind"]].parts, "en")
    own, other = _comparable(item, pictures), _comparable(back, back_pictures)
    return [name for name in names if own.get(name) != other.get(name)]


def _comparable(item: Mapping[str, Any], pictures: Mapping[str, StoredPicture]) -> dict[str, Any]:
    plain: dict[str, Any] = _plain(item)
    name = str(plain.get("image"))
    return {**plain, "image": pictures[name].digest} if name in pictures else plain


def _plain(value: Any) -> Any:
    """A value without what says nothing: white space around words, parts that are false or empty."""
    if isinstance(value, str):
        return re.sub(r"[ \t]+\n", "\n", value).strip()
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items() if part not in (None, False, "", [])}
    return [_plain(part) for part in value] if isinstance(value, list) else value
