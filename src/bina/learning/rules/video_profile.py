"""What a player notices about a video, in the words of the xAPI Video Profile: taken in once, however often it arrives.

Source: xAPI Video Profile 1.0.3 (ADL), https://w3id.org/xapi/video: its verbs, its extensions, and which of them every statement
needs. A session begins with the first second that is played and ends when its page is left; what was played is kept over all
sessions of an enrolment, which is the registration of the profile.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bina.learning.rules.kinds import WATCHED_SHARE, Evidence, Payload, merge_intervals, merge_video, number_in
from bina.learning.rules.saying import OPENING, Said

PROFILE = "https://w3id.org/xapi/video"
VIDEO_TYPE = f"{PROFILE}/activity-type/video"
SESSION_TERM = f"{PROFILE}/extensions/session-id"
VERBS = {
    OPENING: "http://adlnet.gov/expapi/verbs/initialized",
    "played": f"{PROFILE}/verbs/played",
    "paused": f"{PROFILE}/verbs/paused",
    "seeked": f"{PROFILE}/verbs/seeked",
    "completed": "http://adlnet.gov/expapi/verbs/completed",
    "terminated": "http://adlnet.gov/expapi/verbs/terminated",
}
# What a player may say; the first statement of a session and the completion follow from the rest.
NOTICED = frozenset({"played", "paused", "seeked", "terminated"})
MOST_HAPPENINGS = 150
MOST_SESSIONS = 12
MOST_SEGMENTS = 100
OLDEST_SECONDS = 7 * 86_400
LONGEST_FILM = 86_400


def extension(name: str) -> str:
    """The address of one of the profile's extensions."""
    return f"{PROFILE}/extensions/{name}"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that a player noticed: its number in the session, what, at which second of the video, how many seconds ago; for
    a jump also from where."""

    number: int
    what: str
    at: float
    ago: float
    origin: float = 0.0


def read_session(report: Mapping[str, Any]) -> str:
    """The name that a player gave its session; empty when there is none."""
    try:
        return str(uuid.UUID(str(report.get("session", ""))))
    except ValueError:
        return ""


def read_happenings(report: Mapping[str, Any], length: float) -> list[Happening]:
    """What a player noticed, in its order; what is malformed, and what comes too late, is left out.

    Each is a row ``[number, what, second, seconds ago]``, for a jump with the second it began at.
    """
    found: list[Happening] = []
    rows = report.get("happenings")
    for row in rows[:MOST_HAPPENINGS] if isinstance(rows, list) else []:
        if not isinstance(row, list) or not 4 <= len(row) <= 5 or str(row[1]) not in NOTICED:
            continue
        number, ago = row[0], number_in(row[3], 10 * OLDEST_SECONDS)
        if (
            isinstance(number, bool)
            or not isinstance(number, int)
            or not 0 < number < 1_000_000
            or ago > OLDEST_SECONDS
        ):
            continue
        if found and number <= found[-1].number:
            continue
        at, origin = (round(number_in(second, length), 3) for second in (row[2], row[4] if len(row) == 5 else 0))
        # Clocks of devices jump; the order of the numbers does not.
        found.append(Happening(number, row[1], at, min(ago, found[-1].ago if found else ago), origin))
    return found


class _Film:
    """The segments that were played of one video, while happenings are read one after the other."""

    def __init__(self, length: float, segments: list[list[float]], start: float | None) -> None:
        self.length, self.segments, self.start = length, segments, start

    def close(self, at: float) -> None:
        """Playing stops at a second; the segment is kept in the order in which it was played."""
        if self.start is not None and at > self.start:
            self.segments.append([self.start, at])
        self.start = None
        if len(self.segments) > MOST_SEGMENTS:
            half = MOST_SEGMENTS // 2
            self.segments = [*merge_intervals(self.segments[:half], [], self.length), *self.segments[half:]]
            self.segments = self.segments[-MOST_SEGMENTS:]

    def until(self, at: float) -> list[list[float]]:
        """The segments as they are when playing has come to a second."""
        is_longer = self.start is not None and at > self.start
        return [*self.segments, [self.start or 0.0, at]] if is_longer else self.segments

    def progress(self, at: float) -> float:
        """The share that was played when playing has come to a second, 0 to 1, counted once."""
        seen = sum(end - start for start, end in merge_intervals([], self.until(at), self.length))
        return round(min(1.0, seen / self.length), 3)

    def standing(self, at: float) -> dict[str, Any]:
        """What statements say of it: the second, the share, and the segments as the profile writes them."""
        written = "[,]".join(f"{start:.3f}[.]{end:.3f}" for start, end in self.until(at))
        return {
            extension("time"): at, extension("progress"): self.progress(at), extension("played-segments"): written,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a report leaves: the evidence from now on, and the statements that follow."""

    evidence: Evidence
    said: tuple[Said, ...] = ()


def take_in_playing(payload: Payload, evidence: Evidence, report: Mapping[str, Any]) -> TakenIn:
    """Take in a report about a video. Numbers in a session, and seconds counted from its beginning, make a repeated report harmless.

    Reports without a session are taken in as they are.
    """
    session = read_session(report)
    if not session:
        return TakenIn(merge_video(payload, evidence, report))
    known: dict[str, Any] = evidence.get("playing", {})
    sessions: dict[str, dict[str, Any]] = known.get("sessions", {})
    state = sessions.get(session, {})
    seconds = number_in(report.get("seconds"), LONGEST_FILM)
    counted = number_in(state.get("seconds"), LONGEST_FILM)
    merged = merge_video(payload, evidence, {**report, "seconds": max(0.0, seconds - counted)})
    length = number_in(merged.get("length"), LONGEST_FILM)
    fresh = [row for row in read_happenings(report, length) if row.number > state.get("number", 0)] if length else []
    if state.get("is_over"):
        fresh = []
    before: list[list[float]] = known["segments"] if "segments" in known else evidence.get("intervals", [])
    film = _Film(length, [list(pair) for pair in before], state.get("start"))
    share = payload.get("share", WATCHED_SHARE)
    if fresh and not state.get("number"):
        sessions = {name: _left_open(row, film) for name, row in sessions.items()}
    story = _Story(session, {extension("length"): round(length, 3), extension("completion-threshold"): share / 100})
    if fresh and not state.get("number"):
        story.say(OPENING, OPENING, fresh[0].ago, {})
    for happening in fresh:
        _tell(story, film, happening)
    at = _place(report, film, fresh, length, state)
    is_begun = bool(length and (state.get("number") or fresh))
    if is_begun and not known.get("is_completed") and round(100 * film.progress(at), 6) >= share:
        spent = f"PT{round(number_in(merged.get('seconds'), 1e7))}S"
        result = {"completion": True, "duration": spent, "extensions": film.standing(at)}
        story.complete(fresh[-1].ago if fresh else 0.0, result)
        known = {**known, "is_completed": True}
    over = bool(state.get("is_over")) or any(row.what == "terminated" for row in fresh)
    number = fresh[-1].number if fresh else state.get("number", 0)
    rest = {name: row for name, row in sessions.items() if name != session}
    rest[session] = {
        "number": number, "seconds": max(seconds, counted), "start": film.start, "at": at, "is_over": over,
    }  # fmt: skip
    kept = {name: rest[name] for name in list(rest)[-MOST_SESSIONS:]}
    return TakenIn(
        {**merged, "playing": {**known, "sessions": kept, "segments": film.segments}}, tuple(story.said)
    )  # fmt: skip


class _Story:
    """The statements of one session, as they come."""

    def __init__(self, session: str, extensions: Mapping[str, float]) -> None:
        self.session, self.extensions = session, extensions
        self.said: list[Said] = []

    def say(self, code: str, what: str, ago: float, result: Mapping[str, Any]) -> None:
        """Add a statement."""
        self.said.append(
            Said(self.session, code, VERBS[what], ago, VIDEO_TYPE, PROFILE, SESSION_TERM, self.extensions, result)
        )

    def complete(self, ago: float, result: Mapping[str, Any]) -> None:
        """Add the completion; nothing may come after the statement that ends a session."""
        ending = self.said.pop() if self.said and self.said[-1].verb == VERBS["terminated"] else None
        self.say("completed", "completed", ago, result)
        if ending is not None:
            self.said.append(ending)


def _tell(story: _Story, film: _Film, happening: Happening) -> None:
    """One happening as statements; what does not follow from what came before is left out."""
    at, code = happening.at, str(happening.number)
    if happening.what == "played" and film.start is None:
        film.start = at
        story.say(code, "played", happening.ago, {"extensions": {extension("time"): at}})
    elif happening.what == "seeked":
        was_playing = film.start is not None
        film.close(happening.origin)
        film.start = at if was_playing else None
        jump = {extension("time-from"): happening.origin, extension("time-to"): at}
        story.say(code, "seeked", happening.ago, {"extensions": jump})
    elif happening.what in {"paused", "terminated"}:
        if film.start is not None:
            film.close(at)
            story.say(f"{code}/paused", "paused", happening.ago, {"extensions": film.standing(at)})
        if happening.what == "terminated":
            story.say(code, "terminated", happening.ago, {"extensions": film.standing(at)})


def _place(
    report: Mapping[str, Any], film: _Film, fresh: list[Happening], length: float, state: Mapping[str, Any]
) -> float:
    """The second that the video has come to: while it plays the one that the report names, else the one of the latest happening."""
    if film.start is not None and "at" in report:
        return round(number_in(report["at"], length), 3)
    return fresh[-1].at if fresh else number_in(state.get("at"), length)


def _left_open(state: dict[str, Any], film: _Film) -> dict[str, Any]:
    """A session of another page that did not say how it ended: what is known of it becomes a segment, and it may go on from there."""
    start, at = state.get("start"), number_in(state.get("at"), film.length)
    if start is None or at <= start:
        return state
    film.segments.append([start, at])
    return {**state, "start": at}


def merge_playing(payload: Payload, evidence: Evidence, report: Mapping[str, Any]) -> Evidence:
    """The evidence about a video after a report."""
    return take_in_playing(payload, evidence, report).evidence


def said_of_playing(
    payload: Mapping[str, Any], evidence: Mapping[str, Any], report: Mapping[str, Any]
) -> tuple[Said, ...]:
    """The statements that follow from a report, given the evidence before it."""
    return take_in_playing(payload, dict(evidence), report).said
