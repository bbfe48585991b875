"""Pages of an agency's own competencies: adding one, better words, retiring."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bina.competencies import actions, queries
from bina.competencies.forms import LocalCompetencyForm, ReasonForm
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest

if TYPE_CHECKING:
    from bina.competencies.models import Competency


@login_required
def add(request: SignedInRequest, area_id: UUID) -> HttpResponse:
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


def _own(request: SignedInRequest, competency_id: UUID) -> "Competency":
    found = queries.own_competency(request.user, competency_id)
    if found is None:
        raise Http404
    return found


@login_required
def change(request: SignedInRequest, competency_id: UUID) -> HttpResponse:
    """Put an own competency and its levels into better words."""
    competency = _own(request, competency_id)
    lines = {f"level_{line.number}": line.descriptor for line in queries.descriptors_of(competency)}
    start = {"name": competency.name, "name_en": competency.name_en, "description": competency.description, **lines}
    form = LocalCompetencyForm(
        request.POST or None, level_count=competency.framework.level_count, with_code=False, initial=start
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.change_local_competency(
                by=request.user, competency=competency, name=data["name"], name_en=data["name_en"],
                description=data["description"], descriptors=form.descriptors(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Kata-kata kompetensi ini disimpan."))
            return redirect("competencies:competency", competency_id=competency.public_id)
    return render(request, "competencies/change_local.html", {"form": form, "competency": competency})


@login_required
def retire(request: SignedInRequest, competency_id: UUID) -> HttpResponse:
    """Offer an own competency no more, with a reason; what was measured stays."""
    competency = _own(request, competency_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.retire_local_competency(by=request.user, competency=competency, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("Kompetensi ini tidak ditawarkan lagi. Bukti dan riwayatnya tetap ada."))
            return redirect("competencies:competency", competency_id=competency.public_id)
    return render(request, "competencies/retire_local.html", {"form": form, "competency": competency})
