"""The page of the trust in sources of evidence: what is assumed, what overlapping evidence says, adopting and going back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.competencies import actions, queries
from bina.competencies.models import SourceEstimate
from bina.competencies.queries import SourceTrust
from bina.design.formats import number
from bina.design.level_pictures import range_picture
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest

REACH = 1.645  # standard errors on both sides of a 90 % interval


def _allowed(request: SignedInRequest) -> None:
    if not queries.may_see_trust(request.user):
        raise Http404


@login_required
def sources(request: SignedInRequest) -> HttpResponse:
    """Every source beside the latest estimate; sending the form asks for a new one."""
    _allowed(request)
    if request.method == "POST":
        actions.request_source_estimate(by=request.user)
        return redirect("competencies:sources")
    runs = list(queries.estimates()[:20])
    done = next((run for run in runs if run.state == SourceEstimate.State.DONE), None)
    recomputing = queries.latest_recomputing()
    context = {
        "rows": [(row, *_pictures(row)) for row in queries.trust_page(done)],
        "latest": runs[0] if runs else None,
        "estimate": done,
        "recomputing": recomputing if recomputing and not recomputing.is_over else None,
        "may_change": queries.may_change_trust(request.user),
        "reach": REACH,
    }
    return render(request, "competencies/sources.html", context)


def _pictures(trust: SourceTrust) -> tuple[str, str]:
    """The bias and the spread of a source as pictures, beside what is assumed of it."""

    def picture(name: str, start: float, end: float, assumed: float, words: str) -> str:
        line: dict[str, Any] = trust.line or {}
        is_known = trust.has_estimate and not (name == "spread" and trust.row.is_floor)
        value, reach = (line[name], REACH * line[f"{name}_error"]) if is_known else (None, 0.0)
        label = _("%(words)s: dipakai %(assumed)s") % {"words": words, "assumed": number(assumed, 2)}
        if value is not None:
            label += _("; taksiran %(value)s ± %(reach)s") % {"value": number(value, 2), "reach": number(reach, 2)}
        low, high = (None, None) if value is None else (value - reach, value + reach)
        return range_picture(value, low, high, assumed=assumed, start=start, end=end, label=label)

    return (
        picture("bias", -1.0, 1.0, trust.row.bias, _("Kecenderungan")),
        picture("spread", 0.0, 1.5, trust.row.standard_deviation, _("Ketelitian")),
    )


@login_required
def sources_progress(request: SignedInRequest) -> HttpResponse:
    """How far the running estimate or computation is; the page asks every second and is sent on when it is over."""
    _allowed(request)
    run = queries.estimates().first()
    known = [row for row in (run.progress if run else None, queries.latest_recomputing()) if row is not None]
    if not known:
        raise Http404
    # What still runs, else what ended last: the page that asks has to hear that it is over.
    progress = max(known, key=lambda row: (not row.is_over, row.pk))
    response = render(request, "competencies/_sources_progress.html", {"progress": progress})
    if progress.is_over:
        response.headers["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def change_source(request: SignedInRequest, code: str) -> HttpResponse:
    """Trust a source as estimated, or as before, with a reason."""
    _allowed(request)
    reason = request.POST.get("reason", "")[:300]
    try:
        if request.POST.get("step") == "restore":
            row = queries.trust_rows().filter(code=code, pk=_whole(request.POST.get("row", ""))).first()
            if row is None:
                raise Http404
            actions.restore_source(by=request.user, row=row, reason=reason)
        else:
            estimate = queries.estimates().filter(pk=_whole(request.POST.get("estimate", ""))).first()
            if estimate is None:
                raise Http404
            actions.adopt_estimate(by=request.user, estimate=estimate, code=code, reason=reason)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Disimpan mulai hari ini. Tingkat semua orang dihitung ulang di latar belakang."))
    return redirect("competencies:sources")


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
