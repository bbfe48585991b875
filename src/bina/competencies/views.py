"""Pages about what people can do: the profile, the reasons, the dictionaries, the standards of jobs."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.competencies import actions, queries
from bina.competencies.forms import DecisionForm, LocalCompetencyForm, StandardForm, StatementForm
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.people.queries import is_superior_of

if TYPE_CHECKING:
    from bina.people.models import Employee


def _own(request: SignedInRequest) -> "Employee":
    if request.user.employee is None:
        raise Http404
    return request.user.employee


@login_required
def profile(request: SignedInRequest) -> HttpResponse:
    """One's own levels against the standard of the job."""
    return _profile_page(request, _own(request))


@login_required
def profile_of(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The levels of somebody whom the account may see: levels only, never answers."""
    employee = queries.profile_visible_to(request.user, public_id)
    if employee is None:
        raise Http404
    return _profile_page(request, employee)


def _profile_page(request: SignedInRequest, employee: "Employee") -> HttpResponse:
    view = request.GET.get("view", "")
    overlays = queries.overlays()
    chosen = next((framework for framework in overlays if framework.code == view), None)
    is_own = request.user.employee_id == employee.pk
    context = {
        "employee": employee,
        "is_own": is_own,
        "may_rate": not is_own
        and request.user.employee is not None
        and is_superior_of(request.user.employee, employee),
        "overlays": overlays,
        "chosen": chosen,
        "overlay_lines": queries.overlay_of(employee, chosen) if chosen else [],
        "profile": queries.profile_of(employee),
        "groups": [] if chosen else queries.profile_groups(employee),
        "match": queries.job_person_match_of(employee),
    }
    return render(request, "competencies/profile.html", context)


@login_required
def reason(request: SignedInRequest, competency_id: UUID) -> HttpResponse:
    """Why one's own level is what it is."""
    return _reason_page(request, _own(request), competency_id)


@login_required
def reason_of(request: SignedInRequest, public_id: UUID, competency_id: UUID) -> HttpResponse:
    """Why somebody's level is what it is, for those who may see it."""
    employee = queries.profile_visible_to(request.user, public_id)
    if employee is None:
        raise Http404
    return _reason_page(request, employee, competency_id)


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
        "appeals": list(queries.appeals_of(employee, competency)[:3]),
    }
    return render(request, "competencies/reason.html", context)


@login_required
def request_review(request: SignedInRequest, competency_id: UUID) -> HttpResponse:
    """Ask for one's own level to be looked at again; what was typed stays when it says too little."""
    employee = _own(request)
    competency = queries.competency_by_public_id(competency_id, employee.agency_id)
    if competency is None:
        raise Http404
    form = StatementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.request_review(
                by=request.user, employee=employee, competency=competency, statement=form.cleaned_data["statement"]
            )
        except Refused as refusal:
            form.add_error("statement", str(refusal))
        else:
            messages.success(request, _("Permintaan terkirim. Anda diberi tahu begitu diputuskan."))
            return redirect("competencies:reason", competency_id=competency_id)
    return render(request, "competencies/request_review.html", {"form": form, "competency": competency})


@login_required
@require_POST
def withdraw_review(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Take one's own request back."""
    appeal = queries.own_appeal(request.user, public_id)
    if appeal is None:
        raise Http404
    try:
        actions.withdraw_review(by=request.user, appeal=appeal)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("competencies:reason", competency_id=appeal.competency.public_id)


@login_required
def reviews(request: SignedInRequest) -> HttpResponse:
    """Requests to look at a level again, for those who decide; the open ones first."""
    if not queries.may_review_levels(request.user):
        raise Http404
    page = Paginator(queries.appeals_to_decide(request.user), 25).get_page(request.GET.get("page"))
    return render(request, "competencies/reviews.html", {"page": page})


@login_required
def decide_review(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One request with the evidence behind the level; pieces that do not hold can be taken out, with a reason."""
    appeal = queries.appeal_to_decide(request.user, public_id)
    if appeal is None:
        raise Http404
    form = DecisionForm(request.POST or None)
    chosen = request.POST.getlist("withdrawn")
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide_review(by=request.user, appeal=appeal, reason=form.cleaned_data["reason"], withdrawn=chosen)
        except Refused as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("Keputusan tersimpan dan pegawai diberi tahu."))
            return redirect("competencies:reviews")
    context = {
        "appeal": appeal,
        "form": form,
        "chosen": chosen,
        "evidence": list(queries.evidence_in_question(appeal)),
        "line": queries.level_of(appeal.employee, appeal.competency),
        "source_names": queries.source_names(),
    }
    return render(request, "competencies/decide_review.html", context)


@login_required
def frameworks(request: SignedInRequest) -> HttpResponse:
    """The dictionaries of competencies in use."""
    return render(request, "competencies/frameworks.html", {"frameworks": queries.frameworks_visible_to(request.user)})


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
        "may_add": queries.may_manage_standards(request.user) and agency_id is not None and found.level_count > 0,
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
    context = {"competency": found, "descriptors": list(queries.descriptors_of(found))}
    return render(request, "competencies/competency.html", context)


@login_required
def add_local(request: SignedInRequest, area_id: UUID) -> HttpResponse:
    """Add a competency that only the own agency uses."""
    area = queries.area_by_public_id(area_id)
    if area is None or not queries.may_manage_standards(request.user) or request.user.employee is None:
        raise Http404
    form = LocalCompetencyForm(request.POST or None, level_count=area.framework.level_count)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            added = actions.add_local_competency(
                by=request.user,
                agency=request.user.employee.agency,
                area=area,
                code=data["code"],
                name=data["name"],
                name_en=data["name_en"],
                description=data["description"],
                descriptors=form.descriptors(),
            )
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            messages.success(
                request, _("Kompetensi “%(name)s” ditambahkan untuk instansi Anda.") % {"name": added.name}
            )
            return redirect("competencies:framework", code=area.framework.code)
    return render(request, "competencies/add_local.html", {"form": form, "area": area})


@login_required
def standards(request: SignedInRequest) -> HttpResponse:
    """The standards of every job class, as the own agency sees them."""
    if not queries.may_manage_standards(request.user):
        raise Http404
    return render(request, "competencies/standards.html", {"job_classes": queries.classes_with_counts(request.user)})


@login_required
def standards_of_class(request: SignedInRequest, code: str) -> HttpResponse:
    """What one job class asks for; the agency's HR may set its own level from a day on."""
    job_class = queries.job_class_by_code(code)
    if job_class is None or not queries.may_manage_standards(request.user):
        raise Http404
    agency = request.user.employee.agency if request.user.employee else None
    choices = queries.competencies_to_require(agency.pk if agency else None)
    start = {"valid_from": clock.today(), "weight": 3}
    form = StandardForm(request.POST or None, competencies=choices, initial=start)
    if request.method == "POST" and agency is not None and form.is_valid():
        try:
            actions.set_standard(by=request.user, agency=agency, job_class=job_class, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("required_level", str(refusal))
        else:
            messages.success(request, _("Standar disimpan. Tingkat pegawai dihitung ulang di latar belakang."))
            return redirect("competencies:standards_of_class", code=code)
    rows = queries.standards_of_class(code, agency.pk if agency else None, clock.today())
    context = {"job_class": job_class, "rows": rows, "form": form, "agency": agency}
    return render(request, "competencies/standards_of_class.html", context)


@login_required
def end_standard(request: SignedInRequest, standard_id: int) -> HttpResponse:
    """End an agency's own row, so that the national one holds again."""
    row = (
        queries.standards_visible_to(request.user)
        .filter(pk=standard_id)
        .select_related("job_class", "competency")
        .first()
    )
    if row is None or request.method != "POST":
        raise Http404
    actions.end_standard(by=request.user, standard=row, reason=_("Kembali ke standar nasional"))
    messages.success(request, _("Standar instansi diakhiri; standar nasional berlaku kembali."))
    return redirect("competencies:standards_of_class", code=row.job_class_id)
