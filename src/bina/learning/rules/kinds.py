"""The registry of activity kinds: what each is called, what it needs from a folder, and what counts as done.

Another room adds a kind by calling ``register_kind`` when it starts; the player and the import ask only this registry.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bina.foundation.verdict import ALLOWED, Verdict, refused

if TYPE_CHECKING:
    from bina.learning.rules.folder import FolderReader

Payload = Mapping[str, Any]
Evidence = dict[str, Any]

WATCHED_SHARE = 0.8
MOST_SECONDS_PER_REPORT = 1_800
MOST_INTERVALS = 200


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a kind makes of its entry in a course folder: ready to show, with the bytes a learner loads."""

    payload: dict[str, Any] = field(default_factory=dict)
    body: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Doing:
    """What is known about a person in one activity when completion is asked for."""

    evidence: Mapping[str, Any]
    best_score: float | None = None


@dataclass(frozen=True, slots=True)
class ActivityKind:
    """One kind of activity.

    ``template`` shows it, ``compile`` reads its entry of a folder, ``merge`` takes in reported evidence (anything
    malformed is left out), ``can_complete`` says whether the evidence suffices. ``teaches``: opening it is study.
    ``confirms``: the learner ends it with a button; else it ends by itself when the evidence suffices.
    """

    code: str
    name: str | Promise
    icon: str
    template: str
    fields: frozenset[str]
    compile: Callable[["FolderReader", Mapping[str, Any], str], Compiled]
    merge: Callable[[Payload, Evidence, Mapping[str, Any]], Evidence]
    can_complete: Callable[[Payload, Doing], Verdict]
    teaches: bool = True
    confirms: bool = True


KINDS: dict[str, ActivityKind] = {}


def register_kind(kind: ActivityKind) -> ActivityKind:
    """Add a kind; called once when a room starts. Raises ValueError when its code is taken."""
    if kind.code in KINDS:
        raise ValueError(f"activity kind {kind.code} is registered twice")
    KINDS[kind.code] = kind
    return kind


def _number(value: object, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        return 0.0
    return min(max(0.0, float(value)), most)


def merge_seconds(payload: Payload, evidence: Evidence, report: Mapping[str, Any]) -> Evidence:
    """Add reported seconds in view; one report is never believed beyond half an hour."""
    seconds = _number(report.get("seconds"), MOST_SECONDS_PER_REPORT)
    if not seconds:
        return evidence
    return {**evidence, "seconds": round(_number(evidence.get("seconds"), 1e7) + seconds)}


def merge_intervals(known: list[list[float]], new: object, length: float) -> list[list[float]]:
    """The union of watched stretches ``[from, to]`` in seconds; malformed ones are left out.

    Stretches that touch within a second become one, so that the list stays short.
    """
    found = [list(pair) for pair in known]
    for pair in new if isinstance(new, list) else []:
        if isinstance(pair, (list, tuple)) and len(pair) == 2:
            start, end = _number(pair[0], length or 86_400), _number(pair[1], length or 86_400)
            if end > start:
                found.append([start, end])
    merged: list[list[float]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1] + 1.0:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return [[round(start, 1), round(end, 1)] for start, end in merged[:MOST_INTERVALS]]


def watched_share(payload: Payload, evidence: Mapping[str, Any]) -> float:
    """Share of a video that was watched, 0 to 1, counted once however often it was repeated."""
    length = _number(evidence.get("length") or payload.get("seconds"), 86_400)
    seen = sum(end - start for start, end in evidence.get("intervals", []))
    return min(1.0, seen / length) if length else 0.0


def merge_video(payload: Payload, evidence: Evidence, report: Mapping[str, Any]) -> Evidence:
    """Take in watched stretches, the place where the person stopped, and whether the transcript was opened."""
    merged = merge_seconds(payload, evidence, report)
    length = _number(payload.get("seconds"), 86_400) or _number(report.get("length"), 86_400)
    if length:
        merged = {**merged, "length": length}
    if report.get("intervals"):
        merged = {**merged, "intervals": merge_intervals(merged.get("intervals", []), report["intervals"], length)}
    if "at" in report:
        merged = {**merged, "at": round(_number(report["at"], length or 86_400), 1)}
    if report.get("transcript"):
        merged = {**merged, "transcript": True}
    return merged


def merge_file(payload: Payload, evidence: Evidence, report: Mapping[str, Any]) -> Evidence:
    """Count downloads."""
    merged = merge_seconds(payload, evidence, report)
    if report.get("downloaded"):
        merged = {**merged, "downloads": int(_number(merged.get("downloads"), 1e6)) + 1}
    return merged


def can_complete_page(payload: Payload, doing: Doing) -> Verdict:
    """A page is done when its reader says so; how long it was open is kept, not judged."""
    return ALLOWED


def can_complete_video(payload: Payload, doing: Doing) -> Verdict:
    """A video is done when most of it was watched or its transcript was opened."""
    if doing.evidence.get("transcript") or watched_share(payload, doing.evidence) >= WATCHED_SHARE:
        return ALLOWED
    return refused(_("Tonton video ini atau buka transkripnya terlebih dahulu, lalu tandai selesai."))


def can_complete_file(payload: Payload, doing: Doing) -> Verdict:
    """A file is done when it was downloaded."""
    if doing.evidence.get("downloads"):
        return ALLOWED
    return refused(_("Unduh berkas ini terlebih dahulu, lalu tandai selesai."))


def can_complete_quiz(payload: Payload, doing: Doing) -> Verdict:
    """A quiz is done when the best try reaches its passing grade."""
    if doing.best_score is None:
        return refused(_("Kerjakan kuis ini terlebih dahulu."))
    if round(100 * doing.best_score, 6) >= payload.get("passing", 0):
        return ALLOWED
    return refused(
        _("Nilai terbaik Anda belum mencapai %(passing)s. Baca pembahasannya, lalu coba lagi sesuka Anda.")
        % {"passing": payload.get("passing", 0)}
    )


def can_complete_test(payload: Payload, doing: Doing) -> Verdict:
    """A test before the course is done when it was taken; the final one when it was passed."""
    if doing.best_score is None:
        return refused(_("Kerjakan uji ini terlebih dahulu."))
    if payload.get("role") == "pre" or round(100 * doing.best_score, 6) >= payload.get("passing", 0):
        return ALLOWED
    return refused(
        _("Nilai terbaik Anda belum mencapai %(passing)s. Buka lagi bagian yang ingin Anda kuatkan, lalu coba kembali.")
        % {"passing": payload.get("passing", 0)}
    )


MOST_TRIES_A_DAY = 3


def can_try_test(
    payload: Payload,
    evidence: Mapping[str, Any],
    *,
    best_score: float | None,
    studied_at: dt.datetime | None,
    today: dt.date,
) -> Verdict:
    """Whether a test of the course may be begun now.

    The first test is taken once. The final one ends when passed; until then three tries a day, each after something of
    the course was opened again.
    """
    tries = evidence.get("tries", [])
    if payload.get("role") == "pre":
        if tries:
            return refused(_("Uji awal cukup sekali; hasil Anda sudah tersimpan."))
        return ALLOWED
    if best_score is not None and round(100 * best_score, 6) >= payload.get("passing", 0):
        return refused(_("Anda sudah lulus uji akhir; nilai terbaik Anda tersimpan."))
    if sum(1 for row in tries if row["on"] == today.isoformat()) >= MOST_TRIES_A_DAY:
        return refused(
            _("Tiga kali mencoba sudah cukup untuk hari ini. Istirahatlah, dan lanjutkan besok dengan segar.")
        )
    if tries and (studied_at is None or studied_at <= dt.datetime.fromisoformat(tries[-1]["at"])):
        return refused(_("Buka dahulu satu bagian yang ingin Anda kuatkan, lalu coba lagi uji akhirnya."))
    return ALLOWED
