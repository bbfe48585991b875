"""The file of a pathway: stages with steps, read from YAML, checked as a whole, and written again without loss."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.utils.translation import gettext as _

from bina.foundation.located_yaml import LocatedDict, YamlError, read_yaml
from bina.learning.rules.folder import Problem
from bina.learning.rules.gates import read_audience, waits_for_itself
from bina.learning.rules.steps import STEP_KINDS, StepField, StepKind, StepReader, Widget

PATHWAY_FILE = "jalur.yaml"
PATHWAY_AUDIENCES = ("job_classes", "agency_kinds", "roles", "provinces", "sectors")
MOST_STEPS = 100
TAKEN_PATHWAY_ADDRESSES = frozenset({"new", "import"})
LONGEST_TITLE = 160
LONGEST_SUMMARY = 600
LONGEST_DESCRIPTION = 10_000
LONGEST_NOTE = 600
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TOP = ("slug", "title", "summary", "description", "audience", "stages")
_STAGE = ("title", "waits", "needed", "steps")
_STEP = ("key", "kind", "title", "note", "required", "needs", "only_for", "proven", "score")


@dataclass(slots=True)
class PathwayReader:
    """Reads one file and collects every problem. ``groups``: known codes of an audience; ``competencies``: number of levels by
    competency code of a framework."""

    groups: Callable[[str], frozenset[str]]
    competencies: Callable[[str], Mapping[str, int]]
    problems: list[Problem] = field(default_factory=list)

    def error(self, sentence: str, file: str = "", line: int | None = None, field: str = "") -> None:
        """Note something that stops the import."""
        self.problems.append(Problem(sentence, file, line, field))

    def fault(self, sentence: str, entry: LocatedDict, field: str) -> None:
        """Note something wrong with a field of an entry, by its line."""
        self.error(sentence, PATHWAY_FILE, entry.lines.get(field, entry.line), field)


def read_pathway(text: str, reader: PathwayReader) -> dict[str, Any]:
    """The content of a pathway, in its normal form; only complete when the reader noted no problem."""
    try:
        data = read_yaml(text)
    except YamlError as problem:
        reader.error(str(problem), PATHWAY_FILE, problem.line)
        return {}
    if not isinstance(data, LocatedDict):
        reader.error(_("Berkas jalur harus berisi isian bernama (slug, title, stages, …)."), PATHWAY_FILE, 1)
        return {}
    _note_unknown(reader, data, _TOP)
    content: dict[str, Any] = {
        "slug": _words(reader, data, "slug", 80),
        "title": _words(reader, data, "title", LONGEST_TITLE),
        "summary": _words(reader, data, "summary", LONGEST_SUMMARY),
        "description": _words(reader, data, "description", LONGEST_DESCRIPTION, is_required=False),
        "audience": _words(reader, data, "audience", LONGEST_SUMMARY, is_required=False),
    }
    if content["slug"] and not _KEY.fullmatch(content["slug"]):
        reader.fault(_("Alamat jalur (slug) hanya boleh huruf kecil, angka, dan tanda hubung."), data, "slug")
    if content["slug"] in TAKEN_PATHWAY_ADDRESSES:
        reader.fault(_("Alamat ini dipakai oleh sistem; pilih alamat lain."), data, "slug")
    stages = data.get("stages")
    if not isinstance(stages, list) or not stages:
        reader.fault(_("Jalur memerlukan sedikitnya satu tahap (stages)."), data, "stages")
        stages = []
    keys: dict[str, LocatedDict] = {}
    content["stages"] = [
        _stage(reader, stage, place, keys)
        for place, stage in enumerate(stages, start=1)
        if _is_mapping(reader, stage, data, _("Tahap"))
    ]
    _check_whole(reader, data, content, keys)
    return _without_empty(content)


def write_pathway(content: Mapping[str, Any]) -> str:
    """The file of a pathway; reading it gives the same content. A database may hand out fields in another order than its author's
    reader did, so they are put in order here."""
    ordered = _in_order(content, _TOP)
    ordered["stages"] = [
        {**_in_order(stage, _STAGE), "steps": [_step_in_order(step) for step in stage.get("steps", ())]}
        for stage in content.get("stages", ())
    ]
    return yaml.safe_dump(ordered, allow_unicode=True, sort_keys=False, width=100)


def _in_order(entry: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The fields of an entry in the order of some names, others after them."""
    return {name: entry[name] for name in [*names, *sorted(set(entry) - set(names))] if name in entry}


def _step_in_order(step: Mapping[str, Any]) -> dict[str, Any]:
    kind = STEP_KINDS.get(str(step.get("kind")))
    ordered = _in_order(step, _order_of(kind) if kind else _STEP)
    if "only_for" in ordered:
        ordered["only_for"] = _in_order(ordered["only_for"], PATHWAY_AUDIENCES)
    if "proven" in ordered:
        ordered["proven"] = _in_order(ordered["proven"], ("competency", "level"))
    return ordered


def _order_of(kind: StepKind) -> list[str]:
    own = [one.name for one in kind.fields]
    return ["key", "kind", "title", "note", "required", *own, "score", "needs", "only_for", "proven"]


def steps_of(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every step in order."""
    return [step for stage in content.get("stages", ()) for step in stage.get("steps", ())]


def _without_empty(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value or name in {"slug", "title", "summary", "stages"}}


def _is_mapping(reader: PathwayReader, entry: object, parent: LocatedDict, name: str) -> bool:
    if isinstance(entry, LocatedDict):
        return True
    reader.fault(_("%(name)s harus berisi isian bernama.") % {"name": name}, parent, "stages")
    return False


def _note_unknown(reader: PathwayReader, entry: LocatedDict, known: Collection[str]) -> None:
    for name in entry:
        if name not in known:
            reader.fault(
                _("Isian “%(name)s” tidak dikenal. Yang dikenal: %(known)s.")
                % {"name": name[:60], "known": ", ".join(known)},
                entry, name,
            )  # fmt: skip


def _words(reader: PathwayReader, entry: LocatedDict, name: str, longest: int, *, is_required: bool = True) -> str:
    value = entry.get(name)
    if value is None:
        value = ""
    if not isinstance(value, str):
        reader.fault(_("Isian “%(name)s” harus berupa teks.") % {"name": name}, entry, name)
        return ""
    text = value.strip()
    if is_required and not text:
        reader.fault(_("Isian “%(name)s” belum ada.") % {"name": name}, entry, name)
    if len(text) > longest:
        reader.fault(
            _("Isian “%(name)s” %(length)s huruf; batasnya %(most)s.")
            % {"name": name, "length": len(text), "most": longest},
            entry, name,
        )  # fmt: skip
    return text


def _whole(reader: PathwayReader, entry: LocatedDict, name: str, low: int, high: int) -> int | None:
    value = entry.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        reader.fault(
            _("Isian “%(name)s” harus bilangan bulat %(low)s sampai %(high)s.")
            % {"name": name, "low": low, "high": high},
            entry, name,
        )  # fmt: skip
        return None
    return value


def _flag(reader: PathwayReader, entry: LocatedDict, name: str, *, default: bool) -> bool:
    value = entry.get(name, default)
    if not isinstance(value, bool):
        reader.fault(_("Isian “%(name)s” hanya boleh true atau false.") % {"name": name}, entry, name)
        return default
    return value


def _stage(reader: PathwayReader, entry: LocatedDict, place: int, keys: dict[str, LocatedDict]) -> dict[str, Any]:
    _note_unknown(reader, entry, _STAGE)
    stage: dict[str, Any] = {"title": _words(reader, entry, "title", LONGEST_TITLE)}
    if _flag(reader, entry, "waits", default=False) and place > 1:
        stage["waits"] = True
    steps = entry.get("steps")
    if not isinstance(steps, list) or not steps:
        reader.fault(_("Tahap “%(title)s” belum punya langkah.") % {"title": stage["title"] or place}, entry, "steps")
        steps = []
    needed = _whole(reader, entry, "needed", 1, max(1, len(steps)))
    stage["steps"] = [
        step
        for row in steps
        if _is_mapping(reader, row, entry, _("Langkah")) and (step := _step(reader, row, keys)) is not None
    ]
    required = sum(step.get("required", True) for step in stage["steps"])
    if needed is not None and needed > required:
        reader.fault(
            _("Tahap “%(title)s” meminta %(needed)s langkah, padahal yang wajib hanya %(required)s.")
            % {"title": stage["title"], "needed": needed, "required": required},
            entry, "needed",
        )  # fmt: skip
    elif needed is not None and needed < required:
        stage["needed"] = needed
    return {name: stage[name] for name in _STAGE if name in stage}


def _step(reader: PathwayReader, entry: LocatedDict, keys: dict[str, LocatedDict]) -> dict[str, Any] | None:
    key = entry.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key) or len(key) > 60:
        reader.fault(
            _("Kunci langkah (key) hanya boleh huruf kecil, angka, dan tanda hubung, paling banyak 60 huruf."),
            entry,
            "key",
        )
        key = f"baris-{entry.line}"
    elif key in keys:
        reader.fault(_("Kunci langkah “%(key)s” dipakai dua kali.") % {"key": key}, entry, "key")
    keys.setdefault(key, entry)
    kind = STEP_KINDS.get(str(entry.get("kind")))
    if kind is None:
        reader.fault(
            _("Jenis langkah “%(kind)s” tidak dikenal. Yang dikenal: %(known)s.")
            % {"kind": str(entry.get("kind"))[:40], "known": ", ".join(STEP_KINDS)},
            entry, "kind",
        )  # fmt: skip
        return None
    own = [one.name for one in kind.fields]
    _note_unknown(reader, entry, [*_STEP, *own])
    step: dict[str, Any] = {"key": key, "kind": kind.code, "title": _words(reader, entry, "title", LONGEST_TITLE)}
    step["note"] = _words(reader, entry, "note", LONGEST_NOTE, is_required=False)
    if not _flag(reader, entry, "required", default=True):
        step["required"] = False
    for one in kind.fields:
        step[one.name] = _own_field(reader, entry, one)
    kind.check(reader, entry)
    step["score"] = _score(reader, entry, kind)
    step["needs"] = _needs(reader, entry)
    step["only_for"] = {
        name: list(codes) for name, codes in read_audience(reader, entry, PATHWAY_FILE, PATHWAY_AUDIENCES).items()
    }
    step["proven"] = _proven(reader, entry)
    return {name: step[name] for name in _order_of(kind) if name in step and (step[name] or step[name] is False)}


def _own_field(reader: PathwayReader, entry: LocatedDict, one: StepField) -> Any:
    if one.widget is Widget.NUMBER:
        value = _whole(reader, entry, one.name, one.low, one.high)
        if value is None and one.is_required and entry.get(one.name) is None:
            reader.fault(_("Isian “%(name)s” belum ada.") % {"name": one.name}, entry, one.name)
        return value
    return _words(reader, entry, one.name, one.longest, is_required=one.is_required)


def _score(reader: PathwayReader, entry: LocatedDict, kind: StepKind) -> int | None:
    score = _whole(reader, entry, "score", 1, 100)
    if score is not None and not kind.gives_score:
        reader.fault(_("Langkah jenis ini tidak memberi nilai; hapus isian score."), entry, "score")
        return None
    return score


def _needs(reader: PathwayReader, entry: LocatedDict) -> list[str]:
    needs = entry.get("needs")
    if needs is None:
        return []
    if not isinstance(needs, list) or not all(isinstance(key, str) for key in needs):
        reader.fault(
            _("Syarat (needs) ditulis sebagai daftar kunci langkah, misalnya [dasar, praktik]."), entry, "needs"
        )
        return []
    return list(needs)


def _proven(reader: PathwayReader, entry: LocatedDict) -> dict[str, Any] | None:
    row = entry.get("proven")
    if row is None:
        return None
    if not isinstance(row, LocatedDict) or set(row) != {"competency", "level"}:
        reader.fault(
            _('Bebas langkah (proven) menyebut competency dan level, misalnya {competency: "digcomp-3.0/4.2", level: 2}.'),
            entry, "proven",
        )  # fmt: skip
        return None
    check_competency(reader, row)
    return dict(row)


def check_competency(reader: StepReader, entry: LocatedDict) -> None:
    """Note a competency that is not known, or a level that its scale does not have; fields “competency” and “level”."""
    name, level = entry.get("competency"), entry.get("level")
    framework, _slash, code = str(name).partition("/")
    levels = reader.competencies(framework).get(code) if isinstance(name, str) else None
    if levels is None:
        reader.fault(
            _('Kompetensi “%(name)s” tidak dikenal; tulis kamus dan kodenya, misalnya "digcomp-3.0/4.2".')
            % {"name": str(name)[:60]},
            entry, "competency",
        )  # fmt: skip
    elif isinstance(level, bool) or not isinstance(level, int) or not 1 <= level <= levels:
        reader.fault(
            _("Isian “%(name)s” harus bilangan bulat %(low)s sampai %(high)s.")
            % {"name": "level", "low": 1, "high": levels},
            entry, "level",
        )  # fmt: skip


def _check_whole(
    reader: PathwayReader, data: LocatedDict, content: Mapping[str, Any], keys: Mapping[str, LocatedDict]
) -> None:
    steps = steps_of(content)
    if len(steps) > MOST_STEPS:
        reader.fault(
            _("Jalur memuat %(count)s langkah; batasnya %(most)s.") % {"count": len(steps), "most": MOST_STEPS},
            data,
            "stages",
        )
    needs = {step["key"]: step.get("needs", ()) for step in steps}
    for step in steps:
        entry = keys[step["key"]]
        for key in step.get("needs", ()):
            if key not in needs:
                reader.fault(_("Langkah “%(key)s” tidak ada dalam jalur ini.") % {"key": key[:60]}, entry, "needs")
        if waits_for_itself(step["key"], needs):
            reader.fault(
                _("“%(key)s” dan syaratnya saling menunggu, sehingga tidak pernah terbuka.") % {"key": step["title"]},
                entry, "needs",
            )  # fmt: skip
    if steps and not any(step.get("required", True) and not step.get("only_for") for step in steps):
        reader.error(_("Sedikitnya satu langkah wajib harus untuk semua peserta (tanpa sasaran khusus)."), PATHWAY_FILE)
