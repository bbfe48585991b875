"""Questions answered by filling the gaps of a text, chosen from a list or typed."""

import re
from collections.abc import Mapping
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules.kinds.faults import english_rows, is_text, repetitions
from bina.assessment.rules.kinds.parts import (
    Answer,
    Choice,
    Content,
    Kind,
    PartFeedback,
    Payload,
    PublicItem,
    QuestionKind,
    Segment,
    Sent,
    Told,
    fields_of,
    part_key,
    sent_value,
    shuffled,
)

LONGEST_PASSAGE = 3_000
LONGEST_GAP = 60
MOST_GAPS = 8
MOST_SPELLINGS = 8
_GAP = re.compile(r"\[\[(\d{1,2})\]\]")


class Cloze(QuestionKind):
    """A text with gaps, chosen from a list or typed: the share of gaps that are right."""

    kind = Kind.CLOZE
    name: ClassVar[str | Promise] = _("Isi rumpang")
    parts = ("text", "gaps")

    def problems(self, item: Payload) -> list[str]:
        text, gaps = item.get("text"), item.get("gaps")
        if not is_text(text, LONGEST_PASSAGE):
            return [_t("Teks rumpang (text) tidak ada atau terlalu panjang.")]
        if not isinstance(gaps, list) or not 1 <= len(gaps) <= MOST_GAPS:
            return [_t("Rumpang (gaps) harus 1 sampai %(most)s buah.") % {"most": MOST_GAPS}]
        problems = self._place_problems(str(text), len(gaps))
        for number, gap in enumerate(gaps, start=1):
            problems += [_t("Rumpang %(n)s: %(fault)s") % {"n": number, "fault": fault} for fault in _gap_faults(gap)]
        return problems

    def _place_problems(self, text: str, count: int) -> list[str]:
        if sorted(_GAP.findall(text)) == sorted(str(number) for number in range(1, count + 1)):
            return []
        return [_t("Teks rumpang harus memuat tanda [[1]] sampai [[%(n)s]], masing-masing sekali.") % {"n": count}]

    def english_problems(self, item: Payload, english: Payload) -> list[str]:
        gaps, rows = item["gaps"], english.get("gaps")
        if not is_text(english.get("text"), LONGEST_PASSAGE):
            return [_t("Teks rumpang (text) dalam bahasa Inggris (en) tidak ada atau terlalu panjang.")]
        problems = self._place_problems(english["text"], len(gaps))
        if not isinstance(rows, list) or len(rows) != len(gaps) or not all(isinstance(row, Mapping) for row in rows):
            return [*problems, *english_rows({}, "gaps", len(gaps))]
        for gap, row in zip(gaps, rows, strict=True):
            if "options" in gap:
                problems += english_rows(row, "options", len(gap["options"]))
            elif not _are_spellings(row.get("accept")):
                problems.append(_t("Ejaan (accept) dalam bahasa Inggris (en) harus 1 sampai 8 teks pendek."))
        return problems

    def grade(self, content: Content, answer: Answer) -> float:
        gaps, given = content.rows("gaps"), fields_of(answer)
        right = sum(self._is_right(content, n, given.get(str(n + 1))) for n in range(len(gaps)))
        return right / len(gaps) if gaps else 0.0

    def _is_right(self, content: Content, n: int, answer: Answer) -> bool:
        gap = content.rows("gaps")[n]
        if not isinstance(answer, str):
            return False
        if "options" in gap:
            return answer == part_key(gap["answer"])
        # Whoever reads English may type either spelling; the clock that ends a test knows no language.
        return _bare(answer) in {_bare(text) for text in self._spellings(content, n)}

    def _spellings(self, content: Content, n: int) -> list[str]:
        rows = content.english.get("gaps")
        english = rows[n].get("accept") if isinstance(rows, list) and len(rows) > n else None
        return [*content.rows("gaps")[n]["accept"], *(english or [])]

    def _choices(self, content: Content, n: int) -> list[Choice]:
        options = content.rows("gaps")[n].get("options") or []
        return [
            Choice(part_key(text), content.words("gaps", n, "options", place)) for place, text in enumerate(options)
        ]

    def show(self, content: Content, view: PublicItem, seed: str) -> PublicItem:
        pieces = _GAP.split(content.words("text"))  # text, number, text, number, …, text
        count, segments = len(content.rows("gaps")), []
        for place, piece in enumerate(pieces):
            if place % 2 == 0:
                segments.append(Segment(piece))
            elif 1 <= int(piece) <= count:
                choices = shuffled(self._choices(content, int(piece) - 1), f"{seed}:{piece}")
                segments.append(Segment(gap=piece, choices=choices))
        return view.with_parts(passage=tuple(segments))

    def read(self, content: Content, sent: Sent, prefix: str) -> Answer:
        given = {}
        for n in range(len(content.rows("gaps"))):
            value = sent_value(sent, f"{prefix}-{n + 1}").strip()[:LONGEST_GAP]
            offered = {choice.key for choice in self._choices(content, n)}
            if value and (not offered or value in offered):
                given[str(n + 1)] = value
        return given or None

    def told(self, content: Content, answer: Answer) -> Told:
        given = fields_of(answer)
        return Told(
            {
                str(n + 1): PartFeedback(
                    self._is_right(content, n, given.get(str(n + 1))), str(n + 1) in given, self._solution(content, n)
                )
                for n in range(len(content.rows("gaps")))
            }
        )

    def _solution(self, content: Content, n: int) -> str:
        gap = content.rows("gaps")[n]
        if "options" not in gap:
            return content.words("gaps", n, "accept", 0)
        return next(choice.text for choice in self._choices(content, n) if choice.key == part_key(gap["answer"]))

    def right_answer(self, content: Content) -> Answer:
        return {
            str(n): part_key(gap["answer"]) if "options" in gap else gap["accept"][0]
            for n, gap in enumerate(content.rows("gaps"), start=1)
        }

    def wrong_answer(self, content: Content) -> Answer:
        return {
            str(n): next(
                (part_key(text) for text in gap.get("options") or [] if text.strip() != gap["answer"].strip()), "?"
            )
            for n, gap in enumerate(content.rows("gaps"), start=1)
        }

    def parts_to_answer(self, content: Content) -> int:
        return len(content.rows("gaps"))


def _bare(text: str) -> str:
    """A text without what typing it may change: upper and lower case, spaces."""
    return re.sub(r"\s+", "", text).casefold()


def _are_spellings(value: object) -> bool:
    return (
        isinstance(value, list)
        and 1 <= len(value) <= MOST_SPELLINGS
        and all(is_text(one, LONGEST_GAP) for one in value)
    )


def _gap_faults(gap: object) -> list[str]:
    if not isinstance(gap, Mapping) or ("options" in gap) == ("accept" in gap):
        return [_t("isi pilihan (options) dengan jawaban (answer), atau ejaan yang diterima (accept).")]
    if "accept" in gap:
        return (
            [] if _are_spellings(gap["accept"]) else [_t("ejaan yang diterima (accept) harus 1 sampai 8 teks pendek.")]
        )
    options, answer = gap["options"], gap.get("answer")
    if not isinstance(options, list) or not 2 <= len(options) <= 8 or not all(is_text(one, 200) for one in options):
        return [_t("pilihan (options) harus 2 sampai 8 teks.")]
    if not isinstance(answer, str) or answer.strip() not in {one.strip() for one in options}:
        return [_t("jawaban (answer) tidak ada di antara pilihannya.")]
    return repetitions(options)
