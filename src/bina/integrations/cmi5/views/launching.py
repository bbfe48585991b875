"""Opening a unit, giving its session the token, and saying beside it how far one is."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from bina.foundation.requests import SignedInRequest
from bina.integrations.cmi5 import actions
from bina.integrations.cmi5.actions import Doorway, Launch
from bina.learning.queries import outline_of, part_of_learner, part_of_version, progress_in, readable_version

if TYPE_CHECKING:
    from bina.learning.models import Activity, Enrolment


def unit_in(version_id: int, key: str) -> "Activity":
    """The activity of this kind at a place of a version; anything else is “not found”."""
    found = part_of_version(version_id, key, {"cmi5"})
    if found is None:
        raise Http404
    return found


def own_place(request: SignedInRequest, public_id: UUID, key: str) -> "tuple[Enrolment, Activity]":
    """The learner's own enrolment and the activity of this kind in it; anything else is “not found”."""
    found = part_of_learner(request.user, public_id, key, {"cmi5"})
    if found is None:
        raise Http404
    return found


def _doorway(request: HttpRequest, back: str) -> Doorway:
    return Doorway(request.build_absolute_uri("/").rstrip("/"), request.build_absolute_uri(back))


def _to_unit(launch: Launch) -> HttpResponse:
    response = HttpResponseRedirect(launch.url)
    response.headers["Cache-Control"] = "no-store"
    # The address of a unit carries what opens its session; other servers learn it from nobody but the browser.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@login_required
@require_safe
@xframe_options_sameorigin
def start(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Open the unit in the frame or window that asks for it; whatever was open before ends."""
    enrolment, found = own_place(request, public_id, key)
    in_frame = found.payload.get("in_frame", True)
    back = reverse("cmi5:returned") if in_frame else reverse("cmi5:returned_to", args=[public_id, key])
    doorway = _doorway(request, back)
    return _to_unit(actions.start_unit(by=request.user, enrolment=enrolment, activity=found, doorway=doorway))


@login_required
@require_safe
@xframe_options_sameorigin
def preview(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Open the unit to look around in it; no result is taken."""
    version = readable_version(request.user, public_id)
    if version is None:
        raise Http404
    doorway = _doorway(request, reverse("cmi5:returned"))
    return _to_unit(actions.preview_unit(by=request.user, activity=unit_in(version.pk, key), doorway=doorway))


@login_required
@require_safe
def state(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """How far the learner is with the unit, asked again and again while it is open."""
    enrolment, found = own_place(request, public_id, key)
    progress = progress_in(enrolment, found)
    outline = outline_of(enrolment.version, enrolment.progress_marks, key, scores=enrolment.facts.get("scores", {}))
    context = {
        "enrolment": enrolment, "activity": found, "evidence": progress.evidence if progress else {},
        "is_done": outline.here is not None and outline.here.state == "done", "outline": outline,
        "base": reverse("learning:resume", args=[enrolment.public_id]),
    }  # fmt: skip
    return render(request, "cmi5/_state.html", context)


@csrf_exempt
def fetch(request: HttpRequest, key: str) -> HttpResponse:
    """Give the token of a session away, once (section 8.2). No cookie is read; the address itself is the right."""
    if request.method == "OPTIONS":
        response: HttpResponse = HttpResponse(status=204)
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
    elif request.method != "POST":
        response = HttpResponse(status=405)
        response.headers["Allow"] = "POST"
    else:
        found = actions.fetch_token(fetch_key=key)
        told = {"error-code": found.code, "error-text": found.sentence} if found.code else {"auth-token": found.token}
        response = JsonResponse(told)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
@xframe_options_sameorigin
def returned(request: HttpRequest, public_id: UUID | None = None, key: str = "") -> HttpResponse:
    """Where a unit leads at its end: in a frame of ours only words, in a window of its own the way back.

    Says nothing about anybody, so it asks nobody who they are: a closed frame could not tell.
    """
    back = reverse("learning:activity", args=[public_id, key]) if public_id else ""
    return render(request, "cmi5/returned.html", {"back": back})
