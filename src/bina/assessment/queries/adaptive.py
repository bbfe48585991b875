"""Adaptive tests: the questions to choose from, what the answers say so far, and which question comes next."""

import datetime as dt
import random
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from django.db.models import QuerySet

from bina.assessment.models import Blueprint, Item, ItemBank, ItemVersion, Response, Session
from bina.assessment.queries.sessions import again_after
from bina.assessment.rules import ItemState, SessionState
from bina.assessment.rules.adaptive import AIMED_EXPOSURE, GENERAL, PILOT_PLACES, SHORTLIST, WITHIN_AREA, Length
from bina.foundation.prepared import PreparedQuery
from bina.science.arrays import FloatArray, IntArray
from bina.science.psychometrics import ScoredItems
from bina.science.psychometrics.adaptive import (
    ProfileAnswers,
    ProfileEstimate,
    ProfilePrior,
    eligibility,
    estimate_profile,
    expected_gain,
    nested_prior,
)

if TYPE_CHECKING:
    from uuid import UUID

    from bina.people.models import Employee


@dataclass(frozen=True, eq=False)
class QuestionPool:
    """What an adaptive test of a bank chooses from: items in use with their parameters, and the competencies they ask.

    competency: place among ``competency_ids`` per item. area: place among ``area_ids`` per competency.
    """

    version_ids: tuple[int, ...]
    item_ids: tuple[int, ...]
    items: ScoredItems
    competency: IntArray
    competency_ids: tuple[int, ...]
    area: IntArray
    area_ids: tuple[int, ...]
    prior: ProfilePrior

    def weights_of_area(self, place: int) -> FloatArray:
        """Equal weights of an area's competencies, zero elsewhere; they sum to 1."""
        inside = (self.area == place).astype(np.float64)
        weights: FloatArray = inside / inside.sum()
        return weights

    @property
    def even_weights(self) -> FloatArray:
        """Equal weights of all competencies; they sum to 1."""
        return np.full(len(self.competency_ids), 1 / len(self.competency_ids))


@lru_cache(maxsize=16)
def _pool(bank: "UUID", revision: int) -> QuestionPool | None:
    """The pool of one state of a bank; ``revision`` is part of the key, so that a change of items makes a new one."""
    rows = list(
        Item.objects.filter(
            bank__public_id=bank, state=ItemState.IN_USE, current__isnull=False, competency__parent__isnull=False
        )
        .order_by("competency__framework_id", "competency__parent__order", "competency__order", "level", "code")
        .values_list(
            "pk", "current_id", "current__a", "current__b", "competency_id", "competency__parent_id",
            "competency__framework__level_count",
        )
    )  # fmt: skip
    if not rows:
        return None
    area_of = {row[4]: row[5] for row in rows if row[5] is not None}
    competencies, areas = tuple(area_of), tuple(dict.fromkeys(area_of.values()))
    level_count = rows[0][6]
    area = np.array([areas.index(area_of[competency]) for competency in competencies], dtype=np.int64)
    return QuestionPool(
        version_ids=tuple(row[1] for row in rows),
        item_ids=tuple(row[0] for row in rows),
        items=ScoredItems.without_guessing([row[2] for row in rows], [row[3] for row in rows]),
        competency=np.array([competencies.index(row[4]) for row in rows], dtype=np.int64),
        competency_ids=competencies,
        area=area,
        area_ids=areas,
        prior=nested_prior(area, mean=level_count / 2, sd=level_count / 4, general=GENERAL, within_area=WITHIN_AREA),
    )


def pool_of(bank: ItemBank) -> QuestionPool | None:
    """What adaptive tests of a bank choose from now, kept in memory until its items change; None without items."""
    return _pool(bank.public_id, bank.revision)


@lru_cache(maxsize=2_000)
def _words(bank: "UUID", version_id: int) -> ItemVersion:
    """An item version with its item. Its words never change, so each is read once per process; the bank is part of the key
    because numbers of rows may come back after a restore."""
    return ItemVersion.objects.select_related("item").get(pk=version_id, item__bank__public_id=bank)


def withheld_for(pool: QuestionPool, seed: int) -> list[int]:
    """The item versions not offered to one person, so that no question becomes known to too many. One query."""
    counts = {
        pk: (offered, asked)
        for pk, offered, asked in Item.objects.filter(pk__in=pool.item_ids).values_list(
            "pk", "offered_count", "asked_count"
        )
    }
    offered, asked = np.array([counts[pk] for pk in pool.item_ids], dtype=np.float64).T
    chance = eligibility(offered, np.minimum(asked, offered), most=AIMED_EXPOSURE)
    draws = np.random.default_rng(seed).random(len(chance))
    return [version for version, draw, share in zip(pool.version_ids, draws, chance, strict=True) if draw >= share]


def known_so_far(session: Session, pool: QuestionPool) -> tuple[ProfileEstimate, int]:
    """The profile that the answers of an adaptive test speak for, and how many answers there are. One compiled query."""
    places = {competency: place for place, competency in enumerate(pool.competency_ids)}
    pilots = session.adaptive.get("pilots", [])
    rows = [row for row in _answers.rows(session.pk) if row[0] not in pilots and row[3] in places]
    answers = ProfileAnswers(
        ScoredItems.without_guessing([row[1] for row in rows], [row[2] for row in rows]),
        np.array([places[row[3]] for row in rows], dtype=np.int64),
        np.array([row[4] or 0.0 for row in rows]),
    )
    return estimate_profile(pool.prior, answers), len(rows)


_answers = PreparedQuery(
    lambda session_id: (
        Response.objects.filter(session_id=session_id)
        .order_by("position")
        .values_list(
            "item_version_id", "item_version__a", "item_version__b", "item_version__item__competency_id", "score"
        )
    ),
    int,
)


def pilot_for(session: Session) -> int | None:
    """The item version to try at this place of an adaptive test, where one is due and there is one; the least tried first.

    It looks like any other question, does not count, and leaves with an answer that a calibration can use.
    """
    if len(session.form) + 1 not in PILOT_PLACES:
        return None
    return (
        Item.objects.filter(bank=session.blueprint.bank, state=ItemState.PILOT, current__isnull=False)
        .exclude(current__in=session.form)
        .order_by("asked_count", "code")
        .values_list("current_id", flat=True)
        .first()
    )


def next_version(
    pool: QuestionPool, estimate: ProfileEstimate, *, asked: list[int], withheld: list[int], seed: int
) -> int | None:
    """The item version to ask next, drawn from the few that would tell most; None when all have been asked.

    The seed and the number of answers decide the draw, so that the same state always leads to the same question. Where only
    withheld questions are left they are asked after all: knowing more weighs heavier than a rare repetition.
    """
    gain = expected_gain(estimate, pool.items, pool.competency, pool.even_weights)
    open_items = ~np.isin(pool.version_ids, asked)
    offered = open_items & ~np.isin(pool.version_ids, withheld)
    allowed = offered if offered.any() else open_items
    count = int(allowed.sum())
    if not count:
        return None
    gain = np.where(allowed, gain, -1.0)
    best = np.argsort(-gain, kind="stable")[: min(SHORTLIST, count)]
    draw = random.Random(f"{seed}:{len(asked)}").random()  # noqa: S311  variety, not secrecy
    return pool.version_ids[int(best[int(draw * len(best))])]


def length_of(blueprint: Blueprint) -> Length:
    """How long an adaptive test may be."""
    return Length.of(blueprint.rule)


def diagnostics() -> QuerySet[Blueprint]:
    """The adaptive tests in use, the national ones."""
    return Blueprint.objects.filter(mode=Blueprint.Mode.ADAPTIVE, is_active=True, agency=None).order_by("order", "id")


def diagnostic_again_on(employee: "Employee", blueprint: Blueprint) -> dt.date | None:
    """The first date on which an adaptive test may be taken again; None when nothing stands in the way."""
    latest = (
        Session.objects.filter(employee=employee, blueprint=blueprint, finished_at__isnull=False)
        .exclude(state=SessionState.CANCELLED.value)
        .order_by("-finished_at")
        .values_list("finished_at", flat=True)
        .first()
    )
    return again_after(blueprint, latest)


def latest_place(session: Session) -> tuple[int, ItemVersion]:
    """The place of the question an adaptive test waits at, and its words; parameters may be those of an earlier calibration."""
    return len(session.form), _words(session.blueprint.bank.public_id, session.form[-1])
