"""Media of a working copy: kept once, whatever they are called, and taken out."""

from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from bina.foundation.uploads import MEGABYTE, require_upload
from bina.learning.actions.stored import digest_of, store_file
from bina.learning.models import Course
from bina.learning.rules import (
    LIMITS,
    MEDIA,
    free_name,
    may_manage_course,
)
from bina.people.queries import standing_of

if TYPE_CHECKING:
    from bina.people.models import User
from bina.learning.actions.workspaces.saving import keep_files, locked_workspace


def add_media(*, by: "User", course: Course, upload: "UploadedFile[Any]") -> str:
    """Keep an uploaded file in the media of a working copy; its name there. The same content again is the same file.

    Raises Refused for files that a course cannot hold.
    """
    may_manage_course(standing_of(by), course.agency_id).require()
    given = PurePosixPath((upload.name or "").replace("\\", "/"))
    ending = given.suffix.lower()
    limit = LIMITS.get(ending, MEGABYTE)
    require_upload(upload, endings=set(MEDIA), limit_mb=max(1, limit // MEGABYTE))
    holder = _Upload(upload, f"upload{ending}")
    stored = store_file(holder, holder.name, digest_of(holder, holder.name))
    with transaction.atomic():
        workspace, source = locked_workspace(by, course)
        same = next(
            (name for name, row in source.rows.items() if row.stored_id == stored.pk and name.startswith("media/")), ""
        )
        if same:
            return same
        taken = {PurePosixPath(name).stem for name in source.rows if name.startswith("media/")}
        name = f"media/{free_name(given.stem, taken, fallback='berkas', longest=80)}{ending}"
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
