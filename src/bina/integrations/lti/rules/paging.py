"""Portions of a list, and the Link header that leads from one to the next (RFC 8288)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _t

from bina.integrations.lti.rules.words import Rejected

AT_ONCE = 100
MOST_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Portion:
    """Which rows are wanted: how many, and which page of that length, counted from 1."""

    limit: int
    page: int

    @property
    def start(self) -> int:
        """The first row, counted from 0."""
        return self.limit * (self.page - 1)

    @property
    def end(self) -> int:
        """The first row that is not wanted any more."""
        return self.limit * self.page


def read_portion(query: Mapping[str, str]) -> Portion:
    """The portion that an address asks for; a limit beyond ours is answered with ours. Raises Rejected for nonsense."""
    return Portion(min(MOST_AT_ONCE, _number(query, "limit", AT_ONCE)), _number(query, "page", 1))


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    value = query.get(name, "")
    if not value:
        return default
    if not (value.isascii() and value.isdigit()) or len(value) > 7 or int(value) < 1:
        raise Rejected(_t("Parameter “%(name)s” harus bilangan bulat mulai dari 1.") % {"name": name})
    return int(value)


def link_header(address: str, query: Mapping[str, str], portion: Portion, count: int) -> str:
    """The way on and back: ``next``, ``prev``, ``first`` and ``last``; empty when everything fits on one page."""
    last = max(1, -(-count // portion.limit))
    if last == 1:
        return ""
    pages = {"first": 1, "last": last}
    if portion.page > 1:
        pages["prev"] = min(portion.page - 1, last)
    if portion.page < last:
        pages["next"] = portion.page + 1
    kept = {name: value for name, value in query.items() if name not in {"page", "limit"} and value}
    return ", ".join(
        f'<{address}?{urlencode({**kept, "limit": portion.limit, "page": page})}>; rel="{name}"'
        for name, page in pages.items()
    )
