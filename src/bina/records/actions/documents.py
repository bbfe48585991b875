"""Keeping, merging and removing documents; a document that somebody else changed meanwhile is never overwritten."""

import hashlib
import uuid
from enum import Enum

import msgspec
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.records.models import Document
from bina.records.queries import Caller, Shelf, documents_on
from bina.records.rules import Invalid, Preconditions, media_type_of

JSON = "application/json"


class Care(Enum):
    """When replacing a document asks for a condition: never (states of 1.0.3), when it exists (2.0), always (profiles of
    1.0.3)."""

    NONE = 0
    EXISTING = 1
    ALWAYS = 2


def keep_document(
    *, by: Caller, shelf: Shelf, name: str, content: bytes, content_type: str, conditions: Preconditions, merge: bool,
    care: Care,
) -> None:  # fmt: skip
    """Put a document in its place, or with ``merge`` its properties into those of the JSON object that is there.

    ``care`` says whether what was not read may be replaced. Raises Invalid for what cannot be merged, Outdated and
    Refused for what is not as the client believes.
    """
    try:
        with transaction.atomic():
            _keep(by, shelf, name, content, content_type, conditions, merge, care)
    except IntegrityError:
        # Another writer was first with this name: now it is there, and the conditions are asked of it.
        with transaction.atomic():
            _keep(by, shelf, name, content, content_type, conditions, merge, care)


def _keep(
    by: Caller, shelf: Shelf, name: str, content: bytes, content_type: str, conditions: Preconditions, merge: bool,
    care: Care,
) -> None:  # fmt: skip
    digest = shelf.digest(name)
    row = Document.objects.select_for_update().filter(store_id=by.store_id, digest=digest).first()
    tag = row.etag if row else None
    if care is not Care.NONE and not merge:
        conditions.require_for_replacing(tag, always=care is Care.ALWAYS)
    else:
        conditions.require(tag)
    if merge:
        content = _merged(row, content, content_type)
    row = row or Document(
        store_id=by.store_id, kind=shelf.kind, owner=shelf.owner(by.store_id), digest=digest, name=name,
        registration=uuid.UUID(shelf.registration) if shelf.registration else None,
    )  # fmt: skip
    row.content, row.content_type, row.updated_at = content, content_type[:255], clock.now()
    row.etag = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    row.save()


def _merged(row: Document | None, content: bytes, content_type: str) -> bytes:
    is_json = media_type_of(content_type)[0] == JSON
    newer = _object_in(content) if is_json else None
    if is_json and newer is None:
        raise Invalid("", _("Isi yang dikirim harus berupa objek JSON agar dapat digabungkan."))
    if row is None:
        return content
    before = _object_in(bytes(row.content)) if media_type_of(row.content_type)[0] == JSON else None
    if newer is None or before is None:
        raise Invalid("", _("Hanya objek JSON yang dapat digabungkan; dokumen yang tersimpan tidak diubah."))
    return msgspec.json.encode(before | newer)


def _object_in(content: bytes) -> dict[str, object] | None:
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if isinstance(found, dict) else None


@transaction.atomic
def remove_document(*, by: Caller, shelf: Shelf, name: str, conditions: Preconditions) -> None:
    """Remove one document; removing what is not there changes nothing. Raises Outdated when it is not as believed."""
    row = Document.objects.select_for_update().filter(store_id=by.store_id, digest=shelf.digest(name)).first()
    conditions.require(row.etag if row else None)
    if row:
        row.delete()


@transaction.atomic
def remove_documents(*, by: Caller, shelf: Shelf) -> None:
    """Remove every document of a shelf."""
    documents_on(by.store_id, shelf).delete()
