"""Four eyes on every item: who may review, what a reviewer confirms, and when new words take the place of old ones."""

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules.content import PICTURE_PARTS
from bina.assessment.rules.kinds import QUESTION_KINDS
from bina.foundation.verdict import ALLOWED, Verdict, denied, refused

# What a reviewer confirms point by point, after the item-writing guidelines of Haladyna, Downing and Rodriguez (2002).
REVIEW_CHECKS: dict[str, str | Promise] = {
    "content": _("Isinya benar dan masih berlaku"),
    "key": _("Hanya ada satu jawaban terbaik, dan kuncinya tepat"),
    "language": _("Bahasanya jelas dan tidak menjebak"),
    "fairness": _("Adil bagi siapa pun: tidak menguntungkan atau menyinggung suatu kelompok atau daerah"),
    "level": _("Sesuai dengan kompetensi dan tingkatnya"),
    "brands": _("Tidak menyebut merek dagang bila tidak perlu"),
}
# A correction of spelling leaves at least this share of every text as it was.
LEAST_LIKENESS = 0.85


def may_review(*, reviewer: int, authors: Collection[int], asked_by: int | None) -> Verdict:
    """Whether somebody may review words: never their own, and never what they themselves asked others to look at."""
    if reviewer in authors or reviewer == asked_by:
        return denied(_t("Telaah dilakukan oleh orang lain, bukan oleh yang menulis atau memintanya."))
    return ALLOWED


def can_conclude_review(*, approve: bool, checks: Collection[str], comment: str) -> Verdict:
    """Whether a review says enough: every point confirmed to approve, a comment to send back."""
    if approve and not set(REVIEW_CHECKS) <= set(checks):
        return refused(_t("Centang semua butir periksa untuk menyetujui, atau kembalikan dengan catatan."))
    if not approve and not comment.strip():
        return refused(_t("Tuliskan catatan agar penulisnya tahu apa yang perlu diperbaiki."))
    return ALLOWED


def measured_part(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What decides how hard an item is: stem, key and the words people choose among; not explanations or feedback."""
    names = [*QUESTION_KINDS[entry["kind"]].parts, *PICTURE_PARTS]
    found = {name: entry[name] for name in names if entry.get(name) is not None}
    return {"stem": str(entry["stem"]).strip(), **_without_feedback(found)}


def _without_feedback(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _without_feedback(part)
            for name, part in value.items()
            if name != "feedback" and part is not None and part is not False
        }
    if isinstance(value, list):
        return [_without_feedback(part) for part in value]
    return value.strip() if isinstance(value, str) else value


def can_keep_parameters(before: Mapping[str, Any], after: Mapping[str, Any]) -> Verdict:
    """Whether new words may count as a correction of spelling: same key and parts, every text nearly as it was."""
    if before["kind"] == after["kind"] and _is_alike(measured_part(before), measured_part(after)):
        return ALLOWED
    return refused(_t("Perubahannya lebih dari pembetulan ejaan, jadi daya beda dan kesukaran menjadi dugaan lagi."))


def _is_alike(before: Any, after: Any) -> bool:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return before.keys() == after.keys() and all(_is_alike(part, after[name]) for name, part in before.items())
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(_is_alike, before, after))
    if isinstance(before, str) and isinstance(after, str):
        # A number in a text may be the key itself, so it has to stay; so has a word that turns the meaning round.
        return (
            _turning_words(before) == _turning_words(after)
            and difflib.SequenceMatcher(None, before, after, autojunk=False).ratio() >= LEAST_LIKENESS
        )
    return bool(before == after)


def _turning_words(text: str) -> list[str]:
    return re.findall(r"\d+|\b(?:tidak|bukan|belum|kecuali|jangan|tanpa|not|except)\b", text.casefold())


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a text: in both versions (""), only in the old one ("gone"), or only in the new one ("new")."""

    words: str
    change: str = ""


def word_difference(before: str, after: str) -> list[Piece]:
    """Two texts word by word, in reading order; words and white space joined again give either text."""
    old, new = re.findall(r"\s+|[^\s]+", before), re.findall(r"\s+|[^\s]+", after)
    pieces = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("".join(old[a:b])))
            continue
        if b > a:
            pieces.append(Piece("".join(old[a:b]), "gone"))
        if d > c:
            pieces.append(Piece("".join(new[c:d]), "new"))
    return pieces


@dataclass(frozen=True, slots=True)
class PartDifference:
    """One part of an item in two versions: where it stands (“Pilihan 2 · teks”), and its words."""

    label: str
    pieces: tuple[Piece, ...]

    @property
    def is_changed(self) -> bool:
        """Whether anything in it is different."""
        return any(piece.change for piece in self.pieces)


PART_WORDS: dict[str, str | Promise] = {
    "stem": _("Soal"), "explanation": _("Penjelasan"), "options": _("Pilihan"), "sequence": _("Langkah"),
    "pairs": _("Pasangan"), "distractors": _("Pengecoh"), "answer": _("Jawaban"), "tolerance": _("Toleransi"),
    "unit": _("Satuan"), "text": _("Teks"), "gaps": _("Rumpang"), "accept": _("Ejaan yang diterima"),
    "documents": _("Berkas"), "title": _("Judul"), "table": _("Tabel"), "header": _("Kepala tabel"), "rows": _("Baris"),
    "ask": _("Sel yang ditanyakan"), "cell": _("Sel"), "label": _("Keterangan"), "regions": _("Bidang"),
    "image": _("Gambar"), "alt": _("Uraian gambar"), "correct": _("Kunci"), "score": _("Nilai"),
    "feedback": _("Umpan balik"), "left": _("Sisi kiri"), "right": _("Sisi kanan"), "en": _("Bahasa Inggris"),
    "a": _("Daya beda"), "b": _("Kesukaran"), "x": "x", "y": "y", "w": "w", "h": "h",
}  # fmt: skip


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[PartDifference]:
    """The parts of an item that differ between two versions, in the order of the newer one, word by word."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    labels = [*new, *(label for label in old if label not in new)]
    found = [PartDifference(label, tuple(word_difference(old.get(label, ""), new.get(label, "")))) for label in labels]
    return [part for part in found if part.is_changed]


def _leaves(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [
            leaf for name, part in value.items() for leaf in _leaves(part, (*path, str(PART_WORDS.get(name, name))))
        ]
    if isinstance(value, list):
        return [
            leaf
            for number, part in enumerate(value, start=1)
            for leaf in _leaves(part, (*path[:-1], f"{path[-1] if path else ''} {number}".strip()))
        ]
    if value is None or value is False:
        return []
    return [(" · ".join(path), _t("ya") if value is True else str(value))]
