"""Two messages of a tool at the same moment: one outcome each, nothing twice, nothing lost."""

import datetime as dt

import pytest
from django.utils import timezone

from bina.integrations.lti import actions
from bina.integrations.lti.actions.people import subject_of
from bina.integrations.lti.models import Launch, LineItem, Result, ScoreReport, Tool, ToolPerson
from bina.integrations.lti.rules import ActivityProgress, GradingProgress, Rejected, Score
from bina.learning.models import Enrolment
from tests.cast import Cast
from tests.conftest import ClientFor
from tests.integrations.lti_tool import FictiveTool, course_with_tool, joined, registered
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def score(subject: str, given: float, minutes: int) -> Score:
    at = timezone.now() - dt.timedelta(minutes=minutes)
    return Score(subject, at, ActivityProgress.COMPLETED, GradingProgress.FULLY_GRADED, given, 100.0)


def arrived(cast: Cast, client_for: ClientFor) -> tuple[Tool, Enrolment, str]:
    """Siti in front of the tool; the address at which it was begun."""
    tool = registered(cast.agency)
    enrolment = joined(cast.siti, course_with_tool(cast.agency))
    return tool, enrolment, client_for(cast.siti).get(f"/lti/{enrolment.public_id}/simulasi/start/")["Location"]


def test_two_scores_at_once_leave_the_newer_one(cast: Cast, client_for: ClientFor) -> None:
    tool, _enrolment, location = arrived(cast, client_for)
    FictiveTool(tool).go_in(client_for(cast.siti), location)
    item = LineItem.objects.select_related("tool", "course", "link").get()
    subject = ToolPerson.objects.get().subject
    older, newer = score(subject, 40, 5), score(subject, 90, 1)
    told = at_once(
        lambda: actions.take_score(item=item, score=older), lambda: actions.take_score(item=item, score=newer),
        lambda: actions.take_score(item=item, score=newer),
    )  # fmt: skip
    assert all(isinstance(one, (Result, Rejected)) for one in told), told
    assert Result.objects.get().given == 90
    assert ScoreReport.objects.filter(given=90).count() == 1


def test_a_launch_that_is_answered_twice_at_once_lets_in_once(cast: Cast, client_for: ClientFor) -> None:
    tool, _enrolment, location = arrived(cast, client_for)
    fictive = FictiveTool(tool)
    actions.ensure_key()
    first, second = fictive.login_request(location), fictive.login_request(location)
    told = at_once(
        lambda: actions.answer_login(first, signed_in=None), lambda: actions.answer_login(second, signed_in=None)
    )
    assert sorted(type(one).__name__ for one in told) == ["Rejected", "Reply"], told
    assert Launch.objects.get().answered_at is not None


def test_a_person_who_opens_twice_at_once_has_one_name(cast: Cast, client_for: ClientFor) -> None:
    tool = registered(cast.agency)
    told = at_once(lambda: subject_of(tool, cast.siti.user), lambda: subject_of(tool, cast.siti.user))
    assert told[0] == told[1] == ToolPerson.objects.get().subject
