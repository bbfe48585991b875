"""Answers embedded in a text, as Moodle's “cloze” writes them: ``{1:SHORTANSWER:=SUM~=JUMLAH}``."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from bina.assessment.rules.exchange.amounts import amount
from bina.assessment.rules.exchange.markup import from_html, gap_mark
from bina.assessment.rules.exchange.report import Faulty, Question, Unsupported

_GAP = re.compile(r"\{(\d*):([A-Z_]+):((?:\\.|[^\\{}])*)\}", re.DOTALL)
_TYPED = {"SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC"}
_NUMBERS = {"NUMERICAL", "NM"}
_CHOSEN = re.compile(r"(?:MULTICHOICE|MC)(?:_?[VHS]+)?")
_ANSWER = re.compile(r"(?:%(-?[\d.]+)%|(=))?((?:\\.|[^\\#])*)(#.*)?$", re.DOTALL)


def embedded_gaps(text: str, question: Question) -> tuple[str, list[dict[str, Any]]]:
    """The text with marks where answers stood, and the gaps; notes what could not be kept."""
    gaps: list[dict[str, Any]] = []

    def replaced(found: re.Match[str]) -> str:
        gaps.append(_gap(found[2], found[3], question))
        return gap_mark(len(gaps))

    without = _GAP.sub(replaced, text)
    if not gaps:
        raise Faulty(_("Teks ini tidak memuat rumpang yang dapat dibaca."))
    return without, gaps


def _gap(kind: str, answers: str, question: Question) -> dict[str, Any]:
    rows = [_row(piece) for piece in re.split(r"(?<!\\)~", answers) if piece.strip()]
    if any(said for _share, _words, said in rows):
        question.note(_("Umpan balik per jawaban tidak disimpan pada jenis soal ini."))
    if any(0 < share < 1 for share, _words, _said in rows):
        question.note(_("Jawaban bernilai sebagian tidak disimpan; yang diterima hanya yang bernilai penuh."))
    right = list(dict.fromkeys(words for share, words, _said in rows if share >= 1))
    if _CHOSEN.fullmatch(kind):
        if len(right) != 1:
            raise Faulty(_("Rumpang memerlukan tepat satu pilihan yang benar."))
        return {"options": [words for _share, words, _said in rows], "answer": right[0]}
    if kind in _TYPED:
        if kind.endswith("C"):
            question.note(_("Huruf besar dan kecil tidak dibedakan."))
        return {"accept": right}
    if kind in _NUMBERS:
        numbers = [words.partition(":") for words in right]
        if any(amount(slack) for _number, _colon, slack in numbers):
            question.note(_("Toleransi angka di dalam rumpang tidak disimpan."))
        return {"accept": [number.strip() for number, _colon, _slack in numbers]}
    raise Unsupported(_("Rumpang jenis “%(kind)s” tidak didukung.") % {"kind": kind[:40]})


def _row(piece: str) -> tuple[float, str, str]:
    """Share, words and feedback of one answer."""
    found = _ANSWER.match(piece.strip())
    share = amount(found[1]) if found and found[1] else None
    if found is None or (found[1] and share is None):
        raise Faulty(_("Bobot jawaban harus antara -100 dan 100 persen."))
    words = from_html(re.sub(r"\\(.)", r"\1", found[3])).plain
    return (float(share) / 100 if share is not None else float(bool(found[2]))), words, (found[4] or "").lstrip("#")


def written_gap(gap: Mapping[str, Any]) -> str:
    """A gap as an embedded answer."""
    if "options" in gap:
        signs = ("=" if text.strip() == gap["answer"].strip() else "" for text in gap["options"])
        return f"{{1:MULTICHOICE:{'~'.join(f'{sign}{_escaped(text)}' for sign, text in zip(signs, gap['options'], strict=True))}}}"
    return f"{{1:SHORTANSWER:{'~'.join(f'={_escaped(text)}' for text in gap['accept'])}}}"


def _escaped(text: str) -> str:
    """Words in an embedded answer, which is HTML: signs that would end it or mean something are escaped."""
    words = text.strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\}{~#=])", r"\\\1", words)
