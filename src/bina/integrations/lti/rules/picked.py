"""What a trainer picked inside a tool (Deep Linking 2.0), as activities of a course folder."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import yaml
from django.utils.html import strip_tags
from django.utils.translation import gettext as _t

from bina.integrations.lti.rules.custom import read_custom
from bina.integrations.lti.rules.words import Rejected
from bina.learning.rules import LINK

MOST_ITEMS = 50
DEFAULT_MINUTES = 15
MOST_TITLE, MOST_WORDS = 160, 600


@dataclass(frozen=True, slots=True)
class PickedItem:
    """One thing that was picked: ``kind`` is “lti” for something that the tool runs, “link” for a page elsewhere."""

    kind: str
    title: str
    url: str = ""
    words: str = ""
    custom: dict[str, str] = field(default_factory=dict)
    points: float | None = None
    resource: str = ""
    tag: str = ""
    in_frame: bool = False

    def as_json(self) -> dict[str, Any]:
        """Plain data, to be kept."""
        return asdict(self)


def read_items(content: object, *, may_use: Callable[[str], bool]) -> tuple[list[PickedItem], list[str]]:
    """The things in a tool's answer, and a sentence for each that was left out.

    ``may_use`` says whether an address may be opened from a course. Raises Rejected when the answer holds no list.
    """
    if content is None:
        content = []
    if not isinstance(content, list):
        raise Rejected(_t("Jawaban alat harus memuat daftar isi (content_items)."))
    found: list[PickedItem] = []
    left_out: list[str] = []
    for place, row in enumerate(content, start=1):
        if len(found) >= MOST_ITEMS:
            left_out.append(
                _t("Paling banyak %(most)s isi diterima sekali jalan; sisanya tidak dibawa.") % {"most": MOST_ITEMS}
            )
            break
        if not isinstance(row, Mapping):
            left_out.append(_t("Isi ke-%(place)s tidak dapat dibaca.") % {"place": place})
            continue
        item = _item(row, place, may_use, left_out)
        if item is not None:
            found.append(item)
    return found, left_out


def _item(row: Mapping[str, Any], place: int, may_use: Callable[[str], bool], left_out: list[str]) -> PickedItem | None:
    kind = {"ltiResourceLink": "lti", "link": LINK.code}.get(str(row.get("type")))
    title = _words(row.get("title"), MOST_TITLE) or _t("Kegiatan %(place)s dari alat") % {"place": place}
    if kind is None:
        left_out.append(
            _t("“%(title)s” berjenis %(kind)s, yang tidak dapat menjadi bagian kursus.")
            % {"title": title, "kind": str(row.get("type"))[:40]}
        )
        return None
    told = row.get("url")
    url = told if isinstance(told, str) else ""
    if (url or kind == LINK.code) and not may_use(url):
        left_out.append(_t("“%(title)s” menunjuk alamat yang tidak diterima.") % {"title": title})
        return None
    column = row.get("lineItem") if isinstance(row.get("lineItem"), Mapping) else {}
    assert isinstance(column, Mapping)
    points = column.get("scoreMaximum")
    is_number = isinstance(points, (int, float)) and not isinstance(points, bool) and 0 < points <= 10_000
    custom, _faults = read_custom(row.get("custom", {}))
    return PickedItem(
        kind, title, url, _words(row.get("text"), MOST_WORDS), custom if kind == "lti" else {},
        float(points) if is_number and isinstance(points, (int, float)) else None,
        str(column.get("resourceId") or "")[:255], str(column.get("tag") or "")[:255],
        isinstance(row.get("iframe"), Mapping) and not isinstance(row.get("window"), Mapping),
    )  # fmt: skip


def _words(value: object, longest: int) -> str:
    text = " ".join(strip_tags(value.replace("\x00", "")).split()) if isinstance(value, str) else ""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def entry_of(
    item: PickedItem, *, tool: str, key: str, minutes: int = DEFAULT_MINUTES, passing: int | None = None
) -> dict[str, Any]:
    """The activity in the words of ``course.yaml``."""
    entry: dict[str, Any] = {"key": key, "kind": item.kind, "title": item.title, "minutes": minutes}
    if item.kind == LINK.code:
        return entry | {"url": item.url, "description": item.words or item.title}
    entry["tool"] = tool
    if item.url:
        entry["url"] = item.url
    if item.words:
        entry["description"] = item.words
    if item.custom:
        entry["custom"] = dict(item.custom)
    if item.points is None:
        entry["completes"] = "opening"
    else:
        entry["points"] = int(item.points) if item.points == int(item.points) else item.points
        if passing is not None:
            entry["passing"] = passing
    if item.resource:
        entry["resource"] = item.resource
    if item.tag:
        entry["tag"] = item.tag
    if item.in_frame:
        entry["opens"] = "frame"
    return entry


def key_for(title: str, taken: Iterable[str]) -> str:
    """A key for a new activity that no other one of the course has."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:50].strip("-") or "kegiatan"
    known, number = set(taken), 1
    while (key := words if number == 1 else f"{words}-{number}") in known:
        number += 1
    return key


def fragment(entries: list[dict[str, Any]]) -> str:
    """The activities as they stand in ``course.yaml``."""
    return yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=110)


def with_activities(course: Mapping[str, Any], entries: list[dict[str, Any]], *, section: int) -> dict[str, Any]:
    """The content of a ``course.yaml`` with activities added at the end of a section, counted from 0."""
    changed = {**course, "sections": [dict(row) for row in course["sections"]]}
    place = changed["sections"][section]
    place["activities"] = [*place["activities"], *entries]
    return changed
