"""Pathways from the side of those who walk them: finding one, joining, the way, handing in, skipping."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bina.assessment.rules import ACCEPTED, LARGEST_MB, LONGEST_TEXT, MOST_FILES
from bina.foundation.errors import DomainError, Refused
from bina.foundation.requests import SignedInRequest
from bina.learning import actions, queries
from bina.learning.rules import (
    CONFIRMER_NAMES,
    OPEN_TO_LEARNER,
    STEP_KINDS,
    Confirmer,
    CourseState,
    EnrolmentState,
    StepOnWay,
    WorkState,
    way_of,
)
from bina.learning.views.activities import zone_of
from bina.learning.views.works import file_response

if TYPE_CHECKING:
    from bina.learning.models import Journey, Pathway

PAGE_SIZE = 24


@login_required
def pathways(request: SignedInRequest) -> HttpResponse:
    """The pathways on offer, one's own marked."""
    text = request.GET.get("q", "").strip()[:100]
    page = Paginator(queries.pathways_offered(request.user, text), PAGE_SIZE).get_page(request.GET.get("page"))
    own = queries.journeys_of(request.user.employee) if request.user.employee else {}
    context = {
        "page": page,
        "text": text,
        "mine": own,
        "running": [row for row in own.values() if row.state == "started"],
    }
    return render(request, "learning/pathways/catalogue.html", context)


def _pathway(request: SignedInRequest, slug: str) -> "Pathway":
    found = queries.pathway_visible_to(request.user, slug)
    if found is None:
        raise Http404
    return found


def addresses() -> dict[str, Any]:
    """What the templates of the way need to know of the kinds of steps."""
    return {"kinds": STEP_KINDS, "confirmers": CONFIRMER_NAMES, "nobody": Confirmer.NOBODY}


@login_required
def pathway(request: SignedInRequest, slug: str) -> HttpResponse:
    """One pathway: what it holds; for who walks it, where one is and what comes next."""
    found = _pathway(request, slug)
    journey = queries.journey_of(request.user.employee, found)
    version = journey.version if journey else found.current_version
    if version is None:
        raise Http404
    way = queries.way_of_journey(journey) if journey else way_of(version.stages, {})
    context = {
        "pathway": found,
        "version": version,
        "journey": journey,
        "way": way,
        "is_running": journey is not None and journey.state == EnrolmentState.STARTED,
        "is_completed": journey is not None and journey.state == EnrolmentState.COMPLETED,
        "is_withdrawn": journey is not None and journey.state == EnrolmentState.WITHDRAWN,
        "has_newer": version.pk != found.current_version_id and found.state == CourseState.PUBLISHED,
        "may_join": request.user.employee is not None and found.state == CourseState.PUBLISHED,
        "sees_people": queries.may_see_participants(request.user),
        "is_preview": False,
        **addresses(),
    }
    return render(request, "learning/pathways/pathway.html", context)


@login_required
def join_pathway(request: SignedInRequest, slug: str) -> HttpResponse:
    """Join a pathway; opened by its address it shows the pathway."""
    found = _pathway(request, slug)
    if request.method == "POST":
        try:
            journey = actions.join_pathway(by=request.user, pathway=found)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            if journey.steps_done:
                messages.success(
                    request, _("Selamat datang. %(n)s langkah sudah terhitung dari yang Anda selesaikan sebelumnya.")
                    % {"n": journey.steps_done},
                )  # fmt: skip
    return redirect("learning:pathway", slug)


def _own(request: SignedInRequest, public_id: UUID) -> "Journey":
    journey = queries.own_journey(request.user, public_id)
    if journey is None:
        raise Http404
    return journey


@login_required
@require_POST
def leave_pathway(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Stop; what was done is kept."""
    journey = _own(request, public_id)
    try:
        actions.leave_pathway(by=request.user, journey=journey)
        messages.success(request, _("Anda berhenti dari jalur ini. Kemajuan Anda tersimpan."))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("learning:pathway", journey.pathway.slug)


@login_required
@require_POST
def skip_step(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Skip a step by proof."""
    journey = _own(request, public_id)
    try:
        actions.skip_step(by=request.user, journey=journey, key=key)
        messages.success(request, _("Langkah dilewati dengan bukti dari profil Anda."))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("learning:pathway", journey.pathway.slug)


@login_required
def step(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """One step that is handed in: what is asked, what was handed in, what came of it. Other steps live elsewhere."""
    journey = _own(request, public_id)
    found = queries.way_of_journey(journey).find(key)
    if found is None or journey.state == EnrolmentState.WITHDRAWN:
        raise Http404
    kind = STEP_KINDS.get(found.step["kind"])
    if kind is None or kind.confirmed_by is Confirmer.NOBODY:
        return redirect("learning:pathway", journey.pathway.slug)
    if request.method == "POST":
        try:
            _hand_in(request, journey, key)
        except Refused as refusal:
            return _step_page(request, journey, found, error=str(refusal), typed=request.POST.get("text", ""))
        return redirect("learning:step", public_id, key)
    return _step_page(request, journey, found)


def _hand_in(request: SignedInRequest, journey: "Journey", key: str) -> None:
    go = request.POST.get("go", "save")
    asked: dict[str, Any] = {"by": request.user, "journey": journey, "key": key}
    known = queries.own_step_work(journey, key)
    if go == "hand_in" and known is not None and known.state == WorkState.HANDED_IN:
        return  # a second click
    text = request.POST.get("text", "")
    # The words are kept first, whatever becomes of the files.
    actions.save_step_draft(**asked, text=text, remove=go.removeprefix("remove-") if go.startswith("remove-") else "")
    if go.startswith("remove-"):
        messages.success(request, _("Berkas dihapus."))
        return
    actions.save_step_draft(**asked, text=text, uploads=request.FILES.getlist("files"))
    if go == "hand_in":
        actions.hand_in_step(**asked)
        messages.success(request, _("Terkirim. Anda diberi tahu begitu diperiksa."))
    else:
        messages.success(request, _("Draf tersimpan."))


def _step_page(
    request: SignedInRequest, journey: "Journey", found: StepOnWay, *, error: str = "", typed: str | None = None
) -> HttpResponse:
    work = queries.own_step_work(journey, found.key)
    context = {
        "journey": journey,
        "version": journey.version,
        "step": found,
        "kind": STEP_KINDS[found.step["kind"]],
        "confirmer": CONFIRMER_NAMES[STEP_KINDS[found.step["kind"]].confirmed_by],
        "work": work,
        "files": list(work.files.all()) if work else [],
        "is_open": not found.is_finished and not found.lock and (work is None or work.state in OPEN_TO_LEARNER),
        "typed_text": typed if typed is not None else work.text if work else "",
        "error": error,
        "accepted": ACCEPTED,
        "largest_mb": LARGEST_MB,
        "longest_text": LONGEST_TEXT,
        "most_files": MOST_FILES,
        "zone": zone_of(request),
    }
    return render(request, "learning/pathways/step.html", context, status=409 if error else 200)


@login_required
def judge_step(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """What somebody handed in for a step, for those who decide on it."""
    work = queries.step_work_to_read(request.user, public_id)
    if work is None:
        raise Http404
    problem = ""
    if request.method == "POST":
        try:
            actions.decide_step(
                by=request.user, work=work, is_confirmed=request.POST.get("go") == "confirm",
                comment=request.POST.get("comment", ""),
            )  # fmt: skip
            messages.success(request, _("Keputusan Anda tersimpan."))
            return redirect("learning:works")
        except DomainError as refusal:
            problem = str(refusal)
    stages = work.journey.version.stages
    context = {
        "work": work,
        "asked": next(row for stage in stages for row in stage["steps"] if row["key"] == work.step),
        "person": work.journey.employee,
        "files": list(work.files.all()),
        "decides": work.state == WorkState.HANDED_IN and queries.confirms_step_work(request.user, work),
        "comment": request.POST.get("comment", ""),
        "problem": problem,
        "zone": work.journey.employee.agency.time_zone,
    }
    return render(request, "learning/pathways/judge_step.html", context, status=409 if problem else 200)


@login_required
@require_safe
def step_file(request: SignedInRequest, public_id: UUID) -> HttpResponseBase:
    """A file of what was handed in, for those who may open it; pictures in place, everything else saved."""
    file = queries.step_file_visible_to(request.user, public_id)
    if file is None:
        raise Http404
    return file_response(file)
