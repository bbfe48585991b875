"""Questions answered by arranging: steps in order, and pairs."""

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
    Sent,
    Told,
    fields_of,
    part_key,
    sent_value,
    shuffled,
)


def _places(answer: Answer) -> dict[str, int]:
    return {
        key: place
        for key, place in fields_of(answer).items()
        if isinstance(key, str) and isinstance(place, int) and not isinstance(place, bool)
    }


class Ordering(QuestionKind):
    """Steps in order: Kendall's tau of the pairs of steps, not below 0, so that chance earns nothing on average."""

    kind = Kind.ORDERING
    name: ClassVar[str | Promise] = _("Urutkan")
    parts = ("sequence",)

    def problems(self, item: Payload) -> list[str]:
        steps = item.get("sequence")
        if not isinstance(steps, list) or not 3 <= len(steps) <= 8:
            return [_t("Urutan (sequence) harus 3 sampai 8 langkah.")]
        if not all(is_text(step) for step in steps):
            return [_t("Setiap langkah urutan harus berupa teks.")]
        return repetitions(steps)

    def english_problems(self, item: Payload, english: Payload) -> list[str]:
        return english_rows(english, "sequence", len(item["sequence"]))

    def _keys(self, content: Content) -> list[str]:
        return [part_key(step) for step in content.rows("sequence")]

    def grade(self, content: Content, answer: Answer) -> float:
        sequence = self._keys(content)
        places = {key: place for key, place in _places(answer).items() if key in sequence}
        pairs = [(a, b) for i, a in enumerate(sequence) for b in sequence[i + 1 :]]
        if not pairs:
            return 0.0
        in_order = sum(1 for a, b in pairs if a in places and b in places and places[a] < places[b])
        return max(0.0, 2 * in_order / len(pairs) - 1)

    def show(self, content: Content, view: PublicItem, seed: str) -> PublicItem:
        keys = self._keys(content)
        steps = shuffled((Choice(key, content.words("sequence", n)) for n, key in enumerate(keys)), seed)
        if [step.key for step in steps] == keys:  # the right order would give the answer away
            steps = (*steps[1:], *steps[:1])
        return view.with_parts(choices=steps)

    def read(self, content: Content, sent: Sent, prefix: str) -> Answer:
        keys = self._keys(content)
        places: dict[str, int] = {}
        for key in keys:
            text = sent_value(sent, f"{prefix}-{key}")
            if text.isascii() and text.isdigit() and 1 <= int(text[:3]) <= len(keys):
                places[key] = int(text[:3])
        return dict(sorted(places.items())) or None

    def told(self, content: Content, answer: Answer) -> Told:
        places, keys = _places(answer), self._keys(content)
        parts = {key: PartFeedback(places.get(key) == place, key in places) for place, key in enumerate(keys, start=1)}
        return Told(parts, tuple(content.words("sequence", n) for n in range(len(keys))))

    def right_answer(self, content: Content) -> Answer:
        return {key: place for place, key in enumerate(self._keys(content), start=1)}

    def wrong_answer(self, content: Content) -> Answer:
        return {key: place for place, key in enumerate(reversed(self._keys(content)), start=1)}

    def parts_to_answer(self, content: Content) -> int:
        return len(set(self._keys(content)))


class Matching(QuestionKind):
    """Pairs, with some partners too many: the share of right pairs."""

    kind = Kind.MATCHING
    name: ClassVar[str | Promise] = _("Pasangkan")
    parts = ("pairs", "distractors")

    def problems(self, item: Payload) -> list[str]:
        pairs, extras = item.get("pairs"), item.get("distractors")
        if not isinstance(pairs, list) or not 2 <= len(pairs) <= 8:
            return [_t("Pasangan (pairs) harus 2 sampai 8 buah.")]
        whole = all(
            isinstance(pair, Mapping) and is_text(pair.get("left")) and is_text(pair.get("right")) for pair in pairs
        )
        if not whole:
            return [_t("Setiap pasangan memerlukan sisi kiri (left) dan kanan (right).")]
        if extras is not None and (not isinstance(extras, list) or len(extras) > 6 or not all(map(is_text, extras))):
            return [_t("Pengecoh (distractors) harus daftar teks, paling banyak 6.")]
        problems = repetitions([pair["left"] for pair in pairs])
        if {text.strip() for text in extras or []} & {pair["right"].strip() for pair in pairs}:
            problems.append(_t("Sebuah pengecoh sama dengan pasangan yang benar."))
        if len({pair["right"].strip() for pair in pairs} | set(extras or [])) < 2:
            problems.append(_t("Pasangan memerlukan sedikitnya dua jawaban yang berbeda."))
        return problems

    def english_problems(self, item: Payload, english: Payload) -> list[str]:
        problems = english_rows(english, "pairs", len(item["pairs"]), ("left", "right"))
        if item.get("distractors"):
            problems += english_rows(english, "distractors", len(item["distractors"]))
        return problems

    def _pairs(self, content: Content) -> dict[str, str]:
        return {part_key(pair["left"]): part_key(pair["right"]) for pair in content.rows("pairs")}

    def grade(self, content: Content, answer: Answer) -> float:
        pairs, given = self._pairs(content), fields_of(answer)
        return sum(given.get(left) == right for left, right in pairs.items()) / len(pairs) if pairs else 0.0

    def _rights(self, content: Content) -> list[Choice]:
        pairs, extras = content.rows("pairs"), content.rows("distractors")
        return [
            *(Choice(part_key(pair["right"]), content.words("pairs", n, "right")) for n, pair in enumerate(pairs)),
            *(Choice(part_key(extra), content.words("distractors", n)) for n, extra in enumerate(extras)),
        ]

    def show(self, content: Content, view: PublicItem, seed: str) -> PublicItem:
        lefts = (
            Choice(part_key(pair["left"]), content.words("pairs", n, "left"))
            for n, pair in enumerate(content.rows("pairs"))
        )
        return view.with_parts(choices=shuffled(self._rights(content), seed), lefts=shuffled(lefts, f"{seed}:left"))

    def read(self, content: Content, sent: Sent, prefix: str) -> Answer:
        rights = {choice.key for choice in self._rights(content)}
        given = {left: sent_value(sent, f"{prefix}-{left}") for left in self._pairs(content)}
        return {left: right for left, right in sorted(given.items()) if right in rights} or None

    def told(self, content: Content, answer: Answer) -> Told:
        given = fields_of(answer)
        return Told(
            {
                left: PartFeedback(given.get(left) == right, left in given, content.words("pairs", n, "right"))
                for n, (left, right) in enumerate(self._pairs(content).items())
            }
        )

    def right_answer(self, content: Content) -> Answer:
        return self._pairs(content)

    def wrong_answer(self, content: Content) -> Answer:
        pairs = self._pairs(content)
        partners = list(pairs.values())
        turned = dict(zip(pairs, [*partners[1:], *partners[:1]], strict=True))
        return {left: right for left, right in turned.items() if pairs[left] != right}

    def parts_to_answer(self, content: Content) -> int:
        return len(content.rows("pairs"))
