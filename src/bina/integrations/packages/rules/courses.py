"""A package becomes an ordinary course folder: what its author has to add, and the outline that comes of both."""

from dataclasses import dataclass
from typing import Any

import yaml

from bina.integrations.packages.rules.readers import PackageReport
from bina.learning.rules import OUTLINE, free_name

MINUTES_PER_HOUR = 45


@dataclass(frozen=True, slots=True)
class Choices:
    """What no package says: whose competencies it serves, how many hours it counts, and the words of the catalogue."""

    title: str
    slug: str
    summary: str
    learning_hours: int
    level: int
    competency: str
    target_level: int
    framework: str = "digcomp-3.0"


def course_folder(report: PackageReport, choices: Choices) -> dict[str, bytes]:
    """The files of the course folder, without the package itself. Minutes are shared out evenly over the parts."""
    outline: dict[str, Any] = {
        "slug": choices.slug, "title": choices.title, "summary": choices.summary,
        "learning_hours": choices.learning_hours, "level": choices.level,
        "competencies": [
            {"framework": choices.framework, "code": choices.competency, "target_level": choices.target_level}
        ],
        "sections": _sections(report, MINUTES_PER_HOUR * choices.learning_hours),
    }  # fmt: skip
    text = yaml.safe_dump(outline, allow_unicode=True, sort_keys=False, width=110)
    return {OUTLINE: text.encode(), **report.files}


def _sections(report: PackageReport, minutes: int) -> list[dict[str, Any]]:
    shares = _shares(minutes, len(report.parts))
    taken: list[str] = []
    sections: list[dict[str, Any]] = []
    for title, entries in report.sections:
        activities = []
        for entry in entries:
            key = free_name(entry["title"], taken, fallback="bagian")
            taken.append(key)
            added = {"key": key, **entry, "title": entry["title"][:160], "minutes": shares.pop(0)}
            if "needs" in entry:
                added["needs"] = [
                    {**row, "key": taken[row["key"]]} if isinstance(row, dict) else taken[row] for row in entry["needs"]
                ]
            activities.append(added)
        sections.append({"title": title[:160], "activities": activities})
    for section in sections:
        for added in section["activities"]:
            if "test_out" in added:
                covers = [taken[place] for place in added["test_out"]["covers"]]
                added["test_out"] = {**added["test_out"], "covers": covers}
    return sections


def _shares(minutes: int, count: int) -> list[int]:
    """Whole minutes, at least one each, whose sum is as asked for where that is possible."""
    if not count:
        return []
    return [max(1, minutes * (n + 1) // count - minutes * n // count) for n in range(count)]
