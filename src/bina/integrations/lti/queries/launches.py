"""Launches and what came of them, for the people who made them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.core import signing
from django.db.models import QuerySet

from bina.integrations.lti.models import Launch, PickedContent, Result
from bina.learning.queries import (
    WorkspaceSource,
    managed_course,
    outline_of_workspace,
    versions_of,
    working_title,
    workspace_of,
)

if TYPE_CHECKING:
    from bina.learning.models import Course, Enrolment
    from bina.people.models import User

HINT_SECONDS = 600
_hints = signing.TimestampSigner(salt="bina.lti.hint")
_returns = signing.TimestampSigner(salt="bina.lti.picking")


def hint_of(launch: Launch) -> str:
    """The mark of a launch that the tool carries to us and back."""
    return _hints.sign(str(launch.pk))


def launch_of_hint(hint: str) -> int | None:
    """The launch that a mark stands for; None for a forged or old one."""
    return _unsigned(_hints, hint, HINT_SECONDS)


def picking_token(launch: Launch) -> str:
    """The right to answer with what was picked, for as long as picking may take."""
    return _returns.sign(str(launch.pk))


def launch_of_picking(token: str) -> int | None:
    """The launch that is answered with a choice; None for a forged or old token."""
    return _unsigned(_returns, token, 12 * 3600)


def _unsigned(signer: signing.TimestampSigner, text: str, seconds: int) -> int | None:
    try:
        return int(signer.unsign(text, max_age=seconds))
    except (signing.BadSignature, ValueError):
        return None


def launch_named(public_id: UUID) -> Launch | None:
    """A launch by its public name; it tells only where to go back to."""
    rows = Launch.objects.select_related("tool", "course", "activity", "enrolment")
    return rows.filter(public_id=public_id).first()


def picked_visible_to(user: "User", public_id: UUID) -> PickedContent | None:
    """What was picked for a course that the account looks after."""
    row = (
        PickedContent.objects.select_related("tool", "course", "course__current_version")
        .filter(public_id=public_id)
        .first()
    )
    return row if row is not None and managed_course(user, row.course.slug) is not None else None


def has_working_copy(course: "Course") -> bool:
    """Whether authors work on a course in the browser; what comes into it belongs into its working copy then."""
    return working_title(course) is not None


@dataclass(frozen=True, slots=True)
class Target:
    """A course as something can be put into it: its sections, the keys that are taken, how long it is."""

    title: str
    sections: list[str]
    keys: set[str]
    minutes: int
    hours: int
    in_working_copy: bool


def target_in(user: "User", course: "Course") -> Target | None:
    """Where something can be put in a course that the account looks after: its working copy, else its newest version.

    None when there is neither, or when the course.yaml of the working copy cannot be read.
    """
    workspace = workspace_of(user, course.slug)
    if workspace is not None:
        outline = outline_of_workspace(WorkspaceSource(workspace))
        if outline is None:
            return None
        minutes = [piece.value.get("minutes") for _section, _place, piece in outline.parts()]
        hours = outline.fields.get("learning_hours")
        return Target(
            workspace.title or course.slug, [one.title for one in outline.sections], set(outline.keys()),
            sum(one for one in minutes if type(one) is int), hours if type(hours) is int else 0, in_working_copy=True,
        )  # fmt: skip
    version = versions_of(course).first()
    if version is None:
        return None
    return Target(
        version.title, [section["title"] for section in version.outline],
        {part["key"] for section in version.outline for part in section["parts"]},
        version.minutes, version.learning_hours, in_working_copy=False,
    )  # fmt: skip


def picked_for(course: "Course") -> QuerySet[PickedContent]:
    """What was picked for a course and not put into it yet, newest first; the caller has decided who may see the course."""
    return PickedContent.objects.filter(course=course, added_at=None).select_related("tool", "user")


def results_for(enrolment: "Enrolment", key: str) -> QuerySet[Result]:
    """What tools reported of a learner in one part of a course; the caller has decided who may see it."""
    return (
        Result.objects.filter(
            employee_id=enrolment.employee_id, line_item__course_id=enrolment.course_id, line_item__link__key=key,
            line_item__removed_at=None,
        )
        .select_related("line_item__tool")
        .prefetch_related("reports")
    )  # fmt: skip


def launches_of(enrolment: "Enrolment", activity_id: int) -> QuerySet[Launch]:
    """How often and when a learner opened a tool from one part, newest first."""
    return Launch.objects.filter(enrolment=enrolment, activity_id=activity_id, answered_at__isnull=False)
