"""The record of a learner in a unit: sessions and standing; those who may correct records waive it and end sessions."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.integrations.cmi5 import actions, queries
from bina.integrations.cmi5.rules import LONGEST_REASON, RUNNING
from bina.integrations.cmi5.views.launching import own_place, unit_in
from bina.learning.queries import may_repair_records, participant_visible_to

if TYPE_CHECKING:
    from bina.learning.models import Activity, Enrolment


def _place(request: SignedInRequest, public_id: UUID, key: str) -> "tuple[Enrolment, Activity]":
    enrolment = participant_visible_to(request.user, public_id)
    if enrolment is None:
        raise Http404
    return enrolment, unit_in(enrolment.version_id, key)


def _page(
    request: SignedInRequest, enrolment: "Enrolment", activity: "Activity", *, error: str = "", typed: str = ""
) -> HttpResponse:
    context = {
        "enrolment": enrolment,
        "activity": activity,
        "record": queries.record_of(enrolment, activity),
        "is_own": request.user.employee_id is not None and request.user.employee_id == enrolment.employee_id,
        "may_repair": may_repair_records(request.user, enrolment),
        "running": RUNNING,
        "zone": enrolment.employee.agency.time_zone,
        "error": error,
        "typed": typed,
        "longest": LONGEST_REASON,
    }
    return render(request, "cmi5/record.html", context, status=409 if error else 200)


@login_required
@require_safe
def record(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Every session of a learner in a unit, newest first."""
    return _page(request, *_place(request, public_id, key))


@login_required
@require_POST
def again(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Begin the package from nothing."""
    enrolment, found = own_place(request, public_id, key)
    try:
        actions.restart(by=request.user, enrolment=enrolment, activity=found)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Paket dimulai dari awal. Yang sudah tercapai tetap tersimpan dalam catatan Anda."))
    return redirect("learning:activity", public_id, key)


@login_required
@require_POST
def waive(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Waive the unit for the learner, with a reason."""
    enrolment, activity = _place(request, public_id, key)
    found = queries.record_of(enrolment, activity)
    if not may_repair_records(request.user, enrolment) or found.registration is None or found.unit is None:
        raise Http404
    found.unit.course = found.registration.course
    reason = request.POST.get("reason", "")
    try:
        actions.waive(
            by=request.user, registration=found.registration, unit=found.unit, activity=activity, reason=reason
        )
    except Refused as refusal:
        return _page(request, enrolment, activity, error=str(refusal), typed=reason)
    messages.success(request, _("Bagian ini dibebaskan dan tercatat selesai."))
    return redirect("cmi5:record", public_id, key)


@login_required
@require_POST
def abandon(request: SignedInRequest, public_id: UUID, key: str, session: UUID) -> HttpResponse:
    """End a session that hangs."""
    enrolment, _activity = _place(request, public_id, key)
    found = queries.session_in_record(enrolment, session)
    if not may_repair_records(request.user, enrolment) or found is None:
        raise Http404
    try:
        actions.abandon(by=request.user, session=found)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Sesi ditutup. Yang sudah tercatat tetap tersimpan."))
    return redirect("cmi5:record", public_id, key)
