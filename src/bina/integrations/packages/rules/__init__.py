"""What packages allow: how they run, what their results mean, how they become a course."""

from bina.integrations.packages.rules.archives import Archive, archived, line_of, resolved
from bina.integrations.packages.rules.courses import Choices, course_folder
from bina.integrations.packages.rules.in_folders import chosen_part, inside, read_by_manifest, read_in_folder
from bina.integrations.packages.rules.readers import READERS, PackageReader, PackageReport, register_reader
from bina.integrations.packages.rules.runs import (
    LARGEST_STATE,
    RUNTIMES,
    Happening,
    Intake,
    Known,
    Outcome,
    Runtime,
    TooLarge,
    Trial,
    can_save,
    clean_state,
    evidence_of,
    is_evidence_enough,
    merge_outcome,
    register_runtime,
)
from bina.integrations.packages.rules.states import NEXT_STATES, STATE_NAMES, AttemptState, state_after
from bina.integrations.packages.rules.texts import as_told, readable, storable

__all__ = [
    "LARGEST_STATE",
    "NEXT_STATES",
    "READERS",
    "RUNTIMES",
    "STATE_NAMES",
    "Archive",
    "AttemptState",
    "Choices",
    "Happening",
    "Intake",
    "Known",
    "Outcome",
    "PackageReader",
    "PackageReport",
    "Runtime",
    "TooLarge",
    "Trial",
    "archived",
    "as_told",
    "can_save",
    "chosen_part",
    "clean_state",
    "course_folder",
    "evidence_of",
    "inside",
    "is_evidence_enough",
    "line_of",
    "merge_outcome",
    "read_by_manifest",
    "read_in_folder",
    "readable",
    "register_reader",
    "register_runtime",
    "resolved",
    "state_after",
    "storable",
]
