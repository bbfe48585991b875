"""How each kind of course file is handed to a browser: a fixed type, shown or saved, never as a page of this house."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class MediaType:
    """The content type of an ending, and whether a browser may show it in place."""

    content_type: str
    is_shown: bool


MEDIA_TYPES: dict[str, MediaType] = {
    ".svg": MediaType("image/svg+xml", True),
    ".png": MediaType("image/png", True),
    ".jpg": MediaType("image/jpeg", True),
    ".jpeg": MediaType("image/jpeg", True),
    ".webp": MediaType("image/webp", True),
    ".mp4": MediaType("video/mp4", True),
    ".webm": MediaType("video/webm", True),
    ".mp3": MediaType("audio/mpeg", True),
    ".m4a": MediaType("audio/mp4", True),
    ".ogg": MediaType("audio/ogg", True),
    ".vtt": MediaType("text/vtt; charset=utf-8", True),
    ".m3u8": MediaType("application/vnd.apple.mpegurl", True),
    ".csv": MediaType("text/csv; charset=utf-8", False),
    ".txt": MediaType("text/plain; charset=utf-8", False),
    ".pdf": MediaType("application/pdf", True),
    ".xlsx": MediaType("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False),
    ".docx": MediaType("application/vnd.openxmlformats-officedocument.wordprocessingml.document", False),
}


def media_type_of(name: str) -> MediaType:
    """The type for a file name; what is not in the table is an anonymous download."""
    return MEDIA_TYPES.get(PurePosixPath(name).suffix.lower(), MediaType("application/octet-stream", False))


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The part of a file that is asked for: first and last byte, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.last - self.first + 1


class RangeNotSatisfiableError(ValueError):
    """The range asked for lies outside the file (HTTP 416)."""


def read_range(header: str, size: int) -> ByteRange | None:
    """The one range that a ``Range`` header asks for (RFC 9110 §14), or None when the whole file should be sent.

    Several ranges, other units and nonsense mean the whole file, as the standard allows. Raises
    RangeNotSatisfiableError when the range begins behind the end of the file.
    """
    found = re.fullmatch(r"\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", header[:100])
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:
        length = int(found[2])
        if not length or not size:
            raise RangeNotSatisfiableError
        return ByteRange(max(0, size - length), size - 1)
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < first:
        return None
    if first >= size:
        raise RangeNotSatisfiableError
    return ByteRange(first, last)
