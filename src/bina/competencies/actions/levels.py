"""Keeping the computed levels and the unit sums true."""

from collections.abc import Callable, Iterable, Sequence

from django.db import connection, transaction

from bina.competencies.models import CompetencyLevel, StaleUnit, UnitGap
from bina.competencies.queries.computation import LEVEL_COLUMNS, Assumptions, compute_levels
from bina.foundation import clock
from bina.foundation.bulk import insert_rows
from bina.people.actions import add_up, add_up_all
from bina.people.queries import employees, units
from bina.people.registry import SumsTable

PORTION = 5_000


@transaction.atomic
def recompute_levels(employee_ids: Sequence[int], *, competency_ids: Sequence[int] | None = None) -> None:
    """Compute these people's levels anew and replace the stored ones; their units' sums are noted as stale."""
    _replace(employee_ids, Assumptions(clock.today()), competency_ids)
    units = employees().filter(pk__in=employee_ids).values_list("unit_id", flat=True).distinct()
    note_stale_units(list(units))


def _replace(
    employee_ids: Sequence[int], assumptions: Assumptions, competency_ids: Sequence[int] | None = None
) -> None:
    computed = compute_levels(employee_ids, on=assumptions.on, assumptions=assumptions, competency_ids=competency_ids)
    old = CompetencyLevel.objects.filter(employee_id__in=employee_ids)
    if competency_ids is not None:
        old = old.filter(competency_id__in=list(competency_ids))
    old._raw_delete(old.db)
    insert_rows(
        CompetencyLevel,
        ("employee_id", "competency_id", *LEVEL_COLUMNS),
        ((person, competency, *values) for person, competency, values in computed.rows()),
    )


def recompute_everyone(*, agency_id: int | None = None, on_portion: Callable[[int, int], None] | None = None) -> int:
    """Compute the levels of all people (of one agency), portion by portion, then all unit sums; returns how many.

    Each portion is its own transaction, so readers are never blocked for long and a crash loses one portion of work.
    """
    people = employees().filter(left_on=None)
    if agency_id is not None:
        people = people.filter(agency_id=agency_id)
    ids = list(people.order_by("pk").values_list("pk", flat=True))
    assumptions = Assumptions(clock.today())
    for start in range(0, len(ids), PORTION):
        portion = ids[start : start + PORTION]
        with transaction.atomic():
            _replace(portion, assumptions)
        if on_portion:
            on_portion(min(start + PORTION, len(ids)), len(ids))
    rebuild_unit_gaps()
    return len(ids)


def note_stale_units(unit_ids: Iterable[int]) -> None:
    """Remember that these units' sums no longer hold."""
    moment = clock.now()
    StaleUnit.objects.bulk_create(
        [StaleUnit(unit_id=unit_id, noted_at=moment) for unit_id in sorted(set(unit_ids))], ignore_conflicts=True
    )


_SUMS = """
INSERT INTO competencies_unitgap
    (unit_id, is_whole, competency_id, required, measured, proven, provisional, gap_sum, level_sum, variance_sum)
SELECT e.unit_id, FALSE, l.competency_id, COUNT(*),
       SUM(CASE WHEN l.mean IS NULL THEN 0 ELSE 1 END),
       SUM(CASE WHEN l.status = 3 THEN 1 ELSE 0 END),
       SUM(CASE WHEN l.status = 2 THEN 1 ELSE 0 END),
       COALESCE(SUM(l.gap), 0), COALESCE(SUM(l.mean), 0), COALESCE(SUM(l.standard_deviation * l.standard_deviation), 0)
FROM competencies_competencylevel l JOIN people_employee e ON e.id = l.employee_id
WHERE l.required_level IS NOT NULL AND e.left_on IS NULL {where}
GROUP BY e.unit_id, l.competency_id
"""


_GAPS = SumsTable(
    UnitGap._meta.db_table,
    ("competency_id",),
    ("required", "measured", "proven", "provisional", "gap_sum", "level_sum", "variance_sum"),
)


def _hold() -> None:
    """One job at a time adds up, the others wait at the tops of the trees."""
    list(units().select_for_update(no_key=True).filter(depth=1).values_list("pk"))


@transaction.atomic
def rebuild_unit_gaps() -> None:
    """Make the sums of every unit anew, and add them up."""
    _hold()
    UnitGap.objects.all()._raw_delete("default")
    with connection.cursor() as cursor:
        cursor.execute(_SUMS.format(where=""))
    add_up_all(_GAPS)
    StaleUnit.objects.all().delete()


@transaction.atomic
def refresh_stale_units() -> int:
    """Make the sums of units noted as stale anew, and those of the units above them; returns how many were noted."""
    if not StaleUnit.objects.exists():
        return 0
    _hold()
    tree = dict(units().values_list("path", "pk"))
    stale = list(StaleUnit.objects.select_for_update().values_list("unit_id", flat=True))
    for unit_id in stale:
        UnitGap.objects.filter(unit_id=unit_id, is_whole=False).delete()
        with connection.cursor() as cursor:
            cursor.execute(_SUMS.format(where="AND e.unit_id = %s"), [unit_id])
    add_up(_GAPS, tree, set(stale))
    StaleUnit.objects.filter(unit_id__in=stale).delete()
    return len(stale)
