"""How precisely each test of a bank measures along the scale, and how far decisions at the cuts can be trusted."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy import special

from bina.assessment.models import Blueprint, BlueprintItem, CutScore, Item, ItemBank
from bina.assessment.queries.panels import cuts_in_force
from bina.assessment.rules import ItemState
from bina.competencies.queries import published_framework
from bina.science.arrays import FloatArray
from bina.science.evidence import ability_at_levels
from bina.science.psychometrics import AbilityEstimate, ScoredItems, decision_quality, information

PRECISE = 0.5  # levels: the widest standard error at which neighbouring levels are told apart
_PEOPLE = 199  # places of an even population


@dataclass(frozen=True, slots=True)
class CutPrecision:
    """One cut of a test: where it lies, whether a panel adopted it, and information and standard error there."""

    level: int
    value: float
    is_adopted: bool
    information: float
    standard_error: float

    @property
    def is_precise(self) -> bool:
        """Whether people near the cut are told apart well enough."""
        return self.standard_error <= PRECISE


@dataclass(frozen=True, eq=False)
class PrecisionOfTest:
    """Precision of one test: information along ``levels``, the cuts, and how good decisions at the cuts are.

    accuracy: share of people who are put where they truly belong. consistency: share who would be put there again.
    """

    blueprint: Blueprint
    item_count: int
    provisional_count: int
    levels: FloatArray
    information: FloatArray
    cuts: tuple[CutPrecision, ...]
    accuracy: float
    consistency: float

    @property
    def weakest(self) -> CutPrecision:
        """The cut around which the test says least."""
        return max(self.cuts, key=lambda cut: cut.standard_error)


def precision_of_tests(bank: ItemBank) -> list[PrecisionOfTest]:
    """Every active test of a bank, in their order; a test without items is left out.

    Of an adaptive test the best items at each level count, as many as it may ask. Decision quality is that of people who
    are spread as the prior belief says, N(level_count / 2, (level_count / 4)^2), measured with the error that the test has
    at their level (Rudner 2005, ``science.psychometrics.decision_quality``).
    """
    level_count = published_framework(bank.framework_code).level_count
    tests = Blueprint.objects.filter(bank=bank, is_active=True).prefetch_related("competencies")
    places: dict[int, list[tuple[float, float, bool]]] = defaultdict(list)
    rows = BlueprintItem.objects.filter(blueprint__bank=bank, blueprint__is_active=True).order_by("position")
    for form, a, b, provisional in rows.values_list(
        "blueprint_id", "item_version__a", "item_version__b", "item_version__is_provisional"
    ):
        places[form].append((a, b, provisional))
    pool = list(
        Item.objects.filter(bank=bank, state=ItemState.IN_USE, current__isnull=False).values_list(
            "current__a", "current__b", "current__is_provisional"
        )
    )
    adopted = cuts_in_force(bank)
    found = []
    for test in tests:
        parameters = pool if test.is_adaptive else places[test.pk]
        if parameters:
            found.append(_precision(test, parameters, _cuts(test, adopted, level_count), level_count))
    return found


def _cuts(test: Blueprint, adopted: list[CutScore], level_count: int) -> dict[int, tuple[float, bool]]:
    """Cut by level and whether a panel judged it: of the narrowest scope that holds all the test measures, else the level.

    Levels that the panel did not judge begin where `read_as_levels` lets them begin.
    """
    competencies = list(test.competencies.all())
    scopes: set[int | None] = {None}
    if len(competencies) == 1:
        scopes |= {competencies[0].pk, competencies[0].parent_id}
    elif competencies and len({row.parent_id for row in competencies}) == 1:
        scopes.add(competencies[0].parent_id)
    levels = range(1, level_count + 1)
    fitting = [cut for cut in adopted if cut.competency_id in scopes]
    if not fitting:
        return {level: (float(level), False) for level in levels}
    narrowest = max(map(_narrowness, fitting))
    judged = {cut.level: cut.value for cut in fitting if _narrowness(cut) == narrowest}
    starts = ability_at_levels(list(levels), judged)
    return {level: (start, level in judged) for level, start in zip(levels, starts.tolist(), strict=True)}


def _narrowness(cut: CutScore) -> int:
    return 0 if cut.competency is None else 1 if cut.competency.parent_id is None else 2


def _told(levels: FloatArray, parameters: list[tuple[float, float, bool]], most: int) -> FloatArray:
    items = ScoredItems.without_guessing([row[0] for row in parameters], [row[1] for row in parameters])
    each = information(levels, items)
    best: FloatArray = np.sort(each, axis=1)[:, ::-1][:, :most].sum(axis=1)
    return best


def _precision(
    test: Blueprint, parameters: list[tuple[float, float, bool]], cuts: dict[int, tuple[float, bool]], level_count: int
) -> PrecisionOfTest:
    most = int(test.rule.get("most", len(parameters))) if test.is_adaptive else len(parameters)
    levels = np.linspace(-0.5, level_count + 1.0, 61)
    order = sorted(cuts)
    at_cuts = _told(np.array([cuts[level][0] for level in order]), parameters, most)
    mean, sd = level_count / 2, level_count / 4
    truth = mean + sd * special.ndtri(np.arange(1, _PEOPLE + 1) / (_PEOPLE + 1))
    error = 1 / np.sqrt(_told(truth, parameters, most) + 1 / sd**2)
    # Estimates that weigh the prior in lie closer together than the people themselves.
    shrunk = mean + (truth - mean) * np.sqrt(max(1 - float((error**2).mean()) / sd**2, 0.0))
    quality = decision_quality(AbilityEstimate(shrunk, error), [cuts[level][0] for level in order])
    return PrecisionOfTest(
        blueprint=test,
        item_count=most,
        provisional_count=sum(row[2] for row in parameters),
        levels=levels,
        information=_told(levels, parameters, most),
        cuts=tuple(
            CutPrecision(level, *cuts[level], float(told), float(1 / np.sqrt(told)))
            for level, told in zip(order, at_cuts, strict=True)
        ),
        accuracy=quality.accuracy,
        consistency=quality.consistency,
    )
