"""What stands above and below every page, written once for each language and menu; only a few words differ by person.

Rendering the frame anew cost half of the time of a whole page. Its text depends on the language, on the menu of the
account and on the place in it; what is left (name, address, form token) is put into gaps.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.template import engines
from django.utils.translation import get_language
from markupsafe import Markup, escape

from bina.design.forms import csrf_field
from bina.design.navigation import Place, places_for

GAPS = ("initials", "display_name", "agency_label", "csrf_field", "address")
# A sign of a private area marks a gap: no text of ours and no person's name ever holds it.
_GAP = re.compile("\ue000([a-z_]+)\ue000")


@lru_cache(maxsize=500)
def _pieces(
    part: str,
    language: str | None,
    places: tuple[Place, ...],
    account_places: tuple[Place, ...],
    here: frozenset[str],
    signed_in: bool,
    hide_sign_in: bool,
) -> tuple[str, ...]:
    """Text and names of gaps in turn, beginning and ending with text; ``language`` is the active one."""
    template = engines["jinja2"].get_template(f"design/_{part}.html")
    text = template.render(
        {
            "places": places, "account_places": account_places, "here": here, "signed_in": signed_in,
            "hide_sign_in": hide_sign_in, **{name: f"\ue000{name}\ue000" for name in GAPS},
        }
    )  # fmt: skip
    return tuple(_GAP.split(text))


def _is_here(place: Place, path: str) -> bool:
    return (bool(place.prefix) and path.startswith(place.prefix)) or path == place.url


def frame(part: str, request: Any, hide_sign_in: bool = False) -> Markup:
    """The ``head`` or the ``foot`` of the page of a request."""
    user = request.user
    signed_in: bool = user.is_authenticated
    if signed_in:
        menu: tuple[tuple[Place, ...], tuple[Place, ...], frozenset[str]] | None = getattr(request, "_bina_menu", None)
        if menu is None:
            places = tuple(places_for(user))
            here = frozenset(place.url_name for place in places if _is_here(place, request.path))
            menu = request._bina_menu = (places, tuple(places_for(user, "account")), here)
    else:
        menu = ((), (), frozenset())
    pieces = _pieces(part, get_language(), *menu, signed_in, hide_sign_in)
    fill: dict[str, Callable[[], str]] = {
        "initials": lambda: escape(user.initials),
        "display_name": lambda: escape(user.display_name),
        "agency_label": lambda: escape(user.agency_label),
        "csrf_field": lambda: csrf_field(request),
        "address": lambda: escape(request.get_full_path()),
    }
    written = [fill[piece]() if number % 2 else piece for number, piece in enumerate(pieces)]
    return Markup("".join(written))  # noqa: S704  our own text; what fills the gaps is escaped
