"""Building a course in the browser: begin it, arrange its outline, write its parts, exchange it, make it a draft."""

from bina.learning.views.editing.folders import exchange, export_workspace, history, restore_save
from bina.learning.views.editing.forms import about, edit_part, preview_text
from bina.learning.views.editing.media import edit_media, files, remove_file
from bina.learning.views.editing.outline import add, arrange, begin_editing, draft, edit, new_course
from bina.learning.views.editing.questions import arrange_questions, question
from bina.learning.views.editing.trying import try_part

__all__ = [
    "about",
    "add",
    "arrange",
    "arrange_questions",
    "begin_editing",
    "draft",
    "edit",
    "edit_media",
    "edit_part",
    "exchange",
    "export_workspace",
    "files",
    "history",
    "new_course",
    "preview_text",
    "question",
    "remove_file",
    "restore_save",
    "try_part",
]
