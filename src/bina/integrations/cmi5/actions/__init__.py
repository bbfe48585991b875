"""Everything that may be done with cmi5: bringing courses in, launching units, and taking in what they say."""

from bina.integrations.cmi5.actions.courses import Import, import_course, remove_course
from bina.integrations.cmi5.actions.launches import (
    Doorway,
    Launch,
    launch_by_program,
    preview_unit,
    restart,
    start_unit,
)
from bina.integrations.cmi5.actions.sessions import (
    abandon,
    abandon_forgotten,
    fetch_token,
    note_reading,
    take_statements,
)
from bina.integrations.cmi5.actions.waivers import waive, waive_by_program

__all__ = [
    "Doorway",
    "Import",
    "Launch",
    "abandon",
    "abandon_forgotten",
    "fetch_token",
    "import_course",
    "launch_by_program",
    "note_reading",
    "preview_unit",
    "remove_course",
    "restart",
    "start_unit",
    "take_statements",
    "waive",
    "waive_by_program",
]
