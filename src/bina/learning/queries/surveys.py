"""Surveys in courses: one's own draft, and what a group said, never anybody alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from bina.assessment.queries import (
    QuestionSummary,
    ScaleChange,
    ScaleResult,
    changes_of_pairs,
    reach_of_changes,
    results_of_questions,
    results_of_scales,
)
from bina.assessment.rules import SMALLEST_GROUP
from bina.assessment.rules.instruments import Content, options_of
from bina.design.formats import number
from bina.foundation.wording import localized
from bina.learning.models import Activity, Course, CourseSheet, CourseSheetDraft, Enrolment
from bina.learning.rules import NAMING_NAMES, Naming, content_in
from bina.people.queries import agencies_visible_to, standing_of, under
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import User

MOST_PEOPLE = 200


def course_sheet_draft(enrolment: Enrolment, activity: Activity) -> dict[str, Any]:
    """What the learner has answered so far and not sent."""
    draft = CourseSheetDraft.objects.filter(enrolment=enrolment, activity=activity).first()
    return dict(draft.answers) if draft else {}


@dataclass(frozen=True, slots=True)
class CourseSurvey:
    """A survey of a course as its trainers find it: the newest published wording, and how many sheets came in."""

    activity: Activity
    count: int
    waiting: int

    @property
    def naming_name(self) -> str:
        """How names are kept or not, in two words."""
        return str(NAMING_NAMES[Naming(self.activity.payload["naming"])])


def has_surveys(course: Course) -> bool:
    """Whether any published version of the course holds a survey."""
    return Activity.objects.filter(version__course=course, kind="survey", version__published_at__isnull=False).exists()


def surveys_of_course(user: "User", course: Course) -> list[CourseSurvey]:
    """The surveys of the course's published versions in their order, newest wording first; three queries."""
    rows = list(
        Activity.objects.filter(version__course=course, kind="survey", version__published_at__isnull=False)
        .select_related("version")
        .order_by("-version__number", "order")
    )
    newest: dict[tuple[str, str], Activity] = {}
    for row in rows:
        newest.setdefault((row.key, row.payload["digest"]), row)
    counts = dict.fromkeys(newest, (0, 0))
    places = {row.pk: (row.key, row.payload["digest"]) for row in rows}
    sums = (
        CourseSheet.objects.filter(activity__in=places, agency__in=_agencies(user))
        .order_by()
        .values_list("activity")
        .annotate(shown=Count("pk", filter=Q(is_counted=True)), all=Count("pk"))
    )
    for pk, shown, every in sums:
        known = counts[places[pk]]
        counts[places[pk]] = (known[0] + shown, known[1] + every - shown)
    return [CourseSurvey(activity, *counts[place]) for place, activity in newest.items()]


def _agencies(user: "User") -> Any:
    return agencies_visible_to(user, Permission.MANAGE_COURSES).values("pk")


@dataclass(frozen=True, slots=True)
class SignedSheet:
    """One sheet of a survey with names: who, and each answer in words."""

    name: str
    unit: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CourseSurveyResults:
    """Everything that may be told of a survey in a course; ``is_told`` is False while too few answered."""

    survey: CourseSurvey
    is_told: bool
    sentence: str
    scales: tuple[ScaleResult, ...] = ()
    questions: tuple[QuestionSummary, ...] = ()
    changes: tuple[ScaleChange, ...] = ()
    people: tuple[SignedSheet, ...] = ()

    @property
    def axis(self) -> float:
        """Half the width of an axis that holds all changes with their intervals."""
        return reach_of_changes(self.changes)


def course_survey_results(user: "User", course: Course, key: str, digest: str = "") -> CourseSurveyResults | None:
    """What the learners of the account's agencies said to a survey: scales with reliability, questions, changes of pairs.

    Without names nothing is told below ``SMALLEST_GROUP`` sheets, and further sheets are added five at a time. Sheets to the
    same questions in other versions of the course belong to it. None when the course has no such survey.
    """
    found = [row for row in surveys_of_course(user, course) if row.activity.key == key]
    survey = next((row for row in found if row.activity.payload["digest"] == digest), found[0] if found else None)
    if survey is None:
        return None
    payload = survey.activity.payload
    is_named = payload["naming"] == Naming.NAMED
    least = 1 if is_named else SMALLEST_GROUP
    if survey.count < least:
        words = _(
            "Baru %(n)s orang menjawab. Hasil ditampilkan mulai %(least)s jawaban, agar tidak seorang pun dapat dikenali."
        ) % {"n": survey.count + survey.waiting, "least": least}
        return CourseSurveyResults(survey, False, words)
    content = content_in(payload)
    rows = _sheets(user, course, key, payload["digest"])
    sheets = [row["answers"] for row in rows]
    words = _("%(n)s jawaban.") % {"n": number(len(rows))}
    if survey.waiting:
        words += " " + _("%(n)s jawaban lagi menunggu sampai berlima, lalu ditambahkan bersama.") % {
            "n": number(survey.waiting)
        }
    return CourseSurveyResults(
        survey=survey,
        is_told=True,
        sentence=words,
        scales=results_of_scales(content, sheets, least=least),
        questions=results_of_questions(content, sheets, least=least),
        changes=_changes(user, course, payload, content, rows),
        people=_people(user, course, key, payload["digest"], content) if is_named else (),
    )


def _sheets(user: "User", course: Course, key: str, digest: str) -> list[dict[str, Any]]:
    rows = CourseSheet.objects.filter(
        activity__version__course=course, activity__key=key, agency__in=_agencies(user), is_counted=True
    ).select_related("activity")
    fitting = [row for row in rows if row.activity.payload["digest"] == digest]
    return [{"answers": row.answers, "pseudonym": row.sign} for row in fitting]


def _changes(
    user: "User", course: Course, payload: Mapping[str, Any], content: Content, rows: Sequence[Mapping[str, Any]]
) -> tuple[ScaleChange, ...]:
    if not payload["pairs_with"]:
        return ()
    first = next((row for row in surveys_of_course(user, course) if row.activity.key == payload["pairs_with"]), None)
    if first is None:
        return ()
    before = _sheets(user, course, first.activity.key, first.activity.payload["digest"])
    return changes_of_pairs(
        content_in(first.activity.payload), [row for row in before if row["pseudonym"]], content, rows
    )


def _people(user: "User", course: Course, key: str, digest: str, content: Content) -> tuple[SignedSheet, ...]:
    rows = (
        CourseSheet.objects.filter(
            under(standing_of(user).paths_with(Permission.MANAGE_COURSES), "employee__unit__path"),
            activity__version__course=course, activity__key=key,
        )
        .select_related("activity", "employee__unit")
        .order_by("employee__full_name")[:MOST_PEOPLE]
    )  # fmt: skip
    return tuple(
        SignedSheet(row.employee.full_name, row.employee.unit.label, _in_words(content, row.answers))
        for row in rows
        if row.employee is not None and row.activity.payload["digest"] == digest
    )


def _in_words(content: Content, answers: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = []
    for question in content.ordered:
        if question["key"] not in answers:
            continue
        given, names = answers[question["key"]], dict(options_of(question))
        values = given if isinstance(given, list) else [given]
        words = ", ".join(names.get(str(one), str(one)) for one in values)
        found.append((localized(question["text"], question.get("text_en", "")), words))
    return tuple(found)
