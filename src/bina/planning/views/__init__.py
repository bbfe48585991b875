"""Pages of planning: the own plan and its items, and what superiors and HR see."""

from bina.planning.views.items import add, begin, done, item, move, remove, reopen, restore, take_all, take_proposal
from bina.planning.views.others import cycle, decide, plan, print_plan, staff, team
from bina.planning.views.own import discard, mine, planned_hours, print_mine, revise, submit, table, withdraw

__all__ = [
    "add",
    "begin",
    "cycle",
    "decide",
    "discard",
    "done",
    "item",
    "mine",
    "move",
    "plan",
    "planned_hours",
    "print_mine",
    "print_plan",
    "remove",
    "reopen",
    "restore",
    "revise",
    "staff",
    "submit",
    "table",
    "take_all",
    "take_proposal",
    "team",
    "withdraw",
]
