"""Building a course in the browser: its working copy is begun, changed form by form, taken back, exchanged, made a draft."""

from bina.learning.actions.workspaces.arranging import add_entries, add_part, arrange_course
from bina.learning.actions.workspaces.folders import (
    begin_course,
    hold_course,
    make_draft,
    open_workspace,
    replace_workspace,
    restore_save,
    write_workspace,
)
from bina.learning.actions.workspaces.forms import about_mark, part_mark, save_about, save_part
from bina.learning.actions.workspaces.media import add_media, add_uploaded_media, remove_media
from bina.learning.actions.workspaces.questions import arrange_questions, questions_file, save_question
from bina.learning.actions.workspaces.saving import Overtaken, Seen

__all__ = [
    "Overtaken",
    "Seen",
    "about_mark",
    "add_entries",
    "add_media",
    "add_part",
    "add_uploaded_media",
    "arrange_course",
    "arrange_questions",
    "begin_course",
    "hold_course",
    "make_draft",
    "open_workspace",
    "part_mark",
    "questions_file",
    "remove_media",
    "replace_workspace",
    "restore_save",
    "save_about",
    "save_part",
    "save_question",
    "write_workspace",
]
