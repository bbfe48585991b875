"""The one door to the files of a working copy: held while they change, kept save by save, asked whether a form is overtaken."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.located_yaml import YamlError
from bina.journal.actions import record
from bina.learning import entries
from bina.learning.models import Course, StoredFile, Workspace, WorkspaceFile, WorkspaceSave
from bina.learning.queries import WorkspaceSource
from bina.learning.rules import (
    OUTLINE,
    OutlineText,
    files_named,
    may_manage_course,
)
from bina.people.queries import standing_of

if TYPE_CHECKING:
    from bina.people.models import User


# Saves of the same form by the same person within this time are one line of the history.
ONE_SITTING = dt.timedelta(minutes=10)
MOST_SAVES = 200
Content = str | StoredFile | None


class Overtaken(Refused):
    """Somebody else, or another tab, saved other words meanwhile; nothing was written."""


def locked_workspace(by: "User", course: Course) -> tuple[Workspace, WorkspaceSource]:
    """The working copy, held until the transaction ends, with its files."""
    may_manage_course(standing_of(by), course.agency_id).require()
    workspace = Workspace.objects.select_for_update(of=("self",)).select_related("course").get(course=course)
    return workspace, WorkspaceSource(workspace)


def keep_files(
    workspace: Workspace, now: Mapping[str, WorkspaceFile], changes: Mapping[str, Content], by: "User", words: str,
    topic: str = "", mark: str = "",
) -> bool:  # fmt: skip
    """Write changed files (None removes one) as one save; False, and nothing written, when nothing differs."""
    changes = {name: content for name, content in changes.items() if not _is_same(now.get(name), content)}
    if not changes:
        return False
    moment = clock.now()
    number = _number_of_save(workspace, by, words, topic, mark, moment)
    rows = []
    for name, content in changes.items():
        row = now.get(name)
        if row is not None and row.since == number:
            row.delete()
        elif row is not None:
            row.until = number
            row.save(update_fields=["until"])
        if content is not None:
            text, stored = (content, None) if isinstance(content, str) else (None, content)
            rows.append(WorkspaceFile(workspace=workspace, name=name, text=text, stored=stored, since=number))
    WorkspaceFile.objects.bulk_create(rows)
    outline = changes.get(OUTLINE)
    if isinstance(outline, str):
        workspace.title = _title_of(outline)[:160]
    workspace.save_number, workspace.saved_at, workspace.saved_by = number, moment, by
    workspace.save(update_fields=["title", "save_number", "saved_at", "saved_by"])
    return True


def _is_same(row: WorkspaceFile | None, content: Content) -> bool:
    if row is None:
        return content is None
    return row.text == content if isinstance(content, str) else content is not None and row.stored_id == content.pk


def _title_of(text: str) -> str:
    try:
        return str(OutlineText(text).fields.get("title") or "")
    except YamlError:
        return ""


def _number_of_save(workspace: Workspace, by: "User", words: str, topic: str, mark: str, moment: dt.datetime) -> int:
    """The number under which a save is written: that of the one before while somebody sits at the same form."""
    latest = workspace.saves.order_by("-number").first()
    if (
        latest is not None and topic and latest.topic == topic and latest.saved_by_id == by.pk
        and moment - latest.saved_at < ONE_SITTING
    ):  # fmt: skip
        latest.saved_at = moment
        latest.words, latest.mark = words[:300], mark
        latest.save(update_fields=["saved_at", "words", "mark"])
        return latest.number
    number = (latest.number if latest else 0) + 1
    WorkspaceSave.objects.create(
        workspace=workspace,
        number=number,
        topic=topic[:120],
        mark=mark,
        words=words[:300],
        saved_at=moment,
        saved_by=by,
    )
    if number > MOST_SAVES:
        oldest = number - MOST_SAVES + 1
        workspace.files.filter(until__lte=oldest).delete()
        workspace.saves.filter(number__lt=oldest).delete()
    course = workspace.course
    record(
        entries.COURSE_EDITED, by=by, kind="course", object_id=course.public_id, name=workspace.title or course.slug,
        agency_id=course.agency_id, data={"course": course.slug, "save": number},
    )  # fmt: skip
    return number


def readable_outline(source: WorkspaceSource) -> OutlineText:
    """The outline of a folder; raises Refused, with the way out, when its course.yaml cannot be read."""
    try:
        return OutlineText(source.texts.get(OUTLINE, ""))
    except YamlError as problem:
        raise Refused(
            _("Susunan kursus (course.yaml) tidak dapat dibaca: %(why)s Impor folder yang sudah diperbaiki, atau kembali ke "
              "simpanan sebelumnya di Riwayat.") % {"why": problem}
        ) from problem  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """What a form was made of (``mark``), and which form it is in which tab (``topic``). Without a mark it is not asked."""

    mark: str
    topic: str = ""

    def is_overtaken(self, workspace: Workspace, mark: str) -> bool:
        """Whether what is kept now (``mark``) is not what this very tab saved last, or else what its form was made of."""
        if not self.mark:
            return False
        own = workspace.saves.filter(topic=self.topic[:120]).order_by("-number").first() if self.topic else None
        return mark != (own.mark if own is not None else self.mark)


def unused_files(outline: OutlineText, source: WorkspaceSource, names: Iterable[str]) -> list[str]:
    """Those of some text files that no part of an outline names any more."""
    left = {OUTLINE, *(name for _section, _place, piece in outline.parts() for name in files_named(piece.value))}
    return [name for name in names if name in source.texts and name not in left]
