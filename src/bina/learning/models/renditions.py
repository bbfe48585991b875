"""Light versions of videos, and what people want to be played."""

from django.conf import settings
from django.db import models

from bina.foundation.models import PublicIdModel
from bina.learning.rules import LIGHT_STATE_NAMES, PLAYING_NAMES, LightState


class LightVideo(PublicIdModel):
    """What is made of one stored video for thin lines: 360 lines as a file and as HLS, the words alone, a picture.

    It belongs to the content, not to a course: whoever uses the same video uses the same light versions. They are never part of
    an export, and can be thrown away and made again.
    """

    source = models.OneToOneField("learning.StoredFile", on_delete=models.CASCADE, related_name="light")
    name = models.CharField(max_length=200)
    state = models.CharField(
        max_length=10, choices=[(s.value, n) for s, n in LIGHT_STATE_NAMES.items()], default=LightState.WAITING.value
    )
    sentence = models.TextField(blank=True, help_text="why it could not be made")
    tries = models.PositiveSmallIntegerField(default=0)
    progress = models.ForeignKey(
        "foundation.Progress", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    seconds = models.FloatField(default=0.0)
    low = models.ForeignKey(
        "learning.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="low_of"
    )
    stream = models.ForeignKey(
        "learning.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="stream_of"
    )
    audio = models.ForeignKey(
        "learning.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="audio_of"
    )
    poster = models.ForeignKey(
        "learning.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="poster_of"
    )
    playlist = models.TextField(blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"

    @property
    def state_name(self) -> str:
        """The state in words."""
        return str(LIGHT_STATE_NAMES[LightState(self.state)])


class PlayChoice(models.Model):
    """What a person wants to be played where there is a choice; remembered on every device."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    playing = models.CharField(max_length=10, choices=[(p.value, n) for p, n in PLAYING_NAMES.items()])

    def __str__(self) -> str:
        return f"{self.user_id}: {self.playing}"
