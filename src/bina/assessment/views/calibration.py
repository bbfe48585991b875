"""The analyst's room: calibrations of a bank, what they found, and putting them to use."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.assessment import actions, queries
from bina.assessment.forms import ReasonForm
from bina.assessment.models import CalibrationRun
from bina.competencies.queries import published_framework
from bina.design.pictures import curve_picture
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest


@login_required
def calibrations(request: SignedInRequest) -> HttpResponse:
    """Every calibration of the banks that the account keeps; sending the form asks for a new one."""
    banks = queries.banks_managed_by(request.user)
    if not banks:
        raise Http404
    if request.method == "POST":
        bank = next((row for row in banks if row.code == request.POST.get("bank")), None)
        if bank is None:
            raise Http404
        run = actions.request_calibration(by=request.user, bank=bank)
        return redirect("assessment:calibration", public_id=run.public_id)
    context = {"banks": banks, "runs": list(queries.runs_visible_to(request.user)[:50])}
    return render(request, "assessment/calibrations.html", context)


def _run(request: SignedInRequest, public_id: UUID) -> CalibrationRun:
    found = queries.run_visible_to(request.user, public_id)
    if found is None:
        raise Http404
    return found


@login_required
def calibration(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One calibration: how far it is, what it found item by item, and how precisely the bank measures along the levels."""
    run = _run(request, public_id)
    context = {"run": run, "form": ReasonForm(), "is_waiting": run.state == CalibrationRun.State.WAITING}
    if run.lines:
        level_count = published_framework(run.bank.framework_code).level_count
        levels, told = queries.bank_information([line["version"] for line in run.lines], level_count)
        context |= {
            "lines": queries.lines_of_run(run),
            "precision": curve_picture(
                levels.tolist(), told.tolist(), label=_("Informasi bank soal per tingkat"), ticks=range(level_count + 1)
            ),
        }
    context["short"] = queries.short_of_run(run)
    return render(request, "assessment/calibration.html", context)


@login_required
def progress(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """How far a calibration is; the page asks every second and is sent on when it is over."""
    run = _run(request, public_id)
    response = render(request, "assessment/_calibration_progress.html", {"run": run})
    if run.state != CalibrationRun.State.WAITING:
        response.headers["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def decide(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Put a calibration to use, or take it back, with a reason."""
    run = _run(request, public_id)
    reason = request.POST.get("reason", "")
    try:
        if request.POST.get("step") == "roll_back":
            actions.roll_back_calibration(by=request.user, run=run, reason=reason)
            messages.success(request, _("Parameter sebelumnya dipakai kembali."))
        else:
            actions.publish_calibration(by=request.user, run=run, reason=reason)
            messages.success(
                request, _("Parameter baru dipakai mulai sekarang. Hasil uji yang sudah ada tidak berubah.")
            )
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("assessment:calibration", public_id=public_id)
