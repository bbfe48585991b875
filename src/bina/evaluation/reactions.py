"""What this room does when something happens in learning: programmes open, learners are asked, results follow."""

from django.urls import reverse
from django.utils.translation import gettext as _

from bina.evaluation import actions, jobs, queries
from bina.journal.actions import notify
from bina.journal.models import Entry
from bina.journal.registry import react_to
from bina.learning.queries import course_by_public_id, enrolment_by_public_id
from bina.people.queries import user_of


@react_to("course.published")
def open_programme(entry: Entry) -> None:
    """A course is out: its evaluation begins, among everybody it is open to."""
    course = course_by_public_id(entry.object_id)
    if course is not None:
        actions.open_programme(by=None, course=course, agency=course.agency)


@react_to("enrolment.started", "enrolment.completed", "enrolment.withdrawn", "enrolment.reopened")
def follow_learning(entry: Entry) -> None:
    """Somebody began, finished or stopped: the programmes of the course, here and overall, follow."""
    enrolment = enrolment_by_public_id(entry.object_id)
    if enrolment is None:
        return
    course = enrolment.course
    scopes = {scope.pk if scope else None: scope for scope in (enrolment.employee.agency, course.agency)}
    for scope in scopes.values():
        programme = actions.open_programme(by=None, course=course, agency=scope)
        jobs.estimate_programme.enqueue(programme.pk)


@react_to("enrolment.completed")
def ask_for_reaction(entry: Entry) -> None:
    """Somebody finished: ask, once, what the learning was like."""
    enrolment = enrolment_by_public_id(entry.object_id)
    account = user_of(enrolment.employee) if enrolment else None
    if enrolment is None or account is None:
        return
    notify(
        recipient=account,
        title=_("Bagaimana “%(title)s” menurut Anda?") % {"title": enrolment.version.title},
        body=_("Delapan ketukan, kurang dari dua menit. Jawaban disimpan tanpa nama."),
        url=reverse("evaluation:survey", args=[enrolment.public_id]),
        dedup_key=f"reaction-survey:{enrolment.public_id}",
    )


@react_to("programme.changed")
def estimate_for_new_period(entry: Entry) -> None:
    """The period changed: the stored result is made anew."""
    programme = queries.programme_by_public_id(entry.object_id)
    if programme is not None:
        jobs.estimate_programme_anew.enqueue(programme.pk)
