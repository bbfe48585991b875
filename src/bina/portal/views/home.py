"""Home per role, search, and what Bina is."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bina import __version__
from bina.foundation import clock
from bina.foundation.clock import ZONES
from bina.foundation.requests import SignedInRequest
from bina.people.queries import standing_of
from bina.people.rules import Permission
from bina.portal.queries import home as queries


def home(request: HttpRequest) -> HttpResponse:
    """The front door: a welcome for strangers, the best next step for employees, the tools for the rest."""
    if not request.user.is_authenticated:
        return render(request, "portal/welcome.html")
    return _home_of_account(request)  # type: ignore[arg-type]  # signed in from here on


def _home_of_account(request: SignedInRequest) -> HttpResponse:
    user = request.user
    standing = standing_of(user)
    roles = {
        "reports": standing.may(Permission.SEE_REPORTS),
        "leader": standing.may(Permission.SEE_LEADER_PAGE),
        "courses": standing.may(Permission.MANAGE_COURSES),
        "platform": standing.may(Permission.MANAGE_PLATFORM),
    }
    if user.employee is None:
        return render(request, "portal/home_of_account.html", {"roles": roles})
    employee = user.employee
    hour = clock.now().astimezone(ZONES.get(employee.agency.time_zone, ZONES["WIB"])).hour
    context = {"employee": employee, "hour": hour, "home": queries.home_of(user, employee), "roles": roles}
    return render(request, "portal/home.html", context)


@login_required
def search(request: SignedInRequest) -> HttpResponse:
    """Find people (as far as one may see them), courses and competencies."""
    text = request.GET.get("q", "")[:100]
    return render(request, "portal/search.html", {"text": text, "found": queries.search(request.user, text)})


def about(request: HttpRequest) -> HttpResponse:
    """What Bina is, its licence, and its accessibility statement."""
    return render(request, "portal/about.html", {"version": __version__})
