"""From pieces of evidence to a level that can be shown, explained and appealed.

Tests, ratings, work products and certificates are weighed by precision and freshness into a posterior for each person
and competency; the same evidence gives the same level to the last bit, whatever order the rows come in.
"""

from bina.science.evidence.combination import CombinedLevels, Sources, Status, StatusRules, combine
from bina.science.evidence.cuts import ability_at_levels, read_as_levels
from bina.science.evidence.estimated_sources import (
    EstimatedSources,
    SourcePriors,
    estimate_sources,
    floor_that_adds,
    widened_by_groups,
)
from bina.science.evidence.freshness import newest_only
from bina.science.evidence.gap import JobPersonMatch, competency_gap, gap_severity, job_person_match, reached_level
from bina.science.evidence.growth import Growth, average_growth, growth
from bina.science.evidence.remeasurement import expiry_dates, level_expiry, remeasurement_order, years_until_expiry
from bina.science.evidence.table import Evidence

__all__ = [
    "CombinedLevels",
    "EstimatedSources",
    "Evidence",
    "Growth",
    "JobPersonMatch",
    "SourcePriors",
    "Sources",
    "Status",
    "StatusRules",
    "ability_at_levels",
    "average_growth",
    "combine",
    "competency_gap",
    "estimate_sources",
    "expiry_dates",
    "floor_that_adds",
    "gap_severity",
    "growth",
    "job_person_match",
    "level_expiry",
    "newest_only",
    "reached_level",
    "read_as_levels",
    "remeasurement_order",
    "widened_by_groups",
    "years_until_expiry",
]
