"""Columns of grades as tools see and make them (Assignment and Grade Services 2.0)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _t

from bina.integrations.lti.rules.reading import moment_in, number_in, text_in
from bina.integrations.lti.rules.words import Rejected

MOST_LINE_ITEMS = 500


@dataclass(frozen=True, slots=True)
class LineItemWords:
    """What a tool says of a column: its name, its points, and its own marks on it."""

    label: str
    maximum: float
    resource_id: str = ""
    tag: str = ""
    link_id: str = ""
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None


def read_line_item(data: object) -> LineItemWords:
    """A column out of its JSON. Raises Rejected with a sentence that names the field."""
    if not isinstance(data, Mapping):
        raise Rejected(_t("Kolom nilai harus berupa satu objek JSON."))
    maximum = number_in(data, "scoreMaximum")
    if not maximum:
        raise Rejected(_t("Isian “%(name)s” harus angka di atas nol.") % {"name": "scoreMaximum"})
    starts_at, ends_at = moment_in(data, "startDateTime"), moment_in(data, "endDateTime")
    if starts_at and ends_at and ends_at < starts_at:
        raise Rejected(_t("Waktu akhir (endDateTime) mendahului waktu mulai (startDateTime)."))
    return LineItemWords(
        text_in(data, "label", 250, is_needed=True), maximum, text_in(data, "resourceId", 255), text_in(data, "tag", 255),
        text_in(data, "resourceLinkId", 255), starts_at, ends_at,
    )  # fmt: skip
