"""Keeping the sums of units: noting what changed costs one row; a job counts the changed units anew and adds up the tree."""

from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from bina.foundation import clock
from bina.people.models import Agency, KeptSums, OrgUnit, SumMark
from bina.people.queries.sums import agencies_with_changed_sums, counted, listed
from bina.people.registry import UNIT_SUMS, Counting, SumsTable, UnitSums

PORTION = 1_000


def note_person_changed(employee_id: int, sums: UnitSums) -> None:
    """Remember in the running transaction that a person's figures of one kind changed; one row, no lock, no look-up."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO people_summark (code, employee_id) VALUES (%s, %s)", (sums.code, employee_id))


def note_units_changed(unit_ids: Iterable[int]) -> None:
    """Remember that the people of these units are others than before, or of another kind: all their sums follow."""
    units = sorted(set(unit_ids))
    SumMark.objects.bulk_create(SumMark(code=code, unit_id=unit_id) for code in UNIT_SUMS for unit_id in units)


def forget_sums(agency_id: int) -> None:
    """So many people of an agency change that all its sums shall be counted anew; until then every answer is."""
    KeptSums.objects.filter(agency_id=agency_id).exclude(basis="").update(basis="")


def refresh_sums() -> int:
    """Count what was noted as changed, and agencies whose sums were never kept; returns how many units were counted."""
    return sum(_keep(agency, sums) for sums in UNIT_SUMS.values() for agency in agencies_with_changed_sums(sums))


def rebuild_sums() -> None:
    """Count all sums of all agencies anew, whatever was noted: a new year begins, floors change, nothing stays wrong."""
    for sums in UNIT_SUMS.values():
        for agency in Agency.objects.order_by("pk"):
            _keep(agency, sums, everything=True)


@transaction.atomic
def _keep(agency: Agency, sums: UnitSums, *, everything: bool = False) -> int:
    KeptSums.objects.get_or_create(agency=agency, code=sums.code)
    # One at a time for each kind and agency; nobody else waits here.
    kept = KeptSums.objects.select_for_update().get(agency=agency, code=sums.code)
    counting = sums.counting(agency)
    tree = dict(OrgUnit.objects.filter(agency=agency).order_by().values_list("path", "pk"))
    # Marks first, sums after: what is committed in between is counted and stays marked, which changes no answer.
    marks, changed = _marks(sums, set(tree.values()))
    if everything or kept.basis != counting.basis:
        changed = set(tree.values())
    _count_own(sums, counting, sorted(changed))
    add_up(sums, tree, changed)
    if kept.basis != counting.basis or everything:
        kept.basis, kept.made_at = counting.basis, clock.now()
        kept.save(update_fields=["basis", "made_at"])
    for start in range(0, len(marks), PORTION):
        SumMark.objects.filter(pk__in=marks[start : start + PORTION]).delete()
    return len(changed)


def _marks(sums: UnitSums, units: set[int]) -> tuple[list[int], set[int]]:
    """The marks on some units, and which of the units they are on; a mark on a person who is gone counts as seen."""
    rows = SumMark.objects.filter(code=sums.code).values_list("pk", "unit_id", "employee__unit_id")
    found = [(pk, unit or home) for pk, unit, home in rows]
    return [pk for pk, unit in found if unit in units or unit is None], {unit for _, unit in found} & units


def _count_own(sums: UnitSums, counting: Counting, units: Sequence[int]) -> None:
    """Replace the sums of the units' own people."""
    columns = ", ".join((*sums.keys, *sums.figures))
    for start in range(0, len(units), PORTION):
        portion = listed(units[start : start + PORTION])
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {sums.table} WHERE NOT is_whole AND unit_id IN ({portion})")  # noqa: S608
            cursor.execute(
                f"{counted(f'id IN ({portion})', counting)}"  # noqa: S608
                f"INSERT INTO {sums.table} (unit_id, is_whole, {columns}) SELECT unit_id, FALSE, {columns} FROM now",
                counting.parameters,
            )


def add_up(sums: SumsTable, tree: dict[str, int], changed: set[int]) -> None:
    """Replace the sums over whole subtrees, from the changed units up to the top, each from its children's.

    ``tree`` is unit ids by path, of all units of the agencies in question. The caller sees to it that nobody else adds up
    the same sums meanwhile.
    """
    step = OrgUnit.steplen
    dirty = {
        path[:end] for path, unit in tree.items() if unit in changed for end in range(step, len(path) + 1, step)
    } & tree.keys()
    children: dict[str, list[int]] = {}
    for path, unit in tree.items():
        children.setdefault(path[:-step], []).append(unit)
    keys, columns = "".join(f", s.{key}" for key in sums.keys), ", ".join((*sums.keys, *sums.figures))
    own = "".join(f", k.{name}" for name in (*sums.keys, *sums.figures))
    totals = "".join(f", SUM(s.{name})" for name in sums.figures)
    for length in sorted({len(path) for path in dirty}, reverse=True):
        level = [path for path in sorted(dirty) if len(path) == length]
        for start in range(0, len(level), PORTION):
            portion = level[start : start + PORTION]
            units = listed(tree[path] for path in portion)
            below = listed(child for path in portion for child in children.get(path, ()))
            from_children = (
                f" UNION ALL SELECT p.id AS unit_id{own} FROM {sums.table} k JOIN people_orgunit c ON c.id = k.unit_id "  # noqa: S608
                f"JOIN people_orgunit p ON p.path = SUBSTR(c.path, 1, LENGTH(c.path) - {step}) "
                f"WHERE k.is_whole AND k.unit_id IN ({below})"
                if below
                else ""
            )
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {sums.table} WHERE is_whole AND unit_id IN ({units})")  # noqa: S608
                cursor.execute(
                    f"INSERT INTO {sums.table} (unit_id, is_whole, {columns}) SELECT s.unit_id, TRUE{keys}{totals} FROM ("  # noqa: S608
                    f"SELECT k.unit_id AS unit_id{own} FROM {sums.table} k WHERE NOT k.is_whole AND k.unit_id IN ({units})"
                    f"{from_children}) s GROUP BY s.unit_id{keys}"
                )


def add_up_all(sums: SumsTable) -> None:
    """Sums over the subtrees of all units in one statement, from the units' own; the caller has removed those of before."""
    columns = ", ".join((*sums.keys, *sums.figures))
    keys, totals = "".join(f", k.{key}" for key in sums.keys), "".join(f", SUM(k.{name})" for name in sums.figures)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {sums.table} (unit_id, is_whole, {columns}) SELECT p.id, TRUE{keys}{totals} "  # noqa: S608
            f"FROM {sums.table} k JOIN people_orgunit c ON c.id = k.unit_id "
            "JOIN (SELECT DISTINCT depth FROM people_orgunit) d ON d.depth <= c.depth "
            f"JOIN people_orgunit p ON p.path = SUBSTR(c.path, 1, d.depth * {OrgUnit.steplen}) "
            f"WHERE NOT k.is_whole GROUP BY p.id{keys}"
        )
