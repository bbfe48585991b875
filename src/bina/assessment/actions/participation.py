"""What the end of an attempt means for a person's part in a formal assessment."""

from bina.assessment.models import AssessmentWindow, Participant, Session
from bina.assessment.rules import ParticipantState, WindowState


def note_attempt_over(session: Session) -> None:
    """The person has finished; where the assessment was closed already its hints are calculated anew."""
    Participant.objects.filter(session=session).update(state=ParticipantState.FINISHED.value)
    late = AssessmentWindow.objects.filter(public_id=session.context_id, state=WindowState.CLOSED.value)
    late.update(hints_at=None)


def note_attempt_set_aside(session: Session) -> None:
    """The attempt is as if it had never been: the person may begin anew."""
    Participant.objects.filter(session=session).update(state=ParticipantState.INVITED.value, session=None)
