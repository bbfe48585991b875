"""Everything that may be asked about competencies: frameworks, standards, profiles, reasons, gap maps."""

from bina.competencies.queries.computation import ComputedLevels, compute_levels
from bina.competencies.queries.frameworks import (
    area_list,
    assessable_competencies,
    competencies_by_code,
    descriptors_of,
    frameworks_visible_to,
    published_framework,
)
from bina.competencies.queries.gap_maps import GapCell, GapMap, gap_map
from bina.competencies.queries.profiles import (
    EvidenceShare,
    LevelReason,
    Profile,
    ProfileLine,
    evidence_of,
    level_of,
    levels_of_many,
    profile_of,
    profile_visible_to,
    reason_of,
)
from bina.competencies.queries.standards import Requirement, StandardBook, standards_of_class, standards_visible_to

__all__ = [
    "ComputedLevels",
    "EvidenceShare",
    "GapCell",
    "GapMap",
    "LevelReason",
    "Profile",
    "ProfileLine",
    "Requirement",
    "StandardBook",
    "area_list",
    "assessable_competencies",
    "competencies_by_code",
    "compute_levels",
    "descriptors_of",
    "evidence_of",
    "frameworks_visible_to",
    "gap_map",
    "level_of",
    "levels_of_many",
    "profile_of",
    "profile_visible_to",
    "published_framework",
    "reason_of",
    "standards_of_class",
    "standards_visible_to",
]
