"""Which levels people have proven, whatever their job asks for."""

import datetime as dt
from collections.abc import Collection

from django.db.models import Max, Q
from scipy import special

from bina.competencies.models import CompetencyLevel, Evidence, EvidenceSource
from bina.foundation import clock
from bina.science.evidence import StatusRules


def levels_proven(employee_id: int, wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], dt.datetime]:
    """Those of the wanted pairs of competency id and level that a person has proven, with the moment of the newest piece of
    evidence that can prove.

    Proven means here what it means against the standard of a job: P(ability at least the level) = Phi((mean - level) / sd)
    of at least 0.90, with evidence from a source that can prove (``science.evidence.combine``). At most three queries.
    """
    if not wanted:
        return {}
    today, least = clock.today(), StatusRules().proven
    rows = CompetencyLevel.objects.filter(
        employee_id=employee_id, competency_id__in={pk for pk, _level in wanted}, mean__isnull=False
    )
    lines = {row.competency_id: row for row in rows}
    reached = [(pk, level) for pk, level in wanted if pk in lines and _chance(lines[pk], level) >= least]
    if not reached:
        return {}
    in_force = Q(valid_to=None) | Q(valid_to__gte=today)
    sources = dict(
        EvidenceSource.objects.filter(in_force, valid_from__lte=today)
        .order_by("valid_from", "id")
        .values_list("code", "can_prove")
    )
    newest = dict(
        Evidence.objects.filter(
            employee_id=employee_id, competency_id__in={pk for pk, _level in reached}, withdrawn_at=None,
            source__in=[code for code, can_prove in sources.items() if can_prove],
        )
        .order_by()
        .values_list("competency_id")
        .annotate(newest=Max("recorded_at"))
    )  # fmt: skip
    return {(pk, level): newest[pk] for pk, level in reached if pk in newest}


def _chance(line: CompetencyLevel, level: int) -> float:
    """P(ability at least the level), rounded as the computation of levels rounds it; 0 where nothing is measured."""
    if line.mean is None or not line.standard_deviation:
        return 0.0
    return round(float(special.ndtr((line.mean - level) / line.standard_deviation)), 6)
