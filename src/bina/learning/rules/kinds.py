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
from bina.learning.rules.editing import EditField
from bina.learning.rules.saying import Says, says_nothing

if TYPE_CHECKING:
    from bina.learning.rules.folder import FolderReader

Payload = Mapping[str, Any]
Evidence = dict[str, Any]

WATCHED_SHARE = 80
# What every kind may say in course.yaml, whatever else it needs.
SHARED_FIELDS = frozenset({"key", "kind", "title", "minutes", "required", "needs", "only_for"})
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


def no_score(evidence: Mapping[str, Any]) -> float | None:
    """Kinds without a score of their own, or whose score this room counts itself."""
    return None


@dataclass(frozen=True, slots=True)
class ActivityKind:
    """One kind of activity.

    ``template`` shows it, ``compile`` reads its entry of a folder, ``merge`` takes in reported evidence (anything
    malformed is left out), ``can_complete`` says whether the evidence suffices. ``teaches``: opening it is study.
    ``confirms``: the learner ends it with a button; else it ends by itself when the evidence suffices.
    ``score`` reads the best score (0 to 1) out of the evidence, for kinds that are graded outside this room;
    ``record_page`` names the page on which those who may see a participant read more about such an activity.
    ``edits`` are the fields that the form in the browser asks for; a kind without them gets one line for each of its own.
    ``purpose`` says in a few words what an author uses it for. ``says`` names the statements that follow from a report, given
    the evidence before it.
    ``has_variants``: its text may differ by sector.
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
    score: Callable[[Mapping[str, Any]], float | None] = no_score
    record_page: str = ""
    edits: tuple[EditField, ...] = ()
    purpose: str | Promise = ""
    says: Says = says_nothing
    has_variants: bool = False

    @property
    def form_fields(self) -> tuple[EditField, ...]:
        """The fields of its own that a form shows."""
        own = sorted(self.fields - SHARED_FIELDS - {"test_out"})
        return self.edits or tuple(EditField(name, name.replace("_", " ").capitalize()) for name in own)


KINDS: dict[str, ActivityKind] = {}


def register_kind(kind: ActivityKind) -> ActivityKind:
    """Add a kind; called once when a room starts. Raises ValueError when its code is taken."""
    if kind.code in KINDS:
        raise ValueError(f"activity kind {kind.code} is registered twice")
    KINDS[kind.code] = kind
    return kind


def number_in(value: object, most: float) -> float:
    """A number that somebody sent, between 0 and ``most``; 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        return 0.0
    return min(max(0.0, float(value)), most)


def merge_seconds(payload: Payload, evidence: Evidence, report: Mapping[str, Any]) -> Evidence:
    """Add reported seconds in view; one report is never believed beyond half an hour."""
    seconds = number_in(report.get("seconds"), MOST_SECONDS_PER_REPORT)
    if not seconds:
        return evidence
    return {**evidence, "seconds": round(number_in(evidence.get("seconds"), 1e7) + seconds)}


def merge_intervals(known: list[list[float]], new: object, length: float) -> list[list[float]]:
    """The union of watched stretches ``[from, to]`` in seconds; malformed ones are left out.

    Stretches that touch within a second become one, so that the list stays short.
    """
    found = [list(pair) for pair in known]
    for pair in new if isinstance(new, list) else []:
        if isinstance(pair, (list, tuple)) and len(pair) == 2:
            start, end = number_in(pair[0], length or 86_400), number_in(pair[1], length or 86_400)
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
    length = number_in(evidence.get("length") or payload.get("seconds"), 86_400)
    seen = sum(end - start for start, end in evidence.get("intervals", []))
    return min(1.0, seen / length) if length else 0.0


SHORTEST_GAP = 2.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one second to another, and the same in words: ``02:10–04:00``."""

    start: float
    end: float

    @property
    def words(self) -> str:
        """Minutes and seconds of both ends."""
        return "–".join(f"{int(at) // 60:02d}:{int(at) % 60:02d}" for at in (self.start, self.end))


@dataclass(frozen=True, slots=True)
class Played:
    """What of a video or a recording was played and what was not; both empty while nothing was."""

    length: float = 0.0
    seen: tuple[Stretch, ...] = ()
    unseen: tuple[Stretch, ...] = ()


def played_parts(payload: Payload, evidence: Mapping[str, Any]) -> Played:
    """The stretches that were played, and the gaps of two seconds and more between them; other versions of the same video count alike."""
    length = number_in(evidence.get("length") or payload.get("seconds"), 86_400)
    seen = tuple(Stretch(start, min(end, length)) for start, end in evidence.get("intervals", []) if start < length)
    if not length or not seen:
        return Played()
    edges = [0.0, *(edge for stretch in seen for edge in (stretch.start, stretch.end)), length]
    gaps = (Stretch(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True))
    return Played(length, seen, tuple(gap for gap in gaps if gap.end - gap.start >= SHORTEST_GAP))


def merge_video(payload: Payload, evidence: Evidence, report: Mapping[str, Any]) -> Evidence:
    """Take in watched stretches, the place where the person stopped, and whether the transcript was opened."""
    merged = merge_seconds(payload, evidence, report)
    length = number_in(payload.get("seconds"), 86_400) or number_in(report.get("length"), 86_400)
    if length:
        merged = {**merged, "length": length}
    if report.get("intervals"):
        merged = {**merged, "intervals": merge_intervals(merged.get("intervals", []), report["intervals"], length)}
    if "at" in report:
        merged = {**merged, "at": round(number_in(report["at"], length or 86_400), 1)}
    if report.get("transcript"):
        merged = {**merged, "transcript": True}
    return merged


def merge_file(payload: Payload, evidence: Evidence, report: Mapping[str, Any]) -> Evidence:
    """Count downloads."""
    merged = merge_seconds(payload, evidence, report)
    if report.get("downloaded"):
        merged = {**merged, "downloads": int(number_in(merged.get("downloads"), 1e6)) + 1}
    return merged


def merge_document(payload: Payload, evidence: Evidence, report: Mapping[str, Any]) -> Evidence:
    """Keep the furthest page that the reader says was read, the place to open again, and an opened text alternative."""
    merged = merge_file(payload, evidence, report)
    page = int(number_in(report.get("page"), payload.get("pages", 1)))
    if page:
        merged = {**merged, "at": page, "page": max(page, int(number_in(merged.get("page"), 1e4)))}
    if report.get("transcript"):
        merged = {**merged, "transcript": True}
    return merged


def can_complete_link(payload: Payload, doing: Doing) -> Verdict:
    """A link is done when it was opened."""
    if doing.evidence.get("downloads"):
        return ALLOWED
    return refused(_("Buka tautannya terlebih dahulu, lalu kembali ke sini dan tandai selesai."))


def can_complete_document(payload: Payload, doing: Doing) -> Verdict:
    """A document is done when its reader says that the last page was read, or has opened its text; a browser does not tell
    which pages it showed, so nothing more is claimed."""
    page, pages = int(doing.evidence.get("page", 0)), payload.get("pages", 1)
    if doing.evidence.get("transcript") or page >= pages:
        return ALLOWED
    return refused(
        _("Anda mencatat baru sampai halaman %(page)s dari %(pages)s. Catat halaman terakhir yang Anda baca, atau buka "
          "versi teksnya.") % {"page": page, "pages": pages}
    )  # fmt: skip


def can_complete_page(payload: Payload, doing: Doing) -> Verdict:
    """A page is done when its reader says so; how long it was open is kept, not judged."""
    return ALLOWED


def can_complete_video(payload: Payload, doing: Doing) -> Verdict:
    """A video or a recording is done when the stated share was really played, whichever way one jumped, or its transcript
    was opened."""
    if doing.evidence.get("transcript"):
        return ALLOWED
    share = payload.get("share", WATCHED_SHARE)
    if round(100 * watched_share(payload, doing.evidence), 6) >= share:
        return ALLOWED
    return refused(
        _("Putar sedikitnya %(share)s%% rekaman ini, atau buka transkripnya, lalu tandai selesai. Meloncat ke akhir belum "
          "cukup; yang sudah Anda putar tersimpan.") % {"share": share}
    )  # fmt: skip


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
