"""Attempts at packages, and what a package is told when it starts."""

from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from bina.foundation.verdict import ALLOWED, Verdict
from bina.integrations.packages.models import PackageAttempt
from bina.integrations.packages.rules import RUNTIMES, Known, Trial

if TYPE_CHECKING:
    from bina.learning.models import Activity, Enrolment


def latest_attempt(enrolment: "Enrolment", activity: "Activity") -> PackageAttempt | None:
    """The attempt that runs now, or the last one; the caller has decided who may see it."""
    return PackageAttempt.objects.filter(enrolment=enrolment, activity=activity).order_by("-number").first()


def attempts_of(enrolment: "Enrolment", activity: "Activity") -> QuerySet[PackageAttempt]:
    """All attempts, newest first, with how many answers the package told of and how many of them were right."""
    told = Count("interactions", filter=~Q(interactions__result=""))
    right = Count("interactions", filter=Q(interactions__result="correct"))
    rows = PackageAttempt.objects.filter(enrolment=enrolment, activity=activity)
    return rows.annotate(told=told, right=right).order_by("-number")


def stored_attempt(attempt_id: int) -> PackageAttempt | None:
    """An attempt with everything a report touches."""
    return (
        PackageAttempt.objects.filter(pk=attempt_id)
        .select_related(
            "activity", "enrolment__course", "enrolment__version", "enrolment__employee__user",
            "enrolment__employee__agency", "enrolment__employee__unit",
        )
        .order_by()
        .first()
    )  # fmt: skip


def trial_of(attempt: PackageAttempt) -> Trial:
    """Where a stored attempt stands, as the rules of its package look at it."""
    is_ended = attempt.ended_at is not None
    payload = attempt.activity.payload
    outcome = RUNTIMES[attempt.activity.kind].outcome(payload, attempt.values, is_ended)
    return Trial(attempt.number, outcome, is_ended)


def may_go_on(attempt: PackageAttempt) -> Verdict:
    """Whether an attempt still takes reports; else it is open for reading only."""
    if attempt.saved_at is None:
        return ALLOWED
    return RUNTIMES[attempt.activity.kind].may_go_on(attempt.activity.payload, trial_of(attempt))


def known_of(attempt: PackageAttempt | None) -> Known:
    """What a package may know: a name, a number that means nothing elsewhere, and its own last report."""
    if attempt is None:
        return Known("pratinjau", _("Pratinjau"))
    employee = attempt.enrolment.employee
    return Known(
        str(attempt.enrolment.public_id),
        employee.full_name,
        attempt.values,
        attempt.seconds,
        is_new=not attempt.sequence,
        is_review=not may_go_on(attempt),
    )
