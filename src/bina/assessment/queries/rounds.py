"""Questions about 180/360 rounds: which an account organises, who is asked, what one still has to rate."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from bina.assessment.models import RatingRound, RoundRater, RoundSubject
from bina.assessment.queries.ratings import RATED_KINDS
from bina.assessment.rules import (
    VIEW_NAMES,
    VIEWS_OF,
    WAITING_DAYS,
    RaterState,
    RoundKind,
    RoundState,
    Seat,
    View,
    propose_raters,
)
from bina.competencies.queries import assessable_competencies, frameworks_visible_to
from bina.competencies.rules import FrameworkState
from bina.foundation import clock
from bina.foundation.verdict import ALLOWED, Verdict, denied
from bina.people.queries import (
    active_employees,
    standing_of,
    subordinates_of,
    superior_of,
    top_units_of,
    under,
    units_visible_to,
)
from bina.people.rules import Permission

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from bina.competencies.models import Competency, Framework, LevelDescriptor
    from bina.people.models import Employee, OrgUnit, User

RIGHT = Permission.MANAGE_ASSESSMENTS


def may_hold_round(user: "User", unit: "OrgUnit", sentence: "str | Promise") -> Verdict:
    """Whether the account may hold rounds on a unit; the sentence says why not."""
    return ALLOWED if standing_of(user).may_in(RIGHT, unit.path) else denied(sentence)


def units_for_rounds(user: "User") -> list["OrgUnit"]:
    """The units on which the account may hold a round, down to the second floor below where its right begins."""
    tops = top_units_of(user, RIGHT)
    deepest = max((unit.depth for unit in tops), default=0) + 2
    return list(units_visible_to(user, RIGHT).filter(depth__lte=deepest, valid_to=None).select_related("agency"))


def rounds_visible_to(user: "User") -> QuerySet[RatingRound]:
    """The rounds that the account organises, newest first, each with the number of its people."""
    return (
        RatingRound.objects.filter(under(standing_of(user).paths_with(RIGHT)))
        .select_related("unit", "agency", "progress")
        .annotate(subject_count=Count("subjects"))
        .order_by("-id")
    )


def round_visible_to(user: "User", public_id: "UUID | str") -> RatingRound | None:
    """One round that the account organises."""
    return rounds_visible_to(user).filter(public_id=public_id).first()


def competencies_to_rate(user: "User", agency_id: int) -> "list[tuple[Framework, list[Competency]]]":
    """What can be chosen for a round, framework by framework: competencies with behaviours that others can see."""
    found = []
    for framework in (
        frameworks_visible_to(user).filter(state=FrameworkState.PUBLISHED, kind__in=RATED_KINDS).order_by("id")
    ):
        rows = [
            row
            for row in assessable_competencies(framework, agency_id).prefetch_related("descriptors")
            if any(line.indicator for line in row.descriptors.all())
        ]
        if rows:
            found.append((framework, rows))
    return found


def round_competencies(round_: RatingRound) -> "list[Competency]":
    """What a round rates, in the order of the frameworks, with framework and behaviours."""
    rows = round_.competencies.select_related("framework", "parent").prefetch_related("descriptors")
    return list(rows.order_by("framework_id", "order", "id"))


def busy_in_rounds(employee_ids: "list[int]", but: RatingRound | None = None) -> set[int]:
    """Who is rated in another round that is not over, or was in one that opened less than 90 days ago.

    Two rounds about the same person so close together could be held against each other.
    """
    since = clock.now() - dt.timedelta(days=WAITING_DAYS)
    rows = RoundSubject.objects.filter(employee_id__in=employee_ids).filter(
        Q(round__state__in=[RoundState.DRAFT, RoundState.REVIEW, RoundState.OPEN, RoundState.CLOSED])
        | Q(round__state=RoundState.REPORTED, round__opened_at__gt=since)
    )
    if but is not None:
        rows = rows.exclude(round=but)
    return set(rows.values_list("employee_id", flat=True))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be rated in a round: chosen already, or held up by another round."""

    employee: "Employee"
    is_chosen: bool
    is_busy: bool


def subject_candidates(round_: RatingRound, *, who: str, text: str, limit: int = 200) -> list[Candidate]:
    """People of the round's subtree: those who lead (``who`` “heads”), or everyone, by part of the name."""
    rows = active_employees().filter(under((round_.unit.path,)), agency=round_.agency)
    chosen = set(round_.subjects.values_list("employee_id", flat=True))
    if who != "all":
        rows = rows.filter(Q(position__is_head=True) | Q(pk__in=chosen))
    if text:
        rows = rows.filter(full_name__icontains=text)
    people = list(
        rows.select_related("unit", "position__job_class").order_by("position__job_class__rank", "full_name", "id")[
            :limit
        ]
    )
    busy = busy_in_rounds([row.pk for row in people], round_)
    return [Candidate(row, row.pk in chosen, row.pk in busy) for row in people]


def chosen_beside(round_: RatingRound, candidates: list[Candidate]) -> "list[Employee]":
    """Who is rated already and not on a list of candidates; people who left or moved out of the subtree are dropped."""
    here = active_employees().filter(under((round_.unit.path,)), rated_in_rounds__round=round_)
    return list(here.exclude(pk__in=[row.employee.pk for row in candidates]))


def _seat(employee: "Employee", superior: "Employee | None") -> Seat:
    return Seat(employee.pk, employee.unit_id, superior.pk if superior else None, employee.position.job_class.rank)


def proposal_for(round_: RatingRound) -> dict[int, dict[int, View]]:
    """Who would rate whom by the tree of today: {person: {rater: view}}, for the people of a round."""
    people = [
        row.employee
        for row in round_.subjects.select_related("employee__unit", "employee__position__job_class").order_by("id")
    ]
    views = VIEWS_OF[RoundKind(round_.kind)]
    below: dict[int, list[Seat]] = {}
    seats, peers, subordinates = [], {}, {}
    for person in people:
        superior = superior_of(person)
        seats.append(_seat(person, superior))
        if superior is not None and View.PEER in views:
            if superior.pk not in below:
                below[superior.pk] = [_seat(row, superior) for row in subordinates_of(superior)]
            peers[person.pk] = [seat for seat in below[superior.pk] if seat.person != person.pk]
        if View.SUBORDINATE in views:
            subordinates[person.pk] = [_seat(row, person) for row in subordinates_of(person)]
    return propose_raters(
        seats, peers, subordinates, peer_count=round_.peer_count, subordinate_count=round_.subordinate_count,
        most_per_rater=round_.most_per_rater,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """One person of a round with everybody who is asked about the person."""

    subject: RoundSubject
    raters: tuple[RoundRater, ...]

    def of(self, view: str) -> list[RoundRater]:
        """The raters who stand to the person in one way."""
        return [row for row in self.raters if row.view == view]

    @property
    def wishes(self) -> int:
        """How many suggestions of the rated person wait for the superior."""
        return sum(row.removal_asked or row.state == RaterState.SUGGESTED for row in self.raters)


def subject_rows(round_: RatingRound) -> list[SubjectRow]:
    """Everybody who is rated in a round with their raters."""
    raters: dict[int, list[RoundRater]] = defaultdict(list)
    for row in (
        RoundRater.objects.filter(subject__round=round_)
        .select_related("rater__position", "rater__unit")
        .defer("answers", "keep", "grow")
        .order_by("rater__full_name", "id")
    ):
        raters[row.subject_id].append(row)
    subjects = round_.subjects.select_related("employee__unit", "employee__position").defer("report")
    return [SubjectRow(row, tuple(raters[row.pk])) for row in subjects.order_by("employee__full_name", "id")]


def subject_row(round_: RatingRound, public_id: "UUID | str") -> SubjectRow | None:
    """One person of a round with the raters."""
    return next((row for row in subject_rows(round_) if str(row.subject.public_id) == str(public_id)), None)


def rater_candidates(round_: RatingRound, row: SubjectRow, text: str, limit: int = 12) -> "list[Employee]":
    """People of the agency who could be asked about a person: colleagues and subordinates first, or by name."""
    taken = [rater.rater_id for rater in row.raters]
    rows = active_employees().filter(agency=round_.agency).exclude(pk__in=[*taken, row.subject.employee_id])
    if text:
        rows = rows.filter(full_name__icontains=text)
    else:
        near = {row.subject.employee.unit_id}
        superior = superior_of(row.subject.employee)
        beside = [person.pk for person in subordinates_of(superior)] if superior else []
        rows = rows.filter(Q(pk__in=beside) | Q(unit_id__in=near))
    return list(rows.select_related("unit", "position").order_by("full_name", "id")[:limit])


def person_in_agency(round_: RatingRound, public_id: str) -> "Employee | None":
    """An active person of the round's agency by public id; what is no id at all finds nobody."""
    try:
        key = UUID(public_id)
    except ValueError:
        return None
    return active_employees().filter(agency=round_.agency, public_id=key).first()


@dataclass(frozen=True, slots=True)
class RoundCount:
    """How many ratings of one kind were asked for, came in, and were declined."""

    view: View
    asked: int
    done: int
    declined: int

    @property
    def name(self) -> str:
        """The kind in words."""
        return str(VIEW_NAMES[self.view])

    @property
    def share(self) -> float:
        """The share of those asked who have answered."""
        return self.done / self.asked if self.asked else 0.0


def round_counts(round_: RatingRound) -> list[RoundCount]:
    """Response by kind of rater, over the whole round."""
    states: dict[str, Counter[str]] = defaultdict(Counter)
    rows = RoundRater.objects.filter(subject__round=round_).order_by().values_list("view", "state")
    for view, state, count in rows.annotate(Count("pk")):
        states[view][state] += count
    return [
        RoundCount(view, states[view].total(), states[view][RaterState.DONE], states[view][RaterState.DECLINED])
        for view in VIEWS_OF[RoundKind(round_.kind)]
    ]


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A rater who has not answered everything yet; how many are missing, never about whom."""

    rater: "Employee"
    missing: int
    asked: int


def outstanding_in(round_: RatingRound) -> list[Outstanding]:
    """Who still has ratings to send in a round, the most first."""
    asked: Counter[int] = Counter()
    missing: Counter[int] = Counter()
    people: dict[int, Employee] = {}
    rows = RoundRater.objects.filter(subject__round=round_).select_related("rater__unit", "rater__position")
    for row in rows.defer("answers", "keep", "grow"):
        people[row.rater_id] = row.rater
        asked[row.rater_id] += 1
        missing[row.rater_id] += row.state == RaterState.INVITED
    found = [Outstanding(people[pk], count, asked[pk]) for pk, count in missing.items() if count]
    return sorted(found, key=lambda row: (-row.missing, row.rater.full_name, row.rater.pk))


def declined_in(round_: RatingRound) -> list[RoundRater]:
    """Who said that they cannot judge, and why, so that somebody else can be asked."""
    return list(
        RoundRater.objects.filter(subject__round=round_, state=RaterState.DECLINED)
        .select_related("rater", "subject__employee")
        .defer("answers", "keep", "grow")
        .order_by("subject__employee__full_name", "id")
    )


def ratings_asked_of(user: "User") -> list[RoundRater]:
    """What the account's person is asked to rate in open rounds: what waits first, by closing date."""
    if user.employee_id is None:
        return []
    rows = (
        RoundRater.objects.filter(rater_id=user.employee_id, subject__round__state=RoundState.OPEN)
        .exclude(state=RaterState.SUGGESTED)
        .select_related("subject__round", "subject__employee__unit", "subject__employee__position")
        .order_by("subject__round__closes_on", "id")
    )
    return sorted(rows, key=lambda row: (row.state != RaterState.INVITED, row.view != View.SELF))


def rating_asked_of(user: "User", public_id: "UUID | str") -> RoundRater | None:
    """One rating that the account's person is asked for, in a round that was opened."""
    if user.employee_id is None:
        return None
    return (
        RoundRater.objects.filter(public_id=public_id, rater_id=user.employee_id)
        .exclude(subject__round__state__in=[RoundState.DRAFT, RoundState.REVIEW, RoundState.CANCELLED])
        .select_related("subject__round__agency", "subject__employee__unit", "subject__employee__position")
        .first()
    )


def rounds_to_do(user: "User") -> list[RoundRater]:
    """What still waits for the account's person: ratings not sent yet in rounds that are open."""
    return [row for row in ratings_asked_of(user) if row.state == RaterState.INVITED]


@dataclass(frozen=True, slots=True)
class RoundSheet:
    """The form of one rating: its competencies in pages of three, with the marks kept so far."""

    row: RoundRater
    pages: "tuple[tuple[Competency, ...], ...]"
    answers: dict[str, dict[str, int | None]]

    @staticmethod
    def behaviours(competency: "Competency") -> "list[LevelDescriptor]":
        """What can be marked in one competency, from the lowest level."""
        lines = [line for line in competency.descriptors.all() if line.indicator]
        return sorted(lines, key=lambda line: line.number)

    def behaviour_count(self, page: int | None = None) -> int:
        """How many behaviours there are, on one page (from 1) or in all."""
        pages = self.pages if page is None else self.pages[page - 1 : page]
        return sum(len(self.behaviours(row)) for rows in pages for row in rows)

    def marked_count(self, page: int | None = None) -> int:
        """How many of them are marked; “cannot judge” is a mark too."""
        pages = self.pages if page is None else self.pages[page - 1 : page]
        return sum(len(self.answers.get(str(row.pk), {})) for rows in pages for row in rows)

    @property
    def first_open_page(self) -> int:
        """Where to go on: the first page with something unmarked; after the last one comes sending."""
        found = (n for n in range(1, len(self.pages) + 1) if self.marked_count(n) < self.behaviour_count(n))
        return next(found, len(self.pages) + 1)


def round_sheet(row: RoundRater) -> RoundSheet:
    """The form of one rating as it stands."""
    rows = round_competencies(row.subject.round)
    pages = tuple(tuple(rows[start : start + 3]) for start in range(0, len(rows), 3))
    return RoundSheet(row, pages, row.answers)


def own_subjects(user: "User") -> list[RoundSubject]:
    """The rounds in which the account's person is rated, newest first."""
    if user.employee_id is None:
        return []
    rows = RoundSubject.objects.filter(employee_id=user.employee_id, round__opened_at__isnull=False)
    rows = rows.exclude(round__state=RoundState.CANCELLED)
    return list(rows.select_related("round").defer("report").order_by("-id")[:20])


def suggestions_open_to(user: "User") -> list[RoundSubject]:
    """Rounds under preparation in which the account's person may suggest other peers."""
    if user.employee_id is None:
        return []
    rows = RoundSubject.objects.filter(employee_id=user.employee_id, round__state=RoundState.REVIEW)
    return list(rows.filter(round__allows_suggestions=True).select_related("round").defer("report"))


def suggestions_to_confirm(user: "User") -> list[RoundSubject]:
    """Subordinates whose suggestions wait for the account's person."""
    if user.employee is None:
        return []
    waiting = RoundRater.objects.filter(subject=OuterRef("pk")).filter(
        Q(removal_asked=True) | Q(state=RaterState.SUGGESTED)
    )
    rows = RoundSubject.objects.filter(Exists(waiting), round__state=RoundState.REVIEW)
    return list(
        rows.filter(raters__rater_id=user.employee_id, raters__view=View.SUPERIOR)
        .select_related("round", "employee")
        .defer("report")
        .order_by("employee__full_name")
    )


def subject_to_arrange(user: "User", public_id: "UUID | str") -> RoundSubject | None:
    """A person under review whose peers the account may suggest (oneself) or confirm (the superior in the round)."""
    if user.employee_id is None:
        return None
    return (
        RoundSubject.objects.filter(public_id=public_id, round__state=RoundState.REVIEW, round__allows_suggestions=True)
        .filter(Q(employee_id=user.employee_id) | Q(raters__rater_id=user.employee_id, raters__view=View.SUPERIOR))
        .select_related("round__agency", "round__unit", "employee__unit", "employee__position")
        .distinct()
        .first()
    )


def round_by_public_id(public_id: "UUID | str") -> RatingRound | None:
    """A round, for what runs in the background."""
    return RatingRound.objects.filter(public_id=public_id).select_related("unit", "agency").first()


def people_rated_in(round_: RatingRound) -> list[RoundSubject]:
    """Everybody who is rated in a round, with their accounts, for what runs in the background."""
    rows = round_.subjects.select_related("employee__unit", "employee__user").defer("report")
    return list(rows.order_by("id"))


def accounts_of(employee_ids: "Iterable[int]") -> "dict[int, User]":
    """Accounts of people who still work here, by the person."""
    people = active_employees().filter(pk__in=list(employee_ids), user__isnull=False).select_related("user")
    return {row.pk: row.user for row in people}


def raters_in(round_: RatingRound) -> set[int]:
    """Everybody who was asked to rate in a round."""
    return set(RoundRater.objects.filter(subject__round=round_).values_list("rater_id", flat=True))


def superior_in_round(subject_id: str) -> RoundRater | None:
    """The superior who rates somebody in a round, with the person."""
    rows = RoundRater.objects.filter(subject__public_id=subject_id, view=View.SUPERIOR)
    return rows.select_related("subject__employee", "rater").first()


def raters_waiting_in(round_: RatingRound) -> dict[int, int]:
    """How many ratings each person still owes over all open rounds, for those who owe one in this round."""
    here = RoundRater.objects.filter(subject__round=round_, state=RaterState.INVITED).values("rater_id")
    rows = (
        RoundRater.objects.filter(
            rater_id__in=here, state=RaterState.INVITED, subject__round__state=RoundState.OPEN, rater__left_on=None
        )
        .order_by()
        .values_list("rater_id")
        .annotate(Count("pk"))
    )
    return dict(rows)


def unit_choices(user: "User") -> list[tuple[str, str]]:
    """Units for a form, indented by their floor."""
    units = units_for_rounds(user)
    top = min((unit.depth for unit in units), default=1)
    return [(str(unit.public_id), "– " * (unit.depth - top) + unit.name) for unit in units]


def unit_to_hold_in(user: "User", public_id: str) -> "OrgUnit | None":
    """A unit on which the account may hold a round."""
    return next((unit for unit in units_for_rounds(user) if str(unit.public_id) == public_id), None)
