"""Everything that may be done with courses and in them."""

from bina.learning.actions.course_tests import CONTEXT, answer_test, begin_test, finish_test, note_test_result
from bina.learning.actions.courses import (
    ImportReport,
    archive_course,
    discard_draft,
    export_course,
    import_course_folder,
    load_reference_data,
    publish_version,
    restore_course,
    write_export,
)
from bina.learning.actions.effects import record_course_effect
from bina.learning.actions.enrolments import enrol, enrol_unit, request_unit_enrolment, withdraw
from bina.learning.actions.progress import (
    complete_activity,
    open_activity,
    record_activity_progress,
    reopen_enrolment,
    repair_activity,
)
from bina.learning.actions.quizzes import submit_quiz

__all__ = [
    "CONTEXT",
    "ImportReport",
    "answer_test",
    "archive_course",
    "begin_test",
    "complete_activity",
    "discard_draft",
    "enrol",
    "enrol_unit",
    "export_course",
    "finish_test",
    "import_course_folder",
    "load_reference_data",
    "note_test_result",
    "open_activity",
    "publish_version",
    "record_activity_progress",
    "record_course_effect",
    "reopen_enrolment",
    "repair_activity",
    "request_unit_enrolment",
    "restore_course",
    "submit_quiz",
    "withdraw",
    "write_export",
]
