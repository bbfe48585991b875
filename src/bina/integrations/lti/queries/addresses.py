"""Addresses that tools are told, always in the name of this installation."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

if TYPE_CHECKING:
    from bina.integrations.lti.models import LineItem, Result
    from bina.learning.models import Course


def absolute(name: str, *args: object) -> str:
    """The whole address of one of our pages."""
    return f"{settings.BASE_URL}{reverse(f'lti:{name}', args=args)}"


def platform_addresses() -> dict[str, str]:
    """What the other side has to enter: issuer and the three addresses of the protocol."""
    return {
        "issuer": settings.BASE_URL,
        "authorize": absolute("authorize"),
        "token": absolute("token"),
        "keys": absolute("keys"),
    }


def line_items_address(course: "Course") -> str:
    """Where a tool reads and makes its columns in a course."""
    return absolute("line_items", course.public_id)


def line_item_address(item: "LineItem") -> str:
    """The address that is the id of a column; scores and results are below it."""
    return absolute("line_item", item.course.public_id, item.public_id)


def result_address(item: "LineItem", result: "Result") -> str:
    """The address that is the id of a result."""
    return f"{absolute('results_of_item', item.course.public_id, item.public_id)}/{result.public_id}"


def roster_address(course: "Course") -> str:
    """Where a tool reads the people of a course."""
    return absolute("roster", course.public_id)


def allows_loopback() -> bool:
    """Whether tools on this very machine are let through: only where the installation is a demo or is being developed."""
    return bool(settings.DEBUG or settings.DEMO)
