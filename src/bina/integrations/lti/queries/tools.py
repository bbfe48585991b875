"""Who sees which tool, which tool a course means for a person, and what happened with it."""

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import F, Q, QuerySet

from bina.foundation import clock
from bina.integrations.lti.models import Launch, Tool, ToolNote, ToolSharing
from bina.integrations.lti.rules import Message, ToolState, may_manage_tool
from bina.people.queries import agencies_visible_to, standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.learning.models import Course
    from bina.people.models import Agency, User

ANSWERED_WITHIN = dt.timedelta(minutes=5)


def tools_visible_to(user: "User") -> QuerySet[Tool]:
    """Tools that the account may look at: those of its agencies and those for all; removed ones are gone."""
    standing = standing_of(user)
    if not standing.may(Permission.MANAGE_TOOLS):
        return Tool.objects.none()
    held = standing.agencies_with(Permission.MANAGE_TOOLS)
    rows = Tool.objects.exclude(state=ToolState.REMOVED.value).select_related("agency")
    return rows if held is None else rows.filter(Q(agency=None) | Q(agency_id__in=held))


def tool_visible_to(user: "User", public_id: UUID) -> Tool | None:
    """One tool that the account may look at."""
    return tools_visible_to(user).filter(public_id=public_id).first()


def may_change(user: "User", tool: Tool) -> bool:
    """Whether the account looks after the tool, and not only after what its own people show to it."""
    return bool(may_manage_tool(standing_of(user), tool.agency_id))


def may_register_for_everyone(user: "User") -> bool:
    """Whether the account may register tools for all agencies, and look after the keys of the platform."""
    return bool(may_manage_tool(standing_of(user), None))


def agencies_for_tools(user: "User") -> "QuerySet[Agency]":
    """Agencies for which the account looks after tools."""
    return agencies_visible_to(user, Permission.MANAGE_TOOLS)


def tool_for(agency_id: int | None, code: str) -> Tool | None:
    """The tool that a course means for somebody of an agency: the agency's own one first, then one for all."""
    rows = Tool.objects.filter(Q(agency=None) | Q(agency_id=agency_id), code=code).exclude(
        state=ToolState.REMOVED.value
    )
    return rows.order_by(F("agency_id").asc(nulls_last=True)).first()


def tool_by_client_id(client_id: str) -> Tool | None:
    """The tool behind a name of the protocol, whatever its state."""
    return Tool.objects.filter(client_id=client_id).select_related("agency").first() if client_id else None


def codes_in_use(agency: "Agency | None") -> set[str]:
    """The codes that are taken among the tools of an agency, or among those for all."""
    return set(Tool.objects.filter(agency=agency).exclude(state=ToolState.REMOVED.value).values_list("code", flat=True))


def tools_to_pick_from(course: "Course") -> QuerySet[Tool]:
    """Tools from which something can be picked for a course; the caller has decided who may change the course."""
    rows = Tool.objects.filter(state=ToolState.ON.value, uses_picking=True)
    return rows.filter(Q(agency=None) | Q(agency_id=course.agency_id))


def sharing_of(user: "User", tool: Tool) -> "list[tuple[Agency, ToolSharing]]":
    """What a tool may know about the people of each agency that the account looks after (fifty at most)."""
    agencies = agencies_for_tools(user)
    if tool.agency_id is not None:
        agencies = agencies.filter(pk=tool.agency_id)
    known = {row.agency_id: row for row in ToolSharing.objects.filter(tool=tool)}
    return [(agency, known.get(agency.pk) or ToolSharing(tool=tool, agency=agency)) for agency in agencies[:50]]


def notes_of(tool: Tool) -> QuerySet[ToolNote]:
    """What happened with a tool, newest first."""
    return tool.notes.all()


def latest_launches(user: "User", tool: Tool) -> QuerySet[Launch]:
    """Launches of a tool, newest first: of the people of agencies that the account looks after, and trials of authors there."""
    held = standing_of(user).agencies_with(Permission.MANAGE_TOOLS)
    rows = tool.launches.select_related("user__employee", "course__current_version", "activity")
    return rows if held is None else rows.filter(user__employee__agency_id__in=held)


def unanswered_count(tool: Tool) -> int:
    """How often in the last day a person was sent to a tool and the tool never asked who it is: a sign that it is down."""
    now = clock.now()
    return tool.launches.filter(
        answered_at=None, message=Message.OPEN.value, begun_at__gt=now - dt.timedelta(days=1),
        begun_at__lt=now - ANSWERED_WITHIN,
    ).count()  # fmt: skip
