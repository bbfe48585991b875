"""Launching a unit: registration, session, what the unit finds in the store, and the address that opens it (section 8)."""

import json
import secrets
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.integrations.cmi5 import entries
from bina.integrations.cmi5.actions.courses import course_of, require_program
from bina.integrations.cmi5.actions.sessions import abandon_running
from bina.integrations.cmi5.actions.telling import about_unit, carry_over, mark, say, settle
from bina.integrations.cmi5.models import AssignableUnit, Cmi5Course, LaunchSession, Registration, Standing
from bina.integrations.cmi5.queries import has_spoken, latest_registration, standing_in, unit_address
from bina.integrations.cmi5.rules import (
    LAUNCH_DATA,
    PREFERENCES,
    LaunchMode,
    MoveOn,
    can_restart,
    launch_data,
    launched,
    mode_for,
    preferences,
)
from bina.integrations.packages.queries import further_token
from bina.integrations.packages.rules import resolved
from bina.journal.actions import record
from bina.journal.registry import Verb
from bina.learning.actions import open_activity
from bina.learning.queries import progress_in
from bina.learning.rules import ProgressState, can_learn, may_learn_in
from bina.records.actions import Care, keep_document, open_store
from bina.records.queries import Caller, Kind, Shelf, digest_of, document_named
from bina.records.rules import Invalid, Json, Preconditions, identifier_of, require_agent

if TYPE_CHECKING:
    from bina.learning.models import Activity, Enrolment
    from bina.people.models import User


@dataclass(frozen=True, slots=True)
class Launch:
    """A unit that is ready to be opened: the address, and the session it opens."""

    url: str
    session: LaunchSession


@dataclass(frozen=True, slots=True)
class Doorway:
    """What a launch is given besides: the address of this site as the browser knows it, where to go at the end, and the mode
    (none: whatever suits the registration)."""

    origin: str
    return_url: str = ""
    mode: LaunchMode | None = None


def start_unit(*, by: "User", enrolment: "Enrolment", activity: "Activity", doorway: Doorway) -> Launch:
    """The learner opens a unit: whatever was open in this registration ends, and the unit goes on from what it kept.

    A part that was opened again by an authorised person begins a new registration. Raises Denied for anyone but the
    learner, Refused after withdrawal and for a part that is not open yet.
    """
    may_learn_in(by, enrolment).require()
    can_learn(enrolment.state).require()
    open_activity(by=by, enrolment=enrolment, activity=activity)
    course, unit = course_of(activity)
    store = open_store(by=None, agency=enrolment.employee.agency)
    with transaction.atomic():
        # Whoever comes second waits here, and ends what the first has opened.
        registration = latest_registration(enrolment, course.file)
        if registration is None or _must_begin_anew(registration, unit, enrolment, activity):
            registration = _register(
                course, store.pk, person(str(enrolment.employee.public_id)), enrolment=enrolment,
                number=registration.number + 1 if registration else 1,
            )  # fmt: skip
            _note(entries.CMI5_LAUNCHED, by, enrolment, activity, registration)
        launch = _open(registration, unit, doorway, activity)
        standing = standing_in(registration, unit)
        if standing is not None and standing.satisfied_at is not None:
            standing.registration, standing.unit = registration, unit
            carry_over(standing, activity)
    return launch


@transaction.atomic
def restart(*, by: "User", enrolment: "Enrolment", activity: "Activity") -> Registration:
    """Begin a package again from nothing, in a new registration; what still runs in the one before is abandoned (9.3.6).

    What was said before stays in the store under the old registration, and what the course has counted stays counted.
    A registration belongs to the whole structure, so all of its units begin again. Raises Denied for anyone but the
    learner, Refused after withdrawal and while nothing was said, so that a second click changes nothing.
    """
    may_learn_in(by, enrolment).require()
    can_learn(enrolment.state).require()
    course, _unit = course_of(activity)
    known = latest_registration(enrolment, course.file)
    if known is None:
        can_restart(has_spoken=False).require()
    assert known is not None
    held = Registration.objects.select_for_update().get(pk=known.pk)
    held.course = course
    newest = latest_registration(enrolment, course.file)
    can_restart(has_spoken=newest == held and has_spoken(held)).require()
    abandon_running(held)
    begun = _register(course, held.store_id, held.actor, enrolment=enrolment, number=held.number + 1)
    _note(entries.CMI5_RESTARTED, by, enrolment, activity, begun)
    return begun


def person(name: str) -> Json:
    """A person of this site as xAPI knows one: by an account that means nothing elsewhere."""
    return {"objectType": "Agent", "account": {"homePage": settings.BASE_URL, "name": name}}


def preview_unit(*, by: "User", activity: "Activity", doorway: Doorway) -> Launch:
    """Whoever looks after a course opens a unit in the mode Browse: it runs, and no result is taken from it.

    The caller has decided who may. Raises Refused for an account that belongs to no agency, in a course for all.
    """
    employee = by.employee
    agency = employee.agency if employee else activity.version.course.agency
    if agency is None:
        raise Refused(_("Pratinjau paket cmi5 memerlukan akun yang tercatat di sebuah instansi."))
    course, unit = course_of(activity)
    store = open_store(by=None, agency=agency)
    actor = person(str(employee.public_id) if employee else str(by.public_id))
    with transaction.atomic():
        rows = Registration.objects.filter(course=course, store=store, enrolment=None, agent=identifier_of(actor))
        registration = rows.order_by("-pk").first() or _register(course, store.pk, actor)
        mode = Doorway(doorway.origin, doorway.return_url, LaunchMode.BROWSE)
        return _open(registration, unit, mode, None)


@transaction.atomic
def launch_by_program(
    *, by: Caller, course: Cmi5Course, unit: AssignableUnit, actor: Json, registration: Registration | None,
    doorway: Doorway,
) -> Launch:  # fmt: skip
    """A program launches a unit of a course that it brought in, for an actor of its own: a new registration, or one given.

    Raises Denied without the right, Refused for an actor that is no account, or not the one of the registration.
    """
    require_program(by)
    try:
        require_agent(actor, "actor")
    except Invalid as error:
        raise Refused(str(error)) from error
    if "account" not in actor:
        raise Refused(_("Pelaku (actor) harus dikenali dengan “account”, bukan surel."))
    if registration is not None and (registration.course_id != course.pk or registration.agent != identifier_of(actor)):
        raise Refused(_("Registrasi ini milik kursus atau pelaku lain."))
    if registration is None:
        registration = _register(course, by.store_id, actor)
        record(
            entries.CMI5_LAUNCHED, by=None, kind="cmi5_course", object_id=course.public_id, name=unit.title,
            agency_id=registration.store.agency_id,
            data={"client": by.name, "registration": str(registration.public_id)},
        )  # fmt: skip
    return _open(registration, unit, doorway, None)


def _must_begin_anew(
    registration: Registration, unit: AssignableUnit, enrolment: "Enrolment", activity: "Activity"
) -> bool:
    """Whether somebody has opened the part again after it had been done: what is over cannot be done once more."""
    standing = standing_in(registration, unit)
    if standing is None or standing.satisfied_at is None or not standing.by_own_doing:
        return False
    progress = progress_in(enrolment, activity)
    return progress is not None and progress.state != ProgressState.COMPLETED


def _register(
    course: Cmi5Course, store_id: int, actor: Json, *, enrolment: "Enrolment | None" = None, number: int = 1
) -> Registration:
    """A new registration; units that ask nothing are satisfied with it at once (9.6.1)."""
    known = {"store_id": store_id, "actor": actor, "agent": identifier_of(actor), "created_at": clock.now()}
    is_new = True
    if enrolment is None:
        registration = Registration.objects.create(course=course, **known)
    else:
        registration, is_new = Registration.objects.get_or_create(
            course=course, enrolment=enrolment, number=number, defaults=known
        )
    if is_new:
        registration.course = course
        settle(registration, uuid.uuid4())
    return registration


def _open(registration: Registration, unit: AssignableUnit, doorway: Doorway, learnt: "Activity | None") -> Launch:
    held = Registration.objects.select_for_update().get(pk=registration.pk)
    held.course = unit.course
    abandon_running(held)
    standing, _is_new = Standing.objects.get_or_create(registration=held, unit=unit)
    if unit.move_on == MoveOn.NOT_APPLICABLE and mark(standing):
        standing.save()
    mode = doorway.mode or mode_for(is_satisfied=standing.satisfied_at is not None, by_own_doing=standing.by_own_doing)
    key, moment = secrets.token_urlsafe(32), clock.now()
    session = LaunchSession.objects.create(
        registration=held, unit=unit, activity=learnt, mode=mode.value, fetch_digest=digest_of(key), launched_at=moment
    )
    address, added = _addresses(session, unit, doorway.origin)
    about = about_unit(held, unit, session.public_id)
    say(held, launched(about, moment, mode=mode.value, url=address, terms=unit.terms))
    _prepare_documents(session, doorway.return_url)
    parameters = {
        "endpoint": doorway.origin + added, "fetch": doorway.origin + reverse("cmi5:fetch", args=[key]),
        "actor": json.dumps(held.actor, ensure_ascii=False), "registration": str(held.public_id),
        "activityId": unit_address(unit),
    }  # fmt: skip
    parts = urlsplit(address)
    query = "&".join(piece for piece in (parts.query, urlencode(parameters, quote_via=quote)) if piece)
    return Launch(parts._replace(query=query).geturl(), session)


def _addresses(session: LaunchSession, unit: AssignableUnit, origin: str) -> tuple[str, str]:
    """Where a unit lies, with its own query and fragment, and the base of the store."""
    base = reverse("records:statements", kwargs={"version": 1}).removesuffix("statements")
    parts = urlsplit(unit.url)
    if parts.scheme:
        return unit.url, base
    name = resolved("", unit.url)
    if name is None:
        raise Refused(_("Unit ini tidak ada lagi di dalam paketnya."))
    path = reverse("packages:member", args=[further_token("c", str(session.pk)), name])
    site = urlsplit(origin)
    return parts._replace(scheme=site.scheme, netloc=site.netloc, path=path).geturl(), base


def _prepare_documents(session: LaunchSession, return_url: str) -> None:
    """What a unit finds in the store before it speaks: its launch data, and the learner's preferences (sections 10, 11)."""
    registration, unit = session.registration, session.unit
    house = Caller(None, registration.store_id, "bina", settings.SITE_NAME, frozenset())
    data = launch_data(
        session_id=str(session.public_id), publisher_id=unit.publisher_id, mode=session.mode, terms=unit.terms,
        return_url=return_url,
    )  # fmt: skip
    states = Shelf(Kind.STATE, unit_address(unit), registration.agent, str(registration.public_id))
    _put(house, states, LAUNCH_DATA, data)
    profile = Shelf(Kind.AGENT, agent=registration.agent)
    if document_named(registration.store_id, profile, PREFERENCES) is None:
        _put(house, profile, PREFERENCES, preferences(get_language() or "id"))


def _put(house: Caller, shelf: Shelf, name: str, content: Json) -> None:
    keep_document(
        by=house, shelf=shelf, name=name, content=msgspec.json.encode(content), content_type="application/json",
        conditions=Preconditions(), merge=False, care=Care.NONE,
    )  # fmt: skip


def _note(verb: Verb, by: "User", enrolment: "Enrolment", activity: "Activity", registration: Registration) -> None:
    record(
        verb, by=by, kind="enrolment", object_id=enrolment.public_id, name=activity.title,
        agency_id=enrolment.employee.agency_id,
        data={"course": enrolment.course.slug, "activity": activity.key, "registration": str(registration.public_id),
              "employee_id": enrolment.employee_id},
    )  # fmt: skip
