"""What every page of the workshop begins with: the course that the account may edit, its working copy, its parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import Http404

from bina.foundation.located_yaml import YamlError
from bina.foundation.requests import SignedInRequest
from bina.learning import queries
from bina.learning.rules import (
    KINDS,
    ActivityKind,
    ListText,
    OutlineText,
    Writing,
    own_file,
)

if TYPE_CHECKING:
    from bina.learning.models import Course, Workspace


@dataclass(slots=True)
class Desk:
    """What every page of the workshop needs: the course, its working copy, its files and its outline."""

    course: "Course"
    workspace: "Workspace"
    source: queries.WorkspaceSource

    def outline(self) -> OutlineText:
        """The outline; a course.yaml that cannot be read sends one to the outline page, which says why."""
        found = queries.outline_of_workspace(self.source)
        if found is None:
            raise Http404
        return found


def desk_of(request: SignedInRequest, slug: str) -> Desk:
    """The working copy that the account may edit; anything else is “not found”."""
    workspace = queries.workspace_of(request.user, slug)
    if workspace is None:
        raise Http404
    return Desk(workspace.course, workspace, queries.WorkspaceSource(workspace))


def course_at(request: SignedInRequest, slug: str) -> "Course":
    """The course whose working copy the account may edit; anything else is “not found”."""
    workspace = queries.workspace_of(request.user, slug)
    if workspace is None:
        raise Http404
    return workspace.course


def part_at(desk: Desk, key: str) -> tuple[OutlineText, dict[str, Any], ActivityKind]:
    """The outline, the entry of a part and its kind; anything else is “not found”."""
    outline = desk.outline()
    found = outline.find(key)
    kind = KINDS.get(str(found[2].value.get("kind"))) if found else None
    if found is None or kind is None:
        raise Http404
    return outline, dict(found[2].value), kind


def questions_of(desk: Desk, kind: ActivityKind, entry: Mapping[str, Any]) -> tuple[list[Any], str]:
    """The questions of a part, and why they cannot be shown."""
    for one in kind.form_fields:
        if one.writing is Writing.QUESTIONS:
            try:
                return ListText(desk.source.texts.get(own_file(entry, one), "[]\n")).values, ""
            except YamlError as problem:
                return [], str(problem)
    return [], ""
