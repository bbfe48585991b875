"""Who is on a pathway, how far, and what authorised people put right."""

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
from bina.learning.rules import ENROLMENT_STATE_NAMES, EnrolmentState
from bina.learning.views.pathways import addresses

if TYPE_CHECKING:
    from bina.learning.models import Journey


@login_required
def people_on_pathway(request: SignedInRequest, slug: str) -> HttpResponse:
    """The people on a pathway whose progress one may see."""
    found = queries.pathway_visible_to(request.user, slug)
    if found is None or found.current_version is None or not queries.may_see_participants(request.user):
        raise Http404
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:80]
    rows = queries.people_on(request.user, found, state=state, text=text)
    context = {
        "pathway": found,
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "counts": queries.pathway_counts(request.user, found),
        "chosen": {"state": state, "q": text},
        "query": urlencode({name: value for name, value in (("state", state), ("q", text)) if value}),
        "state_names": ENROLMENT_STATE_NAMES,
    }
    return render(request, "learning/pathways/people.html", context)


def _journey(request: SignedInRequest, public_id: UUID) -> "Journey":
    journey = queries.journey_visible_to(request.user, public_id)
    if journey is None:
        raise Http404
    return journey


@login_required
def journey(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One person's way: what is done, when and how; never what was written."""
    return _journey_page(request, _journey(request, public_id))


def _journey_page(request: SignedInRequest, found: "Journey", *, error: str = "") -> HttpResponse:
    way = queries.way_of_journey(found, with_proofs=False)
    context = {
        "journey": found,
        "way": way,
        "state_name": ENROLMENT_STATE_NAMES[EnrolmentState(found.state)],
        "may_repair": queries.may_repair_journey(request.user, found),
        "repairs": history_of("journey", found.public_id).exclude(reason="")[:20],
        "typed": request.POST,
        "error": error,
        **addresses(),
    }
    return render(request, "learning/pathways/journey.html", context, status=409 if error else 200)


@login_required
@require_POST
def repair_step(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Write a step as done for a person, or open it again, with a reason."""
    found = _journey(request, public_id)
    key, reason = request.POST.get("step", "")[:60], request.POST.get("reason", "")[:500]
    if not key:
        return _journey_page(request, found, error=_("Pilih langkahnya terlebih dahulu."))
    try:
        if request.POST.get("go") == "back":
            actions.take_step_back(by=request.user, journey=found, key=key, reason=reason)
            messages.success(request, _("Langkah dibuka kembali."))
        else:
            actions.repair_step(by=request.user, journey=found, key=key, reason=reason)
            messages.success(request, _("Langkah dicatat selesai."))
    except Refused as refusal:
        return _journey_page(request, found, error=str(refusal))
    return redirect("learning:journey", public_id)
