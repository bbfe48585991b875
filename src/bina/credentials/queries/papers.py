"""The paper of a certificate: what was kept at its issue, set by typst, with a QR code to its verification page."""

import io
from pathlib import Path

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from bina.credentials.models import Certificate
from bina.credentials.rules import CertificateState
from bina.design.formats import date, number
from bina.foundation.documents import render_pdf

TEMPLATE = Path(__file__).resolve().parent.parent / "data" / "certificate.typ"


def verification_address(certificate: Certificate) -> str:
    """The public address printed in the QR code."""
    return f"{settings.BASE_URL}{reverse('credentials:verify_one', args=[certificate.code])}"


@translation.override("id")
def certificate_pdf(certificate: Certificate) -> bytes:
    """The official paper (landscape A4; curriculum on the second page), in Indonesian whoever asks for it.

    Shows only what was kept at its issue; a revoked one says so across the page.
    """
    address = verification_address(certificate)
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", border=0, dark="#12303b")
    printed = certificate.printed
    data = {
        **printed,
        "number": certificate.number,
        "code": certificate.code,
        "hours": number(certificate.hours),
        "started_on": date(certificate.started_on) if certificate.started_on else "",
        "completed_on": date(certificate.completed_on),
        "issued_on": date(certificate.issued_on),
        "address": address.split("://", 1)[-1],
        "revoked_on": date(certificate.revoked_at) if certificate.state is CertificateState.REVOKED else "",
    }
    return render_pdf(TEMPLATE, data, {"qr.svg": picture.getvalue()})
