"""Whether an item written in a file can be used: every fault as a sentence for its author."""

from collections.abc import Container, Mapping
from typing import Any

from django.utils.translation import gettext as _

from bina.assessment.rules.items import ItemState
from bina.assessment.rules.kinds import QUESTION_KINDS
from bina.assessment.rules.kinds.faults import LONGEST_TEXT, is_number, is_text

LONGEST_STEM = 6_000
SLOPES = (0.1, 5.0)
_FIRST_STATES = tuple(state.value for state in ItemState if state is not ItemState.RETIRED)
DIFFICULTIES = (-3.0, 9.0)


def item_problems(
    item: object,
    *,
    competencies: set[str] | None = None,
    needs_competency: bool = True,
    images: Container[object] = (),
) -> list[str]:
    """Everything that is wrong with one item of a file; an empty list means that it can be used.

    ``competencies`` are the known codes (None: not checked), ``images`` the names of usable pictures that came along.
    Nothing in the item is trusted, not even its type.
    """
    if not isinstance(item, Mapping):
        return [_("Butir ini bukan daftar isian bernama (code, kind, stem, …).")]
    problems: list[str] = []
    if not is_text(item.get("code"), 60):
        problems.append(_("Kode butir (code) tidak ada atau terlalu panjang."))
    if not is_text(item.get("stem"), LONGEST_STEM):
        problems.append(_("Soal (stem) tidak ada atau terlalu panjang."))
    level = item.get("level")
    if not isinstance(level, int) or isinstance(level, bool) or not 1 <= level <= 5:
        problems.append(_("Tingkat (level) harus bilangan bulat 1 sampai 5."))
    problems += _competency_problems(item.get("competency"), competencies, needs_competency)
    problems += _number_problems(item)
    if item.get("state") is not None and item["state"] not in _FIRST_STATES:
        problems.append(_("Keadaan (state) harus salah satu dari: %(states)s.") % {"states": ", ".join(_FIRST_STATES)})
    for name in ("context", "explanation"):
        if item.get(name) is not None and not is_text(item[name], LONGEST_TEXT):
            problems.append(_("Isian “%(name)s” harus berupa teks pendek.") % {"name": name})
    problems += _image_problems(item, images)
    kind = QUESTION_KINDS.get(item["kind"]) if isinstance(item.get("kind"), str) else None
    if kind is None:
        return [*problems, _("Jenis (kind) harus salah satu dari: %(kinds)s.") % {"kinds": ", ".join(QUESTION_KINDS)}]
    faults = kind.problems(item)
    problems += faults
    english = item.get("en")
    if english is None:
        return problems
    if not isinstance(english, Mapping):
        return [*problems, _("Bagian bahasa Inggris (en) harus berupa daftar isian bernama.")]
    return problems + _english_problems(item, english) + ([] if faults else kind.english_problems(item, english))


def _english_problems(item: Mapping[str, Any], english: Mapping[str, Any]) -> list[str]:
    problems = []
    if not is_text(english.get("stem"), LONGEST_STEM):
        problems.append(_("Soal (stem) dalam bahasa Inggris (en) tidak ada atau terlalu panjang."))
    for name in ("explanation", "alt"):
        if english.get(name) is None:
            if item.get(name) is not None:
                problems.append(_("Isian “%(name)s” belum ada dalam bahasa Inggris (en).") % {"name": name})
        elif not is_text(english[name]):
            problems.append(_("Isian “%(name)s” harus berupa teks pendek.") % {"name": f"en, {name}"})
    return problems


def _image_problems(item: Mapping[str, Any], images: Container[object]) -> list[str]:
    name, words = item.get("image"), item.get("alt")
    if name is None:
        return []
    problems = []
    if not isinstance(name, str) or name not in images:
        problems.append(
            _("Gambar “%(name)s” tidak ikut dalam berkas. Kirim ZIP berisi berkas soal dan gambarnya.")
            % {"name": str(name)[:80]}
        )
    if not is_text(words):
        problems.append(_("Gambar memerlukan uraian (alt) yang menyebut apa yang terlihat tanpa membocorkan jawaban."))
    return problems


def _competency_problems(code: object, known: set[str] | None, needed: bool) -> list[str]:
    if code is None:
        return [_("Kode kompetensi (competency) tidak ada.")] if needed else []
    if not is_text(code, 20):
        return [_('Kode kompetensi harus ditulis sebagai teks, misalnya "4.2" dengan tanda kutip.')]
    if known is not None and code not in known:
        return [_("Kompetensi “%(code)s” tidak dikenal.") % {"code": code}]
    return []


def _number_problems(item: Mapping[str, Any]) -> list[str]:
    problems = []
    for name, (low, high) in (("a", SLOPES), ("b", DIFFICULTIES)):
        value = item.get(name)
        if value is not None and (not is_number(value) or not low <= value <= high):
            problems.append(
                _("Parameter %(name)s harus angka antara %(low)s dan %(high)s.")
                % {"name": name, "low": low, "high": high}
            )
    return problems
