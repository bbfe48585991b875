"""The rooms of a formal assessment: their list, and one as its supervisor sees it: the code, who is in, who is missing."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from bina.assessment import actions, queries
from bina.assessment.forms.windows import RoomForm
from bina.assessment.rules import can_invite
from bina.assessment.views.windows import organised
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest

if TYPE_CHECKING:
    from bina.assessment.models import WindowRoom


@login_required
def rooms(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The rooms with their seats; add one, or fill them with those who have none."""
    window = organised(request, public_id)
    zone = window.agency.time_zone
    adds = request.method == "POST" and request.POST.get("step") != "seat"
    form = RoomForm(request.POST if adds else None, zone=zone, initial={"starts_at": window.opens_at})
    try:
        if adds and form.is_valid():
            actions.add_room(by=request.user, window=window, **form.cleaned_data)
            messages.success(request, _("Ruang tersimpan."))
            return redirect("assessment:rooms", public_id=public_id)
        if request.method == "POST" and not adds:
            count = actions.seat_everybody(by=request.user, window=window)
            messages.success(
                request, ngettext("%(n)s orang mendapat ruang.", "%(n)s orang mendapat ruang.", count) % {"n": count}
            )
            return redirect("assessment:rooms", public_id=public_id)
    except Refused as refusal:
        if adds:
            form.add_error(None, str(refusal))
        else:
            messages.warning(request, str(refusal))
    found = list(queries.rooms_of(window))
    context = {
        "window": window,
        "zone": zone,
        "rooms": found,
        "form": form,
        "unseated": queries.participants_of(window, state="invited", room="none").count(),
        "can_add": window.is_in_rooms and bool(can_invite(window.state)),
    }
    return render(request, "assessment/rooms.html", context)


def _organised_room(request: SignedInRequest, public_id: UUID) -> "WindowRoom":
    found = queries.room_organised_by(request.user, public_id)
    if found is None:
        raise Http404
    return found


@login_required
@never_cache
def room(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One room on its day: the code to show, who is in and who is missing; refreshes by itself and prints as a list."""
    found = _organised_room(request, public_id)
    people = list(queries.people_in(found))
    here = [row for row in people if row.state not in ("invited", "absent")]
    context = {
        "room": found,
        "window": found.window,
        "zone": found.window.agency.time_zone,
        "people": people,
        "present_count": len(here),
        "now": clock.now(),
        "can_change": bool(can_invite(found.window.state)),
    }
    part = "assessment/_room_people.html" if request.htmx else "assessment/room.html"
    return render(request, part, context)


@login_required
@require_POST
def step(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Change the code, or take the room away."""
    found = _organised_room(request, public_id)
    try:
        if request.POST.get("step") == "remove":
            actions.remove_room(by=request.user, room=found)
            messages.success(request, _("Ruang dihapus."))
            return redirect("assessment:rooms", public_id=found.window.public_id)
        actions.renew_room_code(by=request.user, room=found)
        messages.success(request, _("Kode ruang diganti. Yang sudah mulai tidak terganggu."))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("assessment:room", public_id=public_id)
