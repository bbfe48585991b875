"""How the levels of many people lie, as counts without anybody's name."""

from collections import Counter
from collections.abc import Collection

from django.db.models import Avg

from bina.competencies.models import CompetencyLevel


def level_distribution(competency_ids: Collection[int], agency_id: int | None = None) -> list[tuple[int, int]]:
    """How many people stand where: pairs of a level in tenths and of people, by each person's mean over these competencies.

    Only measured lines count; of one agency, or of all.
    """
    lines = CompetencyLevel.objects.filter(competency_id__in=competency_ids, mean__isnull=False)
    if agency_id is not None:
        lines = lines.filter(employee__agency_id=agency_id)
    means = lines.order_by().values("employee_id").annotate(level=Avg("mean")).values_list("level", flat=True)
    return sorted(Counter(round(10 * mean) for mean in means.iterator(chunk_size=20_000)).items())
