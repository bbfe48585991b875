"""The superior's page: who needs me today, and where everybody in the team stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bina.assessment.queries import PersonToRate, people_to_rate
from bina.competencies.queries import Profile, ProfileLine, levels_of_many
from bina.credentials.queries import HoursStanding, hours_of_many
from bina.people.queries import subordinates_of
from bina.planning.queries import TeamLine, plans_waiting_for, team_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from bina.people.models import Employee, User
    from bina.planning.models import IndividualPlan

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Member:
    """One subordinate: levels, hours and plan, never an answer."""

    employee: "Employee"
    profile: Profile
    hours: HoursStanding
    plan: TeamLine

    @property
    def furthest(self) -> ProfileLine | None:
        """The measured requirement that is furthest away, by weight and gap."""
        return next(
            (line for line in self.profile.by_severity if line.mean is not None and (line.gap or 0) >= 0.05), None
        )


@dataclass(frozen=True, slots=True)
class Needed:
    """Who needs the superior today: plans that wait, ratings that are due, people furthest from their job's standard.

    Lists are cut to what fits on the page; the counts tell the whole.
    """

    plans: "tuple[IndividualPlan, ...]"
    plan_count: int
    ratings: tuple[PersonToRate, ...]
    rating_count: int
    furthest: tuple[Member, ...]

    @property
    def is_anything(self) -> bool:
        """Whether somebody waits for a decision."""
        return bool(self.plan_count or self.rating_count)


def team_members(employee: "Employee") -> "QuerySet[Employee]":
    """The people who answer directly to a superior today; for paging."""
    return subordinates_of(employee)


def members(people: "Sequence[Employee]", year: int) -> list[Member]:
    """Where some subordinates stand, in their order: a constant number of queries."""
    ids = [person.pk for person in people]
    profiles, hours = levels_of_many(ids), hours_of_many(ids, year)
    plans = {line.employee.pk: line for line in team_of(people, year)}
    return [Member(person, profiles[person.pk], hours[person.pk], plans[person.pk]) for person in people]


def needed_today(user: "User", shown: Sequence[Member]) -> Needed:
    """What waits for the superior; the furthest are found among ``shown``, the people on the page."""
    plans = plans_waiting_for(user)
    first = tuple(plans[:SHOWN])
    due = [row for row in people_to_rate(user) if row.is_due]
    behind = [member for member in shown if member.furthest is not None]
    behind.sort(key=lambda member: -(member.furthest.severity if member.furthest else 0.0))
    return Needed(
        plans=first,
        plan_count=len(first) if len(first) < SHOWN else plans.count(),
        ratings=tuple(due[:SHOWN]),
        rating_count=len(due),
        furthest=tuple(behind[:SHOWN]),
    )
