"""Answering a survey: a section a page, kept at every step, sent once."""

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment import actions, queries
from bina.assessment.models import Survey
from bina.assessment.rules import Receipt, Turn, asked_pages, can_answer_survey, read_survey, take_page
from bina.assessment.rules.instruments import Page, Question
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest


@login_required
def answer(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The sheet of a survey for somebody it asks: the section in hand, or what became of it."""
    survey = queries.survey_for(request.user, public_id)
    if survey is None:
        raise Http404
    if queries.has_answered_survey(request.user, survey):
        if request.method == "POST":
            messages.success(request, _("Jawaban Anda sudah kami terima sebelumnya; satu orang terhitung satu kali."))
            return redirect("assessment:answer_survey", public_id=public_id)
        return render(request, "assessment/survey_answer.html", {"survey": survey, "is_sent": True})
    verdict = can_answer_survey(
        state=survey.state, opens_on=survey.opens_on, closes_on=survey.closes_on,
        today=clock.today(survey.agency.time_zone),
    )  # fmt: skip
    if not verdict:
        return render(request, "assessment/survey_answer.html", {"survey": survey, "refusal": verdict.sentence})
    draft = queries.survey_draft(request.user, survey)
    answers = dict(draft.answers) if draft else {}
    if request.method == "POST":
        return _take(request, survey, answers, draft.response_id if draft else None)
    pages = asked_pages(survey.instrument.content, answers)
    wanted = request.GET.get("step", "")
    page, questions = next((row for row in pages if row[0].key == wanted), pages[0])
    return _sheet(request, survey, pages, page, questions, answers)


def _sheet(
    request: SignedInRequest, survey: Survey, pages: list[tuple[Page, list[Question]]], page: Page,
    questions: list[Question], answers: dict[str, Any], *, missing: tuple[str, ...] = (), problem: str = "",
    grown: bool = False,
) -> HttpResponse:  # fmt: skip
    place = next(n for n, row in enumerate(pages) if row[0].key == page.key)
    later = [row.key for row in survey.instrument.content.pages]
    draft = queries.survey_draft(request.user, survey)
    context = {
        "survey": survey,
        "page": page,
        "questions": queries.sheet_questions(questions),
        "typed": answers,
        "missing": missing,
        "problem": problem,
        "grown": grown,
        "place": place + 1,
        "page_count": len(pages),
        "previous": pages[place - 1][0].key if place else None,
        "is_last": later.index(page.key) == len(later) - 1,
        "draft_key": queries.drafts_key(request.user, survey),
        "response_id": draft.response_id if draft else uuid.uuid4(),
        "is_kept": draft is not None,
    }
    return render(request, "assessment/survey_answer.html", context, status=409 if missing or problem else 200)


def _take(request: SignedInRequest, survey: Survey, kept: dict[str, Any], response_id: UUID | None) -> HttpResponse:
    """Keep what a page sent, then show the next page, this one again, or count the sheet."""
    content = survey.instrument.content
    page = next((row for row in content.pages if row.key == request.POST.get("page", "")), None)
    if page is None:
        raise Http404
    on_page = {row["key"]: row for row in page.questions}
    seen = [on_page[key] for key in request.POST.getlist("seen") if key in on_page]
    given = read_survey(seen, request.POST)
    replaced = [row["key"] for row in seen]
    try:
        actions.save_survey_draft(by=request.user, survey=survey, answers=given, replaced=replaced)
    except Refused as refusal:
        return render(request, "assessment/survey_answer.html", {"survey": survey, "refusal": str(refusal)}, status=409)
    address = reverse("assessment:answer_survey", args=[survey.public_id])
    if request.POST.get("go") == "later":
        messages.success(request, _("Jawaban Anda disimpan. Lanjutkan sebelum survei ditutup."))
        return redirect("assessment:home")
    walked = take_page(content, kept, page, given, replaced, back=request.POST.get("go") == "previous")
    if walked.turn is Turn.GO:
        return redirect(f"{address}?step={walked.page}")
    if walked.turn is Turn.STAY:
        pages = asked_pages(content, walked.answers)
        shown, questions = next(row for row in pages if row[0].key == walked.page)
        return _sheet(
            request, survey, pages, shown, questions, walked.answers, missing=walked.missing, grown=walked.is_grown
        )
    return _send(request, survey, walked.answers, response_id)


def _send(request: SignedInRequest, survey: Survey, answers: dict[str, Any], response_id: UUID | None) -> HttpResponse:
    """Count the sheet, once."""
    try:
        made = UUID(request.POST.get("response_id", ""))
    except ValueError:
        made = uuid.uuid4()
    receipt = actions.send_survey(by=request.user, survey=survey, response_id=response_id or made, answers=answers)
    if receipt is not Receipt.COUNTED:
        messages.success(request, _("Jawaban Anda sudah kami terima sebelumnya; satu orang terhitung satu kali."))
    return redirect("assessment:answer_survey", public_id=survey.public_id)
