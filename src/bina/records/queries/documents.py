"""Documents of clients: one by name, or the names of those kept since a moment."""

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass

from django.db.models import QuerySet

from bina.records.models import Document
from bina.records.rules import ACTIVITY, AGENT, key_of

Kind = Document.Kind


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where documents of one kind stand: of an activity, an agent, or (a state) of both, perhaps in one registration."""

    kind: Kind
    activity: str = ""
    agent: str = ""
    registration: str = ""

    def owner(self, store_id: int) -> int:
        """The key of what the documents belong to."""
        return key_of(store_id, f"{self.kind}{ACTIVITY}{AGENT}", f"{self.activity}|{self.agent}")

    def digest(self, name: str) -> str:
        """What tells one document of a store from every other."""
        pieces = (self.kind.value, self.activity, self.agent, self.registration.lower(), name)
        return hashlib.sha256("\x00".join(pieces).encode()).hexdigest()


def documents_on(store_id: int, shelf: Shelf, *, since: dt.datetime | None = None) -> QuerySet[Document]:
    """The documents of a shelf, those of all registrations when it names none."""
    rows = Document.objects.filter(store_id=store_id, kind=shelf.kind, owner=shelf.owner(store_id))
    if shelf.registration:
        rows = rows.filter(registration=uuid.UUID(shelf.registration))
    if since is not None:
        rows = rows.filter(updated_at__gt=since)
    return rows.order_by("id")


def document_named(store_id: int, shelf: Shelf, name: str) -> Document | None:
    """One document by its name."""
    return Document.objects.filter(store_id=store_id, digest=shelf.digest(name)).first()
