"""Which attempts at tests belong to which part of whose course."""

from typing import TYPE_CHECKING

from bina.learning.models import Activity, Enrolment

if TYPE_CHECKING:
    from bina.assessment.models import Session

CONTEXT = "enrolment"


def context_of(enrolment: Enrolment) -> tuple[str, str]:
    """What attempts at tests remember of the enrolment that they belong to."""
    return CONTEXT, str(enrolment.public_id)


def is_attempt_at(session: "Session", enrolment: Enrolment, activity: Activity) -> bool:
    """Whether an attempt was begun in this enrolment, at the test that this part is."""
    is_here = (session.context_kind, session.context_id) == context_of(enrolment)
    return is_here and activity.kind == "test" and session.blueprint.code == activity.payload.get("blueprint")
