"""Questions answered by picking options: one, several, the best of several actions, or a decision from three papers."""

from collections.abc import Mapping
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from bina.assessment.rules.kinds.faults import english_rows, is_number, is_text, repetitions
from bina.assessment.rules.kinds.parts import (
    Answer,
    Choice,
    Content,
    Document,
    Kind,
    PartFeedback,
    Payload,
    PublicItem,
    QuestionKind,
    Sent,
    Told,
    chosen_keys,
    part_key,
    sent_values,
    shuffled,
)
from bina.foundation.rich_text import render_markdown

SHARES = (0, 0.25, 0.5, 0.75, 1)
LONGEST_DOCUMENT = 3_000


def _key(option: Payload) -> str:
    return part_key(option["text"])


def _right_keys(content: Content) -> set[str]:
    return {_key(option) for option in content.rows("options") if option.get("correct") is True}


def _is_chosen(content: Content, answer: Answer) -> float:
    chosen = chosen_keys(answer)
    return 1.0 if len(chosen) == 1 and chosen <= _right_keys(content) else 0.0


def _balance(content: Content, answer: Answer) -> float:
    """Right picks minus wrong picks over the number of right options, not below 0."""
    right = _right_keys(content)
    chosen = chosen_keys(answer) & {_key(option) for option in content.rows("options")}
    return max(0.0, (len(chosen & right) - len(chosen - right)) / len(right)) if right else 0.0


class _Choosing(QuestionKind):
    """Options, of which one or several are picked; single, unless a kind says otherwise."""

    parts: ClassVar[tuple[str, ...]] = ("options",)

    def takes_many(self, content: Content) -> bool:
        """Whether several options may be picked."""
        return False

    def problems(self, item: Payload) -> list[str]:
        options = item.get("options")
        if not isinstance(options, list) or not 2 <= len(options) <= 8:
            return [_t("Pilihan (options) harus 2 sampai 8 buah.")]
        if not all(isinstance(option, Mapping) and is_text(option.get("text")) for option in options):
            return [_t("Setiap pilihan memerlukan teks (text).")]
        problems = []
        if any(option.get("feedback") is not None and not is_text(option["feedback"]) for option in options):
            problems.append(_t("Umpan balik (feedback) harus berupa teks pendek."))
        return problems + self.key_problems(options) + repetitions([option["text"] for option in options])

    def key_problems(self, options: list[Payload]) -> list[str]:
        """What is wrong with the marks of what is right."""
        if any(option.get("correct") not in (None, True, False) for option in options):
            return [_t("Tanda benar (correct) hanya boleh true atau false.")]
        return self.count_problems(sum(option.get("correct") is True for option in options), len(options))

    def count_problems(self, right: int, count: int) -> list[str]:
        """What is wrong with the number of right options."""
        if right == 1:
            return []
        return [_t("Pilihan tunggal memerlukan tepat satu jawaban benar; di sini %(count)s.") % {"count": right}]

    def english_problems(self, item: Payload, english: Payload) -> list[str]:
        return english_rows(english, "options", len(item["options"]), ("text",), ("feedback",))

    def grade(self, content: Content, answer: Answer) -> float:
        return _balance(content, answer) if self.takes_many(content) else _is_chosen(content, answer)

    def show(self, content: Content, view: PublicItem, seed: str) -> PublicItem:
        choices = (
            Choice(_key(row), content.words("options", n, "text")) for n, row in enumerate(content.rows("options"))
        )
        return view.with_parts(choices=shuffled(choices, seed), takes_many=self.takes_many(content))

    def read(self, content: Content, sent: Sent, prefix: str) -> Answer:
        found = set(sent_values(sent, prefix))
        chosen = [key for key in map(_key, content.rows("options")) if key in found]
        return sorted(chosen if self.takes_many(content) else chosen[:1]) or None

    def told(self, content: Content, answer: Answer) -> Told:
        chosen = chosen_keys(answer)
        return Told(
            {
                _key(row): PartFeedback(
                    self.share_of(row) >= 1, _key(row) in chosen, content.words("options", n, "feedback"),
                    self.share_of(row),
                )
                for n, row in enumerate(content.rows("options"))
            }
        )  # fmt: skip

    def share_of(self, option: Payload) -> float:
        """What an option earns when it is picked."""
        return 1.0 if option.get("correct") is True else 0.0

    def right_answer(self, content: Content) -> Answer:
        return [_key(option) for option in content.rows("options") if self.share_of(option) >= 1]

    def wrong_answer(self, content: Content) -> Answer:
        return [_key(option) for option in content.rows("options") if not self.share_of(option)][:1]


class Single(_Choosing):
    """One option is right; the answer is right or not."""

    kind = Kind.SINGLE
    name: ClassVar[str | Promise] = _("Pilih satu")


class Multiple(_Choosing):
    """Several options are right: right picks minus wrong picks over the number of right options, not below 0."""

    kind = Kind.MULTIPLE
    name: ClassVar[str | Promise] = _("Pilih beberapa")

    def takes_many(self, content: Content) -> bool:
        return True

    def count_problems(self, right: int, count: int) -> list[str]:
        if 2 <= right < count:
            return []
        return [
            _t("Pilihan ganda memerlukan sedikitnya dua jawaban benar dan satu yang salah; di sini %(count)s benar.")
            % {"count": right}
        ]


class Situational(_Choosing):
    """What to do in a situation: each action earns its own share, the best one everything."""

    kind = Kind.SITUATIONAL
    name: ClassVar[str | Promise] = _("Penilaian situasi")

    def key_problems(self, options: list[Payload]) -> list[str]:
        shares = [option.get("score") for option in options]
        if not all(is_number(share) and share in SHARES for share in shares):
            return [_t("Nilai pilihan (score) harus 0, 0.25, 0.5, 0.75, atau 1.")]
        problems = []
        if shares.count(1) != 1:
            problems.append(
                _t("Penilaian situasi memerlukan tepat satu pilihan bernilai 1; di sini %(count)s.")
                % {"count": shares.count(1)}
            )
        if 0 not in shares:
            problems.append(_t("Penilaian situasi memerlukan sedikitnya satu pilihan bernilai 0."))
        return problems

    def grade(self, content: Content, answer: Answer) -> float:
        chosen = chosen_keys(answer)
        shares = [self.share_of(option) for option in content.rows("options") if _key(option) in chosen]
        return shares[0] if len(chosen) == 1 and shares else 0.0

    def share_of(self, option: Payload) -> float:
        share = option.get("score")
        return min(1.0, max(0.0, float(share))) if isinstance(share, (int, float)) else 0.0


class InBasket(_Choosing):
    """A decision that needs several papers; one option is right or several, graded accordingly."""

    kind = Kind.INBASKET
    name: ClassVar[str | Promise] = _("Telaah berkas")
    parts = ("documents", "options")

    def takes_many(self, content: Content) -> bool:
        return len(_right_keys(content)) > 1

    def problems(self, item: Payload) -> list[str]:
        documents = item.get("documents")
        if not isinstance(documents, list) or not 2 <= len(documents) <= 4:
            problems = [_t("Berkas (documents) harus 2 sampai 4 buah.")]
        elif not all(
            isinstance(paper, Mapping)
            and is_text(paper.get("title"), 120)
            and is_text(paper.get("text"), LONGEST_DOCUMENT)
            for paper in documents
        ):
            problems = [_t("Setiap berkas memerlukan judul (title) dan isi (text).")]
        else:
            problems = repetitions([paper["title"] for paper in documents])
        return problems + super().problems(item)

    def count_problems(self, right: int, count: int) -> list[str]:
        if 1 <= right < count:
            return []
        return [_t("Telaah berkas memerlukan sedikitnya satu pilihan benar dan satu yang salah.")]

    def english_problems(self, item: Payload, english: Payload) -> list[str]:
        papers = english_rows(english, "documents", len(item["documents"]), ("title", "text"), longest=LONGEST_DOCUMENT)
        return papers + super().english_problems(item, english)

    def show(self, content: Content, view: PublicItem, seed: str) -> PublicItem:
        papers = tuple(
            Document(
                content.words("documents", n, "title"),
                Markup(render_markdown(content.words("documents", n, "text"))),  # noqa: S704  the renderer sanitises
            )
            for n in range(len(content.rows("documents")))
        )
        return super().show(content, view.with_parts(documents=papers), seed)
