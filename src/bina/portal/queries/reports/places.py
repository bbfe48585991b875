"""Where a report looks: a unit inside the reader's own subtrees, and the way back up to their top."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bina.people.queries import UNIT_STEP, standing_of, top_units_of, unit_named, units_at
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import OrgUnit, User


@dataclass(frozen=True, slots=True)
class ReportPlace:
    """The unit of a report, its ancestors that the reader may open too (itself last), and the reader's other tops."""

    unit: "OrgUnit"
    trail: tuple["OrgUnit", ...]
    tops: tuple["OrgUnit", ...]
    may_see_people: bool
    may_see_hours: bool
    may_see_plans: bool


def report_place(user: "User", permission: Permission, public_id: str = "") -> ReportPlace | None:
    """The unit asked for, or the reader's first top; None when it does not exist or lies outside the reader's subtrees."""
    standing = standing_of(user)
    tops = top_units_of(user, permission)
    if not tops:
        return None
    if public_id:
        unit = unit_named(public_id)
        if unit is None or not standing.may_in(permission, unit.path):
            return None
    else:
        unit = _home_top(user, tops)
    paths = [unit.path[:end] for end in range(UNIT_STEP, len(unit.path), UNIT_STEP)]
    above = [path for path in paths if standing.may_in(permission, path)]
    trail = units_at(above)
    return ReportPlace(
        unit=unit,
        trail=(*trail, unit),
        tops=tuple(tops),
        may_see_people=standing.may_in(Permission.SEE_LEVELS, unit.path),
        may_see_hours=standing.may_in(Permission.SEE_HOURS, unit.path),
        may_see_plans=standing.may_in(Permission.SEE_PLANS, unit.path),
    )


def _home_top(user: "User", tops: "list[OrgUnit]") -> "OrgUnit":
    """The top that holds the reader's own post, else the first one."""
    own = user.employee.unit.path if user.employee else ""
    return next((top for top in tops if own.startswith(top.path)), tops[0])
