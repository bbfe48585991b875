"""Setting and ending what a job class asks for in an agency; history stays."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.competencies import entries
from bina.competencies.models import Competency, PositionStandard
from bina.competencies.rules import can_require
from bina.foundation import clock
from bina.foundation.verdict import ALLOWED, Verdict, denied
from bina.journal.actions import record
from bina.people.queries import agencies_visible_to
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import Agency, JobClass, User


def _may_manage(user: "User", agency: "Agency") -> Verdict:
    if agencies_visible_to(user, Permission.MANAGE_STANDARDS).filter(pk=agency.pk).exists():
        return ALLOWED
    return denied(_("Hanya pengelola kepegawaian instansi yang dapat mengubah standar jabatan."))


@transaction.atomic
def set_standard(
    *,
    by: "User",
    agency: "Agency",
    job_class: "JobClass",
    competency: Competency,
    required_level: int,
    weight: int,
    functional: str = "",
    legal_basis: str = "",
    valid_from: dt.date | None = None,
) -> PositionStandard:
    """Set what the agency asks of a job class (or family) from a day on; an earlier row of the agency ends the day before.

    Raises Denied without the permission and Refused for a level off the scale. Levels are recomputed by a reaction.
    """
    _may_manage(by, agency).require()
    can_require(required_level, competency.framework.level_count).require()
    start = valid_from or clock.today()
    open_rows = PositionStandard.objects.filter(
        agency=agency, job_class=job_class, functional=functional, competency=competency, valid_to=None
    )
    for row in open_rows:
        if row.valid_from >= start:
            row.delete()
        else:
            row.valid_to = start - dt.timedelta(days=1)
            row.save(update_fields=["valid_to"])
    row = PositionStandard.objects.create(
        agency=agency, job_class=job_class, functional=functional, competency=competency, required_level=required_level,
        weight=max(1, min(5, weight)), valid_from=start, legal_basis=legal_basis, confidence="own",
    )  # fmt: skip
    record(
        entries.STANDARD_SET,
        by=by,
        kind="standard",
        object_id=row.pk,
        name=f"{job_class.name} · {competency.name} ≥ {required_level}",
        agency_id=agency.pk,
        reason=legal_basis,
        data={"job_class": job_class.code, "competency": competency.code, "level": required_level, "weight": weight},
    )
    return row


@transaction.atomic
def end_standard(*, by: "User", standard: PositionStandard, reason: str) -> None:
    """End an agency's own row today, so that the national one holds again; national rows cannot be ended by an agency."""
    if standard.agency is None:
        denied(_("Standar nasional tidak dapat dihapus; tetapkan standar instansi Anda sebagai gantinya.")).require()
        return
    _may_manage(by, standard.agency).require()
    if standard.valid_to is None:
        yesterday = clock.today() - dt.timedelta(days=1)
        if standard.valid_from > yesterday:
            standard.delete()
        else:
            standard.valid_to = yesterday
            standard.save(update_fields=["valid_to"])
        record(
            entries.STANDARD_ENDED,
            by=by,
            kind="standard",
            object_id=standard.pk or 0,
            name=f"{standard.job_class} · {standard.competency}",
            agency_id=standard.agency_id,
            reason=reason,
        )
