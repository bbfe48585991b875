"""When an agency accepts plans."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.foundation.errors import Refused
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.people.queries import agencies_visible_to
from bina.people.rules import Permission
from bina.planning import entries
from bina.planning.models import PlanningCycle

if TYPE_CHECKING:
    from bina.people.models import Agency, User


@transaction.atomic
def set_cycle(
    *, by: "User", agency: "Agency", year: int, opens_on: dt.date | None, closes_on: dt.date | None
) -> PlanningCycle:
    """Set from when to when first plans of a year are accepted; empty dates leave that side open. Changes of approved
    plans are always accepted, because work changes during the year."""
    if not agencies_visible_to(by, Permission.MANAGE_STANDARDS).filter(pk=agency.pk).exists():
        denied(_("Hanya pengelola kepegawaian instansi yang dapat menetapkan masa penyusunan rencana.")).require()
    if opens_on and closes_on and closes_on < opens_on:
        raise Refused(_("Tanggal tutup tidak boleh mendahului tanggal buka."))
    cycle, _is_new = PlanningCycle.objects.update_or_create(
        agency=agency, year=year, defaults={"opens_on": opens_on, "closes_on": closes_on}
    )
    record(
        entries.CYCLE_SET, by=by, kind="planning_cycle", object_id=cycle.public_id, name=str(year), agency_id=agency.pk,
        data={"opens_on": opens_on and opens_on.isoformat(), "closes_on": closes_on and closes_on.isoformat()},
    )  # fmt: skip
    return cycle
