"""What this room does when something happens: a completed course earns hours and a certificate, once."""

import datetime as dt
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from bina.credentials import actions, queries
from bina.journal.actions import notify
from bina.journal.models import Entry
from bina.journal.registry import react_to
from bina.learning.queries import enrolment_by_public_id
from bina.people.queries import user_of

ORIGIN = "enrolment"


@react_to("enrolment.completed")
def earn_hours(entry: Entry) -> None:
    """The hours of a completed course enter the ledger by the rule of the day."""
    enrolment = enrolment_by_public_id(entry.object_id)
    if enrolment is None:
        return
    actions.record_hours(
        by=None,
        employee=enrolment.employee,
        form_code=entry.data["form"],
        title=entry.data["title"],
        quantity=Decimal(str(entry.data["learning_hours"])),
        started_on=_day(entry.data.get("started_on")),
        completed_on=dt.date.fromisoformat(entry.data["completed_on"]),
        organiser=queries.issuer_of(enrolment.employee.agency).organiser,
        origin_kind=ORIGIN,
        origin_id=entry.object_id,
        happened_at=entry.occurred_at,
    )


@react_to("enrolment.completed")
def earn_certificate(entry: Entry) -> None:
    """A completed course earns a numbered certificate with its curriculum."""
    enrolment = enrolment_by_public_id(entry.object_id)
    if enrolment is None:
        return
    rule = queries.rule_in_force(entry.data["form"], enrolment.employee.agency_id)
    actions.issue_certificate(
        by=None,
        employee=enrolment.employee,
        title=entry.data["title"],
        program=entry.data["course"],
        level=str(entry.data.get("level") or ""),
        form_name=rule.name if rule else "",
        hours=Decimal(str(entry.data["learning_hours"])),
        started_on=_day(entry.data.get("started_on")),
        completed_on=dt.date.fromisoformat(entry.data["completed_on"]),
        competencies=[line["name"] for line in enrolment.version.competency_lines],
        curriculum=[
            actions.CurriculumLine(part["title"], part["minutes"], section["title"])
            for section in enrolment.version.outline
            for part in section["parts"]
        ],
        origin_kind=ORIGIN,
        origin_id=entry.object_id,
        happened_at=entry.occurred_at,
    )


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


@react_to("enrolment.reopened")
def take_back(entry: Entry) -> None:
    """A completion was taken back by an authorised person: its hours and its certificate go with it."""
    reason = _("Penyelesaian kursus dibuka kembali: %(reason)s") % {"reason": entry.reason}
    row = queries.row_of_origin(ORIGIN, entry.object_id)
    if row is not None and row.recorded_at <= entry.occurred_at:
        actions.void_hours(by=None, row=row, reason=reason)
    certificate = queries.certificate_of_origin(ORIGIN, entry.object_id)
    if certificate is not None and certificate.revoked_at is None and certificate.issued_at <= entry.occurred_at:
        actions.revoke_certificate(by=None, certificate=certificate, reason=reason)


@react_to("certificate.issued")
def tell_of_certificate(entry: Entry) -> None:
    """The person learns that the paper is ready."""
    certificate = queries.certificate_by_public_id(entry.object_id)
    account = user_of(certificate.employee) if certificate and certificate.employee else None
    if certificate is None or account is None:
        return
    notify(
        recipient=account,
        title=_("Sertifikat “%(title)s” sudah terbit") % {"title": certificate.title},
        body=_("Nomor %(number)s. Anda dapat mengunduhnya sebagai PDF kapan saja.") % {"number": certificate.number},
        url=reverse("credentials:certificate", args=[certificate.public_id]),
        dedup_key=f"certificate:{certificate.public_id}",
    )


@react_to("certificate.revoked")
def tell_of_revocation(entry: Entry) -> None:
    """The person learns that a certificate no longer holds, and why."""
    certificate = queries.certificate_by_public_id(entry.object_id)
    account = user_of(certificate.employee) if certificate and certificate.employee else None
    if certificate is None or account is None:
        return
    notify(
        recipient=account,
        title=_("Sertifikat “%(title)s” dicabut") % {"title": certificate.title},
        body=_("Alasan: %(reason)s. Bila menurut Anda keliru, hubungi pengelola kepegawaian instansi Anda.")
        % {"reason": certificate.revoked_reason.rstrip(".")},
        url=reverse("credentials:certificate", args=[certificate.public_id]),
        dedup_key=f"certificate-revoked:{certificate.public_id}",
    )
