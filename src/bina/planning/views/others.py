"""Plans of others: a superior reads and decides, HR reads and sets the season."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.competencies.queries import profile_of
from bina.credentials.queries import form_names
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.journal.queries import history_of
from bina.people.queries import agencies_visible_to, standing_of
from bina.people.rules import Permission
from bina.planning import actions, queries
from bina.planning.forms import CycleForm
from bina.planning.rules import STATE_NAMES, ItemState, PlanState, offered_years
from bina.planning.views.own import (
    back_to,
    by_quarter,
    own,
    print_page,
    seen_version,
    total_hours,
    year_of,
)

if TYPE_CHECKING:
    from bina.planning.models import IndividualPlan


def _plan(request: SignedInRequest, public_id: UUID) -> "IndividualPlan":
    plan = queries.plan_visible_to(request.user, public_id)
    if plan is None:
        raise Http404
    return plan


@login_required
def plan(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One plan to read, with the decision for whom it waits. One's own plan opens on its own page."""
    found = _plan(request, public_id)
    if found.employee_id == request.user.employee_id and found.is_live:
        return back_to(found.year)
    return _plan_page(request, found)


def _plan_page(
    request: SignedInRequest, found: "IndividualPlan", *, comment: str = "", problem: str = "", status: int = 200
) -> HttpResponse:
    items = queries.lines_of(found)
    in_force = queries.plan_in_force(found.employee, found.year)
    waits = found.state == PlanState.SUBMITTED
    context = {
        "plan": found,
        "employee": found.employee,
        "items": items,
        "quarters": by_quarter(items),
        "total": total_hours(items),
        "done_count": sum(1 for item in items if item.state == ItemState.DONE),
        "differences": queries.differences_of(items, queries.lines_of(in_force))
        if in_force and in_force != found
        else None,
        "lines": {line.competency_id: line for line in profile_of(found.employee).lines},
        "form_names": form_names(found.employee.agency_id),
        "may_decide": waits and queries.verdict_to_decide(request.user, found.employee),
        "history": list(history_of("plan", found.public_id)[:30]),
        "comment": comment,
        "problem": problem,
    }
    return render(request, "planning/plan.html", context, status=status)


@login_required
@require_POST
def decide(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Approve the plan or send it back with words; what was typed stays when the decision is refused."""
    found = _plan(request, public_id)
    comment = request.POST.get("comment", "")[:2000]
    seen = seen_version(request)
    try:
        if request.POST.get("decision") == "return":
            actions.return_plan(by=request.user, plan=found, comment=comment, seen=seen)
            messages.info(request, _("Rencana dikembalikan kepada %(name)s beserta catatan Anda.")
                          % {"name": found.employee.courteous_name})  # fmt: skip
        else:
            actions.approve_plan(by=request.user, plan=found, comment=comment, seen=seen)
            messages.success(request, _("Rencana %(name)s disetujui.") % {"name": found.employee.courteous_name})
    except Refused as refusal:
        fresh = _plan(request, public_id)
        return _plan_page(request, fresh, comment=comment, problem=str(refusal), status=409)
    return redirect("planning:team") if request.user.employee else redirect("planning:plan", found.public_id)


@login_required
def print_plan(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Somebody's plan as an official sheet."""
    found = _plan(request, public_id)
    return print_page(request, found, queries.lines_of(found), found.employee)


@login_required
def team(request: SignedInRequest) -> HttpResponse:
    """The plans of one's direct subordinates: those that wait first, then everyone."""
    employee = own(request)
    today = clock.today(employee.agency.time_zone)
    years = offered_years(today)
    asked = year_of(request)
    year = asked if asked in years else today.year
    page = Paginator(queries.team_members(employee), 25).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": queries.team_of(list(page.object_list), year),
        "waiting": list(queries.plans_waiting_for(request.user)[:20]),
        "year": year,
        "years": years,
    }
    return render(request, "planning/team.html", context)


@login_required
def staff(request: SignedInRequest) -> HttpResponse:
    """Plans of the people in one's care, by state and name."""
    if not standing_of(request.user).may(Permission.SEE_PLANS):
        raise Http404
    year = year_of(request) or clock.today().year
    state = request.GET.get("state", "")
    text = request.GET.get("q", "")[:80]
    people = queries.staff_with_plans(request.user, year=year, state=state, text=text)
    page = Paginator(people, 25).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": queries.team_of(list(page.object_list), year),
        "year": year,
        "state": state,
        "text": text,
        "states": [(s.value, STATE_NAMES[s]) for s in (PlanState.SUBMITTED, PlanState.APPROVED, PlanState.RETURNED)],
        "agency": agencies_visible_to(request.user, Permission.MANAGE_STANDARDS).first(),
    }
    return render(request, "planning/staff.html", context)


@login_required
def cycle(request: SignedInRequest, year: int) -> HttpResponse:
    """From when to when the agency accepts first plans of a year."""
    agency = agencies_visible_to(request.user, Permission.MANAGE_STANDARDS).first()
    employee = request.user.employee
    if employee is not None and agency is not None:
        agency = agencies_visible_to(request.user, Permission.MANAGE_STANDARDS).filter(pk=employee.agency_id).first()
    if agency is None or not 2020 <= year <= 2100:
        raise Http404
    found = queries.cycle_of(agency.pk, year)
    initial = {"opens_on": found.opens_on, "closes_on": found.closes_on} if found else {}
    form = CycleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_cycle(by=request.user, agency=agency, year=year, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("closes_on", str(refusal))
        else:
            messages.success(request, _("Masa penyusunan rencana tersimpan."))
            return redirect("planning:staff")
    return render(request, "planning/cycle.html", {"form": form, "year": year, "agency": agency})
