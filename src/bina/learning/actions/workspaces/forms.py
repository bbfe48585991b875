"""What was typed about a course as a whole or about one of its parts, kept in the files of its working copy."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from bina.foundation.errors import Refused
from bina.learning.models import Course, Workspace
from bina.learning.rules import (
    KINDS,
    OUTLINE,
    OutlineText,
    PartForm,
    Writing,
    change_about,
    changed_part,
    mark_of,
    own_file,
    variant_files,
)

if TYPE_CHECKING:
    from bina.learning.rules.authoring import Sent
    from bina.people.models import User
from bina.learning.actions.workspaces.saving import (
    Overtaken,
    Seen,
    keep_files,
    locked_workspace,
    readable_outline,
    unused_files,
)


@transaction.atomic
def save_about(*, by: "User", course: Course, sent: "Sent", seen: "Seen") -> Workspace:
    """Keep what was typed about the course as a whole. Raises Overtaken when it was saved otherwise since ``seen``."""
    workspace, source = locked_workspace(by, course)
    outline = readable_outline(source)
    if seen.is_overtaken(workspace, about_mark(outline)):
        raise Overtaken(_("Keterangan kursus sudah disimpan dengan isi lain sejak Anda membukanya."))
    change_about(outline, sent)
    keep_files(
        workspace, source.rows, {OUTLINE: outline.text}, by, _("Keterangan kursus"), seen.topic, about_mark(outline)
    )
    return workspace


def about_mark(outline: OutlineText) -> str:
    """The mark of what is said about the course as a whole."""
    return mark_of(dict(outline.fields))


@transaction.atomic
def save_part(*, by: "User", course: Course, key: str, form: PartForm, seen: "Seen") -> Workspace:
    """Keep the form of a part. Raises Overtaken when the part was saved otherwise since ``seen``, Refused when it is gone."""
    workspace, source = locked_workspace(by, course)
    outline = readable_outline(source)
    found = outline.find(key)
    kind = KINDS.get(str(found[2].value.get("kind"))) if found else None
    if found is None or kind is None:
        raise Refused(_("Bagian ini sudah dihapus. Kembalikan lewat Riwayat, lalu simpan lagi."))
    entry = found[2].value
    if seen.is_overtaken(workspace, part_mark(entry, source.texts)):
        raise Overtaken(_("Bagian ini sudah disimpan dengan isi lain sejak Anda membukanya."))
    new, texts = changed_part(kind, entry, source.texts, form)
    outline.set_part(key, new)
    title = str(new.get("title") or key)
    words = _("Bagian “%(title)s”") % {"title": title[:160]}
    mark = part_mark(new, {**source.texts, **texts})
    gone = dict.fromkeys(unused_files(outline, source, variant_files(entry).values()))
    keep_files(workspace, source.rows, {OUTLINE: outline.text, **texts, **gone}, by, words, seen.topic, mark)
    return workspace


def part_mark(entry: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    """The mark of a part: its entry and the texts that are edited with it. Its questions have marks of their own."""
    kind = KINDS[str(entry["kind"])]
    names = [own_file(entry, one) for one in kind.form_fields if one.writing in {Writing.TEXT, Writing.RUBRIC}]
    return mark_of(dict(entry), [texts.get(name) for name in (*names, *variant_files(entry).values())])
