"""Questions of quizzes and tests in a working copy: kept, moved, removed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.assessment.rules.drafting import Typed, entry_of_typed
from bina.foundation.errors import Refused
from bina.foundation.located_yaml import YamlError
from bina.learning.models import Course
from bina.learning.queries import WorkspaceSource
from bina.learning.rules import (
    EMPTY,
    KINDS,
    OUTLINE,
    ListText,
    OutlineText,
    Writing,
    mark_of,
    own_file,
)

if TYPE_CHECKING:
    from bina.people.models import User
from bina.learning.actions.workspaces.saving import Overtaken, keep_files, locked_workspace, readable_outline


@transaction.atomic
def save_question(
    *, by: "User", course: Course, key: str, place: int | None, typed: Typed, image: str | None, seen: str
) -> int:
    """Keep a question of a quiz or a test, a new one when ``place`` is None; its place. ``image`` names a file in the folder.

    A question without a code gets one. Raises Overtaken when it was saved otherwise since ``seen``.
    """
    workspace, source = locked_workspace(by, course)
    name = questions_file(readable_outline(source), key)
    file = _list(source, name)
    entry = entry_of_typed(typed)
    entry.pop("image", None)
    if image:
        entry["image"] = image
    if place is not None:
        if not 0 <= place < len(file.values) or (seen and seen != mark_of(file.values[place])):
            raise Overtaken(_("Soal ini sudah disimpan dengan isi lain sejak Anda membukanya."))
        old = file.values[place]
        known = {
            "a",
            "b",
            "competency",
            "context",
            "sector",
            "region",
            "explanation",
            "image",
            "alt",
            "en",
            "level",
            "stem",
        }
        kept = {
            one: value for one, value in old.items() if one not in known and one in {"code", "enemies", "state", "kind"}
        }
        file.set_row(place, {**kept, **entry, "code": old.get("code") or entry.get("code")})
        words = _("Soal %(n)s di “%(key)s”") % {"n": place + 1, "key": key}
    else:
        same = next(
            (
                n
                for n, row in enumerate(file.values)
                if isinstance(row, dict) and {**row, "code": ""} == {**entry, "code": ""}
            ),
            None,
        )
        if same is not None:
            return same
        entry["code"] = entry.get("code") or free_code(source, key)
        place = len(file.values)
        file.insert(place, _in_order(entry))
        words = _("Soal baru di “%(key)s”") % {"key": key}
    keep_files(workspace, source.rows, {name: file.text}, by, words)
    return place


def _in_order(entry: Mapping[str, Any]) -> dict[str, Any]:
    first = ("code", "competency", "level", "kind", "context", "stem")
    return {name: entry[name] for name in first if name in entry} | dict(entry)


def free_code(source: WorkspaceSource, key: str) -> str:
    """A code that no question of the course has yet, e.g. ``KUIS-AKUN-3``."""
    stem = key.upper()[:40]
    everything = "\n".join(text for name, text in source.texts.items() if name.endswith(".yaml") and name != OUTLINE)
    return next(code for n in range(1, 10_000) if (code := f"{stem}-{n}") not in everything)


def questions_file(outline: OutlineText, key: str) -> str:
    """The file in which the questions of a part stand; raises Refused for a part without questions."""
    found = outline.find(key)
    kind = KINDS.get(str(found[2].value.get("kind"))) if found else None
    for one in kind.form_fields if kind else ():
        if found is not None and one.writing is Writing.QUESTIONS:
            return own_file(found[2].value, one)
    raise Refused(_("Bagian ini tidak memuat soal."))


def _list(source: WorkspaceSource, name: str) -> ListText:
    try:
        return ListText(source.texts.get(name, EMPTY[".yaml"]))
    except YamlError as problem:
        raise Refused(
            _("Berkas soal %(name)s tidak dapat dibaca: %(why)s") % {"name": name, "why": problem}
        ) from problem


@transaction.atomic
def arrange_questions(*, by: "User", course: Course, key: str, do: str) -> str:
    """Move (“up:2”, “down:2”) or remove (“delete:2”) a question; what was done, empty when it cannot be."""
    workspace, source = locked_workspace(by, course)
    name = questions_file(readable_outline(source), key)
    file = _list(source, name)
    verb, _colon, number = do.partition(":")
    place = int(number) if number.isascii() and number.isdigit() else -1
    if not 0 <= place < len(file.rows):
        return ""
    if verb == "delete":
        del file.rows[place]
        words = _("Soal %(n)s dihapus.") % {"n": place + 1}
    else:
        other = place + {"up": -1, "down": 1}.get(verb, 0)
        if other == place or not 0 <= other < len(file.rows):
            return ""
        file.rows[place], file.rows[other] = file.rows[other], file.rows[place]
        words = _("Soal dipindah ke nomor %(n)s.") % {"n": other + 1}
    keep_files(workspace, source.rows, {name: file.text}, by, words)
    return words
