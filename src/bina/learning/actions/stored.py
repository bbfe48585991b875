"""Contents of files, kept once whatever uses them, and let go of when nothing does any more."""

import hashlib
from functools import partial

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from bina.learning.models import LightVideo, StoredFile
from bina.learning.rules import CourseSource

PORTION = 1_048_576


def digest_of(source: CourseSource, name: str) -> str:
    """The SHA-256 of a file, read in portions."""
    digest = hashlib.sha256()
    with source.open(name) as stream:
        while portion := stream.read(PORTION):
            digest.update(portion)
    return digest.hexdigest()


def store_file(source: CourseSource, name: str, digest: str) -> StoredFile:
    """Keep a file under its digest; the same content is never kept twice. Outside of a transaction: a slow disk must not hold
    the database."""
    found = StoredFile.objects.filter(digest=digest).first()
    if found is not None:
        return found
    target = f"courses/{digest[:2]}/{digest}"
    if not default_storage.exists(target) or default_storage.size(target) != source.size(name):
        with source.open(name) as stream:
            target = default_storage.save(target, File(stream, name=digest))
    try:
        with transaction.atomic():
            return StoredFile.objects.create(digest=digest, content=target, size=source.size(name))
    except IntegrityError:
        return StoredFile.objects.get(digest=digest)


def forget_unused(stored_ids: list[int]) -> None:
    """Remove what no course and no video uses, and the light versions of what is removed."""
    unused = StoredFile.objects.filter(
        pk__in=stored_ids, uses=None, workspace_uses=None, low_of=None, stream_of=None, audio_of=None, poster_of=None
    )
    for row in unused:
        light = LightVideo.objects.filter(source=row).first()
        made = [pk for pk in (light.low_id, light.stream_id, light.audio_id, light.poster_id) if pk] if light else []
        place = row.content.name or ""
        row.delete()
        # Only after commit: a file cannot be brought back when the transaction is.
        transaction.on_commit(partial(default_storage.delete, place))
        if made:
            forget_unused(made)
