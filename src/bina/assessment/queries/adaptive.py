"""Adaptive tests: the questions to choose from, what the answers say so far, and which question comes next."""

import datetime as dt
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from django.db.models import Q, QuerySet

from bina.assessment.models import Blueprint, Item, ItemBank, ItemVersion, ProfileCorrelations, Response, Session
from bina.assessment.queries.enemies import barred_by, enemy_versions
from bina.assessment.queries.sessions import again_after
from bina.assessment.rules import ItemState, SessionState
from bina.assessment.rules.adaptive import AIMED_EXPOSURE, GENERAL, PILOT_PLACES, SHORTLIST, WITHIN_AREA, Length
from bina.assessment.rules.pilots import tried_count
from bina.foundation import clock
from bina.foundation.prepared import PreparedQuery
from bina.science.arrays import FloatArray, IntArray
from bina.science.psychometrics import ScoredItems
from bina.science.psychometrics.adaptive import (
    ProfileAnswers,
    ProfileEstimate,
    ProfilePrior,
    draw_eligible,
    eligibility,
    estimate_profile,
    expected_gain,
    nested_prior,
    with_correlations,
)

if TYPE_CHECKING:
    from uuid import UUID

    from bina.people.models import Employee


@dataclass(frozen=True, eq=False)
class QuestionPool:
    """What an adaptive test of a bank chooses from: items in use with their parameters, and the competencies they ask.

    competency: place among ``competency_ids`` per item. competency_keys: their public ids. area: place among ``area_ids``
    per competency. prior: what is believed before any answer, with the correlations that the attempt began with.
    enemies: per item version (of any state) the versions that never join it in a test.
    """

    version_ids: tuple[int, ...]
    item_ids: tuple[int, ...]
    items: ScoredItems
    competency: IntArray
    competency_ids: tuple[int, ...]
    competency_keys: tuple[str, ...]
    area: IntArray
    area_ids: tuple[int, ...]
    prior: ProfilePrior
    enemies: Mapping[int, frozenset[int]]

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
            "competency__framework__level_count", "competency__public_id",
        )
    )  # fmt: skip
    if not rows:
        return None
    area_of = {row[4]: row[5] for row in rows if row[5] is not None}
    competencies, areas = tuple(area_of), tuple(dict.fromkeys(area_of.values()))
    key_of = {row[4]: str(row[7]) for row in rows}
    level_count = rows[0][6]
    area = np.array([areas.index(area_of[competency]) for competency in competencies], dtype=np.int64)
    return QuestionPool(
        version_ids=tuple(row[1] for row in rows),
        item_ids=tuple(row[0] for row in rows),
        items=ScoredItems.without_guessing([row[2] for row in rows], [row[3] for row in rows]),
        competency=np.array([competencies.index(row[4]) for row in rows], dtype=np.int64),
        competency_ids=competencies,
        competency_keys=tuple(key_of[competency] for competency in competencies),
        area=area,
        area_ids=areas,
        prior=nested_prior(area, mean=level_count / 2, sd=level_count / 4, general=GENERAL, within_area=WITHIN_AREA),
        enemies=enemy_versions(bank),
    )


@lru_cache(maxsize=16)
def _pool_with(bank: "UUID", revision: int, correlations: str) -> QuestionPool | None:
    """The pool with adopted correlations in its prior; a row of them never changes."""
    pool = _pool(bank, revision)
    row = ProfileCorrelations.objects.filter(public_id=correlations, bank__public_id=bank).first()
    if pool is None or row is None or row.is_assumption:
        return pool
    # What has come to the bank since keeps the correlations that were first assumed.
    spot = {key: place for place, key in enumerate(row.competencies)}
    places = [place for place, key in enumerate(pool.competency_keys) if key in spot]
    known = [spot[pool.competency_keys[place]] for place in places]
    matrix = np.array(row.matrix, dtype=np.float64)[np.ix_(known, known)]
    return replace(pool, prior=with_correlations(pool.prior, np.array(places, dtype=np.int64), matrix))


def pool_of(bank: ItemBank, correlations: str = "") -> QuestionPool | None:
    """What adaptive tests of a bank choose from now, kept in memory until its items change; None without items.

    ``correlations``: the public id of the ProfileCorrelations that is believed; empty for the first assumption.
    """
    if correlations:
        return _pool_with(bank.public_id, bank.revision, correlations)
    return _pool(bank.public_id, bank.revision)


def pool_for(session: Session) -> QuestionPool | None:
    """What an adaptive attempt chooses from now, with the correlations that it began with."""
    return pool_of(session.blueprint.bank, session.adaptive.get("correlations", ""))


def correlation_rows(bank: ItemBank) -> QuerySet[ProfileCorrelations]:
    """What adaptive tests of a bank believed about how competencies go together, the newest first."""
    return ProfileCorrelations.objects.filter(bank=bank).select_related("estimate").order_by("-valid_from", "-id")


def correlations_in_force(bank: ItemBank) -> ProfileCorrelations | None:
    """The row that holds today; None where nothing was ever adopted."""
    day = clock.today()
    return correlation_rows(bank).filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day).first()


def correlations_for_new(bank: ItemBank) -> str:
    """What an attempt that begins today keeps: the identity of the row in force, empty for the first assumption."""
    row = correlations_in_force(bank)
    return "" if row is None or row.is_assumption else str(row.public_id)


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
    return held_back(pool, offered, asked, seed)


def held_back(pool: QuestionPool, offered: FloatArray, asked: FloatArray, seed: int) -> list[int]:
    """The item versions not offered to the person of a seed, after so many tests that offered and asked each item."""
    chance = eligibility(offered, np.minimum(asked, offered), most=AIMED_EXPOSURE)
    eligible = draw_eligible(chance, np.random.default_rng(seed).random(len(chance)))
    return [version for version, is_open in zip(pool.version_ids, eligible, strict=True) if not is_open]


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


def pilot_for(session: Session, pool: QuestionPool) -> int | None:
    """The item version to try at this place of an adaptive test, where one is due and there is one; the least tried first.

    It looks like any other question, does not count, and leaves with an answer that a calibration can use.
    """
    if len(session.form) + 1 not in PILOT_PLACES:
        return None
    return (
        Item.objects.filter(bank=session.blueprint.bank, state=ItemState.PILOT, current__isnull=False)
        .exclude(current__in=[*session.form, *barred_by(session.form, pool.enemies)])
        .order_by("asked_count", "code")
        .values_list("current_id", flat=True)
        .first()
    )


def pilots_of(blueprint: Blueprint) -> list[int]:
    """The item versions to try in the next attempt at a fixed test of a bank, the least tried first; none in a course.

    They measure what the test measures, and do not count.
    """
    if blueprint.is_course_test:
        return []
    tried = Item.objects.filter(bank=blueprint.bank_id, state=ItemState.PILOT, current__isnull=False)
    rows = tried.filter(competency__in=blueprint.competencies.all()).order_by("asked_count", "code")
    wanted = tried_count(blueprint.item_count)
    found = [pk for pk in rows.values_list("current_id", flat=True) if pk is not None]
    enemies = enemy_versions(blueprint.bank.public_id) if found and wanted else {}
    form = list(blueprint.places.values_list("item_version_id", flat=True)) if enemies else []
    chosen: list[int] = []
    for pk in found:
        if len(chosen) < wanted and pk not in barred_by([*form, *chosen], enemies):
            chosen.append(pk)
    return chosen


def next_version(
    pool: QuestionPool, estimate: ProfileEstimate, *, asked: list[int], withheld: list[int], seed: int
) -> int | None:
    """The item version to ask next, drawn from the few that would tell most; None when all have been asked.

    The seed and the number of answers decide the draw, so that the same state always leads to the same question. Where only
    withheld questions are left they are asked after all: knowing more weighs heavier than a rare repetition. Enemies of a
    question that was asked never come.
    """
    gain = expected_gain(estimate, pool.items, pool.competency, pool.even_weights)
    open_items = ~np.isin(pool.version_ids, [*asked, *barred_by(asked, pool.enemies)])
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
