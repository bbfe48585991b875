"""What this room does when something happens: items follow learning, people hear of decisions."""

from django.urls import reverse
from django.utils.translation import gettext as _

from bina.journal.actions import notify
from bina.journal.models import Entry
from bina.journal.registry import react_to
from bina.people.queries import user_of
from bina.planning import actions, queries


@react_to("enrolment.started", "enrolment.resumed")
def item_runs(entry: Entry) -> None:
    """Who starts a course sees its item running."""
    actions.follow_start(
        employee_id=entry.data["employee_id"],
        course_public_id=entry.data["course_public_id"],
        enrolment_id=entry.object_id,
        at=entry.occurred_at,
    )


@react_to("enrolment.completed")
def item_done(entry: Entry) -> None:
    """Who completes a course sees its item done."""
    actions.follow_completion(
        employee_id=entry.data["employee_id"],
        course_public_id=entry.data["course_public_id"],
        enrolment_id=entry.object_id,
        at=entry.occurred_at,
    )


@react_to("enrolment.withdrawn")
def item_waits_again(entry: Entry) -> None:
    """Who leaves a course finds its item planned again."""
    actions.follow_withdrawal(
        employee_id=entry.data["employee_id"],
        course_public_id=entry.data["course_public_id"],
        enrolment_id=entry.object_id,
    )


@react_to("enrolment.reopened")
def item_runs_again(entry: Entry) -> None:
    """A completion was taken back: its item runs again."""
    actions.follow_reopening(
        employee_id=entry.data["employee_id"],
        course_public_id=entry.data["course_public_id"],
        enrolment_id=entry.object_id,
    )


@react_to("plan.submitted")
def tell_the_superior(entry: Entry) -> None:
    """Whoever decides hears that a plan waits."""
    plan = queries.plan_by_public_id(entry.object_id)
    if plan is None:
        return
    for account in queries.deciders_of(plan.employee):
        notify(
            recipient=account,
            title=_("%(name)s mengajukan rencana %(year)s") % {"name": plan.employee.courteous_name, "year": plan.year},
            body=_("%(count)s kegiatan, %(hours)s JP. Baca, lalu setujui atau kembalikan dengan catatan.")
            % {"count": entry.data["items"], "hours": entry.data["hours"].rstrip("0").rstrip(".").replace(".", ",")},
            url=reverse("planning:plan", args=[plan.public_id]),
            dedup_key=f"plan-submitted:{entry.public_id}",
        )


@react_to("plan.approved", "plan.returned")
def tell_the_employee(entry: Entry) -> None:
    """The employee hears what was decided, with the superior's words."""
    plan = queries.plan_by_public_id(entry.object_id)
    account = user_of(plan.employee) if plan else None
    if plan is None or account is None:
        return
    if entry.verb == "plan.approved":
        title = _("Rencana %(year)s Anda disetujui") % {"year": plan.year}
        body = entry.reason or _("Anda dapat mulai dari kegiatan pertama kapan saja.")
    else:
        title = _("Rencana %(year)s Anda dikembalikan untuk diperbaiki") % {"year": plan.year}
        body = entry.reason
    notify(
        recipient=account,
        title=title,
        body=body,
        url=f"{reverse('planning:mine')}?year={plan.year}",
        dedup_key=f"plan-decided:{entry.public_id}",
    )
