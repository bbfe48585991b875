"""Questions about ratings of behaviour: what can be rated, by whom, since when, and what came of it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from bina.assessment.models import Rating, RatingScore
from bina.assessment.rules import FRESH_DAYS, Relation, next_rating_on
from bina.competencies.queries import StandardBook, assessable_competencies, frameworks_visible_to
from bina.competencies.rules import FrameworkState
from bina.foundation import clock
from bina.foundation.verdict import ALLOWED, Verdict, denied
from bina.people.queries import active_employees, is_superior_of, subordinates_of

if TYPE_CHECKING:
    from uuid import UUID

    from bina.competencies.models import Competency, Framework, LevelDescriptor
    from bina.people.models import Employee, User

Z90 = 1.6448536269514722  # half-width of a 90 % interval, in standard errors
RATED_KINDS = ("digital", "managerial", "leadership", "soft", "local")


def may_rate(user: "User", employee: "Employee", relation: str) -> Verdict:
    """Whether the account may rate a person: oneself, or a direct subordinate today (acting posts count)."""
    if user.employee is None:
        return denied(_("Akun ini tidak terhubung dengan pegawai, jadi tidak dapat menilai."))
    if relation == Relation.SELF:
        if user.employee_id == employee.pk:
            return ALLOWED
        return denied(_("Penilaian mandiri hanya dapat diisi oleh orangnya sendiri."))
    if user.employee_id != employee.pk and is_superior_of(user.employee, employee):
        return ALLOWED
    return denied(_("Hanya atasan langsung yang dapat menilai pegawai ini."))


def rateable_by(user: "User", public_id: "UUID | str") -> "Employee | None":
    """The person whom the account may rate as superior; nobody else can be found this way."""
    if user.employee is None:
        return None
    found = (
        active_employees().filter(public_id=public_id).select_related("unit", "position__job_class", "agency").first()
    )
    return found if found and may_rate(user, found, Relation.SUPERIOR) else None


@dataclass(frozen=True, slots=True)
class RateableCompetency:
    """One competency in a rating form, with its behaviours from the lowest level, and when it may be rated next."""

    competency: "Competency"
    behaviours: tuple["LevelDescriptor", ...]
    required: int | None
    rated_on: dt.date | None
    waits_until: dt.date | None


@dataclass(frozen=True, slots=True)
class RateableArea:
    """The competencies of one area."""

    area: "Competency"
    framework: "Framework"
    competencies: tuple[RateableCompetency, ...]

    @property
    def required(self) -> tuple[RateableCompetency, ...]:
        """Those that the job asks for."""
        return tuple(row for row in self.competencies if row.required is not None)


def requirements_of(employee: "Employee") -> dict[int, int]:
    """The level that the person's job asks for today, by competency id, whether or not levels were computed yet."""
    position = employee.position
    needed = StandardBook(clock.today()).of((employee.agency_id, position.job_class_id, position.functional))
    return {pk: row.level for pk, row in needed.items()}


def rating_areas(user: "User", employee: "Employee", relation: str) -> list[RateableArea]:
    """Everything that can be rated about a person, area by area: what the job asks for, and the rest."""
    needed = requirements_of(employee)
    rated = rated_on(user, employee, relation)
    today = clock.today()
    areas: dict[int, tuple[Competency, Framework, list[RateableCompetency]]] = {}
    frameworks = frameworks_visible_to(user).filter(state=FrameworkState.PUBLISHED, kind__in=RATED_KINDS).order_by("id")
    for framework in frameworks:
        for row in assessable_competencies(framework, employee.agency_id).prefetch_related("descriptors"):
            behaviours = tuple(line for line in row.descriptors.all() if line.indicator)
            if not behaviours or row.parent is None:
                continue
            next_on = next_rating_on(rated.get(row.pk))
            entry = RateableCompetency(
                row, behaviours, needed.get(row.pk), rated.get(row.pk), next_on if next_on and next_on > today else None
            )
            areas.setdefault(row.parent.pk, (row.parent, framework, []))[2].append(entry)
    return [RateableArea(area, framework, tuple(rows)) for area, framework, rows in areas.values()]


@dataclass(frozen=True, slots=True)
class RatingSheet:
    """A rating on its way: the areas shown, the marks kept so far, and whether more than the job asks for is shown."""

    areas: tuple[RateableArea, ...]
    hidden_count: int
    marks: dict[str, dict[str, int | None]]
    everything: bool
    saved_at: dt.datetime | None

    def area(self, step: str) -> RateableArea | None:
        """The area that a step of the page names."""
        return next((row for row in self.areas if str(row.area.public_id) == step), None)

    def number_of(self, area: RateableArea) -> int:
        """Which page of the rating an area is, from 1."""
        return self.areas.index(area) + 1

    def step_after(self, area: RateableArea) -> str:
        """The step that follows an area; after the last one comes sending."""
        number = self.number_of(area)
        return str(self.areas[number].area.public_id) if number < len(self.areas) else "send"

    def step_before(self, area: RateableArea) -> str:
        """The step before an area; before the first one comes the beginning."""
        number = self.number_of(area)
        return str(self.areas[number - 2].area.public_id) if number > 1 else ""

    @property
    def first_open_step(self) -> str:
        """Where to go on: the first area with unmarked behaviours, else sending."""
        found = next((row for row in self.areas if self.marked_in(row) < self.behaviours_in(row)), None)
        return str(found.area.public_id) if found else "send"

    def behaviours_in(self, area: RateableArea) -> int:
        """How many behaviours of an area can be marked now."""
        return sum(len(row.behaviours) for row in area.competencies if row.waits_until is None)

    def marked_in(self, area: RateableArea) -> int:
        """How many of them are marked (“cannot judge yet” is a mark too)."""
        return sum(
            str(line.number) in self.marks.get(str(row.competency.pk), {})
            for row in area.competencies
            if row.waits_until is None
            for line in row.behaviours
        )

    @property
    def behaviour_count(self) -> int:
        """How many behaviours can be marked now."""
        return sum(self.behaviours_in(area) for area in self.areas)

    @property
    def marked_count(self) -> int:
        """How many behaviours are marked."""
        return sum(self.marked_in(area) for area in self.areas)

    @property
    def waits_until(self) -> dt.date | None:
        """When everything shown must wait: the first date on which something can be rated again."""
        dates = [row.waits_until for area in self.areas for row in area.competencies]
        known = [day for day in dates if day is not None]
        return min(known) if known and len(known) == len(dates) else None

    @property
    def answers_to_send(self) -> dict[str, dict[str, int | None]]:
        """Every mark kept so far, whatever the page shows."""
        return self.marks


def rating_sheet(user: "User", employee: "Employee", relation: str, *, everything: bool = False) -> RatingSheet:
    """The rating of a person as it stands: what the job asks for, or everything, with the marks kept so far.

    Competencies that already hold a mark stay in sight even when the job does not ask for them.
    """
    draft = rating_draft(user, employee, relation)
    marks = draft.answers if draft else {}
    shown, hidden = [], 0
    for area in rating_areas(user, employee, relation):
        kept = tuple(
            row
            for row in area.competencies
            if everything or row.required is not None or str(row.competency.pk) in marks
        )
        hidden += len(area.competencies) - len(kept)
        if kept:
            shown.append(RateableArea(area.area, area.framework, kept))
    return RatingSheet(tuple(shown), hidden, marks, everything, draft.saved_at if draft else None)


@dataclass(frozen=True, slots=True)
class RatingLine:
    """One competency of a sent rating, ready for the level track."""

    name: str
    public_id: str
    mean: float
    low: float
    high: float
    required: int | None
    level_count: int
    behaviour_count: int


def rating_lines(rating: Rating) -> list[RatingLine]:
    """The levels of a sent rating with an interval of 90 %, against what the job asks for."""
    needed = requirements_of(rating.employee)
    return [
        RatingLine(
            str(row.competency), str(row.competency.public_id), row.value, row.value - Z90 * row.standard_deviation,
            row.value + Z90 * row.standard_deviation, needed.get(row.competency_id),
            row.competency.framework.level_count, row.behaviour_count,
        )
        for row in rating_scores(rating)
    ]  # fmt: skip


def behaviour_levels(user: "User", employee: "Employee") -> "dict[int, tuple[Competency, set[int]]]":
    """Competencies that can be rated, with the levels that have a behaviour."""
    found = {}
    frameworks = frameworks_visible_to(user).filter(state=FrameworkState.PUBLISHED, kind__in=RATED_KINDS)
    for framework in frameworks:
        rows = assessable_competencies(framework, employee.agency_id).select_related("framework")
        for row in rows.prefetch_related("descriptors"):
            levels = {line.number for line in row.descriptors.all() if line.indicator}
            if levels:
                found[row.pk] = (row, levels)
    return found


def rated_on(user: "User", employee: "Employee", relation: str) -> dict[int, dt.date]:
    """The newest day on which the account's person rated each competency of somebody in a relation."""
    rows = (
        RatingScore.objects.filter(
            rating__employee=employee, rating__rater_id=user.employee_id, rating__relation=relation,
            rating__submitted_at__isnull=False,
        )
        .values_list("competency_id")
        .annotate(Max("rating__submitted_at"))
        .order_by()
    )  # fmt: skip
    return {competency: clock.day_of(moment) for competency, moment in rows}


def rating_draft(user: "User", employee: "Employee", relation: str) -> Rating | None:
    """The rating that the account's person has begun and not sent."""
    return Rating.objects.filter(
        employee=employee, rater_id=user.employee_id, relation=relation, submitted_at=None
    ).first()


def latest_rating(employee: "Employee", relation: str, rater_id: int | None = None) -> Rating | None:
    """The newest sent rating of a person in a relation (by one rater)."""
    rows = Rating.objects.filter(employee=employee, relation=relation, submitted_at__isnull=False)
    if rater_id is not None:
        rows = rows.filter(rater_id=rater_id)
    return rows.select_related("rater").order_by("-submitted_at", "-id").first()


def latest_ratings(employee: "Employee") -> dict[str, Rating]:
    """The newest sent rating of a person in each relation. One query."""
    found: dict[str, Rating] = {}
    for row in ratings_of(employee):
        found.setdefault(row.relation, row)
    return found


def ratings_of(employee: "Employee") -> QuerySet[Rating]:
    """Every sent rating of a person, newest first, with its rater."""
    return (
        Rating.objects.filter(employee=employee, submitted_at__isnull=False)
        .select_related("rater", "employee")
        .order_by("-submitted_at", "-id")
    )


def rating_visible_to(user: "User", public_id: "UUID | str") -> Rating | None:
    """A sent rating, for the rated person and for the rater."""
    if user.employee_id is None:
        return None
    return (
        Rating.objects.filter(public_id=public_id, submitted_at__isnull=False)
        .filter(Q(employee_id=user.employee_id) | Q(rater_id=user.employee_id))
        .select_related("rater", "employee__position")
        .first()
    )


def rating_scores(rating: Rating) -> list[RatingScore]:
    """The levels that a sent rating says, in the order of the frameworks."""
    rows = RatingScore.objects.filter(rating=rating).select_related("competency__framework", "competency__parent")
    return list(rows.order_by("competency__framework_id", "competency__order"))


@dataclass(frozen=True, slots=True)
class PersonToRate:
    """A direct subordinate on the superior's list: when rated last, whether a draft waits, whether one is due."""

    employee: "Employee"
    rated_on: dt.date | None
    next_on: dt.date | None
    has_draft: bool
    self_rated_on: dt.date | None
    is_due: bool


def people_to_rate(user: "User") -> list[PersonToRate]:
    """The account's direct subordinates: those who wait for a rating first (their own is in, or they never had one)."""
    if user.employee is None:
        return []
    people = list(subordinates_of(user.employee))
    ids = [row.pk for row in people]
    sent = _newest(Rating.objects.filter(employee_id__in=ids, rater=user.employee, relation=Relation.SUPERIOR.value))
    own = _newest(Rating.objects.filter(employee_id__in=ids, relation=Relation.SELF.value))
    drafts = set(
        Rating.objects.filter(
            employee_id__in=ids, rater=user.employee, relation=Relation.SUPERIOR.value, submitted_at=None
        ).values_list("employee_id", flat=True)
    )
    today = clock.today()
    rows = []
    for person in people:
        latest = sent.get(person.pk)
        next_on = next_rating_on(latest)
        is_due = latest is None or (today - latest).days >= FRESH_DAYS
        rows.append(
            PersonToRate(
                person,
                latest,
                next_on if next_on and next_on > today else None,
                person.pk in drafts,
                own.get(person.pk),
                is_due,
            )
        )
    return sorted(rows, key=lambda row: (not row.is_due, row.self_rated_on is None, row.rated_on or dt.date.min))


def _newest(rows: "QuerySet[Rating]") -> dict[int, dt.date]:
    found: Iterable[tuple[int, dt.datetime]] = (
        rows.filter(submitted_at__isnull=False).values_list("employee_id").annotate(Max("submitted_at")).order_by()
    )
    return {pk: clock.day_of(moment) for pk, moment in found}


def people_to_rate_count(user: "User") -> int:
    """How many direct subordinates wait for a rating; for a superior's home page."""
    return sum(row.is_due for row in people_to_rate(user))
