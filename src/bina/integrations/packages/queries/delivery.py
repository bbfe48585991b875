"""Addresses under which the files of a package can be loaded for some hours by whoever holds them, and nobody else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core import signing
from django.db.models import Q
from django.db.models.fields.files import FieldFile

from bina.integrations.packages.models import PackageAttempt
from bina.integrations.packages.rules import RUNTIMES
from bina.learning.queries import activity_by_id, stored_package_of

if TYPE_CHECKING:
    from bina.learning.models import Activity

HOURS = 12
_signer = signing.TimestampSigner(salt="bina.packages.run")


@dataclass(frozen=True, slots=True)
class Play:
    """What a page of a package is told and reports to: an activity with the attempt and its run (none in a preview)."""

    activity: "Activity"
    attempt_id: int | None
    run: int


@dataclass(frozen=True, slots=True)
class Place:
    """What an address opens: an archive with the marks of its format, the closed script before its pages, and the addresses
    (beside its own folder) that its pages may speak with. ``play`` is there for packages that report to this room."""

    content: FieldFile
    marks: tuple[str, ...]
    script: str
    play: Play | None = None
    speaks_with: tuple[str, ...] = ()


# Standards that keep no attempts here hand out their packages too: a letter, and what it opens.
_FURTHER: dict[str, Callable[[str], Place | None]] = {}


def register_places(letter: str, opener: Callable[[str], Place | None]) -> None:
    """Let addresses of one letter be opened by another room, which gets the value that ``further_token`` was given.

    Called once when the room starts; raises ValueError when the letter is taken.
    """
    if letter in _FURTHER or letter == "p" or letter.isdecimal():
        raise ValueError(f"places with the letter {letter} are registered twice")
    _FURTHER[letter] = opener


def further_token(letter: str, value: str) -> str:
    """An address for something that another room opens."""
    return _signer.sign(f"{letter}{value}")


def token_for(attempt: PackageAttempt) -> str:
    """The address of the run that has just begun."""
    return _signer.sign(f"{attempt.pk}-{attempt.run}")


def token_for_preview(activity: "Activity") -> str:
    """The address of a preview; nothing can be reported to it."""
    return _signer.sign(f"p{activity.pk}-0")


def place_of(token: str) -> Place | None:
    """What a token opens; None when it was not made here, is too old, or its activity is gone."""
    try:
        value = _signer.unsign(token, max_age=HOURS * 3600)
    except signing.BadSignature:
        return None
    if value[:1] in _FURTHER:
        return _FURTHER[value[0]](value[1:])
    who, _dash, run = value.partition("-")
    if who.startswith("p"):
        activity, attempt_id = activity_by_id(int(who[1:])), None
    else:
        row = PackageAttempt.objects.filter(~Q(enrolment__state="withdrawn"), pk=int(who)).select_related("activity")
        attempt = row.order_by().first()
        activity, attempt_id = (attempt.activity, attempt.pk) if attempt else (None, None)
    if activity is None:
        return None
    stored = stored_package_of(activity.version_id, activity.payload.get("file", ""))
    if stored is None:
        return None
    script, marks = RUNTIMES[activity.kind].script(activity.payload), tuple(activity.payload.get("marks", []))
    return Place(stored.content, marks, script, Play(activity, attempt_id, int(run)))
