"""Questions about requests to look at a level again: whose they are, and who decides."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from bina.competencies.models import Appeal, Competency, Evidence
from bina.people.queries import employees_managed_by, standing_of, users_with
from bina.people.rules import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from bina.people.models import Employee, User


def appeals_of(employee: "Employee", competency: Competency) -> QuerySet[Appeal]:
    """What a person asked about one competency, newest first; the caller has decided who may see it."""
    return Appeal.objects.filter(employee=employee, competency=competency)


def own_appeal(user: "User", public_id: "UUID | str") -> Appeal | None:
    """One request of the account's own."""
    if user.employee_id is None:
        return None
    return Appeal.objects.filter(public_id=public_id, employee_id=user.employee_id).select_related("competency").first()


def may_review_levels(user: "User") -> bool:
    """Whether the account decides on requests anywhere."""
    return standing_of(user).may(Permission.REVIEW_LEVELS)


def appeals_to_decide(user: "User") -> QuerySet[Appeal]:
    """Requests of the people whose levels the account reviews, the open ones first; never its own."""
    return (
        Appeal.objects.filter(employee__in=employees_managed_by(user, Permission.REVIEW_LEVELS))
        .exclude(employee_id=user.employee_id or 0)
        .select_related("employee__unit", "employee__position", "competency__framework")
        .order_by("decided_at", "id")
    )


def appeal_to_decide(user: "User", public_id: "UUID | str") -> Appeal | None:
    """One of them."""
    return appeals_to_decide(user).filter(public_id=public_id).first()


def deciders_of(appeal: Appeal) -> "QuerySet[User]":
    """The accounts that may decide on a request, without the person itself."""
    return users_with(Permission.REVIEW_LEVELS, appeal.employee.unit.path).exclude(employee_id=appeal.employee_id)


def evidence_in_question(appeal: Appeal) -> QuerySet[Evidence]:
    """The pieces that still count or could count for the level in question, newest first."""
    return Evidence.objects.filter(
        employee_id=appeal.employee_id, competency_id=appeal.competency_id, withdrawn_at=None
    ).order_by("-observed_on", "-id")
