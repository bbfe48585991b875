"""Cuts that panels found decide from the day of their adoption, and are taken back; the levels of those concerned follow."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bina.competencies import entries
from bina.competencies.actions.levels import recompute_levels, refresh_stale_units
from bina.competencies.models import LevelCuts
from bina.competencies.queries.cuts import FOLLOWING_CUTS, adopted_cuts, competencies_of_cuts, people_measured_by
from bina.foundation import clock
from bina.foundation.models import Progress
from bina.foundation.progress import ProgressReporter
from bina.journal.actions import record

if TYPE_CHECKING:
    from uuid import UUID

    from bina.competencies.models import Competency, Framework
    from bina.journal.registry import Verb
    from bina.people.models import User

PORTION = 1_000


@transaction.atomic
def adopt_level_cuts(
    *,
    by: "User",
    line: str,
    framework: "Framework",
    competency: "Competency | None",
    cuts: Mapping[int, float],
    title: str,
    origin_id: "UUID",
    reason: str,
    agency_id: int | None,
    result_url: str,
) -> LevelCuts:
    """Read the tests of a line through these cuts from today on; a job computes the levels of those concerned anew.

    ``origin_id`` names the panel; ``agency_id`` is the agency whose bank it is, None for the bank of all. The caller has decided
    that the account may, and that a higher level begins higher. A second call for the same panel changes nothing.
    """
    row, is_new = LevelCuts.objects.get_or_create(
        origin_id=str(origin_id), withdrawn_at=None,
        defaults={
            "line": line, "framework": framework, "competency": competency, "title": title[:160],
            "cuts": {str(level): round(value, 6) for level, value in cuts.items()}, "reason": reason[:300],
            "valid_from": clock.today(),
        },
    )  # fmt: skip
    if is_new:
        _follow(entries.LEVEL_CUTS_ADOPTED, by, row, reason, agency_id, result_url)
    return row


@transaction.atomic
def withdraw_level_cuts(*, by: "User", origin_id: "UUID", reason: str, agency_id: int | None, result_url: str) -> None:
    """Take the cuts of a panel back: what held before decides again. A second call changes nothing."""
    row = LevelCuts.objects.select_for_update().filter(origin_id=str(origin_id), withdrawn_at=None).first()
    if row is not None:
        row.withdrawn_at = clock.now()
        _follow(entries.LEVEL_CUTS_WITHDRAWN, by, row, reason, agency_id, result_url)


def _follow(verb: "Verb", by: "User", row: LevelCuts, reason: str, agency_id: int | None, result_url: str) -> None:
    row.progress = Progress.objects.create(
        kind=FOLLOWING_CUTS, title=_("Menghitung ulang tingkat orang yang terukur"), owner=by, result_url=result_url
    )
    row.save()
    record(
        verb, by=by, kind="level_cuts", object_id=row.public_id, name=row.title, agency_id=agency_id, reason=reason,
        data={"cuts": row.cuts, "line": row.line, "progress": str(row.progress.public_id)},
    )  # fmt: skip


def recompute_after_cuts(public_id: str, progress_public_id: str) -> None:
    """Compute anew the levels that adopted or withdrawn cuts concern, and say how far it is; repeating changes nothing.

    People about whom no test of that line says anything keep their rows untouched.
    """
    row = adopted_cuts().get(public_id=public_id)
    progress = Progress.objects.get(public_id=progress_public_id)
    if progress.is_over:
        return
    with ProgressReporter(progress) as reporter:
        competencies = competencies_of_cuts(row)
        people = list(people_measured_by(row.line, competencies))
        for start in range(0, len(people), PORTION):
            recompute_levels(people[start : start + PORTION], competency_ids=competencies)
            reporter.advance(min(start + PORTION, len(people)), total=len(people))
        refresh_stale_units()
