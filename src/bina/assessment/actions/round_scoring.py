"""From the marks of a round to what may be shown: levels by kind of rater, corrected for how severe each rater is.

Only marks that end up in something shown take part, so that nobody can work back from a result to a hidden answer.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from bina.assessment.actions.scoring import Estimate, prior_for, rated_level
from bina.assessment.rules import SLOPE, SMALLEST_RATER_GROUP, STEPS_AROUND_LEVEL, Layout, View, layout_of
from bina.science.psychometrics import (
    AbilityEstimate,
    GradedItems,
    NormalPrior,
    Ratings,
    graded_expected_a_posteriori,
    marginal_reliability,
    rated_levels,
)

if TYPE_CHECKING:
    from bina.assessment.models import RoundRater

GROUP = (View.PEER, View.SUBORDINATE)
# How much raters differ where too few of them rate the same people for it to be seen.
USUAL_SEVERITY_SD = 0.3
FEWEST_CONNECTED = 5
# Figures over a round need so many people behind them.
FEWEST_PEOPLE = 3
FEWEST_CELLS = 10
NAMED_BEHAVIOURS = 3

CellKey = tuple[int, int]  # (subject id, competency id)


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark of one rater on the behaviour of one level."""

    cell: CellKey
    rater: int
    view: View
    level: int
    mark: int


@dataclass(frozen=True, slots=True)
class Severities:
    """How severe each rater is, in levels above the others, with its error; and how well that is known."""

    by_rater: dict[int, tuple[float, float]] = field(default_factory=dict)
    spread: float | None = None
    connected: int = 0

    def of(self, rater: int) -> tuple[float, float]:
        """Severity and its error; who was not seen beside others is taken for average, with the usual doubt."""
        return self.by_rater.get(rater, (0.0, USUAL_SEVERITY_SD))


def marks_of(rows: "Iterable[RoundRater]", competencies: Iterable[int]) -> list[Mark]:
    """Every mark in sent ratings on the competencies of the round; “cannot judge” says nothing."""
    known = {str(pk) for pk in competencies}
    return [
        Mark((row.subject_id, int(pk)), row.rater_id, View(row.view), int(level), mark)
        for row in rows
        for pk, marks in row.answers.items()
        if pk in known
        for level, mark in marks.items()
        if mark is not None
    ]


def layouts_of(marks: Sequence[Mark], readers: Mapping[int, Collection[int]]) -> dict[CellKey, Layout]:
    """How each group result is shown, by the number of people who judged it.

    ``readers``, by subject: raters who may look up the person's levels. Each of them knows one of the answers, so they do
    not count towards the three, and with one of them about the groups are never shown apart.
    """
    judges: dict[CellKey, dict[View, set[int]]] = defaultdict(lambda: defaultdict(set))
    for row in marks:
        judges[row.cell][row.view].add(row.rater)
    found = {}
    for cell, views in judges.items():
        peers, subordinates, reading = views[View.PEER], views[View.SUBORDINATE], set(readers.get(cell[0], ()))
        everyone = peers | subordinates
        if everyone & reading:
            enough = len(everyone - reading) >= SMALLEST_RATER_GROUP
            found[cell] = Layout.TOGETHER if enough else Layout.HIDDEN
        else:
            found[cell] = layout_of(len(peers), len(subordinates))
    return found


def severities_of(marks: Sequence[Mark], level_counts: Mapping[int, int]) -> Severities:
    """Severity of every rater but those who rate themselves, from the people they rated together with others.

    ``level_counts`` gives the number of levels by competency. The many-facet graded model of ``rated_levels``; a person
    on a competency is one person there, and every level of a behaviour one item.
    """
    rows = [row for row in marks if row.view is not View.SELF]
    if not rows:
        return Severities()
    cells = sorted({row.cell for row in rows})
    raters = sorted({row.rater for row in rows})
    levels = sorted({row.level for row in rows})
    place_of_cell = {cell: place for place, cell in enumerate(cells)}
    place_of_rater = {rater: place for place, rater in enumerate(raters)}
    place_of_level = {level: place for place, level in enumerate(levels)}
    priors = [prior_for(level_counts[competency]) for _subject, competency in cells]
    found = rated_levels(
        Ratings(
            np.array([place_of_cell[row.cell] for row in rows]), np.array([place_of_level[row.level] for row in rows]),
            np.array([place_of_rater[row.rater] for row in rows]), np.array([row.mark for row in rows]),
        ),
        GradedItems(
            np.full(len(levels), SLOPE), np.array([[level + step for step in STEPS_AROUND_LEVEL] for level in levels])
        ),
        NormalPrior(np.array([prior.mean for prior in priors]), np.array([prior.sd for prior in priors])),
        persons=len(cells), raters=len(raters), usual_severity_sd=USUAL_SEVERITY_SD,
    )  # fmt: skip
    connected = int(found.connected.sum())
    if connected < FEWEST_CONNECTED:
        return Severities(connected=connected)
    return Severities(
        {
            rater: (float(found.severity[place]), float(found.severity_error[place]))
            for rater, place in place_of_rater.items()
        },
        found.severity_sd,
        connected,
    )


def level_of_marks(marks: Sequence[Mark], level_count: int, severities: Severities) -> Estimate:
    """The level that some raters see together, each corrected for severity, with an honest spread.

    The doubt about each severity enters by its share in the level. With three or more raters the spread is at least that
    of their own levels around the mean, over the root of their number: where they disagree, the level is less sure.
    """
    thresholds = np.array(
        [[row.level + step + severities.of(row.rater)[0] for step in STEPS_AROUND_LEVEL] for row in marks]
    )
    prior = prior_for(level_count)
    found = graded_expected_a_posteriori(
        np.array([[float(row.mark) for row in marks]]), GradedItems(np.full(len(marks), SLOPE), thresholds), prior
    )
    value, error = float(found.estimate[0]), float(found.standard_error[0])
    told = 1 - min(1.0, (error / float(np.asarray(prior.sd))) ** 2)
    share: dict[int, float] = defaultdict(float)
    for row in marks:
        share[row.rater] += told / len(marks)
    variance = error**2 + sum((part * severities.of(rater)[1]) ** 2 for rater, part in share.items())
    if len(share) >= SMALLEST_RATER_GROUP:
        variance = max(variance, spread_of_raters(marks, level_count) ** 2 / len(share))
    return Estimate(value, float(variance**0.5))


def spread_of_raters(marks: Sequence[Mark], level_count: int) -> float:
    """Standard deviation of the levels that single raters see, in levels."""
    by_rater: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in marks:
        by_rater[row.rater].append((row.level, row.mark))
    return float(np.std([_level_of_one(tuple(sorted(said)), level_count) for said in by_rater.values()], ddof=1))


@lru_cache(maxsize=4096)
def _level_of_one(said: tuple[tuple[int, int], ...], level_count: int) -> float:
    """The level that one rater sees; kept, because the same few patterns of marks come back again and again."""
    found = rated_level(dict(said), level_count)
    if found is None:
        raise ValueError("a rating without marks says nothing")
    return found.value


def blurred(level: Estimate) -> Estimate:
    """A group's level in tenths, so that no finer figure invites reckoning back; the spread is rounded up."""
    return Estimate(round(level.value, 1), max(0.1, float(np.ceil(level.standard_deviation * 10 - 1e-9)) / 10))


@dataclass(frozen=True, slots=True)
class ScoredRound:
    """What a round found: levels by subject and competency and kind of rater, how groups are shown, and the severities."""

    cells: dict[CellKey, dict[str, Estimate]]
    layouts: dict[CellKey, Layout]
    marks: tuple[Mark, ...]
    severities: Severities
    spreads: dict[CellKey, float]


def score_marks(
    marks: Sequence[Mark], level_counts: Mapping[int, int], readers: Mapping[int, Collection[int]] | None = None
) -> ScoredRound:
    """Score a whole round. Marks of groups that are not shown are dropped before anything is reckoned.

    ``level_counts`` by competency; ``readers`` as in ``layouts_of``.
    """
    layouts = layouts_of(marks, readers or {})
    shown = tuple(row for row in marks if row.view not in GROUP or layouts[row.cell] is not Layout.HIDDEN)
    severities = severities_of(shown, level_counts)
    by_cell: dict[CellKey, list[Mark]] = defaultdict(list)
    for row in shown:
        by_cell[row.cell].append(row)
    cells: dict[CellKey, dict[str, Estimate]] = {}
    spreads: dict[CellKey, float] = {}
    for cell, rows in by_cell.items():
        count = level_counts[cell[1]]
        found: dict[str, Estimate] = {}
        own = rated_level({row.level: row.mark for row in rows if row.view is View.SELF}, count)
        if own:
            found["self"] = own
        superior = [row for row in rows if row.view is View.SUPERIOR]
        if superior:
            found["superior"] = level_of_marks(superior, count, severities)
        group = [row for row in rows if row.view in GROUP]
        if group:
            found["others"] = blurred(level_of_marks(group, count, severities))
            spreads[cell] = spread_of_raters(group, count)
            for view in GROUP if layouts[cell] is not Layout.TOGETHER else ():
                part = [row for row in group if row.view is view]
                if part:
                    found[view.value] = blurred(level_of_marks(part, count, severities))
        cells[cell] = found
    return ScoredRound(cells, layouts, shown, severities, spreads)


def behaviours_of(subject: int, scored: ScoredRound) -> tuple[list[list[int]], list[list[int]]]:
    """Behaviours that peers and subordinates see most and least often: [competency, level], at most three each.

    A behaviour takes part when three or more people judged it; no figure comes with it.
    """
    seen: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in scored.marks:
        if row.cell[0] == subject and row.view in GROUP:
            seen[row.cell[1], row.level].append(row.mark)
    means = sorted((-sum(said) / len(said), place) for place, said in seen.items() if len(said) >= SMALLEST_RATER_GROUP)
    count = min(NAMED_BEHAVIOURS, len(means) // 2)
    often = [list(place) for _mean, place in means[:count]]
    rarely = [list(place) for _mean, place in reversed(means[len(means) - count :])]
    return often, rarely


def comments_of(rows: "Sequence[RoundRater]") -> dict[str, dict[str, list[str]]]:
    """Comments on one person by kind of rater: those of peers and subordinates together, when three or more judged.

    Their order follows the words alone, so that it says nothing about who wrote first or whose name comes first.
    """
    judged = [row for row in rows if any(mark is not None for said in row.answers.values() for mark in said.values())]
    found = {}
    for key, views in (("self", (View.SELF,)), ("superior", (View.SUPERIOR,)), ("others", GROUP)):
        mine = [row for row in judged if row.view in views]
        if not mine or (key == "others" and len(mine) < SMALLEST_RATER_GROUP):
            continue
        found[key] = {
            name: sorted(
                (text for text in (getattr(row, name).strip() for row in mine) if text),
                key=lambda text: hashlib.sha256(text.encode()).hexdigest(),
            )
            for name in ("keep", "grow")
        }
    return found


def summary_over(scored: ScoredRound, subjects: Sequence[int], competencies: Sequence[int]) -> dict[str, Any]:
    """The organiser's figures: means of shown results alone, each over three people or more."""
    lines = []
    for competency in competencies:
        means: dict[str, float | None] = {}
        people = 0
        for key in ("self", "superior", "others"):
            values = [
                cell[key].value
                for subject in subjects
                if (cell := scored.cells.get((subject, competency))) and key in cell
            ]
            means[key] = round(float(np.mean(values)), 2) if len(values) >= FEWEST_PEOPLE else None
            people = max(people, len(values))
        lines.append({"competency": competency, **means, "people": people})
    groups = [cell["others"] for cell in scored.cells.values() if "others" in cell]
    with_groups = {subject for (subject, _competency), cell in scored.cells.items() if "others" in cell}
    enough = len(with_groups) >= FEWEST_PEOPLE
    reliability = None
    if enough and len(groups) >= FEWEST_CELLS:
        reliability = marginal_reliability(
            AbilityEstimate(
                np.array([cell.value for cell in groups]), np.array([cell.standard_deviation for cell in groups])
            )
        )
    severities = scored.severities
    return {
        "lines": lines, "people": len(subjects), "with_groups": len(with_groups),
        "reliability": None if reliability is None else round(reliability, 2),
        "disagreement": round(float(np.mean(list(scored.spreads.values()))), 1) if enough else None,
        "severity_sd": None if severities.spread is None or not enough else round(severities.spread, 1),
        "severity_raters": severities.connected if enough else 0,
    }  # fmt: skip
