"""The life of a course and of an enrolment, and what each state allows."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from bina.foundation.verdict import ALLOWED, Verdict, refused
from bina.learning.rules.gates import NOT_MEANT


class CourseState(StrEnum):
    """Where a course stands for the catalogue."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


COURSE_STATE_NAMES = {
    CourseState.DRAFT: _("Draf"),
    CourseState.PUBLISHED: _("Terbit"),
    CourseState.ARCHIVED: _("Diarsipkan"),
}
NEXT_COURSE_STATES: dict[CourseState, frozenset[CourseState]] = {
    CourseState.DRAFT: frozenset({CourseState.PUBLISHED}),
    CourseState.PUBLISHED: frozenset({CourseState.PUBLISHED, CourseState.ARCHIVED}),
    CourseState.ARCHIVED: frozenset({CourseState.PUBLISHED}),
}


class EnrolmentState(StrEnum):
    """Where a person stands in a course. A withdrawal can be taken back; a completion only by an authorised person."""

    STARTED = "started"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


ENROLMENT_STATE_NAMES = {
    EnrolmentState.STARTED: _("Sedang berjalan"),
    EnrolmentState.COMPLETED: _("Selesai"),
    EnrolmentState.WITHDRAWN: _("Berhenti"),
}
NEXT_STATES: dict[EnrolmentState, frozenset[EnrolmentState]] = {
    EnrolmentState.STARTED: frozenset({EnrolmentState.COMPLETED, EnrolmentState.WITHDRAWN}),
    EnrolmentState.COMPLETED: frozenset({EnrolmentState.STARTED}),
    EnrolmentState.WITHDRAWN: frozenset({EnrolmentState.STARTED}),
}


class Origin(StrEnum):
    """Why a person takes a course."""

    SELF = "self"
    PLAN = "plan"
    HR = "hr"


class ProgressState(StrEnum):
    """Where a person stands in one activity; no row means not opened."""

    OPENED = "opened"
    COMPLETED = "completed"


def can_become(state: str, target: EnrolmentState) -> Verdict:
    """Whether an enrolment in ``state`` may take the state ``target``."""
    if target in NEXT_STATES[EnrolmentState(state)]:
        return ALLOWED
    sentences = {
        EnrolmentState.COMPLETED: _("Kursus ini sudah selesai; catatannya tidak diubah."),
        EnrolmentState.WITHDRAWN: _(
            "Anda sudah berhenti dari kursus ini. Mulai lagi dari halaman kursus; kemajuan Anda masih tersimpan."
        ),
        EnrolmentState.STARTED: _("Kursus ini sedang berjalan."),
    }
    return refused(sentences[EnrolmentState(state)])


def can_course_become(state: str, target: CourseState) -> Verdict:
    """Whether a course in ``state`` may take the state ``target``."""
    if target in NEXT_COURSE_STATES[CourseState(state)]:
        return ALLOWED
    if target is CourseState.ARCHIVED:
        return refused(_("Hanya kursus yang sudah terbit yang dapat diarsipkan."))
    return refused(_("Keadaan kursus tidak mengizinkan perubahan ini."))


def can_enrol(course_state: str) -> Verdict:
    """Whether a course takes new learners."""
    if course_state == CourseState.PUBLISHED:
        return ALLOWED
    if course_state == CourseState.ARCHIVED:
        return refused(_("Kursus ini sudah diarsipkan dan tidak menerima peserta baru. Cari penggantinya di katalog."))
    return refused(_("Kursus ini belum terbit."))


def can_learn(enrolment_state: str) -> Verdict:
    """Whether progress may still be written; a completed course stays open for reading and practice."""
    if enrolment_state == EnrolmentState.WITHDRAWN:
        return can_become(enrolment_state, EnrolmentState.COMPLETED)
    return ALLOWED


def with_required_parts(outline: list[dict[str, Any]], marks: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts of an outline that a learner must finish, in order; those marked as not meant for the person are left out."""
    return [
        part
        for section in outline
        for part in section["parts"]
        if part["required"] and marks.get(part["key"]) != NOT_MEANT
    ]


def parts_to_redo(outline: list[dict[str, Any]], marks: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The required parts of a completed course that may be done again, in order: all but the test before it, which is taken once."""
    return [part for part in with_required_parts(outline, marks) if part.get("role") != "pre"]


# So much faster than stated that nobody can have read it: a twentieth of the stated time, or 1,200 words a minute
# (assumption; practised readers do 250 to 400). It is shown to the trainer and asked about, never held against anybody.
HASTY_SHARE = 1 / 20
HASTY_WORDS_PER_SECOND = 20


def hasty_below(minutes: int, payload: Mapping[str, Any]) -> float:
    """The seconds below which finishing a part is remarkable."""
    words = payload.get("words")
    return words / HASTY_WORDS_PER_SECOND if words else 60 * minutes * HASTY_SHARE


LEVEL_NAMES = {1: _("Dasar"), 2: _("Menengah"), 3: _("Mahir"), 4: _("Sangat mahir"), 5: _("Pakar")}
