"""People join a course, stop, come back, and are brought in by others."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.models import Progress
from bina.foundation.progress import ProgressReporter
from bina.foundation.verdict import denied
from bina.journal.actions import notify, record
from bina.learning import entries
from bina.learning.actions.progress import locked
from bina.learning.actions.reopening import keep_running, settle
from bina.learning.models import Course, CourseVersion, Enrolment
from bina.learning.queries import ENROLMENT_SUMS
from bina.learning.rules import (
    NOT_MEANT,
    EnrolmentState,
    Origin,
    can_become,
    can_enrol,
    can_take,
    may_learn_in,
    parts_not_meant,
    with_required_parts,
)
from bina.people.actions import note_person_changed
from bina.people.queries import active_employees, employees_visible_to, standing_of, user_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import Employee, OrgUnit, User


def _may_enrol(by: "User | None", employee: "Employee") -> None:
    if by is None or by.employee_id == employee.pk:
        return
    if not employees_visible_to(by, Permission.SEE_LEARNING).filter(pk=employee.pk).exists():
        denied(
            _("Anda hanya dapat mendaftarkan diri sendiri, bawahan langsung, atau pegawai di unit kewenangan Anda.")
        ).require()


@transaction.atomic
def enrol(
    *, by: "User | None", employee: "Employee", course: Course, origin: str = Origin.SELF.value, origin_id: object = ""
) -> Enrolment:
    """Bring a person into the current version of a course and return the enrolment.

    Doing it again returns what is there: a running enrolment, or the completed one of the same version. A person who
    stopped goes on where the progress was left. Raises Denied or Refused when the course is not open to the person.
    """
    _may_enrol(by, employee)
    known = _known_enrolment(employee, course)
    if known is not None and known.state != EnrolmentState.WITHDRAWN:
        return known
    can_enrol(course.state).require()
    can_take(employee, course).require()
    if known is not None:
        return _resume(by=by, enrolment=known)
    version = course.current_version
    if version is None:
        raise RuntimeError(f"course {course.slug} is published without a version")
    try:
        with transaction.atomic():
            enrolment = _start(
                by=by, employee=employee, course=course, version=version, origin=Origin(origin), origin_id=origin_id
            )
    except IntegrityError:
        # A second tab was faster; its enrolment is the one.
        other = _known_enrolment(employee, course)
        if other is None:
            raise
        return other
    if by is None or by.employee_id != employee.pk:
        _tell(enrolment)
    return enrolment


def _known_enrolment(employee: "Employee", course: Course) -> Enrolment | None:
    """The running enrolment, else the one on the current version."""
    rows = list(Enrolment.objects.filter(employee=employee, course=course).select_related("course", "version"))
    running = [row for row in rows if row.state == EnrolmentState.STARTED]
    current = [row for row in rows if row.version_id == course.current_version_id]
    return next(iter(running or current), None)


def _start(
    *,
    by: "User | None",
    employee: "Employee",
    course: Course,
    version: CourseVersion,
    origin: Origin,
    origin_id: object,
) -> Enrolment:
    moment = clock.now()
    left_out = _parts_left_out(employee, version)
    required = with_required_parts(version.outline, left_out)
    enrolment = Enrolment.objects.create(
        employee=employee, course=course, version=version, origin=origin.value, origin_id=str(origin_id or ""),
        enrolled_by=by, started_at=moment, active_at=moment, parts_total=len(required),
        minutes_left=sum(part["minutes"] for part in required), progress_marks=left_out,
    )  # fmt: skip
    note_person_changed(employee.pk, ENROLMENT_SUMS)
    record(
        entries.ENROLMENT_STARTED, by=by, kind="enrolment", object_id=enrolment.public_id, name=version.title,
        agency_id=employee.agency_id,
        data={
            "course": course.slug, "course_public_id": str(course.public_id), "version": version.number,
            "employee_id": employee.pk, "origin": origin.value, "origin_id": str(origin_id or ""),
            "title": version.title,
        },
    )  # fmt: skip
    return enrolment


def _parts_left_out(employee: "Employee", version: CourseVersion) -> dict[str, str]:
    """Marks of the parts that are not meant for the person's job class or region today. The branch stays as it was at the
    beginning: a new post does not move the end of a course that is under way."""
    if not any("only_for" in part for section in version.outline for part in section["parts"]):
        return {}
    province = employee.agency.province
    groups = {"job_classes": employee.position.job_class_id, "provinces": province.code if province else ""}
    return dict.fromkeys(parts_not_meant(version.outline, groups), NOT_MEANT)


def _resume(*, by: "User | None", enrolment: Enrolment) -> Enrolment:
    enrolment = locked(enrolment)
    if enrolment.state != EnrolmentState.WITHDRAWN:
        return enrolment  # a second tab was faster
    enrolment.active_at = clock.now()
    enrolment.save(update_fields=["active_at"])
    keep_running(enrolment)
    note_person_changed(enrolment.employee_id, ENROLMENT_SUMS)
    record(
        entries.ENROLMENT_RESUMED, by=by, kind="enrolment", object_id=enrolment.public_id, name=enrolment.version.title,
        agency_id=enrolment.employee.agency_id,
        data={"course": enrolment.course.slug, "course_public_id": str(enrolment.course.public_id),
              "employee_id": enrolment.employee_id},
    )  # fmt: skip
    settle(by=by, enrolment=enrolment)
    return enrolment


def _tell(enrolment: Enrolment) -> None:
    from django.urls import reverse

    user = user_of(enrolment.employee)
    if user is not None:
        notify(
            recipient=user,
            title=_("Anda didaftarkan ke kursus “%(title)s”") % {"title": enrolment.version.title},
            body=_("Sekitar %(minutes)s menit, dapat dicicil kapan saja.")
            % {"minutes": enrolment.version.required_minutes},
            url=reverse("learning:course", args=[enrolment.course.slug]),
            dedup_key=f"enrolled:{enrolment.public_id}",
        )


def choose_language(*, by: "User", enrolment: Enrolment, language: str) -> None:
    """Read a course in another of its languages from now on, on every device; progress and scores are the same.

    Raises Denied for anyone but the learner, Refused for a language that the version does not have.
    """
    may_learn_in(by, enrolment).require()
    version = enrolment.version
    if language not in (version.language, *version.languages):
        raise Refused(_("Kursus ini tidak ada dalam bahasa itu."))
    Enrolment.objects.filter(pk=enrolment.pk).update(language=language)
    enrolment.language = language


@transaction.atomic
def withdraw(*, by: "User", enrolment: Enrolment) -> None:
    """Stop a running enrolment; progress is kept for a later return. Doing it twice changes nothing.

    Raises Denied for anyone but the learner and Refused when the course is completed.
    """
    may_learn_in(by, enrolment).require()
    enrolment = locked(enrolment)
    if enrolment.state == EnrolmentState.WITHDRAWN:
        return
    can_become(enrolment.state, EnrolmentState.WITHDRAWN).require()
    enrolment.state = EnrolmentState.WITHDRAWN.value
    enrolment.withdrawn_at = clock.now()
    enrolment.save(update_fields=["state", "withdrawn_at"])
    note_person_changed(enrolment.employee_id, ENROLMENT_SUMS)
    record(
        entries.ENROLMENT_WITHDRAWN, by=by, kind="enrolment", object_id=enrolment.public_id,
        name=enrolment.version.title,
        agency_id=enrolment.employee.agency_id,
        data={"course": enrolment.course.slug, "course_public_id": str(enrolment.course.public_id),
              "employee_id": enrolment.employee_id},
    )  # fmt: skip


@transaction.atomic
def request_unit_enrolment(*, by: "User", course: Course, unit: "OrgUnit") -> Progress:
    """Ask for everyone under a unit to be enrolled; the work runs in the background and its progress is returned.

    Raises Denied outside the units where the account sees learning, Refused when the course takes nobody.
    """
    if not standing_of(by).may_in(Permission.SEE_LEARNING, unit.path):
        denied(_("Anda hanya dapat mendaftarkan pegawai di unit kewenangan Anda.")).require()
    can_enrol(course.state).require()
    progress = Progress.objects.create(
        kind="unit_enrolment", owner=by,
        title=_("Mendaftarkan %(unit)s ke “%(course)s”") % {"unit": unit.label, "course": course.title},
    )  # fmt: skip
    record(
        entries.UNIT_ENROLMENT_REQUESTED, by=by, kind="course", object_id=course.public_id, name=course.title,
        agency_id=unit.agency_id,
        data={"unit_id": unit.pk, "unit": unit.name, "progress": str(progress.public_id)},
    )  # fmt: skip
    return progress


def enrol_unit(*, by: "User", course: Course, unit: "OrgUnit", progress: Progress) -> int:
    """Enrol every active person under a unit, each in an own transaction, and return how many are new.

    Running it again enrols only those who are missing, so a killed job may start over.
    """
    people = active_employees().filter(unit__path__subtree=unit.path).order_by("pk")
    if course.agency_id is not None:
        people = people.filter(agency_id=course.agency_id)
    there = set(Enrolment.objects.filter(course=course).values_list("employee_id", flat=True))
    total, new = people.count(), 0
    with ProgressReporter(progress) as reporter:
        reporter.advance(0, total=total)
        for done, employee in enumerate(_in_portions(people), start=1):
            if employee.pk not in there:
                enrol(by=by, employee=employee, course=course, origin=Origin.HR.value)
                new += 1
            reporter.advance(done)
        reporter.advance(
            total,
            message=_("%(new)s orang baru didaftarkan; %(rest)s sudah terdaftar.") % {"new": new, "rest": total - new},
        )
    return new


def _in_portions(people: "Iterable[Employee]") -> "Iterable[Employee]":
    iterator = getattr(people, "iterator", None)
    return iterator(chunk_size=500) if iterator else people
