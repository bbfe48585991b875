"""Media of a working copy: kept once, whatever they are called, and taken out."""

import fcntl
from collections.abc import Set as AbstractSet
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from bina.foundation.errors import Refused
from bina.foundation.uploads import MEGABYTE, require_upload
from bina.learning.actions.stored import digest_of, store_file
from bina.learning.actions.uploads import open_upload, use_up_upload
from bina.learning.models import Course, StoredFile, Upload
from bina.learning.queries import media_limits
from bina.learning.rules import (
    MEDIA,
    UploadGone,
    UploadState,
    free_name,
    may_manage_course,
)
from bina.people.queries import standing_of

if TYPE_CHECKING:
    from bina.people.models import User
from bina.learning.actions.workspaces.saving import keep_files, locked_workspace


def add_media(
    *, by: "User", course: Course, upload: "UploadedFile[Any]", endings: AbstractSet[str] = MEDIA
) -> str:  # fmt: skip
    """Keep a file that was sent in one go in the media of a working copy; its name there. The same content again is the same file.

    Raises Refused for files that a course, or the place for which ``endings`` stand, cannot hold.
    """
    may_manage_course(standing_of(by), course.agency_id).require()
    stored = _stored(upload, endings, settings.UPLOAD_LIMIT_MB)
    with transaction.atomic():
        return _named(by, course, stored, upload.name or "")


def add_uploaded_media(*, by: "User", course: Course, upload: Upload, endings: AbstractSet[str] = MEDIA) -> str:
    """Keep a file that came in portions in the media of a working copy, and use the upload up; its name there.

    It is used once: asked again for the same course (a second click, a second tab, an answer that was lost) the name is told
    again. Raises Denied for anybody but its owner, Refused when it is not complete, was used elsewhere or does not fit.
    """
    may_manage_course(standing_of(by), course.agency_id).require()
    try:
        given = open_upload(by=by, upload=upload)
    except Refused:
        return _kept_before(by, course, upload, endings)
    with given as stream:
        # A second click waits here instead of writing the same gigabytes once more.
        fcntl.flock(stream, fcntl.LOCK_EX)
        if not Upload.objects.filter(pk=upload.pk, state=UploadState.FINISHED).exists():
            return _kept_before(by, course, upload, endings)
        stored = _stored(UploadedFile(stream, upload.name, size=upload.size), endings, settings.LARGE_UPLOAD_LIMIT_MB)
        with transaction.atomic():
            held = Upload.objects.select_for_update(of=("self",)).filter(pk=upload.pk).first()
            if held is None:
                raise UploadGone(_("Unggahan ini sudah dibuang dari tab atau perangkat lain."))
            name = _named(by, course, stored, upload.name)
            held.report = {
                "sentence": _("Tersimpan sebagai %(name)s di kursus “%(course)s”.")
                % {"name": name, "course": course.workspace.title or course.slug},
                "media": name, "course": course.pk,
            }  # fmt: skip
            held.save(update_fields=["report"])
            use_up_upload(by=by, upload=held)
    return name


def _kept_before(by: "User", course: Course, upload: Upload, endings: AbstractSet[str]) -> str:
    """The name under which a used upload is in this course. Raises Refused where it is not there, or no upload any more."""
    held = Upload.objects.filter(pk=upload.pk, owner=by).first()
    if held is None:
        raise UploadGone(_("Unggahan ini sudah dibuang dari tab atau perangkat lain."))
    name = str(held.report.get("media", "")) if held.report.get("course") == course.pk else ""
    with transaction.atomic():
        _workspace, source = locked_workspace(by, course)
        if name in source.rows and PurePosixPath(name).suffix in endings:
            return name
    raise Refused(_("Unggahan ini belum selesai, atau sudah dipakai."))


def _stored(upload: "UploadedFile[Any]", endings: AbstractSet[str], limit_mb: int) -> StoredFile:
    """The content of a file that a course can hold, kept under its digest."""
    ending = PurePosixPath((upload.name or "").replace("\\", "/")).suffix.lower()
    own_limit = media_limits().get(ending, MEGABYTE) // MEGABYTE
    require_upload(upload, endings=set(endings & MEDIA), limit_mb=max(1, min(own_limit, limit_mb)))
    holder = _Upload(upload, f"upload{ending}")
    return store_file(holder, holder.name, digest_of(holder, holder.name))


def _named(by: "User", course: Course, stored: StoredFile, given_name: str) -> str:
    """The name of a stored file in the media of a working copy; a new one unless the same content is there."""
    given = PurePosixPath(given_name.replace("\\", "/"))
    workspace, source = locked_workspace(by, course)
    for name, row in source.rows.items():
        if row.stored_id == stored.pk and name.startswith("media/"):
            return name
    taken = {PurePosixPath(name).stem for name in source.rows if name.startswith("media/")}
    name = f"media/{free_name(given.stem, taken, fallback='berkas', longest=80)}{given.suffix.lower()}"
    keep_files(workspace, source.rows, {name: stored}, by, _("Unggah %(name)s") % {"name": name})
    return name


class _Upload:
    """An upload as a folder with one file."""

    def __init__(self, upload: "UploadedFile[Any]", name: str) -> None:
        self._upload, self.name = upload, name

    def names(self) -> list[str]:
        """Its name."""
        return [self.name]

    def size(self, name: str) -> int:
        """How many bytes it has."""
        return self._upload.size or 0

    def open(self, name: str) -> IO[bytes]:
        """The file from its beginning; closing the stream leaves the upload open."""
        self._upload.seek(0)
        return _Kept(self._upload)  # type: ignore[return-value]  # reads like a stream, which is all that is asked


class _Kept:
    """A stream that may be read again after it was closed."""

    def __init__(self, upload: "UploadedFile[Any]") -> None:
        self._upload = upload
        self.read = upload.read
        self.seek = upload.seek
        self.tell = upload.tell

    def __enter__(self) -> "_Kept":
        return self

    def __exit__(self, *_error: object) -> None:
        self._upload.seek(0)


@transaction.atomic
def remove_media(*, by: "User", course: Course, name: str) -> bool:
    """Take a file out of the media; whether it was there. It stays in the history."""
    workspace, source = locked_workspace(by, course)
    if not name.startswith("media/") or name not in source.rows:
        return False
    return keep_files(workspace, source.rows, {name: None}, by, _("Hapus %(name)s") % {"name": name})
