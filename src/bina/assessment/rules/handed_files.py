"""Looking hard at files that people hand in as their work: documents, tables and pictures, nothing that runs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from bina.foundation.errors import Refused
from bina.foundation.uploads import MEGABYTE, ArchiveLimits, open_archive, require_upload

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

LARGEST_MB = 10
CONTENT_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}
ACCEPTED = ", ".join(sorted(CONTENT_TYPES))
SHOWN_IN_PLACE = ("image/png", "image/jpeg", "image/webp")
_PACKED = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
_PACKED_LIMITS = ArchiveLimits(total_bytes=100 * MEGABYTE, file_count=2_000, ratio=150)
# Parts of an office file that run or bring other programs along.
_ACTIVE = ("vbaproject.bin", "/embeddings/", "/activex/", "macrosheets/")


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may be kept: under which name, of which kind, and the mark of its content."""

    name: str
    ending: str
    content_type: str
    size: int
    digest: str


def check_handed_file(upload: "UploadedFile[Any]") -> CheckedFile:
    """Look at one file; raises Refused with a sentence when it may not be kept. The file is rewound."""
    ending = require_upload(upload, endings=set(CONTENT_TYPES), limit_mb=LARGEST_MB)
    name = PurePosixPath((upload.name or "").replace("\\", "/")).name
    if ending in _PACKED:
        _check_package(upload, name, _PACKED[ending])
    digest = hashlib.sha256()
    for portion in upload.chunks():
        digest.update(portion)
    upload.seek(0)
    clean = "".join(char for char in name if char.isprintable()).strip()[-120:] or f"berkas{ending}"
    return CheckedFile(clean, ending, CONTENT_TYPES[ending], upload.size or 0, digest.hexdigest())


def _check_package(stream: IO[bytes], name: str, heart: str) -> None:
    """An office file is an archive: it must be whole, hold a document, stay small when unpacked and run nothing."""
    with open_archive(stream, _PACKED_LIMITS) as archive:
        members = [member.lower() for member in archive.namelist()]
    stream.seek(0)
    if heart not in members:
        raise Refused(
            _("Isi berkas “%(name)s” tidak sesuai dengan akhiran namanya (%(ending)s). Tidak ada yang diubah.")
            % {"name": name[:80], "ending": PurePosixPath(name).suffix.lower()}
        )
    if any(part in f"/{member}" for member in members for part in _ACTIVE):
        raise Refused(
            _("Berkas “%(name)s” memuat makro atau program lain. Simpan ulang tanpa makro, lalu unggah lagi.")
            % {"name": name[:80]}
        )


def can_attach(count: int, more: Sequence[object], most: int) -> None:
    """Raise Refused when so many more files would be too many."""
    if count + len(more) > most:
        raise Refused(_("Paling banyak %(n)s berkas. Hapus salah satu dulu.") % {"n": most})
