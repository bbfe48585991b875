"""Items follow learning: whoever starts, finishes or leaves a course moves the items that plan it."""

import datetime as dt

from django.db import transaction

from bina.journal.registry import Verb
from bina.planning import entries
from bina.planning.actions.items import note_item
from bina.planning.models import PlanItem
from bina.planning.queries import LIVE
from bina.planning.rules import ItemState


def _items(employee_id: int, course_public_id: str, *states: ItemState) -> list[PlanItem]:
    """Items of the person's live plans on this course, the agreed plan first so that the journal names it."""
    return list(
        PlanItem.objects.select_for_update(of=("self",))
        .filter(
            plan__employee_id=employee_id,
            plan__state__in=LIVE,
            course__public_id=course_public_id,
            state__in=[state.value for state in states],
        )
        .select_related("plan__employee")
        .order_by("plan__state", "plan_id")
    )


def _tell_once(verb: Verb, items: list[PlanItem], enrolment_id: str) -> None:
    """One entry per line, however many revisions carry it."""
    told = set()
    for item in items:
        if item.line not in told:
            told.add(item.line)
            note_item(verb, item, by=None, enrolment=enrolment_id)


@transaction.atomic
def follow_start(*, employee_id: int, course_public_id: str, enrolment_id: str, at: dt.datetime) -> int:
    """A course was started: items that plan it are running. Returns how many moved."""
    items = _items(employee_id, course_public_id, ItemState.PLANNED)
    for item in items:
        item.state, item.started_at, item.enrolment_id = ItemState.RUNNING.value, at, enrolment_id
        item.save(update_fields=["state", "started_at", "enrolment_id"])
    _tell_once(entries.ITEM_STARTED, items, enrolment_id)
    return len(items)


@transaction.atomic
def follow_completion(*, employee_id: int, course_public_id: str, enrolment_id: str, at: dt.datetime) -> int:
    """A course was completed: items that plan it are done. Returns how many moved."""
    items = _items(employee_id, course_public_id, ItemState.PLANNED, ItemState.RUNNING)
    for item in items:
        item.state, item.done_at, item.enrolment_id = ItemState.DONE.value, at, enrolment_id
        item.started_at = item.started_at or at
        item.save(update_fields=["state", "done_at", "started_at", "enrolment_id"])
    _tell_once(entries.ITEM_DONE, items, enrolment_id)
    return len(items)


@transaction.atomic
def follow_withdrawal(*, employee_id: int, course_public_id: str, enrolment_id: str) -> int:
    """A course was left: what ran with this enrolment is planned again. Returns how many moved."""
    running = _items(employee_id, course_public_id, ItemState.RUNNING)
    items = [item for item in running if item.enrolment_id == enrolment_id]
    for item in items:
        item.state, item.started_at, item.enrolment_id = ItemState.PLANNED.value, None, ""
        item.save(update_fields=["state", "started_at", "enrolment_id"])
    _tell_once(entries.ITEM_REOPENED, items, enrolment_id)
    return len(items)


@transaction.atomic
def follow_reopening(*, employee_id: int, course_public_id: str, enrolment_id: str) -> int:
    """A completion was taken back by an authorised person: its items run again. Returns how many moved."""
    done = _items(employee_id, course_public_id, ItemState.DONE)
    items = [item for item in done if item.enrolment_id == enrolment_id]
    for item in items:
        item.state, item.done_at = ItemState.RUNNING.value, None
        item.save(update_fields=["state", "done_at"])
    _tell_once(entries.ITEM_REOPENED, items, enrolment_id)
    return len(items)
