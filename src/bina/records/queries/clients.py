"""Stores and clients: who may look after them, and who stands behind a key."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import QuerySet

from bina.foundation.prepared import PreparedQuery
from bina.people.queries import agencies_visible_to
from bina.people.rules import Permission
from bina.records.models import Client, Store
from bina.records.registry import Visit, visit_of
from bina.records.rules import Json

if TYPE_CHECKING:
    from bina.people.models import User


@dataclass(frozen=True, slots=True)
class Caller:
    """A client that has shown its secret: what requests are answered for.

    ``visit`` stands for a program that another room let in for a while; then there is no client, and no ``pk``.
    """

    pk: int | None
    store_id: int
    key: str
    name: str
    scopes: frozenset[str]
    visit: Visit | None = None
    home: str = ""

    @property
    def agent(self) -> Json:
        """The client as an agent: the authority of its statements."""
        return {
            "objectType": "Agent",
            "name": self.name,
            "account": account_of_client(self.home or settings.BASE_URL, self.key),
        }


def account_of_client(home: str, key: str) -> Json:
    """The account by which a client is known as an agent."""
    return {"homePage": home, "name": key}


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


_client_of_key = PreparedQuery(
    lambda key: Client.objects.filter(key=key, revoked_at=None).values_list(
        "pk", "store_id", "key", "name", "scopes", "home", "secret_digest"
    ),
    str,
)


def caller_of(key: str, secret: str) -> Caller | None:
    """The client with this key and secret; None when there is none, when it was revoked, and for a wrong secret."""
    visit = visit_of(key, secret)
    if visit is not None:
        return Caller(None, visit.store_id, key.partition("-")[0], visit.name, visit.scopes, visit)
    rows = list(_client_of_key.rows(key)) if key and "\x00" not in key else []
    kept = rows[0][6] if rows else ""
    if not hmac.compare_digest(kept, digest_of(secret)) or not rows:
        return None
    pk, store_id, key, name, scopes, home, _ = rows[0]
    return Caller(pk, store_id, key, name, _scopes_of(scopes), home=home)


def _scopes_of(stored: object) -> frozenset[str]:
    if isinstance(stored, str):
        import msgspec

        stored = msgspec.json.decode(stored)
    return frozenset(stored) if isinstance(stored, list) else frozenset()


def stores_visible_to(user: "User") -> QuerySet[Store]:
    """Stores of the agencies whose records the account looks after."""
    return Store.objects.filter(agency__in=agencies_visible_to(user, Permission.MANAGE_RECORDS)).select_related(
        "agency"
    )


def clients_visible_to(user: "User") -> QuerySet[Client]:
    """Clients of the stores that the account looks after."""
    return Client.objects.filter(store__in=stores_visible_to(user)).select_related("store__agency", "created_by")


def stores() -> QuerySet[Store]:
    """Every store of the installation."""
    return Store.objects.order_by("pk")


def store_of_agency(agency_id: int) -> Store | None:
    """The store of an agency, if it was opened."""
    return Store.objects.filter(agency_id=agency_id).first()


def agency_of_store(store_id: int) -> int:
    """The agency whose store it is."""
    return int(Store.objects.values_list("agency_id", flat=True).get(pk=store_id))
