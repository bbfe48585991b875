"""Videos: what a person wants to be played, and what authors have made of them."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.foundation.requests import SignedInRequest
from bina.learning import actions, queries
from bina.learning.rules import LightState, played_parts

if TYPE_CHECKING:
    from bina.learning.models import Activity, ActivityProgress, CourseVersion


def playing_context(request: SignedInRequest, found: "Activity", row: "ActivityProgress | None") -> dict[str, Any]:
    """What the page of a video or a recording needs: what can be played, and which parts were."""
    played = {"played": played_parts(found.payload, row.evidence if row else {})}
    if found.kind != "video":
        return played
    saves_data = request.headers.get("Save-Data", "").lower() == "on"
    return {**played, "playback": queries.playback_of(request.user, found, saves_data=saves_data)}


def videos_context(version: "CourseVersion | None") -> dict[str, Any]:
    """What the page of a course's author says about its videos."""
    files = list(queries.videos_of(version)) if version else []
    lights = {file.stored_id: file.stored.light for file in files if hasattr(file.stored, "light")}
    return {
        "videos": files,
        "video_version": version,
        "lights": lights,
        "lights_to_ask": any(
            file.stored_id not in lights or lights[file.stored_id].state == LightState.FAILED for file in files
        ),
        "can_make_light": actions.video_tools() is not None,
    }


@login_required
@require_POST
def choose_playing(request: SignedInRequest) -> HttpResponse:
    """Remember what a person wants to be played, and go back to the video."""
    actions.choose_playing(by=request.user, playing=request.POST.get("playing", "")[:20])
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("learning:mine")
    return redirect(f"{back}#putar")


@login_required
@require_POST
def make_light(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Ask for light versions of the videos of a version, also of those that could not be made before."""
    version = queries.managed_version(request.user, public_id)
    if version is None:
        raise Http404
    count = actions.request_light_videos(by=request.user, version=version, again=True)
    if count:
        messages.success(request, _("%(n)s video menunggu giliran dibuatkan versi hemat.") % {"n": count})
    else:
        messages.success(request, _("Versi hemat semua video sudah ada, atau sedang dibuat."))
    return redirect("learning:manage", version.course.slug)
