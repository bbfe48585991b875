"""The staff import as people see it: upload, progress, preview, apply, result."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.foundation.spreadsheets import XLSX
from bina.people import actions, forms, queries
from bina.people.models import StaffImport
from bina.people.rules import Permission
from bina.people.views.staff import agency_of_request, may_of


def _visible(request: SignedInRequest, public_id: UUID) -> StaffImport:
    return get_object_or_404(queries.staff_imports_visible_to(request.user), public_id=public_id)


def _download(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@login_required
def index(request: SignedInRequest) -> HttpResponse:
    """Upload a file, or return to an earlier one."""
    agency = agency_of_request(request, Permission.IMPORT_STAFF)
    form = forms.ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            staff_import = actions.upload_staff_file(
                by=request.user,
                agency=agency,
                upload=form.cleaned_data["file"],
                effective_on=form.cleaned_data["effective_on"],
                is_complete_list=form.cleaned_data["is_complete_list"],
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("people:import", public_id=staff_import.public_id)
    imports = queries.staff_imports_visible_to(request.user).filter(agency=agency)
    return render(
        request,
        "people/imports.html",
        {
            "form": form,
            "agency": agency,
            "agencies": list(queries.agencies_visible_to(request.user, Permission.IMPORT_STAFF)[:50]),
            "page": Paginator(imports, 15).get_page(request.GET.get("page")),
            "query": urlencode({"agency": agency.code}),
            "may": may_of(request),
        },
    )


@login_required
def template(request: SignedInRequest) -> HttpResponse:
    """The workbook to fill in, with the agency's own units."""
    agency = agency_of_request(request, Permission.IMPORT_STAFF)
    return _download(actions.staff_template(agency), "templat-pegawai.xlsx")


@login_required
def detail(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Where a file is: being read, ready to apply, being applied, done, or put aside."""
    staff_import = _visible(request, public_id)
    return render(
        request,
        "people/import.html",
        {
            "staff_import": staff_import,
            "labels": forms.FIELD_LABELS,
            "value_labels": forms.VALUE_LABELS,
            "preview": queries.preview_of(staff_import) if staff_import.state in {"previewed", "applied"} else None,
            "is_stalled": staff_import.pk in {row.pk for row in queries.stalled_imports()}
            or (staff_import.progress is not None and staff_import.progress.state == "failed"),
        },
    )


@login_required
def progress(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """How far the work is; the page asks every second and is sent on when it is over."""
    staff_import = _visible(request, public_id)
    response = render(request, "people/_import_progress.html", {"staff_import": staff_import})
    if staff_import.state not in {"checking", "applying"}:
        response.headers["HX-Refresh"] = "true"
    return response


@login_required
def rows(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Every row of a file with what it does or did."""
    staff_import = _visible(request, public_id)
    outcome, text = request.GET.get("outcome", ""), request.GET.get("q", "").strip()[:80]
    found = queries.staff_import_rows(staff_import, outcome=outcome, text=text)
    return render(
        request,
        "people/import_rows.html",
        {
            "staff_import": staff_import,
            "page": Paginator(found, 50).get_page(request.GET.get("page")),
            "outcome": outcome,
            "text": text,
            "query": urlencode({key: value for key, value in (("outcome", outcome), ("q", text)) if value}),
            "labels": forms.FIELD_LABELS,
            "value_labels": forms.VALUE_LABELS,
        },
    )


@login_required
@require_POST
def apply(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Say that the file shall be written."""
    staff_import = _visible(request, public_id)
    if queries.preview_of(staff_import).many_leave and request.POST.get("sure") != "1":
        messages.error(
            request, _("Centang dulu pernyataan bahwa daftar ini benar-benar lengkap. Belum ada yang diubah.")
        )
        return redirect("people:import", public_id=public_id)
    try:
        actions.request_apply(by=request.user, staff_import=staff_import)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("people:import", public_id=public_id)


@login_required
@require_POST
def cancel(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Put the file aside."""
    actions.cancel_import(by=request.user, staff_import=_visible(request, public_id))
    messages.success(request, _("Berkas dibatalkan. Tidak ada data pegawai yang diubah."))
    return redirect("people:imports")


@login_required
@require_POST
def resume(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Have work that stopped go on."""
    actions.resume_import(by=request.user, staff_import=_visible(request, public_id))
    return redirect("people:import", public_id=public_id)


@login_required
def errors(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The rows in error, with reasons, as a workbook to mend and upload again."""
    staff_import = _visible(request, public_id)
    return _download(actions.error_file(staff_import), "baris-salah.xlsx")


@login_required
def result(request: SignedInRequest, public_id: UUID) -> StreamingHttpResponse:
    """The result of every row."""
    return StreamingHttpResponse(
        actions.result_lines(_visible(request, public_id)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="hasil-impor.csv"'},
    )
