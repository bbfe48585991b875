"""Which stored file an account may load."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from bina.learning.models import CourseFile, Enrolment, StoredFile
from bina.learning.queries.courses import managed_courses, offered_courses
from bina.learning.queries.reviews import reviewed_drafts
from bina.learning.rules import CourseState

if TYPE_CHECKING:
    from bina.people.models import User


def media_visible_to(user: "User", digest: str, name: str) -> StoredFile | None:
    """A media file of a course that is offered to the account, that it follows, looks after or reviews (one query).

    Only files in a folder's ``media``: outlines and question files, which hold the keys, are never handed out here.
    """
    condition = (
        Q(version__published_at__isnull=False)
        & Q(version__course__state=CourseState.PUBLISHED)
        & offered_courses(user, "version__course__")
    ) | managed_courses(user, "version__course__")
    condition |= reviewed_drafts(user, "version__course__")
    if user.employee_id:
        condition |= Q(Exists(Enrolment.objects.filter(version=OuterRef("version"), employee_id=user.employee_id)))
    row = (
        CourseFile.objects.filter(condition, name=f"media/{name}", stored__digest=digest)
        .select_related("stored")
        .first()
    )
    return row.stored if row else None


def stored_package_of(version_id: int, name: str) -> StoredFile | None:
    """The file of an activity that another room runs, by its name in the folder; the caller decides who may load it."""
    row = CourseFile.objects.filter(version_id=version_id, name=name).select_related("stored").first()
    return row.stored if row else None
