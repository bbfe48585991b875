"""Uploads of an account: by their signed address, as a list, and how much room is left for another."""

import datetime as dt
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import signing
from django.db.models import F, QuerySet, Sum

from bina.foundation.uploads import MEGABYTE
from bina.learning.models import Upload
from bina.learning.rules import KEPT_DAYS, LIMITS, MEDIA, SPARE_BYTES, Room, UploadState

if TYPE_CHECKING:
    from bina.people.models import User

OPEN = (UploadState.RECEIVING.value, UploadState.FINISHED.value)


def _signer(user: "User") -> signing.Signer:
    # The account is part of the salt: an address opens nothing for anybody else.
    return signing.Signer(salt=f"bina.learning.upload.{user.pk}", sep=".")


def token_of_upload(upload: Upload) -> str:
    """The signed name of an upload, for addresses and forms of its owner."""
    return _signer(upload.owner).sign(upload.public_id.hex)


def upload_of(user: "User", token: str) -> Upload | None:
    """An upload of the account by its signed name; None for anybody else's, and for what was made up."""
    try:
        public_id = _signer(user).unsign(token)
    except signing.BadSignature:
        return None
    return Upload.objects.filter(owner=user, public_id=public_id).select_related("owner", "progress").first()


def finished_upload(user: "User", token: str) -> Upload | None:
    """The same, when it has arrived completely and was not used yet."""
    upload = upload_of(user, token)
    return upload if upload is not None and upload.state == UploadState.FINISHED else None


def upload_by_public_id(public_id: str) -> Upload | None:
    """An upload for a job that its owner asked for."""
    return Upload.objects.filter(public_id=public_id).select_related("owner", "progress").first()


def open_uploads(user: "User") -> list[dict[str, Any]]:
    """What the account has begun or finished and not used, newest first, with addresses and the last day each is kept."""
    rows = Upload.objects.filter(owner=user, state__in=OPEN).select_related("owner").order_by("-touched_at")
    return [
        {"upload": row, "token": token_of_upload(row), "kept_until": row.touched_at + dt.timedelta(days=KEPT_DAYS),
         "is_finished": row.state == UploadState.FINISHED}
        for row in rows[:50]
    ]  # fmt: skip


def media_limits() -> dict[str, int]:
    """How many bytes a media file of each ending may have, however it comes."""
    largest = settings.LARGE_UPLOAD_LIMIT_MB * MEGABYTE
    return {ending: min(LIMITS[ending], largest) for ending in sorted(MEDIA)}


def place_of_upload(upload: Upload) -> Path:
    """Where the bytes of an upload lie. Nothing of its name is part of it."""
    return uploads_folder() / f"{upload.public_id.hex}.part"


def uploads_folder() -> Path:
    """The folder of everything on its way in: beside the stored files, never handed out, not part of backups."""
    folder: Path = settings.DATA_DIR / "uploads"
    return folder


def received_bytes(upload: Upload) -> int:
    """How many bytes are there for certain: confirmed, and still in the file, e.g. after a restored backup."""
    try:
        return min(upload.received, place_of_upload(upload).stat().st_size)
    except FileNotFoundError:
        return 0


def room_for(user: "User") -> Room:
    """What is left for one more upload of the account; bytes that others have announced count as taken."""
    mine: QuerySet[Upload] = Upload.objects.filter(owner=user, state__in=OPEN)
    announced = mine.aggregate(sum=Sum("size"))["sum"] or 0
    awaited = (
        Upload.objects.filter(state=UploadState.RECEIVING).aggregate(sum=Sum(F("size") - F("received")))["sum"] or 0
    )
    free = shutil.disk_usage(settings.DATA_DIR).free
    return Room(
        largest=settings.LARGE_UPLOAD_LIMIT_MB * MEGABYTE,
        quota_left=settings.UPLOAD_QUOTA_MB * MEGABYTE - announced,
        disk_left=free - awaited - SPARE_BYTES,
        uploads=mine.count(),
    )
