"""Paths with gates: what must be done before a part opens, which parts a test makes unnecessary, and for whom a part is."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.translation import gettext as _

from bina.foundation.located_yaml import LocatedDict
from bina.foundation.verdict import ALLOWED, Verdict, refused
from bina.learning.rules.folder import FolderReader

SCORED = frozenset({"quiz", "test"})
AUDIENCES = ("job_classes", "provinces")
DONE, NOT_MEANT = "c", "s"
Outline = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Gates:
    """What one activity says about the way to it: ``needs`` rows of key and least score (0: only done), ``only_for`` codes
    by audience, ``covers`` keys that a score of at least ``score`` completes."""

    needs: tuple[tuple[str, int], ...] = ()
    only_for: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    covers: tuple[str, ...] = ()
    score: int = 0

    def as_outline(self) -> dict[str, Any]:
        """What the outline keeps of it, nothing where there is no gate."""
        kept: dict[str, Any] = {}
        if self.needs:
            kept["needs"] = [{"key": key, "score": score} for key, score in self.needs]
        if self.only_for:
            kept["only_for"] = {name: list(codes) for name, codes in self.only_for.items()}
        if self.covers:
            kept["test_out"] = {"covers": list(self.covers), "score": self.score}
        return kept


def read_gates(reader: FolderReader, entry: LocatedDict, file: str) -> Gates:
    """The gates of an entry; whatever cannot be understood is noted with its line."""
    score, covers = _test_out(reader, entry, file)
    return Gates(_needs(reader, entry, file), read_audience(reader, entry, file, AUDIENCES), covers, score)


class ProblemReader(Protocol):
    """What collects problems while conditions are read: a course folder, or the file of a pathway."""

    def error(self, sentence: str, file: str = "", line: int | None = None, field: str = "") -> None:
        """Note something that stops the import."""
        ...

    @property
    def groups(self) -> Callable[[str], frozenset[str]]:
        """The codes that are known of an audience."""
        ...


def _percent(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 100 else None


def _needs(reader: FolderReader, entry: LocatedDict, file: str) -> tuple[tuple[str, int], ...]:
    rows = entry.get("needs")
    if rows is None:
        return ()
    found: list[tuple[str, int]] = []
    for row in rows if isinstance(rows, list) else [None]:
        if isinstance(row, str):
            found.append((row, 0))
        elif isinstance(row, Mapping) and set(row) == {"key", "score"} and isinstance(row["key"], str):
            score = _percent(row["score"])
            if score is None:
                reader.error(_("Nilai (score) harus bilangan bulat 1 sampai 100."), file, entry.lines["needs"], "needs")
            found.append((row["key"], score or 0))
        else:
            reader.error(
                _("Syarat (needs) ditulis sebagai daftar kunci kegiatan, misalnya [pembuka, {key: kuis-1, score: 70}]."),
                file, entry.lines["needs"], "needs",
            )  # fmt: skip
    return tuple(found)


def read_audience(
    reader: ProblemReader, entry: LocatedDict, file: str, audiences: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """The codes by audience in ``only_for``; whatever cannot be understood is noted with its line."""
    groups = entry.get("only_for")
    if groups is None:
        return {}
    line = entry.lines["only_for"]
    if not isinstance(groups, Mapping) or not groups or set(groups) - set(audiences):
        reader.error(
            _("Sasaran (only_for) menyebut %(names)s, misalnya {job_classes: [PELAKSANA]}.")
            % {"names": _(" atau ").join(audiences)},
            file, line, "only_for",
        )  # fmt: skip
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for name, codes in groups.items():
        known = reader.groups(name)
        if not isinstance(codes, list) or not codes:
            reader.error(_("Sasaran “%(name)s” harus berupa daftar kode.") % {"name": name}, file, line, "only_for")
            continue
        for code in codes:
            if not isinstance(code, str) or code not in known:
                reader.error(
                    _("Kode “%(code)s” tidak dikenal dalam %(name)s; kode ditulis sebagai teks.")
                    % {"code": str(code)[:40], "name": name},
                    file, line, "only_for",
                )  # fmt: skip
        found[name] = tuple(str(code) for code in codes)
    return found


def _test_out(reader: FolderReader, entry: LocatedDict, file: str) -> tuple[int, tuple[str, ...]]:
    row = entry.get("test_out")
    if row is None:
        return 0, ()
    score = _percent(row.get("score")) if isinstance(row, Mapping) else None
    covers = row.get("covers") if isinstance(row, Mapping) else None
    if (
        score is None
        or set(row) != {"score", "covers"}
        or not isinstance(covers, list)
        or not covers
        or not all(isinstance(key, str) for key in covers)
    ):
        reader.error(
            _("Bebas belajar (test_out) menyebut score dan covers, misalnya {score: 80, covers: [halaman-1, halaman-2]}."),
            file, entry.lines["test_out"], "test_out",
        )  # fmt: skip
        return 0, ()
    return score, tuple(covers)


@dataclass(frozen=True, slots=True)
class GatedPart:
    """One activity as the check of the whole path needs it; ``lines`` says where its fields stand."""

    key: str
    kind: str
    is_required: bool
    gates: Gates
    lines: Mapping[str, int]
    gives_score: bool = False


def check_gates(reader: FolderReader, parts: Sequence[GatedPart], file: str) -> None:
    """Note unknown keys, scores of what gives none, parts that wait for each other, and a path that is for some people only."""
    by_key = {part.key: part for part in parts}
    for part in parts:
        for key, score in part.gates.needs:
            line = part.lines.get("needs")
            if key not in by_key:
                _unknown(reader, key, file, line, "needs")
            elif score and not by_key[key].gives_score:
                reader.error(
                    _("“%(key)s” tidak memberi nilai; nilai paling sedikit hanya dapat diminta dari kuis, uji, paket, atau alat belajar.")
                    % {"key": key},
                    file, line, "needs",
                )  # fmt: skip
        for key in part.gates.covers:
            line = part.lines.get("test_out")
            if key not in by_key:
                _unknown(reader, key, file, line, "test_out")
            elif key == part.key or by_key[key].kind == "test":
                reader.error(
                    _("“%(key)s” tidak dapat dibebaskan: uji selalu dikerjakan sendiri.") % {"key": key},
                    file, line, "test_out",
                )  # fmt: skip
    needed = {part.key: [key for key, _score in part.gates.needs] for part in parts}
    for part in parts:
        if waits_for_itself(part.key, needed):
            reader.error(
                _("“%(key)s” dan syaratnya saling menunggu, sehingga tidak pernah terbuka.") % {"key": part.key},
                file, part.lines.get("needs"), "needs",
            )  # fmt: skip
    if parts and any(part.is_required for part in parts) and not any(
        part.is_required and not part.gates.only_for for part in parts
    ):  # fmt: skip
        reader.error(_("Sedikitnya satu kegiatan wajib harus untuk semua peserta (tanpa only_for)."), file)


def _unknown(reader: FolderReader, key: str, file: str, line: int | None, name: str) -> None:
    reader.error(_("Kunci kegiatan “%(key)s” tidak ada dalam kursus ini.") % {"key": key[:60]}, file, line, name)


def waits_for_itself(start: str, needs: Mapping[str, Collection[str]]) -> bool:
    """Whether something needs itself in the end; ``needs`` are the keys that each key waits for."""
    waiting, seen = [start], set[str]()
    while waiting:
        for key in needs[waiting.pop()]:
            if key == start:
                return True
            if key in needs and key not in seen:
                seen.add(key)
                waiting.append(key)
    return False


def parts_not_meant(outline: Outline, groups: Mapping[str, str]) -> list[str]:
    """The keys of the parts that are not for a person of these groups (code by audience), in the order of the course."""
    return [
        part["key"]
        for section in outline
        for part in section["parts"]
        if any(groups.get(name, "") not in codes for name, codes in part.get("only_for", {}).items())
    ]


def lock_of(
    part: Mapping[str, Any], marks: Mapping[str, Any], scores: Mapping[str, float], titles: Mapping[str, str]
) -> str:
    """Why a part is not open yet, in words; empty when it is. What was done once stays open."""
    if marks.get(part["key"]) == DONE:
        return ""
    missing = []
    for need in part.get("needs", ()):
        key, least = need["key"], need["score"]
        title = titles.get(key, key)
        if marks.get(key) == NOT_MEANT:
            continue
        if least and scores.get(key, -1.0) < least:
            missing.append(_("nilai “%(title)s” sedikitnya %(score)s") % {"title": title, "score": least})
        elif not least and marks.get(key) != DONE:
            missing.append(_("“%(title)s” selesai") % {"title": title})
    return _("Terbuka setelah %(needs)s.") % {"needs": _(" dan ").join(missing)} if missing else ""


def titles_of(outline: Outline) -> dict[str, str]:
    """The title of every part by its key."""
    return {part["key"]: part["title"] for section in outline for part in section["parts"]}


def can_enter(outline: Outline, key: str, marks: Mapping[str, Any], scores: Mapping[str, float]) -> Verdict:
    """Whether a part is open for a learner; the sentence says what comes before it."""
    part = next((row for section in outline for row in section["parts"] if row["key"] == key), None)
    if part is None or not part.get("needs"):
        return ALLOWED
    reason = lock_of(part, marks, scores, titles_of(outline))
    return refused(reason) if reason else ALLOWED


def is_asked_for(outline: Outline, key: str) -> bool:
    """Whether the score of a part opens another one, or makes one unnecessary."""
    return any(
        (part["key"] == key and "test_out" in part)
        or any(need["key"] == key and need["score"] for need in part.get("needs", ()))
        for section in outline
        for part in section["parts"]
    )


def tested_out(part: Mapping[str, Any], score: float) -> Collection[str]:
    """The keys of the parts that a score (0 to 100) in this part makes unnecessary."""
    row = part.get("test_out")
    return row["covers"] if row and round(score, 6) >= row["score"] else ()
