"""Everything that may be done with tools, and everything that tools may do."""

from bina.integrations.lti.actions.grades import (
    change_line_item,
    make_line_item,
    read_people,
    remove_line_item,
    take_score,
)
from bina.integrations.lti.actions.launches import Reply, answer_login, open_tool, pick_content, try_tool
from bina.integrations.lti.actions.notes import note
from bina.integrations.lti.actions.picking import Addition, add_to_course, entries_of, take_picked
from bina.integrations.lti.actions.platform_keys import ensure_key, rotate_key
from bina.integrations.lti.actions.registration import invite_tool, take_registration
from bina.integrations.lti.actions.tokens import grant_token, tidy
from bina.integrations.lti.actions.tools import (
    Finding,
    ToolWords,
    change_tool,
    check_connection,
    register_tool,
    remove_tool,
    set_sharing,
    switch_tool_off,
    switch_tool_on,
)

__all__ = [
    "Addition",
    "Finding",
    "Reply",
    "ToolWords",
    "add_to_course",
    "answer_login",
    "change_line_item",
    "change_tool",
    "check_connection",
    "ensure_key",
    "entries_of",
    "grant_token",
    "invite_tool",
    "make_line_item",
    "note",
    "open_tool",
    "pick_content",
    "read_people",
    "register_tool",
    "remove_line_item",
    "remove_tool",
    "rotate_key",
    "set_sharing",
    "switch_tool_off",
    "switch_tool_on",
    "take_picked",
    "take_registration",
    "take_score",
    "tidy",
    "try_tool",
]
