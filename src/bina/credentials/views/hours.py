"""Pages of the ledger: one's own hours, those of others, taking a row out."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bina.credentials import actions, queries
from bina.credentials.forms import VoidForm
from bina.credentials.rules import REACH_NAMES, Reach
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest, workbook_reply
from bina.foundation.spreadsheets import Sheet

if TYPE_CHECKING:
    from bina.credentials.models import LearningHours
    from bina.people.models import Employee


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
    rows = (_cells(row) for row in queries.rows_of(employee, year))
    return workbook_reply(
        f"jam-pelajaran-{year}-{employee.full_name}",
        Sheet(_("Jam pelajaran %(year)s") % {"year": year}, header, rows, notes),
    )


def _cells(row: "LearningHours") -> list[object]:
    return [
        row.completed_on, row.title, row.organiser, row.form_name, str(REACH_NAMES[Reach(row.reach)]), row.calculation,
        0.0 if row.voided_at else float(row.hours), row.legal_basis,
        _("Dibatalkan: %(reason)s") % {"reason": row.voided_reason} if row.voided_at else "",
    ]  # fmt: skip


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
