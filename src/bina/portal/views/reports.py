"""Reports: the dashboard of HR, the leader's page, the team of a superior, and their tables as workbooks."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify

from bina.competencies.rules import Status
from bina.foundation import clock
from bina.foundation.requests import SignedInRequest, workbook_reply
from bina.foundation.spreadsheets import Sheet
from bina.people.queries import leads_anyone
from bina.people.rules import Permission
from bina.portal.queries import reports as queries


def _place(request: SignedInRequest, permission: Permission) -> queries.ReportPlace:
    place = queries.report_place(request.user, permission, request.GET.get("unit", ""))
    if place is None:
        raise Http404
    return place


def _workbook(sheet: Sheet | None, *words: object) -> HttpResponse:
    if sheet is None:
        raise Http404
    return workbook_reply("-".join(slugify(str(word)) for word in ("bina", *words) if word), sheet)


@login_required
def dashboard(request: SignedInRequest) -> HttpResponse:
    """Where a unit stands: gaps, hours, plans and learning, down the tree."""
    place = _place(request, Permission.SEE_REPORTS)
    area = queries.area_asked_for(request.GET.get("area", ""))
    context = {
        "dashboard": queries.dashboard_of(place, area),
        "view": "table" if request.GET.get("view") == "table" else "map",
    }
    return render(request, "portal/dashboard.html", context)


@login_required
def dashboard_table(request: SignedInRequest, table: str) -> HttpResponse:
    """A table of the dashboard as a workbook."""
    place = _place(request, Permission.SEE_REPORTS)
    area = queries.area_asked_for(request.GET.get("area", ""))
    return _workbook(queries.dashboard_table(queries.dashboard_of(place, area), table), table, place.unit.label)


@login_required
def dashboard_people(request: SignedInRequest) -> HttpResponse:
    """The people behind a cell of the gap map, for those who may see levels there."""
    place = _place(request, Permission.SEE_REPORTS)
    if not place.may_see_people:
        raise Http404
    competency = queries.competency_asked_for(request.GET.get("competency", ""), place.unit.agency_id)
    if competency is None:
        raise Http404
    only_own = request.GET.get("own") == "1"
    if request.GET.get("format") == "xlsx":
        return _workbook(
            queries.people_table(place.unit, competency, only_own_staff=only_own), competency.code, place.unit.label
        )
    context = {
        "place": place,
        "competency": competency,
        "only_own": only_own,
        "page": queries.page_against_standard(place.unit, competency, request.GET.get("page"), only_own_staff=only_own),
        "status_word": lambda status: Status(status).word,
    }
    return render(request, "portal/dashboard_people.html", context)


@login_required
def leader(request: SignedInRequest) -> HttpResponse:
    """Did it work: one screen for the head of an agency."""
    return render(
        request, "portal/leader.html", {"page": queries.leader_page(_place(request, Permission.SEE_LEADER_PAGE))}
    )


@login_required
def leader_table(request: SignedInRequest, table: str) -> HttpResponse:
    """A table of the leader's page as a workbook."""
    place = _place(request, Permission.SEE_LEADER_PAGE)
    return _workbook(queries.leader_table(queries.leader_page(place), table), "pimpinan", table, place.unit.label)


@login_required
def team(request: SignedInRequest) -> HttpResponse:
    """Who needs me today, and where everybody in my team stands."""
    superior = request.user.employee
    if superior is None or not leads_anyone(superior):
        raise Http404
    year = clock.today(superior.agency.time_zone).year
    page = Paginator(queries.team_members(superior), queries.PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    shown = queries.members(list(page.object_list), year)
    context = {"page": page, "members": shown, "needed": queries.needed_today(request.user, shown), "year": year}
    return render(request, "portal/team.html", context)


@login_required
def team_table(request: SignedInRequest) -> HttpResponse:
    """The whole team as a workbook."""
    superior = request.user.employee
    if superior is None or not leads_anyone(superior):
        raise Http404
    return _workbook(
        queries.team_table(superior, clock.today(superior.agency.time_zone).year), "tim", superior.unit.label
    )
