"""Answering quizzes and tests of a course."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.assessment.queries import (
    session_visible_to,
    version_at,
)
from bina.assessment.rules import read_answer
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.learning import actions, queries
from bina.learning.rules import (
    EnrolmentState,
)

if TYPE_CHECKING:
    pass
from bina.learning.views.activities import open_session, own_place, place_url
from bina.learning.views.player import activity_page


@login_required
@require_POST
def submit_quiz(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Grade a try and show it with feedback; a second click shows the same result."""
    enrolment, found = own_place(request, public_id, key)
    if found.kind != "quiz":
        raise Http404
    answers = {
        item["code"]: read_answer(item["kind"], item, request.POST, f"q{number}")
        for number, item in enumerate(found.payload["items"], start=1)
    }
    token = request.POST.get("token", "")[:40]
    try:
        attempt = actions.submit_quiz(
            by=request.user, enrolment=enrolment, activity=found, answers=answers, token=token or get_random_string(24)
        )
    except Refused as refusal:
        return activity_page(request, enrolment, found, error=str(refusal), typed=answers)
    return redirect(place_url(enrolment, key, f"attempt={attempt.number}"))


@login_required
@require_POST
def begin_test(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Begin a test of the course, or go on with the open attempt."""
    enrolment, found = own_place(request, public_id, key)
    if found.kind != "test":
        raise Http404
    try:
        actions.begin_test(by=request.user, enrolment=enrolment, activity=found)
    except Refused as refusal:
        return activity_page(request, enrolment, found, error=str(refusal))
    return redirect(place_url(enrolment, key, "question=1"))


@login_required
@require_POST
def answer_test(request: SignedInRequest, public_id: UUID, key: str, position: int) -> HttpResponse:
    """Save the answer at one place and go to the next, or to the overview after the last."""
    enrolment, found = own_place(request, public_id, key)
    session = session_visible_to(request.user, request.POST.get("session", "")) if _is_uuid(request) else None
    if session is None or not queries.is_attempt_at(session, enrolment, found):
        raise Http404
    version = version_at(session, position)
    if version is None:
        raise Http404
    answer = read_answer(version.item.kind, version.payload, request.POST, "answer")
    try:
        actions.answer_test(by=request.user, session=session, position=position, answer=answer)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect(place_url(enrolment, key))
    wanted = request.POST.get("go", "")
    if wanted == "end":  # the clock on the page ran out and sent the form in
        actions.finish_test(by=request.user, enrolment=enrolment, activity=found, session=session)
        return redirect(place_url(enrolment, key))
    target = int(wanted) if wanted.isdigit() and len(wanted) < 4 else position + 1
    return redirect(place_url(enrolment, key, f"question={target if 1 <= target <= session.item_count else 0}"))


def _is_uuid(request: SignedInRequest) -> bool:
    try:
        UUID(request.POST.get("session", ""))
    except ValueError:
        return False
    return True


@login_required
@require_POST
def finish_test(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Hand the test in and show what came of it."""
    enrolment, found = own_place(request, public_id, key)
    if found.kind != "test":
        raise Http404
    session = open_session(enrolment, found)
    if session is not None:
        held = actions.finish_test(by=request.user, enrolment=enrolment, activity=found, session=session)
        if enrolment.state == EnrolmentState.STARTED and held.state == EnrolmentState.COMPLETED:
            messages.success(request, _("Kursus selesai. Jam pelajaran dan sertifikat Anda sedang dicatat."))
    return redirect(place_url(enrolment, key))
