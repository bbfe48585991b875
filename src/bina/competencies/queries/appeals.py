"""Questions about requests to look at a level again: whose they are, who may judge, and who decides."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, QuerySet
from scipy.special import ndtri

from bina.competencies.models import Appeal, Competency, CompetencyLevel, Evidence
from bina.competencies.rules import OPEN_APPEALS, QUALIFIED_FROM, AppealState, Source, can_ask_again
from bina.foundation.verdict import Verdict
from bina.people.queries import employees, employees_managed_by, root_unit_of, standing_of, users_with
from bina.people.rules import Permission

if TYPE_CHECKING:
    from uuid import UUID

    from bina.people.models import Employee, User


def appeals_of(employee: "Employee", competency: Competency) -> QuerySet[Appeal]:
    """What a person asked about one competency, newest first; the caller has decided who may see it."""
    return Appeal.objects.filter(employee=employee, competency=competency)


def decisions_on_this_evidence(employee: "Employee", competency: Competency) -> QuerySet[Appeal]:
    """What was decided on a level since the newest piece of its evidence was recorded, oldest first."""
    newest = (
        Evidence.objects.filter(employee=employee, competency=competency)
        .order_by("-recorded_at")
        .values_list("recorded_at", flat=True)
        .first()
    )
    found = Appeal.objects.filter(
        employee=employee, competency=competency, state__in=[AppealState.KEPT, AppealState.CHANGED]
    ).order_by("id")
    return found.filter(decided_at__gt=newest) if newest else found


def may_ask_for_review(employee: "Employee", competency: Competency) -> Verdict:
    """Whether a person may ask about a level once more; the evidence of two decisions is settled."""
    return can_ask_again(decisions_on_this_evidence(employee, competency).count())


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
        .select_related("employee__unit", "employee__agency", "employee__position", "competency__framework", "assessor")
        .order_by(F("decided_at").desc(nulls_first=True), F("due_on").asc(nulls_last=True), "id")
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


def earlier_decisions(appeal: Appeal) -> QuerySet[Appeal]:
    """What was decided on the same level before this request, newest first."""
    return Appeal.objects.filter(
        employee_id=appeal.employee_id, competency_id=appeal.competency_id, decided_by__isnull=False, pk__lt=appeal.pk
    ).select_related("decided_by")


def decided_the_first(user: "User", appeal: Appeal) -> bool:
    """Whether the account decided the first of two requests, and somebody else could decide the second."""
    if appeal.round_number == 1:
        return False
    first = earlier_decisions(appeal).first()
    return first is not None and first.decided_by_id == user.pk and deciders_of(appeal).exclude(pk=user.pk).exists()


@dataclass(frozen=True, slots=True)
class Assessor:
    """Somebody who may be asked for an opinion: with the level that qualifies, or as a trainer."""

    employee: "Employee"
    level: float | None


MOST_OFFERED = 30


def assessors_for(appeal: Appeal, user: "User") -> list[Assessor]:
    """Who may judge a level: colleagues of the agency who surely reach what is asked for, then its trainers.

    Never the person, whoever gave a piece of the evidence, whoever decides, or who was named or decided before. Levels
    that rest on a self-rating alone do not qualify.
    """
    involved = {appeal.employee_id, user.employee_id or 0, *appeal.past_assessors}
    involved |= {int(line) for line in evidence_in_question(appeal).values_list("line", flat=True) if line.isdigit()}
    for former in earlier_decisions(appeal):
        involved |= {former.assessor_id or 0, (former.decided_by.employee_id or 0) if former.decided_by else 0}
    own = CompetencyLevel.objects.filter(employee_id=appeal.employee_id, competency_id=appeal.competency_id).first()
    needed = (own.required_level if own else None) or 3
    present = employees().filter(
        agency_id=appeal.employee.agency_id, left_on=None, user__isnull=False, user__is_active=True
    )
    shown_by_others = Evidence.objects.filter(
        employee_id=OuterRef("employee_id"), competency_id=appeal.competency_id, withdrawn_at=None
    ).exclude(source=Source.SELF_RATING.value)
    levels = dict(
        CompetencyLevel.objects.filter(
            Exists(shown_by_others), competency_id=appeal.competency_id, employee__in=present,
            mean__gte=needed + float(ndtri(QUALIFIED_FROM)) * F("standard_deviation"),
        )
        .exclude(employee_id__in=involved)
        .order_by("-mean", "employee_id")
        .values_list("employee_id", "mean")[:MOST_OFFERED]
    )  # fmt: skip
    trainers = (
        users_with(Permission.MANAGE_ITEMS, root_unit_of(appeal.employee.agency).path)
        .filter(employee__in=present)
        .exclude(employee_id__in=involved)
        .order_by("employee_id")
        .values_list("employee_id", flat=True)[:MOST_OFFERED]
    )
    order = list(dict.fromkeys([*levels, *trainers]))
    people = employees().select_related("position", "unit").in_bulk([pk for pk in order if pk is not None])
    return [Assessor(people[pk], levels.get(pk)) for pk in order if pk in people]


def opinions_asked_of(user: "User") -> QuerySet[Appeal]:
    """Requests on which the account's person is asked for an opinion, the most urgent first."""
    return (
        Appeal.objects.filter(assessor_id=user.employee_id or 0, state=AppealState.ASSESSING.value)
        .select_related("competency", "employee")
        .order_by("opinion_due_on", "id")
    )


def appeal_to_assess(user: "User", public_id: "UUID | str") -> Appeal | None:
    """One request that the account's person judges or judged."""
    if user.employee_id is None:
        return None
    return (
        Appeal.objects.filter(public_id=public_id, assessor_id=user.employee_id)
        .select_related("employee__unit", "employee__agency", "employee__position", "competency__framework")
        .first()
    )


def open_appeals() -> QuerySet[Appeal]:
    """Every request that still waits for a decision; for the job that reminds."""
    return Appeal.objects.filter(state__in=OPEN_APPEALS).select_related(
        "employee__unit", "employee__agency", "competency", "assessor"
    )
