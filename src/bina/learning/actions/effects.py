"""What a course was measured to add: written here by evaluation, read by planning."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from bina.journal.actions import record
from bina.learning import entries
from bina.learning.models import Course, CourseEffect

if TYPE_CHECKING:
    from bina.competencies.models import Competency
    from bina.people.models import User


@transaction.atomic
def record_course_effect(
    *,
    by: "User | None",
    course: Course,
    competency: "Competency",
    mean: float,
    standard_error: float,
    n: int,
    estimated_on: dt.date,
) -> CourseEffect:
    """Keep an estimate of what a course adds on a competency (in levels); the same day's estimate is replaced."""
    effect, is_new = CourseEffect.objects.update_or_create(
        course=course,
        competency=competency,
        estimated_on=estimated_on,
        defaults={"mean": mean, "standard_error": standard_error, "case_count": n},
    )
    if is_new:
        record(
            entries.EFFECT_RECORDED, by=by, kind="course", object_id=course.public_id, name=course.title,
            agency_id=course.agency_id,
            data={"course": course.slug, "competency": competency.code, "mean": round(mean, 4),
                  "standard_error": round(standard_error, 4), "n": n, "estimated_on": estimated_on.isoformat()},
        )  # fmt: skip
    return effect
