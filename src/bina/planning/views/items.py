"""The items of one's own plan: take a proposal, write one, order, drop, begin, finish."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.credentials.queries import form_names
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.journal.queries import history_of
from bina.learning.actions import enrol
from bina.planning import actions, queries
from bina.planning.forms import DoneForm, ItemForm
from bina.planning.rules import ItemState, PlanState, can_edit, quarter_of
from bina.planning.views.own import back_to, own, seen_version, year_of

if TYPE_CHECKING:
    from bina.planning.models import PlanItem


def _year(request: SignedInRequest) -> int:
    return queries.workspace_of(own(request), year_of(request)).year


def _item(request: SignedInRequest, public_id: UUID) -> "PlanItem":
    item = queries.item_visible_to(request.user, public_id)
    if item is None:
        raise Http404
    return item


@login_required
@require_POST
def take_proposal(request: SignedInRequest) -> HttpResponse:
    """Take over one proposal."""
    year = _year(request)
    try:
        item = actions.add_proposal(
            by=request.user, employee=own(request), year=year, key=request.POST.get("key", "")[:120]
        )
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        if item is not None:
            messages.success(request, _("“%(title)s” masuk ke rencana.") % {"title": item.title})
    return back_to(year)


@login_required
@require_POST
def take_all(request: SignedInRequest) -> HttpResponse:
    """Take over every proposal."""
    year = _year(request)
    try:
        items = actions.propose_items(by=request.user, employee=own(request), year=year)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("%(count)s kegiatan masuk ke rencana.") % {"count": len(items)})
    return back_to(year)


@login_required
def add(request: SignedInRequest) -> HttpResponse:
    """Write an activity of one's own; an address may name the course or competency to begin with."""
    employee, year = own(request), _year(request)
    today = clock.today(employee.agency.time_zone)
    initial = {
        "course": request.GET.get("course", ""),
        "competency": request.GET.get("competency", ""),
        "quarter": quarter_of(today) if year == today.year else 1,
    }
    form = ItemForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            plan = actions.start_plan(by=request.user, employee=employee, year=year)
            item = actions.add_item(by=request.user, plan=plan, content=form.content)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("“%(title)s” masuk ke rencana.") % {"title": item.title})
            return back_to(year)
    return render(request, "planning/item_form.html", {"form": form, "year": year, "item": None})


@login_required
def item(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Change one activity, and read what happened to it."""
    found = _item(request, public_id)
    form = ItemForm(request.POST or None, user=request.user, initial=ItemForm.initial_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_item(by=request.user, item=found, content=form.content, seen=seen_version(request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Perubahan tersimpan."))
            return back_to(found.plan.year)
    context = {
        "form": form,
        "year": found.plan.year,
        "item": found,
        "plan": found.plan,
        "seen": request.POST.get("seen", found.plan.version),
        "may_edit": can_edit(found.plan.state),
        "form_names": form_names(found.plan.employee.agency_id),
        "history": list(history_of("plan_item", found.line)[:30]),
    }
    return render(request, "planning/item_form.html", context)


@login_required
@require_POST
def move(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Move an activity one place earlier or later."""
    found = _item(request, public_id)
    step = -1 if request.POST.get("step") == "-1" else 1
    try:
        actions.move_item(by=request.user, item=found, step=step)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect(f"{reverse('planning:mine')}?year={found.plan.year}#item-{found.public_id}")


@login_required
@require_POST
def remove(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Take an activity out; the page offers to put it back."""
    found = _item(request, public_id)
    try:
        actions.remove_item(by=request.user, item=found)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return back_to(found.plan.year)
    return redirect(f"{reverse('planning:mine')}?year={found.plan.year}&dropped={found.public_id}")


@login_required
@require_POST
def restore(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Put a dropped activity back."""
    found = _item(request, public_id)
    try:
        actions.restore_item(by=request.user, item=found)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return back_to(found.plan.year)


@login_required
@require_POST
def begin(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Start the course of an agreed activity and go to its first part."""
    found = _item(request, public_id)
    if found.course is None or found.plan.state != PlanState.APPROVED or found.state == ItemState.DROPPED:
        raise Http404
    enrolment = enrol(
        by=request.user, employee=own(request), course=found.course, origin="plan", origin_id=found.public_id
    )
    return redirect("learning:resume", enrolment.public_id)


@login_required
def done(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Say that an activity outside a course is done."""
    found = _item(request, public_id)
    form = DoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.mark_item_done(by=request.user, item=found, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("“%(title)s” selesai.") % {"title": found.title})
            return back_to(found.plan.year)
    return render(request, "planning/done.html", {"form": form, "item": found, "year": found.plan.year})


@login_required
@require_POST
def reopen(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Take back a “done” that was said by hand."""
    found = _item(request, public_id)
    actions.reopen_item(by=request.user, item=found)
    messages.info(request, _("“%(title)s” dibuka kembali.") % {"title": found.title})
    return back_to(found.plan.year)
