"""Finding a course, looking at it, joining and leaving it."""

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

from bina.competencies.queries import profile_of
from bina.foundation.requests import SignedInRequest
from bina.learning import actions, queries
from bina.learning.rules import COURSE_STATE_NAMES, KINDS, LEVEL_NAMES, CourseState, EnrolmentState

if TYPE_CHECKING:
    from bina.learning.models import Course, Pathway

PAGE_SIZE = 24
PRESSING = 5
MOST_PATHWAYS = 3


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _in_own_language(course: "Course") -> None:
    """Show a course by the words of the reader's language, where it has some; the row is never saved."""
    if course.current_version is not None:
        version = course.current_version
        course.current_version = queries.version_in(version, queries.language_for(version))


@login_required
def catalogue(request: SignedInRequest) -> HttpResponse:
    """The courses on offer, by words and filters, with those that serve one's own gaps marked."""
    text = request.GET.get("q", "").strip()[:100]
    filters = queries.CatalogueFilters(
        area=_number(request.GET.get("area")),
        hours=request.GET.get("hours", ""),
        level=_number(request.GET.get("level")),
    )
    needs: dict[int, float] = {}
    pressing: set[int] = set()
    if request.user.employee is not None:
        lines = profile_of(request.user.employee).by_severity
        needs = {line.competency_id: line.severity for line in lines if line.severity > 0}
        # Marking a course is only of use where it stands out: the most pressing gaps.
        pressing = set(list(needs)[:PRESSING])
    for_gaps = request.GET.get("needs") == "1"
    found = queries.catalogue(request.user, text, filters, needs if for_gaps else None)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    for offered in page:
        _in_own_language(offered)
    chosen = {
        "q": text, "area": filters.area or "", "hours": filters.hours, "level": filters.level or "",
        "needs": "1" if for_gaps else "",
    }  # fmt: skip
    pathways = _pathways_beside(request, text) if page.number == 1 and not any({**chosen, "q": ""}.values()) else []
    own = queries.journeys_of(request.user.employee) if pathways and request.user.employee else {}
    context = {
        "page": page,
        "pathways": pathways,
        "journeys": own,
        "mine": queries.running_by_course(request.user.employee_id, [course.pk for course in page]),
        "needs": needs,
        "pressing": pressing,
        "chosen": chosen,
        "query": urlencode({name: value for name, value in chosen.items() if value}),
        "is_filtered": any(chosen.values()),
        "filter_count": sum(1 for name in ("area", "hours", "level", "needs") if chosen[name]),
        "areas": queries.taught_areas(),
        "levels": LEVEL_NAMES,
        "replaced": queries.replaced_courses(request.user, text),
    }
    return render(request, "learning/catalogue.html", context)


def _pathways_beside(request: SignedInRequest, text: str) -> "list[Pathway]":
    """A few pathways that stand before the courses; the others have a page of their own."""
    return list(queries.pathways_offered(request.user, text)[:MOST_PATHWAYS])


@login_required
def course(request: SignedInRequest, slug: str) -> HttpResponse:
    """One course: what it gives, for whom, what is in it, and how far one is."""
    found = queries.course_visible_to(request.user, slug)
    if found is None:
        raise Http404
    enrolment = queries.enrolment_of(request.user.employee, found)
    version = enrolment.version if enrolment else found.current_version
    if version is None:
        raise Http404
    chosen = enrolment.language if enrolment else request.GET.get("language", "")[:12]
    language = queries.language_for(version, chosen)
    languages = queries.languages_of(version, language)
    incomplete = len(version.languages.get(language, {}).get("incomplete", []))
    version = queries.version_in(version, language)
    is_running = enrolment is not None and enrolment.state == EnrolmentState.STARTED
    outline = (
        queries.outline_of(version, enrolment.progress_marks, scores=enrolment.facts.get("scores", {}))
        if enrolment
        else queries.outline_of(version, {}, scores={})
    )
    context = {
        "course": found,
        "version": version,
        "languages": languages,
        "language": language,
        "incomplete": incomplete,
        "enrolment": enrolment,
        "is_running": is_running,
        "is_completed": enrolment is not None and enrolment.state == EnrolmentState.COMPLETED,
        "is_withdrawn": enrolment is not None and enrolment.state == EnrolmentState.WITHDRAWN,
        "has_newer": version.pk != found.current_version_id and found.state == CourseState.PUBLISHED,
        "may_enrol": request.user.employee is not None and found.state == CourseState.PUBLISHED,
        "state_name": COURSE_STATE_NAMES[CourseState(found.state)],
        "successor": queries.successor_of(request.user, found),
        "outline": outline,
        "kinds": KINDS,
        "levels": LEVEL_NAMES,
        "sees_participants": queries.may_see_participants(request.user),
    }
    return render(request, "learning/course.html", context)


@login_required
def enrol(request: SignedInRequest, slug: str) -> HttpResponse:
    """Join a course and begin with its first part; opened by its address it shows the course."""
    found = queries.course_visible_to(request.user, slug)
    if found is None or request.user.employee is None:
        raise Http404
    if request.method != "POST":
        return redirect("learning:course", slug)
    enrolment = actions.enrol(by=request.user, employee=request.user.employee, course=found)
    return redirect("learning:resume", enrolment.public_id)


@login_required
def mine(request: SignedInRequest) -> HttpResponse:
    """Everything one takes or took."""
    if request.user.employee is None:
        raise Http404
    page = Paginator(queries.enrolments_of(request.user.employee), 30).get_page(request.GET.get("page"))
    for row in page:
        row.version = queries.version_in(row.version, queries.language_for(row.version, row.language))
    context = {"page": page, "states": EnrolmentState, "sees_reviews": queries.may_see_reviews(request.user)}
    return render(request, "learning/mine.html", context)


@login_required
@require_POST
def withdraw(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Stop a course; what was done is kept."""
    enrolment = queries.enrolment_visible_to(request.user, public_id)
    if enrolment is None:
        raise Http404
    actions.withdraw(by=request.user, enrolment=enrolment)
    messages.success(
        request, _("Anda berhenti dari kursus ini. Kemajuan Anda tersimpan bila suatu saat ingin melanjutkan.")
    )
    return redirect("learning:course", enrolment.course.slug)
