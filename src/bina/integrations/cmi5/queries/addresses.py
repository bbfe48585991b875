"""The ids under which statements speak of our courses, blocks and units: made here, never the publisher's (8.1.5, 9.4)."""

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from bina.integrations.cmi5.models import AssignableUnit, Cmi5Course


def course_address(course: "Cmi5Course") -> str:
    """The id of a course."""
    return f"{settings.BASE_URL}/cmi5/things/{course.public_id}"


def block_address(course: "Cmi5Course", place: int) -> str:
    """The id of a block by its place in the structure."""
    return f"{course_address(course)}/blocks/{place}"


def unit_address(unit: "AssignableUnit") -> str:
    """The id of a unit, the same for everybody and at every launch."""
    return f"{course_address(unit.course)}/units/{unit.place}"
