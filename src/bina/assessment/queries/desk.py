"""What a person can measure now: tests by area, single competencies, ratings, what is under way."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bina.assessment.models import Blueprint, Panelist, Participant, Rating, RoundRater, Session
from bina.assessment.queries.formal import has_chance, participations_of
from bina.assessment.queries.panels import panels_to_judge
from bina.assessment.queries.ratings import latest_ratings, people_to_rate
from bina.assessment.queries.rounds import rounds_to_do
from bina.assessment.queries.sessions import Offer, blueprints_open_to, competency_ids_of
from bina.assessment.queries.surveys import WaitingSurvey, surveys_waiting_for
from bina.assessment.queries.task_desk import TaskDesk, task_desk_of
from bina.assessment.queries.waiting import concerns_of
from bina.assessment.rules import Relation
from bina.competencies.queries import (
    ProfileLine,
    areas_beside,
    opinions_asked_of,
    profile_of,
    published_framework,
)
from bina.foundation import clock
from bina.people.queries import leads_anyone

if TYPE_CHECKING:
    from uuid import UUID

    from bina.competencies.models import Appeal, Competency
    from bina.people.models import User


OTHER_KINDS = ("leadership", "soft")
MOST_LAPSING = 4  # of the levels that will lapse so many are named; the profile names all


@dataclass(frozen=True, slots=True)
class CompetencyDesk:
    """One competency on the desk: its short check and what is known of it."""

    competency: "Competency"
    offer: Offer | None
    line: ProfileLine | None


@dataclass(frozen=True, slots=True)
class AreaDesk:
    """One area on the desk: its test and its competencies."""

    area: "Competency"
    offer: Offer | None
    competencies: tuple[CompetencyDesk, ...]

    @property
    def required_count(self) -> int:
        """How many competencies of the area the job asks for."""
        return sum(1 for row in self.competencies if row.line and row.line.required is not None)

    @property
    def measured_count(self) -> int:
        """How many of those are measured."""
        return sum(
            1 for row in self.competencies if row.line and row.line.required is not None and row.line.mean is not None
        )

    @property
    def need(self) -> float:
        """How much the job waits for this area to be measured or to grow."""
        return sum(row.line.severity for row in self.competencies if row.line)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything on the page “Ukur”."""

    now: dt.datetime
    formal: tuple[Participant, ...]
    # Of those the ones in which a chance given to the person alone is still unused.
    granted: frozenset[int]
    running: tuple[Session, ...]
    diagnostics: tuple[Offer, ...]
    full: Offer | None
    areas: tuple[AreaDesk, ...]
    others: tuple[AreaDesk, ...]
    local: tuple[Offer, ...]
    recommended: AreaDesk | None
    self_rating: Rating | None
    superior_rating: Rating | None
    leads: bool
    due_count: int
    team_count: int
    to_rate_in_rounds: tuple[RoundRater, ...]
    opinions: "tuple[Appeal, ...]"
    surveys: tuple[WaitingSurvey, ...]
    tasks: TaskDesk
    judging: tuple[Panelist, ...]
    lapsing: tuple[ProfileLine, ...]


def desk_of(user: "User") -> Desk:
    """What the account's person can measure now, what is under way, and which area is worth measuring first."""
    employee = user.employee
    if employee is None:
        raise ValueError("an account without a person measures nothing")
    concerns = concerns_of(employee)
    offers = blueprints_open_to(user)
    asked = competency_ids_of([offer.blueprint.pk for offer in offers])
    by_content = {
        frozenset(asked.get(offer.blueprint.pk, ())): offer
        for offer in offers
        if not offer.blueprint.agency_id and not offer.blueprint.is_adaptive
    }
    profile = profile_of(employee)
    lines = {line.competency_id: line for line in profile.lines}
    digital = published_framework()
    known = areas_beside(digital, OTHER_KINDS, employee.agency_id)
    areas = _desks((row for row in known if row.framework_id == digital.pk), by_content, lines)
    others = _desks((row for row in known if row.framework_id != digital.pk), by_content, lines)
    ratings = latest_ratings(employee)
    everything = frozenset(row.competency.pk for area in areas for row in area.competencies)
    people = people_to_rate(user) if leads_anyone(employee) else []
    now, formal = clock.now(), tuple(participations_of(employee)) if concerns.windows else ()
    return Desk(
        now=now,
        formal=formal,
        granted=frozenset(part.pk for part in formal if part.own_until and part.own_until > now and has_chance(part)),
        running=tuple(offer.open_session for offer in offers if offer.open_session),
        diagnostics=tuple(offer for offer in offers if offer.blueprint.is_adaptive),
        full=by_content.get(everything),
        areas=tuple(areas),
        others=tuple(row for row in others if row.offer),
        local=tuple(offer for offer in offers if offer.blueprint.agency_id and not offer.blueprint.is_adaptive),
        recommended=_recommended(areas, clock.today()),
        self_rating=ratings.get(Relation.SELF),
        superior_rating=ratings.get(Relation.SUPERIOR),
        leads=bool(people),
        due_count=sum(row.is_due for row in people),
        team_count=len(people),
        to_rate_in_rounds=tuple(rounds_to_do(user)) if concerns.rounds else (),
        surveys=tuple(surveys_waiting_for(user)),
        opinions=tuple(opinions_asked_of(user)),
        tasks=task_desk_of(user, concerns),
        judging=tuple(panels_to_judge(user)) if concerns.panels else (),
        lapsing=tuple(row for row in profile.lapsing if frozenset({row.competency_id}) in by_content)[:MOST_LAPSING],
    )


def _desks(
    areas: Iterable["Competency"], by_content: Mapping[frozenset[int], Offer], lines: Mapping[int, ProfileLine]
) -> list[AreaDesk]:
    """Areas with the tests that ask just what they hold."""
    desks = []
    for area in areas:
        national = [child for child in area.children.all() if child.agency_id is None]
        checks = tuple(
            CompetencyDesk(child, by_content.get(frozenset({child.pk})), lines.get(child.pk)) for child in national
        )
        desks.append(AreaDesk(area, by_content.get(frozenset(child.pk for child in national)), checks))
    return desks


def _recommended(areas: list[AreaDesk], today: dt.date) -> AreaDesk | None:
    """The area that the job waits for most among those that can be measured now."""
    free = [row for row in areas if row.offer and not row.offer.is_waiting(today)]
    return max(free, key=lambda row: (row.need, -row.area.order), default=None)


def short_check_of(user: "User", competency_id: "UUID") -> Blueprint | None:
    """The form that measures just one competency, the national one before an agency's own."""
    agency_id = user.employee.agency_id if user.employee else None
    found = Blueprint.objects.filter(
        kind=Blueprint.Kind.BANK, is_active=True, item_count__gt=0, competencies__public_id=competency_id
    ).order_by("order", "id")
    asked = competency_ids_of([row.pk for row in found if not row.is_adaptive])
    return next(
        (row for row in found if len(asked.get(row.pk, ())) == 1 and row.agency_id in (None, agency_id)),
        None,
    )


def offer_of(user: "User", blueprint: Blueprint) -> Offer | None:
    """One form as it is offered to the account's person now."""
    return next((offer for offer in blueprints_open_to(user) if offer.blueprint.pk == blueprint.pk), None)
