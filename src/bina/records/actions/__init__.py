"""Every change of the store."""

from bina.records.actions.clients import add_client, change_client, open_store, renew_secret, revoke_client
from bina.records.actions.documents import Care, keep_document, remove_document, remove_documents
from bina.records.actions.house import tell_journal, tell_once
from bina.records.actions.statements import house_agent, read_statement, store_statements

__all__ = [
    "Care",
    "add_client",
    "change_client",
    "house_agent",
    "keep_document",
    "open_store",
    "read_statement",
    "remove_document",
    "remove_documents",
    "renew_secret",
    "revoke_client",
    "store_statements",
    "tell_journal",
    "tell_once",
]
