"""A package as it lies in its archive: the names in it, one folder around everything taken off, and where references lead."""

import io
import posixpath
import zipfile
from typing import IO
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from bina.foundation.errors import Refused
from bina.foundation.uploads import MEGABYTE, ArchiveLimits, open_archive, read_member

# Authoring tools write many small files, and put videos among them.
LIMITS = ArchiveLimits(total_bytes=2_048 * MEGABYTE, file_count=10_000)
LARGEST_TEXT = 3_000_000


class Archive:
    """The files of a package. Nothing is ever unpacked to a disk: each is read from the archive when it is asked for."""

    def __init__(self, stream: IO[bytes], *, marks: tuple[str, ...]) -> None:
        """``marks``: file names of which one stands at the top of the package. Raises Refused for hostile archives."""
        self.zip = open_archive(stream, LIMITS)
        self._members = {
            member.filename.replace("\\", "/"): member for member in self.zip.infolist() if not member.is_dir()
        }
        self.around = ""
        if not any(mark in self._members for mark in marks):
            tops = {name.split("/")[0] for name in self._members if not name.startswith("__MACOSX")}
            top = tops.pop() if len(tops) == 1 else ""
            if top and any(f"{top}/{mark}" in self._members for mark in marks):
                self.around = f"{top}/"

    @property
    def unpacked_bytes(self) -> int:
        """How many bytes all files have together, as their entries say."""
        return sum(member.file_size for member in self._members.values())

    @property
    def names(self) -> set[str]:
        """The names of the files, without the folder around them."""
        return {name.removeprefix(self.around) for name in self._members if name.startswith(self.around)}

    def __contains__(self, name: str) -> bool:
        return self.around + name in self._members

    def member(self, name: str) -> zipfile.ZipInfo | None:
        """The entry of a file, or None."""
        return self._members.get(self.around + name)

    def read(self, name: str, limit: int = LARGEST_TEXT) -> bytes:
        """A small file whole; raises Refused beyond the limit, and what a broken archive raises."""
        return read_member(self.zip, self._members[self.around + name].filename, limit)


def archived(stream: IO[bytes], name: str) -> IO[bytes]:
    """What came as a zip as it is; a text document alone, e.g. a manifest, as the only file ``name`` of a zip around it.

    Raises Refused for a document that is larger than a manifest may be.
    """
    head = stream.read(64)
    stream.seek(0)
    if not name or not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return stream
    content = stream.read(LARGEST_TEXT + 1)
    if len(content) > LARGEST_TEXT:
        raise Refused(_("Berkas XML terlalu besar; batasnya 3 MB. Tidak ada yang diubah."))
    around = io.BytesIO()
    with zipfile.ZipFile(around, "w", zipfile.ZIP_DEFLATED) as archive:
        # Always the same moment, so that the same document always makes the same archive.
        archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    around.seek(0)
    return around


def resolved(base: str, reference: str) -> str | None:
    """The name in the archive to which a reference leads, or None when it leads outside."""
    parts = urlsplit(reference.strip())
    if parts.scheme or parts.netloc or reference.startswith("/"):
        return None
    name = posixpath.normpath(posixpath.join(base, unquote(parts.path).replace("\\", "/")))
    return None if name.startswith(("../", "/")) or name in {"..", "."} else name


def line_of(content: bytes, *words: str) -> int | None:
    """The first line of a text that holds one of some words, counted from 1."""
    for word in words:
        place = content.find(word.encode()) if word else -1
        if place >= 0:
            return content.count(b"\n", 0, place) + 1
    return None
