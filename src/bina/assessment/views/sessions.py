"""Taking a test: one question per page, saved at every step, ended once, told at once."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, push_url, reswap, retarget

from bina.assessment import actions, queries
from bina.assessment.rules import OtherDeviceError, read_answer
from bina.assessment.views.devices import device_of
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest

if TYPE_CHECKING:
    from bina.assessment.models import Session

FIELD = "answer"


def own_session(request: SignedInRequest, public_id: UUID) -> "Session":
    """One's own attempt; when its time is over it is ended here, so that what was saved counts."""
    session = queries.session_visible_to(request.user, public_id)
    if session is None:
        raise Http404
    if session.is_overdue(clock.now()):
        actions.finish_session(by=request.user, session=session)
        messages.warning(request, _("Waktu uji sudah berakhir. Semua jawaban yang tersimpan ikut dihitung."))
    return session


def go_to(request: SignedInRequest, url: str) -> HttpResponse:
    """Send the browser to another page, whether it asked for a page or for a part of one."""
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def is_elsewhere(request: SignedInRequest, own: "Session") -> bool:
    """Whether a formal attempt is being carried on from another device."""
    return own.is_open and bool(own.device) and own.device != device_of(request)


def other_device(request: SignedInRequest, own: "Session", position: int = 0) -> HttpResponse:
    """Say that another device holds the attempt, with a button to carry it on here; an answer that was sent is kept in it."""
    fields = [(name, value) for name, values in request.POST.lists() if name.startswith(FIELD) for value in values]
    context = {"session": own, "position": position, "fields": fields, "zone": zone_of_visitor(request)}
    if request.htmx:
        part = render(request, "assessment/_other_device.html", context)
        return reswap(retarget(part, "#test"), "outerHTML")
    return render(request, "assessment/other_device.html", context)


def note_late(request: SignedInRequest, own: "Session") -> None:
    """An answer to a formal attempt came after its end: that is said, and written in its log."""
    if own.is_formal and request.method == "POST":
        actions.note_late_answer(by=request.user, session=own)
        messages.warning(
            request,
            _("Jawaban terakhir datang sesudah uji berakhir, jadi tidak disimpan. Yang tersimpan sebelumnya dihitung."),
        )


def _result_url(session: "Session") -> str:
    return reverse("assessment:result", args=[session.public_id])


@login_required
@never_cache
def session(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Go on where the answers stop, on whichever device; an ended attempt shows its result."""
    own = own_session(request, public_id)
    if not own.is_open:
        return redirect(_result_url(own))
    if own.blueprint.is_adaptive:
        return redirect("assessment:diagnostic", public_id=public_id)
    answered = queries.answers_of(own)
    position = next((n for n in range(1, own.item_count + 1) if n not in answered), None)
    if position is None:
        return redirect("assessment:review", public_id=public_id)
    return redirect("assessment:question", public_id=public_id, position=position)


@login_required
@never_cache
def question(request: SignedInRequest, public_id: UUID, position: int) -> HttpResponse:
    """One question. Sending it saves the answer and goes on: next, back, to a number, to the overview, or stays."""
    own = own_session(request, public_id)
    if not own.is_open:
        note_late(request, own)
        return go_to(request, _result_url(own))
    if own.blueprint.is_adaptive:
        return go_to(request, reverse("assessment:diagnostic", args=[public_id]))
    version = queries.version_at(own, position)
    if version is None:
        raise Http404
    if request.method != "POST":
        if is_elsewhere(request, own):
            return other_device(request, own, position)
        return render(request, "assessment/session.html", _question_context(request, own, position))
    try:
        actions.answer_item(
            by=request.user,
            session=own,
            position=position,
            answer=read_answer(version.item.kind, version.payload, request.POST, FIELD),
            device=device_of(request),
        )
    except OtherDeviceError:
        return other_device(request, own, position)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return go_to(request, reverse("assessment:session", args=[public_id]))
    return _after_saving(request, own, position)


def _after_saving(request: SignedInRequest, own: "Session", position: int) -> HttpResponse:
    step = request.POST.get("go", "next")
    if step == "stay":
        return render(request, "assessment/_saved.html", {"now": clock.now(), "zone": zone_of_visitor(request)})
    if step == "end" and clock.now() >= own.deadline_at:
        actions.finish_session(by=request.user, session=own)
        return go_to(request, _result_url(own))
    target = {"next": position + 1, "previous": position - 1}.get(step, int(step) if step.isdecimal() else 0)
    if not 1 <= target <= own.item_count:
        return go_to(request, reverse("assessment:review", args=[own.public_id]))
    url = reverse("assessment:question", args=[own.public_id, target])
    if not request.htmx:
        return redirect(url)
    return push_url(render(request, "assessment/_question_page.html", _question_context(request, own, target)), url)


def zone_of_visitor(request: SignedInRequest) -> str:
    """The time zone in which the visitor lives."""
    return request.user.employee.agency.time_zone if request.user.employee else "WIB"


def _question_context(request: SignedInRequest, own: "Session", position: int) -> dict[str, Any]:
    version = queries.version_at(own, position)
    if version is None:
        raise Http404
    actions.note_shown(session=own, position=position, device=device_of(request))
    answers = queries.answers_of(own)
    response = answers.get(position)
    return {
        "session": own,
        "position": position,
        "view": version.shown(own.seed_at(position)),
        "answer": response.answer if response else None,
        "saved_at": response.saved_at if response else None,
        "overview": queries.overview(own, answers=answers),
        "answered_count": len(answers),
        "seconds_left": queries.seconds_left(own, clock.now()),
        "zone": zone_of_visitor(request),
    }


@login_required
@never_cache
def review(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """What is answered and what is not, before one ends the test."""
    own = own_session(request, public_id)
    if not own.is_open:
        return redirect(_result_url(own))
    if own.blueprint.is_adaptive:
        return redirect("assessment:diagnostic", public_id=public_id)
    if is_elsewhere(request, own):
        return other_device(request, own)
    overview = queries.overview(own)
    context = {
        "session": own,
        "overview": overview,
        "open_count": sum(place.state == "open" for place in overview),
        "partly_count": sum(place.state == "partly" for place in overview),
        "seconds_left": queries.seconds_left(own, clock.now()),
        "zone": zone_of_visitor(request),
    }
    return render(request, "assessment/review.html", context)


@login_required
@require_POST
def finish(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """End the test; a second click finds the same result."""
    own = own_session(request, public_id)
    if is_elsewhere(request, own):
        return other_device(request, own)
    actions.finish_session(by=request.user, session=own)
    return redirect(_result_url(own))


@login_required
@never_cache
def result(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """What the test says: levels for a bank's test, score and explanations for a course's own."""
    own = own_session(request, public_id)
    if own.is_open:
        return redirect("assessment:session", public_id=public_id)
    if own.blueprint.is_course_test:
        context = {"session": own, "outcome": queries.course_outcome(own), "zone": zone_of_visitor(request)}
        return render(request, "assessment/result_course.html", context)
    if own.is_formal and (invalid := queries.invalidation_of(own)):
        context = {
            "session": own,
            "invalidation": invalid,
            "part": queries.participation_of_session(own),
            "zone": zone_of_visitor(request),
        }
        return render(request, "assessment/result_invalid.html", context)
    if own.blueprint.is_adaptive:
        context = {"session": own, "outcome": queries.diagnostic_outcome(own), "zone": zone_of_visitor(request)}
        return render(request, "assessment/result_diagnostic.html", context)
    context = {"session": own, "outcome": queries.bank_outcome(own), "zone": zone_of_visitor(request)}
    return render(request, "assessment/result.html", context)
