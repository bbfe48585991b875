"""Setting and ending what a job class asks for, in an agency or in the whole country; history stays."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.competencies import entries
from bina.competencies.models import Competency, PositionStandard
from bina.competencies.rules import can_begin, can_require
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.verdict import ALLOWED, Verdict, denied
from bina.journal.actions import record
from bina.people.queries import agencies_visible_to, job_classes, standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import Agency, JobClass, User


def _may_manage(user: "User", agency: "Agency | None") -> Verdict:
    if agency is None:
        if standing_of(user).may(Permission.MANAGE_PLATFORM):
            return ALLOWED
        return denied(_("Standar nasional hanya dapat diubah oleh admin platform; tetapkan standar instansi Anda."))
    if agencies_visible_to(user, Permission.MANAGE_STANDARDS).filter(pk=agency.pk).exists():
        return ALLOWED
    return denied(_("Hanya pengelola kepegawaian instansi yang dapat mengubah standar jabatan."))


@transaction.atomic
def set_standard(
    *,
    by: "User",
    agency: "Agency | None",
    job_class: "JobClass",
    competency: Competency,
    required_level: int,
    weight: int,
    functional: str = "",
    legal_basis: str = "",
    valid_from: dt.date | None = None,
    reason: str = "",
) -> PositionStandard:
    """Set what is asked of a job class (or family) from a day on; an earlier row of the same owner ends the day before.

    Without an agency the row is a national one and needs a reason. Setting what holds already changes nothing. Raises Denied
    without the permission; Refused for a level off the scale, a day before the row in force begins, or another agency's
    competency. Levels are recomputed by a reaction.
    """
    _may_manage(by, agency).require()
    can_require(required_level, competency.framework.level_count).require()
    if competency.agency_id is not None and (agency is None or competency.agency_id != agency.pk):
        raise Refused(_("Kompetensi ini hanya dipakai instansi yang menambahkannya."))
    if agency is None and not reason.strip():
        raise Refused(_("Tuliskan alasannya; standar nasional menyangkut semua instansi."))
    start, weight = valid_from or clock.today(), max(1, min(5, weight))
    # One writer for a job class at a time, so that two tabs never leave two open rows.
    job_classes().select_for_update(no_key=True).filter(pk=job_class.pk).first()
    rows = PositionStandard.objects.filter(
        agency=agency, job_class=job_class, functional=functional, competency=competency
    )
    newest = rows.filter(valid_from__lte=clock.today()).order_by("-valid_from").first()
    for row in rows.filter(valid_to=None):
        if (row.valid_from, row.required_level, row.weight, row.legal_basis) == (
            start, required_level, weight, legal_basis
        ):  # fmt: skip
            return row
        can_begin(start, current=newest.valid_from if newest else None).require()
        _close(row, start - dt.timedelta(days=1))
    row = PositionStandard.objects.create(
        agency=agency, job_class=job_class, functional=functional, competency=competency, required_level=required_level,
        weight=weight, valid_from=start, legal_basis=legal_basis, confidence="own",
    )  # fmt: skip
    record(
        entries.STANDARD_SET,
        by=by,
        kind="standard",
        object_id=row.pk,
        name=f"{job_class.name} · {competency.name} ≥ {required_level}",
        agency_id=agency.pk if agency else None,
        reason=reason.strip() or legal_basis,
        data={
            "job_class": job_class.code, "functional": functional, "competency": competency.code, "level": required_level,
            "weight": weight, "valid_from": start.isoformat(), "legal_basis": legal_basis,
        },
    )  # fmt: skip
    return row


def _close(row: PositionStandard, last: dt.date) -> None:
    """Let a row hold until a day; one that would never have held goes."""
    if row.valid_from > last:
        row.delete()
    else:
        row.valid_to = last
        row.save(update_fields=["valid_to"])


@transaction.atomic
def end_standard(*, by: "User", standard: PositionStandard, reason: str) -> None:
    """End a row today: after an agency's own the national one holds again, after a national one nothing is asked.

    Ending twice changes nothing. Raises Denied without the permission; Refused for a national row without a reason.
    """
    _may_manage(by, standard.agency).require()
    if standard.agency is None and not reason.strip():
        raise Refused(_("Tuliskan alasannya; standar nasional menyangkut semua instansi."))
    row = PositionStandard.objects.select_for_update().filter(pk=standard.pk, valid_to=None).first()
    if row is None:
        return
    number = row.pk
    _close(row, clock.today() - dt.timedelta(days=1))
    record(
        entries.STANDARD_ENDED,
        by=by,
        kind="standard",
        object_id=number,
        name=f"{standard.job_class} · {standard.competency}",
        agency_id=standard.agency_id,
        reason=reason.strip(),
    )
