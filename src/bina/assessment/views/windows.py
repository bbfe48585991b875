"""Formal assessments as their organisers see them: the list, one of them with its people, and its steps."""

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.assessment import actions, queries
from bina.assessment.forms.reasons import ReasonForm
from bina.assessment.forms.windows import ClosingForm, WindowForm
from bina.assessment.rules import PARTICIPANT_STATE_NAMES, WindowState
from bina.assessment.views.organising import may_of
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest

if TYPE_CHECKING:
    from bina.assessment.models import AssessmentWindow


def organised(request: SignedInRequest, public_id: UUID) -> "AssessmentWindow":
    """One formal assessment that the visitor organises; else the page does not exist."""
    found = queries.window_organised_by(request.user, public_id)
    if found is None:
        raise Http404
    return found


@login_required
def windows(request: SignedInRequest) -> HttpResponse:
    """Every formal assessment that the account organises, the newest first."""
    if not queries.may_organise(request.user):
        raise Http404
    page = Paginator(queries.windows_with_counts(request.user), 20).get_page(request.GET.get("page"))
    return render(request, "assessment/windows.html", {"page": page, "may": may_of(request), "now": clock.now()})


@login_required
def new_window(request: SignedInRequest) -> HttpResponse:
    """Draw up a formal assessment for one of the units that the account looks after."""
    units = queries.organising_units(request.user)
    wanted = request.POST.get("unit") or request.GET.get("unit")
    unit = units.filter(public_id=wanted).first() if wanted and _is_uuid(wanted) else units.first()
    if unit is None:
        raise Http404
    opens = office_moment(unit.agency.time_zone, days=7, hour=8)
    form = WindowForm(
        request.POST or None, zone=unit.agency.time_zone, blueprints=queries.blueprints_for_windows(unit.agency),
        initial={"opens_at": opens, "closes_at": opens + dt.timedelta(days=4, hours=8)},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            window = actions.create_window(by=request.user, unit=unit, terms=form.terms)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Draf tersimpan. Undang peserta, lalu umumkan."))
            return redirect("assessment:window", public_id=window.public_id)
    context = {"form": form, "unit": unit, "units": list(units[:500]), "window": None}
    return render(request, "assessment/window_form.html", context)


def office_moment(zone: str, *, days: int, hour: int) -> dt.datetime:
    """So many days from now at an hour of the agency's clock; what a form offers first."""
    local = clock.now().astimezone(clock.ZONES[zone]) + dt.timedelta(days=days)
    return local.replace(hour=hour, minute=0, second=0, microsecond=0)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@login_required
def change_window(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Change a draft."""
    window = organised(request, public_id)
    form = WindowForm(
        request.POST or None, zone=window.agency.time_zone, window=window,
        blueprints=queries.blueprints_for_windows(window.agency),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_window(by=request.user, window=window, terms=form.terms)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Perubahan tersimpan."))
            return redirect("assessment:window", public_id=public_id)
    return render(request, "assessment/window_form.html", {"form": form, "unit": window.unit, "window": window})


@login_required
def window(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One formal assessment: how far it is, its people, and what its organiser can do next."""
    found = organised(request, public_id)
    chosen = {name: request.GET.get(name, "")[:60] for name in ("text", "state", "room", "hints")}
    if chosen["room"] not in ("", "none") and not _is_uuid(chosen["room"]):
        chosen["room"] = ""
    rows = queries.participants_of(
        found, text=chosen["text"], state=chosen["state"], room=chosen["room"], hints=bool(chosen["hints"])
    )
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "window": found,
        "zone": found.agency.time_zone,
        "counts": queries.counts_of(found),
        "rooms": list(queries.rooms_of(found)),
        "page": Paginator(rows, 25).get_page(request.GET.get("page")),
        "query": query.urlencode(),
        "chosen": chosen,
        "states": {state.value: str(name) for state, name in PARTICIPANT_STATE_NAMES.items()},
        "runs": found.runs_at(clock.now()),
        "is_draft": found.state == WindowState.DRAFT,
        "is_open": found.state == WindowState.OPEN,
        "closing_form": ClosingForm(zone=found.agency.time_zone, initial={"closes_at": found.closes_at}),
        "reason_form": ReasonForm(),
    }
    return render(request, "assessment/window.html", context)


@login_required
@require_POST
def step(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Announce, close, move the end, or call off."""
    found = organised(request, public_id)
    wanted = request.POST.get("step")
    try:
        if wanted == "announce":
            actions.announce_window(by=request.user, window=found)
            messages.success(request, _("Asesmen diumumkan. Setiap peserta mendapat pemberitahuan."))
        elif wanted == "close":
            actions.close_window(by=request.user, window=found)
            messages.success(
                request, _("Asesmen ditutup. Yang sedang mengerjakan tetap memakai waktunya sampai habis.")
            )
        elif wanted == "cancel":
            actions.cancel_window(by=request.user, window=found, reason=request.POST.get("reason", ""))
            messages.success(request, _("Asesmen dibatalkan."))
        elif wanted == "move":
            form = ClosingForm(request.POST, zone=found.agency.time_zone)
            if form.is_valid():
                actions.move_closing(by=request.user, window=found, closes_at=form.cleaned_data["closes_at"])
                messages.success(request, _("Saat penutupan tersimpan."))
            else:
                messages.warning(request, _("Saat penutupan tidak terbaca; tidak ada yang berubah."))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("assessment:window", public_id=public_id)
