"""A course in other languages: the words of each part, checked against the outline that all languages share.

``course.en.yaml`` holds words only; keys, minutes, gates, answers and passing grades are those of ``course.yaml``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from bina.assessment.rules import translation_problems
from bina.foundation.located_yaml import LocatedDict
from bina.learning.rules.folder import PACKAGES, FolderReader
from bina.learning.rules.gates import SCORED
from bina.learning.rules.kinds import KINDS
from bina.learning.rules.languages import (
    ENGLISH,
    language_name,
    note_unknown_questions,
    outline_language,
    question_words,
    sibling,
)
from bina.learning.rules.page_text import check_text

if TYPE_CHECKING:
    from bina.learning.rules.course_file import CompiledActivity

LONGEST = {"title": 160, "summary": 600, "description": 20_000, "audience": 600}
FIELDS = frozenset({*LONGEST, "sections", "activities"})
PART_WORDS = frozenset({"title", "description"})
# A package of a stranger remembers its own progress, so it stays the same in every language.
SHARED_ENDINGS = (".yaml", *sorted(PACKAGES))
# What a learner reads or hears as text; pictures may stay as they are.
TEXT_ENDINGS = (".md", ".vtt")
# How far a recording in another language may differ in length, as a share: what was watched is counted in seconds.
LENGTH_APART = 0.1
NAMED_AT_MOST = 6


@dataclass(frozen=True, slots=True)
class PartWords:
    """One part in another language; ``payload`` holds only the fields that differ."""

    title: str
    payload: dict[str, Any] = field(default_factory=dict)
    body: str = ""
    is_whole: bool = True


@dataclass(slots=True)
class CompiledVariant:
    """The words of a whole course in another language; what is missing falls back to the language of the folder."""

    language: str
    title: str = ""
    summary: str = ""
    description: str = ""
    audience: str = ""
    sections: list[str] = field(default_factory=list)
    parts: dict[str, PartWords] = field(default_factory=dict)


def compile_variants(
    reader: FolderReader, entries: Mapping[str, LocatedDict], activities: "Sequence[CompiledActivity]", *,
    language: str, titles: Sequence[str],
) -> list[CompiledVariant]:  # fmt: skip
    """Read every other language of a folder. ``entries`` are the parts of course.yaml by key, ``titles`` those of its sections.

    What is missing is a suggestion; what cannot be (unknown keys, other answers, other lengths) is an error.
    """
    found = []
    for name in sorted(reader.sizes):
        code = outline_language(name)
        if not code:
            continue
        if code == language:
            reader.error(_("Bahasa ini sudah bahasa course.yaml sendiri; hapus salah satunya."), name, 1)
            continue
        data = reader.yaml(name)
        if isinstance(data, LocatedDict):
            found.append(_Variant(reader, name, code, data).read(entries, activities, titles))
        elif data is not None:
            reader.error(_("Berkas ini harus berisi isian bernama (title, sections, activities, …)."), name, 1)
    return found


class _Variant:
    """Reads one language."""

    def __init__(self, reader: FolderReader, file: str, language: str, data: LocatedDict) -> None:
        self._reader, self._file, self._language, self._data = reader, file, language, data
        self._missing: list[str] = []

    def read(
        self, entries: Mapping[str, LocatedDict], activities: "Sequence[CompiledActivity]", titles: Sequence[str]
    ) -> CompiledVariant:
        """Everything in this language, with a suggestion that names what is missing."""
        self._only_known(self._data, FIELDS)
        words = {name: self._words(self._data, name) for name in LONGEST}
        if not words["title"]:
            self._reader.error(_("Isian “%(name)s” belum ada.") % {"name": "title"}, self._file, 1, "title")
        if words["description"]:
            self._check_text(self._data, "description")
        found = CompiledVariant(
            self._language,
            words["title"],
            words["summary"],
            words["description"],
            words["audience"],
            self._sections(titles),
        )
        rows = self._rows(entries)
        for activity in activities:
            if activity.key in entries:
                found.parts[activity.key] = self._part(entries[activity.key], rows.get(activity.key), activity)
        if self._missing:
            names = ", ".join(self._missing[:NAMED_AT_MOST])
            if len(self._missing) > NAMED_AT_MOST:
                names = _("%(names)s dan %(n)s lagi") % {"names": names, "n": len(self._missing) - NAMED_AT_MOST}
            self._reader.warn(
                _("%(n)s bagian belum lengkap dalam %(language)s dan tampil dalam bahasa asalnya: %(names)s.")
                % {"n": len(self._missing), "language": language_name(self._language), "names": names},
                self._file,
            )
        return found

    def _only_known(self, data: LocatedDict, known: frozenset[str]) -> None:
        for name in data:
            if name not in known:
                self._reader.error(
                    _("Isian “%(name)s” tidak dapat ditulis di sini: berkas bahasa hanya memuat kata-kata (%(known)s).")
                    % {"name": name[:60], "known": ", ".join(sorted(known))},
                    self._file, data.lines[name], name[:60],
                )  # fmt: skip

    def _words(self, data: LocatedDict, name: str) -> str:
        value = data.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self._reader.error(
                _("Isian “%(name)s” harus berupa teks.") % {"name": name}, self._file, data.lines[name], name
            )
            return ""
        text = value.strip()
        if len(text) > LONGEST[name]:
            self._reader.error(
                _("Isian “%(name)s” %(length)s huruf; batasnya %(most)s.")
                % {"name": name, "length": len(text), "most": LONGEST[name]},
                self._file, data.lines[name], name,
            )  # fmt: skip
        return text

    def _check_text(self, data: LocatedDict, name: str) -> None:
        check_text(
            self._reader, str(data[name]), self._file, field=name, first_line=data.lines[name] + 1, allow_media=False
        )

    def _sections(self, titles: Sequence[str]) -> list[str]:
        rows = self._data.get("sections")
        if rows is None:
            return []
        if not isinstance(rows, list) or len(rows) != len(titles) or not all(isinstance(row, str) for row in rows):
            self._reader.error(
                _("Judul bagian (sections) ditulis sebagai daftar %(n)s judul, seurutan course.yaml.") % {"n": len(titles)},
                self._file, self._data.lines["sections"], "sections",
            )  # fmt: skip
            return []
        return [row.strip()[: LONGEST["title"]] for row in rows]

    def _rows(self, entries: Mapping[str, LocatedDict]) -> dict[str, LocatedDict]:
        rows = self._data.get("activities")
        if rows is None:
            return {}
        if not isinstance(rows, LocatedDict):
            self._reader.error(
                _("Kegiatan (activities) ditulis menurut kuncinya, misalnya “pembuka: {title: …}”."),
                self._file, self._data.lines["activities"], "activities",
            )  # fmt: skip
            return {}
        found: dict[str, LocatedDict] = {}
        for key, row in rows.items():
            line = rows.lines[key]
            if key not in entries:
                self._reader.error(
                    _("Kunci kegiatan “%(key)s” tidak ada di course.yaml.") % {"key": key[:60]},
                    self._file,
                    line,
                    key[:60],
                )
                continue
            if isinstance(row, str):
                row, words = LocatedDict(title=row), line
                row.line, row.lines = words, {"title": words}
            if not isinstance(row, LocatedDict):
                self._reader.error(_("Tulis judulnya, atau title dan description."), self._file, line, key)
                continue
            self._only_known(row, PART_WORDS)
            found[key] = row
        return found

    def _part(self, entry: LocatedDict, row: LocatedDict | None, activity: "CompiledActivity") -> PartWords:
        words = {name: self._words(row, name) for name in PART_WORDS} if row is not None else {}
        is_whole = bool(words.get("title")) and not (entry.get("description") and not words.get("description"))
        if activity.kind in SCORED:
            payload, has_all = self._questions(entry, activity)
            made = PartWords(words.get("title") or activity.title, payload, "", is_whole and has_all)
        else:
            made = self._compiled(entry, row, words, activity, is_whole)
        if not made.is_whole:
            self._missing.append(activity.title)
        return made

    def _questions(self, entry: LocatedDict, activity: "CompiledActivity") -> tuple[dict[str, Any], bool]:
        """The words of the questions, and whether every question has some."""
        items = activity.compiled.payload.get("items", [])
        if self._language == ENGLISH:  # they stand with the questions, where tests find them too
            return {}, all(item.get("en") for item in items)
        name = str(entry.get("file", ""))
        words = question_words(self._reader, name, self._language)
        file = sibling(name, self._language)
        note_unknown_questions(self._reader, words, {item["code"] for item in items}, file)
        for item in items:
            if item["code"] in words and translation_problems(item, words[item["code"]]):
                self._reader.error(
                    _("Kata-kata soal ini tidak seurutan soal aslinya: banyaknya pilihan, pasangan, atau langkah harus sama."),
                    file, words[item["code"]].line, item["code"],
                )  # fmt: skip
        # Tests are taken in assessment, which knows questions in Indonesian and English.
        has_all = activity.kind == "quiz" and all(item["code"] in words for item in items)
        return ({"item_words": words} if words and activity.kind == "quiz" else {}), has_all

    def _compiled(
        self, entry: LocatedDict, row: LocatedDict | None, words: Mapping[str, str], activity: "CompiledActivity",
        is_whole: bool,
    ) -> PartWords:  # fmt: skip
        """The part as its kind compiles it from the files of this language; only what differs is kept."""
        merged = LocatedDict(entry)
        merged.line, merged.lines = entry.line, dict(entry.lines)
        for name, text in words.items():
            if text and name in entry and row is not None:
                merged[name], merged.lines[name] = text, row.lines[name]
        for name, value in entry.items():
            if not isinstance(value, str) or value not in self._reader.sizes:
                continue
            other = sibling(value, self._language)
            shared = value.endswith(SHARED_ENDINGS) and name != "rubric"
            if other in self._reader.sizes and not shared:
                merged[name] = other
            elif value.endswith(TEXT_ENDINGS):
                is_whole = False
        title = words.get("title") or activity.title
        if dict(merged) == dict(entry) or dict(merged) == {**entry, "title": title}:
            return PartWords(title, is_whole=is_whole)
        before = list(self._reader.problems)
        made = KINDS[activity.kind].compile(self._reader, merged, self._file)
        self._reader.problems[len(before) :] = [
            row for row in self._reader.problems[len(before) :] if row not in before
        ]
        base = activity.compiled.payload
        self._check_same(base, made.payload, activity)
        payload = {name: value for name, value in made.payload.items() if base.get(name) != value}
        return PartWords(title, payload, made.body if made.body != activity.compiled.body else "", is_whole)

    def _check_same(self, base: Mapping[str, Any], made: Mapping[str, Any], activity: "CompiledActivity") -> None:
        """What counts has to count alike: the length of a recording, the criteria of a rubric."""
        seconds, other = base.get("seconds") or 0, made.get("seconds") or 0
        if seconds and other and abs(other - seconds) > LENGTH_APART * seconds:
            self._reader.error(
                _("Rekaman “%(title)s” dalam bahasa ini berbeda lebih dari 10%% panjangnya, sehingga yang sudah diputar tidak terbawa.")
                % {"title": activity.title},
                self._file, None, activity.key,
            )  # fmt: skip
        if [_measure(row) for row in base.get("rubric", [])] != [_measure(row) for row in made.get("rubric", [])]:
            self._reader.error(
                _("Rubrik “%(title)s” dalam bahasa ini harus memuat kriteria yang sama urutan, kompetensi, dan tingkatnya.")
                % {"title": activity.title},
                self._file, None, activity.key,
            )  # fmt: skip


def _measure(row: Mapping[str, Any]) -> tuple[Any, Any]:
    return row.get("competency"), row.get("level")
