"""The life of a practical task and of one handing-in; who may score whom, and when two scorings need a third."""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.foundation.verdict import ALLOWED, Verdict, denied, refused

# Two people read every work, so one call sets no more work than two people can read.
MOST_AT_ONCE = 200
SCORING_DAYS = 7
LONGEST_TEXT = 20_000
MOST_FILES = 4
# Below so many works scored by two people, agreement is a matter of luck and stays unsaid.
FEWEST_PAIRS = 10

# Performance on one criterion; “Memenuhi” is what the level of the criterion asks.
MARKS: tuple[tuple[int, str | Promise], ...] = (
    (0, _("Belum tampak")),
    (1, _("Baru sebagian kecil")),
    (2, _("Hampir memenuhi")),
    (3, _("Memenuhi")),
    (4, _("Melampaui")),
)
# A person just at the level of a criterion meets it as likely as not; each step lies 0.7 level from the next, as in ratings.
STEPS_AROUND_CRITERION = (-1.4, -0.7, 0.0, 0.7)
NEXT_TO_EACH_OTHER = 1


class TaskState(StrEnum):
    """Where a practical task stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


TASK_STATE_NAMES: dict[TaskState, str | Promise] = {
    TaskState.DRAFT: _("Draf"),
    TaskState.PUBLISHED: _("Terbit"),
    TaskState.RETIRED: _("Tidak dipakai"),
}
TASK_NEXT_STATES: dict[TaskState, frozenset[TaskState]] = {
    TaskState.DRAFT: frozenset({TaskState.PUBLISHED, TaskState.RETIRED}),
    TaskState.PUBLISHED: frozenset({TaskState.RETIRED}),
    TaskState.RETIRED: frozenset({TaskState.PUBLISHED}),
}


class HandingState(StrEnum):
    """Where one person's work on a task stands."""

    ASSIGNED = "assigned"
    SUBMITTED = "submitted"
    SCORING = "scoring"
    SCORED = "scored"
    RETURNED = "returned"
    CANCELLED = "cancelled"


HANDING_STATE_NAMES: dict[HandingState, str | Promise] = {
    HandingState.ASSIGNED: _("Belum diserahkan"),
    HandingState.SUBMITTED: _("Diserahkan"),
    HandingState.SCORING: _("Sedang dinilai"),
    HandingState.SCORED: _("Selesai dinilai"),
    HandingState.RETURNED: _("Dikembalikan"),
    HandingState.CANCELLED: _("Dibatalkan"),
}
HANDING_NEXT_STATES: dict[HandingState, frozenset[HandingState]] = {
    HandingState.ASSIGNED: frozenset({HandingState.SUBMITTED, HandingState.CANCELLED}),
    HandingState.SUBMITTED: frozenset({HandingState.SCORING, HandingState.SCORED, HandingState.RETURNED, HandingState.CANCELLED}),
    HandingState.SCORING: frozenset({HandingState.SCORED, HandingState.CANCELLED}),
    HandingState.SCORED: frozenset(),
    HandingState.RETURNED: frozenset({HandingState.SUBMITTED, HandingState.CANCELLED}),
    HandingState.CANCELLED: frozenset(),
}  # fmt: skip
# What a person can still change and hand in.
OPEN_TO_PERSON = (HandingState.ASSIGNED, HandingState.RETURNED)
OPEN_TO_ASSESSORS = (HandingState.SUBMITTED, HandingState.SCORING)


def can_move_task(state: str, to: str) -> Verdict:
    """Whether a task may go from one state to another."""
    if to in TASK_NEXT_STATES[TaskState(state)]:
        return ALLOWED
    return refused(
        _t("Tugas yang “%(state)s” tidak dapat langsung menjadi “%(to)s”.")
        % {"state": TASK_STATE_NAMES[TaskState(state)], "to": TASK_STATE_NAMES[TaskState(to)]}
    )


def can_move_handing(state: str, to: HandingState) -> Verdict:
    """Whether one person's work may take another state; the sentence says where it stands."""
    if to in HANDING_NEXT_STATES[HandingState(state)]:
        return ALLOWED
    sentences = {
        HandingState.ASSIGNED: _t("Tugas ini belum diserahkan, jadi langkah itu belum dapat dilakukan."),
        HandingState.SUBMITTED: _t("Tugas ini sudah diserahkan dan menunggu penilai; isinya tidak dapat diubah lagi."),
        HandingState.SCORING: _t("Tugas ini sedang dinilai; isinya tidak dapat diubah atau dikembalikan lagi."),
        HandingState.SCORED: _t("Tugas ini sudah selesai dinilai dan tetap seperti adanya."),
        HandingState.RETURNED: _t("Tugas ini dikembalikan kepada pegawai dan menunggu diserahkan lagi."),
        HandingState.CANCELLED: _t("Tugas ini sudah dibatalkan."),
    }
    return refused(sentences[HandingState(state)])


def can_be_handed_in(*, text: str, file_count: int, wants_text: bool, wants_files: bool) -> Verdict:
    """Whether there is something to score: the text or the file that the task asks for."""
    if wants_text and not text.strip():
        return refused(_t("Tugas ini meminta jawaban tertulis. Tulis jawaban Anda, lalu serahkan."))
    if wants_files and not file_count:
        return refused(_t("Tugas ini meminta berkas. Lampirkan sedikitnya satu berkas, lalu serahkan."))
    return ALLOWED


def may_score(
    *, is_person: bool, is_subordinate: bool, in_agency: bool, has_account: bool, works_on_it: bool
) -> Verdict:
    """Whether somebody may score a person's work; every conflict of interest has its own sentence."""
    if is_person:
        return denied(_t("Tidak seorang pun menilai tugasnya sendiri."))
    if is_subordinate:
        return denied(
            _t("Penilai ini bawahan langsung orang yang dinilai; pilih penilai yang tidak menjawab kepadanya.")
        )
    if not in_agency:
        return denied(_t("Penilai harus pegawai aktif dari instansi yang sama."))
    if not has_account:
        return denied(_t("Pegawai ini belum punya akun, jadi belum dapat menilai. Undang dulu lewat menu Pegawai."))
    if works_on_it:
        return denied(_t("Pegawai ini sendiri sedang mengerjakan tugas yang sama, jadi tidak dapat menilainya."))
    return ALLOWED


def clean_marks(marks: object, criteria: Mapping[str, int]) -> dict[str, int]:
    """Only marks that exist: 0 to 4 for known criteria (by key)."""
    if not isinstance(marks, Mapping):
        return {}
    highest = MARKS[-1][0]
    return {
        key: marks[key]
        for key in sorted(criteria, key=criteria.__getitem__)
        if isinstance(marks.get(key), int) and not isinstance(marks[key], bool) and 0 <= marks[key] <= highest
    }


def can_send_marks(marks: Mapping[str, int], criteria: Mapping[str, int]) -> Verdict:
    """Whether every criterion has its mark."""
    missing = len(criteria) - len(set(marks) & set(criteria))
    if not missing:
        return ALLOWED
    return refused(_t("%(n)s kriteria belum dinilai. Yang sudah diisi tersimpan.") % {"n": missing})


def need_a_third(first: Mapping[str, int], second: Mapping[str, int], largest_difference: int) -> bool:
    """Whether two scorings lie too far apart: by more than one step on a criterion, or in sum by more than agreed."""
    steps = [abs(first[key] - second[key]) for key in first.keys() & second.keys()]
    totals = abs(sum(first.values()) - sum(second.values()))
    return any(step > NEXT_TO_EACH_OTHER for step in steps) or totals > largest_difference
