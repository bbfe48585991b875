"""Adopted cuts: which of them decide for a piece of test evidence on a day, and how its ability reads as a level."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from django.db.models import QuerySet

from bina.competencies.models import Competency, Evidence, LevelCuts
from bina.foundation import clock
from bina.science.arrays import FloatArray
from bina.science.evidence import ability_at_levels, read_as_levels

if TYPE_CHECKING:
    from uuid import UUID

    from bina.foundation.models import Progress

FOLLOWING_CUTS = "recompute_cuts"


def adopted_cuts() -> QuerySet[LevelCuts]:
    """Every set of cuts that was ever adopted, the oldest first, with the competency or area it is about."""
    return LevelCuts.objects.select_related("competency").order_by("valid_from", "id")


class CutsInForce:
    """The cuts in force at one moment: of those that fit, the narrowest decides alone, and of these the newest."""

    def __init__(self, rows: Iterable[LevelCuts]) -> None:
        """Take rows that are in force, the oldest first."""
        self._rows: dict[str, list[LevelCuts]] = defaultdict(list)
        for row in rows:
            self._rows[row.line].append(row)

    def __bool__(self) -> bool:
        return bool(self._rows)

    def deciding(self, line: str, competency_id: int | None, area_id: int | None) -> LevelCuts | None:
        """The cuts that decide for tests of a line on a competency, an area (no competency) or a whole (neither)."""
        scopes = {None, area_id, competency_id}
        fitting = [row for row in self._rows.get(line, ()) if row.competency_id in scopes]
        return max(enumerate(fitting), key=lambda pair: (pair[1].narrowness, pair[0]))[1] if fitting else None

    def read(
        self, line: str, competency_id: int | None, area_id: int | None, value: float, spread: float
    ) -> tuple[float, float]:
        """One ability and its standard error as a level and its."""
        row = self.deciding(line, competency_id, area_id)
        if row is None:
            return value, spread
        level, error = read_as_levels([value], [spread], row.by_level)
        return float(level[0]), float(error[0])

    def read_all(
        self,
        lines: Sequence[str],
        competency_ids: Sequence[int],
        area_of: Mapping[int, int],
        value: FloatArray,
        spread: FloatArray,
    ) -> tuple[FloatArray, FloatArray]:
        """Values and spreads of many pieces as levels; pieces whose line has no cuts stay as they are."""
        places: dict[tuple[str, int], list[int]] = defaultdict(list)
        for place, (line, competency) in enumerate(zip(lines, competency_ids, strict=True)):
            if line in self._rows:
                places[line, competency].append(place)
        if not places:
            return value, spread
        level, error = value.copy(), spread.copy()
        for (line, competency), chosen in places.items():
            row = self.deciding(line, competency, area_of.get(competency))
            if row is not None:
                at = np.array(chosen)
                level[at], error[at] = read_as_levels(value[at], spread[at], row.by_level)
        return level, error


def cuts_in_force(on: dt.date | None = None) -> CutsInForce:
    """The cuts in force on a day (today), as far as they were not taken back since. One query."""
    return CutsInForce(adopted_cuts().filter(withdrawn_at=None, valid_from__lte=on or clock.today()))


def read_pieces(pieces: Iterable[Evidence], competency: Competency) -> list[tuple[Evidence, float, float]]:
    """Pieces of evidence on one competency with the level and the spread that each speaks for today."""
    cuts, area = cuts_in_force(), competency.parent_id
    return [
        (piece, *cuts.read(piece.line, competency.pk, area, piece.value, piece.standard_deviation)) for piece in pieces
    ]


def ability_of_level(cuts: CutsInForce, line: str, scope: Competency | None, levels: Sequence[float]) -> FloatArray:
    """The abilities on the scale of a line that are read as these levels, for a competency, an area, or the whole."""
    row = cuts.deciding(line, *_ids(scope))
    return np.array(levels, dtype=np.float64) if row is None else ability_at_levels(levels, row.by_level)


def _ids(scope: Competency | None) -> tuple[int | None, int | None]:
    if scope is None:
        return None, None
    return (None, scope.pk) if scope.parent_id is None else (scope.pk, scope.parent_id)


def competencies_of_cuts(row: LevelCuts) -> list[int]:
    """The competencies that a set of cuts is about."""
    if row.competency is not None and row.competency.parent_id is not None:
        return [row.competency.pk]
    found = Competency.objects.filter(framework_id=row.framework_id, parent__isnull=False)
    if row.competency is not None:
        found = found.filter(parent_id=row.competency.pk)
    return sorted(found.values_list("pk", flat=True))


def people_measured_by(line: str, competency_ids: Collection[int]) -> "QuerySet[Evidence, int]":
    """Ids of the employees about whom tests of a line say something on these competencies."""
    pieces = Evidence.objects.filter(competency_id__in=competency_ids, line=line, withdrawn_at=None)
    return pieces.order_by("employee_id").values_list("employee_id", flat=True).distinct()


def recomputing_of(origin_id: "UUID | str") -> "Progress | None":
    """How far the levels are that follow the latest change of the cuts of a panel."""
    row = LevelCuts.objects.filter(origin_id=str(origin_id)).select_related("progress").order_by("-id").first()
    return row.progress if row else None
