"""Issuing and revoking certificates; numbers without gaps."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from bina.credentials import entries
from bina.credentials.actions.hours import void_hours
from bina.credentials.models import Certificate, LearningHours, NumberSequence
from bina.credentials.queries import certificate_of_origin, issuer_of, may_revoke
from bina.credentials.rules import can_revoke, certificate_number, new_code, program_code
from bina.foundation import clock
from bina.journal.actions import record
from bina.people.queries import employees

if TYPE_CHECKING:
    from bina.people.models import Agency, Employee, User


@dataclass(frozen=True, slots=True)
class CurriculumLine:
    """One line of the second page: a part of the programme and its length."""

    title: str
    minutes: int
    section: str = ""


@transaction.atomic
def issue_certificate(
    *,
    by: "User | None",
    employee: "Employee",
    title: str,
    program: str,
    hours: Decimal | int,
    completed_on: dt.date,
    origin_kind: str,
    origin_id: object,
    started_on: dt.date | None = None,
    level: str = "",
    form_name: str = "",
    competencies: Sequence[str] = (),
    curriculum: Sequence[CurriculumLine] = (),
    happened_at: dt.datetime | None = None,
) -> Certificate:
    """Issue one numbered certificate and keep everything that is printed on it.

    Repeating the call for the same origin returns the certificate that is there. A certificate revoked after
    ``happened_at`` is not replaced; a later completion of the same origin gets a new one. ``program`` is the code or slug
    of the programme for the number.
    """
    # The person's row is the turnstile: two jobs for the same completion meet here, and one number is enough.
    employees().select_for_update().filter(pk=employee.pk).first()
    known = certificate_of_origin(origin_kind, origin_id)
    if known and (known.revoked_at is None or happened_at is None or known.revoked_at >= happened_at):
        return known
    agency = employee.agency
    issued_on = clock.today(agency.time_zone)
    issuer = issuer_of(agency, issued_on)
    certificate = Certificate.objects.create(
        employee=employee,
        agency=agency,
        number=certificate_number(
            issuer.number_pattern,
            seq=_next_number(agency, issued_on.year),
            program=program_code(program),
            agency=issuer.agency_code,
            year=issued_on.year,
        ),
        code=new_code(),
        title=title[:200],
        hours=Decimal(hours),
        completed_on=completed_on,
        origin_kind=origin_kind,
        origin_id=str(origin_id),
        printed={
            "name": employee.display_name,
            "employee_number": employee.masked_number,
            "position": employee.position.title,
            "unit": employee.unit.name,
            "agency": agency.name,
            "programme": title,
            "level": level,
            "form": form_name,
            "competencies": list(competencies),
            "curriculum": [asdict(line) for line in curriculum],
            "started_on": started_on.isoformat() if started_on else None,
            "completed_on": completed_on.isoformat(),
            "issued_on": issued_on.isoformat(),
            "organiser": issuer.organiser,
            "signatory_name": issuer.signatory_name,
            "signatory_title": issuer.signatory_title,
        },
        issued_at=clock.now(),
    )
    record(
        entries.CERTIFICATE_ISSUED,
        by=by,
        kind="certificate",
        object_id=certificate.public_id,
        name=certificate.title,
        agency_id=agency.pk,
        data={"employee_id": employee.pk, "number": certificate.number, "origin_kind": origin_kind},
    )
    return certificate


def _next_number(agency: "Agency", year: int) -> int:
    """The next number of an agency and year. The row stays locked until the certificate is committed or undone, so a
    failed issue gives its number back and no two issues share one."""
    NumberSequence.objects.get_or_create(agency=agency, year=year)
    sequence = NumberSequence.objects.select_for_update().get(agency=agency, year=year)
    sequence.latest += 1
    sequence.save(update_fields=["latest"])
    return sequence.latest


@transaction.atomic
def revoke_certificate(
    *, by: "User | None", certificate: Certificate, reason: str, also_void_hours: bool = False
) -> None:
    """Withdraw the trust in a certificate with a reason; the paper and its page stay and say so.

    With ``also_void_hours`` the hours of the same origin leave the count too. ``by`` None is the house itself.
    """
    certificate = (
        Certificate.objects.select_for_update(of=("self",)).select_related("employee__unit").get(pk=certificate.pk)
    )
    if by is not None:
        may_revoke(by, certificate).require()
    can_revoke(certificate.state, reason).require()
    certificate.revoked_at = clock.now()
    certificate.revoked_reason = reason.strip()[:300]
    certificate.save(update_fields=["revoked_at", "revoked_reason"])
    record(
        entries.CERTIFICATE_REVOKED,
        by=by,
        kind="certificate",
        object_id=certificate.public_id,
        name=certificate.title,
        agency_id=certificate.agency_id,
        reason=certificate.revoked_reason,
        data={"employee_id": certificate.employee_id, "number": certificate.number},
    )
    if also_void_hours:
        row = LearningHours.objects.filter(
            origin_kind=certificate.origin_kind, origin_id=certificate.origin_id, voided_at=None
        ).first()
        if row:
            void_hours(by=by, row=row, reason=reason)
