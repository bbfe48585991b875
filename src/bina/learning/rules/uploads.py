"""Uploads that come in portions and survive a lost line: states, limits in words, names, and the header fields of tus 1.0.0."""

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bina.design.formats import file_size
from bina.foundation.errors import Refused
from bina.foundation.uploads import MEGABYTE
from bina.foundation.verdict import ALLOWED, Verdict, refused
from bina.learning.rules.folder import LIMITS, LONGEST_NAME

# What an author may bring: everything that a course folder holds, and the archives that become one.
UPLOADED = frozenset(LIMITS) | {".imscc"}
# One request carries at most so much; it is held in memory until it is complete.
LARGEST_PORTION = 8 * MEGABYTE
MOST_UPLOADS = 20
KEPT_DAYS = 7
LONGEST_METADATA = 2_000
# Left free for the database and everything else, whatever is uploaded.
SPARE_BYTES = 1_024 * MEGABYTE
CHECKSUMS = ("sha1", "sha256", "md5")


class UploadState(StrEnum):
    """Where an upload stands. Only a finished one can be used; a used or refused one no longer has its bytes."""

    RECEIVING = "receiving"
    FINISHED = "finished"
    USED = "used"
    REFUSED = "refused"


UPLOAD_STATE_NAMES = {
    UploadState.RECEIVING: _("Belum selesai"),
    UploadState.FINISHED: _("Siap dipakai"),
    UploadState.USED: _("Sudah dipakai"),
    UploadState.REFUSED: _("Ditolak"),
}
UPLOAD_NEXT_STATES: dict[UploadState, frozenset[UploadState]] = {
    UploadState.RECEIVING: frozenset({UploadState.FINISHED, UploadState.REFUSED}),
    UploadState.FINISHED: frozenset({UploadState.USED}),
    UploadState.USED: frozenset(),
    UploadState.REFUSED: frozenset(),
}


class OffsetMismatch(Refused):
    """The portion does not begin where the stored bytes end: another tab was faster, or the sender remembers wrongly."""


class ChecksumMismatch(Refused):
    """The bytes that arrived are not those that were sent; nothing of them was kept."""


class UploadGone(Refused):
    """The upload was thrown away while a portion was on its way."""


class TooLarge(Refused):
    """More than the limit, or more than was announced."""


class NoRoom(Refused):
    """The disk of the server has no room for it."""


class WrongContent(Refused):
    """The content is not what the name says."""


@dataclass(frozen=True, slots=True)
class Room:
    """What is free for one more upload, in bytes: the limit of a file, what the person has left, what the disk has left."""

    largest: int
    quota_left: int
    disk_left: int
    uploads: int


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a sender says about its portion."""

    algorithm: str
    digest: bytes

    def agrees_with(self, content: bytes | bytearray) -> bool:
        """Whether the content has this digest."""
        return hashlib.new(self.algorithm, content, usedforsecurity=False).digest() == self.digest


def require_room(size: int, room: Room) -> None:
    """Raise TooLarge, NoRoom or Refused with a sentence when an upload of ``size`` bytes must not begin.

    The disk needs twice the size: what is uploaded, and what is unpacked from it.
    """
    if size <= 0:
        raise Refused(_t("Berkas ini kosong. Tidak ada yang diunggah."))
    if size > room.largest:
        raise TooLarge(
            _t("Berkas ini %(size)s; batasnya %(limit)s. Bagi isinya, atau perkecil videonya.")
            % {"size": file_size(size), "limit": file_size(room.largest)}
        )
    if room.uploads >= MOST_UPLOADS:
        raise Refused(
            _t("Anda punya %(n)s unggahan yang belum dipakai. Buang yang tidak perlu, lalu coba lagi.")
            % {"n": room.uploads}
        )
    if size > room.quota_left:
        raise Refused(
            _t(
                "Jatah unggahan Anda tinggal %(left)s; berkas ini %(size)s. Buang unggahan yang tidak perlu, lalu coba lagi."
            )
            % {"left": file_size(max(0, room.quota_left)), "size": file_size(size)}
        )
    if 2 * size > room.disk_left:
        raise NoRoom(
            _t("Diska server tidak cukup: untuk berkas %(size)s diperlukan ruang %(need)s, yang tersisa %(left)s. "
               "Beri tahu pengelola server.")
            % {"size": file_size(size), "need": file_size(2 * size), "left": file_size(max(0, room.disk_left))}
        )  # fmt: skip


def can_move_upload(state: str, target: UploadState) -> Verdict:
    """Whether an upload in ``state`` may take the state ``target``."""
    if target in UPLOAD_NEXT_STATES[UploadState(state)]:
        return ALLOWED
    if target is UploadState.USED:
        return refused(_("Unggahan ini belum selesai, atau sudah dipakai."))
    return refused(_("Unggahan ini sudah selesai; tidak ada yang ditambahkan."))


def clean_name(name: str) -> str:
    """A file name without folders, control characters and tricks of writing direction; never empty, at most 150 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = unicodedata.normalize("NFC", last)
    shown = "".join(char for char in plain if unicodedata.category(char)[0] != "C").strip().lstrip(".")
    if not shown:
        return "berkas"
    path = PurePosixPath(shown)
    ending = path.suffix[:10]
    return path.name.removesuffix(path.suffix)[: LONGEST_NAME - len(ending)] + ending


def require_known_ending(name: str) -> str:
    """The lower-case ending of a name that courses can use; raises WrongContent otherwise."""
    ending = PurePosixPath(name).suffix.lower()
    if ending not in UPLOADED:
        raise WrongContent(
            _t(
                "Berkas “%(name)s” tidak dapat dipakai di sini. Jenis yang diterima: %(endings)s. Tidak ada yang diubah."
            )
            % {"name": name[:80], "endings": ", ".join(sorted(UPLOADED))}
        )
    return ending


def read_metadata(header: str) -> dict[str, str]:
    """The pairs of an ``Upload-Metadata`` field: keys in ASCII, values in base64 of UTF-8.

    Raises Refused for anything else, for a key given twice, and beyond 2,000 characters.
    """
    if len(header) > LONGEST_METADATA:
        raise Refused(_t("Keterangan unggahan terlalu panjang."))
    found: dict[str, str] = {}
    for pair in header.split(",") if header.strip() else []:
        parts = pair.strip().split(" ")
        if len(parts) > 2 or not re.fullmatch(r"[\x21-\x7e]{1,60}", parts[0]) or parts[0] in found:
            raise Refused(_t("Keterangan unggahan tidak dapat dibaca."))
        try:
            value = base64.b64decode(parts[1] if len(parts) == 2 else "", validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise Refused(_t("Keterangan unggahan tidak dapat dibaca.")) from error
        found[parts[0]] = value
    return found


def read_checksum(header: str) -> Checksum | None:
    """What an ``Upload-Checksum`` field says; None without one. Raises Refused for an unknown algorithm or nonsense."""
    if not header:
        return None
    algorithm, _space, value = header.strip().partition(" ")
    if algorithm not in CHECKSUMS:
        raise Refused(_t("Jumlah periksa %(name)s tidak dikenal.") % {"name": algorithm[:20]})
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(_t("Jumlah periksa tidak dapat dibaca.")) from error
    return Checksum(algorithm, digest)


def fingerprint_of(metadata: Mapping[str, str]) -> str:
    """What the sender says to know the same file by again, on any device; only letters and digits are kept."""
    return re.sub(r"[^0-9a-zA-Z]", "", metadata.get("fingerprint", ""))[:64]
