"""What upper rooms tell the store: how entries of the journal become statements, and who else may speak with it for a while."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.utils.functional import Promise

if TYPE_CHECKING:
    from bina.records.queries import Shelf
    from bina.records.rules import Json

ADL = "http://adlnet.gov/expapi/"


@dataclass(frozen=True, slots=True)
class Telling:
    """Known IRIs for one kind of entry; empty where the vocabulary of the house itself is used."""

    verb: str = ""
    activity_type: str = ""


_TELLINGS: dict[str, Telling] = {}
# Who signs in when, and how access is restored, is nobody's learning.
_NOT_TOLD: set[str] = {
    "session.revoked", "account.access_reset", "account.created", "invitation.sent", "invitation.accepted",
    "record_client.secret_renewed",
}  # fmt: skip


def tell_as(code: str, *, verb: str = "", activity_type: str = "") -> None:
    """Say with which IRIs a kind of entry is told; called once when a room starts. Raises ValueError when said twice."""
    if code in _TELLINGS:
        raise ValueError(f"how {code} is told is said twice")
    _TELLINGS[code] = Telling(verb, activity_type)


def keep_quiet(*codes: str) -> None:
    """Say that kinds of entries never become statements: nothing about them may be read outside of their room."""
    _NOT_TOLD.update(codes)


def telling_of(code: str) -> Telling | None:
    """How a kind of entry is told; None when it is not."""
    return None if code in _NOT_TOLD else _TELLINGS.get(code, Telling())


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a vocabulary of others as the house uses it: its short name, its address, and what the house means by it."""

    name: str
    iri: str
    meaning: str | Promise


@dataclass(frozen=True, slots=True)
class Profile:
    """A vocabulary of others, an xAPI profile, of which the house speaks some words: in groups, each under a heading."""

    name: str | Promise
    iri: str
    use: str | Promise
    groups: tuple[tuple[str | Promise, tuple[Term, ...]], ...]


_PROFILES: dict[str, Profile] = {}


def speak(profile: Profile) -> Profile:
    """Publish which words of a profile the house speaks; called once when a room starts. Raises ValueError when said twice."""
    if profile.iri in _PROFILES:
        raise ValueError(f"the profile {profile.iri} is published twice")
    _PROFILES[profile.iri] = profile
    return profile


def profiles() -> tuple[Profile, ...]:
    """Every profile of which the house speaks words."""
    return tuple(_PROFILES.values())


class Visit(Protocol):
    """A program that another room lets in for a while, with less than a client may: that room answers for what it may do.

    Every method raises Denied, with a sentence for the program's log, for what the visit does not cover.
    """

    @property
    def store_id(self) -> int:
        """The store that is visited."""
        ...

    @property
    def name(self) -> str:
        """How the visit is called where its statements are read."""
        ...

    @property
    def scopes(self) -> "frozenset[str]":
        """What may be asked for at all, before the visit itself is asked."""
        ...

    def use_document(self, shelf: "Shelf", name: str, *, method: str, content_type: str, content: bytes) -> None:
        """A document is about to be read, kept, merged or removed; ``name`` is empty for all of a shelf."""
        ...

    def registration(self) -> str:
        """The registration whose statements may be read, and no others."""
        ...

    def store(self, statements: "Sequence[Json]", write: Callable[[], list[str]]) -> list[str]:
        """Look at statements that are valid xAPI and have them written, all or none; their ids in order."""
        ...


_VISITS: "dict[str, Callable[[str, str], Visit | None]]" = {}


def receive(prefix: str, opener: "Callable[[str, str], Visit | None]") -> None:
    """Let keys that begin with a prefix (and a hyphen) be opened by another room, given key and secret; None: unknown.

    Called once when a room starts. Raises ValueError when the prefix is taken.
    """
    if prefix in _VISITS:
        raise ValueError(f"visits with the prefix {prefix} are received twice")
    _VISITS[prefix] = opener


def visit_of(key: str, secret: str) -> Visit | None:
    """The visit behind a key and its secret, whichever room opens it; None for any other key."""
    opener = _VISITS.get(key.partition("-")[0]) if "-" in key else None
    return opener(key, secret) if opener else None
