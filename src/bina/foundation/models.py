"""Progress of long work: a visible row that a person can leave and come back to."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from bina.foundation.ids import new_public_id


class PublicIdModel(models.Model):
    """A row with an identity for URLs, APIs and other nodes, apart from its internal key."""

    public_id = models.UUIDField(default=new_public_id, unique=True, editable=False)

    class Meta:
        abstract = True


class Progress(PublicIdModel):
    """One piece of long work: what it is, how far it is, how it ended. Not a queue: the job itself lives elsewhere."""

    class State(models.TextChoices):
        """Where the work stands."""

        WAITING = "waiting", _("Menunggu giliran")
        RUNNING = "running", _("Sedang dikerjakan")
        DONE = "done", _("Selesai")
        FAILED = "failed", _("Gagal")

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    result_url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def percent(self) -> int:
        """Share done, 0 to 100."""
        return min(100, round(100 * self.done / self.total)) if self.total else (100 if self.is_over else 0)

    @property
    def is_over(self) -> bool:
        """Whether the work has ended, well or badly."""
        return self.state in {self.State.DONE, self.State.FAILED}
