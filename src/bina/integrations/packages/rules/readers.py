"""The registry of package formats: each recognises its packages and turns them into the parts of a course."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from bina.integrations.packages.rules.archives import Archive
from bina.learning.rules import Problem

Section = tuple[str, list[dict[str, Any]]]


@dataclass(slots=True)
class PackageReport:
    """What was found in a package.

    ``sections`` are (title, entries of activities without minutes); ``needs`` of an entry gives the places of the parts that
    come before it. ``files`` are texts that the course folder needs besides; ``keeps_archive`` is the name under which the
    package itself goes along; ``facts`` are rows of label and value that help a trainer to recognise the content.
    """

    standard: str
    title: str = ""
    version: str = ""
    sections: list[Section] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    keeps_archive: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        """Whether something stops the import."""
        return any(problem.is_error for problem in self.problems)

    @property
    def parts(self) -> list[dict[str, Any]]:
        """All activities in order."""
        return [entry for _title, entries in self.sections for entry in entries]

    def error(self, sentence: str, file: str = "", line: int | None = None, field: str = "") -> None:
        """Note something that stops the import."""
        self.problems.append(Problem(sentence, file, line, field))

    def warn(self, sentence: str, file: str = "", line: int | None = None, field: str = "") -> None:
        """Note something that an author should know."""
        self.problems.append(Problem(sentence, file, line, field, is_error=False))


@dataclass(frozen=True, slots=True)
class PackageReader:
    """One format. ``mark`` is the file at the top by which it is known, ``recognises`` looks closer, ``read`` reports.

    ``stands_alone``: that file is a package too when it comes without an archive around it.
    """

    code: str
    name: str | Promise
    mark: str
    recognises: Callable[[Archive], bool]
    read: Callable[[Archive], PackageReport]
    stands_alone: bool = False


READERS: dict[str, PackageReader] = {}


def register_reader(reader: PackageReader) -> PackageReader:
    """Add a format; called once when its room starts. Raises ValueError when its code is taken."""
    if reader.code in READERS:
        raise ValueError(f"package reader {reader.code} is registered twice")
    READERS[reader.code] = reader
    return reader
