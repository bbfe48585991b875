"""One's own plan: write it, send it, print it."""

from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.competencies.queries import profile_of
from bina.credentials.queries import form_names, hours_of, terms_of
from bina.credentials.rules import RequirementKind
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest, workbook_reply
from bina.foundation.spreadsheets import Sheet
from bina.people.queries import leads_anyone, superior_of
from bina.planning import actions, queries
from bina.planning.forms import read_uuid
from bina.planning.rules import ITEM_STATE_NAMES, ItemState, PlanState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bina.people.models import Employee
    from bina.planning.models import IndividualPlan, PlanItem
    from bina.planning.queries import ItemLine


def own(request: SignedInRequest) -> "Employee":
    """The employee behind the account; accounts without one have no plan."""
    if request.user.employee is None:
        raise Http404
    return request.user.employee


def year_of(request: HttpRequest) -> int | None:
    """The year asked for, from the address or a hidden field."""
    text = request.POST.get("year", "") or request.GET.get("year", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None


def back_to(year: int) -> HttpResponse:
    """To one's own plan of a year."""
    return redirect(f"{reverse('planning:mine')}?year={year}")


def by_quarter(items: "Sequence[ItemLine]") -> "list[tuple[int, list[ItemLine]]]":
    """Items under the quarters that have any."""
    groups: dict[int, list[ItemLine]] = {}
    for item in items:
        groups.setdefault(item.quarter, []).append(item)
    return sorted(groups.items())


def total_hours(items: "Sequence[ItemLine]") -> Decimal:
    """Hours that a plan holds."""
    return sum((item.hours for item in items), Decimal(0))


@login_required
def mine(request: SignedInRequest) -> HttpResponse:
    """One's plan of a year: what is agreed or in the making, and what could still be planned."""
    employee = own(request)
    space = queries.workspace_of(employee, year_of(request))
    items = space.items
    is_writing = space.plan is None or PlanState(space.plan.state) in {PlanState.DRAFT, PlanState.RETURNED}
    profile = profile_of(employee) if is_writing else None
    terms = terms_of(employee.agency_id, employee.employment_type, space.year)
    requirement = terms.requirement
    running = [item for item in items if item.course_id and item.state == ItemState.RUNNING]
    waiting = [item for item in items if item.course_id and item.state == ItemState.PLANNED]
    context = {
        "employee": employee,
        "space": space,
        "plan": space.plan,
        "items": items,
        "quarters": by_quarter(items),
        "total": total_hours(items),
        "requirement": requirement,
        "is_floor": requirement is not None and requirement.kind is RequirementKind.FLOOR_YEAR,
        "proposals": queries.proposals_for(employee, space.year, profile=profile, items=items, forms=terms.forms())
        if profile
        else [],
        "remeasurements": queries.remeasurements_for(employee, profile, items) if profile else (),
        "unmeasured": profile.unmeasured_count if profile else 0,
        "is_writing": is_writing,
        "differences": queries.differences_of(items, space.items_in_force)
        if space.in_force and space.plan != space.in_force
        else None,
        "superior": superior_of(employee) if space.plan and space.plan.state == PlanState.SUBMITTED else None,
        "form_names": terms.names(),
        "next_item": next(iter(running + waiting), None),
        "done_count": sum(1 for item in items if item.state == ItemState.DONE),
        "leads": leads_anyone(employee),
        "dropped": _just_dropped(request),
    }
    return render(request, "planning/mine.html", context)


def _just_dropped(request: SignedInRequest) -> "PlanItem | None":
    """The activity that was just taken out, so that the page can offer it back."""
    public_id = read_uuid(request.GET.get("dropped", ""))
    found = queries.item_visible_to(request.user, public_id) if public_id else None
    return found if found and found.state == ItemState.DROPPED else None


def _own_plan(request: SignedInRequest, public_id: UUID) -> "IndividualPlan":
    plan = queries.plan_visible_to(request.user, public_id)
    if plan is None or plan.employee_id != own(request).pk:
        raise Http404
    return plan


def seen_version(request: HttpRequest) -> int | None:
    """The version on the person's screen, from the hidden field of the form."""
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


@login_required
@require_POST
def submit(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Send the plan to the superior."""
    plan = _own_plan(request, public_id)
    try:
        actions.submit_plan(by=request.user, plan=plan, seen=seen_version(request))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Rencana diajukan. Anda akan diberi tahu saat atasan memutuskan."))
    return back_to(plan.year)


@login_required
@require_POST
def withdraw(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Take the plan back to change it."""
    plan = _own_plan(request, public_id)
    try:
        actions.withdraw_plan(by=request.user, plan=plan)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.info(request, _("Rencana ditarik kembali dan dapat diubah."))
    return back_to(plan.year)


@login_required
@require_POST
def revise(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Begin a change of the approved plan."""
    plan = _own_plan(request, public_id)
    actions.revise_plan(by=request.user, plan=plan)
    return back_to(plan.year)


@login_required
@require_POST
def discard(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Give up a change that was not sent."""
    plan = _own_plan(request, public_id)
    try:
        left = actions.discard_revision(by=request.user, plan=plan)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.info(
            request,
            _("Perubahan dibatalkan; rencana yang disetujui tetap berlaku.") if left else _("Draf rencana dihapus."),
        )
    return back_to(plan.year)


@login_required
def print_mine(request: SignedInRequest) -> HttpResponse:
    """One's plan of a year as an official sheet."""
    space = queries.workspace_of(own(request), year_of(request))
    if space.plan is None:
        raise Http404
    return print_page(request, space.plan, space.items, own(request))


def print_page(
    request: SignedInRequest, plan: "IndividualPlan", items: "Sequence[ItemLine]", employee: "Employee"
) -> HttpResponse:
    """The sheet with room for two signatures."""
    context = {
        "plan": plan,
        "employee": employee,
        "items": items,
        "total": total_hours(items),
        "superior": plan.approver if plan.state == PlanState.APPROVED else superior_of(employee),
        "form_names": form_names(employee.agency_id),
    }
    return render(request, "planning/print.html", context)


@login_required
def table(request: SignedInRequest) -> HttpResponse:
    """One's plan of a year as a workbook."""
    employee = own(request)
    space = queries.workspace_of(employee, year_of(request))
    if space.plan is None:
        raise Http404
    items = space.items
    names = form_names(employee.agency_id)
    header = [
        _("Triwulan"), _("Kegiatan"), _("Kompetensi"), _("Tingkat sasaran"), _("Bentuk pengembangan"), _("JP"),
        _("Keadaan"), _("Alasan"),
    ]  # fmt: skip
    rows = (
        [
            item.quarter, item.title, item.competency, item.target_level,
            names.get(item.form_code, item.form_code), float(item.hours), str(ITEM_STATE_NAMES[ItemState(item.state)]),
            item.reason,
        ]
        for item in items
    )  # fmt: skip
    notes = [_("Keadaan rencana: %(state)s") % {"state": space.plan.get_state_display()}]
    return workbook_reply(
        f"rencana-{space.year}-{employee.full_name}",
        Sheet(_("Rencana %(year)s") % {"year": space.year}, header, rows, notes),
    )


@login_required
def planned_hours(request: SignedInRequest) -> HttpResponse:
    """What the plan still holds, for the page of hours: a part of a page, and a page of its own without scripts."""
    employee = own(request)
    space = queries.workspace_of(employee, year_of(request))
    plan = space.in_force or space.plan
    items = space.items_in_force if space.in_force else space.items
    waiting = [item for item in items if item.state != ItemState.DONE]
    context = {
        "space": space,
        "plan": plan,
        "waiting": waiting,
        "total": total_hours(waiting),
        "standing": hours_of(employee, space.year),
    }
    return render(request, "planning/_planned_hours.html", context)
