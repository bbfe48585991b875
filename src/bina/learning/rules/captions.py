"""Captions in WebVTT: what they say when, and every fault with its line.

Source of the format: WebVTT, W3C, sections 4 (file format) and 6 (parsing).
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

MOST_CUES = 5_000
LONGEST_CUE_SECONDS = 60
MOST_FAULTS = 50
_TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t]+(.*))?")
_LOOSE = re.compile(r"\d[\d:.,]*\s*--?>\s*\d[\d:.,]*")
_ACTIVE = re.compile(r"<\s*(?:script|iframe|object|embed|img|style)\b|\son[a-z]+\s*=|javascript:", re.I)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: the line, counted from 1, and what."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that are shown from one second to another."""

    start: float
    end: float
    text: str
    line: int


def read_captions(text: str) -> tuple[list[Cue], list[Fault]]:
    """The cues of a WebVTT file in its order, and everything that is wrong with it, at most 50 faults."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    faults: list[Fault] = []
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        hint = _(" Ini tampaknya SRT: ganti koma pada waktu dengan titik.") if _looks_like_srt(lines) else ""
        faults.append(Fault(1, _("Baris pertama berkas takarir harus WEBVTT.") + hint))
    cues: list[Cue] = []
    for first, block in _blocks(lines):
        _read_block(first, block, cues, faults)
        if len(faults) >= MOST_FAULTS or len(cues) > MOST_CUES:
            break
    if len(cues) > MOST_CUES:
        faults.append(Fault(cues[-1].line, _("Takarir memuat lebih dari %(n)s kalimat.") % {"n": MOST_CUES}))
    if not cues and not faults:
        faults.append(Fault(1, _("Berkas takarir ini tidak memuat satu pun baris waktu (-->).")))
    return cues, faults[:MOST_FAULTS]


def _looks_like_srt(lines: list[str]) -> bool:
    return any(re.match(r"\d{2}:\d{2}:\d{2},\d{3} --> ", line) for line in lines[:40])


def _blocks(lines: list[str]) -> list[tuple[int, list[str]]]:
    """Neighbouring lines that are not empty, with the number of the first."""
    found: list[tuple[int, list[str]]] = []
    block: list[str] = []
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            block.append(line)
        elif block:
            found.append((number - len(block), block))
            block = []
    return found


def _read_block(first: int, block: list[str], cues: list[Cue], faults: list[Fault]) -> None:
    place = next((place for place, line in enumerate(block[:2]) if "-->" in line), None)
    if place is None:
        is_header = first == 1 or block[0].startswith(("NOTE", "STYLE", "REGION", "WEBVTT"))
        if not is_header:
            words = _("Kalimat ini tidak didahului baris waktu, misalnya 00:01.000 --> 00:04.000.")
            faults.append(Fault(first, words))
        return
    line = first + place
    found = _TIMING.fullmatch(block[place].strip())
    if found is None:
        loose = _LOOSE.search(block[place])
        said = _("Baris waktu ini tidak dapat dibaca; bentuknya 00:01.000 --> 00:04.000.")
        if loose and "," in loose[0]:
            said = _("Pada baris waktu ini tulis titik, bukan koma, sebelum seperseribu detik.")
        faults.append(Fault(line, said))
        return
    start, end = _seconds(found.groups()[:4]), _seconds(found.groups()[4:8])
    words = "\n".join(block[place + 1 :]).strip()
    cues.append(Cue(start, end, words, line))
    if end <= start:
        faults.append(Fault(line, _("Waktu akhirnya tidak sesudah waktu awalnya.")))
    elif end - start > LONGEST_CUE_SECONDS:
        faults.append(
            Fault(
                line,
                _("Satu kalimat tampil lebih dari %(n)s detik; bagi menjadi beberapa.") % {"n": LONGEST_CUE_SECONDS},
            )
        )
    if len(cues) > 1 and start < cues[-2].start:
        faults.append(Fault(line, _("Waktu awalnya mendahului kalimat sebelumnya; urutkan menurut waktu.")))
    if not words:
        faults.append(Fault(line, _("Baris waktu ini tidak diikuti kalimat.")))
    elif "-->" in words:
        faults.append(Fault(line + 1, _("Kurang satu baris kosong sebelum baris waktu berikutnya.")))
    if _ACTIVE.search(words):
        faults.append(Fault(line + 1, _("Takarir hanya boleh berisi kata-kata, bukan skrip atau isi aktif.")))


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3_600 + minutes * 60 + seconds + thousandths / 1_000
