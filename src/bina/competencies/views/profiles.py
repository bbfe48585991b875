"""Pages of a profile: the picture against the standard, and why a level is what it is."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render

from bina.competencies import queries
from bina.competencies.rules import TESTED_KINDS, Source
from bina.foundation.requests import SignedInRequest, workbook_reply
from bina.people.queries import is_superior_of, standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.competencies.models import Framework
    from bina.people.models import Employee

# What a person can still bring about; the best of them is advised where a level is uncertain.
WAYS = (Source.TEST.value, Source.SUPERIOR_RATING.value)


def own_employee(request: SignedInRequest) -> "Employee":
    """The person who is signed in; not found for an account without one."""
    if request.user.employee is None:
        raise Http404
    return request.user.employee


def visible_employee(request: SignedInRequest, public_id: UUID) -> "Employee":
    """The person whose levels the account may see; not found otherwise."""
    employee = queries.profile_visible_to(request.user, public_id)
    if employee is None:
        raise Http404
    return employee


# Where a person can look up what a piece of evidence came from: pages of the rooms above, by name.
ORIGIN_PAGES = {"practical_work": "assessment:work", "work_product": "assessment:product"}


@login_required
def profile(request: SignedInRequest) -> HttpResponse:
    """One's own levels against the standard of the job."""
    return _profile_page(request, own_employee(request))


@login_required
def profile_of(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The levels of somebody whom the account may see: levels only, never answers."""
    return _profile_page(request, visible_employee(request, public_id))


@login_required
def profile_table(request: SignedInRequest) -> HttpResponse:
    """One's own profile as a workbook."""
    return _workbook(request, own_employee(request))


@login_required
def profile_table_of(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Somebody's profile as a workbook, for those who may see it."""
    return _workbook(request, visible_employee(request, public_id))


def _workbook(request: SignedInRequest, employee: "Employee") -> HttpResponse:
    _overlays, chosen = _overlays_and_chosen(request)
    sheet = queries.profile_sheet(employee, chosen)
    if sheet is None:
        raise Http404
    return workbook_reply(f"bina-profil-{employee.full_name}", sheet)


def _overlays_and_chosen(request: SignedInRequest) -> "tuple[list[Framework], Framework | None]":
    """In whose words a profile can be read, and the one that the address names."""
    view = request.GET.get("view", "")
    overlays = queries.overlays()
    return overlays, next((framework for framework in overlays if framework.code == view), None)


def _profile_page(request: SignedInRequest, employee: "Employee") -> HttpResponse:
    overlays, chosen = _overlays_and_chosen(request)
    is_own = request.user.employee_id == employee.pk
    profile = queries.profile_of(employee)
    context = {
        "employee": employee,
        "is_own": is_own,
        "may_rate": not is_own
        and request.user.employee is not None
        and is_superior_of(request.user.employee, employee),
        "sees_staff": standing_of(request.user).may_in(Permission.SEE_STAFF, employee.unit.path),
        "overlays": overlays,
        "chosen": chosen,
        "overlay_lines": queries.overlay_of(employee, chosen) if chosen else [],
        "profile": profile,
        "groups": [] if chosen else queries.profile_groups(profile),
        "match": queries.job_person_match(profile),
    }
    return render(request, "competencies/profile.html", context)


@login_required
def reason(request: SignedInRequest, competency_id: UUID) -> HttpResponse:
    """Why one's own level is what it is."""
    return _reason_page(request, own_employee(request), competency_id)


@login_required
def reason_of(request: SignedInRequest, public_id: UUID, competency_id: UUID) -> HttpResponse:
    """Why somebody's level is what it is, for those who may see it."""
    return _reason_page(request, visible_employee(request, public_id), competency_id)


def _reason_page(request: SignedInRequest, employee: "Employee", competency_id: UUID) -> HttpResponse:
    competency = queries.competency_by_public_id(competency_id, employee.agency_id)
    if competency is None:
        raise Http404
    context = {
        "employee": employee,
        "is_own": request.user.employee_id == employee.pk,
        "competency": competency,
        "reason": queries.reason_of(employee, competency),
        "descriptors": list(queries.descriptors_of(competency)),
        "source_names": queries.source_names(),
        "origin_pages": ORIGIN_PAGES,
        "tested_kinds": TESTED_KINDS,
        "appeals": list(queries.appeals_of(employee, competency)[:3]),
        "may_ask": queries.may_ask_for_review(employee, competency),
        "outlook": queries.outlook_of(employee, competency, WAYS),
    }
    return render(request, "competencies/reason.html", context)
