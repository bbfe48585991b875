"""Opening stores, and letting programs in and out."""

import secrets
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Denied, Refused
from bina.foundation.ids import new_public_id
from bina.journal.actions import record
from bina.people.queries import standing_of
from bina.people.rules import Permission
from bina.records import entries
from bina.records.models import Client, HouseMark, Store
from bina.records.queries import digest_of
from bina.records.rules import SCOPE_NAMES, Scope

if TYPE_CHECKING:
    from bina.journal.registry import Verb
    from bina.people.models import Agency, User


def _require(by: "User | None", agency_id: int) -> None:
    if by is None:
        return
    held = standing_of(by).agencies_with(Permission.MANAGE_RECORDS)
    if held is not None and agency_id not in held:
        raise Denied(_("Anda tidak mengelola rekam belajar instansi ini."))


@transaction.atomic
def open_store(*, by: "User | None", agency: "Agency") -> Store:
    """The store of an agency, opened if need be; opening it twice changes nothing. Raises Denied without the right."""
    _require(by, agency.pk)
    store, is_new = Store.objects.get_or_create(agency=agency)
    if is_new:
        HouseMark.objects.create(store=store)
        record(
            entries.STORE_OPENED,
            by=by,
            kind="record_store",
            object_id=store.public_id,
            name=agency.name,
            agency_id=agency.pk,
        )
    return store


def _scopes_in(scopes: Iterable[str]) -> list[str]:
    chosen = {Scope(scope) for scope in scopes}
    if not chosen:
        raise Refused(_("Pilih sedikitnya satu hak untuk aplikasi ini."))
    return [scope.value for scope in Scope if scope in chosen]


@transaction.atomic
def add_client(
    *, by: "User | None", store: Store, name: str, scopes: Iterable[str], public_id: uuid.UUID | None = None
) -> tuple[Client, str]:
    """Let a program use a store; the client and its secret, which is shown now and never again.

    ``public_id`` is the identity that a form gave it: sent twice, the second time is Refused. Raises Denied too.
    """
    _require(by, store.agency_id)
    chosen = _scopes_in(scopes)
    if not name.strip():
        raise Refused(_("Beri nama aplikasi ini, agar dikenali kelak."))
    if public_id is not None and Client.objects.filter(public_id=public_id).exists():
        raise Refused(
            _("Aplikasi ini sudah didaftarkan. Bila rahasianya belum Anda simpan, buat rahasia baru dari halamannya.")
        )
    secret = secrets.token_urlsafe(32)
    client = Client.objects.create(
        public_id=public_id or new_public_id(),
        store=store, name=name.strip()[:120], key=secrets.token_hex(16), home=settings.BASE_URL,
        secret_digest=digest_of(secret), scopes=chosen, created_by=by,
    )  # fmt: skip
    _note(entries.CLIENT_ADDED, by, client)
    return client, secret


@transaction.atomic
def change_client(*, by: "User | None", client: Client, name: str, scopes: Iterable[str]) -> None:
    """Give a client another name and other rights, from its next request on. Raises Denied, Refused."""
    client = _locked(by, client)
    chosen = _scopes_in(scopes)
    if not name.strip():
        raise Refused(_("Beri nama aplikasi ini, agar dikenali kelak."))
    if (client.name, client.scopes) == (name.strip()[:120], chosen):
        return
    client.name, client.scopes = name.strip()[:120], chosen
    client.save(update_fields=["name", "scopes"])
    _note(entries.CLIENT_CHANGED, by, client)


@transaction.atomic
def renew_secret(*, by: "User | None", client: Client) -> str:
    """A new secret for a client; the old one ends at once. Raises Denied, Refused when it was revoked."""
    client = _locked(by, client)
    secret = secrets.token_urlsafe(32)
    client.secret_digest = digest_of(secret)
    client.save(update_fields=["secret_digest"])
    _note(entries.CLIENT_SECRET_RENEWED, by, client)
    return secret


@transaction.atomic
def revoke_client(*, by: "User | None", client: Client, reason: str = "") -> None:
    """Let a program out for good; its statements stay. Revoking twice changes nothing. Raises Denied."""
    _require(by, client.store.agency_id)
    changed = Client.objects.filter(pk=client.pk, revoked_at=None).update(revoked_at=clock.now())
    if changed:
        _note(entries.CLIENT_REVOKED, by, client, reason)


def _locked(by: "User | None", client: Client) -> Client:
    _require(by, client.store.agency_id)
    row = Client.objects.select_for_update(of=("self",)).select_related("store").get(pk=client.pk)
    if row.revoked_at is not None:
        raise Refused(_("Aplikasi ini sudah dicabut. Daftarkan yang baru."))
    return row


def _note(verb: "Verb", by: "User | None", client: Client, reason: str = "") -> None:
    record(
        verb, by=by, kind="record_client", object_id=client.public_id, name=client.name, agency_id=client.store.agency_id,
        reason=reason, data={"scopes": [str(SCOPE_NAMES[Scope(scope)]) for scope in client.scopes]},
    )  # fmt: skip
