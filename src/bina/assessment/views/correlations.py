"""The analyst's page of how competencies go together: in use and estimated side by side, adopting, and going back."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.assessment import actions, queries
from bina.assessment.models import CorrelationEstimate
from bina.assessment.rules.adaptive import GENERAL, WITHIN_AREA
from bina.assessment.views.calibration import CERTAIN, chosen_bank
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest

PAIRS_AT_ONCE = 15


@login_required
def correlations(request: SignedInRequest) -> HttpResponse:
    """What adaptive tests of a bank believe beside the latest estimate; sending the form asks for a new one."""
    banks, bank = chosen_bank(request)
    if request.method == "POST":
        asked = next((row for row in banks if row.code == request.POST.get("bank")), None)
        if asked is None:
            raise Http404
        actions.request_correlation_estimate(by=request.user, bank=asked)
        return redirect(f"{reverse('assessment:correlations')}?bank={asked.code}")
    runs = list(queries.correlation_estimates(request.user).filter(bank=bank)[:20])
    done = next((run for run in runs if run.state == CorrelationEstimate.State.DONE), None)
    rows = list(queries.correlation_rows(bank))
    current = queries.correlations_in_force(bank)
    found = queries.correlation_page(bank, current, done)
    context = {
        "banks": banks,
        "bank": bank,
        "latest": runs[0] if runs else None,
        "estimate": done,
        "current": current,
        "past": [row for row in rows if current is None or row.pk != current.pk],
        "is_adopted": done is not None and current is not None and current.estimate_id == done.pk,
        "found": found,
        "page": Paginator(found.pairs if found else (), PAIRS_AT_ONCE).get_page(request.GET.get("page")),
        "reach": CERTAIN,
        "small": queries.small_count,
        "across": GENERAL,
        "within": GENERAL + WITHIN_AREA,
    }
    return render(request, "assessment/correlations.html", context)


@login_required
def progress(request: SignedInRequest) -> HttpResponse:
    """How far the latest estimate of a bank is; the page asks every second and is sent on when it is over."""
    _banks, bank = chosen_bank(request)
    run = queries.correlation_estimates(request.user).filter(bank=bank).first()
    if run is None or run.progress is None:
        raise Http404
    response = render(request, "assessment/_correlations_progress.html", {"progress": run.progress, "bank": bank})
    if run.progress.is_over:
        response.headers["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def change(request: SignedInRequest) -> HttpResponse:
    """Let new attempts believe an estimate, or what was believed before, with a reason."""
    banks, bank = chosen_bank(request)
    reason = request.POST.get("reason", "")[:300]
    try:
        identity = UUID(request.POST.get("which", ""))
    except ValueError as error:
        raise Http404 from error
    try:
        if request.POST.get("step") == "restore":
            row = queries.correlation_rows(bank).filter(public_id=identity).first()
            if row is None:
                raise Http404
            actions.restore_correlations(by=request.user, row=row, reason=reason)
        else:
            estimate = queries.correlation_estimate_visible_to(request.user, identity)
            if estimate is None or estimate.bank not in banks:
                raise Http404
            actions.adopt_correlations(by=request.user, estimate=estimate, reason=reason)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(
            request,
            _("Disimpan. Dipakai oleh uji adaptif yang dimulai sejak sekarang; yang sudah berjalan tidak berubah."),
        )
    return redirect(f"{reverse('assessment:correlations')}?bank={bank.code}")
