"""What authors may ask about the working copy of a course: its files, what is wrong with them by part, its earlier states."""

import hashlib
import io
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bina.assessment.rules.drafting import plain_words
from bina.foundation.located_yaml import LocatedDict, YamlError, read_yaml
from bina.learning.models import (
    Activity,
    ActivityVariant,
    Course,
    CourseVersion,
    Workspace,
    WorkspaceFile,
    WorkspaceSave,
)
from bina.learning.queries.authors import managed_course
from bina.learning.queries.compiled import activity_rows, known_competencies, outline_rows, reader_of, variant_rows
from bina.learning.rules import (
    KINDS,
    OUTLINE,
    CompiledCourse,
    FolderReader,
    OutlineText,
    Problem,
    compile_course,
    compile_part,
    files_named,
    folder_hash,
    image_dimensions,
)

if TYPE_CHECKING:
    from bina.people.models import User

SHOWN_SAVES = 60
COURSE = ""


class WorkspaceSource:
    """The files of a working copy as they are now, read once; a course folder like any other."""

    def __init__(self, workspace: Workspace, *, until: int | None = None) -> None:
        """``until`` reads the folder as it was after that save."""
        self.workspace = workspace
        rows = WorkspaceFile.objects.filter(workspace=workspace).select_related("stored").order_by("name")
        # A row without an end lasts until now, so that it is left out by neither.
        rows = rows.exclude(until__lte=until).filter(since__lte=until) if until is not None else rows.filter(until=None)
        self.rows: dict[str, WorkspaceFile] = {row.name: row for row in rows}

    @cached_property
    def texts(self) -> dict[str, str]:
        """The files that are kept as text."""
        return {name: row.text for name, row in self.rows.items() if row.text is not None}

    def names(self) -> list[str]:
        """Every file's name."""
        return list(self.rows)

    def size(self, name: str) -> int:
        """How many bytes a file has."""
        row = self.rows[name]
        return row.stored.size if row.stored is not None else len((row.text or "").encode())

    def open(self, name: str) -> IO[bytes]:
        """A file as a stream."""
        row = self.rows[name]
        if row.stored is None:
            return io.BytesIO((row.text or "").encode())
        stream: IO[bytes] = row.stored.content.storage.open(row.stored.content.name or "")
        return stream

    @cached_property
    def content_hash(self) -> str:
        """The hash of the whole folder, as versions keep it."""
        texts = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in self.texts.items()}
        return folder_hash(
            texts | {name: row.stored.digest for name, row in self.rows.items() if row.stored is not None}
        )

    @cached_property
    def media(self) -> list[tuple[str, int]]:
        """Names and sizes of the media, in the order of their names."""
        return [(name, self.size(name)) for name in self.rows if name.startswith("media/")]


def workspace_of(user: "User", slug: str) -> Workspace | None:
    """The working copy of a course that the account looks after; None when there is none yet."""
    course = managed_course(user, slug)
    if course is None:
        return None
    return Workspace.objects.filter(course=course).select_related("course__agency", "course__current_version").first()


def working_title(course: Course) -> str | None:
    """What the working copy of a course is called; None when it has none."""
    return Workspace.objects.filter(course=course).values_list("title", flat=True).first()


def saves_of(workspace: Workspace) -> QuerySet[WorkspaceSave]:
    """The latest saves, newest first."""
    return workspace.saves.select_related("saved_by").order_by("-number")[:SHOWN_SAVES]


def newer_version(workspace: Workspace, source: WorkspaceSource) -> CourseVersion | None:
    """A version that came in otherwise after the latest save and holds something else; a draft would take its place."""
    version = workspace.course.versions.order_by("-number").first()
    if version is None or version.imported_at <= workspace.saved_at or version.content_hash == source.content_hash:
        return None
    return version


def latest_save(workspace: Workspace) -> WorkspaceSave | None:
    """The newest save, when there is one before it to go back to."""
    rows = list(workspace.saves.order_by("-number")[:2])
    return rows[0] if len(rows) == 2 else None


@dataclass(slots=True)
class CheckedCourse:
    """A working copy as compiled in memory: what a learner would get, and what is wrong, by part (“”: the course itself)."""

    reader: FolderReader
    compiled: CompiledCourse | None
    outline: OutlineText | None
    by_part: dict[str, list[Problem]] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        """How many things stop it from becoming a draft."""
        return sum(problem.is_error for problem in self.reader.problems)

    @property
    def minutes(self) -> int:
        """The minutes of all parts as written."""
        rows = self.outline.parts() if self.outline else ()
        values = [piece.value.get("minutes") for _section, _place, piece in rows]
        return sum(value for value in values if isinstance(value, int) and not isinstance(value, bool))


def outline_of_workspace(source: WorkspaceSource) -> OutlineText | None:
    """The outline of a working copy, or None when its course.yaml cannot be read."""
    try:
        return OutlineText(source.texts.get(OUTLINE, ""))
    except YamlError:
        return None


def checked_course(source: WorkspaceSource) -> CheckedCourse:
    """Compile a working copy in memory and tell every problem beside the part that it is about."""
    reader = reader_of(source, known_competencies(), source.workspace.course.agency)
    compiled = compile_course(reader)
    checked = CheckedCourse(reader, compiled, outline_of_workspace(source))
    places = _places(source.texts.get(OUTLINE, ""))
    seen: set[tuple[str, str, str]] = set()
    for problem in reader.problems:
        keys = places.of(problem)
        for key in keys:
            own = in_words(problem, is_part=key != COURSE)
            mark = (key, own.sentence, own.field)
            if mark not in seen:
                seen.add(mark)
                checked.by_part.setdefault(key, []).append(own)
    return checked


@dataclass(slots=True)
class _Places:
    """Which part a place in the files belongs to."""

    lines: list[tuple[int, str]]
    files: dict[str, list[str]]
    end: int

    def of(self, problem: Problem) -> list[str]:
        if problem.file != OUTLINE:
            file = problem.file.split(" › ")[0]
            return self.files.get(file, [COURSE])
        line = problem.line or 0
        before = [key for first, key in self.lines if first <= line] if line <= self.end else []
        return [before[-1]] if before and problem.field not in {"learning_hours", ""} else [COURSE]


def _places(text: str) -> _Places:
    """Where each part stands in course.yaml, and which files it names."""
    try:
        data = read_yaml(text)
    except YamlError:
        return _Places([], {}, 0)
    lines: list[tuple[int, str]] = []
    files: dict[str, list[str]] = {}
    sections = data.get("sections") if isinstance(data, dict) else None
    for section in sections if isinstance(sections, list) else []:
        if not isinstance(section, LocatedDict):
            continue
        lines.append((section.line, COURSE))
        parts = section.get("activities")
        for part in parts if isinstance(parts, list) else []:
            if not isinstance(part, LocatedDict):
                continue
            key = str(part.get("key") or "")
            lines.append((part.line, key))
            for value in files_named(part):
                if PurePosixPath(value).suffix:
                    files.setdefault(value, []).append(key)
    end = len(text.splitlines())
    if isinstance(data, LocatedDict):
        after = [line for line in data.lines.values() if line > data.lines.get("sections", end)]
        end = min(after) - 1 if after else end
    return _Places(sorted(lines), files, end)


def in_words(problem: Problem, *, is_part: bool) -> Problem:
    """A problem in the words of the forms, for people who never see a file."""
    labels = {
        "title": _("Judul"), "minutes": _("Menit"), "summary": _("Ringkasan"), "slug": _("Alamat"), "level": _("Jenjang"),
        "learning_hours": _("JP"), "passing_grade": _("Nilai lulus kursus"), "description": _("Uraian"),
        "competencies": _("Kompetensi"), "form": _("Bentuk pengembangan"), "language": _("Bahasa"),
        "due_days": _("Ditunggu berapa hari"), "passing": _("Nilai lulus"), "url": _("Alamat"), "pages": _("Banyaknya halaman"),
    }  # fmt: skip
    for kind in KINDS.values():
        if is_part:
            labels |= {one.name: str(one.label) for one in kind.form_fields if one.name not in {"file", *labels}}
    labels["file"] = _("Berkas")
    sentence = plain_words(problem.sentence)
    sentence = re.sub(r"“(\w+)”", lambda found: f"“{labels.get(found[1], found[1])}”", sentence)
    sentence = re.sub(r"\. (?:Yang dikenal|Known): .*", ".", sentence) if "“" in sentence else sentence
    where = problem.field if problem.field and problem.field not in labels and is_part else ""
    return Problem(sentence, problem.file, problem.line, where, problem.is_error)


def checked_part(source: WorkspaceSource, key: str) -> list[Problem]:
    """What is wrong with one part by itself, without compiling the others; gates are told with the whole course."""
    reader = reader_of(source, known_competencies(), source.workspace.course.agency)
    try:
        data = read_yaml(source.texts.get(OUTLINE, ""))
    except YamlError:
        return []
    for section in data.get("sections") or []:
        for entry in section.get("activities") or []:
            if isinstance(entry, LocatedDict) and entry.get("key") == key:
                compile_part(reader, entry)
    found: dict[str, Problem] = {}
    for problem in reader.problems:
        own = in_words(problem, is_part=True)
        found.setdefault(own.sentence + own.field, own)
    return list(found.values())


@dataclass(slots=True)
class PreviewedCourse:
    """A working copy as rows that the pages of learners read; nothing of it is stored."""

    version: CourseVersion
    activities: dict[str, Activity]
    variants: dict[str, list[ActivityVariant]]


def previewed_course(workspace: Workspace, checked: CheckedCourse, base: str) -> PreviewedCourse | None:
    """A working copy as a learner would see it, or None when its outline cannot be shown yet.

    ``base`` is the address below which its media are handed out by name.
    """
    compiled = checked.compiled
    if compiled is None or not compiled.activities:
        return None
    version = CourseVersion(
        course=workspace.course,
        number=0,
        title=compiled.title,
        language=compiled.language,
        outline=outline_rows(compiled),
    )
    urls = {name: base + PurePosixPath(name).name for name in checked.reader.sizes if name.startswith("media/")}
    boxes = {name: image_dimensions(checked.reader, name) for name in urls}
    rows = activity_rows(version, compiled, checked.reader, urls, boxes)
    texts = {row.key: variant_rows(row, part, urls, boxes) for row, part in zip(rows, compiled.activities, strict=True)}
    return PreviewedCourse(version, {row.key: row for row in rows}, texts)
