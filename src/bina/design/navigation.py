"""The menu: rooms announce their places; each person sees the places that are theirs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise, cached_property


@dataclass(frozen=True, eq=False)
class Place:
    """One entry of the menu. ``order`` sorts; ``in_bar`` puts it in the phone's bottom bar (five at most)."""

    label: str | Promise
    url_name: str
    icon: str
    order: int
    visible: Callable[[Any], bool]
    in_bar: bool = False
    group: str = "main"
    prefix: str = ""

    @cached_property
    def url(self) -> str:
        """Where it leads."""
        return reverse(self.url_name)


_PLACES: list[Place] = []


def add_place(place: Place) -> None:
    """Announce a place; called once per place when the rooms start."""
    _PLACES.append(place)
    _PLACES.sort(key=lambda item: item.order)


def places_for(user: Any, group: str = "main") -> list[Place]:
    """The places of a group that this account may see, in order."""
    return [place for place in _PLACES if place.group == group and place.visible(user)]
