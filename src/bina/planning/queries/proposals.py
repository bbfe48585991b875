"""What could be planned: gaps, the most pressing first, each with a way to close it, and what is to be measured again."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from bina.competencies.queries import SOON, Profile, ProfileLine, profile_of
from bina.credentials.queries import FormOfDevelopment, forms_of_development
from bina.design.formats import date, number
from bina.foundation import clock
from bina.learning.queries import CourseMatch, courses_for_competencies
from bina.planning.queries.plans import ItemLine, lines_of, plan_of
from bina.planning.rules import form_for_gap, suggested_quarter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bina.people.models import Employee

MOST_PROPOSALS = 8


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing worth planning: for which gap, by which course or form, when, how long, and why."""

    key: str
    line: ProfileLine
    title: str
    form_code: str
    form_name: str
    course_public_id: UUID | None
    target_level: int
    hours: Decimal
    quarter: int
    reason: str
    also: tuple[str, ...] = ()


def _situation(line: ProfileLine) -> str:
    """Where the person stands, in a sentence."""
    if line.mean is None:
        return _("Jabatan ini mensyaratkan tingkat %(required)s; kemampuan ini belum diukur.") % {
            "required": line.required
        }
    if not line.gap or line.gap < 0.05:
        return _("Perkiraan tingkat %(mean)s dari syarat %(required)s, tetapi belum cukup terbukti.") % {
            "mean": number(line.mean, 1), "required": line.required,
        }  # fmt: skip
    return _("Syarat jabatan tingkat %(required)s, perkiraan saat ini %(mean)s: kurang %(gap)s.") % {
        "required": line.required, "mean": number(line.mean, 1), "gap": number(line.gap, 1),
    }  # fmt: skip


def _promise(match: CourseMatch) -> str:
    """What the course does for it, measured where it was measured."""
    if match.is_measured:
        return _("Peserta kursus ini terukur naik rata-rata %(gain)s tingkat.") % {"gain": number(match.gain, 1)}
    return _("Kursus ini dirancang untuk menaikkan sekitar %(gain)s tingkat.") % {"gain": number(match.gain, 1)}


def _helps(match: CourseMatch, line: ProfileLine) -> bool:
    """A course that leads to where the person already stands closes nothing."""
    return match.gain > 0 and (line.mean is None or match.target_level > line.mean)


def proposals_for(
    employee: "Employee",
    year: int,
    *,
    profile: Profile | None = None,
    items: "Sequence[ItemLine] | None" = None,
    forms: list[FormOfDevelopment] | None = None,
) -> list[Proposal]:
    """Gaps by severity (weight × gap; what nobody measured as in the profile), each with the most effective course, or with
    coaching, practice or a community where no course exists. What is planned or completed is left out, and so is what
    needs measuring first: what nobody has measured and no course teaches, and what is reached but not proven.

    At most five queries; fewer when the caller brings what it has read already.
    """
    today = clock.today(employee.agency.time_zone)
    profile = profile if profile is not None else profile_of(employee)
    gaps = [line for line in profile.by_severity if line.severity > 0 or line.mean is not None]
    if not gaps:
        return []
    if items is None:
        plan = plan_of(employee, year)
        items = lines_of(plan) if plan else []
    planned_courses = {item.course_id for item in items if item.course_id}
    planned = {item.competency_id for item in items if item.competency_id}
    known_forms = {
        form.code: form for form in (forms if forms is not None else forms_of_development(employee.agency_id))
    }
    matches: dict[int, list[CourseMatch]] = {}
    covered: dict[int, set[int]] = {}
    for match in courses_for_competencies(
        [line.competency_id for line in gaps], agency_id=employee.agency_id, employee_id=employee.pk
    ):
        covered.setdefault(match.course_id, set()).add(match.competency_id)
        if not match.is_completed:
            matches.setdefault(match.competency_id, []).append(match)
    # What a planned course teaches is planned as well.
    for course_id in planned_courses:
        planned |= covered.get(course_id, set())
    open_gaps = {line.competency_id: line for line in gaps if line.competency_id not in planned}
    proposals: list[Proposal] = []
    served: set[int] = set()
    for line in gaps:
        if line.competency_id not in open_gaps or line.competency_id in served:
            continue
        best = next(
            (
                match
                for match in matches.get(line.competency_id, ())
                if match.course_id not in planned_courses and _helps(match, line)
            ),
            None,
        )
        quarter = suggested_quarter(len(proposals), year=year, today=today)
        if best is not None:
            others = [
                open_gaps[other]
                for other in covered[best.course_id]
                if other in open_gaps and other != line.competency_id and other not in served
            ]
            served |= {line.competency_id, *(other.competency_id for other in others)}
            proposals.append(_by_course(line, best, quarter, others, known_forms))
        elif line.gap:
            served.add(line.competency_id)
            proposals.append(_by_form(line, quarter, known_forms))
        if len(proposals) == MOST_PROPOSALS:
            break
    return proposals


@dataclass(frozen=True, slots=True)
class Remeasurement:
    """A requirement to be measured again; it needs no course and no place in the plan."""

    line: ProfileLine

    @property
    def reason(self) -> str:
        """Why, in a sentence; put together only where it is shown."""
        if self.line.expires_on is not None:
            return _("Masih terbukti, tetapi buktinya menua: berlaku sampai sekitar %(day)s.") % {
                "day": date(self.line.expires_on)
            }
        return _(
            "Perkiraan %(mean)s sudah mencapai syarat %(required)s, tetapi buktinya terlalu tua atau terlalu sedikit "
            "untuk membuktikannya."
        ) % {"mean": number(self.line.mean, 1), "required": self.line.required}


def remeasurements_for(
    employee: "Employee", profile: Profile, items: "Sequence[ItemLine]"
) -> tuple[Remeasurement, ...]:
    """Requirements whose proof lapses within half a year, the first to lapse first, then those that are reached by
    estimate while the evidence is too old or too thin to prove it, the weightiest first. What is planned is left out.

    Asks nothing.
    """
    limit = clock.today(employee.agency.time_zone) + SOON
    planned = {item.competency_id for item in items}
    lapsing: list[tuple[dt.date, int, ProfileLine]] = []
    reached: list[ProfileLine] = []
    for line in profile.lines:
        if line.required is None or line.mean is None or line.competency_id in planned:
            continue
        if line.expires_on is not None:
            if line.expires_on <= limit:
                lapsing.append((line.expires_on, line.competency_id, line))
        elif line.status != "proven" and not line.gap:
            reached.append(line)
    lapsing.sort()
    reached.sort(key=lambda line: (-line.weight, line.competency_id))
    return tuple(map(Remeasurement, [*(line for _day, _pk, line in lapsing), *reached]))


def _by_course(
    line: ProfileLine, match: CourseMatch, quarter: int, others: list[ProfileLine], forms: dict[str, FormOfDevelopment]
) -> Proposal:
    form = forms.get(match.form_code)
    return Proposal(
        key=f"course:{match.public_id}",
        line=line,
        title=match.title,
        form_code=match.form_code,
        form_name=form.name if form else match.form_code,
        course_public_id=match.public_id,
        target_level=min(match.target_level, line.required or match.target_level),
        hours=match.learning_hours,
        quarter=quarter,
        reason=f"{_situation(line)} {_promise(match)}",
        also=tuple(other.name for other in sorted(others, key=lambda other: -other.severity)),
    )


def _by_form(line: ProfileLine, quarter: int, forms: dict[str, FormOfDevelopment]) -> Proposal:
    suggested = form_for_gap(line.gap or 0.0)
    form = forms.get(suggested.form_code)
    name = form.name if form else suggested.form_code
    hours = (form.default_hours if form else Decimal(0)) * suggested.units
    closing = {
        "NK_OJT": _("Belum ada kursus yang pas; berlatih didampingi rekan yang mahir menutup jarak selebar ini."),
        "NK_COACHING": _(
            "Belum ada kursus yang pas; jarak sedekat ini biasanya tertutup lewat coaching dengan atasan."
        ),
        "NK_KOMUNITAS": _("Belajar bersama rekan memberi kesempatan untuk membuktikannya dalam pekerjaan nyata."),
    }[suggested.form_code]
    return Proposal(
        key=f"form:{suggested.form_code}:{line.public_id}",
        line=line,
        title=f"{name.split(' (')[0]}: {line.name}",
        form_code=suggested.form_code,
        form_name=name,
        course_public_id=None,
        target_level=line.required or 1,
        hours=hours,
        quarter=quarter,
        reason=f"{_situation(line)} {closing}",
    )
