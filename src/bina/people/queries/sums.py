"""Figures of a subtree from the sums kept for its units, exact to the moment: what changed since is counted anew."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q

from bina.people.models import ACTIVE_STATUSES, Agency, KeptSums, OrgUnit, SumMark
from bina.people.registry import UNIT_SUMS, Counting, UnitSums

if TYPE_CHECKING:
    from decimal import Decimal

Row = tuple[Any, ...]

_BASIS_AND_MARKS = """
SELECT DISTINCT k.basis, COALESCE(m.unit_id, e.unit_id)
FROM people_keptsums k LEFT JOIN people_summark m ON m.code = k.code LEFT JOIN people_employee e ON e.id = m.employee_id
WHERE k.agency_id = %s AND k.code = %s
"""


def children_of(unit: OrgUnit) -> list[OrgUnit]:
    """The units right below one, in tree order; asked once for the same object."""
    found: list[OrgUnit] | None = unit.__dict__.get("_children")
    if found is None:
        rows = OrgUnit.objects.filter(path__subtree=unit.path, depth=unit.depth + 1).order_by("path")
        found = unit.__dict__["_children"] = list(rows)
    return found


def sums_by_branch(unit: OrgUnit, sums: UnitSums, counting: Counting) -> list[Row]:
    """The figures under a unit as (path of the branch, keys …, figures …); the unit's own people have its own path.

    A branch is a child unit with everything below it. Two queries on kept sums, whatever the number of people and units;
    where none are kept on this basis, everybody is counted. The caller decided who may see the unit.
    """
    rows = _fetch(_BASIS_AND_MARKS, (unit.agency_id, sums.code))
    if not rows or rows[0][0] != counting.basis:
        return counted_by_branch(unit, counting, sums)
    return _kept_by_branch(unit, sums, counting, sorted({row[1] for row in rows if row[1] is not None}))


def counted_by_branch(unit: OrgUnit, counting: Counting, sums: UnitSums) -> list[Row]:
    """The same figures counted from the people themselves."""
    keys, figures = "".join(f", n.{key}" for key in sums.keys), "".join(f", SUM(n.{name})" for name in sums.figures)
    return _fetch(
        f"{counted(_below(unit), counting)}"  # noqa: S608
        f"SELECT SUBSTR(u.path, 1, {_end(unit)}){keys}{figures} FROM now n JOIN people_orgunit u ON u.id = n.unit_id "
        f"GROUP BY SUBSTR(u.path, 1, {_end(unit)}){keys}",
        counting.parameters,
    )


def _kept_by_branch(unit: OrgUnit, sums: UnitSums, counting: Counting, changed: list[int]) -> list[Row]:
    """Sums of the children with all below them and of the unit's own people; of each changed unit, what is kept is taken
    away again and what is counted is added, in one statement, so that a job that keeps sums meanwhile changes nothing."""
    keys = "".join(f", k.{key} AS {key}" for key in sums.keys)
    figures = "".join(f", k.{name} AS {name}" for name in sums.figures)
    parts = [
        f"SELECT '{unit.path}' AS branch{keys}{figures} FROM {sums.table} k WHERE k.unit_id = {unit.pk} AND NOT k.is_whole"  # noqa: S608
    ]
    children = listed(child.pk for child in children_of(unit))
    if children:
        parts.append(
            f"SELECT u.path AS branch{keys}{figures} FROM {sums.table} k JOIN people_orgunit u ON u.id = k.unit_id "  # noqa: S608
            f"WHERE k.is_whole AND k.unit_id IN ({children})"
        )
    before, parameters = "", ()
    if changed:
        less = "".join(f", -k.{name} AS {name}" for name in sums.figures)
        before = counted(f"id IN ({listed(changed)}) AND {_below(unit)}", counting)
        parameters = counting.parameters
        branch = f"SUBSTR(u.path, 1, {_end(unit)}) AS branch"
        parts += [
            f"SELECT {branch}{keys}{figures} FROM now k JOIN people_orgunit u ON u.id = k.unit_id",  # noqa: S608
            f"SELECT {branch}{keys}{less} FROM {sums.table} k JOIN people_orgunit u ON u.id = k.unit_id "  # noqa: S608
            "WHERE NOT k.is_whole AND k.unit_id IN (SELECT id FROM here)",
        ]
    groups = "".join(f", s.{key}" for key in sums.keys)
    totals = "".join(f", SUM(s.{name})" for name in sums.figures)
    rows = _fetch(
        f"{before}SELECT s.branch{groups}{totals} FROM ({' UNION ALL '.join(parts)}) s GROUP BY s.branch{groups}",  # noqa: S608
        parameters,
    )
    width = len(sums.figures)
    return [row for row in rows if any(row[-width:])]


def counted(where: str, counting: Counting) -> str:
    """The beginning of a statement that counts in the units of a condition: they are ``here``, their active people are
    ``active`` (id, unit_id, employment_type), and the figures ``now``."""
    statuses = ", ".join(f"'{status.value}'" for status in ACTIVE_STATUSES)
    return (
        f"WITH here(id) AS (SELECT id FROM people_orgunit WHERE {where}), "  # noqa: S608
        "active(id, unit_id, employment_type) AS (SELECT id, unit_id, employment_type FROM people_employee "
        f"WHERE unit_id IN (SELECT id FROM here) AND left_on IS NULL AND legal_status IN ({statuses})), "
        f"now AS ({counting.sql}) "
    )


def listed(numbers: "Iterable[int]") -> str:
    """Whole numbers as SQL lists them; empty for none."""
    return ", ".join(str(int(number)) for number in numbers)


def _below(unit: OrgUnit) -> str:
    """The condition that a row of the table of units lies in the subtree; the path is made of digits and capitals."""
    if not unit.path.isalnum():
        raise ValueError(f"not a path of a tree: {unit.path!r}")
    # The sign that stands for anything is doubled: the statement goes through the driver's own formatting.
    return f"path GLOB '{unit.path}*'" if connection.vendor == "sqlite" else f"path LIKE '{unit.path}%%'"


def _end(unit: OrgUnit) -> int:
    return len(unit.path) + OrgUnit.steplen


def _fetch(sql: str, parameters: Collection[Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        found: list[Row] = cursor.fetchall()
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """Kept sums of an agency that do not agree with the people: which, and both figures of the first that differs."""

    agency: Agency
    code: str
    kept: "int | Decimal | float"
    counted: "int | Decimal | float"


def differing_sums() -> Iterator[Difference]:
    """Every kind of kept sums, in every agency, that differs from a count of the people; none when all is well."""
    for top in OrgUnit.objects.filter(depth=1).select_related("agency"):
        for sums in UNIT_SUMS.values():
            counting = sums.counting(top.agency)
            width = len(sums.figures)
            kept, counted = (
                {row[:-width]: row[-width:] for row in rows if any(row[-width:])}
                for rows in (sums_by_branch(top, sums, counting), counted_by_branch(top, counting, sums))
            )
            nothing = (0,) * width
            for group in kept.keys() | counted.keys():
                pairs = zip(kept.get(group, nothing), counted.get(group, nothing), strict=True)
                odd = next(((left, right) for left, right in pairs if abs(left - right) > TOLERANCE), None)
                if odd:
                    yield Difference(top.agency, sums.code, *odd)
                    break


# Sums of fractions in another order end in other last digits.
TOLERANCE = 0.005


def agencies_with_changed_sums(sums: UnitSums) -> list[Agency]:
    """Agencies whose sums of one kind a job has to look at: something changed in them, or nothing was kept so far."""
    marks = SumMark.objects.filter(code=sums.code)
    changed = Q(pk__in=marks.values("unit__agency_id")) | Q(pk__in=marks.values("employee__unit__agency_id"))
    kept = KeptSums.objects.filter(code=sums.code).exclude(basis="")
    return list(Agency.objects.filter(changed | ~Q(pk__in=kept.values("agency_id"))).order_by("pk"))
