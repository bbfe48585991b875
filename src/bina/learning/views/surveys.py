"""Surveys in courses: answering a section at a time, and what the group said for the trainer."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bina.assessment.rules import Turn, read_survey, take_page
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.learning import actions, queries
from bina.learning.rules import DONE, EnrolmentState, content_in
from bina.learning.views.activities import own_place, place_url
from bina.learning.views.player import activity_page, after_part

if TYPE_CHECKING:
    from bina.learning.models import Activity, Course, Enrolment


@login_required
@require_POST
def answer_survey(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Keep what a page of the sheet sent, then show the next page, this one again, or close the part."""
    enrolment, found = own_place(request, public_id, key)
    if found.kind != "survey" or enrolment.state == EnrolmentState.WITHDRAWN:
        raise Http404
    if enrolment.progress_marks.get(key) == DONE:  # a second click, or another tab was first
        messages.success(request, _("Bagian ini sudah selesai sebelumnya; satu orang terhitung satu kali."))
        return redirect(place_url(enrolment, key))
    try:
        if request.POST.get("go") == "pass":
            held = actions.pass_over_survey(by=request.user, enrolment=enrolment, activity=found)
            return redirect(after_part(request, enrolment, held, key))
        return _take(request, enrolment, found)
    except Refused as refusal:
        return activity_page(request, enrolment, found, error=str(refusal))


def _take(request: SignedInRequest, enrolment: "Enrolment", found: "Activity") -> HttpResponse:
    content = content_in(found.payload)
    page = next((row for row in content.pages if row.key == request.POST.get("page", "")), None)
    if page is None:
        raise Http404
    on_page = {row["key"]: row for row in page.questions}
    seen = [on_page[key] for key in request.POST.getlist("seen") if key in on_page]
    given, replaced = read_survey(seen, request.POST), [row["key"] for row in seen]
    kept = queries.course_sheet_draft(enrolment, found)
    actions.save_course_sheet(by=request.user, enrolment=enrolment, activity=found, answers=given, replaced=replaced)
    go = request.POST.get("go", "")
    if go == "later":
        messages.success(request, _("Jawaban Anda disimpan. Lanjutkan dari perangkat mana pun."))
        return redirect("learning:course", enrolment.course.slug)
    walked = take_page(content, kept, page, given, replaced, back=go == "previous")
    if walked.turn is Turn.GO:
        return redirect(place_url(enrolment, found.key, f"step={walked.page}"))
    if walked.turn is Turn.STAY:
        typed = {
            "step": walked.page, "answers": walked.answers, "missing": walked.missing, "grown": walked.is_grown
        }  # fmt: skip
        return activity_page(request, enrolment, found, typed=typed)
    held = actions.send_course_sheet(by=request.user, enrolment=enrolment, activity=found, answers=walked.answers)
    messages.success(request, _("Terima kasih, jawaban Anda sudah diterima."))
    return redirect(after_part(request, enrolment, held, found.key))


@login_required
@require_safe
def course_surveys(request: SignedInRequest, slug: str) -> HttpResponse:
    """The surveys of a course for its trainers."""
    course = _course(request, slug)
    rows = queries.surveys_of_course(request.user, course)
    return render(request, "learning/surveys.html", {"course": course, "rows": rows})


@login_required
@require_safe
def course_survey(request: SignedInRequest, slug: str, key: str) -> HttpResponse:
    """What the group said to one survey, each picture with its table."""
    course = _course(request, slug)
    found = queries.course_survey_results(request.user, course, key, request.GET.get("wording", "")[:20])
    if found is None:
        raise Http404
    return render(request, "learning/survey_results.html", {"course": course, "results": found})


def _course(request: SignedInRequest, slug: str) -> "Course":
    course = queries.course_visible_to(request.user, slug)
    if course is None or not queries.may_author(request.user):
        raise Http404
    return course
