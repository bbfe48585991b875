"""Scores as tools send them (Assignment and Grade Services 2.0): how they are read, in which order, and what follows."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.integrations.lti.rules.reading import moment_in, number_in, text_in
from bina.integrations.lti.rules.words import Rejected

Kind = TypeVar("Kind", bound=StrEnum)
LONGEST_COMMENT = 4_000
AHEAD = dt.timedelta(minutes=10)


class ActivityProgress(StrEnum):
    """How far the person is, as the tool says it."""

    INITIALIZED = "Initialized"
    STARTED = "Started"
    IN_PROGRESS = "InProgress"
    SUBMITTED = "Submitted"
    COMPLETED = "Completed"


class GradingProgress(StrEnum):
    """How far the grading is, as the tool says it."""

    NOT_READY = "NotReady"
    FAILED = "Failed"
    PENDING = "Pending"
    PENDING_MANUAL = "PendingManual"
    FULLY_GRADED = "FullyGraded"


PROGRESS_NAMES = {
    ActivityProgress.INITIALIZED: _("Baru dibuka"),
    ActivityProgress.STARTED: _("Dimulai"),
    ActivityProgress.IN_PROGRESS: _("Sedang dikerjakan"),
    ActivityProgress.SUBMITTED: _("Diserahkan"),
    ActivityProgress.COMPLETED: _("Selesai dikerjakan"),
}
GRADING_NAMES = {
    GradingProgress.NOT_READY: _("belum dinilai"),
    GradingProgress.FAILED: _("penilaian gagal"),
    GradingProgress.PENDING: _("sedang dinilai"),
    GradingProgress.PENDING_MANUAL: _("menunggu penilai"),
    GradingProgress.FULLY_GRADED: _("sudah dinilai"),
}
WAITING_GRADES = frozenset({GradingProgress.PENDING, GradingProgress.PENDING_MANUAL})


@dataclass(frozen=True, slots=True)
class Score:
    """One message about one person: points of how many, or none, and how far work and grading are."""

    subject: str
    at: dt.datetime
    activity: ActivityProgress
    grading: GradingProgress
    given: float | None = None
    maximum: float | None = None
    comment: str = ""

    @property
    def share(self) -> float | None:
        """The part of the points reached; extra points make it more than 1."""
        return self.given / self.maximum if self.given is not None and self.maximum else None


def read_score(data: object, *, now: dt.datetime) -> Score:
    """A score out of its JSON. Raises Rejected with a sentence that names the field."""
    if not isinstance(data, Mapping):
        raise Rejected(_t("Nilai harus berupa satu objek JSON."))
    at = moment_in(data, "timestamp", is_needed=True)
    assert at is not None
    if at > now + AHEAD:
        raise Rejected(_t("Waktu nilai (timestamp) belum tiba. Periksa jam di server alat."))
    given, maximum = number_in(data, "scoreGiven"), number_in(data, "scoreMaximum")
    if given is not None and not maximum:
        raise Rejected(_t("Nilai (scoreGiven) harus disertai nilai tertinggi (scoreMaximum) di atas nol."))
    return Score(
        text_in(data, "userId", 255, is_needed=True), at, _word(data, "activityProgress", ActivityProgress),
        _word(data, "gradingProgress", GradingProgress), given, maximum, text_in(data, "comment", LONGEST_COMMENT),
    )  # fmt: skip


def _word(data: Mapping[str, Any], name: str, kind: type[Kind]) -> Kind:
    try:
        return kind(data.get(name, ""))
    except ValueError as error:
        known = ", ".join(word.value for word in kind)
        raise Rejected(
            _t("Isian “%(name)s” harus salah satu dari: %(known)s.") % {"name": name, "known": known}
        ) from error


def can_take_score(latest_at: dt.datetime | None, score: Score) -> bool:
    """Whether a score is newer than what is known; the same moment twice is one and the same message."""
    return latest_at is None or score.at > latest_at


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a launch or a score means for the part of the course. Made by this house only, so nobody can report one by hand."""

    is_opened: bool = False
    is_done: bool = False
    is_waiting: bool = False
    score: float | None = None


def outcome_of(payload: Mapping[str, Any], score: Score) -> Outcome:
    """What follows from a score: a part is done when its grading is over and the pass mark is reached, or, without a pass
    mark, when the tool says that work or grading is over. Extra points count as all points."""
    share = None if score.share is None else min(1.0, score.share)
    is_graded = score.grading is GradingProgress.FULLY_GRADED
    passing = payload.get("passing")
    if payload.get("completes") == "opening":
        is_done = False
    elif passing is None:
        is_done = is_graded or score.activity is ActivityProgress.COMPLETED
    else:
        is_done = is_graded and share is not None and round(100 * share, 6) >= passing
    return Outcome(True, is_done, score.grading in WAITING_GRADES, share if is_graded else None)
