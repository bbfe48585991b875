"""Pages of the dictionaries of competencies."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render

from bina.competencies import queries
from bina.competencies.rules import FrameworkState
from bina.foundation.requests import SignedInRequest


@login_required
def frameworks(request: SignedInRequest) -> HttpResponse:
    """The dictionaries of competencies in use."""
    context = {
        "frameworks": queries.frameworks_visible_to(request.user),
        "may_keep": queries.may_keep_frameworks(request.user),
    }
    return render(request, "competencies/frameworks.html", context)


@login_required
def framework(request: SignedInRequest, code: str) -> HttpResponse:
    """One dictionary: areas, competencies, what each level looks like."""
    found = queries.frameworks_visible_to(request.user).filter(code=code).first()
    if found is None:
        raise Http404
    agency_id = request.user.employee.agency_id if request.user.employee else None
    context = {
        "framework": found,
        "areas": queries.area_list(found, agency_id),
        "levels": list(found.levels.all()),
        "may_add": queries.may_manage_standards(request.user)
        and agency_id is not None
        and found.level_count > 0
        and found.state == FrameworkState.PUBLISHED,
        "may_keep": queries.may_keep_frameworks(request.user),
        "retired": list(queries.retired_competencies(found, agency_id)),
        "fed_by": queries.feeding(found),
    }
    return render(request, "competencies/framework.html", context)


@login_required
def competency(request: SignedInRequest, competency_id: UUID) -> HttpResponse:
    """One competency: what it means and what each level looks like at work."""
    agency_id = request.user.employee.agency_id if request.user.employee else None
    found = queries.competency_by_public_id(competency_id, agency_id)
    if found is None:
        raise Http404
    context = {
        "competency": found,
        "descriptors": list(queries.descriptors_of(found)),
        "may_change": found.agency_id is not None
        and found.retired_on is None
        and queries.own_competency(request.user, competency_id) is not None,
    }
    return render(request, "competencies/competency.html", context)
