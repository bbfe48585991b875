"""The outline of a working copy: parts and sections are added, moved, copied, named and removed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.foundation.errors import Refused
from bina.foundation.located_yaml import YamlError
from bina.learning.models import Course
from bina.learning.queries import WorkspaceSource
from bina.learning.rules import (
    KINDS,
    OUTLINE,
    ListText,
    OutlineText,
    Writing,
    files_named,
    free_name,
    new_part,
    own_file,
    variant_files,
)

if TYPE_CHECKING:
    from bina.people.models import User
from bina.learning.actions.workspaces.saving import (
    Content,
    keep_files,
    locked_workspace,
    readable_outline,
    unused_files,
)

MOST_SECTIONS = 100


@transaction.atomic
def add_part(*, by: "User", course: Course, section: int, kind: str, title: str) -> str:
    """A new part of a kind at the end of a section, with the empty files it needs; its key."""
    workspace, source = locked_workspace(by, course)
    outline = readable_outline(source)
    if kind not in KINDS:
        raise Refused(_("Jenis bagian ini tidak dikenal."))
    words = title.strip()[:160] or str(KINDS[kind].name)
    if not outline.sections:
        outline.add_section(_("Bagian 1"))
    target = outline.sections[min(max(section, 0), len(outline.sections) - 1)]
    taken = {*outline.keys(), *(PurePosixPath(name).stem for name in source.rows)}
    entry, files = new_part(kind, words, 5, taken)
    outline.insert(target, len(target.parts), entry)
    said = _("Tambah “%(title)s”") % {"title": words}
    keep_files(workspace, source.rows, {OUTLINE: outline.text, **files}, by, said)
    return str(entry["key"])


@transaction.atomic
def add_entries(
    *, by: "User", course: Course, section: int, entries: "Callable[[set[str]], list[dict[str, Any]]]", words: str,
    learning_hours: int | None = None,
) -> None:  # fmt: skip
    """Parts that another room made, at the end of a section, as one save that can be taken back.

    ``entries`` makes them, in the words of course.yaml, given the keys that are taken; ``words`` say what was done;
    ``learning_hours`` replaces those of the course. Raises Refused when the section is gone or course.yaml cannot be read.
    """
    workspace, source = locked_workspace(by, course)
    outline = readable_outline(source)
    if not outline.sections:
        outline.add_section(_("Bagian 1"))
    if not 0 <= section < len(outline.sections):
        raise Refused(_("Bagian kursus yang dipilih tidak ada lagi. Muat ulang halaman ini."))
    target = outline.sections[section]
    for entry in entries(set(outline.keys())):
        outline.insert(target, len(target.parts), entry)
    if learning_hours is not None:
        outline.set_fields({"learning_hours": learning_hours})
    keep_files(workspace, source.rows, {OUTLINE: outline.text}, by, words)


@dataclass(slots=True)
class _Arranging:
    """An outline being arranged: what was said to do, and the files that change with it."""

    outline: OutlineText
    source: WorkspaceSource
    changes: dict[str, Content]


@transaction.atomic
def arrange_course(*, by: "User", course: Course, do: str, title: str = "") -> str:
    """One step in the outline; what was done in words, empty when there is nothing to do.

    ``up:KEY``, ``down:KEY`` (across the borders of sections), ``place:KEY:SECTION:PLACE``, ``copy:KEY``, ``delete:KEY``,
    ``section-up:N``, ``section-down:N``, ``section-delete:N``, ``section-name:N`` and ``section-add`` with a ``title``.
    """
    workspace, source = locked_workspace(by, course)
    work = _Arranging(readable_outline(source), source, {})
    verb, *rest = do.split(":")
    step = _STEPS.get(verb)
    words = step(work, rest, title.strip()[:160]) if step else ""
    if not words:
        return ""
    changes = {OUTLINE: work.outline.text, **work.changes}
    return words if keep_files(workspace, source.rows, changes, by, words) else ""


def _title(value: Mapping[str, Any]) -> str:
    return str(value.get("title") or value.get("key") or "")[:160]


def _move_by(step: int) -> "Callable[[_Arranging, list[str], str], str]":
    def move(work: _Arranging, rest: list[str], _title_typed: str) -> str:
        found = work.outline.find(rest[0] if rest else "")
        if found is None:
            return ""
        section, place, piece = found
        sections = work.outline.sections
        number = next(n for n, one in enumerate(sections) if one is section)
        target, goal = number, place + step
        if not 0 <= goal < len(section.parts):
            target = number + step
            if not 0 <= target < len(sections):
                return ""
            goal = len(sections[target].parts) if step < 0 else 0
        return _put(work, rest[0], target, goal) or _title(piece.value)

    return move


def _put(work: _Arranging, key: str, target: int, goal: int) -> str:
    found = work.outline.find(key)
    if found is None or not 0 <= target < len(work.outline.sections):
        return ""
    section, place, piece = found
    del section.parts[place]
    parts = work.outline.sections[target].parts
    parts.insert(min(max(goal, 0), len(parts)), piece)
    after = next(n for n, one in enumerate(parts, start=1) if one is piece)
    return _("“%(title)s” kini nomor %(n)s di “%(section)s”.") % {
        "title": _title(piece.value), "n": after, "section": work.outline.sections[target].title,
    }  # fmt: skip


def _place(work: _Arranging, rest: list[str], _title_typed: str) -> str:
    if len(rest) != 3 or not all(one.isascii() and one.isdigit() for one in rest[1:]):
        return ""
    return _put(work, rest[0], int(rest[1]), int(rest[2]))


def _copy(work: _Arranging, rest: list[str], _title_typed: str) -> str:
    found = work.outline.find(rest[0] if rest else "")
    if found is None:
        return ""
    section, place, piece = found
    old = dict(piece.value)
    title = _("%(title)s (salinan)") % {"title": _title(old)[:140]}
    taken = {*work.outline.keys(), *(PurePosixPath(name).stem for name in work.source.rows)}
    new = {**old, "key": free_name(title, taken, fallback="bagian"), "title": title}
    kind = KINDS.get(str(old.get("kind")))
    for one in kind.form_fields if kind else ():
        if one.writing in {Writing.TEXT, Writing.RUBRIC, Writing.QUESTIONS} and old.get(one.name):
            text = work.source.texts.get(own_file(old, one))
            if text is None:
                continue
            new.pop(one.name)
            new[one.name] = name = own_file(new, one)
            work.changes[name] = (
                _with_new_codes(text, work, str(new["key"])) if one.writing is Writing.QUESTIONS else text
            )
    if variants := variant_files(old):
        copies = {sector: f"variants/{new['key']}-{sector}.md" for sector in variants}
        work.changes |= {copies[sector]: work.source.texts.get(name) for sector, name in variants.items()}
        new["variants"] = copies
    work.outline.insert(section, place + 1, new)
    return _("“%(title)s” digandakan.") % {"title": _title(old)}


def _with_new_codes(text: str, work: _Arranging, key: str) -> str:
    """The same questions under codes of their own: a code names one question of a course."""
    try:
        file = ListText(text)
    except YamlError:
        return text
    for place, row in enumerate(file.values):
        if isinstance(row, dict):
            file.set_row(place, {**row, "code": f"{key.upper()[:40]}-{place + 1}"})
    return file.text


def _delete(work: _Arranging, rest: list[str], _title_typed: str) -> str:
    found = work.outline.find(rest[0] if rest else "")
    if found is None:
        return ""
    section, place, piece = found
    del section.parts[place]
    _drop_files(work, [piece.value])
    return _("“%(title)s” dihapus.") % {"title": _title(piece.value)}


def _drop_files(work: _Arranging, entries_gone: list[dict[str, Any]]) -> None:
    """Text files that only the removed parts used go with them; media stay for others."""
    for entry in entries_gone:
        work.changes |= dict.fromkeys(unused_files(work.outline, work.source, files_named(entry)))


def _section_number(work: _Arranging, rest: list[str]) -> int | None:
    number = int(rest[0]) if rest and rest[0].isascii() and rest[0].isdigit() else -1
    return number if 0 <= number < len(work.outline.sections) else None


def _move_section_by(step: int) -> "Callable[[_Arranging, list[str], str], str]":
    def move(work: _Arranging, rest: list[str], _title_typed: str) -> str:
        number, sections = _section_number(work, rest), work.outline.sections
        if number is None or not 0 <= number + step < len(sections):
            return ""
        sections[number], sections[number + step] = sections[number + step], sections[number]
        return _("“%(title)s” kini babak %(n)s.") % {"title": sections[number + step].title, "n": number + step + 1}

    return move


def _delete_section(work: _Arranging, rest: list[str], _title_typed: str) -> str:
    number = _section_number(work, rest)
    if number is None:
        return ""
    section = work.outline.sections.pop(number)
    _drop_files(work, [piece.value for piece in section.parts])
    return _("Babak “%(title)s” dihapus beserta %(n)s bagiannya.") % {"title": section.title, "n": len(section.parts)}


def _name_section(work: _Arranging, rest: list[str], title: str) -> str:
    number = _section_number(work, rest)
    if number is None or not title or title == work.outline.sections[number].title:
        return ""
    work.outline.rename(work.outline.sections[number], title)
    return _("Babak %(n)s bernama “%(title)s”.") % {"n": number + 1, "title": title}


def _add_section(work: _Arranging, _rest: list[str], title: str) -> str:
    if len(work.outline.sections) >= MOST_SECTIONS:
        raise Refused(_("Kursus memuat paling banyak %(n)s babak.") % {"n": MOST_SECTIONS})
    words = title or _("Babak %(n)s") % {"n": len(work.outline.sections) + 1}
    work.outline.add_section(words)
    return _("Babak “%(title)s” ditambahkan.") % {"title": words}


_STEPS: "dict[str, Callable[[_Arranging, list[str], str], str]]" = {
    "up": _move_by(-1), "down": _move_by(1), "place": _place, "copy": _copy, "delete": _delete,
    "section-up": _move_section_by(-1), "section-down": _move_section_by(1), "section-delete": _delete_section,
    "section-name": _name_section, "section-add": _add_section,
}  # fmt: skip
