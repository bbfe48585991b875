"""How a content goes on where somebody stopped, what is kept of its reports, and what follows for the activity.

The frame reports two kinds of values: ``state/<part>/<name>`` is what the content asks to be kept, ``event/<code>`` an xAPI
event. Kept beside the state are ``reached`` (whether the whole ended, the best share) and ``answers`` (one row per question).
"""

import json
from collections.abc import Mapping
from typing import Any

from bina.integrations.h5p.rules.events import happening_of, plain_words
from bina.integrations.packages.rules import Happening, Intake, Known, Outcome

Payload = Mapping[str, Any]
STATE, EVENT, REACHED, ANSWERS = "state/", "event/", "reached", "answers"
MOST_EVENTS = 200
MOST_ANSWERS = 200
LOOKED, FINISHED, SCORE = "looked", "finished", "score"
ENDING = frozenset({"answered", "completed", "passed", "failed", "mastered"})


def begin(payload: Payload, known: Known) -> dict[str, str]:
    """What the content asked to be kept; who learns is not told to it."""
    return {name: value for name, value in known.state.items() if name.startswith(STATE)}


def take_in(payload: Payload, before: Mapping[str, str], reported: dict[str, str]) -> Intake:
    """The state from now on, with every event that can be believed worked in; events told twice change nothing."""
    events = [(name.removeprefix(EVENT), words) for name, words in reported.items() if name.startswith(EVENT)]
    found = (happening_of(code, words) for code, words in events[:MOST_EVENTS])
    happenings = tuple(one for one in found if one is not None)
    state = {name: value for name, value in reported.items() if name.startswith(STATE)}
    reached, answers = _kept(before.get(REACHED), {}), _kept(before.get(ANSWERS), {})
    for one in happenings:
        word = one.verb.rpartition("/")[2]
        if not one.part and word in ENDING:
            reached["ended"] = True
            if "score" in one.result:
                reached["score"] = max(one.result["score"]["scaled"], reached.get("score", 0.0))
        if word == "answered" and (one.part in answers or len(answers) < MOST_ANSWERS):
            answers[one.part] = _answer(one)
    if reached:
        state[REACHED] = json.dumps(reached)
    if answers:
        state[ANSWERS] = json.dumps(answers)
    return Intake(state, happenings)


def _kept(text: str | None, empty: dict[str, Any]) -> dict[str, Any]:
    return json.loads(text) if text else empty


def _answer(one: Happening) -> dict[str, str]:
    words = {**one.definition.get("name", {}), **one.definition.get("description", {})}
    success = one.result.get("success")
    score = one.result.get("score", {})
    if success is None and score:
        success = score["scaled"] >= 1.0
    return {
        "code": one.part,
        "kind": str(one.definition.get("interactionType", "")),
        "description": plain_words(next(iter(words.values()), ""), 500),
        "response": _response(one),
        "result": {True: "correct", False: "incorrect"}.get(success, "") if success is not None else "",
        "latency": str(one.result.get("duration", "")),
    }


def _response(one: Happening) -> str:
    """What was answered, in the words of the options where the event names them."""
    response = str(one.result.get("response", ""))
    options = {
        row["id"]: next(iter(row.get("description", {}).values()), "") for row in one.definition.get("choices", ())
    }
    if options:
        return ", ".join(options.get(code) or code for code in response.split("[,]"))
    return response.replace("[,]", ", ").replace("[.]", " – ")


def outcome_of(payload: Payload, state: Mapping[str, str], is_ended: bool) -> Outcome:
    """What a report means for the activity, by the rule that the course states: looked at, ended, or a least score."""
    reached, answers = _kept(state.get(REACHED), {}), _kept(state.get(ANSWERS), {})
    score: float | None = reached.get("score")
    has_ended = bool(reached.get("ended"))
    verdict = None
    if payload["done"] == SCORE and has_ended and score is not None:
        verdict = round(100 * score, 6) >= payload["passing"]
    return Outcome(
        is_done=verdict is True or payload["done"] == LOOKED or (payload["done"] == FINISHED and has_ended),
        is_passed=verdict,
        score=score,
        interactions=tuple(answers.values()),
    )
