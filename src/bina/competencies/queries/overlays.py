"""A profile read in the words of another framework: domains and pillars as weighted means of what is measured."""

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bina.competencies.models import Competency, CompetencyLevel, Crosswalk, Framework
from bina.competencies.rules import FrameworkState

if TYPE_CHECKING:
    from bina.people.models import Employee

NORMAL_95 = 1.6448536269514722  # half-width of a 90 % interval in standard deviations


@dataclass(frozen=True, slots=True)
class OverlayLine:
    """One domain or pillar: the weighted mean level of the competencies that feed it, with its interval.

    ``coverage`` is the share of its weight that is measured; with less than half no mean is shown.
    """

    target: Competency
    mean: float | None
    low: float | None
    high: float | None
    coverage: float


def overlays() -> list[Framework]:
    """Published frameworks in whose words a profile can be read."""
    kinds = [Framework.Kind.OVERLAY, Framework.Kind.REPORTING]
    return list(Framework.objects.filter(kind__in=kinds, state=FrameworkState.PUBLISHED).order_by("id"))


def overlay_of(employee: "Employee", framework: Framework) -> list[OverlayLine]:
    """The person's levels in the words of ``framework``.

    mean = Σ w·m / Σ w over measured competencies; variance = Σ w²·s² / (Σ w)², errors taken as independent.
    Two queries.
    """
    levels: dict[int, tuple[float, float]] = {
        row[0]: (row[1] or 0.0, row[2] or 0.0)
        for row in CompetencyLevel.objects.filter(employee=employee, mean__isnull=False).values_list(
            "competency_id", "mean", "standard_deviation"
        )
    }
    feeds: dict[int, list[tuple[int, float]]] = defaultdict(list)
    targets: dict[int, Competency] = {}
    rows = (
        Crosswalk.objects.filter(target__framework=framework).select_related("target").order_by("target__order", "id")
    )
    for row in rows:
        targets[row.target_id] = row.target
        feeds[row.target_id].append((row.source_id, row.weight))
    lines = []
    for target_id, target in targets.items():
        total = sum(weight for _, weight in feeds[target_id])
        known = [(weight, *levels[source]) for source, weight in feeds[target_id] if source in levels]
        measured = sum(weight for weight, _, _ in known)
        if total == 0 or measured / total < 0.5:
            lines.append(OverlayLine(target, None, None, None, measured / total if total else 0.0))
            continue
        mean = sum(weight * level for weight, level, _ in known) / measured
        spread = math.sqrt(sum((weight * sd) ** 2 for weight, _, sd in known)) / measured
        lines.append(OverlayLine(target, mean, mean - NORMAL_95 * spread, mean + NORMAL_95 * spread, measured / total))
    return lines
