"""Looking hard at uploaded files before anything trusts them: size, true type, zip bombs, active content."""

import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

import puremagic
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from bina.foundation.errors import Refused

MEGABYTE = 1024 * 1024
# Content types that people may upload, by ending; the content must agree with the ending.
SIGNATURES: dict[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF-",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".webp": (b"RIFF",),
    ".xlsx": (b"PK\x03\x04",),
    ".zip": (b"PK\x03\x04",),
    ".docx": (b"PK\x03\x04",),
    ".h5p": (b"PK\x03\x04",),
    ".imscc": (b"PK\x03\x04",),
    ".mp4": (),
    ".webm": (b"\x1a\x45\xdf\xa3",),
    ".mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"),
    ".m4a": (),
    ".ogg": (b"OggS",),
    ".svg": (),
    ".csv": (),
    ".txt": (),
    ".md": (),
    ".vtt": (b"WEBVTT", b"\xef\xbb\xbfWEBVTT"),
    ".yaml": (),
    ".yml": (),
    ".gift": (),
    ".xml": (),
}


# What reading a member of a broken, cut off or encrypted archive may raise, whichever way it was packed.
BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)


# The end of a zip with its longest comment; and what one entry of its table takes with a long name and extra fields.
LONGEST_END = 65_535 + 22 + 76
LONGEST_ENTRY = 2_048


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How large an archive may become when unpacked."""

    total_bytes: int = 500 * MEGABYTE
    file_count: int = 5_000
    ratio: int = 200


def require_upload(upload: "UploadedFile[Any]", *, endings: set[str], limit_mb: int | None = None) -> str:
    """The lower-case ending of an acceptable upload; raises Refused with a sentence otherwise. The file is rewound.

    Checks the size, the ending against ``endings`` and the first bytes against the ending.
    """
    limit = limit_mb or settings.UPLOAD_LIMIT_MB
    name = upload.name or ""
    ending = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if ending not in endings:
        raise Refused(
            _("Berkas “%(name)s” tidak dapat dipakai di sini. Jenis yang diterima: %(endings)s. Tidak ada yang diubah.")
            % {"name": name[:80], "endings": ", ".join(sorted(endings))}
        )
    if (upload.size or 0) > limit * MEGABYTE:
        raise Refused(
            _("Berkas “%(name)s” berukuran %(size)s MB; batasnya %(limit)s MB. Tidak ada yang diubah.")
            % {"name": name[:80], "size": (upload.size or 0) // MEGABYTE, "limit": limit}
        )
    if not upload.size:
        raise Refused(_("Berkas “%(name)s” kosong. Tidak ada yang diubah.") % {"name": name[:80]})
    head = upload.read(2048)
    upload.seek(0)
    if not looks_like(ending, head):
        raise Refused(
            _("Isi berkas “%(name)s” tidak sesuai dengan akhiran namanya (%(ending)s). Tidak ada yang diubah.")
            % {"name": name[:80], "ending": ending}
        )
    return ending


def looks_like(ending: str, head: bytes) -> bool:
    """Whether the first bytes of a file agree with its ending."""
    if ending in {".csv", ".txt", ".md", ".yaml", ".gift", ".xml"}:
        return b"\x00" not in head or head[:2] in {b"\xff\xfe", b"\xfe\xff"}
    if ending == ".svg":
        return b"<svg" in head.lower() or head.lstrip().startswith(b"<?xml")
    if ending in {".mp4", ".m4a"}:
        return head[4:8] == b"ftyp"
    return head.startswith(SIGNATURES[ending])


def is_safe_svg(content: bytes) -> bool:
    """Whether a drawing holds no script, no event handler, no foreign or embedded content and no outside reference."""
    lowered = content.lower()
    forbidden = (
        b"<script",
        b"<foreignobject",
        b"javascript:",
        b"<!entity",
        b"<iframe",
        b"<embed",
        b"<object",
        b"<!doctype",
    )
    if any(word in lowered for word in forbidden):
        return False
    import re

    if re.search(rb"\son[a-z]+\s*=", lowered):
        return False
    return not re.search(rb"(?:href|src)\s*=\s*[\"'](?!#|data:image/(?:png|jpeg))", lowered)


def true_type(stream: IO[bytes], name: str) -> str:
    """The MIME type that the content itself shows, or application/octet-stream. The stream is rewound.

    Where several types begin alike (everything that is packed as a zip), the ending of ``name`` decides between them.
    """
    head = stream.read(4096)
    stream.seek(0)
    try:
        return puremagic.from_string(head, mime=True, filename=name) or "application/octet-stream"
    except puremagic.PureError:
        return "application/octet-stream"


def table_of_contents_size(stream: IO[bytes]) -> int:
    """How many bytes the table of contents of a zip says to have, or 0 where no end of an archive is found.

    Source: APPNOTE 6.3, sections 4.3.14 to 4.3.16. The stream is rewound.
    """
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - LONGEST_END))
    tail = stream.read(LONGEST_END)
    place = tail.rfind(b"PK\x05\x06")
    stated = int.from_bytes(tail[place + 12 : place + 16], "little") if place >= 0 else 0
    large = tail.rfind(b"PK\x06\x06")
    if large >= 0:
        stated = max(stated if stated < 0xFFFFFFFF else 0, int.from_bytes(tail[large + 40 : large + 48], "little"))
    stream.seek(0)
    return stated


def open_archive(stream: IO[bytes], limits: ArchiveLimits | None = None) -> zipfile.ZipFile:
    """A zip file whose table of contents is harmless; raises Refused for bombs, absolute paths, links and nonsense."""
    limits = limits or ArchiveLimits()
    if table_of_contents_size(stream) > limits.file_count * LONGEST_ENTRY:
        # Reading the table alone would fill the memory.
        raise Refused(
            _("Daftar isi berkas ZIP terlalu panjang; batasnya %(limit)s berkas. Tidak ada yang diubah.")
            % {"limit": limits.file_count}
        )
    try:
        archive = zipfile.ZipFile(stream)
        members = archive.infolist()
    except (*BROKEN_ARCHIVE, ValueError) as error:
        raise Refused(_("Berkas ZIP rusak atau tidak lengkap. Tidak ada yang diubah.")) from error
    if len(members) > limits.file_count:
        raise Refused(
            _("Berkas ZIP memuat %(count)s berkas; batasnya %(limit)s. Tidak ada yang diubah.")
            % {"count": len(members), "limit": limits.file_count}
        )
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if unpacked > limits.total_bytes or (unpacked > 10 * MEGABYTE and unpacked / packed > limits.ratio):
        raise Refused(_("Berkas ZIP akan menjadi terlalu besar bila dibuka. Tidak ada yang diubah."))
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
        if path.is_absolute() or ".." in path.parts or is_link or ":" in member.filename:
            raise Refused(
                _("Berkas ZIP memuat alamat yang tidak aman: %(name)s. Tidak ada yang diubah.")
                % {"name": member.filename[:80]}
            )
    return archive


class _Member(io.BufferedIOBase):
    """A file of an archive that says in a sentence when it cannot be read."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream, self._name = stream, name

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def seekable(self) -> bool:
        """Going back reads the archive anew."""
        return self._stream.seekable()

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes. Raises Refused where the archive is broken or its checksum differs."""
        try:
            return self._stream.read(-1 if size is None else size)
        except BROKEN_ARCHIVE as error:
            raise _unreadable(self._name) from error

    def read1(self, size: int = -1, /) -> bytes:
        """As ``read``."""
        return self.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Another place. Raises Refused where the archive is broken."""
        try:
            return self._stream.seek(offset, whence)
        except BROKEN_ARCHIVE as error:
            raise _unreadable(self._name) from error

    def tell(self) -> int:
        """The place from which is read next."""
        return self._stream.tell()

    def close(self) -> None:
        """Let go of the member; the archive stays open."""
        self._stream.close()
        super().close()


def _unreadable(name: str) -> Refused:
    return Refused(
        _(
            "Berkas %(name)s di dalam ZIP rusak, terkunci kata sandi, atau dikemas dengan cara yang tidak dikenal. Buat lagi "
            "ZIP-nya tanpa kata sandi. Tidak ada yang diubah."
        )
        % {"name": name[:80]}
    )


def open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    """One file of an archive as a stream. Raises Refused, then or while it is read, when it is broken, locked with a password
    or packed in a way that is not known here."""
    try:
        stream = archive.open(member)
    except BROKEN_ARCHIVE as error:
        raise _unreadable(member.filename) from error
    return _Member(stream, member.filename)  # type: ignore[return-value]  # a stream of bytes without a name or a descriptor


def read_member(archive: zipfile.ZipFile, name: str, limit: int = 100 * MEGABYTE) -> bytes:
    """One file of an archive, never more than ``limit`` bytes whatever its header claims; raises Refused beyond it."""
    with archive.open(name) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise Refused(_("Berkas %(name)s di dalam ZIP terlalu besar. Tidak ada yang diubah.") % {"name": name[:80]})
    return content


def as_stream(content: bytes) -> io.BytesIO:
    """Bytes as a readable stream."""
    return io.BytesIO(content)
