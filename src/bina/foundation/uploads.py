"""Looking hard at uploaded files before anything trusts them: size, true type, zip bombs, active content."""

import io
import zipfile
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
    ".mp4": (),
    ".webm": (b"\x1a\x45\xdf\xa3",),
    ".svg": (),
    ".csv": (),
    ".txt": (),
    ".md": (),
    ".vtt": (b"WEBVTT", b"\xef\xbb\xbfWEBVTT"),
    ".yaml": (),
    ".gift": (),
    ".xml": (),
}


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
    if ending == ".mp4":
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


def true_type(stream: IO[bytes]) -> str:
    """The MIME type that the content itself shows, or application/octet-stream. The stream is rewound."""
    head = stream.read(4096)
    stream.seek(0)
    try:
        return puremagic.from_string(head, mime=True) or "application/octet-stream"
    except puremagic.PureError:
        return "application/octet-stream"


def open_archive(stream: IO[bytes], limits: ArchiveLimits | None = None) -> zipfile.ZipFile:
    """A zip file whose table of contents is harmless; raises Refused for bombs, absolute paths, links and nonsense."""
    limits = limits or ArchiveLimits()
    try:
        archive = zipfile.ZipFile(stream)
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
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
