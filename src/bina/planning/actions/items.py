"""The items of a plan: add, change, order, drop, and finish by hand what no course reports."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from bina.competencies.queries import competency_by_public_id
from bina.credentials.queries import rule_in_force
from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.journal.actions import record
from bina.learning.queries import course_by_public_id, enrolment_of
from bina.people.actions import note_person_changed
from bina.planning import entries
from bina.planning.actions.plans import claim, start_plan
from bina.planning.models import IndividualPlan, PlanItem
from bina.planning.queries import LIVE, PLAN_SUMS, Proposal, proposals_for
from bina.planning.rules import (
    ItemOrigin,
    ItemState,
    can_add,
    can_be_item,
    can_edit,
    can_item_become,
    is_reason_enough,
    may_write,
)

if TYPE_CHECKING:
    from bina.competencies.models import Competency
    from bina.journal.registry import Verb
    from bina.learning.models import Course
    from bina.people.models import Employee, User


@dataclass(frozen=True, slots=True)
class ItemContent:
    """What an item says, as a form or a proposal brings it."""

    title: str
    form_code: str
    quarter: int
    hours: Decimal
    competency: "Competency | None" = None
    target_level: int | None = None
    course: "Course | None" = None
    reason: str = ""


def note_item(verb: "Verb", item: PlanItem, *, by: "User | None", reason: str = "", **data: object) -> None:
    """One entry about an item; its line is the same in every revision, so the history is one story."""
    plan = item.plan
    # Only items of agreed plans are summed: they are finished and opened again, all else is done in a plan in the making.
    if verb in (entries.ITEM_DONE, entries.ITEM_REOPENED):
        note_person_changed(plan.employee_id, PLAN_SUMS)
    record(
        verb,
        by=by,
        kind="plan_item",
        object_id=item.line,
        name=item.title,
        agency_id=plan.employee.agency_id,
        reason=reason,
        data={"plan": str(plan.public_id), "employee_id": plan.employee_id, "revision": plan.revision, **data},
    )


def _check(content: ItemContent, plan: IndividualPlan) -> None:
    can_be_item(
        title=content.title,
        hours=content.hours,
        quarter=content.quarter,
        target_level=content.target_level,
        level_count=content.competency.framework.level_count if content.competency else None,
    ).require()
    if rule_in_force(content.form_code, plan.employee.agency_id) is None:
        raise Refused(_("Pilih bentuk pengembangan dari daftar."))


def _claim_for_writing(plan: IndividualPlan, by: "User", seen: int | None = None) -> IndividualPlan:
    fresh = claim(plan, seen)
    may_write(is_owner=by.employee_id == fresh.employee_id).require()
    can_edit(fresh.state).require()
    return fresh


def _followed(employee: "Employee", course: "Course | None", year: int) -> dict[str, object]:
    """What learning already knows about the course, so that a new item begins where the person is."""
    enrolment = enrolment_of(employee, course) if course else None
    if enrolment is None:
        return {}
    if enrolment.completed_at is not None and enrolment.completed_at.year == year:
        return {
            "state": ItemState.DONE.value, "started_at": enrolment.started_at, "done_at": enrolment.completed_at,
            "enrolment_id": str(enrolment.public_id),
        }  # fmt: skip
    if enrolment.state == "started":
        return {
            "state": ItemState.RUNNING.value, "started_at": enrolment.started_at,
            "enrolment_id": str(enrolment.public_id),
        }  # fmt: skip
    return {}


@transaction.atomic
def add_item(
    *, by: "User", plan: IndividualPlan, content: ItemContent, origin: ItemOrigin = ItemOrigin.OWN
) -> PlanItem:
    """Put one more intention into a plan that is being written. A course that is planned already is returned as it is."""
    plan = _claim_for_writing(plan, by)
    items = PlanItem.objects.filter(plan=plan).exclude(state=ItemState.DROPPED)
    if content.course:
        known = items.filter(course=content.course).first()
        if known:
            return known
    can_add(item_count=items.count()).require()
    _check(content, plan)
    latest = items.filter(quarter=content.quarter).aggregate(latest=Max("order"))["latest"]
    item = PlanItem.objects.create(
        plan=plan,
        competency=content.competency,
        target_level=content.target_level if content.competency else None,
        form_code=content.form_code,
        course=content.course,
        title=content.title.strip()[:200],
        quarter=content.quarter,
        hours=content.hours,
        reason=content.reason.strip(),
        origin=origin.value,
        order=0 if latest is None else latest + 1,
        **_followed(plan.employee, content.course, plan.year),
    )
    plan.save(update_fields=["version"])
    note_item(entries.ITEM_ADDED, item, by=by, origin=origin.value)
    return item


def _content_of(proposal: Proposal, agency_id: int) -> ItemContent:
    return ItemContent(
        title=proposal.title,
        form_code=proposal.form_code,
        quarter=proposal.quarter,
        hours=proposal.hours,
        competency=competency_by_public_id(UUID(proposal.line.public_id), agency_id),
        target_level=proposal.target_level,
        course=course_by_public_id(proposal.course_public_id) if proposal.course_public_id else None,
        reason=proposal.reason,
    )


@transaction.atomic
def add_proposal(*, by: "User", employee: "Employee", year: int, key: str) -> PlanItem | None:
    """Take over one proposal with one tap, starting the plan where there is none. None when it is planned already, so a
    second tap changes nothing."""
    plan = start_plan(by=by, employee=employee, year=year)
    can_edit(plan.state).require()
    proposal = next((found for found in proposals_for(employee, year) if found.key == key), None)
    if proposal is None:
        return None
    return add_item(by=by, plan=plan, content=_content_of(proposal, employee.agency_id), origin=ItemOrigin.PROPOSAL)


@transaction.atomic
def propose_items(*, by: "User", employee: "Employee", year: int) -> list[PlanItem]:
    """Take over every proposal at once; what is planned already stays as it is."""
    plan = start_plan(by=by, employee=employee, year=year)
    can_edit(plan.state).require()
    return [
        add_item(by=by, plan=plan, content=_content_of(proposal, employee.agency_id), origin=ItemOrigin.PROPOSAL)
        for proposal in proposals_for(employee, year)
    ]


_WATCHED = ("title", "form_code", "quarter", "hours", "competency_id", "target_level", "course_id", "reason")


@transaction.atomic
def change_item(*, by: "User", item: PlanItem, content: ItemContent, seen: int | None = None) -> PlanItem:
    """Change what an item says; the journal keeps what it said before."""
    plan = _claim_for_writing(item.plan, by, seen)
    item = PlanItem.objects.select_related("plan__employee").get(pk=item.pk, plan=plan)
    if item.state == ItemState.DROPPED:
        raise Refused(_("Kegiatan ini sudah dikeluarkan dari rencana."))
    _check(content, plan)
    others = (
        PlanItem.objects.filter(plan=plan, course=content.course).exclude(state=ItemState.DROPPED).exclude(pk=item.pk)
    )
    if content.course and others.exists():
        raise Refused(_("Kursus ini sudah ada dalam rencana Anda."))
    before = {name: getattr(item, name) for name in _WATCHED}
    if content.quarter != item.quarter:
        item.order = 1 + max(
            PlanItem.objects.filter(plan=plan, quarter=content.quarter).values_list("order", flat=True), default=-1
        )
    item.title, item.form_code, item.quarter = content.title.strip()[:200], content.form_code, content.quarter
    item.hours, item.competency, item.course = content.hours, content.competency, content.course
    item.target_level = content.target_level if content.competency else None
    item.reason = content.reason.strip()
    item.save()
    plan.save(update_fields=["version"])
    changes = {
        name: [str(before[name]), str(getattr(item, name))] for name in _WATCHED if before[name] != getattr(item, name)
    }
    if changes:
        note_item(entries.ITEM_CHANGED, item, by=by, changes=changes)
    return item


@transaction.atomic
def move_item(*, by: "User", item: PlanItem, step: int) -> None:
    """Move an item one place earlier (-1) or later (+1); past the edge of its quarter it enters the neighbouring one."""
    plan = _claim_for_writing(item.plan, by)
    rows = list(PlanItem.objects.filter(plan=plan).exclude(state=ItemState.DROPPED).order_by("quarter", "order", "id"))
    moving = next((row for row in rows if row.pk == item.pk), None)
    if moving is None:
        return
    same = [row for row in rows if row.quarter == moving.quarter]
    place = same.index(moving) + step
    if 0 <= place < len(same):
        same.remove(moving)
        same.insert(place, moving)
        _number(same, moving.quarter)
    elif 1 <= moving.quarter + step <= 4:
        target = moving.quarter + step
        neighbours = [row for row in rows if row.quarter == target]
        _number([moving, *neighbours] if step > 0 else [*neighbours, moving], target)
    else:
        return
    plan.save(update_fields=["version"])


def _number(rows: list[PlanItem], quarter: int) -> None:
    for order, row in enumerate(rows):
        if (row.quarter, row.order) != (quarter, order):
            PlanItem.objects.filter(pk=row.pk).update(quarter=quarter, order=order)


@transaction.atomic
def remove_item(*, by: "User", item: PlanItem) -> None:
    """Take an item out of a plan that is being written; it can be put back, and doing it twice changes nothing."""
    plan = _claim_for_writing(item.plan, by)
    item = PlanItem.objects.select_related("plan__employee").get(pk=item.pk, plan=plan)
    if item.state == ItemState.DROPPED:
        return
    can_item_become(item.state, ItemState.DROPPED).require()
    item.state = ItemState.DROPPED.value
    item.save(update_fields=["state"])
    plan.save(update_fields=["version"])
    note_item(entries.ITEM_DROPPED, item, by=by)


@transaction.atomic
def restore_item(*, by: "User", item: PlanItem) -> PlanItem:
    """Put a dropped item back where it was."""
    plan = _claim_for_writing(item.plan, by)
    item = PlanItem.objects.select_related("plan__employee", "course").get(pk=item.pk, plan=plan)
    if item.state != ItemState.DROPPED:
        return item
    others = PlanItem.objects.filter(plan=plan).exclude(state=ItemState.DROPPED)
    can_add(item_count=others.count()).require()
    if item.course and others.filter(course=item.course).exists():
        raise Refused(_("Kursus ini sudah ada dalam rencana Anda."))
    item.state = ItemState.PLANNED.value
    for name, value in _followed(plan.employee, item.course, plan.year).items():
        setattr(item, name, value)
    item.save()
    plan.save(update_fields=["version"])
    note_item(entries.ITEM_ADDED, item, by=by, origin=item.origin)
    return item


def _live_twins(item: PlanItem) -> list[PlanItem]:
    """The item in every revision that counts, so that the agreed plan and a change of it tell the same story."""
    return list(
        PlanItem.objects.filter(line=item.line, plan__employee=item.plan.employee, plan__state__in=LIVE)
        .exclude(state=ItemState.DROPPED)
        .select_related("plan__employee")
    )


@transaction.atomic
def mark_item_done(*, by: "User", item: PlanItem, reason: str) -> None:
    """Say that an activity outside a course is done, and what was done. Courses report by themselves."""
    claim(item.plan)
    may_write(is_owner=by.employee_id == item.plan.employee_id).require()
    if item.course_id is not None:
        raise Refused(_("Kegiatan ini mengikuti kursusnya; ia selesai sendiri saat kursus selesai."))
    is_reason_enough(reason).require()
    twins = _live_twins(item)
    if not twins or all(twin.state == ItemState.DONE for twin in twins):
        return
    for twin in twins:
        twin.state = ItemState.DONE.value
        twin.done_at = clock.now()
        twin.done_note = reason.strip()[:300]
        twin.save(update_fields=["state", "done_at", "done_note"])
    note_item(entries.ITEM_DONE, item, by=by, reason=reason.strip()[:300])


@transaction.atomic
def reopen_item(*, by: "User", item: PlanItem) -> None:
    """Take back a “done” that was said by hand."""
    claim(item.plan)
    may_write(is_owner=by.employee_id == item.plan.employee_id).require()
    if item.course_id is not None:
        raise Refused(_("Kegiatan ini mengikuti kursusnya; keadaannya tidak diubah dengan tangan."))
    twins = [twin for twin in _live_twins(item) if twin.state == ItemState.DONE]
    for twin in twins:
        twin.state = ItemState.PLANNED.value
        twin.done_at = None
        twin.done_note = ""
        twin.save(update_fields=["state", "done_at", "done_note"])
    if twins:
        note_item(entries.ITEM_REOPENED, item, by=by)
