"""Steps of a learner through the small course, as the doors offer them."""

from typing import Any

from bina.assessment.models import ItemVersion, Session
from bina.assessment.rules import part_key
from bina.learning import actions
from bina.learning.models import Activity, Enrolment
from bina.people.models import Employee, User
from tests.learning.folders import question

RIGHT = [part_key(question("x")["options"][0]["text"])]
WRONG = [part_key("Menunggu")]


def part(enrolment: Enrolment, key: str) -> Activity:
    """One activity of the version the enrolment is on."""
    return Activity.objects.get(version=enrolment.version, key=key)


def fresh(enrolment: Enrolment) -> Enrolment:
    """The enrolment as it stands now."""
    return Enrolment.objects.select_related("course", "version", "employee__agency", "employee__unit").get(
        pk=enrolment.pk
    )


def open_part(user: User, enrolment: Enrolment, key: str) -> None:
    """Open an activity."""
    actions.open_activity(by=user, enrolment=fresh(enrolment), activity=part(enrolment, key))


def read_page(user: User, enrolment: Enrolment, key: str = "halaman") -> Enrolment:
    """Open a page and close it."""
    open_part(user, enrolment, key)
    return actions.complete_activity(by=user, enrolment=enrolment, activity=part(enrolment, key))


def pass_quiz(user: User, enrolment: Enrolment, *, token: str = "t1", right: bool = True) -> Any:
    """Answer the quiz."""
    answer = RIGHT if right else WRONG
    return actions.submit_quiz(
        by=user,
        enrolment=enrolment,
        activity=part(enrolment, "kuis"),
        answers={"K-1": answer, "K-2": answer},
        token=token,
    )


def take_test(user: User, enrolment: Enrolment, key: str, *, right: int) -> Session:
    """Begin a test, answer the first ``right`` questions rightly and the others wrongly, hand it in."""
    activity = part(enrolment, key)
    session = actions.begin_test(by=user, enrolment=enrolment, activity=activity)
    for position, version in enumerate(ItemVersion.objects.filter(pk__in=session.form), start=1):
        assert version.payload
        actions.answer_test(by=user, session=session, position=position, answer=RIGHT if position <= right else WRONG)
    actions.finish_test(by=user, enrolment=enrolment, activity=activity, session=session)
    return session


def do_everything_but_the_test(user: User, enrolment: Enrolment) -> None:
    """Everything before the final test."""
    take_test(user, enrolment, "uji-awal", right=1)
    read_page(user, enrolment)
    pass_quiz(user, enrolment)
    for key, report in (("berkas", {"downloaded": True}), ("video", {"transcript": True})):
        open_part(user, enrolment, key)
        actions.record_activity_progress(by=user, enrolment=enrolment, activity=part(enrolment, key), report=report)
        actions.complete_activity(by=user, enrolment=enrolment, activity=part(enrolment, key))


def enrolled(employee: Employee, course: Any) -> Enrolment:
    """The person joins the course."""
    return actions.enrol(by=employee.user, employee=employee, course=course)
