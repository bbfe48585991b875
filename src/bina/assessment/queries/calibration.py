"""What calibrating a bank needs and shows: the answers, the runs, and what people of each level really answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from django.db.models import Avg, Count, F, QuerySet
from django.db.models.functions import Round

from bina.assessment.models import CalibrationRun, Item, ItemBank, ItemVersion, Response
from bina.assessment.queries.items import banks_managed_by
from bina.assessment.queries.sessions import ENDED
from bina.assessment.rules import SMALLEST_GROUP, WORST_MISFIT, ItemState
from bina.science.arrays import BoolArray, FloatArray, IntArray
from bina.science.psychometrics import ScoredItems, information, probability

if TYPE_CHECKING:
    from uuid import UUID

    from bina.people.models import User

PORTION = 50_000
RIGHT_FROM = 0.5  # an answer that is at least half right counts as right


@dataclass(frozen=True, eq=False)
class BankAnswers:
    """The first answer of each person to each current version of a bank's items, as flat arrays, person by person.

    An item that was passed over holds a score of 0; see `answers_for`.

    ``people``: employee ids, rising. ``person`` and ``item``: places in ``people`` and ``version_ids``. ``score``: 0 to 1.
    Some 24 bytes an answer, so that millions fit where a table of persons x items would be mostly empty.
    """

    version_ids: tuple[int, ...]
    people: IntArray
    person: IntArray
    item: IntArray
    score: FloatArray

    @property
    def right(self) -> BoolArray:
        """Whether each answer counts as right in models that know only right and wrong."""
        solved: BoolArray = self.score >= RIGHT_FROM
        return solved

    def table(self, columns: Sequence[int], people: slice = slice(None)) -> FloatArray:
        """Persons x these items, 1 or 0, NaN where not answered; of all persons or a run of them."""
        start, stop, _step = people.indices(len(self.people))
        low, high = np.searchsorted(self.person, [start, stop])
        place = np.full(len(self.version_ids), -1)
        place[list(columns)] = np.arange(len(columns))
        column = place[self.item[low:high]]
        wanted = column >= 0
        scores = np.full((stop - start, len(columns)), np.nan)
        scores[self.person[low:high][wanted] - start, column[wanted]] = self.right[low:high][wanted]
        return scores


def answers_for(bank: ItemBank) -> BankAnswers:
    """The first answer of each person to each item in use or tried, from attempts that have ended; later ones have seen it before.

    What a person passed over before their last answer counts as 0, as it does in their result. What follows the last answer
    was not reached and is left out, as if it had not been in the test: omitted is wrong and not reached is not administered
    where national and international studies calibrate (NAEP, TIMSS, PISA), for it tells of time and endurance, not of the item.
    """
    found = (
        Item.objects.filter(bank=bank, state__in=[ItemState.IN_USE, ItemState.PILOT], current__isnull=False)
        .order_by("code")
        .values_list("current_id", flat=True)
    )
    versions = tuple(pk for pk in found if pk is not None)
    order = np.argsort(np.array(versions, dtype=np.int64), kind="stable")
    ids = np.array(versions, dtype=np.int64)[order]
    rows = (
        Response.objects.filter(item_version__in=versions, session__state__in=ENDED, score__isnull=False)
        .order_by("id")
        .values_list("session__employee_id", "item_version_id", "score")
        .iterator(chunk_size=PORTION)
    )
    who, which, points = [np.zeros(0, np.int32)], [np.zeros(0, np.int16)], [np.zeros(0, np.float32)]
    while portion := list(islice(rows, PORTION)):
        numbers = np.array(portion, dtype=np.float64)
        who.append(numbers[:, 0].astype(np.int32))
        which.append(order[np.searchsorted(ids, numbers[:, 1].astype(np.int64))].astype(np.int16))
        points.append(numbers[:, 2].astype(np.float32))
    people, person = np.unique(np.concatenate(who), return_inverse=True)
    # The place of the first answer of each person to each version, in the order of both.
    first = np.unique(person * max(len(versions), 1) + np.concatenate(which), return_index=True)[1]
    return BankAnswers(
        versions, people.astype(np.int64), person[first].astype(np.int64), np.concatenate(which)[first].astype(np.int64),
        np.concatenate(points)[first].astype(np.float64),
    )  # fmt: skip


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
        return self.misfit > WORST_MISFIT


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
    """People near one level: how many answered, the share right (None when fewer than five), and what the curve expects."""

    level: float
    people: int
    share: float | None
    chance: float


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
        CurvePoint(
            step / 2,
            people,
            share if people >= SMALLEST_GROUP else None,
            float(probability(np.array([step / 2]), items)[0, 0]),
        )
        for step, people, share in steps
    )
    return ItemCurve(levels, probability(levels, items)[:, 0], information(levels, items)[:, 0], observed)


def bank_information(version_ids: Sequence[int], level_count: int) -> tuple[FloatArray, FloatArray]:
    """Levels, and the information of all these items together at each of them."""
    parameters = list(ItemVersion.objects.filter(pk__in=version_ids).values_list("a", "b"))
    levels = np.linspace(-0.5, level_count + 1.0, 61)
    items = ScoredItems.without_guessing([a for a, _b in parameters], [b for _a, b in parameters])
    total: FloatArray = information(levels, items).sum(axis=1)
    return levels, total
