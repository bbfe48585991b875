"""Kinds of activity in which a person makes something: an assignment, a task at the workplace, an answer for others to read."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules import MARKS, MOST_CRITERIA, Criterion, rubric_problems
from bina.foundation.located_yaml import LocatedDict
from bina.foundation.verdict import ALLOWED, Verdict, refused
from bina.learning.rules.built_in import TESTED_FRAMEWORK, line_of
from bina.learning.rules.editing import EditField, Writing
from bina.learning.rules.folder import FolderReader
from bina.learning.rules.kinds import (
    SHARED_FIELDS,
    ActivityKind,
    Compiled,
    Doing,
    Payload,
    merge_seconds,
    register_kind,
)
from bina.learning.rules.page_text import check_text

CRITERION_FIELDS = frozenset({"name", "competency", "level", "descriptors"})


def _brief(reader: FolderReader, entry: Mapping[str, Any], file: str) -> tuple[str, dict[str, Any], int]:
    """The text of what is asked, with the media it uses and the bytes a learner loads."""
    name = reader.referred(entry, "file", file, {".md"})
    text = (reader.text(name) if name else "") or ""
    if name is None:
        return "", {}, 0
    if not text.strip():
        reader.error(_t("Halaman ini kosong."), name)
    facts = check_text(reader, text, name)
    size = len(text.encode()) + sum(reader.sizes[media] for media in facts.media)
    return text, {"media": sorted(facts.media)}, size


def _whole(
    reader: FolderReader, entry: Mapping[str, Any], file: str, field: str, low: int, high: int, default: int
) -> int:
    value = entry.get(field, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        reader.error(
            _t("Isian “%(name)s” harus bilangan bulat %(low)s sampai %(high)s.")
            % {"name": field, "low": low, "high": high},
            file, line_of(entry, field), field,
        )  # fmt: skip
        return default
    return value


def _wants(reader: FolderReader, entry: Mapping[str, Any], file: str) -> dict[str, bool]:
    wants = entry.get("wants", "text")
    if wants not in {"text", "files", "both"}:
        reader.error(_t("Isian “wants” harus text, files, atau both."), file, line_of(entry, "wants"), "wants")
        wants = "text"
    return {"wants_text": wants != "files", "wants_files": wants != "text"}


def compile_assignment(reader: FolderReader, entry: Mapping[str, Any], file: str) -> Compiled:
    """A piece of work that a trainer scores by a rubric from the folder."""
    body, facts, size = _brief(reader, entry, file)
    payload: dict[str, Any] = {
        **facts,
        **_wants(reader, entry, file),
        "due_days": _whole(reader, entry, file, "due_days", 1, 365, 14),
        "passing": _whole(reader, entry, file, "passing", 0, 100, 60),
        "rubric": _rubric(reader, entry, file),
    }
    return Compiled(payload, body, size)


def _rubric(reader: FolderReader, entry: Mapping[str, Any], file: str) -> list[dict[str, Any]]:
    name = reader.referred(entry, "rubric", file, {".yaml"})
    rows = reader.yaml(name) if name else None
    if name is None or rows is None:
        return []
    if not isinstance(rows, list) or not rows or len(rows) > MOST_CRITERIA:
        reader.error(_t("Rubrik harus berupa daftar berisi 1 sampai %(n)s kriteria.") % {"n": MOST_CRITERIA}, name, 1)
        return []
    levels = reader.competencies(TESTED_FRAMEWORK)
    criteria: list[Criterion] = []
    for place, row in enumerate(rows, start=1):
        line = row.line if isinstance(row, LocatedDict) else None
        if not isinstance(row, LocatedDict) or not _is_criterion(row):
            reader.error(
                _t("Kriteria %(n)s memerlukan name, competency, level, dan lima descriptors untuk nilai 0 sampai 4, "
                   "semuanya teks kecuali level.") % {"n": place},
                name, line,
            )  # fmt: skip
            return []
        before = set(rubric_problems(criteria, levels)) if criteria else set()
        criteria.append(Criterion(row["competency"], row["level"], row["name"].strip(), tuple(row["descriptors"])))
        for problem in rubric_problems(criteria, levels):
            if problem not in before:
                reader.error(problem, name, line)
    return [
        {"name": row.name, "competency": row.competency, "level": row.level, "descriptors": list(row.descriptors)}
        for row in criteria
    ]


def _is_criterion(row: Mapping[str, Any]) -> bool:
    looks = row.get("descriptors")
    return (
        set(row) == CRITERION_FIELDS
        and isinstance(row["name"], str)
        and isinstance(row["competency"], str)
        and isinstance(row["level"], int)
        and not isinstance(row["level"], bool)
        and isinstance(looks, list)
        and len(looks) == len(MARKS)
        and all(isinstance(text, str) for text in looks)
    )


def compile_workplace(reader: FolderReader, entry: Mapping[str, Any], file: str) -> Compiled:
    """A task at one's own desk, told in words and confirmed by the superior or by two colleagues who took the course."""
    body, facts, size = _brief(reader, entry, file)
    wants = {"wants_text": True, "wants_files": entry.get("proof", False) is True}
    if not isinstance(entry.get("proof", False), bool):
        reader.error(_t("Isian “proof” hanya boleh true atau false."), file, line_of(entry, "proof"), "proof")
    return Compiled({**facts, **wants, "due_days": _whole(reader, entry, file, "due_days", 1, 365, 7)}, body, size)


def compile_discussion(reader: FolderReader, entry: Mapping[str, Any], file: str) -> Compiled:
    """A question that everybody answers before reading the others."""
    body, facts, size = _brief(reader, entry, file)
    return Compiled(facts, body, size)


def can_complete_work(payload: Payload, doing: Doing) -> Verdict:
    """A work is done when it was accepted by those who look at it."""
    if doing.evidence.get("accepted"):
        return ALLOWED
    return refused(_("Bagian ini selesai setelah kiriman Anda diperiksa dan diterima."))


def can_complete_discussion(payload: Payload, doing: Doing) -> Verdict:
    """A discussion is done when one has answered."""
    if doing.evidence.get("answered"):
        return ALLOWED
    return refused(_("Tulis jawaban Anda terlebih dahulu."))


ASSIGNMENT = register_kind(
    ActivityKind(
        code="assignment", name=_("Tugas"), icon="square-pen", template="learning/kinds/_work.html",
        fields=SHARED_FIELDS | {"file", "rubric", "wants", "due_days", "passing"}, compile=compile_assignment,
        merge=merge_seconds, can_complete=can_complete_work, confirms=False, has_variants=True,
        purpose=_("Karya yang diserahkan dan dinilai dengan rubrik"),
        edits=(
            EditField("wants", _("Yang diserahkan"), Writing.CHOICE, fallback="text",
                      choices=(("text", _("Tulisan")), ("files", _("Berkas")), ("both", _("Tulisan dan berkas")))),
            EditField("due_days", _("Ditunggu berapa hari"), Writing.NUMBER, low=1, high=365, fallback=14),
            EditField("passing", _("Nilai yang diterima"), Writing.NUMBER, fallback=60),
            EditField("file", _("Yang diminta"), Writing.TEXT, is_needed=True),
            EditField("rubric", _("Rubrik"), Writing.RUBRIC, is_needed=True, end="-rubrik"),
        ),
    )
)  # fmt: skip
WORKPLACE = register_kind(
    ActivityKind(
        code="workplace", name=_("Terapkan di tempat kerja"), icon="briefcase", template="learning/kinds/_work.html",
        fields=SHARED_FIELDS | {"file", "due_days", "proof"}, compile=compile_workplace, merge=merge_seconds,
        can_complete=can_complete_work, confirms=False, has_variants=True,
        purpose=_("Penerapan di tempat kerja, dikuatkan atasan atau rekan"),
        edits=(
            EditField("due_days", _("Ditunggu berapa hari"), Writing.NUMBER, low=1, high=365, fallback=7),
            EditField("proof", _("Berkas bukti wajib"), Writing.SWITCH, fallback=False),
            EditField("file", _("Yang diterapkan"), Writing.TEXT, is_needed=True),
        ),
    )
)  # fmt: skip
DISCUSSION = register_kind(
    ActivityKind(
        code="discussion", name=_("Diskusi"), icon="messages-square", template="learning/kinds/_discussion.html",
        fields=SHARED_FIELDS | {"file"}, compile=compile_discussion, merge=merge_seconds,
        can_complete=can_complete_discussion, confirms=False, has_variants=True,
        purpose=_("Pertanyaan yang dijawab sebelum membaca jawaban rekan"),
        edits=(EditField("file", _("Pertanyaan"), Writing.TEXT, is_needed=True),),
    )
)  # fmt: skip
