"""A course from nothing: an outline that one only has to fill, and new parts with the files they need."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from bina.learning.rules.authoring import EMPTY, own_file
from bina.learning.rules.course_file import MINUTES_PER_HOUR, OUTLINE
from bina.learning.rules.editing import OWN_FILES
from bina.learning.rules.kinds import KINDS
from bina.learning.rules.naming import free_name
from bina.learning.rules.outline_text import OutlineText
from bina.learning.rules.yaml_pieces import written


@dataclass(frozen=True, slots=True)
class CourseStart:
    """What one has to know to begin a course."""

    slug: str
    title: str
    summary: str
    framework: str
    competency: str
    target_level: int
    level: int
    learning_hours: int
    form: str
    author: str


def new_part(
    kind: str, title: str, minutes: int, taken: set[str], **values: Any
) -> tuple[dict[str, Any], dict[str, str]]:
    """The entry of a new part of a kind, and the empty files in which its words will stand."""
    entry: dict[str, Any] = {"key": free_name(title, taken, fallback="bagian"), "kind": kind, **values}
    entry |= {"title": title, "minutes": minutes}
    files = {}
    for one in KINDS[kind].form_fields:
        if one.writing in OWN_FILES:
            name = own_file(entry, one)
            entry[one.name] = name
            files[name] = EMPTY[OWN_FILES[one.writing]]
        elif one.choices and one.is_needed and one.name not in entry:
            entry[one.name] = one.choices[0][0]
    return entry, files


def starting_files(start: CourseStart) -> dict[str, str]:
    """The folder of a new course: a test before and after, pages and a quiz between, one task for the workplace.

    The minutes of the parts amount to the learning hours.
    """
    minutes = MINUTES_PER_HOUR * start.learning_hours
    test, quiz = max(5, minutes // 9), max(4, minutes // 12)
    page = max(2, (minutes - 2 * test - quiz) // 4)
    last = max(2, minutes - 2 * test - quiz - 3 * page)
    plan: list[tuple[str, list[tuple[str, str, int, Mapping[str, Any]]]]] = [
        (_("Mulai dari sini"), [("page", _("Mengapa ini penting"), page, {}), ("test", _("Uji awal"), test, {"role": "pre"})]),
        (
            _("Bahan belajar"),
            [
                ("page", _("Pokok bahasan pertama"), page, {}), ("page", _("Pokok bahasan kedua"), page, {}),
                ("quiz", _("Kuis"), quiz, {"passing": 60}),
            ],
        ),
        (_("Terapkan dan tutup"), [("page", _("Terapkan di meja kerja Anda"), last, {}),
                                   ("test", _("Uji akhir"), test, {"role": "post"})]),
    ]  # fmt: skip
    fields = {
        "slug": start.slug, "title": start.title, "summary": start.summary, "language": "id",
        "learning_hours": start.learning_hours, "form": start.form, "level": start.level, "author": start.author,
        "competencies": [
            {"framework": start.framework, "code": start.competency, "target_level": start.target_level, "expected_gain": 0.3}
        ],
        "passing_grade": 70,
    }  # fmt: skip
    outline = OutlineText(written(fields))
    files: dict[str, str] = {}
    for title, parts in plan:
        section = outline.add_section(title)
        for kind, name, length, values in parts:
            entry, own = new_part(kind, name, length, {*outline.keys()}, **values)
            outline.insert(section, len(section.parts), entry)
            files |= own
    return {OUTLINE: outline.text, **files}
