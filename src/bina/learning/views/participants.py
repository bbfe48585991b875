"""Who is in a course: seeing progress, bringing people in, correcting records."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.journal.queries import history_of
from bina.learning import actions, queries
from bina.learning.rules import ENROLMENT_STATE_NAMES, KINDS, CourseState, EnrolmentState, Origin, parts_to_redo

if TYPE_CHECKING:
    from bina.learning.models import Course, Enrolment


def _course(request: SignedInRequest, slug: str) -> "Course":
    course = queries.course_visible_to(request.user, slug)
    if course is None or not queries.may_see_participants(request.user):
        raise Http404
    return course


@login_required
def participants(request: SignedInRequest, slug: str) -> HttpResponse:
    """The people in a course whose progress one may see."""
    course = _course(request, slug)
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:80]
    rows = queries.participants_of(request.user, course, state=state, text=text)
    context = {
        "course": course,
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "chosen": {"state": state, "q": text},
        "query": urlencode({name: value for name, value in (("state", state), ("q", text)) if value}),
        "state_names": ENROLMENT_STATE_NAMES,
        "has_surveys": queries.may_author(request.user) and queries.has_surveys(course),
        "may_enrol": course.state == CourseState.PUBLISHED,
    }
    return render(request, "learning/participants.html", context)


@login_required
def enrol_others(request: SignedInRequest, slug: str) -> HttpResponse:
    """Bring a person, or everyone under a unit, into a course."""
    course = _course(request, slug)
    if request.method == "POST":
        return _enrol_unit(request, course) if request.POST.get("unit") else _enrol_person(request, course)
    text = request.GET.get("q", "").strip()[:80]
    context = {
        "course": course,
        "text": text,
        "people": queries.people_to_enrol(request.user, course, text),
        "units": queries.units_to_enrol(request.user),
    }
    return render(request, "learning/enrol_others.html", context)


def _enrol_person(request: SignedInRequest, course: "Course") -> HttpResponse:
    person = queries.person_to_enrol(request.user, _uuid(request.POST.get("person", "")))
    if person is None:
        raise Http404
    actions.enrol(by=request.user, employee=person, course=course, origin=Origin.HR.value)
    messages.success(request, _("%(name)s terdaftar di kursus ini.") % {"name": person.display_name})
    return redirect(f"{request.path}?{urlencode({'q': request.POST.get('q', '')[:80]})}")


def _enrol_unit(request: SignedInRequest, course: "Course") -> HttpResponse:
    unit = queries.units_to_enrol(request.user).filter(public_id=_uuid(request.POST["unit"])).first()
    if unit is None:
        raise Http404
    work = actions.request_unit_enrolment(by=request.user, course=course, unit=unit)
    return redirect("learning:progress", work.public_id)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


@login_required
def progress(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """How far the enrolment of a unit is."""
    work = queries.progress_visible_to(request.user, public_id)
    if work is None:
        raise Http404
    template = "learning/_progress.html" if request.htmx else "learning/progress.html"
    return render(request, template, {"progress": work})


def _participant(request: SignedInRequest, public_id: UUID) -> "Enrolment":
    enrolment = queries.participant_visible_to(request.user, public_id)
    if enrolment is None:
        raise Http404
    return enrolment


@login_required
def participant(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One learner's way through a course: what is done and when, never any answer."""
    return _participant_page(request, _participant(request, public_id))


def _participant_page(request: SignedInRequest, enrolment: "Enrolment", *, error: str = "") -> HttpResponse:
    context = {
        "enrolment": enrolment,
        "outline": queries.outline_of(enrolment.version, enrolment.progress_marks),
        "rows": queries.progress_rows(enrolment),
        "kinds": KINDS,
        "state_name": ENROLMENT_STATE_NAMES[EnrolmentState(enrolment.state)],
        "is_running": enrolment.state == EnrolmentState.STARTED,
        "is_completed": enrolment.state == EnrolmentState.COMPLETED,
        "redo_parts": parts_to_redo(enrolment.version.outline, enrolment.progress_marks),
        "may_repair": queries.may_repair_records(request.user, enrolment),
        "repairs": history_of("enrolment", enrolment.public_id).exclude(reason="")[:20],
        "hasty": enrolment.facts.get("hasty", {}),
        "typed": request.POST,
        "error": error,
    }
    return render(request, "learning/participant.html", context, status=409 if error else 200)


@login_required
@require_POST
def repair(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Write a part as done for a learner, with a reason."""
    enrolment = _participant(request, public_id)
    found = queries.activity_of(enrolment.version_id, request.POST.get("activity", "")[:60])
    if found is None:
        return _participant_page(request, enrolment, error=_("Pilih bagian yang akan dicatat selesai."))
    try:
        actions.repair_activity(
            by=request.user, enrolment=enrolment, activity=found, reason=request.POST.get("reason", "")[:500]
        )
    except Refused as refusal:
        return _participant_page(request, enrolment, error=str(refusal))
    messages.success(request, _("Bagian “%(title)s” dicatat selesai.") % {"title": found.title})
    return redirect("learning:participant", public_id)


@login_required
@require_POST
def reopen(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Take a completion or withdrawal back, with a reason."""
    enrolment = _participant(request, public_id)
    key = request.POST.get("redo", "")[:60]
    redo = queries.activity_of(enrolment.version_id, key) if key else None
    try:
        actions.reopen_enrolment(
            by=request.user, enrolment=enrolment, reason=request.POST.get("reason", "")[:500], redo=redo
        )
    except Refused as refusal:
        return _participant_page(request, enrolment, error=str(refusal))
    messages.success(request, _("Keikutsertaan ini dibuka kembali."))
    return redirect("learning:participant", public_id)
