"""Registrations and sessions: who may see them, which run, which have been forgotten, and where a unit's files lie."""

import datetime as dt
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse

from bina.foundation import clock
from bina.integrations.cmi5.models import LaunchSession, Registration, Standing
from bina.integrations.cmi5.rules import MANIFEST, RUNNING
from bina.integrations.packages.queries import Place
from bina.learning.queries import progress_in, stored_package_of
from bina.learning.rules import ProgressState
from bina.records.queries import digest_of

if TYPE_CHECKING:
    from bina.integrations.cmi5.models import AssignableUnit
    from bina.learning.models import Activity, Enrolment
    from bina.records.queries import Caller

# As long as the signed address of a package's files: whoever comes back later opens the unit anew.
HOURS = 12
MOST_SESSIONS = 50


@dataclass(frozen=True, slots=True)
class Way:
    """One registration of a learner as far as it concerns one unit: the standing, and its sessions, newest first."""

    registration: Registration
    standing: Standing | None
    sessions: list[LaunchSession]

    @property
    def is_satisfied(self) -> bool:
        """Whether the unit is satisfied."""
        return bool(self.standing and self.standing.satisfied_at)


@dataclass(frozen=True, slots=True)
class Record:
    """What stands about one learner and one activity. ``ways`` are the registrations in which the unit was opened or
    something stands about it, newest first; the first is the one that runs now, opened or not. ``is_done`` is what the course knows."""

    unit: "AssignableUnit | None"
    ways: list[Way]
    is_done: bool = False
    can_restart: bool = False

    @property
    def registration(self) -> Registration | None:
        """The registration that runs now."""
        return self.ways[0].registration if self.ways else None

    @property
    def asks_something(self) -> bool:
        """Whether something is still asked of the learner: neither the course nor the registration has the unit as done."""
        return not self.is_done and not (self.ways and self.ways[0].is_satisfied)


def standing_in(registration: Registration, unit: "AssignableUnit") -> Standing | None:
    """How far a registration is with a unit; None when nothing is known yet."""
    return Standing.objects.filter(registration=registration, unit=unit).first()


def latest_registration(enrolment: "Enrolment", file: str) -> Registration | None:
    """The learner's registration in a package of the course; the caller has decided who may see it."""
    rows = Registration.objects.filter(enrolment=enrolment, course__file=file).select_related("course")
    return rows.order_by("-number").first()


def has_spoken(registration: Registration) -> bool:
    """Whether any unit has said anything in a registration."""
    return LaunchSession.objects.filter(registration=registration, spoke_at__isnull=False).exists()


def record_of(enrolment: "Enrolment", activity: "Activity") -> Record:
    """The record of a learner in an activity; the caller has decided who may see it."""
    registration = latest_registration(enrolment, activity.payload.get("file", ""))
    if registration is None:
        return Record(None, [])
    unit = registration.course.units.filter(publisher_id=activity.payload.get("au", "")).first()
    if unit is None:
        return Record(None, [Way(registration, None, [])])
    standings = {
        row.registration_id: row
        for row in Standing.objects.filter(unit=unit, registration__enrolment=enrolment).select_related("registration")
    }
    sessions: dict[int, list[LaunchSession]] = {}
    rows = LaunchSession.objects.filter(registration__enrolment=enrolment, unit=unit).select_related("registration")
    known = {registration.pk: registration} | {pk: row.registration for pk, row in standings.items()}
    for session in rows.order_by("-id")[:MOST_SESSIONS]:
        sessions.setdefault(session.registration_id, []).append(session)
        known.setdefault(session.registration_id, session.registration)
    ways = [
        Way(one, standings.get(one.pk), sessions.get(one.pk, []))
        for one in sorted(known.values(), key=lambda one: one.number, reverse=True)
    ]
    progress = progress_in(enrolment, activity)
    is_done = progress is not None and progress.state == ProgressState.COMPLETED
    return Record(unit, ways, is_done, has_spoken(registration))


def session_in_record(enrolment: "Enrolment", public_id: UUID) -> LaunchSession | None:
    """A session of a learner; the caller has decided who may see it."""
    rows = LaunchSession.objects.filter(registration__enrolment=enrolment, public_id=public_id)
    return rows.select_related("registration__course", "unit").first()


def registration_in_store(by: "Caller", public_id: UUID) -> Registration | None:
    """A registration in one of the courses that programs brought in for the caller's store."""
    rows = Registration.objects.filter(course__store_id=by.store_id, public_id=public_id)
    return rows.select_related("course").prefetch_related("standings__unit", "sessions").first()


def session_in_store(by: "Caller", public_id: UUID) -> LaunchSession | None:
    """A session in one of the courses that programs brought in for the caller's store."""
    rows = LaunchSession.objects.filter(registration__course__store_id=by.store_id, public_id=public_id)
    return rows.select_related("registration__course", "unit").first()


def running_sessions(registration: Registration) -> QuerySet[LaunchSession]:
    """The sessions of a registration that have not ended."""
    return (
        LaunchSession.objects.filter(registration=registration, state__in=RUNNING).select_related("unit").order_by("id")
    )


def is_over(session: LaunchSession) -> bool:
    """Whether a session has ended, or was launched so long ago that its credentials no longer count."""
    return session.state not in RUNNING or session.launched_at < clock.now() - dt.timedelta(hours=HOURS)


def forgotten_sessions() -> QuerySet[LaunchSession]:
    """Sessions that still run although their credentials no longer count: their units never said goodbye."""
    limit = clock.now() - dt.timedelta(hours=HOURS)
    return LaunchSession.objects.filter(state__in=RUNNING, launched_at__lt=limit).order_by("id")


def session_by_key(key: str, secret: str) -> LaunchSession | None:
    """The session behind a key (its public id in hexadecimal) and the secret that its fetch address gave away."""
    try:
        public_id = UUID(hex=key)
    except ValueError:
        return None
    rows = LaunchSession.objects.filter(~Q(key_digest=""), public_id=public_id)
    session = rows.select_related("registration__course", "unit__course").first()
    if session is None or not hmac.compare_digest(session.key_digest, digest_of(secret)):
        return None
    return session


def place_of_session(value: str) -> Place | None:
    """The files of the package to which a session's unit belongs; None when the course is gone."""
    row = LaunchSession.objects.filter(pk=int(value)).select_related("registration__course").first()
    if row is None:
        return None
    course = row.registration.course
    content = course.content or None
    if course.version_id is not None:
        stored = stored_package_of(course.version_id, course.file)
        content = stored.content if stored else None
    if content is None:
        return None
    store = reverse("records:statements", kwargs={"version": 1}).removesuffix("statements")
    return Place(
        content, (MANIFEST,), "cmi5.js", speaks_with=(store, reverse("cmi5:fetch", args=["x"]).removesuffix("x"))
    )
