"""A survey as a part of a course: questions from the folder, or an instrument of the agency, with names or without."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules.instruments import Content, content_of, findings_of
from bina.foundation.located_yaml import LocatedDict
from bina.foundation.verdict import ALLOWED, Verdict, refused
from bina.learning.rules.built_in import line_of
from bina.learning.rules.editing import EditField, Writing
from bina.learning.rules.folder import FolderReader, KnownInstrument
from bina.learning.rules.kinds import SHARED_FIELDS, ActivityKind, Compiled, Doing, Evidence, Payload, register_kind

LONGEST_INTRO = 2_000
FILE_FIELDS = frozenset({"title", "title_en", "intro", "intro_en", "sections", "questions", "scales"})
# Names of what a sent page holds beside the answers.
TAKEN_KEYS = frozenset({"page", "seen", "go", "csrfmiddlewaretoken"})
QUESTION_FIELDS = frozenset(
    {"key", "kind", "text", "text_en", "section", "anchors", "options", "min", "max", "required", "profile", "show_if"}
)
SECTION_FIELDS = frozenset({"key", "title", "title_en", "about", "about_en", "show_if"})
SCALE_FIELDS = frozenset({"code", "name", "name_en", "items", "reversed"})


class Naming(StrEnum):
    """What is known of who answered in a course."""

    ANONYMOUS = "anonymous"
    PAIRED = "paired"
    NAMED = "named"


NAMING_NAMES: dict[Naming, str | Promise] = {
    Naming.ANONYMOUS: _("Tanpa nama"),
    Naming.PAIRED: _("Berpasangan tanpa nama"),
    Naming.NAMED: _("Dengan nama"),
}
NAMING_PROMISES: dict[Naming, str | Promise] = {
    Naming.ANONYMOUS: _(
        "Jawaban disimpan tanpa nama, lepas dari akun Anda. Yang tercatat hanya bahwa bagian ini selesai, dan itu tercatat sama "
        "bila Anda melewatinya, sehingga tidak seorang pun tahu siapa yang menjawab. Hasil dibaca bersama jawaban paling sedikit "
        "empat orang lain."
    ),
    Naming.PAIRED: _(
        "Jawaban disimpan tanpa nama. Agar jawaban Anda sebelum dan sesudah dapat dibandingkan, keduanya diberi tanda acak yang "
        "sama. Penghubung tanda itu dengan Anda dihapus begitu survei kedua Anda kirim atau lewati. Hasil dibaca bersama jawaban "
        "paling sedikit empat orang lain."
    ),
    Naming.NAMED: _(
        "Survei ini memakai nama: widyaiswara kursus ini dapat membaca jawaban Anda bersama nama dan unit Anda. Bila Anda tidak "
        "ingin menyebut sesuatu dengan nama, kosongkan isian bebas."
    ),
}


def content_in(payload: Payload) -> Content:
    """The questions of a survey in a course, as stored."""
    return Content(payload["questions"], payload["sections"], payload["scales"])


def compile_survey(reader: FolderReader, entry: Mapping[str, Any], file: str) -> Compiled:
    """Questions of a YAML file in the folder, or those of a published instrument of the agency."""
    has_file, has_instrument = entry.get("file") is not None, entry.get("instrument") is not None
    if has_file == has_instrument:
        reader.error(
            _t("Survei memerlukan salah satu: berkas pertanyaan (file), atau kode instrumen (instrument)."),
            file, line_of(entry, "file" if has_file else "kind"), "file",
        )  # fmt: skip
        return Compiled()
    found = _from_file(reader, entry, file) if has_file else _from_instrument(reader, entry, file)
    if found is None:
        return Compiled()
    named = entry.get("named", False)
    if not isinstance(named, bool):
        reader.error(
            _t("Isian “named” hanya boleh true (dengan nama) atau false (tanpa nama)."), file, line_of(entry, "named"),
            "named",
        )  # fmt: skip
    pair = entry.get("pairs_with") or ""
    if not isinstance(pair, str) or (pair and named is True):
        reader.error(
            _t("Isian “pairs_with” menyebut kunci survei sebelumnya, dan hanya untuk survei tanpa nama."),
            file, line_of(entry, "pairs_with"), "pairs_with",
        )  # fmt: skip
        pair = ""
    content = found.content
    parts = {"questions": content.questions, "sections": content.sections, "scales": content.scales}
    payload = {
        **parts, "naming": (Naming.NAMED if named is True else Naming.ANONYMOUS).value, "pairs_with": pair,
        "instrument": str(entry.get("instrument") or ""), "instrument_version": found.version,
        "intro": found.intro, "intro_en": found.intro_en,
        "digest": hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:20],
    }  # fmt: skip
    return Compiled(payload, "", len(json.dumps(payload)))


def _from_instrument(reader: FolderReader, entry: Mapping[str, Any], file: str) -> KnownInstrument | None:
    code = entry.get("instrument")
    found = reader.instruments(code) if isinstance(code, str) else None
    if found is None:
        reader.error(
            _t("Instrumen “%(code)s” tidak ada, belum terbit, atau bukan milik instansi kursus ini.")
            % {"code": str(code)[:60]},
            file, line_of(entry, "instrument"), "instrument",
        )  # fmt: skip
    return found


def _from_file(reader: FolderReader, entry: Mapping[str, Any], file: str) -> KnownInstrument | None:
    name = reader.referred(entry, "file", file, {".yaml"})
    data = reader.yaml(name) if name else None
    if name is None or data is None:
        return None
    whole = {"questions": data} if isinstance(data, list) else data
    if not isinstance(whole, Mapping) or not isinstance(whole.get("questions"), list):
        reader.error(_t("Berkas survei harus memuat daftar pertanyaan (questions)."), name, 1)
        return None
    before = len(reader.problems)
    _note_unknown(reader, whole, FILE_FIELDS, name, "")
    for part, fields in (("questions", QUESTION_FIELDS), ("sections", SECTION_FIELDS), ("scales", SCALE_FIELDS)):
        rows = whole.get(part) or []
        for place, row in enumerate(rows if isinstance(rows, list) else [rows], start=1):
            if isinstance(row, Mapping):
                _note_unknown(reader, row, fields, name, f"{part} {place}")
            else:
                reader.error(
                    _t("“%(part)s” harus berupa daftar berisi isian bernama.") % {"part": part}, name,
                    line_of(whole, part) or 1, part,
                )  # fmt: skip
    if any(problem.is_error for problem in reader.problems[before:]):
        return None
    content = content_of(whole)
    for question, row in zip(content.questions, whole["questions"], strict=False):
        if question["key"] in TAKEN_KEYS:
            reader.error(
                _t("Kunci “%(key)s” dipakai oleh sistem; pilih kunci lain.") % {"key": question["key"]}, name,
                row.line if isinstance(row, LocatedDict) else None, question["key"],
            )  # fmt: skip
    findings, general = findings_of(content)
    for finding, row in zip(findings, whole["questions"], strict=False):
        for problem in finding.problems:
            reader.error(problem, name, row.line if isinstance(row, LocatedDict) else None, finding.key)
    for problem in general:
        reader.error(problem, name, line_of(whole, "scales" if content.questions else "questions"))
    intro, intro_en = (str(whole.get(one) or "").strip()[:LONGEST_INTRO] for one in ("intro", "intro_en"))
    return KnownInstrument(0, intro, intro_en, content)


def _note_unknown(reader: FolderReader, row: Mapping[str, Any], known: frozenset[str], file: str, where: str) -> None:
    for field in row:
        if field not in known:
            reader.error(
                _t("Isian “%(name)s” tidak dikenal. Yang dikenal: %(known)s.")
                % {"name": str(field)[:60], "known": ", ".join(sorted(known))},
                file, line_of(row, str(field)), where or str(field)[:60],
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PairedPart:
    """One survey of a course as it is looked at when pairs are joined; ``payload`` may be changed."""

    key: str
    payload: dict[str, Any]
    line: int | None


def join_pairs(reader: FolderReader, surveys: Sequence[PairedPart], file: str) -> None:
    """Mark both surveys of every pair, and note pairs that do not go together: the first comes before, has no name and
    shares a scale with the second."""
    earlier: dict[str, PairedPart] = {}
    for survey in surveys:
        wanted = survey.payload.get("pairs_with")
        if wanted:
            first = earlier.get(wanted)
            problem = _pair_problem(first, survey)
            if problem:
                reader.error(problem, file, survey.line, "pairs_with")
            elif first is not None:
                first.payload["naming"] = survey.payload["naming"] = Naming.PAIRED.value
        earlier[survey.key] = survey


def _pair_problem(first: PairedPart | None, second: PairedPart) -> str:
    if first is None:
        return _t("“pairs_with” harus menyebut kunci survei yang berada sebelum bagian ini.")
    if first.payload.get("naming") != Naming.ANONYMOUS or first.payload.get("pairs_with"):
        return _t("Survei yang dipasangkan harus tanpa nama dan belum berpasangan dengan survei lain.")
    codes = [{scale["code"] for scale in one.payload.get("scales", [])} for one in (first, second)]
    if not codes[0] & codes[1]:
        return _t("Dua survei yang dipasangkan memerlukan sedikitnya satu skala (scales) dengan kode yang sama.")
    return ""


def merge_survey(payload: Payload, evidence: Evidence, report: Mapping[str, Any]) -> Evidence:
    """Nothing is kept of what a player notices: the time spent would tell who answered and who passed on."""
    return evidence


def can_complete_survey(payload: Payload, doing: Doing) -> Verdict:
    """A survey is done when it was sent, or passed over where names are not kept; which of both nobody can tell."""
    if doing.evidence.get("finished"):
        return ALLOWED
    return refused(_t("Kirim jawaban Anda terlebih dahulu; bagian ini selesai dengan sendirinya."))


SURVEY = register_kind(
    ActivityKind(
        code="survey", name=_("Survei"), icon="message-square-text", template="learning/kinds/_survey.html",
        fields=SHARED_FIELDS | {"file", "instrument", "named", "pairs_with"}, compile=compile_survey, merge=merge_survey,
        can_complete=can_complete_survey, teaches=False, confirms=False,
        purpose=_("Pertanyaan tanpa nilai benar atau salah"),
        edits=(
            EditField("instrument", _("Kode instrumen"), help=_("Instrumen terbit milik instansi Anda. Atau sebut berkasnya.")),
            EditField("file", _("Berkas pertanyaan"), help=_("Berkas YAML di folder kursus, bila tidak memakai instrumen.")),
            EditField("named", _("Dijawab dengan nama"), Writing.SWITCH, fallback=False),
            EditField("pairs_with", _("Kunci survei sebelumnya"), help=_("Untuk membandingkan sebelum dan sesudah, tanpa nama.")),
        ),
    )
)  # fmt: skip
