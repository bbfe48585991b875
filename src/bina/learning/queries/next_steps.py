"""The best next thing for a person to learn; asked on every home page, so its questions are compiled once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from bina.competencies.queries import Profile, profile_of
from bina.foundation.prepared import PreparedQuery
from bina.foundation.wording import localized
from bina.learning.models import CourseCompetency, CourseEffect, Enrolment
from bina.learning.rules import CourseState, EnrolmentState

if TYPE_CHECKING:
    from bina.people.models import Employee

PRESSING = 3


@dataclass(frozen=True, slots=True)
class NextStep:
    """The best next thing to learn: ``is_running`` continues an enrolment, else a course is proposed."""

    title: str
    url: str
    reason: str
    minutes_left: int
    parts_left: int
    parts_total: int
    is_running: bool = True
    competency: str = ""


def _running(employee_id: int) -> QuerySet[Enrolment, Any]:
    return (
        Enrolment.objects.filter(employee_id=employee_id, state=EnrolmentState.STARTED.value)
        .order_by("minutes_left", "id")
        .values_list(
            "public_id", "minutes_left", "parts_done", "parts_total", "latest_activity_key", "version__title",
            "version__competency_lines", "version__languages__en__title",
        )[:20]
    )  # fmt: skip


def _helpful(first: int, second: int, third: int, employee_id: int, agency_id: int) -> QuerySet[CourseCompetency, Any]:
    measured = CourseEffect.objects.filter(course=OuterRef("version__course"), competency=OuterRef("competency"))
    finished = Enrolment.objects.filter(
        course=OuterRef("version__course"), employee_id=employee_id, completed_at__isnull=False
    )
    return (
        CourseCompetency.objects.filter(
            ~Exists(finished),
            Q(version__course__agency=None) | Q(version__course__agency_id=agency_id),
            competency_id__in=[first, second, third],
            version__course__state=CourseState.PUBLISHED.value,
            version__course__current_version=F("version"),
        )
        .annotate(gain=Coalesce(Subquery(measured.order_by("-estimated_on").values("mean")[:1]), "expected_gain"))
        .order_by("-gain", "version__course_id")
        .values_list(
            "competency_id", "gain", "version__course__slug", "version__title", "version__required_minutes",
            "version__required_count", "competency__name", "competency__name_en",
            "version__languages__en__title",
        )[:60]
    )  # fmt: skip


_running_rows = PreparedQuery(_running, int)
_helpful_rows = PreparedQuery(_helpful, int, int, int, int, int)


def _reason(competency: str) -> str:
    return _("Menutup jarak terbesar Anda: %(name)s.") % {"name": competency.lower()} if competency else ""


def next_step_for(employee: "Employee", profile: Profile | None = None) -> NextStep | None:
    """The running course that serves the biggest gap with the fewest minutes left; else the course to begin with.

    One query when something is running, two when not; one more without ``profile`` (the home page has it at hand).
    """
    rows = _running_rows.rows(employee.pk)
    profile = profile if profile is not None else profile_of(employee)
    severity = {line.competency_id: line.severity for line in profile.by_severity if line.severity > 0}
    if rows:
        return _continue(rows, severity)
    return _begin(employee, severity) if severity else None


def _continue(rows: Any, severity: dict[int, float]) -> NextStep:
    def served(lines: list[dict[str, Any]]) -> tuple[float, str]:
        worth = [(severity.get(line["id"], 0.0), localized(line["name"], line["name_en"])) for line in lines]
        best = max(worth, key=lambda pair: pair[0], default=(0.0, ""))
        return best if best[0] > 0 else (0.0, "")

    # Rows come with the fewest minutes first; a stable sort keeps that among equals.
    ranked = sorted(((served(row[6]), row) for row in rows), key=lambda found: -found[0][0])
    (_worth, name), (public_id, minutes, done, total, key, title, _lines, english) = ranked[0]
    title = localized(title, english or "")
    url = reverse("learning:activity", args=[public_id, key]) if key else reverse("learning:resume", args=[public_id])
    return NextStep(title, url, _reason(name), minutes, max(0, total - done), total, competency=name)


def _begin(employee: "Employee", severity: dict[int, float]) -> NextStep | None:
    pressing = sorted(severity, key=lambda key: -severity[key])[:PRESSING]
    wanted = (pressing * PRESSING)[:PRESSING]
    rows = _helpful_rows.rows(*wanted, employee.pk, employee.agency_id)
    best = max(rows, key=lambda row: severity[row[0]] * row[1], default=None)
    if best is None:
        return None
    _competency, _gain, slug, title, minutes, parts, indonesian, english, title_en = best
    name, title = localized(indonesian, english), localized(title, title_en or "")
    url = reverse("learning:course", args=[slug])
    return NextStep(title, url, _reason(name), minutes, parts, parts, is_running=False, competency=name)
