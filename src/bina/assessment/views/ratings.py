"""Rating behaviour, area by area: the marks are kept as one goes, and count once they are sent."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.assessment import actions, queries
from bina.assessment.rules import SCALE, Relation
from bina.assessment.views.home import employee_of
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest

if TYPE_CHECKING:
    from bina.people.models import Employee


@login_required
def self_rating(request: SignedInRequest) -> HttpResponse:
    """Rate one's own behaviour at work."""
    return _rating_page(request, employee_of(request), Relation.SELF, reverse("assessment:self_rating"))


@login_required
def rate(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Rate a direct subordinate."""
    employee = queries.rateable_by(request.user, public_id)
    if employee is None:
        raise Http404
    return _rating_page(request, employee, Relation.SUPERIOR, reverse("assessment:rate", args=[public_id]))


def _rating_page(request: SignedInRequest, employee: "Employee", relation: Relation, url: str) -> HttpResponse:
    sheet = queries.rating_sheet(request.user, employee, relation, everything=request.GET.get("all") == "1")
    if request.method == "POST":
        return _save(request, employee, relation, url, sheet)
    step = request.GET.get("step", "")
    area = sheet.area(step)
    context = {
        "employee": employee,
        "relation": relation.value,
        "is_self": relation is Relation.SELF,
        "sheet": sheet,
        "area": area,
        "address": url,
        "scale": SCALE,
        "suffix": "&all=1" if sheet.everything else "",
    }
    if step == "send":
        return render(request, "assessment/rating_send.html", context)
    return render(request, "assessment/rating.html" if area else "assessment/rating_start.html", context)


def _save(
    request: SignedInRequest, employee: "Employee", relation: Relation, url: str, sheet: queries.RatingSheet
) -> HttpResponse:
    suffix = "&all=1" if sheet.everything else ""
    area = sheet.area(request.GET.get("step", ""))
    if area is not None:
        actions.save_rating_draft(by=request.user, employee=employee, relation=relation, answers=marks_in(request.POST))
        if request.POST.get("go") == "stay":
            return render(request, "assessment/_saved.html", {"now": clock.now(), "zone": employee.agency.time_zone})
        following = sheet.step_after(area) if request.POST.get("go") != "previous" else sheet.step_before(area)
        return redirect(f"{url}?step={following}{suffix}")
    if request.POST.get("go") != "send":
        raise Http404
    try:
        rating = actions.submit_rating(
            by=request.user, employee=employee, relation=relation, answers=sheet.answers_to_send
        )
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect(f"{url}?step=send{suffix}")
    messages.success(request, _("Penilaian terkirim dan sudah diperhitungkan dalam tingkat kompetensi."))
    return redirect("assessment:rating", public_id=rating.public_id)


def marks_in(sent: QueryDict) -> dict[str, dict[str, int | None]]:
    """The marks in a sent form: fields are named ``m-<competency>-<level>``, “x” means “cannot judge yet”."""
    marks: dict[str, dict[str, int | None]] = {}
    for name, value in sent.items():
        parts = name.split("-")
        if len(parts) == 3 and parts[0] == "m" and value in {"0", "1", "2", "3", "x"}:
            marks.setdefault(parts[1], {})[parts[2]] = None if value == "x" else int(str(value))
    return marks


@login_required
def rating(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The levels that a sent rating says: for the rated person and the rater; single marks stay with the rater."""
    found = queries.rating_visible_to(request.user, public_id)
    if found is None:
        raise Http404
    context: dict[str, Any] = {
        "rating": found,
        "lines": queries.rating_lines(found),
        "is_own": found.employee_id == request.user.employee_id,
        "zone": employee_of(request).agency.time_zone,
    }
    return render(request, "assessment/rating_result.html", context)


@login_required
def to_rate(request: SignedInRequest) -> HttpResponse:
    """Who waits for a rating by the account's person."""
    employee_of(request)
    return render(request, "assessment/to_rate.html", {"people": queries.people_to_rate(request.user)})
