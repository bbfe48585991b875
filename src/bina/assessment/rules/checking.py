"""Whether an item written in a file can be used: every fault as a sentence for its author."""

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from bina.assessment.rules.kinds import Kind

LONGEST_STEM = 6_000
LONGEST_TEXT = 1_000
SLOPES = (0.1, 5.0)
DIFFICULTIES = (-3.0, 9.0)


def item_problems(item: object, *, competencies: set[str] | None = None, needs_competency: bool = True) -> list[str]:
    """Everything that is wrong with one item of a file; an empty list means that it can be used.

    ``competencies`` are the known codes (None: not checked). Nothing in the item is trusted, not even its type.
    """
    if not isinstance(item, Mapping):
        return [_("Butir ini bukan daftar isian bernama (code, kind, stem, …).")]
    problems: list[str] = []
    if not _is_text(item.get("code"), 60):
        problems.append(_("Kode butir (code) tidak ada atau terlalu panjang."))
    if not _is_text(item.get("stem"), LONGEST_STEM):
        problems.append(_("Soal (stem) tidak ada atau terlalu panjang."))
    level = item.get("level")
    if not isinstance(level, int) or isinstance(level, bool) or not 1 <= level <= 5:
        problems.append(_("Tingkat (level) harus bilangan bulat 1 sampai 5."))
    problems += _competency_problems(item.get("competency"), competencies, needs_competency)
    problems += _number_problems(item)
    for name in ("context", "explanation"):
        if item.get(name) is not None and not _is_text(item[name], LONGEST_TEXT):
            problems.append(_("Isian “%(name)s” harus berupa teks pendek.") % {"name": name})
    kinds = {kind.value: kind for kind in Kind}
    kind = item.get("kind")
    if not isinstance(kind, str) or kind not in kinds:
        problems.append(_("Jenis (kind) harus salah satu dari: %(kinds)s.") % {"kinds": ", ".join(kinds)})
        return problems
    return problems + _PART_CHECKS[kinds[kind]](item)


def _is_text(value: object, longest: int = LONGEST_TEXT) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= longest


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value) and abs(value) < 1e15
    except OverflowError:
        return False


def _competency_problems(code: object, known: set[str] | None, needed: bool) -> list[str]:
    if code is None:
        return [_("Kode kompetensi (competency) tidak ada.")] if needed else []
    if not _is_text(code, 20):
        return [_('Kode kompetensi harus ditulis sebagai teks, misalnya "4.2" dengan tanda kutip.')]
    if known is not None and code not in known:
        return [_("Kompetensi “%(code)s” tidak dikenal.") % {"code": code}]
    return []


def _number_problems(item: Mapping[str, Any]) -> list[str]:
    problems = []
    for name, (low, high) in (("a", SLOPES), ("b", DIFFICULTIES)):
        value = item.get(name)
        if value is not None and (not _is_number(value) or not low <= value <= high):
            problems.append(
                _("Parameter %(name)s harus angka antara %(low)s dan %(high)s.")
                % {"name": name, "low": low, "high": high}
            )
    return problems


def _choice_problems(item: Mapping[str, Any]) -> list[str]:
    options = item.get("options")
    if not isinstance(options, list) or not 2 <= len(options) <= 8:
        return [_("Pilihan (options) harus 2 sampai 8 buah.")]
    if not all(isinstance(option, Mapping) and _is_text(option.get("text")) for option in options):
        return [_("Setiap pilihan memerlukan teks (text).")]
    problems = []
    if any(option.get("correct") not in (None, True, False) for option in options):
        problems.append(_("Tanda benar (correct) hanya boleh true atau false."))
    if any(option.get("feedback") is not None and not _is_text(option["feedback"]) for option in options):
        problems.append(_("Umpan balik (feedback) harus berupa teks pendek."))
    right = sum(option.get("correct") is True for option in options)
    if item["kind"] == Kind.SINGLE and right != 1:
        problems.append(_("Pilihan tunggal memerlukan tepat satu jawaban benar; di sini %(count)s.") % {"count": right})
    if item["kind"] == Kind.MULTIPLE and (right < 2 or right == len(options)):
        problems.append(
            _("Pilihan ganda memerlukan sedikitnya dua jawaban benar dan satu yang salah; di sini %(count)s benar.")
            % {"count": right}
        )
    return problems + _repetitions([option["text"] for option in options])


def _ordering_problems(item: Mapping[str, Any]) -> list[str]:
    steps = item.get("sequence")
    if not isinstance(steps, list) or not 3 <= len(steps) <= 8:
        return [_("Urutan (sequence) harus 3 sampai 8 langkah.")]
    if not all(_is_text(step) for step in steps):
        return [_("Setiap langkah urutan harus berupa teks.")]
    return _repetitions(steps)


def _matching_problems(item: Mapping[str, Any]) -> list[str]:
    pairs, extras = item.get("pairs"), item.get("distractors")
    if not isinstance(pairs, list) or not 2 <= len(pairs) <= 8:
        return [_("Pasangan (pairs) harus 2 sampai 8 buah.")]
    whole = all(
        isinstance(pair, Mapping) and _is_text(pair.get("left")) and _is_text(pair.get("right")) for pair in pairs
    )
    if not whole:
        return [_("Setiap pasangan memerlukan sisi kiri (left) dan kanan (right).")]
    if extras is not None and (not isinstance(extras, list) or len(extras) > 6 or not all(_is_text(e) for e in extras)):
        return [_("Pengecoh (distractors) harus daftar teks, paling banyak 6.")]
    problems = _repetitions([pair["left"] for pair in pairs])
    if {text.strip() for text in extras or []} & {pair["right"].strip() for pair in pairs}:
        problems.append(_("Sebuah pengecoh sama dengan pasangan yang benar."))
    if len({pair["right"].strip() for pair in pairs} | set(extras or [])) < 2:
        problems.append(_("Pasangan memerlukan sedikitnya dua jawaban yang berbeda."))
    return problems


def _numeric_problems(item: Mapping[str, Any]) -> list[str]:
    problems = []
    if not _is_number(item.get("answer")):
        problems.append(_("Jawaban (answer) tidak ada atau bukan angka."))
    tolerance = item.get("tolerance")
    if tolerance is not None and (not _is_number(tolerance) or tolerance < 0):
        problems.append(_("Toleransi (tolerance) harus angka nol atau lebih."))
    if item.get("unit") is not None and not _is_text(item["unit"], 30):
        problems.append(_("Satuan (unit) harus teks pendek."))
    return problems


def _repetitions(texts: list[str]) -> list[str]:
    repeated = [text for text, count in Counter(text.strip() for text in texts).items() if count > 1]
    return [_("Teks ini muncul dua kali: “%(text)s”.") % {"text": text[:80]} for text in repeated]


_PART_CHECKS = {
    Kind.SINGLE: _choice_problems,
    Kind.MULTIPLE: _choice_problems,
    Kind.ORDERING: _ordering_problems,
    Kind.MATCHING: _matching_problems,
    Kind.NUMERIC: _numeric_problems,
}
