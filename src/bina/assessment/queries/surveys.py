"""Questions about surveys: who is asked, who holds them, whether an account has answered, what waits for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils.crypto import salted_hmac

from bina.assessment.models import Survey, SurveyDraft, SurveyResponse, SurveyTicket
from bina.assessment.queries.instruments import QuestionSummary, instrument_by_code, question_summary
from bina.assessment.rules import SMALLEST_GROUP, SurveyMode, SurveyState
from bina.foundation import clock
from bina.journal.queries import history_of
from bina.people.queries import UNIT_STEP, active_employees, standing_of, under, units, units_visible_to
from bina.people.rules import Permission

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from bina.journal.models import Entry
    from bina.people.models import Employee, OrgUnit, User

# How an answer to a survey is kept apart from answers in other contexts.
CONTEXT = "survey"


def ticket_mark(user: "User", instrument_code: str, context_kind: str, context_id: object) -> str:
    """The keyed hash by which an account counts once; it is not stored with the answers."""
    return salted_hmac(
        "bina.assessment.survey", f"{instrument_code}\n{context_kind}\n{context_id}\n{user.pk}", algorithm="sha256"
    ).hexdigest()


def survey_mark(user: "User", survey: Survey) -> str:
    """The mark by which an account counts once in a survey."""
    return ticket_mark(user, survey.instrument.code, CONTEXT, survey.public_id)


def receipt_of(survey: Survey, response_id: object) -> str:
    """The keyed hash by which a sheet is known when it arrives a second time; it leads neither to a person nor to answers."""
    return salted_hmac(
        "bina.assessment.survey.receipt", f"{survey.public_id}\n{response_id}", algorithm="sha256"
    ).hexdigest()


def pseudonym_of(user: "User", survey: Survey) -> str:
    """The keyed sign that joins the two sheets of one account; it cannot be made again once the key is erased.

    Raises ValueError when it is.
    """
    key = survey.root.pair_key
    if not key:
        raise ValueError("the key of this pair of surveys is erased")
    secret = f"{settings.SECRET_KEY}{key}"
    return salted_hmac("bina.assessment.survey.pair", str(user.pk), secret=secret, algorithm="sha256").hexdigest()


def has_responded(user: "User", instrument_code: str, context_kind: str, context_id: object) -> bool:
    """Whether the account has answered the survey in this context."""
    return SurveyTicket.objects.filter(mark=ticket_mark(user, instrument_code, context_kind, context_id)).exists()


def has_answered_survey(user: "User", survey: Survey) -> bool:
    """Whether the account has sent its sheet of a survey."""
    return SurveyTicket.objects.filter(mark=survey_mark(user, survey)).exists()


@dataclass(frozen=True, slots=True)
class SurveySummary:
    """What a group said to a survey; when too few answered only their number is told."""

    count: int
    is_shown: bool
    questions: tuple[QuestionSummary, ...]


def survey_summary(instrument_code: str, context_kind: str, context_ids: Sequence[object]) -> SurveySummary:
    """The answers of everyone in some contexts together. The caller has decided who may see the contexts.

    With fewer than ``rules.SMALLEST_GROUP`` answers nothing but their number is given, so that nobody can be guessed.
    """
    instrument = instrument_by_code(instrument_code)
    rows = list(
        SurveyResponse.objects.filter(
            instrument__code=instrument_code, context_kind=context_kind, context_id__in=[str(pk) for pk in context_ids]
        ).values_list("answers", flat=True)
    )
    is_shown = len(rows) >= SMALLEST_GROUP
    told = rows if is_shown else []
    return SurveySummary(len(rows), is_shown, tuple(question_summary(row, told) for row in instrument.questions))


# --- Who holds surveys -----------------------------------------------------------------------------------------------


def surveys_visible_to(user: "User") -> QuerySet[Survey]:
    """Surveys of the units where the account evaluates."""
    paths = standing_of(user).paths_with(Permission.EVALUATE)
    return Survey.objects.filter(under(paths)).select_related("agency", "unit", "instrument", "before")


def survey_visible_to(user: "User", public_id: "UUID | str") -> Survey | None:
    """One survey that the account may hold."""
    return surveys_visible_to(user).filter(public_id=public_id).first()


def survey_by_public_id(public_id: "UUID | str") -> Survey | None:
    """One survey, whoever asks; for jobs, never for a page."""
    return Survey.objects.select_related("agency", "unit", "instrument").filter(public_id=public_id).first()


def may_hold_survey(user: "User", unit: "OrgUnit") -> bool:
    """Whether the account may ask the people of a unit."""
    return standing_of(user).may_in(Permission.EVALUATE, unit.path)


def response_counts(survey_ids: Sequence[int]) -> dict[int, int]:
    """How many sheets came in, by survey; one query."""
    rows = SurveyResponse.objects.filter(survey_id__in=survey_ids).order_by().values_list("survey_id")
    found = dict(rows.annotate(n=Count("pk")))
    return {pk: found.get(pk, 0) for pk in survey_ids}


def survey_history(survey: Survey) -> "QuerySet[Entry]":
    """What the organisers did with a survey, newest first; nothing of who answered."""
    return history_of(CONTEXT, survey.public_id)


# --- Who is asked ----------------------------------------------------------------------------------------------------


def audience_of(survey: Survey) -> "QuerySet[Employee]":
    """The people whom a survey asks, who can sign in."""
    rows = active_employees().filter(user__is_active=True)
    if survey.is_listed:
        return rows.filter(pk__in=survey.people.values("pk"), unit__path__subtree=survey.unit.path)
    rows = rows.filter(unit__path__subtree=survey.unit.path)
    return rows.filter(position__job_class_id__in=survey.job_classes) if survey.job_classes else rows


def invited_count(survey: Survey) -> int:
    """How many people a survey asks: now, or at the time it closed."""
    return audience_of(survey).count() if survey.invited_count is None else survey.invited_count


def is_invited(survey: Survey, employee: "Employee") -> bool:
    """Whether a survey asks this person."""
    return audience_of(survey).filter(pk=employee.pk).exists()


def group_unit_of(survey: Survey, employee: "Employee") -> "OrgUnit | None":
    """The part of the asked group that is kept with an answer: the unit directly below the asked one.

    None where that part has fewer than five people and names are not kept, for then the unit would be a name.
    """
    step = UNIT_STEP
    top = survey.unit.path
    unit = units().get(path=employee.unit.path[: len(top) + step])
    if survey.mode != SurveyMode.NAMED:
        inside = audience_of(survey)
        inside = inside.filter(unit=unit) if unit.path == top else inside.filter(unit__path__subtree=unit.path)
        if inside.count() < SMALLEST_GROUP:
            return None
    return unit


def accounts_waiting(survey: Survey) -> "list[User]":
    """The accounts that are asked and have not answered; for the reminding job only, never for a page."""
    people = audience_of(survey).select_related("user").order_by("pk")
    marks = {survey_mark(person.user, survey): person.user for person in people.iterator()}
    answered = _known_marks(list(marks))
    return [user for mark, user in marks.items() if mark not in answered]


def _known_marks(marks: Sequence[str]) -> set[str]:
    """Which of these marks have a ticket; asked in portions, for databases limit the length of a question."""
    found: set[str] = set()
    for start in range(0, len(marks), 500):
        portion = marks[start : start + 500]
        found |= set(SurveyTicket.objects.filter(mark__in=portion).values_list("mark", flat=True))
    return found


# --- What waits for a person -----------------------------------------------------------------------------------------


def survey_for(user: "User", public_id: "UUID | str") -> Survey | None:
    """A survey that asks the account's person, in whatever state but a draft; None for everybody else."""
    employee = user.employee
    if employee is None:
        return None
    rows = Survey.objects.filter(agency_id=employee.agency_id).exclude(state=SurveyState.DRAFT)
    survey = rows.select_related("agency", "unit", "instrument", "before").filter(public_id=public_id).first()
    return survey if survey and is_invited(survey, employee) else None


@dataclass(frozen=True, slots=True)
class WaitingSurvey:
    """An open survey that asks the person, and whether something was answered already."""

    survey: Survey
    is_begun: bool


def surveys_waiting_for(user: "User", day: "dt.date | None" = None) -> list[WaitingSurvey]:
    """The open surveys that ask the account's person and were not answered; at most four queries however many there are."""
    employee = user.employee
    if employee is None:
        return []
    day = day or clock.today(employee.agency.time_zone)
    rows = Survey.objects.filter(
        agency_id=employee.agency_id, state=SurveyState.OPEN, opens_on__lte=day, closes_on__gte=day
    ).filter(Q(is_listed=False) | Q(people=employee))
    fitting = [
        survey
        for survey in rows.select_related("unit", "instrument", "agency").order_by("closes_on", "pk").distinct()
        if employee.unit.path.startswith(survey.unit.path)
        and (survey.is_listed or not survey.job_classes or employee.position.job_class_id in survey.job_classes)
    ]
    if not fitting:
        return []
    marks = {survey_mark(user, survey): survey for survey in fitting}
    answered = _known_marks(list(marks))
    begun = set(SurveyDraft.objects.filter(user=user).values_list("survey_id", flat=True))
    return [WaitingSurvey(survey, survey.pk in begun) for mark, survey in marks.items() if mark not in answered]


def survey_draft(user: "User", survey: Survey) -> SurveyDraft | None:
    """What the account has answered so far."""
    return SurveyDraft.objects.filter(user=user, survey=survey).first()


def drafts_key(user: "User", survey: Survey) -> str:
    """The name under which a browser keeps what is typed; another account on the same machine gets another."""
    return salted_hmac("bina.assessment.survey.typed", f"{survey.pk}\n{user.pk}").hexdigest()[:16]


def units_to_survey(user: "User", deepest: int) -> "QuerySet[OrgUnit]":
    """The open units that the account may ask, down to some depth below the highest that it holds, in tree order."""
    found = units_visible_to(user, Permission.EVALUATE).filter(valid_to=None)
    top = min((len(path) for path in standing_of(user).paths_with(Permission.EVALUATE)), default=0)
    return found.filter(depth__lte=max(1, top // UNIT_STEP) + deepest - 1)


def listed_numbers(survey: Survey) -> list[str]:
    """The employee numbers of those whom a survey lists; empty for a whole unit."""
    if not survey.is_listed:
        return []
    return [
        number for number in survey.people.order_by("full_name").values_list("employee_number", flat=True) if number
    ]


def people_by_numbers(unit: "OrgUnit", numbers: Sequence[str]) -> "tuple[list[Employee], list[str]]":
    """The active people of a subtree with these numbers, and the numbers that nobody there has."""
    wanted = list(dict.fromkeys(numbers))[:5_000]
    found: list[Employee] = []
    for start in range(0, len(wanted), 500):
        portion = wanted[start : start + 500]
        found += active_employees().filter(unit__path__subtree=unit.path, employee_number__in=portion)
    known = {person.employee_number for person in found}
    return found, [number for number in wanted if number not in known]


def follower_of(survey: Survey) -> Survey | None:
    """The second of two paired surveys, if there is one."""
    return survey.followers.exclude(state=SurveyState.CANCELLED).first()
