"""Works within a course: the learner's steps, the desk of those who score or confirm, and answers in discussions."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bina.assessment.rules import MARKS, SHOWN_IN_PLACE
from bina.foundation.errors import DomainError, Refused
from bina.foundation.requests import SignedInRequest
from bina.learning import actions, queries
from bina.learning.rules import WAITING, EnrolmentState, WorkState, rubric_lines, share_of_marks
from bina.learning.views.activities import own_place, place_url, show_variant, zone_of
from bina.learning.views.media import SANDBOX
from bina.learning.views.player import activity_page

if TYPE_CHECKING:
    from bina.foundation.models import KeptFile
    from bina.learning.models import Activity, Enrolment, HandedWork

HANDED = ("assignment", "workplace")


@login_required
@require_POST
def work(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """What the pressed button asks of one's own work; the words are kept first, whatever comes after."""
    enrolment, found = own_place(request, public_id, key)
    if found.kind not in HANDED or enrolment.state == EnrolmentState.WITHDRAWN:
        raise Http404
    try:
        _change(request, enrolment, found)
    except Refused as refusal:
        return activity_page(request, enrolment, found, error=str(refusal), typed=request.POST)
    return redirect(place_url(enrolment, key))


def _change(request: SignedInRequest, enrolment: "Enrolment", found: "Activity") -> None:
    go = request.POST.get("go", "save")
    asked: dict[str, Any] = {"by": request.user, "enrolment": enrolment, "activity": found}
    if go == "appeal":
        actions.appeal_work(**asked, reason=request.POST.get("appeal", ""))
        messages.success(request, _("Banding Anda terkirim kepada widyaiswara."))
        return
    known = queries.own_work(enrolment, found)
    if go == "hand_in" and known is not None and known.state == WorkState.HANDED_IN:
        return  # a second click
    # A form without the words (the appeal, a broken line) leaves the words that are kept.
    text = request.POST.get("text", known.text if known else "")
    actions.save_work_draft(**asked, text=text)
    if go.startswith("remove-"):
        actions.remove_work_file(**asked, public_id=go.removeprefix("remove-"))
        messages.success(request, _("Berkas dihapus."))
        return
    actions.save_work_draft(**asked, text=text, uploads=request.FILES.getlist("files"))
    if go == "hand_in":
        actions.hand_in_work(**asked, peers=request.POST.getlist("peers"))
        messages.success(request, _("Terkirim. Anda diberi tahu begitu diperiksa."))
    else:
        messages.success(request, _("Draf tersimpan."))


@login_required
@require_POST
def answer(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Write one's answer in a discussion."""
    enrolment, found = own_place(request, public_id, key)
    if found.kind != "discussion" or enrolment.state == EnrolmentState.WITHDRAWN:
        raise Http404
    text = request.POST.get("text", "")
    try:
        actions.answer_discussion(by=request.user, enrolment=enrolment, activity=found, text=text)
    except Refused as refusal:
        return activity_page(request, enrolment, found, error=str(refusal), typed={"text": text})
    messages.success(request, _("Jawaban Anda tersimpan."))
    return redirect(place_url(enrolment, key))


@login_required
def works(request: SignedInRequest) -> HttpResponse:
    """Works that wait for one's look: as a trainer, as superior, as a colleague who was asked."""
    context = {
        "waiting": queries.works_waiting_for(request.user),
        "steps": queries.step_works_waiting_for(request.user),
        "zone": zone_of(request),
    }
    return render(request, "learning/works.html", context)


@login_required
def judge_work(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One work for those who score or confirm it, and what they decide."""
    found = queries.work_to_read(request.user, public_id)
    if found is None:
        raise Http404
    problem = ""
    if request.method == "POST":
        try:
            _judge(request, found)
            return redirect("learning:works")
        except DomainError as refusal:
            problem = str(refusal)
    is_workplace = found.activity.kind == "workplace"
    waits = found.state in WAITING
    show_variant(found.activity, found.enrolment.employee)
    marks = _marks(request, found) if request.method == "POST" else found.marks
    context = {
        "work": found,
        "person": found.enrolment.employee,
        "files": list(found.files.all()),
        "rubric": rubric_lines(found.activity.payload.get("rubric", []), marks),
        "share": share_of_marks(found.marks),
        "scores": waits and not is_workplace and queries.judges_work(request.user, found),
        "decides": waits and is_workplace and queries.confirms_work(request.user, found),
        "is_peer": found.state == WorkState.HANDED_IN and is_workplace and queries.is_asked(request.user, found),
        "voices": [row for row in found.voices.all() if row.turn == found.turn and row.is_confirmed is not None],
        "comment": request.POST.get("comment", ""),
        "problem": problem,
        "zone": found.enrolment.employee.agency.time_zone,
    }
    return render(request, "learning/judge_work.html", context, status=409 if problem else 200)


def _marks(request: SignedInRequest, found: "HandedWork") -> dict[str, int]:
    """The marks in a sent form: fields ``m-<place>``."""
    highest = str(MARKS[-1][0])
    places = range(1, len(found.activity.payload.get("rubric", [])) + 1)
    sent = {str(place): request.POST.get(f"m-{place}", "") for place in places}
    return {place: int(value) for place, value in sent.items() if len(value) == 1 and "0" <= value <= highest}


def _judge(request: SignedInRequest, found: "HandedWork") -> None:
    go, comment = request.POST.get("go", ""), request.POST.get("comment", "")
    if found.activity.kind == "assignment" and go == "score":
        actions.score_work(by=request.user, work=found, marks=_marks(request, found), comment=comment)
        messages.success(request, _("Nilai terkirim dan menjadi bukti di profil."))
    elif found.activity.kind == "workplace" and go in {"confirm", "return"}:
        actions.decide_workplace(by=request.user, work=found, is_confirmed=go == "confirm", comment=comment)
        messages.success(request, _("Keputusan Anda tersimpan."))
    elif found.activity.kind == "workplace" and go in {"seen", "unseen"}:
        actions.answer_as_peer(by=request.user, work=found, is_confirmed=go == "seen", comment=comment)
        messages.success(request, _("Terima kasih, jawaban Anda tersimpan."))
    else:
        raise Http404


@login_required
@require_safe
def work_file(request: SignedInRequest, public_id: UUID) -> HttpResponseBase:
    """A file of a work, for those who may open it; pictures in place, everything else saved."""
    file = queries.work_file_visible_to(request.user, public_id)
    if file is None:
        raise Http404
    return file_response(file)


def file_response(file: "KeptFile") -> HttpResponseBase:
    """An attached file that can do nothing in the browser. Raises Http404 when its content is gone."""
    if not file.content.storage.exists(file.content.name or ""):
        raise Http404
    response = StreamingHttpResponse(file.content.open("rb").chunks(), content_type=file.content_type)
    is_saved = file.content_type not in SHOWN_IN_PLACE
    response.headers["Content-Length"] = str(file.size)
    response.headers["Content-Disposition"] = content_disposition_header(is_saved, file.name) or ""
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@login_required
def discussions(request: SignedInRequest, slug: str) -> HttpResponse:
    """The answers in a course for its trainers, with what can be hidden."""
    course = queries.course_visible_to(request.user, slug)
    if course is None or not queries.may_see_participants(request.user):
        raise Http404
    page = Paginator(queries.answers_to_tend(request.user, slug), 50).get_page(request.GET.get("page"))
    return render(request, "learning/discussions.html", {"course": course, "page": page, "zone": zone_of(request)})


@login_required
@require_POST
def tend_answer(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Hide an answer with a reason, or bring it back."""
    found = queries.answer_to_tend(request.user, public_id)
    if found is None:
        raise Http404
    try:
        if request.POST.get("go") == "show":
            actions.show_answer(by=request.user, answer=found)
            messages.success(request, _("Jawaban tampil kembali."))
        else:
            actions.hide_answer(by=request.user, answer=found, reason=request.POST.get("reason", ""))
            messages.success(request, _("Jawaban disembunyikan; penulisnya membaca alasan Anda."))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("learning:discussions", found.enrolment.course.slug)
