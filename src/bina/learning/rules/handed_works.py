"""The life of what a learner hands in within a course: an assignment that a trainer scores, a workplace task that is confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.assessment.rules import MARKS
from bina.foundation.verdict import ALLOWED, Verdict, denied, refused
from bina.learning.rules.people import may_manage_course
from bina.people.rules import Permission

if TYPE_CHECKING:
    from bina.people.queries import Standing

# Two colleagues who took the same course stand for one superior.
CONFIRMING_PEERS = 2
MOST_PEERS = 3
WAITING_DAYS = 7
LONGEST_COMMENT = 3_000
SHORTEST_REASON = 10


class WorkState(StrEnum):
    """Where a work stands."""

    DRAFT = "draft"
    HANDED_IN = "handed_in"
    RETURNED = "returned"
    APPEALED = "appealed"
    ACCEPTED = "accepted"


WORK_STATE_NAMES: dict[WorkState, str | Promise] = {
    WorkState.DRAFT: _("Draf"),
    WorkState.HANDED_IN: _("Menunggu diperiksa"),
    WorkState.RETURNED: _("Dikembalikan"),
    WorkState.APPEALED: _("Menunggu keputusan banding"),
    WorkState.ACCEPTED: _("Diterima"),
}
WORK_NEXT_STATES: dict[WorkState, frozenset[WorkState]] = {
    WorkState.DRAFT: frozenset({WorkState.HANDED_IN}),
    WorkState.HANDED_IN: frozenset({WorkState.RETURNED, WorkState.ACCEPTED}),
    WorkState.RETURNED: frozenset({WorkState.HANDED_IN, WorkState.APPEALED}),
    WorkState.APPEALED: frozenset({WorkState.RETURNED, WorkState.ACCEPTED}),
    WorkState.ACCEPTED: frozenset({WorkState.RETURNED}),
}
OPEN_TO_LEARNER = (WorkState.DRAFT, WorkState.RETURNED)
WAITING = (WorkState.HANDED_IN, WorkState.APPEALED)


def can_move_work(state: str, to: WorkState) -> Verdict:
    """Whether its learner or those who look at it may give a work another state; the sentence says where it stands.

    An accepted one is moved by nobody: it goes back only with its enrolment, when that is opened again at its part.
    """
    if state != WorkState.ACCEPTED and to in WORK_NEXT_STATES[WorkState(state)]:
        return ALLOWED
    sentences = {
        WorkState.DRAFT: _t("Kiriman ini masih draf; pemiliknya belum menyerahkannya."),
        WorkState.HANDED_IN: _t("Kiriman ini sudah diserahkan dan menunggu diperiksa; isinya tidak dapat diubah."),
        WorkState.RETURNED: _t("Kiriman ini sudah dikembalikan dan menunggu diserahkan lagi oleh pemiliknya."),
        WorkState.APPEALED: _t("Banding atas kiriman ini sedang menunggu keputusan widyaiswara."),
        WorkState.ACCEPTED: _t("Kiriman ini sudah diterima dan tetap seperti adanya."),
    }
    return refused(sentences[WorkState(state)])


def may_judge_works(standing: "Standing", *, is_own: bool, unit_path: str, course_agency_id: int | None) -> Verdict:
    """Trainers of the course, and those who look after courses where the learner works, judge works; nobody judges own ones."""
    if is_own:
        return denied(_t("Tidak seorang pun memeriksa kirimannya sendiri."))
    if standing.may_in(Permission.MANAGE_COURSES, unit_path) or may_manage_course(standing, course_agency_id):
        return ALLOWED
    return denied(_t("Kiriman ini diperiksa oleh widyaiswara atau pengelola kursus."))


def share_of_marks(marks: Mapping[str, int]) -> float:
    """The points of a scored rubric as a share of the most that is possible, 0 to 1."""
    return sum(marks.values()) / (MARKS[-1][0] * len(marks)) if marks else 0.0


def is_enough(payload: Mapping[str, Any], marks: Mapping[str, int]) -> bool:
    """Whether a scored work reaches the share that its author asks for."""
    return bool(round(100 * share_of_marks(marks), 6) >= payload.get("passing", 0))


def can_return(comment: str) -> Verdict:
    """A work that goes back needs words by which it can be improved."""
    if len(comment.strip()) >= SHORTEST_REASON:
        return ALLOWED
    return refused(_t("Tulis apa yang perlu diperbaiki, agar pemiliknya tahu langkah berikutnya."))


def can_appeal(reason: str) -> Verdict:
    """An appeal needs a reason that the trainer can weigh."""
    if len(reason.strip()) >= SHORTEST_REASON:
        return ALLOWED
    return refused(_t("Tulis alasan banding Anda dengan sedikitnya satu kalimat."))


@dataclass(frozen=True, slots=True)
class RubricLine:
    """One criterion of a rubric to read or to score: where it stands, its words, what each mark looks like, the mark given."""

    place: int
    name: str
    competency: str
    level: int
    marks: tuple[tuple[int, str, str], ...]
    given: int | None


def rubric_lines(rubric: Sequence[Mapping[str, Any]], given: Mapping[str, int]) -> list[RubricLine]:
    """The criteria of a course's rubric in order, with the marks given so far (by place)."""
    return [
        RubricLine(
            place, row["name"], row["competency"], row["level"],
            tuple((mark, str(word), row["descriptors"][mark]) for mark, word in MARKS), given.get(str(place)),
        )
        for place, row in enumerate(rubric, start=1)
    ]  # fmt: skip
