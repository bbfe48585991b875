"""The vocabulary of the house, and entries of the journal in its words."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise

from bina.journal.queries import entries_of_agency
from bina.journal.registry import VERBS
from bina.people.queries import public_ids_of_accounts
from bina.records.queries.statements import known_ids
from bina.records.registry import telling_of
from bina.records.rules import Json, written_moment

if TYPE_CHECKING:
    from bina.journal.models import Entry

NAMESPACE = uuid.UUID("0b8a6f0e-58a4-4c7e-9a5d-5f0f7b1d6c21")
PEOPLE = "employee"
# Who acted with an account that has been erased since; whose it was cannot be said any more.
FORGOTTEN = "akun-terhapus"


@dataclass(frozen=True, slots=True)
class Word:
    """A verb of the house's vocabulary: its code, its address, and the sentence a reader sees."""

    code: str
    iri: str
    sentence: str | Promise


def verb_iri(code: str) -> str:
    """The address of one of our verbs; it leads to the page of the vocabulary."""
    return f"{settings.BASE_URL}/records/vocabulary/verbs/{code}"


def kind_iri(kind: str) -> str:
    """The address of a type of things, as activity type."""
    return f"{settings.BASE_URL}/records/vocabulary/kinds/{kind}"


def vocabulary() -> list[Word]:
    """Every verb that this installation tells, by its sentence."""
    words = []
    for verb in VERBS.values():
        telling = telling_of(verb.code)
        if telling is not None:
            words.append(Word(verb.code, telling.verb or verb_iri(verb.code), verb.sentence))
    return sorted(words, key=lambda word: str(word.sentence))


def statement_id_of(entry: "Entry") -> uuid.UUID:
    """The id of the statement that tells an entry: always the same, so that it is told once."""
    return uuid.uuid5(NAMESPACE, str(entry.public_id))


def entries_to_tell(agency_id: int, after: int, count: int) -> "list[Entry]":
    """The next entries of an agency in the order in which they were written."""
    return list(entries_of_agency(agency_id).filter(pk__gt=after).order_by("pk")[:count])


def told_already(store_id: int, entries: "Iterable[Entry]") -> set[int]:
    """The entries (by key) that a store has a statement of."""
    ids = {str(statement_id_of(entry)): entry.pk for entry in entries}
    return {ids[found] for found in known_ids(store_id, list(ids))} if ids else set()


def statements_of(entries: "Iterable[Entry]") -> list[Json]:
    """Entries as statements. People are accounts of this site by public id; neither NIP nor names leave the journal."""
    rows = [entry for entry in entries if telling_of(entry.verb) is not None]
    known = public_ids_of_accounts({entry.actor_id for entry in rows if entry.actor_id is not None})
    return [_statement_of(entry, known) for entry in rows]


def _statement_of(entry: "Entry", known: dict[int, uuid.UUID]) -> Json:
    statement: Json = {
        "id": str(statement_id_of(entry)),
        "actor": account_of(_actor_of(entry, known)),
        "verb": _verb_of(entry),
        "object": account_of(entry.object_id) if entry.object_kind == PEOPLE else _thing_of(entry),
        "timestamp": written_moment(entry.occurred_at),
    }
    if entry.object_kind != PEOPLE:
        statement["context"] = {"platform": settings.SITE_NAME}
    return statement


def _actor_of(entry: "Entry", known: dict[int, uuid.UUID]) -> str:
    if entry.actor_id is None:
        return "bina"
    return str(known.get(entry.actor_id) or FORGOTTEN)


def account_of(name: str) -> Json:
    """A person of this site as an agent: the public id, never a name or a number of the civil service."""
    return {"objectType": "Agent", "account": {"homePage": settings.BASE_URL, "name": name}}


def thing_iri(kind: str, name: str) -> str:
    """The address by which statements of the house name a thing."""
    return f"{settings.BASE_URL}/records/things/{kind}/{name}"


def _verb_of(entry: "Entry") -> Json:
    telling = telling_of(entry.verb)
    verb = VERBS.get(entry.verb)
    display: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            display[language] = str(verb.sentence) if verb else entry.verb
    return {"id": (telling.verb if telling else "") or verb_iri(entry.verb), "display": display}


def _thing_of(entry: "Entry") -> Json:
    telling = telling_of(entry.verb)
    definition: Json = {"type": (telling.activity_type if telling else "") or kind_iri(entry.object_kind)}
    return {
        "objectType": "Activity",
        "id": thing_iri(entry.object_kind, str(entry.object_id)),
        "definition": definition,
    }
