"""Sitting a formal assessment: what is said beforehand, the beginning, and what became of it."""

import datetime as dt
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
from bina.assessment.rules import read_answer
from bina.assessment.views.devices import device_of, new_device, remember_device
from bina.assessment.views.home import employee_of
from bina.assessment.views.sessions import FIELD, go_to, own_session
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest

if TYPE_CHECKING:
    from bina.assessment.models import Session


@login_required
@never_cache
def formal(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """What counts, what is recorded, who sees what; sending the form begins the attempt or carries it on here."""
    employee = employee_of(request)
    part = queries.participant_of(request.user, public_id)
    if part is None:
        raise Http404
    problem, device = "", device_of(request) or new_device()
    if request.method == "POST":
        try:
            begun = actions.begin_formal_attempt(
                by=request.user, participant=part, device=device, agreed="agreed" in request.POST,
                code=request.POST.get("code", "")[:40],
            )  # fmt: skip
        except Refused as refusal:
            problem = str(refusal)
            part = queries.participant_of(request.user, public_id) or part
        else:
            return remember_device(request, redirect("assessment:session", public_id=begun.public_id), device)
    session = part.session
    if session is not None and session.is_overdue(clock.now()):
        actions.finish_session(by=request.user, session=session)
    window, blueprint = part.window, part.window.blueprint
    context = {
        "participant": part,
        "window": window,
        "session": session,
        "zone": employee.agency.time_zone,
        "minutes": queries.minutes_for(employee, blueprint.minutes),
        "allowance": queries.time_allowance_of(employee),
        "most": queries.length_of(blueprint).most if blueprint.is_adaptive else blueprint.item_count,
        "verdict": queries.may_begin(part, employee.agency.time_zone),
        "left": max(0, queries.attempts_allowed(part) - queries.attempts_used(part)),
        "invalidation": queries.invalidation_of(session) if session else None,
        "log": queries.log_summary(session) if session else None,
        "problem": problem,
        "typed": {"code": request.POST.get("code", "")[:40], "agreed": "agreed" in request.POST},
    }
    return render(request, "assessment/formal.html", context)


@login_required
@require_POST
def take_over(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Carry an open attempt on from this device; an answer typed here is kept unless the other device has answered since."""
    own = own_session(request, public_id)
    device = device_of(request) or new_device()
    held_since = actions.take_device(by=request.user, session=own, device=device)
    sent = request.POST.get("position", "")
    position = int(sent) if sent.isdecimal() and len(sent) < 4 else 0
    if own.is_open and position:
        _keep_answer(request, own, position, device, held_since)
    url = reverse("assessment:session", args=[public_id])
    if own.is_open and not own.blueprint.is_adaptive and 1 <= position <= own.item_count:
        url = reverse("assessment:question", args=[public_id, position])
    return remember_device(request, go_to(request, url), device)


def _keep_answer(
    request: SignedInRequest, own: "Session", position: int, device: str, held_since: dt.datetime | None
) -> None:
    version = queries.version_at(own, position)
    answer = read_answer(version.item.kind, version.payload, request.POST, FIELD) if version else None
    if answer is None:
        return
    saved = queries.answers_of(own).get(position)
    if saved is not None and held_since is not None and saved.saved_at >= held_since:
        messages.warning(
            request,
            _("Soal %(n)s sudah dijawab di perangkat lain. Jawaban itu yang tersimpan; ubah di sini bila perlu.")
            % {"n": position},
        )
        return
    try:
        if own.blueprint.is_adaptive:
            actions.answer_and_go_on(by=request.user, session=own, position=position, answer=answer, device=device)
        else:
            actions.answer_item(by=request.user, session=own, position=position, answer=answer, device=device)
    except Refused as refusal:
        messages.warning(request, str(refusal))


@login_required
@require_POST
def report(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The browser noticed that the screen was left or is back; nothing is answered, whatever it sends."""
    session = queries.session_visible_to(request.user, public_id)
    if session is None:
        raise Http404
    actions.report_event(
        by=request.user, session=session, kind=request.POST.get("kind", "")[:20], device=device_of(request)
    )
    return HttpResponse(status=204)
