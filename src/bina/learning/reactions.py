"""What this room does when something happens: test results reach the course, units are enrolled."""

from bina.assessment.queries import session_visible_to
from bina.journal.models import Entry
from bina.journal.registry import react_to
from bina.learning import actions, jobs, queries
from bina.people.queries import user_of


@react_to("session.finished", "session.expired")
def take_in_the_test(entry: Entry) -> None:
    """A test ended, by its person or by the clock: its result reaches the course it belongs to."""
    if entry.data.get("context_kind") != actions.CONTEXT:
        return
    enrolment = queries.enrolment_by_public_id(entry.data["context_id"])
    learner = user_of(enrolment.employee) if enrolment else None
    if enrolment is None or learner is None:
        return
    session = session_visible_to(learner, entry.object_id)
    activity = queries.activity_with_form(enrolment.version_id, str(entry.data.get("blueprint", "")))
    if activity is not None and session is not None:
        actions.note_test_result(by=None, enrolment=enrolment, activity=activity, session=session)


@react_to("enrolment.unit_requested")
def enrol_the_unit(entry: Entry) -> None:
    """Somebody asked for a whole unit to be enrolled."""
    jobs.enrol_unit.enqueue(entry.object_id, entry.data["unit_id"], entry.data["progress"])
