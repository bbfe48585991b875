"""Identities that can be born on any node, even offline: UUID version 7, ordered by time."""

import uuid

import uuid_utils.compat


def new_public_id() -> uuid.UUID:
    """A fresh UUIDv7 (RFC 9562): unique without asking anybody, and sortable by birth."""
    return uuid_utils.compat.uuid7()
