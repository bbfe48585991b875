"""What a job asks for: the standards in force, resolved for any number of people at once."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from bina.competencies.models import PositionStandard
from bina.competencies.rules import FrameworkState
from bina.foundation import clock
from bina.people.queries import job_classes, standing_of
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.models import JobClass, User

StandardKey = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Requirement:
    """The level a job asks for on one competency, and how much it matters (1 to 5)."""

    level: int
    weight: int


class StandardBook:
    """Every standard in force on a date, read once; answers per (agency, job class, job family).

    An agency's row wins over the national one; a job family's row wins over that of its class.
    """

    def __init__(self, on: dt.date) -> None:
        self._rows: dict[tuple[int | None, str, str], dict[int, Requirement]] = defaultdict(dict)
        rows = PositionStandard.objects.filter(
            Q(valid_to=None) | Q(valid_to__gte=on),
            valid_from__lte=on,
            competency__framework__state=FrameworkState.PUBLISHED,
        ).values_list("agency_id", "job_class_id", "functional", "competency_id", "required_level", "weight")
        for agency, job_class, functional, competency, level, weight in rows.order_by("valid_from", "id"):
            self._rows[agency, job_class, functional][competency] = Requirement(level, weight)
        self._resolved: dict[StandardKey, dict[int, Requirement]] = {}

    def of(self, key: StandardKey) -> dict[int, Requirement]:
        """Requirements by competency id for (agency id, job class code, job family)."""
        if key not in self._resolved:
            agency, job_class, functional = key
            merged = dict(self._rows.get((None, job_class, ""), {}))
            if functional:
                merged |= self._rows.get((None, job_class, functional), {})
            merged |= self._rows.get((agency, job_class, ""), {})
            if functional:
                merged |= self._rows.get((agency, job_class, functional), {})
            self._resolved[key] = merged
        return self._resolved[key]


def standards_of_class(
    job_class_code: str, agency_id: int | None, on: dt.date, functional: str = ""
) -> list[PositionStandard]:
    """The rows in force for a job class (or one job family in it) as one agency sees them, its own replacing national ones."""
    return standards_by_family(job_class_code, agency_id, on).get(functional, [])


def standards_by_family(job_class_code: str, agency_id: int | None, on: dt.date) -> dict[str, list[PositionStandard]]:
    """The rows in force for a job class, by job family; under an empty name those of the whole class, first. One query."""
    rows = (
        PositionStandard.objects.filter(
            Q(valid_to=None) | Q(valid_to__gte=on), Q(agency=None) | Q(agency_id=agency_id), valid_from__lte=on,
            job_class_id=job_class_code,
        )
        .select_related("competency", "competency__parent", "competency__framework")
        .order_by(
            "functional", "competency__framework_id", "competency__order", "competency_id", "agency_id", "valid_from", "id"
        )
    )  # fmt: skip
    chosen: dict[str, dict[int, PositionStandard]] = {"": {}}
    for row in rows:
        family = chosen.setdefault(row.functional, {})
        current = family.get(row.competency_id)
        if current is None or row.agency_id is not None or current.agency_id is None:
            family[row.competency_id] = row
    return {functional: list(found.values()) for functional, found in chosen.items()}


def standards_to_come(job_class_code: str, agency_id: int | None, on: dt.date) -> list[PositionStandard]:
    """Rows of a job class that begin after a day, the earliest first: national ones and the agency's own."""
    return list(
        PositionStandard.objects.filter(
            Q(agency=None) | Q(agency_id=agency_id), valid_from__gt=on, job_class_id=job_class_code
        )
        .select_related("competency")
        .order_by("valid_from", "id")
    )


def standards_visible_to(user: "User") -> QuerySet[PositionStandard]:
    """Standards are public inside the house; changing them needs a permission."""
    agency_id = user.employee.agency_id if user.employee else None
    rows = PositionStandard.objects.filter(Q(agency=None) | Q(agency_id=agency_id))
    return PositionStandard.objects.all() if standing_of(user).is_platform_admin else rows


def may_manage_standards(user: "User") -> bool:
    """Whether the account may change its agency's standards."""
    return standing_of(user).may(Permission.MANAGE_STANDARDS)


def may_set_national_standards(user: "User") -> bool:
    """Whether the account may change what is asked in every agency."""
    return standing_of(user).may(Permission.MANAGE_PLATFORM)


def job_class_by_code(code: str) -> "JobClass | None":
    """One job class."""
    return job_classes().filter(code=code).first()


def classes_with_counts(user: "User") -> list[tuple["JobClass", int, int]]:
    """Every job class with how many competencies it asks for, and how many rows are the agency's own."""
    agency_id = user.employee.agency_id if user.employee else None
    on = clock.today()
    asked: dict[str, set[int]] = {}
    own: dict[str, int] = {}
    rows = PositionStandard.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=on),
        Q(agency=None) | Q(agency_id=agency_id),
        valid_from__lte=on,
        functional="",
    ).values_list("job_class_id", "competency_id", "agency_id")
    for job_class, competency, agency in rows:
        asked.setdefault(job_class, set()).add(competency)
        own[job_class] = own.get(job_class, 0) + (agency is not None)
    return [(row, len(asked.get(row.code, ())), own.get(row.code, 0)) for row in job_classes()]
