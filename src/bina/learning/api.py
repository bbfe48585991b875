"""The catalogue and one's own enrolments, for other programs."""

import datetime as dt
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from bina.learning import queries

if TYPE_CHECKING:
    from bina.people.models import User

router = Router(tags=["learning"])
MOST_ROWS = 100


class PromiseOut(Schema):
    """What a course promises on a competency: the level it leads to."""

    code: str
    name: str
    target_level: int


class CourseOut(Schema):
    """One course of the catalogue, as its current version says; size in bytes."""

    public_id: UUID
    slug: str
    title: str
    summary: str
    version: int
    level: int
    learning_hours: int
    minutes: int
    size: int
    competencies: list[PromiseOut]


class EnrolmentOut(Schema):
    """One's own way through a course."""

    public_id: UUID
    course: str
    title: str
    version: int
    state: str
    parts_done: int
    parts_total: int
    minutes_left: int
    grade: float | None
    started_at: dt.datetime
    completed_at: dt.datetime | None


def _user(request: HttpRequest) -> "User":
    return cast("User", request.user)


def _portion(offset: int) -> slice:
    first = min(max(0, offset), 1_000_000)
    return slice(first, first + MOST_ROWS)


@router.get("/courses", response=list[CourseOut], summary="Courses on offer to the signed-in person")
def courses(request: HttpRequest, q: str = "", offset: int = 0) -> list[CourseOut]:
    """Up to a hundred courses from ``offset`` on, narrowed by words in title, summary or competencies."""
    found = queries.catalogue(_user(request), q[:100])[_portion(offset)]
    return [
        CourseOut(
            public_id=course.public_id, slug=course.slug, title=version.title, summary=version.summary,
            version=version.number, level=version.level, learning_hours=version.learning_hours,
            minutes=version.minutes, size=version.size,
            competencies=[
                PromiseOut(code=line["code"], name=line["name"], target_level=line["target"])
                for line in version.competency_lines
            ],
        )
        for course in found
        if (version := course.current_version) is not None
    ]  # fmt: skip


@router.get("/enrolments", response=list[EnrolmentOut], summary="Own enrolments")
def enrolments(request: HttpRequest, offset: int = 0) -> list[EnrolmentOut]:
    """Up to a hundred own enrolments from ``offset`` on, the latest activity first."""
    employee = _user(request).employee
    rows = queries.enrolments_of(employee)[_portion(offset)] if employee else []
    return [
        EnrolmentOut(
            public_id=row.public_id, course=row.course.slug, title=row.version.title, version=row.version.number,
            state=row.state, parts_done=row.parts_done, parts_total=row.parts_total, minutes_left=row.minutes_left,
            grade=row.grade, started_at=row.started_at, completed_at=row.completed_at,
        )
        for row in rows
    ]  # fmt: skip
