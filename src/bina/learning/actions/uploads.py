"""Files come in portion by portion: begun, received, finished, used, thrown away, forgotten after a week.

The bytes are written and synced before the row says so. After a power cut the row is right or too modest; what lies behind its
count in the file is cut off before the next portion. A portion is taken from the line before the file is locked, so that a
phone which lost its line never keeps others, or its own next try, waiting.
"""

import datetime as dt
import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from bina.foundation import clock
from bina.foundation.errors import Refused
from bina.foundation.uploads import looks_like, true_type
from bina.foundation.verdict import denied
from bina.journal.actions import record
from bina.learning import entries, queries
from bina.learning.models import Upload
from bina.learning.rules import (
    KEPT_DAYS,
    LARGEST_PORTION,
    Checksum,
    ChecksumMismatch,
    NoRoom,
    OffsetMismatch,
    TooLarge,
    UploadGone,
    UploadState,
    WrongContent,
    can_move_upload,
    clean_name,
    fingerprint_of,
    read_metadata,
    require_known_ending,
    require_room,
)

if TYPE_CHECKING:
    from bina.people.models import User

PIECE = 262_144
ORPHAN_AFTER = dt.timedelta(days=1)


class Sender(Protocol):
    """Where bytes come from: a request, or a file."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end. Raises OSError when the line breaks."""
        ...


def begin_upload(*, by: "User", size: int, metadata: str) -> Upload:
    """Announce a file of ``size`` bytes; ``metadata`` as the sender wrote it, with its ``filename``.

    Raises Denied for who makes no courses, TooLarge, NoRoom, WrongContent or Refused with a sentence when it must not begin.
    """
    if not queries.may_author(by):
        denied(_("Hanya penyusun kursus yang dapat mengunggah ke sini.")).require()
    known = read_metadata(metadata)
    name = clean_name(known.get("filename", ""))
    require_known_ending(name)
    require_room(size, queries.room_for(by))
    queries.uploads_folder().mkdir(mode=0o700, exist_ok=True)
    return Upload.objects.create(
        owner=by, name=name, size=size, metadata=metadata, fingerprint=fingerprint_of(known), touched_at=clock.now()
    )


def receive_portion(
    *, by: "User", upload: Upload, offset: int, source: Sender, length: int, checksum: Checksum | None = None
) -> Upload:
    """Append ``length`` bytes that begin at ``offset``; returns the upload as it stands then.

    When the line breaks, what has arrived is kept, unless a checksum was promised for the whole portion. The last portion
    finishes the upload: its content is compared with its name. Raises OffsetMismatch when the bytes do not follow on what
    is there, ChecksumMismatch, TooLarge, NoRoom, WrongContent (the upload is refused for good), Refused when it is over.
    """
    _require_owner(by, upload)
    can_move_upload(upload.state, UploadState.FINISHED).require()
    _require_offset(upload, offset)
    if length > LARGEST_PORTION or length > upload.size - offset:
        raise TooLarge(_("Bagian ini lebih panjang daripada yang diterima sekali kirim, atau daripada sisa berkasnya."))
    content = _read(source, length)
    if checksum is not None and not checksum.agrees_with(content):
        raise ChecksumMismatch(_("Bagian ini rusak di jalan. Tidak ada yang disimpan; kirim lagi."))
    with _locked(upload) as file:
        _read_anew(upload)
        can_move_upload(upload.state, UploadState.FINISHED).require()
        _require_offset(upload, offset)
        _write(file, offset, content)
        return _confirm(upload, offset + len(content), file)


def _read_anew(upload: Upload) -> None:
    try:
        upload.refresh_from_db()
    except Upload.DoesNotExist as error:
        _remove_bytes(upload)  # locking it has made the file again
        raise UploadGone(_("Unggahan ini sudah dibuang dari tab atau perangkat lain.")) from error


def _require_owner(by: "User", upload: Upload) -> None:
    if upload.owner_id != by.pk:
        denied(_("Unggahan ini milik orang lain.")).require()


def _require_offset(upload: Upload, offset: int) -> None:
    if offset != queries.received_bytes(upload):
        raise OffsetMismatch(_("Bagian ini sudah ada, atau bagian sebelumnya belum. Lanjutkan dari yang tersimpan."))


def _read(source: Sender, length: int) -> bytearray:
    """What arrives, at most ``length`` bytes; less when the line breaks."""
    content = bytearray()
    try:
        while len(content) < length and (piece := source.read(min(PIECE, length - len(content)))):
            content += piece
    except OSError:
        # The sender is gone; nobody hears an answer, and what is here already need not be sent twice.
        return content
    return content


@contextmanager
def _locked(upload: Upload) -> Iterator[IO[bytes]]:
    """The file of an upload for writing, while nobody else writes. The system lets go of it when a process dies."""
    descriptor = os.open(queries.place_of_upload(upload), os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _write(file: IO[bytes], offset: int, content: bytearray) -> None:
    try:
        file.truncate(offset)
        file.seek(offset)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise
        raise NoRoom(
            _("Diska server penuh. Yang sudah terunggah tersimpan; lanjutkan setelah pengelola server memberi ruang.")
        ) from error


def _confirm(upload: Upload, received: int, file: IO[bytes]) -> Upload:
    """Write in the row what is on the disk now; with the last byte, also what the file turned out to be."""
    state, fault = UploadState.RECEIVING, ""
    if received == upload.size:
        file.seek(0)
        upload.content_type = true_type(file, upload.name)[:100]
        is_right = looks_like(PurePosixPath(upload.name).suffix.lower(), file.read(2048))
        state = UploadState.FINISHED if is_right else UploadState.REFUSED
        fault = (
            "" if is_right else _("Isi berkas “%(name)s” tidak sesuai dengan akhiran namanya.") % {"name": upload.name}
        )
    former = upload.received
    upload.received, upload.state, upload.touched_at = received, state.value, clock.now()
    upload.report = {"sentence": fault} if fault else {}
    with transaction.atomic():
        written = Upload.objects.filter(
            pk=upload.pk, received=former, state=UploadState.RECEIVING
        ).update(
            received=received, state=state.value, touched_at=upload.touched_at, content_type=upload.content_type,
            report=upload.report,
        )  # fmt: skip
        if not written:
            raise OffsetMismatch(_("Unggahan ini dihentikan dari tab atau perangkat lain."))
        if state is UploadState.FINISHED:
            record(
                entries.UPLOAD_FINISHED, by=upload.owner, kind="upload", object_id=upload.public_id, name=upload.name,
                data={"size": upload.size, "content_type": upload.content_type},
            )  # fmt: skip
    if state is UploadState.REFUSED:
        _remove_bytes(upload)
        raise WrongContent(fault)
    return upload


def open_upload(*, by: "User", upload: Upload) -> IO[bytes]:
    """The content of a finished upload as a stream; the caller closes it. Raises Denied or Refused."""
    _require_owner(by, upload)
    can_move_upload(upload.state, UploadState.USED).require()
    try:
        return queries.place_of_upload(upload).open("rb")
    except FileNotFoundError as error:
        raise Refused(_("Isi unggahan ini tidak ada lagi di server. Buang, lalu unggah lagi.")) from error


def use_up_upload(*, by: "User", upload: Upload) -> None:
    """Note that the content has found its place elsewhere, and let go of its bytes. Doing it twice changes nothing."""
    _require_owner(by, upload)
    if upload.state == UploadState.USED:
        return
    can_move_upload(upload.state, UploadState.USED).require()
    upload.state = UploadState.USED.value
    upload.save(update_fields=["state"])
    transaction.on_commit(lambda: _remove_bytes(upload))


@transaction.atomic
def discard_upload(*, by: "User", upload: Upload) -> None:
    """Throw an upload away, finished or not. Raises Denied for anybody but its owner."""
    _require_owner(by, upload)
    record(
        entries.UPLOAD_DISCARDED, by=by, kind="upload", object_id=upload.public_id, name=upload.name,
        data={"size": upload.size, "received": upload.received},
    )  # fmt: skip
    Upload.objects.filter(pk=upload.pk).delete()
    transaction.on_commit(lambda: _remove_bytes(upload))


def _remove_bytes(upload: Upload) -> None:
    queries.place_of_upload(upload).unlink(missing_ok=True)


def forget_old_uploads() -> int:
    """Remove what nobody has touched for a week, and files that belong to no upload any more; returns how many rows."""
    before = clock.now() - dt.timedelta(days=KEPT_DAYS)
    forgotten = 0
    for upload in Upload.objects.filter(touched_at__lt=before):
        # Asked again while deleting: a sender may come back at this very moment.
        gone, _kinds = Upload.objects.filter(pk=upload.pk, touched_at__lt=before).delete()
        if gone:
            _remove_bytes(upload)
            forgotten += 1
    known = {row.hex for row in Upload.objects.values_list("public_id", flat=True)}
    limit = (clock.now() - ORPHAN_AFTER).timestamp()
    folder = queries.uploads_folder()
    for path in folder.glob("*.part") if folder.is_dir() else []:
        if path.stem not in known and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
    return forgotten
