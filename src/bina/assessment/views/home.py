"""What can I measure now: tests with their next dates, ratings, results so far."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from bina.assessment import actions, queries
from bina.foundation import clock
from bina.foundation.requests import SignedInRequest

if TYPE_CHECKING:
    from bina.people.models import Employee


def employee_of(request: SignedInRequest) -> "Employee":
    """The person behind the account; accounts without one measure nothing."""
    if request.user.employee is None:
        raise Http404
    return request.user.employee


@login_required
def home(request: SignedInRequest) -> HttpResponse:
    """Everything that can be measured now, with duration, last result and next date."""
    employee_of(request)
    desk = queries.desk_of(request.user)
    context = {"desk": desk, "tasks": desk.tasks, "judging": desk.judging, "today": clock.today()}
    return render(request, "assessment/home.html", context)


@login_required
def history(request: SignedInRequest) -> HttpResponse:
    """All of one's own attempts and the ratings that were sent about oneself."""
    employee = employee_of(request)
    context = {
        "page": Paginator(queries.sessions_of(employee), 20).get_page(request.GET.get("page")),
        "ratings": list(queries.ratings_of(employee)[:50]),
    }
    return render(request, "assessment/history.html", context)


@login_required
def measure(request: SignedInRequest, competency_id: UUID) -> HttpResponse:
    """The short check of one competency; the way here is the profile's “measure”."""
    employee_of(request)
    blueprint = queries.short_check_of(request.user, competency_id)
    if blueprint is None:
        return redirect("assessment:home")
    return redirect("assessment:test", public_id=blueprint.public_id)


@login_required
def test(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Before a test: what awaits one, in calm words; sending the form begins it or goes on with it."""
    employee = employee_of(request)
    blueprint = queries.blueprint_visible_to(request.user, public_id)
    if blueprint is None:
        raise Http404
    if request.method == "POST":
        session = actions.start_session(by=request.user, employee=employee, blueprint=blueprint)
        return redirect("assessment:session", public_id=session.public_id)
    context = {
        "blueprint": blueprint,
        "minutes": queries.minutes_for(employee, blueprint.minutes),
        "offer": queries.offer_of(request.user, blueprint),
        "today": clock.today(),
    }
    return render(request, "assessment/test.html", context)
