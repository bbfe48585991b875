"""What calibrating a bank needs and shows: the answers, the runs, and what people of each level really answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from django.db.models import Avg, Count, F, QuerySet
from django.db.models.functions import Round

from bina.assessment.models import CalibrationRun, Item, ItemBank, ItemVersion, Response
from bina.assessment.queries.items import banks_managed_by
from bina.assessment.queries.sessions import ENDED
from bina.assessment.rules import SMALLEST_GROUP, ItemState
from bina.science.arrays import FloatArray
from bina.science.psychometrics import ScoredItems, information, probability

if TYPE_CHECKING:
    from uuid import UUID

    from bina.people.models import User

RIGHT_FROM = 0.5  # an answer that is at least half right counts as right


@dataclass(frozen=True, eq=False)
class BankAnswers:
    """Answers to the current versions of a bank's items: persons x versions, 1 or 0, NaN where not answered."""

    version_ids: tuple[int, ...]
    scores: FloatArray


def answers_for(bank: ItemBank) -> BankAnswers:
    """The first answer of each person to each item in use or tried, from attempts that have ended; later ones have seen it before."""
    versions = tuple(
        Item.objects.filter(bank=bank, state__in=[ItemState.IN_USE, ItemState.PILOT], current__isnull=False)
        .order_by("code")
        .values_list("current_id", flat=True)
    )
    column = {pk: place for place, pk in enumerate(versions)}
    rows = (
        Response.objects.filter(item_version__in=versions, session__state__in=ENDED, score__isnull=False)
        .order_by("id")
        .values_list("session__employee_id", "item_version_id", "score")
    )
    row_of: dict[int, int] = {}
    cells: dict[tuple[int, int], float] = {}
    for person, version, score in rows.iterator(chunk_size=20_000):
        cells.setdefault((row_of.setdefault(person, len(row_of)), column[version]), float((score or 0.0) >= RIGHT_FROM))
    scores = np.full((len(row_of), len(versions)), np.nan)
    if cells:
        places = np.array(list(cells), dtype=np.int64)
        scores[places[:, 0], places[:, 1]] = list(cells.values())
    return BankAnswers(tuple(pk for pk in versions if pk is not None), scores)


def runs_visible_to(user: "User") -> QuerySet[CalibrationRun]:
    """The calibrations of the banks that the account keeps, newest first."""
    banks = [bank.pk for bank in banks_managed_by(user)]
    return CalibrationRun.objects.filter(bank_id__in=banks).select_related("bank", "progress").order_by("-id")


def run_visible_to(user: "User", public_id: "UUID | str") -> CalibrationRun | None:
    """One calibration that the account may read."""
    return runs_visible_to(user).filter(public_id=public_id).first()


@dataclass(frozen=True, slots=True)
class RunLine:
    """One item of a calibration, with the item that it is about."""

    item: Item
    a: float
    b: float
    a_error: float | None
    b_error: float | None
    answers: int
    misfit: float
    infit: float | None
    outfit: float | None
    old_a: float
    old_b: float
    moved: bool

    @property
    def fits_badly(self) -> bool:
        """Whether the curve is far from what people answered (RMSD above 0.1, the bound of PISA)."""
        return self.misfit > 0.1


def lines_of_run(run: CalibrationRun) -> list[RunLine]:
    """The items of a calibration, those that need a look first."""
    versions = ItemVersion.objects.select_related("item__competency").in_bulk([line["version"] for line in run.lines])
    names = ("a", "b", "a_error", "b_error", "answers", "misfit", "infit", "outfit", "old_a", "old_b", "moved")
    lines = [
        RunLine(versions[line["version"]].item, **{name: line[name] for name in names})
        for line in run.lines
        if line["version"] in versions
    ]
    return sorted(lines, key=lambda line: (not line.fits_badly, not line.moved, line.item.code))


def short_of_run(run: CalibrationRun) -> list[tuple[Item, int]]:
    """Items that had too few answers, with how many are missing."""
    items = {
        version: item
        for item in Item.objects.filter(current__in=[row["version"] for row in run.short])
        if (version := item.current_id)
    }
    return [(items[row["version"]], row["missing"]) for row in run.short if row["version"] in items]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """People near one level: how many answered, and the share right (None when fewer than five)."""

    level: float
    people: int
    share: float | None


@dataclass(frozen=True, eq=False)
class ItemCurve:
    """An item as the model sees it and as people answered: chance and information along the levels, observed points."""

    levels: FloatArray
    chance: FloatArray
    information: FloatArray
    observed: tuple[CurvePoint, ...]


def curve_of(version: ItemVersion, level_count: int) -> ItemCurve:
    """The curve of an item version from below the first level to above the last, beside the answers in steps of half a level.

    People are placed by what their attempt said about the item's competency; a step with fewer than five shows no share.
    """
    levels = np.linspace(-0.5, level_count + 1.0, 61)
    items = ScoredItems.without_guessing([version.a], [version.b])
    steps = (
        Response.objects.filter(
            item_version=version, session__state__in=ENDED, score__isnull=False,
            session__scores__competency_id=version.item.competency_id or 0,
        )
        .annotate(step=Round(2 * F("session__scores__value")))
        .order_by("step")
        .values_list("step")
        .annotate(Count("id"), Avg("score"))
    )  # fmt: skip
    observed = tuple(
        CurvePoint(step / 2, people, share if people >= SMALLEST_GROUP else None) for step, people, share in steps
    )
    return ItemCurve(levels, probability(levels, items)[:, 0], information(levels, items)[:, 0], observed)


def bank_information(version_ids: Sequence[int], level_count: int) -> tuple[FloatArray, FloatArray]:
    """Levels, and the information of all these items together at each of them."""
    parameters = list(ItemVersion.objects.filter(pk__in=version_ids).values_list("a", "b"))
    levels = np.linspace(-0.5, level_count + 1.0, 61)
    items = ScoredItems.without_guessing([a for a, _b in parameters], [b for _a, b in parameters])
    total: FloatArray = information(levels, items).sum(axis=1)
    return levels, total
