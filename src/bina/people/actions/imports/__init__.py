"""The staff import: columns, reading, parsing, judging, writing, and the steps that a person sees."""

from bina.people.actions.imports.results import error_file, result_lines
from bina.people.actions.imports.running import (
    apply_staff_file,
    cancel_import,
    check_staff_file,
    give_up_check,
    request_apply,
    resume_import,
    upload_staff_file,
)
from bina.people.actions.imports.template import staff_template

__all__ = [
    "apply_staff_file",
    "cancel_import",
    "check_staff_file",
    "error_file",
    "give_up_check",
    "request_apply",
    "result_lines",
    "resume_import",
    "staff_template",
    "upload_staff_file",
]
