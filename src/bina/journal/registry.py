"""What can be written in the journal (verbs with their sentences) and who reacts to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from bina.journal.models import Entry

type_of_reaction = Callable[["Entry"], None]


@dataclass(frozen=True, slots=True)
class Verb:
    """One kind of entry: ``noun.past_verb`` and the sentence a reader sees, e.g. “mengajukan rencana”."""

    code: str
    sentence: str | Promise
    app: str

    def __str__(self) -> str:
        return self.code


VERBS: dict[str, Verb] = {}
REACTIONS: dict[str, list[type_of_reaction]] = {}


def declare(code: str, sentence: str | Promise) -> Verb:
    """Announce a kind of entry; called once at import of an app's ``entries`` module. Raises ValueError when taken."""
    import sys

    app = sys._getframe(1).f_globals["__name__"].split(".")[1]
    if code in VERBS:
        raise ValueError(f"journal verb {code} is declared twice")
    VERBS[code] = Verb(code, sentence, app)
    return VERBS[code]


def react_to(*codes: str) -> Callable[[type_of_reaction], type_of_reaction]:
    """Register a function to run, as a job, for every entry of these kinds. It must be idempotent."""

    def register(function: type_of_reaction) -> type_of_reaction:
        for code in codes:
            REACTIONS.setdefault(code, []).append(function)
        return function

    return register
