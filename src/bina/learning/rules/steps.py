"""The registry of kinds of step in a pathway: what each is called, what an author fills in, and how it counts as done.

Another room adds a kind (a meeting, a challenge) by calling ``register_step`` when it starts; the file, the form of authors and
the learner's page ask only this registry.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.functional import Promise

from bina.foundation.located_yaml import LocatedDict

if TYPE_CHECKING:
    from bina.people.models import User

Step = Mapping[str, Any]


class Confirmer(StrEnum):
    """Who looks at what is handed in for a step."""

    NOBODY = ""
    SUPERIOR = "superior"
    ORGANISER = "organiser"


class Widget(StrEnum):
    """How an author fills in a field."""

    CHOICE = "choice"
    NUMBER = "number"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class StepField:
    """One field of a kind of step, in the file and in the form. ``options``: pairs of a code and its words for an account."""

    name: str
    label: str | Promise
    widget: Widget
    help: str | Promise = ""
    is_required: bool = True
    low: int = 1
    high: int = 100
    longest: int = 4_000
    options: "Callable[[User], Iterable[tuple[str, str]]] | None" = None


@dataclass(frozen=True, slots=True)
class Earned:
    """What a person did elsewhere that completes a step: when, and the score (0 to 100) where there is one."""

    at: dt.datetime
    score: float | None = None


class StepReader(Protocol):
    """What the check of a kind may ask and tell; ``competencies``: number of levels by competency code of a framework."""

    @property
    def competencies(self) -> Callable[[str], Mapping[str, int]]:
        """The competencies of a framework."""
        ...

    def fault(self, sentence: str, entry: LocatedDict, field: str) -> None:
        """Note something that stops a pathway from being published."""
        ...


def no_facts(step: Step) -> dict[str, Any]:
    """Kinds about which nothing but the author's words is shown."""
    return {}


def nothing_to_fault(reader: StepReader, step: LocatedDict) -> None:
    """Kinds whose fields are checked one by one only."""


def no_address(step: Step) -> str:
    """Kinds that are done on the page of the step itself."""
    return ""


@dataclass(frozen=True, slots=True)
class StepKind:
    """One kind of step.

    ``fields`` are its own fields. ``check`` notes what is wrong with their values. ``facts`` reads what pages show and what
    ``earned`` needs (title of a course, id of a competency), once, when a version is published. ``earned`` tells, for one
    employee and many steps, which are done and since when (a fixed number of queries). ``address``: where the step is done,
    empty when it is handed in on the pathway's own page. ``confirmed_by``: who looks at what is handed in;
    ``wants_files``: whether a proof must be attached. ``gives_score``: whether a least score may be asked for.
    """

    code: str
    name: str | Promise
    icon: str
    about: str | Promise
    fields: tuple[StepField, ...]
    check: Callable[[StepReader, LocatedDict], None] = nothing_to_fault
    facts: Callable[[Step], dict[str, Any]] = no_facts
    earned: Callable[[int, Sequence[Step]], Mapping[str, Earned]] | None = None
    address: Callable[[Step], str] = no_address
    confirmed_by: Confirmer = Confirmer.NOBODY
    wants_files: bool = False
    gives_score: bool = False


STEP_KINDS: dict[str, StepKind] = {}


def register_step(kind: StepKind) -> StepKind:
    """Add a kind of step; called once when a room starts. Raises ValueError when its code is taken."""
    if kind.code in STEP_KINDS:
        raise ValueError(f"step kind {kind.code} is registered twice")
    STEP_KINDS[kind.code] = kind
    return kind
