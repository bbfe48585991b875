"""What a learner did in one activity, and what others who may help can read of it."""

from typing import TYPE_CHECKING
from uuid import UUID

from bina.learning.models import Activity, ActivityProgress, Enrolment, QuizAttempt
from bina.learning.queries.enrolments import enrolments_visible_to
from bina.learning.queries.hot import progress_in_activity
from bina.learning.rules import may_repair
from bina.people.queries import standing_of

if TYPE_CHECKING:
    from bina.people.models import User


def progress_in(enrolment: Enrolment, activity: Activity) -> ActivityProgress | None:
    """The learner's row for an activity; the caller has made sure that the enrolment is the learner's own."""
    return progress_in_activity.first(enrolment.pk, activity.pk)


def quiz_attempt(enrolment: Enrolment, activity: Activity, number: int) -> QuizAttempt | None:
    """One try at a quiz."""
    return QuizAttempt.objects.filter(enrolment=enrolment, activity=activity, number=number).first()


def participant_visible_to(user: "User", public_id: UUID | str) -> Enrolment | None:
    """An enrolment whose progress the account may read: never answers, only what is done, when, and the grade."""
    return (
        enrolments_visible_to(user)
        .select_related("employee__agency", "employee__position")
        .filter(public_id=public_id)
        .first()
    )


def progress_rows(enrolment: Enrolment) -> dict[str, ActivityProgress]:
    """Every row of progress by activity key."""
    rows = ActivityProgress.objects.filter(enrolment=enrolment).select_related("activity")
    return {row.activity.key: row for row in rows}


def may_repair_records(user: "User", enrolment: Enrolment) -> bool:
    """Whether the account may correct this learner's records."""
    return bool(
        may_repair(
            standing_of(user), unit_path=enrolment.employee.unit.path, course_agency_id=enrolment.course.agency_id
        )
    )
