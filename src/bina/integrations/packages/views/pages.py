"""Pages of people: an author brings a package in, a learner opens it, both look at what came of it."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.integrations.packages import actions, queries
from bina.integrations.packages.forms import PackageImportForm
from bina.integrations.packages.rules import RUNTIMES
from bina.learning.actions import open_upload, use_up_upload
from bina.learning.queries import (
    finished_upload,
    may_author,
    open_uploads,
    part_of_learner,
    part_of_version,
    participant_visible_to,
    readable_version,
)
from bina.learning.rules import KINDS

if TYPE_CHECKING:
    from bina.learning.models import Activity, Enrolment


def _package_in(version_id: int, key: str) -> "Activity":
    found = part_of_version(version_id, key, RUNTIMES)
    if found is None:
        raise Http404
    return found


def _own_place(request: SignedInRequest, public_id: UUID, key: str) -> "tuple[Enrolment, Activity]":
    found = part_of_learner(request.user, public_id, key, RUNTIMES)
    if found is None:
        raise Http404
    return found


def _to_package(token: str, activity: "Activity") -> HttpResponse:
    if RUNTIMES[activity.kind].page is not None:
        response = redirect("packages:player", token)
        response.headers["Cache-Control"] = "no-store"
        return response
    # Written by hand: what stands behind the name is the package's own query, which reverse() would quote.
    response = redirect(
        f"{reverse('packages:member', args=[token, activity.payload['launch']])}{activity.payload['query']}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@login_required
@require_safe
@xframe_options_sameorigin
def start(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Open the package in the frame that asks for it; any other frame can no longer report."""
    enrolment, found = _own_place(request, public_id, key)
    attempt = actions.begin_run(by=request.user, enrolment=enrolment, activity=found)
    return _to_package(queries.token_for(attempt), found)


@login_required
@require_safe
@xframe_options_sameorigin
def preview(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Open the package as a learner would see it; nothing is kept."""
    version = readable_version(request.user, public_id)
    if version is None:
        raise Http404
    found = _package_in(version.pk, key)
    return _to_package(queries.token_for_preview(found), found)


@login_required
@require_POST
def again(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """Begin a package from nothing."""
    enrolment, found = _own_place(request, public_id, key)
    try:
        attempt = actions.restart(
            by=request.user, enrolment=enrolment, activity=found, is_by_rule=request.POST.get("asked_by") == "package"
        )
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(
            request,
            _("Percobaan ke-%(n)s dimulai dari awal. Hasil terbaik Anda tetap tersimpan.") % {"n": attempt.number},
        )
    return redirect("learning:activity", public_id, key)


@login_required
@require_safe
def attempts(request: SignedInRequest, public_id: UUID, key: str) -> HttpResponse:
    """What a package told about a learner: the learner reads everything, those who help never read an answer."""
    enrolment = participant_visible_to(request.user, public_id)
    if enrolment is None:
        raise Http404
    found = _package_in(enrolment.version_id, key)
    is_own = request.user.employee_id is not None and request.user.employee_id == enrolment.employee_id
    rows = list(queries.attempts_of(enrolment, found))
    context = {
        "enrolment": enrolment,
        "activity": found,
        "rows": rows,
        "is_own": is_own,
        "is_told": RUNTIMES[found.kind].tells,
        "answers": rows[0].interactions.order_by("place") if rows and is_own else [],
        "zone": enrolment.employee.agency.time_zone,
    }
    return render(request, "packages/attempts.html", context)


@login_required
def import_package(request: SignedInRequest) -> HttpResponse:
    """Bring a package in: first looked at, and kept as a draft when nothing is wrong with it."""
    if not may_author(request.user):
        raise Http404
    form = PackageImportForm(
        request.POST or None, request.FILES or None, user=request.user,
        initial={"upload": request.GET.get("upload", "")[:200]},
    )  # fmt: skip
    found = None
    if request.method == "POST" and form.is_valid():
        try:
            found = _looked_at(request, form)
        except Refused as refusal:
            form.add_error("file", str(refusal))
        version = found.course.version if found and found.course else None
        if version is not None:
            if form.finished is not None:
                use_up_upload(by=request.user, upload=form.finished)
            messages.success(
                request,
                _("Versi %(number)s tersimpan sebagai draf. Lihat pratinjaunya, lalu terbitkan.")
                % {"number": version.number},
            )
            return redirect("learning:manage", version.course.slug)
    status = 422 if form.errors or (found and found.has_errors) else 200
    named = finished_upload(request.user, str(form["upload"].value() or ""))
    context = {
        "form": form,
        "found": found,
        "kinds": KINDS,
        "named": named,
        "uploads": open_uploads(request.user),
        "plain_limit_mb": settings.UPLOAD_LIMIT_MB,
        "largest_mb": settings.LARGE_UPLOAD_LIMIT_MB,
    }
    return render(request, "packages/import.html", context, status=status)


def _looked_at(request: SignedInRequest, form: PackageImportForm) -> actions.PackageImport:
    """What comes of the package that the form brings, kept as a draft when that was asked for."""
    given = form.cleaned_data["file"]
    if form.finished is not None:
        given = open_upload(by=request.user, upload=form.finished)
    check_only = request.POST.get("intent") == "check"
    with given as stream:
        found = actions.import_package(stream, by=request.user, agency=None, choices=None, check_only=True)
        choices = form.choices_for(found.package.title)
        if not choices.slug:
            form.add_error("title", _("Tuliskan judul kursus; paket ini tidak memuat judul."))
        elif not found.has_errors:
            stream.seek(0)
            found = actions.import_package(
                stream, by=request.user, agency=form.chosen_agency, choices=choices, check_only=check_only
            )
    return found
