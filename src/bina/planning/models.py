"""Cycles, individual plans by revision, and their items."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from bina.foundation.ids import new_public_id
from bina.foundation.models import PublicIdModel
from bina.planning.rules import (
    ITEM_STATE_NAMES,
    LIVE_STATES,
    ORIGIN_NAMES,
    STATE_NAMES,
    ItemOrigin,
    ItemState,
    PlanState,
)


class PlanningCycle(PublicIdModel):
    """When an agency accepts plans for a year; without one it always does."""

    agency = models.ForeignKey("people.Agency", on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    opens_on = models.DateField(null=True, blank=True)
    closes_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["agency", "year"], name="one_cycle_per_year")]

    def __str__(self) -> str:
        return f"{self.agency_id} · {self.year}"


class IndividualPlan(PublicIdModel):
    """One revision of one person's plan for one year. A change after approval is a new revision; the old one stays.

    Example: Siti Rahmawati, 2026, revision 1, approved on 3 February 2026 by Budi Santoso.
    """

    employee = models.ForeignKey("people.Employee", on_delete=models.CASCADE, related_name="plans")
    year = models.PositiveSmallIntegerField()
    revision = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in STATE_NAMES.items()], default=PlanState.DRAFT.value
    )
    # Counts every change, so that nobody approves or edits what has changed under the eyes.
    version = models.PositiveIntegerField(default=1)
    approver = models.ForeignKey("people.Employee", on_delete=models.SET_NULL, null=True, related_name="+")
    approver_name = models.CharField(max_length=200, blank=True)
    comment = models.TextField(blank=True, help_text="the superior's latest words")
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-year", "-revision"]
        indexes = [models.Index(fields=["year", "state", "employee"], name="plan_by_state")]
        constraints = [
            models.UniqueConstraint(fields=["employee", "year", "revision"], name="plan_revision_once"),
            models.UniqueConstraint(
                fields=["employee", "year"], condition=Q(state=PlanState.APPROVED.value), name="one_approved_plan"
            ),
            models.UniqueConstraint(
                fields=["employee", "year"],
                condition=Q(state__in=[PlanState.DRAFT.value, PlanState.SUBMITTED.value, PlanState.RETURNED.value]),
                name="one_plan_in_the_making",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee} · {self.year}"

    @property
    def is_live(self) -> bool:
        """Whether the revision still counts for anything."""
        return PlanState(self.state) in LIVE_STATES


class PlanSum(models.Model):
    """People of a unit (``is_whole``: with everybody below it) by the state of their plan of the running year, and the
    items of agreed plans. Kept by ``people.actions.refresh_sums``; read together with its marks only."""

    unit = models.ForeignKey("people.OrgUnit", on_delete=models.CASCADE, related_name="+", db_index=False)
    is_whole = models.BooleanField()
    state = models.CharField(max_length=10)
    people = models.BigIntegerField()
    items = models.BigIntegerField()
    done = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "is_whole", "state"], name="plan_sum_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} · {self.state}: {self.people}"


class PlanItem(PublicIdModel):
    """One intention in a plan: a competency, a target level, a form of development or course, a quarter, hours, a reason.

    ``line`` is the same in every revision, so history and progress follow the item.
    """

    plan = models.ForeignKey(IndividualPlan, on_delete=models.CASCADE, related_name="items")
    line = models.UUIDField(default=new_public_id, editable=False)
    competency = models.ForeignKey(
        "competencies.Competency", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    target_level = models.PositiveSmallIntegerField(null=True, blank=True)
    form_code = models.CharField(max_length=30)
    course = models.ForeignKey("learning.Course", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=200)
    quarter = models.PositiveSmallIntegerField()
    hours = models.DecimalField(max_digits=7, decimal_places=2, default=Decimal(0))
    reason = models.TextField(blank=True)
    state = models.CharField(
        max_length=8, choices=[(s.value, n) for s, n in ITEM_STATE_NAMES.items()], default=ItemState.PLANNED.value
    )
    origin = models.CharField(
        max_length=8, choices=[(o.value, n) for o, n in ORIGIN_NAMES.items()], default=ItemOrigin.OWN.value
    )
    order = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_note = models.CharField(max_length=300, blank=True)
    # Public id of the enrolment the item follows.
    enrolment_id = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["quarter", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "line"], name="item_line_once_per_plan"),
            models.UniqueConstraint(
                fields=["plan", "course"], condition=~Q(state=ItemState.DROPPED.value), name="course_once_per_plan"
            ),
            models.CheckConstraint(condition=Q(quarter__gte=1, quarter__lte=4), name="item_quarter_exists"),
            models.CheckConstraint(condition=Q(hours__gte=0), name="item_hours_not_negative"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def follows_a_course(self) -> bool:
        """Whether progress comes by itself from learning."""
        return self.course_id is not None
