"""The kinds of question, each in one place: what a file holds, its faults, how it is shown, read, graded, explained."""

from django.utils.functional import Promise

from bina.assessment.rules.kinds.arranging import Matching, Ordering
from bina.assessment.rules.kinds.choices import InBasket, Multiple, Single, Situational
from bina.assessment.rules.kinds.gaps import Cloze
from bina.assessment.rules.kinds.parts import Kind, QuestionKind
from bina.assessment.rules.kinds.pointing import Hotspot
from bina.assessment.rules.kinds.reckoning import Numeric, Spreadsheet

QUESTION_KINDS: dict[str, QuestionKind] = {
    one.kind.value: one
    for one in (
        Single(), Multiple(), Ordering(), Matching(), Numeric(), Cloze(), Situational(), InBasket(), Spreadsheet(),
        Hotspot(),
    )
}  # fmt: skip
KIND_NAMES: dict[Kind, str | Promise] = {one.kind: one.name for one in QUESTION_KINDS.values()}
# Kinds that one may have answered in part.
PARTLY_ANSWERED = tuple(
    code for code, one in QUESTION_KINDS.items() if type(one).parts_to_answer is not QuestionKind.parts_to_answer
)

__all__ = ["KIND_NAMES", "PARTLY_ANSWERED", "QUESTION_KINDS", "Kind", "QuestionKind"]
