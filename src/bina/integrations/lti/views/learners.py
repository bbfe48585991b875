"""Pages of those who learn: going to a tool, a tool inside a page of ours, and what it reported."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.integrations.lti import actions, queries
from bina.integrations.lti.rules import LTI, can_open_tool
from bina.learning.queries import part_of_learner, part_of_version, participant_visible_to, readable_version

if TYPE_CHECKING:
    from bina.integrations.lti.models import Tool
    from bina.learning.models import Activity, Enrolment

FRAME_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'; frame-src 'self' https:"
)


def _part_in(version_id: int, key: str) -> "Activity":
    found = part_of_version(version_id, key, {LTI.code})
    if found is None:
        raise Http404
    return found


def _own_part(request: SignedInRequest, public_id: UUID, key: str) -> "tuple[Enrolment, Activity]":
    found = part_of_learner(request.user, public_id, key, {LTI.code})
    if found is None:
        raise Http404
    return found


@login_required
@never_cache
@require_safe
def start(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Go to the tool of a part: in this tab, or on a page of ours around it where course and tool both want that."""
    enrolment, found = _own_part(request, public_id, key)
    tool = queries.tool_for(enrolment.employee.agency_id, found.payload["tool"])
    context = {"enrolment": enrolment, "activity": found, "tool": tool}
    verdict = can_open_tool(tool.state if tool else None)
    if tool is None or not verdict:
        return render(request, "lti/closed.html", context | {"sentence": verdict.sentence}, status=409)
    is_framed = tool.may_frame and found.payload["opens"] == "frame" and request.GET.get("in") != "window"
    if not is_framed:
        try:
            return redirect(actions.open_tool(by=request.user, enrolment=enrolment, activity=found))
        except Refused as refusal:
            return render(request, "lti/closed.html", context | {"sentence": str(refusal)}, status=409)
    response = render(request, "lti/frame.html", context)
    response.headers["Content-Security-Policy"] = f"{FRAME_POLICY} {_origins(tool)}".strip()
    return response


def _origins(tool: "Tool") -> str:
    """The hosts of a tool that are let through without https, which only demos have."""
    addresses = [tool.login_url, tool.launch_url, *tool.redirect_uris]
    found = {f"{urlsplit(one).scheme}://{urlsplit(one).netloc}" for one in addresses if one.startswith("http://")}
    return " ".join(sorted(found))


@login_required
@never_cache
@require_safe
@xframe_options_sameorigin
def inside(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """The way to the tool inside the frame of our page."""
    enrolment, found = _own_part(request, public_id, key)
    try:
        return redirect(actions.open_tool(by=request.user, enrolment=enrolment, activity=found, in_frame=True))
    except Refused as refusal:
        return render(request, "lti/refusal.html", {"sentence": str(refusal)}, status=409)


@login_required
@never_cache
@require_safe
def trial(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """An author or a reviewer looks at the tool of a part, as instructor."""
    version = readable_version(request.user, public_id)
    if version is None:
        raise Http404
    found = _part_in(version.pk, key)
    return redirect(actions.try_tool(by=request.user, version=version, activity=found))


@login_required
@require_safe
def results(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """What a tool reported of a learner in one part: for the learner, and for those who help."""
    enrolment = participant_visible_to(request.user, public_id)
    if enrolment is None:
        raise Http404
    found = _part_in(enrolment.version_id, key)
    context = {
        "enrolment": enrolment,
        "activity": found,
        "results": list(queries.results_for(enrolment, key)),
        "launches": list(queries.launches_of(enrolment, found.pk)[:20]),
        "is_own": request.user.employee_id == enrolment.employee_id,
        "zone": enrolment.employee.agency.time_zone,
    }
    return render(request, "lti/results.html", context)
