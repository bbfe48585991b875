"""Pages of courses: the catalogue, the player, the workshop of authors, the people in a course."""

from bina.learning.views.authors import (
    archive,
    discard,
    export,
    import_course,
    manage_course,
    managed,
    preview,
    preview_activity,
    publish,
    restore,
)
from bina.learning.views.catalogue import catalogue, course, enrol, mine, withdraw
from bina.learning.views.media import media
from bina.learning.views.participants import (
    enrol_others,
    participant,
    participants,
    progress,
    reopen,
    repair,
)
from bina.learning.views.player import (
    activity,
    answer_test,
    begin_test,
    complete,
    download,
    finish_test,
    report,
    resume,
    submit_quiz,
)

__all__ = [
    "activity",
    "answer_test",
    "archive",
    "begin_test",
    "catalogue",
    "complete",
    "course",
    "discard",
    "download",
    "enrol",
    "enrol_others",
    "export",
    "finish_test",
    "import_course",
    "manage_course",
    "managed",
    "media",
    "mine",
    "participant",
    "participants",
    "preview",
    "preview_activity",
    "progress",
    "publish",
    "reopen",
    "repair",
    "report",
    "restore",
    "resume",
    "submit_quiz",
    "withdraw",
]
