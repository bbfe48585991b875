"""The data model of SCORM: what a package is told when it starts, and what its values mean when it reports.

Sources: SCORM 1.2 Run-Time Environment (2001) section 3.4; SCORM 2004 4th Edition RTE 1.1 (2009) section 4.
"""

import re
from collections.abc import Mapping
from typing import Any

from bina.integrations.packages.rules import Known, Outcome

State = Mapping[str, str]
Payload = Mapping[str, Any]
TIME_ACTIONS = frozenset({"exit,message", "exit,no message", "continue,message", "continue,no message"})
MOST_INTERACTIONS = 500
MOST_OBJECTIVES = 200
# What is told anew at every start and never taken from the last report.
TOLD_ANEW = re.compile(
    r"cmi\.(core\.)?(session_time|total_time|exit|entry|credit|lesson_mode|mode|student_id|student_name|learner_id|learner_name"
    r"|launch_data)|cmi\.launch_data|cmi\.student_data\..*|cmi\.scaled_passing_score|cmi\.completion_threshold"
    r"|cmi\.max_time_allowed|cmi\.time_limit_action"
)
_TIMESPAN = re.compile(
    r"P(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
_TIMESPAN_SECONDS = (31_556_952, 2_629_746, 86_400, 3_600, 60, 1)


def begin(payload: Payload, known: Known) -> dict[str, str]:
    """The values of a start: who learns, what was kept, whether this is a return."""
    kept = {
        name: value for name, value in known.state.items() if name.startswith("cmi.") and not TOLD_ANEW.fullmatch(name)
    }
    mastery = payload.get("mastery")
    is_old = payload.get("standard") == "1.2"
    # What takes no report any more is told so, in the words of the standard.
    credit, mode = ("no-credit", "review") if known.is_review else ("credit", "normal")
    entry = "ab-initio" if known.is_new and not kept else "resume"
    if is_old:
        told = {
            "cmi.core.student_id": known.learner_id, "cmi.core.student_name": known.learner_name,
            "cmi.core.credit": credit, "cmi.core.lesson_mode": mode, "cmi.core.entry": entry,
            "cmi.core.total_time": clock_time(known.seconds),
            "cmi.core.lesson_status": kept.get("cmi.core.lesson_status", "not attempted"),
            "cmi.launch_data": payload.get("launch_data", ""),
            "cmi.student_data.mastery_score": "" if mastery is None else f"{100 * mastery:g}",
        }  # fmt: skip
    else:
        told = {
            "cmi.learner_id": known.learner_id, "cmi.learner_name": known.learner_name, "cmi.credit": credit,
            "cmi.mode": mode, "cmi.entry": entry, "cmi.total_time": f"PT{known.seconds}S",
            "cmi.launch_data": payload.get("launch_data", ""),
            "cmi.scaled_passing_score": "" if mastery is None else f"{mastery:g}",
        }  # fmt: skip
    return {**kept, **{name: value for name, value in (told | _limits(payload, is_old)).items() if value}}


def _limits(payload: Payload, is_old: bool) -> dict[str, str]:
    """How long an attempt may take and what to do then, which the package watches itself; left out where it is badly written."""
    span, action = payload.get("max_time", ""), payload.get("time_action", "")
    is_span = bool(seconds_of(span)) and (":" in span) == is_old
    told = {"max_time_allowed": span if is_span else "", "time_limit_action": action if action in TIME_ACTIONS else ""}
    around = "cmi.student_data" if is_old else "cmi"
    return {f"{around}.{name}": value for name, value in told.items()}


def clock_time(seconds: int) -> str:
    """Seconds as SCORM 1.2 writes spans: HHHH:MM:SS."""
    return f"{seconds // 3600:04d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def seconds_of(span: str) -> int:
    """The seconds of a span in either writing (HHHH:MM:SS.SS, or ISO 8601 P…T…); 0 for what is none."""
    old = re.fullmatch(r"(\d{2,4}):(\d{2}):(\d{2})(?:\.\d{1,2})?", span)
    if old:
        return int(old[1]) * 3600 + int(old[2]) * 60 + int(old[3])
    new = _TIMESPAN.fullmatch(span[:100])
    if new is None:
        return 0
    total = sum(float(part) * factor for part, factor in zip(new.groups(), _TIMESPAN_SECONDS, strict=True) if part)
    return int(min(total, 10_000_000))


def outcome_of(payload: Payload, state: State, is_ended: bool) -> Outcome:
    """What a report means for the activity.

    A mastery score of the manifest decides over what the package itself says of passing. A package that says goodbye
    without a word about completion counts as completed, as the standard has it (1.2 RTE 3.4.4, 2004 RTE 4.2.4.1).
    """
    is_old = payload.get("standard") == "1.2"
    status, verdict = _status(state, is_old)
    if is_ended and status == "unset":
        status = "completed"
    score = _score(state, "cmi.core.score" if is_old else "cmi.score", is_old)
    mastery = payload.get("mastery")
    has_finished = is_ended or status == "completed" or verdict is not None
    if mastery is not None and score is not None and has_finished and status != "incomplete":
        verdict = score >= mastery - 1e-9
    return Outcome(
        is_done=status == "completed" or verdict is True,
        is_passed=verdict,
        score=score,
        seconds=seconds_of(state.get("cmi.core.session_time" if is_old else "cmi.session_time", "")),
        location=state.get("cmi.core.lesson_location" if is_old else "cmi.location", ""),
        is_suspended=state.get("cmi.core.exit" if is_old else "cmi.exit", "") == "suspend",
        objectives=_objectives(state, is_old),
        interactions=_interactions(state),
    )


def _status(state: State, is_old: bool) -> tuple[str, bool | None]:
    """Completion (completed, incomplete, unset) and verdict (passed, failed, none)."""
    if is_old:
        said = state.get("cmi.core.lesson_status", "")
        verdict = {"passed": True, "failed": False}.get(said)
        if said in {"passed", "completed", "failed"}:
            return "completed", verdict
        return ("unset" if said in {"", "not attempted"} else "incomplete"), None
    verdict = {"passed": True, "failed": False}.get(state.get("cmi.success_status", ""))
    said = state.get("cmi.completion_status", "")
    if said == "completed":
        return "completed", verdict
    return ("unset" if said in {"", "unknown"} else "incomplete"), verdict


def _score(state: State, name: str, is_old: bool) -> float | None:
    """The share right, 0 to 1: the scaled score, else the raw one between its bounds (0 and 100 where none are given)."""
    scaled = None if is_old else _number(state.get(f"{name}.scaled"))
    if scaled is not None:
        return min(1.0, max(0.0, scaled))
    raw = _number(state.get(f"{name}.raw"))
    if raw is None:
        return None
    low, high = _number(state.get(f"{name}.min")) or 0.0, _number(state.get(f"{name}.max")) or 100.0
    return min(1.0, max(0.0, (raw - low) / (high - low))) if high > low else None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if abs(number) < 1e9 else None


def _rows(state: State, name: str, most: int) -> list[dict[str, str]]:
    """The rows of a list in the data model, by their numbers."""
    rows: dict[int, dict[str, str]] = {}
    for key, value in state.items():
        found = re.fullmatch(rf"cmi\.{name}\.(\d{{1,4}})\.(.+)", key)
        if found and int(found[1]) < most:
            rows.setdefault(int(found[1]), {})[found[2]] = value
    return [rows[place] for place in sorted(rows)]


def _objectives(state: State, is_old: bool) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "code": row.get("id", "")[:255],
            "description": row.get("description", "")[:255],
            "status": (row.get("status", "") if is_old else row.get("success_status", ""))[:20],
            "score": _score({f"s.{key}": value for key, value in row.items()}, "s.score", is_old),
        }
        for row in _rows(state, "objectives", MOST_OBJECTIVES)
    )


def _interactions(state: State) -> tuple[dict[str, str], ...]:
    return tuple(
        {
            "code": row.get("id", ""),
            "kind": row.get("type", ""),
            "description": row.get("description", ""),
            "response": row.get("learner_response", row.get("student_response", "")),
            "result": {"wrong": "incorrect"}.get(row.get("result", ""), row.get("result", "")),
            "latency": row.get("latency", ""),
        }
        for row in _rows(state, "interactions", MOST_INTERACTIONS)
    )
