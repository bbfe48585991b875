"""Everything that may be done with plans: write, submit, decide, revise; items that follow learning."""

from bina.planning.actions.cycles import set_cycle
from bina.planning.actions.following import follow_completion, follow_reopening, follow_start, follow_withdrawal
from bina.planning.actions.items import (
    ItemContent,
    add_item,
    add_proposal,
    change_item,
    mark_item_done,
    move_item,
    propose_items,
    remove_item,
    reopen_item,
    restore_item,
)
from bina.planning.actions.plans import (
    approve_plan,
    discard_revision,
    return_plan,
    revise_plan,
    start_plan,
    submit_plan,
    withdraw_plan,
)

__all__ = [
    "ItemContent",
    "add_item",
    "add_proposal",
    "approve_plan",
    "change_item",
    "discard_revision",
    "follow_completion",
    "follow_reopening",
    "follow_start",
    "follow_withdrawal",
    "mark_item_done",
    "move_item",
    "propose_items",
    "remove_item",
    "reopen_item",
    "restore_item",
    "return_plan",
    "revise_plan",
    "set_cycle",
    "start_plan",
    "submit_plan",
    "withdraw_plan",
]
