"""Everything that may be asked about plans: one's own, a team's, an agency's, and what could be planned."""

from bina.planning.queries.counts import PlanCounts, plan_counts
from bina.planning.queries.plans import (
    LIVE,
    Differences,
    PlanSummary,
    Workspace,
    cycle_of,
    deciders_of,
    differences_of,
    item_visible_to,
    items_of,
    plan_by_public_id,
    plan_in_force,
    plan_of,
    plan_summary,
    plan_visible_to,
    plans_of,
    plans_waiting_for,
    verdict_to_decide,
    workspace_of,
)
from bina.planning.queries.proposals import Proposal, proposals_for
from bina.planning.queries.teams import TeamLine, staff_with_plans, team_members, team_of

__all__ = [
    "LIVE",
    "Differences",
    "PlanCounts",
    "PlanSummary",
    "Proposal",
    "TeamLine",
    "Workspace",
    "cycle_of",
    "deciders_of",
    "differences_of",
    "item_visible_to",
    "items_of",
    "plan_by_public_id",
    "plan_counts",
    "plan_in_force",
    "plan_of",
    "plan_summary",
    "plan_visible_to",
    "plans_of",
    "plans_waiting_for",
    "proposals_for",
    "staff_with_plans",
    "team_members",
    "team_of",
    "verdict_to_decide",
    "workspace_of",
]
