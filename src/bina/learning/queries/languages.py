"""A course in the language of its reader: which languages there are, which one is shown, and its words. Mostly without the database."""

import copy
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from bina.foundation.prepared import PreparedRows
from bina.learning.models import Activity, ActivityWords, CourseVersion
from bina.learning.rules import language_name

words_of_activity: PreparedRows[ActivityWords] = PreparedRows(
    ActivityWords,
    lambda activity_id, language: ActivityWords.objects.filter(activity_id=activity_id, language=language).order_by(),
    int, str,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Language:
    """One language in which a course can be read."""

    code: str
    name: str
    is_shown: bool


def language_for(version: CourseVersion, chosen: str = "") -> str:
    """The language in which a version is shown: the chosen one, else that of the pages where the course has it, else its own."""
    there = {version.language, *version.languages}
    if chosen in there:
        return chosen
    pages = (get_language() or "id").partition("-")[0]
    return pages if pages in there else version.language


def languages_of(version: CourseVersion, shown: str = "") -> list[Language]:
    """All languages of a version, its own first; empty where there is only one."""
    if not version.languages:
        return []
    return [
        Language(code, language_name(code), code == shown) for code in (version.language, *sorted(version.languages))
    ]


def version_in(version: CourseVersion, language: str) -> CourseVersion:
    """A version to be shown in a language: its words are replaced where the language has some. Never to be saved."""
    words: dict[str, Any] | None = version.languages.get(language)
    if words is None:
        return version
    shown = copy.copy(version)
    for name in ("title", "summary", "audience", "description_html"):
        if words.get(name):
            setattr(shown, name, words[name])
    titles = words.get("sections") or [section["title"] for section in version.outline]
    shown.outline = [
        {
            **section,
            "title": title,
            "parts": [{**part, "title": words["parts"].get(part["key"], part["title"])} for part in section["parts"]],
        }
        for section, title in zip(version.outline, titles, strict=True)
    ]
    return shown


@dataclass(frozen=True, slots=True)
class ShownPart:
    """An activity to be shown in a language; ``fell_back`` names the language of the words that have none of their own."""

    activity: Activity
    item_words: dict[str, Any] | None
    fell_back: str


def activity_in(version: CourseVersion, activity: Activity, language: str) -> ShownPart:
    """An activity with its words in a language (one query where the version has it). Never to be saved.

    ``item_words`` are those of its questions by code; None where the version has one language only, so that questions are
    shown as everywhere else: in the language of the pages.
    """
    if not version.languages:
        return ShownPart(activity, None, "")
    if language not in version.languages:
        return ShownPart(activity, {}, "")
    words = words_of_activity.first(activity.pk, language)
    if words is None:
        return ShownPart(activity, {}, language_name(version.language))
    shown = copy.copy(activity)
    shown.title = words.title
    shown.payload = {**activity.payload, **words.payload}
    if words.body_html:
        shown.body_html = words.body_html
    section = words_of_section(version, activity, language)
    shown.section_title = section or activity.section_title
    items = activity.payload.get("items", [])
    own = {item["code"]: item["en"] for item in items if item.get("en")} if language == "en" else {}
    fell_back = "" if words.is_whole else language_name(version.language)
    return ShownPart(shown, {**own, **words.payload.get("item_words", {})}, fell_back)


def words_of_section(version: CourseVersion, activity: Activity, language: str) -> str:
    """The title of an activity's section in a language; nothing where it has none."""
    titles = version.languages.get(language, {}).get("sections") or []
    return titles[activity.section - 1] if 0 < activity.section <= len(titles) else ""


def questions_in_english(version: CourseVersion, language: str) -> bool | None:
    """Whether questions of a test are shown in their English words; None: as the pages are read."""
    return None if not version.languages else language == "en"
