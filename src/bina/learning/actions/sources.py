"""Where course folders come from: a zip that was looked at hard, a directory, or the stored files of a version."""

import zipfile
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO

from django.conf import settings

from bina.foundation.uploads import MEGABYTE, ArchiveLimits, open_archive, open_member
from bina.learning.models import CourseVersion, StoredFile
from bina.learning.rules import OUTLINE, is_clutter


class ZipSource:
    """A course folder in a zip; one folder around everything is taken off."""

    def __init__(self, stream: IO[bytes]) -> None:
        """Raises Refused for broken archives, bombs, links and unsafe addresses."""
        self._archive = open_archive(stream, ArchiveLimits(total_bytes=settings.LARGE_UPLOAD_LIMIT_MB * MEGABYTE))
        members = {
            member.filename.replace("\\", "/"): member for member in self._archive.infolist() if not member.is_dir()
        }
        kept = {name: member for name, member in members.items() if not is_clutter(name)}
        tops = {PurePosixPath(name).parts[0] for name in kept}
        if OUTLINE not in kept and len(tops) == 1:
            around = f"{tops.pop()}/"
            kept = {name.removeprefix(around): member for name, member in kept.items() if name.startswith(around)}
        self._members: dict[str, zipfile.ZipInfo] = kept

    def names(self) -> list[str]:
        """Every file's name."""
        return sorted(self._members)

    def size(self, name: str) -> int:
        """How many bytes a file has."""
        return self._members[name].file_size

    def open(self, name: str) -> IO[bytes]:
        """A file as a stream; never longer than the size stated. Raises Refused where it cannot be read."""
        return open_member(self._archive, self._members[name])


class FolderSource:
    """A course folder on this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _files(self) -> dict[str, Path]:
        found = {
            path.relative_to(self._folder).as_posix(): path
            for path in self._folder.rglob("*")
            if path.is_file() and not path.is_symlink()
        }
        return {name: path for name, path in found.items() if not is_clutter(name)}

    def names(self) -> list[str]:
        """Every file's name."""
        return sorted(self._files)

    def size(self, name: str) -> int:
        """How many bytes a file has."""
        return self._files[name].stat().st_size

    def open(self, name: str) -> IO[bytes]:
        """A file as a stream."""
        return self._files[name].open("rb")


class StoredSource:
    """The folder of a stored version."""

    def __init__(self, version: CourseVersion) -> None:
        self._files: dict[str, StoredFile] = {
            row.name: row.stored for row in version.files.select_related("stored").order_by("name")
        }

    def names(self) -> list[str]:
        """Every file's name."""
        return list(self._files)

    def size(self, name: str) -> int:
        """How many bytes a file has."""
        return self._files[name].size

    def open(self, name: str) -> IO[bytes]:
        """A file as a stream."""
        stream: IO[bytes] = self._files[name].content.storage.open(self._files[name].content.name or "")
        return stream
