"""The outline of a version with a learner's marks on it: what comes next, what is done, what is left. No database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bina.learning.models import CourseVersion
from bina.learning.rules import NOT_MEANT, lock_of, titles_of

MARKS = {"c": "done", "o": "opened"}


@dataclass(slots=True)
class Part:
    """One activity in an outline; ``state`` is done, opened or empty; ``lock`` says what comes before it, empty when open."""

    key: str
    kind: str
    title: str
    minutes: int
    size: int
    is_required: bool
    state: str
    role: str
    number: int
    lock: str = ""


@dataclass(slots=True)
class Section:
    """A section with its parts."""

    title: str
    number: int
    parts: list[Part] = field(default_factory=list)

    @property
    def done(self) -> int:
        """How many parts are done."""
        return sum(part.state == "done" for part in self.parts)

    @property
    def minutes(self) -> int:
        """Minutes of all parts."""
        return sum(part.minutes for part in self.parts)


@dataclass(slots=True)
class Outline:
    """All sections; with a place in it (``key``) also what stands before and after."""

    sections: list[Section]
    here: Part | None = None
    section: Section | None = None
    previous: Part | None = None
    next: Part | None = None
    first_open: Part | None = None

    @property
    def count(self) -> int:
        """How many parts there are."""
        return sum(len(section.parts) for section in self.sections)


def outline_of(
    version: CourseVersion,
    marks: Mapping[str, Any] | None = None,
    key: str = "",
    scores: Mapping[str, float] | None = None,
) -> Outline:
    """The outline with a learner's marks, seen from the part named ``key``; parts not meant for the person are left out.

    ``scores`` (best ones, 0 to 100) tell which gates are open; without them, as for authors, every part is.
    """
    marks = marks or {}
    titles: dict[str, str] | None = None
    outline = Outline([])
    before: Part | None = None
    number = 0
    for place, data in enumerate(version.outline, start=1):
        section = Section(data["title"], place)
        for row in data["parts"]:
            if marks.get(row["key"]) == NOT_MEANT:
                continue
            number += 1
            part = Part(
                row["key"], row["kind"], row["title"], row["minutes"], row["size"], row["required"],
                MARKS.get(marks.get(row["key"], ""), ""), row.get("role", ""), number,
            )  # fmt: skip
            if scores is not None and "needs" in row:
                titles = titles or titles_of(version.outline)
                part.lock = lock_of(row, marks, scores, titles)
            section.parts.append(part)
            if outline.here is not None and outline.next is None:
                outline.next = part
            if part.key == key:
                outline.here, outline.section, outline.previous = part, section, before
            if outline.first_open is None and part.is_required and part.state != "done" and not part.lock:
                outline.first_open = part
            before = part
        if section.parts:
            outline.sections.append(section)
    return outline
