"""Packages inside the folder of a course: opened, read by their format, and one of their parts chosen."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from bina.foundation.errors import Refused
from bina.foundation.uploads import BROKEN_ARCHIVE
from bina.integrations.packages.rules.archives import Archive
from bina.learning.rules import FolderReader

Found = TypeVar("Found")
Part = TypeVar("Part")


def inside(name: str, place: str) -> str:
    """How a file within a package is named to authors."""
    return f"{name} › {place}" if place else name


def read_in_folder(reader: FolderReader, name: str, mark: str, read: Callable[[Archive], Found | None]) -> Found | None:
    """What ``read`` finds in the archive of that name; None, with the author told why, where it cannot be read.

    ``mark`` is the file at the top by which the format is known.
    """
    try:
        with reader.source.open(name) as stream:
            return read(Archive(stream, marks=(mark,)))
    except Refused as refusal:
        reader.error(str(refusal), name)
    except BROKEN_ARCHIVE:
        reader.error(_("Berkas ZIP rusak atau tidak lengkap."), name)
    return None


def read_by_manifest(reader: FolderReader, name: str, manifest: str, read: Callable[..., Found | None]) -> Found | None:
    """Like ``read_in_folder`` for formats that are one file: ``read(archive, error=…, warn=…)`` tells (sentence, line) of it."""
    where = inside(name, manifest)
    return read_in_folder(
        reader, name, manifest,
        lambda archive: read(
            archive,
            error=lambda sentence, line: reader.error(sentence, where, line),
            warn=lambda sentence, line: reader.warn(sentence, where, line),
        ),
    )  # fmt: skip


def chosen_part(
    reader: FolderReader,
    entry: Mapping[str, Any],
    file: str,
    field: str,
    parts: Sequence[Part],
    *,
    code_of: Callable[[Part], str],
    several: str,
    missing: str,
) -> Part | None:
    """The part of a package that ``field`` of a course's entry names, or the only one; None, with the author told.

    ``several`` speaks of %(n)s parts and %(known)s, ``missing`` of what was asked for, by the name of the field.
    """
    wanted = entry.get(field)
    line = getattr(entry, "lines", {}).get(field, getattr(entry, "line", None))
    known = ", ".join(code_of(part) for part in parts[:12])
    if wanted is None and len(parts) > 1:
        reader.error(several % {"n": len(parts), "known": known}, file, line, field)
        return None
    chosen = next((part for part in parts if wanted is None or code_of(part) == str(wanted)), None)
    if chosen is None:
        reader.error(missing % {field: str(wanted)[:120], "known": known}, file, line, field)
    return chosen
