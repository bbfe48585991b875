"""Certificates: whose, by which code, in whose name."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from bina.credentials.models import Certificate, Issuer
from bina.credentials.rules import NUMBER_PATTERN, read_code
from bina.foundation import clock
from bina.foundation.verdict import ALLOWED, Verdict, denied
from bina.people.queries import employees_visible_to, head_of, root_unit_of, standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from bina.people.models import Agency, Employee, User


def certificate_by_code(text: str) -> Certificate | None:
    """The certificate with a verification code as typed by anybody; for the public page."""
    code = read_code(text)
    return Certificate.objects.filter(code=code).first() if code else None


def certificates_of(employee: "Employee") -> QuerySet[Certificate]:
    """A person's certificates, newest first, revoked ones too; the caller has decided who may see them."""
    return Certificate.objects.filter(employee=employee)


def certificate_by_public_id(public_id: "UUID | str") -> Certificate | None:
    """One certificate with its owner; for reactions. The caller decides who may see it."""
    return Certificate.objects.filter(public_id=public_id).select_related("employee").first()


def certificate_of_origin(origin_kind: str, origin_id: object) -> Certificate | None:
    """The newest certificate of one origin, e.g. of an enrolment."""
    return Certificate.objects.filter(origin_kind=origin_kind, origin_id=str(origin_id)).order_by("-id").first()


def certificates_visible_to(user: "User", text: str = "") -> QuerySet[Certificate]:
    """Certificates of people whose hours the account may see, newest first; ``text`` narrows by name, title or number."""
    paths = standing_of(user).paths_with(Permission.SEE_HOURS)
    rows = Certificate.objects.select_related("employee", "employee__unit")
    if "" not in paths:
        rows = rows.filter(employee__in=employees_visible_to(user, Permission.SEE_HOURS))
    text = text.strip()
    if text:
        code = read_code(text)
        matches = Q(employee__full_name__icontains=text) | Q(title__icontains=text) | Q(number__icontains=text)
        rows = rows.filter(matches | Q(code=code) if code else matches)
    return rows


def certificate_visible_to(user: "User", public_id: "UUID | str") -> Certificate | None:
    """A certificate the account may open: the own, a subordinate's, or of staff where hours may be seen."""
    return certificates_visible_to(user).filter(public_id=public_id).first()


@dataclass(frozen=True, slots=True)
class IssuerFacts:
    """In whose name a certificate is issued on a day."""

    organiser: str
    signatory_name: str
    signatory_title: str
    number_pattern: str
    agency_code: str


def issuer_of(agency: "Agency", on: dt.date | None = None) -> IssuerFacts:
    """The agency's issuer in force; without one, the agency itself, signed by the head of its root unit if there is one."""
    on = on or clock.today()
    row = (
        Issuer.objects.filter(Q(valid_to=None) | Q(valid_to__gte=on), agency=agency, valid_from__lte=on)
        .order_by("-valid_from", "-id")
        .first()
    )
    if row:
        return IssuerFacts(
            row.organiser, row.signatory_name, row.signatory_title, row.number_pattern, row.agency_code or agency.code
        )
    head = head_of(root_unit_of(agency), on)
    return IssuerFacts(
        agency.name, head.display_name if head else "", head.position.title if head else "", NUMBER_PATTERN, agency.code
    )


def may_revoke(user: "User", certificate: Certificate) -> Verdict:
    """Whether the account may revoke a certificate: agency HR of its owner, or of the issuing agency once the owner left."""
    standing = standing_of(user)
    if certificate.employee is not None:
        allowed = standing.may_in(Permission.REVOKE_CERTIFICATES, certificate.employee.unit.path)
    else:
        agencies = standing.agencies_with(Permission.REVOKE_CERTIFICATES)
        allowed = agencies is None or certificate.agency_id in agencies
    if allowed:
        return ALLOWED
    return denied(_("Hanya pengelola kepegawaian instansi yang dapat mencabut sertifikat."))
