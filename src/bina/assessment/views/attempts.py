"""Attempts of a person as the keeper of staff records sees them, and setting one aside when something went wrong."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.assessment import actions, queries
from bina.assessment.forms.attempts import AllowanceForm
from bina.foundation.requests import SignedInRequest

if TYPE_CHECKING:
    from bina.people.models import Employee


@login_required
def attempts(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """What a person took and when; never answers, never scores."""
    employee = queries.kept_by(request.user, public_id)
    if employee is None:
        raise Http404
    return _page(request, employee, AllowanceForm())


def _page(request: SignedInRequest, employee: "Employee", form: AllowanceForm) -> HttpResponse:
    page = Paginator(queries.attempts_for_keeper(employee), 20).get_page(request.GET.get("page"))
    context = {
        "employee": employee,
        "page": page,
        "allowance": queries.time_allowance_of(employee),
        "allowance_form": form,
    }
    return render(request, "assessment/attempts.html", context, status=409 if form.errors else 200)


@login_required
@require_POST
def allow_time(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Give a person more time for tests, or take it back, with a reason."""
    employee = queries.kept_by(request.user, public_id)
    if employee is None:
        raise Http404
    form = AllowanceForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Pilih tambahan waktunya dan tuliskan alasannya."))
        return _page(request, employee, form)
    actions.give_time_allowance(by=request.user, employee=employee, **form.cleaned_data)
    messages.success(request, _("Tambahan waktu tersimpan; berlaku untuk uji yang dimulai sesudah ini."))
    return redirect("assessment:attempts", public_id=public_id)


@login_required
@require_POST
def cancel(request: SignedInRequest, public_id: UUID, session_id: UUID) -> HttpResponse:
    """Set an attempt aside with a reason, so that the person may begin anew."""
    employee = queries.kept_by(request.user, public_id)
    session = queries.attempts_for_keeper(employee).filter(public_id=session_id).first() if employee else None
    if session is None:
        raise Http404
    actions.cancel_session(by=request.user, session=session, reason=request.POST.get("reason", ""))
    messages.success(request, _("Uji dibatalkan dan buktinya ditarik. Pegawai dapat memulainya lagi."))
    return redirect("assessment:attempts", public_id=public_id)
