"""Everything that may be done with competencies: frameworks, standards, evidence, computed levels."""

from bina.competencies.actions.appeals import decide_review, request_review, withdraw_review
from bina.competencies.actions.evidence import NewEvidence, record_evidence, record_evidence_in_bulk, withdraw_evidence
from bina.competencies.actions.frameworks import add_local_competency, change_framework_state, load_reference_data
from bina.competencies.actions.levels import (
    note_stale_units,
    rebuild_unit_gaps,
    recompute_everyone,
    recompute_levels,
    refresh_stale_units,
)
from bina.competencies.actions.standards import end_standard, set_standard

__all__ = [
    "NewEvidence",
    "add_local_competency",
    "change_framework_state",
    "decide_review",
    "end_standard",
    "load_reference_data",
    "note_stale_units",
    "rebuild_unit_gaps",
    "recompute_everyone",
    "recompute_levels",
    "record_evidence",
    "record_evidence_in_bulk",
    "refresh_stale_units",
    "request_review",
    "set_standard",
    "withdraw_evidence",
    "withdraw_review",
]
