"""A course as compiled from its folder, in the rows that pages read; stored with a version, or only shown in a preview."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from bina.assessment.queries import published_instrument
from bina.competencies.queries import competencies_by_code
from bina.foundation.rich_text import render_markdown
from bina.learning.models import Activity, ActivityVariant, CourseVersion
from bina.learning.rules import (
    CompiledActivity,
    CompiledCourse,
    CourseSource,
    FolderReader,
    KnownInstrument,
    words_of_shortest,
)
from bina.people.queries import job_classes, provinces

if TYPE_CHECKING:
    from bina.competencies.models import Competency
    from bina.people.models import Agency

Known = Callable[[str], "Mapping[str, Competency]"]


def known_competencies() -> Known:
    """Competencies of a framework by code; each framework is asked for once."""
    return cache(lambda framework: competencies_by_code(framework))


def _known_groups(audience: str) -> frozenset[str]:
    rows = job_classes() if audience == "job_classes" else provinces()
    return frozenset(rows.values_list("code", flat=True))


def _known_instrument(code: str, agency: "Agency | None") -> KnownInstrument | None:
    """The newest published version of an instrument of the agency, or of one that ships with the house."""
    found = published_instrument(code, agency)
    return KnownInstrument(found.version, found.intro, found.intro_en, found.content) if found else None


def reader_of(source: CourseSource, known: Known, agency: "Agency | None") -> FolderReader:
    """A reader of a course folder that knows the competencies, groups and instruments of this installation."""
    return FolderReader(
        source,
        competencies=lambda framework: {
            code: competency.framework.level_count for code, competency in known(framework).items()
        },
        groups=cache(_known_groups),
        instruments=cache(lambda code: _known_instrument(code, agency)),
    )


def activity_rows(
    version: CourseVersion,
    compiled: CompiledCourse,
    reader: FolderReader,
    urls: Mapping[str, str],
    boxes: Mapping[str, tuple[int, int] | None],
) -> list[Activity]:
    """The parts of a version, not saved; ``urls`` are the addresses of its media by name, ``boxes`` their sizes."""
    rows = []
    for order, part in enumerate(compiled.activities, start=1):
        payload = {**part.compiled.payload, **words_of_shortest(part.compiled.payload, part.variants)}
        if part.variants:
            payload["variants"] = [row.sector.value for row in part.variants]
        if part.kind == "test" and payload.get("role") == "post":
            payload["passing"] = max(payload.get("passing") or 0, compiled.passing_grade)
        payload = with_addresses(payload, urls, reader)
        rows.append(
            Activity(
                version=version, section=part.section, section_title=part.section_title, order=order, key=part.key,
                kind=part.kind, title=part.title, minutes=part.minutes, is_required=part.is_required, payload=payload,
                body=part.compiled.body, body_html=html_of(part.compiled.body, urls, boxes), size=part.size,
            )
        )  # fmt: skip
    return rows


def variant_rows(
    activity: Activity, part: CompiledActivity, urls: Mapping[str, str], boxes: Mapping[str, tuple[int, int] | None]
) -> list[ActivityVariant]:
    """The texts of a part for other sectors, not saved."""
    return [
        ActivityVariant(
            activity=activity,
            sector=row.sector.value,
            words=row.words,
            body=row.body,
            body_html=html_of(row.body, urls, boxes),
        )
        for row in part.variants
    ]


def with_addresses(payload: dict[str, Any], urls: Mapping[str, str], reader: FolderReader) -> dict[str, Any]:
    """A compiled payload with the addresses and sizes of the media files that it names."""
    for field in ("file", "captions", "poster"):
        name = str(payload.get(field, ""))
        if name in urls:
            payload[f"{field}_url"] = urls[name]
            payload[f"{field}_size"] = reader.sizes[name]
    return payload


def html_of(text: str, urls: Mapping[str, str], boxes: Mapping[str, tuple[int, int] | None]) -> str:
    """Clean HTML with the addresses of the stored files, and the size of pictures so that nothing jumps on loading."""

    def resolve(match: re.Match[str]) -> str:
        attribute, name = match[1], match[2]
        if name not in urls:
            return match[0]
        box = boxes.get(name) if attribute == "src" else None
        size = f' width="{box[0]}" height="{box[1]}"' if box else ""
        return f'{attribute}="{escape(urls[name])}"{size}'

    return re.sub(r'\b(src|href)="(media/[^"]+)"', resolve, render_markdown(text)) if text else ""


def outline_rows(compiled: CompiledCourse) -> list[dict[str, Any]]:
    """The outline that a version keeps: its sections with their parts, as pages read them."""
    sections: dict[int, dict[str, Any]] = {}
    for part in compiled.activities:
        section = sections.setdefault(part.section, {"title": part.section_title, "parts": []})
        entry = {
            "key": part.key, "kind": part.kind, "title": part.title, "minutes": part.minutes,
            "required": part.is_required, "size": part.size,
        }  # fmt: skip
        if part.compiled.payload.get("role"):
            entry["role"] = part.compiled.payload["role"]
        entry.update(part.gates.as_outline())
        section["parts"].append(entry)
    return list(sections.values())
