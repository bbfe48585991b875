"""How the competencies of a bank go together: what adaptive tests believe, since when, and what people's answers say."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from django.db.models import QuerySet

from bina.assessment.models import CorrelationEstimate, ItemBank, ProfileCorrelations
from bina.assessment.queries.adaptive import QuestionPool, pool_of
from bina.assessment.queries.calibration import answers_for
from bina.assessment.queries.items import banks_managed_by
from bina.assessment.rules import MOST_PROFILES
from bina.competencies.queries import competencies_by_id
from bina.science.arrays import FloatArray
from bina.science.psychometrics import NormalPrior, expected_a_posteriori
from bina.science.psychometrics.adaptive import ProfileResults

if TYPE_CHECKING:
    from uuid import UUID

    from bina.competencies.models import Competency
    from bina.people.models import User

SCATTER = 2_654_435_761  # Knuth's multiplier: the same people are drawn every time, and from everywhere
LEAST_TOLD = 1e-3  # precision (1 / levels²) below which answers say nothing
PEOPLE_AT_ONCE = 20_000


def correlation_estimates(user: "User") -> QuerySet[CorrelationEstimate]:
    """The estimates of the banks that the account keeps, newest first."""
    banks = [bank.pk for bank in banks_managed_by(user)]
    return CorrelationEstimate.objects.filter(bank_id__in=banks).select_related("bank", "progress").order_by("-id")


def correlation_estimate_visible_to(user: "User", public_id: "UUID | str") -> CorrelationEstimate | None:
    """One estimate that the account may read."""
    return correlation_estimates(user).filter(public_id=public_id).first()


@dataclass(frozen=True, eq=False)
class MeasuredProfiles:
    """People with results of two competencies or more, of at most `MOST_PROFILES` the results; ``found``: how many there are."""

    results: ProfileResults
    found: int


def measured_profiles(bank: ItemBank, pool: QuestionPool) -> MeasuredProfiles:
    """What the first answers of people to a bank's items in use say about each competency alone, without any prior.

    The posterior of the answers to a competency's items (EAP under the prior every test uses) is freed of that prior:
    q = q_post - q_prior, value = (q_post m_post - q_prior m_prior) / q, with precisions q = 1 / sd^2. So nothing of what is
    assumed about the other competencies comes in.
    """
    data = answers_for(bank)
    place = {version: number for number, version in enumerate(data.version_ids)}
    mean = pool.prior.mean
    spread = np.sqrt(np.diag(pool.prior.covariance))
    person, competency, value, precision = [], [], [], []
    for number in range(len(pool.competency_ids)):
        chosen = pool.competency == number
        columns = [place[pool.version_ids[spot]] for spot in np.flatnonzero(chosen)]
        items = pool.items.only(chosen)
        prior = NormalPrior(float(mean[number]), float(spread[number]))
        for start in range(0, len(data.people), PEOPLE_AT_ONCE):
            scores = data.table(columns, slice(start, start + PEOPLE_AT_ONCE))
            who = np.flatnonzero(~np.isnan(scores).all(axis=1))
            if not who.size:
                continue
            posterior = expected_a_posteriori(scores[who], items, prior)
            told = 1 / posterior.standard_error**2
            own = np.maximum(told - 1 / spread[number] ** 2, LEAST_TOLD)
            person.append(start + who)
            competency.append(np.full(len(who), number))
            value.append((told * posterior.estimate - mean[number] / spread[number] ** 2) / own)
            precision.append(own)
    if not person:
        nothing, none = np.zeros(0), np.zeros(0, dtype=np.int64)
        return MeasuredProfiles(ProfileResults(none, none, nothing, nothing), 0)
    who, which = np.concatenate(person), np.concatenate(competency)
    several = np.flatnonzero(np.bincount(who) >= 2)
    order = np.argsort((data.people[several] * SCATTER) % 2**32, kind="stable")
    kept = np.isin(who, several[order[:MOST_PROFILES]])
    return MeasuredProfiles(
        ProfileResults(
            who[kept].astype(np.int64), which[kept].astype(np.int64), np.concatenate(value)[kept],
            np.concatenate(precision)[kept] ** -0.5,
        ),
        len(several),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CompetencyPair:
    """Two competencies: the correlation in use and the one estimated with its error, and how many people have both."""

    first: "Competency"
    second: "Competency"
    in_use: float
    estimated: float | None
    error: float | None
    people: int

    @property
    def difference(self) -> float:
        """By how much the estimate lies above what is in use."""
        return 0.0 if self.estimated is None else self.estimated - self.in_use


@dataclass(frozen=True, eq=False)
class CorrelationPage:
    """What adaptive tests of a bank believe beside an estimate: competencies in order, both matrices, and all pairs, those
    that differ most first. ``estimated`` holds None where a competency is newer than the estimate."""

    competencies: "tuple[Competency, ...]"
    in_use: FloatArray
    estimated: tuple[tuple[float | None, ...], ...]
    pairs: tuple[CompetencyPair, ...]


def correlation_page(
    bank: ItemBank, row: ProfileCorrelations | None, estimate: CorrelationEstimate | None
) -> CorrelationPage | None:
    """What is believed and what is estimated, pair by pair; None for a bank without items that a test could ask."""
    pool = pool_of(bank, str(row.public_id) if row else "")
    if pool is None:
        return None
    named = competencies_by_id(pool.competency_ids)
    competencies = tuple(named[pk] for pk in pool.competency_ids)
    spread = np.sqrt(np.diag(pool.prior.covariance))
    in_use = pool.prior.covariance / np.outer(spread, spread)
    facts = estimate.facts if estimate else {}
    spot = {key: number for number, key in enumerate(facts.get("competencies", []))}
    places = [spot.get(key) for key in pool.competency_keys]

    def told(name: str, first: int | None, second: int | None) -> float | None:
        return None if first is None or second is None else float(facts[name][first][second])

    pairs = [
        CompetencyPair(
            competencies[j], competencies[i], float(in_use[i, j]), told("correlation", places[i], places[j]),
            told("error", places[i], places[j]), int(told("people", places[i], places[j]) or 0),
        )
        for i in range(len(competencies))
        for j in range(i)
    ]  # fmt: skip
    pairs.sort(key=lambda pair: (-abs(pair.difference), pair.first.code, pair.second.code))
    estimated = tuple(tuple(told("correlation", first, second) for second in places) for first in places)
    return CorrelationPage(competencies, in_use, estimated, tuple(pairs))
