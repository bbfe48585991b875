"""Walking through a course, one activity per page; everything works without JavaScript."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.assessment.queries import (
    answers_of,
    form_versions,
    overview,
    scores_of,
    session_visible_to,
    sessions_of,
    version_at,
)
from bina.assessment.rules import feedback_on, public_view, read_answer
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.learning import actions, queries
from bina.learning.rules import KINDS, EnrolmentState, can_try_test, watched_share

if TYPE_CHECKING:
    from bina.assessment.models import Session
    from bina.learning.models import Activity, ActivityProgress, Enrolment

LARGEST_REPORT = 20_000


def _own_place(request: SignedInRequest, public_id: UUID, key: str) -> "tuple[Enrolment, Activity]":
    enrolment = queries.enrolment_visible_to(request.user, public_id)
    activity = queries.activity_of(enrolment.version_id, key) if enrolment else None
    if enrolment is None or activity is None or activity.kind not in KINDS:
        raise Http404
    return enrolment, activity


def _zone(request: SignedInRequest) -> str:
    return request.user.employee.agency.time_zone if request.user.employee else "WIB"


def _place_url(enrolment: "Enrolment", key: str, query: str = "") -> str:
    return reverse("learning:activity", args=[enrolment.public_id, key]) + (f"?{query}" if query else "")


@login_required
def resume(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Go on where one stopped: the latest part that is not done, else the first that is left."""
    enrolment = queries.enrolment_visible_to(request.user, public_id)
    if enrolment is None:
        raise Http404
    if enrolment.state == EnrolmentState.WITHDRAWN:
        return redirect("learning:course", enrolment.course.slug)
    outline = queries.outline_of(enrolment.version, enrolment.progress_marks, enrolment.latest_activity_key)
    here = outline.here if outline.here and outline.here.state != "done" else outline.first_open
    target = here or outline.sections[0].parts[0]
    return redirect(_place_url(enrolment, target.key))


@login_required
def activity(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """One activity, with what comes before and after."""
    enrolment, found = _own_place(request, public_id, key)
    if enrolment.state == EnrolmentState.WITHDRAWN:
        return redirect("learning:course", enrolment.course.slug)
    actions.open_activity(by=request.user, enrolment=enrolment, activity=found)
    return _activity_page(request, enrolment, found)


def _activity_page(
    request: SignedInRequest,
    enrolment: "Enrolment",
    found: "Activity",
    *,
    error: str = "",
    typed: Mapping[str, Any] | None = None,
) -> HttpResponse:
    outline = queries.outline_of(enrolment.version, enrolment.progress_marks, found.key)
    kind = KINDS[found.kind]
    context = {
        "version": enrolment.version,
        "enrolment": enrolment,
        "activity": found,
        "kind": kind,
        "kinds": KINDS,
        "outline": outline,
        "here": outline.here,
        "base": reverse("learning:resume", args=[enrolment.public_id]),
        "course_url": reverse("learning:course", args=[enrolment.course.slug]),
        "is_preview": False,
        "zone": _zone(request),
        "error": error,
        **_kind_context(request, enrolment, found, typed),
    }
    return render(request, "learning/activity.html", context, status=409 if error else 200)


def _kind_context(
    request: SignedInRequest, enrolment: "Enrolment", found: "Activity", typed: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What the kind's own part of the page needs; pages need nothing more."""
    if found.kind == "page":
        return {}
    row = queries.progress_in(enrolment, found)
    if found.kind == "quiz":
        number = request.GET.get("attempt", "")
        attempt = (
            queries.quiz_attempt(enrolment, found, int(number))
            if number.isdigit() and len(number) < 6 and typed is None
            else None
        )
        seed = f"{enrolment.public_id}:{found.key}:{attempt.number - 1 if attempt else row.attempts if row else 0}"
        answers = attempt.answers if attempt else typed or {}
        return {
            "progress": row,
            "attempt": attempt,
            "questions": quiz_questions(found.payload["items"], seed, answers, is_graded=attempt is not None),
            "token": get_random_string(24),
        }
    if found.kind == "test":
        return _test_context(request, enrolment, found, row)
    share = watched_share(found.payload, row.evidence) if row and found.kind == "video" else 0.0
    return {"progress": row, "evidence": row.evidence if row else {}, "watched": share}


def quiz_questions(
    items: list[dict[str, Any]], seed: str, answers: Mapping[str, Any], *, is_graded: bool
) -> list[dict[str, Any]]:
    """Each question as the page shows it: the view without its key, the answer given, and feedback once graded."""
    return [
        {
            "prefix": f"q{number}",
            "number": number,
            "view": public_view(item["kind"], item, f"{seed}:{item['code']}", item["stem"]),
            "answer": answers.get(item["code"]),
            "feedback": feedback_on(item["kind"], item, answers.get(item["code"])) if is_graded else None,
        }
        for number, item in enumerate(items, start=1)
    ]


@login_required
@require_POST
def complete(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """“Selesai dan lanjut”: close a part and go to the next; when the evidence is missing, say what is."""
    enrolment, found = _own_place(request, public_id, key)
    seconds = request.POST.get("seconds", "")
    noticed: dict[str, object] = {"seconds": int(seconds)} if seconds.isdigit() and len(seconds) < 6 else {}
    if request.POST.get("transcript"):
        # The button stands at the end of the transcript, inside what has to be opened first.
        noticed["transcript"] = True
    try:
        if noticed:
            actions.record_activity_progress(by=request.user, enrolment=enrolment, activity=found, report=noticed)
        held = actions.complete_activity(by=request.user, enrolment=enrolment, activity=found)
    except Refused as refusal:
        return _activity_page(request, enrolment, found, error=str(refusal))
    return redirect(_after(request, enrolment, held, key))


def _after(request: SignedInRequest, before: "Enrolment", held: "Enrolment", key: str) -> str:
    """Where to go when a part is done: the next part; after the last one, or on completion, the course."""
    course_url = reverse("learning:course", args=[held.course.slug])
    if before.state == EnrolmentState.STARTED and held.state == EnrolmentState.COMPLETED:
        messages.success(request, _("Kursus selesai. Jam pelajaran dan sertifikat Anda sedang dicatat."))
        return course_url
    outline = queries.outline_of(held.version, held.progress_marks, key)
    return _place_url(held, outline.next.key) if outline.next else course_url


@login_required
@require_POST
def report(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """What the player noticed: seconds in view, watched stretches, an opened transcript. Answers nothing (204)."""
    enrolment, found = _own_place(request, public_id, key)
    data: object = {}
    raw = request.POST.get("report", "")
    if raw and len(raw) <= LARGEST_REPORT:
        try:
            data = json.loads(raw)
        except (ValueError, RecursionError):
            data = {}
    reported = dict(data) if isinstance(data, dict) else {}
    if enrolment.state != EnrolmentState.WITHDRAWN:
        actions.record_activity_progress(by=request.user, enrolment=enrolment, activity=found, report=reported)
    return HttpResponse(status=204)


@login_required
def download(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Hand out the file of an activity and remember that it was fetched."""
    enrolment, found = _own_place(request, public_id, key)
    url = found.payload.get("file_url")
    if not url:
        raise Http404
    if enrolment.state != EnrolmentState.WITHDRAWN:
        actions.record_activity_progress(
            by=request.user, enrolment=enrolment, activity=found, report={"downloaded": True}
        )
    return redirect(url)


@login_required
@require_POST
def submit_quiz(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Grade a try and show it with feedback; a second click shows the same result."""
    enrolment, found = _own_place(request, public_id, key)
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
        return _activity_page(request, enrolment, found, error=str(refusal), typed=answers)
    return redirect(_place_url(enrolment, key, f"attempt={attempt.number}"))


def _context_of(enrolment: "Enrolment") -> tuple[str, str]:
    return actions.CONTEXT, str(enrolment.public_id)


def _open_session(enrolment: "Enrolment", found: "Activity") -> "Session | None":
    kind, context_id = _context_of(enrolment)
    rows = sessions_of(enrolment.employee).filter(
        blueprint__code=found.payload.get("blueprint", ""), context_kind=kind, context_id=context_id
    )
    latest = rows.first()
    return latest if latest is not None and latest.is_open else None


def _test_context(
    request: SignedInRequest, enrolment: "Enrolment", found: "Activity", row: "ActivityProgress | None"
) -> dict[str, Any]:
    """The test as it stands: not begun, under way at one question, or its latest result."""
    session = _open_session(enrolment, found)
    if session is not None and session.is_overdue(clock.now()):
        # Nobody came back in time: what was saved counts, and the page shows the result.
        actions.finish_test(by=request.user, enrolment=enrolment, activity=found, session=session)
        session, row = None, queries.progress_in(enrolment, found)
    if session is not None:
        return {"progress": row, **_question_context(request, session)}
    tries = row.evidence.get("tries", []) if row else []
    latest = session_visible_to(request.user, tries[-1]["session"]) if tries else None
    verdict = can_try_test(
        found.payload,
        row.evidence if row else {},
        best_score=row.best_score if row else None,
        studied_at=enrolment.studied_at,
        today=clock.today(_zone(request)),
    )
    context: dict[str, Any] = {
        "progress": row,
        "session": None,
        "latest": latest,
        "verdict": verdict,
        "scores": [],
        "review": [],
    }
    if latest is not None:
        context["scores"] = scores_of(latest)
        if request.GET.get("review"):
            answers = answers_of(latest)
            context["review"] = [
                {
                    "prefix": f"q{number}",
                    "number": number,
                    "view": version.shown(latest.seed_at(number)),
                    "answer": answers[number].answer if number in answers else None,
                    "feedback": version.explained(answers[number].answer if number in answers else None),
                }
                for number, version in enumerate(form_versions(latest), start=1)
            ]
    return context


def _question_context(request: SignedInRequest, session: "Session") -> dict[str, Any]:
    answers = answers_of(session)
    states = overview(session, answers=answers)
    wanted = request.GET.get("question", "")
    first_open = next((place.position for place in states if place.state != "done"), 0)
    position = int(wanted) if wanted.isdigit() and len(wanted) < 4 else first_open
    version = version_at(session, position) if position else None
    left = max(0, int((session.deadline_at - clock.now()).total_seconds()))
    context: dict[str, Any] = {
        "session": session, "states": states, "position": position if version else 0, "seconds_left": left,
    }  # fmt: skip
    if version is not None:
        given = answers.get(position)
        context["view"] = version.shown(session.seed_at(position))
        context["answer"] = given.answer if given else None
    return context


@login_required
@require_POST
def begin_test(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Begin a test of the course, or go on with the open attempt."""
    enrolment, found = _own_place(request, public_id, key)
    if found.kind != "test":
        raise Http404
    try:
        actions.begin_test(by=request.user, enrolment=enrolment, activity=found)
    except Refused as refusal:
        return _activity_page(request, enrolment, found, error=str(refusal))
    return redirect(_place_url(enrolment, key, "question=1"))


@login_required
@require_POST
def answer_test(request: SignedInRequest, public_id: UUID, key: str, position: int) -> HttpResponse:
    """Save the answer at one place and go to the next, or to the overview after the last."""
    enrolment, found = _own_place(request, public_id, key)
    session = session_visible_to(request.user, request.POST.get("session", "")) if _is_uuid(request) else None
    if session is None or (session.context_kind, session.context_id) != _context_of(enrolment):
        raise Http404
    version = version_at(session, position)
    if version is None:
        raise Http404
    answer = read_answer(version.item.kind, version.payload, request.POST, "answer")
    try:
        actions.answer_test(by=request.user, session=session, position=position, answer=answer)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect(_place_url(enrolment, key))
    wanted = request.POST.get("go", "")
    if wanted == "end":  # the clock on the page ran out and sent the form in
        actions.finish_test(by=request.user, enrolment=enrolment, activity=found, session=session)
        return redirect(_place_url(enrolment, key))
    target = int(wanted) if wanted.isdigit() and len(wanted) < 4 else position + 1
    return redirect(_place_url(enrolment, key, f"question={target if 1 <= target <= session.item_count else 0}"))


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
    enrolment, found = _own_place(request, public_id, key)
    session = _open_session(enrolment, found)
    if session is not None:
        held = actions.finish_test(by=request.user, enrolment=enrolment, activity=found, session=session)
        if enrolment.state == EnrolmentState.STARTED and held.state == EnrolmentState.COMPLETED:
            messages.success(request, _("Kursus selesai. Jam pelajaran dan sertifikat Anda sedang dicatat."))
    return redirect(_place_url(enrolment, key))
