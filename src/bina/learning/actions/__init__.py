"""Everything that may be done with courses and in them."""

from bina.learning.actions.effects import record_course_effect
from bina.learning.actions.enrolments import enrol, enrol_unit, reopen_enrolment, request_unit_enrolment, withdraw
from bina.learning.actions.progress import (
    complete_activity,
    open_activity,
    record_activity_progress,
    repair_activity,
)

__all__ = [
    "complete_activity",
    "enrol",
    "enrol_unit",
    "open_activity",
    "record_activity_progress",
    "record_course_effect",
    "reopen_enrolment",
    "repair_activity",
    "request_unit_enrolment",
    "withdraw",
]
