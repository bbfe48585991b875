"""The life of a plan: begin, submit, take back, approve, send back, revise."""

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.journal.actions import record
from bina.people.actions import note_person_changed
from bina.planning import entries
from bina.planning.models import IndividualPlan, PlanItem
from bina.planning.queries import PLAN_SUMS, cycle_of, items_of, plan_of, verdict_to_decide
from bina.planning.rules import (
    PlanState,
    can_become,
    can_submit,
    is_comment_enough,
    is_current,
    is_open,
    may_write,
)

if TYPE_CHECKING:
    from bina.journal.registry import Verb
    from bina.people.models import Employee, User


def note(verb: "Verb", plan: IndividualPlan, *, by: "User | None", reason: str = "", **data: Any) -> None:
    """One entry about a plan in the journal; what is told there changes the sums of the unit."""
    note_person_changed(plan.employee_id, PLAN_SUMS)
    record(
        verb,
        by=by,
        kind="plan",
        object_id=plan.public_id,
        name=f"{plan.employee.full_name} · {plan.year}",
        agency_id=plan.employee.agency_id,
        reason=reason,
        data={"employee_id": plan.employee_id, "year": plan.year, "revision": plan.revision, **data},
    )


def claim(plan: IndividualPlan, seen: int | None = None) -> IndividualPlan:
    """The plan's row as it is now, locked, with its version counted on; refuses when it is not what the person saw."""
    fresh = (
        IndividualPlan.objects.select_for_update(of=("self",))
        .select_related("employee", "employee__unit", "employee__agency")
        .get(pk=plan.pk)
    )
    if seen is not None:
        is_current(fresh.version, seen).require()
    fresh.version += 1
    return fresh


@transaction.atomic
def start_plan(*, by: "User", employee: "Employee", year: int) -> IndividualPlan:
    """The plan a person writes on in a year: the one in the making, else a fresh draft. Doing it twice changes nothing.

    An approved plan is returned as it is; changing it begins with ``revise_plan``.
    """
    may_write(is_owner=by.employee_id == employee.pk).require()
    this_year = clock.today(employee.agency.time_zone).year
    if year not in (this_year, this_year + 1):
        raise Refused(_("Rencana dapat disusun untuk tahun ini atau tahun depan."))
    plan = plan_of(employee, year)
    if plan is not None:
        return plan
    latest = IndividualPlan.objects.filter(employee=employee, year=year).order_by("-revision").first()
    try:
        with transaction.atomic():
            plan = IndividualPlan.objects.create(
                employee=employee, year=year, revision=latest.revision + 1 if latest else 1
            )
    except IntegrityError:  # another tab was faster; its draft is as good as ours
        return IndividualPlan.objects.filter(employee=employee, year=year).order_by("-revision")[0]
    note(entries.PLAN_STARTED, plan, by=by)
    return plan


@transaction.atomic
def submit_plan(*, by: "User", plan: IndividualPlan, seen: int | None = None) -> IndividualPlan:
    """Send the plan to the superior. Sending it twice refuses in words; ``seen`` is the version on the person's screen."""
    plan = claim(plan)
    may_write(is_owner=by.employee_id == plan.employee_id).require()
    can_become(plan.state, PlanState.SUBMITTED).require()
    if seen is not None:
        is_current(plan.version - 1, seen).require()
    items = items_of(plan)
    can_submit(item_count=len(items)).require()
    cycle = cycle_of(plan.employee.agency_id, plan.year)
    if cycle and plan.revision == 1:
        today = clock.today(plan.employee.agency.time_zone)
        is_open(opens_on=cycle.opens_on, closes_on=cycle.closes_on, on=today).require()
    plan.state = PlanState.SUBMITTED.value
    plan.submitted_at = clock.now()
    plan.save(update_fields=["state", "submitted_at", "version"])
    note(entries.PLAN_SUBMITTED, plan, by=by, items=len(items), hours=str(sum(item.hours for item in items)))
    return plan


@transaction.atomic
def withdraw_plan(*, by: "User", plan: IndividualPlan) -> IndividualPlan:
    """Take a plan back before the superior has decided."""
    plan = claim(plan)
    may_write(is_owner=by.employee_id == plan.employee_id).require()
    can_become(plan.state, PlanState.DRAFT).require()
    plan.state = PlanState.DRAFT.value
    plan.save(update_fields=["state", "version"])
    note(entries.PLAN_WITHDRAWN, plan, by=by)
    return plan


def _decide(plan: IndividualPlan, by: "User", target: PlanState, comment: str) -> None:
    plan.state = target.value
    plan.decided_at = clock.now()
    plan.approver = by.employee
    plan.approver_name = by.employee.display_name if by.employee else by.display_name
    plan.comment = comment.strip()
    if target is PlanState.APPROVED:
        plan.approved_at = plan.decided_at
    plan.save(update_fields=["state", "decided_at", "approver", "approver_name", "comment", "approved_at", "version"])


@transaction.atomic
def approve_plan(*, by: "User", plan: IndividualPlan, comment: str = "", seen: int | None = None) -> IndividualPlan:
    """Agree to the plan as it was seen; an earlier approved revision of the year gives way. Only today's superior may."""
    plan = claim(plan)
    verdict_to_decide(by, plan.employee).require()
    can_become(plan.state, PlanState.APPROVED).require()
    if seen is not None:
        is_current(plan.version - 1, seen).require()
    former = IndividualPlan.objects.filter(employee=plan.employee, year=plan.year, state=PlanState.APPROVED)
    former.update(state=PlanState.SUPERSEDED.value)
    _decide(plan, by, PlanState.APPROVED, comment)
    note(entries.PLAN_APPROVED, plan, by=by, reason=plan.comment, approver=plan.approver_name)
    return plan


@transaction.atomic
def return_plan(*, by: "User", plan: IndividualPlan, comment: str, seen: int | None = None) -> IndividualPlan:
    """Send the plan back with words on what to change. Only today's superior may."""
    plan = claim(plan)
    verdict_to_decide(by, plan.employee).require()
    can_become(plan.state, PlanState.RETURNED).require()
    is_comment_enough(comment).require()
    if seen is not None:
        is_current(plan.version - 1, seen).require()
    _decide(plan, by, PlanState.RETURNED, comment)
    note(entries.PLAN_RETURNED, plan, by=by, reason=plan.comment, approver=plan.approver_name)
    return plan


@transaction.atomic
def revise_plan(*, by: "User", plan: IndividualPlan) -> IndividualPlan:
    """Begin a change of an approved plan: a new draft with the same items. What was agreed holds until the new one is.

    Beginning twice returns the draft that is there.
    """
    may_write(is_owner=by.employee_id == plan.employee_id).require()
    plan = claim(plan)
    working = plan_of(plan.employee, plan.year)
    if working is not None and working.pk != plan.pk:
        return working
    can_become(plan.state, PlanState.SUPERSEDED).require()
    latest = IndividualPlan.objects.filter(employee=plan.employee, year=plan.year).order_by("-revision")[0]
    draft = IndividualPlan.objects.create(employee=plan.employee, year=plan.year, revision=latest.revision + 1)
    PlanItem.objects.bulk_create(
        PlanItem(
            plan=draft, line=item.line, competency_id=item.competency_id, target_level=item.target_level,
            form_code=item.form_code, course_id=item.course_id, title=item.title, quarter=item.quarter, hours=item.hours,
            reason=item.reason, state=item.state, origin=item.origin, order=item.order, started_at=item.started_at,
            done_at=item.done_at, done_note=item.done_note, enrolment_id=item.enrolment_id,
        )
        for item in items_of(plan)
    )  # fmt: skip
    note(entries.PLAN_REVISED, draft, by=by, former=str(plan.public_id))
    return draft


@transaction.atomic
def discard_revision(*, by: "User", plan: IndividualPlan) -> IndividualPlan | None:
    """Give up a change that is not sent; the approved plan stays in force. Returns it, or None for a first draft."""
    plan = claim(plan)
    may_write(is_owner=by.employee_id == plan.employee_id).require()
    can_become(plan.state, PlanState.DISCARDED).require()
    plan.state = PlanState.DISCARDED.value
    plan.save(update_fields=["state", "version"])
    note(entries.PLAN_DISCARDED, plan, by=by)
    return plan_of(plan.employee, plan.year)
