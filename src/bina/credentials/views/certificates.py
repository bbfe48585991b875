"""Pages of certificates: finding, reading, the paper, revoking."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _

from bina.credentials import actions, queries
from bina.credentials.forms import RevokeForm
from bina.foundation.errors import Refused
from bina.foundation.requests import SignedInRequest

if TYPE_CHECKING:
    from bina.credentials.models import Certificate


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
