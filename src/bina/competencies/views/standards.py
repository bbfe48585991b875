"""Pages of the standards of jobs."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bina.competencies import actions, queries
from bina.competencies.forms import NATIONAL, ReasonForm, StandardForm
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest


@login_required
def standards(request: SignedInRequest) -> HttpResponse:
    """The standards of every job class, as the own agency sees them."""
    if not queries.may_manage_standards(request.user):
        raise Http404
    return render(request, "competencies/standards.html", {"job_classes": queries.classes_with_counts(request.user)})


@login_required
def standards_of_class(request: SignedInRequest, code: str) -> HttpResponse:
    """What one job class asks for; agency HR sets its agency's level from a day on, platform administrators everybody's."""
    job_class = queries.job_class_by_code(code)
    if job_class is None or not queries.may_manage_standards(request.user):
        raise Http404
    agency = request.user.employee.agency if request.user.employee else None
    agency_id, today = agency.pk if agency else None, clock.today()
    may_set_national = queries.may_set_national_standards(request.user)
    families = queries.standards_by_family(code, agency_id, today)
    owners = [("agency", agency.short_name)] if agency else []
    if may_set_national:
        owners.append((NATIONAL, _("semua instansi (standar nasional)")))
    form = StandardForm(
        request.POST or None, competencies=queries.competencies_to_require(agency_id), owners=owners,
        families=[name for name in families if name], initial={"valid_from": today, "weight": 3},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "owner"}
        try:
            actions.set_standard(
                by=request.user, agency=None if form.is_national else agency, job_class=job_class, **given
            )
        except Refused as refusal:
            form.add_error("required_level", str(refusal))
        else:
            messages.success(request, _("Standar disimpan. Tingkat pegawai dihitung ulang di latar belakang."))
            return redirect("competencies:standards_of_class", code=code)
    context = {
        "job_class": job_class,
        "rows": families.pop(""),
        "families": families,
        "to_come": queries.standards_to_come(code, agency_id, today),
        "form": form,
        "has_owner": bool(owners),
        "owner": owners[0][1] if len(owners) == 1 else "",
        "may_set_national": may_set_national,
    }
    return render(request, "competencies/standards_of_class.html", context)


@login_required
def end_standard(request: SignedInRequest, standard_id: int) -> HttpResponse:
    """End a row: an agency's own at once, so that the national one holds again; a national one with a reason."""
    row = (
        queries.standards_visible_to(request.user)
        .filter(pk=standard_id)
        .select_related("job_class", "competency", "agency")
        .first()
    )
    if row is None or not queries.may_manage_standards(request.user):
        raise Http404
    if row.agency is not None:
        if request.method != "POST":
            raise Http404
        actions.end_standard(by=request.user, standard=row, reason=_("Kembali ke standar nasional"))
        messages.success(request, _("Standar instansi diakhiri; standar nasional berlaku kembali."))
        return redirect("competencies:standards_of_class", code=row.job_class_id)
    if not queries.may_set_national_standards(request.user):
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_standard(by=request.user, standard=row, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(
                request, _("Standar nasional itu diakhiri. Tingkat pegawai dihitung ulang di latar belakang.")
            )
            return redirect("competencies:standards_of_class", code=row.job_class_id)
    return render(request, "competencies/end_standard.html", {"row": row, "form": form})
