"""cmi5 for programs: bring packages in, launch their units for actors of one's own, waive, abandon, remove.

Programs sign in with the key and secret of a client of the record store that has the scope ``cmi5`` (HTTP Basic).
"""

import tempfile
from collections.abc import Iterator
from typing import IO, Any, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from ninja.security import HttpBasicAuth
from pydantic import Field

from bina.integrations.cmi5 import actions, queries
from bina.integrations.cmi5.actions import Doorway
from bina.integrations.cmi5.models import AssignableUnit, Cmi5Course, LaunchSession, Registration
from bina.integrations.cmi5.rules import LaunchMode
from bina.records.queries import Caller, caller_of
from bina.records.rules import may_launch

MEGABYTE = 1024 * 1024
PORTION = 262_144
ZIPS = frozenset({"application/zip", "application/x-zip-compressed", "application/octet-stream"})
XMLS = frozenset({"text/xml", "application/xml"})
MOST_ROWS = 200


class ProgramAuth(HttpBasicAuth):
    """Key and secret of a client with the scope ``cmi5``; a session of a unit has no business here."""

    def authenticate(self, request: HttpRequest, username: str, password: str) -> Caller | None:
        """The client, or None."""
        caller = caller_of(username, password)
        return caller if caller is not None and may_launch(caller.scopes) else None


router = Router(tags=["cmi5"], auth=ProgramAuth())


class ProblemOut(Schema):
    """One fault or remark: the sentence, with file and line."""

    sentence: str
    file: str
    line: int | None
    is_error: bool


class UnitOut(Schema):
    """An assignable unit: its place (from 0), the publisher's id, and the id under which statements speak of it."""

    place: int
    publisher_id: str
    activity_id: str
    title: str
    move_on: str
    mastery_score: float | None
    launch_method: str


class CourseOut(Schema):
    """A course that a program brought in."""

    id: UUID
    publisher_id: str
    title: str
    units: int


class ImportOut(Schema):
    """A course with its units, and what its author should know."""

    id: UUID
    publisher_id: str
    title: str
    units: list[UnitOut]
    problems: list[ProblemOut]


class RefusedImportOut(Schema):
    """Why nothing was kept."""

    detail: str
    problems: list[ProblemOut]


class LaunchIn(Schema):
    """Who is to learn (an xAPI agent with ``account``), and how; ``registration`` goes on with an earlier one."""

    actor: dict[str, Any]
    registration: UUID | None = None
    launch_mode: LaunchMode | None = None
    return_url: str = Field("", max_length=2000, pattern=r"^(https?://\S+)?$")


class LaunchOut(Schema):
    """The address that opens the unit, with its registration and session."""

    url: str
    registration: UUID
    session: UUID
    launch_mode: str
    launch_method: str


class StandingOut(Schema):
    """How far a registration is with one unit."""

    place: int
    completed: bool
    passed: bool
    failed: bool
    waived: bool
    satisfied: bool
    score: float | None


class SessionOut(Schema):
    """One opening of a unit."""

    id: UUID
    state: str
    launch_mode: str


class RegistrationOut(Schema):
    """One actor's way through a course; units without a word yet are left out."""

    id: UUID
    course: UUID
    actor: dict[str, Any]
    satisfied: bool
    units: list[StandingOut]
    sessions: list[SessionOut]


class WaiveIn(Schema):
    """Why the unit need not be done."""

    reason: str


class SentenceOut(Schema):
    """What was refused, in words."""

    detail: str


def _caller(request: HttpRequest) -> Caller:
    return cast("Caller", request.auth)  # type: ignore[attr-defined]  # set by ninja


def _course(request: HttpRequest, course_id: UUID) -> Cmi5Course:
    found = queries.course_in_store(_caller(request), course_id)
    if found is None:
        raise HttpError(404, _("Kursus ini tidak ada."))
    return found


def _unit(course: Cmi5Course, place: int) -> AssignableUnit:
    found = queries.unit_at(course, place)
    if found is None:
        raise HttpError(404, _("Unit ke-%(place)s tidak ada dalam kursus ini.") % {"place": place})
    return found


def _registration(request: HttpRequest, registration_id: UUID) -> Registration:
    found = queries.registration_in_store(_caller(request), registration_id)
    if found is None:
        raise HttpError(404, _("Registrasi ini tidak ada."))
    return found


def _units(course: Cmi5Course) -> Iterator[UnitOut]:
    for unit in course.units.order_by("place"):
        unit.course = course
        yield UnitOut(
            place=unit.place, publisher_id=unit.publisher_id, activity_id=queries.unit_address(unit), title=unit.title,
            move_on=unit.move_on, mastery_score=unit.mastery_score, launch_method=unit.launch_method,
        )  # fmt: skip


def _received(request: HttpRequest, target: IO[bytes]) -> None:
    """The body of a request in a file; raises HttpError beyond the largest upload."""
    limit, size = settings.UPLOAD_LIMIT_MB * MEGABYTE, 0
    source: Any = request
    if not request.META.get("CONTENT_LENGTH"):
        # Sent in pieces of unknown number, which Django takes for an empty body; the server knows where it ends.
        if "chunked" not in request.headers.get("Transfer-Encoding", "").lower() or not request.META.get(
            "wsgi.input_terminated"
        ):
            raise HttpError(411, _("Sebutkan panjang isinya (Content-Length)."))
        source = request.META["wsgi.input"]
    while portion := source.read(PORTION):
        size += len(portion)
        if size > limit:
            raise HttpError(413, _("Paket lebih besar dari %(limit)s MB.") % {"limit": settings.UPLOAD_LIMIT_MB})
        target.write(portion)
    target.seek(0)


@router.post(
    "/courses", response={201: ImportOut, 415: SentenceOut, 422: RefusedImportOut}, summary="Bring a cmi5 package in"
)
def import_course(request: HttpRequest) -> Status[Any]:
    """The body is the package itself: a zip (application/zip), or cmi5.xml alone (text/xml)."""
    kind = (request.content_type or "").lower()
    if kind not in ZIPS | XMLS:
        return Status(415, {"detail": _("Kirim application/zip, atau text/xml untuk cmi5.xml tanpa ZIP.")})
    with tempfile.TemporaryFile() as stream:
        _received(request, stream)
        found = actions.import_course(by=_caller(request), stream=stream)
    problems = [
        ProblemOut(sentence=one.sentence, file=one.file, line=one.line, is_error=one.is_error) for one in found.problems
    ]
    if found.course is None:
        first = next(one.sentence for one in problems if one.is_error)
        return Status(422, {"detail": first, "problems": problems})
    return Status(201, _with_units(found.course, problems))


def _with_units(course: Cmi5Course, problems: list[ProblemOut]) -> ImportOut:
    return ImportOut(
        id=course.public_id, publisher_id=course.publisher_id, title=course.title, units=list(_units(course)),
        problems=problems,
    )  # fmt: skip


@router.get("/courses", response=list[CourseOut], summary="Courses that programs of this store brought in")
def courses(request: HttpRequest) -> list[CourseOut]:
    """Newest first."""
    return [
        CourseOut(id=one.public_id, publisher_id=one.publisher_id, title=one.title, units=one.unit_count)
        for one in queries.courses_in_store(_caller(request))[:MOST_ROWS]
    ]


@router.get("/courses/{course_id}", response=ImportOut, summary="One of them, with its units")
def course(request: HttpRequest, course_id: UUID) -> ImportOut:
    """Units in the order of the structure."""
    found = _course(request, course_id)
    return _with_units(found, [])


@router.delete("/courses/{course_id}", response={204: None}, summary="Remove a course with its registrations")
def remove_course(request: HttpRequest, course_id: UUID) -> Status[None]:
    """Running sessions are abandoned first; statements stay in the store."""
    actions.remove_course(by=_caller(request), course=_course(request, course_id))
    return Status(204, None)


@router.post("/courses/{course_id}/units/{place}/launch", response=LaunchOut, summary="An address that launches a unit")
def launch(request: HttpRequest, course_id: UUID, place: int, body: LaunchIn) -> LaunchOut:
    """Open it in a browser within twelve hours; each address opens one session."""
    course = _course(request, course_id)
    made = actions.launch_by_program(
        by=_caller(request), course=course, unit=_unit(course, place), actor=body.actor,
        registration=_registration(request, body.registration) if body.registration else None,
        doorway=Doorway(request.build_absolute_uri("/").rstrip("/"), body.return_url, body.launch_mode),
    )  # fmt: skip
    session = made.session
    return LaunchOut(url=made.url, registration=session.registration.public_id, session=session.public_id,
                     launch_mode=session.mode, launch_method=session.unit.launch_method)  # fmt: skip


@router.get("/registrations/{registration_id}", response=RegistrationOut, summary="How far a registration is")
def registration(request: HttpRequest, registration_id: UUID) -> RegistrationOut:
    """The units spoken of so far, and every session, newest first."""
    found = _registration(request, registration_id)
    return RegistrationOut(
        id=found.public_id, course=found.course.public_id, actor=found.actor, satisfied=found.satisfied_at is not None,
        units=[
            StandingOut(place=one.unit.place, completed=one.is_completed, passed=one.is_passed, failed=one.is_failed,
                        waived=one.is_waived, satisfied=one.satisfied_at is not None, score=one.score)
            for one in found.standings.all()
        ],
        sessions=[_session_out(one) for one in found.sessions.all()],
    )  # fmt: skip


def _session_out(session: LaunchSession) -> SessionOut:
    return SessionOut(id=session.public_id, state=session.state, launch_mode=session.mode)


@router.post("/registrations/{registration_id}/units/{place}/waive", response={204: None}, summary="Waive a unit")
def waive(request: HttpRequest, registration_id: UUID, place: int, body: WaiveIn) -> Status[None]:
    """Once, with a reason, while the unit is not satisfied."""
    found = _registration(request, registration_id)
    actions.waive_by_program(
        by=_caller(request), registration=found, unit=_unit(found.course, place), reason=body.reason
    )
    return Status(204, None)


@router.post("/sessions/{session_id}/abandon", response={204: None}, summary="Abandon a running session")
def abandon(request: HttpRequest, session_id: UUID) -> Status[None]:
    """From then on nothing is taken from the session."""
    caller = _caller(request)
    found = queries.session_in_store(caller, session_id)
    if found is None:
        raise HttpError(404, _("Sesi ini tidak ada."))
    actions.abandon(by=None, session=found, client=caller.name)
    return Status(204, None)
