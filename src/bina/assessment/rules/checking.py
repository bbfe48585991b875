"""Whether an item written in a file can be used: every fault as a sentence for its author."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from bina.assessment.rules.items import REGION_NAMES, SECTOR_NAMES, ItemState, can_be_enemies
from bina.assessment.rules.kinds import QUESTION_KINDS
from bina.assessment.rules.kinds.faults import LONGEST_TEXT, is_number, is_text

LONGEST_STEM = 6_000
LONGEST_ENEMY_LIST = 50
SLOPES = (0.1, 5.0)
_FIRST_STATES = tuple(state.value for state in ItemState if state is not ItemState.RETIRED)
DIFFICULTIES = (-3.0, 9.0)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an item: where, so that a form can say it beside the field, and what.

    Places: code, stem, level, competency, parameters, state, tags, context, explanation, image, enemies, kind, parts, english.
    """

    place: str
    words: str


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
    found = item_faults(item, competencies=competencies, needs_competency=needs_competency, images=images)
    return [fault.words for fault in found]


def item_faults(
    item: object,
    *,
    competencies: set[str] | None = None,
    needs_competency: bool = True,
    images: Container[object] = (),
) -> list[Fault]:
    """What ``item_problems`` tells, each with its place."""
    if not isinstance(item, Mapping):
        return [Fault("kind", _("Butir ini bukan daftar isian bernama (code, kind, stem, …)."))]
    faults: list[Fault] = []

    def add(place: str, problems: Iterable[str]) -> None:
        faults.extend(Fault(place, words) for words in problems)

    if not is_text(item.get("code"), 60):
        add("code", [_("Kode butir (code) tidak ada atau terlalu panjang.")])
    if not is_text(item.get("stem"), LONGEST_STEM):
        add("stem", [_("Soal (stem) tidak ada atau terlalu panjang.")])
    level = item.get("level")
    if not isinstance(level, int) or isinstance(level, bool) or not 1 <= level <= 5:
        add("level", [_("Tingkat (level) harus bilangan bulat 1 sampai 5.")])
    add("competency", _competency_problems(item.get("competency"), competencies, needs_competency))
    add("parameters", _number_problems(item))
    if item.get("state") is not None and item["state"] not in _FIRST_STATES:
        add("state", [_("Keadaan (state) harus salah satu dari: %(states)s.") % {"states": ", ".join(_FIRST_STATES)}])
    for name, known in (("sector", SECTOR_NAMES), ("region", REGION_NAMES)):
        if item.get(name) is not None and item[name] not in [*known]:
            add("tags", [_("Tanda “%(name)s” harus salah satu dari: %(known)s.")
                         % {"name": name, "known": ", ".join(known)}])  # fmt: skip
    for name in ("context", "explanation"):
        if item.get(name) is not None and not is_text(item[name], LONGEST_TEXT):
            add(name, [_("Isian “%(name)s” harus berupa teks pendek.") % {"name": name}])
    add("image", _image_problems(item, images))
    add("enemies", _enemy_problems(item))
    kind = QUESTION_KINDS.get(item["kind"]) if isinstance(item.get("kind"), str) else None
    if kind is None:
        add("kind", [_("Jenis (kind) harus salah satu dari: %(kinds)s.") % {"kinds": ", ".join(QUESTION_KINDS)}])
        return faults
    problems = kind.problems(item)
    add("parts", problems)
    english = item.get("en")
    if english is None:
        return faults
    if not isinstance(english, Mapping):
        add("english", [_("Bagian bahasa Inggris (en) harus berupa daftar isian bernama.")])
        return faults
    add("english", _english_problems(item, english) + ([] if problems else kind.english_problems(item, english)))
    return faults


def translation_problems(item: Mapping[str, Any], words: Mapping[str, Any]) -> list[str]:
    """What is wrong with the words of an item in another language: they stand in the order of the item's own, one for one."""
    kind = QUESTION_KINDS.get(item["kind"])
    return _english_problems(item, words) + (kind.english_problems(item, words) if kind else [])


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


def _enemy_problems(item: Mapping[str, Any]) -> list[str]:
    codes = item.get("enemies")
    if codes is None:
        return []
    if not isinstance(codes, list) or len(codes) > LONGEST_ENEMY_LIST or not all(is_text(code, 60) for code in codes):
        return [
            _("Butir yang tidak boleh bersama (enemies) harus berupa daftar kode, paling banyak %(most)s.")
            % {"most": LONGEST_ENEMY_LIST}
        ]
    verdict = can_be_enemies(
        is_same_item=str(item.get("code") or "").strip() in {code.strip() for code in codes}, is_same_bank=True
    )
    return [] if verdict else [str(verdict.sentence)]


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
