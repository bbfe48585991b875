"""What follows for the record store from a report of a player: words for statements, before anybody knows whose they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Said:
    """One statement to be.

    ``code`` is unique within the session, so that it is told once; ``ago`` are the seconds since it happened. The session
    itself is named in statements by the id of its first one, whose code is ``OPENING``, under the address ``session_term``.
    """

    session: str
    code: str
    verb: str
    ago: float
    activity_type: str
    category: str
    session_term: str
    extensions: Mapping[str, float]
    result: Mapping[str, Any] = field(default_factory=dict)


OPENING = "initialized"
Says = Callable[[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]], tuple[Said, ...]]


def says_nothing(
    payload: Mapping[str, Any], evidence: Mapping[str, Any], report: Mapping[str, Any]
) -> tuple[Said, ...]:
    """Kinds whose reports are told by the journal alone."""
    return ()
