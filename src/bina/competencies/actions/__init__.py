"""Everything that may be done with competencies: frameworks, standards, evidence, computed levels."""

from bina.competencies.actions.appeals import (
    decide_review,
    decline_opinion,
    give_opinion,
    name_assessor,
    request_review,
    withdraw_review,
)
from bina.competencies.actions.cuts import adopt_level_cuts, recompute_after_cuts, withdraw_level_cuts
from bina.competencies.actions.evidence import NewEvidence, record_evidence, record_evidence_in_bulk, withdraw_evidence
from bina.competencies.actions.frameworks import (
    change_framework_state,
    discard_framework,
    load_reference_data,
    upload_framework,
)
from bina.competencies.actions.levels import (
    note_stale_units,
    rebuild_unit_gaps,
    recompute_everyone,
    recompute_levels,
    refresh_stale_units,
)
from bina.competencies.actions.local_competencies import (
    add_local_competency,
    change_local_competency,
    retire_local_competency,
)
from bina.competencies.actions.reminders import remind_of_appeals, remind_of_expiry
from bina.competencies.actions.sources import (
    adopt_estimate,
    calculate_source_estimate,
    recompute_after_change,
    request_source_estimate,
    restore_source,
)
from bina.competencies.actions.standards import end_standard, set_standard

__all__ = [
    "NewEvidence",
    "add_local_competency",
    "adopt_estimate",
    "adopt_level_cuts",
    "calculate_source_estimate",
    "change_framework_state",
    "change_local_competency",
    "decide_review",
    "decline_opinion",
    "discard_framework",
    "end_standard",
    "give_opinion",
    "load_reference_data",
    "name_assessor",
    "note_stale_units",
    "rebuild_unit_gaps",
    "recompute_after_change",
    "recompute_after_cuts",
    "recompute_everyone",
    "recompute_levels",
    "record_evidence",
    "record_evidence_in_bulk",
    "refresh_stale_units",
    "remind_of_appeals",
    "remind_of_expiry",
    "request_review",
    "request_source_estimate",
    "restore_source",
    "retire_local_competency",
    "set_standard",
    "upload_framework",
    "withdraw_evidence",
    "withdraw_level_cuts",
    "withdraw_review",
]
