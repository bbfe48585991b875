"""The adaptive test: begun with one click, one small request for each question, a result that is one's own."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from bina.assessment import actions, queries
from bina.assessment.rules import OtherDeviceError, read_answer
from bina.assessment.views.devices import device_of
from bina.assessment.views.home import employee_of
from bina.assessment.views.sessions import (
    FIELD,
    go_to,
    is_elsewhere,
    note_late,
    other_device,
    own_session,
    zone_of_visitor,
)
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest

if TYPE_CHECKING:
    from bina.assessment.models import Session


@login_required
@require_POST
def begin(request: SignedInRequest) -> HttpResponse:
    """Begin the digital diagnostic, or go on with it; where it was taken lately the last result is shown."""
    employee = employee_of(request)
    blueprint = queries.diagnostics().first()
    if blueprint is None:
        raise Http404
    try:
        session = actions.start_session(by=request.user, employee=employee, blueprint=blueprint)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("assessment:home")
    return redirect("assessment:diagnostic", public_id=session.public_id)


@login_required
@never_cache
def diagnostic(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The question the test waits at. Sending it keeps the answer and brings the next one, or the result."""
    own = own_session(request, public_id)
    if not own.blueprint.is_adaptive:
        return redirect("assessment:session", public_id=public_id)
    problem = ""
    if not own.is_open:
        note_late(request, own)
    elif is_elsewhere(request, own):
        return other_device(request, own, _sent_position(request))
    elif request.method == "POST":
        try:
            own = _answered(request, own)
        except OtherDeviceError:
            return other_device(request, own, _sent_position(request))
        except Refused as refusal:
            problem = str(refusal)
            own.refresh_from_db(fields=["state", "form"])
    if not own.is_open:
        return go_to(request, reverse("assessment:result", args=[public_id]))
    if request.method == "POST" and not request.htmx and not problem:
        return redirect("assessment:diagnostic", public_id=public_id)
    position, version = queries.latest_place(own)
    actions.note_shown(session=own, position=position, device=device_of(request))
    context = {
        "session": own,
        "position": position,
        "most": queries.length_of(own.blueprint).most,
        "view": version.shown(own.seed_at(position)),
        "seconds_left": queries.seconds_left(own, clock.now()),
        "zone": zone_of_visitor(request),
        "problem": problem,
    }
    part = "assessment/_diagnostic_question.html" if request.htmx else "assessment/diagnostic.html"
    return render(request, part, context)


def _answered(request: SignedInRequest, own: "Session") -> "Session":
    """The attempt after the sent answer; Refused when nothing was chosen."""
    position = _sent_position(request)
    place, version = queries.latest_place(own)
    answer = None
    if position == place and request.POST.get("go") != "unknown":
        answer = read_answer(version.item.kind, version.payload, request.POST, FIELD)
        if answer is None:
            raise Refused(_("Pilih atau isi jawaban dahulu, atau tekan “Saya tidak tahu”."))
    return actions.answer_and_go_on(
        by=request.user, session=own, position=position, answer=answer, device=device_of(request)
    )


def _sent_position(request: SignedInRequest) -> int:
    sent = request.POST.get("position", "")
    return int(sent) if sent.isdecimal() and len(sent) < 4 else 0


@login_required
@require_POST
def adopt(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Make one's own result evidence; a second click changes nothing."""
    own = own_session(request, public_id)
    try:
        actions.adopt_result(by=request.user, session=own)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Hasil Anda sudah masuk profil. Atasan melihat tingkatnya, tidak jawabannya."))
    return redirect("assessment:result", public_id=public_id)
