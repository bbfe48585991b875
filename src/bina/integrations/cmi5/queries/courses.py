"""Courses that programs brought in, and units by their place."""

from typing import TYPE_CHECKING, TypedDict
from uuid import UUID

from django.db.models import Count, QuerySet

from bina.integrations.cmi5.models import AssignableUnit, Cmi5Course

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    from bina.records.queries import Caller


class UnitCount(TypedDict):
    """What the list adds to each course."""

    unit_count: int


def courses_in_store(by: "Caller") -> "QuerySet[WithAnnotations[Cmi5Course, UnitCount]]":
    """The courses that programs brought in for the caller's store, newest first, with how many units each has."""
    return Cmi5Course.objects.filter(store_id=by.store_id).annotate(unit_count=Count("units")).order_by("-id")


def course_in_store(by: "Caller", public_id: UUID) -> Cmi5Course | None:
    """One of them."""
    return Cmi5Course.objects.filter(store_id=by.store_id, public_id=public_id).first()


def unit_at(course: Cmi5Course, place: int) -> AssignableUnit | None:
    """A unit by its place, counted from 0 in the order of the structure."""
    found = AssignableUnit.objects.filter(course=course, place=place).first()
    if found is not None:
        found.course = course
    return found
