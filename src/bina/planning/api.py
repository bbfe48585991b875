"""The plan of the signed-in person, for other programs."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.errors import HttpError

from bina.foundation import clock
from bina.planning import queries

router = Router(tags=["planning"])


class ItemOut(Schema):
    """One intention of a plan."""

    title: str
    competency: str | None
    target_level: int | None
    form: str
    course: str | None
    quarter: int
    hours: float
    state: str
    reason: str


class PlanOut(Schema):
    """A plan: the one in the making, else the approved one."""

    public_id: str
    year: int
    revision: int
    state: str
    approved_at: str | None
    comment: str
    items: list[ItemOut]


@router.get("/plan", response=PlanOut, summary="Own development plan of a year")
def own_plan(request: HttpRequest, year: int | None = None) -> Any:
    """The plan with its items."""
    employee = getattr(request.user, "employee", None)
    if employee is None:
        raise HttpError(404, "This account belongs to no employee.")
    plan = queries.plan_of(employee, year or clock.today(employee.agency.time_zone).year)
    if plan is None:
        raise HttpError(404, "There is no plan for this year yet.")
    return PlanOut(
        public_id=str(plan.public_id),
        year=plan.year,
        revision=plan.revision,
        state=plan.state,
        approved_at=plan.approved_at.isoformat() if plan.approved_at else None,
        comment=plan.comment,
        items=[
            ItemOut(
                title=item.title, competency=str(item.competency) if item.competency else None,
                target_level=item.target_level, form=item.form_code, course=item.course.slug if item.course else None,
                quarter=item.quarter, hours=float(item.hours), state=item.state, reason=item.reason,
            )
            for item in queries.items_of(plan)
        ],
    )  # fmt: skip
