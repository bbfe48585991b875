"""Reading ``course.yaml``: the outline of a course, checked field by field, ready to be stored."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from bina.foundation.located_yaml import LocatedDict
from bina.learning.rules.built_in import TESTED_FRAMEWORK
from bina.learning.rules.folder import FolderReader, check_files, warn_of_unused
from bina.learning.rules.gates import SCORED, GatedPart, Gates, check_gates, read_gates
from bina.learning.rules.kinds import KINDS, Compiled, no_score
from bina.learning.rules.page_text import check_text
from bina.learning.rules.place_texts import Variant, read_variants
from bina.learning.rules.survey_kind import PairedPart, join_pairs
from bina.learning.rules.variants import CompiledVariant, compile_variants

OUTLINE = "course.yaml"
MINUTES_PER_HOUR = 45
MOST_ACTIVITIES = 1_000
TAKEN_ADDRESSES = frozenset({"import", "new", "pathways", "versions", "enrolments", "progress"})
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FORM = re.compile(r"[A-Z][A-Z0-9_]{2,29}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")
COURSE_FIELDS = frozenset(
    {
        "slug", "title", "summary", "description", "language", "learning_hours", "form", "level", "audience", "author",
        "licence", "competencies", "passing_grade", "sections",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CompetencyPromise:
    """What a course promises on one competency."""

    framework: str
    code: str
    target_level: int
    expected_gain: float


@dataclass(frozen=True, slots=True)
class CompiledActivity:
    """One step of the course, as its kind compiled it."""

    section: int
    section_title: str
    key: str
    kind: str
    title: str
    minutes: int
    is_required: bool
    compiled: Compiled
    gates: Gates
    lines: Mapping[str, int]
    variants: tuple[Variant, ...] = ()

    @property
    def size(self) -> int:
        """The bytes that a learner loads, of the largest of its texts."""
        return max(self.compiled.size, *(row.size for row in self.variants), 0)


@dataclass(slots=True)
class CompiledCourse:
    """A whole course as read from its folder; only complete when the reader noted no error."""

    slug: str = ""
    title: str = ""
    summary: str = ""
    description: str = ""
    language: str = "id"
    learning_hours: int = 0
    form: str = "NK_ELEARNING"
    level: int = 1
    audience: str = ""
    author: str = ""
    licence: str = ""
    passing_grade: int = 70
    competencies: list[CompetencyPromise] = field(default_factory=list)
    activities: list[CompiledActivity] = field(default_factory=list)
    variants: list[CompiledVariant] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        """The sum of all activities."""
        return sum(activity.minutes for activity in self.activities)


def compile_course(reader: FolderReader) -> CompiledCourse | None:
    """Read a whole folder, noting every problem; None when there is no outline that can be read."""
    check_files(reader)
    if OUTLINE not in reader.sizes:
        reader.error(_("Folder kursus harus memuat berkas course.yaml."), OUTLINE)
        return None
    data = reader.yaml(OUTLINE)
    if data is None:
        return None
    if not isinstance(data, LocatedDict):
        reader.error(_("course.yaml harus berisi isian bernama (slug, title, sections, …)."), OUTLINE, 1)
        return None
    course = CompiledCourse()
    _note_unknown(reader, data, COURSE_FIELDS)
    _read_words(reader, data, course)
    _read_numbers(reader, data, course)
    course.competencies = _competencies(reader, data)
    _read_sections(reader, data, course)
    _check_whole(reader, data, course)
    _read_languages(reader, data, course)
    warn_of_unused(reader)
    return course


def _note_unknown(reader: FolderReader, data: LocatedDict, known: frozenset[str]) -> None:
    for name in data:
        if name not in known:
            reader.error(
                _("Isian “%(name)s” tidak dikenal. Yang dikenal: %(known)s.")
                % {"name": name[:60], "known": ", ".join(sorted(known))},
                OUTLINE, data.lines[name], name[:60],
            )  # fmt: skip


def _text(reader: FolderReader, data: LocatedDict, name: str, longest: int, *, is_required: bool = True) -> str:
    value = data.get(name)
    line = data.lines.get(name, data.line)
    if value is None:
        if is_required:
            reader.error(_("Isian “%(name)s” belum ada.") % {"name": name}, OUTLINE, line, name)
        return ""
    if not isinstance(value, str):
        reader.error(_("Isian “%(name)s” harus berupa teks.") % {"name": name}, OUTLINE, line, name)
        return ""
    text = value.strip()
    if is_required and not text:
        reader.error(_("Isian “%(name)s” belum ada.") % {"name": name}, OUTLINE, line, name)
    if len(text) > longest:
        reader.error(
            _("Isian “%(name)s” %(length)s huruf; batasnya %(most)s.")
            % {"name": name, "length": len(text), "most": longest},
            OUTLINE, line, name,
        )  # fmt: skip
    return text


def _number(reader: FolderReader, data: LocatedDict, name: str, low: int, high: int, default: int | None = None) -> int:
    value = data.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        reader.error(
            _("Isian “%(name)s” harus bilangan bulat %(low)s sampai %(high)s.")
            % {"name": name, "low": low, "high": high},
            OUTLINE, data.lines.get(name, data.line), name,
        )  # fmt: skip
        return default or low
    return value


def _read_words(reader: FolderReader, data: LocatedDict, course: CompiledCourse) -> None:
    course.slug = _text(reader, data, "slug", 80)
    if course.slug and not _KEY.fullmatch(course.slug):
        reader.error(
            _("Alamat kursus (slug) hanya boleh huruf kecil, angka, dan tanda hubung."),
            OUTLINE,
            data.lines["slug"],
            "slug",
        )
    if course.slug in TAKEN_ADDRESSES:
        reader.error(_("Alamat ini dipakai oleh sistem; pilih alamat lain."), OUTLINE, data.lines["slug"], "slug")
    course.title = _text(reader, data, "title", 160)
    course.summary = _text(reader, data, "summary", 600)
    course.description = _text(reader, data, "description", 20_000, is_required=False)
    if course.description:
        check_text(
            reader, course.description, OUTLINE, field="description",
            first_line=data.lines["description"] + 1, allow_media=False,
        )  # fmt: skip
    course.audience = _text(reader, data, "audience", 600, is_required=False)
    course.author = _text(reader, data, "author", 160, is_required=False)
    course.licence = _text(reader, data, "licence", 60, is_required=False)
    course.language = _text(reader, data, "language", 12, is_required=False) or "id"
    if not _LANGUAGE.fullmatch(course.language):
        reader.error(
            _("Bahasa ditulis dengan kode, misalnya id atau en."),
            OUTLINE,
            data.lines.get("language", data.line),
            "language",
        )
    course.form = _text(reader, data, "form", 30, is_required=False) or "NK_ELEARNING"
    if not _FORM.fullmatch(course.form):
        reader.error(
            _("Bentuk pengembangan (form) ditulis dengan kodenya, misalnya NK_ELEARNING."),
            OUTLINE,
            data.lines.get("form", data.line),
            "form",
        )


def _read_numbers(reader: FolderReader, data: LocatedDict, course: CompiledCourse) -> None:
    course.learning_hours = _number(reader, data, "learning_hours", 1, 200)
    course.level = _number(reader, data, "level", 1, 5)
    course.passing_grade = _number(reader, data, "passing_grade", 0, 100, 70)


def _competencies(reader: FolderReader, data: LocatedDict) -> list[CompetencyPromise]:
    rows = data.get("competencies")
    line = data.lines.get("competencies", data.line)
    if not isinstance(rows, list) or not rows:
        reader.error(_("Sebutkan sedikitnya satu kompetensi (competencies)."), OUTLINE, line, "competencies")
        return []
    found: list[CompetencyPromise] = []
    for place, row in enumerate(rows, start=1):
        where = f"competencies {place}"
        if not isinstance(row, LocatedDict):
            reader.error(_("Setiap kompetensi memerlukan framework, code, dan target_level."), OUTLINE, line, where)
            continue
        framework, code = row.get("framework", "digcomp-3.0"), row.get("code")
        if not isinstance(code, str):
            reader.error(
                _('Kode kompetensi harus ditulis sebagai teks, misalnya "4.2" dengan tanda kutip.'),
                OUTLINE,
                row.line,
                where,
            )
            continue
        levels = reader.competencies(str(framework)).get(code)
        if levels is None:
            reader.error(
                _("Kompetensi “%(code)s” tidak ada dalam kamus “%(framework)s”.")
                % {"code": code, "framework": framework},
                OUTLINE, row.line, where,
            )  # fmt: skip
            continue
        if any(known.framework == framework and known.code == code for known in found):
            reader.error(_("Kompetensi “%(code)s” disebut dua kali.") % {"code": code}, OUTLINE, row.line, where)
            continue
        _note_unknown(reader, row, frozenset({"framework", "code", "target_level", "expected_gain"}))
        target = _number(reader, row, "target_level", 1, levels)
        gain = row.get("expected_gain", 0.3)
        if isinstance(gain, bool) or not isinstance(gain, (int, float)) or not 0 < gain <= 2:
            reader.error(
                _("Kenaikan yang diharapkan (expected_gain) harus angka di atas 0 sampai 2 tingkat."),
                OUTLINE,
                row.line,
                where,
            )
            gain = 0.3
        found.append(CompetencyPromise(str(framework), code, target, float(gain)))
    return found


def _read_sections(reader: FolderReader, data: LocatedDict, course: CompiledCourse) -> None:
    sections = data.get("sections")
    if not isinstance(sections, list) or not sections:
        reader.error(
            _("Kursus memerlukan sedikitnya satu bagian (sections)."),
            OUTLINE,
            data.lines.get("sections", data.line),
            "sections",
        )
        return
    keys: dict[str, int] = {}
    for place, section in enumerate(sections, start=1):
        where = f"sections {place}"
        if not isinstance(section, LocatedDict):
            reader.error(_("Setiap bagian memerlukan title dan activities."), OUTLINE, data.lines["sections"], where)
            continue
        _note_unknown(reader, section, frozenset({"title", "activities"}))
        title = _text(reader, section, "title", 160)
        entries = section.get("activities")
        if not isinstance(entries, list) or not entries:
            reader.error(_("Bagian ini belum punya kegiatan (activities)."), OUTLINE, section.line, where)
            continue
        for entry in entries:
            if not isinstance(entry, LocatedDict):
                reader.error(
                    _("Setiap kegiatan memerlukan key, kind, title, dan minutes."), OUTLINE, section.line, where
                )
                continue
            activity = _activity(reader, entry, place, title, keys)
            if activity is not None:
                course.activities.append(activity)


def _read_languages(reader: FolderReader, data: LocatedDict, course: CompiledCourse) -> None:
    sections = data.get("sections")
    rows = [row for row in sections if isinstance(row, LocatedDict)] if isinstance(sections, list) else []
    found = [row.get("activities") for row in rows]
    parts = [entry for entries in found if isinstance(entries, list) for entry in entries]
    entries = {str(entry.get("key")): entry for entry in parts if isinstance(entry, LocatedDict)}
    course.variants = compile_variants(
        reader, entries, course.activities, language=course.language, titles=[str(row.get("title")) for row in rows]
    )


def _activity(
    reader: FolderReader, entry: LocatedDict, section: int, section_title: str, keys: dict[str, int]
) -> CompiledActivity | None:
    key = entry.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key) or len(key) > 60:
        reader.error(
            _("Kunci kegiatan (key) hanya boleh huruf kecil, angka, dan tanda hubung, paling banyak 60 huruf."),
            OUTLINE, entry.lines.get("key", entry.line), "key",
        )  # fmt: skip
        key = f"baris-{entry.line}"
    elif key in keys:
        reader.error(
            _("Kunci kegiatan “%(key)s” sudah dipakai di baris %(line)s.") % {"key": key, "line": keys[key]},
            OUTLINE, entry.lines["key"], "key",
        )  # fmt: skip
    keys.setdefault(key, entry.line)
    title = _text(reader, entry, "title", 160)
    minutes = _number(reader, entry, "minutes", 1, 600)
    required = entry.get("required", True)
    if not isinstance(required, bool):
        reader.error(_("Isian “required” hanya boleh true atau false."), OUTLINE, entry.lines["required"], "required")
    kind = KINDS.get(str(entry.get("kind")))
    if kind is None:
        reader.error(
            _("Jenis kegiatan “%(kind)s” tidak dikenal. Yang dikenal: %(known)s.")
            % {"kind": str(entry.get("kind"))[:40], "known": ", ".join(KINDS)},
            OUTLINE, entry.lines.get("kind", entry.line), "kind",
        )  # fmt: skip
        return None
    _note_unknown(reader, entry, kind.fields | ({"variants"} if kind.has_variants else frozenset()))
    return CompiledActivity(
        section,
        section_title,
        key,
        kind.code,
        title,
        minutes,
        required is not False,
        kind.compile(reader, entry, OUTLINE),
        read_gates(reader, entry, OUTLINE),
        entry.lines,
        read_variants(reader, entry, OUTLINE) if kind.has_variants else (),
    )


def compile_part(reader: FolderReader, entry: LocatedDict) -> CompiledActivity | None:
    """One activity by itself, noting what is wrong with it; None for a kind that is not known."""
    return _activity(reader, entry, 1, "", {})


def _check_whole(reader: FolderReader, data: LocatedDict, course: CompiledCourse) -> None:
    line = data.lines.get("learning_hours", data.line)
    target = MINUTES_PER_HOUR * course.learning_hours
    if course.activities and not 0.9 * target <= course.minutes <= 1.1 * target:
        reader.error(
            _("Kegiatan berjumlah %(minutes)s menit; %(hours)s JP berarti %(target)s menit (selisih paling jauh 10%%).")
            % {"minutes": course.minutes, "hours": course.learning_hours, "target": target},
            OUTLINE, line, "learning_hours",
        )  # fmt: skip
    if len(course.activities) > MOST_ACTIVITIES:
        reader.error(
            _("Kursus memuat %(count)s kegiatan; batasnya %(most)s.")
            % {"count": len(course.activities), "most": MOST_ACTIVITIES},
            OUTLINE,
        )
    if course.activities and not any(activity.is_required for activity in course.activities):
        reader.error(_("Sedikitnya satu kegiatan harus wajib; sekarang semuanya pilihan."), OUTLINE, line, "required")
    check_gates(
        reader,
        [
            GatedPart(
                a.key, a.kind, a.is_required, a.gates, a.lines, a.kind in SCORED or KINDS[a.kind].score is not no_score
            )
            for a in course.activities
        ],
        OUTLINE,
    )
    tests = [a.compiled.payload for a in course.activities if a.kind == "test"]
    for role, name in (("pre", _("uji awal")), ("post", _("uji akhir"))):
        count = sum(test.get("role") == role for test in tests)
        if count > 1:
            reader.error(
                _("Kursus memuat %(count)s %(name)s; paling banyak satu.") % {"count": count, "name": name}, OUTLINE
            )
        if not count:
            reader.warn(
                _("Kursus ini belum punya %(name)s, sehingga kenaikan kemampuan peserta tidak dapat diukur.")
                % {"name": name},
                OUTLINE,
            )
    _check_tested_competencies(reader, course, tests)
    surveys = [
        PairedPart(a.key, a.compiled.payload, a.lines.get("pairs_with"))
        for a in course.activities
        if a.kind == "survey"
    ]
    join_pairs(reader, [survey for survey in surveys if survey.payload], OUTLINE)


def _check_tested_competencies(
    reader: FolderReader, course: CompiledCourse, tests: Sequence[Mapping[str, Any]]
) -> None:
    promised = {promise.code for promise in course.competencies if promise.framework == TESTED_FRAMEWORK}
    for test in tests:
        measured = {item["competency"] for item in test.get("items", [])}
        for code in sorted(promised - measured):
            reader.warn(
                _("Kompetensi %(code)s dijanjikan, tetapi tidak diukur oleh %(name)s.")
                % {"code": code, "name": _("uji awal") if test.get("role") == "pre" else _("uji akhir")},
                OUTLINE,
            )
