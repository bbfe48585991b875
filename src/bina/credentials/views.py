"""Pages of hours and certificates, and the public page on which anybody checks a paper."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from bina.credentials import actions, queries
from bina.credentials.forms import RevokeForm, VerifyForm, VoidForm
from bina.credentials.rules import REACH_NAMES, Reach, read_code
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest
from bina.foundation.spreadsheets import write_xlsx

if TYPE_CHECKING:
    from bina.credentials.models import Certificate, LearningHours
    from bina.people.models import Employee

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _own(request: SignedInRequest) -> "Employee":
    if request.user.employee is None:
        raise Http404
    return request.user.employee


def _person(request: SignedInRequest, public_id: UUID) -> "Employee":
    employee = queries.hours_visible_to(request.user, public_id)
    if employee is None:
        raise Http404
    return employee


def _year(request: HttpRequest, years: list[int]) -> int:
    text = request.GET.get("year", "")
    return int(text) if text.isascii() and text.isdigit() and int(text) in years else years[0]


@login_required
def hours(request: SignedInRequest) -> HttpResponse:
    """One's own hours of a year against what the law asks, with every row's rule."""
    return _hours_page(request, _own(request))


@login_required
def hours_of(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The hours of somebody whom the account may see."""
    return _hours_page(request, _person(request, public_id))


def _hours_page(request: SignedInRequest, employee: "Employee") -> HttpResponse:
    years = queries.years_of(employee)
    year = _year(request, years)
    certificates = queries.certificates_of(employee)
    context = {
        "employee": employee,
        "is_own": request.user.employee_id == employee.pk,
        "year": year,
        "years": years,
        "standing": queries.hours_of(employee, year),
        "rows": list(queries.rows_of(employee, year)),
        "certificates": [row for row in certificates if row.completed_on.year == year],
        "may_void": queries.may_repair_hours_of(request.user, employee),
    }
    return render(request, "credentials/hours.html", context)


@login_required
def hours_table(request: SignedInRequest) -> HttpResponse:
    """One's own ledger of a year as a workbook."""
    return _table(request, _own(request))


@login_required
def hours_table_of(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Somebody's ledger of a year as a workbook."""
    return _table(request, _person(request, public_id))


def _table(request: SignedInRequest, employee: "Employee") -> HttpResponse:
    year = _year(request, queries.years_of(employee))
    header = [
        _("Tanggal selesai"), _("Kegiatan"), _("Penyelenggara"), _("Bentuk pengembangan"), _("Cakupan"), _("Perhitungan"),
        _("JP"), _("Dasar hukum"), _("Keterangan"),
    ]  # fmt: skip
    standing = queries.hours_of(employee, year)
    notes = [_("Jumlah JP yang dihitung: %(hours)s") % {"hours": standing.earned}]
    if standing.legal_basis:
        notes.append(_("Dasar hukum: %(basis)s") % {"basis": standing.legal_basis})
    content = write_xlsx(
        _("Jam pelajaran %(year)s") % {"year": year},
        header,
        (_cells(row) for row in queries.rows_of(employee, year)),
        notes,
    )
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="jam-pelajaran-{year}-{slugify(employee.full_name)}.xlsx"'
    return response


def _cells(row: "LearningHours") -> list[object]:
    return [
        row.completed_on, row.title, row.organiser, row.form_name, str(REACH_NAMES[Reach(row.reach)]), row.calculation,
        0.0 if row.voided_at else float(row.hours), row.legal_basis,
        _("Dibatalkan: %(reason)s") % {"reason": row.voided_reason} if row.voided_at else "",
    ]  # fmt: skip


@login_required
def hour_rules(request: SignedInRequest) -> HttpResponse:
    """How every form of development becomes hours here, with its legal basis and how sure we are of it."""
    agency_id = request.user.employee.agency_id if request.user.employee else None
    context = {
        "rules": queries.rules_in_force(agency_id),
        "requirements": queries.requirement_list(agency_id),
        "employment_names": queries.employment_names(),
    }
    return render(request, "credentials/hour_rules.html", context)


@login_required
def void(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Take a row out of somebody's count, with a reason."""
    row = queries.row_visible_to(request.user, public_id)
    if row is None:
        raise Http404
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.void_hours(by=request.user, row=row, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("Catatan “%(title)s” tidak lagi dihitung.") % {"title": row.title})
            return redirect("credentials:hours_of", public_id=row.employee.public_id)
    return render(request, "credentials/void.html", {"row": row, "form": form})


@login_required
def certificates(request: SignedInRequest) -> HttpResponse:
    """Certificates of the people in one's care, to find and, with a reason, revoke."""
    text = request.GET.get("q", "")[:80]
    page = Paginator(queries.certificates_visible_to(request.user, text), 25).get_page(request.GET.get("page"))
    return render(request, "credentials/certificates.html", {"page": page, "text": text})


def _certificate(request: SignedInRequest, public_id: UUID) -> "Certificate":
    certificate = queries.certificate_visible_to(request.user, public_id)
    if certificate is None:
        raise Http404
    return certificate


@login_required
def certificate(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """One certificate: what is printed on it, the paper to download, and its public page."""
    found = _certificate(request, public_id)
    context = {
        "certificate": found,
        "is_own": found.employee_id is not None and found.employee_id == request.user.employee_id,
        "address": queries.verification_address(found),
        "may_revoke": queries.may_revoke(request.user, found),
    }
    return render(request, "credentials/certificate.html", context)


@login_required
def certificate_pdf(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """The official paper."""
    found = _certificate(request, public_id)
    response = HttpResponse(queries.certificate_pdf(found), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="sertifikat-{slugify(found.number)}.pdf"'
    return response


@login_required
def revoke(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    """Revoke a certificate with a reason."""
    found = _certificate(request, public_id)
    if not queries.may_revoke(request.user, found):
        raise Http404
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.revoke_certificate(
                by=request.user,
                certificate=found,
                reason=form.cleaned_data["reason"],
                also_void_hours=form.cleaned_data["also_void_hours"],
            )
        except Refused as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("Sertifikat dicabut. Halaman publiknya langsung menunjukkan keadaan ini."))
            return redirect("credentials:certificate", public_id=found.public_id)
    return render(request, "credentials/revoke.html", {"certificate": found, "form": form})


def _address(request: HttpRequest) -> str:
    """Where a visitor comes from; behind our own proxy, what that proxy says last."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return (forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", ""))[:60]


@never_cache
@require_GET
def verify(request: HttpRequest) -> HttpResponse:
    """Anybody types the code of a paper here."""
    if "code" not in request.GET:
        return render(request, "credentials/verify.html", {"form": VerifyForm(), "unknown": False})
    code = read_code(request.GET["code"])
    if code:
        return redirect("credentials:verify_one", code=code)
    return _not_found(request, request.GET["code"])


def _not_found(request: HttpRequest, typed: str) -> HttpResponse:
    form = VerifyForm(initial={"code": typed[:60]})
    return render(request, "credentials/verify.html", {"form": form, "unknown": True}, status=404)


@never_cache
@require_GET
def verify_one(request: HttpRequest, code: str) -> HttpResponse:
    """What a certificate says, for anybody who holds its code: nothing about the person beyond the paper's name."""
    try:
        found = actions.look_up_code(code, address=_address(request))
    except Refused as refusal:
        context = {"form": VerifyForm(initial={"code": code[:60]}), "unknown": False, "sentence": str(refusal)}
        return render(request, "credentials/verify.html", context, status=429)
    if found is None:
        return _not_found(request, code)
    response = render(request, "credentials/verified.html", {"certificate": found})
    response["X-Robots-Tag"] = "noindex"
    return response
