"""Questions answered by pointing: one region of a picture."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules.kinds.faults import english_rows, is_number, is_text, repetitions
from bina.assessment.rules.kinds.parts import (
    Answer,
    Content,
    Kind,
    PartFeedback,
    Payload,
    PublicItem,
    QuestionKind,
    Region,
    Sent,
    Told,
    chosen_keys,
    order_mark,
    part_key,
    sent_value,
)


class Hotspot(QuestionKind):
    """One of several regions of a picture is right; the answer is right or not."""

    kind = Kind.HOTSPOT
    name: ClassVar[str | Promise] = _("Tunjuk pada gambar")
    parts = ("regions",)

    def problems(self, item: Payload) -> list[str]:
        problems = [] if item.get("image") else [_t("Soal ini memerlukan gambar (image).")]
        regions = item.get("regions")
        if not isinstance(regions, list) or not 2 <= len(regions) <= 8:
            return [*problems, _t("Bidang pada gambar (regions) harus 2 sampai 8 buah.")]
        if not all(isinstance(region, Mapping) and is_text(region.get("label"), 200) for region in regions):
            return [*problems, _t("Setiap bidang memerlukan keterangan (label).")]
        if not all(map(_is_inside, regions)):
            problems.append(
                _t("Letak bidang (x, y, w, h) dihitung dalam persen gambar dan harus berada di antara 0 dan 100.")
            )
        if any(region.get("feedback") is not None and not is_text(region["feedback"]) for region in regions):
            problems.append(_t("Umpan balik (feedback) harus berupa teks pendek."))
        right = sum(region.get("correct") is True for region in regions)
        if right != 1 or any(region.get("correct") not in (None, True, False) for region in regions):
            problems.append(_t("Tepat satu bidang harus benar (correct: true); di sini %(count)s.") % {"count": right})
        return problems + repetitions([region["label"] for region in regions])

    def english_problems(self, item: Payload, english: Payload) -> list[str]:
        return english_rows(english, "regions", len(item["regions"]), ("label",), ("feedback",))

    def _keys(self, content: Content, *, right: bool) -> list[str]:
        rows = content.rows("regions")
        return [part_key(row["label"]) for row in rows if (row.get("correct") is True) == right]

    def grade(self, content: Content, answer: Answer) -> float:
        return 1.0 if chosen_keys(answer) == set(self._keys(content, right=True)) and content.rows("regions") else 0.0

    def show(self, content: Content, view: PublicItem, seed: str) -> PublicItem:
        regions = (
            Region(part_key(row["label"]), content.words("regions", n, "label"), *(float(row[side]) for side in "xywh"))
            for n, row in enumerate(content.rows("regions"))
        )
        return view.with_parts(regions=tuple(sorted(regions, key=lambda region: order_mark(region.key, seed))))

    def read(self, content: Content, sent: Sent, prefix: str) -> Answer:
        key = sent_value(sent, prefix)
        return [key] if key in {part_key(row["label"]) for row in content.rows("regions")} else None

    def told(self, content: Content, answer: Answer) -> Told:
        chosen = chosen_keys(answer)
        return Told(
            {
                part_key(row["label"]): PartFeedback(
                    row.get("correct") is True, part_key(row["label"]) in chosen,
                    content.words("regions", n, "feedback"),
                )
                for n, row in enumerate(content.rows("regions"))
            }
        )  # fmt: skip

    def right_answer(self, content: Content) -> Answer:
        return self._keys(content, right=True)

    def wrong_answer(self, content: Content) -> Answer:
        return self._keys(content, right=False)[:1]


def _is_inside(region: Mapping[str, Any]) -> bool:
    sides = [region.get(name) for name in "xywh"]
    if not all(map(is_number, sides)):
        return False
    x, y, w, h = (float(side or 0) for side in sides)
    return x >= 0 and y >= 0 and w >= 1 and h >= 1 and x + w <= 100 and y + h <= 100
