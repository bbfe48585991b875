"""Files on their way in: what has arrived of each, and what became of it."""

from django.conf import settings
from django.db import models

from bina.foundation.models import PublicIdModel
from bina.learning.rules import UPLOAD_STATE_NAMES, UploadState


class Upload(PublicIdModel):
    """A file that an author sends in portions. Its bytes lie in the data folder under its ``public_id`` until it is used.

    ``received`` counts the bytes that are known to be on the disk; what lies behind them in the file was never confirmed.
    ``report`` keeps what came of the latest look at it as a course (problems, the sentence of a refusal), or of which course it became
    a media file.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=160)
    size = models.PositiveBigIntegerField(help_text="bytes announced")
    received = models.PositiveBigIntegerField(default=0)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, n) for s, n in UPLOAD_STATE_NAMES.items()],
        default=UploadState.RECEIVING.value,
    )
    content_type = models.CharField(max_length=100, blank=True, help_text="what the content itself shows")
    fingerprint = models.CharField(max_length=64, blank=True)
    metadata = models.TextField(blank=True, help_text="as the sender wrote it")
    report = models.JSONField(default=dict, blank=True)
    progress = models.ForeignKey(
        "foundation.Progress", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["owner", "state"], name="upload_of_person")]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(UPLOAD_STATE_NAMES[UploadState(self.state)])

    @property
    def percent(self) -> int:
        """Share that has arrived, 0 to 100; 100 only when everything has."""
        return 100 * self.received // self.size if self.size else 0
